"""Plain data as YAML text, one way only, so that equal data is equal text in every release."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

Data = str | int | bool | Decimal | Mapping[str, "Data"] | Sequence["Data"]

# Quoted whenever in doubt: only words that no YAML version takes for anything but a text stay bare.
_BARE = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*\Z")
_BARE_SPAN = re.compile(r"(top )?[0-9]+(\.[0-9]+)?(%| [a-z]+)\Z")
_TAKEN = frozenset(("true", "false", "yes", "no", "on", "off", "y", "n", "null", "inf", "nan"))
_NUMBER = re.compile(r"(0|-?[1-9][0-9]*)(\.[0-9]*[1-9])?\Z|-0\.[0-9]*[1-9]\Z")
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff\xa0]")


def scalar(value: str | int | bool | Decimal) -> str:
    """A scalar on one line. Texts that look like plain numbers stay bare: what they are depends on the field."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if (
        (_NUMBER.match(value) and len(value) < 30)
        or _BARE_SPAN.match(value)
        or (_BARE.match(value) and value.lower() not in _TAKEN)
    ):
        return value
    return _ESCAPED.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(value, ensure_ascii=False))


def flow(data: Data) -> str:
    """On one line, in braces and brackets."""
    if isinstance(data, Mapping):
        return "{" + ", ".join(f"{scalar(k)}: {flow(v)}" for k, v in data.items()) + "}"
    if isinstance(data, Sequence) and not isinstance(data, str):
        return "[" + ", ".join(flow(v) for v in data) + "]"
    return scalar(data)


_WIDTH = 100


def block(data: Mapping[str, Data], indent: int = 0) -> Iterator[str]:
    """Lines; short values on the line of their key."""
    for key, value in data.items():
        yield from _entry(f"{' ' * indent}{scalar(key)}:", value, indent)


def _entry(head: str, value: Data, indent: int) -> Iterator[str]:
    short = f"{head} {flow(value)}"
    if not isinstance(value, Mapping | list | tuple) or len(short) <= _WIDTH or not value:
        yield short
        return
    yield head
    if isinstance(value, Mapping):
        yield from block(value, indent + 2)
        return
    for item in value:
        yield from _item(item, indent + 2)


def _item(item: Data, indent: int) -> Iterator[str]:
    pad = " " * indent
    short = f"{pad}- {flow(item)}"
    if not isinstance(item, Mapping) or len(short) <= _WIDTH:
        yield short
        return
    lines = list(block(item, indent + 2))
    yield f"{pad}- {lines[0].lstrip()}"
    yield from lines[1:]
