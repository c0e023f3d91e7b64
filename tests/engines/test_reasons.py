"""Whatever moved somebody is named: theirs, their account's, a colleague's, a deal's, a decision; else that time passed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from tests.facts.worlds import store_of
from tests.spec.engines import by_source
from tests.spec.words import NOON, World, ago, days, each, engagement, is_one_of, playbook

from handraise.engines.local import LocalEngine
from handraise.model.conditions import (
    AccountDid,
    AccountPeople,
    Always,
    Condition,
    DealOf,
    DealStatus,
    Did,
    Fired,
    HasOpportunity,
    StageIs,
)
from handraise.model.fields import FieldCatalog
from handraise.model.lifecycle import Stage
from handraise.model.playbook import BuyerSegment
from handraise.model.scores import Thresholds, TopShare
from handraise.model.triggers import Trigger

FORM = "form.submitted"


def reasons(
    tmp_path: Path, world: World, condition: Condition, what: str = "buyer_segment", **parts: object
) -> list[str]:
    """Why ann moved after day 10, by a playbook whose first buyer segment is the condition."""
    book = playbook(
        buyer_segments=(BuyerSegment("in", "In", condition), BuyerSegment("rest", "Rest", Always())),
        **parts,  # type: ignore[arg-type]
    )
    with store_of(by_source(world.facts), world.coverage, tmp_path=tmp_path) as store:
        moves = LocalEngine(store, book, FieldCatalog()).moves(ago(10), NOON).to_pylist()
    return [m["because"] for m in moves if m["person_id"] == "crm:ann" and m["what"] == what]


def pair() -> World:
    return World().person("ann", "bob", account="acme")


OPEN_DEAL = HasOpportunity((DealStatus.OPEN,))
OWN_DEAL = HasOpportunity((DealStatus.OPEN,), DealOf.PERSON)

CASES: dict[str, tuple[World, Condition, list[str]]] = {
    "her own act, and the end of its window": (
        pair().did("ann", FORM, at=ago(5), where={"form": "demo"}),
        Did("form", within=days(2)),
        ["submitted a form: demo", "time passed"],
    ),
    "a value, and its erasure": (
        pair().has("ann", "person.city", "Bonn", at=ago(5)).has("ann", "person.city", None, at=ago(4)),
        is_one_of("person.city", "Bonn"),
        ["person.city = Bonn", "person.city was erased"],
    ),
    "a value of the account": (
        pair().has("acme", "account.industry", "Bonn", at=ago(5)),
        is_one_of("account.industry", "Bonn"),
        ["account.industry = Bonn"],
    ),
    "another account": (
        pair().has("beta", "account.industry", "Bonn").belongs("ann", "beta", at=ago(5)),
        is_one_of("account.industry", "Bonn"),
        ["another account"],
    ),
    "a colleague's act": (
        pair().did("bob", FORM, at=ago(5)),
        AccountDid("form", within=days(20)),
        ["a colleague: submitted a form"],
    ),
    "what is known of a colleague": (
        pair().has("bob", "person.city", "Bonn", at=ago(5)),
        AccountPeople(is_one_of("person.city", "Bonn")),
        ["a colleague: person.city = Bonn"],
    ),
    "a colleague who joins": (
        pair().person("eve").has("eve", "person.city", "Bonn").belongs("eve", "acme", at=ago(5)),
        AccountPeople(is_one_of("person.city", "Bonn")),
        ["a colleague: another account"],
    ),
    "a deal, and its loss": (
        pair().deal("d", "acme", at=ago(5)).stage("d", DealStatus.LOST, at=ago(4)),
        OPEN_DEAL,
        ["a deal was opened", "a deal moved: lost"],
    ),
    "a role in a deal": (
        pair().deal("d", None, at=ago(9)).role("d", "ann", at=ago(5)),
        OWN_DEAL,
        ["a role in a deal"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fact_that_moved_somebody_is_named(tmp_path: Path, case: str) -> None:
    world, condition, expected = CASES[case]
    assert reasons(tmp_path, world, condition) == expected


def test_what_strangers_do_at_the_same_instant_is_no_reason(tmp_path: Path) -> None:
    world = pair().person("eve", account="beta").did("ann", FORM, at=ago(5)).did("eve", FORM, at=ago(3))
    world.deal("d", "beta", at=ago(3)).has("eve", "person.city", "Bonn", at=ago(3))
    assert reasons(tmp_path, world, Did("form", within=days(2))) == ["submitted a form", "time passed"]


def test_a_firing_and_a_stage_are_named(tmp_path: Path) -> None:
    world = pair().did("ann", FORM, at=ago(5))
    triggers = (Trigger("call", Did("form", within=days(2))),)
    (fired, over) = reasons(tmp_path, world, Fired(("call",), days(1)), triggers=triggers)
    assert fired == "submitted a form; the trigger call fired"
    assert over == "time passed"
    stages = (Stage("mql", when=Fired(("call",), days(1))),)
    (entered,) = reasons(tmp_path, world, StageIs(("mql",)), triggers=triggers, stages=stages)
    assert entered == "submitted a form; the trigger call fired; entered the stage mql"


def test_thresholds_that_were_worked_out_again_are_named(tmp_path: Path) -> None:
    """Bob, who did more, comes after the first calibration; at the next one the best share is his."""
    world = World().person("ann", at=ago(12)).person("bob", at=ago(9))
    world.did("ann", FORM, at=ago(13)).did("bob", FORM, at=ago(9)).did("bob", FORM, at=ago(8.5))
    best = Thresholds(*(TopShare(Fraction(1, n)) for n in (2, 2, 2)))
    found = reasons(tmp_path, world, Always(), "rank", engagement=engagement(each(1, "form"), levels=best))
    assert found == ["thresholds were worked out again"]
