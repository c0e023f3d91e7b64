"""Is the next of something that comes in a rhythm late?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from handraise.evidence.arrays import as_floats
from handraise.evidence.form import json_form

FEWEST_GAPS = 4
_LATEST_GAPS = 26
_LEAST_SPREAD = 0.2
_LEAST_TIMES, _LEAST_MORE_DAYS = 1.5, 1.0


@dataclass(frozen=True, slots=True)
class Lateness:
    """`days` since the last one, where `usual_days` (geometric mean) lay between two. `p`: so long by chance; 1 where it is not late."""

    p: float
    days: float
    usual_days: float
    n_gaps: int

    def as_dict(self) -> dict[str, object]:
        return dict(json_form(self))


def lateness(gaps: Any, days: float) -> Lateness | None:
    """Whether `days` since the last one are unusually many; `None` for fewer than 4 gaps before.

    Shape: days between one and the next, the latest last; 26 count. t = (ln days - mean ln gap) / (s sqrt(1 + 1/n)) against
    Student's t with n - 1 degrees of freedom: a prediction interval of one more log-normal gap (Hahn and Meeker 1991, Statistical
    Intervals, section 4.2); s is at least 0.2. Less than half as long again as the longest of them, or a day more, is not late.
    """
    from scipy.special import stdtr

    known = as_floats(gaps)[-_LATEST_GAPS:]
    n = len(known)
    if n < FEWEST_GAPS or (known <= 0).any():
        return None
    logs = np.log(known)
    usual = float(np.exp(logs.mean()))
    longest = float(known.max())
    if days < max(_LEAST_TIMES * longest, longest + _LEAST_MORE_DAYS):
        return Lateness(1.0, days, usual, n)
    spread = max(_LEAST_SPREAD, float(logs.std(ddof=1)))
    t = (float(np.log(days)) - float(logs.mean())) / (spread * float(np.sqrt(1 + 1 / n)))
    return Lateness(float(stdtr(n - 1, -t)), days, usual, n)
