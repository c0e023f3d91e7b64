"""Rows on their way in, kept in a temporary folder until everything has been read: by table and source.

So nothing is appended when a file or a connection breaks half-way, and each import knows the hash of its
content before its first row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from handraise.errors import InputFileError, Problem
from handraise.facts.interchange import layout, tables
from handraise.facts.interchange.checking import Unreadable
from handraise.facts.interchange.tables import Kind, Table

LINE = "line"
# A file each is open at once; nobody has so many systems, so a column with more is not `source`.
MAX_SOURCES = 200


@dataclass(frozen=True, slots=True)
class SpooledRows:
    """The rows of one source (`None`: they do not say which) of one table, and the hash of their content."""

    source: str | None
    path: Path
    sha256: str
    n_rows: int

    def cells(self, table: Table) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Each row's line and its cells in the table's order, instants as microseconds."""
        with pa.OSFile(str(self.path)) as file, pa.ipc.open_stream(file) as reader:
            for batch in reader:
                columns = (_cells(batch.column(c.name), c.kind) for c in table.columns)
                yield from zip(batch.column(LINE).to_pylist(), zip(*columns, strict=True), strict=True)


@dataclass(frozen=True, slots=True)
class SpooledTable:
    """A table as it was read: where from, its rows by source, and the columns that were passed over."""

    table: Table
    place: str
    parts: tuple[SpooledRows, ...]
    unknown_columns: tuple[str, ...]
    n_rows: int


def spool(
    table: Table,
    batches: Iterable[pa.RecordBatch],
    place: str,
    folder: Path,
    passed_over: tuple[str, ...] = (),
) -> SpooledTable:
    """Reads all batches. `place` is what the table is called in messages; `passed_over` are columns that were not read.

    Raises `InputFileError` with every column that is missing or of another type.
    """
    parts: dict[str | None, _Part] = {}
    unknown = passed_over
    checked: pa.Schema | None = None
    n_rows = 0
    try:
        for batch in batches:
            if checked is None or not batch.schema.equals(checked, check_metadata=True):
                checked, unknown = batch.schema, (*passed_over, *_checked(batch.schema, table, place))
            rows = layout.as_declared(batch, table, place)
            lines = pa.array(range(n_rows + 1, n_rows + rows.num_rows + 1), pa.int64())
            n_rows += rows.num_rows
            for source, some in _by_source(rows.append_column(LINE, lines)):
                if source not in parts:
                    _refuse_too_many(len(parts), place)
                    parts[source] = _Part(folder / f"{table.name}.{len(parts)}.arrow", some.schema)
                parts[source].write(some)
    finally:
        for part in parts.values():
            part.close()
    spooled = tuple(SpooledRows(s, p.path, p.sha256(s, table), p.n_rows) for s, p in parts.items())
    ordered = sorted(spooled, key=lambda s: (s.source is None, s.source or ""))
    return SpooledTable(table, place, tuple(ordered), unknown, n_rows)


def _checked(schema: pa.Schema, table: Table, place: str) -> tuple[str, ...]:
    problems = layout.problems_of(schema, table, place)
    if problems:
        raise InputFileError(f"`{place}` is no table of {table.name}.", problems=tuple(problems))
    return layout.unknown_columns(schema, table)


def _by_source(rows: pa.RecordBatch) -> Iterator[tuple[str | None, pa.RecordBatch]]:
    """The rows of each source, in their order; `None` for those with a blank or unreadable one."""
    if tables.SOURCE not in rows.schema.names:
        yield None, rows
        return
    column = rows.column(tables.SOURCE)
    texts = layout.texts_of(column)
    names = {text: _source(text) for text in set(texts)}
    if len(set(names.values())) == 1:
        yield next(iter(names.values())), rows
        return
    wanted = np.array([names[text] or "" for text in texts], dtype=np.object_)
    for name in dict.fromkeys(names[text] for text in texts):
        yield name, rows.filter(pa.array(wanted == (name or "")))


def _source(text: bytes | None) -> str | None:
    try:
        name = (text or b"").decode()
    except UnicodeDecodeError:
        return None
    return name if name.strip() and "\x00" not in name else None


def _refuse_too_many(n_sources: int, place: str) -> None:
    if n_sources < MAX_SOURCES:
        return
    sentence = f"`{place}` has rows of more than {MAX_SOURCES} sources."
    advice = "`source` is the system that a row comes from, such as `salesforce`, not the row's own id."
    raise InputFileError(sentence, problems=(Problem("FT205", sentence, advice=(advice,)),))


def _cells(array: pa.Array, kind: Kind) -> list[Any]:
    if kind is Kind.INSTANT:
        return list(array.view(pa.int64()).to_pylist())
    if kind is Kind.TRUTH:
        return list(array.to_pylist())
    try:
        return list(array.to_pylist())
    except UnicodeDecodeError:
        return [_text(cell) for cell in layout.texts_of(array)]


def _text(cell: bytes | None) -> str | Unreadable | None:
    try:
        return None if cell is None else cell.decode()
    except UnicodeDecodeError:
        return Unreadable(cell or b"")


@dataclass
class _Part:
    """A file being written, and the hash of its content, which does not depend on how batches were cut."""

    path: Path
    schema: pa.Schema
    n_rows: int = 0
    _hashes: dict[str, tuple[Any, Any, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._file = pa.OSFile(str(self.path), "wb")
        self._writer = pa.ipc.new_stream(self._file, self.schema)
        for name in self.schema.names:
            self._hashes[name] = (hashlib.sha256(), hashlib.sha256(), hashlib.sha256())

    def write(self, rows: pa.RecordBatch) -> None:
        self._writer.write_batch(rows)
        self.n_rows += rows.num_rows
        for name in self.schema.names:
            self._hash(name, rows.column(name))

    def close(self) -> None:
        self._writer.close()
        self._file.close()

    def sha256(self, source: str | None, table: Table) -> str:
        """Of the table's name, the source, and each column's gaps, lengths and bytes."""
        whole = hashlib.sha256(f"{tables.VERSION} {table.name} {source}".encode())
        for name in self.schema.names:
            for part in self._hashes[name]:
                whole.update(part.digest())
        return whole.hexdigest()

    def _hash(self, name: str, column: pa.Array) -> None:
        gaps, lengths, content = self._hashes[name]
        gaps.update(np.asarray(column.is_null()).tobytes())
        if pa.types.is_string(column.type):
            cells = layout.texts_of(column)
            lengths.update(np.array([len(c or b"") for c in cells], dtype=np.int64).tobytes())
            content.update(b"".join(c or b"" for c in cells))
            return
        plain = column if pa.types.is_boolean(column.type) else column.view(pa.int64())
        content.update(np.asarray(pc.fill_null(plain, pa.scalar(0).cast(plain.type))).tobytes())
