"""What happened to everybody over two years: firings of ten triggers, and a lifecycle of four stages.

    python -m benchmarks.histories [--people 1000000] [--activities 20000000]

Everything is told from nothing, at every instant at which a verdict can change; one of the stages is marketing-qualified,
so it rests on both scores, with rules that decay. A *pass* is the CPU of the hand-written query of one instant (see
`single_instant`) in the same run. Each runs in a process of its own.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from benchmarks.big_playbook import WITH_TRIGGERS
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
from handraise.model.lifecycle import Lifecycle
from handraise.model.playbook import Playbook

TOLD: dict[str, Playbook] = {
    "ten triggers": replace(WITH_TRIGGERS, lifecycle=Lifecycle()),
    "ten triggers, four stages": WITH_TRIGGERS,
}


def main() -> None:
    options = _options()
    world = World(options.people, options.activities)
    store, flat = paths(world)
    contenders = {
        PREPARE: lambda: prepare(world, store, flat),
        "hand-written query": lambda: hand_written(store, flat),
        **{name: lambda book=book: ours(store, book) for name, book in TOLD.items()},
    }
    if options.contender:
        contenders[options.contender]()
        return
    arguments = [f"--people={options.people}", f"--activities={options.activities}"]

    def run(name: str) -> Measured:
        return measure("benchmarks.histories", name, arguments, repeat=1)

    run(PREPARE)
    one = run("hand-written query")
    results = [(WHAT["hand-written query"], one), *((f"handraise, {name}", run(name)) for name in TOLD)]
    print_passes(world, results)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--activities", type=int, default=20_000_000)
    parser.add_argument("--contender")
    return parser.parse_args()


def ours(store: Path, playbook: Playbook) -> None:
    """Every firing and every stage of everybody, as on a machine without pandas."""
    without_pandas()
    from handraise.engines.local import LocalEngine
    from handraise.facts.store import FactStore
    from handraise.model.fields import FieldCatalog

    with FactStore(store, threads=2, memory_limit="600MB") as facts:
        told = LocalEngine(facts, playbook, FieldCatalog(facts.fields())).history(AS_OF)
    print(f"{len(told.firings):,} firings, {len(told.entries):,} stages entered")


if __name__ == "__main__":
    main()
