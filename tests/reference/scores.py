"""Fit and engagement as ranges, their classes, and calibrated thresholds (meanings 3, 4 and 9).

Scores are whole hundredths of a point. Summing is exact; only a decayed weight is a float, and each
sum of such weights is rounded half-even to whole millionths before anything else happens to it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tests.reference import values
from tests.reference.reading import Person
from tests.reference.windows import in_window

from handraise.facts.rows import Activity
from handraise.model.conditions import All, Any, AtLeast, AttributeTest, Condition, Not, walk
from handraise.model.fields import Field
from handraise.model.scores import (
    GRADES,
    LEVELS,
    BehaviourRule,
    ConditionRule,
    FitRule,
    FixedThreshold,
    Threshold,
    Thresholds,
    TopPeople,
    TopShare,
)
from handraise.model.truth import Truth, all_of, any_of, at_least, negation
from handraise.model.value_tests import Between, Compare, Comparison, OneOf
from handraise.model.values import FieldType

if TYPE_CHECKING:
    from tests.reference.evaluator import Cuts, Evaluator

MILLION = 10**6


class Ends(NamedTuple):
    """What is shown, counting unknown rules as 0, and the ends between which the truth lies."""

    shown: int
    low: int
    high: int

    @classmethod
    def known(cls, points: int) -> Ends:
        return cls(points, points, points)

    @classmethod
    def unknown(cls, low: int, high: int) -> Ends:
        return cls(0, low, high)

    @classmethod
    def total(cls, parts: Iterable[Ends]) -> Ends:
        ends = list(parts)
        return cls(sum(e.shown for e in ends), sum(e.low for e in ends), sum(e.high for e in ends))

    def capped(self, cap: int | None) -> Ends:
        return self if cap is None else Ends(*(min(end, cap) for end in self))


@dataclass(frozen=True, slots=True)
class FitScore:
    """The explicit score in hundredths, and the rules that are not known yet."""

    shown: int
    low: int
    high: int
    unknown: tuple[FitRule, ...]
    completeness: Fraction


@dataclass(frozen=True, slots=True)
class EngagementScore:
    """The implicit score in hundredths, and the condition rules that are not known yet."""

    shown: int
    low: int
    high: int
    unknown: tuple[ConditionRule, ...]


def hundredths_to_points(hundredths: int) -> Decimal:
    return Decimal(hundredths).scaleb(-2)


def stands(hundredths: int, comparison: Comparison, bound: Decimal) -> bool:
    """Whether a score compares so with a bound given in points."""
    score, limit = Fraction(hundredths, 100), Fraction(bound)
    match comparison:
        case Comparison.AT_LEAST:
            return score >= limit
        case Comparison.AT_MOST:
            return score <= limit
        case Comparison.MORE_THAN:
            return score > limit
        case Comparison.LESS_THAN:
            return score < limit


# --- fit ----------------------------------------------------------------------------------------------


def fit(person: Person, ask: Evaluator) -> FitScore:
    """The sum of the rules, each group's net sum limited to its cap at both ends."""
    subject = ask.subject(person)
    declared = ask.playbook.fit
    verdicts = [(rule, ask.verdict(rule.when, subject)) for rule in declared.rules]
    alone = [_ends(rule.points_hundredths, truth) for rule, truth in verdicts if rule.group is None]
    groups: dict[str, list[tuple[FitRule, Truth]]] = defaultdict(list)
    for rule, truth in verdicts:
        if rule.group is not None:
            groups[rule.group].append((rule, truth))
    capped = [
        _group_ends(members, ask).capped(declared.group_caps_hundredths.get(group))
        for group, members in groups.items()
    ]
    total = Ends.total([*alone, *capped])
    unknown = tuple(rule for rule, truth in verdicts if truth is Truth.UNKNOWN)
    return FitScore(*total, unknown, _completeness(verdicts))


def _ends(points: int, truth: Truth) -> Ends:
    if truth is Truth.UNKNOWN:
        return Ends.unknown(min(0, points), max(0, points))
    return Ends.known(points if truth is Truth.IN else 0)


def _completeness(verdicts: list[tuple[FitRule, Truth]]) -> Fraction:
    """Known share of the absolute points; 1 where there are none to know."""
    whole = sum(abs(rule.points_hundredths) for rule, _ in verdicts)
    known = sum(abs(rule.points_hundredths) for rule, truth in verdicts if truth is not Truth.UNKNOWN)
    return Fraction(known, whole) if whole else Fraction(1)


def _group_ends(members: list[tuple[FitRule, Truth]], ask: Evaluator) -> Ends:
    """A group before its cap; unknown rules that test one same field are bounded jointly."""
    fields = {id(rule): sole_field(rule.when) for rule, _ in members}
    shared = {f for f, n in Counter(fields.values()).items() if f is not None and n >= 2}
    jointly: dict[Field, list[FitRule]] = defaultdict(list)
    parts: list[Ends] = []
    for rule, truth in members:
        tested = fields[id(rule)]
        if truth is Truth.UNKNOWN and tested in shared and tested is not None:
            jointly[tested].append(rule)
        else:
            parts.append(_ends(rule.points_hundredths, truth))
    return Ends.total([*parts, *(_joint_ends(tested, rules, ask) for tested, rules in jointly.items())])


def sole_field(condition: Condition) -> Field | None:
    """The one field whose value alone settles the condition by equality and comparison, if there is one."""
    atoms = [part for part in walk(condition) if not isinstance(part, All | Any | Not | AtLeast)]
    if not all(isinstance(a, AttributeTest) and isinstance(a.test, OneOf | Compare | Between) for a in atoms):
        return None
    fields = {atom.field for atom in atoms if isinstance(atom, AttributeTest)}
    return fields.pop() if len(fields) == 1 else None


def _joint_ends(tested: Field, rules: list[FitRule], ask: Evaluator) -> Ends:
    """The least and most these rules can give together, whatever the one field turns out to be."""
    kind = ask.catalog.type_of(tested)
    sums = [
        sum(r.points_hundredths for r in rules if _would_be(r.when, value, kind, ask.now) is Truth.IN)
        for value in candidates([rule.when for rule in rules], kind)
    ]
    return Ends.unknown(min(sums), max(sums))


def candidates(conditions: list[Condition], kind: FieldType) -> list[values.Readable]:
    """Values of a field of which one stands for every value there can be: those mentioned, and between them."""
    mentioned = {
        value
        for condition in conditions
        for atom in walk(condition)
        if isinstance(atom, AttributeTest)
        for text in _mentioned(atom)
        if (value := values.read(text, kind)) is not None
    }
    if kind is FieldType.BOOLEAN:
        return ["true", "false"]
    if kind in (FieldType.TEXT, FieldType.TEXT_LIST):
        return [*mentioned, "\0 something else"]
    bounds: list[values.Readable] = sorted(mentioned)
    if not bounds:
        return [date(2000, 1, 1) if kind is FieldType.DATE else 0]
    between = [_middle(a, b) for a, b in pairwise(bounds)]
    step = timedelta(days=1) if kind is FieldType.DATE else 1
    return [bounds[0] - step, *bounds, *between, bounds[-1] + step]  # type: ignore[operator,list-item]


def _mentioned(atom: AttributeTest) -> tuple[str, ...]:
    match atom.test:
        case OneOf(texts):
            return texts
        case Compare(_, bound):
            return (str(bound),)
        case Between(low, high):
            return (str(low), str(high))
    raise AssertionError(f"{type(atom.test).__name__} is not bounded jointly")


def _middle(a: values.Readable, b: values.Readable) -> values.Readable:
    """A value strictly between two neighbours, or the lower of them where there is none."""
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return (a + b) / 2
    if isinstance(a, date) and isinstance(b, date):
        return a + (b - a) // 2
    assert isinstance(a, int)
    assert isinstance(b, int)
    return (a + b) // 2


def _would_be(condition: Condition, value: values.Readable, kind: FieldType, now: values.Now) -> Truth:
    """The verdict if the field had the value."""
    match condition:
        case AttributeTest(_, test):
            return Truth.of(values.holds(test, value, kind, now))
        case Not(of):
            return negation(_would_be(of, value, kind, now))
        case AtLeast(n, of):
            return at_least(n, [_would_be(part, value, kind, now) for part in of])
        case All(of):
            return all_of(_would_be(part, value, kind, now) for part in of)
        case Any(of):
            return any_of(_would_be(part, value, kind, now) for part in of)
    raise AssertionError(f"{type(condition).__name__} is not bounded jointly")


# --- engagement ---------------------------------------------------------------------------------------


def engagement(person: Person, ask: Evaluator) -> EngagementScore:
    """The sum of the rules; points are hundredths and weights millionths, so sums do not depend on order."""
    subject = ask.subject(person)
    parts: list[Ends] = []
    unknown: list[ConditionRule] = []
    for rule in ask.playbook.engagement.rules:
        if isinstance(rule, BehaviourRule):
            parts.append(Ends.known(rule.points_hundredths * weight_millionths(rule, person, ask)))
            continue
        truth = ask.verdict(rule.when, subject)
        parts.append(_ends(rule.points_hundredths * MILLION, truth))
        if truth is Truth.UNKNOWN:
            unknown.append(rule)
    ends = Ends.total(parts)
    shown, low, high = (round(Fraction(end, MILLION)) for end in ends)
    return EngagementScore(shown, low, high, tuple(unknown))


def weight_millionths(rule: BehaviourRule, person: Person, ask: Evaluator) -> int:
    """How much a person's occurrences weigh together, at most `at_most`, in millionths."""
    occurrences = in_window(ask.occurrences(rule.behaviour, person), rule.within, None, ask)
    seen = _each_once(occurrences, rule)
    if rule.half_life is None:
        weight = len(seen) * MILLION
    else:
        half_life = rule.half_life.micros
        assert half_life is not None, "half-lives are exact durations"
        ages = [max(0, ask.decayed_at(person.id) - a.at) for a in seen]
        decayed = math.fsum(0.5 ** (age / half_life) for age in ages)
        weight = round(Fraction(decayed) * MILLION)
    return weight if rule.at_most is None else min(weight, rule.at_most * MILLION)


def _each_once(seen: list[Activity], rule: BehaviourRule) -> list[Activity]:
    """With `distinct`, the latest occurrence of each different value; those without a value do not count."""
    if rule.distinct is None:
        return seen
    latest = {getattr(a, rule.distinct.value): a for a in sorted(seen, key=lambda a: a.at)}
    return [a for value, a in latest.items() if value is not None]


# --- classes ------------------------------------------------------------------------------------------


def class_of(hundredths: int, cuts: Cuts) -> int:
    """0 for the best class to 3 for the last. Nobody reaches a threshold that is `None`."""
    return next((i for i, cut in enumerate(cuts) if cut is not None and hundredths >= cut), 3)


def grade(hundredths: int, ask: Evaluator) -> str:
    return GRADES[class_of(hundredths, ask.cuts("grades"))]


def level(hundredths: int, ask: Evaluator) -> int:
    return LEVELS[class_of(hundredths, ask.cuts("levels"))]


def possible_grades(score: FitScore, ask: Evaluator) -> list[str]:
    """Every letter between that of the high end and that of the low end."""
    cuts = ask.cuts("grades")
    return list(GRADES[class_of(score.high, cuts) : class_of(score.low, cuts) + 1])


def possible_levels(score: EngagementScore, ask: Evaluator) -> list[int]:
    cuts = ask.cuts("levels")
    return list(LEVELS[class_of(score.high, cuts) : class_of(score.low, cuts) + 1])


def fixed_cuts(thresholds: Thresholds) -> Cuts:
    best, second, third = (t.hundredths for t in thresholds.as_tuple() if isinstance(t, FixedThreshold))
    return best, second, third


def calibrated_cuts(which: str, ask: Evaluator) -> Cuts:
    """Thresholds from everybody decided at this evaluator's instant."""
    people = ask.reading.people.values()
    if which == "grades":
        thresholds, shown = ask.playbook.fit.grades, [ask.fit(p).shown for p in people]
    else:
        thresholds, shown = ask.playbook.engagement.levels, [ask.engagement(p).shown for p in people]
    best, second, third = (kth_greatest(shown, n_best(t, len(shown))) for t in thresholds.as_tuple())
    return best, second, third


def n_best(threshold: Threshold, n_people: int) -> int:
    """How many people, besides ties, a class is for."""
    if isinstance(threshold, TopShare):
        return math.ceil(threshold.share * n_people)
    assert isinstance(threshold, TopPeople)
    return min(threshold.n, n_people)


def kth_greatest(shown: list[int], k: int) -> int | None:
    """The score that the best k of everybody reach, ties included; with nobody there, none."""
    return sorted(shown, reverse=True)[k - 1] if 1 <= k <= len(shown) else None


# --- what would settle a score ------------------------------------------------------------------------


def open_fit_fields(person: Person, ask: Evaluator) -> frozenset[str]:
    """Open fields of all fit rules that are unknown."""
    subject = ask.subject(person)
    return frozenset().union(*(ask.open_fields(rule.when, subject) for rule in ask.fit(person).unknown))


def open_engagement_fields(person: Person, ask: Evaluator) -> frozenset[str]:
    subject = ask.subject(person)
    return frozenset().union(
        *(ask.open_fields(rule.when, subject) for rule in ask.engagement(person).unknown)
    )
