"""What behaviours are worth at one instant: rule by rule where there are many people, all rules at once where there are
few, since a look at a handful of rows costs the same for one rule as for thirty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from handraise.evaluate.occurrences import MILLION, Counts, weights
from handraise.evaluate.views import PeopleView
from handraise.model.scores import BehaviourRule

# Sums of so many rules and points are made at once.
_FEW = 50_000
NO_LIMIT = np.iinfo(np.int64).max


def weighed_each(rules: Sequence[BehaviourRule], people: PeopleView) -> Iterable[Counts]:
    """`PeopleView.weighed` of each rule."""
    if people.points.instant is None or people.size * len(rules) > _FEW or not rules:
        return (people.weighed(rule) for rule in rules)
    return people.made(("weighed", *rules), lambda: _together(rules, people))


def _together(rules: Sequence[BehaviourRule], people: PeopleView) -> list[Counts]:
    """What does not age has weights of 1, the half-life being endless; acts are added up in the same order as ever."""
    matched = [people.weighed_acts(rule) for rule in rules]
    length = [len(m.rows) for m in matched]
    micros = [None if rule.half_life is None else rule.half_life.micros for rule in rules]
    half_lives = [np.inf if each is None else float(each) for each in micros]
    weight = weights(
        np.concatenate([m.at for m in matched]), people.decayed_at, np.repeat(half_lives, length)
    )
    cell = np.repeat(np.arange(len(rules)) * people.size, length)
    cell += np.concatenate([m.subject for m in matched])
    sums = np.bincount(cell, weights=weight, minlength=len(rules) * people.size)
    total = np.rint(sums * MILLION).astype(np.int64).reshape(len(rules), people.size)
    most = [NO_LIMIT if rule.at_most is None else rule.at_most * MILLION for rule in rules]
    return list(np.minimum(total, np.array(most, dtype=np.int64)[:, None]))
