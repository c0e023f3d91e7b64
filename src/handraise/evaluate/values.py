"""Tests of attribute values, asked once per *distinct* value.

A field's values are interned, so a test becomes a small table "value code -> truth", and asking it of a
million people is one gather. The last entry of every table stands for "no value" (code -1).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatch
from typing import Any

import numpy as np
import numpy.typing as npt
import re2

from handraise.evaluate.kleene import IN, OUT, UNKNOWN, Truths, certain
from handraise.evaluate.points import leaves, nears
from handraise.model.time import Micros, local_date, local_midnight, to_micros
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
from handraise.model.values import NUMBER, FieldType, fold

Texts = npt.NDArray[np.object_]


@dataclass(slots=True)
class ValueColumn:
    """The distinct values of one field as canonical texts, with their parsed forms made on first use.

    Parsed forms have NaN, respectively the minimum of int64, for a text that is not of the field's type:
    such a value is unknown to every test but `IsKnown`.
    """

    texts: Texts
    type: FieldType
    as_of: Micros
    zone: str
    _forms: dict[str, npt.NDArray[Any]] = field(default_factory=dict)

    def folded(self) -> Texts:
        return self._form("folded", lambda: _objects([fold(t) for t in self.texts]))

    def numbers(self) -> npt.NDArray[np.float64]:
        """Each value as the nearest double."""
        return self._form("numbers", lambda: np.array([_number(t) for t in self.texts], dtype=np.float64))

    def times(self) -> npt.NDArray[np.int64]:
        """Dates as proleptic day numbers, instants as microseconds."""
        parse = _day if self.type is FieldType.DATE else _instant
        return self._form("times", lambda: np.array([parse(t) for t in self.texts], dtype=np.int64))

    def lists(self) -> Texts:
        return self._form("lists", lambda: _objects([_list(t) for t in self.texts]))

    def _form(self, name: str, make: Callable[[], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        if name not in self._forms:
            self._forms[name] = make()
        return self._forms[name]


UNREADABLE = np.iinfo(np.int64).min


def truth_table(test: ValueTest, column: ValueColumn) -> Truths:
    """Truth of `test` for each distinct value, and last for a missing one."""
    table = np.empty(len(column.texts) + 1, dtype=np.int8)
    table[:-1] = _test(test, column)
    table[-1] = UNKNOWN if not isinstance(test, IsKnown) else (OUT if test.known else IN)
    return table


@singledispatch
def _test(test: ValueTest, column: ValueColumn) -> Truths:
    raise TypeError(f"no evaluation for {type(test).__name__}")


@_test.register
def _(test: OneOf, column: ValueColumn) -> Truths:
    found, readable = _equal_to_any(test.values, column)
    held = certain(found != test.negated)
    return np.where(readable, held, UNKNOWN)


@_test.register
def _(test: Compare, column: ValueColumn) -> Truths:
    return _compared(column, test.comparison, test.bound)


@_test.register
def _(test: Between, column: ValueColumn) -> Truths:
    low = _compared(column, Comparison.AT_LEAST, test.low)
    return np.minimum(low, _compared(column, Comparison.AT_MOST, test.high))


@_test.register
def _(test: TextTest, column: ValueColumn) -> Truths:
    relation = _relation(test)
    return certain(np.array([relation(t) for t in column.folded()], dtype=np.bool_))


@_test.register
def _(test: ListHas, column: ValueColumn) -> Truths:
    wanted = {fold(v) for v in test.values}
    holds = wanted.issubset if test.all else (lambda have: not wanted.isdisjoint(have))
    return np.array(
        [UNKNOWN if have is None else (IN if holds(have) else OUT) for have in column.lists()], np.int8
    )


@_test.register
def _(test: IsKnown, column: ValueColumn) -> Truths:
    return np.full(len(column.texts), IN if test.known else OUT, dtype=np.int8)


@_test.register
def _(test: InTheLast, column: ValueColumn) -> Truths:
    start, now = _past(column, test.span)
    times = column.times()
    return _readable(times, (times > start) & (times <= now))


@_test.register
def _(test: InTheNext, column: ValueColumn) -> Truths:
    times = column.times()
    if column.type is FieldType.DATE:
        today = local_date(column.as_of, column.zone)
        now, end = today.toordinal(), test.span.date_after(today).toordinal()
    else:
        now, end = column.as_of, test.span.after(column.as_of, column.zone)
    return _readable(times, (times >= now) & (times < end))


@_test.register
def _(test: LongerAgo, column: ValueColumn) -> Truths:
    times = column.times()
    return _readable(times, times <= _past(column, test.span)[0])


# Their truth moves with the instant, so at many instants a table of values is not enough.
RELATIVE_TESTS = (InTheLast, InTheNext, LongerAgo)


def relative_truth(
    test: InTheLast | InTheNext | LongerAgo,
    column: ValueColumn,
    code: npt.NDArray[np.int32],
    at: npt.NDArray[np.int64],
) -> Truths:
    """Truth of a relative test of the values `code` (-1: none), each at an instant of its own."""
    times = np.append(column.times(), UNREADABLE)[code]
    instants, place = np.unique(at, return_inverse=True)
    bounds = np.array([_bounds(test, column, int(instant)) for instant in instants], dtype=np.int64).reshape(
        -1, 2
    )
    low, high = bounds[place, 0], bounds[place, 1]
    return _readable(times, (times >= low) & (times < high))


def _bounds(test: InTheLast | InTheNext | LongerAgo, column: ValueColumn, instant: Micros) -> tuple[int, int]:
    """From which time (included) to which (excluded) a value passes at an instant."""
    if column.type is FieldType.DATE:
        today = local_date(instant, column.zone)
        now, past = today.toordinal(), test.span.date_before(today).toordinal()
        if isinstance(test, InTheNext):
            return now, test.span.date_after(today).toordinal()
    else:
        now, past = instant, test.span.before(instant, column.zone)
        if isinstance(test, InTheNext):
            return now, test.span.after(instant, column.zone)
    return (past + 1, now + 1) if isinstance(test, InTheLast) else (UNREADABLE + 1, past + 1)


def change_instants(
    test: InTheLast | InTheNext | LongerAgo, column: ValueColumn
) -> tuple[npt.NDArray[np.int64], ...]:
    """The instants at which each value begins or ceases to pass: a few for each, `UNREADABLE` for unreadable ones."""
    days = column.type is FieldType.DATE
    change = _changes_of_day if days else _changes_of_instant
    found = [() if time == UNREADABLE else change(test, int(time), column.zone) for time in column.times()]
    most = max(map(len, found), default=0)
    padded = [(*instants, *(UNREADABLE,) * (most - len(instants))) for instants in found]
    return tuple(np.array(padded, dtype=np.int64).reshape(len(padded), most).T)


def _changes_of_instant(
    test: InTheLast | InTheNext | LongerAgo, instant: Micros, zone: str
) -> tuple[Micros, ...]:
    """It comes, it is over, it is so long ago, it is so near."""
    at = np.array([instant], dtype=np.int64)
    moves = leaves(test.span, at, zone)[1].tolist()
    return instant, instant + 1, *moves, *nears(test.span, at, zone).tolist()


def _changes_of_day(test: InTheLast | InTheNext | LongerAgo, day: int, zone: str) -> tuple[Micros, ...]:
    """The beginnings of the days on which the verdict may be another."""
    own = date.fromordinal(day)
    if isinstance(test, InTheNext):
        turn = _first(
            lambda d: test.span.date_after(date.fromordinal(d)) > own,
            test.span.date_before(own).toordinal(),
            5,
        )
    else:
        turn = _first(
            lambda d: test.span.date_before(date.fromordinal(d)) >= own,
            test.span.date_after(own).toordinal(),
            5,
        )
    midnights = [local_midnight(date.fromordinal(d), zone) for d in (day, day + 1, turn)]
    return (*midnights, midnights[-1])


def _first(holds: Callable[[int], bool], near: int, far: int = 5 * 86_400_000_000) -> int:
    """The smallest number for which it holds, near a guess; found by halving."""
    low, high = near - far, near + far
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


VALUE_TESTS_EVALUATED: tuple[type, ...] = tuple(k for k in _test.registry if k is not object)


def _past(column: ValueColumn, span: Any) -> tuple[int, int]:
    """(start excluded, now included) of the span that ends now, in the column's own time unit."""
    if column.type is FieldType.DATE:
        today = local_date(column.as_of, column.zone)
        return span.date_before(today).toordinal(), today.toordinal()
    return span.before(column.as_of, column.zone), column.as_of


def _readable(times: npt.NDArray[np.int64], holds: npt.NDArray[np.bool_]) -> Truths:
    return np.where(times == UNREADABLE, UNKNOWN, certain(holds))


def _equal_to_any(
    values: tuple[str, ...], column: ValueColumn
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """(equal to one of them, readable as the field's type)."""
    if column.type.is_numeric:
        readable = ~np.isnan(column.numbers())
        exact = {Decimal(v) for v in values}
        near = np.isin(column.numbers(), [float(v) for v in exact])
        found = np.array(
            [n and Decimal(t) in exact for n, t in zip(near, column.texts, strict=True)], np.bool_
        )
        return found, readable
    if column.type.is_temporal:
        parse = _day if column.type is FieldType.DATE else _instant
        times = column.times()
        return np.isin(times, [parse(v) for v in values]), times != UNREADABLE
    wanted = {fold(v) for v in values}
    folded = column.folded()
    found = np.array([t in wanted for t in folded], dtype=np.bool_)
    if column.type is FieldType.BOOLEAN:
        return found, np.array([t in ("true", "false") for t in folded], dtype=np.bool_)
    return found, np.ones(len(found), dtype=np.bool_)


def _compared(column: ValueColumn, comparison: Comparison, bound: Decimal | str) -> Truths:
    if column.type.is_temporal:
        parse = _day if column.type is FieldType.DATE else _instant
        times = column.times()
        return _readable(times, _COMPARE[comparison](times, parse(str(bound))))
    exact = Decimal(bound)
    numbers, near = column.numbers(), float(exact)
    holds = _COMPARE[comparison](numbers, near)
    # Rounding to doubles keeps the order, so only values that round to the bound itself need the exact one.
    for i in np.flatnonzero(numbers == near):
        holds[i] = bool(_COMPARE[comparison](Decimal(column.texts[i]), exact))
    return np.where(np.isnan(numbers), UNKNOWN, certain(holds))


_COMPARE: dict[Comparison, Callable[[Any, Any], Any]] = {
    Comparison.AT_LEAST: lambda a, b: a >= b,
    Comparison.AT_MOST: lambda a, b: a <= b,
    Comparison.MORE_THAN: lambda a, b: a > b,
    Comparison.LESS_THAN: lambda a, b: a < b,
}


def _relation(test: TextTest) -> Callable[[str], bool]:
    if test.relation is TextRelation.MATCHES:
        options = re2.Options()
        options.log_errors = False
        patterns = [re2.compile(fold_pattern(t), options) for t in test.texts]
        return lambda text: any(p.search(text) is not None for p in patterns)
    texts = tuple(fold(t) for t in test.texts)
    if test.relation is TextRelation.STARTS_WITH:
        return lambda text: text.startswith(texts)
    if test.relation is TextRelation.ENDS_WITH:
        return lambda text: text.endswith(texts)
    return lambda text: any(t in text for t in texts)


def fold_pattern(pattern: str) -> str:
    """A pattern that is searched in folded text, without regard to case."""
    return f"(?i){pattern}"


def _objects(values: list[Any]) -> Texts:
    array = np.empty(len(values), dtype=np.object_)
    array[:] = values
    return array


def _number(text: str) -> float:
    written = text.strip()
    number = float(written) if NUMBER.fullmatch(written) else math.nan
    return number if math.isfinite(number) else math.nan


def _day(text: str) -> int:
    try:
        return date.fromisoformat(text[:10]).toordinal()
    except ValueError:
        return UNREADABLE


def _instant(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
        return to_micros(moment)
    except ValueError:
        return UNREADABLE


def _list(text: str) -> frozenset[str] | None:
    try:
        items = json.loads(text)
    except ValueError:
        return None
    return frozenset(fold(str(i)) for i in items) if isinstance(items, list) else None
