"""Tests of a value as the end of a sentence: "is between 200 and 5,000"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import singledispatch

from handraise.model.time import parse_instant, to_datetime
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
from handraise.model.values import FieldType

# Values such as `life_sciences` are codes of a picklist; read aloud, the underscore is a space.
_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+\Z")


def value_words(value: Decimal | str, type_: FieldType | None) -> str:
    """A value as people say it: `5,000`, `30 September 2026`, `yes`."""
    if isinstance(value, Decimal) or (type_ and type_.is_numeric):
        return f"{Decimal(value):,f}"
    if type_ is FieldType.BOOLEAN:
        return "yes" if value == "true" else "no"
    if type_ is FieldType.DATE:
        return _day(date.fromisoformat(value))
    if type_ is FieldType.INSTANT:
        moment = to_datetime(parse_instant(value))
        return f"{_day(moment.date())} {moment:%H:%M:%S} UTC"
    return value.replace("_", " ") if _CODE.match(value) else value


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def listed(words: Sequence[str], last: str = "or") -> str:
    """`a, b or c`."""
    return (
        words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else "nothing"
    )


def _values(values: Sequence[str], type_: FieldType | None, last: str = "or") -> str:
    return listed([value_words(v, type_) for v in values], last)


@singledispatch
def predicate(test: ValueTest, type_: FieldType | None) -> str:
    """The predicate of a test. Raises for a kind without words: the completeness test names it."""
    raise NotImplementedError(type(test).__name__)


@predicate.register
def _(test: OneOf, type_: FieldType | None) -> str:
    no = "not " if test.negated else ""
    if test.negated and len(test.values) > 1:
        return f"is none of {_values(test.values, type_, 'and')}"
    return f"is {no}{_values(test.values, type_)}"


_NUMBERS = {
    Comparison.AT_LEAST: "is at least",
    Comparison.AT_MOST: "is at most",
    Comparison.MORE_THAN: "is more than",
    Comparison.LESS_THAN: "is less than",
}
_DATES = {
    Comparison.AT_LEAST: "is on or after",
    Comparison.AT_MOST: "is on or before",
    Comparison.MORE_THAN: "is after",
    Comparison.LESS_THAN: "is before",
}


@predicate.register
def _(test: Compare, type_: FieldType | None) -> str:
    words = _NUMBERS if isinstance(test.bound, Decimal) else _DATES
    return f"{words[test.comparison]} {value_words(test.bound, type_)}"


@predicate.register
def _(test: Between, type_: FieldType | None) -> str:
    return f"is between {value_words(test.low, type_)} and {value_words(test.high, type_)}"


_RELATIONS = {
    TextRelation.CONTAINS: "contains",
    TextRelation.STARTS_WITH: "starts with",
    TextRelation.ENDS_WITH: "ends with",
    TextRelation.MATCHES: "matches the pattern",
}


@predicate.register
def _(test: TextTest, type_: FieldType | None) -> str:
    return f"{_RELATIONS[test.relation]} {listed([f'“{t}”' for t in test.texts])}"


@predicate.register
def _(test: ListHas, type_: FieldType | None) -> str:
    if test.all:
        return f"include {_values(test.values, type_, 'and')}"
    return f"include {_values(test.values, type_)}"


@predicate.register
def _(test: IsKnown, type_: FieldType | None) -> str:
    verb = "are" if type_ is FieldType.TEXT_LIST else "is"
    return f"{verb} known" if test.known else f"{verb} not known"


@predicate.register
def _(test: InTheLast, type_: FieldType | None) -> str:
    return f"is in the last {test.span}"


@predicate.register
def _(test: InTheNext, type_: FieldType | None) -> str:
    return f"is in the next {test.span}"


@predicate.register
def _(test: LongerAgo, type_: FieldType | None) -> str:
    return f"is {test.span} ago or longer"
