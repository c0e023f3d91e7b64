"""Triggers over time: where the state of each becomes true, and which of these edges fire (meaning 11)."""

from __future__ import annotations

import numpy as np

from handraise.evaluate.changes import person_changes, truth_at
from handraise.evaluate.keys import in_order
from handraise.evaluate.kleene import IN, OUT
from handraise.evaluate.members import until_when
from handraise.evaluate.past import Log
from handraise.evaluate.points import Points, exits, starts
from handraise.evaluate.spells import Spells, stretches
from handraise.evaluate.views import ChunkFacts, PeopleView
from handraise.facts.chunks import Bools, Instants, Ints
from handraise.model.conditions import All, Condition
from handraise.model.time import Micros
from handraise.model.triggers import Trigger


def in_state(trigger: Trigger, people: PeopleView, n_told: int) -> Spells:
    """While `when` is true and the audience is not out, by name; of the chunk's first `n_told` people."""
    asked: tuple[Condition, ...] = (trigger.when,)
    if trigger.audience is not None:
        asked = (*asked, trigger.audience)
    points = person_changes(All(asked), people.facts)
    points = points.only(points.subject < n_told)
    holds = truth_at(trigger.when, people, points) == IN
    if trigger.audience is not None:
        holds &= truth_at(trigger.audience, people, points) != OUT
    return by_name(points, holds, people.facts)


def by_name(points: Points, holds: Bools, facts: ChunkFacts) -> Spells:
    """The stretches in which something holds of whoever bears a name, over all its lives."""
    alive = facts.chunk.alive
    if alive is None:
        return stretches(points.subject, points.at, holds)
    until = until_when(facts)
    told = np.unique(points.subject)
    ended = told[until[told] <= facts.compiled.as_of]
    name = np.concatenate([alive.same_as[ended], alive.same_as[points.subject]])
    at = np.concatenate([until[ended], points.at])
    value = np.concatenate([np.zeros(len(ended), dtype=np.bool_), holds])
    # A life may begin where another of the name ends: what is said of the one that lives then counts, and comes last.
    order = in_order(name, at)
    name, at, value = name[order], at[order], value[order]
    last = np.ones(len(name), dtype=np.bool_)
    last[:-1] = (name[1:] != name[:-1]) | (at[1:] != at[:-1])
    return stretches(name[last], at[last], value[last])


def firings(trigger: Trigger, state: Spells, activated_at: Micros | None, zone: str) -> Log:
    """When it fires, by name: at each beginning of its state, unless it rests or has not started."""
    subject, at = state.subject, state.start
    if activated_at is not None:
        existing = (state.start <= activated_at) & (activated_at < state.end)
        kept = (state.start > activated_at) | existing
        at = np.where(existing, activated_at, at)
        if not trigger.fire_existing:
            kept &= ~existing
        subject, at = subject[kept], at[kept]
    order = in_order(subject, at)
    subject, at = subject[order].astype(np.int32), at[order]
    if trigger.rest is not None:
        fired = _rested(subject, at, exits(trigger.rest, at, zone), starts(trigger.rest, at, zone))
        subject, at = subject[fired], at[fired]
    return Log(subject, at, np.zeros(len(subject), dtype=np.int32))


def _rested(subject: Ints, at: Instants, rested_at: Instants, rests_since: Instants) -> Ints:
    """Of sorted edges those that fire: one that fires makes all before its `rested_at` be lost, and an edge is lost
    too if something fired after its `rests_since`. Each round takes the next edge of everybody."""
    stride_at = np.unique(np.concatenate([at, rested_at]))
    stride = len(stride_at) + 1
    keys = subject.astype(np.int64) * stride + np.searchsorted(stride_at, at)
    following = np.searchsorted(
        keys, subject.astype(np.int64) * stride + np.searchsorted(stride_at, rested_at), side="left"
    )
    new = np.ones(len(subject), dtype=np.bool_)
    new[1:] = subject[1:] != subject[:-1]
    edge = np.flatnonzero(new)
    fired = [edge[:0]]
    while len(edge):
        fired.append(edge)
        next_ = following[edge]
        while True:
            same = np.append(subject, -1)[next_] == subject[edge]
            edge, next_ = edge[same], next_[same]
            lost = rests_since[next_] < at[edge]
            if not lost.any():
                break
            next_ = next_ + lost
        edge = next_
    return np.sort(np.concatenate(fired)).astype(np.int32)
