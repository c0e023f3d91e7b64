"""Shapes: what may stand in a place of a playbook, declared once.

A shape reads a node into a value of the model, or says what is wrong with it; and it gives the JSON
Schema (draft 7) of what it reads. Both come from the same declaration, so they cannot drift apart.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from handraise.model.fields import FieldCatalog
from handraise.playbook.nodes import (
    Core,
    ListNode,
    MapNode,
    Node,
    TextNode,
    core_of,
    is_surprising,
    kind_of,
)
from handraise.playbook.reading import WRONG, Reading, Wrong, did_you_mean, normal

Json = dict[str, Any]
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class SchemaBook:
    """What a schema is made for: the fields there are. Recursive shapes are referred to by name."""

    catalog: FieldCatalog


class Shape(ABC, Generic[T_co]):
    """What may stand in one place."""

    @property
    @abstractmethod
    def expected(self) -> str:
        """Finishes "... is expected"."""

    @abstractmethod
    def read(self, node: Node, to: Reading) -> T_co | Wrong: ...

    @abstractmethod
    def schema(self, book: SchemaBook) -> Json: ...

    def refuse(self, node: Node, to: Reading, *advice: str) -> Wrong:
        """Another kind of thing stands here."""
        return to.say(
            "PB203", node, f"{to.part} has {kind_of(node)} where {self.expected} is expected.", *advice
        )


@dataclass(frozen=True)
class Text(Shape[str]):
    """A text, kept as written."""

    what: str = "a text"
    may_be_empty: bool = False

    @property
    def expected(self) -> str:
        return self.what

    def read(self, node: Node, to: Reading) -> str | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        return text_of(node, to, self.what, self.may_be_empty)

    def schema(self, book: SchemaBook) -> Json:
        return {"type": ["string", "number"]}


def text_of(node: TextNode, to: Reading, what: str = "a text", may_be_empty: bool = False) -> str | Wrong:
    """The scalar as written; empty ones, and unquoted ones that YAML takes for something else, are refused."""
    core = core_of(node)
    if core is Core.NOTHING or (node.text.strip() == "" and not may_be_empty):
        return to.say(
            "PB311", node, f"{to.part} has nothing where {what} is expected.", "Write it, or delete the key."
        )
    if core is Core.BOOLEAN:
        return to.say(
            "PB311",
            node,
            f"{to.part} has `{node.text}` where {what} is expected, and unquoted YAML reads that as yes or no.",
            f'Write "{node.text}" if you mean the word.',
        )
    warn_if_surprising(node, to)
    return node.text


def warn_if_surprising(node: TextNode, to: Reading) -> None:
    if is_surprising(node):
        to.say(
            "PB113",
            node,
            f"`{node.text}` is a text here, but some other tools read it as something else.",
            f'Write "{node.text}" in quotes.',
        )


@dataclass(frozen=True)
class Name(Shape[str]):
    """A reference to something by name, or the name something gets."""

    what: str

    @property
    def expected(self) -> str:
        return self.what

    def read(self, node: Node, to: Reading) -> str | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        text = text_of(node, to, self.what)
        return text if isinstance(text, Wrong) or is_name(text) else not_a_name(node, self.what, to)

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "string"}


def is_name(text: str) -> bool:
    """Names start with a letter and hold letters, digits, `_` and `-`, so that they need no quotes anywhere."""
    return text[:1].isalpha() and len(text) <= 80 and text.replace("_", "a").replace("-", "a").isalnum()


def not_a_name(node: TextNode, what: str, to: Reading) -> Wrong:
    return to.say(
        "PB215",
        node,
        f"`{node.text}` cannot be {what}.",
        "Start with a letter; use letters, digits, `_` and `-`, at most 80.",
    )


@dataclass(frozen=True)
class Choice(Shape[T]):
    """One word out of a few."""

    what: str
    values: tuple[tuple[str, T], ...]
    code: str = "PB213"

    @property
    def expected(self) -> str:
        return self.what

    def read(self, node: Node, to: Reading) -> T | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        found = {normal(w): v for w, v in self.values}.get(normal(node.text))
        if found is None:
            words = [w for w, _ in self.values]
            return to.say(
                self.code,
                node,
                f"{to.part} has `{node.text}` where {self.what} is expected.",
                did_you_mean(node.text, words),
            )
        return found

    def schema(self, book: SchemaBook) -> Json:
        words = [w for w, _ in self.values]
        numbers = [int(w) for w in words if w.isdecimal()]
        return {"enum": [*spellings(words), *numbers]}


def spellings(words: Iterable[str]) -> list[str]:
    """Each word, and its other spellings that are read alike, the usual one first."""
    usual = list(words)
    other = [form for w in usual for form in (w.replace("_", " "), w.replace(" ", "_"))]
    return list(dict.fromkeys([*usual, *other]))


@dataclass(frozen=True)
class Many(Shape[tuple[T, ...]]):
    """A list, or one thing where one is enough."""

    item: Shape[T]
    what: str
    one_is_enough: bool = True

    @property
    def expected(self) -> str:
        return self.what

    def read(self, node: Node, to: Reading) -> tuple[T, ...] | Wrong:
        if not isinstance(node, ListNode):
            if not self.one_is_enough:
                return self.refuse(node, to, "Write a list: `[...]`, or one `- ` a line.")
            one = self.item.read(node, to)
            return one if isinstance(one, Wrong) else (one,)
        if not node.items:
            return to.say(
                "PB310",
                node,
                f"{to.part} has an empty list where {self.what} is expected.",
                "Name at least one, or delete the key.",
            )
        return each(self.item, node.items, to)

    def schema(self, book: SchemaBook) -> Json:
        item = self.item.schema(book)
        listed = {"type": "array", "minItems": 1, "items": item}
        return {"anyOf": [item, listed]} if self.one_is_enough else listed


def each(item: Shape[T], nodes: Iterable[Node], to: Reading) -> tuple[T, ...] | Wrong:
    """All of them read, so that every problem is met; `WRONG` if one is."""
    values: list[T] = []
    wrong = False
    for node in nodes:
        value = item.read(node, to)
        if isinstance(value, Wrong):
            wrong = True
        else:
            values.append(value)
    return WRONG if wrong else tuple(values)


@dataclass(frozen=True)
class Either(Shape[T]):
    """One of several shapes, told apart by what kind of node stands there."""

    what: str
    scalar: Shape[T] | None = None
    mapping: Shape[T] | None = None
    listing: Shape[T] | None = None

    @property
    def expected(self) -> str:
        return self.what

    def read(self, node: Node, to: Reading) -> T | Wrong:
        shape = (
            self.mapping
            if isinstance(node, MapNode)
            else self.listing
            if isinstance(node, ListNode)
            else self.scalar
        )
        return shape.read(node, to) if shape else self.refuse(node, to)

    def schema(self, book: SchemaBook) -> Json:
        return {"anyOf": [s.schema(book) for s in (self.scalar, self.mapping, self.listing) if s]}


@dataclass(frozen=True)
class Named(Shape[dict[str, T]]):
    """Keys that the team chooses, each with a value."""

    value: Shape[T]
    what: str
    free_keys: bool = False
    check_key: Callable[[TextNode, Reading], bool] | None = None

    @property
    def expected(self) -> str:
        return self.what

    def read(self, node: Node, to: Reading) -> dict[str, T] | Wrong:
        if not isinstance(node, MapNode):
            return self.refuse(node, to, "Write `name: ...`, one a line.")
        read = {p.key.text: self._one(p.key, p.value, to) for p in node.pairs}
        values = {k: v for k, v in read.items() if not isinstance(v, Wrong)}
        return values if len(values) == len(read) else WRONG

    def _one(self, key: TextNode, value: Node, to: Reading) -> T | Wrong:
        if not self.free_keys and not is_name(key.text):
            return not_a_name(key, "a name", to)
        if self.check_key and not self.check_key(key, to):
            return WRONG
        return self.value.read(value, to)

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "object", "additionalProperties": self.value.schema(book)}
