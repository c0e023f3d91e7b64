"""Reading an instant or a date from a cell: exactly, or with a reason why not.

What is read: ISO instants with a zone; ISO date-times without one where a zone is given (the dialect
documents it, or the user does); bare ISO dates, which mean that day's end; and anything that a stated
format fixes. Everything else is refused, also what could be guessed: `13/04/2024` can only be one day, but
its column also holds `03/04/2024`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from handraise.importers.rejects import CellError
from handraise.model.time import MICROS_PER_DAY, MICROS_PER_SECOND, Micros, end_of_day, iso, to_micros

_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?P<time>[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)? ?(?P<zone>Z|z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)?)?\Z"
)
# A spreadsheet that saves an export again takes the nought from `03:15:52`; the year comes first, so it is still one hour.
_SHORT_HOUR = re.compile(r"\A([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9])(?=:[0-9]{2}:[0-9]{2})")
_SLASHED = re.compile(r"([0-9]{1,2})([/.\-])([0-9]{1,2})\2([0-9]{4})(?=\Z|[ T,])")
_YEAR_FIRST = re.compile(r"[0-9]{4}([/.])[0-9]{1,2}\1[0-9]{1,2}(?=\Z|[ T,])|[0-9]{8}\Z")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}([/.\-])([0-9]{1,2}|[A-Za-z]{3})\1[0-9]{2}(?=\Z|[ T,])")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?\Z")
_UNIX = {"unix seconds": MICROS_PER_SECOND, "unix milliseconds": 1000, "unix microseconds": 1}


@dataclass(frozen=True, slots=True)
class InstantReader:
    """Reads instants: `zone` is for date-times without one (none: they are refused), `formats` are strptime's.

    `latest` is the last instant that can be true; planned dates are read by `date_text` and have none. `numbers`:
    what bare numbers are (`unix milliseconds`), where the source documents it.
    """

    zone: str | None = None
    formats: tuple[str, ...] = ()
    latest: Micros | None = None
    numbers: str | None = None
    _zone_info: ZoneInfo | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_zone_info", ZoneInfo(self.zone) if self.zone else None)

    def read(self, text: str) -> Micros:
        """The instant. Raises `CellError`."""
        instant = self._by_format(text.strip()) if self.formats else self._iso(text.strip())
        if instant < 0:
            raise CellError("before_1970", f"`{_cut(text)}` is before 1970.")
        if self.latest is not None and instant > self.latest:
            raise CellError(
                "future",
                f"`{_cut(text)}` is after the file was exported ({iso(self.latest - MICROS_PER_DAY)}).",
            )
        return instant

    def date_text(self, text: str) -> str:
        """The canonical text of a date, future ones too. A midnight counts as its date, another time of day
        does not become one."""
        stripped = text.strip()
        if self.formats:
            return self._moment_by_format(stripped).date().isoformat()
        if len(stripped) == 10 and stripped[4:5] == "-":
            return _iso_date(stripped).isoformat()
        moment = _iso_moment(stripped)
        if moment.hour or moment.minute or moment.second or moment.microsecond:
            raise CellError("not_a_date", f"`{_cut(text)}` has a time of day where a date is expected.")
        return moment.date().isoformat()

    def _iso(self, text: str) -> Micros:
        if len(text) == 10 and text[4:5] == "-":
            return end_of_day(_iso_date(text))
        if self.numbers is not None and _NUMBER.match(text):
            return _unix(text, _UNIX[self.numbers])
        return self._placed(_iso_moment(text), text)

    def _placed(self, moment: datetime, text: str) -> Micros:
        if moment.tzinfo is None:
            if self._zone_info is None:
                raise CellError(
                    "no_zone", f"`{_cut(text)}` has a time but no time zone, and none is given for this file."
                )
            moment = moment.replace(tzinfo=self._zone_info)
        return to_micros(moment)

    def _by_format(self, text: str) -> Micros:
        for name in self.formats:
            if name in _UNIX and _NUMBER.match(text):
                return _unix(text, _UNIX[name])
        moment = self._moment_by_format(text)
        return end_of_day(moment.date()) if isinstance(moment, _DateOnly) else self._placed(moment, text)

    def _moment_by_format(self, text: str) -> datetime:
        for name in self.formats:
            if name not in _UNIX and (moment := _strptime(text, name)) is not None:
                return moment
        wanted = " or ".join(f"`{f}`" for f in self.formats)
        raise CellError("date_format", f"`{_cut(text)}` is not written as {wanted}.")


@lru_cache(maxsize=8192)
def _strptime(text: str, pattern: str) -> datetime | None:
    """The moment, or its date only where the format has no time of day; nothing where it does not fit."""
    try:
        moment = datetime.strptime(text, pattern)  # noqa: DTZ007 - the reader places it
    except ValueError:
        return None
    return moment if has_time(pattern) else _DateOnly(moment.year, moment.month, moment.day)


class _DateOnly(datetime):
    """A midnight that stands for a whole day."""


def is_format(name: str) -> bool:
    """Whether a format can be read and says the whole date: `unix seconds` and the like, or strptime's."""
    if name in _UNIX:
        return True
    if not any(year in name for year in ("%Y", "%c", "%x", "%G")):
        return False
    try:
        moment = datetime(2024, 4, 3, 17, 5, 9, tzinfo=UTC)
        return datetime.strptime(moment.strftime(name), name).date() == moment.date()  # noqa: DTZ007
    except ValueError:
        return False


def has_time(pattern: str) -> bool:
    """Whether a strptime format says a time of day."""
    return any(code in pattern for code in ("%H", "%I", "%X", "%c", "%T", "%R"))


@lru_cache(maxsize=8192)
def _iso_date(text: str) -> date:
    if not _ISO.match(text):
        raise _why(text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CellError("not_a_date", f"`{_cut(text)}` is not a day of the calendar.") from None


def _iso_moment(text: str) -> datetime:
    if text[12:13] == ":":
        text = _SHORT_HOUR.sub(r"\1 0\2", text)
    match = _ISO.match(text)
    if match is None:
        raise _why(text)
    if match["zone"] == "UTC":
        text = text.removesuffix("UTC").rstrip() + "Z"
    try:
        return datetime.fromisoformat(
            text.replace("z", "Z").replace(" +", "+").replace(" -", "-").replace(" Z", "Z")
        )
    except (ValueError, OverflowError):
        raise CellError("not_a_date", f"`{_cut(text)}` is not an instant of the calendar.") from None


def _unix(text: str, factor: int) -> Micros:
    whole, _, fraction = text.partition(".")
    if len(whole) > 18:
        raise CellError("not_a_date", f"`{_cut(text)}` is too large a number for an instant.")
    return int(whole) * factor + int(int(fraction or "0") * factor / 10 ** len(fraction or "0"))


def _why(text: str) -> CellError:
    """What is written there instead of an ISO instant; the reason teaches what to state."""
    cut = _cut(text)
    if slashed := _SLASHED.match(text):
        first, second = int(slashed[1]), int(slashed[3])
        if first <= 12 and second <= 12 and first != second:
            return CellError("ambiguous_date", f"`{cut}` is day/month or month/day; nothing says which.")
        return CellError(
            "date_format",
            f"`{cut}` is a date in a format that nothing fixes, so others in this column could be misread.",
        )
    if _YEAR_FIRST.match(text):
        return CellError("date_format", f"`{cut}` is a date in a format that nothing fixes.")
    if _SHORT_YEAR.match(text):
        return CellError("two_digit_year", f"`{cut}` has a year of two digits.")
    if _NUMBER.match(text):
        kind = (
            "a spreadsheet's day number"
            if len(text.partition(".")[0]) <= 6
            else "a number of seconds or milliseconds"
        )
        return CellError("number_for_date", f"`{cut}` is {kind}, and nothing says so.")
    return CellError(
        "not_a_date", f"`{cut}` is not a date or an instant such as 2024-04-03 or 2024-04-03T17:00:00Z."
    )


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
