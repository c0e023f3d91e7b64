"""Who is who at an instant: people are records joined by the keys that they share.

A record bears its own name as a key; records that share a key, directly or through others, are one
person. The person is named after the first of its identified records to be known (the smaller name where
that is a tie), so that a later merge keeps the older id. Somebody with no identified record is a
visitor and nobody yet; somebody whose records are all deleted is nobody any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from handraise.facts.chunks import Bools, Instants, Ints
from handraise.facts.sql import one
from handraise.facts.view import View
from handraise.identity.visitors import NEVER, Borne, Rows, links_in_force

ALWAYS = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Links:
    """Shared keys as a graph: an edge joins node `left[i]` to node `right[i]` from `since[i]` on. The first nodes
    are `records`, in order; the others are keys. `component[i]` is the first node joined to node `i`."""

    records: Ints
    left: Ints
    right: Ints
    since: Instants
    component: Ints


@dataclass(frozen=True, slots=True)
class People:
    """People by number, as made of records by number.

    `person_of[record]` is -1 for a record that is nobody's; `linked_at[record]` is the instant from which a
    visitor's record belongs to its person, `ALWAYS` for identified ones. Of a person, `representative` is
    the record whose name it bears, `known_at` the first instant at which any record of it was known.
    """

    person_of: Ints
    linked_at: Instants
    representative: Ints
    known_at: Instants

    @property
    def n(self) -> int:
        return len(self.representative)


def people_at(view: View, source_rank: Mapping[int, int], chosen: Ints | None = None) -> People:
    """Everybody as known in a view; with `chosen`, only who is made of these records (whole components)."""
    n_records = int(one(view.connection, "SELECT coalesce(max(id), -1) + 1 FROM record_names"))
    records = records_of(view, chosen)
    links = links_of(view, n_records, records, chosen)
    group = _group(links, n_records)
    identified = records["identified"]
    named = _representatives(view, records, identified, group, links)
    named = named[~_is_deleted(view, records["record"], group, source_rank)[group[named]]]
    named.sort()
    person_of_group = np.full(n_records, -1, dtype=np.int32)
    person_of_group[group[named]] = np.arange(len(named), dtype=np.int32)
    person_of = person_of_group[group]
    return People(
        person_of,
        _linked_at(records, links, person_of),
        named,
        _known_at(records, person_of, len(named)),
    )


def groups_of(view: View, chosen: Ints) -> Ints:
    """Of each of these records, which are whole components by keys, one that stands for all that links in force join it to."""
    n_records = int(one(view.connection, "SELECT coalesce(max(id), -1) + 1 FROM record_names"))
    return _group(links_of(view, n_records, records_of(view, chosen), chosen), n_records)[chosen]


def records_of(view: View, chosen: Ints | None) -> Rows:
    statement = "SELECT record, happened_at, known_at, identified FROM person_records WHERE {visible}"
    if chosen is None:
        return view.arrays(statement)
    return view.among(statement + " AND record IN (SELECT id FROM chosen)", chosen)


def links_of(view: View, n_records: int, records: Rows, chosen: Ints | None) -> Links:
    """Only keys that two records bear join anything; most keys are borne by one. Of a visitor's keys, the first joins."""
    statement = """SELECT record, identity_key, greatest(happened_at, known_at) AS since
                   FROM identity_keys WHERE {visible}"""
    if chosen is None:
        borne = view.arrays(statement)
    else:
        borne = view.among(statement + " AND record IN (SELECT id FROM chosen)", chosen)
    names = view.arrays("SELECT id, record FROM key_names WHERE record IS NOT NULL")
    keys = borne["identity_key"]
    n_keys = int(keys.max(initial=-1)) + 1
    is_borne = names["id"] < n_keys
    named_record = np.full(n_keys, -1, dtype=np.int32)
    named_record[names["id"][is_borne]] = names["record"][is_borne]
    told = Borne(borne["record"], keys, named_record[keys], borne["since"])
    links = links_in_force(view, told, records, n_records)
    bearers = np.bincount(links.key, minlength=n_keys) + (named_record >= 0)
    links = links.where(bearers[links.key] > 1)
    other = np.where(links.named >= 0, links.named, n_records + links.key)
    return _graph(links.record, other, links.since, n_records)


def _graph(record: Ints, other: Ints, since: Instants, n_records: int) -> Links:
    is_node = np.zeros(max(n_records, int(other.max(initial=-1)) + 1), dtype=bool)
    is_node[record] = True
    is_node[other] = True
    nodes = np.flatnonzero(is_node).astype(np.int32)
    number = np.cumsum(is_node, dtype=np.int32) - np.int32(1)
    left, right = number[record], number[other]
    return Links(nodes[nodes < n_records], left, right, since, components(left, right, len(nodes)))


def components(left: Ints, right: Ints, n_nodes: int) -> Ints:
    """Of each node, the first of all nodes that the edges `(left[i], right[i])` join to it.

    Every node points to the first of those found so far. In each round the pointed-to node of either end of an edge
    comes to point to the smaller of the two, and all pointers are followed to their end. At the latest after
    two rounds such a node has taken in another or been taken in, so there are few rounds.
    """
    first = np.arange(n_nodes, dtype=np.int32)
    while len(left):
        a, b = first[left], first[right]
        apart = a != b
        left, right, a, b = left[apart], right[apart], a[apart], b[apart]
        np.minimum.at(first, np.maximum(a, b), np.minimum(a, b))
        while not np.array_equal(further := first[first], first):
            first = further
    return first


def _group(links: Links, n_records: int) -> Ints:
    """Of each record, a record that stands for its component: itself, or the first of those joined."""
    group = np.arange(n_records, dtype=np.int32)
    if len(links.records):
        of_record = links.component[: len(links.records)]
        first = np.full(int(links.component.max()) + 1, n_records, dtype=np.int32)
        np.minimum.at(first, of_record, links.records)
        group[links.records] = first[of_record]
    return group


def _representatives(view: View, records: Rows, identified: Bools, group: Ints, links: Links) -> Ints:
    """One identified record per component: the first known, by name where that is a tie."""
    record, known_at = records["record"][identified], records["known_at"][identified]
    is_joined = np.zeros(len(group), dtype=bool)
    is_joined[links.records] = True
    joined = is_joined[record]
    alone, several, known_at = record[~joined], record[joined], known_at[joined]
    if not len(several):
        return alone.astype(np.int32)
    of_group = group[several]
    first_known = np.full(len(group), NEVER, dtype=np.int64)
    np.minimum.at(first_known, of_group, known_at)
    first = known_at == first_known[of_group]
    several, of_group = several[first], of_group[first]
    tied = np.bincount(of_group)[of_group] > 1
    by_name = several[tied][np.argsort(name_ranks(view, several[tied]))] if tied.any() else several[:0]
    chosen = np.full(len(group), -1, dtype=np.int32)
    chosen[group[by_name[::-1]]] = by_name[::-1]
    return np.concatenate([alone, several[~tied], chosen[chosen >= 0]]).astype(np.int32)


def name_ranks(view: View, record: Ints) -> Ints:
    """Ranks of records by name."""
    rows = view.among(
        'SELECT id FROM record_names WHERE id IN (SELECT id FROM chosen) ORDER BY name COLLATE "C"', record
    )["id"]
    rank = np.empty(int(record.max()) + 1, dtype=np.int32)
    rank[rows] = np.arange(len(rows), dtype=np.int32)
    return rank[record]


def _is_deleted(view: View, records: Ints, group: Ints, source_rank: Mapping[int, int]) -> Bools:
    """Of each component (by the record that stands for it), whether all its records are deleted."""
    deleted = _deleted_records(view, source_rank)
    alive = np.zeros(len(group), dtype=bool)
    is_gone = np.zeros(len(group), dtype=bool)
    is_gone[deleted] = True
    alive[group[records[~is_gone[records]]]] = True
    return ~alive


def told_deletions(view: View) -> Rows:
    """What is told of whether records are deleted, of those that ever were."""
    field = one(view.connection, "SELECT id FROM fields WHERE entity = 'person' AND name = 'is_deleted'")
    if field is None:
        names = ("subject", "deleted", "happened_at", "known_at", "source", "content")
        return {name: np.empty(0, dtype=np.int64) for name in names}
    return view.arrays(
        """WITH stated AS (
            SELECT c.subject, coalesce(v.text, '') = 'true' AS deleted, c.happened_at, c.known_at, c.source,
                c.content
            FROM attribute_changes c LEFT JOIN field_values v ON v.field = c.field AND v.code = c.value
            WHERE c.field = $field AND {visible})
        SELECT * FROM stated WHERE subject IN (SELECT subject FROM stated WHERE deleted)""",
        field=field,
    )


def _deleted_records(view: View, source_rank: Mapping[int, int]) -> Ints:
    """The records whose latest `is_deleted` is true."""
    rows = told_deletions(view)
    subject = rows["subject"]
    rank = ranks_of(rows["source"], source_rank)
    order = np.lexsort((rows["content"], rank, rows["known_at"], rows["happened_at"], subject))
    last = np.ones(len(order), dtype=bool)
    last[:-1] = subject[order][1:] != subject[order][:-1]
    latest = order[last]
    deleted: Ints = subject[latest[rows["deleted"][latest].astype(bool)]]
    return deleted


def ranks_of(source: npt.NDArray[Any], source_rank: Mapping[int, int]) -> Ints:
    """Ranks of the sources by number."""
    table = np.zeros(max(source_rank, default=-1) + 1, dtype=np.int32)
    for number, rank in source_rank.items():
        table[number] = rank
    ranks: Ints = table[source]
    return ranks


def _known_at(records: Rows, person_of: Ints, n_people: int) -> Instants:
    first = np.full(n_people, NEVER, dtype=np.int64)
    person = person_of[records["record"]]
    known = person >= 0
    np.minimum.at(first, person[known], records["known_at"][known])
    return first


def _linked_at(records: Rows, links: Links, person_of: Ints) -> Instants:
    """From when on records of visitors belong to their person: when the last link of the earliest chain to an
    identified record is there."""
    linked_at = np.full(len(person_of), ALWAYS, dtype=np.int64)
    visitor = np.zeros(len(person_of), dtype=bool)
    visitor[links.records] = True
    since = np.full(len(person_of), NEVER, dtype=np.int64)
    identified = records["identified"]
    named, seen = records["record"][identified], records["record"][~identified]
    since[named] = np.maximum(records["happened_at"], records["known_at"])[identified]
    visitor[named] = False
    visitor[seen] = True
    visitor &= person_of >= 0
    if visitor.any():
        reached = since.copy()
        reached[links.records] = _reached(links, since[links.records])
        linked_at[visitor] = reached[visitor]
    return linked_at


def _reached(links: Links, since: Instants) -> Instants:
    """Earliest instants at which the record nodes are joined to an identified one: relaxed until nothing changes."""
    at = np.full(len(links.component), NEVER, dtype=np.int64)
    at[: len(since)] = since
    while True:
        before = at.copy()
        np.minimum.at(at, links.right, np.maximum(before[links.left], links.since))
        np.minimum.at(at, links.left, np.maximum(before[links.right], links.since))
        if np.array_equal(before, at):
            return at[: len(since)]
