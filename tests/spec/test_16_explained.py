"""Meaning 16: for one person, each rule says its verdict, its points, what it counted, and what is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.reference import ExplainedRule
from tests.spec.conftest import Ask
from tests.spec.test_products import BOOK as PRODUCTS_BOOK
from tests.spec.words import (
    HOUR,
    IN,
    NOON,
    OUT,
    UNKNOWN,
    World,
    ago,
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
    All,
    Condition,
    Did,
    FirstTime,
    InterestedIn,
    Not,
    OfferPiece,
    ReachedStatus,
    Regularly,
    Resumed,
    Sequence,
    Silent,
    Step,
    Stopped,
    Times,
    TookOffer,
)

FORM = "form.submitted"


def test_a_rule_that_holds_gives_its_points_and_one_that_does_not_none(ask: Ask) -> None:
    world = World().person("ann").has("ann", "person.seniority", "vp")
    rules = fit(
        worth(30, is_one_of("person.seniority", "vp"), name="vp"),
        worth(15, is_one_of("person.seniority", "manager"), name="manager"),
    )
    assert ask.why(world, playbook(fit=rules)) == {
        "vp": ExplainedRule("vp", IN, 30.0),
        "manager": ExplainedRule("manager", OUT, 0.0),
    }


def test_an_unknown_rule_says_what_would_settle_it(ask: Ask) -> None:
    """Only what is still open: the city is known, and settles nothing."""
    world = World().person("ann").has("ann", "person.city", "Bonn")
    both = All((is_one_of("person.city", "Bonn"), is_one_of("person.seniority", "vp")))
    rules = fit(worth(30, both, name="both"), worth(5, Not(is_one_of("person.country", "DE")), name="abroad"))
    assert ask.why(world, playbook(fit=rules)) == {
        "both": ExplainedRule("both", UNKNOWN, 0.0, missing=("person.seniority",)),
        "abroad": ExplainedRule("abroad", UNKNOWN, 0.0, missing=("person.country",)),
    }


def test_a_behaviour_rule_says_each_act_that_counts(ask: Ask) -> None:
    """Three forms in the window, of which two give points; one before it does not count."""
    world = World().person("ann")
    for n in (1, 2, 3, 40):
        world.did("ann", FORM, at=ago(n))
    rule = replace(each(10, "form", at_most=2, within=days(30)), name="forms")
    assert ask.why(world, playbook(engagement=engagement(rule))) == {
        "forms": ExplainedRule("forms", IN, 20.0, 3, ago(1), (ago(1), ago(2), ago(3)))
    }


def test_a_decayed_act_gives_what_is_left_of_its_points(ask: Ask) -> None:
    world = World().person("ann").did("ann", FORM, at=ago(1))
    rule = replace(each(10, "form", half_life=days(1)), name="forms")
    assert ask.why(world, playbook(engagement=engagement(rule)))["forms"].points == 5.0


def test_who_did_nothing_is_told_so(ask: Ask) -> None:
    rule = replace(each(10, "form"), name="forms")
    assert ask.why(World().person("ann"), playbook(engagement=engagement(rule))) == {
        "forms": ExplainedRule("forms", OUT, 0.0, 0)
    }


@pytest.mark.parametrize(
    ("condition", "acts"),
    [
        (Did("form", Times(2), within=days(30)), (3, 10)),
        (FirstTime("form"), (3, 10, 100)),
        (Stopped("form", days(5)), (3, 10, 100)),
        (Resumed("form", days(60), days(14)), (3, 10, 100)),
        (Regularly("form", 2, 2), (3, 10)),
        (Sequence((Step("form"), Step("page")), days(30)), (2, 3, 10)),
        (InterestedIn("billing"), (2,)),
        (ReachedStatus("webinar", "registered", within=days(5)), (3,)),
        (TookOffer("roi", OfferPiece.FREE), (1,)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_of_condition_on_acts_shows_the_acts_it_looked_at(
    ask: Ask, condition: Condition, acts: tuple[int, ...]
) -> None:
    """Latest first, and how many."""
    world = World().person("ann").has("spring", "program.type", "webinar")
    for n in (3, 10, 100):
        world.did("ann", FORM, at=ago(n), program="crm:spring")
    world.did("ann", "page.viewed", at=ago(2), product="billing")
    world.did("ann", "content.viewed", at=ago(1), asset="checklist")
    book = replace(PRODUCTS_BOOK, engagement=engagement(replace(when(1, condition), name="asked")))
    rule = ask.why(world, book)["asked"]
    instants = tuple(ago(n) for n in acts)
    assert (rule.n, rule.latest_at, rule.evidence) == (len(acts), instants[0], instants)


def test_a_silence_says_what_broke_it(ask: Ask) -> None:
    """How many acts lie in the window."""
    world = World().person("ann").did("ann", FORM, at=NOON - HOUR)
    book = playbook(engagement=engagement(replace(when(-10, Silent(days(5))), name="quiet")))
    rule = ask.why(world, book)["quiet"]
    assert (rule.truth, rule.n, rule.latest_at) == (OUT, 1, NOON - HOUR)
