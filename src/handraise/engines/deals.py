"""Deals: read once for a reading, handed out to chunks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from handraise.engines.local_numbers import LocalNumbers
from handraise.engines.plan import Grouped, grouped
from handraise.facts.chunks import Bools, Deals, Instants, Ints
from handraise.facts.ranges import ranges
from handraise.facts.view import View


@dataclass(frozen=True)
class AllDeals:
    """The deals of a reading, by id; stages by (deal, at, known_at, row hash); one role per deal and person.

    `account` holds the store's numbers (-1: none), `role_person` numbers of people.
    """

    ids: npt.NDArray[Any]
    account: Ints
    opened_at: Instants
    stage_deal: Ints
    stage_at: Instants
    stage_status: npt.NDArray[np.uint8]
    role_deal: Ints
    role_person: Ints
    role_at: Instants
    opened_visible: Instants
    stage_visible: Instants
    role_visible: Instants

    def of(self, local_account: LocalNumbers, local_person: LocalNumbers) -> Deals:
        """The deals of a chunk: of its accounts, and those in which its people have a role."""
        roles = np.sort(_items_of(self._by_person, local_person.numbers))
        return self._of(local_account, roles, local_person[self.role_person[roles]])

    def of_bearers(self, local_account: LocalNumbers, record: Ints, life: Ints) -> Deals:
        """The same over time, where a role is a record's: `record[i]` is one of the chunk's `life[i]`."""
        by_record = np.argsort(record, kind="stable")
        first = np.searchsorted(record[by_record], self.role_person, side="left")
        n = np.searchsorted(record[by_record], self.role_person, side="right") - first
        bearer = by_record[ranges(first, n)]
        roles = np.repeat(np.arange(len(n)), n)
        return self._of(local_account, roles, life[bearer])

    @cached_property
    def _by_account(self) -> Grouped:
        return grouped(self.account, int(self.account.max(initial=-1)) + 1)

    @cached_property
    def _by_person(self) -> Grouped:
        """Roles by person."""
        return grouped(self.role_person, int(self.role_person.max(initial=-1)) + 1)

    @cached_property
    def _none(self) -> Deals:
        none = LocalNumbers.of(np.empty(0, dtype=np.int32), 0)
        return no_deals().of(none, none)

    def _of(self, local_account: LocalNumbers, roles: npt.NDArray[Any], person: Ints) -> Deals:
        mine = np.unique(
            np.concatenate([_items_of(self._by_account, local_account.numbers), self.role_deal[roles]])
        )
        if not len(mine) and len(self.ids):
            return self._none
        first = np.searchsorted(self.stage_deal, mine, side="left")
        n_stages = np.searchsorted(self.stage_deal, mine, side="right") - first
        stages = ranges(first, n_stages)
        return Deals(
            ids=pa.array(self.ids[mine], pa.string()),
            account=local_account[self.account[mine]],
            opened_at=self.opened_at[mine],
            stage_deal=np.repeat(np.arange(len(mine), dtype=np.int32), n_stages),
            stage_at=self.stage_at[stages],
            stage_status=self.stage_status[stages],
            role_deal=np.searchsorted(mine, self.role_deal[roles]).astype(np.int32),
            role_person=person.astype(np.int32),
            role_at=self.role_at[roles],
            opened_visible=self.opened_visible[mine],
            stage_visible=self.stage_visible[stages],
            role_visible=self.role_visible[roles],
        )


def _items_of(groups: Grouped, owners: Ints) -> Ints:
    """The items of these owners, some of whom may have none and be beyond the groups."""
    owners = owners[owners < len(groups.start) - 1]
    start = groups.start[owners]
    return groups.item[ranges(start, groups.start[owners + 1] - start)]


def no_deals() -> AllDeals:
    ints, instants = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64)
    names = np.empty(0, dtype=object)
    statuses = np.empty(0, dtype=np.uint8)
    return AllDeals(
        names, ints, instants, ints, instants, statuses, ints, ints, instants, instants, instants, instants
    )


def read_deals(view: View, person_of: Ints, accounts: Ints | None, records: Ints | None) -> AllDeals:
    """All deals as known in a view, with the roles of whoever each record is (`person_of`); with `accounts` and
    `records`, those of either."""
    deals = _deals(view, accounts, records)
    if not len(deals["opportunity"]):
        return no_deals()
    number = np.full(int(deals["opportunity"].max()) + 1, -1, dtype=np.int32)
    number[deals["opportunity"]] = np.arange(len(deals["opportunity"]), dtype=np.int32)
    stages = _of_deals(
        view,
        """SELECT opportunity, status, hash(stage, status) AS entry, happened_at, known_at, content
           FROM opportunity_stages WHERE {visible}""",
        number,
    )
    order = np.lexsort((stages["content"], stages["known_at"], stages["happened_at"], stages["deal"]))
    order = order[_told_first(stages["deal"][order], stages["entry"][order], stages["known_at"][order])]
    role_deal, role_person, role_at, role_visible = _roles(view, person_of, number)
    return AllDeals(
        deals["name"],
        deals["account"].astype(np.int32),
        deals["happened_at"],
        stages["deal"][order],
        stages["happened_at"][order],
        stages["status"][order],
        role_deal,
        role_person,
        role_at,
        np.maximum(deals["happened_at"], deals["known_at"]),
        np.maximum(stages["happened_at"], stages["known_at"])[order],
        role_visible,
    )


def _told_first(deal: Ints, entry: npt.NDArray[np.uint64], known_at: Instants) -> Bools:
    """Of stages in the order of their instants, those that count: of several tellings of one entry the first known.

    No deal enters the stage that it is in, so the same stage twice on end is one entry told twice: by the history, and
    by an export of the deal that knows only its close date. Who knew first told it when it happened.
    """
    counts = np.ones(len(deal), dtype=bool)
    again = np.zeros(len(deal), dtype=bool)
    again[1:] = (deal[1:] == deal[:-1]) & (entry[1:] == entry[:-1])
    if again.any():
        run = np.cumsum(~again)
        by_known = np.lexsort((known_at, run))
        counts[by_known[1:][run[by_known][1:] == run[by_known][:-1]]] = False
    return counts


def _deals(view: View, accounts: Ints | None, records: Ints | None) -> dict[str, npt.NDArray[Any]]:
    statement = """SELECT o.opportunity, t.name, coalesce(o.account, -1) AS account, o.happened_at, o.known_at
                   FROM opportunities o JOIN thing_names t ON t.id = o.opportunity WHERE {visible}"""
    order = " ORDER BY t.name"
    if accounts is None or records is None:
        return view.arrays(statement + order)
    in_roles = view.among(
        "SELECT DISTINCT opportunity FROM contact_roles WHERE {visible} AND record IN (SELECT id FROM chosen)",
        records,
    )["opportunity"]
    of_accounts = view.among(
        "SELECT opportunity FROM opportunities WHERE {visible} AND account IN (SELECT id FROM chosen)",
        accounts,
    )["opportunity"]
    either = np.union1d(in_roles, of_accounts)
    return view.among(statement + " AND o.opportunity IN (SELECT id FROM chosen)" + order, either)


def _of_deals(view: View, statement: str, number: Ints) -> dict[str, npt.NDArray[Any]]:
    """Rows of these deals, with the deal's number as `deal`."""
    known = np.flatnonzero(number >= 0).astype(np.int32)
    rows = view.among(statement + " AND opportunity IN (SELECT id FROM chosen)", known)
    return {**rows, "deal": number[rows["opportunity"]]}


def _roles(view: View, person_of: Ints, number: Ints) -> tuple[Ints, Ints, Instants, Instants]:
    """Of each deal and person the first role, by deal and person, and from when on any of them is seen."""
    rows = _of_deals(
        view, "SELECT opportunity, record, happened_at, known_at FROM contact_roles WHERE {visible}", number
    )
    person = person_of[rows["record"]]
    some = person >= 0
    deal, person, at = rows["deal"][some], person[some], rows["happened_at"][some]
    seen = np.maximum(at, rows["known_at"][some])
    order = np.lexsort((at, person, deal))
    deal, person, at, seen = deal[order], person[order], at[order], seen[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (deal[1:] != deal[:-1]) | (person[1:] != person[:-1])
    earliest = np.minimum.reduceat(seen, np.flatnonzero(first)) if len(seen) else seen
    return deal[first], person[first], at[first], earliest
