"""Lives of pairs: two records that come to be one person, as most who are joined at all are.

Both are simple (told of once, identified, never deleted) and join when both are there or later. Then each leads a life of
its own until they join, unless it came with the joining, and from then on they lead one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handraise.facts.chunks import Bools, Instants, Ints
from handraise.facts.view import View
from handraise.identity.people import ALWAYS, Links, name_ranks
from handraise.identity.visitors import NEVER, Rows


@dataclass(frozen=True, slots=True)
class LifeParts:
    """Some of the `Lives`, numbered by themselves: of components one after the other, in each by name and time."""

    component: Ints
    representative: Ints
    known_at: Instants
    since: Instants
    until: Instants
    life: Ints
    record: Ints
    fresh: Instants

    @property
    def n_components(self) -> int:
        return int(self.component[-1]) + 1 if len(self.component) else 0


def pairs_of(view: View, records: Rows, links: Links, is_simple: Bools) -> LifeParts:
    """The lives of all pairs among these records."""
    first, second, joined_at, seen_at, known_at = _pairs(records, links, is_simple)
    n = len(first)
    alone = np.concatenate([first, second])
    pair = np.tile(np.arange(n, dtype=np.int32), 2)
    own = seen_at[alone] < joined_at[pair]
    named_first = _is_named_after_first(view, first, second, known_at)
    # Of all lives: those of one record, then those of both.
    component = np.concatenate([pair[own], np.arange(n, dtype=np.int32)])
    representative = np.concatenate([alone[own], np.where(named_first, first, second)])
    since = np.concatenate([seen_at[alone[own]], joined_at])
    order = np.lexsort((since, representative, component))
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    n_own = int(own.sum())
    known_together = np.minimum(known_at[first], known_at[second])
    until = np.concatenate([joined_at[pair[own]], np.full(n, NEVER, dtype=np.int64)])
    life = np.concatenate([place[:n_own], place[n_own + pair]])
    record = np.concatenate([alone[own], alone])
    fresh = np.concatenate([np.full(n_own, ALWAYS), np.where(own, joined_at[pair], ALWAYS)])
    by_life = np.lexsort((record, life))
    return LifeParts(
        component[order],
        representative[order],
        np.concatenate([known_at[alone[own]], known_together])[order],
        since[order],
        until[order],
        life[by_life],
        record[by_life],
        fresh[by_life],
    )


def _pairs(records: Rows, links: Links, is_simple: Bools) -> tuple[Ints, Ints, Instants, Instants, Instants]:
    """(one record, the other, joined when) of each pair, and (seen, known when) of each record."""
    component = links.component[: len(links.records)]
    n_nodes = len(links.component)
    simple = np.bincount(component[is_simple[links.records]], minlength=n_nodes)
    is_pair = (simple == 2) & (np.bincount(component, minlength=n_nodes) == 2)
    known_at = np.zeros(len(is_simple), dtype=np.int64)
    seen_at = np.zeros(len(is_simple), dtype=np.int64)
    known_at[records["record"]] = records["known_at"]
    seen_at[records["record"]] = np.maximum(records["happened_at"], records["known_at"])
    mine = np.flatnonzero(is_pair[component])
    mine = mine[np.argsort(component[mine], kind="stable")]
    of_pair = component[mine].reshape(-1, 2)[:, 0]
    both = links.records[mine].reshape(-1, 2).astype(np.int32)
    joined_at = _joined_at(links, is_pair)[of_pair]
    together = (joined_at[:, None] >= seen_at[both]).all(axis=1)
    both = both[together]
    return both[:, 0], both[:, 1], joined_at[together], seen_at, known_at


def _joined_at(links: Links, is_pair: Bools) -> Instants:
    """When the records of each pair, by their component, come to share a key, or one bears the other's name."""
    edge = np.flatnonzero(is_pair[links.component[links.left]])
    left, right, since = links.left[edge], links.right[edge], links.since[edge]
    joined_at = np.full(len(links.component), NEVER, dtype=np.int64)
    direct = right < len(links.records)
    np.minimum.at(joined_at, links.component[left[direct]], since[direct])
    left, right, since = left[~direct], right[~direct], since[~direct]
    order = np.lexsort((since, left, right))
    left, right, since = left[order], right[order], since[order]
    # Each key beside the first time that each of its records bears it.
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (right[1:] != right[:-1]) | (left[1:] != left[:-1])
    right, since = right[first], since[first]
    shared = np.flatnonzero(right[1:] == right[:-1])
    np.minimum.at(joined_at, links.component[right[shared]], np.maximum(since[shared], since[shared + 1]))
    return joined_at


def _is_named_after_first(view: View, first: Ints, second: Ints, known_at: Instants) -> Bools:
    """Whether the first record names the pair: it was known first, or at once with a smaller name."""
    found = known_at[first] < known_at[second]
    tied = np.flatnonzero(known_at[first] == known_at[second])
    if len(tied):
        rank = name_ranks(view, np.concatenate([first[tied], second[tied]]))
        found[tied] = rank[: len(tied)] < rank[len(tied) :]
    return found
