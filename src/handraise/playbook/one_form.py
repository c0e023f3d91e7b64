"""One form for what is written in several: value lists without regard to order, repeats and letter case.

Values compare folded (`handraise.model.values.fold`), so that `[DE, CH]` and `[ch, DE]` ask the same. Only for comparing:
what is written, its version and what is read aloud keep the words of the team.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import singledispatch
from typing import TypeVar

from handraise.model.conditions import (
    Fired,
    GradeIs,
    HasOpportunity,
    LevelIs,
    RankIs,
    Silent,
    StageIs,
)
from handraise.model.value_tests import ListHas, OneOf, TextRelation, TextTest
from handraise.model.values import fold

T = TypeVar("T")


def in_one_form(part: T) -> T:
    """A condition, a part of a playbook or all of it, with every list of values in one form."""
    formed: T = _formed(part)  # type: ignore[assignment]
    return formed


@singledispatch
def _formed(part: object) -> object:
    if isinstance(part, tuple):
        return tuple(map(_formed, part))
    if isinstance(part, Mapping):
        return {key: _formed(value) for key, value in part.items()}
    if not is_dataclass(part) or isinstance(part, type):
        return part
    changed = {f.name: _formed(getattr(part, f.name)) for f in fields(part)}
    return replace(part, **changed)


@_formed.register
def _(test: OneOf) -> OneOf:
    return OneOf(_folded(test.values), test.negated)


@_formed.register
def _(test: ListHas) -> ListHas:
    values = _folded(test.values)
    return ListHas(values, test.all and len(values) != 1)


@_formed.register
def _(test: TextTest) -> TextTest:
    # In a pattern, `\D` is not `\d`.
    is_pattern = test.relation is TextRelation.MATCHES
    return TextTest(test.relation, tuple(sorted(set(test.texts))) if is_pattern else _folded(test.texts))


def _folded(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({fold(value) for value in values}))


@_formed.register
def _(condition: GradeIs) -> GradeIs:
    return GradeIs(tuple(sorted(set(condition.grades))))


@_formed.register
def _(condition: LevelIs) -> LevelIs:
    return LevelIs(tuple(sorted(set(condition.levels))))


@_formed.register
def _(condition: RankIs) -> RankIs:
    return RankIs(tuple(sorted(set(condition.ranks))))


@_formed.register
def _(condition: Silent) -> Silent:
    return replace(condition, behaviours=tuple(sorted(set(condition.behaviours))))


@_formed.register
def _(condition: StageIs) -> StageIs:
    return replace(condition, stages=tuple(sorted(set(condition.stages))))


@_formed.register
def _(condition: Fired) -> Fired:
    return replace(condition, triggers=tuple(sorted(set(condition.triggers))))


@_formed.register
def _(condition: HasOpportunity) -> HasOpportunity:
    return replace(condition, statuses=tuple(sorted(set(condition.statuses), key=lambda s: s.value)))
