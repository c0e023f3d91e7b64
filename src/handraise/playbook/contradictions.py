"""Conditions that can never be true, or always are: the simple cases, told with the reason.

Only what follows from the words themselves is found; "not found" says nothing. Of very many conditions under one
`all` or `any`, only the first are compared with each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations, islice

from handraise.model.activities import is_buyer_act
from handraise.model.conditions import (
    AccountPeople,
    All,
    Always,
    Any,
    AtLeast,
    AttributeTest,
    Condition,
    Did,
    FirstTime,
    GradeIs,
    GradeIsOpen,
    HasRole,
    HeldFor,
    InSegment,
    LevelIs,
    Not,
    RankIs,
    Regularly,
    Resumed,
    ScoreIs,
    Silent,
    StageIs,
    Stopped,
    Times,
    walk,
)
from handraise.model.playbook import Playbook
from handraise.model.time import Duration, Unit
from handraise.model.value_tests import Between, Compare, Comparison, IsKnown, OneOf, ValueTest
from handraise.model.values import fold

_COMPARED = 300
_MOST_SPELLED_OUT = 300


def spelled_out(condition: Condition, playbook: Playbook) -> Condition:
    """The same with the definitions of the segments and roles that it names, as long as that is not too much, and with
    the behaviours that break a silence. The playbook has no circles."""
    return _SpelledOut(playbook).of(condition)


class _SpelledOut:
    """Definitions are written out once, the innermost first; one that grows too large is left as its name."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self._made: dict[Condition, Condition] = {}
        self._buyers = tuple(
            b.key for b in playbook.behaviours.values() if all(map(is_buyer_act, b.activities))
        )

    def of(self, condition: Condition) -> Condition:
        match condition:
            case All(of):
                return All(tuple(map(self.of, of)))
            case Any(of):
                return Any(tuple(map(self.of, of)))
            case AtLeast(n, of):
                return AtLeast(n, tuple(map(self.of, of)))
            case Not(of):
                return Not(self.of(of))
            case AccountPeople(who, people):
                return AccountPeople(self.of(who), people)
            case Silent(span, ()) if self._buyers:
                return Silent(span, self._buyers)
            case InSegment(key):
                return self._defined(condition, self._playbook.segments[key].when)
            case HasRole():
                return self._defined(condition, self._playbook.buying_group.asked(condition))
            case _:
                return condition

    def _defined(self, name: Condition, definition: Condition) -> Condition:
        if name not in self._made:
            whole = self.of(definition)
            is_small = sum(1 for _ in islice(walk(whole), _MOST_SPELLED_OUT)) < _MOST_SPELLED_OUT
            # What holds never, or always, is said of the definition itself, and once is enough.
            says_something = is_small and never(whole) is None and not always(whole)
            self._made[name] = whole if says_something else name
        return self._made[name]


def regardless_of_order(condition: Condition) -> object:
    """Equal for conditions that say the same in another order; nested `all` in `all` (`any` in `any`) are one."""
    match condition:
        case All() | Any():
            parts = frozenset(regardless_of_order(c) for c in _flat(condition, type(condition)))
            return next(iter(parts)) if len(parts) == 1 else (type(condition), parts)
        case AtLeast(n, of):
            return (AtLeast, n, frozenset(Counter(map(regardless_of_order, of)).items()))
        case Not(of):
            return of.of if isinstance(of, Not) else (Not, regardless_of_order(of))
        case _:
            return condition


def never(condition: Condition) -> tuple[Condition, ...] | None:
    """The conditions that exclude each other, if it can never be true."""
    match condition:
        case All():
            return _all_never(condition)
        case Any(of):
            reasons = [never(c) for c in of]
            return reasons[0] if reasons and all(r is not None for r in reasons) else None
        case Not(of):
            return (of,) if always(of) else None
        case AtLeast(n, of):
            impossible = [r for r in map(never, of) if r is not None]
            return impossible[0] if len(of) - len(impossible) < n else None
        case AccountPeople(who, people) if people.low > 0:
            return never(who)
        case HeldFor(test=IsKnown(known=False)):
            return (condition,)
        case _:
            return None


def _all_never(condition: All) -> tuple[Condition, ...] | None:
    parts = conjuncts(condition)
    compared = dict.fromkeys(parts[:_COMPARED])
    inner = next((r for r in map(never, parts) if r is not None), None)
    return (
        inner
        if inner is not None
        else next(((a, b) for a, b in combinations(compared, 2) if _exclude(a, b)), None)
    )


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """All the conditions that must hold for it, as far as `all` says so."""
    return tuple(_flat(condition, All)) if isinstance(condition, All) else (condition,)


def _flat(condition: All | Any, kind: type[All] | type[Any]) -> Iterator[Condition]:
    """The parts, and those of parts of the same kind."""
    for part in condition.of:
        if isinstance(part, All | Any) and isinstance(part, kind):
            yield from _flat(part, kind)
        else:
            yield part


def always(condition: Condition) -> bool:
    """Whether it holds for everybody."""
    match condition:
        case Always():
            return True
        case All(of):
            return all(map(always, of))
        case Any(of):
            return any(map(always, of)) or any(
                _are_opposites(a, b) for a, b in combinations(of[:_COMPARED], 2)
            )
        case Not(of):
            return never(of) is not None
        case AtLeast(n, of):
            return sum(map(always, of)) >= n
        case _:
            return False


def _are_opposites(one: Condition, other: Condition) -> bool:
    if isinstance(one, AttributeTest) and isinstance(other, AttributeTest) and one.field == other.field:
        return {one.test, other.test} == {IsKnown(True), IsKnown(False)}
    return one == Not(other) or other == Not(one)


def _exclude(one: Condition, other: Condition) -> bool:
    if one == Not(other) or other == Not(one):
        return True
    match one, other:
        case AttributeTest() | HeldFor(), AttributeTest() | HeldFor() if one.field == other.field:
            return _values_exclude(one, other)
        case Did(times=times), Did(times=others) if _same_count(one, other):
            return _outside(times, others) or _outside(others, times)
        case HasRole(role), HasRole(other_role) if role == other_role:
            return one.missing is not other.missing
        case (GradeIs(), GradeIsOpen()) | (GradeIsOpen(), GradeIs()):
            return True
        case GradeIs(a), GradeIs(b):
            return not set(a) & set(b)
        case LevelIs(n), LevelIs(m):
            return not set(n) & set(m)
        case RankIs(a), RankIs(b):
            return not set(a) & set(b)
        case ScoreIs(score), ScoreIs(other_score) if score is other_score:
            return _tests_exclude(
                Compare(one.comparison, one.bound), Compare(other.comparison, other.bound)
            ) or (_tests_exclude(Compare(other.comparison, other.bound), Compare(one.comparison, one.bound)))
        case (RankIs(ranks), GradeIs(grades)) | (GradeIs(grades), RankIs(ranks)):
            return not {rank[0] for rank in ranks} & set(grades)
        case (RankIs(ranks), LevelIs(levels)) | (LevelIs(levels), RankIs(ranks)):
            return not {int(rank[1]) for rank in ranks} & set(levels)
        case StageIs(a), StageIs(b):
            return not set(a) & set(b) or (a == b and len(a) == 1 and _spans_exclude(one, other))
        case (FirstTime(behaviour), Did(same, times, distinct=None)) | (
            Did(same, times, distinct=None),
            FirstTime(behaviour),
        ) if behaviour == same and times.low > 1:
            return True
        case _:
            return _acts_exclude(one, other) or _acts_exclude(other, one)


def _values_exclude(one: AttributeTest | HeldFor, other: AttributeTest | HeldFor) -> bool:
    """Whether no value passes both, or it would have to be held both longer and less."""
    test, second = one.test or IsKnown(), other.test or IsKnown()
    held = isinstance(one, HeldFor) and isinstance(other, HeldFor) and _spans_exclude(one, other)
    return held or _tests_exclude(test, second) or _tests_exclude(second, test)


def _spans_exclude(one: HeldFor | StageIs, other: HeldFor | StageIs) -> bool:
    """So long or longer, and for less than that."""
    if one.longer is other.longer or one.span is None or other.span is None:
        return False
    least, less = (one.span, other.span) if one.longer else (other.span, one.span)
    return _is_within(less, least)


def _is_within(short: Duration | None, long: Duration | None) -> bool:
    """Whether the first is surely no longer than the second; `None` is ever."""
    if short is None or long is None:
        return long is None
    if short.micros is None or long.micros is None:
        return short == long
    return short.micros <= long.micros


def _acts_exclude(one: Condition, other: Condition) -> bool:
    """A behaviour that was done in a window, and was not done in one that holds it."""
    did, did_not = _done(one), _not_done(other)
    return did is not None and any(did[0] == name and _is_within(did[1], span) for name, span in did_not)


def _done(condition: Condition) -> tuple[str, Duration | None] | None:
    """A behaviour that was surely done, and in which window."""
    match condition:
        case Did(behaviour, times, within, None) if times.low > 0:
            return behaviour, within
        case FirstTime(behaviour, within) | Resumed(behaviour, within=within):
            return behaviour, within
        case Stopped(behaviour):
            return behaviour, None
        case Regularly(behaviour, _, of):
            return behaviour, Duration(of, Unit.WEEKS)
        case _:
            return None


def _not_done(condition: Condition) -> tuple[tuple[str, Duration | None], ...]:
    """Behaviours that were surely not done, and in which window."""
    match condition:
        case Did(behaviour, Times(0, 0), within, None, None):
            return ((behaviour, within),)
        case Not(Did(behaviour, Times(1, None), within, None, None)):
            return ((behaviour, within),)
        case Stopped(behaviour, span):
            return ((behaviour, span),)
        case Silent(span, behaviours):
            return tuple((b, span) for b in behaviours)
        case _:
            return ()


def _same_count(one: Did, other: Did) -> bool:
    return (one.behaviour, one.within, one.since, one.distinct) == (
        other.behaviour,
        other.within,
        other.since,
        other.distinct,
    )


def _outside(one: Times, other: Times) -> bool:
    return one.high is not None and other.low > one.high


def _tests_exclude(one: ValueTest, other: ValueTest) -> bool:
    if isinstance(one, IsKnown) and not one.known:
        return other != IsKnown(False)
    if isinstance(one, OneOf) and isinstance(other, OneOf):
        return _sets_exclude(one, other)
    if isinstance(one, OneOf) and not one.negated:
        return all(_outside_range(v, other) for v in one.values)
    return _ranges_exclude(one, other)


def _sets_exclude(one: OneOf, other: OneOf) -> bool:
    a, b = {fold(v) for v in one.values}, {fold(v) for v in other.values}
    if one.negated:
        return False
    return a <= b if other.negated else not a & b


def _outside_range(value: str, test: ValueTest) -> bool:
    low, high = _range(test)
    bounds = [b for b, _ in (low, high) if b is not None]
    if not bounds:
        return False
    at: Decimal | str = Decimal(value) if isinstance(bounds[0], Decimal) else value
    return _beyond((at, True), high) or _beyond(low, (at, True))


Limit = tuple[Decimal | str | None, bool]
_OPEN: Limit = (None, True)


def _range(test: ValueTest) -> tuple[Limit, Limit]:
    """Lower and upper limit, each with whether it is included."""
    match test:
        case Between(low, high):
            return (low, True), (high, True)
        case Compare(Comparison.AT_LEAST, bound):
            return (bound, True), _OPEN
        case Compare(Comparison.MORE_THAN, bound):
            return (bound, False), _OPEN
        case Compare(Comparison.AT_MOST, bound):
            return _OPEN, (bound, True)
        case Compare(Comparison.LESS_THAN, bound):
            return _OPEN, (bound, False)
        case _:
            return _OPEN, _OPEN


def _ranges_exclude(one: ValueTest, other: ValueTest) -> bool:
    (low, _), (_, high) = _range(one), _range(other)
    return _beyond(low, high)


def _beyond(low: Limit, high: Limit) -> bool:
    """Whether nothing lies from `low` to `high`."""
    if low[0] is None or high[0] is None or type(low[0]) is not type(high[0]):
        return False
    a, b = (low[0], high[0]) if isinstance(low[0], Decimal) else (str(low[0]), str(high[0]))
    return bool(a > b) or (a == b and not (low[1] and high[1]))  # type: ignore[operator]
