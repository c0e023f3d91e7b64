"""Accounts with their segments and buying groups: who is there, and which roles are missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from handraise.engines.local import Progress
from handraise.errors import ExitCode, HandraiseError
from handraise.model.playbook import Playbook, SegmentOf
from handraise.model.time import Micros, iso
from handraise.playbook.reading import did_you_mean
from handraise.playbook.writer import version_of
from handraise.reports.market import RoleCount, listing, role_counts
from handraise.services.deciding import Deciding

_FIRST = ("account_id", "account_name", "n_people", "roles_in", "roles_missing", "roles_unknown")


class UnknownNameError(HandraiseError):
    """The playbook has no such role or segment of accounts. `kind` is `role` or `segment`."""

    def __init__(self, kind: str, sentence: str, *advice: str) -> None:
        super().__init__(sentence, tuple(a for a in advice if a), exit_code=ExitCode.USAGE)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class AccountsResult:
    """The accounts of an instant, or some of them: `table` has rows of `evaluate.accounts.GROUP_COLUMNS` by account id,
    `roles` one of `ROLE_COLUMNS` for each person who has, or could have, a role. `counts` are of
    those with people."""

    playbook: Playbook
    playbook_version: str
    as_of: Micros
    horizon: int
    table: pa.Table
    roles: pa.Table
    counts: tuple[RoleCount, ...]

    def among(self, *, missing: str | None = None, segment: str | None = None) -> AccountsResult:
        """Those with people where nobody has the role `missing`, and those in a segment of accounts. Raises
        `UnknownNameError` where the playbook has no such role or segment."""
        table = self.table
        if missing is not None:
            _check_role(missing, self.playbook)
            table = table.filter(pa.array(listing(table["roles_missing"], missing)))
            table = table.filter(pc.greater(table["n_people"], 0))
        if segment is not None:
            _check_segment(segment, self.playbook)
            table = table.filter(pa.array(listing(table["segments_in"], segment)))
        return replace(self, table=table, counts=role_counts(self.playbook, table))

    def flat(self) -> pa.Table:
        """For a file: the table with who has a role, `champion: crm:ann`, and who could have one that nobody surely has,
        with the facts that would tell, `champion: crm:bob (person.buying_role)`."""
        certain = self.roles["is_certain"]
        says = pc.binary_join_element_wise(self.roles["role"], self.roles["person_id"], ": ")
        facts = pc.binary_join(self.roles["missing_facts"], ", ")
        told = pc.if_else(
            pc.equal(facts, ""),
            says,
            pc.binary_join_element_wise(says, pc.binary_join_element_wise(" (", facts, ")", ""), ""),
        )
        table = self.table.select([*_FIRST, "segments_in", "segments_unknown"])
        there = self._listed(says, certain)
        could = self._listed(told, pc.invert(certain))
        return table.add_column(6, "people_in_roles", there).add_column(7, "people_who_could_be", could)

    def rows(self, most: int, after: str | None = None) -> list[dict[str, Any]]:
        """The first accounts, or those with ids after one, as JSON has them."""
        table = self.table
        if after is not None:
            table = table.filter(pc.greater(table["account_id"], after))
        shown = table.slice(0, most)
        of_account: dict[str, list[dict[str, Any]]] = defaultdict(list)
        wanted = pc.is_in(self.roles["account_id"], value_set=shown["account_id"].combine_chunks())
        for row in self.roles.filter(wanted).to_pylist():
            of_account[row["account_id"]].append(row)
        return [self._row(row, of_account[row["account_id"]]) for row in shown.to_pylist()]

    def as_dict(self) -> dict[str, object]:
        return {
            "as_of": iso(self.as_of),
            "horizon": self.horizon,
            "playbook_version": self.playbook_version,
            "n_accounts": len(self.table),
            "roles": [
                {
                    "role": c.key,
                    "label": c.label,
                    "n_in": c.n_in,
                    "n_missing": c.n_missing,
                    "n_unknown": c.n_unknown,
                }
                for c in self.counts
            ],
        }

    def _row(self, row: Mapping[str, Any], people: list[dict[str, Any]]) -> dict[str, Any]:
        roles = []
        for role in self.playbook.buying_group.roles:
            mine = [p for p in people if p["role"] == role.key]
            roles.append(
                {
                    "role": role.key,
                    "verdict": _verdict(role.key, row),
                    "people": [p["person_id"] for p in mine if p["is_certain"]],
                    "could_be": [
                        {"person_id": p["person_id"], "missing": p["missing_facts"]}
                        for p in mine
                        if not p["is_certain"]
                    ],
                }
            )
        first = {name: row[name] for name in (*_FIRST, "segments_in", "segments_unknown")}
        return {**first, "roles": roles}

    def _listed(self, texts: pa.ChunkedArray, which: pa.ChunkedArray) -> pa.ListArray:
        """For each account of the table the texts of its rows of `roles`."""
        place = pc.index_in(self.roles["account_id"], value_set=self.table["account_id"].combine_chunks())
        chosen = pc.and_(which, pc.is_valid(place))
        account = np.asarray(place.filter(chosen).combine_chunks(), dtype=np.int64)
        order = np.argsort(account, kind="stable")
        offsets = np.searchsorted(account[order], np.arange(len(self.table) + 1)).astype(np.int32)
        values = texts.filter(chosen).combine_chunks().take(pa.array(order))
        return pa.ListArray.from_arrays(pa.array(offsets), values)


@dataclass(frozen=True, slots=True)
class Grouping:
    """The use case over one store. Nothing is stored."""

    deciding: Deciding

    def accounts(self, playbook: Playbook, as_of: Micros, progress: Progress | None = None) -> AccountsResult:
        """Every account that is known at an instant. An account that only stands for what a lead wrote of their company
        is there as long as somebody holds it."""
        found = self.deciding.engine(playbook).groups(as_of, progress=progress)
        counts = role_counts(playbook, found.table)
        return AccountsResult(
            playbook, version_of(playbook), as_of, found.horizon, found.table, found.roles, counts
        )


def _check_role(role: str, playbook: Playbook) -> None:
    keys = [r.key for r in playbook.buying_group.roles]
    if not keys:
        raise UnknownNameError(
            "role",
            "The playbook has no `buying_group`, so no role can be missing.",
            "Add one: `buying_group: {roles: [champion, ...]}`.",
        )
    if role not in keys:
        raise UnknownNameError("role", f"The buying group has no role `{role}`.", did_you_mean(role, keys))


def _check_segment(segment: str, playbook: Playbook) -> None:
    keys = [key for key, s in playbook.segments.items() if s.of is SegmentOf.ACCOUNTS]
    if segment in keys:
        return
    if segment in playbook.segments:
        raise UnknownNameError("segment", f"`{segment}` is a segment of people.", did_you_mean(segment, keys))
    raise UnknownNameError(
        "segment", f"There is no segment `{segment}` of accounts.", did_you_mean(segment, keys)
    )


def _verdict(role: str, row: Mapping[str, Any]) -> str:
    verdicts = {"roles_in": "in", "roles_missing": "out", "roles_unknown": "unknown"}
    return next(word for column, word in verdicts.items() if role in row[column])
