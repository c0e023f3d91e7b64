"""Accounts with their segments and buying groups: each verdict is the one that its people get, and who could settle it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.facts.worlds import store_of
from tests.generative.playbooks import playbooks
from tests.generative.profiles import profile
from tests.generative.test_agreement import opened
from tests.generative.vocabulary import CATALOG
from tests.generative.worlds import instants, worlds
from tests.reference import Reading
from tests.spec.engines import STANDARD, by_source
from tests.spec.words import NOON, World, ago, asking, fit, is_one_of, playbook, worth

from handraise.engines.local import Groups, LocalEngine
from handraise.model.conditions import All, Did, GradeIs, HasRole
from handraise.model.playbook import Playbook, SegmentOf
from handraise.model.truth import Truth

CHAMPION = is_one_of("person.buying_role", "champion")
BUYER = All((CHAMPION, is_one_of("person.seniority", "vp")))


def _groups(world: World, book: Playbook, tmp_path: Path, as_of: int = NOON, **cut: int) -> Groups:
    store = store_of(by_source(world.facts), world.coverage, tmp_path=tmp_path)
    try:
        return LocalEngine(store, book, STANDARD, **cut).groups(as_of)
    finally:
        store.close()


def _rows(found: Groups) -> dict[str, dict[str, Any]]:
    return {row.pop("account_id"): row for row in found.table.to_pylist()}


def test_each_role_is_there_missing_or_unknown_and_says_who_could_settle_it(tmp_path: Path) -> None:
    """Ann is the champion of Acme; at Bolt nobody is one; at Cato Cid may be, if somebody asks for his role. Whoever could
    be it besides Ann is of no matter."""
    world = (
        World()
        .person("ann", "al", account="acme")
        .person("bob", account="bolt")
        .person("cid", account="cato")
    )
    world.has("ann", "person.buying_role", "champion").has("bob", "person.buying_role", "user")
    world.has("acme", "account.name", "Acme Inc")
    found = _groups(world, playbook(roles={"champion": CHAMPION}), tmp_path)
    rows = _rows(found)
    assert {a: (r["roles_in"], r["roles_missing"], r["roles_unknown"]) for a, r in rows.items()} == {
        "crm:acme": (["champion"], [], []),
        "crm:bolt": ([], ["champion"], []),
        "crm:cato": ([], [], ["champion"]),
    }
    assert {a: (r["account_name"], r["n_people"]) for a, r in rows.items()} == {
        "crm:acme": ("Acme Inc", 2), "crm:bolt": (None, 1), "crm:cato": (None, 1),
    }  # fmt: skip
    assert [tuple(row.values()) for row in found.roles.to_pylist()] == [
        ("crm:acme", "champion", "crm:ann", True, []),
        ("crm:cato", "champion", "crm:cid", False, ["person.buying_role"]),
    ]


def test_only_the_open_facts_of_a_role_would_settle_it(tmp_path: Path) -> None:
    """Of a vp whose role is unknown only the role is asked for; of a clerk nothing is."""
    world = World().person("vp", "clerk", account="acme").has("vp", "person.seniority", "vp")
    world.has("clerk", "person.seniority", "clerk")
    found = _groups(world, playbook(roles={"buyer": BUYER}), tmp_path)
    assert [(r["person_id"], r["missing_facts"]) for r in found.roles.to_pylist()] == [
        ("crm:vp", ["person.buying_role"])
    ]


def test_accounts_without_people_miss_every_role_and_stand_ins_are_left_out(tmp_path: Path) -> None:
    """A known account without people is an account; what a lead wrote of their company is one while somebody holds it."""
    world = World().account("empty").account("held", "left", own=True).person("ann")
    world.belongs("ann", "left", stated=False, at=ago(9)).belongs("ann", "held", stated=False, at=ago(5))
    rows = _rows(_groups(world, playbook(roles={"champion": CHAMPION}), tmp_path))
    assert {account: row["roles_missing"] for account, row in rows.items()} == {
        "crm:empty": ["champion"], "crm:held": [],
    }  # fmt: skip


def test_members_and_roles_are_those_of_the_instant(tmp_path: Path) -> None:
    """The champion left for Bolt three days ago."""
    world = World().person("ann", account="acme").person("bob", account="bolt").person("al", account="acme")
    world.has("ann", "person.buying_role", "champion").belongs("ann", "bolt", at=ago(3))
    world.has("bob", "person.buying_role", "user").has("al", "person.buying_role", "user")
    book = playbook(roles={"champion": CHAMPION})
    for at, there in ((ago(3, plus=-1), "crm:acme"), (ago(3), "crm:bolt")):
        rows = _rows(_groups(world, book, tmp_path, at))
        assert [account for account, row in rows.items() if row["roles_in"]] == [there]


def test_a_role_may_rest_on_scores_and_on_what_people_did(tmp_path: Path) -> None:
    """The sponsor is whoever of grade A filled in a form; nothing else of the playbook asks for either."""
    sponsor = All((GradeIs(("A",)), Did("form")))
    book = playbook(fit=fit(worth(80, is_one_of("person.seniority", "vp"))), roles={"sponsor": sponsor})
    world = World().person("ann", account="acme").has("ann", "person.seniority", "vp")
    world.did("ann", "form.submitted")
    assert _rows(_groups(world, book, tmp_path))["crm:acme"]["roles_in"] == ["sponsor"]


def test_asking_for_groups_does_not_move_what_decisions_rest_on(tmp_path: Path) -> None:
    """A role that no condition asks for is no fact that a decision rests on."""
    world = World().person("ann", account="acme").has("ann", "person.buying_role", "champion")
    store = store_of(by_source(world.facts), world.coverage, tmp_path=tmp_path)
    without, with_roles = playbook(), playbook(roles={"champion": CHAMPION})
    tables = [LocalEngine(store, book, STANDARD).decide(NOON).table for book in (without, with_roles)]
    assert tables[0].equals(tables[1])
    store.close()


@profile(0.5)
@given(st.data())
def test_groups_and_segments_of_accounts_are_what_their_people_are_told(data: st.DataObject) -> None:
    """Whatever roles and segments there are: the verdict of an account is that of each of its people, however the facts
    are cut into chunks."""
    world = data.draw(worlds(), "world")
    (at,) = data.draw(instants(world, 1), "instants")
    with opened(world) as real:
        for _ in range(2):
            book = data.draw(playbooks(), "playbook")
            asked = asking(book, {f"has {r.key}": HasRole(r.key) for r in book.buying_group.roles})
            decided = real.decide(asked, at)
            engine = LocalEngine(real.store, book, CATALOG)
            found = engine.groups(at)
            cut = LocalEngine(real.store, book, CATALOG, max_rows_per_chunk=1).groups(at)
            assert cut.table.equals(found.table)
            assert cut.roles.equals(found.roles)
            rows, members = _rows(found), defaultdict(list)
            for decision in decided.values():
                members[decision.account_id].append(decision)
            for account, people in members.items():
                if account is not None:
                    _agree(rows[account], people, book)
            alone = engine.decide(at).accounts
            assert alone is not None
            assert alone.equals(found.table.select(alone.column_names))
    reading = Reading(world.facts, world.coverage, at)
    assert sum(row["n_people"] for row in rows.values()) == sum(
        reading.account_at(person, at) is not None for person in reading.people.values()
    )


def _agree(row: dict[str, Any], people: list[Any], book: Playbook) -> None:
    assert row["n_people"] == len(people)
    for person in people:
        for role in book.buying_group.roles:
            told = person.segments[f"has {role.key}"]
            assert (role.key in row["roles_in"]) == (told is Truth.IN)
            assert (role.key in row["roles_missing"]) == (told is Truth.OUT)
        for key, segment in book.segments.items():
            if segment.of is SegmentOf.ACCOUNTS:
                assert (key in row["segments_in"]) == (person.segments[key] is Truth.IN)
                assert (key in row["segments_unknown"]) == (person.segments[key] is Truth.UNKNOWN)
