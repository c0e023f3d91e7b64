"""When things happen: quarters, working days and times of day in an account's own region.

The raw world knows dates of one January-to-April only. Here a seed's leads are spread over a quarter,
and everything that follows a lead keeps its distance from the lead's creation, counted in weeks of
five working days; nothing happens on weekends, at Christmas or on New Year's Day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from invented_names import draw

ZONES = {"US": ZoneInfo("America/New_York"), "UK": ZoneInfo("Europe/London")}
OPENS, CLOSES = time(9, 0), time(17, 30)
WORLD_STARTS_ON = date(2024, 1, 1)
WORLD_CREATION_DAYS = 30
WORKING_DAYS = np.busdaycalendar(
    holidays=[
        date(year, month, day) for year in range(2015, 2046) for month, day in ((1, 1), (12, 25), (12, 26))
    ]
)


@dataclass(frozen=True)
class Quarter:
    """A calendar quarter; `starts_on` is its first day, `ends_before` the first day of the next."""

    starts_on: date

    @property
    def ends_before(self) -> date:
        month = self.starts_on.month + 3
        return date(self.starts_on.year + month // 13, (month - 1) % 12 + 1, 1)

    @property
    def name(self) -> str:
        return f"{self.starts_on.year}Q{(self.starts_on.month + 2) // 3}"

    def next(self) -> Quarter:
        return Quarter(self.ends_before)


def working_day(on: date, n: int = 0) -> date:
    """The `n`th working day after `on`, or after the first working day from `on` where it is none itself."""
    day: date = np.busday_offset(on, n, roll="forward", busdaycal=WORKING_DAYS).astype(object)
    return day


def created_on(raw_created: date, quarter: Quarter, key: str) -> date:
    """The day of a lead in the quarter: its place in the raw world's 30 days, stretched."""
    place = ((raw_created - WORLD_STARTS_ON).days + draw("day", key).random()) / WORLD_CREATION_DAYS
    n_days = np.busday_count(quarter.starts_on, quarter.ends_before, busdaycal=WORKING_DAYS)
    return working_day(quarter.starts_on, int(place * n_days))


def instant_on(
    on: date, region: str, key: str, after: datetime | None = None, closes: time = CLOSES
) -> datetime:
    """An instant (UTC, whole seconds) in business hours of `region`, later than `after`."""
    zone, chance = ZONES[region], draw("time", key)
    earliest = datetime.combine(on, OPENS, zone).astimezone(UTC)
    latest = datetime.combine(on, closes, zone).astimezone(UTC)
    if after is not None:
        earliest = max(earliest, after + timedelta(seconds=chance.randint(60, 600)))
    room = max(int((latest - earliest).total_seconds()), 0)
    return earliest + timedelta(seconds=chance.randint(0, room) if room else 0)


@dataclass(frozen=True)
class LeadClock:
    """Moves one lead's raw dates into its quarter: a week of the raw world's seven days is five working days."""

    raw_created: date
    created_on: date
    region: str
    phase: float

    def day(self, raw: date) -> date:
        return working_day(self.created_on, int((raw - self.raw_created).days * 5 / 7 + self.phase))

    def at(self, raw: date, key: str, after: datetime) -> datetime:
        return instant_on(self.day(raw), self.region, key, after)


def webinar_starts_at(year: int, month: int) -> datetime:
    """The monthly webinar: the second Wednesday, 15:00 UTC."""
    first = date(year, month, 1)
    wednesday = first + timedelta(days=(2 - first.weekday()) % 7 + 7)
    return datetime.combine(wednesday, time(15, 0), UTC)
