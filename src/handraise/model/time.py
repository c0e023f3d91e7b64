"""Instants, civil dates and durations.

An instant is whole microseconds since 1970-01-01T00:00:00Z. A civil date without a time happens and
is known at that day's end, its last microsecond in UTC, so that "as of 2018-04-01" includes it.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

Micros = int

MICROS_PER_SECOND: Micros = 1_000_000
MICROS_PER_DAY: Micros = 86_400 * MICROS_PER_SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What can be decided as of: far enough from the ends of the calendar for every step a playbook may ask for.
FIRST_INSTANT: Micros = -2_208_988_800 * MICROS_PER_SECOND
LAST_INSTANT: Micros = 7_258_118_400 * MICROS_PER_SECOND - 1


class Unit(Enum):
    """Units of a duration. Months, quarters and years are calendar steps; the others are exact."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    QUARTERS = "quarters"
    YEARS = "years"

    @property
    def exact_micros(self) -> Micros | None:
        """Length in microseconds, `None` for a calendar step."""
        return _EXACT.get(self._value_)  # a text has its hash at hand, a member works it out


_EXACT = {
    "seconds": MICROS_PER_SECOND,
    "minutes": 60 * MICROS_PER_SECOND,
    "hours": 3600 * MICROS_PER_SECOND,
    "days": MICROS_PER_DAY,
    "weeks": 7 * MICROS_PER_DAY,
}
_MONTHS = {Unit.MONTHS: 1, Unit.QUARTERS: 3, Unit.YEARS: 12}


@dataclass(frozen=True, slots=True)
class Duration:
    """`count` units, at least one."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        word = self.unit.value if self.count != 1 else self.unit.value[:-1]
        return f"{self.count} {word}"

    @property
    def micros(self) -> Micros | None:
        """Exact length, `None` for a calendar step."""
        exact = self.unit.exact_micros
        return None if exact is None else self.count * exact

    def before(self, instant: Micros, zone: str) -> Micros:
        """The instant one duration earlier; calendar steps are taken in `zone`, clamped to the month's end."""
        exact = self.micros
        return instant - exact if exact is not None else _calendar_step(instant, -self._months, zone)

    def after(self, instant: Micros, zone: str) -> Micros:
        exact = self.micros
        return instant + exact if exact is not None else _calendar_step(instant, self._months, zone)

    def date_before(self, day: date) -> date:
        """The civil date one duration earlier; units below a day count as whole days, rounded up."""
        return self._date_step(day, -1)

    def date_after(self, day: date) -> date:
        return self._date_step(day, 1)

    @classmethod
    def parse(cls, text: str) -> Duration:
        """`1 week`, `12 hours`. Raises `ValueError` with a sentence for the user."""
        count, _, unit = text.strip().partition(" ")
        known = next((u for u in Unit if unit in (u.value, u.value[:-1])), None)
        if known is None or not count.isascii() or not count.isdigit() or not 0 < int(count) < 1_000_000:
            raise ValueError(f"`{text}` is not a length of time such as 1 week or 12 hours.")
        return cls(int(count), known)

    @property
    def _months(self) -> int:
        return self.count * _MONTHS[self.unit]

    def _date_step(self, day: date, sign: int) -> date:
        exact = self.micros
        if exact is not None:
            return day + sign * timedelta(days=-(-exact // MICROS_PER_DAY))
        return _month_step(day, sign * self._months)


def _month_step(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _calendar_step(instant: Micros, months: int, zone: str) -> Micros:
    local = to_datetime(instant).astimezone(ZoneInfo(zone))
    moved = datetime.combine(_month_step(local.date(), months), local.timetz())
    return to_micros(moved)


def to_micros(moment: datetime) -> Micros:
    """Microseconds of an aware datetime; exact."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * MICROS_PER_SECOND + delta.microseconds


def to_datetime(instant: Micros) -> datetime:
    """The aware UTC datetime of an instant."""
    return _EPOCH + timedelta(microseconds=instant)


def end_of_day(day: date) -> Micros:
    """The last microsecond of a civil date in UTC: when a date without a time is known."""
    return to_micros(datetime(day.year, day.month, day.day, tzinfo=UTC)) + MICROS_PER_DAY - 1


def local_date(instant: Micros, zone: str) -> date:
    """The civil date at an instant in `zone`."""
    return to_datetime(instant).astimezone(ZoneInfo(zone)).date()


def local_midnight(day: date, zone: str) -> Micros:
    """The instant at which a civil date begins in `zone`; where its midnight is skipped, when the clock is set forward."""
    return to_micros(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


def iso(instant: Micros) -> str:
    """`2026-09-30T23:59:59.999999Z`; the fraction only where there is one."""
    return to_datetime(instant).isoformat().replace("+00:00", "Z")


def parse_instant(text: str) -> Micros:
    """An instant with a zone, or a bare date, which means that day's end in UTC.

    Raises `ValueError` with a sentence for the user.
    """
    stripped = text.strip()
    try:
        if len(stripped) == 10:
            instant: Micros | None = end_of_day(date.fromisoformat(stripped))
        elif not set("Tt :") & set(stripped):
            raise ValueError("another form of a date, without a time of day")
        else:
            moment = datetime.fromisoformat(stripped)
            instant = None if moment.tzinfo is None else to_micros(moment)
    except ValueError as error:
        raise ValueError(
            f"`{text}` is not an instant such as 2026-09-30 or 2026-09-30T17:00:00+02:00."
        ) from error
    if instant is None:
        raise ValueError(
            f"`{text}` has a time but no zone; write for example {stripped}Z or {stripped}+01:00."
        )
    return _of_our_time(text, instant)


def _of_our_time(text: str, instant: Micros) -> Micros:
    """Refuses instants from which calendar steps could leave the calendar."""
    if not FIRST_INSTANT <= instant <= LAST_INSTANT:
        raise ValueError(f"`{text}` is not an instant between the years 1900 and 2199.")
    return instant
