"""Outcome rates with intervals: of everybody, and of each of the 16 cells of the matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handraise.evidence.arrays import Bools, Codes, as_bools, dense, each_alone
from handraise.evidence.form import json_form
from handraise.evidence.interval import LEVEL, Interval, wilson
from handraise.model.scores import RANKS


@dataclass(frozen=True, slots=True)
class Rate:
    """`n_outcomes` of `n` cases; `rate` is `None` when there is no case.

    `n_effective` is how many independent cases would tell as much: n / design effect.
    """

    n: int
    n_outcomes: int
    n_clusters: int
    rate: float | None
    interval: Interval
    n_effective: float

    @property
    def design_effect(self) -> float:
        return self.n / self.n_effective if self.n_effective > 0 else 1.0

    def as_dict(self) -> dict[str, object]:
        return {**json_form(self), "design_effect": self.design_effect}


@dataclass(frozen=True, slots=True)
class RatesByCell:
    """One rate for each of A1..D4, in that order, and the dependence within accounts that they share."""

    cells: tuple[tuple[str, Rate], ...]
    correlation: float

    def of(self, rank: str) -> Rate:
        return dict(self.cells)[rank]

    def as_dict(self) -> dict[str, object]:
        cells = {rank: rate.as_dict() for rank, rate in self.cells}
        return {"cells": cells, "correlation": self.correlation}


def observed_rate(outcome: Bools, clusters: Codes | None = None, level: float = LEVEL) -> Rate:
    """The base rate: Wilson's interval on the effective number of cases."""
    y = as_bools(outcome)
    groups = each_alone(len(y)) if clusters is None else clusters
    one_stratum = np.zeros(len(y), dtype=np.int64)
    return _rate(y, groups, within_cluster_correlation(y, groups, one_stratum), level)


def rate_by_cell(
    ranks: Sequence[str] | NDArray[np.str_],
    outcome: Bools,
    clusters: Codes | None = None,
    level: float = LEVEL,
) -> RatesByCell:
    """The observed rate of each matrix cell. One rank ("A1".."D4"), outcome and cluster a case.

    People who share an account share fate, so each cell counts n / (1 + (m - 1) rho) effective cases: m is
    the cell's mean number of people an account (weighted by people), rho the correlation within accounts
    of what the cell does not explain, one for the whole matrix since a single cell is too small to tell.
    """
    y, cell = as_bools(outcome), cell_codes(ranks)
    groups = each_alone(len(y)) if clusters is None else clusters
    rho = within_cluster_correlation(y, groups, cell)
    order = np.argsort(cell, kind="stable")
    cuts = np.searchsorted(cell[order], np.arange(len(RANKS) + 1))
    parts = [order[cuts[i] : cuts[i + 1]] for i in range(len(RANKS))]
    rates = tuple(_rate(y[part], groups[part], rho, level) for part in parts)
    return RatesByCell(tuple(zip(RANKS, rates, strict=True)), rho)


def cell_codes(ranks: Sequence[str] | NDArray[np.str_]) -> Codes:
    """0..15 for A1..D4. Raises `ValueError` for anything else."""
    texts = np.asarray(ranks, dtype=np.str_)
    names = np.array(RANKS)
    codes = np.searchsorted(names, texts)
    wrong = names[np.minimum(codes, len(names) - 1)] != texts
    if wrong.any():
        raise ValueError(f"`{texts[wrong][0]}` is not a rank from A1 to D4")
    return codes.astype(np.int64)


def within_cluster_correlation(outcome: Bools, clusters: Codes, strata: Codes) -> float:
    """Exchangeable correlation of the standardised residuals of two cases of one cluster, within 0..1.

    Mean product over pairs of a cluster / mean square. Strata without any variation are left out. 0 where
    no two cases share a cluster; 1 where they do but nothing varies, since then dependence cannot be told.
    Source: the moment estimator of Liang and Zeger 1986, Biometrika 73:13, section 4.
    """
    n_of = np.bincount(strata)
    p_of = np.bincount(strata, weights=outcome.astype(np.float64)) / np.maximum(n_of, 1)
    spread = np.sqrt(p_of * (1 - p_of))
    varies = spread[strata] > 0
    k = int((spread > 0).sum())
    groups = clusters[varies] if varies.any() else clusters
    _, sizes = np.unique(groups, return_counts=True)
    n_pairs = float((sizes * (sizes - 1)).sum()) / 2
    if n_pairs == 0:
        return 0.0
    if k == 0 or n_pairs <= k or len(groups) <= k:
        return 1.0
    residual = (outcome[varies] - p_of[strata[varies]]) / spread[strata[varies]]
    sums = np.bincount(dense(groups), weights=residual)
    squares = float(residual @ residual)
    pair_mean = (float(sums @ sums) - squares) / 2 / (n_pairs - k)
    return float(np.clip(pair_mean / (squares / (len(groups) - k)), 0.0, 1.0))


def effective_n(clusters: Codes, correlation: float) -> float:
    """n / (1 + (m - 1) rho), m = sum of squared cluster sizes / n. Source: Donner and Klar 2000, ch. 6."""
    n = len(clusters)
    if n == 0:
        return 0.0
    _, sizes = np.unique(clusters, return_counts=True)
    mean_size = float((sizes.astype(np.float64) ** 2).sum()) / n
    return n / (1 + (mean_size - 1) * correlation)


def _rate(outcome: Bools, clusters: Codes, correlation: float, level: float) -> Rate:
    n, n_outcomes = len(outcome), int(outcome.sum())
    effective = effective_n(clusters, correlation)
    share = n_outcomes / n if n else None
    interval = wilson((share or 0.0) * effective, effective, level)
    return Rate(n, n_outcomes, len(np.unique(clusters)), share, interval, effective)
