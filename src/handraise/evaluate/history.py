"""What happened to a chunk's people: which triggers fired, which stages they entered, over all time that is read.

Each trigger reads its own firings and all stages as just before, the lifecycle reads firings as they are and stages as
just before. So what is told of an instant rests on what was told before it, and reading it again with what is known so
far comes nearer from the beginning on: it is done until nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from handraise.evaluate.changes import person_steps
from handraise.evaluate.compiled import Compiled
from handraise.evaluate.conditions import bound_test
from handraise.evaluate.decay import Classes, Rows
from handraise.evaluate.decide import LimitsOverTime, ScoredPeople
from handraise.evaluate.kleene import Truths
from handraise.evaluate.lifecycle import Entries, recorded_acts, replayed, stage_states
from handraise.evaluate.occurrences import Counts
from handraise.evaluate.past import Log, Past
from handraise.evaluate.points import Points
from handraise.evaluate.scores import ScoreRange, score_of_conditions, with_earned
from handraise.evaluate.tallies import Earned
from handraise.evaluate.triggers import firings, in_state
from handraise.evaluate.views import ChunkFacts, PeopleView
from handraise.facts.chunks import Chunk, Instants
from handraise.model.conditions import Condition, Score, ScoreIs, walk
from handraise.model.playbook import Playbook
from handraise.model.time import Micros
from handraise.playbook.dependencies import STAGE, decision_order, depends_on, fired

Activations = Mapping[str, Micros]
"""When each trigger started; one that is not named always was."""


@dataclass(frozen=True, slots=True)
class Happened:
    """The firings of each trigger and the stages entered, by name (`Alive.same_as`)."""

    firings: Mapping[str, Log]
    entries: Entries

    @property
    def past(self) -> Past:
        """As decisions read it."""
        return Past(self.firings, self.entries.log)

    def same_as(self, other: Happened) -> bool:
        return _same(self.entries.log, other.entries.log) and all(
            _same(log, other.firings[key]) for key, log in self.firings.items()
        )


def _same(one: Log, other: Log) -> bool:
    return (
        np.array_equal(one.subject, other.subject)
        and np.array_equal(one.at, other.at)
        and np.array_equal(one.code, other.code)
    )


class ChunkHistory:
    """Tells the history of a chunk's decided people. `others` is what is known of those who came along."""

    def __init__(
        self,
        compiled: Compiled,
        chunk: Chunk,
        limits: LimitsOverTime,
        activations: Activations | None = None,
        others: Happened | None = None,
    ) -> None:
        self.compiled, self.chunk, self.limits = compiled, chunk, limits
        self._activations = activations or {}
        self._others = others
        self._facts = ChunkFacts(
            compiled,
            chunk,
            calibrated_at=limits.instants,
            engagement_standing=self._engagement_standing if limits.are_known else None,
        )
        self._bounds = _engagement_bounds(compiled.playbook)
        self._triggers = order_of_triggers(compiled.playbook)
        self._acts = recorded_acts(compiled.playbook.lifecycle, self._facts, chunk.n_decided)

    @property
    def facts(self) -> ChunkFacts:
        """The facts of the chunk over time."""
        return self._facts

    def tell(self) -> Happened:
        """Everything up to the reading's instant."""
        told = self._told(self._nothing())
        while reads_itself(self.compiled.playbook):
            again = self._told(told)
            if again.same_as(told):
                return told
            told = again
        return told

    def people(self, past: Past, *, ages_in_steps: bool = True) -> PeopleView:
        """Everybody, reading a past; asked at any points."""
        none = Points(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64))
        return PeopleView(self._facts.reading(past), none, scoring=self._scored, ages_in_steps=ages_in_steps)

    def steps(self, condition: Condition, told: Happened) -> tuple[Points, Truths]:
        """A verdict over time, as decisions read it."""
        return person_steps(condition, self.people(self._with_others(told).past))

    def _scored(self, people: PeopleView) -> ScoredPeople:
        return ScoredPeople(people, self.limits.at(people.points.at))

    def _engagement_standing(self, facts: ChunkFacts, points: Points) -> EngagementStanding:
        people = PeopleView(facts, points, scoring=self._scored, ages_in_steps=True)
        self._scored(people)
        return EngagementStanding(people, self.limits, self._bounds)

    def _nothing(self) -> Happened:
        ints, instants = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64)
        entries = Entries(ints, instants, ints, ints, ints, instants)
        return Happened(dict.fromkeys(self._triggers, Log.empty()), entries)

    def _told(self, so_far: Happened) -> Happened:
        """One reading of all time, in which what was told so far is the time before each instant."""
        book, told = self.compiled.playbook, dict(self._with_others(so_far).firings)
        stages = self._with_others(so_far).entries.log
        new: dict[str, Log] = {}
        n = self.chunk.n_decided
        for key in self._triggers:
            past = Past(told, stages, stage_just_before=True, own=key)
            state = in_state(book.triggers[key], self.people(past), n)
            new[key] = firings(book.triggers[key], state, self._activations.get(key), book.time_zone)
            told[key] = self._with_others_of(key, new[key])
        past = Past(told, stages, stage_just_before=True)
        states = stage_states(book.lifecycle, self.people(past), n)
        return Happened(
            new, replayed(book.lifecycle, states, self._acts, self.chunk.n_people, self.compiled.as_of)
        )

    def _with_others(self, told: Happened) -> Happened:
        if self._others is None:
            return told
        return Happened(
            {key: self._with_others_of(key, log) for key, log in told.firings.items()},
            merged_entries(told.entries, self._others.entries),
        )

    def _with_others_of(self, key: str, log: Log) -> Log:
        return log if self._others is None else merged(log, self._others.firings[key])


def merged(one: Log, other: Log) -> Log:
    """Both, of different people."""
    subject = np.concatenate([one.subject, other.subject])
    at = np.concatenate([one.at, other.at])
    code = np.concatenate([one.code, other.code])
    order = np.lexsort((np.arange(len(at)), at, subject))
    return Log(subject[order], at[order], code[order])


def merged_entries(one: Entries, other: Entries) -> Entries:
    """Both, of different people."""
    columns = [
        np.concatenate([getattr(one, c), getattr(other, c)])
        for c in ("name", "at", "stage", "by", "kind", "return_at")
    ]
    order = np.lexsort((np.arange(len(columns[0])), columns[1], columns[0]))
    return Entries(*(column[order] for column in columns))


def _engagement_bounds(playbook: Playbook) -> tuple[ScoreIs, ...]:
    """Every question about the engagement score itself."""
    asked = {
        part
        for condition in playbook.conditions()
        for part in walk(condition)
        if isinstance(part, ScoreIs) and part.score is Score.ENGAGEMENT
    }
    return tuple(sorted(asked, key=repr))


def order_of_triggers(playbook: Playbook) -> tuple[str, ...]:
    """The triggers, each after those it reads."""
    return tuple(d.key for d in decision_order(playbook) if d.key in playbook.triggers and d == fired(d.key))


def reads_itself(playbook: Playbook) -> bool:
    """Whether what happens rests on what happened before: on stages, or on a trigger's own firings."""
    if any(STAGE in depends_on(playbook, d) for d in (STAGE, *map(fired, playbook.triggers))):
        return True
    return any(fired(key) in depends_on(playbook, fired(key)) for key in playbook.triggers)


def happens(playbook: Playbook) -> bool:
    """Whether anything can happen at all."""
    return bool(playbook.triggers or playbook.lifecycle.stages)


class EngagementStanding:
    """Of the engagement score as shown and of both ends of its range the class, and the verdict on every bound."""

    def __init__(self, people: PeopleView, limits: LimitsOverTime, bounds: Sequence[ScoreIs]) -> None:
        engagement = people.compiled.playbook.engagement
        self._limits, self._bounds, self._points = limits, bounds, people.points
        self._of_conditions = score_of_conditions(engagement, people)
        self._earned = Earned(engagement.behaviour_rules, people)
        people.let_go()  # what behaviours are worth reads no score

    def at_points(self) -> Classes:
        return self._classes(self._of_conditions, self._earned.at_points(), self._points.at)

    def later(self, which: Rows, at: Instants) -> Classes:
        return self._classes(self._of_conditions.only(which), self._earned.later(which, at), at)

    def _classes(self, of_conditions: ScoreRange, fine: Counts, at: Instants) -> Classes:
        score, limits = with_earned(of_conditions, fine), self._limits.at(at).of(Score.ENGAGEMENT)
        classes = [limits.of(each) for each in (score.shown, score.low, score.high)]
        verdicts = [bound_test(bound, score.low, score.high) for bound in self._bounds]
        return np.stack([*classes, *verdicts], axis=1)
