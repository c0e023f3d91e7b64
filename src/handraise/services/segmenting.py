"""Everybody by segment: how many are in, out or unknown, the buyer segments with their next touch, and the matrix."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa

from handraise.model.scores import RANKS
from handraise.reports.market import AccountSegmentCount, Market
from handraise.services.deciding import DecideResult

_TEXTS = ("segment", "label", "of", "tier")
_NUMBERS = tuple(f"n_{what}_{where}" for what in ("people", "accounts") for where in ("in", "out", "unknown"))
SEGMENT_COLUMNS = pa.schema(
    [*((name, pa.string()) for name in _TEXTS), *((name, pa.int64()) for name in _NUMBERS)]
)


@dataclass(frozen=True, slots=True)
class SegmentMembers:
    """How many people a named segment holds (people of its accounts, where it is one of accounts), excludes,
    or cannot be told of yet. The three add up to everybody. `accounts` counts accounts, where it is one of accounts."""

    key: str
    label: str | None
    of: str
    n_in: int
    n_out: int
    n_unknown: int
    tier: str | None = None
    accounts: AccountSegmentCount | None = None

    def as_dict(self) -> dict[str, object]:
        return {
            "key": self.key,
            "label": self.label,
            "of": self.of,
            "n_in": self.n_in,
            "n_out": self.n_out,
            "n_unknown": self.n_unknown,
            "tier": self.tier,
            "accounts": None
            if self.accounts is None
            else {
                "n_in": self.accounts.n_in,
                "n_out": self.accounts.n_out,
                "n_unknown": self.accounts.n_unknown,
            },
        }


@dataclass(frozen=True, slots=True)
class Segmented:
    """The decisions of one instant, counted. Everything is in the playbook's order."""

    decided: DecideResult

    @property
    def market(self) -> Market | None:
        """The segments of accounts: how they overlap, and whether tiers lie inside each other."""
        return self.decided.market

    def table(self) -> pa.Table:
        """The named segments, a row each, for a file."""
        rows = []
        for s in self.segments():
            found = s.accounts
            rows.append(
                {
                    "segment": s.key,
                    "label": s.label,
                    "of": s.of,
                    "tier": s.tier,
                    "n_people_in": s.n_in,
                    "n_people_out": s.n_out,
                    "n_people_unknown": s.n_unknown,
                    "n_accounts_in": found.n_in if found else None,
                    "n_accounts_out": found.n_out if found else None,
                    "n_accounts_unknown": found.n_unknown if found else None,
                }
            )
        return pa.Table.from_pylist(rows, schema=SEGMENT_COLUMNS)

    def segments(self) -> tuple[SegmentMembers, ...]:
        """The named segments."""
        n_people = len(self.decided.table)
        held, open_ = self._counted("segments_in"), self._counted("segments_unknown")
        accounts = {s.key: s for s in self.market.segments} if self.market else {}
        return tuple(
            SegmentMembers(
                key,
                s.label,
                s.of.value,
                held[key],
                n_people - held[key] - open_[key],
                open_[key],
                s.tier,
                accounts.get(key),
            )
            for key, s in self.decided.playbook.segments.items()
        )

    def buyer_segments(self) -> list[dict[str, object]]:
        """The buyer segments, of which everybody is in one, with how many could leave or join."""
        summary = self.decided.summary
        return [
            {
                "key": s.key,
                "label": s.label,
                "n": summary.segment(s.key).n,
                "n_could_leave": summary.segment(s.key).n_could_leave,
                "n_could_join": summary.segment(s.key).n_could_join,
                "next_touch": s.next_touch,
                "kpi": s.kpi,
            }
            for s in self.decided.playbook.buyer_segments
        ]

    def matrix(self) -> list[dict[str, object]]:
        """The 16 cells with what was agreed for them; `n_open` people of a cell could still change rank."""
        playbook, summary = self.decided.playbook, self.decided.summary
        cells = [(rank, playbook.ranks.get(rank), summary.cell(rank)) for rank in RANKS]
        return [
            {
                "rank": rank,
                "label": agreed.label if agreed else None,
                "route": agreed.route if agreed else None,
                "marketing_qualified": rank in playbook.marketing_qualified_ranks,
                "n": counted.n,
                "n_open": counted.n_open,
            }
            for rank, agreed, counted in cells
        ]

    def as_dict(self) -> dict[str, object]:
        found = self.market
        return {
            "n_people": len(self.decided.table),
            "n_accounts": None if self.decided.accounts is None else len(self.decided.accounts),
            "segments": [s.as_dict() for s in self.segments()],
            "overlaps": found.as_dict()["overlaps"] if found else [],
            "tiers": found.as_dict()["tiers"] if found else [],
            "buyer_segments": self.buyer_segments(),
            "matrix": self.matrix(),
        }

    def _counted(self, column: str) -> Counter[str]:
        """How often each key occurs in a column of lists."""
        found = self.decided.table[column].combine_chunks().flatten().value_counts()
        return Counter({pair["values"]: pair["counts"] for pair in found.to_pylist()})
