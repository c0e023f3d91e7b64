"""A world with one account that is larger than all others together, and with people who changed account.

Written as tables by themselves, as somebody's own pipeline would write them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from handraise.facts.interchange import tables
from handraise.facts.interchange.parquet import file_name
from handraise.model.time import MICROS_PER_DAY, Micros, parse_instant

NOON: Micros = parse_instant("2026-03-31T12:00Z")
BEGIN: Micros = NOON - 600 * MICROS_PER_DAY
N_ACTIVITIES_OF_LARGE = 200_000
N_CLAIMED_TWICE = 8  # message ids that stand for two people's activities, of which one counts
N_PEOPLE_OF_LARGE, N_ACCOUNTS, N_PEOPLE_OF_OTHERS = 400, 300, 4
_TYPES = ("page.viewed", "email.opened", "form.submitted")
_SENIORITIES = ("c_level", "vp", "manager", None)

Row = tuple[Any, ...]


def write(folder: Path) -> None:
    """The world as a folder of facts."""
    folder.mkdir()
    people = list(_people())
    rows: dict[str, Iterable[Row]] = {
        "people": (("crm", record, True, BEGIN, BEGIN) for record, _ in people),
        "accounts": (("crm", f"crm:A{i}", False, BEGIN, BEGIN) for i in range(N_ACCOUNTS + 1)),
        "memberships": _memberships(people),
        "attribute_changes": _attributes(people),
        "activities": _activities(people),
        "coverage": (("crm", type_, BEGIN, NOON) for type_ in _TYPES),
    }
    for table in tables.TABLES:
        _write(folder, table, rows.get(table.name, ()))


def _people() -> Iterator[tuple[str, int]]:
    """Each record and the number of its account; 0 is the large one."""
    for i in range(N_PEOPLE_OF_LARGE):
        yield f"crm:L{i}", 0
    for i in range(N_ACCOUNTS * N_PEOPLE_OF_OTHERS):
        yield f"crm:P{i}", 1 + i % N_ACCOUNTS


def _memberships(people: list[tuple[str, int]]) -> Iterator[Row]:
    """One in a hundred came from another account: some to the large one, some from it."""
    for i, (record, account) in enumerate(people):
        yield "crm", record, f"crm:A{account}", True, BEGIN, BEGIN
        if i % 100 == 7:
            other = 0 if account and i % 200 == 7 else 1 + i % N_ACCOUNTS
            moved_at = NOON - (i % 300) * MICROS_PER_DAY
            yield "crm", record, f"crm:A{other}", True, moved_at, moved_at


def _attributes(people: list[tuple[str, int]]) -> Iterator[Row]:
    for i, (record, _) in enumerate(people):
        yield "crm", "person", record, "seniority", _SENIORITIES[i % 4], "history", BEGIN, BEGIN
    for i in range(N_ACCOUNTS + 1):
        yield "crm", "account", f"crm:A{i}", "employees", str(50 * (i % 20)), "history", BEGIN, BEGIN


def _activities(people: list[tuple[str, int]]) -> Iterator[Row]:
    others = [record for record, account in people if account]
    for i in range(N_ACTIVITIES_OF_LARGE):
        yield _activity(i, f"crm:L{i * 7919 % N_PEOPLE_OF_LARGE}")
    for i in range(len(others) * 3):
        yield _activity(N_ACTIVITIES_OF_LARGE + i, others[i % len(others)])
    for i in range(N_CLAIMED_TWICE):
        yield _activity(i, others[-1 - i])
    yield "crm", "no fact", others[0], "no such type", None, None, None, None, "{}", NOON, NOON


def _activity(i: int, record: str) -> Row:
    at = NOON - (i * 7919 % 590) * MICROS_PER_DAY - i % 1000
    type_ = _TYPES[i % 3]
    return "crm", f"m{i}", record, type_, None, None, None, None, "{}", at, at


def _write(folder: Path, table: tables.Table, rows: Iterable[Row]) -> None:
    columns = list(zip(*rows, strict=True)) or [()] * len(table.columns)
    arrays = [pa.array(list(cells), c.kind.arrow) for c, cells in zip(table.columns, columns, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=table.schema), folder / file_name(table.name))
