"""Receipts of what was erased: when and how much of what, and nothing that says of whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from handraise.facts.sql import Connection
from handraise.model.time import Micros

PERSON, RETENTION = "person", "retention"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One erasure. `id` is random and given by the caller, `erased_at` the caller's clock; `counts` are rows by what they were.
    Of a dry run there is no id."""

    id: str | None
    what: str
    erased_at: Micros
    counts: Mapping[str, int]

    @property
    def n_facts(self) -> int:
        return self.counts.get("facts", 0)

    @property
    def n_rows(self) -> int:
        """Everything that was counted, facts and the rest."""
        return sum(self.counts.values())


def save_receipt(connection: Connection, receipt: Receipt) -> None:
    counts = json.dumps(dict(receipt.counts), sort_keys=True)
    connection.execute(
        "INSERT INTO erasures (id, what, erased_at, counts) VALUES (?, ?, ?, ?)",
        [receipt.id, receipt.what, receipt.erased_at, counts],
    )


def list_receipts(connection: Connection) -> tuple[Receipt, ...]:
    """All receipts, in order of time."""
    rows = connection.execute(
        "SELECT id, what, erased_at, counts FROM erasures ORDER BY erased_at, id"
    ).fetchall()
    return tuple(Receipt(id_, what, at, json.loads(counts)) for id_, what, at, counts in rows)
