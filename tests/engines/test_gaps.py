"""Gaps: everybody undecided is counted with the facts that they wait for, and these facts do settle them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.facts.worlds import append, store_of
from tests.generative.playbooks import playbooks
from tests.generative.profiles import profile
from tests.generative.test_agreement import opened
from tests.generative.vocabulary import ACCOUNTS, CATALOG, PEOPLE
from tests.generative.worlds import instants, worlds
from tests.spec.engines import STANDARD, by_source
from tests.spec.words import NOON, World, fit, is_one_of, playbook, worth

from handraise.engines.local import LocalEngine
from handraise.evaluate.gaps import GapOf, Question, Undecided
from handraise.facts.rows import AttributeChange
from handraise.model.conditions import All, Any
from handraise.model.fields import Field
from handraise.model.playbook import Playbook, SegmentOf
from handraise.model.values import FieldType
from handraise.services.gaps import _steps

VP, BONN, BIG = (
    is_one_of(f, v)
    for f, v in (("person.seniority", "vp"), ("person.city", "Bonn"), ("account.industry", "steel"))
)
CLEAN = {
    FieldType.TEXT: "x",
    FieldType.NUMBER: "7",
    FieldType.WHOLE_NUMBER: "7",
    FieldType.BOOLEAN: "true",
    FieldType.DATE: "2026-03-01",
    FieldType.INSTANT: "2026-03-01T00:00:00Z",
    FieldType.TEXT_LIST: '["x"]',
}


def _gaps(world: World, book: Playbook, tmp_path: Path) -> dict[Question, Undecided]:
    store = store_of(by_source(world.facts), world.coverage, tmp_path=tmp_path)
    try:
        return dict(LocalEngine(store, book, STANDARD).gaps(NOON)[0])
    finally:
        store.close()


def test_who_is_undecided_waits_for_every_fact_that_is_open(tmp_path: Path) -> None:
    """Ann's city settles nothing while her seniority is open too; Bob is out whatever the rest; Cid is in."""
    world = World().person("ann").person("bob").person("cid").person("dan")
    world.has("bob", "person.city", "Rome").has("cid", "person.city", "Bonn").has(
        "cid", "person.seniority", "vp"
    )
    world.has("dan", "person.city", "Bonn")
    book = playbook(segments={"s": All((VP, BONN))})
    found = _gaps(world, book, tmp_path)[GapOf.SEGMENT, "s"]
    assert (found.n_in, found.n_out, found.n_unknown) == (1, 1, 2)
    assert found.waits_for == {("person.city", "person.seniority"): 1, ("person.seniority",): 1}


def test_segments_of_accounts_count_accounts(tmp_path: Path) -> None:
    """Each once, however many people it has."""
    world = World().person("ann", account="acme").person("bob", account="acme").person("cid", account="bolt")
    world.has("bolt", "account.industry", "steel")
    book = playbook(account_segments={"s": BIG})
    found = _gaps(world, book, tmp_path)[GapOf.SEGMENT, "s"]
    assert (found.n_in, found.n_out, found.waits_for) == (1, 0, {("account.industry",): 1})


def test_grades_are_counted_by_what_they_could_be(tmp_path: Path) -> None:
    world = World().person("ann").person("bob").has("bob", "person.seniority", "vp")
    found = _gaps(world, playbook(fit=fit(worth(90, VP))), tmp_path)
    assert {q: u.n_unknown for q, u in found.items() if q[0] is GapOf.GRADE} == {(GapOf.GRADE, "A/B/C/D"): 1}


def test_steps_take_what_settles_most_and_then_what_comes_nearest() -> None:
    """`a` settles 5 alone; then `c` 3; `d` and `e` settle nobody but together."""
    waits_for = Counter({("a",): 5, ("c",): 3, ("a", "c"): 1, ("d", "e"): 2, (): 9})
    steps = [
        (s.field, s.n_settled)
        for s in _steps({tuple(f"person.{x}" for x in k): n for k, n in waits_for.items()}, STANDARD)
    ]
    assert steps == [("person.a", 5), ("person.c", 9), ("person.d", 9), ("person.e", 11)]


@profile(0.3)
@given(st.data())
def test_as_many_are_in_out_and_unknown_as_are_decided_so(data: st.DataObject) -> None:
    world, book = data.draw(worlds(), "world"), data.draw(playbooks(), "playbook")
    (as_of,) = data.draw(instants(world, 1), "instants")
    with opened(world) as real:
        engine = LocalEngine(real.store, book, CATALOG)
        rows, (found, _) = engine.decide(as_of).table.to_pylist(), engine.gaps(as_of)
    for (of, key), undecided in found.items():
        if of is GapOf.SEGMENT and book.segments[key].of is SegmentOf.PEOPLE:
            assert undecided.n_in == sum(key in r["segments_in"] for r in rows)
            assert undecided.n_unknown == sum(key in r["segments_unknown"] for r in rows)
            assert undecided.n_in + undecided.n_out + undecided.n_unknown == len(rows)
        if of is GapOf.BUYER_SEGMENT:
            assert undecided.n_in == sum(r["buyer_segment"] == key for r in rows)
            assert undecided.n_unknown == sum(key in r["buyer_segment_could_be"] for r in rows)
        if of is GapOf.MARKETING_QUALIFIED:
            assert undecided.n_unknown == sum(r["marketing_qualified"] == "unknown" for r in rows)
    n_open = sum(u.n_unknown for (of, _), u in found.items() if of is GapOf.GRADE)
    assert n_open == sum(not r["fit_grade_certain"] for r in rows)


@profile(0.3)
@given(st.data())
def test_once_the_facts_are_known_that_somebody_waits_for_they_are_decided(data: st.DataObject) -> None:
    """Whatever the values are: nobody waits for these facts any more, and nobody is undecided instead."""
    world, book = data.draw(worlds(), "world"), data.draw(playbooks(), "playbook")
    as_of = max([NOON, *(i for fact in world.facts for i in (fact.at, fact.known_at))]) + 1
    with opened(world) as real:
        engine = LocalEngine(real.store, book, CATALOG)
        before, _ = engine.gaps(as_of)
        sets = sorted({s for u in before.values() for s in u.waits_for if s})
        assume(sets)
        fields = data.draw(st.sampled_from(sets), "fields")
        facts = [
            AttributeChange(field.entity, subject, field.name, CLEAN[CATALOG.type_of(field)], as_of, as_of)
            for field in map(Field.parse, fields)
            for subject in (PEOPLE if field.entity == "person" else ACCOUNTS)
        ]
        append(real.store, facts, file_name="told.csv")
        after, _ = engine.gaps(as_of)
    for question, undecided in before.items():
        if question[0] is GapOf.SEGMENT:
            settled = sum(n for s, n in undecided.waits_for.items() if s and set(s) <= set(fields))
            left = after[question]
            assert left.n_unknown <= undecided.n_unknown - settled
            assert not [s for s in left.waits_for if s and set(s) <= set(fields)]


def test_a_segment_that_is_open_by_any_of_two_facts_waits_for_both(tmp_path: Path) -> None:
    book = playbook(segments={"s": Any((VP, BONN))})
    found = _gaps(World().person("ann").has("ann", "person.city", "Rome"), book, tmp_path)
    assert found[GapOf.SEGMENT, "s"].waits_for == {("person.seniority",): 1}
