"""Meaning 12: the lifecycle is replayed from facts: rules move people on, recorded acts move them anywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.spec.conftest import Tell
from tests.spec.words import (
    DAY,
    HOUR,
    LONG_AGO,
    World,
    ago,
    days,
    fit,
    instant,
    is_none_of,
    is_one_of,
    playbook,
    worth,
)

from handraise.model.conditions import (
    All,
    Always,
    Condition,
    Did,
    Fired,
    GradeIs,
    InSegment,
    Not,
    Silent,
    StageIs,
)
from handraise.model.lifecycle import PassedBack, Stage
from handraise.model.playbook import Playbook
from handraise.model.time import Micros
from handraise.model.triggers import Trigger

FORM, PAGE, BOOKED, ACCEPTED, BACK = (
    "form.submitted", "page.viewed", "meeting.booked", "lead.accepted", "lead.passed_back",
)  # fmt: skip
NEW = Stage("new", when=Always())
MQL = Stage("mql", when=Did("form", within=days(10)))
SAL = Stage("sal", on=("accepted",))
MET = Stage("met", when=All((StageIs(("sal",)), Did("call"))), on=("booked",))
RECYCLING = PassedBack(("passed_back",), "new")
BOOK = playbook(stages=(NEW, MQL, SAL, MET), passed_back=RECYCLING, zone="Europe/London")


def ann(*acts: tuple[str, Micros], **properties: str) -> World:
    world = World().person("ann")
    for act, at in acts:
        world.did("ann", act, at=at, where=properties if act == BACK else None)
    return world


def only(*stages: Stage, passed_back: PassedBack | None = None) -> Playbook:
    return playbook(stages=stages, passed_back=passed_back)


# --- rules --------------------------------------------------------------------------------------------


def test_a_rule_moves_a_person_on_where_its_condition_is_true(tell: Tell) -> None:
    """And nobody back where it no longer is."""
    assert tell(ann((FORM, ago(20))), BOOK).stages("ann") == [("new", LONG_AGO), ("mql", ago(20))]


def test_stages_of_one_instant_are_entered_in_the_listed_order(tell: Tell) -> None:
    world = World().person("ann", at=ago(20)).did("ann", FORM, at=ago(22))
    assert tell(world, BOOK).stages("ann") == [("new", ago(20)), ("mql", ago(20))]


def test_a_stage_may_be_skipped_and_is_not_made_up_for(tell: Tell) -> None:
    """The second stage becomes true only after the third was entered."""
    book = only(Stage("a", when=Did("page")), Stage("b", when=Did("call")), Stage("c", when=Did("form")))
    world = ann((FORM, ago(20)), ("call.answered", ago(10)))
    assert tell(world, book).stages("ann") == [("c", ago(20))]


def test_unknown_moves_nobody(tell: Tell) -> None:
    book = only(Stage("a", when=is_none_of("person.city", "Bonn")))
    world = World().person("ann").has("ann", "person.city", "Rome", at=ago(5))
    assert tell(world, book).stages("ann") == [("a", ago(5))]
    assert tell(world, book, ago(6)).stages("ann") == []


def test_whoever_is_in_no_stage_is_out_of_every_one(tell: Tell) -> None:
    book = only(Stage("a", when=Did("page")))
    world = World().person("ann")
    assert [len(steps) for steps in tell(world, book).steps(Not(StageIs(("a",)))).values()] == [1]


# --- recorded acts ------------------------------------------------------------------------------------


def test_an_act_leads_to_its_stage_from_any_other(tell: Tell) -> None:
    """From none, from an earlier one and from a later one."""
    world = ann((BOOKED, ago(20)), (ACCEPTED, ago(15)), (BOOKED, ago(10)))
    assert tell(world, only(SAL, MET)).stages("ann") == [("met", ago(20)), ("sal", ago(15)), ("met", ago(10))]


def test_an_act_that_leads_where_the_person_is_does_not_restart_the_stage(tell: Tell) -> None:
    assert tell(ann((ACCEPTED, ago(20)), (ACCEPTED, ago(10))), BOOK).stages("ann") == [
        ("new", LONG_AGO), ("sal", ago(20)),
    ]  # fmt: skip


def test_acts_of_one_instant_lead_on_in_the_listed_order(tell: Tell) -> None:
    """Whatever order they were recorded in."""
    for acts in ((BOOKED, ACCEPTED), (ACCEPTED, BOOKED)):
        world = ann(*((act, ago(20)) for act in acts))
        assert tell(world, BOOK).stages("ann")[1:] == [("sal", ago(20)), ("met", ago(20))]


def test_an_act_beats_a_rule_at_its_instant(tell: Tell) -> None:
    """Accepted in the very microsecond of the form: the rule would lead to the stage before, so it does nothing."""
    world = ann((FORM, ago(20)), (ACCEPTED, ago(20)))
    assert tell(world, BOOK).stages("ann") == [("new", LONG_AGO), ("sal", ago(20))]


def test_after_an_act_that_leads_back_rules_go_on_from_there(tell: Tell) -> None:
    """Nothing was passed back, so what is true leads on at once."""
    book = only(Stage("a", on=("page",)), Stage("b", when=Did("form")))
    world = ann((FORM, ago(20)), (PAGE, ago(10)))
    assert tell(world, book).stages("ann") == [("b", ago(20)), ("a", ago(10)), ("b", ago(10))]


def test_each_entry_says_how_it_came_about(tell: Tell) -> None:
    world = ann((FORM, ago(20)), (ACCEPTED, ago(15)), (BACK, ago(10)))
    assert [e.by for e in tell(world, BOOK).entries("ann")] == ["rule", "rule", "act", "passed_back"]


def test_an_act_counts_when_it_is_known(tell: Tell) -> None:
    """Accepted on day 20, told us on day 5, after the meeting: as we saw it, sales went back to accepting her."""
    world = World().person("ann").did("ann", ACCEPTED, at=ago(20), known=ago(5))
    world.did("ann", BOOKED, at=ago(10))
    assert tell(world, BOOK).stages("ann")[1:] == [("met", ago(10)), ("sal", ago(5))]


def test_an_act_from_before_somebody_was_known_counts_when_they_come(tell: Tell) -> None:
    """The form that brings a lead is older than the lead's record."""
    world = World().person("ann", at=ago(20)).did("ann", BOOKED, at=ago(20, plus=-1))
    assert tell(world, only(SAL, MET)).stages("ann") == [("met", ago(20))]


def test_an_act_moves_nobody_twice(tell: Tell) -> None:
    """When two records turn out to be one person, the acts of the one have moved it already; a visitor's have not."""
    world = World().person("ann", at=ago(50)).person("anna", at=ago(40)).did("anna", ACCEPTED, at=ago(20))
    world.bears("anna", "id:crm:ann", at=ago(10))
    told = tell(world, only(SAL, MET))
    assert told.stages("ann") == []
    assert told.stages("anna") == [("sal", ago(20))]
    world.person("web:v", identified=False, at=ago(30)).did("web:v", BOOKED, at=ago(25))
    world.bears("ann", "id:web:v", at=ago(8))
    assert tell(world, only(SAL, MET)).stages("ann") == [("met", ago(8))]


def test_a_behaviour_whose_where_is_unknown_moves_nobody(tell: Tell) -> None:
    book = only(Stage("a", on=("demo",)))
    world = World().person("ann", "bob").did("ann", FORM, where={"form": "demo"}, at=ago(5))
    world.did("bob", FORM, at=ago(5))
    told = tell(world, book)
    assert (told.stages("ann"), told.stages("bob")) == ([("a", ago(5))], [])


# --- passed back --------------------------------------------------------------------------------------


def test_who_is_passed_back_is_recycled_with_a_reason_and_a_return_date(tell: Tell) -> None:
    """Although she still is what made her marketing-qualified, she is not so again at once."""
    world = ann(
        (FORM, ago(20)), (ACCEPTED, ago(18)), (BACK, ago(15)), reason="no budget", return_on="2026-04-10"
    )
    told = tell(world, BOOK)
    assert told.stages("ann") == [
        ("new", LONG_AGO), ("mql", ago(20)), ("sal", ago(18)), ("new", ago(15)),
    ]  # fmt: skip
    last = told.entries("ann")[-1]
    assert (last.reason, last.return_on) == ("no budget", instant("2026-04-10T00:00+01:00"))


def test_who_is_passed_back_may_qualify_again_after_not_qualifying(tell: Tell) -> None:
    """The window of the first form ends on day 10; the second form is on day 5."""
    world = ann((FORM, ago(20)), (BACK, ago(15)), (FORM, ago(5)))
    assert tell(world, BOOK).stages("ann")[2:] == [("new", ago(15)), ("mql", ago(5))]


def test_more_of_the_same_does_not_qualify_who_was_passed_back(tell: Tell) -> None:
    """Forms go on, the condition was true all the time."""
    world = ann(*((FORM, ago(n)) for n in (20, 14, 8, 2)), (BACK, ago(15)))
    assert tell(world, BOOK).stages("ann")[2:] == [("new", ago(15))]


def test_at_the_return_date_whoever_qualifies_does(tell: Tell) -> None:
    """At 00:00 of that day in the playbook's zone, in summer time on the 30th."""
    world = ann(*((FORM, ago(n)) for n in (20, 14, 8, 2)), (BACK, ago(15)), return_on="2026-03-30")
    assert tell(world, BOOK).stages("ann")[3:] == [("mql", instant("2026-03-29T23:00Z"))]


def test_a_return_date_may_be_an_instant(tell: Tell) -> None:
    world = ann((FORM, ago(20)), (BACK, ago(15)), return_on=" 2026-03-20T09:30+01:00 ")
    assert tell(world, BOOK).stages("ann")[3:] == [("mql", instant("2026-03-20T08:30Z"))]


@pytest.mark.parametrize("text", ["after Easter", "", "2026-13-01", "2026-03-20T09:30"])
def test_what_cannot_be_read_is_no_return_date(tell: Tell, text: str) -> None:
    """Words, days that do not exist, and times that lack a zone."""
    world = ann(*((FORM, ago(n)) for n in (20, 14, 8, 2)), (BACK, ago(15)), return_on=text)
    told = tell(world, BOOK)
    assert told.entries("ann")[-1].return_on is None
    assert told.stages("ann")[2:] == [("new", ago(15))]


def test_a_return_date_that_has_passed_comes_just_after_the_act(tell: Tell) -> None:
    """At its own instant the act stands; the microsecond after it, she may qualify again."""
    world = ann((FORM, ago(20)), (BACK, ago(15)), return_on="2026-01-01")
    assert tell(world, BOOK).stages("ann")[2:] == [("new", ago(15)), ("mql", ago(15, plus=1))]


def test_to_pass_back_beats_what_is_true_at_that_instant(tell: Tell) -> None:
    """The form and the passing back in one microsecond: later stages that are true then are disarmed."""
    world = ann((FORM, ago(20)), (BACK, ago(20)))
    assert tell(world, BOOK).stages("ann") == [("new", LONG_AGO), ("new", ago(20))]


def test_passed_back_after_other_acts_of_its_instant(tell: Tell) -> None:
    """Accepted and passed back at once: both are on record, and she is back."""
    world = ann((ACCEPTED, ago(20)), (BACK, ago(20)))
    assert tell(world, BOOK).stages("ann")[1:] == [("sal", ago(20)), ("new", ago(20))]


def test_each_stage_is_entered_once_at_an_instant(tell: Tell) -> None:
    """An act leads to the first stage, another one on, and a third passes back to the first: that is the way it counts."""
    book = only(Stage("a", on=("page",)), SAL, passed_back=PassedBack(("passed_back",), "a"))
    world = ann((PAGE, ago(20)), (ACCEPTED, ago(20)), (BACK, ago(20)))
    told = tell(world, book)
    assert told.stages("ann") == [("sal", ago(20)), ("a", ago(20))]
    assert told.entries("ann")[-1].by == "passed_back"


def test_only_what_was_true_then_is_disarmed(tell: Tell) -> None:
    """Passed back before she ever qualified: the first form qualifies her."""
    assert tell(ann((BACK, ago(20)), (FORM, ago(15))), BOOK).stages("ann")[2:] == [("mql", ago(15))]


def test_passed_back_again_while_recycled_is_recorded_anew(tell: Tell) -> None:
    """With the new reason and the new date, which replaces the old one."""
    world = World().person("ann")
    for n in (20, 14, 8, 2):
        world.did("ann", FORM, at=ago(n))
    world.did("ann", BACK, at=ago(15), where={"reason": "busy", "return_on": "2026-03-18"})
    world.did("ann", BACK, at=ago(14), where={"reason": "really busy", "return_on": "2026-03-28"})
    told = tell(world, BOOK)
    assert told.stages("ann")[2:] == [
        ("new", ago(15)), ("new", ago(14)), ("mql", instant("2026-03-28T00:00Z")),
    ]  # fmt: skip
    assert [e.reason for e in told.entries("ann")[2:]] == ["busy", "really busy", None]


def test_an_act_leads_on_whatever_is_disarmed(tell: Tell) -> None:
    """Sales itself may take her back."""
    world = ann((FORM, ago(20)), (BACK, ago(19)), (ACCEPTED, ago(18)))
    assert tell(world, BOOK).stages("ann")[3:] == [("sal", ago(18))]


def test_not_knowing_any_more_arms_again(tell: Tell) -> None:
    """Not true is enough: the value is erased and told again."""
    book = only(NEW, Stage("fits", when=is_one_of("person.city", "Bonn")), passed_back=RECYCLING)
    world = ann((BACK, ago(15))).has("ann", "person.city", "Bonn", at=ago(20))
    world.has("ann", "person.city", None, at=ago(10)).has("ann", "person.city", "Bonn", at=ago(5))
    assert tell(world, book).stages("ann")[2:] == [("new", ago(15)), ("fits", ago(5))]


def test_other_properties_may_say_why_and_until_when(tell: Tell) -> None:
    back = PassedBack(("passed_back",), "new", reason="why", return_on="again")
    world = ann((BACK, ago(15)), why="timing", again="2026-03-20", reason="x")
    last = tell(world, replace(BOOK, lifecycle=replace(BOOK.lifecycle, passed_back=back))).entries("ann")[-1]
    assert (last.reason, last.return_on) == ("timing", instant("2026-03-20T00:00Z"))


def test_of_several_that_pass_back_at_one_instant_the_latest_gives_the_reason(tell: Tell) -> None:
    """Both known at once; the one that happened later."""
    world = World().person("ann")
    world.did("ann", BACK, at=ago(15), known=ago(10), where={"reason": "later"})
    world.did("ann", BACK, at=ago(16), known=ago(10), where={"reason": "earlier"})
    told = tell(world, BOOK).entries("ann")
    assert [(e.stage, e.reason) for e in told] == [("new", None), ("new", "later")]


# --- what it reads ------------------------------------------------------------------------------------


@pytest.mark.parametrize("through", ["itself", "segment", "grade"])
def test_a_stage_reads_the_stage_as_it_was_just_before(tell: Tell, through: str) -> None:
    """Through a segment or a grade too: the second stage is entered the microsecond after the first."""
    in_a = StageIs(("a",))
    read: dict[str, Condition] = {"itself": in_a, "segment": InSegment("s"), "grade": GradeIs(("A",))}
    book = playbook(
        stages=(Stage("a", when=Did("form")), Stage("b", when=read[through])),
        segments={"s": in_a},
        fit=fit(worth(80, in_a)),
    )
    assert tell(ann((FORM, ago(20))), book).stages("ann") == [("a", ago(20)), ("b", ago(20, plus=1))]


def test_the_lifecycle_reads_firings_as_they_are(tell: Tell) -> None:
    book = playbook(
        triggers=(Trigger("t", Did("form", within=days(2))),),
        stages=(Stage("mql", when=Fired(("t",), days(1))),),
    )
    assert tell(ann((FORM, ago(20))), book).stages("ann") == [("mql", ago(20))]


def test_a_decision_reads_both_as_they_are(tell: Tell) -> None:
    both = All((StageIs(("mql",)), Fired(("t",))))
    book = playbook(
        triggers=(Trigger("t", Did("form", within=days(2))),),
        stages=(Stage("mql", when=Fired(("t",), days(1))),),
        segments={"both": both},
    )
    told = tell(ann((FORM, ago(20))), book)
    said = [told.decisions(ago(20, plus=n))["ann"].segments["both"].word for n in (-1, 0, 1)]
    assert said == ["out", "in", "in"]


def test_a_stage_that_takes_too_long(tell: Tell) -> None:
    """Two days in a stage lead on, counted from its entry; while it is re-entered in between it starts anew."""
    book = only(SAL, MET, Stage("late", when=StageIs(("sal",), days(2))))
    assert tell(ann((ACCEPTED, ago(20))), book).stages("ann") == [("sal", ago(20)), ("late", ago(18))]
    world = ann((ACCEPTED, ago(20)), (BOOKED, ago(19)), (ACCEPTED, ago(18.5)))
    assert tell(world, replace(book, lifecycle=only(SAL, Stage("late", when=StageIs(("sal",), days(2))), Stage("met", on=("booked",))).lifecycle)).stages("ann") == [
        ("sal", ago(20)), ("met", ago(19)), ("sal", ago(18.5)), ("late", ago(16.5)),
    ]  # fmt: skip


def test_time_alone_moves_people_on(tell: Tell) -> None:
    """A stage for those who went silent."""
    book = only(NEW, Stage("quiet", when=Silent(days(10))))
    world = ann((FORM, LONG_AGO + DAY)).covers(FORM)
    assert tell(world, book).stages("ann") == [("new", LONG_AGO), ("quiet", LONG_AGO + 11 * DAY)]


# --- who is who ---------------------------------------------------------------------------------------


def test_a_person_keeps_the_stages_of_their_own_name(tell: Tell) -> None:
    """Who is merged away keeps theirs under the old name; nobody moves under it any more."""
    world = World().person("ann", at=ago(50)).person("anna", at=ago(40))
    world.did("ann", BOOKED, at=ago(30)).did("anna", ACCEPTED, at=ago(20))
    world.bears("anna", "id:crm:ann", at=ago(10)).did("anna", ACCEPTED, at=ago(5))
    told = tell(world, only(SAL, MET))
    assert told.stages("ann") == [("met", ago(30)), ("sal", ago(5))]
    assert told.stages("anna") == [("sal", ago(20))]


def test_a_longer_history_begins_with_the_shorter_one(tell: Tell) -> None:
    world = ann((FORM, ago(20)), (BACK, ago(15)), (FORM, ago(5)), (ACCEPTED, ago(4)), return_on="2026-03-20")
    whole = tell(world, BOOK).stages("ann")
    for until in (ago(20, plus=-1), ago(15), ago(14), ago(4)):
        assert tell(world, BOOK, until).stages("ann") == [(s, at) for s, at in whole if at <= until]


def test_the_stages_of_a_person_are_the_same_with_others_around(tell: Tell) -> None:
    """More instants are visited; nothing else happens at them."""
    world = ann((FORM, ago(20)), (BACK, ago(15)), (FORM, ago(5)), return_on="2026-03-20")
    alone = tell(world, BOOK).stages("ann")
    world.person("bob", at=ago(17))
    for n in range(20):
        world.did("bob", FORM, at=ago(n) + 7 * HOUR + n)
    assert tell(world, BOOK).stages("ann") == alone
