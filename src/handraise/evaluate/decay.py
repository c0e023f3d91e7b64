"""The midnights at which ageing changes a verdict.

What nothing but ageing moves, moves at midnights (`ageing`). A decayed score does so on most days, but what rests on it
only asks for its class, or on which side of a bound it lies. Between two other changes of the score ageing moves it one
way only. So where it is on the same side of everything at both ends it has been there all the time, and where it is
not, halving the time finds the midnights that matter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from handraise.evaluate.points import Points
from handraise.facts.chunks import Instants, Ints
from handraise.model.scores import BehaviourRule, Engagement

Classes = npt.NDArray[np.int8]
Rows = npt.NDArray[np.int64]
_MANY_POINTS = 500_000


class Standing(Protocol):
    """On which side of everything that is asked the engagement score lies at points; shape `(n, questions)`."""

    def at_points(self) -> Classes: ...

    def later(self, which: Rows, at: Instants) -> Classes:
        """Of some of the points, each at a later midnight up to which nothing but ageing changes the score."""
        ...


StandingAt = Callable[[Points], Standing]


def ages_one_way(engagement: Engagement) -> bool:
    """Whether no decayed rule gives points while another takes them."""
    decayed = [r for r in engagement.rules if isinstance(r, BehaviourRule) and r.half_life is not None]
    return all(r.points_hundredths >= 0 for r in decayed) or all(r.points_hundredths <= 0 for r in decayed)


def deciding_midnights(
    changes: Points, ends: Instants, midnights: Instants, standing_at: StandingAt
) -> tuple[Ints, Instants]:
    """(subject, midnight) wherever the classes are others than just before, between `changes` of the score for other reasons.

    Each change stands until `ends[i]`, the next one or the last instant of its subject.
    """
    first = np.searchsorted(midnights, changes.at, side="right")
    last = np.searchsorted(midnights, ends, side="left") - 1
    some = np.flatnonzero(first <= last)
    found = [(changes.subject[:0], changes.at[:0])]
    for i in range(0, len(some), _MANY_POINTS):
        which = some[i : i + _MANY_POINTS]
        points = changes.only(which)
        place, number = _deciding(standing_at(points), first[which], last[which], midnights)
        found.append((points.subject[place], midnights[number]))
    return np.concatenate([s for s, _ in found]), np.concatenate([at for _, at in found])


def _deciding(standing: Standing, first: Rows, last: Rows, midnights: Instants) -> tuple[Rows, Rows]:
    """(place of the point, number of the midnight) of each midnight that matters."""
    place, low, high = np.arange(len(first)), first - 1, last
    at_low, at_high = standing.at_points(), standing.later(place, midnights[high])
    found = [(place[:0], high[:0])]
    while len(place):
        # Only where something differs between `low` and `high` is there a midnight to find.
        differs = (at_low != at_high).any(axis=1)
        place, low, high = place[differs], low[differs], high[differs]
        at_low, at_high = at_low[differs], at_high[differs]
        is_next = high - low == 1
        found.append((place[is_next], high[is_next]))
        place, low, high = place[~is_next], low[~is_next], high[~is_next]
        at_low, at_high = at_low[~is_next], at_high[~is_next]
        middle = (low + high) // 2
        at_middle = standing.later(place, midnights[middle])
        place = np.concatenate([place, place])
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
        at_low, at_high = np.concatenate([at_low, at_middle]), np.concatenate([at_middle, at_high])
    return np.concatenate([p for p, _ in found]), np.concatenate([n for _, n in found])
