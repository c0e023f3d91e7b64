"""Calibrations: thresholds that are read off everybody (meaning 4), at the first instant that anybody is there and at the
beginning of every further interval at which anybody is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from handraise.engines.calibrations import NOTHING_KEPT, Calibration, Calibrations, Kept
from handraise.engines.reading import Reading
from handraise.engines.told import Told
from handraise.errors import EngineError
from handraise.evaluate.compiled import Compiled
from handraise.evaluate.decide import Limits, ScoredPeople
from handraise.evaluate.past import NO_PAST
from handraise.evaluate.points import Points
from handraise.evaluate.scores import NOBODY, ClassLimits, Hundredths, fixed_limits
from handraise.evaluate.views import ChunkFacts, PeopleView
from handraise.facts.chunks import Chunk, Instants
from handraise.identity.lives import Lives
from handraise.model.conditions import Score
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.scores import Threshold, Thresholds, TopPeople, TopShare
from handraise.model.time import MICROS_PER_DAY, Micros
from handraise.playbook.dependencies import ENGAGEMENT, FIT, depends_on

# Calibrations repeat from a Monday on, 1970-01-05T00:00Z.
CALIBRATION_ANCHOR: Micros = 4 * MICROS_PER_DAY

Shown = dict[Score, list[Hundredths]]
"""Of each score and each calibration the shown scores of some people."""
ShownBy = Callable[[Sequence[Limits], tuple[Score, ...]], Shown]
"""Gives the shown scores of everybody at each calibration, under the limits found so far."""


@dataclass(frozen=True, slots=True)
class Calibrating:
    """Calibrates a playbook. `each` does some work on every chunk of a reading; what is `kept` already is used."""

    playbook: Playbook
    catalog: FieldCatalog
    each: Callable[[Reading, Callable[[Chunk], Shown]], Iterable[Shown]]
    kept: Kept = NOTHING_KEPT

    @property
    def are_needed(self) -> bool:
        """Whether any threshold is not fixed."""
        return any(self._thresholds(score).are_calibrated for score in Score)

    @property
    def fixed(self) -> Limits:
        """The fixed limits; of a calibrated score there are none yet."""
        return Limits(*(fixed_limits(self._thresholds(score)) for score in Score))

    def last_anchor(self, as_of: Micros) -> Micros:
        """The beginning of the interval that an instant lies in."""
        return CALIBRATION_ANCHOR + (as_of - CALIBRATION_ANCHOR) // self._every * self._every

    def instants(self, lives: Lives, until: Micros) -> Instants:
        """When calibrations happen, up to an instant; once, then, where nobody was ever there."""
        if not lives.n:
            return np.array([until], dtype=np.int64)
        first = int(lives.since.min())
        anchors = np.arange(self.last_anchor(first) + self._every, until + 1, self._every, dtype=np.int64)
        begun = np.searchsorted(np.sort(lives.since), anchors, side="right")
        ended = np.searchsorted(np.sort(lives.until), anchors, side="right")
        return np.concatenate([[first], anchors[begun > ended]])

    def over_time(
        self, reading: Reading, compiled: Compiled, told: Told | None, asked: Instants | None = None
    ) -> Calibrations:
        """Every calibration up to the instant of a reading over time, or those that hold at the instants `asked` for."""
        if reading.lives is None:
            raise RuntimeError("calibrations over time need a reading over time")
        horizon, until = reading.shared.horizon, compiled.as_of
        known = self.kept_over_time(until, horizon)
        if known is not None:
            return known
        regular, first_at = self.instants(reading.lives, until), None
        facts = self.kept.facts_by(until, horizon)
        if asked is None:
            first_at = int(regular[0]) if reading.lives.n else None
        else:
            regular = _holding(regular, np.array([c.since for c in facts], dtype=np.int64), asked)
        found = {at: c for at in regular.tolist() if (c := self.kept.same(at, horizon)) is not None}
        new = np.array([at for at in regular.tolist() if at not in found], dtype=np.int64)
        if len(new):
            made = self.at(new, self.shown_in(reading, compiled, told, new))
            found |= {c.at: c for c in made}
        return Calibrations.of([*(found[at] for at in regular.tolist()), *facts], first_at)

    def kept_over_time(self, until: Micros, horizon: int) -> Calibrations | None:
        """Every calibration up to an instant, where all of them are kept."""
        if self.kept.whole is not None:
            return self.kept.whole
        first_at = self.kept.first_at(horizon)
        if first_at is None or first_at > until:
            return None
        regular = [self.kept.same(at, horizon) for at in (first_at, *self.anchors(first_at, until))]
        if any(c is None for c in regular):
            return None
        facts = self.kept.facts_by(until, horizon)
        return Calibrations.of([*(c for c in regular if c is not None and c.n_people), *facts], first_at)

    def anchors(self, after: Micros, until: Micros) -> list[Micros]:
        """The beginnings of intervals after an instant and up to another."""
        return list(range(self.last_anchor(after) + self._every, until + 1, self._every))

    def empty(self, calibrations: Calibrations, until: Micros) -> tuple[Calibration, ...]:
        """The beginnings of intervals at which nobody was there, of calibrations that are all up to an instant."""
        if calibrations.first_at is None:
            return ()
        there = {c.at for c in calibrations.each}
        missing = (at for at in self.anchors(calibrations.first_at, until) if at not in there)
        return tuple(Calibration(at, 0, self.fixed) for at in missing)

    def at(self, instants: Instants, shown_by: ShownBy) -> tuple[Calibration, ...]:
        """Calibrations at these instants. Where one score rests on the other's class, the other goes first."""
        limits, n_people = [self.fixed] * len(instants), [0] * len(instants)
        for scores in self._passes():
            shown = shown_by(limits, scores)
            for i in range(len(instants)):
                n_people[i] = len(shown[scores[0]][i])
                for score in scores:
                    found = class_limits(self._thresholds(score), shown[score][i])
                    limits[i] = limits[i].having(score, found)
        return tuple(map(Calibration, instants.tolist(), n_people, limits))

    def shown_in(
        self, reading: Reading, compiled: Compiled, told: Told | None, instants: Instants
    ) -> ShownBy:
        """The shown scores of everybody of a reading at each of the instants."""

        def shown(limits: Sequence[Limits], scores: tuple[Score, ...]) -> Shown:
            parts = list(self.each(reading, lambda chunk: of_chunk(chunk, limits, scores)))
            nobody = np.empty(0, dtype=np.int64)
            return {
                score: [
                    np.concatenate([nobody, *(part[score][i] for part in parts)])
                    for i in range(len(instants))
                ]
                for score in scores
            }

        def of_chunk(chunk: Chunk, limits: Sequence[Limits], scores: tuple[Score, ...]) -> Shown:
            past = NO_PAST if told is None else told.past_of(chunk, stage_just_before=True)
            facts = ChunkFacts(compiled, chunk, past)
            found: Shown = {score: [] for score in scores}
            for at, in_force in zip(instants.tolist(), limits, strict=True):
                people = PeopleView(facts, _points(chunk, at))
                scored = ScoredPeople(people, in_force)
                for score in scores:
                    found[score].append(_of_decided(scored.range(score).shown, people))
                people.let_go()
            return found

        return shown

    def _passes(self) -> tuple[tuple[Score, ...], ...]:
        """The calibrated scores, those that can be done in one pass together."""
        calibrated = tuple(s for s in Score if self._thresholds(s).are_calibrated)
        if ENGAGEMENT in depends_on(self.playbook, FIT):
            return tuple((s,) for s in reversed(calibrated))
        if FIT in depends_on(self.playbook, ENGAGEMENT):
            return tuple((s,) for s in calibrated)
        return (calibrated,)

    def _thresholds(self, score: Score) -> Thresholds:
        return self.playbook.fit.grades if score is Score.FIT else self.playbook.engagement.levels

    @property
    def _every(self) -> Micros:
        every = self.playbook.recalibrate_every.micros
        if every is None:
            raise EngineError(
                "`recalibrate_every` is a calendar step, but calibrations repeat in weeks, days or hours."
            )
        return every


def _holding(regular: Instants, facts: Instants, asked: Instants) -> Instants:
    """The regular calibrations that hold at some of the instants: no fact is known since."""
    last = regular[np.maximum(np.searchsorted(regular, asked, side="right") - 1, 0)]
    fact = np.searchsorted(facts, asked, side="right") - 1
    known = (fact >= 0) & (np.append(facts, 0)[fact] >= last)
    return np.unique(last[~known])


def _points(chunk: Chunk, at: Micros) -> Points:
    """Whoever is somebody at an instant; of a reading at that instant that is everybody."""
    if chunk.alive is None:
        return Points.everybody(chunk.n_people, at)
    there = np.flatnonzero((chunk.alive.since <= at) & (at < chunk.alive.until)).astype(np.int32)
    return Points(there, np.full(len(there), at, dtype=np.int64))


def _of_decided(shown: Hundredths, people: PeopleView) -> Hundredths:
    return shown[people.points.subject < people.chunk.n_decided]


def class_limits(thresholds: Thresholds, scores: Hundredths) -> ClassLimits:
    """The limits of top shares, or of the best so many: each the score of its last member, ties included."""
    ranked = np.sort(scores)[::-1]
    return ClassLimits(*(_score_of_top(_n_top(t, len(ranked)), ranked) for t in thresholds.as_tuple()))


def _n_top(threshold: Threshold, n_people: int) -> int:
    """How many people, besides ties, a calibrated class is for."""
    if isinstance(threshold, TopShare):
        return math.ceil(threshold.share * n_people)
    return min(threshold.n, n_people) if isinstance(threshold, TopPeople) else 0


def _score_of_top(n: int, ranked: Hundredths) -> int:
    return int(ranked[n - 1]) if n else NOBODY
