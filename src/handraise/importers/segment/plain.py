"""JSON values as the texts that facts hold."""

from __future__ import annotations

import json
from collections.abc import Mapping


def plain(value: object) -> str | None:
    """A value as text; `None` for nothing, an empty text, list or object."""
    match value:
        case None | "":
            return None
        case bool():
            return "true" if value else "false"
        case str():
            return None if value.isspace() else value
        case int() | float():
            return str(value)
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else None
        case _:
            return str(value)


def mapping_in(call: Mapping[str, object], name: str) -> Mapping[str, object]:
    """The object of that name; an empty one where there is none."""
    found = call.get(name)
    return found if isinstance(found, Mapping) else {}
