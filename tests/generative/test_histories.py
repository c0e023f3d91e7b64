"""What happens over time, in any small world: the evaluators tell the same, and it rests on nothing but facts and time."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow.compute as pc
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.generative.playbooks import Scope, conditions, living_playbooks
from tests.generative.profiles import profile
from tests.generative.smallest import smallest
from tests.generative.test_agreement import opened
from tests.generative.vocabulary import CATALOG, NOON
from tests.generative.worlds import LONG_AGO, GeneratedWorld, instants, worlds
from tests.reference import History
from tests.reference.history import Now
from tests.spec.engines import ENGINES, HISTORIES, Activated, Told

from handraise.engines.local import LocalEngine
from handraise.model.conditions import IsMarketingQualified, LevelIs
from handraise.model.playbook import Playbook
from handraise.model.scores import LEVELS, BehaviourRule
from handraise.model.time import MICROS_PER_DAY, Micros, iso, to_micros
from handraise.playbook.dependencies import circles, rests_on_facts

UNTIL: Micros = NOON + 20 * MICROS_PER_DAY
SOME_TIME = st.integers(LONG_AGO, UNTIL)


def told(
    world: GeneratedWorld, playbook: Playbook, activated_at: Activated = None, until: Micros = UNTIL
) -> History:
    """By the reference."""
    return History(playbook, world.facts, world.coverage, until, CATALOG, activated_at=activated_at)


def happened(history: Told) -> list[str]:
    """One line for each firing and each entry."""
    fired = [f"{f.at} {iso(f.at)} {f.person} fired {f!r}" for f in history.firings]
    entered = [f"{e.at} {iso(e.at)} {e.person} entered {i}: {e!r}" for i, e in enumerate(history.entries)]
    return [*fired, *entered]


def differences(one: Sequence[str], other: Sequence[str]) -> list[str]:
    return [
        *(f"- {line}" for line in one if line not in other),
        *(f"+ {line}" for line in other if line not in one),
    ]


def by(engine: str, world: GeneratedWorld, playbook: Playbook, activated_at: Activated) -> list[str]:
    """What an evaluator tells, over a store of its own."""
    with tempfile.TemporaryDirectory(prefix="handraise-") as folder:
        opened = ENGINES[engine](Path(folder)).open(world.facts, world.coverage, CATALOG)
        try:
            return happened(opened.history(playbook, UNTIL, activated_at))
        finally:
            opened.close()


@pytest.mark.parametrize("engine", HISTORIES)
@profile()
@given(st.data())
def test_every_evaluator_tells_what_the_reference_tells(engine: str, data: st.DataObject) -> None:
    """Every firing with its id, track and clock, and every stage entered with its reason."""
    world, playbook = data.draw(worlds(), "world"), data.draw(living_playbooks(), "playbook")
    assert not circles(playbook)
    activated_at = data.draw(st.none() | SOME_TIME, "activated at")

    def differ(world: GeneratedWorld, playbook: Playbook) -> list[str]:
        return differences(
            happened(told(world, playbook, activated_at)), by(engine, world, playbook, activated_at)
        )

    if differ(world, playbook):
        world, playbook = smallest(world, playbook, lambda w, p: bool(differ(w, p)))
        pytest.fail(
            "\n".join([*differ(world, playbook), f"activated at {activated_at}", repr(playbook), repr(world)])
        )


@profile(0.5)
@given(st.data())
def test_what_is_told_does_not_depend_on_how_chunks_are_cut(data: st.DataObject) -> None:
    """One account a chunk, and several threads, tell the same as one chunk; so do a few people asked for alone."""
    world, playbook = data.draw(worlds(), "world"), data.draw(living_playbooks(), "playbook")
    with opened(world) as real:
        engine = LocalEngine(real.store, playbook, CATALOG, n_threads=1)
        whole = engine.history(UNTIL)
        cut = replace(engine, n_threads=2, max_rows_per_chunk=1).history(UNTIL)
        assert cut.firings.equals(whole.firings)
        assert cut.entries.equals(whole.entries)
        for person in engine.decide(UNTIL).table["person_id"].to_pylist()[:2]:
            alone = engine.history(UNTIL, people=[person])
            for told, asked in ((whole.firings, alone.firings), (whole.entries, alone.entries)):
                assert asked.filter(pc.equal(asked["person_id"], person)).equals(
                    told.filter(pc.equal(told["person_id"], person))
                )


@profile(0.5)
@given(st.data())
def test_moves_lead_from_one_decision_to_the_next(data: st.DataObject) -> None:
    """Ranks and buyer segments decided at an instant, with the moves after it, are those decided at a later one."""
    world, playbook = data.draw(worlds(), "world"), data.draw(living_playbooks(), "playbook")
    playbook = without_decay(playbook)
    first, last = sorted(data.draw(st.tuples(SOME_TIME, SOME_TIME), "period"))
    with opened(world) as real:
        engine = LocalEngine(real.store, playbook, CATALOG)
        before, after = (
            {r["person_id"]: r for r in engine.decide(at).table.to_pylist()} for at in (first, last)
        )
        for what in ("rank", "buyer_segment") if playbook.buyer_segments else ("rank",):
            now = {name: row[what] for name, row in before.items()}
            for move in engine.moves(first, last).to_pylist():
                if move["what"] == what:
                    assert now.get(move["person_id"]) == move["was"]
                    now[move["person_id"]] = move["is"]
            left = {name: value for name, value in now.items() if value is not None}
            assert left == {name: row[what] for name, row in after.items()}


def without_decay(playbook: Playbook) -> Playbook:
    """Over time occurrences age at the change points of the score, and all the time at an instant."""
    rules = tuple(
        replace(rule, half_life=None) if isinstance(rule, BehaviourRule) else rule
        for rule in playbook.engagement.rules
    )
    return replace(playbook, engagement=replace(playbook.engagement, rules=rules))


@profile(0.5)
@given(st.data())
def test_where_a_level_turns_it_is_the_level_of_the_decision_then(data: st.DataObject) -> None:
    """Occurrences that age too: whoever comes to a level is decided so at that very instant."""
    world, playbook = data.draw(worlds(), "world"), data.draw(living_playbooks(), "playbook")
    assume(all(rests_on_facts(playbook, r.when) for r in playbook.engagement.rules if hasattr(r, "when")))
    first, last = sorted(data.draw(st.tuples(SOME_TIME, SOME_TIME), "period"))
    with opened(world) as real:
        engine = LocalEngine(real.store, playbook, CATALOG)
        for level in LEVELS[:-1]:
            turns, _ = engine.turns(LevelIs((level,)), first, last)
            for turn in turns.to_pylist()[:4]:
                row = decided(engine, turn["turned_at"], turn["person_id"])
                assert (row["engagement_level"], row["engagement_level_certain"]) == (level, True)


def decided(engine: LocalEngine, at: datetime, person: str) -> dict[str, object]:
    (row,) = engine.decide(to_micros(at), people=[person]).table.to_pylist()
    return row


@profile(0.5)
@given(st.data())
def test_people_turn_marketing_qualified_when_their_decision_does(data: st.DataObject) -> None:
    """Decided at the very instant they are in, and a microsecond before they are not; and nobody is in without a turn."""
    world, playbook = data.draw(worlds(), "world"), without_decay(data.draw(living_playbooks(), "playbook"))
    first, last = sorted(data.draw(st.tuples(SOME_TIME, SOME_TIME), "period"))
    with opened(world) as real:
        engine = LocalEngine(real.store, playbook, CATALOG)

        def qualified(at: Micros) -> set[str]:
            rows = engine.decide(at).table.select(["person_id", "marketing_qualified"]).to_pylist()
            return {row["person_id"] for row in rows if row["marketing_qualified"] == "in"}

        turns, told = engine.turns(IsMarketingQualified(), first, last)
        assert told.same_as(engine.history(last))
        for turn in turns.to_pylist()[:6]:
            at = to_micros(turn["turned_at"])
            assert first < at <= last
            assert turn["person_id"] in qualified(at)
            assert turn["person_id"] not in qualified(at - 1)
        assert qualified(last) - qualified(first) <= set(turns["person_id"].to_pylist())


@profile()
@given(st.data())
def test_further_instants_change_nothing(data: st.DataObject) -> None:
    """So no instant is missing from those that are visited, and whoever looks more often sees the same."""
    world, playbook = data.draw(worlds(), "world"), data.draw(living_playbooks(), "playbook")
    also = [*data.draw(instants(world, 30)), *data.draw(st.lists(SOME_TIME, min_size=30, max_size=30))]
    also += [instant + 1 for instant in also]
    looked = History(playbook, world.facts, world.coverage, UNTIL, CATALOG, also=also)
    assert differences(happened(told(world, playbook)), happened(looked)) == []


@profile(0.5)
@given(st.data())
def test_what_happens_later_changes_nothing_and_the_order_of_facts_neither(data: st.DataObject) -> None:
    """A history up to an instant is the beginning of a longer one, and needs no fact that is visible later."""
    world, playbook = data.draw(worlds(), "world"), data.draw(living_playbooks(), "playbook")
    until = data.draw(SOME_TIME.filter(lambda t: t > NOON - 100 * MICROS_PER_DAY), "until")
    shuffled = data.draw(st.permutations([f for f in world.facts if max(f.at, f.known_at) <= until]))
    early = told(GeneratedWorld(tuple(shuffled), world.coverage), playbook, until=until)
    whole = told(world, playbook)
    assert early.firings == [f for f in whole.firings if f.at <= until]
    assert early.entries == [e for e in whole.entries if e.at <= until]


@profile()
@given(st.data())
def test_between_two_steps_a_verdict_stays(data: st.DataObject) -> None:
    """Asked at any instant, a condition says what its last step said."""
    world, playbook = data.draw(worlds(), "world"), data.draw(living_playbooks(), "playbook")
    scope = Scope(
        fit=True,
        engagement=True,
        stages=tuple(s.key for s in playbook.lifecycle.stages),
        triggers=tuple(playbook.triggers),
    )
    history = told(world, playbook)
    drawn = [*data.draw(instants(world, 15)), *data.draw(st.lists(SOME_TIME, min_size=15, max_size=15))]
    asked = [instant for instant in drawn if instant <= UNTIL]
    for _ in range(3):
        condition = data.draw(conditions(scope, 1), "condition")
        steps = history.steps(condition)
        for at in asked:
            ask = history.evaluator(history.reading(at), Now(history, at), ages_in_steps=True)
            for name, person in ask.reading.people.items():
                last = [truth for since, truth in steps[name] if since <= at][-1]
                assert last is ask.verdict(condition, ask.subject(person)), (name, iso(at), condition)


@profile(0.5)
@given(st.data())
def test_what_has_happened_obeys_its_own_rules(data: st.DataObject) -> None:
    """Firings rest, no id comes twice, stages are of the playbook, and no instant has one twice."""
    world, playbook = data.draw(worlds(), "world"), data.draw(living_playbooks(), "playbook")
    history = told(world, playbook)
    assert len({f.id for f in history.firings}) == len(history.firings)
    last: dict[tuple[str, str], Micros] = {}
    for firing in history.firings:
        rest = playbook.triggers[firing.trigger].rest
        before = last.get((firing.trigger, firing.person))
        assert before is None or rest is None or before <= rest.before(firing.at, playbook.time_zone)
        last[firing.trigger, firing.person] = firing.at
    entered = [(e.person, e.stage, e.at) for e in history.entries]
    assert len(set(entered)) == len(entered)
    assert {stage for _, stage, _ in entered} <= {s.key for s in playbook.lifecycle.stages}
