"""Tests of one attribute value, each true, false, or unknown where the value is missing.

A test never sees a missing value except `IsKnown`; everything else is unknown then, also the
negative forms (`not in`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from handraise.model.hashed import Hashed
from handraise.model.time import Duration


class Comparison(Enum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"


class TextRelation(Enum):
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    MATCHES = "matches"


@dataclass(frozen=True, slots=True)
class OneOf(Hashed):
    """The value is one of these (or, negated, none of these). Texts compare folded.

    The values are canonical texts of the field's type (`handraise.model.values`), as written.
    """

    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Compare(Hashed):
    """A number, date or instant against a bound. Dates are ISO dates, instants ISO with zone."""

    comparison: Comparison
    bound: Decimal | str


@dataclass(frozen=True, slots=True)
class Between(Hashed):
    """From `low` to `high`, both included."""

    low: Decimal | str
    high: Decimal | str


@dataclass(frozen=True, slots=True)
class TextTest(Hashed):
    """The text, folded, stands in the relation to any of these. `MATCHES` is an RE2 search in the
    folded text, without regard to case."""

    relation: TextRelation
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListHas(Hashed):
    """A list-valued field has any (or all) of these texts. `any of []` is false, `all of []` true."""

    values: tuple[str, ...]
    all: bool = False


@dataclass(frozen=True, slots=True)
class IsKnown(Hashed):
    """The value is known (or, with `known=False`, missing). Never unknown."""

    known: bool = True


@dataclass(frozen=True, slots=True)
class InTheLast(Hashed):
    """A date d with today - span < d <= today (today in the playbook's zone); an instant x with t - span < x <= t."""

    span: Duration


@dataclass(frozen=True, slots=True)
class InTheNext(Hashed):
    """A date d with today <= d < today + span; an instant x with t <= x < t + span."""

    span: Duration


@dataclass(frozen=True, slots=True)
class LongerAgo(Hashed):
    """A date d with d <= today - span (an instant x with x <= t - span): the rest of the past."""

    span: Duration


ValueTest = OneOf | Compare | Between | TextTest | ListHas | IsKnown | InTheLast | InTheNext | LongerAgo
VALUE_TEST_KINDS: tuple[type, ...] = (
    OneOf,
    Compare,
    Between,
    TextTest,
    ListHas,
    IsKnown,
    InTheLast,
    InTheNext,
    LongerAgo,
)
