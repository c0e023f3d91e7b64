"""What a reading of a large store costs, by stage: `python -m benchmarks.reading [people] [activities]`."""

from __future__ import annotations

import cProfile
import pstats
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from benchmarks.world import AS_OF, World, build
from handraise.engines.reading import Reading
from handraise.facts.chunks import Needs
from handraise.facts.store import FactStore
from handraise.identity.find import find
from handraise.model.fields import Field

FIELDS = frozenset(
    Field.parse(f)
    for f in (
        "person.title", "person.seniority", "person.function", "person.country", "person.lead_source",
        "person.email_opted_out", "account.industry", "account.employees", "account.country", "account.is_competitor",
    )
)  # fmt: skip


@contextmanager
def timed(what: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    print(
        f"{what:48} {time.perf_counter() - wall:8.3f} s wall {time.process_time() - cpu:8.3f} s CPU",
        flush=True,
    )


def main(n_people: int, n_activities: int) -> None:
    path = Path(tempfile.gettempdir()) / f"handraise-{n_people}-{n_activities}.duckdb"
    if not path.exists():
        with timed("build the world"):
            build(path, World(n_people, n_activities)).close()
    with FactStore(path) as store:
        for _ in range(2):
            with timed("hand-written counts of 8 types by person"):
                counts(store)
        for latest_only in (False, True):
            with timed("people, accounts, dictionaries, plan"):
                reading = Reading(store, AS_OF, needs=Needs(FIELDS), latest_only=latest_only)
            with timed(f"{reading.n_chunks} chunks, one thread"):
                for i in range(reading.n_chunks):
                    reading.chunk(i)
            with timed("chunks again, two threads"), ThreadPoolExecutor(2) as pool:
                n = sum(c.n_decided for c in pool.map(reading.chunk, range(reading.n_chunks)))
            name = reading.chunk(0).person_ids[5].as_py()
            names = reading.chunk(0).person_ids[:1000].to_pylist()
            reading.close()
        print(n, "people")
        for what, people in (("one person", [name]), ("1,000 people", names)):
            for _ in range(2):
                with timed(f"{what}, with places"), few(store, people) as reading:
                    reading.chunk(0)
        with timed("find an address"):
            find(store, "600@example.com", AS_OF)
        if "--profile" in sys.argv:
            profile(store, None)
            profile(store, [name])


def few(store: FactStore, people: list[str]) -> Reading:
    return Reading(store, AS_OF, needs=Needs(FIELDS), people=people, with_places=True)


def counts(store: FactStore) -> None:
    types = ", ".join(f"count(*) FILTER (kind // 6 = {t})" for t in range(8))
    store.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE counted AS SELECT record, {types} FROM activities "
        f"WHERE happened_at <= {AS_OF} AND known_at <= {AS_OF} GROUP BY record"
    )


def profile(store: FactStore, people: list[str] | None) -> None:
    profiler = cProfile.Profile()
    profiler.enable()
    with Reading(store, AS_OF, needs=Needs(FIELDS), people=people) as reading:
        for i in range(reading.n_chunks):
            reading.chunk(i)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(28)


if __name__ == "__main__":
    sizes = [int(a.replace("_", "")) for a in sys.argv[1:] if not a.startswith("--")]
    main(*(sizes or [1_000_000, 20_000_000]))
