"""Instants are read exactly or refused with a reason, never guessed."""

from __future__ import annotations

import pytest

from handraise.importers.instants import InstantReader
from handraise.importers.rejects import CellError
from handraise.model.time import iso, parse_instant

LATEST = parse_instant("2024-07-01T00:00:00Z")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-04-03T17:00:00Z", "2024-04-03T17:00:00Z"),
        ("2024-04-03T17:00:00.000Z", "2024-04-03T17:00:00Z"),
        ("2024-04-03T17:00:00.123456Z", "2024-04-03T17:00:00.123456Z"),
        ("2024-04-03T17:00:00+02:00", "2024-04-03T15:00:00Z"),
        ("2024-04-03T17:00:00+0000", "2024-04-03T17:00:00Z"),
        ("2024-04-03 17:00:00 UTC", "2024-04-03T17:00:00Z"),
        ("2024-04-03 17:00:00 -0500", "2024-04-03T22:00:00Z"),
        ("  2024-04-03T17:00Z ", "2024-04-03T17:00:00Z"),
        ("2024-04-03", "2024-04-03T23:59:59.999999Z"),
        ("2024-02-29", "2024-02-29T23:59:59.999999Z"),
    ],
)
def test_iso_with_a_zone_or_a_bare_date_is_read(text: str, instant: str) -> None:
    assert iso(InstantReader(latest=LATEST).read(text)) == instant


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("03/04/2024", "ambiguous_date"),
        ("3.4.2024", "ambiguous_date"),
        ("03-04-2024", "ambiguous_date"),
        ("03/04/2024 17:00", "ambiguous_date"),
        ("13/04/2024", "date_format"),
        ("04/13/2024", "date_format"),
        ("04/04/2024", "date_format"),
        ("2024/04/03", "date_format"),
        ("20240403", "date_format"),
        ("03/04/24", "two_digit_year"),
        ("3-Apr-24", "two_digit_year"),
        ("45385", "number_for_date"),
        ("45385.5", "number_for_date"),
        ("1712156400", "number_for_date"),
        ("1712156400000", "number_for_date"),
        ("2024-04-03 17:00:00", "no_zone"),
        ("2024-04-03T17:00", "no_zone"),
        ("2023-02-29", "not_a_date"),
        ("2024-13-45", "not_a_date"),
        ("2024-04-03T24:30:00Z", "not_a_date"),
        ("2024-W05-3", "not_a_date"),
        ("3 April 2024", "not_a_date"),
        ("yesterday", "not_a_date"),
        ("0000-00-00", "not_a_date"),
        ("1969-12-31T23:59:59Z", "before_1970"),
        ("1900-01-01", "before_1970"),
        ("2024-07-02", "future"),
        ("9999-12-31T23:59:59Z", "future"),
    ],
)
def test_everything_else_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(CellError) as caught:
        InstantReader(latest=LATEST).read(text)
    assert caught.value.code == code
    assert text in caught.value.reason


@pytest.mark.parametrize(
    ("text", "formats", "instant"),
    [
        ("03/04/2024", ("%d/%m/%Y",), "2024-04-03T23:59:59.999999Z"),
        ("03/04/2024", ("%m/%d/%Y",), "2024-03-04T23:59:59.999999Z"),
        ("3/4/2024", ("%d/%m/%Y",), "2024-04-03T23:59:59.999999Z"),
        ("3/4/2024 5:07 PM", ("%m/%d/%Y", "%m/%d/%Y %I:%M %p"), "2024-03-04T17:07:00Z"),
        ("2018-05-04 3:00", ("%Y-%m-%d %H:%M",), "2018-05-04T03:00:00Z"),
        ("1712156400", ("unix seconds",), "2024-04-03T15:00:00Z"),
        ("1712156400.25", ("unix seconds",), "2024-04-03T15:00:00.250000Z"),
        ("1712156400250", ("unix milliseconds",), "2024-04-03T15:00:00.250000Z"),
    ],
)
def test_a_stated_format_fixes_what_is_ambiguous(text: str, formats: tuple[str, ...], instant: str) -> None:
    assert iso(InstantReader("UTC", formats, LATEST).read(text)) == instant


@pytest.mark.parametrize("text", ["2024-04-13", "04/13/2024", "3/4/24"])
def test_a_stated_format_is_the_only_one_that_is_read(text: str) -> None:
    with pytest.raises(CellError) as caught:
        InstantReader("UTC", ("%d/%m/%Y",), LATEST).read(text)
    assert caught.value.code == "date_format"


def test_a_zone_places_date_times_without_one_and_not_dates() -> None:
    reader = InstantReader("America/Sao_Paulo")
    assert iso(reader.read("2018-05-04 00:00:00")) == "2018-05-04T03:00:00Z"
    assert iso(reader.read("2018-01-19 00:00:00")) == "2018-01-19T02:00:00Z"
    assert iso(reader.read("2018-05-04")) == "2018-05-04T23:59:59.999999Z"


@pytest.mark.parametrize(
    ("text", "found"),
    [("2031-09-30", "2031-09-30"), ("2018-12-19 00:00:00", "2018-12-19"), ("1950-01-01", "1950-01-01")],
)
def test_a_field_of_dates_takes_days_to_come_and_days_long_past(text: str, found: str) -> None:
    assert InstantReader(latest=LATEST).date_text(text) == found


def test_a_time_of_day_does_not_become_a_date() -> None:
    with pytest.raises(CellError, match="time of day"):
        InstantReader().date_text("2024-04-03T17:00:00Z")
