"""Appending facts: deduplicated over all history, conflicts settled the same in any order, every row reconciled.

Of the facts of one key, the one with the smallest (known_at, content hash, happened_at) counts. One that
arrives later and wins supersedes the row that counted so far, which older horizons go on seeing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from handraise.errors import EngineError
from handraise.facts import rows as logical
from handraise.facts.imports import ImportHeader, ImportResult
from handraise.facts.sql import Connection, one
from handraise.facts.staging import STAGINGS, Dictionary, Staging, staging_of

BATCH_ROWS = 50_000
BATCH_FACTS = 250_000

# What became of one fact: bits, so that those of a source row can be joined.
_NEW, _DUPLICATE, _CONFLICT = 1, 2, 4

_QUARANTINE_SCHEMA = pa.schema(
    [
        ("n", pa.int64()),
        ("line", pa.int64()),
        *((name, pa.string()) for name in ("column_name", "code", "reason", "value", "raw")),
    ]
)


@dataclass
class _Batch:
    """Source rows not yet written, their facts by staging, and what to say of rejected rows."""

    lines: list[int] = field(default_factory=list)
    raws: list[str | None] = field(default_factory=list)
    facts: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    rejected: list[tuple[int, logical.Rejection]] = field(default_factory=list)
    n_facts: int = 0

    def add(self, row: logical.SourceRow) -> None:
        index = len(self.lines)
        self.lines.append(row.line)
        self.raws.append(row.raw)
        if row.rejection is not None:
            self.rejected.append((index, row.rejection))
            return
        for fact in row.facts:
            self.facts.setdefault(staging_of(fact), []).append((index, row.line, *fact))
        self.n_facts += len(row.facts)

    @property
    def is_full(self) -> bool:
        return len(self.lines) >= BATCH_ROWS or self.n_facts >= BATCH_FACTS


@dataclass
class Appender:
    """One import on its way in, inside a transaction that its owner opened."""

    connection: Connection
    header: ImportHeader
    import_id: int
    source_id: int
    seq: int
    rows_in: int = 0
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    n_facts: int = 0

    def take(self, source_rows: Iterable[logical.SourceRow]) -> None:
        """All rows, in batches."""
        batch = _Batch()
        for row in source_rows:
            batch.add(row)
            if batch.is_full:
                self._write(batch)
                batch = _Batch()
        if batch.lines:
            self._write(batch)

    def result(self, first_seq: int) -> ImportResult:
        """The import's reconciliation; refuses to give one that does not add up."""
        if self.rows_in != self.accepted + self.duplicate + self.quarantined:
            raise EngineError(
                f"`{self.header.file_name}` has {self.rows_in} rows, but {self.accepted} accepted, "
                f"{self.duplicate} duplicate and {self.quarantined} quarantined."
            )
        header = self.header
        return ImportResult(
            self.import_id,
            header.source,
            header.importer,
            header.file_name,
            header.file_sha256,
            header.exported_at,
            header.imported_at,
            self.rows_in,
            self.accepted,
            self.duplicate,
            self.quarantined,
            self.n_facts,
            first_seq,
            self.seq,
            header.unknown_columns,
        )

    def _write(self, batch: _Batch) -> None:
        fates = np.zeros(len(batch.lines), dtype=np.uint8)
        for name, facts in batch.facts.items():
            self._write_facts(STAGINGS[name], facts, fates, batch)
        for index, _ in batch.rejected:
            fates[index] = _CONFLICT
        self._quarantine_rejected(batch)
        self._count(fates)

    def _count(self, fates: npt.NDArray[np.uint8]) -> None:
        accepted = (fates & _NEW) != 0
        quarantined = ~accepted & ((fates & _CONFLICT) != 0)
        duplicate = ~accepted & ~quarantined & ((fates & _DUPLICATE) != 0)
        self.rows_in += len(fates)
        self.accepted += int(accepted.sum())
        self.quarantined += int(quarantined.sum())
        self.duplicate += int(duplicate.sum())

    def _write_facts(
        self, staging: Staging, facts: list[tuple[Any, ...]], fates: npt.NDArray[np.uint8], batch: _Batch
    ) -> None:
        self._stage(staging, facts)
        self._judge(staging)
        judged = self.connection.execute("SELECT row, fate FROM judged").fetchnumpy()
        np.bitwise_or.at(fates, np.asarray(judged["row"]), np.asarray(judged["fate"], dtype=np.uint8))
        kept, n_superseded, n_conflicts = self._outcome()
        if kept:
            self._insert(staging, kept)
        if n_superseded:
            self._supersede(staging)
        if n_superseded or n_conflicts:
            self._quarantine_conflicts(staging, batch)

    def _stage(self, staging: Staging, facts: list[tuple[Any, ...]]) -> None:
        connection = self.connection
        connection.register("batch", staging.arrow(facts))
        try:
            connection.execute(
                f"""CREATE OR REPLACE TEMP TABLE staged AS
                    SELECT *, {staging.key_sql} AS key, {staging.content_sql} AS content
                    FROM (SELECT *, ?::VARCHAR AS source_name FROM batch)""",
                [self.header.source],
            )
        finally:
            connection.unregister("batch")

    def _judge(self, staging: Staging) -> None:
        """What becomes of each staged fact, beside the others of its key here and in all history."""
        self.connection.execute(
            f"""CREATE OR REPLACE TEMP TABLE judged AS
            WITH current AS (
                SELECT key, content, known_at, happened_at, seq, import_id, line
                FROM {staging.table.name}
                WHERE key IN (SELECT key FROM staged) AND superseded_seq IS NULL
            ), ranked AS (
                SELECT *, row_number() OVER w AS place_in_key, first_value(known_at) OVER w AS best_known_at,
                    first_value(content) OVER w AS best_content,
                    first_value(happened_at) OVER w AS best_happened_at
                FROM staged WINDOW w AS (PARTITION BY key ORDER BY known_at, content, happened_at, n)
            ), compared AS (
                SELECT r.*, c.content AS old_content, c.seq AS old_seq, c.import_id AS old_import_id,
                    c.line AS old_line,
                    c.key IS NULL OR r.best_known_at < c.known_at OR (r.best_known_at = c.known_at AND (
                        r.best_content < c.content OR (r.best_content = c.content
                        AND r.best_happened_at < c.happened_at))) AS batch_wins
                FROM ranked r LEFT JOIN current c ON r.key = c.key
            )
            SELECT *, CASE
                WHEN content <> CASE WHEN batch_wins THEN best_content ELSE old_content END THEN {_CONFLICT}
                WHEN batch_wins AND place_in_key = 1 AND old_content IS DISTINCT FROM content THEN {_NEW}
                ELSE {_DUPLICATE} END AS fate, batch_wins AND place_in_key = 1 AS kept
            FROM compared"""
        )

    def _outcome(self) -> tuple[int, int, int]:
        row = self.connection.execute(
            f"""SELECT count(*) FILTER (kept), count(*) FILTER (kept AND old_seq IS NOT NULL),
                count(*) FILTER (fate = {_CONFLICT}) FROM judged"""
        ).fetchall()[0]
        return int(row[0]), int(row[1]), int(row[2])

    def _insert(self, staging: Staging, kept: int) -> None:
        connection = self.connection
        connection.execute(
            """CREATE OR REPLACE TEMP TABLE staged AS
               SELECT *, ? + row_number() OVER (ORDER BY n) AS seq FROM judged WHERE kept""",
            [self.seq],
        )
        for dictionary in staging.dictionaries:
            self._intern(dictionary)
        targets = {
            **staging.values,
            **{c: f"s.{c}" for c in ("key", "content", "happened_at", "known_at", "seq", "line")},
        }
        joins = " ".join(d.join for d in staging.dictionaries)
        connection.execute(
            f"""INSERT INTO {staging.table.name} ({", ".join(targets)}, import_id, source)
                SELECT {", ".join(targets.values())}, ?, ? FROM staged s {joins} ORDER BY s.seq""",
            [self.import_id, self.source_id],
        )
        self.seq += kept
        self.n_facts += kept

    def _intern(self, dictionary: Dictionary) -> None:
        """Numbers for names that have none, in the order in which they came."""
        columns, table = dictionary.columns, dictionary.table
        if table == "field_values":
            self._intern_values(dictionary)
            return
        known = " AND ".join(f"d.{c} IS NOT DISTINCT FROM f.{c}" for c in _identity_of(dictionary))
        self.connection.execute(
            f"""INSERT INTO {table} (id, {columns})
                SELECT (SELECT coalesce(max(id), -1) FROM {table}) + row_number() OVER (ORDER BY first_n),
                    {columns}
                FROM (SELECT {columns}, min(n) AS first_n FROM ({dictionary.texts}) GROUP BY ALL) f
                WHERE NOT EXISTS (SELECT 1 FROM {table} d WHERE {known})"""
        )

    def _intern_values(self, dictionary: Dictionary) -> None:
        self.connection.execute(
            f"""INSERT INTO field_values (field, code, text)
                SELECT f.field, coalesce(h.highest, -1) + row_number() OVER (
                    PARTITION BY f.field ORDER BY f.first_n), f.text
                FROM (SELECT field, text, min(n) AS first_n FROM ({dictionary.texts}) GROUP BY ALL) f
                LEFT JOIN (SELECT field, max(code) AS highest FROM field_values GROUP BY field) h
                    ON h.field = f.field
                WHERE NOT EXISTS (
                    SELECT 1 FROM field_values d WHERE d.field = f.field AND d.text = f.text)"""
        )

    def _supersede(self, staging: Staging) -> None:
        for table in (staging.table.name, *_CLUSTERED_COPIES.get(staging.table.name, ())):
            self.connection.execute(
                f"""UPDATE {table} AS t SET superseded_seq = s.seq FROM staged s WHERE t.seq = s.old_seq"""
            )

    def _quarantine_conflicts(self, staging: Staging, batch: _Batch) -> None:
        """The losers: facts of this batch, and rows that counted until now."""
        words = staging.key_words_sql
        reason = f"'another row says something else of the same {staging.table.grain} (' || {words} || ').'"
        connection = self.connection
        raws = pa.table({"row": pa.array(range(len(batch.raws))), "raw": pa.array(batch.raws, pa.string())})
        connection.register("raws", raws)
        try:
            self._insert_quarantine(
                f"""SELECT s.n, ? AS import_id, ? AS file_sha256, ? AS file_name, ? AS source, s.line,
                        NULL AS column_name, 'conflict' AS code, {reason} AS reason, NULL AS value, w.raw
                    FROM judged s JOIN raws w ON w.row = s.row WHERE s.fate = {_CONFLICT}
                    UNION ALL
                    SELECT s.n, s.old_import_id, coalesce(i.file_sha256, ?), coalesce(i.file_name, ?),
                        coalesce(i.source, ?), s.old_line, NULL, 'conflict', {reason}, NULL, NULL
                    FROM judged s LEFT JOIN imports i ON i.id = s.old_import_id
                    WHERE s.fate = {_NEW} AND s.old_seq IS NOT NULL""",
                [*self._file(), *self._file()[1:]],
            )
        finally:
            connection.unregister("raws")

    def _quarantine_rejected(self, batch: _Batch) -> None:
        if not batch.rejected:
            return
        table = pa.Table.from_pylist(
            [
                {
                    "n": n,
                    "line": r.line,
                    "column_name": r.column,
                    "code": r.code,
                    "reason": r.reason,
                    "value": r.value,
                    "raw": batch.raws[n],
                }
                for n, r in batch.rejected
            ],
            schema=_QUARANTINE_SCHEMA,
        )
        self.connection.register("rejected", table)
        try:
            self._insert_quarantine(
                """SELECT n, ? AS import_id, ? AS file_sha256, ? AS file_name, ? AS source, line,
                       column_name, code, reason, value, raw FROM rejected""",
                self._file(),
            )
        finally:
            self.connection.unregister("rejected")

    def _file(self) -> list[object]:
        return [self.import_id, self.header.file_sha256, self.header.file_name, self.header.source]

    def _insert_quarantine(self, rows: str, values: list[object]) -> None:
        """Listed once per file content, line and reason, however often the file is imported."""
        self.connection.execute(
            f"""INSERT INTO quarantine (import_id, file_sha256, file_name, source, line, column_name, code, reason,
                    value, raw)
                SELECT import_id, file_sha256, file_name, source, line, column_name, code, reason, value, raw
                FROM ({rows}) q
                WHERE NOT EXISTS (SELECT 1 FROM quarantine k WHERE k.file_sha256 = q.file_sha256
                    AND k.line = q.line AND k.reason = q.reason)
                QUALIFY row_number() OVER (PARTITION BY file_sha256, line, reason ORDER BY n) = 1
                ORDER BY n""",
            values,
        )


_CLUSTERED_COPIES: dict[str, tuple[str, ...]] = {
    "activities": ("activities_clustered",),
    "attribute_changes": ("person_attributes", "account_attributes"),
}


def _identity_of(dictionary: Dictionary) -> tuple[str, ...]:
    """The columns that tell two entries of a dictionary apart."""
    identities = {"key_names": ("name",), "kinds": ("what",)}
    return identities.get(dictionary.table, tuple(c.strip() for c in dictionary.columns.split(",")))


def number_of_source(connection: Connection, name: str) -> int:
    """The source's number, given at its first import."""
    known = one(connection, "SELECT id FROM source_names WHERE name = ?", [name])
    if known is not None:
        return int(known)
    number = int(one(connection, "SELECT coalesce(max(id), -1) + 1 FROM source_names"))
    connection.execute("INSERT INTO source_names (id, name) VALUES (?, ?)", [number, name])
    return number
