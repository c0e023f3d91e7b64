"""What a reading promises besides its contents."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from tests.facts.dumps import EVERYTHING, dump
from tests.facts.worlds import append, store_of

from handraise.engines.reading import Reading
from handraise.facts.chunks import Needs
from handraise.facts.rows import (
    AccountRecord,
    Activity,
    AttributeChange,
    ContactRole,
    Fact,
    Membership,
    Opportunity,
    OpportunityStage,
    PersonRecord,
)
from handraise.model.conditions import DealStatus
from handraise.model.fields import Field


def crowd(n: int) -> list[Fact]:
    """People of five accounts, each with a title and some acts."""
    facts: list[Fact] = [AccountRecord(f"crm:a{i}", 0, 0) for i in range(5)]
    for i in range(n):
        record = f"crm:{i:03}"
        facts += [
            PersonRecord(record, 0, 0),
            Membership(record, f"crm:a{i % 5}", 0, 0),
            AttributeChange("person", record, "title", f"title {i}", 1, 1),
        ]
        facts += [Activity(f"m{i}-{k}", record, k, k, "page.viewed") for k in range(4)]
    return facts


def test_chunks_may_be_read_by_several_threads(tmp_path: Path) -> None:
    with (
        store_of(crowd(60), tmp_path=tmp_path, cluster=True) as store,
        Reading(store, 9, needs=EVERYTHING, max_rows_per_chunk=50) as reading,
    ):
        assert reading.n_chunks == 5
        alone = [reading.chunk(i).person_ids.to_pylist() for i in range(reading.n_chunks)]
        with ThreadPoolExecutor(4) as pool:
            for _ in range(3):
                together = pool.map(
                    lambda i: reading.chunk(i).person_ids.to_pylist(), range(reading.n_chunks)
                )
                assert list(together) == alone


def test_a_reading_stays_with_the_state_it_was_opened_on(tmp_path: Path) -> None:
    with store_of(crowd(20), tmp_path=tmp_path) as store:
        before = dump(store, 9)
        with Reading(store, 9, needs=EVERYTHING) as reading:
            append(store, [Activity("new", "crm:001", 2, 2, "page.viewed")], file_name="new.csv")
            store.cluster(everything=True)
            assert len(reading.chunk(0).activities.person) == 80
        assert dump(store, 9) != before


def test_only_what_is_needed_is_read(tmp_path: Path) -> None:
    facts = [
        *(PersonRecord("crm:1", 0, 0), Activity("m1", "crm:1", 1, 1, "page.viewed")),
        *(
            Activity("m2", "crm:1", 2, 2, "form.submitted"),
            AttributeChange("person", "crm:1", "title", "VP", 0, 0),
        ),
        *(AttributeChange("person", "crm:1", "country", "FR", 0, 0), Opportunity("crm:d", "crm:a", 0, 0)),
    ]
    for cluster in (False, True):
        with store_of(facts, tmp_path=tmp_path, cluster=cluster) as store:
            needs = Needs(frozenset({Field("person", "title")}), frozenset({"form.submitted"}), deals=False)
            for people in (None, ["crm:1"]):
                with Reading(store, 9, needs=needs, people=people) as reading:
                    chunk = reading.chunk(0)
                    assert [k.type for k in reading.shared.kinds] == ["form.submitted"]
                    assert chunk.activities.at.tolist() == [2]
                    assert set(chunk.person_fields) == set(reading.shared.texts) == {Field("person", "title")}
                    assert len(chunk.deals.ids) == 0
            with Reading(store, 9, needs=Needs(activity_types=frozenset(), deals=False)) as reading:
                assert len(reading.chunk(0).activities.at) == 0


def test_an_empty_store_has_nobody(tmp_path: Path) -> None:
    with store_of([], tmp_path=tmp_path) as store:
        assert dump(store, 9)["people"] == {}
        assert dump(store, 9, people=["crm:1"])["people"] == {}
        with Reading(store, 9) as reading:
            assert sum(reading.chunk(i).n_decided for i in range(reading.n_chunks)) == 0


def test_deals_come_with_their_account_and_with_those_who_have_a_role(tmp_path: Path) -> None:
    facts = [
        *(PersonRecord("crm:1", 0, 0), PersonRecord("crm:2", 0, 0), Membership("crm:1", "crm:a", 0, 0)),
        *(Opportunity("crm:d1", "crm:a", 1, 1), Opportunity("crm:d2", None, 2, 2)),
        *(
            ContactRole("crm:d2", "crm:2", "Champion", True, 5, 5),
            ContactRole("crm:d2", "crm:2", None, False, 3, 3),
        ),
        OpportunityStage("crm:d1", "won", DealStatus.WON, 6, 6),
        OpportunityStage("crm:d1", "new", DealStatus.OPEN, 1, 1),
    ]
    with store_of(facts, tmp_path=tmp_path) as store:
        for options in ({}, {"max_rows_per_chunk": 1}, {"people": ["crm:1", "crm:2"]}):
            seen = dump(store, 9, **options)
            assert seen["accounts"]["crm:a"]["deals"] == [("crm:d1", 1, [(1, "open"), (6, "won")])]
            assert seen["people"]["crm:2"]["roles"] == [("crm:d2", 3)]
            assert seen["people"]["crm:1"]["roles"] == []


def test_places_say_the_file_and_the_line(tmp_path: Path) -> None:
    person = PersonRecord("crm:1", 0, 0)
    with store_of([person, Activity("m1", "crm:1", 2, 2, "page.viewed")], tmp_path=tmp_path) as store:
        append(store, [Activity("m2", "crm:1", 1, 1, "page.viewed")], file_name="second.csv")
        for options in ({}, {"people": ["crm:1"]}):
            rows = dump(store, 9, with_places=True, **options)["people"]["crm:1"]["activities"]
            assert [row[-2:] for row in rows] == [("second.csv", 2), ("facts.csv", 3)]


def test_types_are_as_promised(tmp_path: Path) -> None:
    with (
        store_of(crowd(3), tmp_path=tmp_path) as store,
        Reading(store, 9, needs=EVERYTHING) as reading,
    ):
        chunk = reading.chunk(0)
        assert chunk.person_known_at.dtype == chunk.activities.at.dtype == np.int64
        assert reading.shared.texts[Field("person", "title")].dtype == object
