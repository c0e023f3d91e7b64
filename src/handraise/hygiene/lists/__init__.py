"""Lists of mail domains that ship with the product (origins in NOTICE)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def free_mail_domains() -> frozenset[str]:
    """Domains at which anybody gets a mailbox: they say nothing of an employer."""
    return frozenset((files(__name__) / "free_mail_domains.txt").read_text(encoding="utf-8").split())


@cache
def disposable_domains() -> frozenset[str]:
    """Domains of mailboxes that are thrown away after a few minutes."""
    from disposable_email_domains import blocklist  # 10,000 names; most callers never ask

    return frozenset(blocklist)


def words_in(text: str) -> frozenset[str]:
    """The words of a table in the code."""
    return frozenset(text.split())
