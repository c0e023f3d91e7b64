"""Meaning 1: a decision at an instant reads what had happened, and was known, by then."""

from __future__ import annotations

from tests.spec.conftest import Ask
from tests.spec.words import (
    DAY,
    HOUR,
    IN,
    NOON,
    OUT,
    UNKNOWN,
    World,
    ago,
    days,
    instant,
    is_one_of,
    of_field,
    playbook,
)

from handraise.model.conditions import Condition, Did, Times
from handraise.model.value_tests import IsKnown


def test_a_fact_counts_from_the_microsecond_at_which_it_is_known(ask: Ask) -> None:
    """A form filled in last week but imported at noon counts at noon, and not a microsecond earlier: nobody
    could have acted on it before."""
    world = World().person("ann").did("ann", "form.submitted", at=ago(7), known=NOON)
    assert ask(world, Did("form"), NOON - 1) == {"ann": OUT}
    assert ask(world, Did("form"), NOON) == {"ann": IN}


def test_a_fact_counts_from_the_microsecond_at_which_it_happens(ask: Ask) -> None:
    """A change of title that is announced in advance holds from its own day on, even if we knew it before."""
    world = World().person("ann").has("ann", "person.seniority", "vp", at=NOON, known=ago(30))
    is_vp = is_one_of("person.seniority", "vp")
    assert ask(world, is_vp, NOON - 1) == {"ann": UNKNOWN}
    assert ask(world, is_vp, NOON) == {"ann": IN}


def test_the_past_is_decided_with_what_was_known_then(ask: Ask) -> None:
    """Asked today what we would have said on 1 March, the answer uses the title we had on file on 1 March,
    although we have since learned that it was out of date."""
    march = instant("2026-03-01T09:00Z")
    world = (
        World()
        .person("ann")
        .has("ann", "person.seniority", "manager", at=march - 90 * DAY)
        .has("ann", "person.seniority", "vp", at=march - 30 * DAY, known=march + DAY)
    )
    is_vp = is_one_of("person.seniority", "vp")
    assert ask(world, is_vp, march) == {"ann": OUT}
    assert ask(world, is_vp, march + DAY) == {"ann": IN}


def test_the_latest_value_is_the_one_that_held_last_not_the_one_that_arrived_last(ask: Ask) -> None:
    """A late delivery about January does not overwrite what we know of March."""
    world = (
        World()
        .person("ann")
        .has("ann", "person.seniority", "vp", at=ago(20))
        .has("ann", "person.seniority", "manager", at=ago(60), known=ago(1))
    )
    assert ask(world, is_one_of("person.seniority", "vp")) == {"ann": IN}


def test_of_two_values_of_one_instant_the_one_known_later_counts(ask: Ask) -> None:
    """Two records of one person say different things of the same moment: what we learned later counts, from when
    we learned it."""
    world = (
        World()
        .person("ann", "mail:ann")
        .bears("mail:ann", "id:crm:ann")
        .has("mail:ann", "person.seniority", "manager", at=ago(20), known=ago(20))
        .has("ann", "person.seniority", "vp", at=ago(20), known=ago(5))
    )
    is_vp = is_one_of("person.seniority", "vp")
    assert ask(world, is_vp, ago(5, plus=-1)) == {"ann": OUT}
    assert ask(world, is_vp, ago(5)) == {"ann": IN}


def test_a_source_that_contradicts_itself_is_believed_the_first_time(ask: Ask) -> None:
    """One source says two things of one field at one moment: what was known first counts, the other is quarantined,
    whichever file brought it first."""
    for order in (1, -1):
        world = World().person("ann")
        said = [("manager", ago(20)), ("vp", ago(5))]
        for value, known in said[::order]:
            world.has("ann", "person.seniority", value, at=ago(20), known=known)
        assert ask(world, is_one_of("person.seniority", "manager")) == {"ann": IN}


def test_the_same_act_delivered_twice_is_one_act(ask: Ask) -> None:
    """A message id is unique within its source for ever: the same row again, or another row under its id, adds
    nothing, and the one known first counts."""
    world = World().person("ann").did("ann", "form.submitted", at=ago(3))
    world.facts.append(world.facts[-1])
    world.facts.append(world.facts[-1]._replace(at=ago(2), known_at=ago(2)))
    assert ask.all(world, {"once": Did("form"), "twice": Did("form", Times(2))}) == {
        "once": {"ann": IN}, "twice": {"ann": OUT},
    }  # fmt: skip
    assert ask(world, Did("form", since=ago(2))) == {"ann": OUT}


def test_an_erased_value_is_unknown_from_its_erasure_on(ask: Ask) -> None:
    """Clearing a field in the CRM is a fact of its own; before it the old value holds, after it nothing does."""
    world = (
        World()
        .person("ann")
        .has("ann", "person.seniority", "vp", at=ago(60))
        .has("ann", "person.seniority", None, at=ago(10))
    )
    is_vp = is_one_of("person.seniority", "vp")
    is_known = of_field("person.seniority", IsKnown())
    questions = {"vp": is_vp, "known": is_known}
    assert ask.all(world, questions, ago(10, plus=-1)) == {"vp": {"ann": IN}, "known": {"ann": IN}}
    assert ask.all(world, questions) == {"vp": {"ann": UNKNOWN}, "known": {"ann": OUT}}


def test_a_date_without_a_time_is_known_at_that_days_end(ask: Ask) -> None:
    """A call noted for 30 March counts from the last microsecond of 30 March, in UTC."""
    end_of_the_30th = instant("2026-03-30")
    world = World().person("ann").did("ann", "call.answered", at=end_of_the_30th)
    assert ask(world, Did("call"), instant("2026-03-30T23:59:59.999998Z")) == {"ann": OUT}
    assert ask(world, Did("call"), instant("2026-03-30T23:59:59.999999Z")) == {"ann": IN}


def test_facts_of_one_instant_apply_together(ask: Ask) -> None:
    """Two forms sent in the same microsecond are both there or neither is."""
    world = World().person("ann")
    world.did("ann", "form.submitted", at=NOON).did("ann", "form.submitted", at=NOON)
    twice = Did("form", Times(2))
    assert ask(world, twice, NOON - 1) == {"ann": OUT}
    assert ask(world, twice, NOON) == {"ann": IN}


def test_nobody_is_decided_before_they_are_known(ask: Ask) -> None:
    """A lead created at noon has no decision a microsecond earlier."""
    world = World().person("ann", at=NOON - HOUR, known=NOON).person("bob")
    assert set(ask.decisions(world, playbook(), NOON - 1)) == {"bob"}
    assert set(ask.decisions(world, playbook(), NOON)) == {"ann", "bob"}


def test_what_happens_after_the_instant_never_matters(ask: Ask) -> None:
    """The future is not in the answer: neither acts nor values after the instant change it."""
    world = World().person("ann").did("ann", "form.submitted", at=NOON + 1)
    world.has("ann", "person.seniority", "vp", at=NOON + 1)
    questions: dict[str, Condition] = {
        "form": Did("form", within=days(1)),
        "vp": is_one_of("person.seniority", "vp"),
    }
    assert ask.all(world, questions) == {"form": {"ann": OUT}, "vp": {"ann": UNKNOWN}}
