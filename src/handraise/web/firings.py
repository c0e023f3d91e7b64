"""Pages of what fired by an instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.compute as pc

from handraise.engines.told import FIRING_COLUMNS
from handraise.model.time import Micros, iso
from handraise.playbook.reading import did_you_mean
from handraise.services.deciding import DecideResult
from handraise.web.errors import RequestError
from handraise.web.pages import rows


@dataclass(frozen=True, slots=True)
class AskedFirings:
    """The firings of one trigger or of all, since an instant (included) or ever; so many after the first `after`."""

    limit: int
    after: int
    since: Micros | None = None
    trigger: str | None = None


def page_of_firings(decided: DecideResult, asked: AskedFirings) -> dict[str, Any]:
    """The firings, by instant, how many there are on all pages, and where the next page is."""
    _check(decided, asked)
    found = FIRING_COLUMNS.empty_table() if decided.told is None else decided.told.firings
    if asked.since is not None:
        found = found.filter(
            pc.greater_equal(found["fired_at"], pa.scalar(asked.since, pa.timestamp("us", "UTC")))
        )
    if asked.trigger is not None:
        found = found.filter(pc.equal(found["trigger"], asked.trigger))
    shown = rows(found.slice(asked.after, asked.limit))
    more = shown and asked.after + len(shown) < len(found)
    return {
        "n_firings": len(found),
        "firings": shown,
        "next": _next(decided, asked, len(shown)) if more else None,
    }


def _check(decided: DecideResult, asked: AskedFirings) -> None:
    """Raises `RequestError` where the playbook has no such trigger."""
    keys = list(decided.playbook.triggers)
    if asked.trigger is not None and asked.trigger not in keys:
        advice = did_you_mean(asked.trigger, keys)
        raise RequestError(
            f"There is no trigger `{asked.trigger}`.", (advice,) if advice else (), code="bad_trigger"
        )


def _next(decided: DecideResult, asked: AskedFirings, n_shown: int) -> str:
    """The address of the next page, with instant and playbook as this page has them."""
    pinned = {
        "as_of": iso(decided.as_of),
        "playbook_version": decided.playbook_version,
        "since": None if asked.since is None else iso(asked.since),
        "trigger": asked.trigger,
        "limit": asked.limit,
        "after": asked.after + n_shown,
    }
    return "/v1/firings?" + urlencode({name: value for name, value in pinned.items() if value is not None})
