"""Does the score order outcomes? One review of one case set, with a blunt verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handraise.errors import Finding, Severity
from handraise.evidence.arrays import Bools, Floats, as_floats, dense
from handraise.evidence.auc import FEW_CLUSTERS, Auc, auc, outcomes_needed
from handraise.evidence.cases import CaseSet, LeftOut, Reason
from handraise.evidence.form import json_form
from handraise.evidence.lift import Lift, gain_curve, lift_by_top_share
from handraise.evidence.order import OrderTest, order_test
from handraise.evidence.rates import Rate, RatesByCell, cell_codes, observed_rate, rate_by_cell
from handraise.evidence.resample import N_BOOT
from handraise.evidence.wording import count, percent, percent_range, plural, points, points_range


class Verdict(Enum):
    STRONG = "strong"
    WEAK = "weak"
    NONE = "none"
    REVERSED = "reversed"
    CANNOT_TELL = "cannot tell"


# What the verdicts mean, in one place. All are about the 95% interval of the AUC, never its point.
STRONG_FROM = 0.65
"""Strong: the whole interval lies at or above this. Weak: above 0.5, but not all of it this high."""
NONE_WITHIN = (0.40, 0.60)
"""None: the interval includes 0.5 and lies within this, so that whatever order there is does not matter."""
CHANCE = 0.5
"""Reversed: the whole interval lies below this."""
FEWEST_OUTCOMES = 20
"""With fewer cases on either side (with and without the outcome), no verdict: intervals are not to be trusted."""
ENOUGH_HALF_WIDTH = 0.05
"""An interval no wider than ± this always gives a verdict, so it is what "enough outcomes" aims at."""

SPLIT_VALUES_AT_MOST = 20
"""A split shows its largest groups; further ones are too small to tell and too many to read."""


@dataclass(frozen=True, slots=True)
class ReviewWords:
    """The team's own words for the sentences of a review."""

    people: str = "people"
    outcome: str = "the outcome"
    within: str = "the horizon"
    fit: str = "Fit"
    engagement: str = "Engagement"
    rank: str = "Rank"


@dataclass(frozen=True, slots=True)
class ScoreEvidence:
    """One score judged: `key` is fit, engagement or rank. `auc` is `None` when nothing can be compared."""

    key: str
    name: str
    verdict: Verdict
    sentence: str
    auc: Auc | None
    lifts: tuple[Lift, ...]
    gains: tuple[tuple[float, float], ...]
    outcomes_needed: int | None

    def as_dict(self) -> dict[str, object]:
        return {
            **json_form(self),
            "auc": self.auc and self.auc.as_dict(),
            "lifts": [lift.as_dict() for lift in self.lifts],
        }


@dataclass(frozen=True, slots=True)
class SplitEvidence:
    """The rank judged within one group, such as one source."""

    by: str
    value: str
    n: int
    n_outcomes: int
    verdict: Verdict
    auc: Auc | None

    def as_dict(self) -> dict[str, object]:
        return {**json_form(self), "auc": self.auc and self.auc.as_dict()}


@dataclass(frozen=True, slots=True)
class ScoreReview:
    """The review of one case set. The verdict is that of the rank, which is what the team acts on."""

    verdict: Verdict
    sentence: str
    as_of: tuple[int, ...]
    horizon_ends_at: int | None
    n: int
    n_accounts: int
    base_rate: Rate
    scores: tuple[ScoreEvidence, ...]
    rates: RatesByCell
    order: OrderTest
    order_sentence: str
    splits: tuple[SplitEvidence, ...]
    left_out: tuple[LeftOut, ...]
    caveats: tuple[Finding, ...]
    words: ReviewWords

    @property
    def n_outcomes(self) -> int:
        return self.base_rate.n_outcomes

    @property
    def outcomes_needed(self) -> int | None:
        """About how many outcomes would give a verdict; `None` when there is one."""
        return self.score("rank").outcomes_needed

    def score(self, key: str) -> ScoreEvidence:
        return next(score for score in self.scores if score.key == key)

    def as_dict(self) -> dict[str, object]:
        return {
            **json_form(self),
            "n_outcomes": self.n_outcomes,
            "outcomes_needed": self.outcomes_needed,
            "base_rate": self.base_rate.as_dict(),
            "scores": [score.as_dict() for score in self.scores],
            "rates": self.rates.as_dict(),
            "order": self.order.as_dict(),
            "splits": [split.as_dict() for split in self.splits],
        }


def review_scores(
    cases: CaseSet,
    *,
    fit_score: Any,
    engagement_score: Any,
    rank: Any,
    seed: int,
    n_boot: int = N_BOOT,
    words: ReviewWords | None = None,
    rank_certain: Any | None = None,
    rests_on_assumed: Any | None = None,
    splits: Mapping[str, Any] | None = None,
) -> ScoreReview:
    """Review of the fit score, the engagement score and the rank against the outcome.

    Columns are those of the decisions the case set was built from (`cases.rows` picks from them): scores as
    numbers with null or NaN where there is none, `rank` "A1".."D4". `rank_certain` and `rests_on_assumed` are
    flags that only lead to caveats. `splits` maps a name, such as "Source", to a column of values.
    """
    said = words or ReviewWords()
    ranks = np.asarray(cases.of(rank), dtype=np.str_)
    columns = {
        "rank": (said.rank, rank_order(ranks)),
        "fit": (said.fit, as_floats(cases.of(fit_score))),
        "engagement": (said.engagement, as_floats(cases.of(engagement_score))),
    }
    base_rate = observed_rate(cases.outcome, cases.clusters)
    scores = tuple(
        _judged(key, name, values, cases, base_rate, seed, n_boot, said)
        for key, (name, values) in columns.items()
    )
    order = order_test(ranks, cases.outcome, cases.clusters)
    return ScoreReview(
        verdict=scores[0].verdict,
        sentence=scores[0].sentence,
        as_of=tuple(np.unique(cases.as_of).tolist()),
        horizon_ends_at=int(cases.horizon_ends_at.max()) if len(cases) else None,
        n=len(cases),
        n_accounts=cases.n_accounts,
        base_rate=base_rate,
        scores=scores,
        rates=rate_by_cell(ranks, cases.outcome, cases.clusters),
        order=order,
        order_sentence=order_sentence(order, said),
        splits=_splits(cases, columns["rank"][1], splits or {}),
        left_out=cases.left_out,
        caveats=_caveats(cases, scores[0].auc, rank_certain, rests_on_assumed, said),
        words=said,
    )


def rank_order(ranks: NDArray[np.str_]) -> Floats:
    """The rank as one number, 6 for A1 down to 0 for D4: a grade step counts as much as a level step, so A2
    and B1 tie, since the matrix itself does not say which of them comes first."""
    cell = cell_codes(ranks)
    order: Floats = (6 - cell // 4 - cell % 4).astype(np.float64)
    return order


def verdict_of(found: Auc | None) -> Verdict:
    """The verdict that an AUC's interval supports, by the constants above."""
    if found is None or min(found.n_outcomes, found.n - found.n_outcomes) < FEWEST_OUTCOMES:
        return Verdict.CANNOT_TELL
    low, high = found.interval.low, found.interval.high
    if low >= STRONG_FROM:
        return Verdict.STRONG
    if low > CHANCE:
        return Verdict.WEAK
    if high < CHANCE:
        return Verdict.REVERSED
    narrow = low >= NONE_WITHIN[0] and high <= NONE_WITHIN[1]
    return Verdict.NONE if narrow else Verdict.CANNOT_TELL


def enough_outcomes(found: Auc | None, base_rate: Rate) -> int:
    """About how many outcomes would give a verdict: by how the interval narrows (with the root of their
    number) where there is one, else by the formula at this base rate and dependence within accounts."""
    few = found is None or min(found.n_outcomes, found.n - found.n_outcomes) < FEWEST_OUTCOMES
    if found is None or few:
        share = base_rate.rate if base_rate.rate is not None else 0.0
        return max(FEWEST_OUTCOMES, outcomes_needed(ENOUGH_HALF_WIDTH, share, base_rate.design_effect))
    growth = (found.interval.half_width / ENOUGH_HALF_WIDTH) ** 2
    return max(FEWEST_OUTCOMES, math.ceil(found.n_outcomes * growth))


def order_sentence(order: OrderTest, words: ReviewWords) -> str:
    """One plain sentence for each axis, and one on neighbouring cells in the wrong order."""
    grade = _axis_sentence(words.fit, "grade", order.grade)
    level = _axis_sentence(words.engagement, "level", order.level)
    certain = sum(inversion.certain for inversion in order.inversions)
    among = f"Of {order.n_pairs} pairs of neighbouring cells, {len(order.inversions)} are in the wrong order"
    if not order.n_pairs:
        return f"{grade} {level}"
    if not order.inversions:
        return f"{grade} {level} None of {order.n_pairs} pairs of neighbouring cells is in the wrong order."
    beyond = f"{certain} of them beyond chance" if certain else "none of them beyond chance"
    return f"{grade} {level} {among}, {beyond}."


def _axis_sentence(name: str, step: str, found: Any) -> str:
    if found.slope is None or found.interval is None:
        return f"{name}: no order can be tested, the cases do not differ."
    by = f"one {step} better goes with {points(found.slope)} of outcome rate"
    spread = f"(95% interval {points_range(found.interval)})"
    told = {
        "in order": f"{name} orders outcomes: {by} {spread}.",
        "reversed": f"{name} is in reverse: {by} {spread}.",
        "not shown": f"{name} is not shown to order outcomes: {by} {spread}.",
    }
    return told[found.ordered.value]


def _judged(
    key: str,
    name: str,
    values: Floats,
    cases: CaseSet,
    base_rate: Rate,
    seed: int,
    n_boot: int,
    words: ReviewWords,
) -> ScoreEvidence:
    found = auc(values, cases.outcome, cases.clusters, seed=seed, n_boot=n_boot)
    verdict = verdict_of(found)
    needed = enough_outcomes(found, base_rate) if verdict is Verdict.CANNOT_TELL else None
    lifts = (
        lift_by_top_share(values, cases.outcome, cases.clusters, seed=seed, n_boot=n_boot) if found else ()
    )
    gains = gain_curve(values, cases.outcome) if found else ()
    sentence = _sentence(verdict, name, found, base_rate, needed, words)
    return ScoreEvidence(key, name, verdict, sentence, found, lifts, gains, needed)


def _sentence(
    verdict: Verdict, name: str, found: Auc | None, base_rate: Rate, needed: int | None, words: ReviewWords
) -> str:
    reached = f"{count(base_rate.n_outcomes)} of {count(base_rate.n)} {words.people} reached {words.outcome}"
    if verdict is Verdict.CANNOT_TELL or found is None:
        return (
            f"Cannot tell yet: {reached} within {words.within}; about {count(needed or 0)} would be enough."
        )
    pairs = (
        f"{name} puts somebody who reached {words.outcome} above somebody who did not in {percent(found.value)} of "
        f"comparisons (95% interval {percent_range(found.interval)})"
    )
    told = {
        Verdict.STRONG: f"Strong: {pairs}.",
        Verdict.WEAK: f"Weak: {pairs}; better than a coin, but not shown to be much better.",
        Verdict.NONE: f"None: {pairs}, which is no better than a coin.",
        Verdict.REVERSED: f"Reversed: {pairs}; a coin would do better.",
    }
    return told[verdict]


def _splits(cases: CaseSet, order: Floats, columns: Mapping[str, Any]) -> tuple[SplitEvidence, ...]:
    found: list[SplitEvidence] = []
    for by, column in columns.items():
        texts = np.array([str(v) if v is not None else "unknown" for v in cases.of(column)], dtype=np.str_)
        values, n_of = np.unique(texts, return_counts=True)
        largest = np.argsort(-n_of, kind="stable")[:SPLIT_VALUES_AT_MOST]
        found += [_split(by, str(values[i]), texts == values[i], cases, order) for i in largest]
    return tuple(found)


def _split(by: str, value: str, chosen: Bools, cases: CaseSet, order: Floats) -> SplitEvidence:
    outcome, clusters = cases.outcome[chosen], dense(cases.clusters[chosen])
    found = auc(order[chosen], outcome, clusters)
    return SplitEvidence(by, value, len(outcome), int(outcome.sum()), verdict_of(found), found)


def _caveats(
    cases: CaseSet, found: Auc | None, certain: Any | None, assumed: Any | None, words: ReviewWords
) -> tuple[Finding, ...]:
    caveats = [_SELECTION, _SAME_PAST]
    n_assumed = _n_flagged(cases, assumed)
    if n_assumed:
        caveats.append(_assumed(n_assumed, len(cases)))
    n_open = len(cases) - _n_flagged(cases, certain) if certain is not None else 0
    if n_open:
        caveats.append(_open_ranks(n_open, len(cases)))
    if found is not None and found.few_clusters:
        caveats.append(_few_accounts(found.n_clusters_least))
    caveats += [_left_out(left, words) for left in cases.left_out]
    if cases.n_outcomes_elsewhere:
        caveats.append(_elsewhere(cases.n_outcomes_elsewhere))
    return tuple(caveats)


def _n_flagged(cases: CaseSet, flags: Any | None) -> int:
    return 0 if flags is None else int(np.asarray(cases.of(flags), dtype=np.bool_).sum())


_SELECTION = Finding(
    "EV101",
    "Outcomes exist mostly for leads that were worked, and reps work what is ranked high; part of the order "
    "may come from that attention.",
    Severity.NOTE,
    advice=("Leave a small random share of every rank to be worked the same way, then review again.",),
)
_SAME_PAST = Finding(
    "EV102",
    "If points or thresholds were chosen by looking at these same outcomes, the figures flatter the playbook.",
    Severity.NOTE,
    advice=("Judge a changed playbook on outcomes that came after the change was written.",),
)


def _assumed(n: int, of: int) -> Finding:
    sentence = (
        f"{count(n)} of {count(of)} cases rest on values that were assumed known earlier than recorded."
    )
    return Finding("EV103", sentence, n=n, advice=("Import field history, or review without assuming.",))


def _open_ranks(n: int, of: int) -> Finding:
    sentence = (
        f"{count(n)} of {count(of)} cases had a rank that was still open; the rank shown then was used."
    )
    return Finding("EV104", sentence, Severity.NOTE, n=n)


def _few_accounts(n: int) -> Finding:
    sentence = (
        f"Only {plural(n, 'account stands', 'accounts stand')} on the smaller side of the comparison; with fewer than "
        f"{FEW_CLUSTERS} the interval is too narrow."
    )
    return Finding(
        "EV105", sentence, n=n, advice=("Wait for outcomes in more accounts before acting on this.",)
    )


def _left_out(left: LeftOut, words: ReviewWords) -> Finding:
    told = {
        Reason.ALREADY_THERE: f"had already reached {words.outcome}",
        Reason.NOT_FULLY_OBSERVED: f"could not be watched for all of {words.within}, which is not a no",
        Reason.NOT_CREDITABLE: "had no account that could be credited",
    }
    sentence = f"{count(left.n)} decisions were left out: they {told[left.reason]}."
    return Finding("EV106", sentence, Severity.NOTE, n=left.n)


def _elsewhere(n: int) -> Finding:
    sentence = f"{plural(n, 'outcome belongs', 'outcomes belong')} to nobody who was decided on."
    return Finding("EV107", sentence, n=n, advice=("Check contact roles and merged records.",))
