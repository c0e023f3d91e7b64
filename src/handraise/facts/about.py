"""Everything that the store holds about one person, table by table, superseded facts and quarantined rows too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from handraise.facts.erasing import Whom, quarantined_rows
from handraise.facts.sql import Connection, over

_KNOWN = """to_timestamp_text(t.happened_at) AS "at", to_timestamp_text(t.known_at) AS known_at, s.name AS source,
    i.file_name AS file, t.line, t.superseded_seq IS NULL AS counts"""
_FROM = "JOIN source_names s ON s.id = t.source LEFT JOIN imports i ON i.id = t.import_id"
_RECORD = "JOIN record_names r ON r.id = t.record"
_MINE = "t.record IN (SELECT id FROM asked)"
_OWN = """SELECT m.account FROM memberships m JOIN account_records o ON o.account = m.account AND o.own
    WHERE m.record IN (SELECT id FROM asked)"""

_FACTS: dict[str, str] = {
    "records": f"""SELECT r.name AS record, t.identified, {_KNOWN} FROM person_records t {_RECORD} {_FROM}
        WHERE {_MINE} ORDER BY t.seq""",
    "keys": f"""SELECT r.name AS record, k.name AS key, {_KNOWN} FROM identity_keys t {_RECORD}
        JOIN key_names k ON k.id = t.identity_key {_FROM} WHERE {_MINE} ORDER BY t.seq""",
    "attributes": f"""SELECT coalesce(r.name, a.name) AS subject, f.entity || '.' || f.name AS field, v.text AS value, {_KNOWN}
        FROM attribute_changes t JOIN fields f ON f.id = t.field
        LEFT JOIN field_values v ON v.field = t.field AND v.code = t.value
        LEFT JOIN record_names r ON f.entity = 'person' AND r.id = t.subject
        LEFT JOIN account_names a ON f.entity = 'account' AND a.id = t.subject {_FROM}
        WHERE (f.entity = 'person' AND t.subject IN (SELECT id FROM asked))
        OR (f.entity = 'account' AND t.subject IN ({_OWN})) ORDER BY t.happened_at, t.seq""",
    "memberships": f"""SELECT r.name AS record, a.name AS account, t.stated, {_KNOWN} FROM memberships t {_RECORD}
        LEFT JOIN account_names a ON a.id = t.account {_FROM} WHERE {_MINE} ORDER BY t.happened_at, t.seq""",
    "activities": f"""SELECT r.name AS record, k.type, k.channel, k.asset, k.program, k.product, k.properties, {_KNOWN}
        FROM activities t {_RECORD} JOIN kinds k ON k.id = t.kind {_FROM} WHERE {_MINE} ORDER BY t.happened_at, t.seq""",
    "roles": f"""SELECT r.name AS record, d.name AS opportunity, t.role, t.is_primary, {_KNOWN} FROM contact_roles t {_RECORD}
        JOIN thing_names d ON d.id = t.opportunity {_FROM} WHERE {_MINE} ORDER BY t.happened_at, t.seq""",
}
_TOLD = ("decisions", "firings", "stage_entries")
_QUARANTINED = (
    "import_id", "file", "source", "line", "column", "code", "reason", "value", "raw",
)  # fmt: skip
_BATCH = 1_000

Section = tuple[str, Iterator[dict[str, Any]]]


def about(connection: Connection, whom: Whom) -> Iterator[Section]:
    """Sections with their rows, read as they are asked for: each to its end before the next. `connection` is a cursor of the
    caller's own. Instants are ISO texts in UTC, or microseconds in what runs told."""
    connection.execute(
        """CREATE OR REPLACE TEMP MACRO to_timestamp_text(instant) AS strftime(make_timestamp(instant), '%Y-%m-%dT%H:%M:%S.%fZ')"""
    )
    ids = pa.table({"id": pa.array(whom.records, pa.int32())})
    over(connection, "ids", ids, "CREATE OR REPLACE TEMP TABLE asked AS SELECT id FROM ids")
    for name, statement in _FACTS.items():
        yield name, _rows(connection, statement, [])
    there = {r[0] for r in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    for table in _TOLD:
        if table in there:
            mine = f"SELECT * FROM {table} WHERE person_id IN (SELECT unnest(?::VARCHAR[])) ORDER BY run"
            yield table, _rows(connection, mine, [list(whom.names)])
    quarantined = quarantined_rows(connection, whom.identifiers)
    yield "quarantined", (dict(zip(_QUARANTINED, cells, strict=True)) for _, cells in quarantined)
    connection.execute("DROP TABLE temp.asked")


def _rows(connection: Connection, statement: str, values: list[Any]) -> Iterator[dict[str, Any]]:
    found = connection.execute(statement, values)
    names = [column[0] for column in found.description]
    while rows := found.fetchmany(_BATCH):
        yield from (dict(zip(names, row, strict=True)) for row in rows)
