"""Which records are one person, and what a matcher proposes."""

from __future__ import annotations

import random

import pytest
from benchmarks.lookalikes import firms, humans, people
from benchmarks.matching import merged_pairs, true_pairs
from hypothesis import given, settings
from hypothesis import strategies as st

from handraise.identity.duplicates.levels import NameLevel, name_level
from handraise.identity.duplicates.matching import people_duplicates
from handraise.identity.duplicates.people import Person, people_records
from handraise.identity.duplicates.person_names import read_person_name
from handraise.identity.matching.accounts import ANSWERS
from handraise.identity.proposals import Answer, Decision, Link, confidence_of, proposals


def answer(one: Person, other: Person, *more: Person) -> Answer:
    found = people_duplicates(people_records([one, other, *more]))
    for at in range(len(found)):
        if {str(found.people.ids[found.rows[at]]), str(found.people.ids[found.others[at]])} == {
            one.id,
            other.id,
        }:
            return ANSWERS[found.answer[at]]
    return Answer.NONE


def at_work(record: str, given_name: str, family: str, email: str | None = None, **more: str) -> Person:
    return Person(record, given_name, family, email=email, account="A1", **more)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Person("1", "Robert", "Zwick", email="bob@acme.com"), Person("2", "Robert", "Zwick", email="BOB@Acme.com"), Answer.MATCH),
        (Person("1", email="bob.zwick@acme.com"), Person("2", "Bob", "Zwick", email="bob.zwick@acme.com"), Answer.MATCH),
        (Person("1", "Anna", "Zwick", email="a.zwick@acme.com"), Person("2", "Anna", "Berger", email="a.zwick@acme.com"), Answer.MATCH),
        (Person("1", "Robert", "Zwick", email="zwick@acme.com"), Person("2", "Mary", "Zwick", email="zwick@acme.com"), Answer.ASK),
        (Person("1", "Robert", "Zwick", email="x@acme.com"), Person("2", "Ewa", "Lohmann", email="x@acme.com"), Answer.ASK),
        (at_work("1", "Robert", "Zwick"), at_work("2", "Bob", "Zwick"), Answer.MATCH),
        (at_work("1", "Zwick", "Robert"), at_work("2", "Robert", "Zwick"), Answer.MATCH),
        (at_work("1", "Jörg", "Zwickmüller"), at_work("2", "Jorg", "Zwickmueller"), Answer.MATCH),
        (at_work("1", "Robert", "Zwickmann"), at_work("2", "Robert", "Zwikmann"), Answer.MATCH),
        (at_work("1", "Robert", "Zwick", "r.zwick@acme.com"), at_work("2", "Robert", "Zwick", "robert.zwick@acme.com"), Answer.MATCH),
        (at_work("1", "Robert", "Zwick", "robert.zwick@acme.com"), at_work("2", "Robert", "Zwick", "robert.zwick2@acme.com"), Answer.ASK),
        (at_work("1", "Mario", "Zwick"), at_work("2", "Maria", "Zwick"), Answer.NONE),
        (at_work("1", "John", "Smith"), at_work("2", "John", "Smith"), Answer.ASK),
        (Person("1", "Robert", "Zwick", account="A1"), Person("2", "Robert", "Zwick", account="A2"), Answer.ASK),
        (Person("1", "John", "Smith", account="A1"), Person("2", "John", "Smith", account="A2"), Answer.NONE),
        (Person("1", "Robert", "Zwick", phone="+49 561 234567", account="A1"), Person("2", "Robert", "Zwick", phone="0561 234567", country="DE", account="A2"), Answer.MATCH),
        (Person("1", "Robert", "Zwick"), Person("2", "Robert", "Zwick"), Answer.ASK),
        (Person("1", "Robert", "Zwick", other_id="sf:1"), Person("2", other_id="sf:1"), Answer.MATCH),
        (Person("1"), Person("2"), Answer.NONE),
        (Person("1", "n/a", "n/a", account="A1"), Person("2", "n/a", "n/a", account="A1"), Answer.NONE),
    ],
)  # fmt: skip
def test_two_records_are_one_are_asked_about_or_are_two(one: Person, other: Person, expected: Answer) -> None:
    assert answer(one, other) is expected


def test_an_offices_mailbox_joins_nobody() -> None:
    shared = [
        Person(str(i), given_name, family, email="info@acme.com")
        for i, (given_name, family) in enumerate([("Ewa", "Lohmann"), ("Robert", "Zwick"), ("Otto", "Kern")])
    ]
    assert not len(people_duplicates(people_records(shared)))


def test_a_switchboards_number_joins_nobody() -> None:
    families = ["Lohmann", "Zwick", "Kern", "Bruhn"]
    rows = [Person(str(i), "Otto", family, phone="+49 561 234567") for i, family in enumerate(families)]
    assert all(ANSWERS[a] is not Answer.MATCH for a in people_duplicates(people_records(rows)).answer)


def test_a_record_between_two_namesakes_joins_neither() -> None:
    one, other = (
        at_work("1", "Robert", "Zwick", "robert.zwick@acme.com"),
        at_work("2", "Robert", "Zwick", "robert.zwick2@acme.com"),
    )
    assert answer(one, at_work("3", "Robert", "Zwick"), other) is Answer.ASK
    assert answer(one, at_work("3", "R.", "Zwick", "robert.zwick@acme.com"), other) is Answer.MATCH


def test_the_evidence_is_told_in_words() -> None:
    found = people_duplicates(people_records([at_work("1", "Robert", "Zwick"), at_work("2", "Bob", "Zwick")]))
    assert [e.words for e in found.evidence(0)] == [
        "one given name is short for the other (`Robert Zwick`, `Bob Zwick`)",
        "same organisation",
    ]


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Anna Maria Schmidt", "Anna Schmidt", NameLevel.FURTHER),
        ("Anna Schmidt-Weber", "Anna Schmidt", NameLevel.FURTHER),
        ("John A. Smith", "John B. Smith", NameLevel.GIVEN_DIFFERS),
        ("J. Smith", "John Smith", NameLevel.INITIAL),
        ("K. Smith", "John Smith", NameLevel.GIVEN_DIFFERS),
        ("Martin Zwick", "Martina Zwick", NameLevel.GIVEN_DIFFERS),
        ("Anna Zwick", "Anna Berger", NameLevel.FAMILY_DIFFERS),
        ("Otto Zwick", "Anna Berger", NameLevel.DIFFERENT),
        ("Bob Zwick", "Rob Zwick", NameLevel.NICKNAME),
    ],
)
def test_names_compare(one: str, other: str, level: NameLevel) -> None:
    mine, theirs = read_person_name("", "", one), read_person_name("", "", other)
    assert name_level(mine, theirs) is level
    assert name_level(theirs, mine) is level


@pytest.fixture(scope="module")
def records() -> tuple[list[Person], dict[str, int]]:
    found = firms(200, 5)
    return people(humans(found, 1_500, 5), found, 5)


def answers(rows: list[Person]) -> dict[frozenset[str], tuple[int, float]]:
    found = people_duplicates(people_records(rows))
    ids = found.people.ids
    return {
        frozenset((str(ids[a]), str(ids[b]))): (int(answer), float(score))
        for a, b, answer, score in zip(found.rows, found.others, found.answer, found.score, strict=True)
    }


def test_the_order_of_records_does_not_matter(records: tuple[list[Person], dict[str, int]]) -> None:
    rows = records[0]
    assert answers(random.Random(2).sample(rows, len(rows))) == answers(rows)


def test_comparing_people_is_symmetric(records: tuple[list[Person], dict[str, int]]) -> None:
    rows = records[0]
    turned = answers([row._replace(id=row.id[::-1]) for row in rows])
    assert {frozenset(i[::-1] for i in pair): found for pair, found in turned.items()} == answers(rows)


def test_what_is_merged_is_nearly_always_one_person(records: tuple[list[Person], dict[str, int]]) -> None:
    rows, truth = records
    merged = merged_pairs(proposals(people_duplicates(people_records(rows)).links()), Answer.MATCH)
    assert len(merged & true_pairs(truth)) / len(merged) >= 0.97


HOSTILE = [
    "x" * 10_000,
    "\x00\x01",
    "\u202eevil",
    "😀😀",
    "שלום",
    "a'\"`{}%s",
    "=1+1",
    "é" * 400,
    "\ud800",
    "(((",
    ",",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_records_are_compared_like_any_other(text: str) -> None:
    rows = [
        Person(str(i), text, text, text, email=text, phone=text, account=text, country=text) for i in range(2)
    ]
    for link in people_duplicates(people_records(rows)).links():
        assert all(len(e.words) < 300 for e in link.evidence)


def link(
    one: str, other: str, confidence: float = 0.99, answer: Answer = Answer.MATCH, forbids: bool = False
) -> Link:
    return Link(one, other, answer, confidence, forbids=forbids)


def test_matches_join_into_groups_held_by_their_strongest_links() -> None:
    (found,) = proposals([link("a", "b", 0.99), link("b", "c", 0.97), link("a", "c", 0.98)])
    assert (found.records, found.confidence, len(found.links)) == (("a", "b", "c"), 0.98, 2)
    assert found.decision is Decision.OPEN


def test_a_forbidden_pair_is_never_brought_together_by_others() -> None:
    found = proposals(
        [link("a", "b", 0.99), link("b", "c", 0.98), link("a", "c", 0.1, Answer.NONE, forbids=True)]
    )
    assert [(one.records, one.answer) for one in found] == [
        (("a", "b"), Answer.MATCH),
        (("b", "c"), Answer.ASK),
    ]


def test_a_question_within_a_group_is_no_question() -> None:
    found = proposals([link("a", "b"), link("b", "c"), link("a", "c", 0.7, Answer.ASK)])
    assert [one.answer for one in found] == [Answer.MATCH]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from([0.96, 0.98, 0.99]), st.booleans()),
        max_size=15,
    ),
    st.randoms(),
)
def test_the_order_of_links_does_not_matter_and_nothing_forbidden_is_joined(
    raw: list[tuple[int, int, float, bool]], rng: random.Random
) -> None:
    links = list(
        {
            (min(a, b), max(a, b)): link(str(min(a, b)), str(max(a, b)), c, forbids=f)
            for a, b, c, f in raw
            if a != b
        }.values()
    )
    found = proposals(links)
    assert proposals(rng.sample(links, len(links))) == found
    groups = [set(one.records) for one in found if one.answer is Answer.MATCH]
    assert not any({one.one, one.other} <= group for one in links if one.forbids for group in groups)


def test_confidence_is_a_probability_however_high_the_score() -> None:
    assert 0 < confidence_of(-1e9) < confidence_of(0) == 0.5 < confidence_of(1e9) <= 1
