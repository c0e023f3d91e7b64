"""Meaning 7, patterns: first time, stopped, resumed, regularly, sequences."""

from __future__ import annotations

import pytest
from tests.spec.conftest import Ask
from tests.spec.words import IN, NOON, OUT, UNKNOWN, World, ago, days, hours, months

from handraise.model.conditions import FirstTime, Regularly, Resumed, Sequence, Step, Stopped

FORM, PAGE = "form.submitted", "page.viewed"
NEW = FirstTime("form", days(7))
GONE = Stopped("form", days(30))
BACK = Resumed("form", days(60), days(7))
WEEKLY = Regularly("form", 3, 4)
THEN = Sequence((Step("download"), Step("share")), days(7))


def covered(*people: str) -> World:
    """People known long, with all forms known."""
    return World().person(*people).covers(FORM, PAGE)


# --- first time ---------------------------------------------------------------------------------------


def test_the_first_time_is_the_only_one_so_far(ask: Ask) -> None:
    """One form is the first; after a second there is no first time any more."""
    world = covered("ann").did("ann", FORM, at=ago(3)).did("ann", FORM, at=ago(1))
    assert ask(world, NEW, ago(3)) == {"ann": IN}
    assert ask(world, NEW, ago(1, plus=-1)) == {"ann": IN}
    assert ask(world, NEW, ago(1)) == {"ann": OUT}


def test_a_first_time_leaves_its_window_and_does_not_come_back(ask: Ask) -> None:
    """Seven days after the only form it is out, and nothing else can be the first time."""
    world = covered("ann").did("ann", FORM, at=ago(7))
    assert ask(world, NEW, NOON - 1) == {"ann": IN}
    assert ask(world, NEW, NOON) == {"ann": OUT}
    assert ask(world, FirstTime("form"), NOON) == {"ann": IN}


def test_outside_coverage_a_first_time_is_unknown_unless_rows_settle_it(ask: Ask) -> None:
    """An earlier form may have been missed; two, or an old one, are no first time whatever was missed."""
    world = World().person("one", "two", "old", "none")
    world.did("one", FORM, at=ago(1)).did("old", FORM, at=ago(30))
    world.did("two", FORM, at=ago(1)).did("two", FORM, at=ago(2))
    assert ask(world, NEW) == {"one": UNKNOWN, "two": OUT, "old": OUT, "none": UNKNOWN}


# --- stopped ------------------------------------------------------------------------------------------


def test_who_did_it_before_and_no_longer_has_stopped(ask: Ask) -> None:
    """Stopped from the instant at which the last form is exactly 30 days old; never without an earlier one."""
    world = covered("ann", "bob").did("ann", FORM, at=ago(30))
    assert ask(world, GONE, NOON - 1) == {"ann": OUT, "bob": OUT}
    assert ask(world, GONE, NOON) == {"ann": IN, "bob": OUT}


def test_outside_coverage_nobody_surely_stopped(ask: Ask) -> None:
    """She may still do it, and he may have done it; who was seen doing it has not stopped."""
    world = World().person("ann", "bob", "eve").did("ann", FORM, at=ago(40)).did("eve", FORM, at=ago(2))
    assert ask(world, GONE) == {"ann": UNKNOWN, "bob": UNKNOWN, "eve": OUT}


def test_who_was_known_too_late_has_not_stopped(ask: Ask) -> None:
    """Known for 29 days, with acts from before: out, like silence."""
    world = World().person("ann", at=ago(29)).covers(FORM).did("ann", FORM, at=ago(50))
    assert ask(world, GONE) == {"ann": OUT}


# --- resumed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("earlier", "verdict"), [(63, IN), (62, IN), (61.99, OUT)])
def test_a_pause_is_measured_between_two_acts(ask: Ask, earlier: float, verdict: int) -> None:
    """An act two days ago, after one so many days ago: the pause is the time between, its length included."""
    world = covered("ann").did("ann", FORM, at=ago(2)).did("ann", FORM, at=ago(earlier))
    assert ask(world, BACK) == {"ann": verdict}


def test_an_act_in_the_pause_makes_it_two_shorter_ones(ask: Ask) -> None:
    """Also one that becomes known late: before that it was a pause."""
    world = covered("ann").did("ann", FORM, at=ago(2)).did("ann", FORM, at=ago(90))
    world.did("ann", FORM, at=ago(40), known=ago(1))
    assert ask(world, BACK, ago(1, plus=-1)) == {"ann": IN}
    assert ask(world, BACK, ago(1)) == {"ann": OUT}


def test_a_pause_that_no_source_covers_is_unknown_and_without_two_acts_there_is_none(ask: Ask) -> None:
    """Something may have been missed in between."""
    world = World().person("ann", "bob").did("ann", FORM, at=ago(2)).did("ann", FORM, at=ago(90))
    world.did("bob", FORM, at=ago(2))
    assert ask(world, BACK) == {"ann": UNKNOWN, "bob": OUT}


# --- regularly ----------------------------------------------------------------------------------------


def test_weeks_are_blocks_of_seven_days_that_end_now(ask: Ask) -> None:
    """An act exactly seven days ago lies in the second block, and exactly 28 days ago in none of four."""
    world = covered("ann", "bob")
    for n in (0, 7, 14):
        world.did("ann", FORM, at=ago(n))
    for n in (7, 14, 28):
        world.did("bob", FORM, at=ago(n))
    assert ask(world, WEEKLY) == {"ann": IN, "bob": OUT}
    assert ask(world, WEEKLY, NOON - 1) == {"ann": OUT, "bob": IN}


def test_many_acts_in_one_week_are_one_week(ask: Ask) -> None:
    world = covered("ann")
    for n in (1, 2, 3, 4):
        world.did("ann", FORM, at=ago(n))
    assert ask(world, WEEKLY) == {"ann": OUT}


def test_weeks_that_no_source_covers_may_count(ask: Ask) -> None:
    """Two seen, two not covered: perhaps three. Three seen settle it; covered since ten days, one block is certain."""
    world = World().person("ann", "bob")
    for n in (1, 8):
        world.did("ann", FORM, at=ago(n)).did("bob", FORM, at=ago(n))
    world.did("bob", FORM, at=ago(15))
    assert ask(world, WEEKLY) == {"ann": UNKNOWN, "bob": IN}
    assert ask(world.covers(FORM, start=ago(27)), WEEKLY) == {"ann": UNKNOWN, "bob": IN}
    assert ask(world.covers(FORM, start=ago(28, plus=1)), WEEKLY) == {"ann": OUT, "bob": IN}


# --- sequence -----------------------------------------------------------------------------------------


def shared_after(minutes: float) -> World:
    world = World().person("ann").did("ann", "content.downloaded", at=ago(2))
    return world.did("ann", "content.shared", at=ago(2, plus=round(minutes * 60_000_000)))


def test_steps_are_strictly_one_after_the_other(ask: Ask) -> None:
    """A share before the download, or in the same microsecond, is not after it."""
    assert ask(shared_after(-1), THEN) == {"ann": OUT}
    assert ask(shared_after(0), THEN) == {"ann": OUT}
    assert ask(shared_after(1 / 60_000_000), THEN) == {"ann": IN}


def test_all_steps_lie_in_the_window(ask: Ask) -> None:
    """The sequence ends when its first step is exactly seven days old."""
    world = (
        World()
        .person("ann")
        .did("ann", "content.downloaded", at=ago(7))
        .did("ann", "content.shared", at=ago(1))
    )
    assert ask(world, THEN, NOON - 1) == {"ann": IN}
    assert ask(world, THEN, NOON) == {"ann": OUT}
    assert ask(world, Sequence(THEN.steps), NOON) == {"ann": IN}


def test_a_gap_is_measured_from_the_step_before_and_its_ends_count(ask: Ask) -> None:
    gap = Sequence((Step("download"), Step("share", hours(1), hours(2))))
    for minutes, verdict in ((59.9, OUT), (60, IN), (120, IN), (120.1, OUT)):
        assert ask(shared_after(minutes), gap) == {"ann": verdict}, minutes


def test_another_occurrence_may_serve_where_the_nearest_does_not(ask: Ask) -> None:
    """Download, download, share: the second download is too near, the first one fits; later steps need that chain."""
    world = World().person("ann").did("ann", "content.downloaded", at=ago(3))
    world.did("ann", "content.downloaded", at=ago(2)).did("ann", "content.shared", at=ago(2, plus=1))
    world.did("ann", FORM, at=ago(1))
    assert ask(world, Sequence((Step("download"), Step("share", days(1)), Step("form")))) == {"ann": IN}
    assert ask(world, Sequence((Step("download"), Step("share", days(1), days(1)), Step("form")))) == {
        "ann": OUT
    }


def test_a_sequence_is_never_unknown(ask: Ask) -> None:
    """Nothing covered, nothing seen: out, like "at least once"."""
    assert ask(World().person("ann"), THEN) == {"ann": OUT}


def test_a_late_step_completes_the_sequence_when_it_is_known(ask: Ask) -> None:
    world = World().person("ann").did("ann", "content.downloaded", at=ago(3), known=ago(1))
    world.did("ann", "content.shared", at=ago(2))
    assert ask(world, THEN, ago(1, plus=-1)) == {"ann": OUT}
    assert ask(world, THEN, ago(1)) == {"ann": IN}


def test_calendar_windows_hold_patterns_too(ask: Ask) -> None:
    """A month before 31 March at noon is 28 February at noon."""
    world = covered("ann").did("ann", FORM, at=NOON - 31 * 86_400_000_000)
    assert ask(world, Stopped("form", months(1))) == {"ann": IN}
    assert ask(world, FirstTime("form", months(1))) == {"ann": OUT}
