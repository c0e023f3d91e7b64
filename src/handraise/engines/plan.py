"""How a reading is cut into chunks: whole accounts, cut by rows, each a stretch of the clustered copies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from handraise.facts.chunks import AccountsHeld, Bools, Ints
from handraise.facts.ranges import ranges
from handraise.identity.people import People

# What a person and an account weigh besides their activities, in rows.
_ROWS_PER_SUBJECT = 4
NOWHERE = 1 << 40


@dataclass(frozen=True, slots=True)
class Layout:
    """Where rows lie: the place of each record and account (-1: in no clustered copy), how many activities a record
    has there, up to which append number each bucket's copy reaches, and above which all tails lie."""

    place_of_record: Ints
    place_of_account: Ints
    rows_of_record: Ints
    bucket_seq: npt.NDArray[np.int64]
    tail_from: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one chunk is made of: people decided in it, visitors, its accounts, and the stretch of places
    `[first_place, end_place)` where most of its rows lie."""

    decided: Ints
    visitors: Ints
    accounts: Ints
    first_place: int
    end_place: int

    @property
    def people(self) -> Ints:
        """Everybody of the share, those decided first."""
        return np.concatenate([self.decided, self.visitors])

    def near(self, place: Ints) -> Bools:
        """Which of these places lie in the stretch."""
        return (place >= self.first_place) & (place < self.end_place)


@dataclass(frozen=True, slots=True)
class Grouped:
    """Items by owner: those of owner `i` are `item[start[i]:start[i + 1]]`."""

    start: npt.NDArray[np.int64]
    item: Ints


def grouped(owner: npt.NDArray[Any], n_owners: int) -> Grouped:
    """The indices of `owner`, by owner; those of owner -1 are nobody's."""
    mine = np.flatnonzero(owner >= 0).astype(np.int32)
    owners = owner[mine]
    if n_owners < 1 << 15:
        owners = owners.astype(np.int16)  # sorted by radix
    start = np.zeros(n_owners + 1, dtype=np.int64)
    np.cumsum(np.bincount(owners, minlength=n_owners), out=start[1:])
    return Grouped(start, mine[np.argsort(owners, kind="stable")])


def cut(
    people: People, held: AccountsHeld, layout: Layout, decided: Bools, accounts: Ints, max_rows: int
) -> tuple[Share, ...]:
    """The decided people and these accounts (theirs, and others that stand alone), shared out to chunks."""
    n_accounts = len(layout.place_of_account)
    current = held.current
    whole = np.zeros(n_accounts, dtype=bool)
    whole[accounts] = True
    unit = np.where(current >= 0, current, n_accounts + np.arange(people.n))
    unit[~decided] = -1
    chunk_of_unit, stretches = _chunks_of_units(
        unit, whole, _weights(people, layout), people, layout, max_rows
    )
    chunk = np.where(unit >= 0, chunk_of_unit[unit], -1)
    chunk_of_account = np.where(whole, chunk_of_unit[:n_accounts], -1)
    n = len(stretches)
    decided_in, accounts_in = grouped(chunk, n), grouped(chunk_of_account, n)
    visitor, visited = _visits(held, chunk, chunk_of_account)
    visits = grouped(visited, n)
    return tuple(
        Share(
            decided_in.item[decided_in.start[i] : decided_in.start[i + 1]],
            visitor[visits.item[visits.start[i] : visits.start[i + 1]]],
            accounts_in.item[accounts_in.start[i] : accounts_in.start[i + 1]],
            *stretches[i],
        )
        for i in range(n)
    )


def widened(shares: tuple[Share, ...], held: AccountsHeld) -> tuple[Share, ...]:
    """The shares with every account that their people ever held, and whoever ever held one of those.

    What is said of a person at an instant rests on the account held then and its members, so that each share can
    tell the whole history of those decided in it.
    """
    person, account = held.ever()
    by_person, by_account = grouped(person, len(held.start) - 1), _by(account)

    def beside(keys: Ints, groups: Grouped, values: Ints) -> Ints:
        keys = keys[keys < len(groups.start) - 1]
        start = groups.start[keys]
        return np.unique(values[groups.item[ranges(start, groups.start[keys + 1] - start)]])

    wider = []
    for share in shares:
        accounts = np.union1d(share.accounts, beside(share.decided, by_person, account)).astype(np.int32)
        members = beside(accounts, by_account, person)
        visitors = np.setdiff1d(np.union1d(members, share.visitors), share.decided).astype(np.int32)
        wider.append(replace(share, visitors=visitors, accounts=accounts))
    return tuple(wider)


def _by(keys: Ints) -> Grouped:
    return grouped(keys, int(keys.max(initial=-1)) + 1)


def _weights(people: People, layout: Layout) -> npt.NDArray[np.float64]:
    mine = people.person_of >= 0
    rows = np.bincount(people.person_of[mine], layout.rows_of_record[mine], minlength=people.n)
    return rows.astype(np.float64) + _ROWS_PER_SUBJECT


def _chunks_of_units(
    unit: npt.NDArray[np.int64],
    whole: Bools,
    weight: npt.NDArray[np.float64],
    people: People,
    layout: Layout,
    max_rows: int,
) -> tuple[Ints, list[tuple[int, int]]]:
    """The chunk of each unit, an account or a person without one, and the stretch of places of each chunk.

    Units are taken in the order of their places, so that a chunk's rows lie together.
    """
    n_accounts, n_units = len(whole), len(whole) + people.n
    mine = unit >= 0
    unit_weight = np.bincount(unit[mine], weight[mine], minlength=n_units)
    used = unit_weight > 0
    used[:n_accounts] |= whole
    units = np.flatnonzero(used)
    place = np.concatenate([layout.place_of_account, layout.place_of_record[people.representative]])[units]
    position = np.where(place >= 0, place, NOWHERE)
    order = np.argsort(position, kind="stable")
    weights = unit_weight[units][order] + _ROWS_PER_SUBJECT
    before = np.cumsum(weights) - weights
    number = (before // max_rows).astype(np.int64)
    number = np.cumsum(np.diff(number, prepend=number[:1]) > 0)
    chunk_of_unit = np.full(n_units, -1, dtype=np.int32)
    chunk_of_unit[units[order]] = number
    first = position[order][np.flatnonzero(np.diff(number, prepend=-1))]
    ends = [*(int(p) for p in first[1:]), NOWHERE]
    return chunk_of_unit, [(int(a), b) for a, b in zip(first, ends, strict=False)]


def _visits(held: AccountsHeld, chunk: npt.NDArray[Any], chunk_of_account: Ints) -> tuple[Ints, Ints]:
    """The distinct pairs of a person and a chunk where an account lies that it ever held, without its own chunk."""
    person, account = held.ever()
    visited = chunk_of_account[account]
    away = (visited >= 0) & (visited != chunk[person])
    pairs = np.unique(person[away].astype(np.int64) << 32 | visited[away])
    return (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)
