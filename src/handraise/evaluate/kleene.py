"""Kleene's logic on arrays: int8 truths with OUT 0, UNKNOWN 1, IN 2 (`model.truth.Truth`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from handraise.model.truth import Truth

Truths: TypeAlias = npt.NDArray[np.int8]
Bools: TypeAlias = npt.NDArray[np.bool_]

OUT, UNKNOWN, IN = np.int8(Truth.OUT), np.int8(Truth.UNKNOWN), np.int8(Truth.IN)


def some(holds: Bools) -> bool:
    """Whether any holds; of few subjects at a third of the cost of `any`."""
    return holds.size > 0 and holds.item(holds.argmax())


def constant(truth: Truth, size: int) -> Truths:
    return np.full(size, truth, dtype=np.int8)


def certain(holds: Bools) -> Truths:
    """Truths of a test that is never unknown."""
    return holds.view(np.int8) * IN


def bounded(surely: Bools, possibly: Bools) -> Truths:
    """IN where `surely`, OUT where not even `possibly`, else unknown."""
    return surely.astype(np.int8) + possibly.astype(np.int8)


def all_of(truths: Sequence[Truths]) -> Truths:
    return reduce(np.minimum, truths)


def any_of(truths: Sequence[Truths]) -> Truths:
    return reduce(np.maximum, truths)


def negation(truths: Truths) -> Truths:
    return np.int8(2) - truths


def at_least(n: int, truths: Sequence[Truths]) -> Truths:
    """IN or OUT as soon as the unknown ones can no longer change it."""
    sure = sum((t == IN).astype(np.int32) for t in truths)
    possible = sum((t != OUT).astype(np.int32) for t in truths)
    return bounded(np.asarray(sure >= n), np.asarray(possible >= n))
