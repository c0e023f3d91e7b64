"""Points: who is asked, and at which instant.

Everything is evaluated at points. Deciding everybody now is one point for each person, all at one instant; a grid of
past instants, the edges of a trigger and the moves of a lifecycle are many points for each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from handraise.evaluate.calendar_steps import Pieces, pieces
from handraise.evaluate.keys import Keys
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
        keys = Keys.of(subject, at)
        found = np.sort(keys.up_to(subject, at))
        new = np.ones(len(found), dtype=np.bool_)
        new[1:] = found[1:] != found[:-1]
        return cls(*keys.pairs(found[new]))

    @property
    def n(self) -> int:
        return len(self.subject)

    def only(self, which: Bools | npt.NDArray[np.int64]) -> Points:
        return Points(self.subject[which], self.at[which])


def starts(span: Duration, at: Instants, zone: str) -> Instants:
    """The excluded start of the trailing window that ends at each instant."""
    exact = span.micros
    if exact is not None:
        return at - exact
    return _pieces(span, at, zone).moved(at) if len(at) else at


def exits(span: Duration, at: Instants, zone: str) -> Instants:
    """The first instant at which something that happened at each `at` lies outside the trailing window."""
    exact = span.micros
    if exact is not None:
        return at + exact
    return _pieces(span, at, zone).reaches(at)[0] if len(at) else at


def comes_back(span: Duration, at: Instants, zone: str) -> tuple[npt.NDArray[np.int64], Instants, Instants]:
    """Where something lies inside the trailing window again after it left it: (which, from, until). Only calendar steps
    do that (`calendar_steps`)."""
    if span.micros is not None or not len(at):
        none = np.empty(0, dtype=np.int64)
        return none, none, none
    return _pieces(span, at, zone).falls_back(at)


def leaves(span: Duration, at: Instants, zone: str) -> tuple[npt.NDArray[np.int64], Instants]:
    """Every instant at which something leaves the trailing window or comes back into it: (which, when)."""
    which, begin, end = comes_back(span, at, zone)
    mine = np.arange(len(at))
    return np.concatenate([mine, which, which]), np.concatenate([exits(span, at, zone), begin, end])


def nears(span: Duration, at: Instants, zone: str) -> Instants:
    """Every instant at which a window that begins then, and whose end is excluded, comes to hold each `at`, or ceases
    to."""
    if span.micros is not None:
        return at - span.micros + 1
    ahead = pieces(span, zone, span.before(int(at.min()), zone), int(at.max()), forward=True)
    _, begin, end = ahead.falls_back(at + 1)
    return np.concatenate([ahead.reaches(at + 1)[0], begin, end])


def _pieces(span: Duration, at: Instants, zone: str) -> Pieces:
    first, last = int(at.min()), int(at.max())
    return pieces(span, zone, span.before(first, zone), span.after(last, zone))
