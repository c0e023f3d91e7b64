"""One bucket, in whichever process it is decided: its facts as a store of its own, asked by the local engine.

The store is made once, by whoever first works on the bucket, and opened again by later passes. So memory is what the
local engine needs, whatever the bucket weighs.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from handraise.engines.calibrations import Calibration
from handraise.engines.layout import read_names
from handraise.engines.local import LocalEngine, ranks_of_trust
from handraise.engines.snapshot import Snapshot
from handraise.engines.spark.files import Places, read_bucket, read_shared
from handraise.engines.spark.routing import at_home
from handraise.engines.who import everybody
from handraise.evaluate.decide import Limits
from handraise.evaluate.scores import Hundredths
from handraise.facts.contents import newest_activity_at
from handraise.facts.interchange import tables
from handraise.facts.interchange.loading import Incoming
from handraise.facts.store import FactStore
from handraise.identity.ranks import ranks_by_number
from handraise.model.conditions import Score
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.time import Micros


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of every bucket."""

    places: Places
    playbook: Playbook
    catalog: FieldCatalog
    source_trust: tuple[str, ...]
    memory_limit_mb: int
    max_rows_per_chunk: int = 1_000_000


@dataclass(frozen=True, slots=True)
class BucketDecided:
    """How many were decided in a bucket, and what decisions rest on that a reader would not see in them.

    `rejected` counts rows that no fact can be, by table and reason; those of visitors count in every bucket they are in.
    """

    n_people: int
    n_unknown: Mapping[str, int]
    newest_activity_at: Micros | None
    rejected: Mapping[str, int]


def decide_bucket(asked: Asked, bucket: int, as_of: Micros, calibration: Calibration | None) -> BucketDecided:
    """Decide who is at home in a bucket as of an instant; the rows are written as `part-N.parquet`."""
    with _store(asked, bucket) as store:
        people = people_at_home(asked, store, bucket, as_of)
        decided = _engine(asked, store).decide(as_of, people=people, calibration=calibration)
        newest = newest_activity_at(store, as_of)
        rejected = dict(Counter(f"{row.file_name}: {row.code}" for row in store.quarantine()))
    _write(decided.table, asked.places.part(bucket))
    return BucketDecided(len(decided.table), decided.n_unknown_occurrences, newest, rejected)


def shown_scores(
    asked: Asked, bucket: int, at: Micros, limits: Limits, scores: tuple[Score, ...]
) -> Mapping[Score, Hundredths]:
    """The shown scores of who is at home in a bucket at an instant."""
    with _store(asked, bucket) as store:
        people = people_at_home(asked, store, bucket, at)
        return _engine(asked, store).shown_scores(at, store.last_seq, limits, scores, people=people)


def calibrated_between(asked: Asked, bucket: int, as_of: Micros) -> tuple[Micros, Micros | None] | None:
    """What the local engine says of a bucket and those who came along."""
    with _store(asked, bucket) as store:
        return _engine(asked, store).calibrated_between(as_of)


def people_at_home(asked: Asked, store: FactStore, bucket: int, at: Micros) -> list[str]:
    """The people of a bucket whose account at an instant is at home in it, or who have none and are so themselves."""
    records, accounts = at_home(asked.places.directory, bucket)
    snapshot = Snapshot(store, at, None)
    try:
        with snapshot.view() as view:
            who = everybody(view, ranks_by_number(store, ranks_of_trust(asked.source_trust)))
            names = read_names(view, "record_names", who.people.representative, everybody=True)
            account_names = read_names(view, "account_names", who.accounts, everybody=True)
    finally:
        snapshot.close()
    people = names.of(who.people.representative).to_pylist()
    some = who.current >= 0
    account: list[str | None] = [None] * len(people)
    for i, name in zip(some.nonzero()[0], account_names.of(who.current[some]).to_pylist(), strict=True):
        account[i] = name
    return [
        person
        for person, held in zip(people, account, strict=True)
        if (held in accounts if held is not None else person in records)
    ]


def _engine(asked: Asked, store: FactStore) -> LocalEngine:
    return LocalEngine(
        store,
        asked.playbook,
        asked.catalog,
        n_threads=1,
        source_trust=asked.source_trust,
        max_rows_per_chunk=asked.max_rows_per_chunk,
    )


@contextmanager
def _store(asked: Asked, bucket: int) -> Iterator[FactStore]:
    """The store of a bucket, made if there is none. It takes its name when it is whole, so that a task that is tried
    again finds a whole store or none."""
    path = asked.places.store(bucket)
    if not path.exists():
        part = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        with _opened(asked, part) as store:
            _fill(store, asked.places, bucket)
        part.replace(path)
    with _opened(asked, path) as store:
        yield store


def _opened(asked: Asked, path: Path) -> FactStore:
    return FactStore(path, memory_limit=f"{asked.memory_limit_mb}MB", threads=1)


def _fill(store: FactStore, places: Places, bucket: int) -> None:
    with Incoming("facts") as incoming:
        for table in tables.TABLES:
            rows = chain(read_shared(places.shared, table), read_bucket(places.facts, bucket, table))
            incoming.read(table.name, rows)
        incoming.append_to(store, 0)


def _write(table: pa.Table, path: Path) -> None:
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    pq.write_table(table, part, compression="zstd")
    part.replace(path)
