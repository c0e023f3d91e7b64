"""Silence and its neighbours: published examples, planted changes, and false alarms held on simulated worlds."""

from __future__ import annotations

import numpy as np
import pytest

from handraise.evidence.drift import chi_square, drift, stability_index
from handraise.evidence.emptied import emptied, fisher_below
from handraise.evidence.lateness import lateness
from handraise.evidence.many_looks import benjamini_hochberg
from handraise.evidence.silence import MOST_BLOCKS, ONCE_A_YEAR, silence


def _world(rate: float, days: int, seed: int) -> np.ndarray:
    """Counts with weekends, a quiet turn of the year, a summer at half, and days that vary more than by chance."""
    random = np.random.default_rng(seed)
    day = np.arange(days)
    usual = rate * np.where(day % 7 < 5, 1.3, 0.25)
    usual *= np.where((day % 365 >= 354) | (day % 365 < 6), 0.08, 1.0)
    usual *= np.where((day % 365 >= 205) & (day % 365 < 240), 0.5, 1.0)
    return random.poisson(usual * random.gamma(2.0, 0.5, days)).astype(np.float64)


def _shut(days: int) -> np.ndarray:
    day = np.arange(days) % 365
    return (day >= 354) | (day < 6)


def _episodes(counts: np.ndarray, first: int, last: int) -> int:
    alarms = []
    for end in range(first, last):
        start = max(0, end - MOST_BLOCKS)
        found = silence(counts[start:end], _shut(len(counts))[start:end])
        alarms.append(found is not None and found.p <= ONCE_A_YEAR)
    return int(np.diff(np.array([False, *alarms]).astype(int), prepend=0).clip(0).sum())


@pytest.mark.parametrize("rate", [1.0, 30.0])
def test_quiet_seasons_alarm_at_most_once_a_year(rate: float) -> None:
    found = [_episodes(_world(rate, 1100, seed), 720, 1085) for seed in (1, 2)]
    assert np.mean(found) <= 1


def test_in_the_first_year_the_turn_of_the_year_and_a_slow_summer_are_no_alarm() -> None:
    assert np.mean([_episodes(_world(30.0, 420, seed), 91, 420) for seed in (1, 2)]) <= 1


@pytest.mark.parametrize(("rate", "days"), [(30.0, 7), (3.0, 21), (0.7, 60)])
def test_a_dead_series_is_noticed_the_sooner_the_busier_it_was(rate: float, days: int) -> None:
    counts = _world(rate, 690, 3)[:680]
    counts[-days:] = 0
    found = silence(counts)
    assert found is not None
    assert found.p <= ONCE_A_YEAR
    assert found.n_now <= 0.2 * found.n_expected
    assert abs(found.n_blocks - days) <= max(2, days // 4)


def test_a_series_that_ended_long_ago_is_told_since_when_and_what_was_expected() -> None:
    """Longer ago than any window: since the last count, against the weeks before it."""
    counts = np.concatenate([np.full(400, 12.0), np.zeros(150)])
    found = silence(counts)
    assert found is not None
    assert found.p < ONCE_A_YEAR
    assert (found.n_blocks, found.n_now, found.n_expected) == (150, 0, 1800.0)


def test_half_as_many_are_no_silence_however_many_there_are() -> None:
    counts = np.full(600, 10_000.0)
    counts[-20:] = 6_000
    found = silence(counts)
    assert found is not None
    assert found.p == 1


def test_too_short_a_history_says_nothing() -> None:
    assert silence(np.ones(90)) is None


def test_a_series_that_was_always_empty_is_not_quiet() -> None:
    found = silence(np.zeros(300))
    assert found is not None
    assert found.p == 1


def test_benjamini_and_hochbergs_own_example() -> None:
    """The fifteen p-values of their section 3.2, of which four are significant at 0.05."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    q = benjamini_hochberg(p)
    assert int((q <= 0.05).sum()) == 4
    assert list(q) == sorted(q)
    assert len(benjamini_hochberg([])) == 0


def test_fishers_tea_tasting() -> None:
    assert fisher_below(1, 4, 3, 4) == pytest.approx(17 / 70)
    assert fisher_below(0, 4, 4, 4) == pytest.approx(1 / 70)


def test_a_field_that_emptied_is_told_and_a_small_fall_is_not() -> None:
    records = np.full(16, 40.0)
    filled = np.full(16, 32.0)
    same = emptied(records, filled)
    filled[-1] = 2
    found = emptied(records, filled)
    assert same is not None
    assert found is not None
    assert same.p == 1
    assert found.p < 1e-6
    assert found.n_weeks == 1
    assert found.difference.high < 0
    assert emptied(records[:1], filled[:1]) is None


def test_what_varies_from_week_to_week_anyway_is_no_drift() -> None:
    random = np.random.default_rng(2)
    shares = random.dirichlet([3, 3, 3], 16)
    wild = np.array([random.multinomial(60, s) for s in shares], dtype=np.float64)
    calm = np.array([random.multinomial(60, [0.4, 0.3, 0.3]) for _ in range(16)], dtype=np.float64)
    moved = calm.copy()
    moved[-4:] = [10, 10, 40]
    results = [drift(table) for table in (wild, calm, moved)]
    assert [r is not None and r.p <= ONCE_A_YEAR for r in results] == [False, False, True]


def test_many_records_do_not_drift_about_nothing() -> None:
    table = np.full((16, 2), 500_000.0)
    table[-4:] = [520_000.0, 480_000.0]
    found = drift(table)
    assert found is not None
    assert found.p == 1


def test_chi_square_and_stability_by_hand() -> None:
    assert chi_square(np.array([[10.0, 20.0], [20.0, 10.0]])) == (pytest.approx(20 / 3), 1)
    assert stability_index(np.array([50.0, 50.0]), np.array([50.0, 50.0])) == pytest.approx(0)


def test_an_export_is_late_by_its_own_rhythm() -> None:
    weekly, wild = [7.0] * 10, [1.0, 20.0, 3.0, 9.0, 2.0, 30.0, 1.0, 12.0]
    late, soon, hectic = lateness(weekly, 21), lateness(weekly, 9), lateness(wild, 21)
    assert late is not None
    assert late.p < ONCE_A_YEAR
    assert soon is not None
    assert soon.p == 1
    assert hectic is not None
    assert hectic.p == 1
    assert lateness([7.0, 7.0, 7.0], 100) is None
