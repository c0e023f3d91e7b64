"""Meaning 5: what is not known is unknown, and logic is Kleene's."""

from __future__ import annotations

import pytest
from tests.spec.conftest import Ask
from tests.spec.words import (
    IN,
    OUT,
    UNKNOWN,
    World,
    ago,
    at_least,
    at_most,
    is_none_of,
    is_one_of,
    of_field,
    playbook,
)

from handraise.model.conditions import All, Always, Any, AtLeast, Condition, InSegment, Not
from handraise.model.truth import Truth
from handraise.model.value_tests import IsKnown, ListHas, OneOf, TextRelation, TextTest

LETTERS = {"i": IN, "o": OUT, "u": UNKNOWN}
"""In, out, unknown: a person is named by the verdicts of their tests, `iu` has p in and q unknown."""

P, Q, R = (is_one_of(f"person.{name}", "yes") for name in ("p", "q", "r"))


def _everybody(n: int) -> World:
    """People with every combination of n verdicts."""
    names = [""]
    for _ in range(n):
        names = [name + letter for name in names for letter in LETTERS]
    world = World().person(*names)
    for name in names:
        for letter, field in zip(name, "pqr", strict=False):
            if letter != "u":
                world.has(name, f"person.{field}", "yes" if letter == "i" else "no")
    return world


def _table(rows: str) -> dict[str, Truth]:
    """`ii=i io=o` as answers by person."""
    cells = (cell.split("=") for cell in rows.split())
    return {name: LETTERS[letter] for name, letter in cells}


def test_not_turns_in_and_out_around_and_leaves_unknown(ask: Ask) -> None:
    """Not knowing whether she is a vp, we do not know either whether she is not one."""
    assert ask(_everybody(1), Not(P)) == _table("i=o o=i u=u")


def test_all_is_out_as_soon_as_one_is_out(ask: Ask) -> None:
    """Out and unknown is out: what is missing can no longer save it."""
    assert ask(_everybody(2), All((P, Q))) == _table("ii=i io=o iu=u oi=o oo=o ou=o ui=u uo=o uu=u")


def test_any_is_in_as_soon_as_one_is_in(ask: Ask) -> None:
    """In or unknown is in: what is missing can no longer spoil it."""
    assert ask(_everybody(2), Any((P, Q))) == _table("ii=i io=i iu=i oi=i oo=o ou=u ui=i uo=u uu=u")


AT_LEAST = {
    1: """
        iii=i iio=i iiu=i  ioi=i ioo=i iou=i  iui=i iuo=i iuu=i
        oii=i oio=i oiu=i  ooi=i ooo=o oou=u  oui=i ouo=u ouu=u
        uii=i uio=i uiu=i  uoi=i uoo=u uou=u  uui=i uuo=u uuu=u""",
    2: """
        iii=i iio=i iiu=i  ioi=i ioo=o iou=u  iui=i iuo=u iuu=u
        oii=i oio=o oiu=u  ooi=o ooo=o oou=o  oui=u ouo=o ouu=u
        uii=i uio=u uiu=u  uoi=u uoo=o uou=u  uui=u uuo=u uuu=u""",
    3: """
        iii=i iio=o iiu=u  ioi=o ioo=o iou=o  iui=u iuo=o iuu=u
        oii=o oio=o oiu=o  ooi=o ooo=o oou=o  oui=o ouo=o ouu=o
        uii=u uio=o uiu=u  uoi=o uoo=o uou=o  uui=u uuo=o uuu=u""",
}


@pytest.mark.parametrize("n", AT_LEAST)
def test_at_least_n_is_settled_as_soon_as_it_is_certain(ask: Ask, n: int) -> None:
    """At least two of three: in once two are in, out once two are out, and unknown in between."""
    assert ask(_everybody(3), AtLeast(n, (P, Q, R))) == _table(AT_LEAST[n])


def test_at_least_one_is_any_and_at_least_all_is_all(ask: Ask) -> None:
    """The three words agree where they mean the same."""
    answers = ask.all(
        _everybody(2),
        {
            "any": Any((P, Q)),
            "one": AtLeast(1, (P, Q)),
            "all": All((P, Q)),
            "both": AtLeast(2, (P, Q)),
        },
    )
    assert answers["any"] == answers["one"]
    assert answers["all"] == answers["both"]


def test_de_morgan_holds_with_unknowns(ask: Ask) -> None:
    """Not all is the same as any not, for every combination."""
    answers = ask.all(_everybody(2), {"not all": Not(All((P, Q))), "any not": Any((Not(P), Not(Q)))})
    assert answers["not all"] == answers["any not"]


def test_unknown_or_not_unknown_is_still_unknown(ask: Ask) -> None:
    """The logic does not guess: she is a vp or she is not, and we cannot tell which, so this stays unknown."""
    assert ask(_everybody(1), Any((P, Not(P)))) == _table("i=i o=i u=u")


def test_any_of_nothing_is_out_and_all_of_nothing_is_in(ask: Ask) -> None:
    """With nothing to fulfil, all is fulfilled and any is not."""
    world = World().person("ann")
    questions: dict[str, Condition] = {"any": Any(()), "all": All(()), "always": Always()}
    assert ask.all(world, questions) == {"any": {"ann": OUT}, "all": {"ann": IN}, "always": {"ann": IN}}


def test_every_test_of_a_missing_value_is_unknown(ask: Ask) -> None:
    """Also the negative ones: somebody whose country we do not know is not `not in Germany`."""
    world = World().person("ann", account="acme")
    questions = {
        "in": is_one_of("person.country", "DE"),
        "not in": is_none_of("person.country", "DE"),
        "in nothing": of_field("person.country", OneOf(())),
        "contains": of_field("person.title", TextTest(TextRelation.CONTAINS, ("chief",))),
        "is true": is_one_of("account.is_target", "true"),
        "is false": is_one_of("account.is_target", "false"),
        "at least": at_least("account.employees", 0),
        "at most": at_most("account.employees", 10),
        "has any": of_field("account.technologies", ListHas(("sap",))),
        "has all of nothing": of_field("account.technologies", ListHas((), all=True)),
    }
    assert ask.all(world, questions) == {key: {"ann": UNKNOWN} for key in questions}


def test_whether_a_value_is_known_is_never_unknown(ask: Ask) -> None:
    """`is known` is the one test that a missing value can pass or fail."""
    world = World().person("known", "missing", "erased").has("known", "person.country", "DE")
    world.has("erased", "person.country", "DE").has("erased", "person.country", None, at=ago(30))
    questions = {
        "known": of_field("person.country", IsKnown()),
        "not known": of_field("person.country", IsKnown(known=False)),
    }
    assert ask.all(world, questions) == {
        "known": {"known": IN, "missing": OUT, "erased": OUT},
        "not known": {"known": OUT, "missing": IN, "erased": IN},
    }


def test_absence_in_a_later_update_erases_nothing(ask: Ask) -> None:
    """An update that says nothing about the country leaves the country as it was."""
    world = World().person("ann").has("ann", "person.country", "DE")
    world.has("ann", "person.city", "Bonn", at=ago(30))
    assert ask(world, is_one_of("person.country", "DE")) == {"ann": IN}


def test_an_empty_text_is_a_value(ask: Ask) -> None:
    """An empty text that a source states is known and equals only the empty text; importers decide whether an empty
    cell states anything."""
    world = World().person("ann").has("ann", "person.country", "")
    questions = {
        "known": of_field("person.country", IsKnown()),
        "DE": is_one_of("person.country", "DE"),
        "not DE": is_none_of("person.country", "DE"),
    }
    assert ask.all(world, questions) == {"known": {"ann": IN}, "DE": {"ann": OUT}, "not DE": {"ann": IN}}


def test_an_account_segment_is_asked_of_the_persons_account(ask: Ask) -> None:
    """In, out or unknown as the account is; without an account nothing of it is known."""
    world = World().person("big", account="big-co").person("small", account="small-co")
    world.person("unsized", account="unsized-co").person("alone")
    world.has("big-co", "account.employees", "500").has("small-co", "account.employees", "5")
    base = playbook(account_segments={"large": at_least("account.employees", 200)})
    assert ask(world, InSegment("large"), base=base) == {
        "big": IN, "small": OUT, "unsized": UNKNOWN, "alone": UNKNOWN,
    }  # fmt: skip


def test_segments_may_be_built_on_segments(ask: Ask) -> None:
    """A segment inside another brings its verdict with it, unknown too."""
    base = playbook(segments={"first": P, "second": All((InSegment("first"), Q))})
    assert ask(_everybody(2), Not(InSegment("second")), base=base) == _table(
        "ii=o io=i iu=u oi=i oo=i ou=i ui=u uo=i uu=u"
    )
