"""Tests of one value: in, out, or unknown where it is missing or cannot be read (meanings 2 and 5)."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from functools import singledispatch
from typing import NamedTuple

import re2

from handraise.model.time import Micros, local_date, parse_instant
from handraise.model.truth import Truth
from handraise.model.value_tests import (
    Between,
    Compare,
    Comparison,
    InTheLast,
    InTheNext,
    IsKnown,
    ListHas,
    LongerAgo,
    OneOf,
    TextRelation,
    TextTest,
    ValueTest,
)
from handraise.model.values import FieldType, fold, number_text

Readable = str | Decimal | date | int | frozenset[str]


class Now(NamedTuple):
    """What relative tests are relative to."""

    as_of: Micros
    zone: str

    @property
    def today(self) -> date:
        return local_date(self.as_of, self.zone)


def read(text: str, kind: FieldType) -> Readable | None:
    """A stored text as a value of its type: folded text, number, date, instant or set of folded texts.

    `None` where it cannot be read as one.
    """
    try:
        match kind:
            case FieldType.TEXT:
                return fold(text)
            case FieldType.BOOLEAN:
                return fold(text) if fold(text) in ("true", "false") else None
            case FieldType.NUMBER | FieldType.WHOLE_NUMBER:
                return Decimal(number_text(text))
            case FieldType.DATE:
                return date.fromisoformat(text)
            case FieldType.INSTANT:
                return parse_instant(text)
            case FieldType.TEXT_LIST:
                return frozenset(fold(item) for item in json.loads(text))
    except ValueError:
        return None


def truth_of_field(test: ValueTest, text: str | None, kind: FieldType, now: Now) -> Truth:
    """A test of a field's value."""
    if isinstance(test, IsKnown):
        return Truth.of((text is not None) is test.known)
    value = None if text is None else read(text, kind)
    return Truth.UNKNOWN if value is None else Truth.of(holds(test, value, kind, now))


def truth_of_property(test: ValueTest, text: str | None, now: Now) -> Truth:
    """A test of an activity's own property, which is free text: a number where it is compared as one."""
    if text is not None and isinstance(test, OneOf):
        return Truth.of(any(_same_property(text, value) for value in test.values) is not test.negated)
    kind = FieldType.NUMBER if isinstance(test, Compare | Between) else FieldType.TEXT
    return truth_of_field(test, text, kind, now)


def _same_property(text: str, value: str) -> bool:
    if fold(text) == fold(value):
        return True
    number, wanted = read(text, FieldType.NUMBER), read(value, FieldType.NUMBER)
    return number is not None and number == wanted


@singledispatch
def holds(test: ValueTest, value: Readable, kind: FieldType, now: Now) -> bool:
    """Whether a readable value passes the test."""
    raise NotImplementedError(f"the reference has no meaning for {type(test).__name__}")


@holds.register
def _(test: IsKnown, value: Readable, kind: FieldType, now: Now) -> bool:
    return test.known


@holds.register
def _(test: OneOf, value: Readable, kind: FieldType, now: Now) -> bool:
    return (value in [read(wanted, kind) for wanted in test.values]) is not test.negated


def _bound(bound: Decimal | str, kind: FieldType) -> Readable:
    value = read(str(bound), kind)
    assert value is not None, f"{bound} is no {kind.value}"
    return value


@holds.register
def _(test: Compare, value: Readable, kind: FieldType, now: Now) -> bool:
    bound = _bound(test.bound, kind)
    match test.comparison:
        case Comparison.AT_LEAST:
            return value >= bound  # type: ignore[operator]
        case Comparison.AT_MOST:
            return value <= bound  # type: ignore[operator]
        case Comparison.MORE_THAN:
            return value > bound  # type: ignore[operator]
        case Comparison.LESS_THAN:
            return value < bound  # type: ignore[operator]


@holds.register
def _(test: Between, value: Readable, kind: FieldType, now: Now) -> bool:
    return _bound(test.low, kind) <= value <= _bound(test.high, kind)  # type: ignore[operator]


@holds.register
def _(test: TextTest, value: str, kind: FieldType, now: Now) -> bool:
    return any(_stands(test.relation, value, text) for text in test.texts)


def _stands(relation: TextRelation, value: str, text: str) -> bool:
    match relation:
        case TextRelation.CONTAINS:
            return fold(text) in value
        case TextRelation.STARTS_WITH:
            return value.startswith(fold(text))
        case TextRelation.ENDS_WITH:
            return value.endswith(fold(text))
        case TextRelation.MATCHES:
            return re2.search(f"(?i){text}", value) is not None


@holds.register
def _(test: ListHas, value: frozenset[str], kind: FieldType, now: Now) -> bool:
    wanted = {fold(text) for text in test.values}
    return wanted <= value if test.all else bool(wanted & value)


@holds.register
def _(test: InTheLast, value: date | int, kind: FieldType, now: Now) -> bool:
    if isinstance(value, date):
        return test.span.date_before(now.today) < value <= now.today
    return test.span.before(now.as_of, now.zone) < value <= now.as_of


@holds.register
def _(test: InTheNext, value: date | int, kind: FieldType, now: Now) -> bool:
    if isinstance(value, date):
        return now.today <= value < test.span.date_after(now.today)
    return now.as_of <= value < test.span.after(now.as_of, now.zone)


@holds.register
def _(test: LongerAgo, value: date | int, kind: FieldType, now: Now) -> bool:
    if isinstance(value, date):
        return value <= test.span.date_before(now.today)
    return value <= test.span.before(now.as_of, now.zone)
