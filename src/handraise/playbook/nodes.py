"""YAML text as a tree in which every key and value has its place.

The text is read at the level of events and kept as written: nothing becomes a number, a date or a
boolean until a place in the playbook expects one (YAML 1.2 core, so `no` and `1:30` are texts).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from handraise.errors import Span


@dataclass(frozen=True, slots=True)
class TextNode:
    """A scalar as written; `plain` when it stands without quotes."""

    text: str
    plain: bool
    span: Span


@dataclass(frozen=True, slots=True)
class ListNode:
    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Pair:
    key: TextNode
    value: Node


@dataclass(frozen=True, slots=True)
class MapNode:
    pairs: tuple[Pair, ...]
    span: Span

    def get(self, key: str) -> Node | None:
        return next((p.value for p in self.pairs if p.key.text == key), None)


Node = TextNode | ListNode | MapNode


class Core(Enum):
    """What YAML 1.2 core takes a scalar for."""

    NOTHING = "nothing"
    BOOLEAN = "true or false"
    NUMBER = "a number"
    TEXT = "a text"


_NOTHING = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")


def core_of(node: TextNode) -> Core:
    """What YAML takes the scalar for; quotes make it a text."""
    if not node.plain:
        return Core.TEXT
    if node.text in _NOTHING:
        return Core.NOTHING
    if node.text in _BOOLEAN:
        return Core.BOOLEAN
    return Core.NUMBER if _NUMBER.match(node.text) else Core.TEXT


def boolean_of(node: TextNode) -> bool | None:
    return _BOOLEAN.get(node.text) if node.plain else None


def kind_of(node: Node) -> str:
    """How a sentence names what stands there."""
    if isinstance(node, MapNode):
        return "keys and values"
    if isinstance(node, ListNode):
        return "a list"
    if core_of(node) is Core.NOTHING:
        return Core.NOTHING.value
    return f"`{node.text}`" if node.plain else f'`"{node.text}"`'


def data_of(node: Node) -> object:
    """Plain data, as a YAML 1.2 loader would give it; for checks against the JSON Schema."""
    if isinstance(node, MapNode):
        return {p.key.text: data_of(p.value) for p in node.pairs}
    if isinstance(node, ListNode):
        return [data_of(item) for item in node.items]
    match core_of(node):
        case Core.NOTHING:
            return None
        case Core.BOOLEAN:
            return boolean_of(node)
        case Core.NUMBER:
            number = float(node.text)
            return int(number) if number.is_integer() else number
        case Core.TEXT:
            return node.text


# Words that YAML 1.1 tools (older editors, spreadsheets' exports, CI) read as a boolean or as a number in
# base sixty. We keep them as written and say so.
_SURPRISING = re.compile(r"(?i:yes|no|on|off|y|n)\Z|[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?\Z|0[0-9]+\Z")


def is_surprising(node: TextNode) -> bool:
    """Whether other tools read the unquoted scalar as something else than what is written."""
    return node.plain and _SURPRISING.match(node.text) is not None
