"""What was worked out lately, kept so that the pages of one query agree."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import pyarrow as pa

from handraise.model.time import Micros

MAX_RESULTS = 16
MAX_BYTES = 512 * 2**20

Key = tuple[str, Micros] | tuple[str, Micros, Micros]
"""A playbook's version and an instant, or the ends of a period. The facts cannot change while the server holds them."""


class HasTable(Protocol):
    """A result whose size is that of its table, unless `Recent` is told another."""

    @property
    def table(self) -> pa.Table: ...


Result = TypeVar("Result", bound=HasTable)


def _of_table(result: HasTable) -> int:
    return int(result.table.nbytes)


class Recent(Generic[Result]):
    """The results used last, so many and so large at most; the very last is always kept. For one thread at a time."""

    def __init__(
        self,
        max_results: int = MAX_RESULTS,
        max_bytes: int = MAX_BYTES,
        size: Callable[[Result], int] = _of_table,
    ) -> None:
        self._max_results = max_results
        self._max_bytes = max_bytes
        self._size = size
        self._kept: OrderedDict[Key, Result] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> Result | None:
        """What is kept under a key; it is the last to go then."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def keep(self, key: Key, result: Result) -> None:
        """Keep a result; those used longest ago make room."""
        self._kept[key] = result
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and (
            len(self._kept) > self._max_results or self._n_bytes() > self._max_bytes
        ):
            self._kept.popitem(last=False)

    def _n_bytes(self) -> int:
        return sum(self._size(r) for r in self._kept.values())
