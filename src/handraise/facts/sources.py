"""What each source has brought: its tables, how full each field is, and which activities from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from handraise.facts.store import FactStore
from handraise.model.fields import Entity, Field
from handraise.model.time import Micros


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One kind of export of one source, over all imports that stand. `first_at` and `last_at` are the instants of the earliest
    and the latest dated fact that they brought, `exported_at` of the last export."""

    source: str
    table: str
    n_imports: int
    rows_in: int
    accepted: int
    duplicate: int
    quarantined: int
    exported_at: Micros | None
    imported_at: Micros
    first_at: Micros | None
    last_at: Micros | None


@dataclass(frozen=True, slots=True)
class FieldFill:
    """Of a source's records of an entity (people, accounts, deals, ...), how many have a value in a field now, how many
    different ones, and when the latest value was set. `n_records` is 0 for fields about another source's records."""

    source: str
    field: Field
    n_filled: int
    n_records: int
    n_values: int
    last_at: Micros

    @property
    def share(self) -> float | None:
        return self.n_filled / self.n_records if self.n_records else None


@dataclass(frozen=True, slots=True)
class ActivityCount:
    """A source's activities of a type: how many, of how many records, from when to when."""

    source: str
    type: str
    n: int
    n_records: int
    first_at: Micros
    last_at: Micros


@dataclass(frozen=True, slots=True)
class Filled:
    """Of all people or accounts how many have a value in a field, whichever source says so."""

    field: Field
    n_filled: int
    n_records: int


_DATED = ("activities", "opportunities", "opportunity_stages", "contact_roles", "memberships")
_RECORDS = {
    Entity.PERSON: "SELECT record AS subject, source FROM person_records WHERE superseded_seq IS NULL",
    Entity.ACCOUNT: "SELECT account AS subject, source FROM account_records WHERE superseded_seq IS NULL",
    Entity.OPPORTUNITY: "SELECT opportunity AS subject, source FROM opportunities WHERE superseded_seq IS NULL",
}


def tables_of(store: FactStore, as_of: Micros) -> tuple[SourceTable, ...]:
    """Every table of every source that was imported and stands, by source and table."""
    dated = " UNION ALL ".join(
        f"SELECT import_id, happened_at FROM {table} WHERE happened_at <= $as_of AND known_at <= $as_of"
        for table in (*_DATED, "attribute_changes")
    )
    rows = _rows(
        store,
        f"""WITH spans AS (
                SELECT import_id, min(happened_at) AS first_at, max(happened_at) AS last_at
                FROM ({dated}) GROUP BY import_id)
            SELECT source, importer, count(*), sum(rows_in)::BIGINT, sum(accepted)::BIGINT, sum(duplicate)::BIGINT,
                sum(quarantined)::BIGINT, max(exported_at), max(imported_at), min(first_at), max(last_at)
            FROM imports LEFT JOIN spans ON spans.import_id = imports.id
            WHERE undone_at IS NULL GROUP BY source, importer ORDER BY source, importer""",
        as_of,
    )
    return tuple(SourceTable(*row) for row in rows)


def fields_of(store: FactStore, as_of: Micros) -> tuple[FieldFill, ...]:
    """Every field that a source fills, by source, entity and name."""
    n_records = {
        (entity.value, source): n
        for entity, records in _RECORDS.items()
        for source, n in _rows(
            store,
            f"""SELECT n.name, count(DISTINCT subject) FROM ({records}) r JOIN source_names n ON n.id = r.source
                GROUP BY n.name""",
            as_of,
        )
    }
    rows = _rows(
        store,
        f"""WITH latest AS ({_latest("field, source, subject")})
            SELECT n.name, f.entity, f.name, count(*) FILTER (value >= 0), count(DISTINCT value) FILTER (value >= 0),
                max(last_at)
            FROM latest JOIN fields f ON f.id = latest.field JOIN source_names n ON n.id = latest.source
            GROUP BY ALL ORDER BY ALL""",
        as_of,
    )
    return tuple(
        FieldFill(source, Field(entity, name), n, n_records.get((entity, source), 0), n_values, last_at)
        for source, entity, name, n, n_values, last_at in rows
    )


def filled(store: FactStore, as_of: Micros) -> dict[Field, Filled]:
    """How full the fields of people's records and of accounts are over all sources, by field."""
    n_records = {
        entity.value: _rows(store, f"SELECT count(DISTINCT subject) FROM ({_RECORDS[entity]})", as_of)[0][0]
        for entity in (Entity.PERSON, Entity.ACCOUNT)
    }
    rows = _rows(
        store,
        f"""WITH latest AS ({_latest("field, subject")})
            SELECT f.entity, f.name, count(*) FILTER (value >= 0) FROM latest JOIN fields f ON f.id = latest.field
            WHERE f.entity IN ('person', 'account') GROUP BY ALL ORDER BY ALL""",
        as_of,
    )
    found = (Filled(Field(entity, name), n, n_records[entity]) for entity, name, n in rows)
    return {each.field: each for each in found}


def activities_of(store: FactStore, as_of: Micros) -> tuple[ActivityCount, ...]:
    """Every type of activity that a source brought, by source and type."""
    rows = _rows(
        store,
        """SELECT n.name, k.type, count(*), count(DISTINCT a.record), min(a.happened_at), max(a.happened_at)
           FROM activities a JOIN kinds k ON k.id = a.kind JOIN source_names n ON n.id = a.source
           WHERE a.superseded_seq IS NULL AND a.happened_at <= $as_of AND a.known_at <= $as_of
           GROUP BY n.name, k.type ORDER BY n.name, k.type""",
        as_of,
    )
    return tuple(ActivityCount(*row) for row in rows)


def _latest(by: str) -> str:
    """The latest value of each field, -1 where it was erased."""
    return f"""SELECT {by}, arg_max(coalesce(value, -1), (happened_at, known_at, content)) AS value,
        max(happened_at) AS last_at
    FROM attribute_changes
    WHERE superseded_seq IS NULL AND happened_at <= $as_of AND known_at <= $as_of GROUP BY {by}"""


def _rows(store: FactStore, statement: str, as_of: Micros) -> list[tuple[Any, ...]]:
    given = {"as_of": as_of} if "$as_of" in statement else {}
    found: list[tuple[Any, ...]] = store.cursor().execute(statement, given).fetchall()
    return found
