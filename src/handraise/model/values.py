"""Attribute values and their types.

Values are stored as canonical text, so that two sources that say the same agree to the letter:
booleans `true`/`false`; numbers without exponent or trailing zeros; dates `2026-09-30`; instants
`2026-09-30T17:00:00Z`; lists as JSON arrays of texts.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

Value = str | int | float | Decimal | bool | date | datetime | tuple[str, ...]


class FieldType(Enum):
    """How a field's values are read and compared."""

    TEXT = "text"
    WHOLE_NUMBER = "whole number"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    TEXT_LIST = "list of texts"

    @property
    def is_numeric(self) -> bool:
        return self in (FieldType.WHOLE_NUMBER, FieldType.NUMBER)

    @property
    def is_temporal(self) -> bool:
        return self in (FieldType.DATE, FieldType.INSTANT)


# A number as people and systems write it; nothing else that `Decimal` would take (`1_000`, `NaN`, other digits).
NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")


def fold(text: str) -> str:
    """Text as it is compared: NFKC, casefolded, trimmed."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def number_text(number: int | float | Decimal | str) -> str:
    """The canonical text of a number. Raises `ValueError` for what is not a finite number."""
    written = str(number).strip()
    if not NUMBER.fullmatch(written):
        raise ValueError(f"`{written[:40]}` is not a number.")
    exact = Decimal(written)
    if exact.adjusted() > 30 or exact.adjusted() < -30:
        raise ValueError(f"`{str(number)[:40]}` is too large or too small a number.")
    text = format(exact, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def list_text(values: Sequence[str]) -> str:
    """The canonical text of a list: JSON, order kept, repeats dropped."""
    return json.dumps(list(dict.fromkeys(values)), ensure_ascii=False, separators=(",", ":"))
