"""A page of the accounts: those after one, filtered, so many at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pyarrow.compute as pc

from handraise.model.time import iso
from handraise.services.grouping import AccountsResult, UnknownNameError
from handraise.web.errors import RequestError


@dataclass(frozen=True, slots=True)
class AccountsAsked:
    """Which accounts: of an instant (default: now), where nobody has a role, or in a segment of accounts; at most `limit`,
    with ids after `after`. `playbook_version` is the one that an earlier page showed."""

    as_of: str | None = None
    missing: str | None = None
    segment: str | None = None
    limit: int = 100
    after: str | None = None
    playbook_version: str | None = None


def page(found: AccountsResult, asked: AccountsAsked) -> dict[str, Any]:
    """`n_accounts` that the filters leave, this page's `rows`, and where the `next` page is, if there is one."""
    try:
        left = found.among(missing=asked.missing, segment=asked.segment)
    except UnknownNameError as error:
        if error.kind == "role":
            raise RequestError(error.sentence, error.advice, code="bad_role") from error
        raise RequestError(error.sentence, error.advice, code="bad_segment") from error
    rows = left.rows(asked.limit, asked.after)
    last = rows[-1]["account_id"] if rows else asked.after
    more = last is not None and bool(pc.any(pc.greater(left.table["account_id"], last)).as_py())
    return {**left.as_dict(), "rows": rows, "next": _next(left, asked, str(last)) if more else None}


def _next(found: AccountsResult, asked: AccountsAsked, last: str) -> str:
    """The address of the next page, with instant and playbook as this page has them."""
    pinned = {
        "as_of": iso(found.as_of),
        "playbook_version": found.playbook_version,
        "missing": asked.missing,
        "segment": asked.segment,
        "limit": asked.limit,
        "after": last,
    }
    return "/v1/accounts?" + urlencode({name: value for name, value in pinned.items() if value is not None})
