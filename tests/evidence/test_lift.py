"""Lift and cumulative gain."""

from __future__ import annotations

import numpy as np
import pytest

from handraise.evidence.auc import mann_whitney_share
from handraise.evidence.lift import gain_curve, lift_by_top_share


def test_lift_of_a_score_worked_by_hand() -> None:
    """Ten people, outcomes at places 1, 2 and 5: the top 20% hold 2 of 3, lift 10/3."""
    outcome = np.isin(np.arange(10), [0, 1, 4])
    found = lift_by_top_share(-np.arange(10.0), outcome, shares=(0.2, 0.5), seed=1, n_boot=50)
    assert [lift.capture for lift in found] == pytest.approx([2 / 3, 1.0])
    assert found[0].lift == pytest.approx(10 / 3)
    assert found[0].precision == pytest.approx(1.0)


def test_people_with_equal_scores_count_by_expectation() -> None:
    """All tied: any share holds just that share of the outcomes, in whatever order they were given."""
    outcome = np.arange(40) < 4
    found = lift_by_top_share(np.zeros(40), outcome, shares=(0.05, 0.3), seed=1, n_boot=50)
    assert [lift.lift for lift in found] == pytest.approx([1.0, 1.0])


def test_gain_rises_from_nothing_to_everything() -> None:
    rng = np.random.default_rng(1)
    curve = gain_curve(rng.normal(size=300), rng.random(300) < 0.2)
    assert curve[0] == (0.0, 0.0)
    assert curve[-1] == pytest.approx((1.0, 1.0))
    assert all(np.diff([capture for _, capture in curve]) >= 0)


def test_twice_the_area_under_the_gain_curve_agrees_with_the_auc() -> None:
    """Area = p/2 + (1-p) AUC, the identity between gain and ROC curve."""
    rng = np.random.default_rng(2)
    outcome = rng.random(2000) < 0.15
    scores = rng.normal(size=2000) + outcome
    share, capture = np.array(gain_curve(scores, outcome, n_points=2000)).T
    p = outcome.mean()
    assert np.trapezoid(capture, share) == pytest.approx(
        p / 2 + (1 - p) * mann_whitney_share(scores, outcome), abs=1e-6
    )


def test_nobody_with_the_outcome_gives_no_lift() -> None:
    assert lift_by_top_share(np.arange(5.0), np.zeros(5, bool), seed=1) == ()
    assert gain_curve(np.arange(5.0), np.zeros(5, bool)) == ()


def test_lift_intervals_cover_the_truth() -> None:
    """Score uniform, outcome rate 0.3 in the top half and 0.1 below: the top half holds 75%."""
    rng = np.random.default_rng(6)
    covered = []
    for i in range(150):
        scores = rng.random(600)
        outcome = rng.random(600) < np.where(scores > 0.5, 0.3, 0.1)
        (found,) = lift_by_top_share(scores, outcome, shares=(0.5,), seed=i, n_boot=200)
        assert found.capture_interval is not None
        covered.append(found.capture_interval.includes(0.75))
    assert np.mean(covered) > 0.9


def test_very_many_cases_are_coarsened_without_changing_the_figure() -> None:
    rng = np.random.default_rng(3)
    scores = rng.random(60_000)
    outcome = rng.random(60_000) < scores * 0.1
    (found,) = lift_by_top_share(
        scores, outcome, rng.integers(0, 20_000, 60_000), shares=(0.2,), seed=1, n_boot=100
    )
    assert found.capture == pytest.approx(0.36, abs=0.02)
    assert found.capture_interval is not None
    assert found.capture_interval.includes(found.capture)
