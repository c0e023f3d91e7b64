"""Many tests at once: what is still unusual, given how many were looked at."""

from __future__ import annotations

from typing import Any

import numpy as np

from handraise.evidence.arrays import Floats, as_floats


def benjamini_hochberg(p: Any) -> Floats:
    """Each p-value corrected for how many there are, in the order given: to act on those up to q keeps the share of false ones
    among all acted on at q at most, and where nothing is the matter the chance of acting at all.

    q_(i) = min over j >= i of p_(j) m / j, at most 1. Source: Benjamini and Hochberg 1995, JRSS B 57:289.
    """
    values = as_floats(p)
    m = len(values)
    order = np.argsort(values, kind="stable")[::-1]
    steps = values[order] * m / np.arange(m, 0, -1)
    corrected = np.empty(m)
    corrected[order] = np.minimum(1.0, np.minimum.accumulate(steps)) if m else steps
    return corrected
