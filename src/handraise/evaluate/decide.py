"""The decision table: one row for each decided person of a chunk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from handraise.evaluate.coded import INSTANT, TEXTS, AtInstants, Coded, Column, Plain, plain, texts
from handraise.evaluate.compiled import Compiled
from handraise.evaluate.happened import stages, tracks
from handraise.evaluate.kleene import IN, UNKNOWN, Truths, some
from handraise.evaluate.open_facts import BitSets, OpenFacts
from handraise.evaluate.past import NO_PAST, Past
from handraise.evaluate.scores import ClassLimits, ScoreRange, engagement_score, fit_score
from handraise.evaluate.views import PeopleView, Scored, people_view
from handraise.facts.chunks import Chunk, Instants
from handraise.model.conditions import (
    InSegment,
    IsMarketingQualified,
    Score,
)
from handraise.model.fields import Entity
from handraise.model.scores import GRADES, RANKS

DECISION_COLUMNS = pa.schema(
    [
        pa.field("person_id", pa.string(), nullable=False),
        pa.field("source_id", pa.string(), nullable=False),
        pa.field("account_id", pa.string()),
        pa.field("as_of", INSTANT, nullable=False),
        pa.field("fit_score", pa.float64(), nullable=False),
        pa.field("fit_low", pa.float64(), nullable=False),
        pa.field("fit_high", pa.float64(), nullable=False),
        pa.field("fit_grade", pa.string(), nullable=False),
        pa.field("fit_grade_could_be", TEXTS, nullable=False),
        pa.field("fit_grade_certain", pa.bool_(), nullable=False),
        pa.field("fit_completeness", pa.float64(), nullable=False),
        pa.field("engagement_score", pa.float64(), nullable=False),
        pa.field("engagement_low", pa.float64(), nullable=False),
        pa.field("engagement_high", pa.float64(), nullable=False),
        pa.field("engagement_level", pa.int8(), nullable=False),
        pa.field("engagement_level_certain", pa.bool_(), nullable=False),
        pa.field("rank", pa.string(), nullable=False),
        pa.field("marketing_qualified", pa.string(), nullable=False),
        pa.field("track", pa.string()),
        pa.field("track_trigger", pa.string()),
        pa.field("track_fired_at", INSTANT),
        pa.field("track_due_at", INSTANT),
        pa.field("stage", pa.string()),
        pa.field("stage_entered_at", INSTANT),
        pa.field("stage_due_at", INSTANT),
        pa.field("buyer_segment", pa.string()),
        pa.field("buyer_segment_could_be", TEXTS, nullable=False),
        pa.field("segments_in", TEXTS, nullable=False),
        pa.field("segments_unknown", TEXTS, nullable=False),
        pa.field("missing_facts", TEXTS, nullable=False),
        pa.field("assumed_facts", TEXTS, nullable=False),
    ]
)
_WORDS = ("out", "unknown", "in")
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Limits:
    """The class limits in force: of the grades and of the levels, fixed or calibrated."""

    grades: ClassLimits | None
    levels: ClassLimits | None

    def of(self, score: Score) -> ClassLimits:
        """The limits of one score's classes. They are there, except while they are being calibrated."""
        limits = self.grades if score is Score.FIT else self.levels
        if limits is None:
            raise RuntimeError(f"the classes of {score.value} are read before they are calibrated")
        return limits

    def having(self, score: Score, limits: ClassLimits) -> Limits:
        """These limits with another's classes too."""
        return replace(self, **{"grades" if score is Score.FIT else "levels": limits})


@dataclass(frozen=True, slots=True)
class LimitsOverTime:
    """The class limits in force over time: `limits[i]` from `instants[i]` on, and the first of them before too."""

    instants: Instants
    limits: tuple[Limits, ...]

    @classmethod
    def always(cls, limits: Limits) -> LimitsOverTime:
        return cls(np.empty(0, dtype=np.int64), (limits,))

    @property
    def are_known(self) -> bool:
        """Whether there are limits of every class at all times."""
        return all(None not in (limits.grades, limits.levels) for limits in self.limits)

    def at(self, at: Instants) -> Limits:
        """The limits in force at each instant."""
        if len(self.limits) == 1:
            return self.limits[0]
        place = np.maximum(np.searchsorted(self.instants, at, side="right") - 1, 0)
        return Limits(*(_limits_at([limits.of(score) for limits in self.limits], place) for score in Score))


def _limits_at(limits: list[ClassLimits], place: npt.NDArray[np.int64]) -> ClassLimits:
    table = np.array([(at.best, at.second, at.third) for at in limits], dtype=np.int64)
    return ClassLimits(table[place, 0], table[place, 1], table[place, 2])


@dataclass(frozen=True, slots=True)
class BuyerSegments:
    """Which buyer segment each person is in (index in the playbook's order), and which earlier ones they could be in."""

    index: npt.NDArray[np.int16]
    could_be: tuple[npt.NDArray[np.bool_], ...]


class ScoredPeople:
    """People at their points with their scores, each computed when it is first asked for.

    `limits` are the class limits in force; a score whose limits are `None` (while they are being calibrated)
    has no classes, so nothing may rest on them.
    """

    def __init__(self, people: PeopleView, limits: Limits) -> None:
        self.compiled = people.compiled
        self.chunk = people.chunk
        self.limits = limits
        self.people = people
        self.people.scorer = self.scored
        self._ranges: dict[Score, ScoreRange] = {}
        self._scored: dict[Score, Scored] = {}

    def range(self, score: Score) -> ScoreRange:
        """The score of each person, with what it could be."""
        if score not in self._ranges:
            playbook, people = self.compiled.playbook, self.people
            if score is Score.FIT:
                self._ranges[score] = fit_score(playbook.fit, people)
            else:
                self._ranges[score] = engagement_score(playbook.engagement, people)
        return self._ranges[score]

    def scored(self, score: Score) -> Scored:
        """The score's range and the classes it leaves open."""
        if score not in self._scored:
            found, limits = self.range(score), self.limits.of(score)
            self._scored[score] = Scored(found.low, found.high, limits.of(found.high), limits.of(found.low))
        return self._scored[score]


class Decisions(ScoredPeople):
    """Everything decided about people at their points."""

    def __init__(self, people: PeopleView, limits: Limits) -> None:
        super().__init__(people, limits)
        self.fit = self.range(Score.FIT)
        self.engagement = self.range(Score.ENGAGEMENT)
        self.buyer_segments = buyer_segments(self.people)

    @property
    def grade(self) -> npt.NDArray[np.int8]:
        """Index of the shown grade, 0 is A."""
        return self.limits.of(Score.FIT).of(self.fit.shown)

    @property
    def grade_is_certain(self) -> npt.NDArray[np.bool_]:
        """Whether the shown letter is the only one possible.

        Joint bounds may leave the shown score, which counts unknown rules as 0, outside its own range; then a
        test of the grade may hold, but the letter shown is not the one.
        """
        fit = self.scored(Score.FIT)
        return np.asarray((fit.best == fit.worst) & (fit.best == self.grade))

    @property
    def level(self) -> npt.NDArray[np.int8]:
        """Index of the shown level, 0 is level 1."""
        return self.limits.of(Score.ENGAGEMENT).of(self.engagement.shown)

    def missing_facts(self) -> BitSets:
        """Fields that an open grade or level, or a buyer segment that could be, waits for."""
        playbook = self.compiled.playbook
        facts = OpenFacts(self.people, self.compiled.tested_fields)
        missing = facts.empty()
        facts.of_fit(~self.grade_is_certain, missing)
        engagement = self.scored(Score.ENGAGEMENT)
        facts.of_engagement(engagement.best != engagement.worst, missing)
        for segment, could_be in zip(playbook.buyer_segments, self.buyer_segments.could_be, strict=True):
            if some(could_be):
                facts.of_condition(segment.when, could_be, missing)
        return missing

    def assumed_facts(self) -> BitSets:
        """Fields of which the decision used a value whose "since when" is assumed."""
        fields = [f for f in self.compiled.tested_fields if f.entity in _SUBJECT_ENTITIES]
        assumed = BitSets(sorted(str(f) for f in fields), self.people.size)
        for field in fields:
            assumed.add(str(field), self.people.latest(field)[1])
        return assumed

    def columns(self, rows: slice | Rows) -> dict[str, Column]:
        """The columns of `DECISION_COLUMNS` at some points."""
        chunk, playbook, people = self.chunk, self.compiled.playbook, self.people
        fit, engagement = self.scored(Score.FIT), self.scored(Score.ENGAGEMENT)
        grade, level = self.grade[rows], self.level[rows]
        best, worst = fit.best[rows], fit.worst[rows]
        subject = people.points.subject[rows]
        in_, unknown = self._segments()
        return {
            "person_id": Coded(subject, chunk.person_ids),
            "source_id": Coded(subject, chunk.source_ids),
            "account_id": Coded(people.held[rows], chunk.account_ids),
            "as_of": AtInstants(people.points.at[rows]),
            "fit_score": _points(self.fit.shown[rows]),
            "fit_low": _points(self.fit.low[rows]),
            "fit_high": _points(self.fit.high[rows]),
            "fit_grade": texts(grade, GRADES),
            "fit_grade_could_be": _grade_lists(best, worst),
            "fit_grade_certain": Plain(self.grade_is_certain[rows]),
            "fit_completeness": Plain(self.fit.known_share[rows]),
            "engagement_score": _points(self.engagement.shown[rows]),
            "engagement_low": _points(self.engagement.low[rows]),
            "engagement_high": _points(self.engagement.high[rows]),
            "engagement_level": Plain(level + np.int8(1)),
            "engagement_level_certain": Plain((engagement.best == engagement.worst)[rows]),
            "rank": texts(grade * 4 + level, RANKS),
            "marketing_qualified": texts(self.marketing_qualified()[rows], _WORDS),
            **tracks(people, rows),
            **stages(people, rows),
            "buyer_segment": texts(self.buyer_segments.index[rows], [s.key for s in playbook.buyer_segments]),
            "buyer_segment_could_be": self._could_be().lists(rows),
            "segments_in": in_.lists(rows),
            "segments_unknown": unknown.lists(rows),
            "missing_facts": self.missing_facts().lists(rows),
            "assumed_facts": self.assumed_facts().lists(rows),
        }

    def marketing_qualified(self) -> Truths:
        return self.people.truth(IsMarketingQualified())

    def _could_be(self) -> BitSets:
        segments = self.compiled.playbook.buyer_segments
        sets = BitSets([s.key for s in segments], self.people.size)
        for segment, could_be in zip(segments, self.buyer_segments.could_be, strict=True):
            sets.add(segment.key, could_be)
        return sets

    def _segments(self) -> tuple[BitSets, BitSets]:
        keys = sorted(self.compiled.playbook.segments)
        in_, unknown = BitSets(keys, self.people.size), BitSets(keys, self.people.size)
        for key in keys:
            truth = self.people.truth(InSegment(key))
            in_.add(key, truth == IN)
            unknown.add(key, truth == UNKNOWN)
        return in_, unknown


class ChunkDecisions(Decisions):
    """Everything decided about one chunk's people at the reading's instant."""

    def __init__(self, compiled: Compiled, chunk: Chunk, limits: Limits, past: Past = NO_PAST) -> None:
        super().__init__(people_view(compiled, chunk, past), limits)

    def row(self, index: int) -> dict[str, Any]:
        """The row of one person, by its number in the chunk, as plain data; instants as ISO texts."""
        columns = self.columns(slice(index, index + 1))
        return {name: columns[name].value(0) for name in DECISION_COLUMNS.names}

    def table(self) -> pa.Table:
        """The decided people as rows of `DECISION_COLUMNS`, in the chunk's order."""
        columns = self.columns(slice(self.chunk.n_decided))
        return pa.table([plain(columns[f.name].arrow()) for f in DECISION_COLUMNS], schema=DECISION_COLUMNS)


def buyer_segments(people: PeopleView) -> BuyerSegments:
    """The first match in order; an unknown condition before the match is "could be"."""
    segments = people.compiled.playbook.buyer_segments
    if not segments:
        return BuyerSegments(np.full(people.size, -1, dtype=np.int16), ())
    truths = np.array([people.truth(segment.when) for segment in segments])
    index = (truths == IN).argmax(axis=0)
    if some(truths[index, np.arange(people.size)] != IN):
        raise RuntimeError("the buyer segments do not cover everybody")
    could_be = (truths == UNKNOWN) & (np.arange(len(segments))[:, None] < index)
    return BuyerSegments(index.astype(np.int16), tuple(could_be))


_SUBJECT_ENTITIES = (Entity.PERSON.value, Entity.ACCOUNT.value)


# The grades from one to another, by both: what a grade could be.
_SPANS = [GRADES[best : worst + 1] for best in range(4) for worst in range(4)]


def _points(hundredths: npt.NDArray[np.int64]) -> Column:
    return Plain(hundredths / 100)


def _grade_lists(best: npt.NDArray[np.int8], worst: npt.NDArray[np.int8]) -> Column:
    return Coded(best * np.int8(4) + worst, _SPANS, TEXTS)
