"""The interchange as a folder of Parquet files, one a table, named after it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from handraise.errors import ExitCode, HandraiseError, InputFileError, Problem
from handraise.facts.interchange import tables
from handraise.facts.interchange.exporting import BATCH_ROWS, batches_of
from handraise.facts.interchange.layout import table_named
from handraise.facts.store import FactStore

_VERSION_KEY = "handraise.facts"


def file_name(table: str) -> str:
    return f"{table}.parquet"


def is_export(path: Path) -> bool:
    """Whether a table's file was written by `write_parquet`, so that each fact is in it once."""
    return _VERSION_KEY.encode() in (pq.read_schema(path).metadata or {})


def write_parquet(store: FactStore, folder: Path, horizon: int | None = None) -> Mapping[str, int]:
    """Every table up to an append horizon (default: all) into a folder, which is there whole or not at all.

    Equal facts are equal bytes. An earlier export in that folder is replaced; a folder with anything else is
    refused with `HandraiseError`. Returns the number of rows by table.
    """
    _refuse_other_files(folder)
    horizon = store.last_seq if horizon is None else horizon
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _replacing(folder) as part:
        return {
            table.name: _write(part / file_name(table.name), table, batches_of(store, table, horizon))
            for table in tables.TABLES
        }


def read_parquet(
    folder: Path, names: Sequence[str] | None = None
) -> Iterator[tuple[str, Iterator[pa.RecordBatch]]]:
    """Each table of a folder with its batches, all tables or those of `names`.

    Raises `InputFileError` with every file that is missing or no Parquet file.
    """
    chosen = [t.name for t in tables.TABLES] if names is None else [table_named(n).name for n in names]
    problems = [p for name in chosen if (p := _problem(folder / file_name(name))) is not None]
    if problems:
        raise InputFileError(f"`{folder}` is no folder of facts.", problems=tuple(problems))
    for name in chosen:
        yield name, _batches(folder / file_name(name))


def _write(path: Path, table: tables.Table, batches: Iterable[pa.RecordBatch]) -> int:
    schema = table.schema.with_metadata({_VERSION_KEY: f"{tables.VERSION} {table.name}"})
    n_rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch.replace_schema_metadata(schema.metadata))
            n_rows += batch.num_rows
    return n_rows


def _problem(path: Path) -> Problem | None:
    try:
        version = (pq.read_schema(path).metadata or {}).get(_VERSION_KEY.encode(), b"").decode()
    except FileNotFoundError:
        advice = ("An export has every table, also those without rows; choose tables with `--only`.",)
        return Problem("FT206", f"there is no `{path}`.", advice=advice)
    except (pa.ArrowInvalid, OSError, UnicodeDecodeError):
        return Problem("FT207", f"`{path}` is not a readable Parquet file.")
    given = version.partition(" ")[0]
    if given.isdigit() and int(given) > tables.VERSION:
        return Problem("FT208", f"`{path}` was written by a newer Handraise.")
    return None


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows; one batch without rows where there are none, so that the columns are seen."""
    try:
        with pq.ParquetFile(path) as file:
            yield pa.RecordBatch.from_pylist([], schema=file.schema_arrow)
            yield from file.iter_batches(BATCH_ROWS)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        problem = Problem("FT207", f"`{path}` is not a readable Parquet file.")
        raise InputFileError(problem.sentence, problems=(problem,)) from error


def _refuse_other_files(folder: Path) -> None:
    ours = {file_name(t.name) for t in tables.TABLES}
    if not folder.exists():
        return
    others = [] if not folder.is_dir() else sorted(p.name for p in folder.iterdir() if p.name not in ours)
    if not folder.is_dir() or others:
        holds = f"holds `{others[0]}`" if others else "is a file"
        raise HandraiseError(
            f"`{folder}` {holds}, so it is not a folder for an export.",
            ("Choose a folder that is empty or not there.",),
            exit_code=ExitCode.USAGE,
        )


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A folder beside it to write to; it takes the folder's place when all is written."""
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        part.chmod(0o755)
        yield part
        if folder.exists():
            shutil.rmtree(folder)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
