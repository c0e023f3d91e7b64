"""Cells for the kinds of figure that reports show: counts, shares, rates, instants."""

from __future__ import annotations

from handraise.evidence.auc import Auc
from handraise.evidence.rates import Rate, RatesByCell
from handraise.evidence.wording import count, percent, percent_range
from handraise.model.time import MICROS_PER_DAY, Micros, to_datetime
from handraise.reports.document import Cell, Spread, Tone


def number(n: int, note: str = "", tone: Tone = Tone.PLAIN) -> Cell:
    return Cell(count(n), n, note, tone=tone)


def text(words: str, note: str = "", tone: Tone = Tone.PLAIN) -> Cell:
    return Cell(words, words, note, tone=tone)


def unknown(words: str, note: str = "") -> Cell:
    """What cannot be told, in words, never a zero or a dash."""
    return Cell(words, None, note, tone=Tone.UNKNOWN)


def share_of(n: int, total: int) -> Cell:
    """The share, drawn as a bar; unknown of nothing."""
    if total == 0:
        return unknown("of nobody")
    return Cell(percent(n / total), n / total, share=n / total)


def rates_ceiling(rates: RatesByCell) -> float:
    """Where an axis of cell rates ends: above every rate and most intervals; a cell with hardly any cases, whose
    interval says almost nothing, does not squeeze the others."""
    seen = [rate for _, rate in rates.cells if rate.rate is not None]
    highs = sorted(rate.interval.high for rate in seen)
    highest = max((rate.rate or 0.0 for rate in seen), default=0.0)
    typical = highs[int(len(highs) * 0.8)] if highs else 1.0
    return min(1.0, max(highest * 1.1, typical, 0.001))


def rate(found: Rate, ceiling: float = 1.0, reference: float | None = None) -> Cell:
    """An outcome rate with its interval, drawn; "no cases" where there was nobody to watch."""
    if found.rate is None:
        return unknown("no cases")
    spread = Spread(found.rate, found.interval.low, found.interval.high, 0.0, ceiling, reference)
    return Cell(percent(found.rate), found.rate, percent_range(found.interval), spread=spread)


def auc_figure(found: Auc | None, tone: Tone = Tone.PLAIN) -> Cell:
    """The share of comparisons that go right, with its interval, drawn against a coin's 50%."""
    if found is None:
        return unknown("cannot be told")
    spread = Spread(found.value, found.interval.low, found.interval.high, 0.0, 1.0, 0.5)
    return Cell(percent(found.value), found.value, percent_range(found.interval), spread=spread, tone=tone)


def instant_text(instant: Micros) -> str:
    """`30 Sep 2026` for a day's end, else `30 Sep 2026, 14:05 UTC`."""
    moment = to_datetime(instant)
    day = f"{moment.day} {moment:%b %Y}"
    return day if (instant + 1) % MICROS_PER_DAY == 0 else f"{day}, {moment:%H:%M} UTC"


def age_text(instant: Micros, as_of: Micros) -> str:
    """How old something was at `as_of`, in whole days."""
    days = (as_of - instant) // MICROS_PER_DAY
    if days < 0:
        return "later than this report"
    return "the same day" if days == 0 else f"{count(days)} {'day' if days == 1 else 'days'} before"
