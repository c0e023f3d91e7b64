"""Verdicts over time: what is told of a record at any instant is what its values known then tell."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from handraise.facts.rows import Assumed, AttributeChange
from handraise.hygiene.derived import Judged, Rules, Told, account_changes, person_changes
from handraise.hygiene.people import Known, PersonValues, review_person
from handraise.hygiene.titles import read_title
from handraise.model.fields import Field

VALUES = {
    "first_name": ("Ann", "Mickey"),
    "last_name": ("Meyer", "Mouse", "asdf"),
    "email": ("ann@acme.com", "x@mailinator.com", "ann@gmail.com"),
    "title": ("CFO", "Marketing Manager", "Working student", "?"),
    "country": ("Germany", "Deutschland", "Atlantis"),
    "state": ("Bayern", "Bavaria"),
}


@st.composite
def _told(draw: st.DrawFn) -> list[Told]:
    found = []
    for _ in range(draw(st.integers(0, 8))):
        name = draw(st.sampled_from(sorted(VALUES)))
        at = draw(st.integers(0, 9))
        value = draw(st.sampled_from((*VALUES[name], None)))
        found.append(Told(name, value, at, at + draw(st.sampled_from((0, 0, 3))), Assumed.HISTORY))
    return sorted(found, key=lambda t: (t.visible_at, t.at, t.known_at))


def _at(changes: list[AttributeChange], instant: int) -> dict[str, str]:
    latest: dict[str, str | None] = {}
    for change in changes:
        if change.at <= instant:
            latest[change.field] = change.value
    return {name: value for name, value in latest.items() if value is not None}


def _known(told: list[Told], instant: int) -> dict[str, str]:
    latest: dict[str, Told] = {}
    for each in told:
        if each.visible_at <= instant:
            had = latest.get(each.field)
            if had is None or (each.at, each.known_at) >= (had.at, had.known_at):
                latest[each.field] = each
    return {name: t.value for name, t in latest.items() if t.value is not None}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(_told(), st.integers(-1, 13))
def test_at_any_instant_it_is_what_the_values_known_then_tell(told: list[Told], instant: int) -> None:
    changes = list(person_changes("crm:ann", told, Rules(), Judged()))
    values = _known(told, instant)
    found = _at(changes, instant)
    verdict = review_person(PersonValues(**{k: v for k, v in values.items() if k != "state"}))
    for name in ("is_junk", "is_student", "is_role_mailbox", "is_free_mail", "is_purchased"):
        expected = {None: None, True: "true", False: "false"}[getattr(verdict, name)]
        assert found.get(name) == (expected if values else None)
    assert found.get("seniority") == read_title(values.get("title")).seniority


def test_only_what_changed_is_told_again() -> None:
    told = [
        Told("title", "CFO", 1, 1, Assumed.HISTORY),
        Told("title", "Chief Financial Officer", 5, 5, Assumed.HISTORY),
    ]
    changes = [(c.field, c.value, c.at) for c in person_changes("crm:ann", told, Rules(), Judged())]
    assert ("seniority", "c_level", 1) in changes
    assert [c for c in changes if c[2] == 5] == []


def test_a_value_that_is_erased_takes_its_verdict_along() -> None:
    told = [Told("title", "CFO", 1, 1, Assumed.HISTORY), Told("title", None, 5, 5, Assumed.HISTORY)]
    changes = list(person_changes("crm:ann", told, Rules(), Judged()))
    assert ("seniority", None, 5) in [(c.field, c.value, c.at) for c in changes]


def test_what_rests_on_an_assumption_says_so() -> None:
    told = [Told("title", "CFO", 1, 1, Assumed.FROM_EXPORT)]
    assert {c.assumed for c in person_changes("crm:ann", told, Rules(), Judged())} == {Assumed.FROM_EXPORT}


def test_titles_are_told_in_the_words_of_the_sources() -> None:
    rules = Rules(spellings={Field("person", "seniority"): {"clevel": "C-Level"}})
    changes = person_changes("crm:ann", [Told("title", "CFO", 1, 1, Assumed.HISTORY)], rules, Judged())
    assert {c.value for c in changes if c.field == "seniority"} == {"C-Level"}


def test_countries_and_states_become_codes_of_accounts_too() -> None:
    told = [Told("country", "USA", 1, 1, Assumed.HISTORY), Told("state", "California", 2, 2, Assumed.HISTORY)]
    changes = [(c.field, c.value, c.at) for c in account_changes("crm:acme", told, Judged())]
    assert changes == [("country_code", "US", 1), ("state_code", "US-CA", 2)]


def test_whom_we_know_is_told_by_domain_and_name() -> None:
    rules = Rules(Known(own_domains=frozenset({"acme.com"}), competitor_names=frozenset({"Bolt"})))
    told = [
        Told("company", "Bolt Inc", 1, 1, Assumed.HISTORY),
        Told("email", "ann@acme.com", 1, 1, Assumed.HISTORY),
    ]
    found = {c.field: c.value for c in person_changes("crm:ann", told, rules, Judged())}
    assert (found["is_employee"], found["is_competitor"]) == ("true", "true")


def test_every_record_is_counted_as_it_comes_out_in_the_end() -> None:
    judged = Judged()
    told = [
        Told("title", "CFO", 1, 1, Assumed.HISTORY),
        Told("title", "Marketing Manager", 5, 5, Assumed.HISTORY),
    ]
    list(person_changes("crm:ann", told, Rules(), judged))
    assert judged.n_records == 1
    assert judged.values["seniority", "manager"] == 1
    assert judged.values["seniority", "c_level"] == 0
