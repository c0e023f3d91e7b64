"""Who was somebody when: people over time, under the names that they bore.

Records join as keys become visible, and then stay joined. A *life* is a stretch of time in which somebody bears one
name and is made of the same records; it ends when another record joins, when they are deleted, or when somebody who was
known earlier takes them in. At each instant the lives are the people that `people.people_at` finds then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from handraise.facts.chunks import Bools, Instants, Ints
from handraise.facts.sql import one
from handraise.facts.view import View
from handraise.identity.pairs import LifeParts, pairs_of
from handraise.identity.people import (
    ALWAYS,
    Links,
    links_of,
    name_ranks,
    ranks_of,
    records_of,
    told_deletions,
)
from handraise.identity.visitors import NEVER, Rows
from handraise.model.time import Micros


@dataclass(frozen=True, slots=True)
class Lives:
    """Lives by number, those of one component of records side by side, and of one name in order of time.

    A life bears the name of `representative[i]`, has been known since `known_at[i]` and lasts `[since[i], until[i])`.
    `component_of[record]` numbers the components that records end up in (-1: nobody's, ever); those of
    component `c` are the lives from `start[c]` to `start[c + 1]`.

    Bearers: `record[j]` is one of `life[j]`, ascending. What it did and was seen before `fresh[j]` has been seen in
    another life of the record (`ALWAYS`: there was none).
    """

    representative: Ints
    known_at: Instants
    since: Instants
    until: Instants
    component_of: Ints
    start: npt.NDArray[np.int64]
    life: Ints
    record: Ints
    fresh: Instants

    @property
    def n(self) -> int:
        return len(self.representative)


def lives_up_to(view: View, source_rank: Mapping[int, int], chosen: Ints | None = None) -> Lives:
    """Every life that began by the view's instant; with `chosen`, of these records (whole components)."""
    n_records = int(one(view.connection, "SELECT coalesce(max(id), -1) + 1 FROM record_names"))
    records = records_of(view, chosen)
    links = links_of(view, n_records, records, chosen)
    deletions = _deletions(view, source_rank)
    is_simple = np.bincount(records["record"][records["identified"]], minlength=n_records) == 1
    is_simple &= np.bincount(records["record"], minlength=n_records) == 1
    is_simple[list(deletions)] = False
    plain = _plain_lives(records, links, is_simple)
    pairs = pairs_of(view, records, links, is_simple)
    rest = ~np.isin(records["record"], np.concatenate([plain.record, pairs.record]))
    told = _Told()
    for component in _components(view, records, links, deletions, rest):
        told.add(component)
    return _numbered([plain, pairs, told.as_parts()], n_records)


# --- records that are alone and simply there ----------------------------------------------------------


def _plain_lives(records: Rows, links: Links, is_simple: Bools) -> LifeParts:
    """Those of records that join none. A record is simple that is told of once, identified and never deleted."""
    alone = is_simple.copy()
    alone[links.records] = False
    alone = alone[records["record"]]
    record = records["record"][alone].astype(np.int32)
    known = records["known_at"][alone]
    n = len(record)
    return LifeParts(
        component=np.arange(n, dtype=np.int32),
        representative=record,
        known_at=known,
        since=np.maximum(records["happened_at"][alone], known),
        until=np.full(n, NEVER, dtype=np.int64),
        life=np.arange(n, dtype=np.int32),
        record=record,
        fresh=np.full(n, ALWAYS, dtype=np.int64),
    )


# --- components of several records, told event by event -----------------------------------------------


_Deletions = list[tuple[Micros, bool]]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A record becomes visible."""

    record: int
    identified: bool
    known_at: Micros


@dataclass(frozen=True, slots=True)
class _Joined:
    """Two nodes are joined; a node is a record, or a key (beyond all records)."""

    left: int
    right: int


@dataclass(frozen=True, slots=True)
class _Deleted:
    """A record is deleted, or comes back."""

    record: int
    is_deleted: bool


_Event = _Seen | _Joined | _Deleted


def _components(
    view: View,
    records: Rows,
    links: Links,
    deletions: Mapping[int, _Deletions],
    several: Bools,
) -> Iterator[_Component]:
    """What happens to each component of these rows of `records`."""
    n = len(links.records)
    node_of = {int(record): i for i, record in enumerate(links.records)}
    events: dict[int, list[tuple[Micros, _Event]]] = defaultdict(list)
    rest = [records[name][several] for name in ("record", "happened_at", "known_at", "identified")]
    if not len(rest[0]):
        return
    rank_of = dict(zip(*(a.tolist() for a in _ranked(view, rest[0])), strict=True))
    # A component is called by its first node, or, of a record that joins nothing, by the record behind all nodes.
    beyond = len(links.component)

    def component_of(record: int) -> int:
        node = node_of.get(record)
        return beyond + record if node is None else int(links.component[node])

    for record, at, known_at, identified in zip(*(a.tolist() for a in rest), strict=True):
        seen = _Seen(record, bool(identified), known_at)
        events[component_of(record)].append((max(at, known_at), seen))
    name_of_node = links.records.tolist()
    wanted = np.zeros(beyond, dtype=np.bool_)
    wanted[[c for c in events if c < beyond]] = True
    told = wanted[links.component[links.left]]
    edges = (links.left[told].tolist(), links.right[told].tolist(), links.since[told].tolist())
    for left, right, since in zip(*edges, strict=True):
        joined = _Joined(*(name_of_node[x] if x < n else -1 - x for x in (left, right)))
        events[int(links.component[left])].append((since, joined))
    for record, changes in deletions.items():
        events[component_of(record)] += [(at, _Deleted(record, gone)) for at, gone in changes]
    for happened in events.values():
        yield _Component(sorted(happened, key=lambda e: e[0]), rank_of)


def _ranked(view: View, records: Ints) -> tuple[Ints, Ints]:
    distinct = np.unique(records).astype(np.int32)
    return distinct, name_ranks(view, distinct)


@dataclass
class _Group:
    """Records joined so far: those that are seen, which of them names the group, and how many are not deleted."""

    records: list[int]
    names: tuple[Micros, int, int] | None = None
    known_at: Micros = NEVER
    n_there: int = 0
    life: _Life | None = None
    has_grown: bool = False


@dataclass
class _Life:
    """A life while it is told."""

    representative: int
    known_at: Micros
    since: Micros
    until: Micros = NEVER
    bearers: list[tuple[int, Micros]] = field(default_factory=list)


class _Component:
    """The lives of one component, told from its events in order of time; those of one instant apply together."""

    def __init__(self, events: list[tuple[Micros, _Event]], rank_of: Mapping[int, int]) -> None:
        self.lives: list[_Life] = []
        self.records: set[int] = set()
        self._rank_of = rank_of
        self._parent: dict[int, int] = {}
        self._groups: dict[int, _Group] = {}
        self._seen: set[int] = set()
        self._deleted: set[int] = set()
        self._ended: dict[int, Micros] = {}
        for at, together in groupby(events, key=lambda e: e[0]):
            touched = [self._apply(event, at) for _, event in together]
            for root in dict.fromkeys(self._root(node) for node in touched):
                self._settle(self._groups[root], at)

    def _apply(self, event: _Event, at: Micros) -> int:
        match event:
            case _Seen():
                self._see(self._group(event.record), event)
                return event.record
            case _Joined():
                return self._join(event.left, event.right, at)
            case _Deleted():
                group = self._group(event.record)
                if event.record in self._seen and (event.record in self._deleted) != event.is_deleted:
                    group.n_there += -1 if event.is_deleted else 1
                (self._deleted.add if event.is_deleted else self._deleted.discard)(event.record)
                return event.record

    def _see(self, group: _Group, seen: _Seen) -> None:
        if seen.record not in self._seen:
            self._seen.add(seen.record)
            group.n_there += seen.record not in self._deleted
        group.known_at = min(group.known_at, seen.known_at)
        if seen.identified:
            name = (seen.known_at, self._rank_of[seen.record], seen.record)
            group.names = name if group.names is None else min(group.names, name)

    def _root(self, node: int) -> int:
        self._group(node)
        while self._parent[node] != node:
            self._parent[node] = node = self._parent[self._parent[node]]
        return node

    def _group(self, node: int) -> _Group:
        if node not in self._parent:
            self._parent[node] = node
            self._groups[node] = _Group([node] if node >= 0 else [])
            if node >= 0:
                self.records.add(node)
        root = node
        while self._parent[root] != root:
            root = self._parent[root]
        return self._groups[root]

    def _join(self, left: int, right: int, at: Micros) -> int:
        """The larger group takes the smaller in."""
        kept, given = self._root(left), self._root(right)
        if kept == given:
            return kept
        if len(self._groups[kept].records) < len(self._groups[given].records):
            kept, given = given, kept
        one_, other = self._groups[kept], self._groups.pop(given)
        self._parent[given] = kept
        names = [n for n in (one_.names, other.names) if n is not None]
        one_.names = min(names, default=None)
        one_.known_at = min(one_.known_at, other.known_at)
        one_.n_there += other.n_there
        self._end(other, at)
        one_.has_grown |= other.has_grown or bool(other.records)
        one_.records += other.records
        return kept

    def _settle(self, group: _Group, at: Micros) -> None:
        """Ends, begins or goes on with the group's life."""
        names = group.names if group.n_there else None
        life = group.life
        is_same = life and names and (life.representative, life.known_at) == (names[2], group.known_at)
        if is_same and not group.has_grown:
            return
        self._end(group, at)
        group.has_grown = False
        if names is not None:
            group.life = _Life(names[2], group.known_at, at)
            group.life.bearers = [(r, self._ended.get(r, ALWAYS)) for r in group.records]
            self.lives.append(group.life)

    def _end(self, group: _Group, at: Micros) -> None:
        if group.life is None:
            return
        group.life.until = at
        for record, _ in group.life.bearers:
            self._ended[record] = at
        group.life = None


def _deletions(view: View, source_rank: Mapping[int, int]) -> dict[int, _Deletions]:
    """When each record that was ever deleted was so, and when not, as known at each instant."""
    rows = told_deletions(view)
    rank = ranks_of(rows["source"], source_rank)
    told: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    columns = (rows["happened_at"], rows["known_at"], rank, rows["content"], rows["deleted"])
    for subject, *row in zip(rows["subject"].tolist(), *(c.tolist() for c in columns), strict=True):
        told[subject].append(tuple(row))
    return {subject: _steps_of_deletion(of_record) for subject, of_record in told.items()}


def _steps_of_deletion(rows: list[tuple[Any, ...]]) -> _Deletions:
    """Of one record: the latest of the visible rows counts."""
    steps: _Deletions = []
    latest: tuple[Any, ...] | None = None
    for row in sorted(rows, key=lambda r: (max(r[0], r[1]), r)):
        latest = row if latest is None else max(latest, row)
        steps.append((max(row[0], row[1]), bool(latest[-1])))
    return steps


# --- all together -------------------------------------------------------------------------------------


@dataclass
class _Told:
    """The lives of components, as columns."""

    component: list[int] = field(default_factory=list)
    representative: list[int] = field(default_factory=list)
    known_at: list[Micros] = field(default_factory=list)
    since: list[Micros] = field(default_factory=list)
    until: list[Micros] = field(default_factory=list)
    life: list[int] = field(default_factory=list)
    record: list[int] = field(default_factory=list)
    fresh: list[Micros] = field(default_factory=list)
    n_components: int = 0

    def add(self, component: _Component) -> None:
        """One component; of nobody, if it has no life."""
        if not component.lives:
            return
        for life in sorted(component.lives, key=lambda life: (life.representative, life.since)):
            number = len(self.representative)
            self.component.append(self.n_components)
            self.representative.append(life.representative)
            self.known_at.append(life.known_at)
            self.since.append(life.since)
            self.until.append(life.until)
            for record, fresh in life.bearers:
                self.life.append(number)
                self.record.append(record)
                self.fresh.append(fresh)
        self.n_components += 1

    def as_parts(self) -> LifeParts:
        return LifeParts(
            _ints(self.component),
            _ints(self.representative),
            _instants(self.known_at),
            _instants(self.since),
            _instants(self.until),
            _ints(self.life),
            _ints(self.record),
            _instants(self.fresh),
        )


def _numbered(parts: Sequence[LifeParts], n_records: int) -> Lives:
    """All lives one part after the other, and so the components."""
    n_lives = np.cumsum([0, *(len(p.representative) for p in parts)])
    n_components = np.cumsum([0, *(p.n_components for p in parts)])
    component_of = np.full(n_records, -1, dtype=np.int32)
    for part, first in zip(parts, n_components[:-1], strict=True):
        component_of[part.record] = first + part.component[part.life]
    component = np.concatenate(
        [p.component + first for p, first in zip(parts, n_components[:-1], strict=True)]
    )
    start = np.searchsorted(component, np.arange(n_components[-1] + 1), side="left")
    life = np.concatenate([p.life + first for p, first in zip(parts, n_lives[:-1], strict=True)])
    return Lives(
        representative=np.concatenate([p.representative for p in parts]),
        known_at=np.concatenate([p.known_at for p in parts]),
        since=np.concatenate([p.since for p in parts]),
        until=np.concatenate([p.until for p in parts]),
        component_of=component_of,
        start=start.astype(np.int64),
        life=life.astype(np.int32),
        record=np.concatenate([p.record for p in parts]),
        fresh=np.concatenate([p.fresh for p in parts]),
    )


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int32)


def _instants(values: list[Micros]) -> Instants:
    return np.array(values, dtype=np.int64)
