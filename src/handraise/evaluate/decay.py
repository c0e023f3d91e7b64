"""The midnights at which ageing changes a verdict.

What nothing but ageing moves, moves at midnights (`ageing`). A decayed score does so on most days, but what rests on it
only asks for its class, or on which side of a bound it lies. Between two other changes of the score ageing moves it one
way only. So where it is on the same side of everything at both ends it has been there all the time, and where it is
not, halving the time finds the midnights that matter.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from handraise.evaluate.keys import in_order
from handraise.evaluate.points import Points
from handraise.facts.chunks import Instants, Ints
from handraise.model.scores import BehaviourRule, Engagement

Classes = npt.NDArray[np.int8]
ClassesAt = Callable[[Points], Classes]
"""On which side of everything that is asked the engagement score lies at each point; shape `(n, questions)`."""


def ages_one_way(engagement: Engagement) -> bool:
    """Whether no decayed rule gives points while another takes them."""
    decayed = [r for r in engagement.rules if isinstance(r, BehaviourRule) and r.half_life is not None]
    return all(r.points_hundredths >= 0 for r in decayed) or all(r.points_hundredths <= 0 for r in decayed)


def deciding_midnights(
    changes: Points, ends: Instants, midnights: Instants, classes_at: ClassesAt
) -> tuple[Ints, Instants]:
    """(subject, midnight) wherever the classes are others than just before, between `changes` of the score for other reasons.

    Each change stands until `ends[i]`, the next one or the last instant of its subject.
    """
    first = np.searchsorted(midnights, changes.at, side="right")
    last = np.searchsorted(midnights, ends, side="left") - 1
    some = np.flatnonzero(first <= last)
    subject, low, high = changes.subject[some], first[some] - 1, last[some]
    at_low = classes_at(changes.only(first <= last))
    at_high = _classes(subject, midnights[high], classes_at)
    found: list[tuple[Ints, Instants]] = []
    while True:
        # Only where something differs between `low` and `high` is there a midnight to find.
        differs = (at_low != at_high).any(axis=1)
        subject, low, high = subject[differs], low[differs], high[differs]
        at_low, at_high = at_low[differs], at_high[differs]
        is_next = high - low == 1
        found.append((subject[is_next], midnights[high[is_next]]))
        subject, low, high = subject[~is_next], low[~is_next], high[~is_next]
        at_low, at_high = at_low[~is_next], at_high[~is_next]
        if not len(subject):
            break
        middle = (low + high) // 2
        at_middle = _classes(subject, midnights[middle], classes_at)
        subject = np.concatenate([subject, subject])
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
        at_low, at_high = np.concatenate([at_low, at_middle]), np.concatenate([at_middle, at_high])
    return np.concatenate([s for s, _ in found]), np.concatenate([at for _, at in found])


def _classes(subject: Ints, at: Instants, classes_at: ClassesAt) -> Classes:
    """The classes at points in any order."""
    order = in_order(subject, at)
    classes = classes_at(Points(subject[order], at[order]))
    found = np.empty_like(classes)
    found[order] = classes
    return found
