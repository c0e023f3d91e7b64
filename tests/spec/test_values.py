"""Tests of values: how texts, numbers, booleans, dates, instants and lists compare (meaning 5)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.spec.conftest import Ask
from tests.spec.words import (
    IN,
    OUT,
    UNKNOWN,
    World,
    at_least,
    is_none_of,
    is_one_of,
    of_field,
    playbook,
)

from handraise.model.conditions import Did
from handraise.model.playbook import Behaviour, WherePart
from handraise.model.value_tests import (
    Between,
    Compare,
    Comparison,
    IsKnown,
    ListHas,
    OneOf,
    TextRelation,
    TextTest,
    ValueTest,
)


def _titled(**titles: str) -> World:
    world = World()
    for name, title in titles.items():
        world.person(name).has(name, "person.title", title)
    return world


def test_texts_compare_without_case_width_or_outer_spaces(ask: Ask) -> None:
    """`Straße`, ` STRASSE ` and full-width letters are the same text; an accent makes another."""
    world = _titled(a="Straße", b="  STRASSE ", c="ｓｔｒａｓｓｅ", d="Stræsse", e="stras se")
    assert ask(world, is_one_of("person.title", "strasse")) == {"a": IN, "b": IN, "c": IN, "d": OUT, "e": OUT}


def test_one_of_several_values_is_enough_and_none_of_them_is_its_opposite(ask: Ask) -> None:
    """In [vp, c_level] and not in [vp, c_level] split everybody whose value is known."""
    world = _titled(a="vp", b="c_level", c="manager").person("d")
    questions = {
        "in": is_one_of("person.title", "vp", "c_level"),
        "not in": is_none_of("person.title", "vp", "c_level"),
        "in none": is_one_of("person.title"),
        "not in none": is_none_of("person.title"),
    }
    assert ask.all(world, questions) == {
        "in": {"a": IN, "b": IN, "c": OUT, "d": UNKNOWN},
        "not in": {"a": OUT, "b": OUT, "c": IN, "d": UNKNOWN},
        "in none": {"a": OUT, "b": OUT, "c": OUT, "d": UNKNOWN},
        "not in none": {"a": IN, "b": IN, "c": IN, "d": UNKNOWN},
    }


@pytest.mark.parametrize(
    ("relation", "texts", "expected"),
    [
        (TextRelation.CONTAINS, ("OF SALES",), {"a": IN, "b": OUT, "c": OUT}),
        (TextRelation.STARTS_WITH, ("head", "vp"), {"a": IN, "b": IN, "c": OUT}),
        (TextRelation.ENDS_WITH, ("Sales ",), {"a": IN, "b": IN, "c": OUT}),
        (TextRelation.MATCHES, (r"\bhead\b|^vp ",), {"a": IN, "b": IN, "c": OUT}),
        (TextRelation.MATCHES, ("Head",), {"a": IN, "b": OUT, "c": IN}),
        (TextRelation.CONTAINS, (), {"a": OUT, "b": OUT, "c": OUT}),
        (TextRelation.CONTAINS, ("",), {"a": IN, "b": IN, "c": IN}),
        (TextRelation.CONTAINS, ("50%", "a_c"), {"a": OUT, "b": OUT, "c": OUT}),
    ],
)
def test_parts_of_a_text_are_looked_for_in_the_folded_text(
    ask: Ask, relation: TextRelation, texts: tuple[str, ...], expected: dict[str, object]
) -> None:
    """Contains, starts with and ends with fold both sides; a pattern is searched in the folded text, so it is
    written in small letters. Percent signs and underscores are only characters."""
    world = _titled(a="Head of Sales", b="VP Sales", c="Overhead clerk")
    assert ask(world, of_field("person.title", TextTest(relation, texts))) == expected


def test_numbers_compare_as_numbers(ask: Ask) -> None:
    """9 is less than 10 though its text comes later; 1,000,000.1 is more than 1,000,000."""
    world = World()
    for name, revenue in {"a": "9", "b": "10", "c": "1000000.1", "d": "-5.5"}.items():
        world.person(name, account=f"{name}-co").has(f"{name}-co", "account.annual_revenue", revenue)
    questions = {
        "at least 10": at_least("account.annual_revenue", 10),
        "over a million": of_field("account.annual_revenue", Compare(Comparison.MORE_THAN, "1000000")),
        "is 10": is_one_of("account.annual_revenue", "10.0"),
        "between": of_field("account.annual_revenue", Between("-5.5", "9")),
    }
    assert ask.all(world, questions) == {
        "at least 10": {"a": OUT, "b": IN, "c": IN, "d": OUT},
        "over a million": {"a": OUT, "b": OUT, "c": IN, "d": OUT},
        "is 10": {"a": OUT, "b": IN, "c": OUT, "d": OUT},
        "between": {"a": IN, "b": OUT, "c": OUT, "d": IN},
    }


def test_numbers_compare_exactly(ask: Ask) -> None:
    """A revenue of 9007199254740993 is more than 9007199254740992: no digit is lost on the way."""
    world = World().person("a", account="a-co").has("a-co", "account.annual_revenue", "9007199254740993")
    assert ask(world, at_least("account.annual_revenue", 9007199254740993)) == {"a": IN}
    assert ask(world, at_least("account.annual_revenue", 9007199254740994)) == {"a": OUT}


def test_a_value_that_is_not_of_its_fields_type_is_unknown(ask: Ask) -> None:
    """`about 500` employees cannot be compared with 200: unknown, and so is its negation."""
    world = World().person("ann", account="acme").has("acme", "account.employees", "about 500")
    world.has("ann", "person.return_on", "soon").has("acme", "account.is_target", "maybe")
    questions = {
        "at least": at_least("account.employees", 200),
        "is none of": is_none_of("account.employees", "200"),
        "dated": at_least("person.return_on", "2026-01-01"),
        "true": is_one_of("account.is_target", "true"),
    }
    assert ask.all(world, questions) == {key: {"ann": UNKNOWN} for key in questions}


def test_lists_have_any_or_all_of_their_values(ask: Ask) -> None:
    """An account using SAP and Oracle has any of [sap, ibm] and all of [SAP, oracle]. Of an empty request, any is
    out and all is in; an empty list is known to have nothing."""
    world = (
        World().person("both", account="b-co").person("one", account="o-co").person("none", account="n-co")
    )
    for account, used in (("b-co", ["SAP", "Oracle"]), ("o-co", ["sap "]), ("n-co", [])):
        world.has(account, "account.technologies", json.dumps(used))
    field = "account.technologies"
    questions = {
        "any": of_field(field, ListHas(("ibm", "SAP"))),
        "all": of_field(field, ListHas(("Sap", "oracle"), all=True)),
        "any of nothing": of_field(field, ListHas(())),
        "all of nothing": of_field(field, ListHas((), all=True)),
    }
    assert ask.all(world, questions) == {
        "any": {"both": IN, "one": IN, "none": OUT},
        "all": {"both": IN, "one": OUT, "none": OUT},
        "any of nothing": {"both": OUT, "one": OUT, "none": OUT},
        "all of nothing": {"both": IN, "one": IN, "none": IN},
    }


def _where(name: str, test: ValueTest, activity: str = "form.submitted") -> Behaviour:
    return Behaviour("asked", (activity,), (WherePart(name, test),))


@pytest.mark.parametrize(
    ("test", "counts"),
    [
        (OneOf(("10",)), {"a", "b"}),
        (OneOf(("10.00",)), {"a", "b"}),
        (OneOf(("TEN",)), {"c"}),
        (OneOf(("10",), negated=True), {"c", "d"}),
        (Compare(Comparison.AT_LEAST, "10"), {"a", "b", "d"}),
        (Compare(Comparison.LESS_THAN, "10.5"), {"a", "b"}),
        (Between("10", "11"), {"a", "b"}),
        (TextTest(TextRelation.CONTAINS, ("E",)), {"c"}),
        (IsKnown(), {"a", "b", "c", "d"}),
        (IsKnown(known=False), {"e"}),
    ],
)
def test_a_property_is_text_and_a_number_where_it_reads_as_one(
    ask: Ask, test: ValueTest, counts: set[str]
) -> None:
    """What a form sends along is text. 10 and 10.0 are equal because both read as numbers; `ten` has no size, and
    an act without the property passes no test of it, `not 10` included, but the test of its absence."""
    world = World().person("a", "b", "c", "d", "e")
    for name, value in {"a": "10", "b": " 10.0", "c": "ten", "d": "12"}.items():
        world.did(name, "form.submitted", where={"size": value})
    world.did("e", "form.submitted")
    base = replace(playbook(), behaviours={"asked": _where("size", test)})
    answers = ask(world, Did("asked"), base=base)
    assert {name for name, truth in answers.items() if truth is IN} == counts
