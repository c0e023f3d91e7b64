"""Parquet says what CSV says."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.importers.helpers import SAMPLES, SETTINGS, mapping_of

from handraise.errors import InputFileError
from handraise.importers.opening import open_import
from handraise.importers.tables import open_table


def as_parquet(source: Path, folder: Path) -> Path:
    with source.open(newline="") as file:
        header, *rows = csv.reader(file)
    columns = {name: pa.array([row[i] or None for row in rows], pa.string()) for i, name in enumerate(header)}
    path = folder / f"{source.stem}.parquet"
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize("name", sorted(str(p.relative_to(SAMPLES)) for p in SAMPLES.rglob("*.csv")))
def test_a_sample_says_the_same_in_parquet(name: str, tmp_path: Path) -> None:
    from_csv = list(open_import(SAMPLES / name, SETTINGS).rows())
    from_parquet = list(open_import(as_parquet(SAMPLES / name, tmp_path), SETTINGS).rows())
    assert [r.facts for r in from_parquet] == [r.facts for r in from_csv]
    assert [r.rejection and r.rejection.code for r in from_parquet] == [
        r.rejection and r.rejection.code for r in from_csv
    ]
    assert [r.line for r in from_parquet] == list(range(1, len(from_csv) + 1))
    assert all(r.raw for r in from_parquet if r.rejection)


def test_typed_columns_are_written_as_an_export_would(tmp_path: Path) -> None:
    path = tmp_path / "file.parquet"
    from datetime import UTC, date, datetime
    from decimal import Decimal

    when = datetime(2024, 4, 3, 17, 5, 9, 250_000, tzinfo=UTC)
    columns = {
        "flag": pa.array([True, None]),
        "whole": pa.array([7, None]),
        "real": pa.array([1.5, float("nan")]),
        "money": pa.array([Decimal("1.50"), None]),
        "day": pa.array([date(2024, 4, 3), None]),
        "zoned": pa.array([when, None], pa.timestamp("us", "Europe/Berlin")),
        "zoneless": pa.array([when.replace(tzinfo=None), None], pa.timestamp("ns")),
        "coded": pa.array(["a", None]).dictionary_encode(),
        "listed": pa.array([["a", "b"], None]),
    }
    pq.write_table(pa.table(columns), path)
    rows = [r.cells for r in open_table(path).rows()]
    assert rows[0] == (
        "true",
        "7",
        "1.5",
        "1.50",
        "2024-04-03",
        "2024-04-03T17:05:09.250000Z",
        "2024-04-03 17:05:09.250000",
        "a",
        '["a", "b"]',
    )
    assert rows[1] == ("",) * 9


def test_a_nul_in_a_cell_costs_its_row(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": ["1", "2\0"]}), tmp_path / "file.parquet")
    mapping = mapping_of(
        "source: s\nfiles: [{name: n, match: {columns: [a]}, targets: [{table: people, id: a}]}]\n"
    )
    rows = list(open_import(tmp_path / "file.parquet", SETTINGS, mapping=mapping).rows())
    assert [r.rejection and r.rejection.code for r in rows] == [None, "nul_byte"]


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    whole = as_parquet(SAMPLES / "salesforce/Task.csv", tmp_path).read_bytes()
    for content in (whole[: len(whole) // 2], whole[:100] + b"\0" * 200 + whole[300:]):
        (tmp_path / "cut.parquet").write_bytes(content)
        with pytest.raises(InputFileError, match="damaged Parquet"):
            list(open_import(tmp_path / "cut.parquet", SETTINGS).rows())
