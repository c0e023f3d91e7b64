"""Meaning 11: a trigger fires where its state becomes true, and what stands from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from tests.spec.conftest import Tell
from tests.spec.office import Office, codes, office, sentence, tracks
from tests.spec.words import (
    HOUR,
    IN,
    LONG_AGO,
    NOON,
    OUT,
    SECOND,
    World,
    ago,
    days,
    each,
    engagement,
    fit,
    hours,
    instant,
    is_none_of,
    is_one_of,
    months,
    playbook,
    worth,
)

from handraise.errors import HandraiseError
from handraise.model.conditions import (
    AccountDid,
    AccountPeople,
    All,
    Always,
    Condition,
    Did,
    Fired,
    InSegment,
    IsMarketingQualified,
    Not,
    Score,
    ScoreIs,
    Sequence,
    Silent,
    StageIs,
    Step,
    Times,
)
from handraise.model.lifecycle import Stage
from handraise.model.playbook import Playbook
from handraise.model.scores import Thresholds, TopShare
from handraise.model.time import Duration, Micros
from handraise.model.triggers import BusinessHours, QualifyingTracks, Sla, Trigger, firing_id
from handraise.model.value_tests import Comparison

FORM, PAGE = "form.submitted", "page.viewed"
LATELY = Did("form", within=days(2))


def one(condition: Condition, audience: Condition | None = None, rest: Duration | None = None) -> Playbook:
    """A playbook with one trigger, `t`."""
    return playbook(triggers=(Trigger("t", condition, audience, rest=rest),))


def forms(*instants: Micros) -> World:
    world = World().person("ann")
    for at in instants:
        world.did("ann", FORM, at=at)
    return world


# --- when it fires ------------------------------------------------------------------------------------


def test_it_fires_where_its_condition_becomes_true_and_not_while_it_stays_so(tell: Tell) -> None:
    """A second form while the first one is in the window is no new edge; one exactly when the window ends is: the state
    was true just before, and stays so."""
    assert tell(forms(ago(20), ago(19)), one(LATELY)).fired("t") == {"ann": [ago(20)]}
    assert tell(forms(ago(20), ago(18)), one(LATELY)).fired("t") == {"ann": [ago(20)]}
    assert tell(forms(ago(20), ago(18, plus=1)), one(LATELY)).fired("t") == {
        "ann": [ago(20), ago(18, plus=1)]
    }


def test_it_fires_again_when_the_state_was_left_and_comes_back(tell: Tell) -> None:
    world = forms(ago(20), ago(10), ago(3))
    assert tell(world, one(LATELY)).fired("t") == {"ann": [ago(20), ago(10), ago(3)]}


def test_from_unknown_to_true_counts_too(tell: Tell) -> None:
    """Who is silent for ten days is unknown while nobody looks, and true when the source begins to tell of enough."""
    world = World().person("ann", "bob").covers(FORM, PAGE, start=ago(30)).did("bob", FORM, at=ago(25))
    assert tell(world, one(Silent(days(10)))).fired("t") == {"ann": [ago(20, plus=-1)], "bob": [ago(15)]}


def test_unknown_does_not_fire(tell: Tell) -> None:
    assert tell(World().person("ann"), one(is_none_of("person.city", "Bonn"))).firings == []


def test_who_is_in_the_state_from_the_first_instant_on_fires_then(tell: Tell) -> None:
    """Before it there was nobody."""
    world = World().person("ann", at=ago(30), known=ago(10))
    assert tell(world, one(Always())).fired("t") == {"ann": [ago(10)]}


def test_an_act_counts_once_for_the_account_though_two_records_turn_out_to_be_one_person(tell: Tell) -> None:
    """Two people of Acme would be needed; ann's form stays one of one person before and after her records are joined."""
    world = World().person("ann", "mail:7", account="acme", at=ago(30)).did("ann", FORM, at=ago(9))
    world.bears("mail:7", "id:crm:ann", at=ago(30), known=ago(8))
    two = one(AccountDid("form", Times(2)))
    assert tell(world, two).firings == []
    assert tell(world.person("bob", account="acme").did("bob", FORM, at=ago(5)), two).fired("t") == {
        "ann": [ago(5)],
        "bob": [ago(5)],
    }


def test_facts_of_one_instant_apply_together(tell: Tell) -> None:
    """A form and, in the same microsecond, what takes the person out of the condition: no edge."""
    world = forms(ago(20)).has("ann", "person.city", "Bonn", at=ago(20))
    elsewhere = All((LATELY, Not(is_one_of("person.city", "Bonn"))))
    world.has("ann", "person.city", "Rome", at=ago(40))
    assert tell(world, one(elsewhere)).firings == []


def test_a_late_fact_fires_when_it_is_known_and_never_backwards(tell: Tell) -> None:
    world = World().person("ann").did("ann", FORM, at=ago(20), known=ago(19))
    world.did("ann", PAGE, at=ago(20), known=ago(5))
    assert tell(world, one(LATELY)).fired("t") == {"ann": [ago(19)]}
    assert tell(world, one(Did("page", within=days(2)))).firings == []


def test_what_becomes_known_later_takes_no_firing_back(tell: Tell) -> None:
    """It fired on what could be known; that two acts were one, or that she was no lead, is known only afterwards."""
    world = forms(ago(20)).has("ann", "person.city", "Rome", at=ago(40))
    world.has("ann", "person.city", "Bonn", at=ago(30), known=ago(10))
    elsewhere = All((LATELY, Not(is_one_of("person.city", "Bonn"))))
    assert tell(world, one(elsewhere)).fired("t") == {"ann": [ago(20)]}


def test_time_alone_fires(tell: Tell) -> None:
    """Silent for ten days, to the microsecond."""
    world = forms(ago(20)).covers(FORM, PAGE)
    quiet = one(All((Silent(days(10)), Did("form"))))
    assert tell(world, quiet).fired("t") == {"ann": [ago(10)]}
    assert tell(world, quiet, ago(10, plus=-1)).firings == []
    assert tell(world, quiet, ago(10)).fired("t") == {"ann": [ago(10)]}


def test_a_decayed_score_fires_at_midnight(tell: Tell) -> None:
    """It falls below 3 after 41 h 41 min, and that is seen at the next 00:00 of the zone."""
    at = instant("2026-03-10T12:00Z")
    cold = All((ScoreIs(Score.ENGAGEMENT, Comparison.LESS_THAN, Decimal(3)), Did("form")))
    book = replace(
        one(cold), engagement=engagement(each(10, "form", half_life=days(1))), time_zone="Asia/Kolkata"
    )
    assert tell(forms(at), book).fired("t") == {"ann": [instant("2026-03-13T00:00+05:30")]}


def test_evaluating_then_sharing(tell: Tell) -> None:
    """The sequence fires with its last step; another share adds nothing while it holds."""
    world = World().person("ann").did("ann", "content.downloaded", at=ago(9))
    for n in (8, 7, 1):
        world.did("ann", "content.shared", at=ago(n))
    then = one(Sequence((Step("download"), Step("share")), days(7)))
    assert tell(world, then).fired("t") == {"ann": [ago(8)]}


# --- for whom -----------------------------------------------------------------------------------------


def test_the_audience_must_not_be_out(tell: Tell) -> None:
    """Unknown is not out: nobody is passed over because a fact is missing."""
    world = World().person("in", "out", "unknown")
    world.has("in", "person.city", "Bonn").has("out", "person.city", "Rome")
    for name in ("in", "out", "unknown"):
        world.did(name, FORM, at=ago(3))
    assert set(tell(world, one(LATELY, is_one_of("person.city", "Bonn"))).fired("t")) == {"in", "unknown"}


def test_entering_the_audience_is_an_edge_while_the_condition_is_true(tell: Tell) -> None:
    """Moves to Bonn a day after the form; leaves, and comes back later."""
    world = forms(ago(20)).has("ann", "person.city", "Rome")
    for value, n in (("Bonn", 19), ("Rome", 18.5), (None, 18.25)):
        world.has("ann", "person.city", value, at=ago(n))
    assert tell(world, one(LATELY, is_one_of("person.city", "Bonn"))).fired("t") == {
        "ann": [ago(19), ago(18.25)]
    }


# --- rest ---------------------------------------------------------------------------------------------


def test_an_edge_within_its_rest_is_lost(tell: Tell) -> None:
    """Not made up for when the rest ends, although the state is true then."""
    rested = one(Did("form", within=days(3)), rest=days(10))
    assert tell(forms(ago(20), ago(12)), rested).fired("t") == {"ann": [ago(20)]}


def test_a_rest_ends_exactly_after_its_length(tell: Tell) -> None:
    rested = one(LATELY, rest=days(10))
    assert tell(forms(ago(20), ago(10)), rested).fired("t") == {"ann": [ago(20), ago(10)]}
    assert tell(forms(ago(20), ago(10, plus=-1)), rested).fired("t") == {"ann": [ago(20)]}


def test_a_rest_runs_from_the_last_firing_not_from_the_last_edge(tell: Tell) -> None:
    """Fired on day 20; the edge of day 15 is lost and prolongs nothing."""
    rested = one(LATELY, rest=days(10))
    assert tell(forms(ago(20), ago(15), ago(9)), rested).fired("t") == {"ann": [ago(20), ago(9)]}


def test_a_rest_of_a_month_is_a_calendar_step(tell: Tell) -> None:
    rested = one(Did("form", within=hours(1)), rest=months(1))
    at = instant("2026-02-10T12:00Z")
    assert tell(forms(at, instant("2026-03-10T11:59Z")), rested).fired("t") == {"ann": [at]}
    assert len(tell(forms(at, instant("2026-03-10T12:00Z")), rested).firings) == 2


# --- activation ---------------------------------------------------------------------------------------


def test_who_is_in_the_state_at_activation_counts_as_fired(tell: Tell) -> None:
    """No firing for them; bob comes into the state later, and ann comes back to it."""
    world = World().person("ann", "bob").did("ann", FORM, at=ago(11)).did("bob", FORM, at=ago(8))
    world.did("ann", FORM, at=ago(5))
    told = tell(world, one(LATELY), activated_at=ago(10))
    assert told.fired("t") == {"bob": [ago(8)], "ann": [ago(5)]}


def test_whoever_counts_as_fired_does_not_rest(tell: Tell) -> None:
    """There was no firing from which a rest could run."""
    rested = one(LATELY, rest=days(30))
    assert tell(forms(ago(11), ago(5)), rested, activated_at=ago(10)).fired("t") == {"ann": [ago(5)]}


def test_those_in_the_state_fire_once_at_activation_where_the_teams_want_it(tell: Tell) -> None:
    """And go on like all others."""
    world = World().person("ann", "bob").did("ann", FORM, at=ago(11)).did("bob", FORM, at=ago(20))
    world.did("ann", FORM, at=ago(5))
    book = playbook(triggers=(Trigger("t", LATELY, fire_existing=True),))
    assert tell(world, book, activated_at=ago(10)).fired("t") == {"ann": [ago(10), ago(5)]}


def test_an_edge_at_the_activation_is_an_existing_state(tell: Tell) -> None:
    world = forms(ago(10))
    assert tell(world, one(LATELY), activated_at=ago(10)).firings == []
    assert tell(world, one(LATELY), activated_at=ago(10, plus=-1)).fired("t") == {"ann": [ago(10)]}


def test_nothing_fires_before_activation_and_the_stages_are_there_all_the_same(tell: Tell) -> None:
    """A lifecycle is replayed from facts whenever it was written; only what it reads of firings begins then."""
    stages = (Stage("new", when=Always()), Stage("mql", when=Fired(("t",))))
    book = replace(one(LATELY), lifecycle=playbook(stages=stages).lifecycle)
    told = tell(forms(ago(20), ago(5)), book, activated_at=ago(10))
    assert told.fired("t") == {"ann": [ago(5)]}
    assert told.stages("ann") == [("new", LONG_AGO), ("mql", ago(5))]


def test_each_trigger_may_start_at_its_own_instant(tell: Tell) -> None:
    """An edited one starts anew, the other goes on."""
    book = playbook(triggers=(Trigger("old", LATELY), Trigger("edited", LATELY)))
    told = tell(forms(ago(11), ago(5)), book, activated_at={"edited": ago(10)})
    assert told.fired("old") == {"ann": [ago(11), ago(5)]}
    assert told.fired("edited") == {"ann": [ago(5)]}


# --- what it reads ------------------------------------------------------------------------------------


def test_a_trigger_reads_its_own_firings_as_they_were_just_before(tell: Tell) -> None:
    """Not if it fired in the last five days: it stops its own state a microsecond after firing, and the state comes
    back by itself when five days are over. A decision reads the firing, and never sees the state."""
    weekly = All((Did("form", within=days(12)), Not(Fired(("t",), days(5)))))
    told = tell(forms(ago(20), ago(16)), one(weekly))
    assert told.fired("t") == {"ann": [ago(20), ago(15), ago(10), ago(5)]}
    assert told.steps(weekly) == {"ann": [(LONG_AGO, OUT)]}


@pytest.mark.parametrize("first", ["a", "b"])
def test_a_trigger_reads_another_one_as_it_is(tell: Tell, first: str) -> None:
    """Whichever is listed first, both fire at the same instant."""
    both = {"a": Trigger("a", LATELY), "b": Trigger("b", Fired(("a",), hours(1)))}
    listed = tuple(both[key] for key in sorted(both, reverse=first == "b"))
    told = tell(forms(ago(20), ago(9)), playbook(triggers=listed))
    assert told.fired("a") == told.fired("b") == {"ann": [ago(20), ago(9)]}
    assert [f.trigger for f in told.firings] == [t.key for t in listed] * 2


@pytest.mark.parametrize("through", ["itself", "segment", "score", "colleague"])
def test_a_trigger_reads_the_stage_as_it_was_just_before(tell: Tell, through: str) -> None:
    """Also through a segment, a score, or other people: it fires the microsecond after the stage is entered."""
    in_mql = StageIs(("mql",))
    read: dict[str, Condition] = {
        "itself": in_mql,
        "segment": InSegment("s"),
        "score": ScoreIs(Score.FIT, Comparison.AT_LEAST, Decimal(10)),
        "colleague": AccountPeople(in_mql),
    }
    book = playbook(
        fit=fit(worth(10, in_mql)),
        segments={"s": in_mql},
        stages=(Stage("mql", on=("booked",)),),
        triggers=(Trigger("t", read[through]),),
    )
    world = World().person("ann", account="acme").did("ann", "meeting.booked", at=ago(5))
    told = tell(world, book)
    assert told.stages("ann") == [("mql", ago(5))]
    assert told.fired("t") == {"ann": [ago(5, plus=1)]}


def test_who_qualifies_through_a_trigger_does_so_at_its_instant_for_other_triggers(tell: Tell) -> None:
    book = playbook(
        triggers=(Trigger("t", LATELY), Trigger("call", IsMarketingQualified(), track="calls")),
        tracks=QualifyingTracks(named=("t",)),
    )
    assert tell(forms(ago(20)), book).fired("call") == {"ann": [ago(20)]}


# --- tracks, ids, clocks ------------------------------------------------------------------------------


def test_a_firing_stands_for_so_long_and_is_agreed_by_its_track(tell: Tell) -> None:
    """Two weeks without anything said; the instant it ends no longer counts."""
    book = playbook(
        triggers=(Trigger("t", LATELY, track="forms"),), tracks=QualifyingTracks(named=("forms",))
    )
    assert tell(forms(ago(20)), book).steps(IsMarketingQualified()) == {
        "ann": [(LONG_AGO, OUT), (ago(20), IN), (ago(6), OUT)]
    }
    other = replace(book, qualifying_tracks=QualifyingTracks(named=("calls",)))
    assert tell(forms(ago(20)), other).steps(IsMarketingQualified()) == {"ann": [(LONG_AGO, OUT)]}


def test_of_several_tracks_that_stand_a_person_is_on_the_first_listed(tell: Tell) -> None:
    """Though the later one fired later; when the first no longer stands it is the other one's turn."""
    urgent = Trigger("urgent", LATELY, stands_for=days(5))
    calm = Trigger("calm", Did("page", within=days(2)), track="browsing", stands_for=days(10))
    world = forms(ago(12)).did("ann", PAGE, at=ago(11))
    told = tell(world, playbook(triggers=(urgent, calm)))
    asked = (13, 12, 11, 7 + 1 / 24, 7, 1 + 1 / 24, 1)
    assert [told.track("ann", ago(n)) for n in asked] == [
        None, "urgent", "urgent", "urgent", "browsing", "browsing", None,
    ]  # fmt: skip


def test_a_firing_has_the_same_id_whenever_it_is_worked_out(tell: Tell) -> None:
    """And another one for another trigger, person or instant."""
    book = playbook(triggers=(Trigger("a", LATELY), Trigger("b", LATELY)))
    world = World().person("ann", "bob")
    for name in ("ann", "bob"):
        world.did(name, FORM, at=ago(20)).did(name, FORM, at=ago(10))
    early, late = tell(world, book, ago(12)).firings, tell(world, book).firings
    assert late[:4] == early
    assert len({f.id for f in late}) == len(late) == 8
    assert early[0].id == firing_id("a", "crm:ann", ago(20))
    assert firing_id("a", "crm:ann", 0) == "9e786e05-9ee5-58ae-879f-fde740a9011f"


def test_a_firing_is_due_when_its_clock_has_run_out(tell: Tell) -> None:
    """Fired on Friday 27 March at 16:30 in London: four business hours end on Monday, in summer time, at 11:30."""
    at = instant("2026-03-27T16:30Z")
    four = Sla(hours(4), in_business_hours=True)
    triggers = (
        Trigger("t", LATELY, sla=four),
        Trigger("wall", LATELY, sla=Sla(hours(4))),
        Trigger("no", LATELY),
    )
    book = playbook(zone="Europe/London", triggers=triggers, hours=BusinessHours())
    told = tell(forms(at), book)
    assert [f.due_at for f in told.firings] == [instant("2026-03-30T11:30Z"), at + 4 * HOUR, None]


# --- who is who ---------------------------------------------------------------------------------------


def test_a_person_who_is_merged_away_keeps_their_firings_and_the_other_one_fires_for_themselves(
    tell: Tell,
) -> None:
    """The form of the record that was known later brings the state to the person who remains; it was true for another
    name before, and that one's firing stays theirs."""
    world = World().person("ann", at=ago(50)).person("anna", at=ago(40)).did("anna", FORM, at=ago(20))
    world.bears("anna", "id:crm:ann", at=ago(19))
    told = tell(world, one(LATELY, rest=days(30)))
    assert told.fired("t") == {"anna": [ago(20)], "ann": [ago(19)]}


def test_a_merge_is_no_edge_for_who_was_in_the_state_already(tell: Tell) -> None:
    world = World().person("ann", at=ago(50)).person("anna", at=ago(40)).did("ann", FORM, at=ago(20))
    world.bears("anna", "id:crm:ann", at=ago(19))
    assert tell(world, one(LATELY)).fired("t") == {"ann": [ago(20)]}


def test_a_visitor_fires_once_they_are_somebody(tell: Tell) -> None:
    """What the visitor did before counts from the instant at which we know whose it was."""
    world = World().person("web:v1", identified=False, at=ago(30)).did("web:v1", FORM, at=ago(20))
    world.person("ann", at=ago(19)).bears("ann", "id:web:v1", at=ago(18.5))
    assert tell(world, one(LATELY)).fired("t") == {"ann": [ago(18.5)]}


def test_who_comes_back_from_deletion_starts_anew(tell: Tell) -> None:
    """While nobody bears the name, its state is not true."""
    world = forms(ago(20)).has("ann", "person.is_deleted", "true", at=ago(19.5))
    world.has("ann", "person.is_deleted", "false", at=ago(19))
    assert tell(world, one(LATELY)).fired("t") == {"ann": [ago(20), ago(19)]}


# --- identical everywhere -----------------------------------------------------------------------------


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_in_which_facts_come_does_not_show(tell: Tell, order: int) -> None:
    world = forms(ago(20), ago(10), ago(3)).has("ann", "person.city", "Bonn", at=ago(11), known=ago(2))
    world.facts = world.facts[::order]
    assert tell(world, one(LATELY)).fired("t") == {"ann": [ago(20), ago(10), ago(3)]}


def test_a_longer_history_begins_with_the_shorter_one(tell: Tell) -> None:
    """Nothing that happens later changes what has fired."""
    world = forms(ago(20), ago(10), ago(3))
    whole = tell(world, one(LATELY)).firings
    for until in (ago(20, plus=-1), ago(20), ago(9), NOON - SECOND):
        assert tell(world, one(LATELY), until).firings == [f for f in whole if f.at <= until]


# --- which playbook is in force -----------------------------------------------------------------------

OLD = Trigger("old", LATELY, stands_for=days(3))
CHANGED = Trigger("changed", LATELY, stands_for=days(3))
FIRST = playbook(triggers=(OLD, CHANGED))
SECOND_FORM = Did("form", within=days(3))
SECOND_BOOK = playbook(triggers=(OLD, replace(CHANGED, when=SECOND_FORM), replace(OLD, key="added")))


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Office]:
    """Ann fills in a form every ten days, on days 30, 20, 10 and 1 before noon."""
    with office(tmp_path, NOON) as found:
        yield found.imports(forms(ago(30), ago(20), ago(10), ago(1)))


def test_a_trigger_starts_when_its_playbook_is_activated(team: Office) -> None:
    """What would have fired before is not made up for."""
    team.activates(FIRST, ago(15))
    assert sorted(team.fired(FIRST, NOON)["ann"]) == [
        ("changed", ago(10)), ("changed", ago(1)), ("old", ago(10)), ("old", ago(1)),
    ]  # fmt: skip


def test_a_trigger_that_stays_the_same_runs_on_and_an_edited_or_new_one_starts(team: Office) -> None:
    team.activates(FIRST, ago(25))
    result = team.activates(SECOND_BOOK, ago(5))
    assert (result.new, result.edited, result.kept) == (("added",), ("changed",), ("old",))
    assert sorted(team.fired(SECOND_BOOK, NOON)["ann"]) == [
        ("added", ago(1)), ("changed", ago(1)), ("old", ago(20)), ("old", ago(10)), ("old", ago(1)),
    ]  # fmt: skip


def test_a_trigger_that_was_taken_out_and_comes_back_starts_anew(team: Office) -> None:
    team.activates(FIRST, ago(25))
    assert team.activates(playbook(triggers=(OLD,)), ago(15)).ended == ("changed",)
    assert team.activates(FIRST, ago(5)).new == ("changed",)
    fired = team.fired(FIRST, NOON)["ann"]
    assert [at for key, at in fired if key == "changed"] == [ago(1)]
    assert [at for key, at in fired if key == "old"] == [ago(20), ago(10), ago(1)]


def test_a_trigger_is_edited_where_anything_that_it_rests_on_is(team: Office) -> None:
    """A segment that its audience names; what only names things starts nothing anew."""
    for_some = replace(OLD, audience=InSegment("s"))
    base = playbook(triggers=(for_some,), segments={"s": is_one_of("person.city", "Bonn")})
    team.activates(base, ago(25))
    other = playbook(triggers=(for_some,), segments={"s": is_one_of("person.city", "Rome")})
    labelled = replace(other, triggers={"old": replace(for_some, label="Forms", track="forms")})
    assert team.activates(other, ago(15)).edited == ("old",)
    assert team.activates(labelled, ago(14)).kept == ("old",)


def test_before_its_activation_a_playbook_is_decided_as_if_it_had_always_run(team: Office) -> None:
    """And says that it is a what-if."""
    team.activates(FIRST, ago(15))
    before = team.decides(FIRST, ago(19))
    assert tracks(before) == {"ann": "old"}
    assert "no playbook was in force then" in sentence(before, "DC109")
    assert "DC109" not in codes(team.decides(FIRST))


def test_the_state_at_activation_counts_as_fired_in_decisions_too(team: Office) -> None:
    """Day 19 is within the window of the form of day 20."""
    team.activates(FIRST, ago(19))
    assert tracks(team.decides(FIRST, ago(18.5))) == {"ann": None}
    assert tracks(team.decides(FIRST, ago(10))) == {"ann": "old"}


def test_a_version_that_is_not_in_force_is_a_what_if(team: Office) -> None:
    assert "DC109" not in codes(team.decides(SECOND_BOOK))
    team.activates(FIRST, ago(15))
    other = team.decides(SECOND_BOOK)
    assert "`Spec` in its version" in sentence(other, "DC109")
    assert sentence(other, "DC109").endswith("triggers are told as if they had always run.")
    assert [at for key, at in team.fired(SECOND_BOOK, NOON)["ann"] if key == "old"] == [
        ago(30), ago(20), ago(10), ago(1),
    ]  # fmt: skip
    team.activates(SECOND_BOOK, ago(5))
    assert sentence(team.decides(FIRST), "DC109").endswith("since when they were last activated.")


def test_a_run_is_repeated_by_the_activations_that_it_knew(team: Office) -> None:
    runs = [team.decides(FIRST, ago(9))]
    team.activates(FIRST, ago(15))
    runs.append(team.decides(FIRST, ago(9)))
    team.activates(FIRST, ago(9.5))
    runs.append(team.decides(FIRST, ago(9)))
    assert len({run.run_id for run in runs}) == 2, "activating the same again changes nothing of its triggers"
    for run in runs:
        again = team.deciding.decide_again(run.run_id)
        assert again.table.equals(run.table)
        assert again.told is not None
        assert run.told is not None
        assert again.told.firings.equals(run.told.firings)


def test_a_replay_decides_as_decisions_did_on_both_sides_of_an_activation(team: Office) -> None:
    team.activates(FIRST, ago(19))
    team.activates(SECOND_BOOK, ago(5))
    for book in (FIRST, SECOND_BOOK):
        rows = []
        for at in range(ago(25), NOON + 1, 12 * HOUR):
            rows += team.deciding.look(book, at).table.to_pylist()
        assert team.replays(book, ago(25), NOON, hours(12)) == rows


def test_an_activation_makes_the_first_calibration_and_decisions_keep_to_it(team: Office) -> None:
    """Over everybody as of its instant, whichever day of the week that is."""
    world = forms(ago(30), ago(20), ago(10), ago(1)).person("bob", at=ago(3)).did("bob", FORM, at=ago(3))
    shares = Thresholds(TopShare(Fraction(1, 2)), TopShare(Fraction(1, 2)), TopShare(Fraction(1, 2)))
    book = playbook(engagement=engagement(each(10, "form"), levels=shares))
    made = team.imports(world).activates(book, ago(0.5)).calibration
    assert made is not None
    assert (made.at, made.n_people, made.known_at) == (ago(0.5), 2, ago(0.5))
    world.person("cid", at=ago(2))
    for n in range(9):
        world.did("cid", FORM, at=ago(2, plus=n))
    team.imports(world)
    assert {d["person_id"]: d["engagement_level"] for d in team.decides(book).table.to_pylist()} == {
        "crm:ann": 1, "crm:bob": 4, "crm:cid": 1,
    }  # fmt: skip
    assert team.deciding.look(book, ago(0.25)).table["engagement_level"].to_pylist() == [1, 4, 1]


@pytest.mark.parametrize("at", [NOON + 1, ago(15), ago(16)])
def test_an_activation_is_neither_to_come_nor_before_the_last_one(team: Office, at: Micros) -> None:
    """What was in force is settled, and what will be is not known."""
    team.activates(FIRST, ago(15))
    with pytest.raises(HandraiseError, match=r"still to come|was activated at"):
        team.activates(SECOND_BOOK, at)
    assert [a.activated_at for a in team.store.activations()] == [ago(15)]


def test_firings_are_stored_under_the_version_that_told_them(team: Office) -> None:
    """Once each; in force are those whose trigger had been activated."""
    team.decides(FIRST)
    team.activates(FIRST, ago(15))
    run = team.decides(FIRST).run_id
    rows = [r for r in team.store.firings().to_pylist() if r["trigger"] == "old"]
    assert [(r["fired_at"], r["in_force"]) for r in rows] == [
        (ago(30), False), (ago(20), False), (ago(10), True), (ago(1), True),
    ]  # fmt: skip
    assert all(r["run"] != run for r in rows), "told before, by the run that was a what-if"
