"""HubSpot's ids: mostly numbers, in cells that may hold several."""

from __future__ import annotations

import re

from handraise.importers.rejects import CellError

_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")
_WHOLE = re.compile(r"[0-9]+\.0\Z")
_BETWEEN = re.compile(r"[;,]")
MOST_IN_A_CELL = 10_000


def to_id(text: str) -> str:
    """An id as it is compared; a number that a data frame wrote as `501.0` is `501`. Raises `CellError`."""
    id_ = text.strip()
    if _WHOLE.match(id_):
        id_ = id_[:-2]
    if not _SHAPE.match(id_):
        raise CellError(
            "not_an_id", f"`{id_[:40]}` is not an id of HubSpot; a spreadsheet may have changed it."
        )
    return id_


def to_ids(text: str) -> tuple[str, ...]:
    """The ids in a cell, between semicolons or commas, each once. Raises `CellError`."""
    parts = [part for part in _BETWEEN.split(text) if part.strip()]
    if len(parts) > MOST_IN_A_CELL:
        raise CellError("too_many", f"the cell holds more than {MOST_IN_A_CELL:,} ids.")
    return tuple(dict.fromkeys(to_id(part) for part in parts))
