"""Calibrations that were made: limits with the instant that they are of, one after the other over time, and those that a
store keeps.

Limits hold from their instant on until the next regular calibration. One that is a fact (`known_at`) was made for a decision
about the present: from then on it holds instead of what would be worked out from the facts that came later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from handraise.evaluate.decide import Limits, LimitsOverTime
from handraise.model.time import Micros


@dataclass(frozen=True, slots=True)
class Calibration:
    """Limits found over everybody at an instant. `known_at`: since when decisions keep to them, where that is a fact."""

    at: Micros
    n_people: int
    limits: Limits
    known_at: Micros | None = None

    @property
    def since(self) -> Micros:
        """Since when they hold."""
        return self.at if self.known_at is None else self.known_at


@dataclass(frozen=True, slots=True)
class Calibrations:
    """Some up to an instant, by the instant since which they hold; the first also says what holds before it. `first_at`:
    they are all there are, and then anybody was there first."""

    each: tuple[Calibration, ...]
    first_at: Micros | None = None

    @classmethod
    def of(cls, each: Iterable[Calibration], first_at: Micros | None = None) -> Calibrations:
        """In order; of two since the same instant the fact holds."""
        ordered = sorted(each, key=lambda c: (c.since, c.known_at is not None, c.at))
        last = {c.since: c for c in ordered}
        return cls(tuple(last.values()), first_at)

    def holding(self, at: Micros) -> Calibration:
        """The one that holds at an instant."""
        return next((c for c in reversed(self.each) if c.since <= at), self.each[0])

    @property
    def over_time(self) -> LimitsOverTime:
        at = np.array([c.since for c in self.each], dtype=np.int64)
        return LimitsOverTime(at, tuple(c.limits for c in self.each))

    @property
    def changing(self) -> tuple[Calibration, ...]:
        """Without those whose limits held already."""
        changed = (new for old, new in pairwise(self.each) if new.limits != old.limits)
        return (*self.each[:1], *changed)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a store keeps for one playbook version.

    `facts`: with the horizon of each, by the instant since which decisions keep to it. `again`: by instant and horizon, what
    working them out would give again; `first`: by horizon, when anybody was there first, where all are among them.
    `whole`: those of an earlier run, to be used as they are.
    """

    facts: tuple[tuple[int, Calibration], ...] = ()
    again: Mapping[tuple[Micros, int], Calibration] = field(default_factory=dict)
    first: Mapping[int, Micros] = field(default_factory=dict)
    whole: Calibrations | None = None

    def facts_by(self, until: Micros, horizon: int) -> list[Calibration]:
        """The facts that a decision at an instant, from the facts up to a horizon, may know; in order."""
        return [c for rests_on, c in self.facts if rests_on <= horizon and c.since <= until]

    def fact(self, since: Micros, until: Micros, horizon: int) -> Calibration | None:
        """The last fact that is known since `since` or later."""
        known = self.facts_by(until, horizon)
        return known[-1] if known and known[-1].since >= since else None

    def same(self, at: Micros, horizon: int) -> Calibration | None:
        return self.again.get((at, horizon))

    def first_at(self, horizon: int) -> Micros | None:
        return self.first.get(horizon)


NOTHING_KEPT = Kept()
