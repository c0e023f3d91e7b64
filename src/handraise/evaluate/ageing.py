"""Up to when occurrences have aged, over time.

A decayed score changes all the time, but a verdict that reads it has change points (meaning 10): wherever the score counts
something more or less, and 00:00 of every day. There it is worked out exactly as a decision is; from there to the next
one it stays. So what a history tells of such an instant is what a decision of that instant says, and whatever else is asked
in between, for whatever reason, moves nothing.
"""

from __future__ import annotations

import numpy as np

from handraise.evaluate.changes import person_steps
from handraise.evaluate.members import since_when, until_when
from handraise.evaluate.points import BEFORE_ALL, Points
from handraise.evaluate.spells import Diary
from handraise.evaluate.views import PeopleView
from handraise.facts.chunks import Instants, Ints
from handraise.model.scores import BehaviourRule
from handraise.playbook.dependencies import rests_on_facts


def aged_until(people: PeopleView) -> Instants:
    """The last change point of each point's engagement score, the point itself included."""
    counted = people.facts.remember("counted anew", lambda: _counted_anew(people))
    midnight = people.compiled.last_midnight(people.points.at)
    place = counted.last_at(people.points.subject, people.points.at)
    if not len(counted.at):
        return midnight
    return np.maximum(midnight, np.where(place >= 0, counted.at[np.maximum(place, 0)], BEFORE_ALL))


def _counted_anew(people: PeopleView) -> Diary:
    """Where a rule counts an occurrence more or less, or its condition turns; and where a life begins.

    Conditions that read decisions are left out: those are told from the score, and are another one's change points.
    """
    facts, playbook = people.facts, people.compiled.playbook
    since, until = since_when(facts), until_when(facts)
    parts: list[tuple[Ints, Instants]] = [(np.arange(facts.chunk.n_people, dtype=np.int32), since)]
    for rule in playbook.engagement.rules:
        if isinstance(rule, BehaviourRule):
            parts.append(people.while_seen(rule.behaviour, rule.within).changes())
        elif rests_on_facts(playbook, rule.when):
            points, truths = person_steps(rule.when, people)
            turns = np.ones(points.n, dtype=np.bool_)
            turns[1:] = (points.subject[1:] != points.subject[:-1]) | (truths[1:] != truths[:-1])
            parts.append((points.subject[turns], points.at[turns]))
    subject = np.concatenate([s for s, _ in parts])
    at = np.concatenate([a for _, a in parts])
    is_there = (at >= since[subject]) & (at < until[subject])
    found = Points.of(subject[is_there], at[is_there])
    return Diary.of(found.subject, found.at)
