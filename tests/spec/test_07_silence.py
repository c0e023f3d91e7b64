"""Meaning 7, as far as silence goes: known that long, and did nothing in the window."""

from __future__ import annotations

from tests.spec.conftest import Ask
from tests.spec.words import (
    DAY,
    IN,
    LONG_AGO,
    NOON,
    OUT,
    UNKNOWN,
    World,
    ago,
    days,
    engagement,
    hours,
    months,
    playbook,
    when,
)

from handraise.model.conditions import Not, Silent

MONTH = Silent(days(30))


def test_silence_breaks_with_an_act_and_returns_when_the_window_has_passed_it(ask: Ask) -> None:
    """Silent for 30 days is out until the last act is exactly 30 days old, and in from that microsecond on."""
    world = World().person("ann").did("ann", "form.submitted", at=ago(30)).covers("form.submitted")
    assert ask(world, MONTH, NOON - 1) == {"ann": OUT}
    assert ask(world, MONTH, NOON) == {"ann": IN}


def test_nobody_is_silent_before_being_known_that_long(ask: Ask) -> None:
    """Somebody we have known for 29 days has not been silent for 30; after exactly 30 days they have."""
    world = World().person("ann", at=ago(40), known=ago(30)).covers("form.submitted")
    assert ask(world, MONTH, NOON - 1) == {"ann": OUT}
    assert ask(world, MONTH, NOON) == {"ann": IN}


def test_a_newcomer_is_out_even_where_nothing_is_covered(ask: Ask) -> None:
    """Known too short is certain, whatever the sources tell."""
    assert ask(World().person("ann", at=ago(3)), MONTH) == {"ann": OUT}


def test_only_the_buyers_own_acts_break_a_silence(ask: Ask) -> None:
    """An e-mail we sent, a call we made and a bounce do not end her silence; a click does, and so does an act of
    the team's own type."""
    acts = {
        "sent": "email.sent", "called": "call.made", "bounced": "email.bounced", "assigned": "lead.assigned",
        "clicked": "email.clicked", "own": "custom.visited_showroom",
    }  # fmt: skip
    world = World().person(*acts).covers("email.clicked")
    for name, activity in acts.items():
        world.did(name, activity)
    assert ask(world, MONTH) == {
        "sent": IN, "called": IN, "bounced": IN, "assigned": IN, "clicked": OUT, "own": OUT,
    }  # fmt: skip


def test_silence_that_no_source_can_confirm_is_unknown(ask: Ask) -> None:
    """Nothing seen, and a hole in what the sources cover: she may have done something. Without any source that
    covers a buyer's act, silence is always unknown."""
    world = World().person("ann")
    assert ask(world, MONTH) == {"ann": UNKNOWN}
    assert ask(world.covers("email.sent"), MONTH) == {"ann": UNKNOWN}
    assert ask(world.covers("form.submitted", start=ago(30, plus=2)), MONTH) == {"ann": UNKNOWN}
    assert ask(world.covers("form.submitted", start=ago(30, plus=1)), MONTH) == {"ann": IN}
    assert ask(world, Not(MONTH)) == {"ann": OUT}


def test_every_buyers_act_that_any_source_claims_must_be_covered(ask: Ask) -> None:
    """Forms are covered for the whole month but page views only for a week: she may have looked at pages."""
    world = World().person("ann").covers("form.submitted").covers("page.viewed", start=ago(7))
    assert ask(world, MONTH) == {"ann": UNKNOWN}
    assert ask(world, Silent(days(7))) == {"ann": IN}


def test_an_act_breaks_a_silence_even_outside_coverage(ask: Ask) -> None:
    """Seen is seen."""
    assert ask(World().person("ann").did("ann", "form.submitted", at=ago(2)), MONTH) == {"ann": OUT}


def test_silence_of_named_behaviours_looks_at_those_alone(ask: Ask) -> None:
    """No demo request and no pricing view for 30 days, whatever else she did; and only their sources matter."""
    named = Silent(days(30), ("demo", "pricing"))
    world = World().person("quiet", "browsing", "demo", "pricing").covers("form.submitted", "page.viewed")
    world.covers("email.opened", start=ago(1))
    world.did("browsing", "page.viewed", where={"path": "/about"}).did("browsing", "email.opened")
    world.did("demo", "form.submitted", where={"form": "demo"})
    world.did("pricing", "page.viewed", where={"path": "/Pricing/eu"})
    assert ask(world, named) == {"quiet": IN, "browsing": IN, "demo": OUT, "pricing": OUT}


def test_a_late_row_breaks_the_silence_once_it_is_known(ask: Ask) -> None:
    """Until the badge scans of the fair arrive she counts as silent; from then on she does not, as of the fair."""
    world = (
        World().person("ann").did("ann", "event.attended", at=ago(20), known=ago(10)).covers("event.attended")
    )
    assert ask(world, MONTH, ago(10, plus=-1)) == {"ann": IN}
    assert ask(world, MONTH, ago(10)) == {"ann": OUT}
    assert ask(world.covers("event.attended", end=NOON + 10 * DAY), MONTH, ago(-10)) == {"ann": IN}


def test_spans_may_be_hours_or_calendar_steps(ask: Ask) -> None:
    """Silent for a month, on 31 March at noon: since 28 February at noon, the last day February has."""
    world = World().person("a", "b").covers("form.submitted")
    world.did("a", "form.submitted", at=ago(31)).did("b", "form.submitted", at=ago(31, plus=1))
    assert ask(world, Silent(months(1))) == {"a": IN, "b": OUT}
    assert ask(world, Silent(hours(31 * 24))) == {"a": IN, "b": OUT}


def test_gone_quiet_takes_points_and_not_knowing_it_makes_a_range(ask: Ask) -> None:
    """-10 for silence: taken where it is certain, and a range from -10 to 0 where no source can tell."""
    book = playbook(engagement=engagement(when(-10, MONTH)))
    certain = ask.decisions(World().person("ann").covers("form.submitted"), book)["ann"]
    assert [certain.engagement_score, certain.engagement_low, certain.engagement_high] == [-10, -10, -10]
    unsure = ask.decisions(World().person("ann"), book)["ann"]
    assert [unsure.engagement_score, unsure.engagement_low, unsure.engagement_high] == [0, -10, 0]


def test_a_merged_person_is_known_since_their_first_record(ask: Ask) -> None:
    """Two records of one person: she has been known since the older one, and the acts of both count."""
    world = World().person("old", at=LONG_AGO).person("new", at=ago(5)).bears("new", "id:crm:old")
    world.covers("form.submitted")
    assert ask(world, MONTH) == {"old": IN}
    assert ask(world.did("new", "form.submitted", at=ago(2)), MONTH) == {"old": OUT}
