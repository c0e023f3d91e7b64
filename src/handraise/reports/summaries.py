"""The summaries of many instants from one table that holds them all, counted together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from handraise.model.scores import RANKS
from handraise.reports.summary import (
    CellCount,
    DecisionsSummary,
    MissingFact,
    SegmentCount,
    in_order,
)

Numbers = npt.NDArray[np.int64]


def summarise_each(decisions: pa.Table, n_rows: Sequence[int]) -> tuple[DecisionsSummary, ...]:
    """The summary of the first `n_rows[0]` rows of a table, of the next `n_rows[1]`, and so on, as `summarise` gives it of
    each. Columns of few distinct values are dictionaries (see `engines.grids`)."""
    counted = _Counted(decisions, np.repeat(np.arange(len(n_rows)), n_rows), len(n_rows))
    open_grade = ~counted.flags("fit_grade_certain")
    open_level = ~counted.flags("engagement_level_certain")
    open_rank = open_grade | open_level
    qualified = counted.by_value("marketing_qualified")
    cells, open_cells = counted.by_value("rank"), counted.by_value("rank", open_rank)
    could_be = counted.sets("buyer_segment_could_be")
    segments = counted.by_value("buyer_segment")
    leaving = counted.by_value("buyer_segment", could_be.size_of_row > 0)
    missing, assumed = counted.sets("missing_facts"), counted.sets("assumed_facts")
    accounts, without = counted.accounts()
    complete = counted.mean("fit_completeness")

    def summary(i: int) -> DecisionsSummary:
        kinds = set(segments[i]) | set(could_be.rows_with[i])
        return DecisionsSummary(
            n_people=int(n_rows[i]),
            n_accounts=int(accounts[i]),
            n_without_account=int(without[i]),
            cells=tuple(CellCount(r, cells[i].get(r, 0), open_cells[i].get(r, 0)) for r in RANKS),
            n_open_grade=counted.n(open_grade)[i],
            n_open_level=counted.n(open_level)[i],
            n_open_rank=counted.n(open_rank)[i],
            n_qualified=qualified[i].get("in", 0),
            n_not_qualified=qualified[i].get("out", 0),
            n_qualified_unknown=qualified[i].get("unknown", 0),
            segments=in_order(
                SegmentCount(
                    key, segments[i].get(key, 0), leaving[i].get(key, 0), could_be.rows_with[i].get(key, 0)
                )
                for key in kinds
            ),
            n_open_segment=could_be.n_filled[i],
            missing=in_order(
                MissingFact(fact, n, missing.rows_with_only[i].get(fact, 0))
                for fact, n in missing.rows_with[i].items()
            ),
            n_missing_any=missing.n_filled[i],
            assumed=in_order(assumed.rows_with[i].items()),
            n_resting_on_assumed=assumed.n_filled[i],
            mean_completeness=complete[i] if n_rows[i] else None,
        )

    return tuple(map(summary, range(len(n_rows))))


@dataclass(frozen=True, slots=True)
class _Sets:
    """Of a column of sets of names, at each instant: in how many rows each name is, in how many it is the only one, and how
    many rows have any."""

    rows_with: list[dict[str, int]]
    rows_with_only: list[dict[str, int]]
    n_filled: list[int]
    size_of_row: Numbers


@dataclass(frozen=True, slots=True)
class _Counted:
    """A table whose row `i` is of instant `instant[i]`, of so many instants."""

    table: pa.Table
    instant: Numbers
    n_instants: int

    def flags(self, name: str) -> npt.NDArray[np.bool_]:
        return np.asarray(self._column(name), dtype=np.bool_)

    def n(self, which: npt.NDArray[np.bool_]) -> list[int]:
        found: list[int] = np.bincount(self.instant[which], minlength=self.n_instants).tolist()
        return found

    def mean(self, name: str) -> list[float]:
        sums = np.bincount(self.instant, weights=np.asarray(self._column(name)), minlength=self.n_instants)
        means: list[float] = (
            sums / np.maximum(np.bincount(self.instant, minlength=self.n_instants), 1)
        ).tolist()
        return means

    def by_value(self, name: str, which: npt.NDArray[np.bool_] | None = None) -> list[dict[str, int]]:
        """At each instant how many rows (of `which`) have each value that occurs."""
        code, values = self._coded(name)
        n = self._by_code(code, len(values), which)
        return [{values[i]: count for i, count in enumerate(row) if count} for row in n.tolist()]

    def sets(self, name: str) -> _Sets:
        code, sets = self._coded(name)
        n = self._by_code(code, len(sets), None)
        names = sorted({item for of_set in sets for item in of_set})
        place = {item: i for i, item in enumerate(names)}
        inside = np.zeros((len(sets), len(names)), dtype=np.int64)
        for i, of_set in enumerate(sets):
            inside[i, [place[item] for item in of_set]] = 1
        size = np.array([len(of_set) for of_set in sets], dtype=np.int64)

        def named(counts: Numbers) -> list[dict[str, int]]:
            return [dict(zip(names, row, strict=True)) for row in counts.tolist()]

        rows_with = [{k: v for k, v in row.items() if v} for row in named(n @ inside)]
        return _Sets(
            rows_with,
            named(n[:, size == 1] @ inside[size == 1]),
            n[:, size > 0].sum(axis=1).tolist(),
            size[code] if len(size) else np.zeros(len(code), dtype=np.int64),
        )

    def accounts(self) -> tuple[Numbers, Numbers]:
        """How many accounts there are at each instant, and how many people without one."""
        code, ids = self._coded("account_id")
        there = code >= 0
        key = np.unique(self.instant[there] * max(len(ids), 1) + code[there])
        return (
            np.bincount(key // max(len(ids), 1), minlength=self.n_instants),
            np.bincount(self.instant[~there], minlength=self.n_instants),
        )

    def _by_code(self, code: Numbers, n_codes: int, which: npt.NDArray[np.bool_] | None) -> Numbers:
        counts = code >= 0 if which is None else which & (code >= 0)
        key = self.instant[counts] * n_codes + code[counts]
        return np.bincount(key, minlength=self.n_instants * n_codes).reshape(self.n_instants, n_codes)

    def _coded(self, name: str) -> tuple[Numbers, list[Any]]:
        """A number for each row, -1 for null, and what the numbers stand for."""
        column = self._column(name)
        code = np.asarray(column.indices.fill_null(-1), dtype=np.int64)
        return code, column.dictionary.to_pylist()

    def _column(self, name: str) -> pa.Array:
        return self.table[name].combine_chunks()
