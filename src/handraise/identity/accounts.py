"""Which account a person held, and when: the memberships of all its records in one line.

The latest stated membership counts; a lead's own company gives way to it, and comes back when it ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from handraise.facts.chunks import Instants, Ints
from handraise.facts.ranges import ranges
from handraise.facts.view import View
from handraise.identity.people import People, ranks_of


@dataclass(frozen=True, slots=True)
class AccountsHeld:
    """Steps of the account held, of person after person: `at` is strictly increasing within a person, `account`
    holds from then on (-1: none). Person `i` has the steps from `start[i]` to `start[i + 1]`."""

    start: npt.NDArray[np.int64]
    at: Instants
    account: Ints

    @property
    def current(self) -> Ints:
        """The account of each person at the view's instant, -1 for none."""
        current = np.full(len(self.start) - 1, -1, dtype=np.int32)
        some = self.start[1:] > self.start[:-1]
        current[some] = self.account[self.start[1:][some] - 1]
        return current

    def ever(self) -> tuple[Ints, Ints]:
        """The distinct pairs of person and account that was ever held."""
        person = np.repeat(np.arange(len(self.start) - 1, dtype=np.int64), np.diff(self.start))
        some = self.account >= 0
        person, account = person[some], self.account[some].astype(np.int64)
        if len(person) > 1 and not (np.diff(person) > 0).all():
            pair = np.unique(person << 32 | account)
            person, account = pair >> 32, pair & 0xFFFFFFFF
        return person.astype(np.int32), account.astype(np.int32)


def accounts_held(
    view: View, people: People, source_rank: Mapping[int, int], chosen: Ints | None = None
) -> AccountsHeld:
    """Everybody's accounts as known in a view; with `chosen`, from the memberships of these records."""
    statement = """SELECT record, coalesce(account, -1) AS account, happened_at, known_at, source, content, stated
                   FROM memberships WHERE {visible}"""
    if chosen is None:
        rows = view.arrays(statement)
    else:
        rows = view.among(statement + " AND record IN (SELECT id FROM chosen)", chosen)
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
    start = np.zeros(n_people + 1, dtype=np.int64)
    np.cumsum(np.bincount(person, minlength=n_people), out=start[1:])
    return AccountsHeld(start, at, held)


def held_at(held: AccountsHeld, person: Ints, at: Instants) -> Ints:
    """The account that each `person[i]` held at `at[i]`; both sorted by (person, at).

    Most people have one step, for whom a comparison will do; of the others, steps and questions are
    merged by (person, instant).
    """
    n_steps = np.diff(held.start)[person]
    account = np.full(len(person), -1, dtype=np.int32)
    one = np.flatnonzero(n_steps == 1)
    step = held.start[person[one]]
    account[one] = np.where(at[one] >= held.at[step], held.account[step], -1)
    several = np.flatnonzero(n_steps > 1)
    if len(several):
        account[several] = _held_in_several(held, person[several], at[several])
    return account


def _held_in_several(held: AccountsHeld, person: Ints, at: Instants) -> Ints:
    whose = np.unique(person)
    lengths = np.diff(held.start)[whose]
    steps = ranges(held.start[whose], lengths)
    step_person = np.repeat(whose, lengths)
    n = len(steps)
    order = np.lexsort(
        (
            np.concatenate([np.zeros(n, np.int8), np.ones(len(person), np.int8)]),
            np.concatenate([held.at[steps], at]),
            np.concatenate([step_person, person]),
        )
    )
    latest = np.maximum.accumulate(np.where(order < n, order, -1))
    # `order` lists steps in their own order, so the highest step so far is the last one passed.
    found = np.empty(n + len(person), dtype=np.int64)
    found[order] = latest
    step = found[n:]
    mine = (step >= 0) & (step_person[np.maximum(step, 0)] == person)
    return np.where(mine, held.account[steps[np.maximum(step, 0)]], -1).astype(np.int32)
