"""What makes a record junk, and what never does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hygiene.people_planted import planted_people

from handraise.hygiene.people import Known, PersonValues, review_person
from handraise.hygiene.phones import number_of
from handraise.hygiene.reasons import CODES

ANN = PersonValues("Ann", "Bowman", email="ann.bowman@acme.com")


def codes(**values: str) -> set[str]:
    return {r.code for r in review_person(PersonValues(**values)).reasons}


def junk(
    first: str | None = "Ann", last: str | None = "Bowman", email: str | None = "ann@acme.com", **more: str
) -> bool | None:
    return review_person(PersonValues(first, last, email=email, **more)).is_junk


@pytest.mark.parametrize(
    ("first", "last", "email"),
    [
        ("Mickey", "Mouse", "m@acme.com"), ("asdf", "asdf", "x@acme.com"), ("Test", "User", "x@acme.com"), ("Ann", "Bowman", "a@mailinator.com"),
        ("Ann", "Bowman", "a@eu.mailinator.com"), ("Michael", "Jordan", "asdf@acme.com"), ("John", "Doe", "jd@gmail.com"), ("1234", "5678", "x@acme.com"),
        ("https://spam.ru", "hi", "x@acme.com"), ("none of your", "business", "x@acme.com"),
    ],
)  # fmt: skip
def test_junk_is_told_with_a_reason(first: str, last: str, email: str) -> None:
    assert junk(first, last, email) is True


@pytest.mark.parametrize(
    ("first", "last", "email"),
    [
        ("Michael", "Jordan", "michael.jordan@acme.com"), ("John", "Doe", "john.doe@acme.com"), ("Chloe", "Null", "chloe@acme.com"), ("Na", "Li", "na.li@acme.cn"),
        ("Jon", "Tester", "jon@acme.com"), ("Zach", "Ertz", "zach@acme.com"), ("Petr", "Krč", "petr@acme.cz"), ("Bo", "Li", "bo@acme.com"), ("Mario", "Rossi", "mario@gmail.com"),
        ("Jesús", "García", "jesus@acme.es"), ("Ann", "Bowman", "sales@acme.com"), ("Ann", "Bowman", "ann@gmail.com"), ("O", "Oh", "o@acme.kr"),
    ],
)  # fmt: skip
def test_a_real_person_with_an_odd_name_is_no_junk(first: str, last: str, email: str) -> None:
    assert junk(first, last, email) is False


@pytest.mark.parametrize(
    "name",
    [
        "王 伟",
        "Παπαδόπουλος Γιώργος",
        "العتيبي محمد",
        "Иванова Анна",
        "김 민수",
        "ชัยวัฒน์ ใจดี",
        "יוסי כהן",
        "ქეთი აბაშიძე",
    ],
)
def test_a_name_is_never_junk_for_its_script(name: str) -> None:
    verdict = review_person(PersonValues(name=name, email="a.b@acme.com"))
    assert (verdict.is_junk, verdict.reasons) == (False, ())


def test_one_weak_reason_leaves_it_open_and_two_of_different_fields_settle_it() -> None:
    assert junk(phone="1234567890") is None
    assert junk(phone="1234567890", mobile_phone="0000000000") is None
    assert junk(phone="1234567890", email="test@acme.com") is True


def test_what_is_missing_leaves_it_open() -> None:
    assert review_person(PersonValues()).is_junk is None
    assert junk(email=None) is None
    assert junk(email="ann@acme") is None
    assert junk(first=None, last=None) is None
    assert junk(last="[not provided]", first=None) is None
    assert junk(first=None) is False


def test_role_and_free_mailboxes_are_told_and_no_junk() -> None:
    role = review_person(PersonValues("Ann", "Bowman", email="sales.emea@acme.com"))
    assert (role.is_role_mailbox, role.is_free_mail, role.is_junk) == (True, False, False)
    free = review_person(PersonValues("Ann", "Bowman", email="ann+crm@gmail.com"))
    assert (free.is_role_mailbox, free.is_free_mail, free.is_junk) == (False, True, False)
    none = review_person(PersonValues("Ann", "Bowman"))
    assert (none.is_role_mailbox, none.is_free_mail) == (None, None)


@pytest.mark.parametrize(
    ("email", "role"),
    [
        ("info@a.de", True), ("Einkauf@a.de", True), ("sales-uk@a.com", True), ("support2@a.com", True), ("no-reply@a.com", True), ("ann@a.de", False),
        ("it.smith@a.com", False), ("marketing.meyer@a.com", False), ("salesman@a.com", False), ("achats@a.fr", True), ("ventas@a.es", True),
    ],
)  # fmt: skip
def test_a_role_mailbox_is_all_roles(email: str, role: bool) -> None:
    assert review_person(PersonValues(email=email)).is_role_mailbox is role


def test_own_people_and_competitors_are_told_by_mailbox_or_company() -> None:
    known = Known(
        own_domains=frozenset({"ours.com"}),
        competitor_domains=frozenset({"rival.com"}),
        competitor_names=frozenset({"Rival Systems, Inc."}),
    )
    cases = {
        ("ann@ours.com", None): (True, False), ("ann@eu.rival.com", None): (False, True), ("ann@notrival.com", None): (False, False),
        ("ann@gmail.com", "RIVAL SYSTEMS GmbH"): (None, True), ("ann@gmail.com", None): (None, None), (None, None): (None, None),
        ("ann@gmail.com", "Rival Systems Health"): (None, False),
    }  # fmt: skip
    for (email, company), expected in cases.items():
        verdict = review_person(PersonValues(email=email, company=company), known)
        assert (verdict.is_employee, verdict.is_competitor) == expected, (email, company)
    nothing = review_person(ANN)
    assert (nothing.is_employee, nothing.is_competitor) == (None, None)


@pytest.mark.parametrize(
    ("values", "student"),
    [
        ({"title": "Student"}, True), ({"email": "a@stud.uni-bonn.de"}, True), ({"email": "a@mit.edu"}, None), ({"email": "a@mit.edu", "title": "Professor of Law"}, False),
        ({"email": "a@student.ac.uk", "title": "Head of IT"}, False), ({"email": "a@acme.com"}, None), ({"title": "CFO"}, False),
    ],
)  # fmt: skip
def test_a_university_employs_people_too(values: dict[str, str], student: bool | None) -> None:
    assert review_person(PersonValues(**values)).is_student is student


@pytest.mark.parametrize(
    ("source", "purchased"),
    [
        ("Purchased List", True), ("ZoomInfo", True), ("zoominfo_2024", True), ("Gekaufte Adressen", True), ("Fichier acheté", True), ("3rd-party list", True),
        ("Webinar", False), ("Purchasing team event", False), ("Purchased our product", False), ("Web", False), (None, None), ("Select", None), ("", None),
    ],
)  # fmt: skip
def test_a_purchased_source_is_told_by_its_words(source: str | None, purchased: bool | None) -> None:
    assert review_person(PersonValues(lead_source=source)).is_purchased is purchased


@pytest.mark.parametrize(
    ("phone", "country", "found"),
    [
        ("+49 30 26550", "DE", set()), ("030 26550", "Germany", set()), ("030 26550", None, set()), ("+1 212 55", "US", {"impossible_phone"}),
        ("12", "US", {"impossible_phone"}), ("555-1234-98765438112233", None, {"impossible_phone"}), ("0000000000", None, {"fake_phone"}),
        ("123-456-7890", "US", {"fake_phone"}), ("call me", "US", set()), ("+1 (212) 736-5000 ext. 12", None, set()), ("212 736 5000 / 212 736 5001", "US", set()),
    ],
)  # fmt: skip
def test_a_number_is_judged_in_its_country(phone: str, country: str | None, found: set[str]) -> None:
    values = {"phone": phone} | ({"country": country} if country else {})
    assert codes(**values) == found


@pytest.mark.parametrize(
    "name",
    [
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "Bowman'; DROP TABLE leads",
        "${jndi}",
        "{{7*7}}",
        "x' OR '1'='1",
    ],
)
def test_text_meant_to_break_what_reads_it_is_no_name(name: str) -> None:
    assert "code_in_name" in codes(first_name="Ann", last_name=name)


@pytest.mark.parametrize(
    "name", ["O'Or", "D'Angelo-Smith", "Ann (Annie)", "Smith, PhD", "Jr.", "Mc Drop", "+Ann", "A & B"]
)
def test_marks_in_a_name_are_no_code(name: str) -> None:
    assert not codes(first_name="Ann", last_name=name)


def test_a_number_is_written_as_it_is_dialled_from_anywhere() -> None:
    assert number_of("030 26550", "DE") == "+493026550"
    assert number_of("+49 (0)30 26550") == "+493026550"
    assert number_of("(212) 736-5000 / 5001", "US") == "+12127365000"
    assert [number_of(x) for x in (None, "", "call me", "030 26550", "+1 2")] == [None] * 5


def test_every_reason_says_its_evidence_in_a_sentence() -> None:
    assert all(code.sentence.endswith(".") and code.sentence.count("{}") == 1 for code in CODES.values())
    (reason,) = review_person(PersonValues("Mickey", "Mouse", email="m@acme.com")).reasons
    assert reason.sentence == "`Mickey Mouse` is nobody: a figure of stories, or a sample in forms."


@given(st.builds(PersonValues, *[st.none() | st.text(max_size=40)] * 10))
def test_whatever_is_written_gets_a_verdict_and_known_codes(person: PersonValues) -> None:
    verdict = review_person(person)
    assert {r.code for r in verdict.reasons} <= CODES.keys()
    assert review_person(person) == verdict


def test_huge_values_are_read_at_their_beginning() -> None:
    huge = "a@" * 1_000_000
    assert review_person(PersonValues(*[huge] * 10)).is_junk is not False


def test_planted_junk_is_caught_and_real_people_are_spared() -> None:
    people = planted_people(1_500, 500, seed=7)
    flagged = [review_person(p.person).is_junk is True for p in people]
    caught = sum(f for f, p in zip(flagged, people, strict=True) if p.is_junk)
    lost = [p for f, p in zip(flagged, people, strict=True) if f and not p.is_junk]
    assert caught / 500 >= 0.97
    assert not lost, lost[:5]
