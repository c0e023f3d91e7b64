"""Undoing an import: afterwards the facts are those of a store that never took it in.

What another import said too goes on counting, as that one said it; what lost to the import counts again. Of the import
itself its reconciliation stays, marked as undone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

import pyarrow as pa

from handraise.errors import EngineError, ExitCode
from handraise.facts import catalog
from handraise.facts.imports import ImportResult, list_imports
from handraise.facts.sql import Connection, one, over
from handraise.model.time import Micros, iso


@dataclass(frozen=True, slots=True)
class UndoneImport:
    """What became of an import that was undone: of its facts `n_removed` are gone, and `n_kept` stay, because the imports
    `kept_by` said them too; `n_counting_again` facts of others count again that had lost to it. `n_derived` imports of what was
    derived from facts were undone before it."""

    undone: ImportResult
    n_removed: int
    n_kept: int
    kept_by: tuple[int, ...]
    n_counting_again: int
    n_derived: int = 0


def undo_import(connection: Connection, import_id: int, undone_at: Micros) -> UndoneImport:
    """Undoes it, in the transaction of the caller; the clustered copies are empty afterwards. Raises `EngineError` where there
    is no such import, or none any more."""
    found = _to_undo(connection, import_id)
    unmask(connection, import_id)
    n_removed = n_kept = n_again = 0
    kept_by: set[int] = set()
    connection.execute("DELETE FROM said_again WHERE import_id = ?", [import_id])
    for table in catalog.FACT_TABLES:
        _find(connection, table.name, import_id)
        kept, by = _keep_what_others_said(connection, table.name)
        n_kept, kept_by = n_kept + kept, kept_by | by
        deleted = f"DELETE FROM {table.name} WHERE import_id = ? RETURNING seq"
        n_removed += len(connection.execute(deleted, [import_id]).fetchall())
        n_again += settle(connection, table.name)
    _forget(connection, found, undone_at)
    found = replace(found, undone_at=undone_at)
    return UndoneImport(found, n_removed, n_kept, tuple(sorted(kept_by)), n_again)


def unmask(connection: Connection, import_id: int) -> None:
    """Activities for which something of the import stands count again."""
    connection.execute(
        """UPDATE activities AS a SET superseded_seq = NULL FROM masked m
           WHERE a.seq = m.seq AND a.superseded_seq = m.by_seq AND m.import_id = ?""",
        [import_id],
    )
    connection.execute("DELETE FROM masked WHERE import_id = ?", [import_id])


def _to_undo(connection: Connection, import_id: int) -> ImportResult:
    found = next((i for i in list_imports(connection) if i.id == import_id), None)
    if found is None:
        raise EngineError(
            f"there is no import {import_id}.",
            ("`handraise imports` lists them.",),
            exit_code=ExitCode.USAGE,
        )
    if found.undone_at is not None:
        raise EngineError(
            f"import {import_id} (`{found.file_name}`) was undone already, at {iso(found.undone_at)}.",
            exit_code=ExitCode.USAGE,
        )
    return found


def _find(connection: Connection, table: str, import_id: int) -> None:
    """The import's rows of a table, and who said which of them again."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE undone AS SELECT seq, key FROM {table} WHERE import_id = {import_id:d}"
    )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE said AS
           SELECT u.seq, r.import_id, r.happened_by, r.known_by, row_number() OVER (
               PARTITION BY u.seq ORDER BY r.known_by, r.happened_by, r.import_id) AS place
           FROM undone u JOIN said_again r ON u.seq BETWEEN r.first_seq AND r.last_seq"""
    )


def _keep_what_others_said(connection: Connection, table: str) -> tuple[int, set[int]]:
    """Gives each row that others said too to the one that knew it first. A line is not known of it."""
    rows = connection.execute(
        f"""UPDATE {table} AS t SET import_id = s.import_id, line = 0, source = s.source,
                happened_at = t.happened_at + s.happened_by, known_at = t.known_at + s.known_by
            FROM (SELECT said.*, n.id AS source FROM said JOIN imports i ON i.id = said.import_id
                JOIN source_names n ON n.name = i.source WHERE place = 1) s
            WHERE t.seq = s.seq RETURNING t.import_id"""
    ).fetchall()
    _rebase(connection)
    return len(rows), {row[0] for row in rows}


def _rebase(connection: Connection) -> None:
    """What is still said again of a row whose instants are others now, counts from these."""
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE touched AS
           SELECT r.rowid AS id, r.* FROM said_again r WHERE EXISTS (
               SELECT 1 FROM said s WHERE s.place = 1 AND (s.happened_by <> 0 OR s.known_by <> 0)
               AND s.seq BETWEEN r.first_seq AND r.last_seq)"""
    )
    if not one(connection, "SELECT count(*) FROM touched"):
        return
    connection.execute("DELETE FROM said_again WHERE rowid IN (SELECT id FROM touched)")
    connection.execute(
        """INSERT INTO said_again
           WITH each AS (
               SELECT id, import_id, unnest(range(first_seq, last_seq + 1)) AS seq, happened_by, known_by FROM touched
           ), based AS (
               SELECT e.id, e.import_id, e.seq, e.happened_by - coalesce(s.happened_by, 0) AS happened_by,
                   e.known_by - coalesce(s.known_by, 0) AS known_by
               FROM each e LEFT JOIN said s ON s.seq = e.seq AND s.place = 1
           ), numbered AS (
               SELECT *, seq - row_number() OVER (
                   PARTITION BY id, happened_by, known_by ORDER BY seq) AS stretch FROM based
           )
           SELECT import_id, min(seq), max(seq), happened_by, known_by FROM numbered
           GROUP BY id, import_id, happened_by, known_by, stretch"""
    )


class _Row(NamedTuple):
    key: int
    seq: int
    known_at: Micros
    content: int
    happened_at: Micros
    superseded_seq: int | None
    import_id: int
    line: int

    @property
    def rank(self) -> tuple[Micros, int, Micros]:
        """The smallest counts."""
        return self.known_at, self.content, self.happened_at


def settle(connection: Connection, table: str) -> int:
    """Settles again which of the rows of each key count, in the order in which they came; how many count that did not."""
    columns = ", ".join(_Row._fields)
    rows = connection.execute(
        f"""SELECT {columns} FROM {table} WHERE key IN (SELECT key FROM undone)
            QUALIFY count(*) OVER (PARTITION BY key) > 1 OR superseded_seq IS NOT NULL ORDER BY key, seq"""
    ).fetchall()
    found = [_Row(*row) for row in rows]
    settled = [change for _, group in groupby(found, lambda row: row.key) for change in _settled(list(group))]
    changed = [(row, seq) for row, seq in settled if row.superseded_seq != seq]
    if changed:
        numbers = pa.table(
            {
                "seq": pa.array([row.seq for row, _ in changed], pa.int64()),
                "by_seq": pa.array([seq for _, seq in changed], pa.int64()),
            }
        )
        statement = f"UPDATE {table} AS t SET superseded_seq = c.by_seq FROM changes c WHERE t.seq = c.seq"
        over(connection, "changes", numbers, statement)
    again = [row for row, seq in changed if seq is None]
    _unquarantine(connection, again)
    return len(again)


def _settled(rows: list[_Row]) -> list[tuple[_Row, int | None]]:
    """Each row of a key with the number of the one that counts instead: its own where it never counted."""
    counted: list[_Row] = []
    for row in rows:
        if not counted or row.rank < counted[-1].rank:
            counted.append(row)
    following = dict(zip(counted, [row.seq for row in counted[1:]], strict=False))
    return [(row, following.get(row) if row in counted else row.seq) for row in rows]


def _unquarantine(connection: Connection, rows: list[_Row]) -> None:
    """Rows that count again contradict nothing any more."""
    if not rows:
        return
    told = pa.table(
        {
            "import_id": pa.array([row.import_id for row in rows], pa.int32()),
            "line": pa.array([row.line for row in rows], pa.int64()),
        }
    )
    over(
        connection,
        "told",
        told,
        """DELETE FROM quarantine WHERE code = 'conflict'
           AND EXISTS (SELECT 1 FROM told t WHERE t.import_id = quarantine.import_id AND t.line = quarantine.line)""",
    )


def _forget(connection: Connection, found: ImportResult, undone_at: Micros) -> None:
    """What the store derived from the import: what it covered, its quarantine, thresholds that rested on it, and the
    clustered copies."""
    for table in ("coverage", "quarantine"):
        connection.execute(f"DELETE FROM {table} WHERE import_id = ?", [found.id])
    connection.execute("DELETE FROM calibrations WHERE horizon > ?", [found.first_seq])
    connection.execute("UPDATE imports SET undone_at = ? WHERE id = ?", [undone_at, found.id])
    for copy in catalog.CLUSTERED_TABLES:
        connection.execute(f"DELETE FROM {copy.name}")
    for scratch in ("undone", "said", "touched"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{scratch}")
