"""What is known of an import: its header, how its rows were reconciled, and the rows that were not taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handraise.facts.sql import Connection
from handraise.model.time import Micros


@dataclass(frozen=True, slots=True)
class ImportHeader:
    """What is known of a file before its rows are read. `imported_at` is the caller's clock."""

    source: str
    importer: str
    file_name: str
    file_sha256: str
    imported_at: Micros
    exported_at: Micros | None = None
    unknown_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """An import, reconciled per row of the file: `rows_in == accepted + duplicate + quarantined`.

    `accepted` rows added at least one fact, of `duplicate` rows every fact was there, and `quarantined` rows
    could not be taken, or said something else than facts of the same key that count instead. `facts` is the
    number of facts added; their append numbers lie in `(first_seq, last_seq]`. `undone_at`: since when it has brought
    nothing.
    """

    id: int
    source: str
    importer: str
    file_name: str
    file_sha256: str
    exported_at: Micros | None
    imported_at: Micros
    rows_in: int
    accepted: int
    duplicate: int
    quarantined: int
    facts: int
    first_seq: int
    last_seq: int
    unknown_columns: tuple[str, ...] = ()
    undone_at: Micros | None = None


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row that was not taken: where it is, why, and its own text."""

    import_id: int
    file_name: str
    source: str
    line: int
    column: str | None
    code: str
    reason: str
    value: str | None
    raw: str | None


_IMPORT_COLUMNS = (
    "id, source, importer, file_name, file_sha256, exported_at, imported_at, rows_in, accepted, duplicate, "
    "quarantined, facts, first_seq, last_seq, unknown_columns, undone_at"
)


def insert_import(connection: Connection, result: ImportResult) -> None:
    values = [
        result.id, result.source, result.importer, result.file_name, result.file_sha256, result.exported_at,
        result.imported_at, result.rows_in, result.accepted, result.duplicate, result.quarantined, result.facts,
        result.first_seq, result.last_seq, list(result.unknown_columns), result.undone_at,
    ]  # fmt: skip
    marks = ", ".join("?" for _ in values)
    connection.execute(f"INSERT INTO imports ({_IMPORT_COLUMNS}) VALUES ({marks})", values)


def list_imports(connection: Connection, *, are_old: bool = False) -> tuple[ImportResult, ...]:
    """Every import, in order, also those undone; a store of an earlier version knows of none undone."""
    columns = _IMPORT_COLUMNS.replace("undone_at", "NULL AS undone_at") if are_old else _IMPORT_COLUMNS
    rows = connection.execute(f"SELECT {columns} FROM imports ORDER BY id").fetchall()
    names = _IMPORT_COLUMNS.split(", ")
    imports = (dict(zip(names, row, strict=True)) for row in rows)
    return tuple(ImportResult(**{**i, "unknown_columns": tuple(i["unknown_columns"])}) for i in imports)


def list_quarantine(connection: Connection, import_ids: Sequence[int] | None) -> tuple[QuarantinedRow, ...]:
    """Quarantined rows, by import and line; of all imports without `import_ids`."""
    chosen = "" if import_ids is None else "WHERE import_id IN (SELECT unnest(?::INTEGER[]))"
    rows = connection.execute(
        f"""SELECT import_id, file_name, source, line, column_name, code, reason, value, raw FROM quarantine
            {chosen} ORDER BY import_id, line, code, reason""",
        [] if import_ids is None else [list(import_ids)],
    ).fetchall()
    return tuple(QuarantinedRow(*row) for row in rows)
