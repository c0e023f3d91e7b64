"""How well a score orders people: the area under the ROC curve and Somers' D."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from handraise.evidence.arrays import Bools, Codes, Floats, as_bools, as_floats, dense, each_alone
from handraise.evidence.form import json_form
from handraise.evidence.interval import LEVEL, Interval, normal_quantile
from handraise.evidence.resample import N_BOOT, N_CASES_EXACT, level_table, percentile_interval, resampled

FEW_CLUSTERS = 30
"""With fewer accounts than this on either side, an interval over accounts is too optimistic."""


@dataclass(frozen=True, slots=True)
class Auc:
    """The chance that somebody with the outcome scored above somebody without; a tie counts half.

    0.5 orders nothing, 1 orders everything, 0 orders everything the wrong way round. `n_unscored` cases
    had no score and are left out. `n_clusters_least` is the smaller of the numbers of accounts with
    and without the outcome.
    """

    value: float
    interval: Interval
    n: int
    n_outcomes: int
    n_clusters: int
    n_clusters_least: int
    n_unscored: int = 0

    @property
    def somers_d(self) -> float:
        """2 AUC - 1: concordant minus discordant pairs, as a share of pairs that differ in outcome."""
        return 2 * self.value - 1

    @property
    def somers_d_interval(self) -> Interval:
        interval = self.interval
        return Interval(2 * interval.low - 1, 2 * interval.high - 1, interval.method, interval.level)

    @property
    def few_clusters(self) -> bool:
        return self.n_clusters_least < FEW_CLUSTERS

    def as_dict(self) -> dict[str, object]:
        more = {"somers_d": self.somers_d, "few_clusters": self.few_clusters}
        return {**json_form(self), **json_form(more)}


def auc(
    scores: Floats,
    outcome: Bools,
    clusters: Codes | None = None,
    *,
    seed: int | None = None,
    n_boot: int = N_BOOT,
    level: float = LEVEL,
) -> Auc | None:
    """AUC with its interval; `None` when nobody, or everybody, had the outcome.

    One score, outcome and cluster a case. Independent cases (no `clusters`): DeLong. Clustered: with a
    `seed` and at most 50,000 cases, percentile bootstrap over whole clusters; else Obuchowski's closed
    form. Where those have no width (everybody ordered right), Newcombe's method 5 on the clusters.
    NaN scores are left out and counted.
    """
    scores, outcome = as_floats(scores), as_bools(outcome)
    known = ~np.isnan(scores)
    groups = dense((each_alone(len(scores)) if clusters is None else clusters)[known])
    s, y = scores[known], outcome[known]
    n, n_outcomes = len(y), int(y.sum())
    if n_outcomes in (0, n):
        return None
    value = mann_whitney_share(s, y)
    least = min(len(np.unique(groups[y])), len(np.unique(groups[~y])))
    interval = _interval(s, y, groups, clusters is not None, value, seed, n_boot, level)
    n_clusters = int(groups.max()) + 1
    return Auc(value, interval, n, n_outcomes, n_clusters, least, int((~known).sum()))


def mann_whitney_share(scores: Floats, outcome: Bools) -> float:
    """(R - m(m+1)/2) / mn, where R sums the mid-ranks of the m cases with the outcome.

    Source: Mann and Whitney 1947; Bamber 1975, J Math Psych 12:387.
    """
    from scipy.stats import rankdata

    m = int(outcome.sum())
    rank_sum = float(rankdata(scores)[outcome].sum())
    return (rank_sum - m * (m + 1) / 2) / (m * (len(outcome) - m))


def cluster_variance(scores: Floats, outcome: Bools, clusters: Codes) -> float:
    """Variance of the AUC from its structural components, summed by cluster.

    With each case its own cluster this is DeLong's. Sources: DeLong, DeLong and Clarke-Pearson 1988,
    Biometrics 44:837; Obuchowski 1997, Biometrics 53:567; placements by mid-ranks as in Sun and Xu 2014.
    """
    from scipy.stats import rankdata

    m, n = int(outcome.sum()), int((~outcome).sum())
    value = mann_whitney_share(scores, outcome)
    overall = rankdata(scores)
    above = (overall[outcome] - rankdata(scores[outcome])) / n - value
    below = 1 - (overall[~outcome] - rankdata(scores[~outcome])) / m - value
    size = int(clusters.max()) + 1
    by_1 = np.bincount(clusters[outcome], weights=above, minlength=size)
    by_0 = np.bincount(clusters[~outcome], weights=below, minlength=size)
    k_1, k_0 = len(np.unique(clusters[outcome])), len(np.unique(clusters[~outcome]))
    return (
        _inflate(k_1) * float(by_1 @ by_1) / m**2
        + _inflate(k_0) * float(by_0 @ by_0) / n**2
        + 2 * _inflate(size) * float(by_1 @ by_0) / (m * n)
    )


def outcomes_needed(half_width: float, base_rate: float, design_effect: float = 1.0) -> int:
    """About how many outcomes make the AUC's interval as narrow as ± `half_width`, at no more order than
    chance: there the variance is (m + n + 1) / 12mn (Mann and Whitney 1947), the widest that matters."""
    odds = base_rate / (1 - base_rate) if base_rate < 1 else 1.0
    per_outcome = (1 + odds) / 12 * design_effect
    return math.ceil(per_outcome * (normal_quantile(LEVEL) / half_width) ** 2)


def _interval(
    s: Floats,
    y: Bools,
    groups: Codes,
    clustered: bool,
    value: float,
    seed: int | None,
    n_boot: int,
    level: float,
) -> Interval:
    interval: Interval | None = None
    if clustered and seed is not None and len(s) <= N_CASES_EXACT:
        draws = resampled(level_table(s, y, groups), auc_of_counts, n_boot=n_boot, seed=seed)
        interval = percentile_interval(draws, level)
    if interval is None:
        reach = normal_quantile(level) * math.sqrt(max(0.0, cluster_variance(s, y, groups)))
        method = "obuchowski" if clustered else "delong"
        interval = Interval(value - reach, value + reach, method, level).within(0.0, 1.0)
    if interval.high - interval.low > 1e-9:
        return interval
    return _newcombe(value, len(np.unique(groups[y])), len(np.unique(groups[~y])), level)


def auc_of_counts(with_outcome: Floats, without: Floats) -> Floats:
    """AUC of each row of counts by ascending level; NaN where one of the two sides is empty."""
    below = np.cumsum(without, axis=1) - without / 2
    pairs = with_outcome.sum(axis=1) * without.sum(axis=1)
    won = np.einsum("ij,ij->i", with_outcome, below)
    shares: Floats = np.divide(won, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    return shares


def _newcombe(value: float, m: int, n: int, level: float) -> Interval:
    """Source: method 5 of Newcombe 2006, Statistics in Medicine 25:559, the limits where |AUC - a| = z se(a)."""
    from scipy.optimize import brentq

    z, half = normal_quantile(level), (m + n) / 2 - 1

    def excess(a: float) -> float:
        spread = a * (1 - a) * (1 + half * (1 - a) / (2 - a) + half * a / (1 + a)) / (m * n)
        return (value - a) ** 2 - z * z * spread

    low = 0.0 if value <= 0 else float(brentq(excess, 0.0, value - 1e-12))
    high = 1.0 if value >= 1 else float(brentq(excess, value + 1e-12, 1.0))
    return Interval(low, high, "newcombe", level)


def _inflate(k: int) -> float:
    return k / (k - 1) if k > 1 else 1.0
