"""Reading a cell as a field's type, into the canonical text of `model.values`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache

from handraise.importers.instants import InstantReader
from handraise.importers.rejects import CellError
from handraise.model.time import iso
from handraise.model.values import FieldType, list_text, number_text

CellParser = Callable[[str], str]

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\Z")
_WHOLE = re.compile(r"(0|[1-9][0-9]{0,17})\Z")
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}

# Spellings of "we do not know" that stand in cells. They stay what is written until the mapping or the settings
# say otherwise; where they are seen, a finding says how often.
PLACEHOLDERS: frozenset[str] = frozenset(
    spelling
    for word in (
        "null", "none", "n/a", "na", "#n/a", "select", "select...", "--none--", "- none -", "-none-", "please select",
        "unknown", "unassigned", "nil", "undefined", "not available", "not provided", "[not provided]", "tbd", "nan",
    )
    for spelling in (word, word.upper(), word.title(), word.capitalize())
) | {"-", "--", "---", "?", "??", "N.A.", "n.a."}  # fmt: skip


def parse_number(text: str) -> str:
    stripped = text.strip()
    if _WHOLE.match(stripped):
        return stripped
    if not _NUMBER.match(stripped):
        raise CellError(
            "not_a_number",
            f"`{stripped[:40]}` is not a number; numbers are written without separators or signs of currency.",
        )
    try:
        return number_text(stripped)
    except ValueError as error:
        raise CellError("not_a_number", str(error)) from None


def parse_whole_number(text: str) -> str:
    number = parse_number(text)
    if "." in number:
        raise CellError("not_a_whole_number", f"`{text.strip()[:40]}` is not a whole number.")
    return number


def parse_flag(text: str) -> bool:
    """A truth value: `true`, `false`, `1` or `0` in any case."""
    value = _BOOLEANS.get(text) if text in _BOOLEANS else _BOOLEANS.get(text.strip().lower())
    if value is None:
        raise CellError("not_a_boolean", f"`{text.strip()[:40]}` is not `true` or `false`.")
    return value


def parse_boolean(text: str) -> str:
    return "true" if parse_flag(text) else "false"


def parse_list(text: str, separator: str = ";") -> str:
    """A list of texts, joined by `separator` or as a JSON array of texts."""
    stripped = text.strip()
    if stripped.startswith("["):
        try:
            items = json.loads(stripped)
        except (ValueError, RecursionError):
            items = None
        if isinstance(items, list) and all(isinstance(i, str) for i in items):
            return list_text(items)
    return list_text([part.strip() for part in text.split(separator) if part.strip()])


def _as_written(text: str) -> str:
    return text


def parser_of(type_: FieldType, instants: InstantReader, separator: str = ";") -> CellParser | None:
    """What reads a cell as this type; `None` for texts, which stay as they are written."""
    match type_:
        case FieldType.TEXT:
            return None
        case FieldType.WHOLE_NUMBER:
            return lru_cache(maxsize=4096)(parse_whole_number)
        case FieldType.NUMBER:
            return lru_cache(maxsize=4096)(parse_number)
        case FieldType.BOOLEAN:
            return parse_boolean
        case FieldType.DATE:
            return instants.date_text
        case FieldType.INSTANT:
            return lambda text: iso(instants.read(text))
        case FieldType.TEXT_LIST:
            return lambda text: parse_list(text, separator)
