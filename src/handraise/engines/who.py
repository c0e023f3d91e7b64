"""Who is in a reading: everybody, or a few people with the whole of their accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from handraise.facts.chunks import AccountsHeld, Bools, Ints
from handraise.facts.sql import one
from handraise.facts.view import View
from handraise.identity.accounts import Memberships, accounts_held, memberships
from handraise.identity.closure import joined_records, records_of_accounts
from handraise.identity.lives import Lives, lives_up_to
from handraise.identity.people import ALWAYS, People, people_at


@dataclass(frozen=True, slots=True)
class Who:
    """The people of a reading and the accounts they held; who of them is decided, and which accounts are whole.

    `few` holds the records that were looked at, where it was not all of them. Over time `lives` is there, and
    the people are the components that records end up in, each named after its last life.
    """

    people: People
    held: AccountsHeld
    current: Ints
    decided: Bools
    accounts: Ints
    few: Ints | None = None
    lives: Lives | None = None
    told: Memberships | None = None

    @property
    def few_accounts(self) -> Ints | None:
        return None if self.few is None else self.accounts


def everybody(view: View, ranks: Mapping[int, int]) -> Who:
    """All people and all accounts that are known."""
    people = people_at(view, ranks)
    held = accounts_held(view, people, ranks)
    return Who(people, held, held.current, np.ones(people.n, dtype=bool), _all_accounts(view, held))


def everybody_ever(view: View, ranks: Mapping[int, int], names: list[str] | None = None) -> Who:
    """Whoever was somebody at some instant, and all accounts that they held; or only those whose records bear
    these names, with the others who ever held one of their accounts."""
    if names is None:
        records = named = None
    else:
        named, records = _named_records(view, names)
    lives = lives_up_to(view, ranks, records)
    people = _ever(lives)
    held = accounts_held(view, people, ranks, records)
    decided = np.ones(people.n, dtype=bool)
    if named is not None:
        decided[:] = False
        decided[people.person_of[named][people.person_of[named] >= 0]] = True
    person, account = held.ever()
    accounts = np.unique(account[decided[person]]) if named is not None else _all_accounts(view, held)
    told = memberships(view, ranks, records)
    return Who(people, held, held.current, decided, accounts, records, lives, told)


def _ever(lives: Lives) -> People:
    """The components as people, each known since its first life began and named after its last."""
    n = len(lives.start) - 1
    last, first = lives.start[1:] - 1, lives.start[:-1]
    known_at = np.minimum.reduceat(lives.known_at, first) if n else lives.known_at
    linked_at = np.full(len(lives.component_of), ALWAYS, dtype=np.int64)
    return People(lives.component_of, linked_at, lives.representative[last], known_at)


def _named_records(view: View, names: list[str]) -> tuple[Ints, Ints]:
    """The records of these names; and with them all that are joined, of these and of the members of their accounts."""
    named = view.arrays(
        "SELECT id FROM record_names WHERE name IN (SELECT unnest($names::VARCHAR[]))", names=names
    )["id"].astype(np.int32)
    joined = joined_records(view, named)
    members = records_of_accounts(view, _accounts_of(view, joined))
    return named, joined_records(view, np.concatenate([joined, members]))


def few_people(view: View, ranks: Mapping[int, int], names: list[str]) -> Who:
    """The people of these ids, and the others who ever held one of their accounts."""
    named, records = _named_records(view, names)
    people = people_at(view, ranks, records)
    held = accounts_held(view, people, ranks, records)
    decided, current = np.isin(people.representative, named), held.current
    return Who(people, held, current, decided, np.unique(current[decided & (current >= 0)]), records)


def _accounts_of(view: View, records: Ints) -> Ints:
    """Every account that one of these records ever belonged to: theirs now is among them."""
    rows = view.among(
        """SELECT DISTINCT account FROM memberships
           WHERE {visible} AND account IS NOT NULL AND record IN (SELECT id FROM chosen)""",
        records,
    )
    return rows["account"].astype(np.int32)


def _all_accounts(view: View, held: AccountsHeld) -> Ints:
    """Every account that is known: by a record of its own, or because somebody held it or it has a deal."""
    n_accounts = int(one(view.connection, "SELECT coalesce(max(id), -1) + 1 FROM account_names"))
    rows = view.arrays(
        """SELECT account FROM account_records WHERE {visible}
           UNION ALL SELECT account FROM opportunities WHERE {visible} AND account IS NOT NULL"""
    )
    known = np.zeros(n_accounts, dtype=bool)
    known[rows["account"]] = True
    known[held.account[held.account >= 0]] = True
    return np.flatnonzero(known).astype(np.int32)
