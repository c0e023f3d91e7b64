"""Look-ups in timelines: the latest visible value of each subject, now or at many points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from handraise.evaluate.keys import in_order
from handraise.evaluate.points import Points
from handraise.evaluate.spells import Diary, last_at
from handraise.facts.chunks import Bools, Held, Instants, Ints, Timeline

NO_TIMELINE_CODE = np.int32(-1)


def latest(timeline: Timeline | None, n_subjects: int) -> tuple[Ints, Bools]:
    """Value code of each subject now (-1: none) and whether "since when" is assumed.

    Rows are sorted by subject and then by what makes a value the latest, so that the last row of a
    subject is the answer. Shape: `n_subjects` each.
    """
    code = np.full(n_subjects, NO_TIMELINE_CODE, dtype=np.int32)
    assumed = np.zeros(n_subjects, dtype=np.bool_)
    if timeline is None or not len(timeline.subject):
        return code, assumed
    # Of several values assigned to one place the last one stays.
    code[timeline.subject] = timeline.code
    assumed[timeline.subject] = timeline.assumed == 1
    assumed &= code >= 0
    return code, assumed


class Steps:
    """A timeline as a step function of the instant of knowing: which value was the latest visible one, and since when.

    Facts may become visible in another order than they happened; at each instant the greatest row among
    those visible counts, which is a running maximum of row positions in order of visibility. Facts of one instant
    apply together, so only the last of an instant is a step.
    """

    def __init__(self, timeline: Timeline) -> None:
        order = in_order(timeline.subject, timeline.visible)
        # Rows are sorted by subject, so the running maximum of row numbers restarts with each subject.
        row = np.maximum.accumulate(order) if len(order) else order
        subject, at = timeline.subject[order], timeline.visible[order]
        last = np.ones(len(order), dtype=np.bool_)
        last[:-1] = (subject[1:] != subject[:-1]) | (at[1:] != at[:-1])
        self.subject: Ints = subject[last]
        self.at_instants: Instants = at[last]
        self.row: npt.NDArray[np.int64] = row[last]
        self.code: Ints = timeline.code[self.row] if len(order) else timeline.code
        self.since: Instants = self._since()

    def _since(self) -> Instants:
        """When the value of each step became the current one; the same value told again does not restart it."""
        n = len(self.subject)
        begins = np.ones(n, dtype=np.bool_)
        begins[1:] = (self.subject[1:] != self.subject[:-1]) | (self.code[1:] != self.code[:-1])
        first = np.maximum.accumulate(np.where(begins, np.arange(n), 0)) if n else np.arange(n)
        return self.at_instants[first]

    @cached_property
    def _diary(self) -> Diary:
        return Diary.of(self.subject, self.at_instants)

    def place(self, subject: Ints, instant: Instants) -> npt.NDArray[np.int64]:
        """The step that holds for each (subject, instant); -1 where nothing was known, or for subject -1."""
        return np.where(subject >= 0, self._diary.last_at(subject, instant), -1)

    def at(self, subject: Ints, instant: Instants) -> Ints:
        """Value code for each (subject, instant); -1 where nothing was known, or for subject -1."""
        return self.taken(self.code, self.place(subject, instant))

    @staticmethod
    def taken(codes: Ints, place: npt.NDArray[np.int64]) -> Ints:
        """The codes at these places; -1 for none."""
        if not len(codes):
            return np.full(len(place), NO_TIMELINE_CODE, dtype=np.int32)
        return np.where(place >= 0, codes[np.maximum(place, 0)], NO_TIMELINE_CODE).astype(np.int32)


@dataclass(frozen=True)
class HeldSteps:
    """The account held, as told at each instant: from `at_instants[i]` on it is `code[i]` for `subject[i]` (below 0:
    none of the chunk). Sorted by both."""

    subject: Ints
    at_instants: Instants
    code: Ints

    @classmethod
    def of(cls, held: Held) -> HeldSteps:
        stated, own = Steps(held.stated), Steps(held.own)
        return cls.either(
            (stated.subject, stated.at_instants, stated.code), (own.subject, own.at_instants, own.code)
        )

    @classmethod
    def either(cls, stated: tuple[Ints, Instants, Ints], own: tuple[Ints, Instants, Ints]) -> HeldSteps:
        """Of steps sorted by (subject, instant): the stated code, or where there is none (-1), the own one."""
        both = Points.of(np.concatenate([stated[0], own[0]]), np.concatenate([stated[1], own[1]]))
        first, second = (
            Steps.taken(code, last_at(subject, at, both.subject, both.at))
            for subject, at, code in (stated, own)
        )
        code = np.where(first == NO_TIMELINE_CODE, second, first)
        return cls(both.subject, both.at, code)

    def at(self, subject: Ints, instant: Instants) -> Ints:
        """The account for each (subject, instant); below 0 for none of the chunk."""
        return Steps.taken(self.code, self._diary.last_at(subject, instant))

    @cached_property
    def _diary(self) -> Diary:
        return Diary.of(self.subject, self.at_instants)
