"""What runs told: which triggers fired, which stages people entered. A firing that is told again is the same row."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from handraise.facts import catalog
from handraise.facts.catalog import Table
from handraise.facts.runs import Run
from handraise.facts.sql import Connection, arrow


def save_firings(connection: Connection, run: Run, firings: pa.Table, in_force: bool) -> None:
    """Stores what a run told of firings, rows of `engines.told.FIRING_COLUMNS`. `in_force`: its triggers had been activated."""
    _save_new(connection, catalog.FIRINGS, run, firings, {"in_force": in_force})
    if in_force:
        connection.register("told", firings)
        try:
            connection.execute(
                """UPDATE firings SET in_force = true WHERE playbook_version = ? AND NOT in_force
                   AND firing_id IN (SELECT firing_id FROM told)""",
                [run.playbook_version],
            )
        finally:
            connection.unregister("told")


def save_stage_entries(connection: Connection, run: Run, entries: pa.Table) -> None:
    """Stores what a run told of stages, rows of `engines.told.STAGE_ENTRY_COLUMNS`."""
    _save_new(connection, catalog.STAGE_ENTRIES, run, entries, {})


def list_firings(connection: Connection) -> pa.Table:
    """Every firing that a run told, by instant, then by id."""
    return arrow(connection, "SELECT * FROM firings ORDER BY fired_at, firing_id, playbook_version")


def list_stage_entries(connection: Connection) -> pa.Table:
    """Every stage that somebody entered as a run told it, by instant, then by person."""
    order = "entered_at, person_id, stage, playbook_version"
    return arrow(connection, f"SELECT * FROM stage_entries ORDER BY {order}")


def none_of(table: Table) -> pa.Table:
    """No rows of a table."""
    return pa.table({name: pa.array([], pa.null()) for name in table.names})


def _save_new(
    connection: Connection, table: Table, run: Run, rows: pa.Table, said: Mapping[str, bool]
) -> None:
    """The rows whose key is not there yet. `said` are columns that are the same in all of them."""
    columns = {"playbook_version": "$version", "run": "$run", **{name: f"${name}" for name in said}}
    columns |= {name: _micros(name, rows) for name in rows.column_names}
    chosen = ", ".join(columns[name] for name in table.names)
    same = " AND ".join(f"old.{name} = {columns[name]}" for name in table.key)
    connection.register("told", rows)
    try:
        connection.execute(
            f"""INSERT INTO {table.name} SELECT {chosen} FROM told
                WHERE NOT EXISTS (SELECT 1 FROM {table.name} AS old WHERE {same})""",
            {"version": run.playbook_version, "run": run.id, **said},
        )
    finally:
        connection.unregister("told")


def _micros(name: str, rows: pa.Table) -> str:
    """A column as the store has it: instants as microseconds."""
    return f"epoch_us(told.{name})" if pa.types.is_timestamp(rows.schema.field(name).type) else f"told.{name}"
