"""Points: who is asked, and at which instant.

Everything is evaluated at points. Deciding everybody now is one point for each person, all at one instant; a grid of
past instants, the edges of a trigger and the moves of a lifecycle are many points for each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handraise.facts.chunks import Bools, Instants, Ints
from handraise.model.time import Duration, Micros

FOREVER: Micros = int(np.iinfo(np.int64).max)
BEFORE_ALL: Micros = int(np.iinfo(np.int64).min)


@dataclass(frozen=True, slots=True)
class Points:
    """`subject[i]`, a person or an account of the chunk, at `at[i]`; sorted by (subject, at).

    `instant` is there when every subject is asked once, in order, and all at that instant.
    """

    subject: Ints
    at: Instants
    instant: Micros | None = None

    @classmethod
    def everybody(cls, n: int, instant: Micros) -> Points:
        """Each of `n` subjects at one instant."""
        return cls(np.arange(n, dtype=np.int32), np.broadcast_to(np.int64(instant), n), instant)

    @classmethod
    def of(cls, subject: Ints, at: Instants) -> Points:
        """These points, sorted, each once."""
        order = np.lexsort((at, subject))
        subject, at = subject[order], at[order]
        new = np.ones(len(subject), dtype=np.bool_)
        new[1:] = (subject[1:] != subject[:-1]) | (at[1:] != at[:-1])
        return cls(subject[new].astype(np.int32), at[new])

    @property
    def n(self) -> int:
        return len(self.subject)

    def only(self, which: Bools) -> Points:
        return Points(self.subject[which], self.at[which])


def starts(span: Duration, at: Instants, zone: str) -> Instants:
    """The excluded start of the trailing window that ends at each instant."""
    exact = span.micros
    if exact is not None:
        return at - exact
    return _each(at, lambda instant: span.before(instant, zone))


def exits(span: Duration, at: Instants, zone: str) -> Instants:
    """The first instant at which something that happened at each `at` lies outside the trailing window."""
    exact = span.micros
    if exact is not None:
        return at + exact
    return _each(at, lambda instant: _first_outside(span, instant, zone))


def _first_outside(span: Duration, at: Micros, zone: str) -> Micros:
    """The smallest `t` with `span.before(t) >= at`. Calendar steps are clamped, so it is looked for by halving."""
    near = span.after(at, zone)
    low, high = near - _FAR, near + _FAR
    while low + 1 < high:
        middle = (low + high) // 2
        if span.before(middle, zone) >= at:
            high = middle
        else:
            low = middle
    return high


# Clamping moves a step by three days at most, and clocks by an hour.
_FAR: Micros = 5 * 86_400_000_000


def _each(at: Instants, step: object) -> Instants:
    distinct, place = np.unique(at, return_inverse=True)
    moved = np.fromiter((step(int(instant)) for instant in distinct), np.int64, len(distinct))  # type: ignore[operator]
    return np.asarray(moved[place], dtype=np.int64)
