"""Meaning 15: the same facts give the same decisions, whatever order they came in and however often asked."""

from __future__ import annotations

from tests.reference import Decision
from tests.spec.conftest import Ask
from tests.spec.words import (
    NOON,
    World,
    ago,
    at_least,
    buyers,
    days,
    each,
    engagement,
    fit,
    is_one_of,
    playbook,
    when,
    worth,
)

from handraise.model.conditions import (
    AccountDid,
    AccountPeople,
    Always,
    DealStatus,
    GradeIs,
    HasOpportunity,
    Silent,
)
from handraise.model.playbook import Playbook


def _book() -> Playbook:
    return playbook(
        fit=fit(
            worth(40, is_one_of("person.seniority", "vp"), "g"), worth(35, at_least("account.employees", 200))
        ),
        engagement=engagement(
            each(8, "form", within=days(30), half_life=days(9)), when(-10, Silent(days(20)))
        ),
        account_segments={"large": at_least("account.employees", 200), "warm": AccountDid("form")},
        segments={"with vp": AccountPeople(is_one_of("person.seniority", "vp"))},
        qualified=("A4", "B4"),
        buyer_segments=buyers(a=GradeIs(("A",)), deal=HasOpportunity((DealStatus.OPEN,)), rest=Always()),
    )


def _world() -> World:
    world = (
        World()
        .person("a", "b", account="acme")
        .person("c", account="bolt")
        .person("d")
        .person("e", at=ago(9))
    )
    world.has("acme", "account.employees", "500").has("bolt", "account.employees", "20")
    world.has("a", "person.seniority", "vp", at=ago(30)).has("b", "person.seniority", "clerk", at=ago(30))
    world.belongs("b", "bolt", at=ago(12)).bears("e", "id:crm:d", at=ago(4)).deal("x", "bolt", at=ago(6))
    for i, name in enumerate("abcdeabcab"):
        world.did(name, "form.submitted", at=ago(3 * i + 0.1), known=ago(3 * i / 2))
    return world.covers("form.submitted")


def _reordered(world: World, order: list[int]) -> World:
    other = World()
    other.facts = [world.facts[i] for i in order]
    other.coverage = list(world.coverage)
    return other


def test_the_order_of_arrival_does_not_show(ask: Ask) -> None:
    """The same exports loaded in any order give the same rows, to the hundredth."""
    world = _world()
    expected = ask.decisions(world, _book())
    n = len(world.facts)
    for order in (list(reversed(range(n))), sorted(range(n), key=lambda i: (i * 7919) % n)):
        assert ask.decisions(_reordered(world, order), _book()) == expected


def test_asking_of_the_past_first_changes_nothing(ask: Ask) -> None:
    """A decision depends on its instant alone, not on what was asked before."""
    world = _world()
    first = ask.decisions(world, _book())
    for n_days in (40, 3, 12):
        ask.decisions(world, _book(), ago(n_days))
    assert ask.decisions(world, _book()) == first


def test_facts_known_later_do_not_change_the_past(ask: Ask) -> None:
    """What was decided on 20 March is decided again just so, with all that was learned since in the store."""
    full, then = _world(), ago(11)
    known_then = [i for i, fact in enumerate(full.facts) if fact.known_at <= then]
    assert ask.decisions(full, _book(), then) == ask.decisions(_reordered(full, known_then), _book(), then)


def test_people_of_other_accounts_change_nothing(ask: Ask) -> None:
    """More people elsewhere do not move anybody's fixed-threshold decision."""

    def of_old(decided: dict[str, Decision]) -> dict[str, Decision]:
        return {name: decision for name, decision in decided.items() if not name.startswith("new")}

    world = _world()
    before = ask.decisions(world, _book())
    for i in range(5):
        world.person(f"new{i}", account="newco", at=ago(i)).did(f"new{i}", "form.submitted", at=NOON)
    world.has("newco", "account.employees", "7")
    assert of_old(ask.decisions(world, _book())) == before
