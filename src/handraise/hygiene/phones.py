"""Whether a telephone number can be one, in its country or any."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handraise.hygiene.keyboard import counts_up
from handraise.hygiene.reasons import Reason

MOST_CHARACTERS = 60
_FEWEST_DIGITS = 4
_MOST_DIGITS = 15
"""E.164: no number anywhere has more."""
_SEVERAL = re.compile(r"\s*(?:[/;|]|,|\bor\b)\s*")
_EXTENSION = re.compile(r"\s*(?:ext\.?|extension|x|#)\s*\d{1,7}\s*\Z", re.IGNORECASE)


def phone_reasons(text: str | None, country: str | None, field: str = "phone") -> Iterator[Reason]:
    """Doubts about a number. `country` is ISO alpha-2; without one, and without `+`, only length and digits tell.

    Of several numbers in one value the first is judged. A value without any digit is not judged.
    """
    if not text or not any(c.isdigit() for c in text):
        return
    number = _EXTENSION.sub("", _SEVERAL.split(text.strip()[:MOST_CHARACTERS])[0])
    digits = re.sub(r"\D", "", number)
    if counts_up(digits):
        yield Reason("fake_phone", field, text)
        return
    verdict = _judged(number, digits, country)
    if verdict is not None:
        yield Reason(verdict, field, text)


def _judged(number: str, digits: str, country: str | None) -> str | None:
    if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS + 3:
        return "impossible_phone"
    number = "+" + number.strip()[2:] if number.strip().startswith("00") else number
    if country is None and not number.strip().startswith("+"):
        return None
    return _by_numbering_plan(number, country)


def _by_numbering_plan(number: str, country: str | None) -> str | None:
    import phonenumbers  # 40 ms, and most files have no doubtful number

    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return "impossible_phone"
    if not phonenumbers.is_possible_number(parsed):
        return "impossible_phone"
    return None if phonenumbers.is_valid_number(parsed) else "unassigned_phone"


def number_of(text: str | None, country: str | None = None) -> str | None:
    """The number as E.164 (`+4930123456`); None where it is missing, impossible, or its country cannot be told."""
    import phonenumbers

    if not text:
        return None
    try:
        parsed = phonenumbers.parse(_SEVERAL.split(text.strip()[:MOST_CHARACTERS])[0], country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
