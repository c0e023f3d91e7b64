"""A page of the decisions: the people after one, filtered, so many at most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from handraise.model.scores import RANKS
from handraise.model.time import iso, to_micros
from handraise.playbook.reading import did_you_mean
from handraise.services.deciding import DecideResult
from handraise.web.errors import RequestError


@dataclass(frozen=True, slots=True)
class Asked:
    """Which decisions: of an instant (default: now), of people in a buyer segment or a named segment, of one rank;
    at most `limit`, with person ids after `after`. `playbook_version` is the one that an earlier page showed."""

    as_of: str | None = None
    segment: str | None = None
    rank: str | None = None
    limit: int = 100
    after: str | None = None
    playbook_version: str | None = None


def page(decided: DecideResult, asked: Asked) -> dict[str, Any]:
    """`n_people` that the filters leave, this page's `rows`, and where the `next` page is, if there is one."""
    _check(decided, asked)
    left = _left(decided, asked)
    n_before = 0 if asked.after is None else _n_up_to(decided.table["person_id"], left, asked.after)
    places = left[n_before : n_before + asked.limit]
    found = rows(decided.table.take(pa.array(places)))
    more = n_before + len(places) < len(left)
    return {"n_people": len(left), "rows": found, "next": _next(decided, asked, found) if more else None}


def rows(table: pa.Table) -> list[dict[str, Any]]:
    """Rows of the decision table as JSON has them: the `decision` of an explanation."""
    return [{name: _json_cell(cell) for name, cell in row.items()} for row in table.to_pylist()]


def _json_cell(cell: object) -> object:
    return iso(to_micros(cell)) if isinstance(cell, datetime) else cell


def _check(decided: DecideResult, asked: Asked) -> None:
    """Raises `RequestError` where the playbook has no such segment or rank."""
    playbook = decided.playbook
    keys = [*(s.key for s in playbook.buyer_segments), *playbook.segments]
    if asked.segment is not None and asked.segment not in keys:
        advice = (did_you_mean(asked.segment, keys), "GET /v1/segments lists them.")
        raise RequestError(
            f"There is no segment `{asked.segment}`.", tuple(a for a in advice if a), code="bad_segment"
        )
    if asked.rank is not None and asked.rank not in RANKS:
        raise RequestError(f"There is no rank `{asked.rank}`.", ("Ranks are A1 to D4.",), code="bad_rank")


def _left(decided: DecideResult, asked: Asked) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The places of the rows that the filters leave. A buyer segment comes before a named segment of the same key."""
    table = decided.table
    left = np.ones(len(table), dtype=np.bool_)
    if asked.rank is not None:
        left &= _holds(pc.equal(table["rank"], asked.rank))
    if asked.segment is not None:
        in_segment = (
            _holds(pc.equal(table["buyer_segment"], asked.segment))
            if any(s.key == asked.segment for s in decided.playbook.buyer_segments)
            else _lists(table["segments_in"], asked.segment)
        )
        left &= in_segment
    return np.flatnonzero(left)


def _holds(truths: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray(pc.fill_null(truths, False), dtype=np.bool_)


def _lists(lists: pa.ChunkedArray, key: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which of the lists hold a key."""
    whole = lists.combine_chunks()
    found = np.zeros(len(whole), dtype=np.bool_)
    found[np.asarray(pc.list_parent_indices(whole))[_holds(pc.equal(whole.flatten(), key))]] = True
    return found


def _n_up_to(people: pa.ChunkedArray, left: np.ndarray[tuple[int], np.dtype[np.intp]], after: str) -> int:
    """How many of the rows that are left come no later than a person; rows are sorted by person."""
    n_rows = int(_holds(pc.less_equal(people, after)).sum())
    return int(np.searchsorted(left, n_rows))


def _next(decided: DecideResult, asked: Asked, found: list[dict[str, Any]]) -> str:
    """The address of the next page, with instant and playbook as this page has them."""
    pinned = {
        "as_of": iso(decided.as_of),
        "playbook_version": decided.playbook_version,
        "segment": asked.segment,
        "rank": asked.rank,
        "limit": asked.limit,
        "after": found[-1]["person_id"],
    }
    return "/v1/decisions?" + urlencode({name: value for name, value in pinned.items() if value is not None})
