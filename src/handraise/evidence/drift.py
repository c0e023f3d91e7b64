"""Have the values of a field drifted among new records?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from handraise.evidence.arrays import Floats, as_floats
from handraise.evidence.form import json_form

LEAST_CRAMERS_V = 0.25
LEAST_PSI = 0.25
_WEEKS_NOW = 4
_FEWEST_NOW, _FEWEST_BEFORE, _FEWEST_WEEKS = 30, 100, 6
_FEWEST_EXPECTED = 5.0


@dataclass(frozen=True, slots=True)
class Drift:
    """Values of the last four weeks against the weeks before. `moves`: by value (its place in the table) the share now minus the
    share before. `p`: by chance; 1 where the difference is too small to matter."""

    p: float
    cramers_v: float
    psi: float
    n_now: int
    n_before: int
    moves: tuple[float, ...]

    def as_dict(self) -> dict[str, object]:
        return dict(json_form(self))


def drift(counts: Any) -> Drift | None:
    """Whether the last four weeks' values are distributed otherwise; `None` for too few records.

    Shape: weeks by values, the latest week last. X² of the two rows now and before, values expected less than 5 times taken
    together, over phi: X² from week to week before, by its degrees of freedom (at least 1). X² / df / phi is held against F, so
    that what varies anyway from week to week is no drift. Cramér's V = sqrt(X² / n_now), as the row before is the larger one, and
    PSI = sum (a - b) ln(a / b) must both be at least 0.25, so that many records do not alarm about nothing.

    Source: chi-square with over-dispersion, McCullagh and Nelder 1989, section 4.5; PSI, Siddiqi 2006, Credit Risk Scorecards, ch. 9
    ("above 0.25: major shift").
    """
    from scipy.special import fdtrc

    table = as_floats(counts)
    now, before = table[-_WEEKS_NOW:].sum(axis=0), table[:-_WEEKS_NOW].sum(axis=0)
    n_now, n_before = float(now.sum()), float(before.sum())
    weeks = int((table[:-_WEEKS_NOW].sum(axis=1) > 0).sum())
    if n_now < _FEWEST_NOW or n_before < _FEWEST_BEFORE or weeks < _FEWEST_WEEKS:
        return None
    moves = tuple((now / n_now - before / n_before).tolist())
    kept = _with_the_rest(table, (now + before) * n_now / (n_now + n_before) >= _FEWEST_EXPECTED)
    both = np.stack([kept[-_WEEKS_NOW:].sum(axis=0), kept[:-_WEEKS_NOW].sum(axis=0)])
    x2, df = chi_square(both)
    v, psi = min(1.0, float(np.sqrt(x2 / n_now))), stability_index(both[0], both[1])
    p = 1.0
    if df and v >= LEAST_CRAMERS_V and psi >= LEAST_PSI:
        x2_before, df_before = chi_square(kept[:-_WEEKS_NOW])
        phi = max(1.0, x2_before / max(1, df_before))
        p = float(fdtrc(df, max(1, df_before), x2 / df / phi))
    return Drift(p, v, psi, int(n_now), int(n_before), moves)


def chi_square(table: Floats) -> tuple[float, int]:
    """Pearson's X² of a table and its degrees of freedom; rows and columns of nothing are left out."""
    counts = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return 0.0, 0
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return float(((counts - expected) ** 2 / expected).sum()), (counts.shape[0] - 1) * (counts.shape[1] - 1)


def stability_index(now: Floats, before: Floats) -> float:
    """PSI; half a record is added to each value of each side, so that a new value counts much, and not without end."""
    a = (now + 0.5) / (now + 0.5).sum()
    b = (before + 0.5) / (before + 0.5).sum()
    return float(((a - b) * np.log(a / b)).sum())


def _with_the_rest(table: Floats, alone: Any) -> Floats:
    """The columns that stand alone, and all others as one."""
    rest = table[:, ~alone].sum(axis=1, keepdims=True)
    return np.concatenate([table[:, alone], rest], axis=1)
