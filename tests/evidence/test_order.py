"""The order test of the matrix."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from handraise.evidence.arrays import Bools, Floats, each_alone
from handraise.evidence.order import Ordered, cochran_armitage, order_test, trend
from handraise.model.scores import RANKS


def dosed(steps: list[float], with_outcome: list[int], of: list[int]) -> tuple[Floats, Bools]:
    outcome = np.concatenate([np.arange(n) < k for k, n in zip(with_outcome, of, strict=True)])
    return np.repeat(steps, of), outcome


def test_trend_matches_agrestis_alcohol_and_malformation() -> None:
    """Agresti, Categorical Data Analysis (2nd ed.), 3.4.5: z² = 6.57, p = 0.010; R 4.2.2 `prop.trend.test`: 6.570133945."""
    z = cochran_armitage(*dosed([0, 0.5, 1.5, 4, 7], [48, 38, 5, 1, 1], [17114, 14502, 793, 127, 38]))
    assert z is not None
    assert z**2 == pytest.approx(6.570133945, abs=1e-8)


def test_trend_matches_r_on_the_pain_trial_of_the_sas_manual() -> None:
    """SAS/STAT FREQ example "Cochran-Armitage Trend Test"; R 4.2.2 `prop.trend.test`: X-squared = 22.56754489."""
    steps, outcome = dosed([0, 1, 2, 3, 4], [6, 7, 9, 14, 23], [32] * 5)
    z = cochran_armitage(steps, outcome)
    assert z is not None
    assert z**2 == pytest.approx(22.56754489, abs=1e-7)
    found = trend(steps, outcome, clusters=each_alone(160), strata=np.zeros(160, dtype=np.int64))
    assert found.z == pytest.approx(z, rel=0.05)
    assert found.ordered is Ordered.YES


def test_slope_matches_statsmodels_with_clustered_errors_and_strata() -> None:
    rng = np.random.default_rng(3)
    n = 400
    steps, strata, clusters = (
        rng.integers(0, 4, n).astype(float),
        rng.integers(0, 4, n),
        rng.integers(0, 90, n),
    )
    outcome = rng.random(n) < 0.1 + 0.1 * steps
    found = trend(steps, outcome, clusters=clusters, strata=strata)
    design = np.column_stack([steps, *(strata == s for s in range(4))]).astype(float)
    fitted = sm.OLS(outcome.astype(float), design).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": False}
    )
    k = len(np.unique(clusters))
    error = fitted.bse[0] * np.sqrt(k / (k - 1))
    assert found.interval is not None
    assert found.slope == pytest.approx(fitted.params[0], rel=1e-9)
    assert found.interval.half_width == pytest.approx(1.959964 * error, rel=1e-6)


def matrix_cases(
    rng: np.random.Generator, n: int, by_grade: float, by_level: float
) -> tuple[np.ndarray, Bools, np.ndarray]:
    """Cases over the matrix whose rate rises by so much a step, in accounts of about three that share luck."""
    accounts = rng.integers(0, n // 3, n)
    cell = rng.integers(0, 16, n)
    luck = rng.normal(0, 0.04, n // 3)[accounts]
    rate = 0.15 + luck + by_grade * (3 - cell // 4) + by_level * (3 - cell % 4)
    return np.array(RANKS)[cell], rng.random(n) < rate, accounts


def test_an_ordered_matrix_is_found_in_order_on_both_axes() -> None:
    found = order_test(*matrix_cases(np.random.default_rng(1), 4000, 0.06, 0.04))
    assert (found.grade.ordered, found.level.ordered) == (Ordered.YES, Ordered.YES)
    assert found.n_pairs == 24


def test_a_reversed_axis_is_called_reversed() -> None:
    found = order_test(*matrix_cases(np.random.default_rng(1), 4000, 0.06, -0.03))
    assert (found.grade.ordered, found.level.ordered) == (Ordered.YES, Ordered.REVERSED)


def test_an_axis_that_only_borrows_the_others_order_is_not_shown() -> None:
    """Level follows grade, the outcome only grade: within grades level orders nothing."""
    rng = np.random.default_rng(2)
    grade = rng.integers(0, 4, 5000)
    level = np.clip(grade + rng.integers(-1, 2, 5000), 0, 3)
    outcome = rng.random(5000) < 0.3 - 0.08 * grade
    found = order_test(np.array(RANKS)[grade * 4 + level], outcome)
    assert (found.grade.ordered, found.level.ordered) == (Ordered.YES, Ordered.NOT_SHOWN)


def test_trend_intervals_cover_the_slope() -> None:
    rng = np.random.default_rng(5)
    intervals = [order_test(*matrix_cases(rng, 900, 0.05, 0.03)).grade.interval for _ in range(200)]
    assert 0.91 <= np.mean([i is not None and i.includes(0.05) for i in intervals]) <= 0.99


def test_inversions_of_chance_are_seldom_called_certain() -> None:
    rng = np.random.default_rng(7)
    certain = [
        any(i.certain for i in order_test(*matrix_cases(rng, 900, 0, 0)).inversions) for _ in range(100)
    ]
    assert np.mean(certain) <= 0.08


def test_a_planted_inversion_is_found_and_certain() -> None:
    ranks = np.repeat(["A1", "B1", "A2"], 300)
    outcome = np.concatenate([np.arange(300) < k for k in (30, 120, 28)])
    found = order_test(ranks, outcome)
    assert [(i.better, i.worse, i.certain) for i in found.inversions] == [("A1", "B1", True)]
    assert found.inversions[0].difference == pytest.approx(0.3)
    assert found.n_pairs == 2


def test_nothing_to_compare_is_not_an_order() -> None:
    found = order_test(np.array(["A1"] * 5), np.array([True, False, True, False, False]))
    assert found.grade.slope is None
    assert found.grade.ordered is Ordered.NOT_SHOWN
    assert found.inversions == ()
