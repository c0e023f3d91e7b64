"""Meaning 2: windows are half-open and exact; calendar steps are taken in the playbook's time zone."""

from __future__ import annotations

from tests.spec.conftest import Ask
from tests.spec.words import (
    DAY,
    HOUR,
    IN,
    NOON,
    OUT,
    SECOND,
    UNKNOWN,
    World,
    ago,
    at_least,
    at_most,
    days,
    each,
    engagement,
    hours,
    instant,
    less_than,
    months,
    more_than,
    of_field,
    playbook,
    seconds,
    weeks,
)

from handraise.model.conditions import Did, Times
from handraise.model.value_tests import Between, InTheLast, InTheNext, LongerAgo


def test_within_five_days_excludes_its_first_instant_and_includes_its_last(ask: Ask) -> None:
    """Within 5 days, asked at noon: an act exactly five days ago is just outside, one a microsecond younger is
    inside, and one at noon itself is inside."""
    acts = {"start": ago(5), "inside": ago(5, plus=1), "end": NOON, "after": NOON + 1}
    world = World().person(*acts)
    for name, at in acts.items():
        world.did(name, "form.submitted", at=at)
    assert ask(world, Did("form", within=days(5))) == {
        "start": OUT, "inside": IN, "end": IN, "after": OUT,
    }  # fmt: skip


def test_a_window_moves_on_by_itself(ask: Ask) -> None:
    """Without any new fact the same person is in and, a microsecond later, out."""
    world = World().person("ann").did("ann", "form.submitted", at=ago(10))
    in_ten_days = Did("form", within=days(10))
    assert ask(world, in_ten_days, NOON - 1) == {"ann": IN}
    assert ask(world, in_ten_days, NOON) == {"ann": OUT}


def test_a_day_is_24_hours_whatever_the_clocks_do(ask: Ask) -> None:
    """On 29 March 2026 London's clocks jump an hour; one day is still 24 hours, and a week seven of them."""
    as_of = instant("2026-03-29T12:00Z")
    world = World().person("ann", "bob").did("ann", "form.submitted", at=as_of - 24 * HOUR + 1)
    world.did("bob", "form.submitted", at=as_of - 24 * HOUR)
    london = playbook(zone="Europe/London")
    for window in (days(1), hours(24), seconds(86_400)):
        assert ask(world, Did("form", within=window), as_of, london) == {"ann": IN, "bob": OUT}
    assert ask(world, Did("form", within=weeks(1)), as_of, london) == {"ann": IN, "bob": IN}


def test_a_month_is_a_calendar_step_in_the_playbooks_zone(ask: Ask) -> None:
    """One month before 29 April 2026, 12:00 in London (11:00 UTC, summer time) is 29 March 12:00 in London, also
    11:00 UTC; one month before 28 April crosses the change of clocks, so it is 12:00 UTC on 28 March."""
    london = playbook(zone="Europe/London")
    world = World().person("ann", "bob")
    world.did("ann", "form.submitted", at=instant("2026-03-28T12:00Z"))
    world.did("bob", "form.submitted", at=instant("2026-03-28T12:00Z") + 1)
    one_month = Did("form", within=months(1))
    assert ask(world, one_month, instant("2026-04-28T11:00Z"), london) == {"ann": OUT, "bob": IN}
    assert ask(world, one_month, instant("2026-04-28T11:00Z")) == {"ann": IN, "bob": IN}


def test_a_month_is_clamped_to_the_shorter_month(ask: Ask) -> None:
    """One month before 31 March is 28 February: the step lands on the last day there is."""
    world = World().person("ann", "bob")
    world.did("ann", "form.submitted", at=instant("2026-02-28T12:00Z"))
    world.did("bob", "form.submitted", at=instant("2026-02-28T12:00Z") + 1)
    assert ask(world, Did("form", within=months(1))) == {"ann": OUT, "bob": IN}


def test_since_includes_its_instant(ask: Ask) -> None:
    """Since 1 March 00:00 counts an act at exactly that moment, and none a microsecond before."""
    start = instant("2026-03-01T00:00Z")
    world = World().person("before", "at").did("before", "form.submitted", at=start - 1)
    world.did("at", "form.submitted", at=start)
    assert ask(world, Did("form", since=start)) == {"before": OUT, "at": IN}


def test_without_a_window_everything_so_far_counts(ask: Ask) -> None:
    """`did: demo request` alone means ever."""
    world = World().person("ann").did("ann", "form.submitted", at=ago(5000))
    assert ask(world, Did("form")) == {"ann": IN}


def test_between_includes_both_ends(ask: Ask) -> None:
    """Between 200 and 5,000 employees includes 200 and 5,000."""
    sizes = {"a": "199", "b": "200", "c": "201", "d": "5000", "e": "5001"}
    world = World()
    for name, size in sizes.items():
        world.person(name, account=f"{name}-co").has(f"{name}-co", "account.employees", size)
    right_size = of_field("account.employees", Between("200", "5000"))
    assert ask(world, right_size) == {"a": OUT, "b": IN, "c": IN, "d": IN, "e": OUT}


def test_comparisons_are_as_they_read(ask: Ask) -> None:
    """At least and at most include their bound; more than and less than do not."""
    world = World()
    for name, size in {"below": "99", "equal": "100", "above": "101"}.items():
        world.person(name, account=f"{name}-co").has(f"{name}-co", "account.employees", size)
    questions = {
        "at least": at_least("account.employees", 100),
        "at most": at_most("account.employees", 100),
        "more than": more_than("account.employees", 100),
        "less than": less_than("account.employees", 100),
    }
    assert ask.all(world, questions) == {
        "at least": {"below": OUT, "equal": IN, "above": IN},
        "at most": {"below": IN, "equal": IN, "above": OUT},
        "more than": {"below": OUT, "equal": OUT, "above": IN},
        "less than": {"below": IN, "equal": OUT, "above": OUT},
    }


def _dated(**dates: str) -> World:
    world = World()
    for name, value in dates.items():
        world.person(name).has(name, "person.return_on", value)
    return world


def test_a_date_in_the_last_week_is_one_of_seven_days_ending_today(ask: Ask) -> None:
    """In the last 7 days, on 31 March: 25 March to 31 March, today included, the day a week ago not."""
    world = _dated(week_ago="2026-03-24", first="2026-03-25", today="2026-03-31", tomorrow="2026-04-01")
    assert ask(world, of_field("person.return_on", InTheLast(days(7)))) == {
        "week_ago": OUT, "first": IN, "today": IN, "tomorrow": OUT,
    }  # fmt: skip


def test_a_date_in_the_next_week_is_one_of_seven_days_starting_today(ask: Ask) -> None:
    """In the next 7 days, on 31 March: 31 March to 6 April."""
    world = _dated(yesterday="2026-03-30", today="2026-03-31", last="2026-04-06", week_on="2026-04-07")
    assert ask(world, of_field("person.return_on", InTheNext(days(7)))) == {
        "yesterday": OUT, "today": IN, "last": IN, "week_on": OUT,
    }  # fmt: skip


def test_more_than_two_weeks_ago_is_what_in_the_last_two_weeks_leaves_of_the_past(ask: Ask) -> None:
    """The two tests share no day and leave no day of the past out."""
    world = _dated(a="2026-03-16", b="2026-03-17", c="2026-03-18", d="2026-03-31")
    questions = {
        "longer ago": of_field("person.return_on", LongerAgo(weeks(2))),
        "in the last": of_field("person.return_on", InTheLast(weeks(2))),
    }
    assert ask.all(world, questions) == {
        "longer ago": {"a": IN, "b": IN, "c": OUT, "d": OUT},
        "in the last": {"a": OUT, "b": OUT, "c": IN, "d": IN},
    }


def test_dates_step_by_whole_months_clamped(ask: Ask) -> None:
    """One month before 31 March is 28 February, so the last month starts on 1 March; the next month from 31 March
    ends before 30 April, the last day April has."""
    world = _dated(
        feb28="2026-02-28", mar1="2026-03-01", mar31="2026-03-31", apr29="2026-04-29", apr30="2026-04-30"
    )
    questions = {
        "last": of_field("person.return_on", InTheLast(months(1))),
        "next": of_field("person.return_on", InTheNext(months(1))),
    }
    assert ask.all(world, questions) == {
        "last": {"feb28": OUT, "mar1": IN, "mar31": IN, "apr29": OUT, "apr30": OUT},
        "next": {"feb28": OUT, "mar1": OUT, "mar31": IN, "apr29": IN, "apr30": OUT},
    }


def test_hours_count_as_whole_days_where_dates_are_compared(ask: Ask) -> None:
    """A date has no hours, so in the last 36 hours reads as in the last 2 days."""
    world = _dated(a="2026-03-29", b="2026-03-30", c="2026-03-31")
    assert ask(world, of_field("person.return_on", InTheLast(hours(36)))) == {"a": OUT, "b": IN, "c": IN}


def test_today_is_the_civil_date_in_the_playbooks_zone(ask: Ask) -> None:
    """At 23:30 UTC on 31 March it is already 1 April in London and still 31 March in New York."""
    late = instant("2026-03-31T23:30Z")
    world = _dated(march="2026-03-31", april="2026-04-01")
    is_today = of_field("person.return_on", InTheLast(days(1)))
    assert ask(world, is_today, late, playbook(zone="Europe/London")) == {"march": OUT, "april": IN}
    assert ask(world, is_today, late, playbook(zone="America/New_York")) == {"march": IN, "april": OUT}


def test_a_date_becomes_today_at_midnight_of_the_zone_to_the_microsecond(ask: Ask) -> None:
    """London's 1 April starts at 23:00 UTC on 31 March."""
    midnight = instant("2026-03-31T23:00Z")
    world = _dated(april="2026-04-01")
    starts = of_field("person.return_on", InTheLast(days(1)))
    london = playbook(zone="Europe/London")
    assert ask(world, starts, midnight - 1, london) == {"april": OUT}
    assert ask(world, starts, midnight, london) == {"april": IN}


def test_a_missing_date_is_unknown_to_every_dated_test(ask: Ask) -> None:
    """No date on file: neither soon, nor past, nor long ago, but unknown."""
    world = World().person("ann")
    questions = {
        str(test): of_field("person.return_on", test)
        for test in (InTheLast(days(7)), InTheNext(days(7)), LongerAgo(days(7)))
    }
    assert set(map(str, ask.all(world, questions).values())) == {str({"ann": UNKNOWN})}


def test_dates_compare_as_days(ask: Ask) -> None:
    """A date against a date in the playbook: the day itself is at least and at most itself."""
    world = _dated(a="2026-03-30", b="2026-03-31", c="2026-04-01")
    questions = {
        "at least": at_least("person.return_on", "2026-03-31"),
        "less than": less_than("person.return_on", "2026-03-31"),
        "between": of_field("person.return_on", Between("2026-03-31", "2026-04-01")),
    }
    assert ask.all(world, questions) == {
        "at least": {"a": OUT, "b": IN, "c": IN},
        "less than": {"a": IN, "b": OUT, "c": OUT},
        "between": {"a": OUT, "b": IN, "c": IN},
    }


def test_a_rules_window_is_the_same_window(ask: Ask) -> None:
    """Points for forms within 5 days: five days ago to the microsecond earns nothing, one later earns them."""
    world = World().person("start", "inside")
    world.did("start", "form.submitted", at=ago(5)).did("inside", "form.submitted", at=ago(5, plus=1))
    scored = playbook(engagement=engagement(each(10, "form", within=days(5))))
    points = {name: int(d.engagement_score) for name, d in ask.decisions(world, scored).items()}
    assert points == {"start": 0, "inside": 10}


def test_counts_in_a_window_are_counted_in_it_alone(ask: Ask) -> None:
    """At least twice within 5 days looks only at the acts of those days."""
    world = World().person("ann")
    for at in (ago(6), ago(4), ago(4) + SECOND, NOON + DAY):
        world.did("ann", "form.submitted", at=at)
    questions = {f"{n}": Did("form", Times(n), within=days(5)) for n in (2, 3)}
    assert ask.all(world, questions) == {"2": {"ann": IN}, "3": {"ann": OUT}}
