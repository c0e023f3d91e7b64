"""Fit and engagement scores with the range that unknowns leave open, and the classes they fall in.

Arithmetic is integer: points are hundredths, occurrence weights millionths (each decayed sum is rounded
half-even once), so that no order of summation can change a score. Scores are hundredths, rounded half-even.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from handraise.evaluate.compiled import Compiled
from handraise.evaluate.joint import JointBound, joint_bounds
from handraise.evaluate.kleene import IN, UNKNOWN, Truths, some
from handraise.evaluate.occurrences import MILLION, Counts
from handraise.evaluate.tallies import earned
from handraise.evaluate.views import PeopleView
from handraise.model.fields import FieldCatalog
from handraise.model.scores import (
    ConditionRule,
    Engagement,
    Fit,
    FitRule,
    FixedThreshold,
    Thresholds,
)

Hundredths = npt.NDArray[np.int64]
Classes = npt.NDArray[np.int8]

NOBODY = np.iinfo(np.int64).max
# Truths are added up in blocks of so many.
_FEW_CELLS = 50_000


@dataclass(frozen=True, slots=True)
class ScoreRange:
    """A score per person, in hundredths: shown (unknown rules count 0), and the outer bound of what it could be.

    `known_share` is the known share of the absolute points, 1 where there are none.
    """

    shown: Hundredths
    low: Hundredths
    high: Hundredths
    known_share: npt.NDArray[np.float64]

    def only(self, which: npt.NDArray[np.int64]) -> ScoreRange:
        """Of some people."""
        return ScoreRange(self.shown[which], self.low[which], self.high[which], self.known_share[which])


@dataclass(frozen=True, slots=True)
class ClassLimits:
    """Hundredths to reach the best, second and third class, for all or for each point; `NOBODY` where nobody can."""

    best: int | Hundredths
    second: int | Hundredths
    third: int | Hundredths

    def of(self, scores: Hundredths) -> Classes:
        """Class index of each score, 0 the best, 3 where no threshold is reached."""
        index = (scores < self.best).astype(np.int8)
        index += scores < self.second
        index += scores < self.third
        return index


def fixed_limits(thresholds: Thresholds) -> ClassLimits | None:
    """The limits when they are fixed; `None` when they are calibrated."""
    values = [t.hundredths for t in thresholds.as_tuple() if isinstance(t, FixedThreshold)]
    return ClassLimits(*values) if len(values) == 3 else None


def fit_score(fit: Fit, people: PeopleView) -> ScoreRange:
    """The explicit score of each person."""
    steady = people.steady([rule.when for rule in fit.rules])
    if steady is None:
        return _fit_score(fit, people)
    at = steady.people
    found = at.made("fit score", lambda: _fit_score(fit, at))
    spread = steady.spread
    return ScoreRange(spread(found.shown), spread(found.low), spread(found.high), spread(found.known_share))


def _fit_score(fit: Fit, people: PeopleView) -> ScoreRange:
    total = _Sum(people.size)
    for group in fit_groups(fit, people.compiled):
        part = _Sum(people.size)
        for bound in group.bounds:
            part.add_jointly(bound, people)
        part.add(group.alone, people)
        total.add_group(part, None if group.name is None else fit.group_caps_hundredths.get(group.name))
    return total.range(sum(abs(r.points_hundredths) for r in fit.rules))


def fit_groups(fit: Fit, compiled: Compiled) -> tuple[FitGroup, ...]:
    """The groups of the rules, and last those without one."""
    return compiled.remember(("fit", fit.rules), lambda: _groups(fit.rules, compiled.catalog))


def engagement_score(engagement: Engagement, people: PeopleView) -> ScoreRange:
    """The implicit score of each person; behaviours are counted, so only condition rules can be unknown."""
    return with_earned(score_of_conditions(engagement, people), earned(engagement.behaviour_rules, people))


def score_of_conditions(engagement: Engagement, people: PeopleView) -> ScoreRange:
    """The part of the implicit score that is given for conditions."""
    total = _Sum(people.size)
    total.add(engagement.condition_rules, people)
    return total.range(sum(abs(rule.points_hundredths) for rule in engagement.condition_rules))


def with_earned(of_conditions: ScoreRange, fine: Counts) -> ScoreRange:
    """A score with points for behaviours, in millionths of hundredths."""
    shown, low, high = (
        round_half_even(part * MILLION + fine, MILLION)
        for part in (of_conditions.shown, of_conditions.low, of_conditions.high)
    )
    return ScoreRange(shown, low, high, of_conditions.known_share)


def round_half_even(numerator: npt.NDArray[np.int64], denominator: int) -> npt.NDArray[np.int64]:
    """numerator / denominator to the nearest whole number, halves to the even one; exact."""
    quotient, rest = np.divmod(numerator, denominator)
    up = (2 * rest > denominator) | ((2 * rest == denominator) & (quotient % 2 == 1))
    return np.asarray(quotient + up, dtype=np.int64)


class _Sum:
    """Running sums of points: shown, what unknown rules may add to it at least and at most, and their points."""

    def __init__(self, size: int) -> None:
        self.shown, self.least, self.most, self.unknown = np.zeros((4, size), dtype=np.int64)

    def add(self, rules: Sequence[FitRule | ConditionRule], people: PeopleView) -> None:
        """Rules that each stand alone: unknown adds anything between nothing and its points."""
        for truths, points in _truths(rules, people):
            self.shown += points @ (truths == IN)
            open_ = truths == UNKNOWN
            if some(open_):
                self.least += np.minimum(points, 0) @ open_
                self.most += np.maximum(points, 0) @ open_
                self.unknown += np.abs(points) @ open_

    def add_jointly(self, bound: JointBound, people: PeopleView) -> None:
        """Rules that are all known or all unknown together."""
        won, open_ = np.zeros(people.size, dtype=np.int64), np.zeros(people.size, dtype=np.bool_)
        at_stake = 0
        for truths, points in _truths(bound.rules, people):
            won += points @ (truths == IN)
            open_ |= np.logical_or.reduce(truths == UNKNOWN)
            at_stake += int(np.abs(points).sum())
        self.shown += won
        if some(open_):
            self.least[open_] += bound.low - won[open_]
            self.most[open_] += bound.high - won[open_]
            self.unknown[open_] += at_stake

    def add_group(self, part: _Sum, cap: int | None) -> None:
        """A group's net sum, limited to its cap at both ends."""
        shown, low, high = part.shown, part.shown + part.least, part.shown + part.most
        if cap is not None:
            shown, low, high = (np.minimum(value, cap) for value in (shown, low, high))
        self.shown += shown
        self.least += low - shown
        self.most += high - shown
        self.unknown += part.unknown

    def range(self, whole: int) -> ScoreRange:
        known = np.ones(len(self.shown)) if not whole else (whole - self.unknown) / whole
        return ScoreRange(self.shown, self.shown + self.least, self.shown + self.most, known)


@dataclass(frozen=True, slots=True)
class FitGroup:
    """The fit rules of one group, or of none: those that are bounded together, and those that stand `alone`."""

    name: str | None
    bounds: tuple[JointBound, ...]
    alone: tuple[FitRule, ...]


def _groups(rules: Sequence[FitRule], catalog: FieldCatalog) -> tuple[FitGroup, ...]:
    """By the first rule of each."""
    groups = []
    for name in dict.fromkeys(r.group for r in rules):
        mine = [r for r in rules if r.group == name]
        bounds = () if name is None else joint_bounds(mine, catalog)
        together = {id(rule) for bound in bounds for rule in bound.rules}
        groups.append(FitGroup(name, bounds, tuple(r for r in mine if id(r) not in together)))
    return tuple(groups)


def _truths(
    rules: Sequence[FitRule | ConditionRule], people: PeopleView
) -> Iterator[tuple[Truths, Hundredths]]:
    """The truths of rules, shape `(rules, people)`, and their points; as many rules at a time as make few cells."""
    n_together = max(1, _FEW_CELLS // max(people.size, 1))
    for i in range(0, len(rules), n_together):
        some_rules = rules[i : i + n_together]
        truths = np.array([people.truth(rule.when) for rule in some_rules])
        yield truths, np.array([rule.points_hundredths for rule in some_rules], dtype=np.int64)
