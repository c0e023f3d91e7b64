"""An import that is undone leaves no trace: the facts are those of a store that never took it in."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.facts.dumps import dump
from tests.facts.strategies import LAST, worlds
from tests.facts.worlds import append, header, store_of

from handraise.errors import EngineError
from handraise.facts.rows import Activity, AttributeChange, Coverage, Fact, PersonRecord
from handraise.facts.store import DERIVED, FactStore

laws = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
UNDONE_AT = 99


def _took(parts: Iterable[list[Fact]]) -> FactStore:
    """A store that took the parts in, one import each."""
    store = store_of((), tmp_path=None)
    for i, part in enumerate(parts):
        append(store, part, file_name=f"part{i}.csv")
    return store


def _parts(world: list[Fact], shuffle: random.Random) -> list[list[Fact]]:
    """Four imports that repeat and contradict each other."""
    return [shuffle.sample(world, shuffle.randint(0, len(world))) for _ in range(4)]


@laws
@given(worlds(), st.randoms(use_true_random=False), st.integers(0, LAST + 5))
def test_what_an_undone_import_brought_was_never_there(
    world: list[Fact], shuffle: random.Random, as_of: int
) -> None:
    """Whichever is undone, in whatever order, and with buckets clustered in between."""
    parts = _parts(world, shuffle)
    undone = shuffle.sample(range(4), shuffle.randint(1, 3))
    with _took(parts) as store, _took(p for i, p in enumerate(parts) if i not in undone) as never:
        for i in undone:
            if shuffle.random() < 0.5:
                store.cluster(everything=True)
            store.undo(i + 2, UNDONE_AT)  # the first import is the empty one
        assert dump(store, as_of) == dump(never, as_of)
        assert dump(store, LAST) == dump(never, LAST)


@laws
@given(worlds(), st.randoms(use_true_random=False))
def test_undoing_and_importing_again_comes_to_the_same(world: list[Fact], shuffle: random.Random) -> None:
    parts = _parts(world, shuffle)
    with _took(parts) as store:
        before = dump(store, LAST)
        store.undo(3, UNDONE_AT)
        append(store, parts[1], file_name="part1.csv")
        assert dump(store, LAST) == before


@laws
@given(worlds(), st.randoms(use_true_random=False))
def test_an_undone_import_can_be_followed_by_others(world: list[Fact], shuffle: random.Random) -> None:
    """What comes later is judged beside what is left."""
    first, second, third, _ = _parts(world, shuffle)
    with _took([first, second]) as store, _took([second, third]) as never:
        store.undo(2, UNDONE_AT)
        append(store, third, file_name="third.csv")
        assert dump(store, LAST) == dump(never, LAST)


def test_a_fact_that_two_imports_said_stays_until_both_are_undone() -> None:
    ann = [PersonRecord("crm:ann", 1, 1), AttributeChange("person", "crm:ann", "title", "CFO", 1, 1)]
    with _took([ann, ann]) as store:
        undone = store.undo(2, UNDONE_AT)
        assert (undone.n_removed, undone.n_kept, undone.kept_by) == (0, 2, (3,))
        assert list(dump(store, LAST)["people"]) == ["crm:ann"]
        undone = store.undo(3, UNDONE_AT)
        assert (undone.n_removed, undone.n_kept) == (2, 0)
        assert dump(store, LAST)["people"] == {}


def test_what_lost_to_it_counts_again_and_leaves_the_quarantine() -> None:
    """The earlier known of two titles of one instant counts; undone, the other does."""
    ann = PersonRecord("crm:ann", 1, 1)
    early = AttributeChange("person", "crm:ann", "title", "CFO", 1, 1)
    late = AttributeChange("person", "crm:ann", "title", "CEO", 1, 2)
    for parts in ([[ann, late], [early]], [[early], [ann, late]]):
        with _took(parts) as store:
            assert len(store.quarantine()) == 1
            of_early = 2 + next(i for i, part in enumerate(parts) if early in part)
            assert store.undo(of_early, UNDONE_AT).n_counting_again == 1
            assert dump(store, LAST)["people"]["crm:ann"]["fields"] == {"person.title": [(1, 2, "CEO", 0)]}
            assert store.quarantine() == ()


def test_what_it_covered_is_not_covered_any_more() -> None:
    """Neither by itself, nor by what stretched over it."""
    types = ("form.submitted",)
    with _took([]) as store:
        append(store, [], [Coverage(types, 10, 20, stated=False)], file_name="a.csv")
        append(store, [], [Coverage(types, 90, 99, stated=False)], file_name="b.csv")
        assert [(s.from_at, s.to_at) for s in store.coverage()] == [(10, 99)]
        store.undo(2, UNDONE_AT)
        assert [(s.from_at, s.to_at) for s in store.coverage()] == [(90, 99)]


def test_its_reconciliation_stays_and_says_that_it_was_undone() -> None:
    with _took([[PersonRecord("crm:ann", 1, 1)]]) as store:
        horizon = store.last_seq
        store.undo(2, UNDONE_AT)
        assert [(i.id, i.rows_in, i.undone_at) for i in store.imports()] == [(1, 0, None), (2, 1, UNDONE_AT)]
        assert store.last_seq > horizon


@pytest.mark.parametrize(("number", "sentence"), [(9, "there is no import 9"), (2, "was undone already")])
def test_only_what_is_there_can_be_undone(number: int, sentence: str) -> None:
    with _took([[PersonRecord("crm:ann", 1, 1)]]) as store:
        store.undo(2, UNDONE_AT)
        with pytest.raises(EngineError, match=sentence):
            store.undo(number, UNDONE_AT)


def test_a_repeated_export_is_remembered_in_a_few_rows() -> None:
    """However long it is: what is said again in the same order is one range."""
    acts: list[Fact] = [Activity(f"m{i}", "crm:ann", 1, 1, "page.viewed") for i in range(500)]
    with _took([acts, acts, acts]) as store:
        assert store.connection.execute("SELECT count(*) FROM said_again").fetchall() == [(2,)]


def _clicks() -> list[Fact]:
    return [
        PersonRecord("crm:ann", 1, 1),
        Activity("m1", "crm:ann", 3, 3, "email.clicked"),
        Activity("m2", "crm:ann", 5, 5, "email.clicked"),
    ]


def _kinds(store: FactStore) -> list[str]:
    return [act[1][0] for act in dump(store, LAST)["people"]["crm:ann"]["activities"]]


def _scan(store: FactStore, message: str) -> None:
    """Says that a click was a scanner's."""
    (seq,) = store.connection.execute(
        """SELECT a.seq FROM activities a WHERE superseded_seq IS NULL AND happened_at = ?""",
        [{"m1": 3, "m2": 5}[message]],
    ).fetchone()
    at = {"m1": 3, "m2": 5}[message]
    act = Activity(f"scan of {message}", "crm:ann", at, at, "email.scanned")
    store.stand_for(header(DERIVED, f"scan of {message}"), [(seq, act)])


@pytest.mark.parametrize("cluster", [True, False])
def test_an_activity_can_stand_for_another_until_that_is_undone(cluster: bool) -> None:
    with _took([_clicks()]) as store:
        if cluster:
            store.cluster(everything=True)
        horizon, before = store.last_seq, dump(store, LAST)
        _scan(store, "m1")
        assert _kinds(store) == ["email.scanned", "email.clicked"]
        assert dump(store, LAST, horizon) == before
        store.cluster(everything=True)
        assert _kinds(store) == ["email.scanned", "email.clicked"]
        store.undo(3, UNDONE_AT)
        assert dump(store, LAST) == before


def test_what_something_stands_for_is_known_when_it_is_imported_again() -> None:
    """A repeated export does not bring a scanner's click back."""
    with _took([_clicks()]) as store:
        _scan(store, "m1")
        assert append(store, _clicks(), file_name="again.csv").duplicate == 3
        assert _kinds(store) == ["email.scanned", "email.clicked"]


def test_what_was_derived_is_undone_before_what_it_may_rest_on() -> None:
    with _took([_clicks()[:2], _clicks()]) as store, _took([_clicks()]) as never:
        _scan(store, "m1")
        assert store.undo(2, UNDONE_AT).n_derived == 1
        assert dump(store, LAST) == dump(never, LAST)
        assert [i.id for i in store.imports() if i.undone_at is None] == [1, 3]
