"""The words that read other decisions: `segment`, `grade`, `level`, `rank`, `score`, `marketing_qualified`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from handraise.model.conditions import (
    All,
    Any,
    Condition,
    GradeIs,
    GradeIsOpen,
    InSegment,
    IsMarketingQualified,
    Not,
    Score,
    ScoreIs,
)
from handraise.model.playbook import SegmentOf
from handraise.model.scores import GRADES, LEVELS, RANKS
from handraise.model.value_tests import Comparison
from handraise.playbook.nodes import Node, TextNode
from handraise.playbook.quantities import Number
from handraise.playbook.reading import WRONG, Reading, Wrong, nearest
from handraise.playbook.records import Got, Key, Record
from handraise.playbook.shapes import Choice, Either, Json, Many, SchemaBook, Shape

POINTS = Number("a number of points", Decimal(-1_000_000), Decimal(1_000_000), decimals=2)


T = TypeVar("T")


@dataclass(frozen=True)
class Mapped(Shape[Condition], Generic[T]):
    """A condition made of what another shape reads."""

    inner: Shape[T]
    make: Callable[[T], Condition]

    @property
    def expected(self) -> str:
        return self.inner.expected

    def read(self, node: Node, to: Reading) -> Condition | Wrong:
        value = self.inner.read(node, to)
        return WRONG if isinstance(value, Wrong) else self.make(value)

    def schema(self, book: SchemaBook) -> Json:
        return self.inner.schema(book)


@dataclass(frozen=True)
class SegmentName(Shape[str]):
    """The name of one of the playbook's segments; where an account is asked, one of accounts."""

    @property
    def expected(self) -> str:
        return "the name of a segment"

    def read(self, node: Node, to: Reading) -> str | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        if node.text not in to.names.segments:
            advice = _meant(node.text, to)
            return to.say(
                "PB207", node, f"{to.part} uses the segment `{node.text}`, which is not declared.", advice
            )
        if to.asks is SegmentOf.ACCOUNTS and to.names.segments[node.text] is SegmentOf.PEOPLE:
            return to.say(
                "PB409",
                node,
                f"{to.part} asks an account, but `{node.text}` is a segment of people.",
                f"Write `account: {{people: {{at_least: 1}}, who: {{segment: {node.text}}}}}`.",
            )
        return node.text

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "string"}


def _meant(name: str, to: Reading) -> str:
    near = nearest(name, to.names.segments)
    return (
        f"Did you mean `{near}`?" if near else f"Declare it: `segments: {{{name}: {{of: ..., when: ...}}}}`."
    )


_GRADE = Choice("a grade", tuple((g, g) for g in GRADES), "PB209")
_GRADE_OR_OPEN = Choice("a grade or `open`", (*((g, (g,)) for g in GRADES), ("open", ())), "PB209")
GRADE = Either("a grade", scalar=_GRADE_OR_OPEN, listing=Many(_GRADE, "a grade"))
LEVEL = Many(Choice("a level", tuple((str(n), n) for n in LEVELS), "PB209"), "a level")
RANK = Many(Choice("a rank", tuple((r, r) for r in RANKS), "PB209"), "a rank")


def as_grade(grades: tuple[str, ...]) -> Condition:
    return GradeIs(grades) if grades else GradeIsOpen()


def as_segments(names: tuple[str, ...]) -> Condition:
    return InSegment(names[0]) if len(names) == 1 else Any(tuple(InSegment(n) for n in names))


def as_marketing_qualified(flag: bool) -> Condition:
    return IsMarketingQualified() if flag else Not(IsMarketingQualified())


_BOUND_KEYS = tuple(
    Key(c.value, POINTS, f"{c.value.replace('_', ' ').capitalize()} so many points.") for c in Comparison
)


def _bounds(got: Got) -> dict[Comparison, Decimal] | Wrong:
    return {c: got[c.value] for c in Comparison if c.value in got}


_BOUNDS = Record("bounds in points", _BOUND_KEYS, _bounds, min_keys=1)


def _score(got: Got) -> Condition | Wrong:
    tests = tuple(ScoreIs(s, c, bound) for s in Score for c, bound in got.get(s.value, {}).items())
    if not tests:
        return got.to.say(
            "PB405",
            got.node,
            f"{got.to.part} tests a score without a bound.",
            "Write `score: {fit: {at_least: 50}}`.",
        )
    return tests[0] if len(tests) == 1 else All(tests)


SCORE: Record[Condition] = Record(
    "a score and its bound",
    tuple(Key(s.value, _BOUNDS, f"The {s.value} score.") for s in Score),
    _score,
    min_keys=1,
)
