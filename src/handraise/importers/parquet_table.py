"""A Parquet file as rows of texts, batch by batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as types

from handraise.errors import Finding
from handraise.facts.rows import Rejection
from handraise.importers.content import Content, opened
from handraise.importers.rejects import MAX_VALUE, refused
from handraise.importers.tables import MAX_CELL, ReadRow, checked_header

_BATCH = 8192


class ParquetTable:
    """A Parquet file. Rows are numbered from 1; a null is an empty cell."""

    def __init__(self, content: Content) -> None:
        self.path: Path = content.path
        self.sha256 = content.sha256
        with _parquet(self.path) as file:
            names = list(file.schema_arrow.names)
            self.n_lines: int = file.metadata.num_rows
        self.header = checked_header(self.path, names, None, None)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return ()

    def rows(self) -> Iterator[ReadRow]:
        line = 0
        with _parquet(self.path) as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                for cells in zip(*(_texts(column) for column in batch.columns), strict=True):
                    line += 1
                    yield ReadRow(line, cells, None, self._rejection(line, cells))

    def _rejection(self, line: int, cells: Sequence[str]) -> Rejection | None:
        for name, cell in zip(self.header, cells, strict=True):
            if len(cell) > MAX_CELL:
                reason = f"a cell has more than {MAX_CELL:,} characters."
                return Rejection(line, name, reason, "cell_too_long", cell[:MAX_VALUE])
            if "\0" in cell:
                return Rejection(line, name, "the cell has a NUL byte.", "nul_byte", cell[:MAX_VALUE])
        return None


@contextmanager
def _parquet(path: Path) -> Iterator[Any]:
    with opened(path) as stream:
        try:
            yield pq.ParquetFile(stream)
        except (pa.ArrowException, ValueError, TypeError, OverflowError, OSError) as error:
            why = (str(error).splitlines() or [""])[0][:200]
            raise refused(
                "IF108", path, f"`{path}` is a damaged Parquet file: {why}", "Write it again."
            ) from error


def _texts(column: Any) -> list[str]:
    """A column's values as a CSV export would write them: ISO dates, instants with `Z` where the column has a zone."""
    write = _writer(column.type)
    return ["" if v is None else write(v) for v in column.to_pylist()]


def _writer(kind: Any) -> Callable[[Any], str]:
    if types.is_string(kind) or types.is_large_string(kind):
        return str
    if types.is_boolean(kind):
        return lambda v: "true" if v else "false"
    if types.is_floating(kind):
        return lambda v: "" if v != v else repr(v)
    if types.is_timestamp(kind):
        return _instant_text
    if types.is_binary(kind) or types.is_large_binary(kind):
        return lambda v: v.decode("utf-8", "backslashreplace")
    if types.is_nested(kind):
        return lambda v: json.dumps(v, ensure_ascii=False, default=str)
    if types.is_dictionary(kind):
        return _writer(kind.value_type)
    return str


def _instant_text(moment: datetime) -> str:
    moment = moment.to_pydatetime() if hasattr(moment, "to_pydatetime") else moment
    if moment.tzinfo is None:
        return moment.isoformat(sep=" ")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
