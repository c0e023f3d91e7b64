"""Records: mappings with known keys; and the parts of a playbook, which problems name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from handraise.errors import Span
from handraise.playbook.nodes import ListNode, MapNode, Node, Pair, TextNode
from handraise.playbook.reading import WRONG, Reading, Wrong, did_you_mean, normal
from handraise.playbook.shapes import Json, SchemaBook, Shape, is_name, not_a_name

T = TypeVar("T")


@dataclass(frozen=True)
class Key:
    """A known key of a record."""

    name: str
    shape: Shape[Any]
    help: str
    required: bool = False
    also: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        return tuple(normal(w) for w in (self.name, *self.also))


@dataclass
class Got:
    """What was read of one record: values and their nodes by key, and where it stands."""

    values: dict[str, Any]
    nodes: dict[str, Node]
    node: MapNode
    to: Reading
    keys: dict[str, Span] = field(default_factory=dict)

    def get(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def __contains__(self, key: object) -> bool:
        return key in self.values

    def at(self, key: str) -> Node:
        return self.nodes.get(key, self.node)


@dataclass(frozen=True)
class Record(Shape[T]):
    """A mapping with known keys. `build` makes the value, or says what is wrong with the whole."""

    what: str
    keys: tuple[Key, ...]
    build: Callable[[Got], T | Wrong]
    min_keys: int = 0
    closed: dict[str, Any] = field(default_factory=dict)

    @property
    def expected(self) -> str:
        return self.what

    def read(self, node: Node, to: Reading) -> T | Wrong:
        if not isinstance(node, MapNode):
            return self.refuse(node, to, self.advice)
        got = Got({}, {}, node, to)
        read = [self._pair(pair, got) for pair in node.pairs]
        missing = [k for k in self.keys if k.required and k.name not in got.nodes]
        for key in missing:
            to.say(
                "PB202",
                node,
                f"{to.part} has no `{key.name}`.",
                f"Add `{key.name}:` {key.help[0].lower()}{key.help[1:]}",
            )
        return self.build(got) if all(read) and not missing else WRONG

    @property
    def advice(self) -> str:
        first = [k.name for k in self.keys if k.required] or [k.name for k in self.keys][:1]
        return f"Write `{{{', '.join(f'{k}: ...' for k in first)}}}`."

    def _pair(self, pair: Pair, got: Got) -> bool:
        key = next((k for k in self.keys if normal(pair.key.text) in k.forms), None)
        if key is None:
            self._unknown(pair.key, got.to)
            return False
        if key.name in got.nodes:
            got.to.say(
                "PB102",
                pair.key,
                f"`{key.name}` is written twice here.",
                "Keep one of them.",
                related=((got.keys[key.name], "the other one"),),
            )
            return False
        got.nodes[key.name] = pair.value
        got.keys[key.name] = pair.key.span
        got.to.key_place = pair.key.span
        return self._value(key, pair.value, got)

    def _value(self, key: Key, node: Node, got: Got) -> bool:
        value = key.shape.read(node, got.to)
        if isinstance(value, Wrong):
            return False
        got.values[key.name] = value
        return True

    def _unknown(self, key: TextNode, to: Reading) -> None:
        words = [k.name for k in self.keys]
        to.say(
            "PB201",
            key,
            f"{to.part} has `{key.text}`, which is no word there.",
            did_you_mean(key.text, words),
        )

    def schema(self, book: SchemaBook) -> Json:
        schema: Json = {"type": "object", "additionalProperties": False, **keys_schema(self.keys, book)}
        required = [k.name for k in self.keys if k.required and not k.also]
        if required:
            schema["required"] = required
        if self.min_keys:
            schema["minProperties"] = self.min_keys
        return {**schema, **self.closed}


def keys_schema(keys: tuple[Key, ...], book: SchemaBook) -> Json:
    """`properties` in the usual spelling (what editors complete) and `patternProperties` for the others."""
    properties = {k.name: described(k.shape.schema(book), k.help) for k in keys}
    others = {_pattern(k): properties[k.name] for k in keys if _has_other_forms(k)}
    return {"properties": properties, **({"patternProperties": others} if others else {})}


def described(schema: Json, help_: str) -> Json:
    """With its hover help. Draft 7 ignores what stands beside a `$ref`, so a reference is wrapped."""
    return {"allOf": [schema], "description": help_} if "$ref" in schema else {**schema, "description": help_}


def _has_other_forms(key: Key) -> bool:
    return bool(key.also) or " " in key.name or "_" in key.name


def _pattern(key: Key) -> str:
    forms = "|".join(re.escape(f).replace(r"\ ", "[ _]") for f in key.forms)
    return f"^({forms})$"


@dataclass(frozen=True)
class NamedParts(Shape[dict[str, T]]):
    """Parts under names that the team chooses: `behaviours`, `segments`. A wrong one leaves the others."""

    kind: str
    what: str
    make: Callable[[str, Node, Reading], T | Wrong]
    inner: Shape[Any]

    @property
    def expected(self) -> str:
        return self.what

    def read(self, node: Node, to: Reading) -> dict[str, T] | Wrong:
        if not isinstance(node, MapNode):
            return self.refuse(
                node, to, f"Write the name of the {self.kind}, `:` and what it is, one below the other."
            )
        values: dict[str, T] = {}
        for pair in node.pairs:
            with to.inside(f"{self.kind} `{pair.key.text}`", pair.key.span):
                value = self._one(pair, to)
                to.keep(self.kind, value)
            if not isinstance(value, Wrong):
                values[pair.key.text] = value
        return values

    def _one(self, pair: Pair, to: Reading) -> T | Wrong:
        if not is_name(pair.key.text):
            return not_a_name(pair.key, f"the name of a {self.kind}", to)
        return self.make(pair.key.text, pair.value, to)

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "object", "additionalProperties": self.inner.schema(book)}


@dataclass(frozen=True)
class ListedParts(Shape[tuple[T, ...]]):
    """Parts in a list: rules, buyer segments. Each is called by its own name where it has one."""

    kind: str
    what: str
    item: Shape[T]
    called_by: tuple[str, ...]

    @property
    def expected(self) -> str:
        return self.what

    def read(self, node: Node, to: Reading) -> tuple[T, ...] | Wrong:
        if not isinstance(node, ListNode):
            return self.refuse(node, to, "Write a list, each entry after `- `.")
        values: list[T] = []
        for number, item in enumerate(node.items, start=1):
            with to.inside(self._call(item, number, to), _head(item)):
                value = self.item.read(item, to)
                to.keep(self.kind, value)
            if not isinstance(value, Wrong):
                values.append(value)
        return tuple(values)

    def _call(self, item: Node, number: int, to: Reading) -> str:
        names = [item.get(k) for k in self.called_by] if isinstance(item, MapNode) else []
        name = next((n.text for n in names if isinstance(n, TextNode) and n.text), None)
        called = f"{self.kind} `{name}`" if name else f"{self.kind} {number}"
        return called if called not in to.places else f"{called} (number {number})"

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "array", "items": self.item.schema(book)}


def _head(node: Node) -> Span:
    """Where a part is pointed at: its first key."""
    return node.pairs[0].key.span if isinstance(node, MapNode) and node.pairs else node.span
