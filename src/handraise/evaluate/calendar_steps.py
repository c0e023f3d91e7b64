"""Calendar steps (months, quarters, years) of many instants at once.

A step back from an instant is not monotone: one month before each of the last days of March is the last of February at
that time of day, so what happened there leaves the trailing month on one of these days and is in it again on the
next morning. Between two midnights, however, a step moves every instant alike, but on days on which clocks change,
and then within each quarter of an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from handraise.facts.chunks import Instants
from handraise.model.time import (
    FIRST_INSTANT,
    LAST_INSTANT,
    MICROS_PER_DAY,
    Duration,
    Micros,
    local_date,
    local_midnight,
    to_datetime,
)

Rows = npt.NDArray[np.int64]

_QUARTER_OF_AN_HOUR: Micros = 15 * 60 * 1_000_000
_CALENDAR_YEAR: Micros = 366 * MICROS_PER_DAY


@dataclass(frozen=True, slots=True)
class Pieces:
    """From `start[i]` to `start[i + 1]` a step moves every instant by `shift[i]`."""

    start: Instants
    end: Instants
    shift: Instants

    def moved(self, at: Instants) -> Instants:
        """One step from each instant."""
        return at + self.shift[np.searchsorted(self.start, at, side="right") - 1]

    def reaches(self, target: Instants) -> tuple[Instants, Rows]:
        """The first instant from which a step reaches each target or what comes after it; and its piece."""
        reached = np.maximum.accumulate(self.end + self.shift)
        piece = np.minimum(np.searchsorted(reached, target, side="right"), len(self.start) - 1)
        return np.maximum(self.start[piece], target - self.shift[piece]), piece

    def falls_back(self, target: Instants) -> tuple[Rows, Instants, Instants]:
        """The stretches, after a step first reached them, in which it lies before the targets again: (which
        target, from, until)."""
        lowest_after = np.minimum.accumulate((self.start + self.shift)[::-1])[::-1]
        which = np.arange(len(target))
        piece = self.reaches(target)[1] + 1
        found: list[tuple[Rows, Instants, Instants]] = []
        while True:
            left = np.flatnonzero(piece < len(self.start))
            which, piece = which[left], piece[left]
            left = np.flatnonzero(lowest_after[piece] < target[which])
            which, piece = which[left], piece[left]
            if not len(which):
                break
            begins, shift = self.start[piece], self.shift[piece]
            before = begins + shift < target[which]
            until = np.minimum(self.end[piece], target[which] - shift)
            found.append((which[before], begins[before], until[before]))
            piece = piece + 1
        none = np.empty(0, dtype=np.int64)
        columns = zip((none, none, none), *found, strict=True)
        index, begin, end = (np.concatenate(column) for column in columns)
        return index, begin, end


def pieces(span: Duration, zone: str, first: Micros, last: Micros, *, forward: bool = False) -> Pieces:
    """The pieces of a step back (or forward) that hold all instants from `first` to a little after `last`."""
    low = max(first // _CALENDAR_YEAR, FIRST_INSTANT // _CALENDAR_YEAR)
    high = min(last // _CALENDAR_YEAR + 2, LAST_INSTANT // _CALENDAR_YEAR)
    return _pieces(span, zone, low, max(high, low + 1), forward)


@lru_cache(maxsize=64)
def _pieces(span: Duration, zone: str, low: int, high: int, forward: bool) -> Pieces:
    starts = _starts(span, zone, low * _CALENDAR_YEAR, high * _CALENDAR_YEAR, forward)
    step = span.after if forward else span.before
    start = np.array(starts, dtype=np.int64)
    shift = np.fromiter((step(at, zone) - at for at in starts), np.int64, len(starts))
    changes = np.ones(len(start), dtype=np.bool_)
    changes[1:] = shift[1:] != shift[:-1]
    start, shift = start[changes], shift[changes]
    return Pieces(start, np.append(start[1:], np.int64(high * _CALENDAR_YEAR)), shift)


def _starts(span: Duration, zone: str, first: Micros, last: Micros, forward: bool) -> list[Micros]:
    """The midnights, and on days on which clocks change here or where the step leads, every quarter of an hour."""
    clock = ZoneInfo(zone)
    found: list[Micros] = []
    day, end = local_date(first, zone), local_date(last, zone)
    uneven: dict[date, bool] = {}

    def is_uneven(day: date) -> bool:
        if day not in uneven:
            offsets = (
                to_datetime(local_midnight(day + timedelta(days=n), zone)).astimezone(clock).utcoffset()
                for n in (0, 1)
            )
            uneven[day] = len(set(offsets)) > 1
        return uneven[day]

    while day <= end:
        midnight = local_midnight(day, zone)
        found.append(midnight)
        reached = span.date_after(day) if forward else span.date_before(day)
        if is_uneven(day) or is_uneven(reached):
            following = local_midnight(day + timedelta(days=1), zone)
            found += range(midnight + _QUARTER_OF_AN_HOUR, following, _QUARTER_OF_AN_HOUR)
        day += timedelta(days=1)
    return found
