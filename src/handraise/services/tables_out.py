"""Tables written for people and for tools: CSV that a spreadsheet may open safely, and Parquet.

A cell that a spreadsheet would take for a formula is written with a leading apostrophe (OWASP, "CSV
Injection"); Parquet keeps it as it is.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
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
    check_place(path)


def check_place(path: Path) -> None:
    """Refuse what no file can be written to; the folders on the way are made. Raises `HandraiseError`, `OSError`."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(errno.EACCES, "no rights", str(path.parent))
    with _errors_of(path):
        _part_of(path).touch()
        _part_of(path).unlink()


def write_table(table: pa.Table, path: Path) -> None:
    """Write to `path` by its ending, `.parquet` or `.csv`; the file is there whole or not at all."""
    check_target(path)
    part = _part_of(path)
    try:
        with _errors_of(path):
            _WRITERS[path.suffix.lower()](table, part)
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _part_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    """Errors name the file that was asked for: Arrow's name none, and the part is nobody's word."""
    try:
        yield
    except FileNotFoundError as error:  # though its folder is there, as in /proc
        advice = ("Name a file in another folder.",)
        raise HandraiseError(
            f"`{path}` cannot be written: its folder takes no files.", advice, exit_code=ExitCode.USAGE
        ) from error
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


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
