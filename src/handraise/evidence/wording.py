"""Figures as people read them: the same digits in every sentence, table and chart."""

from __future__ import annotations

from handraise.evidence.interval import Interval


def count(n: float) -> str:
    """`4,281`: whole, with thousands."""
    return f"{round(n):,}"


def percent(share: float) -> str:
    """`31%`, `6.0%`, `0.62%`: about two digits, and never a bare 0% or 100% for what is not exactly that."""
    hundred = share * 100
    if share in (0, 1):
        return f"{hundred:.0f}%"
    size = abs(hundred)
    if size < 0.01:
        return "<0.01%"
    if size >= 9.95:
        text = f"{hundred:.0f}%"
        return ">99%" if text == "100%" and share < 1 else text
    return f"{hundred:.1f}%" if size >= 0.995 else f"{hundred:.2f}%"


def percent_range(interval: Interval) -> str:
    """`74% to 82%`."""
    return f"{percent(interval.low)} to {percent(interval.high)}"


def plural(n: int, one: str, many: str) -> str:
    """`1 account`, `2,310 accounts`."""
    return f"{count(n)} {one if n == 1 else many}"


def points(difference: float) -> str:
    """`+3.1 points`: a difference of two rates, in percentage points."""
    return f"{_signed(difference)} points"


def points_range(interval: Interval) -> str:
    """`+2.2 to +4.0 points`."""
    return f"{_signed(interval.low)} to {_signed(interval.high)} points"


def _signed(difference: float) -> str:
    return f"{difference * 100:+.1f}".replace("-", "−")
