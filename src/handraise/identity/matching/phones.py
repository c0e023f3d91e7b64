"""Telephone numbers as they are compared: E.164."""

from __future__ import annotations

from functools import lru_cache

_LONGEST = 40


@lru_cache(maxsize=131072)
def e164(text: str, country: str | None = None) -> str | None:
    """A telephone number in E.164 (`+4930901820`), read as dialled in `country` (ISO) unless it says its own.

    An extension is left out: the number then is the switchboard's. `None` for what is no number that can exist
    there, and for a number without country where none is given.
    """
    if not text or len(text) > _LONGEST or not any(c.isdigit() for c in text):
        return None
    import phonenumbers

    try:
        number = phonenumbers.parse(text, country.upper() if country else None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or _is_filler(str(number.national_number)):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def has_extension(text: str) -> bool:
    """Whether a number names an extension, so that it is a switchboard's and many people's."""
    lowered = text.lower()
    return any(mark in lowered for mark in ("ext", "x", "durchwahl", "poste"))


def _is_filler(digits: str) -> bool:
    """Numbers that forms are filled with: one digit again and again, or counting up."""
    return len(set(digits)) <= 2 or digits in "01234567890123456789"
