"""Spells: the stretches of time during which something holds, counted over time.

An occurrence counts from when it is visible until it leaves the window. Entries and exits sort separately, so late
facts need no care, and the count at any instant is one look-up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from handraise.evaluate.keys import Key, Keys, in_order
from handraise.evaluate.points import FOREVER, comes_back, exits
from handraise.facts.chunks import Bools, Instants, Ints
from handraise.model.time import Duration

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spells:
    """`[start[i], end[i])` of `subject[i]`, in no order; empty ones are left out."""

    subject: Ints
    start: Instants
    end: Instants

    @classmethod
    def of(cls, subject: Ints, start: Instants, end: Instants) -> Spells:
        kept = (start < end) & (subject >= 0)
        if kept.all():
            return cls(subject, start, end)
        return cls(subject[kept], start[kept], end[kept])

    def of_subjects(self, subject: Ints) -> Spells:
        """The same spells, of other subjects (-1: nobody)."""
        return Spells.of(subject, self.start, self.end)

    def counted(self) -> Counted:
        """How many hold at once, as steps."""
        return Counted.of(self)

    def union(self) -> Spells:
        """The stretches in which at least one holds."""
        return self.counted().at_least(1)

    def changes(self) -> tuple[Ints, Instants]:
        """Every (subject, instant) at which one begins or ends."""
        ends = self.end < FOREVER
        return (
            np.concatenate([self.subject, self.subject[ends]]),
            np.concatenate([self.start, self.end[ends]]),
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """A count as steps: from `at[i]` on it is `n[i]` for `subject[i]`; sorted by (subject, at), each once."""

    subject: Ints
    at: Instants
    n: Counts

    @classmethod
    def of(cls, spells: Spells) -> Counted:
        ends = spells.end < FOREVER
        subject = np.concatenate([spells.subject, spells.subject[ends]])
        at = np.concatenate([spells.start, spells.end[ends]])
        change = np.ones(len(subject), dtype=np.int64)
        change[len(spells.subject) :] = -1
        return cls.summed(subject, at, change)

    @classmethod
    def summed(cls, subject: Ints, at: Instants, change: Counts) -> Counted:
        """The sum of all changes of each subject up to each of their instants; they come in any order."""
        order = in_order(subject, at)
        subject, at = subject[order], at[order]
        total = np.cumsum(change[order])
        last = np.ones(len(subject), dtype=np.bool_)
        last[:-1] = (subject[1:] != subject[:-1]) | (at[1:] != at[:-1])
        begins = np.ones(len(subject), dtype=np.bool_)
        begins[1:] = subject[1:] != subject[:-1]
        before = np.where(begins, np.concatenate([np.zeros(1, np.int64), total[:-1]])[: len(total)], 0)
        # The running sum restarts at each subject.
        base = (
            before[np.maximum.accumulate(np.where(begins, np.arange(len(total)), 0))] if len(total) else total
        )
        return cls(subject[last], at[last], (total - base)[last])

    def look_up(self, subject: Ints, at: Instants) -> Counts:
        """The count for each (subject, instant); 0 where nothing has begun."""
        return look_up(self.subject, self.at, self.n, subject, at)

    def at_least(self, n: int) -> Spells:
        """The stretches in which the count is `n` or more."""
        return stretches(self.subject, self.at, self.n >= n)


def in_window(
    subject: Ints, start: Instants, end: Instants, at: Instants, within: Duration | None, zone: str
) -> Spells:
    """The part of each `[start[i], end[i])` in which what happened at `at[i]` is in the trailing window; all of it
    without one."""
    if within is None:
        return Spells.of(subject, start, end)
    again, begin, until = comes_back(within, at, zone)
    return Spells.of(
        np.concatenate([subject, subject[again]]),
        np.concatenate([start, np.maximum(start[again], begin)]),
        np.concatenate([np.minimum(end, exits(within, at, zone)), np.minimum(end[again], until)]),
    )


def look_up(
    subjects: Ints, instants: Instants, values: npt.NDArray[np.generic], subject: Ints, at: Instants
) -> npt.NDArray[np.int64]:
    """The value of the last step of `subject[i]` at or before `at[i]`; 0 where there is none."""
    place = last_at(subjects, instants, subject, at)
    if not len(subjects):
        return np.zeros(len(subject), dtype=np.int64)
    return np.where(place >= 0, values[np.maximum(place, 0)], 0).astype(np.int64)


def last_at(subjects: Ints, instants: Instants, subject: Ints, at: Instants) -> npt.NDArray[np.int64]:
    """The place of the last of the sorted (subjects, instants) that is of `subject[i]` and at or before `at[i]`; -1."""
    return Diary.of(subjects, instants).last_at(subject, at)


@dataclass(frozen=True, slots=True)
class Diary:
    """Instants of subjects, sorted by (subject, instant), ready to be looked up many times."""

    subject: Ints
    at: Instants
    _keys: Keys
    _entries: Key

    @classmethod
    def of(cls, subject: Ints, at: Instants) -> Diary:
        keys = Keys.of(subject, at)
        return cls(subject, at, keys, keys.up_to(subject, at))

    def last_at(self, subject: Ints, at: Instants) -> npt.NDArray[np.int64]:
        """The place of the last entry of `subject[i]` at or before `at[i]`; -1."""
        if not len(self.subject):
            return np.full(len(subject), -1, dtype=np.int64)
        place = np.searchsorted(self._entries, self._keys.up_to(subject, at), side="right") - 1
        mine = (place >= 0) & (self.subject[np.maximum(place, 0)] == subject)
        return np.where(mine, place, -1)


def stretches(subject: Ints, at: Instants, holds: Bools) -> Spells:
    """The stretches in which steps, sorted by (subject, at), hold."""
    n = len(subject)
    if not n:
        return Spells(subject, at, at)
    new_subject = np.ones(n, dtype=np.bool_)
    new_subject[1:] = subject[1:] != subject[:-1]
    before = np.zeros(n, dtype=np.bool_)
    before[1:] = holds[:-1] & ~new_subject[1:]
    begins = np.flatnonzero(holds & ~before)
    # A stretch ends where it no longer holds, or with its subject's last step: never.
    stops = np.flatnonzero(new_subject | ~holds)
    following = np.searchsorted(stops, begins, side="right")
    stop = np.append(stops, n)[following]
    same = np.append(subject, -1)[stop] == subject[begins]
    end = np.where(same, np.append(at, FOREVER)[stop], FOREVER)
    return Spells.of(subject[begins], at[begins], end)
