"""Which account a person held, and when: the memberships of all its records in one line.

The latest stated membership counts; a lead's own company gives way to it, and comes back when it ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from handraise.facts.chunks import AccountsHeld, Bools, Instants, Ints
from handraise.facts.view import View
from handraise.identity.people import People, ranks_of


@dataclass(frozen=True, slots=True)
class Memberships:
    """What is told of the accounts of records, by record and then by what makes a membership the latest: the account
    (-1: ended), since when, from when on it was visible, and whether it was stated. `rank` orders the rows of any
    records among each other so."""

    record: Ints
    account: Ints
    at: Instants
    visible: Instants
    stated: Bools
    rank: Ints


def memberships(view: View, source_rank: Mapping[int, int], chosen: Ints | None = None) -> Memberships:
    """Everything that is told; with `chosen`, of these records."""
    rows = _rows(view, chosen)
    source = ranks_of(rows["source"], source_rank)
    latest = np.lexsort((rows["content"], source, rows["known_at"], rows["happened_at"]))
    rank = np.empty(len(latest), dtype=np.int32)
    rank[latest] = np.arange(len(latest), dtype=np.int32)
    order = np.lexsort((rank, rows["record"]))
    at, known = rows["happened_at"][order], rows["known_at"][order]
    return Memberships(
        rows["record"][order].astype(np.int32),
        rows["account"][order].astype(np.int32),
        at,
        np.maximum(at, known),
        rows["stated"][order].astype(bool),
        rank[order],
    )


def accounts_held(
    view: View, people: People, source_rank: Mapping[int, int], chosen: Ints | None = None
) -> AccountsHeld:
    """Everybody's accounts as known in a view; with `chosen`, from the memberships of these records."""
    rows = _rows(view, chosen)
    person = people.person_of[rows["record"]]
    mine = person >= 0
    if not mine.all():
        person, rows = person[mine], {name: column[mine] for name, column in rows.items()}
    order = _order(person, rows, source_rank)
    return _steps(
        person[order],
        rows["happened_at"][order],
        rows["account"][order],
        rows["stated"][order].astype(bool),
        people.n,
    )


def _rows(view: View, chosen: Ints | None) -> Mapping[str, npt.NDArray[Any]]:
    statement = """SELECT record, coalesce(account, -1) AS account, happened_at, known_at, source, content, stated
                   FROM memberships WHERE {visible}"""
    if chosen is None:
        return view.arrays(statement)
    return view.among(statement + " AND record IN (SELECT id FROM chosen)", chosen)


def _order(person: Ints, rows: Mapping[str, npt.NDArray[Any]], source_rank: Mapping[int, int]) -> Any:
    """Rows by (person, at, known_at, source rank, row hash); only people with several need more than the first."""
    order = np.argsort(person, kind="stable")
    counts = np.bincount(person) if len(person) else np.zeros(0, dtype=np.int64)
    several = np.flatnonzero(counts[person[order]] > 1)
    if len(several):
        some = order[several]
        rank = ranks_of(rows["source"][some], source_rank)
        finer = np.lexsort(
            (rows["content"][some], rank, rows["known_at"][some], rows["happened_at"][some], person[some])
        )
        order[several] = some[finer]
    return order


def _steps(
    person: Ints, at: Instants, account: Ints, stated: npt.NDArray[np.bool_], n_people: int
) -> AccountsHeld:
    """The account that holds after each row; rows of one instant apply together."""
    n = len(person)
    index = np.arange(n)
    first = np.ones(n, dtype=bool)
    first[1:] = person[1:] != person[:-1]
    begin = np.maximum.accumulate(np.where(first, index, 0)) if n else index
    held = np.full(n, -1, dtype=np.int32)
    for kind in (~stated, stated):
        last = np.maximum.accumulate(np.where(kind, index, -1)) if n else index
        value = np.where(last >= begin, account[last], -1)
        held = np.where(value >= 0, value, held).astype(np.int32)
    final = np.ones(n, dtype=bool)
    final[:-1] = (person[1:] != person[:-1]) | (at[1:] != at[:-1])
    person, at, held = person[final], at[final], held[final]
    news = np.ones(len(person), dtype=bool)
    news[1:] = (person[1:] != person[:-1]) | (held[1:] != held[:-1])
    person, at, held = person[news], at[news], held[news]
    start = np.zeros(n_people + 1, dtype=np.int64)
    np.cumsum(np.bincount(person, minlength=n_people), out=start[1:])
    return AccountsHeld(start, at, held)
