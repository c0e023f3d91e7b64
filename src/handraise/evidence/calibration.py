"""Do rates that were foretold come true: the Brier score and its parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handraise.evidence.arrays import Bools, Floats, as_bools, as_floats
from handraise.evidence.form import json_form


@dataclass(frozen=True, slots=True)
class Brier:
    """Mean squared error of a foretold chance: score = reliability - resolution + uncertainty.

    `reliability` (0 is best): how far foretold rates were from observed ones. `resolution` (more is better):
    how far observed rates of the groups lie apart. `uncertainty`: what the base rate alone leaves.
    `skill` = 1 - score / uncertainty, `None` when everybody or nobody had the outcome.
    """

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    n: int

    @property
    def skill(self) -> float | None:
        return 1 - self.score / self.uncertainty if self.uncertainty > 0 else None

    def as_dict(self) -> dict[str, object]:
        return {**json_form(self), "skill": self.skill}


def brier(foretold: Floats, outcome: Bools) -> Brier | None:
    """Brier score of chances 0..1, one a case, such as each cell's rate in the previous review.

    Cases with the same foretold chance are a group, which makes the decomposition exact. NaN (a cell that
    had no rate) is left out; `None` when nothing is left. Sources: Brier 1950, Monthly Weather Review 78:1;
    Murphy 1973, J Applied Meteorology 12:595.
    """
    chances, y = as_floats(foretold), as_bools(outcome)
    known = ~np.isnan(chances)
    f, o = chances[known], y[known].astype(np.float64)
    if len(f) == 0:
        return None
    values, group, sizes = np.unique(f, return_inverse=True, return_counts=True)
    observed = np.bincount(group.reshape(-1), weights=o) / sizes
    base_rate, weight = float(o.mean()), sizes / len(f)
    return Brier(
        score=float(((f - o) ** 2).mean()),
        reliability=float(weight @ (values - observed) ** 2),
        resolution=float(weight @ (observed - base_rate) ** 2),
        uncertainty=base_rate * (1 - base_rate),
        n=len(f),
    )
