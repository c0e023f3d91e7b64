"""Meaning 4: thresholds over everybody are calibrated weekly and then stand, ties included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from tests.reference import calibrate, decide
from tests.spec.conftest import Ask
from tests.spec.office import Office, levels, office, sentence, tracks
from tests.spec.words import (
    DAY,
    HOUR,
    World,
    days,
    each,
    engagement,
    fit,
    hours,
    instant,
    is_one_of,
    playbook,
    when,
    worth,
)

from handraise.engines.calibrating import Calibrating
from handraise.model.conditions import Always, GradeIs, LevelIs
from handraise.model.lifecycle import Lifecycle, Stage
from handraise.model.playbook import Playbook
from handraise.model.scores import Thresholds, TopShare
from handraise.model.triggers import Trigger

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


# --- calibrations are facts ---------------------------------------------------------------------------

QUARTERS = by_level(top("1/4", "1/2", "3/4"))
WEEK = 7 * DAY
MORNING = MONDAY + 9 * HOUR
"""When the team decides first, on the Monday of the calibration."""
TRACKED = replace(
    QUARTERS,
    triggers={"best": Trigger("best", LevelIs((1,)), stands_for=days(3))},
    lifecycle=Lifecycle((Stage("mql", when=LevelIs((1,))),)),
)
"""Whoever comes into the best class is on a track and in a stage: what happened rests on thresholds too."""


def _late_comers(world: World) -> World:
    """An import that comes later, of people who were there before Monday and did more than all others."""
    for name in ("x", "y", "z"):
        world.person(name)
        for _ in range(9):
            world.did(name, "form.submitted", at=MONDAY - 10 * DAY)
    return world


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Office]:
    """The first import is in, and it is Monday morning."""
    with office(tmp_path, MORNING) as found:
        yield found


@pytest.mark.parametrize("book", [QUARTERS, TRACKED], ids=["plain", "tracked"])
def test_decisions_keep_to_the_last_calibration_whatever_is_imported(team: Office, book: Playbook) -> None:
    """The best of four stay the best after three better ones turn up, until the next Monday: for everybody and for one."""
    world = _people(a=4, b=3, c=2, d=1)
    first = team.imports(world).decides(book)
    assert levels(first) == {"a": 1, "b": 2, "c": 3, "d": 4}
    team.at(MORNING + DAY).imports(_late_comers(world))
    kept = levels(team.decides(book))
    assert kept == {"a": 1, "b": 2, "c": 3, "d": 4, "x": 1, "y": 1, "z": 1}
    assert team.explains(book, "b", team.now)["engagement_level"] == 2
    assert levels(team.decides(book, MONDAY + WEEK - 1))["a"] == 1
    assert levels(team.at(MONDAY + WEEK).decides(book)) == {
        "x": 1, "y": 1, "z": 1, "a": 2, "b": 3, "c": 3, "d": 4,
    }  # fmt: skip


def test_the_kept_calibration_is_that_of_the_reference(team: Office) -> None:
    """The limits that the plain evaluator finds over the first import hold for the second one."""
    world = _people(a=4, b=3, c=2, d=1)
    team.imports(world).decides(QUARTERS)
    cuts = calibrate(QUARTERS, world.facts, world.coverage, MONDAY)
    team.at(MORNING + DAY).imports(_late_comers(world))
    expected = decide(QUARTERS, world.facts, world.coverage, team.now, calibrations=cuts)
    assert levels(team.decides(QUARTERS)) == {
        name.removeprefix("crm:"): d.engagement_level for name, d in expected.items()
    }


def test_a_decision_about_an_instant_before_a_calibration_was_known_works_out_its_own(team: Office) -> None:
    """And is no fact: the next decision about the present keeps to what was stored."""
    world = _people(a=4, b=3, c=2, d=1)
    team.imports(world).decides(QUARTERS)
    team.at(MORNING + DAY).imports(_late_comers(world))
    assert levels(team.decides(QUARTERS, MORNING - 1))["a"] > 1
    assert levels(team.decides(QUARTERS))["a"] == 1
    assert [c.known_at for c in team.store.calibrations() if c.known_at] == [MORNING]


def test_what_a_decision_about_the_past_worked_out_holds_for_nothing_else(team: Office) -> None:
    world = _people(a=4, b=3, c=2, d=1)
    team.imports(world).decides(QUARTERS, MORNING - HOUR)
    team.imports(_late_comers(world))
    assert levels(team.decides(QUARTERS))["a"] > 1


def test_a_decision_from_earlier_facts_does_not_know_later_calibrations(team: Office) -> None:
    world = _people(a=4, b=3, c=2, d=1)
    horizon = team.imports(world).store.last_seq
    team.imports(_late_comers(world)).decides(QUARTERS)
    engine = team.deciding.engine(QUARTERS)
    rows = engine.decide(MORNING, horizon=horizon).table.to_pylist()
    assert [row["engagement_level"] for row in rows] == [1, 2, 3, 4]


def test_a_calibration_belongs_to_its_playbook_version(team: Office) -> None:
    world = _people(a=4, b=3, c=2, d=1)
    team.imports(world).decides(QUARTERS)
    team.at(MORNING + DAY).imports(_late_comers(world))
    renamed = replace(QUARTERS, name="Another")
    assert levels(team.decides(renamed))["a"] > 1


@pytest.mark.parametrize("book", [QUARTERS, TRACKED], ids=["plain", "tracked"])
def test_a_run_is_repeated_by_the_calibrations_that_it_used(team: Office, book: Playbook) -> None:
    """Whether it made them or found them, and whatever was imported, decided and activated since."""
    world = _people(a=4, b=3, c=2, d=1)
    runs = [team.imports(world).decides(book)]
    team.at(MORNING + DAY).imports(_late_comers(world))
    runs += [team.decides(book), team.decides(book, MONDAY - DAY)]
    team.at(MORNING + 2 * DAY).activates(book, MONDAY - 2 * DAY)
    for run in runs:
        again = team.deciding.decide_again(run.run_id)
        assert again.table.equals(run.table)
        assert (again.told is None) == (run.told is None)
        if again.told is not None and run.told is not None:
            assert again.told.firings.equals(run.told.firings)
            assert again.told.entries.equals(run.told.entries)


def test_deciding_again_at_the_same_instant_is_the_same_run(team: Office) -> None:
    """The first time it makes the calibration, the second time it finds it."""
    team.imports(_people(a=4, b=3, c=2, d=1))
    for book in (QUARTERS, TRACKED):
        first, again = team.decides(book), team.decides(book)
        assert again.run_id == first.run_id
        assert again.table.equals(first.table)


def test_no_calibration_is_kept_of_an_instant_that_has_not_come(team: Office) -> None:
    """Next week's thresholds are not read off the facts of this week."""
    world = _people(a=4, b=3, c=2, d=1)
    team.imports(world).decides(TRACKED, MONDAY + WEEK + DAY)
    assert all(c.instant <= team.now for c in team.store.calibrations())
    team.at(MONDAY + WEEK + DAY).imports(_late_comers(world))
    assert levels(team.decides(TRACKED))["a"] > 1


@pytest.mark.parametrize("book", [QUARTERS, TRACKED], ids=["plain", "tracked"])
def test_deciding_a_past_instant_equals_deciding_without_what_was_known_later(
    team: Office, book: Playbook, tmp_path: Path
) -> None:
    """Calibrations too are known since an instant: one that was made later changes nothing before it."""
    world = _late_comers(_people(a=4, b=3, c=2, d=1))
    for day in range(20):
        world.did("abcd"[day % 4], "form.submitted", at=MONDAY + day * DAY, known=MONDAY + (day + 1) * DAY)
    (tmp_path / "then").mkdir()
    with office(tmp_path / "then", MORNING) as then:
        for day in (0, 3, 8, 12):
            for one in (team, then):
                one.at(MORNING + day * DAY).imports(world, known_by=one.now).decides(book)
        past = team.now
        for day in (13, 15, 18):
            team.at(MORNING + day * DAY).imports(world, known_by=team.now).decides(book)
        assert team.deciding.look(book, past).table.equals(then.deciding.look(book, past).table)


def test_decisions_replays_and_histories_read_the_same_calibrations(team: Office) -> None:
    """At every instant: a replay decides as a decision did, and what fired by then is the beginning of what fired later."""
    world = _people(a=4, b=3, c=2, d=1)
    for day in range(20):
        world.did("abcd"[day % 4], "form.submitted", at=MONDAY + day * DAY)
    for day in (0, 3, 8, 12):
        team.at(MORNING + day * DAY).imports(world, known_by=team.now).decides(TRACKED)
    team.imports(_late_comers(world))
    whole = team.fired(TRACKED, MONDAY + 20 * DAY)
    replayed = team.replays(TRACKED, MONDAY - DAY, MONDAY + 16 * DAY, hours(31))
    rows = []
    for at in range(MONDAY - DAY, MONDAY + 16 * DAY + 1, 31 * HOUR):
        decided = team.deciding.look(TRACKED, at)
        rows += decided.table.to_pylist()
        by_then = {n: [f for f in told if f[1] <= at] for n, told in whole.items()}
        assert team.fired(TRACKED, at) == {name: told for name, told in by_then.items() if told}
        on_track = {name for name, track in tracks(decided).items() if track}
        assert on_track == {n for n, told in by_then.items() if any(f[1] > at - 3 * DAY for f in told)}
        one = team.explains(TRACKED, "b", at)
        assert one["engagement_level"] == levels(decided)["b"]
    assert replayed == rows


@pytest.mark.parametrize("book", [QUARTERS, TRACKED], ids=["plain", "tracked"])
def test_one_person_is_explained_without_scoring_everybody_again(
    team: Office, book: Playbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a run over the same facts every calibration up to its instant is kept."""
    team.imports(_people(a=4, b=3, c=2, d=1))
    decided = team.decides(book, MORNING - DAY)
    monkeypatch.setattr(Calibrating, "at", lambda *_: pytest.fail("everybody was scored again"))
    told = team.explains(book, "b", MORNING - DAY)
    assert told["engagement_level"] == levels(decided)["b"]
    assert told["track"] == tracks(decided)["b"]


def test_a_decision_says_when_its_calibration_was_made(team: Office) -> None:
    team.imports(_people(a=4, b=3, c=2, d=1))
    said = sentence(team.decides(QUARTERS), "DC105")
    assert said == (
        "Top shares were worked out over 4 people as of 2026-03-30T00:00:00Z, by this run; "
        "decisions keep to them until the next calibration."
    )
    said = sentence(team.at(MORNING + DAY).decides(QUARTERS), "DC105")
    assert "and stored at 2026-03-30T09:00:00Z; decisions keep to them until" in said
    said = sentence(team.decides(QUARTERS, MONDAY - DAY), "DC105")
    assert said.endswith("as of 2026-03-23T00:00:00Z, for these decisions alone.")
