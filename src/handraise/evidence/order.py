"""Does the matrix order outcomes: A over B over C over D, and 1 over 2 over 3 over 4?"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from handraise.evidence.arrays import Bools, Codes, Floats, as_bools, as_floats, each_alone
from handraise.evidence.form import json_form
from handraise.evidence.interval import LEVEL, Interval, difference_of_rates, normal_quantile
from handraise.evidence.rates import Rate, RatesByCell, cell_codes, rate_by_cell
from handraise.model.scores import GRADES, LEVELS


class Ordered(Enum):
    YES = "in order"
    REVERSED = "reversed"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True)
class Trend:
    """Change of the outcome rate for one step better on an axis, people compared within the other axis.

    `slope` and its interval are `None` where no two cases differ on this axis within the other, or
    nobody had the outcome. `z` tests that there is no trend.
    """

    slope: float | None
    interval: Interval | None
    z: float | None
    p_value: float | None

    @property
    def ordered(self) -> Ordered:
        if self.interval is None or self.interval.includes(0.0):
            return Ordered.NOT_SHOWN
        return Ordered.YES if self.interval.low > 0 else Ordered.REVERSED

    def as_dict(self) -> dict[str, object]:
        return {**json_form(self), "ordered": self.ordered.value}


@dataclass(frozen=True, slots=True)
class Inversion:
    """Two neighbouring cells of which the worse one had the higher rate, by `difference`.

    `certain` only if the difference is there after correcting for all neighbours that were looked at.
    """

    better: str
    worse: str
    difference: float
    interval: Interval
    p_value: float
    certain: bool

    def as_dict(self) -> dict[str, object]:
        return dict(json_form(self))


@dataclass(frozen=True, slots=True)
class OrderTest:
    """Both axes' trends, and the inversions among the `n_pairs` neighbouring cells that had people."""

    grade: Trend
    level: Trend
    inversions: tuple[Inversion, ...]
    n_pairs: int

    def as_dict(self) -> dict[str, object]:
        return {
            "grade": self.grade.as_dict(),
            "level": self.level.as_dict(),
            "inversions": [inversion.as_dict() for inversion in self.inversions],
            "n_pairs": self.n_pairs,
        }


def order_test(
    ranks: NDArray[np.str_],
    outcome: Bools,
    clusters: Codes | None = None,
    level: float = LEVEL,
) -> OrderTest:
    """Order test of the 4 x 4 matrix. One rank, outcome and cluster a case."""
    y, cell = as_bools(outcome), cell_codes(ranks)
    groups = each_alone(len(y)) if clusters is None else clusters
    grade_steps, level_steps = as_floats(3 - cell // 4), as_floats(3 - cell % 4)
    by_grade = trend(grade_steps, y, clusters=groups, strata=cell % 4, level=level)
    by_level = trend(level_steps, y, clusters=groups, strata=cell // 4, level=level)
    found, n_pairs = inversions(rate_by_cell(ranks, y, groups, level), level)
    return OrderTest(by_grade, by_level, found, n_pairs)


def cochran_armitage(steps: Floats, outcome: Bools, strata: Codes | None = None) -> float | None:
    """z of the trend test for independent cases: sum (x - x̄)(y - ȳ) / sqrt(p(1-p) sum (x - x̄)²), by stratum.

    `None` where nothing varies. Sources: Cochran 1954, Biometrics 10:417; Armitage 1955, Biometrics 11:375;
    strata as in Mantel 1963, JASA 58:690 (without his n/(n-1)).
    """
    y = as_bools(outcome).astype(np.float64)
    groups = np.zeros(len(y), dtype=np.int64) if strata is None else strata
    x_off, y_off = _centred(steps, groups), _centred(y, groups)
    p = y - y_off
    variance = float((p * (1 - p) * x_off**2).sum())
    return float(x_off @ y_off) / math.sqrt(variance) if variance > 0 else None


def trend(steps: Floats, outcome: Bools, *, clusters: Codes, strata: Codes, level: float = LEVEL) -> Trend:
    """The common slope of the outcome over `steps` within strata, with cluster-robust errors.

    slope = sum (x - x̄_s)(y - ȳ_s) / sum (x - x̄_s)²: least squares with one intercept a stratum; its
    variance sums residual scores by cluster, times k/(k-1) (Liang and Zeger 1986). `z` is the score test,
    whose variance holds under "no trend"; with each case its own cluster and one stratum it is close to
    Cochran and Armitage's.
    """
    y = as_bools(outcome).astype(np.float64)
    x_off, y_off = _centred(steps, strata), _centred(y, strata)
    spread = float(x_off @ x_off)
    if spread <= 0 or not y.any() or y.all():
        return Trend(None, None, None, None)
    slope = float(x_off @ y_off) / spread
    error = math.sqrt(_clustered_square(x_off * (y_off - slope * x_off), clusters)) / spread
    null_error = math.sqrt(_clustered_square(x_off * y_off, clusters)) / spread
    reach = normal_quantile(level) * error
    z = slope / null_error if null_error > 0 else 0.0
    interval = Interval(slope - reach, slope + reach, "cluster-robust", level)
    return Trend(slope, interval, z, _two_sided(z))


def inversions(rates: RatesByCell, level: float = LEVEL) -> tuple[tuple[Inversion, ...], int]:
    """The neighbouring cells in the wrong order, largest difference first, and how many pairs were tried.

    Intervals are Newcombe's on effective cases; certainty is Benjamini and Hochberg's at 1 - `level` over all
    pairs tried. Accounts that have people in both cells make it err on the careful side.
    """
    pairs = [pair for pair in _neighbours() if all(rates.of(rank).n for rank in pair)]
    if not pairs:
        return (), 0
    from scipy.stats import false_discovery_control

    p_values = [_difference_p_value(rates.of(better), rates.of(worse)) for better, worse in pairs]
    adjusted = false_discovery_control(p_values)
    found = [
        _inversion(better, worse, rates, p_values[i], bool(adjusted[i] <= 1 - level), level)
        for i, (better, worse) in enumerate(pairs)
    ]
    wrong = [inversion for inversion in found if inversion.difference > 0]
    return tuple(sorted(wrong, key=lambda inversion: -inversion.difference)), len(pairs)


def _neighbours() -> list[tuple[str, str]]:
    """(better, worse) cells one step apart: 12 by grade and 12 by level."""
    by_grade = [(f"{a}{n}", f"{b}{n}") for a, b in itertools.pairwise(GRADES) for n in LEVELS]
    by_level = [(f"{g}{m}", f"{g}{n}") for m, n in itertools.pairwise(LEVELS) for g in GRADES]
    return by_grade + by_level


def _inversion(
    better: str, worse: str, rates: RatesByCell, p_value: float, certain: bool, level: float
) -> Inversion:
    low, high = rates.of(better), rates.of(worse)
    difference = (high.rate or 0.0) - (low.rate or 0.0)
    interval = difference_of_rates(
        (high.rate or 0.0) * high.n_effective,
        high.n_effective,
        (low.rate or 0.0) * low.n_effective,
        low.n_effective,
        level,
    )
    return Inversion(better, worse, difference, interval, p_value, certain)


def _difference_p_value(one: Rate, two: Rate) -> float:
    """Two-sided p of the pooled test of two proportions, on effective cases."""
    p_1, p_2 = one.rate or 0.0, two.rate or 0.0
    n_1, n_2 = one.n_effective, two.n_effective
    pooled = (p_1 * n_1 + p_2 * n_2) / (n_1 + n_2)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n_1 + 1 / n_2))
    return _two_sided((p_1 - p_2) / error) if error > 0 else 1.0


def _two_sided(z: float) -> float:
    """The p-value of a standard normal statistic."""
    from scipy.special import ndtr

    return float(2 * ndtr(-abs(z)))


def _centred(values: Floats, strata: Codes) -> Floats:
    n_of = np.maximum(np.bincount(strata), 1)
    centred: Floats = values - (np.bincount(strata, weights=values) / n_of)[strata]
    return centred


def _clustered_square(scores: Floats, clusters: Codes) -> float:
    sums = np.bincount(clusters, weights=scores)
    k = len(np.unique(clusters))
    return float(sums @ sums) * (k / (k - 1) if k > 1 else 1.0)
