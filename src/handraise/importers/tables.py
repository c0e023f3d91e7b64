"""A file as rows of cells, whatever it was written in: CSV, Parquet or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from handraise.errors import Finding
from handraise.facts.rows import Rejection
from handraise.importers.rejects import refused

MAX_COLUMNS = 2_000
MAX_CELL = 1 << 20


class ReadRow(NamedTuple):
    """One row: its cells, in the header's order, or why it cannot be split into cells."""

    line: int
    cells: Sequence[str]
    raw: str | None
    rejection: Rejection | None = None


class Table(Protocol):
    """A file that can be read from the start, as often as one likes."""

    @property
    def path(self) -> Path: ...
    @property
    def sha256(self) -> str: ...
    @property
    def header(self) -> tuple[str, ...]: ...
    @property
    def n_lines(self) -> int:
        """About how many lines (Parquet: rows) there are; 0 where nothing tells."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was seen so far; complete when the rows have been read."""

    def rows(self) -> Iterator[ReadRow]: ...


def checked_header(path: Path, names: Sequence[str], line: int | None, text: str | None) -> tuple[str, ...]:
    """Trimmed column names. Raises `InputFileError` for too many, none, or one written twice."""
    header = tuple(n.replace("\ufeff", "").replace("\xa0", " ").strip() for n in names)
    if len(header) > MAX_COLUMNS:
        raise refused(
            "IF110",
            path,
            f"`{path}` has {len(header):,} columns; {MAX_COLUMNS:,} are read at most.",
            "Export fewer columns.",
        )
    if not any(header):
        raise refused("IF109", path, f"`{path}` has no column names.", "Export it with a header line.")
    seen: dict[str, str] = {}
    for name in header:
        if name and seen.setdefault(name.casefold(), name) is not name:
            first = seen[name.casefold()]
            raise refused(
                "IF111", path, f"the column `{name}` is there twice{'' if first == name else f' (as `{first}` too)'}.",
                "Rename or leave out one of them.", line=line, source_line=text,
            )  # fmt: skip
    return header


def row_text(cells: Sequence[str]) -> str:
    """A row as CSV, for the quarantine of rows that have no text of their own."""
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def open_table(path: Path) -> Table:
    """The table in a file. Raises `InputFileError`."""
    from handraise.importers.content import inspect
    from handraise.importers.csv_table import CsvTable

    content = inspect(path)
    if content.is_parquet:
        from handraise.importers.parquet_table import ParquetTable  # pyarrow loads slowly

        return ParquetTable(content)
    if content.is_json:
        from handraise.importers.json_table import JsonTable

        return JsonTable(content)
    return CsvTable(content)
