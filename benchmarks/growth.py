"""How a full decision of everybody grows with the facts: 1, 10 and 100 million activities, 100 for each person.

    python -m benchmarks.growth [--most 100000000]

CPU for each million activities, beside the hand-written query (see `single_instant`) over the same world. Linear growth is a
column that does not rise.
"""

from __future__ import annotations

import argparse

from benchmarks.single_instant import CONTENDERS, PREPARE, WHAT, measure
from benchmarks.world_size import World

_SIZES = (1_000_000, 10_000_000, 100_000_000)
_PER_PERSON = 100
_SHOWN = ("hand-written query", "handraise")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int, default=_SIZES[-1])
    parser.add_argument("--repeat", type=int, default=2)
    options = parser.parse_args()
    assert set(_SHOWN) <= set(CONTENDERS)
    rows = []
    for n_activities in (n for n in _SIZES if n <= options.most):
        world = World(n_activities // _PER_PERSON, n_activities)
        sizes = [f"--people={world.n_people}", f"--activities={world.n_activities}"]
        measure("benchmarks.single_instant", PREPARE, sizes, repeat=1)
        rows += [
            (world, name, measure("benchmarks.single_instant", name, sizes, repeat=options.repeat))
            for name in _SHOWN
        ]
    print(f"\n{'activities':>12}{'people':>11}  {'':40}{'CPU s':>8}{'per million':>13}{'MB':>7}")
    for world, name, m in rows:
        per_million = m.cpu_seconds / (world.n_activities / 1e6)
        print(
            f"{world.n_activities:>12,}{world.n_people:>11,}  {WHAT[name]:40}{m.cpu_seconds:>8.1f}{per_million:>13.2f}{m.peak_mb:>7.0f}"
        )


if __name__ == "__main__":
    main()
