"""Columns of few distinct values, as a number each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def coded(index: npt.NDArray[np.integer], values: pa.Array) -> pa.DictionaryArray:
    """The value of each number; null below 0."""
    missing = index < 0
    if not missing.any():
        return pa.DictionaryArray.from_arrays(pa.array(index), values)
    numbers = pa.array(np.where(missing, 0, index).astype(index.dtype), mask=missing)
    return pa.DictionaryArray.from_arrays(numbers, values, safe=False)


def plain(column: pa.Array) -> pa.Array:
    """A column without its dictionary."""
    return column.dictionary.take(column.indices) if isinstance(column, pa.DictionaryArray) else column
