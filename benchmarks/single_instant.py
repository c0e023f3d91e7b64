"""A single-instant decision of everybody, against a hand-written fused DuckDB query and against pandas.

    python -m benchmarks.single_instant [--people 1000000] [--activities 20000000]

The others compute only the 30 counts (10 of them decayed) by person, from a flat table in a good layout, sorted by
person. Ours reads the store and decides all there is: identity, 30 fit rules, 30 counts, segments, roll-ups, 17 buyer
segments, ranges, what is missing. Each runs in a process of its own; CPU, wall and peak memory are that process's.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from pathlib import Path

from benchmarks.big_playbook import N_RULES, PLAYBOOK, behaviour_of, half_life_days, window_days
from benchmarks.world_size import AS_OF, World
from handraise.model.time import MICROS_PER_DAY

CACHE = Path(__file__).parent / ".cache"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one process cost. Repeated `n` times, the least CPU counts."""

    cpu_seconds: float
    wall_seconds: float
    peak_mb: float
    said: str


def main() -> None:
    options = _options()
    world = World(options.people, options.activities)
    store, flat = paths(world)
    if options.contender == PREPARE:
        prepare(world, store, flat)
        return
    if options.contender:
        CONTENDERS[options.contender](store, flat)
        return
    arguments = [f"--people={options.people}", f"--activities={options.activities}"]

    def run(name: str, repeat: int) -> Measured:
        return measure("benchmarks.single_instant", name, arguments, repeat=repeat)

    run(PREPARE, 1)  # in a process of its own: a child's peak memory counts from its parent's
    results = {name: run(name, options.repeat) for name in CONTENDERS}
    base = results["hand-written query"]
    print(f"\n{world.n_people:,} people, {world.n_activities:,} activities, {os.cpu_count()} cores")
    print(f"{'':44}{'CPU s':>8}{'wall s':>8}{'MB':>8}{'CPU ratio':>11}{'wall ratio':>12}")
    for name, m in results.items():
        ratios = f"{m.cpu_seconds / base.cpu_seconds:>10.2f}x{m.wall_seconds / base.wall_seconds:>11.2f}x"
        print(
            f"{WHAT[name]:44}{m.cpu_seconds:>8.1f}{m.wall_seconds:>8.1f}{m.peak_mb:>8.0f}{ratios}  {m.said}"
        )


def print_passes(world: World, results: list[tuple[str, Measured]], also: str = "") -> None:
    """What each cost in passes: the CPU of the first, the hand-written query."""
    print(f"\n{world.n_people:,} people, {world.n_activities:,} activities{also}, {os.cpu_count()} cores")
    print(f"{'':44}{'CPU s':>8}{'wall s':>8}{'MB':>8}{'passes':>9}")
    for what, m in results:
        passes = m.cpu_seconds / results[0][1].cpu_seconds
        print(
            f"{what:44}{m.cpu_seconds:>8.1f}{m.wall_seconds:>8.1f}{m.peak_mb:>8.0f}{passes:>8.1f}x  {m.said}"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--activities", type=int, default=20_000_000)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--contender", choices=[PREPARE, *CONTENDERS])
    return parser.parse_args()


def paths(world: World) -> tuple[Path, Path]:
    here = Path(__file__).parent
    made_by = (here / "world.py", here.parent / "src" / "handraise" / "facts" / "catalog.py")
    recipe = hashlib.sha256(b"".join(p.read_bytes() for p in made_by)).hexdigest()[:8]
    name = f"{world.n_people}-{world.n_activities}-{recipe}"
    return CACHE / f"world-{name}.duckdb", CACHE / f"flat-{name}.duckdb"


def prepare(world: World, store: Path, flat: Path) -> None:
    """Build the store and the flat table once; they are kept for the next run."""
    from benchmarks.world import build

    CACHE.mkdir(exist_ok=True)
    if not store.exists():
        _say("building the world")
        part = store.with_suffix(".part")
        part.unlink(missing_ok=True)
        build(part, world).close()
        part.rename(store)
    if not flat.exists():
        _say("laying out the flat table")
        _flatten(store, flat)
        _compare(store, flat)


def _compare(store: Path, flat: Path) -> None:
    """Both layouts hold the same counts by person, or the ratios mean nothing."""
    import duckdb
    import numpy as np

    from handraise.engines.local import needs_of
    from handraise.engines.reading import Reading
    from handraise.evaluate.compiled import Compiled
    from handraise.evaluate.occurrences import count
    from handraise.evaluate.views import people_view
    from handraise.facts.store import FactStore
    from handraise.model.fields import FieldCatalog

    rules = [r for r in range(N_RULES) if half_life_days(r) is None]
    ours = np.zeros((len(rules), 2), dtype=np.int64)
    with FactStore(store) as facts, Reading(facts, AS_OF, needs=needs_of(PLAYBOOK)) as reading:
        compiled = Compiled(PLAYBOOK, FieldCatalog(facts.fields()), reading.shared)
        for i in range(reading.n_chunks):
            view = people_view(compiled, reading.chunk(i))
            for row, rule in enumerate(rules):
                start = AS_OF - window_days(rule) * MICROS_PER_DAY
                n = count(view.acts(f"b{rule}", start), view.size)[: view.chunk.n_decided]
                ours[row] += (n.sum(), (n * n).sum())
    counts = ", ".join(count_sql(rule) for rule in rules)
    sums = ", ".join(f"sum(c{r})::BIGINT, sum(c{r} * c{r})::BIGINT" for r in rules)
    found = duckdb.connect(str(flat), read_only=True).sql(
        f"SELECT {sums} FROM (SELECT person, {counts} FROM flat GROUP BY person)"
    )
    theirs = np.array(found.fetchall()[0], dtype=np.int64).reshape(ours.shape)
    if not (ours == theirs).all():
        flat.unlink()
        raise SystemExit("the flat table and the store do not hold the same counts")


def _flatten(store: Path, flat: Path) -> None:
    import duckdb

    part = flat.with_suffix(".part")
    part.unlink(missing_ok=True)
    connection = duckdb.connect(str(part))
    connection.execute(f"ATTACH '{store}' AS world (READ_ONLY)")
    connection.execute("CREATE TYPE kind AS ENUM (SELECT DISTINCT type FROM world.kinds ORDER BY ALL)")
    connection.execute(
        "CREATE TYPE path AS ENUM (SELECT DISTINCT properties ->> 'path' FROM world.kinds ORDER BY ALL)"
    )
    connection.execute(
        f"""CREATE TABLE flat AS
            SELECT CASE WHEN record < {_n_people(connection)} THEN record
                        ELSE (record - {_n_people(connection)}) * 6 END::INTEGER AS person,
                   type::kind AS type, (properties ->> 'path')::path AS path, make_timestamp(happened_at) AS happened_at
            FROM world.activities JOIN world.kinds ON kind = id
            WHERE known_at <= {AS_OF} ORDER BY 1, 4"""
    )
    connection.close()
    part.rename(flat)


def _n_people(connection: object) -> int:
    row = connection.execute("SELECT count(DISTINCT identity_key) FROM world.identity_keys").fetchone()  # type: ignore[attr-defined]
    return int(row[0])


def measure(module: str, name: str, arguments: list[str], *, repeat: int) -> Measured:
    """What a contender of a module costs; of several runs the one of the least CPU."""
    runs = [_run(module, name, arguments) for _ in range(repeat)]
    return min(runs, key=lambda m: m.cpu_seconds)


def _run(module: str, name: str, arguments: list[str]) -> Measured:
    _say(f"running: {name}")
    command = [sys.executable, "-m", module, "--contender", name, *arguments]
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    said = child.stdout.read().strip() if child.stdout else ""
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    if status:
        raise SystemExit(f"{name} failed")
    return Measured(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, said)


class _WithoutPandas(MetaPathFinder):
    """Pandas as if it were not installed."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def without_pandas() -> None:
    """As on a machine without pandas, which pyarrow would load."""
    sys.meta_path.insert(0, _WithoutPandas())


def ours(store: Path, flat: Path) -> None:
    """The full decision, by the local engine."""
    without_pandas()
    from handraise.engines.local import LocalEngine
    from handraise.facts.store import FactStore
    from handraise.model.fields import FieldCatalog

    with FactStore(store, threads=2, memory_limit="600MB") as facts:
        table = LocalEngine(facts, PLAYBOOK, FieldCatalog(facts.fields())).decide(AS_OF).table
    print(f"{table.num_rows:,} people decided")


def hand_written(store: Path, flat: Path) -> None:
    """The 30 counts in one pass, as somebody who knows DuckDB would write them."""
    import duckdb

    connection = duckdb.connect(str(flat), read_only=True, config={"threads": 2})
    columns = ", ".join(count_sql(rule) for rule in range(N_RULES))
    found = connection.sql(f"SELECT person, {columns} FROM flat GROUP BY person").to_arrow_table()
    print(f"{found.num_rows:,} people counted")


def count_sql(rule: int) -> str:
    kind, paths = behaviour_of(rule)
    listed = ", ".join(f"'{p}'" for p in paths)
    now = f"make_timestamp({AS_OF})"
    where = f"type = '{kind}' AND path IN ({listed}) AND happened_at > {now} - INTERVAL {window_days(rule)} DAY AND happened_at <= {now}"
    half_life = half_life_days(rule)
    if half_life is None:
        return f"count(*) FILTER (WHERE {where}) AS c{rule}"
    age = f"({AS_OF} - epoch_us(happened_at)) / {half_life * MICROS_PER_DAY}.0"
    return f"sum(pow(0.5, {age})) FILTER (WHERE {where}) AS c{rule}"


def pandas_user(store: Path, flat: Path) -> None:
    """The 30 counts as an analyst writes them in a notebook."""
    import duckdb
    import numpy as np
    import pandas as pd

    frame = duckdb.connect(str(flat), read_only=True).sql("SELECT * FROM flat").df()
    now = pd.Timestamp(AS_OF, unit="us")
    counts = {}
    for rule in range(N_RULES):
        kind, paths = behaviour_of(rule)
        since = now - pd.Timedelta(days=window_days(rule))
        rows = frame[
            (frame["type"] == kind)
            & frame["path"].isin(paths)
            & (frame["happened_at"] > since)
            & (frame["happened_at"] <= now)
        ]
        half_life = half_life_days(rule)
        if half_life is None:
            counts[rule] = rows.groupby("person").size()
        else:
            weight = np.power(0.5, (now - rows["happened_at"]) / pd.Timedelta(days=half_life))
            counts[rule] = weight.groupby(rows["person"]).sum()
    print(f"{len(pd.DataFrame(counts)):,} people counted")


def floor(store: Path, flat: Path) -> None:
    """Only touching the columns: what any answer must at least read."""
    import duckdb

    connection = duckdb.connect(str(flat), read_only=True, config={"threads": 2})
    connection.sql(
        "SELECT sum(hash(person)), sum(hash(type)), sum(hash(path)), sum(hash(happened_at)) FROM flat"
    ).fetchall()
    print("columns hashed")


PREPARE = "prepare"
CONTENDERS = {
    "scan floor": floor,
    "hand-written query": hand_written,
    "handraise": ours,
    "pandas": pandas_user,
}
WHAT = {
    "scan floor": "sum(hash) of the four columns",
    "hand-written query": "fused DuckDB query, 30 counts only",
    "handraise": "handraise, full decision",
    "pandas": "pandas, 30 counts only",
}


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
