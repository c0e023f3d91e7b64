"""How often silence alarms are false, and how soon they are right, in simulated worlds looked at daily.

    python -m benchmarks.silences [WORLDS]

By world and submissions a day: false alarms (beginnings, and days with one) of a series a year, in its first year and in its third; and
after how many days a series that dies is noticed (median; 99: not within 91 days). Every world has weekends, holidays, a quiet turn
of the year and a summer at half. Targets: at most 1 beginning a year, over all worlds; 60 a day noticed within 7 days.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from handraise.evidence.silence import MOST_BLOCKS, ONCE_A_YEAR, silence

WORLDS: Mapping[str, Mapping[str, float]] = {
    "only chance": {},
    "irregular days": {"by_day": 1.0},
    "irregular weeks": {"by_week": 0.2},
    "declining": {"trend": -1.0},
    "growing": {"trend": 1.0},
    "bursts": {"burst": 8.0},
}
RATES = (0.15, 1.0, 8.0, 60.0, 800.0)
YEAR = 364
TURN_OF_THE_YEAR = (354, 6)
HOLIDAYS = (88, 91, 120, 145, 240, 300)


def shut(n: int) -> Any:
    day = np.arange(n) % 365
    return (day >= TURN_OF_THE_YEAR[0]) | (day < TURN_OF_THE_YEAR[1])


def world(
    random: np.random.Generator,
    rate: float,
    n: int,
    by_day: float = 0.0,
    by_week: float = 0.0,
    trend: float = 0.0,
    burst: float = 0.0,
) -> Any:
    """Counts of n days. `by_day`, `by_week`: relative variance beyond chance; `trend`: growth of the logarithm a year."""
    day = np.arange(n)
    of_year = day % 365
    usual = rate * np.where(day % 7 < 5, 1.3, 0.25) * np.exp(trend * day / YEAR)
    usual *= np.where(shut(n), 0.08, 1.0) * np.where((of_year >= 205) & (of_year < 240), 0.5, 1.0)
    usual *= np.where(np.isin(of_year, HOLIDAYS), 0.03, 1.0)
    if burst:
        starts = (random.random(n) < 1 / 60) * burst
        usual *= 1 + np.convolve(starts, np.exp(-np.arange(20) / 4))[:n]
    if by_week:
        usual *= np.repeat(random.gamma(1 / by_week, by_week, n // 7 + 1), 7)[:n]
    if by_day:
        usual *= random.gamma(1 / by_day, by_day, n)
    return random.poisson(usual)


def alarmed(counts: Any, end: int) -> bool:
    first = max(0, end - MOST_BLOCKS)
    found = silence(counts[first:end], shut(len(counts))[first:end])
    return found is not None and found.p <= ONCE_A_YEAR


def false_alarms(counts: Any, first: int, last: int) -> tuple[int, int]:
    """How many begin, and on how many days there is one."""
    days = [alarmed(counts, end) for end in range(first, last)]
    return sum(now and not before for before, now in zip([False, *days], days, strict=False)), sum(days)


def days_to_notice(counts: Any, dies: int) -> int:
    dead = counts.copy()
    dead[dies:] = 0
    return next((days for days in range(1, 92) if alarmed(dead, dies + days)), 99)


def main(n_worlds: int) -> None:
    random = np.random.default_rng(5)
    print("world            a day  first year: begin, days   third year: begin, days   noticed after")
    for name, kind in WORLDS.items():
        for rate in RATES:
            worlds = [world(random, rate, 3 * YEAR, **kind) for _ in range(n_worlds)]
            share = (YEAR - 91) / YEAR
            first = np.mean([false_alarms(w, 91, YEAR) for w in worlds], axis=0) / share
            third = np.mean([false_alarms(w, 2 * YEAR - 20, 3 * YEAR - 20) for w in worlds], axis=0)
            noticed = np.median([days_to_notice(w, int(2.3 * YEAR) + i) for w in worlds for i in (0, 3, 8)])
            figures = f"{first[0]:13.2f} {first[1]:6.2f} {third[0]:20.2f} {third[1]:6.2f} {noticed:12.0f}"
            print(f"{name:16} {rate:6g} {figures}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8)
