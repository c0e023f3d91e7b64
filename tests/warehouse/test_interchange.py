"""Facts that went through the interchange are the same facts."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.facts.dumps import dump
from tests.facts.strategies import LAST, worlds
from tests.facts.worlds import append, store_of

from handraise.errors import HandraiseError, InputFileError
from handraise.facts.interchange import tables
from handraise.facts.interchange.exporting import export
from handraise.facts.interchange.loading import Incoming, LoadedTable, load
from handraise.facts.interchange.parquet import read_parquet, write_parquet
from handraise.facts.rows import Activity, AttributeChange, Coverage, Fact, PersonRecord
from handraise.facts.store import FactStore
from handraise.model.fields import Field, FieldCatalog, FieldDefinition
from handraise.model.values import FieldType

laws = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
Exported = dict[str, pa.Table]


def exported(store: FactStore, horizon: int | None = None) -> Exported:
    batches: dict[str, list[pa.RecordBatch]] = {}
    for name, batch in export(store, horizon):
        batches.setdefault(name, []).append(batch)
    return {name: pa.Table.from_batches(some) for name, some in batches.items()}


def loaded_into(store: FactStore, facts: Exported, *, cut: int = 1000) -> tuple[LoadedTable, ...]:
    with Incoming("elsewhere") as incoming:
        for name, table in facts.items():
            incoming.read(name, table.to_batches(max_chunksize=cut) or [_no_rows(name)])
        return incoming.append_to(store, 0)


def _no_rows(name: str) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=tables.BY_NAME[name].schema)


def order(n: int, shuffle: random.Random) -> list[int]:
    return shuffle.sample(range(n), n)


def empty() -> FactStore:
    return FactStore(":memory:", memory_limit="1GB")


def reconciles(loaded: tuple[LoadedTable, ...]) -> bool:
    return all(t.rows_in == t.accepted + t.duplicate + t.quarantined for t in loaded)


@laws
@given(worlds(), worlds(20), st.randoms(use_true_random=False), st.integers(0, LAST + 5))
def test_what_is_exported_and_loaded_reads_the_same_and_exports_the_same_in_any_order(
    world: list[Fact], other: list[Fact], shuffle: random.Random, as_of: int
) -> None:
    spans = [Coverage(("page.viewed",), 0, 5), Coverage(("page.viewed", "form.submitted"), 3, 9)]
    with store_of({"crm": world, "web": other}, spans, tmp_path=None) as one, empty() as two:
        facts = exported(one)
        mixed = list(facts.items())
        shuffle.shuffle(mixed)
        shuffled = {n: t.take(pa.array(order(t.num_rows, shuffle), pa.int64())) for n, t in mixed}
        loaded = loaded_into(two, shuffled, cut=shuffle.randint(1, 9))
        assert reconciles(loaded)
        assert [(t.duplicate, t.quarantined) for t in loaded] == [(0, 0)] * len(tables.TABLES)
        assert exported(two) == facts
        assert dump(two, as_of) == dump(one, as_of)


@laws
@given(worlds(), worlds(20))
def test_loading_again_changes_nothing_here_or_where_it_came_from(
    world: list[Fact], later: list[Fact]
) -> None:
    with store_of(world, [Coverage(("page.viewed",), 0, 5)], tmp_path=None) as one, empty() as two:
        facts = exported(one)
        loaded_into(two, facts)
        for store in (one, two):
            before = store.last_seq
            again = loaded_into(store, facts)
            assert store.last_seq == before
            assert all(t.duplicate == t.rows_in for t in again)
        append(two, later, file_name="later.csv")
        append(one, later, file_name="later.csv")
        assert exported(one) == exported(two)


@laws
@given(worlds(), worlds(20))
def test_an_older_horizon_exports_the_store_as_it_was(world: list[Fact], later: list[Fact]) -> None:
    with store_of(world, tmp_path=None) as store:
        before, horizon = exported(store), store.last_seq
        append(store, later, file_name="later.csv")
        assert exported(store, horizon) == before


def test_an_export_never_has_a_number_of_the_store(tmp_path: Path) -> None:
    facts: list[Fact] = [PersonRecord(f"crm:{i}", 0, 0) for i in range(5)]
    facts += [Activity(f"m{i}", f"crm:{i}", i, i, "page.viewed") for i in range(5)]
    with store_of(facts, tmp_path=tmp_path) as one, store_of(facts[::-1], tmp_path=tmp_path) as two:
        assert exported(one) == exported(two)
        assert all(table.schema == tables.BY_NAME[name].schema for name, table in exported(one).items())


def test_the_same_activity_under_its_own_id_and_as_an_export_names_it_is_one(tmp_path: Path) -> None:
    activity = Activity("m1", "crm:1", 3, 4, "page.viewed", properties={"path": "/pricing"})
    with store_of([PersonRecord("crm:1", 0, 0), activity], tmp_path=tmp_path) as store, empty() as other:
        facts = exported(store)
        loaded_into(other, facts)
        own = facts["activities"].set_column(1, "message_id", pa.array(["m1"]))
        for one in (store, other):
            again = load(one, "activities", own.to_batches(), "elsewhere", 0)
            assert (again.accepted, again.duplicate, again.quarantined) == (0, 1, 0)
        contrary = own.set_column(own.schema.get_field_index("type"), "type", pa.array(["form.submitted"]))
        lost = load(other, "activities", contrary.to_batches(), "elsewhere", 0)
        assert lost.quarantined + lost.accepted == 1
        assert [q.code for q in other.quarantine()] == ["conflict"]


GOOD: dict[str, dict[str, Any]] = {
    "fields": {"entity": "account", "field": "budget", "type": "number", "label": "Budget"},
    "people": {"source": "crm", "record": "crm:1", "identified": True, "at": 1, "known_at": 1},
    "accounts": {"source": "crm", "account": "crm:a", "own": False, "at": 1, "known_at": 1},
    "identity_keys": {"source": "crm", "record": "crm:1", "key": "email:a@b.example", "at": 1, "known_at": 1},
    "memberships": {
        "source": "crm", "record": "crm:1", "account": None, "stated": True, "at": 1, "known_at": 1,
    },
    "opportunities": {"source": "crm", "opportunity": "crm:d", "account": None, "at": 1, "known_at": 1},
    "opportunity_stages": {
        "source": "crm", "opportunity": "crm:d", "stage": "Won", "status": "won", "at": 1, "known_at": 1,
    },
    "contact_roles": {
        "source": "crm", "opportunity": "crm:d", "record": "crm:1", "role": None, "is_primary": True,
        "at": 1, "known_at": 1,
    },
    "attribute_changes": {
        "source": "crm", "entity": "person", "subject": "crm:1", "field": "title", "value": "CFO", "at": 1,
        "known_at": 1, "assumed": "history",
    },
    "activities": {
        "source": "web", "message_id": "m1", "record": "crm:1", "at": 1, "known_at": 1,
        "type": "page.viewed", "channel": None, "asset": None, "program": None, "product": None,
        "properties": '{"path":"/"}',
    },
    "coverage": {"source": "web", "activity_type": "page.viewed", "from_at": 1, "to_at": 9},
}  # fmt: skip
FAR = 2**62
BAD = [
    ("people", "source", None, "missing_value"),
    ("people", "source", "  ", "missing_value"),
    ("people", "record", None, "missing_value"),
    ("people", "record", "4711", "not_a_name"),
    ("people", "record", "crm:\x001", "nul_byte"),
    ("people", "identified", None, "missing_value"),
    ("people", "at", FAR, "not_an_instant"),
    ("people", "known_at", None, "missing_value"),
    ("accounts", "account", "", "not_a_name"),
    ("accounts", "own", None, "missing_value"),
    ("identity_keys", "key", "phone:1", "not_a_key"),
    ("identity_keys", "key", "id:4711", "not_a_name"),
    ("memberships", "account", "4711", "not_a_name"),
    ("opportunities", "opportunity", "d", "not_a_name"),
    ("opportunity_stages", "status", "Won", "not_a_status"),
    ("opportunity_stages", "stage", "", "missing_value"),
    ("contact_roles", "is_primary", None, "missing_value"),
    ("attribute_changes", "entity", "people", "not_an_entity"),
    ("attribute_changes", "subject", "4711", "not_a_name"),
    ("attribute_changes", "assumed", "sometimes", "not_an_assumption"),
    ("activities", "message_id", "", "missing_value"),
    ("activities", "type", "page viewed", "unknown_type"),
    ("activities", "properties", "{", "bad_json"),
    ("activities", "properties", "[]", "bad_json"),
    ("activities", "properties", '{"a": 1}', "bad_json"),
    ("activities", "properties", '{"a": "1", "a": "2"}', "bad_json"),
    ("activities", "properties", '{"a": "\\ud800"}', "bad_json"),
    ("activities", "properties", "[" * 100_000, "bad_json"),
    ("coverage", "activity_type", "visits", "unknown_type"),
    ("coverage", "to_at", 0, "ends_before_it_starts"),
    ("coverage", "source", None, "missing_value"),
    ("fields", "type", "money", "not_a_type"),
    ("fields", "entity", "deal", "not_an_entity"),
]


def batch_of(name: str, *rows: dict[str, Any]) -> pa.RecordBatch:
    table = tables.BY_NAME[name]
    arrays = [pa.array([r[c.name] for r in rows], c.kind.arrow) for c in table.columns]
    return pa.RecordBatch.from_arrays(arrays, names=list(table.names))


@pytest.mark.parametrize(("name", "column", "value", "code"), BAD)
def test_a_row_that_no_fact_can_say_is_quarantined_with_column_and_reason(
    name: str, column: str, value: object, code: str
) -> None:
    bad = {**GOOD[name], column: value}
    with empty() as store:
        loaded = load(store, name, [batch_of(name, bad, GOOD[name])], "elsewhere", 0, "a place")
        assert (loaded.rows_in, loaded.accepted, loaded.quarantined) == (2, 1, 1)
        (row,) = store.quarantine()
        assert (row.column, row.code, row.file_name, row.line) == (column, code, "a place", 1)
        assert row.reason.endswith(".")
        assert row.raw is not None
        assert f'"{column}"' in row.raw
        again = load(store, name, [batch_of(name, bad, GOOD[name])], "elsewhere", 0, "a place")
        assert (again.duplicate, again.quarantined) == (1, 1)
        assert len(store.quarantine()) == 1


def test_bytes_that_are_no_text_are_quarantined_as_they_are() -> None:
    rows = [{**GOOD["people"], "record": f"crm:{i}"} for i in range(2)]
    batch = batch_of("people", *rows)
    broken = pa.array([b"crm:\xff", b"crm:1"]).view(pa.string())
    batch = batch.set_column(1, "record", broken)
    with empty() as store:
        loaded = load(store, "people", [batch], "elsewhere", 0)
        assert (loaded.accepted, loaded.quarantined) == (1, 1)
        (row,) = store.quarantine()
        assert (row.code, row.value) == ("not_utf8", "crm:\\xff")


def test_a_field_that_is_known_as_another_type_is_quarantined() -> None:
    with empty() as store:
        store.define_fields([FieldDefinition(Field("account", "budget"), FieldType.TEXT, "Budget")])
        loaded = load(store, "fields", [batch_of("fields", GOOD["fields"])], "elsewhere", 0)
        assert loaded.quarantined == 1
        assert "is a field of type text" in store.quarantine()[0].reason


def test_values_that_are_not_of_their_fields_type_are_kept_and_said() -> None:
    values = ("450", "450.0", "many")
    rows = [
        {**GOOD["attribute_changes"], "entity": "account", "field": "employees", "value": v, "at": i}
        for i, v in enumerate(values)
    ]
    with empty() as store, Incoming("elsewhere", FieldCatalog()) as incoming:
        incoming.read("attribute_changes", [batch_of("attribute_changes", *rows)])
        (loaded,) = incoming.append_to(store, 0)
        assert loaded.accepted == 3
        (finding,) = loaded.findings
        assert finding.n == 2
        assert "`account.employees` is a whole number" in finding.sentence


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda b: b.drop_columns(["record"]), "`a place` has no column `record`"),
        (lambda b: b.append_column("record", b["record"]), "has 2 columns `record`"),
        (lambda b: b.set_column(2, "identified", pa.array(["true"])), "should be true or false"),
        (lambda b: b.set_column(3, "at", pa.array([1], pa.timestamp("us"))), "an instant with its zone"),
        (lambda b: b.set_column(3, "at", pa.array([1])), "`at` of `a place` is int64"),
        (lambda b: b.set_column(1, "record", pa.array([1.5])), "`record` of `a place` is double"),
        (
            lambda b: b.set_column(3, "at", pa.array([1], pa.timestamp("ns", "UTC"))),
            "no whole microseconds",
        ),
    ],
)
def test_a_table_of_another_shape_is_refused_whole(change: Any, says: str) -> None:
    with empty() as store:
        good = batch_of("people", GOOD["people"])
        other = pa.Table.from_batches([good])
        other = change(other) if says != "x" else other
        with pytest.raises(InputFileError) as error:
            load(store, "people", [good, *other.to_batches()], "elsewhere", 0, "a place")
        assert says in "\n".join(str(p) for p in error.value.problems)
        assert store.last_seq == 0


def test_the_same_values_in_another_of_arrows_shapes_are_the_same_facts() -> None:
    batch = batch_of("people", GOOD["people"])
    other = (
        batch.set_column(0, "source", batch["source"].dictionary_encode())
        .set_column(1, "record", batch["record"].cast(pa.large_string()))
        .set_column(3, "at", pa.array([1000], pa.timestamp("ns", "Europe/Berlin")))
        .append_column("comment", pa.array(["x"]))
    )
    with empty() as store:
        load(store, "people", [batch], "elsewhere", 0)
        loaded = load(store, "people", [other], "elsewhere", 0)
        assert (loaded.duplicate, loaded.unknown_columns) == (1, ("comment",))


def test_a_table_of_another_name_is_refused_with_the_nearest_one() -> None:
    with empty() as store, pytest.raises(InputFileError) as error:
        load(store, "acounts", [], "elsewhere", 0)
    assert "Did you mean `accounts`?" in str(error.value.problems[0])


def test_ids_in_the_place_of_sources_are_refused() -> None:
    rows = [{**GOOD["people"], "source": f"s{i}", "record": f"crm:{i}"} for i in range(300)]
    with empty() as store, pytest.raises(InputFileError) as error:
        load(store, "people", [batch_of("people", *rows)], "elsewhere", 0)
    assert "more than 200 sources" in str(error.value.problems[0])


def test_long_and_hostile_texts_come_through_a_folder_as_they_are(tmp_path: Path) -> None:
    texts = ["x" * 1_000_000, "'; DROP TABLE people; --", "=1+1", "", " ", "\n\t\r", '"\\', "🦆\u202e\u2028"]
    facts: list[Fact] = [PersonRecord("crm:1", 0, 0)]
    facts += [AttributeChange("person", "crm:1", t or "f", t, i, i) for i, t in enumerate(texts) if t.strip()]
    facts += [
        Activity(f"{t}!", "crm:1", i, i, "custom.x", t, t, t, t, {t: t, "nul": "\x00"})
        for i, t in enumerate(texts)
    ]
    with store_of(facts, tmp_path=tmp_path) as one, empty() as two:
        write_parquet(one, tmp_path / "a")
        with Incoming("folder") as incoming:
            for name, batches in read_parquet(tmp_path / "a"):
                incoming.read(name, batches)
            loaded = incoming.append_to(two, 0)
        assert sum(t.accepted for t in loaded) == len(facts)
        write_parquet(two, tmp_path / "b")
        for table in tables.TABLES:
            a, b = (tmp_path / f / f"{table.name}.parquet" for f in "ab")
            assert a.read_bytes() == b.read_bytes()


def test_an_export_replaces_an_export_and_nothing_else(tmp_path: Path) -> None:
    with store_of([PersonRecord("crm:1", 0, 0)], tmp_path=tmp_path) as store:
        folder = tmp_path / "out"
        assert write_parquet(store, folder)["people"] == 1
        append(store, [PersonRecord("crm:2", 0, 0)], file_name="more.csv")
        assert write_parquet(store, folder)["people"] == 2
        (folder / "thesis.odt").write_text("mine")
        with pytest.raises(HandraiseError, match=r"thesis\.odt"):
            write_parquet(store, folder)
        assert (folder / "thesis.odt").read_text() == "mine"
        assert not [p for p in tmp_path.iterdir() if p.name.startswith(".out")]


def test_an_export_that_breaks_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with store_of([PersonRecord("crm:1", 0, 0)], tmp_path=tmp_path) as store:
        write_parquet(store, tmp_path / "out")
        before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}

        def broken(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(pq.ParquetWriter, "write_batch", broken)
        with pytest.raises(OSError, match="No space"):
            write_parquet(store, tmp_path / "out")
        assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before
        assert {p.name for p in tmp_path.iterdir() if p.is_dir()} == {"out"}


def test_every_file_that_is_missing_or_broken_is_named_and_nothing_is_taken(tmp_path: Path) -> None:
    with store_of([PersonRecord("crm:1", 0, 0)], tmp_path=tmp_path) as store:
        write_parquet(store, tmp_path / "out")
    (tmp_path / "out" / "accounts.parquet").unlink()
    (tmp_path / "out" / "people.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(InputFileError) as error:
        list(read_parquet(tmp_path / "out"))
    assert [p.code for p in error.value.problems] == ["FT207", "FT206"]
    assert [name for name, _ in read_parquet(tmp_path / "out", ["coverage"])] == ["coverage"]
