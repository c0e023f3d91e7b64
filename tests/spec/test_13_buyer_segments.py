"""Meaning 13: buyer segments partition everybody; the first match in order is theirs."""

from __future__ import annotations

from tests.spec.conftest import Ask
from tests.spec.words import World, ago, buyers, days, fit, is_one_of, playbook, worth

from handraise.model.conditions import All, Always, Any, Did, GradeIs, GradeIsOpen, Not

SENIOR = is_one_of("person.seniority", "vp")
GERMAN = is_one_of("person.country", "DE")


def _segments(ask: Ask, world: World, **conditions: object) -> dict[str, tuple[str | None, tuple[str, ...]]]:
    book = playbook(buyer_segments=buyers(**conditions))  # type: ignore[arg-type]
    decided = ask.decisions(world, book)
    return {name: (d.buyer_segment, d.buyer_segment_could_be) for name, d in decided.items()}


def test_the_first_match_in_order_is_the_segment(ask: Ask) -> None:
    """A German vp belongs to the first of `vps` and `Germans` that is listed, and everybody to exactly one."""
    world = World().person("both", "vp", "german", "neither")
    for name, seniority, country in (
        ("both", "vp", "DE"), ("vp", "vp", "FR"), ("german", "clerk", "DE"), ("neither", "clerk", "FR"),
    ):  # fmt: skip
        world.has(name, "person.seniority", seniority).has(name, "person.country", country)
    assert _segments(ask, world, vps=SENIOR, germans=GERMAN, rest=Always()) == {
        "both": ("vps", ()), "vp": ("vps", ()), "german": ("germans", ()), "neither": ("rest", ()),
    }  # fmt: skip
    assert _segments(ask, world, germans=GERMAN, vps=SENIOR, rest=Always())["both"] == ("germans", ())


def test_an_unknown_condition_does_not_match_but_could_be(ask: Ask) -> None:
    """With her seniority unknown she goes to the next segment that matches, and it is said what she could be."""
    world = World().person("german", "french", "blank")
    world.has("german", "person.country", "DE").has("french", "person.country", "FR")
    assert _segments(ask, world, vps=SENIOR, germans=GERMAN, rest=Always()) == {
        "german": ("germans", ("vps",)), "french": ("rest", ("vps",)), "blank": ("rest", ("vps", "germans")),
    }  # fmt: skip


def test_what_comes_after_the_match_could_not_be(ask: Ask) -> None:
    """Once matched, later segments do not matter, known or unknown."""
    world = World().person("ann").has("ann", "person.country", "DE")
    assert _segments(ask, world, germans=GERMAN, vps=SENIOR, rest=Always()) == {"ann": ("germans", ())}


def test_could_be_is_in_the_order_of_the_playbook(ask: Ask) -> None:
    """The list reads like the playbook, not like the alphabet."""
    world = World().person("ann")
    assert _segments(ask, world, z=SENIOR, m=GERMAN, a=All((GERMAN, SENIOR)), rest=Always()) == {
        "ann": ("rest", ("z", "m", "a"))
    }


def test_everybody_visible_and_identified_is_in_exactly_one(ask: Ask) -> None:
    """Anonymous visitors, deleted records and people who are not known yet are in none; a merged person is in one."""
    world = World().person("ann", "bob", "gone").person("web:visitor", identified=False)
    world.person("later", at=ago(-1)).bears("bob", "id:crm:ann").has("gone", "person.is_deleted", "true")
    assert _segments(ask, world, vps=SENIOR, rest=Always()) == {"ann": ("rest", ("vps",))}


def test_a_segment_may_be_for_those_whose_grade_is_open(ask: Ask) -> None:
    """People whose grade could still change are a segment of their own: the ones worth a question."""
    book = playbook(
        fit=fit(worth(80, SENIOR)),
        buyer_segments=buyers(best=GradeIs(("A",)), ask=GradeIsOpen(), rest=Always()),
    )
    world = (
        World()
        .person("a", "d", "open")
        .has("a", "person.seniority", "vp")
        .has("d", "person.seniority", "clerk")
    )
    decided = ask.decisions(world, book)
    assert {name: (d.buyer_segment, d.buyer_segment_could_be) for name, d in decided.items()} == {
        "a": ("best", ()), "d": ("rest", ()), "open": ("ask", ("best",)),
    }  # fmt: skip


def test_segments_and_their_complements_leave_nobody_out(ask: Ask) -> None:
    """In, not in, and the rest for whom it is unknown."""
    world = (
        World()
        .person("in", "out", "unknown")
        .has("in", "person.country", "DE")
        .has("out", "person.country", "FR")
    )
    assert _segments(ask, world, germans=GERMAN, others=Not(GERMAN), rest=Always()) == {
        "in": ("germans", ()), "out": ("others", ()), "unknown": ("rest", ("germans", "others")),
    }  # fmt: skip


def test_membership_moves_with_time(ask: Ask) -> None:
    """Active within a week, then within a month, then the rest: the same act carries her through all three."""
    conditions = {
        "hot": Did("form", within=days(7)),
        "warm": Any((Did("form", within=days(30)), GERMAN)),
        "rest": Always(),
    }
    for age, segment in ((1, "hot"), (7, "warm"), (29, "warm"), (30, "rest")):
        world = (
            World().person("ann").did("ann", "form.submitted", at=ago(age)).has("ann", "person.country", "FR")
        )
        assert _segments(ask, world, **conditions) == {"ann": (segment, ())}


def test_without_buyer_segments_nobody_has_one(ask: Ask) -> None:
    """A playbook may leave them out."""
    assert _segments(ask, World().person("ann")) == {"ann": (None, ())}
