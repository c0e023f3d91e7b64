"""Arrays of indices: many ranges as one, and which are among others."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def ranges(start: npt.NDArray[Any], length: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """`start[0], start[0] + 1, ...` for `length[0]` numbers, then the same for the next."""
    before = np.zeros(len(length), dtype=np.int64)
    np.cumsum(length[:-1], out=before[1:])
    total = int(length.sum())
    return np.repeat(start - before, length) + np.arange(total, dtype=np.int64)


def is_among(ordered: npt.NDArray[Any], numbers: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which numbers are among `ordered`, which ascends; cheaper than `np.isin` where there are few."""
    if not len(ordered):
        return np.zeros(len(numbers), dtype=np.bool_)
    found: npt.NDArray[np.bool_] = (
        ordered[np.minimum(ordered.searchsorted(numbers), len(ordered) - 1)] == numbers
    )
    return found
