"""Keys by which records of one person find each other."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# The plain form nearly every address has; a strict subset of what email-validator takes (33 µs a call, this
# 1 µs), pinned by tests/importers/test_identity_keys.py.
_PLAIN = re.compile(
    r"[a-z0-9_+-]{1,32}(?:\.[a-z0-9_+-]{1,15})?"
    r"@(?!(?:[^.]*\.)*(?:arpa|invalid|local|localhost|onion|test)\Z)(?:[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,2}\.){1,2}[a-z]{2,20}\Z"
)


def normalise_email(text: str) -> str | None:
    """The address as it is compared (trimmed, NFKC, casefolded), `None` where it is not an address.

    Only the syntax is looked at: reserved domains such as `company.example` are addresses too.
    """
    address = text.strip()
    if not address.isascii():
        address = unicodedata.normalize("NFKC", address)
    address = address.casefold()
    if _PLAIN.match(address):
        return address
    return _by_library(address)


@lru_cache(maxsize=4096)
def _by_library(address: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email  # 60 ms, and most files never need it

    if len(address) > 254 or "@" not in address:
        return None
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except (EmailNotValidError, UnicodeError, ValueError):
        return None
    return found.normalized.casefold()


def email_key(text: str) -> str | None:
    """The identity key of an address, `email:...`."""
    address = normalise_email(text)
    return f"email:{address}" if address else None
