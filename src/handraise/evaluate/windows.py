"""Trailing windows at points, and whether sources know of everything in them."""

from __future__ import annotations

import numpy as np

from handraise.evaluate.coverage import NOT_COVERED
from handraise.evaluate.views import PeopleView, View
from handraise.facts.chunks import Bools, Instants
from handraise.model.time import Micros


def person_known_at(people: PeopleView) -> Instants:
    """The first instant at which each point's person was known."""
    known = people.chunk.person_known_at
    return known if people.points.instant is not None else known[people.points.subject]


def covered(people: PeopleView, types: tuple[str, ...], start: Micros | Instants | None) -> Bools:
    """Whether the window (start, now] is inside coverage; without a start it begins when the person was known."""
    if start is not None:
        return covers(people, types, start)
    return np.asarray(person_known_at(people) >= covered_since(people, types))


def covered_since(view: View, types: tuple[str, ...]) -> Instants:
    """Since when sources have known of everything: at each point, or at the one of all."""
    instant, compiled = view.points.instant, view.compiled
    if instant is None:
        return view.by_instant(lambda at: compiled.covered_since(types, at))
    name = ("covered since", types, instant)
    return compiled.remember(name, lambda: compiled.covered_since(types, np.asarray(instant)))


def covers(view: View, types: tuple[str, ...], start: Micros | Instants) -> Bools:
    """Whether sources know of everything in (start, now]; of a window that has not begun they do."""
    since = covered_since(view, types)
    inside = (since != NOT_COVERED) & (since <= np.asarray(start) + 1)
    return np.broadcast_to(np.asarray((np.asarray(start) >= view.now) | inside), view.size)
