"""Observed rates by matrix cell."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from handraise.evidence.interval import wilson
from handraise.evidence.rates import effective_n, observed_rate, rate_by_cell, within_cluster_correlation
from handraise.model.scores import RANKS


def test_every_case_is_in_exactly_one_cell() -> None:
    rng = np.random.default_rng(1)
    ranks, outcome = rng.choice(RANKS, 500), rng.random(500) < 0.3
    found = rate_by_cell(ranks, outcome)
    assert [rank for rank, _ in found.cells] == list(RANKS)
    assert sum(rate.n for _, rate in found.cells) == 500
    assert sum(rate.n_outcomes for _, rate in found.cells) == outcome.sum()


def test_independent_cases_have_wilson_intervals() -> None:
    found = rate_by_cell(np.array(["A1"] * 10 + ["B2"] * 20), np.arange(30) % 5 == 0)
    assert found.of("A1").interval == wilson(2, 10)
    assert found.of("A1").n_effective == 10


def test_an_empty_cell_has_no_rate_and_could_be_anything() -> None:
    empty = rate_by_cell(np.array(["A1"]), np.array([True])).of("D4")
    assert empty.rate is None
    assert (empty.interval.low, empty.interval.high) == (0.0, 1.0)


def test_a_rank_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="`E1` is not a rank"):
        rate_by_cell(np.array(["A1", "E1"]), np.array([True, False]))


def test_correlation_within_accounts_matches_the_exchangeable_estimate_of_statsmodels() -> None:
    rng = np.random.default_rng(4)
    clusters = np.sort(rng.integers(0, 60, 300))
    outcome = rng.random(300) < np.clip(rng.normal(0.4, 0.25, 60), 0.05, 0.95)[clusters]
    model = sm.GEE(
        outcome.astype(float),
        np.ones(300),
        groups=clusters,
        family=sm.families.Binomial(),
        cov_struct=sm.cov_struct.Exchangeable(),
    )
    model.fit(maxiter=1, params_niter=1, start_params=[np.log(outcome.mean() / (1 - outcome.mean()))])
    expected = float(np.asarray(model.cov_struct.dep_params))
    found = within_cluster_correlation(outcome, clusters, np.zeros(300, dtype=np.int64))
    assert found == pytest.approx(expected, rel=0.03)  # theirs is taken after one step of weighted fitting


def test_people_who_share_an_accounts_fate_count_as_one() -> None:
    """20 accounts of 5 people, all or none with the outcome: worth 20 cases."""
    clusters = np.repeat(np.arange(20), 5)
    outcome = (np.arange(20) % 2 == 0)[clusters]
    found = observed_rate(outcome, clusters)
    assert found.n_effective == pytest.approx(20, rel=0.005)
    assert found.interval.low == pytest.approx(wilson(10, 20).low, abs=0.002)
    assert found.design_effect == pytest.approx(5, rel=0.005)


def test_dependence_that_cannot_be_told_is_assumed_full() -> None:
    found = observed_rate(np.zeros(12, bool), np.repeat(np.arange(4), 3))
    assert found.n_effective == pytest.approx(4)


def test_effective_n_of_unequal_accounts_weighs_them_by_people() -> None:
    assert effective_n(np.array([0, 0, 0, 1]), 1.0) == pytest.approx(4 / (10 / 4))


def test_clustered_intervals_cover_the_rate_where_naive_ones_do_not() -> None:
    rng = np.random.default_rng(9)
    clusters = np.repeat(np.arange(80), 5)
    naive, clustered = [], []
    for _ in range(300):
        outcome = rng.random(400) < rng.beta(0.6, 2.4, 80)[clusters]
        naive.append(observed_rate(outcome).interval.includes(0.2))
        clustered.append(observed_rate(outcome, clusters).interval.includes(0.2))
    assert np.mean(naive) < 0.88
    assert 0.92 <= np.mean(clustered) <= 0.98
