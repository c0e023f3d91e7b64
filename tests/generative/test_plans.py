"""Plans, in any small world: nobody moves without a reason, back again is the mirror image, and the figures add up."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.generative.playbooks import living_playbooks
from tests.generative.profiles import profile
from tests.generative.test_agreement import opened
from tests.generative.vocabulary import CATALOG, NOON
from tests.generative.worlds import worlds

from handraise.config import Settings
from handraise.facts.store import FactStore
from handraise.model.playbook import Playbook
from handraise.model.time import MICROS_PER_DAY, Micros
from handraise.services.checking import CheckResult
from handraise.services.deciding import Deciding
from handraise.services.planning import KINDS, MICROS_PER_WEEK, Planning, PlanResult

AFTER, UNTIL = NOON - 30 * MICROS_PER_DAY, NOON


def checked(playbook: Playbook) -> CheckResult:
    return CheckResult(Path("playbook.yml"), playbook, (), (), None, CATALOG)


def planned(
    store: FactStore, old: Playbook, new: Playbook, after: Micros | None = AFTER, until: Micros = UNTIL
) -> PlanResult:
    planning = Planning(Deciding(store, Settings(), lambda: UNTIL))
    return planning.plan(checked(old), checked(new), after, until)


@profile(0.5)
@given(st.data())
def test_against_itself_nobody_moves_and_nothing_is_uncertain(data: st.DataObject) -> None:
    world, playbook = data.draw(worlds(), "world"), data.draw(living_playbooks(), "playbook")
    with opened(world) as real:
        plan = planned(real.store, playbook, playbook)
    assert plan.difference.is_none
    assert len(plan.table) == plan.n_only_score == len(plan.flows) == len(plan.examples) == 0
    assert all(kind.n_move == kind.n_may_move == 0 for kind in plan.uncertain)
    assert all(week.was == week.now for week in plan.weeks)
    assert all(times.was == times.now for times in (*plan.triggers, *plan.stages))
    assert all(s.was == s.now and s.n_join == s.n_leave == 0 for s in plan.segments)


@profile(0.5)
@given(st.data())
def test_the_way_back_is_the_mirror_image(data: st.DataObject) -> None:
    world = data.draw(worlds(), "world")
    one, other = data.draw(living_playbooks(), "one"), data.draw(living_playbooks(), "other")
    with opened(world) as real:
        there, back = planned(real.store, one, other), planned(real.store, other, one)
    assert sorted((f.what, str(f.was), str(f.now), f.n) for f in there.flows) == sorted(
        (f.what, str(f.now), str(f.was), f.n) for f in back.flows
    )
    assert [(w.was, w.now) for w in there.weeks] == [(w.now, w.was) for w in back.weeks]
    assert {(t.key, t.was, t.now) for t in there.triggers} == {(t.key, t.now, t.was) for t in back.triggers}
    assert {(s.key, s.was, s.now, s.n_join, s.n_leave) for s in there.segments} == {
        (s.key, s.now, s.was, s.n_leave, s.n_join) for s in back.segments
    }
    assert (there.n_only_score, there.uncertain) == (back.n_only_score, back.uncertain)
    for name in (*KINDS, "fit_score", "engagement_score"):
        assert there.table[f"{name}_was"].equals(back.table[f"{name}_is"])


@profile(0.5)
@given(st.data())
def test_the_figures_are_those_of_the_rows(data: st.DataObject) -> None:
    """Flows add up to the people who move, every example is of its flow, weeks are of distinct people, and whoever is certain
    to move is not shown with anything open."""
    world = data.draw(worlds(), "world")
    one, other = data.draw(living_playbooks(), "one"), data.draw(living_playbooks(), "other")
    with opened(world) as real:
        plan = planned(real.store, one, other)
        decided = [
            {
                r["person_id"]: r
                for r in Deciding(real.store, Settings(), lambda: UNTIL)
                .engine(p, CATALOG)
                .decide(UNTIL)
                .table.to_pylist()
            }
            for p in (one, other)
        ]
    was, now = decided
    rows = {row["person_id"]: row for row in plan.table.to_pylist()}
    assert set(rows) == {p for p in was if any(was[p][k] != now[p][k] for k in KINDS)}
    for what in KINDS:
        moves = Counter((was[p][what], now[p][what]) for p in was if was[p][what] != now[p][what])
        assert {(f.was, f.now): f.n for f in plan.flows if f.what == what} == moves
        (kind,) = (k for k in plan.uncertain if k.what == what)
        assert kind.n_move == moves.total() >= kind.n_certain
        assert kind.n_move + kind.n_may_move <= plan.n_people
    for flow, people in plan.examples_by_flow.items():
        for person in people:
            example = plan.examples[person]
            assert (example.was.decision[flow.what], example.now.decision[flow.what]) == (flow.was, flow.now)
    for row in rows.values():
        assert row["moves"] == [k for k in KINDS if row[f"{k}_was"] != row[f"{k}_is"]]
    for version, side in ((plan.in_force, "was"), (plan.proposed, "now")):
        turns = zip(
            version.qualified["turned_at"].cast("int64").to_pylist(),
            version.qualified["person_id"].to_pylist(),
            strict=True,
        )
        weekly = Counter(
            week for week, _ in {((at - AFTER - 1) // MICROS_PER_WEEK, who) for at, who in turns}
        )
        assert [getattr(w, side) for w in plan.weeks] == [weekly[i] for i in range(len(plan.weeks))]


@profile(0.3)
@given(st.data())
def test_a_period_without_length_has_no_weeks(data: st.DataObject) -> None:
    world, playbook = data.draw(worlds(), "world"), data.draw(living_playbooks(), "playbook")
    with opened(world) as real:
        plan = planned(real.store, playbook, playbook, UNTIL)
    assert plan.weeks == ()
    assert plan.mean_per_week == (None, None)
    assert plan.as_dict()["newly_qualified"]
