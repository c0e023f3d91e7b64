"""Rows brought into the order of a chunk without sorting what is sorted already.

Rows come from the store in runs: all rows of one subject (and one field) that lie side by side, already in
the order of instants. Arranging is a matter of runs; only subjects whose rows come in several runs, and ties
between sources, are sorted row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from handraise.facts.chunks import Bools, Ints
from handraise.facts.ranges import ranges

Columns: TypeAlias = Mapping[str, npt.NDArray[Any]]
Indices: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Runs:
    """Rows of one origin, and the runs in them: the subject in the chunk (-1: not of this chunk), where the run
    starts and how long it is."""

    columns: Columns
    subject: Ints
    start: Indices
    length: Indices

    def only(self, which: Bools) -> Runs:
        return Runs(self.columns, self.subject[which], self.start[which], self.length[which])


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


def arrange(
    pieces: Sequence[Runs], names: Sequence[str], owner: Ints, finest: Callable[[Columns], Sequence[Any]]
) -> dict[str, npt.NDArray[Any]]:
    """The rows of all pieces by owner, then by `happened_at`, `delay` and the keys that `finest` makes of columns.

    `owner[i]` owns the rows of subject `i`, and ascends. Returns the named columns, `owner` and `subject`.
    """
    columns, runs = _joined(pieces, names)
    order = _run_order(runs.subject, len(owner))
    subject, length = runs.subject[order], runs.length[order]
    rows = ranges(runs.start[order], length)
    taken = {name: column[rows] for name, column in columns.items()}
    taken["subject"] = np.repeat(subject, length)
    run_owner = owner[subject]
    row_owner = np.repeat(run_owner, length)
    unsorted = _needs_sorting(run_owner, row_owner, taken)
    if len(unsorted):
        part = {name: column[unsorted] for name, column in taken.items()}
        keys = (*reversed(finest(part)), part["delay"], part["happened_at"], row_owner[unsorted])
        finer = np.lexsort(keys)
        for name, column in taken.items():
            column[unsorted] = part[name][finer]
    return {**taken, "owner": row_owner}


def _joined(pieces: Sequence[Runs], names: Sequence[str]) -> tuple[Columns, Runs]:
    some = [p for p in (p.only(p.subject >= 0) for p in pieces) if len(p.subject)]
    if not some:
        none = np.empty(0, dtype=np.int64)
        return dict.fromkeys(names, none), Runs({}, none.astype(np.int32), none, none)
    if len(some) == 1:
        columns: Columns = {name: some[0].columns[name] for name in names}
        return columns, some[0]
    columns = {name: np.concatenate([p.columns[name] for p in some]) for name in names}
    offsets = np.cumsum([0, *(len(p.columns[names[0]]) for p in some[:-1])])
    return columns, Runs(
        columns,
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


def _needs_sorting(run_owner: Ints, row_owner: Ints, columns: Columns) -> Indices:
    """The rows of owners with several runs, and of those where two sources speak of one instant."""
    again = run_owner[1:][run_owner[1:] == run_owner[:-1]]
    if "source" in columns and len(row_owner) > 1:
        source = columns["source"]
        tied = np.flatnonzero(source[1:] != source[:-1])
        for key in (row_owner, columns["happened_at"], columns["delay"]):
            tied = tied[key[tied + 1] == key[tied]]
        again = np.concatenate([again, row_owner[tied]])
    if not len(again):
        return np.empty(0, dtype=np.int64)
    several = np.zeros(int(run_owner.max()) + 1, dtype=bool)
    several[again] = True
    return np.flatnonzero(several[row_owner])
