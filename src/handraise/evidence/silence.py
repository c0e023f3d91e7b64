"""Is a series of counts unusually quiet now, how unusual is that, and since when?

Counts are by block: 24 hours each, the last one ending at the instant that is looked at, so that none is cut off and every seventh
holds the same hours of the week. Windows of 1 to 91 blocks are judged, so that a busy form is found within days and a rare one
within weeks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handraise.evidence.arrays import Bools, Floats, as_bools, as_floats
from handraise.evidence.form import json_form

ONCE_A_YEAR = 1 / 365
"""The level of alarms: looked at once a day, a quiet stretch as unusual as this begins by chance about once a year at most."""
FEWEST_BLOCKS = 91
MOST_BLOCKS = 588
"""What of a longer past is not looked at: a year of windows, each with the quarter before it."""

_WINDOWS = (1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 56, 91)
_SHORTEST_WITHOUT_A_YEAR = 5
_YEAR, _SEASON = 364, 28
_LOOK_BACK = 400
_MOST_REFERENCES, _FEWEST_REFERENCES, _LATEST_REFERENCES = 13, 6, 4
_QUIET_SHARE = 0.5
_AS_QUIET, _AS_QUIET_TIMES = 0.15, 1.5
_LEAST_SPREAD, _LEAST_SPREAD_WITHOUT_A_YEAR = 0.01, 0.06
_WEEKDAY_BLOCKS = 56


@dataclass(frozen=True, slots=True)
class Silence:
    """What was judged of a series. `p`: how often as quiet a stretch, of whatever length, is there on a day by chance; 1 where it is
    not quiet. The quiet stretch is the last `n_blocks`, with `n_now` counts where `n_expected` were expected; all 0 where there is
    none."""

    p: float
    n_blocks: int = 0
    n_now: int = 0
    n_expected: float = 0.0

    def as_dict(self) -> dict[str, object]:
        return dict(json_form(self))


@dataclass(frozen=True, slots=True)
class _Windows:
    """All windows of one length: where they end (the last one now), their counts, what was expected, and of how many references."""

    length: int
    ends: NDArray[np.int64]
    counts: Floats
    expected: Floats
    n_references: NDArray[np.int64]

    @property
    def is_quiet(self) -> bool:
        return bool(self.expected[-1] > 0 and self.counts[-1] <= _QUIET_SHARE * self.expected[-1])


def silence(counts: Any, shut: Any | None = None) -> Silence | None:
    """Whether the last blocks of a series are unusually quiet; `None` for fewer than `FEWEST_BLOCKS` blocks.

    Shape: one count a block, the oldest first. `shut`: blocks of seasons that are known to be quiet everywhere (the turn of the
    year); as long as there is no year of history to tell how quiet, a window that touches one is not judged.

    The n counts of a window are held against windows of the same length and the same hours of the week. Expected is the mean of
    the last 13, or of the last 4 where that is less, so that a decline is no silence. n is quiet if it is at most half of it, and
    p = P(N <= n) for a negative binomial N of that mean and variance m + psi m². psi is what the same forecast missed by below, over
    the last 400 days (moments), and so includes trends, bursts and seasons; it is enlarged for how few windows tell it and for how
    few counts tell the mean. Where windows of the same season a year before (four weeks around; for less than 5 blocks, of
    any time in the last 400 days) were about as quiet against their own expectation, p is at least their share: what holidays
    and quiet seasons do every year is no alarm. The least p over the lengths counts, times
    the number of lengths (Bonferroni).

    Without a year nothing shorter than 5 blocks is judged, as a public holiday could be all of it, and psi is at least 0.06: a season
    that halves a series is no alarm.

    Source: negative binomial forecasts as in Noufaily et al. 2013, Statistics in Medicine 32:1206 (outbreaks, here below
    instead of above); its tail as a regularised incomplete beta function, NIST DLMF 8.17.24.
    """
    n = as_floats(counts)[-MOST_BLOCKS:]
    if len(n) < FEWEST_BLOCKS:
        return None
    closed = np.zeros(len(n), dtype=np.bool_) if shut is None else as_bools(shut)[-MOST_BLOCKS:]
    judged = list(_judged(n, closed))
    if not judged:
        return Silence(1.0)
    best = min(((_p(w, len(n)), w.length) for w in judged if w.is_quiet), default=(1.0, 0))
    p = min(1.0, best[0] * len(judged))
    if p >= 1:
        return Silence(1.0)
    n_blocks, expected = _since(n, best[1])
    return Silence(p, n_blocks, int(n[-n_blocks:].sum()), expected)


def _judged(counts: Floats, shut: Bools) -> Iterator[_Windows]:
    has_year = len(counts) >= _YEAR + FEWEST_BLOCKS
    sums = np.concatenate([[0.0], np.cumsum(counts)])
    for length in _WINDOWS:
        if not has_year and (length < _SHORTEST_WITHOUT_A_YEAR or shut[-length:].any()):
            continue
        windows = _windows(sums, length)
        if windows is not None:
            yield windows


def _windows(sums: Floats, length: int) -> _Windows | None:
    """The windows of a length with enough references; `None` where the last one has too few."""
    n, lag = len(sums) - 1, _weeks(length)
    first = lag + 7 * (_FEWEST_REFERENCES - 1) + length
    if n < first:
        return None
    ends = np.arange(max(first, n - _LOOK_BACK), n + 1)
    last = ends[:, None] - lag - 7 * np.arange(_MOST_REFERENCES)
    there = last >= length
    last = np.where(there, last, length)
    references = np.where(there, sums[last] - sums[last - length], 0.0)
    n_references = there.sum(axis=1)
    mean = references.sum(axis=1) / n_references
    lately = references[:, :_LATEST_REFERENCES].mean(axis=1)
    counted = sums[ends] - sums[ends - length]
    return _Windows(length, ends, counted, np.minimum(mean, lately), n_references)


def _p(windows: _Windows, n_blocks: int) -> float:
    """How unusual the last window is: by the negative binomial, and not more than it was in the last year."""
    from scipy.special import betainc

    now, expected = float(windows.counts[-1]), float(windows.expected[-1])
    past = windows.ends <= windows.ends[-1] - _weeks(windows.length)
    spread = _spread(windows, past, n_blocks) + 1 / (expected * float(windows.n_references[-1]))
    size = 1 / spread
    p = float(betainc(size, now + 1, size / (size + expected)))
    alike = past & _of_the_season(windows) if windows.length >= _SHORTEST_WITHOUT_A_YEAR else past
    n_as_quiet = _n_as_quiet(windows, alike)
    return max(p, (1 + n_as_quiet) / (1 + int(alike.sum()))) if n_as_quiet else p


def _of_the_season(windows: _Windows) -> Bools:
    """The windows that end within four weeks of a year before the last one."""
    near: Bools = np.abs(windows.ends - (windows.ends[-1] - _YEAR)) <= _SEASON
    return near


def _spread(windows: _Windows, past: Bools, n_blocks: int) -> float:
    """psi: relative variance beyond chance, of what windows were below their forecast."""
    least = _LEAST_SPREAD if n_blocks >= _YEAR + FEWEST_BLOCKS else _LEAST_SPREAD_WITHOUT_A_YEAR
    expected = windows.expected[past]
    missed = np.maximum(expected - windows.counts[past], 0.0)
    more = 1 + 1 / windows.n_references[past]
    by_square = float((expected**2 * more).sum())
    if by_square == 0:
        return 1.0
    # Half of the variance of what is above and below by chance lies below.
    psi = max(0.0, 2 * float((missed**2).sum()) - float((expected * more).sum())) / by_square
    n_apart = max(1.0, int(past.sum()) / max(14, windows.length))  # what is irregular is so for weeks
    return least + psi * (1 + 3 * float(np.sqrt(2 / n_apart)))


def _n_as_quiet(windows: _Windows, past: Bools) -> int:
    """How many past windows, of a series not much smaller than now, were about as quiet against what was expected then."""
    counts, expected = windows.counts[past], windows.expected[past]
    now = windows.counts[-1] / windows.expected[-1]
    like = expected >= max(windows.expected[-1] / 5, 1e-9)
    share = counts[like] / expected[like]
    return int((share <= max(_AS_QUIET_TIMES * now, now + _AS_QUIET)).sum())


def _since(counts: Floats, length: int) -> tuple[int, float]:
    """How many of the last blocks are the quiet stretch, and what was expected in it by the weekdays of the eight weeks before.

    The stretch for which "as usual" is least likely against "as counted" (Poisson likelihood ratio; Page 1955, Biometrika 42:523).
    """
    n = len(counts)
    usual = _usual(counts, n - length)
    if not usual.any():  # it has been quiet for longer than the window: since the last count of all
        n_quiet = n - 1 - int(np.flatnonzero(counts)[-1])
        return n_quiet, float(_usual(counts, n - n_quiet)[n - n_quiet :].sum())
    longest = min(n, 2 * length + 7)
    expected = np.cumsum(usual[::-1][:longest])
    found = np.cumsum(counts[::-1][:longest])
    below = found < expected
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(found > 0, found * np.log(found / expected), 0.0)
    ratio = np.where(below, logs - found + expected, 0.0)
    best = int(np.argmax(ratio)) + 1
    return best, float(expected[best - 1])


def _usual(counts: Floats, end: int) -> Floats:
    """For every block what its weekday had on average in the eight weeks before block `end`."""
    before = np.arange(max(0, end - _WEEKDAY_BLOCKS), end)
    n_each = np.maximum(1, np.bincount(before % 7, minlength=7))
    by_weekday = np.bincount(before % 7, counts[before], 7) / n_each
    return np.asarray(by_weekday[np.arange(len(counts)) % 7])


def _weeks(length: int) -> int:
    """Whole weeks that a window takes, in blocks."""
    return -(-length // 7) * 7
