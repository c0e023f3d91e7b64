"""Cases of other systems, asked of ours; where the answer differs, the law says why.

`ELSEWHERE` answers in words what is not about a verdict over facts, and says where the law is.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.spec.conftest import Ask, Tell
from tests.spec.words import (
    DAY,
    HOUR,
    IN,
    MINUTE,
    NOON,
    OUT,
    SECOND,
    UNKNOWN,
    World,
    ago,
    at_least,
    days,
    each,
    engagement,
    instant,
    is_none_of,
    is_one_of,
    less_than,
    more_than,
    of_field,
    playbook,
    seconds,
    when,
)

from handraise.model.conditions import (
    All,
    Any,
    Condition,
    Did,
    HasOpportunity,
    HeldFor,
    Not,
    Silent,
    Stopped,
    Times,
)
from handraise.model.fields import Field
from handraise.model.playbook import Behaviour, WherePart
from handraise.model.triggers import Trigger
from handraise.model.truth import Truth
from handraise.model.value_tests import (
    Between,
    Compare,
    Comparison,
    InTheLast,
    InTheNext,
    IsKnown,
    ListHas,
    LongerAgo,
    OneOf,
    TextRelation,
    TextTest,
)

CASES = (
    *("M01", "M02", "M04", "M06", "M15", "M16", "M18", "M23", "M28"),
    *("U01", "U02", "U03", "U04", "U05", "U06", "U07", "U08", "U09", "U12"),
    *("D01", "D03", "D04", "D06", "D07", "D09", "D12", "D13", "D14", "D15", "D18", "D19"),
    *("P01", "P03"),
)


class Elsewhere(NamedTuple):
    """The answer in words, and where its law is."""

    answer: str
    law: str


ELSEWHERE = {
    "M06": Elsewhere(
        "A segment without filters: Mautic has nobody in it. Ours differs: it is refused when it is read (PB405), because "
        "nobody writes one on purpose; `all of []` is true and `any of []` false wherever a list is made by a program.",
        "tests/playbook/problems/PB405-empty-definition.yml",
    ),
    "M15": Elsewhere(
        "A filter on a table that does not exist: Mautic fails and leaves the segment as it was, never silently empty. "
        "Ours: the same; a field that nobody declared is refused when the playbook is read, and nothing is decided.",
        "tests/playbook/problems/PB204-unknown-field.yml",
    ),
    "M28": Elsewhere(
        "Two segments that read each other: Mautic says so. Ours: the same, with the whole circle and every place in it.",
        "tests/playbook/problems/PB401-circle.yml",
    ),
    "U12": Elsewhere(
        "Null, unknown and mistyped conditions: Unomi refuses them, but takes null while the segment is disabled and `2` in "
        "quotes for a number. Ours: all are refused with their place and the nearest word; there is no disabled segment to "
        "hide one in, and a number in quotes is refused with the advice to leave them out.",
        "tests/playbook/problems/PB211-unknown-condition.yml",
    ),
    "D19": Elsewhere(
        "A random half of people: Dittofeed hashes person and segment, so that the same person is always in the same half. "
        "Ours differs: no condition is random, and a playbook has no such word. A split for an experiment belongs to the "
        "touches, which choose and record it.",
        "tests/playbook/problems/PB211-unknown-condition.yml",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_case_has_an_answer(case: str) -> None:
    """A law of its own here, or words and the law elsewhere."""
    if case in ELSEWHERE:
        assert (Path(__file__).parents[2] / ELSEWHERE[case].law).is_file()
    else:
        assert [name for name in globals() if name.startswith(f"test_{case.lower()}_")] != []


def _in(answers: dict[str, Truth]) -> set[str]:
    return {name for name, truth in answers.items() if truth is IN}


def test_m01_a_city_that_starts_with_prague(ask: Ask) -> None:
    """Mautic: Prague and Prague 11 start with Prague, Praha does not. Ours: the same."""
    world = World().person("a", "b", "c")
    for name, city in {"a": "Prague", "b": "Prague 11", "c": "Praha"}.items():
        world.has(name, "person.city", city)
    prague = of_field("person.city", TextTest(TextRelation.STARTS_WITH, ("Prague",)))
    assert ask(world, prague) == {"a": IN, "b": IN, "c": OUT}


def test_m02_at_least_includes_its_bound(ask: Ask) -> None:
    """Mautic: of 20, 10 and 25 points, 20 and 25 are at least 20. Ours: the same."""
    world = World()
    for name, size in {"a": "20", "b": "10", "c": "25"}.items():
        world.person(name, account=name).has(name, "account.employees", size)
    assert _in(ask(world, at_least("account.employees", 20))) == {"a", "c"}


@pytest.mark.parametrize(
    "condition",
    [
        is_none_of("person.city", "Prague"),
        Not(of_field("person.city", TextTest(TextRelation.CONTAINS, ("prague",)))),
        Not(of_field("person.city", TextTest(TextRelation.MATCHES, ("prague",)))),
        Not(of_field("account.employees", Between("1", "10"))),
    ],
)
def test_m04_a_missing_value_is_not_simply_something_else(ask: Ask, condition: Condition) -> None:
    """Mautic: a missing city makes a member of `is not Prague`, `not like`, `not in` and `not between`, but not of
    `not regexp`. Ours differs: all of them are unknown alike, because the person may well live in Prague; whoever
    wants the missing ones asks `not known` beside it, and gets them."""
    world = World().person("ann")
    assert ask(world, condition) == {"ann": UNKNOWN}
    missing = Not(of_field("person.city", IsKnown()))
    assert ask(world, Any((condition, missing))) == {"ann": IN}


def test_m16_a_segment_loses_whoever_loses_the_value(ask: Ask) -> None:
    """Mautic: titles set to NULL empty the segment at the next rebuild. Ours: the same, at the instant of the
    erasure and without a rebuild; and their membership is unknown then, not out."""
    world = (
        World().person("ann").has("ann", "person.title", "Mr.").has("ann", "person.title", None, at=ago(1))
    )
    mr = is_one_of("person.title", "Mr.")
    assert ask(world, mr, ago(2)) == {"ann": IN}
    assert ask(world, mr) == {"ann": UNKNOWN}


def test_m18_relative_dates_step_by_civil_days(ask: Ask) -> None:
    """Mautic, on 2018-03-02: `> +5 days` compares with 7 March and `> 2 years ago` with 2 March 2016. Ours: the
    same days, in words: in the next 6 days reaches 7 March and nothing later; longer than 2 years ago starts at
    2 March 2016 and goes back."""
    as_of = instant("2018-03-02T12:00Z")
    world = World().person("a", "b", "c", "d", at=instant("2015-01-01"))
    dates = {"a": "2018-03-07", "b": "2018-03-08", "c": "2016-03-02", "d": "2016-03-03"}
    for name, day in dates.items():
        world.has(name, "person.return_on", day, at=instant("2015-01-01"))
    assert _in(ask(world, of_field("person.return_on", InTheNext(days(6))), as_of)) == {"a"}
    assert _in(ask(world, of_field("person.return_on", LongerAgo(days(730))), as_of)) == {"c"}
    assert _in(ask(world, of_field("person.return_on", InTheLast(days(730))), as_of)) == {"d"}


def test_m23_not_read_for_180_days_looks_at_the_last_read(ask: Ask) -> None:
    """Mautic, fixed in 7.1: reads 400 and 21 days ago do not make somebody who has not read for 180 days. Ours: the
    same, by `silent` and by `did exactly 0 times within`."""
    world = World().person("ann").covers("email.opened")
    world.did("ann", "email.opened", at=ago(400)).did("ann", "email.opened", at=ago(21))
    base = replace(playbook(), behaviours={"read": Behaviour("read", ("email.opened",))})
    for condition in (Silent(days(180), ("read",)), Did("read", Times(0, 0), within=days(180))):
        assert ask(world, condition, base=base) == {"ann": OUT}
        assert ask(world, condition, ago(22), base=base) == {"ann": IN}


def test_u01_and_or_not(ask: Ask) -> None:
    """Unomi: the truth table over age 30 and gender female. Ours: the same, as long as both are known."""
    world = World().person("ann").has("ann", "person.gender", "female").has("ann", "person.age", "30")
    age, gender = is_one_of("person.age", "30"), is_one_of("person.gender", "female")
    not_age, not_gender = is_one_of("person.age", "31"), is_one_of("person.gender", "male")
    questions: dict[str, Condition] = {
        "both": All((age, gender)), "one of both": All((age, not_gender)),
        "other of both": All((not_age, gender)), "either": Any((age, not_gender)),
        "other either": Any((not_age, gender)), "neither": Any((not_age, not_gender)),
        "not": Not(age), "not not": Not(not_age),
    }  # fmt: skip
    answers = ask.all(world, questions)
    assert {q for q, a in answers.items() if a["ann"] is IN} == {"both", "either", "other either", "not not"}


def test_u02_missing_and_exists_agree_and_negation_does_not(ask: Ask) -> None:
    """Unomi: for an absent property, missing is true, exists is false, not in [25, 30] and not equal to 1 are true.
    Ours: the first two agree; the negations are unknown, see M04."""
    world = World().person("ann")
    assert ask.all(
        world,
        {
            "missing": of_field("person.age", IsKnown(known=False)),
            "exists": of_field("person.age", IsKnown()),
            "not in": is_none_of("person.age", "25", "30"),
            "not 1": is_none_of("person.age", "1"),
        },
    ) == {
        "missing": {"ann": IN}, "exists": {"ann": OUT}, "not in": {"ann": UNKNOWN}, "not 1": {"ann": UNKNOWN},
    }  # fmt: skip


def test_u03_no_rows_no_match_under_a_negation(ask: Ask) -> None:
    """Unomi: without interests, `interest football, not of value 50` is false although U02 would be true. Ours: an
    act whose property fails or lacks a test does not count, so without acts there is nothing; an act of unknown
    value does not count either."""
    behaviour = Behaviour("asked", ("survey.answered",), (WherePart("value", OneOf(("50",), negated=True)),))
    base = replace(playbook(), behaviours={"asked": behaviour})
    world = World().person("none", "unsaid", "fifty", "forty").did("unsaid", "survey.answered")
    world.did("fifty", "survey.answered", where={"value": "50"})
    world.did("forty", "survey.answered", where={"value": "40"})
    assert _in(ask(world, Did("asked"), base=base)) == {"forty"}


def test_u04_lists_have_any_or_all(ask: Ask) -> None:
    """Unomi: {s1, s2, s3} has one of [s10, s20, s2], all of [s1, s2], not all of [s1, s5], and is not in none of
    [.., s2]. Ours: the same."""
    world = World().person("ann", account="acme")
    world.has("acme", "account.technologies", json.dumps(["s1", "s2", "s3"]))
    field = "account.technologies"
    questions: dict[str, Condition] = {
        "in": of_field(field, ListHas(("s10", "s20", "s2"))),
        "not in": Not(of_field(field, ListHas(("s10", "s20", "s2")))),
        "all": of_field(field, ListHas(("s1", "s2"), all=True)),
        "not all": of_field(field, ListHas(("s1", "s5"), all=True)),
    }
    answers = ask.all(world, questions)
    assert {q for q, a in answers.items() if a["ann"] is IN} == {"in", "all"}


def test_u05_a_day_and_another_day(ask: Ask) -> None:
    """Unomi: the last visit on 1 February is on that day and not on the next. Ours, with dates: the same."""
    world = World().person("ann").has("ann", "person.return_on", "2015-02-01")
    questions: dict[str, Condition] = {
        "same day": is_one_of("person.return_on", "2015-02-01"),
        "not next day": is_none_of("person.return_on", "2015-02-02"),
        "one of": is_one_of("person.return_on", "2015-01-31", "2015-02-01", "2015-02-02"),
        "other": is_one_of("person.return_on", "2015-02-02"),
    }
    answers = ask.all(world, questions)
    assert {q for q, a in answers.items() if a["ann"] is IN} == {"same day", "not next day", "one of"}


def test_u06_history_counts_for_a_rule_written_later(ask: Ask) -> None:
    """Unomi: an event of three days ago counts for a segment defined today. Ours: the same; a playbook reads all
    facts, whenever it was written."""
    world = World().person("ann").did("ann", "form.submitted", at=ago(3))
    assert ask(world, Did("form", within=days(10))) == {"ann": IN}


def test_u07_not_occurred_ends_with_an_occurrence(ask: Ask) -> None:
    """Unomi: without the event, a member of `not occurred in 10 days`; with one of three days ago, not. Ours: the
    same where the source's coverage says that there is none; without coverage it is unknown, not a member."""
    never = Did("form", Times(0, 0), within=days(10))
    assert ask(World().person("ann").covers("form.submitted"), never) == {"ann": IN}
    assert ask(World().person("ann"), never) == {"ann": UNKNOWN}
    assert ask(World().person("ann").did("ann", "form.submitted", at=ago(3)), never) == {"ann": OUT}


def test_u08_time_alone_moves_people_out(ask: Ask) -> None:
    """Unomi: an event of 3 days ago is in a 10-day window after a recalculation, one of 15 days ago is not. Ours: the
    same, with nothing to recalculate."""
    world = World().person("ann").did("ann", "form.submitted", at=ago(3))
    in_ten_days = Did("form", within=days(10))
    assert ask(world, in_ten_days, ago(3, plus=-1)) == {"ann": OUT}
    assert ask(world, in_ten_days) == {"ann": IN}
    assert ask(world, in_ten_days, ago(-7)) == {"ann": OUT}


def test_u09_at_most_once_gives_its_points_up_to_one(ask: Ask) -> None:
    """Unomi: `max 1 event` gives 50 points for one event and none for two. Ours says which of the two is meant:
    `at_most: 1` in a rule limits what counts, so two events still give 50; the condition `exactly once` is a test,
    and stops holding at two."""
    exactly_once = Did("form", Times(1, 1), within=days(10))
    limited = playbook(engagement=engagement(each(50, "form", at_most=1, within=days(10))))
    tested = playbook(engagement=engagement(when(50, exactly_once)))
    world = World().person("ann").did("ann", "form.submitted", at=ago(3)).covers("form.submitted")
    assert ask.decisions(world, limited)["ann"].engagement_score == 50
    assert ask.decisions(world, tested)["ann"].engagement_score == 50
    world.did("ann", "form.submitted", at=ago(2))
    assert ask.decisions(world, limited)["ann"].engagement_score == 50
    assert ask.decisions(world, tested)["ann"].engagement_score == 0


def test_d01_twice(ask: Ask) -> None:
    """Dittofeed: whoever did it twice, with two message ids. Ours: the same."""
    world = World().person("u1", "u2", "u3").did("u3", "page.viewed")
    world.did("u1", "form.submitted").did("u1", "form.submitted").did("u2", "form.submitted")
    assert _in(ask(world, Did("form", Times(2)))) == {"u1"}


def test_d03_zero_times_within_lets_in_who_falls_silent(ask: Ask) -> None:
    """Dittofeed: 0 times within 5 s; u1 never did it and u2 did at t0: u1 after one second, both after eleven. Ours:
    the same within coverage."""
    world = World().person("u1", "u2").did("u2", "form.submitted", at=NOON)
    world.covers("form.submitted", end=NOON + HOUR)
    never = Did("form", Times(0, 0), within=seconds(5))
    assert _in(ask(world, never, NOON + SECOND)) == {"u1"}
    assert _in(ask(world, never, NOON + 5 * SECOND - 1)) == {"u1"}
    assert _in(ask(world, never, NOON + 5 * SECOND)) == {"u1", "u2"}


def test_d04_less_than_twice_includes_never(ask: Ask) -> None:
    """Dittofeed: fewer than 2 times includes those who never did, as long as they are known. Ours: the same within
    coverage; outside it, only having done it twice settles anything."""
    world = World().person("u1", "u2", "u3").did("u2", "form.submitted")
    world.did("u3", "form.submitted").did("u3", "form.submitted")
    fewer = Did("form", Times(0, 1))
    assert ask(world, fewer) == {"u1": UNKNOWN, "u2": UNKNOWN, "u3": OUT}
    assert _in(ask(world.covers("form.submitted"), fewer)) == {"u1", "u2"}


def test_d06_coming_back_fires_again(tell: Tell) -> None:
    """Dittofeed: an event of six seconds ago is out of five seconds; the next one enters the journey, five seconds
    later the person is out, and one more event enters it again. Ours: the same, to the microsecond."""
    times = [NOON - 6 * SECOND, NOON, NOON + 6 * SECOND]
    world = World().person("u1")
    for at in times:
        world.did("u1", "form.submitted", at=at)
    lately = Did("form", within=seconds(5))
    book = playbook(triggers=(Trigger("journey", lately),))
    story = tell(world, book, NOON + HOUR, activated_at=NOON - SECOND)
    assert story.fired("journey") == {"u1": times[1:]}
    assert story.steps(lately)["u1"][-2:] == [(times[2], IN), (times[2] + 5 * SECOND, OUT)]


def test_d07_an_edited_rule_starts_anew(tell: Tell) -> None:
    """Dittofeed: a member whose rule gains `within 5 s` is out, and in again with a new event. Ours: the same; what
    fired under the old rule stays on record, the edited one fires on its own edges from its activation on."""
    edited_at, again = NOON + 50 * SECOND, NOON + 60 * SECOND
    world = World().person("u1").did("u1", "form.submitted", at=NOON).did("u1", "form.submitted", at=again)
    old = playbook(triggers=(Trigger("t", Did("form")),))
    edited = playbook(triggers=(Trigger("t", Did("form", within=seconds(5))),))
    assert tell(world, old, edited_at).fired("t") == {"u1": [NOON]}
    story = tell(world, edited, NOON + HOUR, activated_at=edited_at)
    assert story.fired("t") == {"u1": [again]}
    assert story.steps(Did("form", within=seconds(5)))["u1"][2:4] == [(NOON + 5 * SECOND, OUT), (again, IN)]


def test_d09_held_for_seven_days(ask: Ask) -> None:
    """Dittofeed: onboarding for seven days: out, in after 7 days and a minute, still in after the same value was sent
    again, out when it is active. Ours: the same, and in from the microsecond at which the seven days are full."""
    world = World().person("u1").has("u1", "person.status", "onboarding", at=NOON)
    resent, active = NOON + 7 * DAY + 2 * MINUTE, NOON + 8 * DAY
    world.has("u1", "person.status", "onboarding", at=resent).has("u1", "person.status", "active", at=active)
    held = HeldFor(Field("person", "status"), days(7), OneOf(("onboarding",)))
    asked = (NOON, NOON + 7 * DAY - 1, NOON + 7 * DAY, NOON + 7 * DAY + MINUTE, resent, active)
    assert [ask(world, held, at)["u1"] for at in asked] == [OUT, OUT, IN, IN, IN, OUT]


def test_d12_absence_is_not_erasure(ask: Ask) -> None:
    """Dittofeed: an e-mail that was set stays set when a later update does not mention it; an empty text counts as
    not existing. Ours: the same for absence; whether an empty cell means `erased` is decided where it is imported,
    and to the playbook only an erasure is one."""
    world = World().person("set", "erased", "never").has("set", "person.email", "a@b.co")
    world.has("set", "person.city", "Bonn", at=ago(1)).has("erased", "person.email", "c@d.co")
    world.has("erased", "person.email", None, at=ago(1))
    assert _in(ask(world, of_field("person.email", IsKnown(known=False)))) == {"erased", "never"}


def test_d13_is_not_production(ask: Ask) -> None:
    """Dittofeed: `env != prod` holds for test and for unknown. Ours differs: unknown stays unknown, see M04."""
    world = World().person("u1", "u2", "u3").has("u1", "person.env", "test").has("u2", "person.env", "prod")
    assert ask(world, is_none_of("person.env", "prod")) == {"u1": IN, "u2": OUT, "u3": UNKNOWN}


def test_d14_numbers_that_events_carry(ask: Ask) -> None:
    """Dittofeed: an event with age 18 and one with 22, tested for at least 20 and less than 20. Ours: the same."""
    world = World().person("u1", "u2").did("u1", "form.submitted", where={"age": "18"})
    world.did("u2", "form.submitted", where={"age": "22"})
    parts = {
        "old": WherePart("age", Compare(Comparison.AT_LEAST, "20")),
        "young": WherePart("age", Compare(Comparison.LESS_THAN, "20")),
    }
    behaviours = {key: Behaviour(key, ("form.submitted",), (part,)) for key, part in parts.items()}
    base = replace(playbook(), behaviours=behaviours)
    answers = ask.all(world, {key: Did(key) for key in parts}, base=base)
    assert {key: _in(answer) for key, answer in answers.items()} == {"old": {"u2"}, "young": {"u1"}}


def test_d15_or_of_and(ask: Ask) -> None:
    """Dittofeed: onboarding, or active and at risk. Ours: the same; and where it is not known whether somebody
    active is at risk, so is the answer."""
    world = World().person("u1", "u2", "u3").has("u1", "person.status", "onboarding")
    world.has("u2", "person.status", "active").has("u2", "person.risk", "yes").has(
        "u3", "person.status", "active"
    )
    condition = Any(
        (
            is_one_of("person.status", "onboarding"),
            All((is_one_of("person.status", "active"), is_one_of("person.risk", "yes"))),
        )
    )
    assert ask(world, condition) == {"u1": IN, "u2": IN, "u3": UNKNOWN}


def test_d18_a_new_trigger_and_those_who_are_members_already(tell: Tell) -> None:
    """Dittofeed: a trigger on membership that is written later fires exactly once for the members there are, and a
    second trigger once more. Ours says which is meant: members count as fired, unless `fire_existing: once`."""
    world = World().person("u1").has("u1", "person.city", "Bonn", at=ago(300))
    member = is_one_of("person.city", "Bonn")
    triggers = (Trigger("first", member, fire_existing=True), Trigger("second", member, fire_existing=True))
    written: dict[str, int] = {"first": ago(9), "second": ago(4)}
    story = tell(world, playbook(triggers=triggers), activated_at=written)
    assert (story.fired("first"), story.fired("second")) == ({"u1": [ago(9)]}, {"u1": [ago(4)]})
    silent = tuple(replace(trigger, fire_existing=False) for trigger in triggers)
    assert tell(world, playbook(triggers=silent), activated_at=written).firings == []


def test_p01_in_the_last_week(ask: Ask) -> None:
    """PostHog: two days ago is in the last week, nine days ago is not. Ours: the same."""
    world = (
        World()
        .person("p1", "p2")
        .did("p1", "form.submitted", at=ago(2))
        .did("p2", "form.submitted", at=ago(9))
    )
    assert _in(ask(world, Did("form", within=days(7)))) == {"p1"}


def test_p03_stopped(ask: Ask) -> None:
    """PostHog: did it in the last two weeks but not in the last one. Ours: the same, within coverage, as `did` and
    `did not` together. `stopped` is the wider word: however long ago it was done before."""
    world = (
        World()
        .person("p1", "p2")
        .did("p1", "form.submitted", at=ago(10))
        .did("p2", "form.submitted", at=ago(3))
    )
    world.covers("form.submitted")
    stopped = All((Did("form", within=days(14)), Did("form", Times(0, 0), within=days(7))))
    assert _in(ask(world, stopped)) == {"p1"}
    world.person("p3").did("p3", "form.submitted", at=ago(100))
    assert _in(ask(world, stopped)) == {"p1"}
    assert _in(ask(world, Stopped("form", days(7)))) == {"p1", "p3"}


def test_comparisons_that_peers_spell_with_signs(ask: Ask) -> None:
    """Deals and numbers that nobody has: `> 0 deals` is out where there is none, `employees > 0` is unknown."""
    world = World().person("ann", account="acme")
    questions: dict[str, Condition] = {
        "more": more_than("account.employees", 0),
        "less": less_than("account.employees", 0),
        "deal": HasOpportunity(()),
    }
    assert ask.all(world, questions) == {
        "more": {"ann": UNKNOWN},
        "less": {"ann": UNKNOWN},
        "deal": {"ann": OUT},
    }
