"""Meaning 10: when a verdict changes by itself, and that it changes at no other instant."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.spec.conftest import Tell
from tests.spec.words import (
    DAY,
    HOUR,
    IN,
    LONG_AGO,
    NOON,
    OUT,
    UNKNOWN,
    World,
    ago,
    days,
    each,
    engagement,
    fit,
    fixed,
    hours,
    instant,
    is_one_of,
    months,
    of_field,
    playbook,
    worth,
)

from handraise.model.conditions import (
    AccountDid,
    AccountPeople,
    Any,
    Condition,
    Did,
    Fired,
    FirstTime,
    GradeIs,
    HasOpportunity,
    HeldFor,
    InSegment,
    IsMarketingQualified,
    Not,
    Regularly,
    Resumed,
    Score,
    ScoreIs,
    Sequence,
    Silent,
    StageIs,
    Step,
    Stopped,
    Times,
)
from handraise.model.conditions import DealStatus as Deal
from handraise.model.fields import Field
from handraise.model.lifecycle import Stage
from handraise.model.scores import ConditionRule, Thresholds, TopPeople
from handraise.model.triggers import QualifyingTracks, Trigger
from handraise.model.value_tests import Comparison, InTheLast, InTheNext

FORM = "form.submitted"


# --- facts --------------------------------------------------------------------------------------------


def test_a_verdict_changes_when_a_fact_becomes_visible(tell: Tell) -> None:
    """Not when it happened, where it was known later."""
    world = World().person("ann").did("ann", FORM, at=ago(9), known=ago(2))
    world.has("ann", "person.seniority", "vp", at=ago(8), known=ago(3))
    assert tell.steps(world, Did("form")) == {"ann": [(LONG_AGO, OUT), (ago(2), IN)]}
    assert tell.steps(world, is_one_of("person.seniority", "vp")) == {
        "ann": [(LONG_AGO, UNKNOWN), (ago(3), IN)]
    }


def test_a_fact_that_only_becomes_visible_after_its_window_changes_nothing(tell: Tell) -> None:
    world = World().person("ann").did("ann", FORM, at=ago(9), known=ago(2))
    assert tell.steps(world, Did("form", within=days(7))) == {"ann": [(LONG_AGO, OUT)]}


def test_somebody_has_verdicts_from_when_they_are_known(tell: Tell) -> None:
    world = World().person("ann", at=ago(20), known=ago(10))
    assert tell.steps(world, Did("form")) == {"ann": [(ago(10), OUT)]}


def test_whoever_is_deleted_has_no_verdict_until_they_are_back(tell: Tell) -> None:
    world = World().person("ann").has("ann", "person.is_deleted", "true", at=ago(10))
    world.has("ann", "person.is_deleted", "false", at=ago(4))
    assert tell.steps(world, Did("form")) == {"ann": [(LONG_AGO, OUT), (ago(10), None), (ago(4), OUT)]}


def test_who_is_merged_away_has_no_verdict_under_that_name(tell: Tell) -> None:
    """The name of the record that was known first stays; what the other one did is theirs from then on."""
    world = World().person("ann", at=ago(50)).person("anna", at=ago(40)).did("anna", FORM, at=ago(30))
    world.bears("anna", "id:crm:ann", at=ago(20))
    assert tell.steps(world, Did("form")) == {
        "ann": [(ago(50), OUT), (ago(20), IN)],
        "anna": [(ago(40), OUT), (ago(30), IN), (ago(20), None)],
    }


# --- time alone ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (Did("form", within=days(5)), [(LONG_AGO, OUT), (ago(20), IN), (ago(15), OUT)]),
        (Silent(days(15)), [(LONG_AGO, OUT), (LONG_AGO + 15 * DAY, IN), (ago(20), OUT), (ago(5), IN)]),
        (Stopped("form", days(15)), [(LONG_AGO, OUT), (ago(5), IN)]),
        (FirstTime("form", days(5)), [(LONG_AGO, OUT), (ago(20), IN), (ago(15), OUT)]),
        (Regularly("form", 1, 2), [(LONG_AGO, OUT), (ago(20), IN), (ago(6), OUT)]),
    ],
)
def test_a_single_act_comes_and_goes_to_the_microsecond(
    tell: Tell, condition: Condition, told: list[object]
) -> None:
    """A form of twenty days ago, within coverage."""
    world = World().person("ann").did("ann", FORM, at=ago(20)).covers(FORM)
    assert tell.steps(world, condition) == {"ann": told}


def test_a_window_since_an_instant_holds_nothing_before_it_begins(tell: Tell) -> None:
    """No form since twelve days ago is so before that, too; one of twenty days ago has nothing to do with it."""
    world = World().person("ann").did("ann", FORM, at=ago(20)).did("ann", FORM, at=ago(8)).covers(FORM)
    assert tell.steps(world, Did("form", Times(0, 0), since=ago(12))) == {
        "ann": [(LONG_AGO, IN), (ago(8), OUT)]
    }


def test_weeks_roll_on(tell: Tell) -> None:
    """Acts of 20 and 16 days ago: in two blocks of the last two while the older is in the second and the younger in
    the first."""
    world = World().person("ann").did("ann", FORM, at=ago(20)).did("ann", FORM, at=ago(16)).covers(FORM)
    assert tell.steps(world, Regularly("form", 2, 2)) == {
        "ann": [(LONG_AGO, OUT), (ago(13), IN), (ago(9), OUT)]
    }


def test_a_pause_ends_with_an_act_and_is_forgotten_after_its_window(tell: Tell) -> None:
    world = World().person("ann").did("ann", FORM, at=ago(90)).did("ann", FORM, at=ago(20)).covers(FORM)
    assert tell.steps(world, Resumed("form", days(60), days(7))) == {
        "ann": [(LONG_AGO, OUT), (ago(20), IN), (ago(13), OUT)]
    }


def test_a_sequence_ends_with_its_first_step(tell: Tell) -> None:
    world = World().person("ann").did("ann", "content.downloaded", at=ago(20))
    world.did("ann", "content.shared", at=ago(18))
    assert tell.steps(world, Sequence((Step("download"), Step("share")), days(7))) == {
        "ann": [(LONG_AGO, OUT), (ago(18), IN), (ago(13), OUT)]
    }


def test_a_value_becomes_a_held_one(tell: Tell) -> None:
    """Held since it was seen; another value ends it at once."""
    world = World().person("ann").has("ann", "person.status", "open", at=ago(40), known=ago(30))
    world.has("ann", "person.status", "closed", at=ago(5))
    assert tell.steps(world, HeldFor(Field("person", "status"), days(20))) == {
        "ann": [(LONG_AGO, UNKNOWN), (ago(30), OUT), (ago(10), IN), (ago(5), OUT)]
    }


def test_dates_come_and_go_at_midnight_of_the_zone(tell: Tell) -> None:
    """20 March in London, before the clocks change: from 00:00Z on it is today; it leaves the last week on the 27th. On
    the 13th it is not yet in the next week, on the 14th it is."""
    world = World().person("ann").has("ann", "person.return_on", "2026-03-20")
    london = playbook(zone="Europe/London")
    midnights = [instant(f"2026-03-{day}T00:00Z") for day in (14, 20, 21, 27)]
    last, following = InTheLast(days(7)), InTheNext(days(7))
    assert tell.steps(world, of_field("person.return_on", last), base=london) == {
        "ann": [(LONG_AGO, OUT), (midnights[1], IN), (midnights[3], OUT)]
    }
    assert tell.steps(world, of_field("person.return_on", following), base=london) == {
        "ann": [(LONG_AGO, OUT), (midnights[0], IN), (midnights[2], OUT)]
    }


def test_a_month_ends_in_the_zone_of_the_playbook(tell: Tell) -> None:
    """15 February 12:00 in London is left on 15 March at 12:00 there."""
    at = instant("2026-02-15T12:00Z")
    world = World().person("ann").did("ann", FORM, at=at)
    assert tell.steps(world, Did("form", within=months(1)), base=playbook(zone="Europe/London")) == {
        "ann": [(LONG_AGO, OUT), (at, IN), (instant("2026-03-15T12:00Z"), OUT)]
    }


def test_the_last_days_of_a_longer_month_all_reach_the_last_day_of_the_shorter_one(tell: Tell) -> None:
    """One month before the 29th, the 30th and the 31st of March is 28 February each time, so what happened there at
    18:00 is within a month until 28 March, and again on each morning after it."""
    at = instant("2026-02-28T18:00Z")
    world = World().person("ann").did("ann", FORM, at=at)
    told = [(LONG_AGO, OUT), (at, IN), (instant("2026-03-28T18:00Z"), OUT)]
    for day in (29, 30):
        told += [(instant(f"2026-03-{day}T00:00Z"), IN), (instant(f"2026-03-{day}T18:00Z"), OUT)]
    told += [(instant("2026-03-31T00:00Z"), IN)]
    assert tell.steps(world, Did("form", within=months(1))) == {"ann": told}


def test_coverage_begins_and_ends(tell: Tell) -> None:
    """Covered from 30 days ago to 5 days ago, ends included: no form within 10 days is certain from the instant on at
    which the whole window is covered, and unknown again just after its end."""
    world = World().person("ann").covers(FORM, start=ago(30), end=ago(5))
    assert tell.steps(world, Did("form", Times(0, 0), within=days(10))) == {
        "ann": [(LONG_AGO, UNKNOWN), (ago(20, plus=-1), IN), (ago(5, plus=1), UNKNOWN)]
    }


# --- others, accounts, deals --------------------------------------------------------------------------


def test_what_colleagues_do_changes_a_verdict_and_so_does_joining_them(tell: Tell) -> None:
    world = World().person("ann", account="acme").person("bob", account="acme").person("eve")
    world.did("ann", FORM, at=ago(20)).did("bob", FORM, at=ago(18))
    world.belongs("eve", "acme", at=ago(17)).belongs("eve", None, at=ago(16))
    both = AccountDid("form", Times(2), within=days(7))
    told = [(LONG_AGO, OUT), (ago(18), IN), (ago(13), OUT)]
    assert tell.steps(world, both) == {
        "ann": told,
        "bob": told,
        "eve": [(LONG_AGO, OUT), (ago(17), IN), (ago(16), OUT)],
    }


def test_members_that_match_are_counted_at_every_instant(tell: Tell) -> None:
    world = World().person("ann", account="acme").person("bob")
    world.has("bob", "person.seniority", "vp", at=ago(30)).belongs("bob", "acme", at=ago(20))
    has_vp = AccountPeople(is_one_of("person.seniority", "vp"))
    assert tell.steps(world, has_vp)["ann"] == [(LONG_AGO, UNKNOWN), (ago(20), IN)]


def test_a_deal_is_won_and_was_won_lately(tell: Tell) -> None:
    world = World().person("ann", account="acme").deal("d", "acme", at=ago(30))
    world.stage("d", Deal.OPEN, "new", at=ago(30)).stage("d", Deal.WON, "won", at=ago(20))
    assert tell.steps(world, HasOpportunity((Deal.WON,), within=days(7))) == {
        "ann": [(LONG_AGO, OUT), (ago(20), IN), (ago(13), OUT)]
    }


# --- scores -------------------------------------------------------------------------------------------


def below(points: int) -> ScoreIs:
    return ScoreIs(Score.ENGAGEMENT, Comparison.LESS_THAN, Decimal(points))


def test_a_decayed_score_moves_at_midnight(tell: Tell) -> None:
    """Ten points for a form at noon, halved every day: below 7 (0.51 half-lives) after 12 h 21 min, so at the second
    midnight after it; seen at 00:00 in the playbook's zone and at no instant between."""
    at = instant("2026-03-10T12:00Z")
    world = World().person("ann").did("ann", FORM, at=at).did("ann", "page.viewed", at=at + 13 * HOUR)
    scored = playbook(zone="Europe/London", engagement=engagement(each(10, "form", half_life=days(1))))
    assert tell.steps(world, Not(below(7)), base=scored) == {
        "ann": [(LONG_AGO, OUT), (at, IN), (instant("2026-03-12T00:00Z"), OUT)]
    }


def test_what_is_visited_between_two_midnights_moves_no_decayed_score(tell: Tell) -> None:
    """The same form and bounds beside what others do, and what the score does not count: the same instants."""
    at = instant("2026-03-10T12:00Z")
    world = World().person("ann", "bob").did("ann", FORM, at=at)
    rules = engagement(each(10, "form", half_life=days(1)))
    alone = tell.steps(world, Not(below(7)), base=playbook(engagement=rules))["ann"]
    for n in (12.5, 13, 20, 37):
        world.did("bob", "page.viewed", at=at + round(n * HOUR))
        world.did("ann", "page.viewed", at=at + round(n * HOUR) + 7)
    assert tell.steps(world, Not(below(7)), base=playbook(engagement=rules))["ann"] == alone


AGED = engagement(each(10, "form", half_life=days(1)), each(1, "page", within=hours(2)))


def test_where_an_act_counts_the_whole_score_is_as_old_as_it_is(tell: Tell) -> None:
    """Six hours after the first form it is worth 8.41, the two together 18.41; at the next midnight 7.07 + 8.41."""
    at = instant("2026-03-10T12:00Z")
    world = World().person("ann").did("ann", FORM, at=at).did("ann", FORM, at=at + 6 * HOUR)
    midnight = instant("2026-03-11T00:00Z")
    for bound, told in ((19, []), (18, [(at + 6 * HOUR, IN), (midnight, OUT)])):
        steps = tell.steps(world, Not(below(bound)), base=playbook(engagement=AGED))
        assert steps == {"ann": [(LONG_AGO, OUT), *told]}


def test_an_act_that_leaves_the_window_shows_how_old_the_score_is(tell: Tell) -> None:
    """A page at 11:00 leaves its window at 13:00, when a form of noon is worth 9.72; until then it was 10 and a point."""
    at = instant("2026-03-10T12:00Z")
    world = World().person("ann").did("ann", FORM, at=at).did("ann", "page.viewed", at=at - HOUR)
    assert tell.steps(world, Not(below(10)), base=playbook(engagement=AGED)) == {
        "ann": [(LONG_AGO, OUT), (at, IN), (at + HOUR, OUT)]
    }


def test_a_rule_that_turns_shows_how_old_the_score_is(tell: Tell) -> None:
    """A form of noon and a point for living in Bonn, from six on: 8.41 and 1."""
    at = instant("2026-03-10T12:00Z")
    world = World().person("ann").did("ann", FORM, at=at).has("ann", "person.city", "Bonn", at=at + 6 * HOUR)
    in_bonn = ConditionRule("In Bonn", is_one_of("person.city", "Bonn"), 100)
    rules = replace(AGED, rules=(*AGED.rules, in_bonn))
    for bound, until in ((10, at + 6 * HOUR), (9, instant("2026-03-11T00:00Z"))):
        steps = tell.steps(world, Not(below(bound)), base=playbook(engagement=rules))
        assert steps == {"ann": [(LONG_AGO, OUT), (at, IN), (until, OUT)]}


def test_a_grade_by_numbers_of_people_moves_at_calibrations_only(tell: Tell) -> None:
    """The best one of two is A. When bob passes ann on a Wednesday both reach the limit of the last Monday; the next
    Monday's limit is bob's score."""
    monday = instant("2026-03-16T00:00Z")
    wednesday, next_monday = monday + 2 * DAY + 5 * HOUR, monday + 7 * DAY
    world = World().person("ann", "bob").has("ann", "person.seniority", "vp")
    world.has("bob", "person.city", "Bonn", at=wednesday)
    rules = fit(
        worth(10, is_one_of("person.seniority", "vp")),
        worth(20, is_one_of("person.city", "Bonn")),
        grades=Thresholds(TopPeople(1), TopPeople(2), TopPeople(2)),
    )
    world.has("ann", "person.city", "Rome").has("bob", "person.seniority", "clerk")
    told = tell.steps(world, GradeIs(("A",)), base=playbook(fit=rules), until=NOON)
    assert told["ann"][-1] == (next_monday, OUT)
    assert told["bob"][-1] == (wednesday, IN)


# --- firings and stages -------------------------------------------------------------------------------

STORY = playbook(
    fit=fit(grades=fixed(50, 30, 10)),
    triggers=(Trigger("forms", Did("form", within=days(2)), stands_for=days(5)),),
    tracks=QualifyingTracks(all=True),
    stages=(Stage("new", on=("page",)), Stage("mql", when=Fired(("forms",), days(1)))),
    segments={"in_mql": StageIs(("mql",))},
)


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (Fired(("forms",)), [(LONG_AGO, OUT), (ago(20), IN)]),
        (Fired(("forms",), days(3)), [(LONG_AGO, OUT), (ago(20), IN), (ago(17), OUT)]),
        (IsMarketingQualified(), [(LONG_AGO, OUT), (ago(20), IN), (ago(15), OUT)]),
        (StageIs(("mql",)), [(LONG_AGO, OUT), (ago(20), IN), (ago(10), OUT)]),
        (StageIs(("mql", "new")), [(LONG_AGO, OUT), (ago(20), IN)]),
        (StageIs(("mql",), days(3)), [(LONG_AGO, OUT), (ago(17), IN), (ago(10), OUT)]),
        (
            StageIs(("mql",), days(3), longer=False),
            [(LONG_AGO, OUT), (ago(20), IN), (ago(17), OUT)],
        ),
        (InSegment("in_mql"), [(LONG_AGO, OUT), (ago(20), IN), (ago(10), OUT)]),
    ],
)
def test_a_firing_and_a_stage_are_read_from_their_own_instant_on(
    tell: Tell, condition: Condition, told: list[object]
) -> None:
    """Fired and entered 20 days ago, back to the first stage by an act 10 days ago; never unknown."""
    world = World().person("ann").did("ann", FORM, at=ago(20)).did("ann", "page.viewed", at=ago(10))
    assert tell(world, STORY).steps(condition) == {"ann": told}


def test_between_two_change_points_a_decision_says_the_same(tell: Tell) -> None:
    """The steps of a segment, against the decisions just before each, at it, and between."""
    world = World().person("ann").did("ann", FORM, at=ago(20)).did("ann", FORM, at=ago(9), known=ago(7))
    world.covers(FORM, start=ago(40))
    asked = Any((Stopped("form", days(4)), Regularly("form", 2, 3), Not(Did("form", within=days(1)))))
    book = replace(playbook(segments={"asked": asked}), triggers=STORY.triggers)
    story = tell(world, book)
    steps = story.steps(asked)["ann"]
    for (start, truth), (end, _) in zip(steps, [*steps[1:], (NOON + 1, None)], strict=True):
        for at in (start, (start + end) // 2, end - 1):
            assert story.decisions(at)["ann"].segments["asked"] is truth
