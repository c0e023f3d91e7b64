"""What a playbook depends on: the facts it reads, and the order in which its decisions can be made.

A *decision* is something a condition may read: the fit score with its grade, the engagement score with its
level, the rank, marketing-qualified, a segment. The order exists because circles are refused on reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import singledispatch
from graphlib import TopologicalSorter

from handraise.model.activities import ACTIVITY_COLUMNS
from handraise.model.conditions import (
    AttributeTest,
    Condition,
    GradeIs,
    GradeIsOpen,
    HasOpportunity,
    InSegment,
    IsMarketingQualified,
    LevelIs,
    RankIs,
    Score,
    ScoreIs,
    Silent,
    walk,
)
from handraise.model.fields import Field
from handraise.model.playbook import Playbook
from handraise.model.scores import BehaviourRule


class DecisionKind(Enum):
    FIT = "grade"
    ENGAGEMENT = "level"
    RANK = "rank"
    MARKETING_QUALIFIED = "marketing_qualified"
    SEGMENT = "segment"
    BUYER_SEGMENTS = "buyer segments"


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that is decided; `key` names the segment."""

    kind: DecisionKind
    key: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value} {self.key}".strip()


FIT = Decision(DecisionKind.FIT)
ENGAGEMENT = Decision(DecisionKind.ENGAGEMENT)
RANK = Decision(DecisionKind.RANK)
MARKETING_QUALIFIED = Decision(DecisionKind.MARKETING_QUALIFIED)
BUYER_SEGMENTS = Decision(DecisionKind.BUYER_SEGMENTS)


@dataclass(frozen=True, slots=True)
class Needs:
    """The facts a playbook reads.

    `fields` holds fields of people, accounts, assets and programs; `every_buyer_act`: a silence without
    behaviours reads all acts of the buyer, custom ones too; `properties` are free properties of activities.
    """

    fields: frozenset[Field]
    activities: frozenset[str]
    columns: frozenset[str]
    properties: frozenset[str]
    every_buyer_act: bool
    opportunities: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` reads `target`; `via` is the rule that does, where the source is a score."""

    source: Decision
    target: Decision
    via: str = ""


@singledispatch
def _read_by(condition: object) -> tuple[Decision, ...]:
    return ()


@_read_by.register(GradeIs)
@_read_by.register(GradeIsOpen)
def _(condition: Condition) -> tuple[Decision, ...]:
    return (FIT,)


@_read_by.register
def _(condition: LevelIs) -> tuple[Decision, ...]:
    return (ENGAGEMENT,)


@_read_by.register
def _(condition: ScoreIs) -> tuple[Decision, ...]:
    return (FIT if condition.score is Score.FIT else ENGAGEMENT,)


@_read_by.register
def _(condition: RankIs) -> tuple[Decision, ...]:
    return (RANK,)


@_read_by.register
def _(condition: IsMarketingQualified) -> tuple[Decision, ...]:
    return (MARKETING_QUALIFIED,)


@_read_by.register
def _(condition: InSegment) -> tuple[Decision, ...]:
    return (Decision(DecisionKind.SEGMENT, condition.segment),)


def decisions_read(condition: Condition) -> tuple[Decision, ...]:
    """The decisions that a condition reads directly, in the order they are met."""
    return tuple(dict.fromkeys(d for part in walk(condition) for d in _read_by(part)))


def edges(playbook: Playbook) -> tuple[Edge, ...]:
    """Who reads whom."""
    return tuple(dict.fromkeys((*_score_edges(playbook), *_segment_edges(playbook), *_FIXED)))


_FIXED = (Edge(RANK, FIT), Edge(RANK, ENGAGEMENT), Edge(MARKETING_QUALIFIED, RANK))


def _score_edges(playbook: Playbook) -> Iterator[Edge]:
    for rule in playbook.fit.rules:
        yield from (Edge(FIT, d, f"fit rule `{rule.name}`") for d in decisions_read(rule.when))
    for other in playbook.engagement.rules:
        if not isinstance(other, BehaviourRule):
            yield from (
                Edge(ENGAGEMENT, d, f"engagement rule `{other.name}`") for d in decisions_read(other.when)
            )


def _segment_edges(playbook: Playbook) -> Iterator[Edge]:
    for key, segment in playbook.segments.items():
        yield from (Edge(Decision(DecisionKind.SEGMENT, key), d) for d in decisions_read(segment.when))
    for buyer_segment in playbook.buyer_segments:
        yield from (Edge(BUYER_SEGMENTS, d) for d in decisions_read(buyer_segment.when))


def _graph(playbook: Playbook) -> dict[Decision, tuple[Edge, ...]]:
    decisions = [
        FIT,
        ENGAGEMENT,
        RANK,
        MARKETING_QUALIFIED,
        *(Decision(DecisionKind.SEGMENT, k) for k in playbook.segments),
        BUYER_SEGMENTS,
    ]
    out: dict[Decision, list[Edge]] = {d: [] for d in decisions}
    for edge in edges(playbook):
        out[edge.source].append(edge)
        out.setdefault(edge.target, [])
    return {d: tuple(es) for d, es in out.items()}


def decision_order(playbook: Playbook) -> tuple[Decision, ...]:
    """All decisions, each after those it reads. Raises `graphlib.CycleError` for a circle (none is ever read)."""
    graph = _graph(playbook)
    sorter: TopologicalSorter[Decision] = TopologicalSorter(
        {d: [e.target for e in es] for d, es in graph.items()}
    )
    return tuple(sorter.static_order())


def segment_order(playbook: Playbook) -> tuple[str, ...]:
    """The keys of all segments, each after those it reads, through scores too."""
    return tuple(d.key for d in decision_order(playbook) if d.kind is DecisionKind.SEGMENT)


def depends_on(playbook: Playbook, decision: Decision) -> frozenset[Decision]:
    """Everything a decision reads, directly or not; itself only in a circle."""
    graph = _graph(playbook)
    seen: set[Decision] = set()
    waiting = [e.target for e in graph.get(decision, ())]
    while waiting:
        reached = waiting.pop()
        if reached not in seen:
            seen.add(reached)
            waiting += [e.target for e in graph.get(reached, ())]
    return frozenset(seen)


def circles(playbook: Playbook) -> tuple[tuple[Edge, ...], ...]:
    """One shortest circle for each group of decisions that read each other."""
    graph = _graph(playbook)
    found: list[tuple[Edge, ...]] = []
    done: set[Decision] = set()
    for start in (d for d in graph if d.kind is DecisionKind.SEGMENT or d in (FIT, ENGAGEMENT)):
        path = () if start in done else _path_back(start, graph)
        if path:
            found.append(path)
            done |= {d for d in depends_on(playbook, start) if start in depends_on(playbook, d)}
    return tuple(found)


def _path_back(start: Decision, graph: Mapping[Decision, tuple[Edge, ...]]) -> tuple[Edge, ...]:
    """The shortest way from a decision back to itself; empty if there is none."""
    ways: list[tuple[Edge, ...]] = [(e,) for e in graph[start]]
    seen: set[Decision] = set()
    for way in ways:
        here = way[-1].target
        if here == start:
            return way
        if here not in seen:
            seen.add(here)
            ways += [(*way, e) for e in graph[here]]
    return ()


def circle_text(circle: Iterable[Edge]) -> str:
    """`segment icp -> grade -> fit rule `Size` -> segment icp`."""
    steps = list(circle)
    words = [w for edge in steps for w in (str(edge.source), edge.via) if w]
    return " -> ".join([*words, str(steps[0].source)])


def conditions_of(playbook: Playbook) -> Iterator[Condition]:
    """Every condition of a playbook, each at its outermost."""
    yield from (rule.when for rule in playbook.fit.rules)
    yield from (rule.when for rule in playbook.engagement.rules if not isinstance(rule, BehaviourRule))
    yield from (segment.when for segment in playbook.segments.values())
    yield from (segment.when for segment in playbook.buyer_segments)


def needs(playbook: Playbook) -> Needs:
    """The facts that the playbook reads."""
    parts = [part for condition in conditions_of(playbook) for part in walk(condition)]
    where = [w.name for b in playbook.behaviours.values() for w in b.where]
    tested = {p.field for p in parts if isinstance(p, AttributeTest)}
    return Needs(
        fields=frozenset(tested | {Field.parse(name) for name in where if "." in name}),
        activities=frozenset(a for b in playbook.behaviours.values() for a in b.activities),
        columns=frozenset(name for name in where if name in ACTIVITY_COLUMNS),
        properties=frozenset(name for name in where if "." not in name and name not in ACTIVITY_COLUMNS),
        every_buyer_act=any(isinstance(p, Silent) and not p.behaviours for p in parts),
        opportunities=any(isinstance(p, HasOpportunity) for p in parts),
    )
