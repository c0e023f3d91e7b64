"""What the store promises of files, imports and runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from tests.facts.dumps import dump
from tests.facts.worlds import append, header, store_of

from handraise.engines.told import FIRING_COLUMNS, STAGE_ENTRY_COLUMNS
from handraise.errors import EngineError
from handraise.facts import catalog
from handraise.facts.activations import Activation, RunningTrigger
from handraise.facts.calibrations import StoredCalibration
from handraise.facts.rows import Activity, AttributeChange, PersonRecord, Rejection, SourceRow
from handraise.facts.runs import Run
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


def test_memory_does_not_grow_with_the_batches_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a transaction drops is freed when it ends and not before, so a batch must leave nothing behind but its facts."""
    n_batch, n_batches = 5_000, 12
    monkeypatch.setattr("handraise.facts.appending.BATCH_ROWS", n_batch)
    held = []
    with FactStore(tmp_path / "facts.duckdb") as store:

        def rows() -> Iterator[SourceRow]:
            for number in range(n_batch * n_batches):
                if number % n_batch == 0:
                    memory = store.connection.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory()")
                    held.append(memory.fetchall()[0][0])
                yield SourceRow(number + 2, (visit(number, properties={"path": f"/{number}"}),))

        assert store.append(header(), rows()).accepted == n_batch * n_batches
    growth = (held[-1] - held[2]) / (n_batch * (n_batches - 3))
    assert growth < 400, f"{growth:.0f} bytes a fact"


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


def calibration(
    instant: int, horizon: int, known_at: int | None = None, version: str = "v1"
) -> StoredCalibration:
    limits = {"grades": [7550, 5000, 2500], "levels": [60, 30, 10]}
    return StoredCalibration(version, instant, horizon, "rests on", known_at, 4, limits)


def test_calibrations_are_kept_by_version(tmp_path: Path) -> None:
    with FactStore(tmp_path / "facts.duckdb") as store:
        store.save_run(run("r1", 1), calibrations=[calibration(10, 0, 12)])
        store.save_run(run("r2", 2), calibrations=[calibration(10, 0, 15), calibration(17, 0)])
        assert store.calibrations("v1") == (calibration(10, 0, 12), calibration(17, 0))
        assert store.calibrations("v2") == ()
        assert store.calibrations() == store.calibrations("v1")


def test_a_calibration_that_was_worked_out_becomes_a_fact_where_decisions_keep_to_it(tmp_path: Path) -> None:
    with FactStore(tmp_path / "facts.duckdb") as store:
        store.save_run(run("r1", 1), calibrations=[calibration(10, 0)])
        store.save_run(run("r2", 2), calibrations=[calibration(10, 0, 15)])
        assert store.calibrations("v1") == (calibration(10, 0, 15),)


def test_only_facts_outlive_the_facts_that_they_rest_on(tmp_path: Path) -> None:
    """What was only worked out would never be asked for again."""
    with store_of([ANN], tmp_path=tmp_path) as store:
        store.save_run(run("r1", 1), calibrations=[calibration(10, 0, 12), calibration(17, 0)])
        assert store.calibrations() == (calibration(10, 0, 12),)


def test_activations_are_in_order_of_time(tmp_path: Path) -> None:
    started = {"t": RunningTrigger(5, "form")}
    later = Activation(9, 9, "v2", "Book", "playbook: Book", started)
    with FactStore(tmp_path / "facts.duckdb") as store:
        assert store.activations() == ()
        store.activate(later)
        store.activate(replace(later, activated_at=5, playbook_version="v1"), [calibration(5, 0, 5)])
        assert [a.playbook_version for a in store.activations()] == ["v1", "v2"]
        assert store.activations()[1] == later
        assert store.calibrations("v1") == (calibration(5, 0, 5),)


def firings(*instants: int) -> pa.Table:
    rows = [
        {
            "firing_id": f"f{at}",
            "trigger": "t",
            "person_id": "crm:ann",
            "fired_at": at,
            "track": "t",
            "due_at": None,
        }
        for at in instants
    ]
    return pa.Table.from_pylist(rows, schema=FIRING_COLUMNS)


def test_a_firing_that_is_told_again_is_one_row_of_the_run_that_told_it_first(tmp_path: Path) -> None:
    """By each playbook version. Once its trigger was activated, it is in force."""
    with FactStore(tmp_path / "facts.duckdb") as store:
        store.save_run(run("r1", 1), firings=firings(3, 4))
        store.save_run(run("r2", 2), firings=firings(4, 5), in_force=True)
        store.save_run(replace(run("r3", 3), playbook_version="v2"), firings=firings(5))
        rows = store.firings().to_pylist()
        told = [(r["firing_id"], r["fired_at"], r["run"], r["in_force"], r["playbook_version"]) for r in rows]
        assert told == [
            ("f3", 3, "r1", False, "v1"),
            ("f4", 4, "r1", True, "v1"),
            ("f5", 5, "r2", True, "v1"),
            ("f5", 5, "r3", False, "v2"),
        ]


def test_a_stage_entry_that_is_told_again_is_one_row(tmp_path: Path) -> None:
    entry = {"person_id": "crm:ann", "stage": "MQL", "entered_at": 3, "entered_by": "passed_back"}
    entry |= {"reason": "no budget", "return_at": 9, "due_at": None}
    entries = pa.Table.from_pylist([entry], schema=STAGE_ENTRY_COLUMNS)
    with FactStore(tmp_path / "facts.duckdb") as store:
        store.save_run(run("r1", 1), stage_entries=entries)
        store.save_run(run("r2", 2), stage_entries=entries)
        assert store.stage_entries().to_pylist() == [{"playbook_version": "v1", **entry, "run": "r1"}]


def made_by_version_1(path: Path) -> Path:
    """A store as the first version left it."""
    with FactStore(path) as store:
        store.save_run(run("r1", 1))
        for table in ("activations", "firings", "stage_entries", "calibrations"):
            store.connection.execute(f"DROP TABLE {table}")
        store.connection.execute("CREATE TABLE calibrations (playbook_version VARCHAR, name VARCHAR)")
        store.connection.execute("UPDATE store_meta SET value = 1 WHERE name = 'schema_version'")
    return path


def test_a_store_of_an_earlier_version_gets_what_it_lacks(tmp_path: Path) -> None:
    path = made_by_version_1(tmp_path / "facts.duckdb")
    for _ in range(2):
        with FactStore(path) as store:
            assert [r.id for r in store.runs()] == ["r1"]
            assert (store.calibrations(), store.activations(), store.firings().num_rows) == ((), (), 0)
            found = store.connection.execute("DESCRIBE calibrations").fetchall()
            assert [row[0] for row in found] == list(catalog.CALIBRATIONS.names)
            assert store.last_seq == 0


def test_a_store_of_an_earlier_version_that_can_only_be_read_has_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made_by_version_1(tmp_path / "facts.duckdb")
    monkeypatch.setattr("handraise.facts.sql.can_write", lambda path: False)
    with FactStore(path) as store:
        assert [r.id for r in store.runs()] == ["r1"]
        assert (store.calibrations("v1"), store.activations()) == ((), ())
        assert (store.firings().num_rows, store.stage_entries().num_rows) == (0, 0)
