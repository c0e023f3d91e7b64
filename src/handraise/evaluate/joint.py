"""Rules of one group that test one same field, bounded jointly while the field is unknown.

Somebody of unknown seniority is not a vice president and a manager at once. All such rules are known or
unknown together, so the range they leave is the smallest and the largest sum over the values the field
could take: one representative of every class of values that the rules can tell apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from itertools import pairwise

import numpy as np

from handraise.evaluate.kleene import IN, Truths, all_of, any_of, at_least, negation
from handraise.evaluate.values import ValueColumn, truth_table
from handraise.model.conditions import All, Any, AtLeast, AttributeTest, Condition, Not, children
from handraise.model.fields import Field, FieldCatalog
from handraise.model.scores import FitRule
from handraise.model.value_tests import Between, Compare, OneOf, ValueTest
from handraise.model.values import FieldType

_NOT_JOINTLY = (FieldType.INSTANT, FieldType.TEXT_LIST)
_FRESH = "\x00a value that no rule mentions"


@dataclass(frozen=True, slots=True)
class JointBound:
    """Rules on one field, and the least and most points they add together while it is unknown (hundredths)."""

    field: Field
    rules: tuple[FitRule, ...]
    low: int
    high: int


def joint_bounds(rules: Sequence[FitRule], catalog: FieldCatalog) -> tuple[JointBound, ...]:
    """The joint bounds of one group; a field with a single rule needs none."""
    by_field: dict[Field, list[FitRule]] = {}
    for rule in rules:
        field = _only_field(rule.when)
        if field is not None and catalog.type_of(field) not in _NOT_JOINTLY:
            by_field.setdefault(field, []).append(rule)
    return tuple(_bound(f, tuple(same), catalog) for f, same in by_field.items() if len(same) > 1)


def _bound(field: Field, rules: tuple[FitRule, ...], catalog: FieldCatalog) -> JointBound:
    type_ = catalog.type_of(field)
    tests = [t for rule in rules for t in _tests(rule.when)]
    values = np.array(_representatives(tests, type_), dtype=np.object_)
    column = ValueColumn(values, type_, as_of=0, zone="UTC")
    sums = np.zeros(len(values), dtype=np.int64)
    for rule in rules:
        sums += np.where(_truth(rule.when, column) == IN, rule.points_hundredths, 0)
    return JointBound(field, rules, int(sums.min()), int(sums.max()))


def _only_field(condition: Condition) -> Field | None:
    """The field, if every atom tests this one by equality or against bounds."""
    if isinstance(condition, AttributeTest):
        return condition.field if isinstance(condition.test, OneOf | Compare | Between) else None
    if not isinstance(condition, All | Any | Not | AtLeast):
        return None
    fields = {_only_field(c) for c in children(condition)}
    return fields.pop() if len(fields) == 1 else None


def _tests(condition: Condition) -> list[ValueTest]:
    if isinstance(condition, AttributeTest):
        return [condition.test]
    return [t for c in children(condition) for t in _tests(c)]


def _truth(condition: Condition, column: ValueColumn) -> Truths:
    match condition:
        case AttributeTest():
            return truth_table(condition.test, column)[:-1]
        case All():
            return all_of([_truth(c, column) for c in condition.of])
        case Any():
            return any_of([_truth(c, column) for c in condition.of])
        case Not():
            return negation(_truth(condition.of, column))
        case AtLeast():
            return at_least(condition.n, [_truth(c, column) for c in condition.of])
    raise TypeError(f"no joint bound over {type(condition).__name__}")


def _representatives(tests: Sequence[ValueTest], type_: FieldType) -> list[str]:
    mentioned = sorted({v for test in tests for v in _mentioned(test)})
    if type_ is FieldType.BOOLEAN:
        return ["false", "true"]
    if type_.is_numeric:
        return _numbers(sorted({Decimal(v) for v in mentioned}))
    if type_ is FieldType.DATE:
        return _dates(sorted({date.fromisoformat(v) for v in mentioned}))
    return [*mentioned, _FRESH]


def _mentioned(test: ValueTest) -> tuple[str, ...]:
    match test:
        case OneOf():
            return test.values
        case Compare():
            return (str(test.bound),)
        case Between():
            return (str(test.low), str(test.high))
    return ()


def _numbers(bounds: list[Decimal]) -> list[str]:
    """Each bound, one number between neighbours, one below and one above."""
    with localcontext(prec=100):
        between = [(a + b) / 2 for a, b in pairwise(bounds)]
        return [format(n, "f") for n in (bounds[0] - 1, *bounds, *between, bounds[-1] + 1)]


def _dates(bounds: list[date]) -> list[str]:
    day = timedelta(days=1)
    found = [*bounds, *(a + day for a, b in pairwise(bounds) if b - a > day)]
    if bounds[0] > date.min:
        found.append(bounds[0] - day)
    if bounds[-1] < date.max:
        found.append(bounds[-1] + day)
    return [d.isoformat() for d in found]
