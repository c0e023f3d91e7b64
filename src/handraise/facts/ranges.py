"""Many ranges of indices as one array."""

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
