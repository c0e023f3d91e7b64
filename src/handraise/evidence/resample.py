"""Resampling of whole accounts, for measures that depend on a score only through its order.

Such a measure is a function of two counts per score level: cases with and without the outcome. So a
resample is one multiplication of account weights with the table accounts x levels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from handraise.evidence.arrays import Bools, Codes, Floats, dense
from handraise.evidence.interval import LEVEL, Interval

if TYPE_CHECKING:
    from scipy import sparse

N_BOOT = 1000
N_CASES_EXACT = 50_000
N_GROUPS_LARGE = 2_000
N_LEVELS_LARGE = 1_000
_BLOCK_CELLS = 4_000_000

Statistic = Callable[[Floats, Floats], Floats]
"""(counts with the outcome, counts without), each (resamples, levels ascending) -> (resamples, ...)."""


@dataclass(frozen=True, slots=True, eq=False)
class LevelTable:
    """Numbers of cases by cluster (rows) and score level (columns, ascending)."""

    with_outcome: sparse.csr_array
    without_outcome: sparse.csr_array

    @property
    def n_clusters(self) -> int:
        return int(self.with_outcome.shape[0])

    def totals(self) -> tuple[Floats, Floats]:
        """The counts of the cases as they are, as a single "resample"."""
        with_outcome, without = self.with_outcome.sum(axis=0), self.without_outcome.sum(axis=0)
        return np.atleast_2d(with_outcome), np.atleast_2d(without)


def level_table(scores: Floats, outcome: Bools, clusters: Codes) -> LevelTable:
    """The table of all cases. Equal scores share a level, so ties stay ties."""
    from scipy import sparse

    levels = dense_levels(scores)
    shape = (int(clusters.max(initial=-1)) + 1, int(levels.max(initial=-1)) + 1)

    def count(chosen: Bools) -> sparse.csr_array:
        ones = np.ones(int(chosen.sum()))
        return sparse.csr_array((ones, (clusters[chosen], levels[chosen])), shape=shape)

    return LevelTable(count(outcome), count(~outcome))


def dense_levels(scores: Floats) -> Codes:
    _, levels = np.unique(scores, return_inverse=True)
    return levels.astype(np.int64, copy=False).reshape(-1)


def coarse_level_table(scores: Floats, outcome: Bools, clusters: Codes, seed: int) -> LevelTable:
    """The table for resampling many cases: accounts put into 2,000 groups at random, and scores into at
    most 1,000 levels of about equal size. The groups are as good a unit to resample as the accounts, only
    the interval becomes a little less exact; up to 50,000 cases nothing is coarsened."""
    if len(scores) <= N_CASES_EXACT:
        return level_table(scores, outcome, clusters)
    n_clusters = int(clusters.max()) + 1
    group = np.random.default_rng(seed).permutation(n_clusters) % N_GROUPS_LARGE
    levels = dense_levels(scores)
    if levels.max() >= N_LEVELS_LARGE:
        below = np.cumsum(np.bincount(levels)) - 1
        levels = below[levels] * N_LEVELS_LARGE // len(levels)
    return level_table(levels.astype(np.float64), outcome, dense(group[clusters]))


def resampled(table: LevelTable, statistic: Statistic, *, n_boot: int, seed: int) -> Floats:
    """`statistic` of `n_boot` resamples of whole clusters, drawn with replacement.

    Rows are resamples; a resample on which the statistic is not defined gives NaN.
    """
    rng = np.random.default_rng(seed)
    n = table.n_clusters
    widest = max(n, int(table.with_outcome.shape[1]), 1)
    block = max(1, min(n_boot, _BLOCK_CELLS // widest))
    positive, negative = table.with_outcome.T.tocsr(), table.without_outcome.T.tocsr()
    parts: list[Floats] = []
    for start in range(0, n_boot, block):
        weights = _weights(rng, min(block, n_boot - start), n)
        parts.append(statistic((positive @ weights.T).T, (negative @ weights.T).T))
    return np.concatenate(parts)


def _weights(rng: np.random.Generator, n_resamples: int, n_clusters: int) -> Floats:
    """How often each cluster was drawn: (resamples, clusters), each row summing to n_clusters."""
    drawn = rng.integers(0, n_clusters, size=(n_resamples, n_clusters))
    drawn += np.arange(n_resamples)[:, None] * n_clusters
    counts = np.bincount(drawn.ravel(), minlength=n_resamples * n_clusters)
    return counts.reshape(n_resamples, n_clusters).astype(np.float64)


def percentile_interval(values: NDArray[np.float64], level: float = LEVEL) -> Interval | None:
    """The middle `level` of the resampled values; `None` where fewer than half were defined."""
    defined = values[np.isfinite(values)]
    if len(defined) * 2 < len(values) or len(defined) == 0:
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), "account bootstrap", level)
