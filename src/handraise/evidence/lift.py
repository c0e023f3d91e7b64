"""How much of the outcomes the best-scored share of people holds: cumulative gain and lift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handraise.evidence.arrays import Bools, Codes, Floats, as_bools, as_floats, dense, each_alone
from handraise.evidence.form import json_form
from handraise.evidence.interval import LEVEL, Interval
from handraise.evidence.resample import (
    N_BOOT,
    coarse_level_table,
    level_table,
    percentile_interval,
    resampled,
)

TOP_SHARES: tuple[float, ...] = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5)


@dataclass(frozen=True, slots=True)
class Lift:
    """Of the best-scored `top_share` of people: `capture` is their share of all outcomes, `lift` = capture /
    top_share, 1 being no better than chance, and `precision` their outcome rate."""

    top_share: float
    capture: float
    capture_interval: Interval | None
    precision: float

    @property
    def lift(self) -> float:
        return self.capture / self.top_share

    @property
    def lift_interval(self) -> Interval | None:
        of = self.capture_interval
        return of and Interval(of.low / self.top_share, of.high / self.top_share, of.method, of.level)

    def as_dict(self) -> dict[str, object]:
        return {**json_form(self), "lift": self.lift, "lift_interval": json_form(self.lift_interval)}


def lift_by_top_share(
    scores: Floats,
    outcome: Bools,
    clusters: Codes | None = None,
    *,
    shares: Sequence[float] = TOP_SHARES,
    seed: int,
    n_boot: int = N_BOOT,
    level: float = LEVEL,
) -> tuple[Lift, ...]:
    """Lift at each top share, best score first; empty when nobody had the outcome.

    Ties are handled by expectation: of people with equal scores, a share counts each in part. The interval
    is a percentile bootstrap over whole clusters, in which the cut moves with the sample. NaN is left out.
    """
    s, y, groups = _known(as_floats(scores), as_bools(outcome), clusters)
    if not y.any():
        return ()
    at = np.asarray(shares, dtype=np.float64)
    captures = capture_of_counts(*level_table(s, y, groups).totals(), at)[0]
    table = coarse_level_table(s, y, groups, seed)
    draws = resampled(table, lambda yes, no: capture_of_counts(yes, no, at), n_boot=n_boot, seed=seed)
    base_rate = float(y.mean())
    return tuple(
        Lift(
            float(at[i]),
            float(captures[i]),
            percentile_interval(draws[:, i], level),
            float(c * base_rate / at[i]),
        )
        for i, c in enumerate(captures)
    )


def gain_curve(scores: Floats, outcome: Bools, *, n_points: int = 50) -> tuple[tuple[float, float], ...]:
    """(top share, capture) from (0, 0) to (1, 1) in `n_points` equal steps; empty when nobody had the outcome."""
    s, y, groups = _known(as_floats(scores), as_bools(outcome), None)
    if not y.any():
        return ()
    at = np.linspace(0.0, 1.0, n_points + 1)
    captures = capture_of_counts(*level_table(s, y, groups).totals(), at)[0]
    return tuple(zip(at.tolist(), captures.tolist(), strict=True))


def capture_of_counts(with_outcome: Floats, without: Floats, shares: Floats) -> Floats:
    """(resamples, shares): share of the outcomes within each top share, from counts by ascending level."""
    outcomes = _from_the_top(with_outcome)
    people = _from_the_top(with_outcome + without)
    captures = np.full((len(outcomes), len(shares)), np.nan)
    for i in np.flatnonzero(outcomes[:, -1] > 0):
        captures[i] = np.interp(shares * people[i, -1], people[i], outcomes[i]) / outcomes[i, -1]
    return captures


def _from_the_top(counts: Floats) -> Floats:
    """Running sums from the highest level down, starting at 0."""
    sums = np.cumsum(counts[:, ::-1], axis=1)
    return np.concatenate([np.zeros((len(sums), 1)), sums], axis=1)


def _known(scores: Floats, outcome: Bools, clusters: Codes | None) -> tuple[Floats, Bools, Codes]:
    known = ~np.isnan(scores)
    groups = each_alone(len(scores)) if clusters is None else clusters
    return scores[known], outcome[known], dense(groups[known])
