"""Meaning 8: the missing facts of a decision are those that could still change it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.spec.conftest import Ask
from tests.spec.words import (
    World,
    at_least,
    buyers,
    days,
    engagement,
    fit,
    fixed,
    is_one_of,
    playbook,
    when,
    worth,
)

from handraise.model.conditions import (
    AccountPeople,
    All,
    Always,
    Any,
    AtLeast,
    Condition,
    Did,
    GradeIs,
    InSegment,
    IsMarketingQualified,
    LevelIs,
    Not,
    RankIs,
    Score,
    ScoreIs,
    Silent,
    Times,
)
from handraise.model.playbook import Playbook
from handraise.model.value_tests import Comparison

SENIOR = is_one_of("person.seniority", "vp")
GERMAN = is_one_of("person.country", "DE")
LARGE = at_least("account.employees", 200)


def _missing(ask: Ask, world: World, condition: Condition, base: Playbook | None = None) -> set[str]:
    """What would settle whether Ann is in the buyer segment `asked`."""
    book = replace(base or playbook(), buyer_segments=buyers(asked=condition, rest=Always()))
    return set(ask.decisions(world, book)["ann"].missing_facts)


def test_an_unknown_test_misses_its_field(ask: Ask) -> None:
    """To know whether she is a vp, we need her seniority."""
    assert _missing(ask, World().person("ann"), SENIOR) == {"person.seniority"}
    assert _missing(ask, World().person("ann"), Not(SENIOR)) == {"person.seniority"}


def test_a_settled_condition_misses_nothing(ask: Ask) -> None:
    """Out already, whatever her seniority: nobody needs to find it out."""
    world = World().person("ann").has("ann", "person.country", "FR")
    assert _missing(ask, world, All((SENIOR, GERMAN))) == set()


def test_only_tests_that_could_still_matter_are_open(ask: Ask) -> None:
    """German, or senior in a large account: for a French person in an account of unknown size, size and seniority
    are open; once the account is known to be large, only her seniority is; and in a small account only her
    country, since her seniority can no longer matter."""
    condition = Any((GERMAN, All((LARGE, SENIOR))))
    world = World().person("ann", account="acme").has("ann", "person.country", "FR")
    assert _missing(ask, world, condition) == {"account.employees", "person.seniority"}
    assert _missing(ask, world.has("acme", "account.employees", "300"), condition) == {"person.seniority"}
    small = World().person("ann", account="acme").has("acme", "account.employees", "5")
    assert _missing(ask, small, condition) == {"person.country"}


def test_at_least_opens_its_unknown_parts(ask: Ask) -> None:
    """Two of three, one in and two unknown: either of the two would settle it."""
    world = World().person("ann", account="acme").has("ann", "person.country", "DE")
    assert _missing(ask, world, AtLeast(2, (GERMAN, SENIOR, LARGE))) == {
        "person.seniority",
        "account.employees",
    }


def test_without_an_account_its_fields_are_missing(ask: Ask) -> None:
    """We need to know her account's size, which takes an account first."""
    assert _missing(ask, World().person("ann"), LARGE) == {"account.employees"}


def test_counts_and_silences_miss_no_field(ask: Ask) -> None:
    """A hole in what the sources cover is not a field that a rep could ask for."""
    world = World().person("ann")
    assert _missing(ask, world, Did("form", Times(0, 0))) == set()
    assert _missing(ask, world, All((Silent(days(30)), SENIOR))) == {"person.seniority"}


def test_a_grade_that_is_certain_misses_nothing(ask: Ask) -> None:
    """Unknown rules of 10 points cannot lift a D to a C at 25: the decision does not wait for them."""
    book = playbook(fit=fit(worth(10, SENIOR), worth(80, GERMAN)))
    known = World().person("ann").has("ann", "person.country", "FR")
    assert ask.decisions(known, book)["ann"].missing_facts == frozenset()
    assert ask.decisions(World().person("ann"), book)["ann"].missing_facts == {
        "person.seniority", "person.country",
    }  # fmt: skip


def test_an_open_grade_misses_the_open_fields_of_its_unknown_rules(ask: Ask) -> None:
    """The segment of A grades waits for whatever could still change the grade, and for nothing settled."""
    base = playbook(fit=fit(worth(80, SENIOR), worth(10, GERMAN), worth(-30, LARGE)))
    world = World().person("ann").has("ann", "person.country", "DE")
    fields = {"person.seniority", "account.employees"}
    assert _missing(ask, world, GradeIs(("A",)), base) == fields
    assert _missing(ask, world, ScoreIs(Score.FIT, Comparison.AT_LEAST, Decimal(75)), base) == fields


def test_an_open_level_misses_the_fields_of_unknown_engagement_rules(ask: Ask) -> None:
    """Engagement points for a condition may be unknown as well."""
    base = playbook(engagement=engagement(when(60, SENIOR), when(5, GERMAN)))
    world = World().person("ann")
    fields = {"person.seniority", "person.country"}
    assert _missing(ask, world, LevelIs((1,)), base) == fields
    assert _missing(ask, world, ScoreIs(Score.ENGAGEMENT, Comparison.MORE_THAN, Decimal(5)), base) == fields


def test_an_open_rank_misses_what_opens_its_letter_and_its_number(ask: Ask) -> None:
    """A1 may hang on the grade and on the level: both sides' fields are missing."""
    base = playbook(
        fit=fit(worth(80, SENIOR)), engagement=engagement(when(60, GERMAN)), qualified=("A1", "A2")
    )
    world = World().person("ann")
    for condition in (RankIs(("A1",)), IsMarketingQualified()):
        assert _missing(ask, world, condition, base) == {"person.seniority", "person.country"}


def test_an_open_segment_misses_what_is_open_in_it(ask: Ask) -> None:
    """A segment inside a segment passes on its own open fields."""
    base = playbook(segments={"core": All((SENIOR, GERMAN))}, account_segments={"large": LARGE})
    world = World().person("ann", account="acme").has("ann", "person.country", "DE")
    condition = Any((InSegment("core"), InSegment("large")))
    assert _missing(ask, world, condition, base) == {"person.seniority", "account.employees"}


def test_a_roll_up_misses_what_is_open_in_its_members(ask: Ask) -> None:
    """At least two vps in the account: the seniority of the colleague whom we do not know is missing."""
    world = World().person("ann", "bob", account="acme").has("ann", "person.seniority", "vp")
    two_vps = AccountPeople(SENIOR, Times(2))
    assert _missing(ask, world, two_vps) == {"person.seniority"}
    assert _missing(ask, world.has("bob", "person.seniority", "clerk"), two_vps) == set()


def test_only_segments_that_could_still_be_are_asked(ask: Ask) -> None:
    """What stands after the first match, and what is out, waits for nothing."""
    world = World().person("ann").has("ann", "person.country", "DE")
    book = playbook(
        buyer_segments=buyers(first=All((GERMAN, SENIOR)), second=GERMAN, third=LARGE, rest=Always())
    )
    decision = ask.decisions(world, book)["ann"]
    assert (decision.buyer_segment, decision.buyer_segment_could_be) == ("second", ("first",))
    assert decision.missing_facts == {"person.seniority"}


def test_grade_and_segments_join_their_missing_facts(ask: Ask) -> None:
    """One list for the rep: what the grade needs and what the segment needs."""
    book = playbook(
        fit=fit(worth(10, LARGE), grades=fixed(30, 20, 10)), buyer_segments=buyers(a=SENIOR, rest=Always())
    )
    assert ask.decisions(World().person("ann"), book)["ann"].missing_facts == {
        "account.employees", "person.seniority",
    }  # fmt: skip
