"""The difference of two playbooks: told by what they mean, in both directions, and never nothing where they differ."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from tests.playbook.strategies import CATALOG, playbooks

from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.playbook.difference import ChangeKind, Difference, difference
from handraise.playbook.one_form import in_one_form
from handraise.playbook.reader import read_text
from handraise.playbook.starter import starter_text
from handraise.playbook.writer import write

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)

BOOK = """
playbook: Small
time_zone: UTC
agreement: {capacity: {mqls_per_week: 10}}
behaviours:
  visit: {activity: page.viewed, words: looked around}
  ask: {activity: form.submitted, words: asked for a demo}
fit:
  rules:
    - {name: Decision maker, when: {person.seniority: [c_level, vp]}, points: 30}
    - {name: Right size, when: {account.employees: {between: [200, 5000]}}, points: 25}
  grades: {A: 50, B: 30, C: 15}
engagement:
  rules:
    - {behaviour: visit, points: 5, at_most: 4, within: 30 days}
  levels: {1: 20, 2: 10, 3: 5}
marketing_qualified: {ranks: [A1, A2, B1], tracks: all}
triggers:
  asked: {when: {did: {behaviour: ask, within: 1 day}}, rest: 7 days}
  toured: {when: {sequence: [visit, ask], within: 7 days}}
buyer_segments:
  - {key: good_fit, label: Good fit, when: {grade: [A, B, C]}, next_touch: A first useful thing}
  - {key: unverified, label: Unverified, when: {grade: open}, next_touch: Find out}
  - {key: off_target, label: Off target}
"""


def book(text: str) -> Playbook:
    read = read_text(text, "playbook.yml", FieldCatalog())
    assert read.playbook is not None, [str(p) for p in read.errors]
    return read.playbook


def between(text: str, *edits: tuple[str, str]) -> Difference:
    other = text
    for old, new in edits:
        assert old in other, old
        other = other.replace(old, new, 1)
    return difference(book(text), book(other), FieldCatalog())


def told(found: Difference) -> list[tuple[str, str]]:
    return [(change.kind.value, str(change.part)) for change in found.changes]


@given(playbooks(), playbooks())
@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
def test_a_playbook_does_not_differ_from_itself_and_two_differ_both_ways(
    one: Playbook, other: Playbook
) -> None:
    again = read_text(write(one), "again.yml", CATALOG).playbook
    assert again is not None
    assert difference(one, again, CATALOG).is_none
    there, back = difference(one, other, CATALOG), difference(other, one, CATALOG)
    if there.is_none:  # then one text is the other with its lists in another order
        assert sorted(write(in_one_form(one)).split()) == sorted(write(in_one_form(other)).split())
    assert {(c.part, c.was, c.now) for c in there.changes} == {(c.part, c.now, c.was) for c in back.changes}
    assert all(c.was != c.now for c in there.changes)


def test_comments_spelling_and_an_order_that_says_nothing_are_no_difference() -> None:
    found = between(
        BOOK,
        ("at_most: 4", "at most: 4"),
        ("fit:", "# why\nfit:"),
        ("[A1, A2, B1]", "[B1, A2, A1]"),
        ("[c_level, vp]", "[vp, c_level]"),
    )
    assert found.is_none
    starter = starter_text()
    assert between(starter, ("# ", "# really ")).is_none


def test_the_order_letter_case_and_repeats_of_values_are_no_difference() -> None:
    book = BOOK.replace(
        "{person.seniority: [c_level, vp]}", "{person.seniority: [c_level, vp], person.country: [DE, CH]}"
    )
    assert between(book, ("[DE, CH]", "[ch, CH, de]")).is_none
    assert not between(book, ("[DE, CH]", "[CH, AT]")).is_none
    pattern = BOOK.replace("{person.seniority: [c_level, vp]}", r"{person.title: {matches: '^\d'}}")
    assert not between(pattern, (r"'^\d'", r"'^\D'")).is_none
    said = between(book, ("[DE, CH]", "[ch, CH, de]"), ("points: 30", "points: 40")).changes[0]
    assert "CH, CH or de" not in str(said.was)
    assert "ch, CH or de" in str(said.now)


def test_the_order_of_rules_is_no_difference_but_that_of_what_is_first_is() -> None:
    rules = [
        line for line in BOOK.splitlines() if "name: Decision maker" in line or "name: Right size" in line
    ]
    assert between(BOOK, ("\n".join(rules), "\n".join(reversed(rules)))).is_none
    segments = [line for line in BOOK.splitlines() if "key: good_fit" in line or "key: unverified" in line]
    assert told(between(BOOK, ("\n".join(segments), "\n".join(reversed(segments))))) == [("changed", "order")]
    triggers = [line for line in BOOK.splitlines() if line.startswith(("  asked:", "  toured:"))]
    assert told(between(BOOK, ("\n".join(triggers), "\n".join(reversed(triggers))))) == [("changed", "order")]


def test_a_sequence_the_other_way_round_is_a_difference() -> None:
    assert told(between(BOOK, ("[visit, ask]", "[ask, visit]"))) == [("changed", "trigger `toured`")]


def test_each_part_is_told_in_plain_english_of_both_sides() -> None:
    found = between(
        BOOK,
        ("points: 30", "points: 45"),
        ("    - {name: Right size, when: {account.employees: {between: [200, 5000]}}, points: 25}\n", ""),
        ("grades: {A: 50", "grades: {A: 60"),
        ("mqls_per_week: 10", "mqls_per_week: 12"),
        ("at_most: 4", "at_most: 2"),
        (
            "  - {key: off_target",
            "  - {key: new_one, label: New one, when: {level: 1}}\n  - {key: off_target",
        ),
        ("[A1, A2, B1], tracks: all", "[A1]"),
    )
    said = {str(c.part): (c.kind, c.was, c.now) for c in found.changes}
    assert said["fit rule `Decision maker`"] == (
        ChangeKind.CHANGED,
        "+30 Decision maker: seniority is c level or vp.",
        "+45 Decision maker: seniority is c level or vp.",
    )
    kind, was, now = said["fit rule `Right size`"]
    assert kind is ChangeKind.REMOVED
    assert now is None
    assert was is not None
    assert was.startswith("+25 Right size")
    assert said["grades"][1:] == (
        "Grade A from 50 points, B from 30 points, C from 15 points, otherwise D.",
        "Grade A from 60 points, B from 30 points, C from 15 points, otherwise D.",
    )
    assert said["capacity"][2] == "Sales can take 12 marketing-qualified leads a week."
    assert said["engagement rule `Visit`"][2] is not None
    assert "at most twice" in said["engagement rule `Visit`"][2]
    assert said["buyer segment `new_one`"][0] is ChangeKind.ADDED
    assert said["who is marketing-qualified"][1:] == (
        "Marketing-qualified: the ranks A1, A2 and B1 and every track.",
        "Marketing-qualified: the ranks A1.",
    )
    assert len(said) == 7


def test_what_takes_no_part_is_told_too() -> None:
    found = between(BOOK, ("fit:\n", "books: {north: {reps: 3}}\nfit:\n"))
    assert told(found) == [("added", "set aside `books`")]
    assert found.changes[0].now == "`books` is not decided yet"
