"""What the store promises of files, imports and runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from tests.facts.dumps import dump
from tests.facts.worlds import append, header, store_of

from handraise.errors import EngineError
from handraise.facts import catalog
from handraise.facts.rows import Activity, AttributeChange, PersonRecord, Rejection, SourceRow
from handraise.facts.runs import Calibration, Run
from handraise.facts.store import FactStore
from handraise.model.fields import Field, FieldDefinition
from handraise.model.values import FieldType

ANN = PersonRecord("crm:ann", 0, 0)
BOB = PersonRecord("crm:bob", 0, 0)
REJECTED = SourceRow(9, (), Rejection(9, "Email", "`x` is no e-mail address.", "not_an_email", "x"), "9,x")


def visit(number: int, **changes: object) -> Activity:
    return Activity(f"m{number}", "crm:ann", 1, 1, "page.viewed")._replace(**changes)


def test_every_row_is_accepted_duplicate_or_quarantined(tmp_path: Path) -> None:
    rows = [
        SourceRow(2, (ANN, visit(1))),
        SourceRow(3, (ANN, visit(1))),
        SourceRow(4, (ANN, visit(2))),
        SourceRow(5, (visit(2, type="form.submitted"),)),
        REJECTED,
    ]
    with FactStore(tmp_path / "facts.duckdb") as store:
        result = store.append(header(), rows)
        assert (result.rows_in, result.accepted, result.duplicate, result.quarantined) == (5, 2, 1, 2)
        assert result.facts == 3
        assert store.imports() == (result,)


def test_a_file_imported_twice_adds_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    rows = [SourceRow(2, (ANN, visit(1))), SourceRow(3, (visit(1, type="form.submitted"),)), REJECTED]
    with FactStore(tmp_path / "facts.duckdb") as store:
        store.append(header(), rows)
        listed, before = store.quarantine(), dump(store, 9)
        result = store.append(header(), rows)
        assert (result.rows_in, result.accepted, result.duplicate, result.quarantined) == (3, 0, 1, 2)
        assert result.facts == 0
        assert store.quarantine() == listed
        assert [(row.line, row.code, row.raw) for row in listed] == [
            (3, "conflict", None),
            (9, "not_an_email", "9,x"),
        ]
        assert dump(store, 9) == before


def test_reconciliation_holds_over_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handraise.facts.appending.BATCH_ROWS", 7)
    rows = [SourceRow(i + 2, (ANN, visit(i % 60))) for i in range(100)] + [REJECTED]
    with FactStore(tmp_path / "facts.duckdb") as store:
        result = store.append(header(), rows)
        assert (result.rows_in, result.accepted, result.duplicate, result.quarantined) == (101, 60, 40, 1)


def test_append_numbers_follow_the_order_given(tmp_path: Path) -> None:
    with store_of([visit(3), visit(1), visit(2)], tmp_path=tmp_path) as store:
        rows = store.connection.execute("SELECT line, seq FROM activities ORDER BY seq").fetchall()
        assert rows == [(2, 1), (3, 2), (4, 3)]


def test_a_crash_in_the_middle_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handraise.facts.appending.BATCH_ROWS", 2)

    def rows() -> Iterator[SourceRow]:
        for i in range(5):
            yield SourceRow(i + 2, (BOB, visit(i)))
        raise OSError("the disk is gone")

    with store_of([ANN], tmp_path=tmp_path) as store:
        before, last_seq = dump(store, 9), store.last_seq
        with pytest.raises(OSError, match="disk"):
            store.append(header(file_name="broken.csv"), rows())
        assert dump(store, 9) == before
        assert store.last_seq == last_seq
        assert len(store.imports()) == 1
        assert not store.quarantine()
        append(store, [BOB], file_name="next.csv")
        assert set(dump(store, 9)["people"]) == {"crm:ann", "crm:bob"}


def test_facts_stay_when_the_store_is_opened_again(tmp_path: Path) -> None:
    with FactStore(tmp_path / "facts.duckdb") as store:
        append(store, [ANN, visit(1)])
        before = dump(store, 9)
    with FactStore(tmp_path / "facts.duckdb") as store:
        assert dump(store, 9) == before


def test_a_store_that_another_process_holds_says_so(tmp_path: Path) -> None:
    path = tmp_path / "facts.duckdb"
    opener = (
        "import sys; from handraise.facts.store import FactStore\n"
        "try: FactStore(sys.argv[1])\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    with FactStore(path):
        done = subprocess.run(
            [sys.executable, "-c", opener, str(path)], capture_output=True, text=True, check=True
        )
    assert done.stdout.startswith(f"EngineError another process holds `{path}`")


def test_a_store_of_a_newer_version_says_so(tmp_path: Path) -> None:
    path = tmp_path / "facts.duckdb"
    with FactStore(path) as store:
        store.connection.execute(
            "UPDATE store_meta SET value = ? WHERE name = 'schema_version'", [catalog.SCHEMA_VERSION + 1]
        )
    with pytest.raises(EngineError, match="newer Handraise"):
        FactStore(path)


def test_a_file_that_is_no_store_says_so(tmp_path: Path) -> None:
    text, other = tmp_path / "notes.txt", tmp_path / "other.duckdb"
    text.write_text("dear diary\n" * 1000)
    with pytest.raises(EngineError, match="not a Handraise store"):
        FactStore(text)
    with duckdb.connect(str(other)) as connection:
        connection.execute("CREATE TABLE diary (day DATE)")
    with pytest.raises(EngineError, match="not a Handraise store"):
        FactStore(other)
    with pytest.raises(EngineError, match="cannot be opened"):
        FactStore(tmp_path / "no" / "such" / "folder.duckdb")


def test_the_tables_are_those_of_the_catalog(tmp_path: Path) -> None:
    with store_of([ANN], tmp_path=tmp_path, cluster=True) as store:
        for table in catalog.TABLES:
            found = store.connection.execute(f"DESCRIBE {table.name}").fetchall()
            assert [row[0] for row in found] == list(table.names)
            assert [row[1] for row in found] == [c.type for c in table.columns]


def test_a_field_of_ones_own_has_one_type(tmp_path: Path) -> None:
    seats = FieldDefinition(Field("account", "seats"), FieldType.WHOLE_NUMBER, "Seats")
    with store_of([AttributeChange("account", "crm:a", "seats", "5", 0, 0)], tmp_path=tmp_path) as store:
        assert store.fields() == ()
        store.define_fields([seats])
        store.define_fields([seats])
        assert store.fields() == (seats,)
        with pytest.raises(EngineError, match=r"`account.seats`.*whole number.*text"):
            store.define_fields([FieldDefinition(seats.field, FieldType.TEXT, "Seats")])
        with pytest.raises(EngineError, match=r"`person.title`"):
            store.define_fields([FieldDefinition(Field("person", "title"), FieldType.NUMBER, "Title")])


def run(run_id: str, started_at: int) -> Run:
    return Run(run_id, 10, 3, "playbook: x", "v1", "local", {"n_people": 2}, started_at, started_at + 1)


def test_runs_keep_their_decisions(tmp_path: Path) -> None:
    first = pa.table({"person_id": ["a", "b"], "score": [1.5, None], "segments_in": [["x", "y"], []]})
    second = pa.table({"person_id": ["a"], "grade": pa.array(["A"]).dictionary_encode()})
    with FactStore(tmp_path / "facts.duckdb") as store:
        store.save_run(run("r1", 1), first)
        store.save_run(run("r2", 2), second)
        store.save_run(run("r1", 1), first)
        assert [r.id for r in store.runs()] == ["r2", "r1"]
        assert store.run("r1") == run("r1", 1)
        assert store.decisions_of("r1").select(first.column_names).to_pylist() == first.to_pylist()
        assert store.decisions_of("r2").select(["person_id", "grade"]).to_pylist() == second.to_pylist()
        assert store.decisions_of("none").num_rows == 0
        with pytest.raises(EngineError, match="no run `r3`"):
            store.run("r3")
        with pytest.raises(EngineError, match="`score`"):
            store.save_run(run("r3", 3), pa.table({"person_id": ["a"], "score": ["high"]}))
        assert len(store.runs()) == 2


def test_calibrations_are_kept_by_version(tmp_path: Path) -> None:
    grades = Calibration("v1", "grades", 10, 3, {"A": 75.5})
    with FactStore(tmp_path / "facts.duckdb") as store:
        store.save_calibration(grades)
        store.save_calibration(grades)
        assert store.calibrations("v1") == (grades,)
        assert store.calibrations("v2") == ()
