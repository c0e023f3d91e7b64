"""Geometry of the small charts: data in, coordinates out. The template draws them, the theme colours them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby

from handraise.evidence.wording import percent
from handraise.reports.document import CurveChart, Spread, WhiskerChart

WIDTH, HEIGHT = 360.0, 244.0
LEFT, RIGHT, TOP, BOTTOM = 42.0, 350.0, 12.0, 200.0


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class CurvesDrawn:
    lines: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """One whisker: `y` is `None` where nothing was seen; `cut` when the interval goes beyond the axis."""

    x: float
    name: str
    y: float | None
    top: float
    bottom: float
    cut: bool
    says: str


@dataclass(frozen=True, slots=True)
class WhiskersDrawn:
    marks: tuple[Mark, ...]
    separators: tuple[float, ...]
    y_ticks: tuple[Tick, ...]
    reference: float | None


@dataclass(frozen=True, slots=True)
class SpreadDrawn:
    """Places on a bar, in percent of its length."""

    low: float
    width: float
    value: float
    reference: float | None


def draw_curves(chart: CurveChart) -> CurvesDrawn:
    lines = tuple(Line(c.name, _path([(_x(x), _y(y, 1.0)) for x, y in c.points])) for c in chart.curves)
    quarters = (0.0, 0.25, 0.5, 0.75, 1.0)
    return CurvesDrawn(
        lines,
        tuple(Tick(_x(q), percent(q)) for q in quarters),
        tuple(Tick(_y(q, 1.0), percent(q)) for q in quarters),
    )


def draw_whiskers(chart: WhiskerChart) -> WhiskersDrawn:
    """Whiskers side by side in their groups, with a gap of half a place between groups."""
    ticks = nice_ticks(chart.ceiling)
    ceiling = max(ticks[-1], chart.ceiling)
    groups = [list(group) for _, group in groupby(chart.whiskers, key=lambda w: w.group)]
    places = len(chart.whiskers) + 0.5 * max(0, len(groups) - 1)
    step = (RIGHT - LEFT) / max(places, 1)
    marks: list[Mark] = []
    separators: list[float] = []
    at = LEFT + step / 2
    for group in groups:
        if marks:
            separators.append(_round(at - step * 0.75))
        for w in group:
            seen = None if w.value is None else _y(w.value, ceiling)
            says = (
                "no cases"
                if w.value is None
                else f"{percent(w.value)}, {percent(w.low)} to {percent(w.high)}"
            )
            low, high = _y(min(w.low, ceiling), ceiling), _y(min(w.high, ceiling), ceiling)
            marks.append(Mark(_round(at), w.name, seen, high, low, w.high > ceiling, f"{w.name}: {says}"))
            at += step
        at += step / 2
    reference = None if chart.reference is None else _y(chart.reference, ceiling)
    return WhiskersDrawn(
        tuple(marks), tuple(separators), tuple(Tick(_y(t, ceiling), percent(t)) for t in ticks), reference
    )


def draw_spread(spread: Spread) -> SpreadDrawn:
    def place(value: float) -> float:
        share = (value - spread.floor) / (spread.ceiling - spread.floor)
        return _round(100 * min(1.0, max(0.0, share)))

    low, high = place(spread.low), place(spread.high)
    reference = None if spread.reference is None else place(spread.reference)
    return SpreadDrawn(low, _round(high - low), place(spread.value), reference)


def nice_ticks(ceiling: float) -> tuple[float, ...]:
    """Round values from 0 to about `ceiling`, three to six of them."""
    rough = ceiling / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * 0.999)
    n = max(2, math.floor(ceiling / step + 1e-9))
    return tuple(round(i * step, 12) for i in range(n + 1))


def _path(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points)


def _x(share: float) -> float:
    return _round(LEFT + share * (RIGHT - LEFT))


def _y(value: float, ceiling: float) -> float:
    return _round(BOTTOM - value / ceiling * (BOTTOM - TOP))


def _round(value: float) -> float:
    return round(value, 1)
