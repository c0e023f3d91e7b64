"""The files that lie between the facts and the decisions, and what is read from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from handraise.facts.interchange import tables
from handraise.facts.interchange.layout import as_declared
from handraise.facts.interchange.parquet import file_name
from handraise.facts.interchange.tables import Table

# Columns that the facts of a bucket are laid out by, beside their own.
BUCKET, TABLE = "bucket", "fact_table"
# The same in every bucket: fields, coverage, and what is known of assets and programs.
SHARED = (tables.FIELDS, tables.COVERAGE, tables.ATTRIBUTE_CHANGES)
_OF_NO_BUCKET = pa.array([b"asset", b"program"])


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one decision, below a folder that every machine taking part sees under the same name."""

    root: Path

    @property
    def directory(self) -> Path:
        return self.root / "directory.parquet"

    @property
    def facts(self) -> Path:
        return self.root / "facts"

    @property
    def shared(self) -> Path:
        return self.root / "shared"

    @property
    def decisions(self) -> Path:
        return self.root / "decisions"

    def store(self, bucket: int) -> Path:
        return self.root / "stores" / f"bucket-{bucket:05}.duckdb"

    def part(self, bucket: int) -> Path:
        return self.decisions / f"part-{bucket:05}.parquet"

    def make(self) -> None:
        for folder in (self.shared, self.root / "stores", self.decisions):
            folder.mkdir()


def write_shared(folder: Path, target: Path) -> None:
    """What is the same in every bucket, from a folder of facts."""
    for table in SHARED:
        schema = pa.schema([pa.field(c.name, c.kind.arrow) for c in table.columns])
        with (
            pq.ParquetFile(folder / file_name(table.name)) as source,
            pq.ParquetWriter(target / file_name(table.name), schema) as writer,
        ):
            for batch in source.iter_batches(columns=list(table.names)):
                rows = as_declared(batch, table, table.name)
                writer.write_batch(_of_no_bucket(rows) if table is tables.ATTRIBUTE_CHANGES else rows)


def read_shared(folder: Path, table: Table) -> Iterator[pa.RecordBatch]:
    """The rows of a table that are the same in every bucket."""
    if table in SHARED:
        with pq.ParquetFile(folder / file_name(table.name)) as file:
            yield from file.iter_batches()


def read_bucket(folder: Path, bucket: int, table: Table) -> Iterator[pa.RecordBatch]:
    """The rows of a table that came to a bucket."""
    part = folder / f"{BUCKET}={bucket}" / f"{TABLE}={table.name}"
    for path in sorted(part.glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(columns=list(table.names))


def _of_no_bucket(changes: pa.RecordBatch) -> pa.RecordBatch:
    return changes.filter(pc.is_in(changes.column("entity").cast(pa.binary()), value_set=_OF_NO_BUCKET))
