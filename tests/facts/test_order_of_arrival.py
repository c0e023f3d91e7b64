"""The same facts say the same, however they arrived."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.facts.dumps import dump
from tests.facts.strategies import LAST, worlds
from tests.facts.worlds import append, store_of

from handraise.facts.rows import Activity, Coverage, Fact, PersonRecord
from handraise.facts.store import FactStore

laws = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@laws
@given(worlds(), st.randoms(use_true_random=False), st.integers(0, LAST + 5))
def test_order_and_pieces_of_arrival_do_not_show(
    world: list[Fact], shuffle: random.Random, as_of: int
) -> None:
    shuffled = world.copy()
    shuffle.shuffle(shuffled)
    cut = shuffle.randint(0, len(world))
    with store_of(world, tmp_path=None) as one, store_of(shuffled[:cut], tmp_path=None) as two:
        two.cluster(everything=True)
        append(two, shuffled[cut:], file_name="rest.csv")
        append(two, shuffled[: cut // 2], file_name="again.csv")
        assert dump(one, as_of) == dump(two, as_of)


@laws
@given(worlds(), st.integers(0, LAST))
def test_a_past_instant_reads_what_was_known_then(world: list[Fact], as_of: int) -> None:
    with (
        store_of(world, tmp_path=None) as all_of_it,
        store_of([f for f in world if f.known_at <= as_of], tmp_path=None) as known,
    ):
        assert dump(all_of_it, as_of) == dump(known, as_of)


@laws
@given(worlds(), worlds(20))
def test_an_older_horizon_reads_the_store_as_it_was(world: list[Fact], later: list[Fact]) -> None:
    with store_of(world, tmp_path=None) as store:
        before, horizon = dump(store, LAST), store.last_seq
        append(store, later, file_name="later.csv")
        assert dump(store, LAST, horizon) == before
        store.cluster(everything=True)
        assert dump(store, LAST, horizon) == before


@laws
@given(worlds(), worlds(20))
def test_rows_count_before_they_are_clustered_and_after(world: list[Fact], later: list[Fact]) -> None:
    with store_of(world, tmp_path=None, cluster=True) as store:
        append(store, later, file_name="later.csv")
        late = dump(store, LAST)
        for buckets in ([1, 5, 9, 13, 60], range(32), range(64)):
            _rebuild(store, buckets)
            assert dump(store, LAST) == late


@laws
@given(worlds(), st.sampled_from([1, 7, 40]))
def test_the_size_of_chunks_does_not_show(world: list[Fact], max_rows: int) -> None:
    with store_of(world, tmp_path=None, cluster=True) as store:
        whole = dump(store, LAST)
        assert dump(store, LAST, max_rows_per_chunk=max_rows) == whole
        append(store, [*world[::2], PersonRecord("crm:new", 0, 0)], file_name="more.csv")
        assert dump(store, LAST, max_rows_per_chunk=max_rows) == dump(store, LAST)


@laws
@given(worlds(), st.booleans())
def test_one_person_reads_as_among_all(world: list[Fact], cluster: bool) -> None:
    with store_of(world, tmp_path=None, cluster=cluster) as store:
        everybody = dump(store, LAST)
        for person in everybody["people"]:
            alone = dump(store, LAST, people=[person])
            account = everybody["people"][person]["account"]
            assert list(alone["people"]) == [person]
            assert alone["accounts"] == ({account: everybody["accounts"][account]} if account else {})
            assert alone["people"][person] == _without_other_accounts(everybody["people"][person], account)


def _without_other_accounts(person: dict, account: str | None) -> dict:  # type: ignore[type-arg]
    """Accounts that the person held earlier are not read with it, unless they share the chunk."""
    mine = [(a[0] if a[0] == account else None, *a[1:]) for a in person["activities"]]
    return {**person, "activities": mine}


def _rebuild(store: FactStore, buckets: list[int] | range) -> None:
    from handraise.facts import clustering

    store.connection.execute("BEGIN")
    clustering.rebuild(store.connection, list(buckets), store.last_seq)
    store.connection.execute("COMMIT")


@pytest.mark.parametrize("first", ["early", "late"])
def test_of_two_rows_of_one_key_the_first_known_counts_in_any_order(first: str, tmp_path: Path) -> None:
    early = Activity("m1", "crm:1", 5, 5, "page.viewed")
    late = Activity("m1", "crm:1", 4, 9, "form.submitted")
    person = PersonRecord("crm:1", 0, 0)
    order = [early, late] if first == "early" else [late, early]
    with store_of([person, order[0]], tmp_path=tmp_path) as store:
        horizon = store.last_seq
        append(store, [order[1]], file_name="second.csv")
        [row] = dump(store, 20)["people"]["crm:1"]["activities"]
        assert row[1][0] == "page.viewed"
        [lost] = store.quarantine()
        assert (lost.code, lost.file_name) == ("conflict", "second.csv" if first == "early" else "facts.csv")
        [then] = dump(store, 20, horizon)["people"]["crm:1"]["activities"]
        assert then[1][0] == order[0].type


def test_of_a_fact_known_twice_the_smaller_instant_counts(tmp_path: Path) -> None:
    person = PersonRecord("crm:1", 0, 0)
    late, early = (Activity("m1", "crm:1", 1, known, "page.viewed") for known in (9, 4))
    with store_of([person, late], tmp_path=tmp_path) as store:
        horizon = store.last_seq
        result = append(store, [early], file_name="second.csv")
        assert (result.accepted, result.duplicate, result.quarantined) == (0, 1, 0)
        assert not store.quarantine()
        assert dump(store, 5)["people"]["crm:1"]["activities"]
        assert not dump(store, 5, horizon)["people"]["crm:1"]["activities"]


def test_coverage_is_joined_and_belongs_to_its_horizon(tmp_path: Path) -> None:
    spans = [Coverage(("page.viewed",), 0, 9), Coverage(("page.viewed", "form.submitted"), 10, 20)]
    with store_of([], spans[:1], tmp_path=tmp_path) as store:
        horizon = store.last_seq
        append(store, [], spans[1:], file_name="second.csv")
        joined = {(tuple(sorted(s.activity_types)), s.from_at, s.to_at) for s in store.coverage()}
        assert joined == {(("page.viewed",), 0, 20), (("form.submitted",), 10, 20)}
        assert [s.to_at for s in store.coverage(horizon)] == [9]
