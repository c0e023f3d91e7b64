"""52 weekly decisions of everybody, against as many times the hand-written query of one instant would take.

    python -m benchmarks.many_instants [--people 1000000] [--activities 20000000] [--instants 52]

A *pass* is the CPU of the hand-written query (see `single_instant`) in the same run. Ours decides everybody fully at every
instant, with all columns, and sums them up. Each runs in a process of its own.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.big_playbook import PLAYBOOK
from benchmarks.single_instant import (
    PREPARE,
    WHAT,
    Measured,
    hand_written,
    measure,
    paths,
    prepare,
    print_passes,
    without_pandas,
)
from benchmarks.world_size import AS_OF, World
from handraise.model.time import MICROS_PER_DAY

_WEEK = 7 * MICROS_PER_DAY


def main() -> None:
    options = _options()
    world = World(options.people, options.activities)
    store, flat = paths(world)
    contenders = {
        PREPARE: lambda: prepare(world, store, flat),
        "hand-written query": lambda: hand_written(store, flat),
        "handraise": lambda: ours(store, options.instants),
    }
    if options.contender:
        contenders[options.contender]()
        return
    arguments = [f"--{name}={getattr(options, name)}" for name in ("people", "activities", "instants")]

    def run(name: str) -> Measured:
        return measure("benchmarks.many_instants", name, arguments, repeat=1)

    run(PREPARE)
    one, all_ = run("hand-written query"), run("handraise")
    results = [(WHAT["hand-written query"], one), ("handraise, full decisions", all_)]
    print_passes(world, results, also=f", {options.instants} instants")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--activities", type=int, default=20_000_000)
    parser.add_argument("--instants", type=int, default=52)
    parser.add_argument("--contender")
    return parser.parse_args()


def ours(store: Path, n_instants: int) -> None:
    """Every decision of everybody, and the summary of each instant, as on a machine without pandas."""
    without_pandas()
    from handraise.engines.grids import GridPart
    from handraise.engines.local import LocalEngine
    from handraise.facts.store import FactStore
    from handraise.model.fields import FieldCatalog
    from handraise.reports.summaries import summarise_each
    from handraise.reports.summary import DecisionsSummary, joined

    instants = [AS_OF - i * _WEEK for i in reversed(range(n_instants))]

    def summed_up(part: GridPart) -> list[DecisionsSummary]:
        return [summary for block in part for summary in summarise_each(block.table, block.n_rows)]

    with FactStore(store, threads=2, memory_limit="600MB") as facts:
        engine = LocalEngine(facts, PLAYBOOK, FieldCatalog(facts.fields()))
        parts = engine.decide_at(instants, summed_up)
    summaries = [joined(at_instant) for at_instant in zip(*parts, strict=True)]
    print(f"{sum(s.n_people for s in summaries):,} decisions")


if __name__ == "__main__":
    main()
