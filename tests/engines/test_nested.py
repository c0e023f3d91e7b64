"""As deeply nested as a playbook may be, it is still decided, explained and told over time."""

from __future__ import annotations

from pathlib import Path

from tests.facts.worlds import store_of
from tests.spec.engines import STANDARD, by_source
from tests.spec.words import IN, NOON, World, ago, asking, buyers, is_one_of, playbook

from handraise.engines.local import LocalEngine
from handraise.model.conditions import AccountPeople, All, Always, Any, Condition, InSegment, Not
from handraise.model.triggers import Trigger
from handraise.playbook.checks import MOST_LEVELS
from handraise.playbook.dependencies import deepest

BONN = is_one_of("person.city", "Bonn")


def _chain(levels: int) -> dict[str, Condition]:
    """Segments that each name the one before, in every kind of condition that holds others."""
    segments: dict[str, Condition] = {"s0": BONN}
    while levels > 3 * len(segments):
        before, n = InSegment(f"s{len(segments) - 1}"), len(segments)
        segments[f"s{n}"] = (
            All((Any((before, BONN)),))
            if n % 3
            else AccountPeople(Not(Not(before)))
            if n % 2
            else Any((before,))
        )
    return segments


def test_what_may_be_nested_is_decided_explained_and_told(tmp_path: Path) -> None:
    """No evaluator runs out of depth within the levels that are read."""
    chain = _chain(MOST_LEVELS - 5)
    last = InSegment(f"s{len(chain) - 1}")
    book = playbook(triggers=(Trigger("deep", last),), buyer_segments=buyers(deep=last, rest=Always()))
    book = asking(book, chain)
    found = deepest(book)
    assert found is not None
    assert MOST_LEVELS - 10 <= found[1] <= MOST_LEVELS
    world = World().person("ann", "bob", account="acme").has("ann", "person.city", "Bonn", at=ago(5))
    store = store_of(by_source(world.facts), world.coverage, tmp_path=tmp_path)
    engine = LocalEngine(store, book, STANDARD)
    row = engine.decide(NOON).table.to_pylist()[0]
    assert (row["person_id"], row["buyer_segment"], row["track"]) == ("crm:ann", "deep", "deep")
    explained = engine.explain("crm:ann", NOON)
    assert explained is not None
    assert explained.segments[-1].verdict.truth is IN
    assert explained.as_dict()["buyer_segments"]
    assert len(engine.moves(ago(10), NOON)) > 0
    store.close()
