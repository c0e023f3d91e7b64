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
import pyarrow.compute as pc

from handraise.errors import EngineError
from handraise.facts import rows as logical
from handraise.facts.imports import ImportHeader, ImportResult
from handraise.facts.said_again import save_said_again
from handraise.facts.sql import Connection, one, over
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
        judged = self._judge(staging, self._stage(staging, facts))
        np.bitwise_or.at(fates, judged["row"].to_numpy(), judged["fate"].to_numpy().astype(np.uint8))
        kept = judged.filter(judged["kept"]).sort_by("n")
        kept = kept.append_column("seq", pa.array(range(self.seq + 1, self.seq + 1 + len(kept)), pa.int64()))
        if len(kept):
            self._insert(staging, kept)
            self.n_facts += len(kept)
        superseding = kept.filter(pc.is_valid(kept["old_seq"]))
        if len(superseding):
            self._supersede(staging, superseding)
        self._quarantine_conflicts(staging, judged, batch)
        self._remember(staging, judged)

    def _remember(self, staging: Staging, judged: pa.Table) -> None:
        """What would count if what counts were undone: of each key the best fact here, where one of another import is
        better. If that says the same, its number is enough; if not, the row itself, which nobody reads."""
        lost = pc.and_(pc.equal(judged["place_in_key"], 1), pc.invert(judged["kept"]))
        lost = judged.filter(pc.and_(lost, pc.not_equal(judged["old_import_id"], self.import_id)))
        same = pc.equal(lost["fate"], _DUPLICATE)
        again, other = lost.filter(same).sort_by("old_seq"), lost.filter(pc.invert(same)).sort_by("n")
        if len(again):
            save_said_again(self.connection, self.import_id, again)
        if len(other):
            numbers = pa.array(range(self.seq + 1, self.seq + 1 + len(other)), pa.int64())
            other = other.append_column("seq", numbers).append_column("never_counted", numbers)
            self._insert(staging, other, superseded="s.never_counted")

    def _stage(self, staging: Staging, facts: list[tuple[Any, ...]]) -> pa.Table:
        """The facts with the hashes of what they are about and of what they say."""
        return over(
            self.connection,
            "batch",
            _with(staging.arrow(facts), source_name=self.header.source),
            f"SELECT *, {staging.key_sql} AS key, {staging.content_sql} AS content FROM batch",
        ).to_arrow_table()

    def _judge(self, staging: Staging, staged: pa.Table) -> pa.Table:
        """What becomes of each staged fact, beside the others of its key here and in all history."""
        return over(
            self.connection,
            "staged",
            staged,
            f"""WITH current AS (
                SELECT key, content, known_at, happened_at, seq, import_id, line
                FROM {staging.table.name}
                WHERE key IN (SELECT key FROM staged)
                    AND (superseded_seq IS NULL OR seq IN (SELECT seq FROM masked))
            ), ranked AS (
                SELECT *, row_number() OVER w AS place_in_key, first_value(known_at) OVER w AS best_known_at,
                    first_value(content) OVER w AS best_content,
                    first_value(happened_at) OVER w AS best_happened_at
                FROM staged WINDOW w AS (PARTITION BY key ORDER BY known_at, content, happened_at, n)
            ), compared AS (
                SELECT r.*, c.content AS old_content, c.seq AS old_seq, c.import_id AS old_import_id,
                    c.line AS old_line, c.known_at AS old_known_at, c.happened_at AS old_happened_at,
                    c.key IS NULL OR r.best_known_at < c.known_at OR (r.best_known_at = c.known_at AND (
                        r.best_content < c.content OR (r.best_content = c.content
                        AND r.best_happened_at < c.happened_at))) AS batch_wins
                FROM ranked r LEFT JOIN current c ON r.key = c.key
            )
            SELECT *, CASE
                WHEN content <> CASE WHEN batch_wins THEN best_content ELSE old_content END THEN {_CONFLICT}
                WHEN batch_wins AND place_in_key = 1 AND old_content IS DISTINCT FROM content THEN {_NEW}
                ELSE {_DUPLICATE} END AS fate, batch_wins AND place_in_key = 1 AS kept
            FROM compared""",
        ).to_arrow_table()

    def _insert(self, staging: Staging, kept: pa.Table, superseded: str = "NULL") -> None:
        staged = _with(kept, own_import_id=self.import_id, own_source_id=self.source_id)
        for dictionary in staging.dictionaries:
            self._intern(dictionary, staged)
        targets = {
            **staging.values,
            **{c: f"s.{c}" for c in ("key", "content", "happened_at", "known_at", "seq", "line")},
            "import_id": "s.own_import_id",
            "source": "s.own_source_id",
            "superseded_seq": superseded,
        }
        joins = " ".join(d.join for d in staging.dictionaries)
        over(
            self.connection,
            "staged",
            staged,
            f"""INSERT INTO {staging.table.name} ({", ".join(targets)})
                SELECT {", ".join(targets.values())} FROM staged s {joins} ORDER BY s.seq""",
        )
        self.seq += len(kept)

    def _intern(self, dictionary: Dictionary, staged: pa.Table) -> None:
        """Numbers for names that have none, in the order in which they came."""
        columns, table = dictionary.columns, dictionary.table
        if table == "field_values":
            self._intern_values(dictionary, staged)
            return
        known = " AND ".join(f"d.{c} IS NOT DISTINCT FROM f.{c}" for c in _identity_of(dictionary))
        over(
            self.connection,
            "staged",
            staged,
            f"""INSERT INTO {table} (id, {columns})
                SELECT (SELECT coalesce(max(id), -1) FROM {table}) + row_number() OVER (ORDER BY first_n),
                    {columns}
                FROM (SELECT {columns}, min(n) AS first_n FROM ({dictionary.texts}) GROUP BY ALL) f
                WHERE NOT EXISTS (SELECT 1 FROM {table} d WHERE {known})""",
        )

    def _intern_values(self, dictionary: Dictionary, staged: pa.Table) -> None:
        over(
            self.connection,
            "staged",
            staged,
            f"""INSERT INTO field_values (field, code, text)
                SELECT f.field, coalesce(h.highest, -1) + row_number() OVER (
                    PARTITION BY f.field ORDER BY f.first_n), f.text
                FROM (SELECT field, text, min(n) AS first_n FROM ({dictionary.texts}) GROUP BY ALL) f
                LEFT JOIN (SELECT field, max(code) AS highest FROM field_values GROUP BY field) h
                    ON h.field = f.field
                WHERE NOT EXISTS (
                    SELECT 1 FROM field_values d WHERE d.field = f.field AND d.text = f.text)""",
        )

    def _supersede(self, staging: Staging, superseding: pa.Table) -> None:
        for table in (staging.table.name, *_CLUSTERED_COPIES.get(staging.table.name, ())):
            over(
                self.connection,
                "staged",
                superseding,
                f"UPDATE {table} AS t SET superseded_seq = s.seq FROM staged s WHERE t.seq = s.old_seq",
            )

    def _quarantine_conflicts(self, staging: Staging, judged: pa.Table, batch: _Batch) -> None:
        """The losers: facts of this batch, and rows that counted until now."""
        lost = pc.equal(judged["fate"], _CONFLICT)
        won = pc.and_(pc.equal(judged["fate"], _NEW), pc.is_valid(judged["old_seq"]))
        told = judged.filter(pc.or_(lost, won))
        if not len(told):
            return
        words = staging.key_words_sql
        reason = f"'another row says something else of the same {staging.table.grain} (' || {words} || ').'"
        raws = pa.array([batch.raws[row] for row in told["row"].to_pylist()], pa.string())
        self._insert_quarantine(
            told.append_column("raw", raws),
            f"""SELECT s.n, s.own_import_id AS import_id, s.own_sha256 AS file_sha256, s.own_name AS file_name,
                    s.own_source AS source, s.line, NULL AS column_name, 'conflict' AS code, {reason} AS reason,
                    NULL AS value, s.raw
                FROM told s WHERE s.fate = {_CONFLICT}
                UNION ALL
                SELECT s.n, s.old_import_id, coalesce(i.file_sha256, s.own_sha256),
                    coalesce(i.file_name, s.own_name), coalesce(i.source, s.own_source), s.old_line, NULL, 'conflict',
                    {reason}, NULL, NULL
                FROM told s LEFT JOIN imports i ON i.id = s.old_import_id WHERE s.fate = {_NEW}""",
        )

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
        self._insert_quarantine(
            table,
            """SELECT n, own_import_id AS import_id, own_sha256 AS file_sha256, own_name AS file_name,
                   own_source AS source, line, column_name, code, reason, value, raw FROM told""",
        )

    def _insert_quarantine(self, told: pa.Table, rows: str) -> None:
        """Listed once per file content, line and reason, however often the file is imported. `rows` selects them from
        `told`, which has what is known of this file beside."""
        header = self.header
        over(
            self.connection,
            "told",
            _with(
                told,
                own_import_id=self.import_id,
                own_sha256=header.file_sha256,
                own_name=header.file_name,
                own_source=header.source,
            ),
            f"""INSERT INTO quarantine (import_id, file_sha256, file_name, source, line, column_name, code, reason,
                    value, raw)
                SELECT import_id, file_sha256, file_name, source, line, column_name, code, reason, value, raw
                FROM ({rows}) q
                WHERE NOT EXISTS (SELECT 1 FROM quarantine k WHERE k.file_sha256 = q.file_sha256
                    AND k.line = q.line AND k.reason = q.reason)
                QUALIFY row_number() OVER (PARTITION BY file_sha256, line, reason ORDER BY n) = 1
                ORDER BY n""",
        )


_CLUSTERED_COPIES: dict[str, tuple[str, ...]] = {
    "activities": ("activities_clustered",),
    "attribute_changes": ("person_attributes", "account_attributes"),
}


def _with(table: pa.Table, **constants: str | int) -> pa.Table:
    """The table with columns that are the same in every row."""
    for name, value in constants.items():
        table = table.append_column(name, pa.repeat(value, len(table)))
    return table


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
