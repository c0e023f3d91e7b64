"""AUC and its intervals, against R's pROC, Stata, scikit-learn, and simulations with known truth."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.stats import norm, somersd
from sklearn.metrics import roc_auc_score

from handraise.evidence.arrays import Bools, Codes, Floats, cluster_codes
from handraise.evidence.auc import auc, cluster_variance, mann_whitney_share, outcomes_needed


def rated(without: list[int], with_outcome: list[int]) -> tuple[Floats, Bools]:
    """Cases from a table of ratings 1, 2, 3...: counts without and with the outcome."""
    steps = np.arange(1.0, len(without) + 1)
    scores = np.concatenate([np.repeat(steps, without), np.repeat(steps, with_outcome)])
    return scores, np.repeat([False, True], [sum(without), sum(with_outcome)])


def test_delong_interval_matches_stata_on_hanley_and_mcneil_1982() -> None:
    """109 CT images (Hanley and McNeil 1982, Radiology 143:29): Stata [R] roctab prints area 0.8932, standard
    error 0.0307 and 0.83295 to 0.95339; R 4.2.2 with pROC 1.18.0 gives 0.893171061528 and 0.0307244083794."""
    scores, outcome = rated([33, 6, 6, 11, 2], [3, 2, 2, 11, 33])
    found = auc(scores, outcome)
    assert found is not None
    assert found.value == pytest.approx(0.893171061528, abs=1e-12)
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (0.832952327658, 0.953389795398), abs=1e-9
    )
    assert np.sqrt(cluster_variance(scores, outcome, np.arange(109))) == pytest.approx(
        0.0307244083794, abs=1e-12
    )


def test_delong_interval_matches_proc_on_subarachnoid_haemorrhage() -> None:
    """R: `ci.auc(roc(aSAH$outcome, as.numeric(aSAH$wfns)))`, pROC 1.18.0, data of Turck et al. 2010."""
    found = auc(*rated([37, 20, 3, 8, 4], [2, 12, 1, 8, 18]))
    assert found is not None
    assert found.value == pytest.approx(0.823678861789, abs=1e-11)
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (0.748534887819, 0.898822835758), abs=1e-9
    )


def test_auc_with_ties_matches_scikit_learn_and_somers_d_matches_scipy() -> None:
    rng = np.random.default_rng(2)
    scores, outcome = rng.integers(0, 12, 700).astype(float), rng.random(700) < 0.2
    found = auc(scores, outcome)
    assert found is not None
    assert found.value == pytest.approx(roc_auc_score(outcome, scores), abs=1e-12)
    assert found.somers_d == pytest.approx(somersd(outcome.astype(int), scores).statistic, abs=1e-12)


def test_a_score_turned_round_has_the_mirrored_auc() -> None:
    scores, outcome = rated([33, 6, 6, 11, 2], [3, 2, 2, 11, 33])
    one, other = auc(scores, outcome), auc(-scores, outcome)
    assert one is not None
    assert other is not None
    assert one.value == pytest.approx(1 - other.value)
    assert one.interval.low == pytest.approx(1 - other.interval.high)


def test_clustered_variance_matches_obuchowski_1997_written_out() -> None:
    """Biometrics 53:567, equations for S10, S01 and S11, as sums over pairs."""
    rng = np.random.default_rng(5)
    clusters = cluster_codes(rng.integers(0, 25, 120))
    scores, outcome = rng.normal(size=120).round(1), rng.random(120) < 0.4
    expected = _obuchowski(scores, outcome, clusters)
    assert cluster_variance(scores, outcome, clusters) == pytest.approx(expected, rel=1e-10)


def _obuchowski(scores: Floats, outcome: Bools, clusters: Codes) -> float:
    x, y = scores[outcome], scores[~outcome]
    won = (x[:, None] > y).astype(float) + 0.5 * (x[:, None] == y)
    area, m, n = won.mean(), len(x), len(y)
    ids = np.unique(clusters)
    one = np.array([(won.mean(1)[clusters[outcome] == c] - area).sum() for c in ids])
    none = np.array([(won.mean(0)[clusters[~outcome] == c] - area).sum() for c in ids])
    k1 = len(np.unique(clusters[outcome]))
    k0 = len(np.unique(clusters[~outcome]))
    k = len(ids)
    s10 = k1 / ((k1 - 1) * m) * (one**2).sum()
    s01 = k0 / ((k0 - 1) * n) * (none**2).sum()
    s11 = k / (k - 1) * (one * none).sum()
    return float(s10 / m + s01 / n + 2 * s11 / (m * n))


def test_clustered_intervals_are_wider_than_naive_ones_on_clustered_cases() -> None:
    scores, outcome, accounts = clustered_world(np.random.default_rng(3), n_accounts=120, people=8)
    naive, closed = auc(scores, outcome), auc(scores, outcome, accounts)
    boot = auc(scores, outcome, accounts, seed=1)
    assert naive is not None
    assert closed is not None
    assert boot is not None
    assert closed.interval.half_width > 1.3 * naive.interval.half_width
    assert boot.interval.half_width == pytest.approx(closed.interval.half_width, rel=0.15)
    assert (naive.interval.method, closed.interval.method) == ("delong", "obuchowski")
    assert boot.interval.method == "account bootstrap"


def clustered_world(rng: np.random.Generator, n_accounts: int, people: int) -> tuple[Floats, Bools, Codes]:
    """Accounts that have or have not the outcome as one; scores share an account's part (true AUC by `truth`)."""
    accounts = np.repeat(np.arange(n_accounts), people)
    fate = rng.random(n_accounts) < 0.4
    scores = rng.normal(size=n_accounts)[accounts] + rng.normal(size=len(accounts)) + fate[accounts]
    return scores, fate[accounts], accounts


def test_clustered_intervals_cover_the_truth_where_naive_ones_do_not() -> None:
    truth = float(norm.cdf(1 / 2))  # difference of two scores: mean 1, variance 4
    rng = np.random.default_rng(17)
    covered: dict[str, list[bool]] = {"naive": [], "closed": [], "bootstrap": []}
    for i in range(200):
        scores, outcome, accounts = clustered_world(rng, 100, 5)
        found = {
            "naive": auc(scores, outcome),
            "closed": auc(scores, outcome, accounts),
            "bootstrap": auc(scores, outcome, accounts, seed=i, n_boot=200),
        }
        for name, result in found.items():
            assert result is not None
            covered[name].append(result.interval.includes(truth))
    assert np.mean(covered["naive"]) < 0.85
    assert np.mean(covered["closed"]) > 0.91
    assert np.mean(covered["bootstrap"]) > 0.89


def test_an_account_that_is_repeated_adds_nothing() -> None:
    """Ten copies of every case within its account leave the clustered interval where it was."""
    scores, outcome = rated([33, 6, 6, 11, 2], [3, 2, 2, 11, 33])
    once = auc(scores, outcome, np.arange(109))
    tenfold = auc(np.tile(scores, 10), np.tile(outcome, 10), np.tile(np.arange(109), 10))
    assert once is not None
    assert tenfold is not None
    assert tenfold.interval.half_width == pytest.approx(once.interval.half_width, rel=1e-9)


def test_perfect_order_still_has_an_interval_with_width() -> None:
    found = auc(np.arange(20.0), np.arange(20) >= 10)
    assert found is not None
    assert found.value == 1.0
    assert found.interval.low < 0.95
    assert found.interval.method == "newcombe"


def test_the_seed_decides_the_bootstrap() -> None:
    scores, outcome, accounts = clustered_world(np.random.default_rng(3), 60, 4)
    assert auc(scores, outcome, accounts, seed=4, n_boot=100) == auc(
        scores, outcome, accounts, seed=4, n_boot=100
    )


def test_unknown_scores_are_left_out_and_counted() -> None:
    scores, outcome = rated([3, 2], [1, 4])
    found = auc(np.append(scores, [np.nan, np.nan]), np.append(outcome, [True, False]))
    assert found is not None
    assert (found.n, found.n_unscored) == (10, 2)
    assert found.value == mann_whitney_share(scores, outcome)


@pytest.mark.parametrize("outcome", [np.zeros(5, bool), np.ones(5, bool), np.zeros(0, bool)])
def test_without_two_sides_there_is_no_auc(outcome: Bools) -> None:
    assert auc(np.arange(float(len(outcome))), outcome) is None


def test_few_accounts_are_said_to_be_few() -> None:
    scores, outcome, accounts = clustered_world(np.random.default_rng(1), 20, 20)
    found = auc(scores, outcome, accounts, seed=1, n_boot=50)
    assert found is not None
    assert found.few_clusters
    assert found.as_dict()["few_clusters"] is True


def test_a_bootstrap_of_ten_thousand_cases_is_quick() -> None:
    rng = np.random.default_rng(1)
    scores, outcome, accounts = clustered_world(rng, 3333, 3)
    started = time.perf_counter()
    auc(scores, outcome, accounts, seed=1, n_boot=1000)
    assert time.perf_counter() - started < 15  # 0.7 s alone on one core


def test_as_many_outcomes_as_asked_for_give_the_width_asked_for() -> None:
    n_outcomes = outcomes_needed(0.05, base_rate=0.1)
    rng = np.random.default_rng(8)
    found = auc(rng.normal(size=n_outcomes * 10), np.arange(n_outcomes * 10) < n_outcomes)
    assert found is not None
    assert found.interval.half_width == pytest.approx(0.05, rel=0.08)
