"""Salesforce ids: 15 case-sensitive characters, or 18 that say the cases once more at the end."""

from __future__ import annotations

import re

from handraise.importers.rejects import CellError

_SHAPE = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?\Z")
_CASES = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "1" * 26 + "0" * 36)
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def suffix_of(id15: str) -> str:
    """The last three characters: for each five, which of them are capitals."""
    bits = id15.translate(_CASES)
    return _SUFFIX[int(bits[4::-1], 2)] + _SUFFIX[int(bits[9:4:-1], 2)] + _SUFFIX[int(bits[14:9:-1], 2)]


def to_18(text: str) -> str:
    """The id in its long form. Raises `CellError` for what is no id, or is one whose letters were changed."""
    id_ = text.strip()
    if not _SHAPE.match(id_):
        raise CellError("not_an_id", f"`{id_[:40]}` is not a Salesforce id of 15 or 18 characters.")
    short = id_[:15]
    suffix = suffix_of(short)
    if len(id_) == 18 and id_[15:] != suffix:
        raise CellError(
            "id_checksum",
            f"the id `{id_}` does not end in `{suffix}`; capitals were changed, or a character.",
        )
    return short + suffix


def id_or_text(text: str) -> str:
    """An id in its long form, anything else (a name in a report) as written."""
    try:
        return to_18(text)
    except CellError:
        return text
