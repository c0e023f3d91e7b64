"""Meaning 4: thresholds over everybody are calibrated weekly and then stand, ties included."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tests.spec.conftest import Ask
from tests.spec.words import (
    DAY,
    World,
    days,
    each,
    engagement,
    fit,
    instant,
    is_one_of,
    playbook,
    when,
    worth,
)

from handraise.model.conditions import Always, GradeIs
from handraise.model.playbook import Playbook
from handraise.model.scores import Thresholds, TopShare

MONDAY = instant("2026-03-30T00:00Z")
"""Calibrations fall on every seventh day from Monday 5 January 1970, so on Mondays at 00:00 UTC."""


def top(best: str, second: str, third: str) -> Thresholds:
    return Thresholds(*(TopShare(Fraction(share)) for share in (best, second, third)))


def by_level(shares: Thresholds) -> Playbook:
    """Ten points for each form, levels by share."""
    return playbook(engagement=engagement(each(10, "form"), levels=shares))


def _people(**forms: int) -> World:
    """People with so many forms, long before the calibration."""
    world = World().person(*forms)
    for name, n in forms.items():
        for _ in range(n):
            world.did(name, "form.submitted", at=MONDAY - 30 * DAY)
    return world


def _levels(ask: Ask, world: World, book: Playbook, as_of: int = MONDAY) -> dict[str, int]:
    return {name: d.engagement_level for name, d in ask.decisions(world, book, as_of).items()}


def test_the_top_share_of_everybody_is_the_class(ask: Ask) -> None:
    """Of five people the top 20% is one, the top 40% two, the top 60% three; the others are level 4."""
    world = _people(a=5, b=4, c=3, d=2, e=1)
    assert _levels(ask, world, by_level(top("1/5", "2/5", "3/5"))) == {"a": 1, "b": 2, "c": 3, "d": 4, "e": 4}


def test_a_share_that_cuts_through_a_person_includes_them(ask: Ask) -> None:
    """Top 5% of five people is a quarter of a person: the first one is in."""
    world = _people(a=5, b=4, c=3, d=2, e=1)
    assert _levels(ask, world, by_level(top("1/20", "1/4", "1/2"))) == {
        "a": 1,
        "b": 2,
        "c": 3,
        "d": 4,
        "e": 4,
    }


def test_ties_are_included(ask: Ask) -> None:
    """Three people share the best score: all three are in the top third, and nobody is cut by chance."""
    world = _people(a=5, b=5, c=5, d=2, e=1, f=0)
    assert _levels(ask, world, by_level(top("1/6", "2/3", "5/6"))) == {
        "a": 1, "b": 1, "c": 1, "d": 2, "e": 3, "f": 4,
    }  # fmt: skip


def test_between_calibrations_the_thresholds_stand(ask: Ask) -> None:
    """A burst of forms on Tuesday lifts a person over Monday's threshold at once, without pushing anybody else
    out; the next Monday the threshold moves and the other one falls behind."""
    world = _people(a=3, b=2, c=1, d=0)
    for _ in range(5):
        world.did("d", "form.submitted", at=MONDAY + DAY)
    book = by_level(top("1/4", "1/2", "3/4"))
    assert _levels(ask, world, book, MONDAY + DAY - 1) == {"a": 1, "b": 2, "c": 3, "d": 4}
    assert _levels(ask, world, book, MONDAY + DAY) == {"a": 1, "b": 2, "c": 3, "d": 1}
    assert _levels(ask, world, book, MONDAY + 7 * DAY - 1) == {"a": 1, "b": 2, "c": 3, "d": 1}
    assert _levels(ask, world, book, MONDAY + 7 * DAY) == {"a": 2, "b": 3, "c": 4, "d": 1}


def test_a_calibration_counts_from_its_own_instant(ask: Ask) -> None:
    """On Monday at 00:00 sharp the new thresholds hold; a microsecond before, still last week's."""
    world = _people(a=3, b=2, c=1, d=0)
    for _ in range(5):
        world.did("d", "form.submitted", at=MONDAY)
    book = by_level(top("1/4", "1/2", "3/4"))
    assert _levels(ask, world, book, MONDAY - 1)["d"] == 4
    assert _levels(ask, world, book, MONDAY) == {"a": 2, "b": 3, "c": 4, "d": 1}


def test_calibrations_come_as_often_as_the_playbook_says(ask: Ask) -> None:
    """`recalibrate_every: 1 day` moves the thresholds on Tuesday already."""
    world = _people(a=3, b=2, c=1, d=0)
    for _ in range(5):
        world.did("d", "form.submitted", at=MONDAY + DAY)
    daily = replace(by_level(top("1/4", "1/2", "3/4")), recalibrate_every=days(1))
    assert _levels(ask, world, daily, MONDAY + DAY) == {"a": 2, "b": 3, "c": 4, "d": 1}


def test_the_first_people_calibrate_themselves(ask: Ask) -> None:
    """A workspace whose first people arrive on Tuesday has nobody to calibrate on from Monday: until the next
    one, whoever is decided then is everybody, as at an activation."""
    world = World().person("ann", at=MONDAY + DAY).did("ann", "form.submitted", at=MONDAY + DAY)
    book = by_level(top("1/4", "1/2", "3/4"))
    assert _levels(ask, world, book, MONDAY + 2 * DAY) == {"ann": 1}
    assert _levels(ask, world, book, MONDAY + 7 * DAY) == {"ann": 1}


def test_grades_calibrate_on_the_shown_score(ask: Ask) -> None:
    """The threshold comes from the scores as shown, with unknown rules counted as 0, so that missing data does not
    lift the bar for everybody."""
    world = World().person("known", "other", "unknown", "last")
    for name, country in (("known", "DE"), ("other", "FR"), ("last", "US")):
        world.has(name, "person.country", country)
    rules = (
        worth(30, is_one_of("person.country", "DE")),
        worth(20, is_one_of("person.country", "FR")),
    )
    book = playbook(fit=fit(*rules, grades=top("1/4", "1/2", "1")))
    decided = ask.decisions(world, book, MONDAY)
    assert {name: d.fit_grade for name, d in decided.items()} == {
        "known": "A", "other": "B", "unknown": "C", "last": "C",
    }  # fmt: skip
    assert not decided["unknown"].fit_grade_certain


def test_a_class_may_rest_on_another_calibrated_class(ask: Ask) -> None:
    """Engagement points for people in the top quarter by fit: the letters are calibrated first, then the levels."""
    world = World().person("a", "b", "c", "d").has("a", "person.country", "DE")
    for name in "bcd":
        world.has(name, "person.country", "FR")
    book = playbook(
        fit=fit(worth(30, is_one_of("person.country", "DE")), grades=top("1/4", "1/2", "3/4")),
        engagement=engagement(when(50, GradeIs(("A",))), when(1, Always()), levels=top("1/4", "1/4", "1/4")),
    )
    ranks = {name: d.rank for name, d in ask.decisions(world, book, MONDAY).items()}
    assert ranks == {"a": "A1", "b": "B4", "c": "B4", "d": "B4"}
