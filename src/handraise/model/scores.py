"""Scores: fit, engagement, their thresholds and the rank matrix.

Points are kept as whole hundredths and occurrence weights as whole millionths, so that sums do not
depend on their order (see `handraise.evaluate.scores`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from handraise.model.conditions import Condition, Distinct
from handraise.model.hashed import Hashed
from handraise.model.time import Duration

GRADES: tuple[str, ...] = ("A", "B", "C", "D")
LEVELS: tuple[int, ...] = (1, 2, 3, 4)
RANKS: tuple[str, ...] = tuple(f"{g}{n}" for g in GRADES for n in LEVELS)


@dataclass(frozen=True, slots=True)
class FixedThreshold:
    """A score of at least this, in whole hundredths of a point."""

    hundredths: int


@dataclass(frozen=True, slots=True)
class TopShare:
    """A score among the top share of everybody, ties included; calibrated (meaning 4)."""

    share: Fraction


@dataclass(frozen=True, slots=True)
class TopPeople:
    """A score among the best so many people, ties included; calibrated. For capacity: so many weeks of what sales takes."""

    n: int


Threshold = FixedThreshold | TopShare | TopPeople


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Thresholds of the best three classes, best first; whoever reaches none is in the fourth.

    All three are fixed, all three are shares, or all three are numbers of people.
    """

    best: Threshold
    second: Threshold
    third: Threshold

    def as_tuple(self) -> tuple[Threshold, Threshold, Threshold]:
        return (self.best, self.second, self.third)

    @property
    def are_calibrated(self) -> bool:
        return isinstance(self.best, TopShare | TopPeople)


@dataclass(frozen=True, slots=True)
class FitRule(Hashed):
    """Points for a condition. Unknown condition: the points stay in the range, not in the score."""

    name: str
    when: Condition
    points_hundredths: int
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """The explicit score: the sum of the rules, each group's net sum limited to its cap."""

    rules: tuple[FitRule, ...] = ()
    group_caps_hundredths: Mapping[str, int] = field(default_factory=dict)
    grades: Thresholds = Thresholds(FixedThreshold(7500), FixedThreshold(5000), FixedThreshold(2500))


@dataclass(frozen=True, slots=True)
class BehaviourRule(Hashed):
    """Points for each occurrence of a behaviour: points x min(sum of weights, at_most).

    An occurrence in `(t - within, t]` weighs 1, or 0.5 ** (age / half_life). With `distinct`, each different
    asset (program, product) weighs once, by its latest occurrence.
    """

    name: str
    behaviour: str
    points_hundredths: int
    at_most: int | None = None
    within: Duration | None = None
    half_life: Duration | None = None
    distinct: Distinct | None = None


@dataclass(frozen=True, slots=True)
class ConditionRule(Hashed):
    """Points, often negative, for a condition such as a silence. Unknown: in the range, not in the score."""

    name: str
    when: Condition
    points_hundredths: int


EngagementRule = BehaviourRule | ConditionRule


@dataclass(frozen=True, slots=True)
class Engagement:
    """The implicit score: the sum of the rules."""

    rules: tuple[EngagementRule, ...] = ()
    levels: Thresholds = Thresholds(FixedThreshold(6000), FixedThreshold(3000), FixedThreshold(1000))

    @property
    def behaviour_rules(self) -> tuple[BehaviourRule, ...]:
        return tuple(rule for rule in self.rules if isinstance(rule, BehaviourRule))

    @property
    def condition_rules(self) -> tuple[ConditionRule, ...]:
        return tuple(rule for rule in self.rules if isinstance(rule, ConditionRule))


@dataclass(frozen=True, slots=True)
class RankCell:
    """What the two teams agreed for one cell of the matrix: a label and where it goes."""

    rank: str
    label: str
    route: str


def hundredths(points: Decimal | int | str) -> int:
    """Whole hundredths of a point. Raises `ValueError` when the number has more than two decimals."""
    scaled = Decimal(points) * 100
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{points} has more than two decimals")
    return int(scaled)


def points_text(value_hundredths: int) -> str:
    """`30`, `-2.5`: points as a person writes them."""
    text = format(Decimal(value_hundredths) / 100, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
