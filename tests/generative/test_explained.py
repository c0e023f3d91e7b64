"""Explanations of what happened, in any small world: at the instant of a firing and of an entry they say why."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.generative.playbooks import living_playbooks
from tests.generative.profiles import profile
from tests.generative.test_agreement import opened
from tests.generative.test_histories import SOME_TIME, UNTIL
from tests.generative.vocabulary import CATALOG
from tests.generative.worlds import worlds

from handraise.engines.local import LocalEngine
from handraise.evaluate.explain import PersonExplanation
from handraise.model.time import Micros, to_micros
from handraise.model.truth import Truth

MOST = 6  # of each kind of event, in one example


def explained(engine: LocalEngine, person: str, at: Micros) -> PersonExplanation:
    found = engine.explain(person, at)
    assert found is not None
    return found


@profile(0.4)
@given(st.data())
def test_a_firing_is_explained_by_its_condition_at_that_instant(data: st.DataObject) -> None:
    """Then the condition is in, the audience not out, and this is the last firing."""
    world, playbook = data.draw(worlds(), "world"), data.draw(living_playbooks(), "playbook")
    activated_at = data.draw(st.none() | SOME_TIME, "activated at")
    starts = {} if activated_at is None else dict.fromkeys(playbook.triggers, activated_at)
    with opened(world) as real:
        engine = LocalEngine(real.store, playbook, CATALOG, activations=starts)
        for firing in engine.history(UNTIL).firings.to_pylist()[:MOST]:
            at = to_micros(firing["fired_at"])
            of = {t.key: t for t in explained(engine, firing["person_id"], at).triggers}[firing["trigger"]]
            assert of.verdict.truth is Truth.IN
            assert of.audience is None or of.audience.truth is not Truth.OUT
            assert of.fired_at == at
            assert of.due_at == (None if firing["due_at"] is None else to_micros(firing["due_at"]))
            assert of.started_at == activated_at


@profile(0.4)
@given(st.data())
def test_a_stage_entered_by_its_rule_is_explained_by_it(data: st.DataObject) -> None:
    """Then the rule is in, and who is there entered at that instant. Of several stages at one instant the last is
    the present one."""
    world, playbook = data.draw(worlds(), "world"), data.draw(living_playbooks(), "playbook")
    with opened(world) as real:
        engine = LocalEngine(real.store, playbook, CATALOG)
        entries = engine.history(UNTIL).entries.to_pylist()
        last = {(e["person_id"], e["entered_at"]): e["stage"] for e in entries}
        for entry in entries[:MOST]:
            at = to_micros(entry["entered_at"])
            of = {s.key: s for s in explained(engine, entry["person_id"], at).stages}[entry["stage"]]
            assert of.entered_at == at
            assert of.is_present == (last[entry["person_id"], entry["entered_at"]] == entry["stage"])
            if entry["entered_by"] == "rule":
                assert of.verdict is not None
                assert of.verdict.truth is Truth.IN
