"""Meaning 3: what one occurrence weighs, what a rule gives, and how scores round."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.spec.conftest import Ask
from tests.spec.words import (
    NOON,
    World,
    ago,
    days,
    each,
    engagement,
    fit,
    fixed,
    hours,
    is_one_of,
    playbook,
    when,
    worth,
)

from handraise.model.conditions import Always, Distinct, Not
from handraise.model.scores import BehaviourRule, EngagementRule
from handraise.model.time import Duration


def _score(ask: Ask, world: World, *rules: EngagementRule, as_of: int = NOON) -> Decimal:
    """Ann's engagement under these rules."""
    return ask.decisions(world, playbook(engagement=engagement(*rules)), as_of)["ann"].engagement_score


def _forms(*ages: float) -> World:
    world = World().person("ann")
    for age in ages:
        world.did("ann", "form.submitted", at=ago(age))
    return world


def test_a_rule_gives_points_for_each_occurrence(ask: Ask) -> None:
    """Three forms at 5 points are 15 points."""
    assert _score(ask, _forms(1, 2, 3), each(5, "form")) == 15


def test_at_most_limits_the_occurrences_that_count(ask: Ask) -> None:
    """5 points each, at most 4: six forms are worth 20, three are worth 15."""
    assert _score(ask, _forms(1, 2, 3, 4, 5, 6), each(5, "form", at_most=4)) == 20
    assert _score(ask, _forms(1, 2, 3), each(5, "form", at_most=4)) == 15


def test_an_occurrence_one_half_life_old_weighs_half(ask: Ask) -> None:
    """With a half-life of 14 days, 8 points are 8 now, 4 after two weeks, 2 after four."""
    rule = each(8, "form", half_life=days(14))
    for age, points in ((0, 8), (14, 4), (28, 2), (42, 1)):
        assert _score(ask, _forms(age), rule) == points


def test_decay_is_continuous(ask: Ask) -> None:
    """After half a half-life an occurrence weighs 0.707107, the square root of a half, not a step of it."""
    assert _score(ask, _forms(7), each(100, "form", half_life=days(14))) == Decimal("70.71")
    assert _score(ask, _forms(0.5), each(100, "form", half_life=hours(24))) == Decimal("70.71")


def test_decayed_weights_add_up_before_the_limit(ask: Ask) -> None:
    """Two forms now and one half-life ago weigh 2.5; at most 2 leaves 2."""
    world = _forms(0, 0, 14)
    assert _score(ask, world, each(10, "form", half_life=days(14))) == 25
    assert _score(ask, world, each(10, "form", half_life=days(14), at_most=2)) == 20


def test_a_window_cuts_what_decays(ask: Ask) -> None:
    """Within 30 days with a half-life of 15: a form 30 days old is gone, one 15 days old weighs a half."""
    rule = each(10, "form", within=days(30), half_life=days(15))
    assert _score(ask, _forms(30), rule) == 0
    assert _score(ask, _forms(15), rule) == 5


@pytest.mark.parametrize(
    ("halvings", "points"),
    [
        # 1,000,000 points: a weight is read off to the millionth.
        (6, 15625),  # 0.015625 exactly
        (7, 7812),  # 0.0078125 lies between two millionths: to the even one
        (8, 3906),  # 0.00390625
        (9, 1953),  # 0.001953125
        (19, 2),  # 0.0000019...
        (21, 0),  # 0.00000047...
    ],
)
def test_a_decayed_sum_rounds_half_even_to_the_millionth(ask: Ask, halvings: int, points: int) -> None:
    """Each decayed sum is read to six decimals, ties to the even one, so that no order of adding shows."""
    world = World().person("ann").did("ann", "form.submitted", at=NOON - halvings * 3_600_000_000)
    assert _score(ask, world, each(1_000_000, "form", half_life=hours(1))) == points


@pytest.mark.parametrize(
    ("points", "halvings", "score"),
    [
        ("0.01", 1, "0.00"),  # 0.005: to the even hundredth, 0.00
        ("0.03", 1, "0.02"),  # 0.015: to the even hundredth, 0.02
        ("0.05", 1, "0.02"),  # 0.025
        ("-0.03", 1, "-0.02"),  # -0.015
        ("-0.05", 1, "-0.02"),  # -0.025
        ("0.07", 1, "0.04"),  # 0.035
    ],
)
def test_scores_round_half_even_to_hundredths(ask: Ask, points: str, halvings: int, score: str) -> None:
    """A score is shown with two decimals; exactly half a hundredth goes to the even one, on both sides of 0."""
    world = World().person("ann").did("ann", "form.submitted", at=NOON - halvings * 3_600_000_000)
    assert _score(ask, world, each(points, "form", half_life=hours(1))) == Decimal(score)


def test_the_sum_is_rounded_not_its_parts(ask: Ask) -> None:
    """Two rules of 0.005 points each are 0.01 together, though each alone would round to nothing."""
    world = World().person("ann").did("ann", "form.submitted", at=NOON - 3_600_000_000)
    half = each("0.01", "form", half_life=hours(1))
    assert _score(ask, world, half, replace(half, name="again")) == Decimal("0.01")


def test_points_may_be_negative(ask: Ask) -> None:
    """A rule may take points away, for each time or for a condition that holds."""
    assert _score(ask, _forms(1, 2), each(-3, "form"), when(-10, Always())) == -16


def test_a_condition_rule_gives_its_points_once(ask: Ask) -> None:
    """A condition holds or does not: its points come once, or not at all."""
    assert _score(ask, _forms(1, 2), when(7, Always())) == 7
    assert _score(ask, _forms(1, 2), when(7, Not(Always()))) == 0


def _distinct(what: Distinct, half_life: Duration | None = None, at_most: int | None = None) -> BehaviourRule:
    return BehaviourRule("r", "download", 1000, at_most=at_most, half_life=half_life, distinct=what)


def test_each_different_asset_counts_once(ask: Ask) -> None:
    """Downloading one paper three times and another once is two papers; a download of nothing known is none."""
    world = World().person("ann")
    for asset in ("crm:paper", "crm:paper", "crm:paper", "crm:case", None):
        world.did("ann", "content.downloaded", asset=asset)
    assert _score(ask, world, _distinct(Distinct.ASSET)) == 20
    assert _score(ask, world, _distinct(Distinct.ASSET, at_most=1)) == 10


def test_programs_and_products_are_counted_the_same_way(ask: Ask) -> None:
    """Different programs or products are counted just as different assets are."""
    world = World().person("ann")
    world.did("ann", "content.downloaded", program="crm:spring", product="pump")
    world.did("ann", "content.downloaded", program="crm:spring", product="valve")
    assert _score(ask, world, _distinct(Distinct.PROGRAM)) == 10
    assert _score(ask, world, _distinct(Distinct.PRODUCT)) == 20


def test_a_different_asset_weighs_by_its_latest_occurrence(ask: Ask) -> None:
    """Reading a paper again refreshes it: it weighs as of the last time."""
    world = World().person("ann")
    world.did("ann", "content.downloaded", asset="crm:paper", at=ago(28))
    world.did("ann", "content.downloaded", asset="crm:paper", at=ago(14))
    world.did("ann", "content.downloaded", asset="crm:case", at=ago(28))
    assert _score(ask, world, _distinct(Distinct.ASSET, half_life=days(14))) == Decimal("7.5")


def test_a_threshold_is_reached_by_its_own_value(ask: Ask) -> None:
    """Grade A from 75 points: 75.00 is an A and 74.99 is a B."""
    world = World().person("ann").has("ann", "person.country", "DE")
    german = is_one_of("person.country", "DE")
    for points, letter in (
        ("75", "A"),
        ("74.99", "B"),
        ("50", "B"),
        ("49.99", "C"),
        ("25", "C"),
        ("24.99", "D"),
    ):
        decision = ask.decisions(world, playbook(fit=fit(worth(points, german))))["ann"]
        assert (decision.fit_score, decision.fit_grade) == (Decimal(points), letter)


def test_levels_run_from_1_the_highest_to_4(ask: Ask) -> None:
    """Level 1 from 60 points, 2 from 30, 3 from 10, else 4; by the rounded score."""
    levels = fixed(60, 30, 10)
    for n, level in ((0, 4), (1, 3), (3, 2), (5, 2), (6, 1)):
        world = _forms(*[1.0] * n)
        decision = ask.decisions(world, playbook(engagement=engagement(each(10, "form"), levels=levels)))[
            "ann"
        ]
        assert decision.engagement_level == level


def test_a_threshold_is_compared_with_the_rounded_score(ask: Ask) -> None:
    """10.00 points are reached by 9.9993, which is shown as 10.00: what people see decides."""
    world = World().person("ann").did("ann", "form.submitted", at=ago(0.0001))
    decision = ask.decisions(
        world, playbook(engagement=engagement(each("10", "form", half_life=days(1)), levels=fixed(10, 5, 1)))
    )["ann"]
    assert (decision.engagement_score, decision.engagement_level) == (Decimal("10.00"), 1)


def test_the_rank_is_the_letter_and_the_number(ask: Ask) -> None:
    """Fit A and engagement 2 make A2, one cell of the matrix of sixteen."""
    world = World().person("ann").did("ann", "form.submitted")
    decision = ask.decisions(
        world,
        playbook(
            fit=fit(worth(80, Always())), engagement=engagement(each(40, "form")), qualified=("A2", "B1")
        ),
    )["ann"]
    assert (decision.rank, decision.marketing_qualified.word) == ("A2", "in")


def test_a_groups_net_sum_is_limited_to_its_cap(ask: Ask) -> None:
    """Two rules of 30 points in a group capped at 40 give 40; a rule outside the group adds to that; the cap is
    on the net sum, so a deduction inside the group is taken before the limit."""
    world = World().person("ann")
    thirty = worth(30, Always(), group="authority")
    again = worth(30, Always(), group="authority", name="again")
    minus = worth(-25, Always(), group="authority")
    outside = worth(5, Always())
    for rules, points in (
        ((thirty, again), 40),
        ((thirty, again, outside), 45),
        ((thirty, again, minus), 35),
        ((thirty, minus), 5),
    ):
        assert ask.decisions(world, playbook(fit=fit(*rules, authority=40)))["ann"].fit_score == points


def test_a_group_without_a_cap_is_only_a_name(ask: Ask) -> None:
    """Rules grouped for reading add up as if they were not."""
    world = World().person("ann")
    rules = (worth(30, Always(), group="size"), worth(30, Always(), group="size", name="again"))
    assert ask.decisions(world, playbook(fit=fit(*rules)))["ann"].fit_score == 60


def test_no_rules_is_no_points(ask: Ask) -> None:
    """An empty scorecard gives everybody 0.00, certainly, with nothing left to know."""
    decision = ask.decisions(World().person("ann"), playbook())["ann"]
    assert [decision.fit_score, decision.fit_completeness, decision.fit_grade_certain] == [0, 1.0, True]
    assert [decision.engagement_score, decision.rank] == [0, "D4"]
