"""What a playbook depends on: the facts it reads, and the order in which its decisions can be made.

A *decision* is something a condition may read: the fit score with its grade, the engagement score with its
level, the rank, marketing-qualified, a segment, the stage, the firing of a trigger.

Triggers and the lifecycle read the stage, and what is built on it, as just before `t`; a trigger so reads its own
firing. So whatever comes round to the stage is no circle: on its way it was read by the lifecycle. All other circles
are refused on reading, and that is why the orders exist.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import singledispatch
from graphlib import CycleError, TopologicalSorter

from handraise.model.activities import ACTIVITY_COLUMNS
from handraise.model.conditions import (
    AccountPeople,
    AttributeTest,
    Condition,
    Fired,
    GradeIs,
    GradeIsOpen,
    HasOpportunity,
    HasRole,
    HeldFor,
    InSegment,
    InterestedIn,
    IsMarketingQualified,
    LevelIs,
    RankIs,
    ReachedStatus,
    Score,
    ScoreIs,
    Silent,
    StageIs,
    TookOffer,
    children,
    walk,
)
from handraise.model.fields import Field
from handraise.model.playbook import Playbook
from handraise.model.products import OFFER_SHARED, OFFER_TAKEN, PROGRAM_MOVED
from handraise.model.scores import BehaviourRule


class DecisionKind(Enum):
    FIT = "grade"
    ENGAGEMENT = "level"
    RANK = "rank"
    MARKETING_QUALIFIED = "marketing_qualified"
    SEGMENT = "segment"
    ROLE = "role"
    FIRED = "fired"
    STAGE = "stage"
    BUYER_SEGMENTS = "buyer segments"


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that is decided; `key` names the segment, the role, or the trigger that fired."""

    kind: DecisionKind
    key: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value} {self.key}".strip()


FIT = Decision(DecisionKind.FIT)
ENGAGEMENT = Decision(DecisionKind.ENGAGEMENT)
RANK = Decision(DecisionKind.RANK)
MARKETING_QUALIFIED = Decision(DecisionKind.MARKETING_QUALIFIED)
BUYER_SEGMENTS = Decision(DecisionKind.BUYER_SEGMENTS)
STAGE = Decision(DecisionKind.STAGE)


def fired(trigger: str) -> Decision:
    """The firing of a trigger."""
    return Decision(DecisionKind.FIRED, trigger)


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
    """`source` reads `target`; `via` is the rule or stage that does, where the source is made of several."""

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


@_read_by.register
def _(condition: HasRole) -> tuple[Decision, ...]:
    return (Decision(DecisionKind.ROLE, condition.role),)


@_read_by.register
def _(condition: StageIs) -> tuple[Decision, ...]:
    return (STAGE,)


@_read_by.register
def _(condition: Fired) -> tuple[Decision, ...]:
    return tuple(fired(trigger) for trigger in condition.triggers)


def decisions_read(condition: Condition) -> tuple[Decision, ...]:
    """The decisions that a condition reads directly, in the order they are met."""
    return tuple(dict.fromkeys(d for part in walk(condition) for d in _read_by(part)))


def edges(playbook: Playbook) -> tuple[Edge, ...]:
    """Who reads whom."""
    found = (_score_edges, _qualifying_edges, _segment_edges, _role_edges, _trigger_edges, _stage_edges)
    return tuple(dict.fromkeys(edge for some in found for edge in some(playbook)))


def _score_edges(playbook: Playbook) -> Iterator[Edge]:
    for rule in playbook.fit.rules:
        yield from (Edge(FIT, d, f"fit rule `{rule.name}`") for d in decisions_read(rule.when))
    for other in playbook.engagement.rules:
        if not isinstance(other, BehaviourRule):
            yield from (
                Edge(ENGAGEMENT, d, f"engagement rule `{other.name}`") for d in decisions_read(other.when)
            )


def _qualifying_edges(playbook: Playbook) -> Iterator[Edge]:
    yield from (Edge(RANK, FIT), Edge(RANK, ENGAGEMENT), Edge(MARKETING_QUALIFIED, RANK))
    for key, trigger in playbook.triggers.items():
        if playbook.qualifying_tracks.has(trigger.track_name):
            yield Edge(MARKETING_QUALIFIED, fired(key))


def _trigger_edges(playbook: Playbook) -> Iterator[Edge]:
    for key, trigger in playbook.triggers.items():
        conditions = (c for c in (trigger.when, trigger.audience) if c is not None)
        yield from (Edge(fired(key), d) for c in conditions for d in decisions_read(c))


def _stage_edges(playbook: Playbook) -> Iterator[Edge]:
    for stage in playbook.lifecycle.stages:
        read = decisions_read(stage.when) if stage.when is not None else ()
        yield from (Edge(STAGE, d, f"stage `{stage.key}`") for d in read)


def _segment_edges(playbook: Playbook) -> Iterator[Edge]:
    for key, segment in playbook.segments.items():
        yield from (Edge(Decision(DecisionKind.SEGMENT, key), d) for d in decisions_read(segment.when))
    for buyer_segment in playbook.buyer_segments:
        yield from (Edge(BUYER_SEGMENTS, d) for d in decisions_read(buyer_segment.when))


def _role_edges(playbook: Playbook) -> Iterator[Edge]:
    for role in playbook.buying_group.roles:
        yield from (Edge(Decision(DecisionKind.ROLE, role.key), d) for d in decisions_read(role.when))


Graph = dict[Decision, tuple[Edge, ...]]


def _graph(playbook: Playbook) -> Graph:
    decisions = [
        FIT,
        ENGAGEMENT,
        RANK,
        MARKETING_QUALIFIED,
        *(Decision(DecisionKind.SEGMENT, k) for k in playbook.segments),
        *(Decision(DecisionKind.ROLE, r.key) for r in playbook.buying_group.roles),
        *(fired(k) for k in playbook.triggers),
        STAGE,
        BUYER_SEGMENTS,
    ]
    out: dict[Decision, list[Edge]] = {d: [] for d in decisions}
    for edge in edges(playbook):
        out[edge.source].append(edge)
        out.setdefault(edge.target, [])
    return {d: tuple(es) for d, es in out.items()}


def _without_before(graph: Graph) -> Graph:
    """Without what is read as just before: the stage by triggers and by what it is built on, a trigger by itself."""
    in_stage = _reached(STAGE, graph)

    def is_before(edge: Edge) -> bool:
        is_trigger = edge.source.kind is DecisionKind.FIRED
        if edge.target == STAGE:
            return is_trigger or edge.source in in_stage
        return is_trigger and edge.source == edge.target

    return {d: tuple(e for e in es if not is_before(e)) for d, es in graph.items()}


def decision_order(playbook: Playbook) -> tuple[Decision, ...]:
    """All decisions, each after those it reads at the same instant; what the stage is built on comes before it.

    Raises `graphlib.CycleError` for a circle (none is ever read).
    """
    graph = _without_before(_graph(playbook))
    sorter: TopologicalSorter[Decision] = TopologicalSorter(
        {d: [e.target for e in es] for d, es in graph.items()}
    )
    return tuple(sorter.static_order())


def segment_order(playbook: Playbook) -> tuple[str, ...]:
    """The keys of all segments, each after those it reads, through scores too."""
    return tuple(d.key for d in decision_order(playbook) if d.kind is DecisionKind.SEGMENT)


def depends_on(playbook: Playbook, decision: Decision) -> frozenset[Decision]:
    """Everything a decision reads, directly or not; itself where it reads itself as just before."""
    return _reached(decision, _graph(playbook))


def rests_on_facts(playbook: Playbook, condition: Condition) -> bool:
    """Whether a condition reads no score, firing or stage, through segments and roles neither."""
    read = decisions_read(condition)
    reached = {*read, *(d for decision in read for d in depends_on(playbook, decision))}
    return all(d.kind in (DecisionKind.SEGMENT, DecisionKind.ROLE) for d in reached)


def _reached(decision: Decision, graph: Graph) -> frozenset[Decision]:
    seen: set[Decision] = set()
    waiting = [e.target for e in graph.get(decision, ())]
    while waiting:
        reached = waiting.pop()
        if reached not in seen:
            seen.add(reached)
            waiting += [e.target for e in graph.get(reached, ())]
    return frozenset(seen)


def circles(playbook: Playbook) -> tuple[tuple[Edge, ...], ...]:
    """One shortest circle for each group of decisions that read each other at the same instant."""
    graph = _without_before(_graph(playbook))
    if _order(graph) is not None:
        return ()
    found: list[tuple[Edge, ...]] = []
    done: set[Decision] = set()
    back: dict[Decision, list[Edge]] = {d: [] for d in graph}
    for edge in (e for es in graph.values() for e in es):
        back.setdefault(edge.target, []).append(Edge(edge.target, edge.source))
    for start in (d for d in graph if d.kind in _WRITTEN):
        path = () if start in done else _path_back(start, graph)
        if path:
            found.append(path)
            done |= _reached(start, graph) & _reached(start, {d: tuple(es) for d, es in back.items()})
    return tuple(found)


def _order(graph: Graph) -> tuple[Decision, ...] | None:
    """The decisions, each after those it reads; `None` where they go round in a circle."""
    sorter: TopologicalSorter[Decision] = TopologicalSorter(
        {d: [e.target for e in es] for d, es in graph.items()}
    )
    try:
        return tuple(sorter.static_order())
    except CycleError:
        return None


def deepest(playbook: Playbook) -> tuple[Decision, int] | None:
    """The decision that rests on most levels of conditions inside conditions and decisions inside decisions, and how many
    they are; `None` of a playbook that decides nothing, or goes round in a circle."""
    graph = _without_before(_graph(playbook))
    own: dict[Decision, int] = dict.fromkeys(graph, 1)
    for decision, condition in _defined(playbook):
        own[decision] = max(own[decision], _levels(condition))
    levels: dict[Decision, int] = {}
    for decision in _order(graph) or ():
        below = max((levels[e.target] for e in graph.get(decision, ())), default=0)
        levels[decision] = own.get(decision, 1) + below
    return max(levels.items(), key=lambda found: found[1], default=None)


def _defined(playbook: Playbook) -> Iterator[tuple[Decision, Condition]]:
    yield from ((FIT, rule.when) for rule in playbook.fit.rules)
    for rule in playbook.engagement.rules:
        if not isinstance(rule, BehaviourRule):
            yield ENGAGEMENT, rule.when
    yield from ((Decision(DecisionKind.SEGMENT, k), s.when) for k, s in playbook.segments.items())
    yield from ((Decision(DecisionKind.ROLE, r.key), r.when) for r in playbook.buying_group.roles)
    yield from ((BUYER_SEGMENTS, s.when) for s in playbook.buyer_segments)
    for key, trigger in playbook.triggers.items():
        yield from ((fired(key), c) for c in (trigger.when, trigger.audience) if c is not None)
    yield from ((STAGE, stage.when) for stage in playbook.lifecycle.stages if stage.when is not None)


def _levels(condition: Condition) -> int:
    inner = (condition.who,) if isinstance(condition, AccountPeople) else children(condition)
    return 1 + max(map(_levels, inner), default=0)


# Decisions that a place in the playbook defines: each circle has one.
_WRITTEN = (
    DecisionKind.FIT,
    DecisionKind.ENGAGEMENT,
    DecisionKind.SEGMENT,
    DecisionKind.ROLE,
    DecisionKind.FIRED,
)


def _path_back(start: Decision, graph: Mapping[Decision, tuple[Edge, ...]]) -> tuple[Edge, ...]:
    """The shortest way from a decision back to itself; empty if there is none."""
    came_by: dict[Decision, Edge] = {}
    waiting = deque([start])
    while waiting:
        for edge in graph.get(waiting.popleft(), ()):
            if edge.target == start:
                way = [edge]
                while way[-1].source != start:
                    way.append(came_by[way[-1].source])
                return tuple(reversed(way))
            if edge.target not in came_by:
                came_by[edge.target] = edge
                waiting.append(edge.target)
    return ()


_SHOWN_STEPS = 12


def circle_text(circle: Iterable[Edge]) -> str:
    """`segment icp -> grade -> fit rule `Size` -> segment icp`; of a very long one the first and the last steps."""
    steps = list(circle)
    words = [w for edge in steps for w in (str(edge.source), edge.via) if w]
    if len(words) > _SHOWN_STEPS:
        n = len(words) - _SHOWN_STEPS
        words = [*words[: _SHOWN_STEPS // 2], f"({n:,} more)", *words[-_SHOWN_STEPS // 2 :]]
    return " -> ".join([*words, str(steps[0].source)])


def needs(playbook: Playbook) -> Needs:
    """The facts that the playbook reads."""
    parts = tuple(part for condition in playbook.with_roles().conditions() for part in walk(condition))
    where = [w.name for b in playbook.behaviours.values() for w in b.where]
    kinds = {type(part) for part in parts}
    names = {*where, *(name for kind, more in _NAMES_READ.items() if kind in kinds for name in more)}
    acts = (a for kind, more in _ACTS_READ.items() if kind in kinds for a in more)
    return Needs(
        fields=_fields(playbook, parts) | {Field.parse(name) for name in names if "." in name},
        activities=frozenset((*(a for b in playbook.behaviours.values() for a in b.activities), *acts)),
        columns=frozenset(name for name in names if name in ACTIVITY_COLUMNS),
        properties=frozenset(name for name in names if "." not in name and name not in ACTIVITY_COLUMNS)
        | _return_properties(playbook),
        every_buyer_act=any(isinstance(p, Silent) and not p.behaviours for p in parts),
        opportunities=HasOpportunity in kinds,
    )


# What these kinds read of activities, beside their behaviours: columns, attributes, properties; and of which acts.
_NAMES_READ: dict[type, tuple[str, ...]] = {
    InterestedIn: ("product", "asset", "asset.product"),
    ReachedStatus: ("program", "program.type", "status"),
    TookOffer: ("asset",),
}
_ACTS_READ: dict[type, tuple[str, ...]] = {
    ReachedStatus: PROGRAM_MOVED,
    TookOffer: (*OFFER_TAKEN, *OFFER_SHARED),
}


def _fields(playbook: Playbook, parts: tuple[Condition, ...]) -> frozenset[Field]:
    """Fields of people and accounts that are tested, or that say an interest."""
    tested = {p.field for p in parts if isinstance(p, AttributeTest | HeldFor)}
    stated = playbook.interest.stated if any(isinstance(p, InterestedIn) for p in parts) else None
    return frozenset(tested | ({stated} if stated is not None else set()))


def _return_properties(playbook: Playbook) -> frozenset[str]:
    back = playbook.lifecycle.passed_back
    return frozenset((back.reason, back.return_on)) if back else frozenset()
