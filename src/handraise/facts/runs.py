"""Decision runs and their decisions: what was decided, and all that it depended on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from handraise.errors import EngineError
from handraise.facts.sql import Connection, one
from handraise.model.time import Micros

_RUN_COLUMNS = "id, as_of, horizon, playbook_text, playbook_version, engine, counts, started_at, finished_at"


@dataclass(frozen=True, slots=True)
class Run:
    """One decision run. Instants of the wall clock are the caller's."""

    id: str
    as_of: Micros
    horizon: int
    playbook_text: str
    playbook_version: str
    engine: str
    counts: Mapping[str, object]
    started_at: Micros
    finished_at: Micros | None = None


def save_run(connection: Connection, run: Run, decisions: pa.Table | None) -> None:
    """Stores a run and its decisions; a run saved again replaces itself."""
    connection.execute("DELETE FROM runs WHERE id = ?", [run.id])
    connection.execute(
        f"INSERT INTO runs ({_RUN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(run.id, run.as_of, run.horizon, run.playbook_text, run.playbook_version, run.engine),
            *(json.dumps(dict(run.counts), sort_keys=True), run.started_at, run.finished_at),
        ],
    )
    if _has_decisions(connection):
        connection.execute("DELETE FROM decisions WHERE run = ?", [run.id])
    if decisions is not None:
        _save_decisions(connection, run.id, decisions)


def list_runs(connection: Connection) -> tuple[Run, ...]:
    """All runs, the latest started first."""
    rows = connection.execute(f"SELECT {_RUN_COLUMNS} FROM runs ORDER BY started_at DESC, id DESC").fetchall()
    return tuple(_run(row) for row in rows)


def find_run(connection: Connection, run_id: str) -> Run | None:
    rows = connection.execute(f"SELECT {_RUN_COLUMNS} FROM runs WHERE id = ?", [run_id]).fetchall()
    return _run(rows[0]) if rows else None


def _run(row: Any) -> Run:
    """A run of the columns of `_RUN_COLUMNS`."""
    values: dict[str, Any] = dict(zip(_RUN_COLUMNS.split(", "), row, strict=True))
    return Run(**{**values, "counts": json.loads(values["counts"])})


def decisions_of(connection: Connection, run: str) -> pa.Table:
    """A run's decisions with the columns that it was saved with and those of other runs (unknown)."""
    if not _has_decisions(connection):
        return pa.table({})
    found = connection.sql("SELECT * EXCLUDE (run) FROM decisions WHERE run = ?", params=[run])
    table: pa.Table = found.to_arrow_table()
    return table


def _has_decisions(connection: Connection) -> bool:
    return bool(one(connection, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'decisions'"))


def _save_decisions(connection: Connection, run: str, decisions: pa.Table) -> None:
    if "run" in decisions.column_names:
        raise EngineError("decisions have a column `run`; that name is the store's own.")
    connection.register("new_decisions", _without_dictionaries(decisions))
    try:
        if not _has_decisions(connection):
            connection.execute(
                "CREATE TABLE decisions AS SELECT ''::VARCHAR AS run, * FROM new_decisions LIMIT 0"
            )
        _add_columns(connection)
        connection.execute(
            "INSERT INTO decisions BY NAME SELECT ?::VARCHAR AS run, * FROM new_decisions", [run]
        )
    finally:
        connection.unregister("new_decisions")


def _add_columns(connection: Connection) -> None:
    """Columns that no earlier run had; a column of another type than before is refused."""
    known = {r[0]: r[1] for r in connection.execute("DESCRIBE decisions").fetchall()}
    for name, type_, *_ in connection.execute("DESCRIBE new_decisions").fetchall():
        if name not in known:
            quoted = '"' + name.replace('"', '""') + '"'
            connection.execute(f"ALTER TABLE decisions ADD COLUMN {quoted} {type_}")
        elif known[name] != type_:
            raise EngineError(
                f"decisions have `{name}` as {type_}, but earlier runs stored it as {known[name]}."
            )


def _without_dictionaries(table: pa.Table) -> pa.Table:
    for index, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            plain = table.column(index).cast(field.type.value_type)
            table = table.set_column(index, field.name, plain)
    return table
