"""Visitors' links in many small random worlds: people at each instant, and their lives, are what the reference finds."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import pytest
from tests.facts.worlds import store_of
from tests.reference.reading import Reading

from handraise.facts.rows import Fact, IdentityKey, PersonRecord
from handraise.facts.store import FactStore
from handraise.facts.view import View
from handraise.identity.lives import lives_up_to
from handraise.identity.people import people_at
from handraise.identity.ranks import ranks_by_number

LAST = 9
Made = frozenset[tuple[str, frozenset[str]]]


def small_world(chance: random.Random, number: int) -> list[Fact]:
    """Up to five records, most of them visitors' at first, with links in any direction."""
    names = [f"web:{number}-{i}" for i in range(chance.randint(2, 5))]
    facts: list[Fact] = []
    for name in names:
        for identified in chance.choice([(True,), (False,), (False,), (False, True), ()]):
            at = chance.randint(0, LAST)
            facts.append(PersonRecord(name, at, at + chance.choice([0, 0, 2]), identified))
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, LAST)
        other = chance.choice(
            [*(f"id:{n}" for n in names), f"email:{number}@a.example", f"email:{number}@b.example"]
        )
        facts.append(IdentityKey(chance.choice(names), other, at, at + chance.choice([0, 0, 3])))
    return facts


def names_of(store: FactStore) -> dict[int, str]:
    return dict(store.cursor().execute("SELECT id, name FROM record_names").fetchall())


@pytest.mark.parametrize("seed", range(3))
def test_people_and_lives_are_those_of_the_reference_at_each_instant(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    worlds = [small_world(chance, n) for n in range(400)]
    with store_of([f for w in worlds for f in w], tmp_path=tmp_path) as store:
        names, ranks = names_of(store), ranks_by_number(store)
        last = View(store.cursor(), LAST + 3, store.last_seq, store.last_seq)
        lives = lives_up_to(last, ranks)
        for as_of in range(LAST + 4):
            expected = frozenset(
                (p.id, frozenset(p.records)) for w in worlds for p in Reading(w, (), as_of).people.values()
            )
            people = people_at(View(store.cursor(), as_of, store.last_seq, store.last_seq), ranks)
            found = defaultdict(set)
            for record, person in enumerate(people.person_of.tolist()):
                if person >= 0:
                    found[names[people.representative[person]]].add(names[record])
            assert frozenset((n, frozenset(r)) for n, r in found.items()) == expected, as_of
            lived = defaultdict(set)
            for life, record in zip(lives.life.tolist(), lives.record.tolist(), strict=True):
                if lives.since[life] <= as_of < lives.until[life]:
                    lived[names[lives.representative[life]]].add(names[record])
            assert lived == found, as_of
