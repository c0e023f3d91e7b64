"""Has a field that new records used to have become empty?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from handraise.evidence.arrays import Floats, as_floats
from handraise.evidence.form import json_form
from handraise.evidence.interval import Interval, difference_of_rates

_PERIODS = (1, 4)
_FEWEST_NOW, _FEWEST_BEFORE = 10, 30
_LEAST_FALL, _LEAST_SHARE_OF_FALL = 0.1, 1 / 3


@dataclass(frozen=True, slots=True)
class Emptied:
    """Of the new records of the last `n_weeks` weeks `filled_now` of `n_now` have the field, before `filled_before` of `n_before`.
    `difference` is the interval of now minus before. `p`: by chance; 1 where the share fell by too little to matter."""

    p: float
    n_weeks: int = 0
    n_now: int = 0
    filled_now: int = 0
    n_before: int = 0
    filled_before: int = 0
    difference: Interval = Interval(-1.0, 1.0, "newcombe")

    @property
    def share_now(self) -> float:
        return self.filled_now / self.n_now if self.n_now else 0.0

    @property
    def share_before(self) -> float:
        return self.filled_before / self.n_before if self.n_before else 0.0

    def as_dict(self) -> dict[str, object]:
        shares = {"share_now": self.share_now, "share_before": self.share_before}
        return {**json_form(self), **shares}


def emptied(records: Any, filled: Any) -> Emptied | None:
    """Whether fewer of the latest new records have a field; `None` for too few of them.

    Shape: new records and those of them that have it, by week, the latest last. The last week and the last four weeks are held
    against the weeks before them: Fisher's exact test, one-sided, of counts divided by phi, the over-dispersion from week to
    week before (Pearson's chi-square / degrees of freedom, at least 1; McCullagh and Nelder 1989, section 4.5). The smaller p,
    doubled for the two looks. A fall of less than 10 points, or less than a third, is none.
    """
    n, x = as_floats(records), as_floats(filled)
    looks = [look for weeks in _PERIODS if (look := _look(n, x, weeks)) is not None]
    if not looks:
        return None
    best = min(looks, key=lambda look: look.p)
    p = min(1.0, best.p * len(looks))
    if p >= 1:
        return Emptied(1.0)
    counts = (best.n_now, best.filled_now, best.n_before, best.filled_before)
    return Emptied(p, best.n_weeks, *counts, best.difference)


def _look(records: Floats, filled: Floats, weeks: int) -> Emptied | None:
    before_n, before_x = records[:-weeks], filled[:-weeks]
    n_2, x_2 = float(before_n.sum()), float(before_x.sum())
    n_1, x_1 = float(records[-weeks:].sum()), float(filled[-weeks:].sum())
    if n_1 < _FEWEST_NOW or n_2 < _FEWEST_BEFORE:
        return None
    fall = x_2 / n_2 - x_1 / n_1
    p = 1.0
    if fall >= max(_LEAST_FALL, _LEAST_SHARE_OF_FALL * x_2 / n_2):
        phi = over_dispersion(before_n, before_x)
        p = fisher_below(x_1 / phi, n_1 / phi, x_2 / phi, n_2 / phi)
    difference = difference_of_rates(x_1, n_1, x_2, n_2)
    return Emptied(p, weeks, int(n_1), int(x_1), int(n_2), int(x_2), difference)


def over_dispersion(records: Floats, filled: Floats) -> float:
    """How many times the binomial variance the counts vary by from week to week; at least 1."""
    there = records > 0
    n, x = records[there], filled[there]
    share = float(x.sum() / n.sum()) if len(n) else 0.0
    if len(n) < 2 or share in (0.0, 1.0):
        return 1.0
    pearson = float(((x - n * share) ** 2 / (n * share * (1 - share))).sum())
    return max(1.0, pearson / (len(n) - 1))


def fisher_below(x_1: float, n_1: float, x_2: float, n_2: float) -> float:
    """P(X <= x_1) of the first of two samples, given all counts; those that are not whole are cut to whole ones.

    Hypergeometric. Source: Fisher 1935, JRSS 98:39; the tea tasting: x_1 = 1 of 4, x_2 = 3 of 4 gives 17/70.
    """
    from scipy.special import gammaln, logsumexp

    a, n, b, m = int(np.ceil(x_1)), int(n_1), int(x_2), int(n_2)
    a, b = min(a, n), min(b, m)
    k = np.arange(max(0, a + b - m), a + 1)

    def choose(of: Any, some: Any) -> Any:
        return gammaln(of + 1.0) - gammaln(some + 1.0) - gammaln(of - some + 1.0)

    logs = choose(n, k) + choose(m, a + b - k) - choose(n + m, a + b)
    return min(1.0, float(np.exp(logsumexp(logs))))
