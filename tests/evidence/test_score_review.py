"""The review: verdicts, sentences, caveats."""

from __future__ import annotations

import json

import numpy as np
import pytest

from handraise.evidence.auc import Auc
from handraise.evidence.cases import CaseSet, LeftOut, Reason
from handraise.evidence.interval import Interval
from handraise.evidence.score_review import (
    ReviewWords,
    ScoreReview,
    Verdict,
    rank_order,
    review_scores,
    verdict_of,
)
from handraise.model.scores import RANKS


def reviewed(strength: float, n: int = 3000, base: float = -3.0, **more: object) -> ScoreReview:
    rng = np.random.default_rng(12)
    cell = rng.integers(0, 16, n)
    order = (6 - cell // 4 - cell % 4) / 3 - 1
    outcome = rng.random(n) < 1 / (1 + np.exp(-(base + strength * order)))
    cases = CaseSet(
        rows=np.arange(n),
        clusters=rng.integers(0, max(1, n // 2), n),
        outcome=outcome,
        as_of=np.full(n, 100),
        horizon_ends_at=np.full(n, 190),
        left_out=(LeftOut(Reason.NOT_FULLY_OBSERVED, 40),),
        n_decisions=n + 40,
    )
    columns = {"fit_score": -(cell // 4).astype(float), "engagement_score": -(cell % 4).astype(float)}
    return review_scores(cases, **columns, rank=np.array(RANKS)[cell], seed=1, n_boot=100, **more)  # type: ignore[arg-type]


def an_auc(low: float, high: float, n_outcomes: int = 200) -> Auc:
    return Auc((low + high) / 2, Interval(low, high, "delong"), 2000, n_outcomes, 900, 100)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.65, 0.80, Verdict.STRONG),
        (0.64, 0.99, Verdict.WEAK),
        (0.51, 0.60, Verdict.WEAK),
        (0.41, 0.59, Verdict.NONE),
        (0.48, 0.61, Verdict.CANNOT_TELL),
        (0.39, 0.55, Verdict.CANNOT_TELL),
        (0.30, 0.49, Verdict.REVERSED),
    ],
)
def test_the_verdict_is_about_the_whole_interval(low: float, high: float, verdict: Verdict) -> None:
    assert verdict_of(an_auc(low, high)) is verdict


def test_with_too_few_outcomes_there_is_no_verdict_however_good_it_looks() -> None:
    assert verdict_of(an_auc(0.9, 0.99, n_outcomes=19)) is Verdict.CANNOT_TELL
    assert verdict_of(None) is Verdict.CANNOT_TELL


def test_an_interval_as_narrow_as_enough_always_gives_a_verdict() -> None:
    for middle in np.linspace(0.1, 0.9, 161):
        assert verdict_of(an_auc(middle - 0.0499, middle + 0.0499)) is not Verdict.CANNOT_TELL


@pytest.mark.parametrize(
    ("strength", "verdict"),
    [(2.0, Verdict.STRONG), (0.4, Verdict.WEAK), (0.0, Verdict.NONE), (-1.0, Verdict.REVERSED)],
)
def test_planted_worlds_get_their_verdict(strength: float, verdict: Verdict) -> None:
    review = reviewed(strength)
    assert review.verdict is verdict
    assert review.sentence.lower().startswith(verdict.value)
    assert review.outcomes_needed is None


def test_too_little_data_says_so_and_how_much_would_be_enough() -> None:
    review = reviewed(1.0, n=250)
    assert review.verdict is Verdict.CANNOT_TELL
    assert review.outcomes_needed is not None
    assert f"about {review.outcomes_needed} would be enough" in review.sentence


def test_nobody_with_the_outcome_is_told_and_not_a_crash() -> None:
    review = reviewed(0.0, n=60, base=-50.0)
    assert review.n_outcomes == 0
    assert review.verdict is Verdict.CANNOT_TELL
    assert review.score("fit").auc is None


def test_no_case_at_all_is_told_and_not_a_crash() -> None:
    review = reviewed(0.0, n=0)
    assert (review.n, review.horizon_ends_at, review.verdict) == (0, None, Verdict.CANNOT_TELL)


def test_the_review_speaks_in_the_teams_words() -> None:
    words = ReviewWords(people="contacts", outcome="a first meeting", within="60 days", rank="Heat")
    assert "Heat puts somebody who reached a first meeting" in reviewed(2.0, words=words).sentence


def test_selection_is_always_stated_and_other_caveats_where_they_apply() -> None:
    n = 3000
    flags = np.arange(n) < 30
    codes = {c.code: c for c in reviewed(2.0, rests_on_assumed=flags, rank_certain=~flags).caveats}
    assert {"EV101", "EV102", "EV103", "EV104", "EV106"} <= set(codes)
    assert codes["EV103"].n == codes["EV104"].n == 30
    assert codes["EV106"].n == 40
    assert {c.code for c in reviewed(2.0).caveats} == {"EV101", "EV102", "EV106"}


def test_rank_order_ties_cells_that_are_as_many_steps_from_the_best() -> None:
    assert rank_order(np.array(["A1", "A2", "B1", "B2", "D4"])).tolist() == [6, 5, 5, 4, 0]


def test_splits_cover_every_case_once() -> None:
    source = np.array(["a", "b", None], dtype=object)[np.arange(3000) % 3]
    review = reviewed(2.0, splits={"Source": source})
    assert sum(split.n for split in review.splits) == 3000
    assert {split.value for split in review.splits} == {"a", "b", "unknown"}


def test_the_json_form_carries_the_figures_and_nothing_that_json_has_not() -> None:
    review = reviewed(2.0, splits={"Source": np.full(3000, "a")})
    text = json.dumps(review.as_dict(), allow_nan=False)
    told = json.loads(text)
    rank = review.score("rank").auc
    assert rank is not None
    assert told["scores"][0]["auc"]["value"] == rank.value
    assert told["verdict"] == "strong"
    assert told["rates"]["cells"]["A1"]["n"] == review.rates.of("A1").n
