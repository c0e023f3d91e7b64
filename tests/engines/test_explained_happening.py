"""What `explain` says of triggers and stages: whether they hold, since when, until when, and by which acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tests.facts.worlds import store_of
from tests.spec.engines import STANDARD, by_source
from tests.spec.words import HOUR, NOON, World, ago, days, playbook

from handraise.engines.local import LocalEngine
from handraise.evaluate.explain import PersonExplanation
from handraise.model.conditions import Condition, Did, Fired, Not, StageIs, Times
from handraise.model.lifecycle import Stage
from handraise.model.playbook import Playbook
from handraise.model.time import MICROS_PER_DAY, Duration, Micros, Unit
from handraise.model.triggers import Sla, Trigger
from handraise.model.truth import Truth

FORM, PAGE = "form.submitted", "page.viewed"
LATELY = Did("form", within=days(2))


def _explained(
    world: World,
    book: Playbook,
    tmp_path: Path,
    as_of: Micros = NOON,
    starts: Mapping[str, Micros] | None = None,
) -> PersonExplanation:
    store = store_of(by_source(world.facts), world.coverage, tmp_path=tmp_path)
    try:
        found = LocalEngine(store, book, STANDARD, activations=starts or {}).explain("crm:ann", as_of)
    finally:
        store.close()
    assert found is not None
    return found


def _with(when: Condition, audience: Condition | None = None) -> Playbook:
    sla = Sla(Duration(4, Unit.HOURS))
    return playbook(triggers=(Trigger("t", when, audience, rest=days(30), stands_for=days(7), sla=sla),))


def test_a_firing_says_how_long_it_stands_and_rests_and_when_sales_must_act(tmp_path: Path) -> None:
    world = World().person("ann").did("ann", FORM, at=ago(5))
    (found,) = _explained(world, _with(LATELY), tmp_path).triggers
    assert found.verdict.truth is Truth.OUT
    assert found.fired_at == ago(5)
    assert found.stands_until == ago(5) + 7 * MICROS_PER_DAY
    assert found.rests_until == ago(5) + 30 * MICROS_PER_DAY
    assert found.due_at == ago(5) + 4 * HOUR


def test_a_trigger_in_its_state_says_by_which_acts(tmp_path: Path) -> None:
    world = World().person("ann").did("ann", FORM, at=ago(1)).did("ann", FORM, at=NOON - HOUR)
    (found,) = _explained(world, _with(Did("form", Times(2), within=days(2))), tmp_path).triggers
    assert found.verdict.truth is Truth.IN
    assert [row.at for row in found.verdict.evidence] == [NOON - HOUR, ago(1)]
    assert found.fired_at == NOON - HOUR


def test_who_was_in_the_state_at_activation_counts_as_fired_and_is_told_since_when_it_runs(
    tmp_path: Path,
) -> None:
    world = World().person("ann").did("ann", FORM, at=ago(1))
    (found,) = _explained(world, _with(LATELY), tmp_path, starts={"t": NOON - HOUR}).triggers
    assert (found.verdict.truth, found.fired_at, found.started_at) == (Truth.IN, None, NOON - HOUR)


def test_an_audience_has_a_verdict_of_its_own(tmp_path: Path) -> None:
    world = World().person("ann").did("ann", FORM, at=ago(1))
    (found,) = _explained(world, _with(LATELY, Did("page", within=days(2))), tmp_path).triggers
    assert found.audience is not None
    assert (found.verdict.truth, found.audience.truth, found.fired_at) == (Truth.IN, Truth.OUT, None)


def test_a_trigger_that_reads_itself_is_explained_as_just_before(tmp_path: Path) -> None:
    """At the instant at which it fires it had not fired yet, or it could not have."""
    world = World().person("ann").did("ann", FORM, at=NOON)
    first = replace(_with(Did("form")).triggers["t"], when=Not(Fired(("t",))))
    (found,) = _explained(world, playbook(triggers=(first,)), tmp_path, as_of=ago(0)).triggers
    at = found.fired_at
    assert at is not None
    (then,) = _explained(world, playbook(triggers=(first,)), tmp_path, as_of=at).triggers
    assert then.verdict.truth is Truth.IN


def test_a_stage_says_its_rule_its_acts_and_when_it_was_entered(tmp_path: Path) -> None:
    """The present one alone has a clock that runs."""
    new = Stage("new", when=Did("page"), sla=Sla(Duration(1, Unit.HOURS)))
    met = Stage("met", on=("form",), sla=Sla(Duration(2, Unit.HOURS)))
    late = Stage("late", when=StageIs(("met",), days(9)))
    world = World().person("ann").did("ann", PAGE, at=ago(3)).did("ann", FORM, at=ago(2))
    found = {s.key: s for s in _explained(world, playbook(stages=(new, met, late)), tmp_path).stages}
    assert {k: (s.is_present, s.entered_at, s.due_at) for k, s in found.items()} == {
        "new": (False, ago(3), None),
        "met": (True, ago(2), ago(2) + 2 * HOUR),
        "late": (False, None, None),
    }
    assert found["met"].verdict is None
    assert [row.at for row in found["met"].acts] == [ago(2)]
    assert found["late"].verdict is not None
    assert found["late"].verdict.truth is Truth.OUT
