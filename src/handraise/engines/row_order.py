"""Rows brought into the order of a chunk without sorting what is sorted already.

Rows come from the store in runs: all rows of one subject (and one field) that lie side by side, already in
the order of instants. Arranging is a matter of runs; only subjects whose rows come in several runs, and ties
between sources, are sorted row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from handraise.facts.chunks import Bools, Ints
from handraise.facts.ranges import ranges

Columns: TypeAlias = Mapping[str, npt.NDArray[Any]]
Indices: TypeAlias = npt.NDArray[np.int64]
Hashes: TypeAlias = npt.NDArray[np.uint64]
_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Runs:
    """Rows of one origin, and the runs in them: the subject in the chunk (-1: not of this chunk), where the run
    starts and how long it is. `content` reads the row hashes of some rows, where they are not among the columns."""

    columns: Columns
    subject: Ints
    start: Indices
    length: Indices
    content: Callable[[Indices], Hashes] | None = None

    def only(self, which: Bools | Indices) -> Runs:
        return replace(self, subject=self.subject[which], start=self.start[which], length=self.length[which])

    def values(self, name: str, rows: Indices) -> npt.NDArray[Any]:
        """A column of some rows."""
        if name == "content" and self.content is not None:
            return self.content(rows)
        return self.columns[name][rows]


def runs_by(*keys: npt.NDArray[Any]) -> tuple[Indices, Indices]:
    """Start and length of the runs in which all keys stay the same."""
    n = len(keys[0])
    if not n:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    change = keys[0][1:] != keys[0][:-1]
    for key in keys[1:]:
        change |= key[1:] != key[:-1]
    start = np.concatenate([np.zeros(1, dtype=np.int64), np.flatnonzero(change) + 1])
    return start, np.diff(start, append=n)


@dataclass(frozen=True, slots=True)
class Arranged:
    """Rows in order: the columns, whose they are (`owner`, ascending), and of which subject where that was asked."""

    columns: Columns
    owner: Ints
    subject: Ints | None = None


def arrange(
    pieces: Sequence[Runs],
    names: Sequence[str],
    owner: Ints,
    finest: Mapping[str, Callable[[npt.NDArray[Any]], npt.NDArray[Any]]],
    *,
    with_subject: bool = False,
) -> Arranged:
    """The rows of all pieces by owner, then by `happened_at`, `delay` and the columns of `finest`.

    `owner[i]` owns the rows of subject `i`, and ascends. `finest` says what each further column sorts by;
    those columns are looked at only where two rows tie.
    """
    columns, runs = _joined(pieces)
    order = _run_order(runs.subject, len(owner))
    subject, length = runs.subject[order], runs.length[order]
    rows, row_owner = runs.start[order], owner[subject]
    again = _with_several_runs(row_owner)
    if length.max(initial=0) > 1:
        rows, row_owner = ranges(rows, length), np.repeat(row_owner, length)
    elsewhere = columns.elsewhere(rows)
    at = columns.take("happened_at", rows, elsewhere)
    if "source" in finest:
        again |= _with_tied_sources(row_owner, at, columns.take("source", rows, elsewhere))
    row_subject = np.repeat(subject, length) if with_subject else None
    if again.any():
        unsorted = np.flatnonzero(again[row_owner])
        part = rows[unsorted]
        finer = _sorted_by_instant(row_owner[unsorted], at[unsorted], columns, part, finest)
        rows[unsorted] = part[finer]
        at[unsorted] = at[unsorted][finer]
        if row_subject is not None:
            row_subject[unsorted] = row_subject[unsorted][finer]
        elsewhere = columns.elsewhere(rows)
    taken = {name: at if name == "happened_at" else columns.take(name, rows, elsewhere) for name in names}
    return Arranged(taken, row_owner, row_subject)


def _sorted_by_instant(
    owner: Ints,
    at: npt.NDArray[np.int64],
    columns: _Columns,
    rows: Indices,
    finest: Mapping[str, Callable[[npt.NDArray[Any]], npt.NDArray[Any]]],
) -> Indices:
    """The order of some rows. Owner and instant are packed in one key where they fit in 63 bits."""
    low = int(at.min())
    bits = (int(at.max()) - low).bit_length()

    def finely(some: Indices) -> list[npt.NDArray[Any]]:
        keys = [by(columns.few(name, rows[some])) for name, by in finest.items()]
        return [*reversed(keys), columns.few("delay", rows[some])]

    if bits + int(owner.max()).bit_length() > 63:
        return np.lexsort((*finely(np.arange(len(rows))), at, owner))
    key = owner.astype(np.int64) << bits | (at - low)
    order = np.argsort(key)
    ordered = key[order]
    same = ordered[1:] == ordered[:-1]
    if same.any():
        tied = np.zeros(len(order), dtype=bool)
        tied[1:] = same
        tied[:-1] |= same
        at_ties = np.flatnonzero(tied)
        some = order[at_ties]
        order[at_ties] = some[np.lexsort((*finely(some), ordered[at_ties]))]
    return order


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of several pieces, numbered through: those of piece `i` begin at `begin[i]`. The first piece is large
    and the others are small, so they are not put together, but taken from one by one."""

    pieces: Sequence[Runs]
    begin: Indices

    def elsewhere(self, rows: Indices) -> Indices:
        """Which of these rows are not of the first piece."""
        return np.flatnonzero(rows >= self.begin[1]) if len(self.pieces) > 1 else _NONE

    def take(self, name: str, rows: Indices, elsewhere: Indices) -> npt.NDArray[Any]:
        """A column of many rows, of which those `elsewhere` are not of the first piece."""
        first = self.pieces[0].columns[name]
        if not len(elsewhere):
            return first[rows]
        taken = first.take(rows, mode="clip")
        taken[elsewhere] = self.few(name, rows[elsewhere])
        return taken

    def few(self, name: str, rows: Indices) -> npt.NDArray[Any]:
        """A column of a few rows."""
        piece = np.searchsorted(self.begin, rows, side="right") - 1
        parts = [np.flatnonzero(piece == i) for i in range(len(self.pieces))]
        values = [
            p.values(name, rows[part] - begin)
            for p, part, begin in zip(self.pieces, parts, self.begin, strict=True)
        ]
        taken = np.empty(len(rows), dtype=np.result_type(*values))
        for part, some in zip(parts, values, strict=True):
            taken[part] = some
        return taken


def _joined(pieces: Sequence[Runs]) -> tuple[_Columns, Runs]:
    """The runs that are somebody's, with their rows numbered through all pieces."""
    some = [p for p in (p.only(p.subject >= 0) for p in pieces) if len(p.subject)] or [pieces[0].only(_NONE)]
    offsets = np.cumsum([0, *(len(p.columns["happened_at"]) for p in some[:-1])])
    return _Columns(some, offsets), Runs(
        {},
        np.concatenate([p.subject for p in some]),
        np.concatenate([p.start + offset for p, offset in zip(some, offsets, strict=True)]),
        np.concatenate([p.length for p in some]),
    )


def _run_order(subject: Ints, n_subjects: int) -> Indices:
    """Runs by subject: by scattering where each subject has one run, by sorting else."""
    if len(subject) <= n_subjects:
        run = np.full(n_subjects, -1, dtype=np.int64)
        run[subject] = np.arange(len(subject))
        order = run[run >= 0]
        if len(order) == len(subject):
            return order
    return np.argsort(subject, kind="stable")


def _with_several_runs(run_owner: Ints) -> Bools:
    """Of each owner, whether its rows come in several runs."""
    several = np.zeros(int(run_owner.max(initial=-1)) + 1, dtype=bool)
    several[run_owner[1:][run_owner[1:] == run_owner[:-1]]] = True
    return several


def _with_tied_sources(row_owner: Ints, at: npt.NDArray[np.int64], source: npt.NDArray[Any]) -> Bools:
    """Of each owner, whether two sources speak of one instant."""
    tied = np.zeros(int(row_owner.max(initial=-1)) + 1, dtype=bool)
    if len(source) and source.min() != source.max():
        between = np.flatnonzero(source[1:] != source[:-1])
        between = between[(row_owner[between] == row_owner[between + 1]) & (at[between] == at[between + 1])]
        tied[row_owner[between]] = True
    return tied
