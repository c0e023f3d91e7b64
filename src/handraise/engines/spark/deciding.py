"""Buckets handed out to a Spark session, and what comes back."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from handraise.engines.calibrations import Calibration
from handraise.engines.histories import needs_everybody
from handraise.engines.local import LocalEngine, Progress
from handraise.engines.spark.bucket import (
    Asked,
    BucketDecided,
    calibrated_between,
    decide_bucket,
    shown_scores,
)
from handraise.engines.spark.files import Places, write_shared
from handraise.engines.spark.quiet import without_pandas_warning
from handraise.engines.spark.routing import route
from handraise.errors import EngineError
from handraise.evaluate.decide import Limits
from handraise.evaluate.scores import Hundredths
from handraise.facts.interchange import tables
from handraise.facts.interchange.parquet import file_name, is_export
from handraise.facts.store import FactStore
from handraise.model.conditions import Score
from handraise.model.time import Micros

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROWS_PER_BUCKET = 2_000_000
_LOOK_EVERY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class SparkDecided:
    """The decisions of one run: how many there are, in how many buckets they were made, and what `local.Decided` says
    of them.

    The rows are in `folder`, in parts, each sorted by person. `rejected` counts rows that no fact can be, by table and
    reason; those of people who had several accounts may count several times.
    """

    folder: Path
    n_people: int
    n_buckets: int
    calibration: Calibration | None
    n_unknown_occurrences: Mapping[str, int]
    newest_activity_at: Micros | None
    rejected: Mapping[str, int]


def bring(
    session: SparkSession,
    folder: Path,
    places: Places,
    rows_per_bucket: int = ROWS_PER_BUCKET,
    *,
    over_time: bool = False,
) -> int:
    """Bring the facts of a folder to buckets of about so many rows; how many there are. `over_time`: for a playbook with
    triggers or stages."""
    from handraise.engines.spark.shuffle import messages_of_several, shuffle

    places.make()
    n_rows = sum(int(pq.read_metadata(folder / file_name(t.name)).num_rows) for t in tables.TABLES)
    n_buckets = max(1, math.ceil(n_rows / rows_per_bucket))
    once = is_export(folder / file_name(tables.ACTIVITIES.name))
    together = None if once else messages_of_several(session, folder)
    route(folder, n_buckets, together, over_time=over_time).write(places.directory)
    write_shared(folder, places.shared)
    shuffle(session, folder, places.directory, n_buckets, places.facts)
    return n_buckets


@dataclass(frozen=True, slots=True)
class SparkEngine:
    """Decides from facts that were brought to buckets, with one playbook. `common` is a store with their fields."""

    session: SparkSession
    asked: Asked
    n_buckets: int
    common: FactStore

    def decide(self, as_of: Micros, *, progress: Progress | None = None) -> SparkDecided:
        """Decide everybody as of an instant. Raises `EngineError` where buckets cannot be told one by one."""
        self._refuse_what_needs_everybody()
        calibration = self._calibrate(as_of)
        found = self._everywhere(_Decide(self.asked, as_of, calibration), progress)
        answers = [BucketDecided(**answer) for answer in found]
        n_unknown, rejected = Counter[str](), Counter[str]()
        for answer in answers:
            n_unknown.update(answer.n_unknown)
            rejected.update(answer.rejected)
        n_people = sum(answer.n_people for answer in answers)
        newest = max(
            (a.newest_activity_at for a in answers if a.newest_activity_at is not None), default=None
        )
        return SparkDecided(
            self.asked.places.decisions,
            n_people,
            self.n_buckets,
            calibration,
            dict(n_unknown),
            newest,
            dict(rejected),
        )

    def _calibrate(self, as_of: Micros) -> Calibration | None:
        """The calibration over everybody: each bucket gives the scores of its own people."""

        def shown(
            at: Micros, _: int, limits: Limits, scores: tuple[Score, ...]
        ) -> Mapping[Score, Hundredths]:
            answers = self._everywhere(_Show(self.asked, at, limits, scores))
            nobody = np.empty(0, dtype=np.int64)
            return {
                score: np.concatenate([nobody, *(_spread(answer[score.value]) for answer in answers)])
                for score in scores
            }

        def spans() -> list[tuple[Micros, Micros | None] | None]:
            return [answer["between"] for answer in self._everywhere(_Between(self.asked, as_of))]

        return self._engine.calibrate(as_of, self.common.last_seq, shown_by=shown, spans_by=spans)

    @property
    def _engine(self) -> LocalEngine:
        return LocalEngine(self.common, self.asked.playbook, self.asked.catalog)

    def _refuse_what_needs_everybody(self) -> None:
        if needs_everybody(self.asked.playbook):
            raise EngineError(
                "What happens by this playbook rests on what happened to everybody: a trigger or a stage reads the stages "
                "or firings of colleagues, or classes that are calibrated by share.",
                ("Decide it without `--engine spark`.",),
            )

    def _everywhere(self, work: _Work, progress: Progress | None = None) -> list[dict[str, Any]]:
        """The answers of all buckets. A bucket is a task, so that none waits for another."""
        ids = self.session.range(self.n_buckets, numPartitions=self.n_buckets)
        with without_pandas_warning():
            answers = ids.mapInArrow(_answering(work), "answer string")
        with ThreadPoolExecutor(max_workers=1) as pool:
            rows = pool.submit(answers.collect)
            while progress and not rows.done():
                progress(len(list(self.asked.places.decisions.glob("part-*"))), self.n_buckets)
                wait([rows], timeout=_LOOK_EVERY_SECONDS)
            return [json.loads(row.answer) for row in rows.result()]


class _Work(Protocol):
    """What is done with each bucket; the answer is data of JSON. It travels to other processes."""

    def __call__(self, bucket: int) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class _Decide:
    asked: Asked
    as_of: Micros
    calibration: Calibration | None

    def __call__(self, bucket: int) -> Mapping[str, Any]:
        return asdict(decide_bucket(self.asked, bucket, self.as_of, self.calibration))


@dataclass(frozen=True, slots=True)
class _Between:
    asked: Asked
    as_of: Micros

    def __call__(self, bucket: int) -> Mapping[str, Any]:
        return {"between": calibrated_between(self.asked, bucket, self.as_of)}


@dataclass(frozen=True, slots=True)
class _Show:
    asked: Asked
    at: Micros
    limits: Limits
    scores: tuple[Score, ...]

    def __call__(self, bucket: int) -> Mapping[str, Any]:
        shown = shown_scores(self.asked, bucket, self.at, self.limits, self.scores)
        return {score.value: _counted(shown[score]) for score in self.scores}


def _counted(scores: Hundredths) -> list[list[int]]:
    """Scores as distinct values and how often each occurs: there are far fewer than people."""
    value, n = np.unique(scores, return_counts=True)
    return [value.tolist(), n.tolist()]


def _spread(counted: list[list[int]]) -> Hundredths:
    value, n = (np.array(some, dtype=np.int64) for some in counted)
    return np.repeat(value, n)


def _answering(work: _Work) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def answer(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for bucket in batch.column(0).to_pylist():
                yield pa.RecordBatch.from_pydict({"answer": [json.dumps(work(bucket))]})

    return answer
