"""What a trigger is, down to everything that it rests on: two playbooks in which that is the same run the same trigger.

The form of a trigger is the least playbook in which it means the same: its own condition, and the behaviours, segments,
scores, stages and triggers that the condition reads, directly or not. What only names things (labels, words, names of
rules) and what only follows from a firing (its track, its clock) is left out, so that a new name starts nothing anew.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from handraise.model.conditions import (
    AccountDid,
    Always,
    Condition,
    Did,
    FirstTime,
    InterestedIn,
    ReachedStatus,
    Regularly,
    Resumed,
    Sequence,
    Silent,
    Stopped,
    TookOffer,
    walk,
)
from handraise.model.lifecycle import Lifecycle
from handraise.model.playbook import Playbook, Segment
from handraise.model.products import BuyingGroup, BuyingRole
from handraise.model.scores import BehaviourRule, Engagement, Fit
from handraise.model.triggers import Trigger
from handraise.playbook.dependencies import (
    ENGAGEMENT,
    FIT,
    MARKETING_QUALIFIED,
    STAGE,
    Decision,
    DecisionKind,
    depends_on,
    fired,
)
from handraise.playbook.writer import version_of


def definition_of(playbook: Playbook, trigger: str) -> str:
    """A hash of a trigger's form; the same in two playbooks where the trigger means the same in both."""
    return version_of(least(playbook, trigger))


def least(playbook: Playbook, trigger: str) -> Playbook:
    """The least playbook in which a trigger means the same."""
    reached = {fired(trigger), *depends_on(playbook, fired(trigger))}
    qualifying = MARKETING_QUALIFIED in reached
    book = Playbook(
        "",
        playbook.time_zone,
        fit=_fit(playbook.fit) if FIT in reached else Fit(),
        engagement=_engagement(playbook.engagement) if ENGAGEMENT in reached else Engagement(),
        segments={k: _segment(s) for k, s in playbook.segments.items() if _is_in(k, reached)},
        triggers={
            k: _trigger(t, qualifying) for k, t in sorted(playbook.triggers.items()) if fired(k) in reached
        },
        lifecycle=_lifecycle(playbook.lifecycle) if STAGE in reached else Lifecycle(),
        buying_group=_buying_group(playbook.buying_group, reached),
    )
    if qualifying:
        ranks, tracks = playbook.marketing_qualified_ranks, playbook.qualifying_tracks
        book = replace(book, marketing_qualified_ranks=ranks, qualifying_tracks=tracks)
    if book.fit.grades.are_calibrated or book.engagement.levels.are_calibrated:
        book = replace(book, recalibrate_every=playbook.recalibrate_every)
    return _with_what_is_named(book, playbook)


def _with_what_is_named(book: Playbook, whole: Playbook) -> Playbook:
    """With the behaviours, products, programs and offers that its conditions name."""
    conditions = list(book.conditions())
    kinds = {type(part) for condition in conditions for part in walk(condition)}
    if InterestedIn in kinds:
        book = replace(book, products=whole.products, interest=whole.interest)
    if ReachedStatus in kinds:
        book = replace(book, programs=whole.programs)
    if TookOffer in kinds:
        book = replace(book, offers=whole.offers)
    named = sorted(set(_behaviours(book, conditions)) & whole.behaviours.keys())
    behaviours = {key: replace(whole.behaviours[key], words=None, typed=None) for key in named}
    return replace(book, behaviours=behaviours)


def _behaviours(book: Playbook, conditions: Iterable[Condition]) -> Iterator[str]:
    yield from (r.behaviour for r in book.engagement.rules if isinstance(r, BehaviourRule))
    yield from book.interest.behaviours
    yield from (key for program in book.programs.values() for status in program.statuses for key in status.on)
    yield from (key for stage in book.lifecycle.stages for key in stage.on)
    if book.lifecycle.passed_back:
        yield from book.lifecycle.passed_back.on
    for part in (part for condition in conditions for part in walk(condition)):
        match part:
            case Did() | AccountDid() | FirstTime() | Stopped() | Resumed() | Regularly():
                yield part.behaviour
            case Silent():
                yield from part.behaviours
            case Sequence():
                yield from (step.behaviour for step in part.steps)


def _is_in(segment: str, reached: Container[Decision]) -> bool:
    return Decision(DecisionKind.SEGMENT, segment) in reached


def _buying_group(group: BuyingGroup, reached: Container[Decision]) -> BuyingGroup:
    roles = sorted(group.roles, key=lambda role: role.key)
    return BuyingGroup(
        tuple(BuyingRole(r.key, r.when) for r in roles if Decision(DecisionKind.ROLE, r.key) in reached)
    )


def _segment(segment: Segment) -> Segment:
    return Segment(segment.key, segment.of, segment.when)


def _trigger(trigger: Trigger, qualifying: bool) -> Trigger:
    """Its track, and for how long it stands, only where that qualifies somebody."""
    bare = replace(trigger, label=None, sla=None)
    return bare if qualifying else replace(bare, track=None, stands_for=Trigger("", Always()).stands_for)


def _fit(fit: Fit) -> Fit:
    return replace(fit, rules=tuple(replace(rule, name="") for rule in fit.rules))


def _engagement(engagement: Engagement) -> Engagement:
    return replace(engagement, rules=tuple(replace(rule, name="") for rule in engagement.rules))


def _lifecycle(lifecycle: Lifecycle) -> Lifecycle:
    return replace(lifecycle, stages=tuple(replace(s, label=None, sla=None) for s in lifecycle.stages))
