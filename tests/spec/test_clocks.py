"""How long sales has: on the wall clock, or in the playbook's business hours."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spec.words import DAY, HOUR, MINUTE, days, hours, instant, months, weeks

from handraise.model.clocks import due
from handraise.model.time import LAST_INSTANT, Duration, Micros, Unit, to_datetime
from handraise.model.triggers import BusinessHours, Sla

OFFICE = BusinessHours()
LONDON = "Europe/London"


def in_hours(n: int) -> Sla:
    return Sla(hours(n), in_business_hours=True)


def in_days(n: int) -> Sla:
    return Sla(days(n), in_business_hours=True)


@pytest.mark.parametrize(
    ("start", "sla", "end"),
    [
        ("2026-03-23T10:00Z", in_hours(4), "2026-03-23T14:00Z"),  # a Monday
        ("2026-03-23T15:00Z", in_hours(4), "2026-03-24T11:00Z"),
        ("2026-03-23T13:00Z", in_hours(4), "2026-03-23T17:00Z"),  # runs out at closing
        ("2026-03-23T17:00Z", in_hours(4), "2026-03-24T13:00Z"),  # closed from 17:00 on
        ("2026-03-23T05:00Z", in_hours(4), "2026-03-23T13:00Z"),
        ("2026-03-21T12:00Z", in_hours(4), "2026-03-23T13:00Z"),  # a Saturday
        ("2026-03-27T16:30Z", in_hours(4), "2026-03-30T11:30Z"),  # over the change to summer time
        ("2026-03-23T10:00Z", in_days(1), "2026-03-24T10:00Z"),
        ("2026-03-21T12:00Z", in_days(1), "2026-03-23T17:00Z"),
        ("2026-03-27T10:00Z", in_days(2), "2026-03-31T09:00Z"),
        ("2026-03-23T10:00Z", in_hours(80), "2026-04-06T09:00Z"),
    ],
)
def test_business_time_runs_while_the_office_is_open(start: str, sla: Sla, end: str) -> None:
    """Monday to Friday, nine to five in London."""
    assert due(instant(start), sla, OFFICE, LONDON) == instant(end)


@pytest.mark.parametrize(
    ("span", "end"),
    [
        (hours(4), "2026-03-27T20:30Z"),
        (days(2), "2026-03-29T16:30Z"),
        (weeks(1), "2026-04-03T16:30Z"),
        (months(1), "2026-04-27T15:30Z"),
    ],
)
def test_on_the_wall_clock_nothing_is_closed(span: Duration, end: str) -> None:
    """A month is a calendar step in the zone, so 16:30 there stays 16:30."""
    assert due(instant("2026-03-27T16:30Z"), Sla(span), OFFICE, LONDON) == instant(end)


def test_no_clock_runs_on_holidays() -> None:
    """Good Friday and Easter Monday lie between."""
    easter = BusinessHours(holidays=frozenset([date(2026, 4, 3), date(2026, 4, 6)]))
    start = instant("2026-04-02T15:00+01:00")
    assert due(start, in_hours(4), easter, LONDON) == instant("2026-04-07T11:00+01:00")
    assert due(instant("2026-04-03T10:00+01:00"), in_hours(1), easter, LONDON) == instant(
        "2026-04-07T10:00+01:00"
    )


def test_the_last_microsecond_of_the_day_counts_and_closing_does_not() -> None:
    """Started one microsecond before closing, a clock of an hour still has all but that on the next morning."""
    closing = instant("2026-03-23T17:00Z")
    assert due(closing - 1, in_hours(1), OFFICE, LONDON) == instant("2026-03-24T10:00Z") - 1
    assert due(closing, in_hours(1), OFFICE, LONDON) == instant("2026-03-24T10:00Z")


NIGHT = BusinessHours(tuple(range(7)), time(0), time(3))


def test_an_hour_that_clocks_skip_does_not_run_and_one_they_repeat_runs_twice() -> None:
    """Open from midnight to three. On 29 March London skips one to two; on 25 October it has one to two twice."""
    spring, autumn = instant("2026-03-29T00:00Z"), instant("2026-10-25T00:00+01:00")
    assert due(spring, in_hours(2), NIGHT, LONDON) == spring + 2 * HOUR
    assert due(spring, in_hours(3), NIGHT, LONDON) == instant("2026-03-30T01:00+01:00")
    assert due(autumn, in_hours(4), NIGHT, LONDON) == instant("2026-10-25T03:00Z")


def test_hours_that_begin_and_end_within_the_change_of_clocks() -> None:
    """From half past one to half past two: only half an hour of it exists in spring, and an hour and a half in autumn,
    in two stretches."""
    odd = BusinessHours(tuple(range(7)), time(1, 30), time(2, 30))
    spring, autumn = instant("2026-03-29T00:00Z"), instant("2026-10-25T00:00+01:00")
    half = Sla(Duration(30, Unit.MINUTES), in_business_hours=True)
    assert due(spring, half, odd, LONDON) == instant("2026-03-29T02:30+01:00")
    assert due(autumn, half, odd, LONDON) == instant("2026-10-25T02:00+01:00")
    assert due(autumn, Sla(Duration(90, Unit.MINUTES), in_business_hours=True), odd, LONDON) == instant(
        "2026-10-25T02:30Z"
    )


def test_hours_that_are_never_open_and_units_that_no_office_has_are_refused() -> None:
    for never in (BusinessHours(weekdays=()), BusinessHours(start=time(17), end=time(9))):
        with pytest.raises(ValueError, match="never open"):
            due(0, in_hours(1), never, LONDON)
    with pytest.raises(ValueError, match="not in months"):
        due(0, Sla(months(1), in_business_hours=True), OFFICE, LONDON)


def test_what_is_longer_than_the_calendar_is_due_at_its_end() -> None:
    assert due(instant("2199-12-30T12:00Z"), in_hours(10**12), OFFICE, LONDON) == LAST_INSTANT
    assert due(instant("2199-12-30T12:00Z"), Sla(days(10)), OFFICE, LONDON) == LAST_INSTANT


# --- against a clock that is looked at every quarter of an hour ----------------------------------------

QUARTER: Micros = 15 * MINUTE
CLOCKS = st.sampled_from([time(h, m) for h in (0, 1, 2, 3, 9, 17, 23) for m in (0, 30, 45)])


@st.composite
def _business_hours(draw: st.DrawFn) -> BusinessHours:
    start, end = sorted(draw(st.lists(CLOCKS, min_size=2, max_size=2, unique=True)))
    weekdays = tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=2))))
    holidays = draw(st.frozensets(st.integers(0, 9).map(lambda n: date(2026, 3, 25) + timedelta(n))))
    return BusinessHours(weekdays, start, end, holidays)


def is_open(at: Micros, business: BusinessHours, zone: str) -> bool:
    """What the definition says."""
    local = to_datetime(at).astimezone(ZoneInfo(zone))
    is_day = local.weekday() in business.weekdays and local.date() not in business.holidays
    return is_day and business.start <= local.time() < business.end


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    _business_hours(),
    st.integers(0, 4 * 96),
    st.integers(1, 40),
    st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]),
    st.sampled_from(["2026-03-27", "2026-10-23", "2026-03-06", "2026-04-03"]),
)
def test_a_clock_that_is_looked_at_every_quarter_of_an_hour_says_the_same(
    business: BusinessHours, after: int, quarters: int, zone: str, around: str
) -> None:
    """Every quarter of an hour that is open runs down one; clocks change at quarters everywhere."""
    start = instant(f"{around}T00:00Z") + after * QUARTER
    at, left = start, quarters
    while left:
        left -= is_open(at, business, zone)
        at += QUARTER
    sla = Sla(Duration(15 * quarters, Unit.MINUTES), in_business_hours=True)
    assert due(start, sla, business, zone) == at


@settings(max_examples=60, deadline=None, derandomize=True)
@given(_business_hours(), st.integers(0, 20 * DAY), st.integers(0, 20 * DAY), st.integers(1, 20))
def test_who_starts_later_is_not_due_earlier(
    business: BusinessHours, first: Micros, second: Micros, n: int
) -> None:
    base = instant("2026-03-20T00:00Z")
    early, late = sorted((base + first, base + second))
    assert due(early, in_hours(n), business, LONDON) <= due(late, in_hours(n), business, LONDON)
