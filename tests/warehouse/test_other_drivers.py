"""A driver other than PostgreSQL's, through the same interface: DuckDB's, which comes with the store."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from tests.facts.worlds import append
from tests.warehouse.test_postgresql import HOSTILE, decisions

from handraise.engines import adbc_address
from handraise.engines.adbc import Warehouse
from handraise.engines.adbc_address import read_url
from handraise.errors import EngineError, InputFileError
from handraise.facts.interchange import tables
from handraise.facts.interchange.exporting import export
from handraise.facts.interchange.parquet import write_parquet
from handraise.facts.rows import Activity, AttributeChange, Coverage, Fact, PersonRecord
from handraise.facts.store import FactStore
from handraise.workspace import Workspace

FACTS: list[Fact] = [
    *(PersonRecord(f"crm:{t}", 0, 0) for t in HOSTILE),
    *(AttributeChange("person", "crm:$1", t, t, 1, 2) for t in HOSTILE),
    *(Activity(t, "crm:$1", 1, 2, "custom.x", t, t, t, t, {t: t, "nul": "\x00"}) for t in HOSTILE),
]


def test_facts_and_decisions_pass_through_another_driver(tmp_path: Path, workspace: Workspace) -> None:
    with FactStore(tmp_path / "a.duckdb") as store, duckdb.connect(str(tmp_path / "w.duckdb")) as other:
        append(store, FACTS, [Coverage(("page.viewed",), 0, 9)])
        other.execute('CREATE SCHEMA "a b"')
        for name, batch in export(store):
            other.register("batch", pa.Table.from_batches([batch]))
            other.execute(f'CREATE TABLE "a b".{name} AS SELECT * FROM batch')
        write_parquet(store, tmp_path / "a")
    url = f"duckdb://{tmp_path}/w.duckdb"
    for fate in ("accepted", "duplicate"):
        outcomes = workspace.pull(url, schema="a b")
        assert sum(getattr(o, fate) for o in outcomes) == sum(o.rows_in for o in outcomes)
    with workspace.store() as store:
        write_parquet(store, tmp_path / "b")
    for t in tables.TABLES:
        a, b = (tmp_path / f / f"{t.name}.parquet" for f in "ab")
        assert a.read_bytes() == b.read_bytes()
    with Warehouse(url, "a b") as warehouse:
        assert warehouse.write_decisions("r", "v", decisions(*HOSTILE)).n_rows == len(HOSTILE)
        assert warehouse.write_decisions("r", "v", decisions("p")).n_replaced == len(HOSTILE)
    with duckdb.connect(str(tmp_path / "w.duckdb")) as other:
        found = other.execute('SELECT run_id, person_id, missing_facts FROM "a b".handraise_decisions')
        assert found.fetchall() == [("r", "p", '["p", "a,b{}\\"\'"]')]
        assert not other.execute("SELECT 1 FROM duckdb_tables() WHERE table_name LIKE '%staging'").fetchall()


def test_a_missing_table_is_said_by_any_driver(tmp_path: Path, workspace: Workspace) -> None:
    duckdb.connect(str(tmp_path / "w.duckdb")).close()
    with pytest.raises(InputFileError) as error:
        workspace.pull(f"duckdb://{tmp_path}/w.duckdb")
    assert [p.code for p in error.value.problems] == ["FT206"] * len(tables.TABLES)


def test_a_driver_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adbc_address.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(EngineError, match=r"handraise\[warehouse\]"):
        Warehouse("postgresql://h/db")

    def nothing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(adbc_address.importlib, "import_module", nothing)
    with pytest.raises(EngineError, match=r"handraise\[warehouse\]"):
        Warehouse("snowflake://u:p@account/db")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann:secret@h:5/db?sslpassword=other&x=1", "postgresql://ann@h:5/db"),
        ("postgres://h/db", "postgresql://h/db"),
        ("postgresql:///db?host=/tmp", "postgresql:///db"),
        ("snowflake://ann:secret@account/db/schema", "snowflake://ann@account/db/schema"),
        ("flightsql://grpc://h:1?token=secret", "flightsql://grpc://h:1"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    address = read_url(url)
    assert address.shown == shown
    assert "***" in address.safe("secret") or "secret" not in url
    assert "secret" not in address.safe(f"could not open {url}")
