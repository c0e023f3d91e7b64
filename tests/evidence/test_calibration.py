"""Brier score and its decomposition."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from handraise.evidence.calibration import brier


def test_brier_score_matches_scikit_learn_and_its_parts_add_up() -> None:
    rng = np.random.default_rng(1)
    foretold = rng.choice([0.02, 0.1, 0.3, 0.6], 800)
    outcome = rng.random(800) < foretold * 0.8
    found = brier(foretold, outcome)
    assert found is not None
    assert found.score == pytest.approx(brier_score_loss(outcome, foretold), abs=1e-12)
    assert found.score == pytest.approx(found.reliability - found.resolution + found.uncertainty, abs=1e-12)


def test_brier_parts_of_a_case_worked_by_hand() -> None:
    """Murphy 1973: two groups of five foretold 0.2 and 0.8, of which 1 and 4 came true."""
    found = brier(np.repeat([0.2, 0.8], 5), np.array([1, 0, 0, 0, 0, 1, 1, 1, 1, 0], bool))
    assert found is not None
    assert (found.reliability, found.resolution, found.uncertainty) == pytest.approx((0.0, 0.09, 0.25))
    assert found.skill == pytest.approx(0.36)


def test_what_was_not_foretold_is_left_out() -> None:
    found = brier(np.array([np.nan, 0.5]), np.array([True, True]))
    assert found is not None
    assert (found.n, found.skill) == (1, None)
    assert brier(np.array([np.nan]), np.array([True])) is None
