"""Reading the parts of a mapping: texts, lists, column specs, conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from rapidfuzz import process

from handraise.errors import Problem, Severity, Span
from handraise.importers.instants import is_format
from handraise.importers.mapping.model import ColumnSpec, Condition, Since
from handraise.importers.mapping.tables import Word
from handraise.model.activities import ACTIVITY_TYPES, is_activity_type
from handraise.model.conditions import DealStatus
from handraise.model.values import FieldType
from handraise.playbook.nodes import Core, ListNode, MapNode, Node, TextNode, boolean_of, core_of
from handraise.playbook.text import Source

T = TypeVar("T")

MAPPING_CODES = {
    "MP201": "Unknown word",
    "MP202": "Something is missing",
    "MP203": "Another kind of thing is expected",
    "MP204": "Unknown table",
    "MP205": "Unknown field",
    "MP206": "Unknown kind of activity",
    "MP207": "Unknown status",
    "MP208": "Unknown time zone",
    "MP209": "Unknown type",
    "MP210": "Not a name or a format",
    "MP211": "A list is empty",
    "MP212": "Two things that exclude each other",
    "MP213": "Unknown choice",
    "MP214": "The file has no such column",
    "MP301": "A field of one's own that is nearly a known one",
}
_SPEC_WORDS = (
    "column", "template", "constant", "exported", "type", "format", "zone", "map", "missing", "default", "source",
    "separator", "optional", "assumed",
)  # fmt: skip


class Stop(Exception):  # noqa: N818 - ends the reading of one part; its problem is already among the problems
    pass


class SpecReader:
    """Reads parts; problems are collected, a part that makes no sense raises `Stop`."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._lines = source.text.splitlines()
        self.problems: list[Problem] = []

    def add(
        self, code: str, span: Span, sentence: str, *advice: str, severity: Severity = Severity.ERROR
    ) -> None:
        line = self._lines[span.line - 1] if span.line <= len(self._lines) else None
        self.problems.append(Problem(code, sentence, span, line, advice, severity=severity))

    def stop(self, code: str, span: Span, sentence: str, *advice: str) -> Stop:
        self.add(code, span, sentence, *advice)
        return Stop()

    def nearest(self, name: str, known: Iterable[str]) -> tuple[str, ...]:
        names = list(known)
        found = process.extractOne(name, names, score_cutoff=60)
        if found:
            return (f"Did you mean `{found[0]}`?",)
        return (f"There are {', '.join(f'`{n}`' for n in names)}.",) if len(names) <= 20 else ()

    def only(self, node: MapNode, words: Sequence[str], where: str) -> None:
        for pair in node.pairs:
            if pair.key.text not in words:
                self.add(
                    "MP201",
                    pair.key.span,
                    f"`{pair.key.text}` is not a word of {where}.",
                    *self.nearest(pair.key.text, words),
                )

    def map(self, node: Node, words: Sequence[str], where: str) -> MapNode:
        if not isinstance(node, MapNode):
            raise self.stop("MP203", node.span, f"{where} is written as keys and values.")
        self.only(node, words, where)
        return node

    def need(self, node: MapNode, word: str, where: str) -> Node:
        found = node.get(word)
        if found is None:
            raise self.stop("MP202", node.span, f"{where} needs `{word}`.")
        return found

    def items(self, node: Node, what: str) -> tuple[Node, ...]:
        if not isinstance(node, ListNode):
            raise self.stop("MP203", node.span, f"`{what}` is a list.")
        if not node.items:
            raise self.stop("MP211", node.span, f"`{what}` is empty.")
        return node.items

    def text(self, node: Node) -> str:
        if not isinstance(node, TextNode):
            raise self.stop("MP203", node.span, "a text is expected here.")
        return node.text

    def texts(self, node: Node) -> tuple[str, ...]:
        """One text, or a list of them."""
        nodes = node.items if isinstance(node, ListNode) else (node,)
        return tuple(self.text(n) for n in nodes)

    def optional(self, node: MapNode, word: str, read: Callable[[Node], T], otherwise: T) -> T:
        """What stands behind a word, or `otherwise`; also where it makes no sense (then a problem says so)."""
        found = node.get(word)
        try:
            return otherwise if found is None else read(found)
        except Stop:
            return otherwise

    def zone(self, node: Node) -> str:
        name = self.text(node)
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError):  # a zone that is not there is a KeyError
            raise self.stop(
                "MP208",
                node.span,
                f"`{name}` is not a time zone.",
                "Write one like `Europe/Berlin` or `UTC`.",
            ) from None
        return name

    def since(self, node: Node) -> Since:
        name = self.text(node)
        if name not in {s.value for s in Since}:
            raise self.stop(
                "MP213",
                node.span,
                f"`{name}` does not say since when.",
                "Write `from_creation` or `from_export`.",
            )
        return Since(name)

    def flag(self, node: Node) -> bool:
        value = boolean_of(node) if isinstance(node, TextNode) else None
        if value is None:
            raise self.stop("MP203", node.span, "`true` or `false` is expected here.")
        return value

    def spec(self, node: Node) -> ColumnSpec | None:
        """A column's name, or keys and values that say how it is read."""
        try:
            if isinstance(node, TextNode):
                return ColumnSpec(column=node.text.strip(), span=node.span)
            return self._long_spec(self.map(node, _SPEC_WORDS, "a column"))
        except Stop:
            return None

    def _long_spec(self, node: MapNode) -> ColumnSpec:
        column = self.optional(node, "column", self.text, None)
        template = self.optional(node, "template", self.text, None)
        constant = self.optional(node, "constant", self.text, None)
        exported = self.optional(node, "exported", self.flag, False)
        if sum((column is not None, template is not None, constant is not None, exported)) != 1:
            raise self.stop(
                "MP212",
                node.span,
                "a column has exactly one of `column`, `template`, `constant` and `exported`.",
            )
        return ColumnSpec(
            column, template, constant, exported,
            self.optional(node, "type", self._type, None),
            self.optional(node, "format", self._formats, ()),
            self.optional(node, "zone", self.zone, None),
            self.optional(node, "map", self._value_map, None),
            self.optional(node, "missing", self.texts, ()),
            self.optional(node, "default", self.text, None),
            self.optional(node, "source", self.text, None),
            self.optional(node, "separator", self.text, ";"),
            self.optional(node, "optional", self.flag, False),
            self.optional(node, "assumed", self.since, None),
            node.span,
        )  # fmt: skip

    def _type(self, node: Node) -> FieldType:
        name = self.text(node)
        types = {t.value: t for t in FieldType}
        if name not in types:
            raise self.stop("MP209", node.span, f"`{name}` is not a type.", *self.nearest(name, types))
        return types[name]

    def _formats(self, node: Node) -> tuple[str, ...]:
        found = self.texts(node)
        for name in found:
            if not is_format(name):
                raise self.stop(
                    "MP210",
                    node.span,
                    f"`{name}` is not a format of dates.",
                    'Write it like "%d/%m/%Y" or "%Y-%m-%d %H:%M", or `unix seconds`.',
                )
        return found

    def _value_map(self, node: Node) -> dict[str, str | None]:
        if not isinstance(node, MapNode):
            raise self.stop("MP203", node.span, "`map` is written as value: value.")
        found: dict[str, str | None] = {}
        for pair in node.pairs:
            nothing = isinstance(pair.value, TextNode) and core_of(pair.value) is Core.NOTHING
            found[pair.key.text] = None if nothing else self.text(pair.value)
        return found

    def conditions(self, node: Node) -> tuple[Condition, ...]:
        nodes = node.items if isinstance(node, ListNode) else (node,)
        return tuple(self._condition(n) for n in nodes)

    def _condition(self, node: Node) -> Condition:
        what = self.map(node, ("column", "is", "is_not", "known"), "`when`")
        column = self.text(self.need(what, "column", "`when`"))
        known = what.get("known")
        if sum(what.get(w) is not None for w in ("is", "is_not", "known")) != 1:
            raise self.stop("MP212", node.span, "`when` has exactly one of `is`, `is_not` and `known`.")
        if known is not None:
            return Condition(column, None, not self.flag(known), node.span)
        negated = what.get("is_not") is not None
        values = self.texts(self.need(what, "is_not" if negated else "is", "`when`"))
        return Condition(column, values, negated, node.span)

    def check_possible(self, spec: ColumnSpec, kind: Word, node: Node) -> None:
        """That the values which the mapping itself names are ones that the word can have."""
        for value in spec.possible or ():
            if kind is Word.ACTIVITY_TYPE and not is_activity_type(value):
                self.add(
                    "MP206",
                    node.span,
                    f"`{value}` is not a kind of activity.",
                    *self.nearest(value, ACTIVITY_TYPES),
                    "Your own are written `custom.name`.",
                )
            if kind is Word.STATUS and value not in {s.value for s in DealStatus}:
                self.add(
                    "MP207",
                    node.span,
                    f"`{value}` is not a status of a deal.",
                    "Write `open`, `won` or `lost`.",
                )
