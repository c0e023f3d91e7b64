"""JSON values as the texts that facts hold."""

from __future__ import annotations

import json
from collections.abc import Mapping

_NOTHING: Mapping[str, object] = {}


def plain(value: object) -> str | None:
    """A value as text; `None` for nothing, an empty text, list or object."""
    if value is None:
        return None
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else None
    return str(value)


def mapping_in(call: Mapping[str, object], name: str) -> Mapping[str, object]:
    """The object of that name; an empty one where there is none."""
    found = call.get(name)
    return found if isinstance(found, dict) else _NOTHING if not isinstance(found, Mapping) else found
