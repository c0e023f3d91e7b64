"""Tables written for people and for tools: CSV that a spreadsheet may open safely, and Parquet.

A cell that a spreadsheet would take for a formula is written with a leading apostrophe (OWASP, "CSV
Injection"); Parquet keeps it as it is.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from handraise.errors import ExitCode, HandraiseError

FORMULA_START = r"^[=+\-@\t\r\n\x00]"


def check_target(path: Path) -> None:
    """Refuse, before anything is computed, what `write_table` could not write to. Raises `HandraiseError`, `OSError`."""
    if path.suffix.lower() not in _WRITERS:
        raise HandraiseError(
            f"`{path}` ends neither in .parquet nor in .csv.",
            ("Give it one of these endings.",),
            exit_code=ExitCode.USAGE,
        )
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(errno.EACCES, "no rights", str(path.parent))


def write_table(table: pa.Table, path: Path) -> None:
    """Write to `path` by its ending, `.parquet` or `.csv`; the file is there whole or not at all."""
    check_target(path)
    part = path.with_name(f".{path.name}.part")
    try:
        _WRITERS[path.suffix.lower()](table, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def safe_texts(table: pa.Table) -> pa.Table:
    """Every column as a spreadsheet may show it: lists joined by "; ", instants in ISO 8601, formulas disarmed."""
    return pa.table([_shown(table.column(i)) for i in range(table.num_columns)], names=table.column_names)


def _write_parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd")


def _write_csv(table: pa.Table, path: Path) -> None:
    pyarrow.csv.write_csv(safe_texts(table), path)


_WRITERS = {".parquet": _write_parquet, ".csv": _write_csv}


def _shown(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_list(column.type):
        column = pc.binary_join(column, "; ")
    if pa.types.is_timestamp(column.type):
        return pc.strftime(column, format="%Y-%m-%dT%H:%M:%SZ")
    if not pa.types.is_string(column.type):
        return column
    armed = pc.match_substring_regex(column, FORMULA_START)
    return pc.if_else(armed, pc.binary_join_element_wise("'", column, ""), column)
