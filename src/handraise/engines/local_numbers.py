"""From the numbers that a store gives people and accounts to those in a chunk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from handraise.facts.chunks import Ints

# Where a chunk holds less than one in so many of the store, its numbers are searched and not spread out.
_SPARSE = 100


@dataclass(frozen=True, slots=True)
class LocalNumbers:
    """The place of each of the store's `numbers` in their own order; -1 for those that are not among them, and for -1."""

    numbers: Ints
    _table: Ints | None
    _order: npt.NDArray[np.intp]
    _ordered: Ints

    @classmethod
    def of(cls, numbers: Ints, n: int) -> LocalNumbers:
        """The numbers, each there once, of `n` in the store."""
        if not len(numbers) or len(numbers) * _SPARSE < n:
            order = np.argsort(numbers)
            return cls(numbers, None, order, numbers[order])
        table = np.full(n + 1, -1, dtype=np.int32)
        table[numbers] = np.arange(len(numbers), dtype=np.int32)
        return cls(numbers, table, np.empty(0, dtype=np.intp), numbers[:0])

    def __getitem__(self, wanted: npt.NDArray[Any]) -> Ints:
        if self._table is not None:
            spread: Ints = self._table[wanted]
            return spread
        if not len(self._ordered):
            return np.full(len(wanted), -1, dtype=np.int32)
        place = np.minimum(np.searchsorted(self._ordered, wanted), len(self._ordered) - 1)
        found: Ints = np.where(self._ordered[place] == wanted, self._order[place], -1).astype(np.int32)
        return found
