"""The spelling of identity keys."""

from __future__ import annotations

import unicodedata


def normalise_email(text: str) -> str:
    """An e-mail address as it is compared: trimmed, NFKC, lower case.

    Providers' habits (dots and plus signs that do not matter to them) are left alone: they differ from
    provider to provider, and joining two people is worse than keeping one twice.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).lower()).strip()


def email_key(text: str) -> str:
    """The identity key of an e-mail address."""
    return f"email:{normalise_email(text)}"


def record_key(record: str) -> str:
    """The identity key that names another system's record."""
    return f"id:{record}"
