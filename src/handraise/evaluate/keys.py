"""Pairs of subject and instant as one number each, in the order of the pairs.

One number sorts and is found several times as fast as two. Where subjects and the time that the instants span do not
fit into 63 bits together, instants count by their rank among themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from handraise.facts.chunks import Instants, Ints
from handraise.model.time import Micros

Key = npt.NDArray[np.int64]
_BITS = 63


@dataclass(frozen=True, slots=True)
class Keys:
    """How (subject, instant) becomes a number: the subject, then `bits` bits for the instant. An instant is how long it
    is after `before`, or its place among the `ranked`; 0 is before all of them. All subjects from `beyond` on are one."""

    bits: int
    beyond: int
    before: Micros
    last: Micros
    ranked: Instants | None = None

    @classmethod
    def of(cls, subject: Ints, at: Instants) -> Keys:
        """For subjects up to the largest of these, at these instants."""
        if not len(at):
            return cls(1, 0, 0, 0)
        first, last, beyond = int(at.min()), int(at.max()), int(subject.max()) + 1
        bits = (last - first + 1).bit_length()
        if bits + beyond.bit_length() <= _BITS:
            return cls(bits, beyond, first - 1, last)
        ranked = np.unique(at)
        return cls(len(ranked).bit_length(), beyond, first - 1, last, ranked)

    def up_to(self, subject: Ints, at: Instants | Micros) -> Key:
        """The greatest number that a pair of the subject at or before `at` may have, whichever instant that is; of one
        of the pairs that these were made for, its own."""
        if self.ranked is not None:
            place = np.searchsorted(self.ranked, at, side="right")
        else:
            place = np.clip(at, self.before, self.last) - self.before
        return (np.minimum(subject, self.beyond).astype(np.int64) << self.bits) + place

    def pairs(self, keys: Key) -> tuple[Ints, Instants]:
        """The subjects and instants again."""
        place = keys & ((1 << self.bits) - 1)
        at = place + self.before if self.ranked is None else self.ranked[place - 1]
        return (keys >> self.bits).astype(np.int32), at


def in_order(subject: Ints, at: Instants) -> npt.NDArray[np.int64]:
    """What sorts pairs by subject, then by instant; equal ones keep their order."""
    return np.argsort(Keys.of(subject, at).up_to(subject, at), kind="stable")
