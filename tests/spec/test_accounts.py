"""Accounts: who holds which and when, roll-ups over their people, and their deals (meaning 6)."""

from __future__ import annotations

import pytest
from tests.spec.conftest import Ask
from tests.spec.words import (
    DAY,
    IN,
    NOON,
    OUT,
    UNKNOWN,
    World,
    ago,
    at_least,
    days,
    fit,
    is_one_of,
    of_field,
    playbook,
    worth,
)

from handraise.model.conditions import (
    AccountDid,
    AccountPeople,
    All,
    Condition,
    DealOf,
    DealStatus,
    Did,
    GradeIs,
    HasOpportunity,
    HasRole,
    InSegment,
    Not,
    Times,
)
from handraise.model.truth import Truth
from handraise.model.value_tests import IsKnown

SENIOR = is_one_of("person.seniority", "vp")
NOBODY = Times(0, 0)
OPEN, WON, LOST = DealStatus.OPEN, DealStatus.WON, DealStatus.LOST


def _account(ask: Ask, world: World, as_of: int = NOON) -> str | None:
    return ask.decisions(world, playbook(), as_of)["ann"].account_id


# --- belonging ----------------------------------------------------------------------------------------


def test_the_latest_stated_membership_is_the_account(ask: Ask) -> None:
    """She moved from Acme to Bolt ten days ago: Bolt from that microsecond on."""
    world = World().person("ann", account="acme").belongs("ann", "bolt", at=ago(10))
    assert _account(ask, world, ago(10, plus=-1)) == "crm:acme"
    assert _account(ask, world, ago(10)) == "crm:bolt"


def test_a_leads_own_company_gives_way_to_any_stated_account(ask: Ask) -> None:
    """What she wrote into the form names her company only until somebody says which account she belongs to, however
    recently she wrote it."""
    world = World().person("ann").belongs("ann", "lead-co", stated=False, at=ago(5))
    assert _account(ask, world) == "crm:lead-co"
    assert _account(ask, world.belongs("ann", "acme", at=ago(10))) == "crm:acme"


def test_leaving_an_account_returns_to_the_own_company_or_to_none(ask: Ask) -> None:
    """A stated end leaves her without an account, unless the lead has a company of its own."""
    world = World().person("ann", account="acme").belongs("ann", None, at=ago(10))
    assert _account(ask, world) is None
    world.belongs("ann", "lead-co", stated=False, at=ago(200))
    assert _account(ask, world) == "crm:lead-co"
    assert _account(ask, world, ago(10, plus=-1)) == "crm:acme"


def test_a_move_that_is_known_late_is_a_move_from_its_day(ask: Ask) -> None:
    """Yesterday we learned that she moved a month ago: asked now, her acts since then are Bolt's."""
    world = World().person("ann", account="acme").belongs("ann", "bolt", at=ago(30), known=ago(1))
    world.person("bob", account="bolt").person("cid", account="acme").did("ann", "form.submitted", at=ago(20))
    somebody = AccountDid("form")
    assert ask(world, somebody, ago(1, plus=-1)) == {"ann": IN, "bob": OUT, "cid": IN}
    assert ask(world, somebody, ago(1)) == {"ann": IN, "bob": IN, "cid": OUT}


# --- acts of an account -------------------------------------------------------------------------------


def test_a_roll_up_counts_different_people(ask: Ask) -> None:
    """Three forms of one person are one person; two people with one each are two."""
    world = World().person("a", "b", account="acme").person("c", account="bolt")
    for name in ("a", "b", "c", "c", "c"):
        world.did(name, "form.submitted")
    assert ask(world, AccountDid("form", Times(2))) == {"a": IN, "b": IN, "c": OUT}
    assert ask(world, AccountDid("form", Times(1), times=3)) == {"a": OUT, "b": OUT, "c": IN}


def test_an_act_belongs_to_the_account_held_when_it_happened(ask: Ask) -> None:
    """She filled in a form at Acme and then moved to Bolt: the form stays Acme's."""
    world = World().person("ann", account="acme").belongs("ann", "bolt", at=ago(10))
    world.person("old", account="acme").person("new", account="bolt").did("ann", "form.submitted", at=ago(20))
    assert ask(world, AccountDid("form")) == {"ann": OUT, "old": IN, "new": OUT}
    assert ask(world, Did("form"))["ann"] is IN


def test_an_act_at_the_very_instant_of_a_move_is_the_new_accounts(ask: Ask) -> None:
    """Facts of one instant apply together: the move comes with the act."""
    world = World().person("ann", account="acme").belongs("ann", "bolt", at=ago(10))
    world.person("old", account="acme").did("ann", "form.submitted", at=ago(10))
    assert ask(world, AccountDid("form")) == {"ann": IN, "old": OUT}


def test_a_roll_ups_window_is_the_window_of_meaning_2(ask: Ask) -> None:
    """Within 30 days, to the microsecond, and since an instant, included."""
    world = World().person("a", account="a-co").person("b", account="b-co")
    world.did("a", "form.submitted", at=ago(30)).did("b", "form.submitted", at=ago(30, plus=1))
    assert ask(world, AccountDid("form", within=days(30))) == {"a": OUT, "b": IN}
    assert ask(world, AccountDid("form", since=ago(30))) == {"a": IN, "b": IN}


def test_a_roll_up_needs_its_number_of_acts_of_each_person(ask: Ask) -> None:
    """Two people with two forms each: one with two and one with a single form are not enough."""
    world = World().person("a", "b", account="acme").person("x", "y", account="bolt")
    for name in ("a", "a", "b", "x", "x", "y", "y"):
        world.did(name, "form.submitted")
    assert ask(world, AccountDid("form", Times(2), times=2)) == {"a": OUT, "b": OUT, "x": IN, "y": IN}


def test_nobody_of_the_account_did_needs_coverage(ask: Ask) -> None:
    """That no colleague asked for a demo is unknown outside coverage, and without a window always; that somebody did
    settles it."""
    world = (
        World().person("quiet", account="q-co").person("loud", account="l-co").did("loud", "form.submitted")
    )
    world.person("alone")
    week = AccountDid("form", NOBODY, within=days(7))
    assert ask(world, week) == {"quiet": UNKNOWN, "loud": OUT, "alone": OUT}
    assert ask(world.covers("form.submitted"), week) == {"quiet": IN, "loud": OUT, "alone": OUT}
    assert ask(world, AccountDid("form", NOBODY, since=ago(7))) == {"quiet": IN, "loud": OUT, "alone": OUT}
    assert ask(world, AccountDid("form", NOBODY)) == {"quiet": UNKNOWN, "loud": OUT, "alone": OUT}


def test_a_merged_colleague_is_one_person(ask: Ask) -> None:
    """Two records of one colleague did it: that is one person, not two."""
    world = World().person("a", "b", "c", account="acme").bears("b", "id:crm:a")
    world.did("a", "form.submitted").did("b", "form.submitted")
    assert ask(world, AccountDid("form", Times(2))) == {"a": OUT, "c": OUT}


def test_people_who_are_deleted_count_for_no_account(ask: Ask) -> None:
    """A deleted colleague is nobody's colleague: neither their acts nor their role count."""
    world = World().person("a", "gone", account="acme").did("gone", "form.submitted")
    world.has("gone", "person.seniority", "vp").has("gone", "person.is_deleted", "true").has(
        "a", "person.seniority", "clerk"
    )
    assert ask.all(world, {"did": AccountDid("form"), "vp": AccountPeople(SENIOR)}) == {
        "did": {"a": OUT}, "vp": {"a": OUT},
    }  # fmt: skip


# --- people of an account -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        (Times(1), (IN, UNKNOWN, OUT)),
        (Times(2), (UNKNOWN, OUT, OUT)),
        (Times(0, 0), (OUT, UNKNOWN, IN)),
        (Times(0, 1), (UNKNOWN, IN, IN)),
        (Times(1, 1), (UNKNOWN, UNKNOWN, OUT)),
        (Times(1, 2), (IN, UNKNOWN, OUT)),
        (Times(2, 2), (UNKNOWN, OUT, OUT)),
        (Times(0), (IN, IN, IN)),
    ],
)
def test_unknown_members_may_or_may_not_count(
    ask: Ask, people: Times, expected: tuple[Truth, Truth, Truth]
) -> None:
    """One vp and one whose seniority is unknown are between one and two vps."""
    world = World()
    for account, seniorities in (
        ("one-two", ("vp", None)),
        ("none-one", ("clerk", None)),
        ("none", ("clerk",)),
    ):
        for i, seniority in enumerate(seniorities):
            world.person(f"{account}{i}", account=account)
            if seniority is not None:
                world.has(f"{account}{i}", "person.seniority", seniority)
    answers = ask(world, AccountPeople(SENIOR, people))
    assert (answers["one-two0"], answers["none-one0"], answers["none0"]) == expected


def test_members_are_those_who_hold_the_account_now(ask: Ask) -> None:
    """A vp who has left counts no longer, one who joined counts from that instant."""
    world = World().person("ann", "mover", account="acme").person("bob", account="bolt")
    world.has("mover", "person.seniority", "vp").has("ann", "person.seniority", "clerk")
    world.has("bob", "person.seniority", "clerk").belongs("mover", "bolt", at=ago(3))
    a_vp = AccountPeople(SENIOR)
    assert ask(world, a_vp, ago(3, plus=-1)) == {"ann": IN, "mover": IN, "bob": OUT}
    assert ask(world, a_vp, ago(3)) == {"ann": OUT, "mover": IN, "bob": IN}


def test_what_is_asked_of_members_may_be_anything_asked_of_people(ask: Ask) -> None:
    """Somebody of grade A who filled in a form this week: any condition on a person may stand inside."""
    base = playbook(fit=fit(worth(80, SENIOR)))
    world = World().person("vp", "other", account="acme").has("vp", "person.seniority", "vp")
    world.has("other", "person.seniority", "clerk").did("other", "form.submitted")
    active = Did("form", within=days(7))
    both = AccountPeople(All((GradeIs(("A",)), active)))
    assert ask(world, both, base=base) == {"vp": OUT, "other": OUT}
    assert ask(world.did("vp", "form.submitted"), both, base=base) == {"vp": IN, "other": IN}


def test_without_an_account_its_people_deals_and_acts_are_out(ask: Ask) -> None:
    """Somebody without an account has no colleagues and no account's deals; what is asked of its fields is unknown,
    except whether they are known, which they are not."""
    world = World().person("ann").did("ann", "form.submitted").has("ann", "person.seniority", "vp")
    questions: dict[str, Condition] = {
        "did": AccountDid("form"),
        "nobody did": AccountDid("form", NOBODY),
        "any number did": AccountDid("form", Times(0)),
        "people": AccountPeople(SENIOR),
        "no people": AccountPeople(SENIOR, NOBODY),
        "any number of people": AccountPeople(SENIOR, Times(0)),
        "deal": HasOpportunity((OPEN, WON, LOST)),
        "large": at_least("account.employees", 1),
        "known": of_field("account.employees", IsKnown()),
        "not known": of_field("account.employees", IsKnown(known=False)),
    }
    assert {key: answers["ann"] for key, answers in ask.all(world, questions).items()} == {
        "did": OUT, "nobody did": OUT, "any number did": OUT,
        "people": OUT, "no people": OUT, "any number of people": OUT, "deal": OUT,
        "large": UNKNOWN, "known": OUT, "not known": IN,
    }  # fmt: skip


def test_an_account_segment_may_roll_up_its_people(ask: Ask) -> None:
    """An account where somebody filled in a form and that has no vp: the same answer for each of its people; for
    somebody without an account the roll-ups are out."""
    base = playbook(account_segments={"warm": All((AccountDid("form"), Not(AccountPeople(SENIOR))))})
    world = World().person("a", "b", account="acme").person("x", account="bolt").person("alone")
    for name in ("a", "b", "x"):
        world.has(name, "person.seniority", "clerk")
    world.did("a", "form.submitted").did("alone", "form.submitted")
    assert ask(world, InSegment("warm"), base=base) == {"a": IN, "b": IN, "x": OUT, "alone": OUT}


# --- the buying group ---------------------------------------------------------------------------------

CHAMPION = is_one_of("person.buying_role", "champion")


def test_a_role_is_there_as_soon_as_one_member_surely_has_it_and_missing_once_nobody_can(ask: Ask) -> None:
    """Somebody whose role is unknown may be the champion, unless another surely is; a role is missing exactly where it
    is not there; who has no account has no buying group."""
    world = World()
    for account, roles in {
        "sure": ("champion", "user"),
        "sure-and-unknown": ("champion", None),
        "unknown": ("user", None),
        "none": ("user", "user"),
    }.items():
        for i, role in enumerate(roles):
            world.person(f"{account}{i}", account=account)
            if role is not None:
                world.has(f"{account}{i}", "person.buying_role", role)
    world.person("alone").has("alone", "person.buying_role", "champion")
    base = playbook(roles={"champion": CHAMPION})
    questions: dict[str, Condition] = {
        "has": HasRole("champion"),
        "missing": HasRole("champion", missing=True),
    }
    answers = ask.all(world, questions, base=base)
    assert {name: (answers["has"][name], answers["missing"][name]) for name in answers["has"]} == {
        "sure0": (IN, OUT), "sure1": (IN, OUT),
        "sure-and-unknown0": (IN, OUT), "sure-and-unknown1": (IN, OUT),
        "unknown0": (UNKNOWN, UNKNOWN), "unknown1": (UNKNOWN, UNKNOWN),
        "none0": (OUT, IN), "none1": (OUT, IN),
        "alone": (OUT, OUT),
    }  # fmt: skip


def test_who_has_a_role_may_rest_on_anything_asked_of_people_and_on_other_roles(ask: Ask) -> None:
    """The sponsor is whoever of grade A filled in a form, and the deputy a champion where there is no sponsor."""
    roles: dict[str, Condition] = {
        "sponsor": All((GradeIs(("A",)), Did("form"))),
        "deputy": All((CHAMPION, HasRole("sponsor", missing=True))),
    }
    base = playbook(fit=fit(worth(80, SENIOR)), roles=roles)
    world = World().person("boss", "ann", account="acme").person("bea", account="bolt")
    world.has("boss", "person.seniority", "vp").has("ann", "person.seniority", "clerk")
    world.has("bea", "person.seniority", "clerk").did("boss", "form.submitted", at=ago(2))
    for name, role in (("boss", "sponsor"), ("ann", "champion"), ("bea", "champion")):
        world.has(name, "person.buying_role", role)
    deputy = HasRole("deputy")
    assert ask(world, deputy, ago(3), base=base) == {"boss": IN, "ann": IN, "bea": IN}
    assert ask(world, deputy, base=base) == {"boss": OUT, "ann": OUT, "bea": IN}


# --- deals --------------------------------------------------------------------------------------------


def test_a_deal_has_the_status_of_its_latest_stage(ask: Ask) -> None:
    """Open from when it is opened, then whatever its latest stage means; lost deals can be reopened."""
    world = World().person("ann", account="acme").deal("d", "acme", at=ago(40))
    world.stage("d", OPEN, at=ago(30)).stage("d", LOST, at=ago(20))
    world.stage("d", OPEN, at=ago(10)).stage("d", WON, at=ago(5))
    questions = {s.value: HasOpportunity((s,)) for s in DealStatus}
    for as_of, status in (
        (ago(40), "open"), (ago(30), "open"), (ago(20), "lost"), (ago(10), "open"), (ago(5), "won"),
    ):  # fmt: skip
        answers = ask.all(world, questions, as_of)
        assert {key for key, answer in answers.items() if answer["ann"] is IN} == {status}
    assert ask(world, HasOpportunity((OPEN, WON, LOST)), ago(40, plus=-1)) == {"ann": OUT}


def test_a_stage_counts_once_it_is_known(ask: Ask) -> None:
    """A win that is entered on Friday for Monday is a win from Friday on, dated Monday."""
    world = World().person("ann", account="acme").deal("d", "acme", at=ago(40))
    world.stage("d", WON, at=ago(9), known=ago(5))
    assert ask(world, HasOpportunity((WON,)), ago(5, plus=-1)) == {"ann": OUT}
    assert ask(world, HasOpportunity((WON,)), ago(5)) == {"ann": IN}
    assert ask(world, HasOpportunity((WON,), within=days(3)), ago(5)) == {"ann": OUT}


def test_within_asks_when_the_status_was_reached(ask: Ask) -> None:
    """Won within 30 days: the day of the win counts, not of a later stage that is also a win; exactly 30 days ago is
    too long."""
    world = World().person("a", account="a-co").person("b", account="b-co").person("c", account="c-co")
    for name, won_at in (("a", ago(30)), ("b", ago(30, plus=1)), ("c", ago(40))):
        world.deal(name, f"{name}-co", at=ago(100)).stage(name, OPEN, at=ago(90)).stage(name, WON, at=won_at)
    world.stage("c", WON, "paid", at=ago(5))
    assert ask(world, HasOpportunity((WON,), within=days(30))) == {"a": OUT, "b": IN, "c": OUT}


def test_one_entry_that_is_told_twice_counts_as_it_was_told_first(ask: Ask) -> None:
    """The history says Monday on Monday; an export of Friday knows only the close date that somebody typed in. With
    another stage between them they are two entries."""
    world = World()
    for name in ("earlier", "later", "twice"):
        world.person(name, account=f"{name}-co").deal(name, f"{name}-co", at=ago(100))
        world.stage(name, OPEN, "talks", at=ago(60)).stage(name, WON, "signed", at=ago(20))
    world.stage("earlier", WON, "signed", at=ago(40), known=ago(16))
    world.stage("later", WON, "signed", at=ago(17), known=ago(16))
    world.stage("twice", OPEN, "talks", at=ago(19)).stage("twice", WON, "signed", at=ago(18), known=ago(16))
    lately = {n: HasOpportunity((WON,), within=days(n)) for n in (19, 21, 18)}
    answers = ask.all(world, {str(n): question for n, question in lately.items()})
    assert answers["21"] == {"earlier": IN, "later": IN, "twice": IN}
    assert answers["19"] == {"earlier": OUT, "later": OUT, "twice": IN}
    assert answers["18"] == {"earlier": OUT, "later": OUT, "twice": OUT}


def test_an_open_deal_is_open_since_it_was_opened(ask: Ask) -> None:
    """Moving through open stages does not make a deal newly open; reopening a lost one does."""
    world = World()
    for name in ("staged", "bare", "reopened"):
        world.person(name, account=f"{name}-co").deal(name, f"{name}-co", at=ago(50))
    world.stage("staged", OPEN, at=ago(49)).stage("staged", OPEN, "later", at=ago(5))
    world.stage("reopened", LOST, at=ago(20)).stage("reopened", OPEN, at=ago(5))
    assert ask(world, HasOpportunity((OPEN,), within=days(30))) == {
        "staged": OUT, "bare": OUT, "reopened": IN,
    }  # fmt: skip
    assert ask(world, HasOpportunity((OPEN,), within=days(51))) == {"staged": IN, "bare": IN, "reopened": IN}


def test_deals_are_closed_world(ask: Ask) -> None:
    """No deal on file means there is none: out, not unknown, and its negation is in."""
    world = World().person("ann", account="acme")
    assert ask(world, HasOpportunity((OPEN,))) == {"ann": OUT}
    assert ask(world, Not(HasOpportunity((OPEN,)))) == {"ann": IN}


def test_a_persons_deal_is_one_in_which_they_have_a_role(ask: Ask) -> None:
    """A colleague's deal is the account's, not hers; a role makes it hers, from when it is known, also in a deal of
    no account, and through any of her records."""
    world = World().person("ann", "bob", account="acme").person("cid").person("mail:cid", at=ago(90))
    world.bears("mail:cid", "id:crm:cid").deal("d", "acme").deal("free")
    world.role("d", "ann", at=ago(5)).role("free", "mail:cid")
    hers = HasOpportunity((OPEN,), DealOf.PERSON)
    assert ask(world, hers) == {"ann": IN, "bob": OUT, "cid": IN}
    assert ask(world, hers, ago(5, plus=-1)) == {"ann": OUT, "bob": OUT, "cid": IN}
    assert ask(world, HasOpportunity((OPEN,))) == {"ann": IN, "bob": IN, "cid": OUT}


def test_any_of_several_deals_is_enough(ask: Ask) -> None:
    """One lost and one open deal: there is an open one, and there is a lost one."""
    world = (
        World().person("ann", account="acme").deal("x", "acme").deal("y", "acme").stage("x", LOST, at=ago(9))
    )
    questions = {s.value: HasOpportunity((s,)) for s in DealStatus}
    assert ask.all(world, questions) == {"open": {"ann": IN}, "won": {"ann": OUT}, "lost": {"ann": IN}}


def test_a_deal_opened_tomorrow_is_not_there_today(ask: Ask) -> None:
    """Facts about the future wait for it."""
    world = World().person("ann", account="acme").deal("d", "acme", at=NOON + DAY, known=ago(1))
    assert ask(world, HasOpportunity((OPEN,))) == {"ann": OUT}
    assert ask(world, HasOpportunity((OPEN,)), NOON + DAY) == {"ann": IN}
