"""Laws that need no second opinion: what must not change a decision, and what must change it in step."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.generative.playbooks import playbooks
from tests.generative.profiles import profile
from tests.generative.test_agreement import differences
from tests.generative.vocabulary import CATALOG, NOON
from tests.generative.worlds import GeneratedWorld, instants, worlds
from tests.reference import Decision
from tests.spec.engines import ENGINES

from handraise.facts.rows import (
    AccountRecord,
    Activity,
    AttributeChange,
    Coverage,
    Fact,
    Membership,
    Opportunity,
    PersonRecord,
)
from handraise.model.conditions import AccountDid, AccountPeople, All, AtLeast, Condition, Did, Not
from handraise.model.conditions import Any as AnyOf
from handraise.model.playbook import Playbook
from handraise.model.scores import BehaviourRule
from handraise.model.time import MICROS_PER_DAY, Micros

Decisions = Sequence[Mapping[str, Decision]]


@pytest.fixture(params=tuple(ENGINES), scope="module")
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def decided(
    engine: str,
    facts: Sequence[Fact],
    coverage: Sequence[Coverage],
    books: Sequence[Playbook],
    at: Sequence[Micros],
) -> Decisions:
    """Each playbook at each instant, over a store that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="handraise-") as folder:
        opened = ENGINES[engine](Path(folder)).open(facts, coverage, CATALOG)
        try:
            return [opened.decide(book, as_of) for book in books for as_of in at]
        finally:
            opened.close()


def assert_alike(before: Decisions, after: Decisions) -> None:
    for one, other in zip(before, after, strict=True):
        assert not differences(one, other)


@profile(0.3)
@given(st.data())
def test_the_order_of_facts_does_not_show(engine: str, data: st.DataObject) -> None:
    """Rows delivered in any order give the same decisions."""
    world = data.draw(worlds(), "world")
    shuffled = data.draw(st.permutations(world.facts), "shuffled")
    books, at = [data.draw(playbooks()) for _ in range(3)], data.draw(instants(world, 2))
    assert_alike(
        decided(engine, world.facts, world.coverage, books, at),
        decided(engine, shuffled, world.coverage, books, at),
    )


STRANGERS = ("zz:s1", "zz:s2")


def _strangers() -> list[Fact]:
    """People of an account of their own, who do what the others do."""
    long_ago, lately = NOON - 300 * MICROS_PER_DAY, NOON - 3 * MICROS_PER_DAY
    facts: list[Fact] = [AccountRecord("zz:account", long_ago, long_ago)]
    for i, name in enumerate(STRANGERS):
        facts += [
            PersonRecord(name, long_ago, long_ago),
            Membership(name, "zz:account", long_ago, long_ago),
            AttributeChange("person", name, "seniority", "vp", long_ago, long_ago),
            Activity(f"z{i}", name, lately, lately, "form.submitted", properties={"form": "demo"}),
        ]
    return [*facts, Opportunity("zz:deal", "zz:account", lately, lately)]


def _is_fixed(book: Playbook) -> bool:
    return not (book.fit.grades.are_calibrated or book.engagement.levels.are_calibrated)


@profile(0.3)
@given(st.data())
def test_strangers_change_nothing(engine: str, data: st.DataObject) -> None:
    """People of other accounts, whatever they do, move nobody whose thresholds are fixed."""
    world = data.draw(worlds(), "world")
    books = [data.draw(playbooks().filter(_is_fixed)) for _ in range(3)]
    at = data.draw(instants(world, 2))
    with_strangers = decided(engine, [*world.facts, *_strangers()], world.coverage, books, at)
    known = [{k: v for k, v in d.items() if k not in STRANGERS} for d in with_strangers]
    assert_alike(decided(engine, world.facts, world.coverage, books, at), known)


SHIFT = 21 * MICROS_PER_DAY
"""Whole days, and a whole number of every cadence at which thresholds are calibrated."""


def _shifted_condition(condition: Condition) -> Condition:
    match condition:
        case Did() | AccountDid() if condition.since is not None:
            return replace(condition, since=condition.since + SHIFT)
        case AccountPeople(who):
            return replace(condition, who=_shifted_condition(who))
        case All(of) | AnyOf(of) | AtLeast(_, of):
            return replace(condition, of=tuple(map(_shifted_condition, of)))
        case Not(of):
            return Not(_shifted_condition(of))
    return condition


def _shifted_playbook(book: Playbook) -> Playbook:
    """The playbook with every absolute instant moved."""

    def moved(part: Any) -> Any:
        return part if isinstance(part, BehaviourRule) else replace(part, when=_shifted_condition(part.when))

    def each(parts: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(map(moved, parts))

    return replace(
        book,
        fit=replace(book.fit, rules=each(book.fit.rules)),
        engagement=replace(book.engagement, rules=each(book.engagement.rules)),
        buying_group=replace(book.buying_group, roles=each(book.buying_group.roles)),
        segments={key: moved(segment) for key, segment in book.segments.items()},
        buyer_segments=each(book.buyer_segments),
    )


def _shifted_world(world: GeneratedWorld) -> GeneratedWorld:
    return GeneratedWorld(
        tuple(f._replace(at=f.at + SHIFT, known_at=f.known_at + SHIFT) for f in world.facts),
        tuple(c._replace(from_at=c.from_at + SHIFT, to_at=c.to_at + SHIFT) for c in world.coverage),
    )


@profile(0.3)
@given(st.data())
def test_moving_all_times_by_whole_days_changes_nothing(engine: str, data: st.DataObject) -> None:
    """With windows of fixed length, the same story three weeks later is decided the same."""
    world = data.draw(worlds(), "world")
    books = [data.draw(playbooks(timeless=True)) for _ in range(3)]
    at = data.draw(instants(world, 2))
    later = _shifted_world(world)
    assert_alike(
        decided(engine, world.facts, world.coverage, books, at),
        decided(
            engine,
            later.facts,
            later.coverage,
            [_shifted_playbook(book) for book in books],
            [t + SHIFT for t in at],
        ),
    )
