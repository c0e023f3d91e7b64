"""Closed forms for proportions, against the papers that they come from."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from handraise.evidence.interval import difference_of_rates, normal_quantile, wilson


@pytest.mark.parametrize(
    ("n_outcomes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval_matches_newcombe_1998(n_outcomes: int, n: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17:857, table I, method 3."""
    found = wilson(n_outcomes, n)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_wilson_interval_matches_statsmodels_for_every_count_of_30() -> None:
    for k in range(31):
        low, high = proportion_confint(k, 30, method="wilson")
        found = wilson(k, 30)
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)


def test_a_rate_of_no_cases_could_be_anything() -> None:
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)
    assert (difference_of_rates(1, 4, 0, 0).low, difference_of_rates(1, 4, 0, 0).high) == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("one", "two", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0000),
    ],
)
def test_difference_of_rates_matches_newcombe_1998(
    one: tuple[int, int], two: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe 1998, Statistics in Medicine 17:873, table II, method 10, contrasts a, b and h."""
    found = difference_of_rates(*one, *two)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_difference_of_rates_matches_statsmodels() -> None:
    low, high = confint_proportions_2indep(56, 70, 48, 80, method="newcomb", compare="diff")
    found = difference_of_rates(56, 70, 48, 80)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_wilson_interval_covers_a_rare_rate_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    covered = [wilson(k, 400).includes(0.02) for k in rng.binomial(400, 0.02, 2000)]
    assert 0.93 <= np.mean(covered) <= 0.98


def test_the_normal_quantile_of_95_percent_is_1_96() -> None:
    assert normal_quantile(0.95) == pytest.approx(1.959964, abs=1e-6)
