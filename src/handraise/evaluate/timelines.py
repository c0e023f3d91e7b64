"""Look-ups in timelines: the latest visible value of each subject, now or at many points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from handraise.facts.chunks import Bools, Instants, Ints, Timeline

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
    subject = timeline.subject
    last = np.append(np.flatnonzero(subject[1:] != subject[:-1]), len(subject) - 1)
    code[subject[last]] = timeline.code[last]
    assumed[subject[last]] = (timeline.assumed[last] == 1) & (timeline.code[last] >= 0)
    return code, assumed


class Steps:
    """A timeline as a step function of the instant of knowing: which value was the latest visible one.

    Facts may become visible in another order than they happened; at each instant the greatest row among
    those visible counts, which is a running maximum of row positions in order of visibility.
    """

    def __init__(self, timeline: Timeline) -> None:
        order = np.lexsort((timeline.visible, timeline.subject))
        self._subject = timeline.subject[order]
        self._code = timeline.code[np.maximum.accumulate(order)] if len(order) else timeline.code
        self._instants = np.unique(timeline.visible)
        # Dense ranks, so that (subject, instant) packs into one int64 without overflow.
        self._stride = len(self._instants) + 1
        rank = np.searchsorted(self._instants, timeline.visible[order], side="right")
        self._key = self._subject.astype(np.int64) * self._stride + rank

    def at(self, subject: Ints, instant: Instants) -> Ints:
        """Value code for each (subject, instant); -1 where nothing was known, or for subject -1."""
        rank = np.searchsorted(self._instants, instant, side="right")
        position: npt.NDArray[np.int64] = (
            np.searchsorted(self._key, subject.astype(np.int64) * self._stride + rank, side="right") - 1
        )
        if not len(self._subject):
            return np.full(len(subject), NO_TIMELINE_CODE, dtype=np.int32)
        found = (position >= 0) & (subject >= 0) & (self._subject[position] == subject)
        return np.where(found, self._code[position], NO_TIMELINE_CODE)
