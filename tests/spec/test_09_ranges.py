"""Meaning 9: a score with unknown rules is a range, and tests of it hold only if the whole range agrees."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.reference import Decision
from tests.spec.conftest import Ask
from tests.spec.words import (
    IN,
    OUT,
    UNKNOWN,
    World,
    at_least,
    at_most,
    engagement,
    fit,
    fixed,
    is_none_of,
    is_one_of,
    less_than,
    more_than,
    of_field,
    playbook,
    when,
    worth,
)

from handraise.model.conditions import (
    All,
    Any,
    AtLeast,
    Condition,
    GradeIs,
    GradeIsOpen,
    IsMarketingQualified,
    LevelIs,
    Not,
    RankIs,
    Score,
    ScoreIs,
)
from handraise.model.scores import Fit, FitRule
from handraise.model.truth import Truth
from handraise.model.value_tests import Between, Comparison, IsKnown

SENIOR = is_one_of("person.seniority", "vp")
GERMAN = is_one_of("person.country", "DE")
STUDENT = is_one_of("person.is_student", "true")


def _ann(ask: Ask, *rules: FitRule, world: World | None = None, **caps: int) -> Decision:
    return ask.decisions(world or World().person("ann"), playbook(fit=fit(*rules, grades=None, **caps)))[
        "ann"
    ]


def _range(decision: Decision) -> tuple[int, int, int]:
    return int(decision.fit_low), int(decision.fit_score), int(decision.fit_high)


def test_unknown_rules_count_as_nothing_in_the_score_and_as_anything_in_the_range(ask: Ask) -> None:
    """30 known points, 20 unknown ones and an unknown deduction of 50: shown as 30, between -20 and 50."""
    world = World().person("ann").has("ann", "person.country", "DE")
    decision = _ann(ask, worth(30, GERMAN), worth(20, SENIOR), worth(-50, STUDENT), world=world)
    assert _range(decision) == (-20, 30, 50)


def test_completeness_is_the_known_share_of_the_absolute_points(ask: Ask) -> None:
    """30 of 100 points are known, deductions counted as points too."""
    world = World().person("ann").has("ann", "person.country", "FR")
    decision = _ann(ask, worth(30, GERMAN), worth(20, SENIOR), worth(-50, STUDENT), world=world)
    assert decision.fit_completeness == pytest.approx(0.3)
    assert _ann(ask, worth(30, GERMAN), world=world).fit_completeness == 1
    assert _ann(ask, worth(30, SENIOR), world=world).fit_completeness == 0


def test_rules_without_points_change_nothing(ask: Ask) -> None:
    """Known or not, a rule of 0 points leaves score, range and completeness alone."""
    assert _ann(ask, worth(0, SENIOR)).fit_completeness == 1
    assert _range(_ann(ask, worth(0, SENIOR))) == (0, 0, 0)


def test_a_cap_limits_the_score_and_both_ends(ask: Ask) -> None:
    """A group capped at 40 can give no more than 40, shown or possible; deductions inside it count first."""
    world = World().person("ann").has("ann", "person.country", "DE")
    rules = (worth(30, GERMAN, "g"), worth(30, SENIOR, "g"), worth(-20, STUDENT, "g"))
    assert _range(_ann(ask, *rules, world=world, g=40)) == (10, 30, 40)
    assert _range(_ann(ask, *rules, world=world, g=5)) == (5, 5, 5)


def test_the_letter_shown_is_that_of_the_shown_score(ask: Ask) -> None:
    """30 known points and 50 unknown: shown as a C, and it could become an A."""
    world = World().person("ann").has("ann", "person.country", "DE")
    decision = _ann(ask, worth(30, GERMAN), worth(50, SENIOR), world=world)
    assert (decision.fit_grade, decision.fit_grade_certain) == ("C", False)


def test_a_grade_is_certain_when_both_ends_have_it(ask: Ask) -> None:
    """80 known points and 5 unknown ones either way: an A whatever comes."""
    world = World().person("ann").has("ann", "person.country", "DE")
    decision = _ann(ask, worth(80, GERMAN), worth(5, SENIOR), worth(-5, STUDENT), world=world)
    assert (decision.fit_grade, decision.fit_grade_certain, _range(decision)) == ("A", True, (75, 80, 85))
    decision = _ann(ask, worth("79.99", GERMAN), worth(-5, STUDENT), world=world)
    assert (decision.fit_grade, decision.fit_grade_certain) == ("A", False)


# --- tests of scores ----------------------------------------------------------------------------------

OPEN = fit(worth(30, GERMAN), worth(50, SENIOR))
"""With the country known to be Germany: from 30 (C) to 80 (A)."""


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (GradeIs(("A",)), UNKNOWN),
        (GradeIs(("A", "B")), UNKNOWN),
        (GradeIs(("A", "B", "C")), IN),
        (GradeIs(("A", "C")), UNKNOWN),
        (GradeIs(("D",)), OUT),
        (Not(GradeIs(("D",))), IN),
        (GradeIs(()), OUT),
        (GradeIsOpen(), IN),
        (ScoreIs(Score.FIT, Comparison.AT_LEAST, Decimal(30)), IN),
        (ScoreIs(Score.FIT, Comparison.AT_LEAST, Decimal("30.01")), UNKNOWN),
        (ScoreIs(Score.FIT, Comparison.MORE_THAN, Decimal(30)), UNKNOWN),
        (ScoreIs(Score.FIT, Comparison.AT_MOST, Decimal(80)), IN),
        (ScoreIs(Score.FIT, Comparison.LESS_THAN, Decimal(80)), UNKNOWN),
        (ScoreIs(Score.FIT, Comparison.MORE_THAN, Decimal(80)), OUT),
        (ScoreIs(Score.ENGAGEMENT, Comparison.AT_LEAST, Decimal(0)), IN),
        (LevelIs((4,)), IN),
        (LevelIs((1, 2, 3)), OUT),
        (RankIs(("A4", "B4", "C4")), IN),
        (RankIs(("A4", "C4")), UNKNOWN),
        (RankIs(("A1", "D4")), OUT),
    ],
)
def test_a_test_of_a_score_holds_only_if_the_whole_range_agrees(
    ask: Ask, condition: Condition, expected: Truth
) -> None:
    """Between a C and an A: being A, B or C is certain, being a D is excluded, and being an A is open."""
    world = World().person("ann").has("ann", "person.country", "DE")
    assert ask(world, condition, base=playbook(fit=OPEN)) == {"ann": expected}


def test_every_letter_between_the_ends_is_possible(ask: Ask) -> None:
    """The range is an outer bound: a single unknown rule of 50 points makes a C or an A, and a B is still counted
    among what could become, so `A or C` stays unknown."""
    world = World().person("ann").has("ann", "person.country", "DE")
    assert ask(world, GradeIs(("A", "C")), base=playbook(fit=OPEN)) == {"ann": UNKNOWN}


def test_whether_a_grade_is_open_is_never_unknown(ask: Ask) -> None:
    """Either something could still change the letter or nothing can."""
    base = playbook(fit=fit(worth(30, GERMAN), worth(20, SENIOR)))
    world = World().person("closed", "open").has("closed", "person.country", "DE")
    world.has("open", "person.seniority", "vp")
    assert ask(world, GradeIsOpen(), base=base) == {"closed": IN, "open": IN}
    world.has("closed", "person.seniority", "clerk").has("open", "person.country", "FR")
    assert ask(world, GradeIsOpen(), base=base) == {"closed": OUT, "open": OUT}


def test_a_rank_holds_for_every_combination_that_is_still_possible(ask: Ask) -> None:
    """Grade A or B, level 1 or 2: four ranks are possible, and the test needs all of them."""
    base = playbook(
        fit=fit(worth(60, GERMAN), worth(20, SENIOR)),
        engagement=engagement(when(40, GERMAN), when(30, STUDENT)),
        qualified=("A1", "A2", "B1", "B2"),
    )
    world = World().person("ann").has("ann", "person.country", "DE")
    questions: dict[str, Condition] = {
        "all four": RankIs(("A1", "A2", "B1", "B2")),
        "three": RankIs(("A1", "A2", "B1")),
        "others": RankIs(("C1", "D1", "A3")),
        "qualified": IsMarketingQualified(),
        "level": LevelIs((1, 2)),
    }
    assert ask.all(world, questions, base=base) == {
        "all four": {"ann": IN},
        "three": {"ann": UNKNOWN},
        "others": {"ann": OUT},
        "qualified": {"ann": IN},
        "level": {"ann": IN},
    }
    decision = ask.decisions(world, base)["ann"]
    assert (decision.rank, decision.marketing_qualified, decision.engagement_level_certain) == (
        "B2",
        IN,
        False,
    )


def test_marketing_qualified_is_unknown_where_the_rank_could_leave_or_enter_the_cells(ask: Ask) -> None:
    """Shown as D4, possibly A4: with A4 agreed she may or may not be qualified; with B1 agreed she is not."""
    world = World().person("ann")
    scored = fit(worth(80, SENIOR))
    for cells, expected in ((("A4",), UNKNOWN), (("B1",), OUT), (("A4", "B4", "C4", "D4"), IN), ((), OUT)):
        assert (
            ask.decisions(world, playbook(fit=scored, qualified=cells))["ann"].marketing_qualified is expected
        )


def test_engagement_has_a_range_where_a_conditions_rule_is_unknown(ask: Ask) -> None:
    """An unknown condition worth 20 and one worth -5: from -5 to 20, shown as 0."""
    base = playbook(engagement=engagement(when(20, SENIOR), when(-5, STUDENT), levels=fixed(20, 10, 5)))
    decision = ask.decisions(World().person("ann"), base)["ann"]
    assert [decision.engagement_low, decision.engagement_score, decision.engagement_high] == [-5, 0, 20]
    assert (decision.engagement_level, decision.engagement_level_certain) == (4, False)


def test_either_score_may_rest_on_the_other(ask: Ask) -> None:
    """Fit points for those who are engaged, or engagement points for those who fit: as long as it does not go round
    in a circle, each score is worked out before it is read. An open grade leaves what rests on it open."""
    world = World().person("vp", "unknown").has("vp", "person.seniority", "vp")
    first_fit = playbook(fit=fit(worth(80, SENIOR)), engagement=engagement(when(60, GradeIs(("A",)))))
    ranks = {name: d.rank for name, d in ask.decisions(world, first_fit).items()}
    assert ranks == {"vp": "A1", "unknown": "D4"}
    assert ask(world, LevelIs((4,)), base=first_fit) == {"vp": OUT, "unknown": UNKNOWN}
    first_engagement = playbook(engagement=engagement(when(60, SENIOR)), fit=fit(worth(80, LevelIs((1,)))))
    ranks = {name: d.rank for name, d in ask.decisions(world, first_engagement).items()}
    assert ranks == {"vp": "A1", "unknown": "D4"}
    assert ask(world, GradeIs(("D",)), base=first_engagement) == {"vp": OUT, "unknown": UNKNOWN}


# --- one field, several rules -------------------------------------------------------------------------

EMPLOYEES, COUNTRY, RETURN = "account.employees", "person.country", "person.return_on"


@pytest.mark.parametrize(
    ("rules", "low", "high"),
    [
        # Countries exclude one another: the better of the two, or none.
        ([(30, is_one_of(COUNTRY, "DE")), (20, is_one_of(COUNTRY, "FR"))], 0, 30),
        # A country that both name gives both.
        ([(30, is_one_of(COUNTRY, "DE")), (20, is_one_of(COUNTRY, "fr", "de"))], 0, 50),
        # Whatever the country, one of the two holds.
        ([(30, is_one_of(COUNTRY, "DE")), (20, is_none_of(COUNTRY, "DE"))], 20, 30),
        ([(30, is_one_of(COUNTRY, "DE")), (20, Not(is_one_of(COUNTRY, "DE")))], 20, 30),
        ([(-30, is_one_of(COUNTRY, "DE")), (-20, is_one_of(COUNTRY, "FR"))], -30, 0),
        # Size bands.
        ([(10, at_least(EMPLOYEES, 200)), (10, at_least(EMPLOYEES, 1000))], 0, 20),
        ([(10, at_least(EMPLOYEES, 200)), (15, less_than(EMPLOYEES, 200))], 10, 15),
        ([(10, of_field(EMPLOYEES, Between("1", "99"))), (20, of_field(EMPLOYEES, Between("100", "500")))], 0, 20),
        ([(10, more_than(EMPLOYEES, 200)), (10, less_than(EMPLOYEES, 200)), (-5, is_one_of(EMPLOYEES, "200"))], -5, 10),
        # Between two bounds that no rule names lies a gap.
        ([(10, at_most(EMPLOYEES, 100)), (10, at_least(EMPLOYEES, 200))], 0, 10),
        # Yes and no are all there is.
        ([(5, is_one_of("person.is_student", "true")), (7, is_one_of("person.is_student", "false"))], 5, 7),
        # Dates.
        ([(5, at_most(RETURN, "2026-01-01")), (7, at_least(RETURN, "2026-01-02"))], 5, 7),
        ([(5, at_most(RETURN, "2026-01-01")), (7, at_least(RETURN, "2026-01-03"))], 0, 7),
        # Composed of tests of that field alone.
        ([(9, All((at_least(EMPLOYEES, 10), at_most(EMPLOYEES, 20)))), (8, Any((less_than(EMPLOYEES, 10), more_than(EMPLOYEES, 20))))], 8, 9),
        ([(9, AtLeast(2, (at_least(EMPLOYEES, 10), at_least(EMPLOYEES, 20), at_least(EMPLOYEES, 30)))), (1, at_most(EMPLOYEES, 15))], 0, 9),
        # Another kind of test is not read jointly, and neither is a rule that tests another field too.
        ([(30, is_one_of(COUNTRY, "DE")), (20, Any((is_one_of(COUNTRY, "FR"), SENIOR)))], 0, 50),
        ([(30, GERMAN), (20, is_one_of(COUNTRY, "FR")), (5, Not(of_field(COUNTRY, IsKnown())))], 5, 35),
    ],
)  # fmt: skip
def test_rules_of_a_group_on_one_unknown_field_are_bounded_jointly(
    ask: Ask, rules: list[tuple[int, Condition]], low: int, high: int
) -> None:
    """A group of size bands cannot give the points of two bands at once: its rules on one unknown field together
    give the least and the most that any single value could."""
    decision = _ann(
        ask,
        *(worth(points, condition, "g", name=str(i)) for i, (points, condition) in enumerate(rules)),
        world=World().person("ann", account="acme"),
    )
    assert (int(decision.fit_low), int(decision.fit_high)) == (low, high)


def test_a_grade_is_certain_only_if_it_is_the_one_that_is_shown(ask: Ask) -> None:
    """German or not, she gets 30 or 20 points and will be a C; while we do not know which, 0 points and a D are
    shown, and a D that cannot last is not called certain. A test of the grade reads the range."""
    rules = (worth(30, is_one_of(COUNTRY, "DE"), "g"), worth(20, is_none_of(COUNTRY, "DE"), "g"))
    book = playbook(fit=fit(*rules, grades=fixed(60, 40, 10)))
    world = World().person("ann")
    decision = ask.decisions(world, book)["ann"]
    assert [*_range(decision), decision.fit_grade, decision.fit_grade_certain] == [20, 0, 30, "D", False]
    assert decision.missing_facts == {COUNTRY}
    assert ask(world, GradeIs(("C",)), base=book) == {"ann": IN}


def test_rules_outside_a_group_or_in_different_groups_are_bounded_each_on_its_own(ask: Ask) -> None:
    """Grouping is what tells the reader that rules belong together; without it the range stays the wider one."""
    german, french = is_one_of(COUNTRY, "DE"), is_one_of(COUNTRY, "FR")
    assert _range(_ann(ask, worth(30, german), worth(20, french))) == (0, 0, 50)
    assert _range(_ann(ask, worth(30, german, "g"), worth(20, french, "h"))) == (0, 0, 50)
    assert _range(_ann(ask, worth(30, german, "g"), worth(20, french, "g"))) == (0, 0, 30)


def test_a_cap_comes_after_the_joint_bound(ask: Ask) -> None:
    """Two size bands of 30 and 20, another unknown rule of 25 and a cap of 40: at most 40 of 55."""
    rules = (
        worth(30, is_one_of(COUNTRY, "DE"), "g"),
        worth(20, is_one_of(COUNTRY, "FR"), "g"),
        worth(25, SENIOR, "g"),
    )
    assert _range(_ann(ask, *rules, g=40)) == (0, 0, 40)


def test_a_field_that_is_known_needs_no_bound(ask: Ask) -> None:
    """Once the country is known its rules are points like others."""
    world = World().person("ann").has("ann", COUNTRY, "FR")
    rules = (worth(30, is_one_of(COUNTRY, "DE"), "g"), worth(20, is_one_of(COUNTRY, "FR"), "g"))
    assert _range(_ann(ask, *rules, world=world)) == (20, 20, 20)


def test_the_range_contains_the_score_once_everything_is_known(ask: Ask) -> None:
    """Whatever the missing seniority, country and answer turn out to be, the settled score lies in the range that
    was shown before."""
    scored: Fit = fit(
        worth(30, GERMAN, "g"), worth(20, SENIOR, "g"), worth(-50, STUDENT), worth(10, Not(GERMAN)), g=45
    )
    before = ask.decisions(World().person("ann"), playbook(fit=scored))["ann"]
    for country in ("DE", "FR"):
        for seniority in ("vp", "clerk"):
            for student in ("true", "false"):
                world = World().person("ann").has("ann", COUNTRY, country)
                world.has("ann", "person.seniority", seniority).has("ann", "person.is_student", student)
                after = ask.decisions(world, playbook(fit=scored))["ann"]
                assert before.fit_low <= after.fit_score <= before.fit_high
                assert after.fit_low == after.fit_score == after.fit_high
