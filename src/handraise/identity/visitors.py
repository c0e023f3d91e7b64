"""A visitor's record is joined by its first link only, so that a device of several people chains nobody together.

A link of a visitor is a key that its record bears, or one by which an identified record names it. The first one counts: the
earliest to be seen; of several seen at once, one that names a record, then the smaller name. Later ones come into force
if the record is identified, from then on, unless they lead to another visitor. A record is a visitor from the instant at which it is told of
as not identified until it is told of as identified. So what is joined at an instant stays joined, and depends on facts alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from handraise.facts.chunks import Bools, Instants, Ints
from handraise.facts.view import View

Rows = Mapping[str, npt.NDArray[Any]]
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Borne:
    """Keys by row: `record` bears `key`, which names the record `named` (-1: none), since an instant."""

    record: Ints
    key: Ints
    named: Ints
    since: Instants

    def where(self, chosen: Bools | Ints) -> Borne:
        return Borne(self.record[chosen], self.key[chosen], self.named[chosen], self.since[chosen])


@dataclass(frozen=True, slots=True)
class _Visits:
    """Since when a record is told of as a visitor, and since when as identified (`NEVER`: not), by record."""

    told_at: Instants
    identified_at: Instants

    def holds(self, record: Ints, at: Instants) -> Bools:
        """Whether the record is a visitor's at the instant; -1 is none."""
        known = record >= 0
        place = np.where(known, record, 0)
        found: Bools = known & (self.told_at[place] <= at) & (at < self.identified_at[place])
        return found


def links_in_force(view: View, borne: Borne, records: Rows, n_records: int) -> Borne:
    """The keys that join, each since it does."""
    if records["identified"].all():
        return borne
    visits = _visits(records, n_records)
    owner = np.where(visits.holds(borne.record, borne.since), borne.record, -1)
    owner = np.where((owner < 0) & visits.holds(borne.named, borne.since), borne.named, owner)
    owner = np.where(borne.record == borne.named, -1, owner).astype(np.int32)
    is_first = _firsts(view, borne, owner, visits)
    late = np.flatnonzero((owner >= 0) & ~is_first)
    since = borne.since.copy()
    since[late] = visits.identified_at[owner[late]]
    to_visitor = (owner[late] == borne.record[late]) & visits.holds(borne.named[late], since[late])
    since[late[to_visitor]] = NEVER
    return Borne(borne.record, borne.key, borne.named, since).where(since < NEVER)


def _visits(records: Rows, n_records: int) -> _Visits:
    seen = np.maximum(records["happened_at"], records["known_at"])
    identified = records["identified"]
    told_at, identified_at = (np.full(n_records, NEVER, dtype=np.int64) for _ in range(2))
    np.minimum.at(told_at, records["record"][~identified], seen[~identified])
    np.minimum.at(identified_at, records["record"][identified], seen[identified])
    return _Visits(told_at, identified_at)


def _firsts(view: View, borne: Borne, owner: Ints, visits: _Visits) -> Bools:
    """Which links are the first of the visitor who owns them. Links from before a visitor was told of come first."""
    is_first = np.zeros(len(owner), dtype=np.bool_)
    owned = np.flatnonzero(owner >= 0)
    if not len(owned):
        return is_first
    has_earlier = np.zeros(len(visits.told_at), dtype=np.bool_)
    for end in (borne.record, borne.named):
        told = (end >= 0) & (borne.record != borne.named)
        told[told] = borne.since[told] < visits.told_at[end[told]]
        has_earlier[end[told]] = True
    owned = owned[~has_earlier[owner[owned]]]
    first = np.full(len(visits.told_at), NEVER, dtype=np.int64)
    np.minimum.at(first, owner[owned], borne.since[owned])
    owned = owned[borne.since[owned] == first[owner[owned]]]
    n_tied = np.bincount(owner[owned], minlength=len(visits.told_at))
    is_tied = n_tied[owner[owned]] > 1
    is_first[owned[~is_tied]] = True
    is_first[_by_name(view, borne, owner, owned[is_tied])] = True
    return is_first


def _by_name(view: View, borne: Borne, owner: Ints, tied: Ints) -> list[int]:
    """Of links that are seen at once, one of each owner: one that names a record, then the smaller name."""
    if not len(tied):
        return []
    keys = _names(view, "key_names", np.unique(borne.key[tied]))
    records = _names(view, "record_names", np.unique(borne.record[tied]))
    best: dict[int, tuple[bool, str, int]] = {}
    for link in tied.tolist():
        is_own = owner[link] == borne.record[link]
        name = keys[int(borne.key[link])] if is_own else f"id:{records[int(borne.record[link])]}"
        candidate = (not name.startswith("id:"), name, link)
        best[int(owner[link])] = min(best.get(int(owner[link]), candidate), candidate)
    return [link for _, _, link in best.values()]


def _names(view: View, table: str, ids: Ints) -> dict[int, str]:
    rows = view.among(f"SELECT id, name FROM {table} WHERE id IN (SELECT id FROM chosen)", ids)
    return dict(zip(rows["id"].tolist(), rows["name"].tolist(), strict=True))
