"""What is kept between readings of a few people changes nothing that is said of them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.facts.worlds import append, store_of
from tests.generative.playbooks import playbooks
from tests.generative.profiles import profile
from tests.generative.vocabulary import CATALOG
from tests.generative.worlds import instants, worlds
from tests.spec.engines import by_source

from handraise.engines import kept_fields
from handraise.engines import warm as kept
from handraise.engines.local import LocalEngine
from handraise.engines.warm import Warm
from handraise.facts.store import FactStore
from handraise.model.playbook import Playbook
from handraise.model.time import Micros


@pytest.fixture(params=(0, 50_000), ids=("packed texts", "whole texts"), scope="module")
def max_texts(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def assert_same(store: FactStore, warm: Warm, book: Playbook, as_of: Micros, horizon: int) -> None:
    """The same tables and the same reasons, for everybody, for each alone and for nobody."""
    cold = LocalEngine(store, book, CATALOG)
    engine = LocalEngine(store, book, CATALOG, warm=warm)
    everybody = cold.decide(as_of, horizon=horizon).table["person_id"].to_pylist()
    for people in (everybody, everybody[1:], ["nobody"]):
        ours, theirs = (e.decide(as_of, horizon=horizon, people=people) for e in (engine, cold))
        assert ours.table.equals(theirs.table)
        assert ours.n_unknown_occurrences == theirs.n_unknown_occurrences
    for person in [*everybody[:1], "nobody"]:
        assert engine.explain(person, as_of, horizon=horizon) == cold.explain(person, as_of, horizon=horizon)


@profile(0.1)
@given(st.data())
def test_what_is_kept_changes_nothing(max_texts: int, data: st.DataObject) -> None:
    """Also after new facts, at another instant, for an older horizon, when rows lie elsewhere, and where attributes are
    too many to be kept."""
    most_rows = data.draw(st.sampled_from((0, 10, 10_000_000)), "most rows of attributes")
    world = data.draw(worlds(), "world")
    books, at = [data.draw(playbooks()) for _ in range(2)], data.draw(instants(world, 2))
    middle = len(world.facts) // 2
    first, rest = world.facts[:middle], world.facts[middle:]
    with (
        tempfile.TemporaryDirectory(prefix="handraise-") as folder,
        mock.patch.object(kept, "_MAX_TEXTS", max_texts),
        mock.patch.object(kept_fields, "_MOST_ROWS", most_rows),
    ):
        store, warm = store_of(by_source(first), world.coverage, tmp_path=Path(folder)), Warm()
        horizon = store.last_seq
        with store:
            for book, as_of in zip(books, at, strict=True):
                assert_same(store, warm, book, as_of, horizon)
            for source, some in by_source(rest).items():
                append(store, some, (), source, "rest.csv")
            for book in books:
                assert_same(store, warm, book, at[0], store.last_seq)
            store.cluster(everything=True)
            assert_same(store, warm, books[0], at[1], store.last_seq)
            assert_same(store, warm, books[1], at[1], horizon)
