"""Many points at once: any people at any instants, from one reading, as if each were asked on its own.

Worlds here are those whose people stay who they are: no merges, deletions or moves.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.generative.playbooks import Scope, behaviours, conditions, interests, playbooks
from tests.generative.profiles import profile
from tests.generative.test_agreement import opened
from tests.generative.vocabulary import CATALOG, NOON
from tests.generative.worlds import LONG_AGO, GeneratedWorld, instants, worlds
from tests.reference import Evaluator, Reading

from handraise.engines.local import needs_of
from handraise.engines.reading import Reading as RealReading
from handraise.evaluate.changes import person_changes
from handraise.evaluate.compiled import Compiled
from handraise.evaluate.points import Points
from handraise.evaluate.views import ChunkFacts, PeopleView
from handraise.facts.rows import AttributeChange, Fact, IdentityKey, Membership
from handraise.model.conditions import Condition
from handraise.model.playbook import Playbook, Segment, SegmentOf
from handraise.model.time import MICROS_PER_DAY, Micros

LATEST: Micros = NOON + 40 * MICROS_PER_DAY


def settled(world: GeneratedWorld) -> GeneratedWorld:
    """The world without merges, deletions and moves; who belongs where has been known from the beginning."""
    kept: list[Fact] = []
    members: set[str] = set()
    for fact in world.facts:
        if isinstance(fact, IdentityKey) or (
            isinstance(fact, AttributeChange) and fact.field == "is_deleted"
        ):
            continue
        if isinstance(fact, Membership):
            if fact.record in members or fact.account is None:
                continue
            members.add(fact.record)
            fact = fact._replace(at=LONG_AGO, known_at=LONG_AGO)
        kept.append(fact)
    return replace(world, facts=tuple(kept))


@st.composite
def asked(draw: st.DrawFn) -> tuple[Playbook, Condition]:
    """A condition on facts, with what it names."""
    condition = draw(conditions(Scope(), 2))
    book = draw(playbooks())
    return replace(
        book,
        behaviours=draw(behaviours()),
        interest=draw(interests()),
        segments={"asked": Segment("asked", SegmentOf.PEOPLE, condition)},
        buyer_segments=(),
    ), condition


@profile()
@given(st.data())
def test_points_are_answered_as_if_each_were_asked_alone(data: st.DataObject) -> None:
    """Every person at every change point of the condition, at the instant before, and at others; and between two
    change points nothing changes."""
    world = settled(data.draw(worlds(), "world"))
    others = data.draw(instants(world, 4), "instants")
    with opened(world) as real:
        for _ in range(4):
            playbook, condition = data.draw(asked(), "playbook")
            with RealReading(real.store, LATEST, needs=needs_of(playbook), latest_only=False) as reading:
                compiled = Compiled(playbook, CATALOG, reading.shared)
                for i in range(reading.n_chunks):
                    facts = ChunkFacts(compiled, reading.chunk(i))
                    _compare(facts, condition, others, world, playbook)


def _compare(
    facts: ChunkFacts, condition: Condition, others: list[Micros], world: GeneratedWorld, playbook: Playbook
) -> None:
    chunk = facts.chunk
    changes = person_changes(condition, facts)
    n = chunk.n_people
    subject = np.concatenate(
        [changes.subject, changes.subject, np.repeat(np.arange(n, dtype=np.int32), len(others))]
    )
    at = np.concatenate([changes.at, changes.at - 1, np.tile(np.array(others, dtype=np.int64), n)])
    there = at >= chunk.person_known_at[subject]
    points = Points.of(subject[there], at[there])
    truth = PeopleView(facts, points).truth(condition)
    ids = chunk.person_ids.to_pylist()
    at_change = set(zip(changes.subject.tolist(), changes.at.tolist(), strict=True))
    before: tuple[int, int] | None = None
    for person, instant, verdict in zip(
        points.subject.tolist(), points.at.tolist(), truth.tolist(), strict=True
    ):
        ask = Evaluator(playbook, Reading(world.facts, world.coverage, instant), CATALOG)
        expected = ask.verdict(condition, ask.subject(ask.reading.people[ids[person]]))
        assert verdict == expected, (ids[person], instant, condition)
        if before is not None and before[0] == person and (person, instant) not in at_change:
            assert verdict == before[1], (
                "changed between two change points",
                ids[person],
                instant,
                condition,
            )
        before = (person, verdict)
