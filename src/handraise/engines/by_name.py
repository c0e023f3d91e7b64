"""The rows of a table of decisions in the order of their people's ids."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Indices = npt.NDArray[np.int64]
# How many bytes of a name are compared at once: as many as fit a number; and of such a number the first so many.
_WORD = 8
_FIRST = np.array([(1 << 64) - (1 << 8 * (_WORD - n)) for n in range(_WORD + 1)], dtype=np.uint64)


def by_name(table: pa.Table, column: str) -> pa.Table:
    """The rows by the texts of a column, all of them different; every column in one piece.

    Column by column, so that two copies are there of one column at a time.
    """
    order = pa.array(name_order(_whole(table[column])))
    return pa.table([_whole(c).take(order) for c in table.columns], schema=table.schema)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def name_order(names: pa.StringArray) -> Indices:
    """The order of different texts by their UTF-8 bytes, which is that of their code points.

    Ids begin alike (`salesforce:00Q...`), so that comparing two at a time reads the same beginning over and over. The
    eight bytes behind it, as one number, tell nearly all of them apart; the next eight those that are left.
    """
    if len(names) < 2:
        return np.arange(len(names), dtype=np.int64)
    data, start, length = _bytes(names)
    ends = pc.min_max(names).as_py()
    at = _n_alike(ends["min"].encode(), ends["max"].encode())
    word = _words(data, start + at, length - at)
    order = np.argsort(word)
    place, group = _tied(np.zeros(len(order), dtype=np.int64), word[order])
    while len(place):
        at += _WORD
        some = order[place]
        # At the end of all texts only those are left that end in zeros, and the longer has more of them.
        is_end = at >= int(length[some].max())
        word = length[some].astype(np.uint64) if is_end else _words(data, start[some] + at, length[some] - at)
        finer = np.lexsort((word, group))
        order[place] = some[finer]
        if is_end:
            break
        left, group_left = _tied(group, word[finer])
        place, group = place[left], group_left
    return order


def _n_alike(first: bytes, last: bytes) -> int:
    """How many bytes all texts between two begin with."""
    both = zip(first, last, strict=False)
    return next((i for i, (a, b) in enumerate(both) if a != b), min(len(first), len(last)))


def _bytes(names: pa.StringArray) -> tuple[npt.NDArray[np.uint8], Indices, Indices]:
    """The bytes of all texts with some room behind them, and where each text starts and how long it is."""
    _, offsets, data = names.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[names.offset : names.offset + len(names) + 1].astype(
        np.int64
    )
    taken = (
        np.frombuffer(data, dtype=np.uint8)[: int(ends[-1])] if data is not None else np.empty(0, np.uint8)
    )
    return np.concatenate([taken, np.zeros(_WORD, dtype=np.uint8)]), ends[:-1], np.diff(ends)


def _words(data: npt.NDArray[np.uint8], start: Indices, length: Indices) -> npt.NDArray[np.uint64]:
    """The first bytes of texts as numbers that sort as they do; behind a text's end there are zeros."""
    window = np.lib.stride_tricks.sliding_window_view(data, _WORD)
    words = window[np.minimum(start, len(window) - 1)].view(">u8")[:, 0].astype(np.uint64)
    return words & _FIRST[np.clip(length, 0, _WORD)]


def _tied(group: Indices, word: npt.NDArray[np.uint64]) -> tuple[Indices, Indices]:
    """Of sorted pairs of group and word those that are there more than once: their places, and the new group of each."""
    is_new = np.ones(len(word), dtype=bool)
    is_new[1:] = (group[1:] != group[:-1]) | (word[1:] != word[:-1])
    is_tied = ~is_new
    is_tied[:-1] |= ~is_new[1:]
    place = np.flatnonzero(is_tied)
    return place, np.cumsum(is_new)[place]
