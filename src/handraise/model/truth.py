"""Kleene's three-valued truth: in, out, unknown.

Source: Kleene, *Introduction to Metamathematics* (1952), section 64 (the strong connectives).
The numbers are chosen so that `and` is the minimum, `or` the maximum and `not` is `2 - x`, in plain
Python and in numpy alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Truth(IntEnum):
    """A verdict about one subject at one instant."""

    OUT = 0
    UNKNOWN = 1
    IN = 2

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, value: bool | None) -> Truth:
        """`None` is unknown."""
        if value is None:
            return cls.UNKNOWN
        return cls.IN if value else cls.OUT


def all_of(truths: Iterable[Truth]) -> Truth:
    """Conjunction; of nothing it is `IN`."""
    return Truth(min(truths, default=Truth.IN))


def any_of(truths: Iterable[Truth]) -> Truth:
    """Disjunction; of nothing it is `OUT`."""
    return Truth(max(truths, default=Truth.OUT))


def negation(truth: Truth) -> Truth:
    return Truth(2 - truth)


def at_least(n: int, truths: Iterable[Truth]) -> Truth:
    """`IN` or `OUT` as soon as the unknown ones can no longer change it (1 <= n <= number of truths)."""
    seen = list(truths)
    certain = sum(t is Truth.IN for t in seen)
    possible = certain + sum(t is Truth.UNKNOWN for t in seen)
    if certain >= n:
        return Truth.IN
    return Truth.OUT if possible < n else Truth.UNKNOWN
