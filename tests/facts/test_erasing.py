"""A person who is erased was never there: in no fact, no name, no text, no run, and not in the bytes of the file."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.facts.dumps import dump
from tests.facts.strategies import LAST, worlds
from tests.facts.worlds import append, header, store_of

from handraise.errors import EngineError, HandraiseError
from handraise.facts.mentions import Identifiers
from handraise.facts.rows import (
    AccountRecord,
    Activity,
    AttributeChange,
    ContactRole,
    Fact,
    IdentityKey,
    Membership,
    Opportunity,
    PersonRecord,
    Rejection,
    SourceRow,
)
from handraise.facts.runs import Run
from handraise.facts.store import FactStore
from handraise.identity.ever import whom

laws = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
AT = 99


def _of_their_own(world: list[Fact]) -> list[Fact]:
    """Message ids that no two records share: of a message that two people did one is quarantined, and not kept."""
    return [
        fact._replace(message_id=f"{fact.message_id}-{fact.record}") if isinstance(fact, Activity) else fact
        for fact in world
    ]


def _is_of(fact: Fact, names: frozenset[str]) -> bool:
    if isinstance(fact, AttributeChange):
        return fact.entity == "person" and fact.subject in names
    return getattr(fact, "record", None) in names


def _took(parts: list[list[Fact]]) -> FactStore:
    store = store_of((), tmp_path=None)
    for i, part in enumerate(parts):
        append(store, part, file_name=f"part{i}.csv")
    return store


def _texts(store: FactStore) -> list[str]:
    """Every text of every table."""
    found: list[str] = []
    tables = [
        r[0]
        for r in store.connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE NOT temporary"
        ).fetchall()
    ]
    for table in tables:
        for row in store.connection.execute(f"SELECT * FROM {table}").fetchall():
            found += [str(cell) for cell in row if isinstance(cell, str | list)]
    return found


@laws
@given(worlds(), st.randoms(use_true_random=False), st.sampled_from(["crm:1", "crm:3", "web:1"]))
def test_the_facts_are_those_of_a_store_that_never_heard_of_them(
    world: list[Fact], shuffle: random.Random, who: str
) -> None:
    """Whatever was imported how often, in whatever order, and with buckets clustered in between."""
    world = _of_their_own([*world, PersonRecord("web:1", 1, 1, identified=False)])
    parts = [shuffle.sample(world, shuffle.randint(0, len(world))) for _ in range(2)] + [world]
    with _took(parts) as store:
        if shuffle.random() < 0.5:
            store.cluster(everything=True)
        meant = whom(store, who)
        store.erase(meant, "receipt", AT)
        names = frozenset(meant.names)
        never = [[f for f in part if not _is_of(f, names)] for part in parts]
        with _took(never) as other:
            assert dump(store, LAST) == dump(other, LAST)
            assert dump(store, 4) == dump(other, 4)
            append(store, never[0], file_name="more.csv")
            append(other, never[0], file_name="more.csv")
            assert dump(store, LAST) == dump(other, LAST)
        assert not names & set(_texts(store))


@laws
@given(worlds(), st.randoms(use_true_random=False))
def test_an_import_can_be_undone_after_somebody_in_it_was_erased(
    world: list[Fact], shuffle: random.Random
) -> None:
    world = _of_their_own(world)
    parts = [shuffle.sample(world, shuffle.randint(0, len(world))) for _ in range(3)]
    with _took([*parts, world]) as store:
        meant = whom(store, "crm:1")
        store.erase(meant, "receipt", AT)
        store.undo(3, AT)
        left = [[f for f in p if not _is_of(f, frozenset(meant.names))] for p in (parts[0], parts[2], world)]
        with _took(left) as other:
            assert dump(store, LAST) == dump(other, LAST)


ANN = "crm:00QHs0000010000MAA"
EMAIL = "ann.lee@acme.example"


def _filled(store: FactStore) -> None:
    facts: list[Fact] = [
        PersonRecord(ANN, 1, 1),
        PersonRecord("crm:bob", 1, 1),
        PersonRecord("web:77", 1, 1, identified=False),
        IdentityKey(ANN, f"email:{EMAIL}", 1, 1),
        IdentityKey("web:77", f"email:{EMAIL}", 2, 2),
        AttributeChange("person", ANN, "title", "Chief Annalist", 1, 1),
        AttributeChange("person", ANN, "title", "Head of Annals", 2, 2),
        AttributeChange("person", ANN, "country", "NL", 1, 1),
        AttributeChange("person", "crm:bob", "country", "NL", 1, 1),
        AttributeChange("person", "crm:bob", "title", "CFO", 1, 1),
        AttributeChange("person", "crm:bob", "country", "DE", 3, 3),
        AccountRecord("crm:own", 1, 1, own=True),
        AttributeChange("account", "crm:own", "name", "Annalists Ltd", 1, 1),
        Membership(ANN, "crm:own", 1, 1, stated=False),
        Membership(ANN, "crm:acme", 2, 2),
        Membership("crm:bob", "crm:acme", 2, 2),
        Opportunity("crm:d1", "crm:acme", 1, 1),
        ContactRole("crm:d1", ANN, "Champion", True, 2, 2),
        Activity("m1", ANN, 3, 3, "form.submitted", properties={"form": "demo", "said": "Annals wanted"}),
        Activity("m2", "web:77", 3, 3, "page.viewed", properties={"path": "/pricing"}),
        Activity("m3", "crm:bob", 3, 3, "page.viewed", properties={"path": "/pricing"}),
        Activity("m4", "crm:bob", 4, 4, "email.sent", properties={"subject": f"Ask {EMAIL.title()} first"}),
    ]
    append(store, facts)
    refused = [
        SourceRow(
            2, (), Rejection(2, "Size", "`many` is no number.", "not_a_number", "many"), f"9,{EMAIL},many"
        ),
        SourceRow(
            3,
            (),
            Rejection(3, "Size", "`many` is no number.", "not_a_number", "many"),
            "10,eve@x.example,many",
        ),
    ]
    store.append(header("crm", "refused.csv"), refused)
    decisions = pa.table({"person_id": [ANN, "crm:bob"], "rank": ["A1", "B2"]})
    run = Run("run-1", 9, store.last_seq, "playbook", "v1", "local", {"n_people": 2}, 5, 6)
    store.save_run(run, decisions)


TRACES = (EMAIL, ANN, ANN[4:], "Annal", "web:77")


def _bytes_with(path: Path, words: tuple[str, ...]) -> list[str]:
    content = path.read_bytes().lower()
    return [word for word in words if word.lower().encode() in content]


def test_no_trace_is_left_in_any_table(tmp_path: Path) -> None:
    with store_of((), tmp_path=tmp_path) as store:
        _filled(store)
        assert [t for t in TRACES if any(t in text for text in _texts(store))] == list(TRACES)
        store.erase(whom(store, EMAIL), "receipt-1", AT)
        texts = _texts(store)
        assert [t for t in TRACES if any(t.lower() in text.lower() for text in texts)] == []
        assert any("Ask [erased] first" in text for text in texts)
        assert store.decisions_of("run-1").to_pylist() == [{"person_id": "crm:bob", "rank": "B2"}]
        assert [row.line for row in store.quarantine()] == [3]


@pytest.mark.parametrize("compression", ["auto", "uncompressed"])
def test_no_trace_is_left_in_the_bytes_of_the_file(tmp_path: Path, compression: str) -> None:
    with store_of((), tmp_path=tmp_path) as store:
        store.connection.execute(f"SET force_compression = '{compression}'")
        _filled(store)
        store.connection.execute("CHECKPOINT")
        path = store.path
        if compression == "uncompressed":
            assert _bytes_with(path, TRACES) == list(TRACES)
        store.erase(whom(store, EMAIL), "receipt-1", AT)
    assert _bytes_with(path, TRACES) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name]


def test_everybody_else_is_as_before(tmp_path: Path) -> None:
    with store_of((), tmp_path=tmp_path) as store:
        _filled(store)
        before = dump(store, LAST)["people"]["crm:bob"]
        store.erase(whom(store, ANN), "receipt-1", AT)
        after = dump(store, LAST)["people"]
        assert list(after) == ["crm:bob"]
        assert after["crm:bob"]["fields"] == before["fields"]
        assert len(after["crm:bob"]["activities"]) == len(before["activities"])


def test_the_codes_of_values_stay_dense(tmp_path: Path) -> None:
    with store_of((), tmp_path=tmp_path) as store:
        _filled(store)
        store.erase(whom(store, ANN), "receipt-1", AT)
        rows = store.connection.execute(
            "SELECT field, list(code ORDER BY code) FROM field_values GROUP BY field"
        )
        for _, codes in rows.fetchall():
            assert codes == list(range(len(codes)))


def test_the_receipt_says_how_much_and_not_of_whom(tmp_path: Path) -> None:
    with store_of((), tmp_path=tmp_path) as store:
        _filled(store)
        horizon = store.last_seq
        made = store.erase(whom(store, "web:77"), "receipt-1", AT)
        assert store.receipts() == (made,)
        assert (made.id, made.what, made.erased_at) == ("receipt-1", "person", AT)
        assert made.counts == {
            "facts": 14,
            "quarantined rows": 1,
            "decisions": 1,
            "keys": 1,
            "records": 2,
            "companies of their own": 1,
            "values": 3,
            "kinds of activities": 1,
            "mentions in other facts": 1,
        }
        assert store.last_seq > horizon


def test_counting_changes_nothing(tmp_path: Path) -> None:
    with store_of((), tmp_path=tmp_path) as store:
        _filled(store)
        before, texts = dump(store, LAST), sorted(_texts(store))
        counted = store.erase(whom(store, ANN), "receipt-1", AT, only_count=True)
        assert counted.id is None
        assert (dump(store, LAST), sorted(_texts(store)), store.receipts()) == (before, texts, ())
        assert store.erase(whom(store, ANN), "receipt-1", AT).counts == counted.counts


def test_somebody_known_from_the_quarantine_alone_can_be_erased(tmp_path: Path) -> None:
    with store_of((), tmp_path=tmp_path) as store:
        _filled(store)
        meant = whom(store, "EVE@x.example")
        assert len(meant.records) == 0
        assert store.erase(meant, "receipt-1", AT).counts == {"quarantined rows": 1}


def test_an_erasure_that_was_interrupted_can_be_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise EngineError("the disk is full.")

    with store_of((), tmp_path=tmp_path) as store:
        _filled(store)
        with monkeypatch.context() as patch, pytest.raises(EngineError):
            patch.setattr("handraise.facts.store.write_anew", full)
            store.erase(whom(store, ANN), "receipt-1", AT)
        path = store.path
    with FactStore(path) as store:
        assert store.is_erasing
        assert store.finish_erasing()
        assert not store.is_erasing
        assert not store.finish_erasing()
        assert list(dump(store, LAST)["people"]) == ["crm:bob"]
    assert _bytes_with(path, TRACES) == []


def test_a_file_that_is_still_read_keeps_its_place(tmp_path: Path) -> None:
    with store_of((), tmp_path=tmp_path) as store:
        _filled(store)
        reader = FactStore(store.path, memory_limit="1GB")
        with pytest.raises(EngineError, match="still being read"):
            store.erase(whom(store, ANN), "receipt-1", AT)
        assert store.is_erasing
        reader.close()
        assert store.finish_erasing()
    assert _bytes_with(store.path, TRACES) == []


def test_several_people_are_named_and_none_is_erased(tmp_path: Path) -> None:
    facts: list[Fact] = [PersonRecord("crm:7", 1, 1), PersonRecord("web:7", 1, 1)]
    with store_of(facts, tmp_path=tmp_path) as store, pytest.raises(HandraiseError, match="`crm:7`, `web:7`"):
        whom(store, "7")


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        (f"to {EMAIL.upper()}.", True),
        (f"?email={EMAIL.replace('@', '%40')}&a=1", True),
        (f"jo{EMAIL}", False),
        (f"{EMAIL}.au", False),
        ("https://x.example/00QHs0000010000MAA/view", True),
        ("https://x.example/00QHs0000010000/view", True),
        ("row 4711 of 4711", False),
    ],
)
def test_only_whole_identifiers_are_mentions(text: str, is_named: bool) -> None:
    identifiers = Identifiers.of([ANN, "crm:4711"], [f"email:{EMAIL}"])
    assert identifiers.in_text(text) is is_named
    assert (identifiers.blotted(text) != text) is is_named


def test_a_short_id_counts_only_as_a_cell_of_its_own_system() -> None:
    identifiers = Identifiers.of(["crm:4711"], [])
    assert identifiers.in_row("crm", "2026-01-01,4711,x")
    assert not identifiers.in_row("web", "2026-01-01,4711,x")
    assert not identifiers.in_row("crm", "2026-01-01,14711,x")


def test_erasing_nobodys_records_is_harmless(tmp_path: Path) -> None:
    with store_of([PersonRecord("crm:7", 1, 1)], tmp_path=tmp_path) as store:
        meant = whom(store, "crm:7")
        store.erase(meant, "one", AT)
        assert store.erase(meant, "two", AT).counts == {}
        assert np.array_equal(meant.records, [0])


def test_erasing_one_user_of_a_shared_device_leaves_the_others(tmp_path: Path) -> None:
    """The device is the first one's; whoever signs in on it later is somebody else."""
    facts: list[Fact] = [
        PersonRecord("web:device", 1, 1, identified=False),
        PersonRecord("crm:ann", 1, 1),
        PersonRecord("crm:bob", 1, 1),
        IdentityKey("web:device", "id:crm:ann", 2, 2),
        IdentityKey("web:device", "id:crm:bob", 3, 3),
        IdentityKey("web:device", "email:bob@acme.com", 3, 3),
    ]
    with store_of(facts, tmp_path=tmp_path) as store:
        ann = whom(store, "crm:ann")
        assert sorted(ann.names) == ["crm:ann", "web:device"]
        assert not ann.identifiers.in_text("a deal of crm:bob, bob@acme.com")
        assert whom(store, "crm:bob").names == ("crm:bob",)
