"""The local engine: chunks over threads in this process.

Calibrated limits (quantile thresholds) are found first, over everybody, at the last calibration instant
before `as_of`; then every chunk is decided on its own. The table is sorted by person, so that it does
not depend on how chunks were cut or on which thread was first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa

from handraise.engines.reading import Reading
from handraise.errors import EngineError
from handraise.evaluate.compiled import Compiled
from handraise.evaluate.conditions import people_view
from handraise.evaluate.decide import DECISION_COLUMNS, ChunkDecisions, Limits, conditions_of
from handraise.evaluate.explain import PROFILE_FIELDS, Explainer, PersonExplanation
from handraise.evaluate.scores import (
    NOBODY,
    ClassLimits,
    Hundredths,
    engagement_score,
    fit_score,
    fixed_limits,
)
from handraise.facts.chunks import Chunk, Needs
from handraise.facts.store import FactStore
from handraise.model.conditions import AttributeTest, HasOpportunity, Silent, walk
from handraise.model.fields import Field, FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.scores import Thresholds, TopShare
from handraise.model.time import MICROS_PER_DAY, Micros

T = TypeVar("T")

# Calibrations start from a Monday, 1970-01-05T00:00Z, and repeat every `recalibrate_every`.
CALIBRATION_ANCHOR: Micros = 4 * MICROS_PER_DAY


@dataclass(frozen=True, slots=True)
class Calibration:
    """Limits found over everybody at an instant, from the facts up to a horizon (meaning 4)."""

    at: Micros
    n_people: int
    limits: Limits


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions of one run, and the calibration they rest on, if any."""

    table: pa.Table
    horizon: int
    calibration: Calibration | None


Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """Decides from one store with one playbook. `catalog` types the fields; `n_threads` chunks run at once;
    `source_trust` lists sources, most trusted first."""

    store: FactStore
    playbook: Playbook
    catalog: FieldCatalog
    n_threads: int = 2
    source_trust: tuple[str, ...] = ()
    max_rows_per_chunk: int = 2_000_000

    def decide(
        self,
        as_of: Micros,
        *,
        horizon: int | None = None,
        people: Iterable[str] | None = None,
        calibration: Calibration | None = None,
        progress: Progress | None = None,
    ) -> Decided:
        """Decide everybody, or only `people`, as of an instant; sorted by person id.

        `horizon` is the last append number that counts (default: all). A given `calibration` is used as it is.
        """
        with self._reading(as_of, horizon, people=people) as reading:
            horizon = reading.shared.horizon
            calibration = calibration or self.calibrate(as_of, horizon)
            limits = calibration.limits if calibration else self._fixed()
            compiled = Compiled(self.playbook, self.catalog, reading.shared)

            def decide_chunk(chunk: Chunk) -> pa.Table:
                return ChunkDecisions(compiled, chunk, limits).table()

            tables = self._each_chunk(reading, decide_chunk, progress)
        table = pa.concat_tables(tables) if tables else DECISION_COLUMNS.empty_table()
        return Decided(table.sort_by("person_id").combine_chunks(), horizon, calibration)

    def explain(
        self,
        person_id: str,
        as_of: Micros,
        *,
        horizon: int | None = None,
        calibration: Calibration | None = None,
    ) -> PersonExplanation | None:
        """Why, for one person; `None` when nobody of that id is decided at that instant."""
        with self._reading(as_of, horizon, people=[person_id], with_places=True) as reading:
            calibration = calibration or self.calibrate(as_of, reading.shared.horizon)
            limits = calibration.limits if calibration else self._fixed()
            compiled = Compiled(self.playbook, self.catalog, reading.shared)
            for i in range(reading.n_chunks):
                chunk = reading.chunk(i)
                ids = chunk.person_ids[: chunk.n_decided].to_pylist()
                if person_id in ids:
                    return Explainer(ChunkDecisions(compiled, chunk, limits)).person(ids.index(person_id))
        return None

    def calibration_instant(self, as_of: Micros) -> Micros | None:
        """The last calibration at or before `as_of`; `None` when every threshold is fixed."""
        playbook = self.playbook
        if not (playbook.fit.grades.are_calibrated or playbook.engagement.levels.are_calibrated):
            return None
        every = playbook.recalibrate_every.micros
        if every is None:
            raise EngineError(
                "`recalibrate_every` is a calendar step, but calibrations repeat in weeks, days or hours."
            )
        return CALIBRATION_ANCHOR + (as_of - CALIBRATION_ANCHOR) // every * every

    def calibrate(self, as_of: Micros, horizon: int) -> Calibration | None:
        """The calibration that holds at `as_of`, computed from everybody as of its own instant."""
        at = self.calibration_instant(as_of)
        if at is None:
            return None
        with self._reading(at, horizon) as reading:
            compiled = Compiled(self.playbook, self.catalog, reading.shared)

            def score(chunk: Chunk) -> tuple[Hundredths, Hundredths]:
                people = people_view(compiled, chunk)
                fit = fit_score(self.playbook.fit, people).shown
                engagement = engagement_score(self.playbook.engagement, people).shown
                return fit[: chunk.n_decided], engagement[: chunk.n_decided]

            scores = self._each_chunk(reading, score, None)
        fit = np.concatenate([s[0] for s in scores]) if scores else np.empty(0, np.int64)
        engagement = np.concatenate([s[1] for s in scores]) if scores else np.empty(0, np.int64)
        grades = class_limits(self.playbook.fit.grades, fit)
        levels = class_limits(self.playbook.engagement.levels, engagement)
        return Calibration(at, len(fit), Limits(grades, levels))

    def _fixed(self) -> Limits:
        nobody = np.empty(0, dtype=np.int64)
        return Limits(
            class_limits(self.playbook.fit.grades, nobody),
            class_limits(self.playbook.engagement.levels, nobody),
        )

    def _reading(
        self,
        as_of: Micros,
        horizon: int | None,
        *,
        people: Iterable[str] | None = None,
        with_places: bool = False,
    ) -> Reading:
        return Reading(
            self.store,
            as_of,
            horizon=horizon,
            needs=needs_of(self.playbook, everything=with_places),
            people=people,
            with_places=with_places,
            latest_only=True,
            max_rows_per_chunk=self.max_rows_per_chunk,
            source_ranks={name: rank for rank, name in enumerate(reversed(self.source_trust))},
        )

    def _each_chunk(
        self, reading: Reading, work: Callable[[Chunk], T], progress: Progress | None
    ) -> Sequence[T]:
        """The work's results in order of chunk; at most `n_threads` chunks are in memory at once."""
        n_chunks = reading.n_chunks
        done: list[T] = []

        def one(i: int) -> T:
            return work(reading.chunk(i))

        with ThreadPoolExecutor(max_workers=self.n_threads) as pool:
            for result in pool.map(one, range(n_chunks)):
                done.append(result)
                if progress:
                    progress(len(done), n_chunks)
        return done


def class_limits(thresholds: Thresholds, scores: Hundredths) -> ClassLimits:
    """Fixed limits as they are; a top share is the score of its last member, ties included."""
    fixed = fixed_limits(thresholds)
    if fixed is not None:
        return fixed
    ranked = np.sort(scores)[::-1]
    return ClassLimits(
        *(_score_of_share(t, ranked) for t in thresholds.as_tuple() if isinstance(t, TopShare))
    )


def _score_of_share(threshold: TopShare, ranked: Hundredths) -> int:
    k = math.ceil(threshold.share * len(ranked))
    return int(ranked[k - 1]) if k else NOBODY


def needs_of(playbook: Playbook, *, everything: bool = False) -> Needs:
    """What a reading must load for the playbook; for an explanation also who the person is and all they did."""
    atoms = [part for condition in conditions_of(playbook) for part in walk(condition)]
    fields = {a.field for a in atoms if isinstance(a, AttributeTest)}
    for behaviour in playbook.behaviours.values():
        fields |= {Field.parse(part.name) for part in behaviour.where if "." in part.name}
    types: set[str] | None = {t for b in playbook.behaviours.values() for t in b.activities}
    if everything or any(isinstance(a, Silent) and not a.behaviours for a in atoms):
        types = None
    if everything:
        fields |= set(PROFILE_FIELDS)
    return Needs(
        fields=frozenset(fields),
        activity_types=None if types is None else frozenset(types),
        deals=any(isinstance(a, HasOpportunity) for a in atoms),
    )
