"""Segments of accounts in a few figures: how many accounts each holds, how they overlap, whether tiers lie inside each
other; and which roles of the buying group are there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from handraise.errors import Finding
from handraise.evidence.form import json_form
from handraise.model.playbook import Playbook, Segment, SegmentOf
from handraise.playbook.english import role_label, segment_label

TIERS = ("TAM", "SAM", "SOM")
SHOWN_ACCOUNTS = 5
_Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AccountSegmentCount:
    """A segment of accounts: how many it holds, excludes, and cannot be told of; the three add up to all accounts."""

    key: str
    label: str
    tier: str | None
    n_in: int
    n_out: int
    n_unknown: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two segments of accounts: how many accounts are surely in both, in one and out of the other, and in one while the
    other, or both, cannot be told. `share` is `n_both` of those in either of which both can be told; `None` where there
    are none."""

    one: str
    other: str
    n_both: int
    n_one_only: int
    n_other_only: int
    n_unknown: int
    share: float | None


@dataclass(frozen=True, slots=True)
class TierBreak:
    """Accounts of an inner tier that are in no segment of the next outer one: `n_outside` surely, of which `account_ids`
    are the first; of `n_unknown` more it cannot be told."""

    inner: str
    outer: str
    n_outside: int
    n_unknown: int
    account_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Market:
    """Everything in the playbook's order, over all accounts that are known. `tiers` compares every two neighbouring
    tiers that segments have, whether or not one breaks out of the other."""

    n_accounts: int
    n_without_people: int
    segments: tuple[AccountSegmentCount, ...]
    overlaps: tuple[Overlap, ...]
    tiers: tuple[TierBreak, ...]

    def as_dict(self) -> dict[str, object]:
        return dict(json_form(self))


@dataclass(frozen=True, slots=True)
class RoleCount:
    """A role of the buying group: at how many accounts with people it is there, is missing, or cannot be told."""

    key: str
    label: str
    n_in: int
    n_missing: int
    n_unknown: int


def market(playbook: Playbook, accounts: pa.Table) -> Market | None:
    """From rows of `evaluate.accounts.ACCOUNT_COLUMNS`; `None` where the playbook has no segment of accounts."""
    segments = {k: s for k, s in playbook.segments.items() if s.of is SegmentOf.ACCOUNTS}
    if not segments:
        return None
    in_ = {key: listing(accounts["segments_in"], key) for key in segments}
    unknown = {key: listing(accounts["segments_unknown"], key) for key in segments}
    n, ids = len(accounts), accounts["account_id"]
    counts = tuple(
        AccountSegmentCount(
            key,
            segment_label(key, playbook),
            segment.tier,
            held := int(in_[key].sum()),
            n - held - (open_ := int(unknown[key].sum())),
            open_,
        )
        for key, segment in segments.items()
    )
    return Market(
        n,
        int(pc.sum(pc.equal(accounts["n_people"], 0)).as_py() or 0),
        counts,
        tuple(_overlap(a, b, in_, unknown) for a, b in combinations(segments, 2)),
        tuple(
            _break(inner, outer, segments, in_, unknown, ids)
            for outer, inner in pairwise(t for t in TIERS if any(s.tier == t for s in segments.values()))
        ),
    )


def role_counts(playbook: Playbook, groups: pa.Table) -> tuple[RoleCount, ...]:
    """From rows of `evaluate.accounts.GROUP_COLUMNS`; accounts without people are left out."""
    with_people = groups.filter(pc.greater(groups["n_people"], 0))
    columns = ("roles_in", "roles_missing", "roles_unknown")
    return tuple(
        RoleCount(
            role.key,
            role_label(role.key, playbook),
            *(int(listing(with_people[column], role.key).sum()) for column in columns),
        )
        for role in playbook.buying_group.roles
    )


def findings_of_market(found: Market | None, playbook: Playbook) -> tuple[Finding, ...]:
    """Tiers that do not lie inside each other."""
    return tuple(_finding(broken, playbook) for broken in (found.tiers if found else ()) if broken.n_outside)


def _finding(broken: TierBreak, playbook: Playbook) -> Finding:
    n = broken.n_outside
    accounts = f"1 {playbook.term('account')} is" if n == 1 else f"{n:,} {playbook.term('accounts')} are"
    shown = ", ".join(broken.account_ids) + (" and others" if n > len(broken.account_ids) else "")
    return Finding(
        "DC110",
        f"{accounts} in a {broken.inner} segment but in no {broken.outer} segment, which should hold it whole: {shown}.",
        n=n,
        advice=(f"Widen the {broken.outer} segment, or exclude these from {broken.inner}.",),
    )


def _overlap(one: str, other: str, in_: dict[str, _Bools], unknown: dict[str, _Bools]) -> Overlap:
    a, b, open_a, open_b = in_[one], in_[other], unknown[one], unknown[other]
    both, only_a, only_b = a & b, a & ~b & ~open_b, b & ~a & ~open_a
    n_both, n_one, n_other = (int(which.sum()) for which in (both, only_a, only_b))
    n_waiting = int(((a & open_b) | (b & open_a) | (open_a & open_b)).sum())
    n_either = n_both + n_one + n_other
    return Overlap(one, other, n_both, n_one, n_other, n_waiting, n_both / n_either if n_either else None)


def _break(
    inner: str,
    outer: str,
    segments: dict[str, Segment],
    in_: dict[str, _Bools],
    unknown: dict[str, _Bools],
    ids: pa.ChunkedArray,
) -> TierBreak:
    def of_tier(tier: str, sets: dict[str, _Bools]) -> _Bools:
        mine = [sets[key] for key, segment in segments.items() if segment.tier == tier]
        return np.asarray(np.logical_or.reduce(mine), dtype=np.bool_)

    inside, surely, perhaps = of_tier(inner, in_), of_tier(outer, in_), of_tier(outer, unknown)
    outside = inside & ~surely & ~perhaps
    first = np.flatnonzero(outside)[:SHOWN_ACCOUNTS]
    named = tuple(str(i) for i in ids.take(pa.array(first)).to_pylist())
    return TierBreak(inner, outer, int(outside.sum()), int((inside & ~surely & perhaps).sum()), named)


def listing(lists: pa.ChunkedArray, key: str) -> _Bools:
    """Which of the lists hold a key."""
    whole = lists.combine_chunks()
    found = np.zeros(len(whole), dtype=np.bool_)
    holds = np.asarray(pc.equal(whole.flatten(), key), dtype=np.bool_)
    found[np.asarray(pc.list_parent_indices(whole))[holds]] = True
    return found
