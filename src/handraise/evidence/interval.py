"""An interval, and the two closed forms for proportions that everything else builds on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from handraise.evidence.form import json_form

LEVEL = 0.95
"""How sure every interval is, unless it says otherwise."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both included, at confidence `level`; `method` names the formula."""

    low: float
    high: float
    method: str
    level: float = LEVEL

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2

    def includes(self, value: float) -> bool:
        return self.low <= value <= self.high

    def within(self, floor: float, ceiling: float) -> Interval:
        """The same interval, cut to the values that are possible."""
        return Interval(max(floor, self.low), min(ceiling, self.high), self.method, self.level)

    def as_dict(self) -> dict[str, object]:
        return dict(json_form(self))


def normal_quantile(level: float) -> float:
    """z such that the normal distribution lies within (-z, z) with probability `level`."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + level / 2))


def wilson(n_outcomes: float, n: float, level: float = LEVEL) -> Interval:
    """Wilson's score interval for a proportion; for n = 0 everything is possible: 0 to 1.

    (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n). `n` may be an effective number of cases and so
    not whole. Source: Wilson 1927, JASA 22:209; method 3 of Newcombe 1998, Statistics in Medicine 17:857.
    """
    if n <= 0:
        return Interval(0.0, 1.0, "wilson", level)
    z, p = normal_quantile(level), n_outcomes / n
    centre = p + z * z / (2 * n)
    reach = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if n_outcomes <= 0 else (centre - reach) / scale
    high = 1.0 if n_outcomes >= n else (centre + reach) / scale
    return Interval(low, high, "wilson", level)


def difference_of_rates(
    n_outcomes_1: float, n_1: float, n_outcomes_2: float, n_2: float, level: float = LEVEL
) -> Interval:
    """Interval of p1 - p2 for two independent proportions, from their Wilson intervals.

    d - sqrt((p1-l1)² + (u2-p2)²) to d + sqrt((u1-p1)² + (p2-l2)²). With nobody on one side: -1 to 1.
    Source: method 10 of Newcombe 1998, Statistics in Medicine 17:873.
    """
    if n_1 <= 0 or n_2 <= 0:
        return Interval(-1.0, 1.0, "newcombe", level)
    p_1, p_2 = n_outcomes_1 / n_1, n_outcomes_2 / n_2
    one, two = wilson(n_outcomes_1, n_1, level), wilson(n_outcomes_2, n_2, level)
    low = p_1 - p_2 - math.hypot(p_1 - one.low, two.high - p_2)
    high = p_1 - p_2 + math.hypot(one.high - p_1, p_2 - two.low)
    return Interval(low, high, "newcombe", level)
