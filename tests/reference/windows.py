"""Windows of time: which occurrences lie inside (meaning 2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from handraise.facts.rows import Activity
from handraise.model.time import Duration, Micros

if TYPE_CHECKING:
    from tests.reference.evaluator import Evaluator

BEGINNING: Micros = -(2**63)


def first_instant(within: Duration | None, since: Micros | None, otherwise: Micros, ask: Evaluator) -> Micros:
    """The first instant inside a window: `within` excludes its start, `since` includes its own."""
    starts = [] if since is None else [since]
    if within is not None:
        starts.append(within.before(ask.reading.as_of, ask.playbook.time_zone) + 1)
    return max(starts, default=otherwise)


def in_window(
    activities: Iterable[Activity], within: Duration | None, since: Micros | None, ask: Evaluator
) -> list[Activity]:
    """The activities whose `at` lies in the window that ends now."""
    start = first_instant(within, since, BEGINNING, ask)
    return [a for a in activities if start <= a.at <= ask.reading.as_of]
