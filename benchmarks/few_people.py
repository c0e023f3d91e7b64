"""One person explained and 1,000 people decided, in a process that answers again and again.

    python -m benchmarks.few_people [--people 1000000] [--activities 20000000]

The floor only fetches the rows: those of the accounts in question, by their places. By hand are the 30 counts of these
people alone, from the flat table in a good layout. Ours decides or explains everything, once with nothing kept between two
answers and once with all but the rows kept. All in one process, one after the other; the median of several.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.big_playbook import N_RULES, PLAYBOOK
from benchmarks.single_instant import count_sql, paths, prepare
from benchmarks.world_size import AS_OF, World
from handraise.engines.local import LocalEngine
from handraise.engines.warm import Warm
from handraise.facts.store import FactStore
from handraise.model.fields import FieldCatalog

N_PEOPLE = 1000
_TABLES = ("activities_clustered", "person_attributes", "account_attributes")


@dataclass(frozen=True, slots=True)
class Cost:
    """The median of one answer."""

    cpu_ms: float
    wall_ms: float


def cost_of(answer: Callable[[], object], repeat: int) -> Cost:
    answer()
    walls, cpus = [], []
    for _ in range(repeat):
        wall, cpu = time.perf_counter(), time.process_time()
        answer()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return Cost(1000 * statistics.median(cpus), 1000 * statistics.median(walls))


def main() -> None:
    options = _options()
    world = World(options.people, options.activities)
    store, flat = paths(world)
    prepare(world, store, flat)
    by_hand = _by_hand(flat)
    with FactStore(store, threads=2, memory_limit="600MB") as facts:
        catalog, warm = FieldCatalog(facts.fields()), Warm()
        cold = LocalEngine(facts, PLAYBOOK, catalog)
        kept = LocalEngine(facts, PLAYBOOK, catalog, warm=warm)
        named = facts.connection.execute(
            f"SELECT name FROM record_names WHERE id < {world.n_people} ORDER BY hash(id) LIMIT {4 * N_PEOPLE}"
        ).fetchall()
        ids = _decided(cold, [name for (name,) in named])
        before = _peak_mb()
        first = cost_of_first(lambda: _explained(kept, ids[0]))
        print(f"\n{world.n_people:,} people, {world.n_activities:,} activities")
        print(
            f"what is kept: {first.cpu_ms / 1000:.1f} s CPU to read, {_peak_mb() - before:.0f} MB more at the peak"
        )
        one, many = ids[:1], ids
        _table(
            "one person",
            {
                "only the rows of the account": cost_of(_fetching(facts, one), 20),
                "by hand, 30 counts of the person": cost_of(lambda: by_hand(one), 20),
                "handraise, explained, nothing kept": cost_of(lambda: _explained(cold, one[0]), 5),
                "handraise, explained": cost_of(lambda: _explained(kept, one[0]), 20),
                "handraise, decided": cost_of(lambda: _all_decided(kept, one), 20),
            },
        )
        _table(
            f"{len(many):,} people",
            {
                "only the rows of the accounts": cost_of(_fetching(facts, many), 5),
                "by hand, 30 counts of the people": cost_of(lambda: by_hand(many), 5),
                "handraise, decided, nothing kept": cost_of(lambda: _all_decided(cold, many), 3),
                "handraise, decided": cost_of(lambda: _all_decided(kept, many), 5),
            },
        )


def _decided(engine: LocalEngine, names: list[str]) -> list[str]:
    """Ids of people among these records: a record that joined another has no person of its own name."""
    found: list[str] = sorted(engine.decide(AS_OF, people=names).table["person_id"].to_pylist()[:N_PEOPLE])
    if not found:
        raise SystemExit("nobody of this world is decided, so there is nothing to measure")
    return found


def _explained(engine: LocalEngine, person: str) -> None:
    if engine.explain(person, AS_OF) is None:
        raise SystemExit(f"{person} is not explained, so there is nothing to measure")


def _all_decided(engine: LocalEngine, people: list[str]) -> None:
    n = len(engine.decide(AS_OF, people=people).table)
    if n != len(people):
        raise SystemExit(f"{n:,} of {len(people):,} people are decided: this would measure something else")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--activities", type=int, default=20_000_000)
    return parser.parse_args()


def cost_of_first(answer: Callable[[], object]) -> Cost:
    wall, cpu = time.perf_counter(), time.process_time()
    answer()
    return Cost(1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall))


def _fetching(facts: FactStore, names: list[str]) -> Callable[[], object]:
    """Fetches the rows that lie in the accounts of these people; where that is was found before."""
    found = facts.connection.execute(
        """WITH mine AS (SELECT account FROM memberships JOIN record_names ON id = record
                         WHERE list_contains($names, name)),
                near AS (SELECT record FROM memberships WHERE account IN (SELECT account FROM mine))
           SELECT place FROM record_places WHERE record IN (SELECT record FROM near)
           UNION SELECT place FROM account_places WHERE account IN (SELECT account FROM mine)""",
        {"names": names},
    ).fetchall()
    places = sorted(place for (place,) in found)
    cursor = facts.cursor()
    which = f"place BETWEEN {places[0]} AND {places[-1]} AND place IN (SELECT unnest($places::INTEGER[]))"

    def fetch() -> list[Any]:
        return [
            cursor.execute(f"SELECT * FROM {table} WHERE {which}", {"places": places}).fetchnumpy()
            for table in _TABLES
        ]

    return fetch


def _by_hand(flat: Path) -> Callable[[list[str]], object]:
    import duckdb

    connection = duckdb.connect(str(flat), read_only=True, config={"threads": 2})
    columns = ", ".join(count_sql(rule) for rule in range(N_RULES))

    def count(names: list[str]) -> object:
        """A name ends with the person's number in the flat table."""
        numbers = [int(name.rpartition("-")[2]) for name in names]
        return connection.execute(
            f"""SELECT person, {columns} FROM flat
                WHERE person IN (SELECT unnest($people::INTEGER[])) GROUP BY person""",
            {"people": numbers},
        ).fetchall()

    return count


def _table(what: str, costs: dict[str, Cost]) -> None:
    floor = next(iter(costs.values()))
    print(f"\n{what:40}{'CPU ms':>9}{'wall ms':>9}{'CPU ratio':>11}")
    for name, cost in costs.items():
        print(f"{name:40}{cost.cpu_ms:>9.1f}{cost.wall_ms:>9.1f}{cost.cpu_ms / floor.cpu_ms:>10.1f}x")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
