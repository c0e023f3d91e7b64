"""Columns of decisions: as Arrow arrays for many rows, and value by value where only one row is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from handraise.evaluate.kleene import some
from handraise.facts.chunks import Bools, Instants
from handraise.model.time import iso

INSTANT = pa.timestamp("us", tz="UTC")
TEXTS = pa.list_(pa.string())


class Column(Protocol):
    """One value for each row, or none."""

    def arrow(self) -> pa.Array:
        """The whole column; one of few distinct values as a dictionary."""

    def value(self, row: int) -> Any:
        """The value of one row as plain data; an instant as ISO text."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of few distinct values: the number of each row's value, below 0 for none. `type` is that of the values,
    where they are not an array already."""

    index: npt.NDArray[np.integer]
    values: Sequence[Any] | pa.Array
    type: pa.DataType | None = None

    def arrow(self) -> pa.DictionaryArray:
        values = self.values if self.type is None else pa.array(self.values, self.type)
        missing = self.index < 0
        if not some(missing):
            return pa.DictionaryArray.from_arrays(pa.array(self.index), values)
        numbers = pa.array(np.where(missing, 0, self.index).astype(self.index.dtype), mask=missing)
        return pa.DictionaryArray.from_arrays(numbers, values, safe=False)

    def value(self, row: int) -> Any:
        number = int(self.index[row])
        if number < 0:
            return None
        found = self.values[number]
        if self.type is None:
            return found.as_py()
        return list(found) if self.type is TEXTS else found


@dataclass(frozen=True, slots=True)
class Plain:
    """A column of numbers, or of yes and no."""

    values: npt.NDArray[Any]

    def arrow(self) -> pa.Array:
        return pa.array(self.values)

    def value(self, row: int) -> Any:
        return self.values[row].item()


@dataclass(frozen=True, slots=True)
class AtInstants:
    """A column of instants; none where `missing`."""

    at: Instants
    missing: Bools | None = None

    def arrow(self) -> pa.Array:
        if self.missing is None:
            return pa.array(self.at).cast(INSTANT)
        return pa.array(np.where(self.missing, 0, self.at), mask=self.missing).cast(INSTANT)

    def value(self, row: int) -> str | None:
        return None if self.missing is not None and self.missing[row] else iso(int(self.at[row]))


def texts(index: npt.NDArray[np.integer], words: Sequence[str]) -> Coded:
    """The word of each number."""
    return Coded(index, words, pa.string())


def plain(column: pa.Array) -> pa.Array:
    """A column without its dictionary."""
    return column.dictionary.take(column.indices) if isinstance(column, pa.DictionaryArray) else column
