"""The local engine: chunks over threads in this process.

Calibrated limits (quantile thresholds) are found first, over everybody, at the last calibration instant
before `as_of`; then every chunk is decided on its own. The table is sorted by person, so that it does
not depend on how chunks were cut or on which thread was first.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa

from handraise.engines.by_name import by_name
from handraise.engines.reading import Reading
from handraise.engines.warm import Warm
from handraise.errors import EngineError
from handraise.evaluate.compiled import Compiled
from handraise.evaluate.decide import DECISION_COLUMNS, ChunkDecisions, Limits, ScoredPeople
from handraise.evaluate.explain import PROFILE_FIELDS, Explainer, PersonExplanation
from handraise.evaluate.occurrences import ASSET_PRODUCT, PROGRAM_TYPE
from handraise.evaluate.scores import (
    NOBODY,
    ClassLimits,
    Hundredths,
    fixed_limits,
)
from handraise.evaluate.views import people_view
from handraise.facts.chunks import Chunk, Needs
from handraise.facts.store import FactStore
from handraise.model.conditions import (
    AttributeTest,
    HasOpportunity,
    HeldFor,
    InterestedIn,
    ReachedStatus,
    Score,
    Silent,
    TookOffer,
    walk,
)
from handraise.model.fields import Field, FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.products import OFFER_SHARED, OFFER_TAKEN, PROGRAM_MOVED
from handraise.model.scores import Threshold, Thresholds, TopPeople, TopShare
from handraise.model.time import MICROS_PER_DAY, Micros
from handraise.playbook.dependencies import ENGAGEMENT, FIT, depends_on

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
    """The decisions of one run, the calibration they rest on, if any, and by behaviour the occurrences that do not
    count because it is unknown whether they are that behaviour."""

    table: pa.Table
    horizon: int
    calibration: Calibration | None
    n_unknown_occurrences: Mapping[str, int]


Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """Decides from one store with one playbook. `catalog` types the fields; `n_threads` chunks run at once;
    `source_trust` lists sources, most trusted first. `warm` keeps what decisions and explanations of a few people have
    in common; without it everything is looked up each time."""

    store: FactStore
    playbook: Playbook
    catalog: FieldCatalog
    n_threads: int = 2
    source_trust: tuple[str, ...] = ()
    max_rows_per_chunk: int = 1_000_000
    warm: Warm | None = None

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
            compiled = self._compiled(reading)

            def decide_chunk(chunk: Chunk) -> tuple[pa.Table, Mapping[str, int]]:
                decisions = ChunkDecisions(compiled, chunk, limits)
                decided = decisions.table(), decisions.people.facts.occurrences.n_unknown
                decisions.people.scorer = None  # ends a circle, so that the chunk is let go at once
                return decided

            parts = self._each_chunk(reading, decide_chunk, progress)
        table = pa.concat_tables([DECISION_COLUMNS.empty_table(), *(table for table, _ in parts)])
        n_unknown = Counter[str]()
        for _, counts in parts:
            n_unknown.update(counts)
        return Decided(by_name(table, "person_id"), horizon, calibration, dict(n_unknown))

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
            compiled = self._compiled(reading)
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
        """The calibration that holds at `as_of`, computed from everybody as of its own instant.

        Where one score rests on the other's classes, the other is calibrated first.
        """
        at = self.calibration_instant(as_of)
        if at is None:
            return None
        if self.warm is None:
            return self._calibrate(at, as_of, horizon)
        last = min(horizon, self.store.last_seq)
        key = ("calibration", at, as_of, last, self.source_trust, id(self.playbook), tuple(self.catalog))
        return self.warm.made(key, self.playbook, lambda: self._calibrate(at, as_of, horizon))

    def _calibrate(self, at: Micros, as_of: Micros, horizon: int) -> Calibration:
        found = self._calibrated(at, horizon)
        # Nobody was known then: the first who are calibrate themselves, as at an activation.
        return found if found.n_people else self._calibrated(as_of, horizon)

    def _calibrated(self, at: Micros, horizon: int) -> Calibration:
        limits, n_people = self._fixed(), 0
        for scores in self._calibration_passes():
            shown = self._shown(at, horizon, limits, scores)
            n_people = len(shown[scores[0]])
            for score in scores:
                limits = limits.having(score, class_limits(self._thresholds(score), shown[score]))
        return Calibration(at, n_people, limits)

    def _calibration_passes(self) -> tuple[tuple[Score, ...], ...]:
        """The calibrated scores, those that can be done in one pass together."""
        calibrated = tuple(s for s in Score if self._thresholds(s).are_calibrated)
        if ENGAGEMENT in depends_on(self.playbook, FIT):
            return tuple((s,) for s in reversed(calibrated))
        if FIT in depends_on(self.playbook, ENGAGEMENT):
            return tuple((s,) for s in calibrated)
        return (calibrated,)

    def _shown(
        self, at: Micros, horizon: int, limits: Limits, scores: tuple[Score, ...]
    ) -> dict[Score, Hundredths]:
        """The shown scores of everybody at an instant."""
        with self._reading(at, horizon) as reading:
            compiled = Compiled(self.playbook, self.catalog, reading.shared)

            def of_chunk(chunk: Chunk) -> dict[Score, Hundredths]:
                people = ScoredPeople(people_view(compiled, chunk), limits)
                shown = {s: people.range(s).shown[: chunk.n_decided] for s in scores}
                people.people.scorer = None
                return shown

            parts = self._each_chunk(reading, of_chunk, None)
        nobody = np.empty(0, dtype=np.int64)
        return {s: np.concatenate([nobody, *(part[s] for part in parts)]) for s in scores}

    def _thresholds(self, score: Score) -> Thresholds:
        return self.playbook.fit.grades if score is Score.FIT else self.playbook.engagement.levels

    def _fixed(self) -> Limits:
        """The fixed limits; of a calibrated score there are none yet."""
        return Limits(*(fixed_limits(self._thresholds(score)) for score in Score))

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
            latest_only=not _asks_since_when(self.playbook),
            max_rows_per_chunk=self.max_rows_per_chunk,
            source_ranks=ranks_of_trust(self.source_trust),
            warm=self.warm,
        )

    def _compiled(self, reading: Reading) -> Compiled:
        """The playbook over a reading; kept as long as everything it depends on stays."""
        shared = reading.shared
        if reading.kept is None or self.warm is None:
            return Compiled(self.playbook, self.catalog, shared)
        of = (self.playbook, reading.kept)
        made = self.warm.made(
            ("compiled", shared.as_of, id(self.playbook), tuple(self.catalog), frozenset(shared.texts)),
            of,
            lambda: Compiled(self.playbook, self.catalog, shared),
        )
        return made.over(shared, reading.coded)

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


def ranks_of_trust(source_trust: Sequence[str]) -> dict[str, int]:
    """Ranks of sources that are listed most trusted first: the higher is believed."""
    return {name: rank for rank, name in enumerate(reversed(source_trust))}


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


def _asks_since_when(playbook: Playbook) -> bool:
    """Whether a condition asks how long a value has been held, and so needs the values before the latest."""
    return any(isinstance(part, HeldFor) for c in playbook.conditions() for part in walk(c))


def needs_of(playbook: Playbook, *, everything: bool = False) -> Needs:
    """What a reading must load for the playbook; for an explanation also who the person is and all they did."""
    atoms = [part for condition in playbook.conditions() for part in walk(condition)]
    fields = {a.field for a in atoms if isinstance(a, AttributeTest | HeldFor)}
    for behaviour in playbook.behaviours.values():
        fields |= {Field.parse(part.name) for part in behaviour.where if "." in part.name}
    types = {t for b in playbook.behaviours.values() for t in b.activities}
    if any(isinstance(a, InterestedIn) for a in atoms):
        fields |= {ASSET_PRODUCT, *([playbook.interest.stated] if playbook.interest.stated else [])}
    if any(isinstance(a, ReachedStatus) for a in atoms):
        fields.add(PROGRAM_TYPE)
        types |= set(PROGRAM_MOVED)
    if any(isinstance(a, TookOffer) for a in atoms):
        types |= {*OFFER_TAKEN, *OFFER_SHARED}
    every_type = everything or any(isinstance(a, Silent) and not a.behaviours for a in atoms)
    if everything:
        fields |= set(PROFILE_FIELDS)
    return Needs(
        fields=frozenset(fields),
        activity_types=None if every_type else frozenset(types),
        deals=any(isinstance(a, HasOpportunity) for a in atoms),
    )
