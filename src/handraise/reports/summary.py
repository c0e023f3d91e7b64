"""The decisions of everybody in a few figures: matrix, segments, and what is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from itertools import chain
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from handraise.evidence.arrays import Bools, Codes
from handraise.evidence.form import json_form
from handraise.model.scores import RANKS

Count = TypeVar("Count", "CellCount", "SegmentCount", "MissingFact")


@dataclass(frozen=True, slots=True)
class CellCount:
    """People in one cell; `n_open` of them could still change grade or level."""

    rank: str
    n: int
    n_open: int


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """People in one buyer segment; `n_could_leave` of them could also be in another, and `n_could_join` people
    of other segments could also be in this one."""

    key: str
    n: int
    n_could_leave: int
    n_could_join: int


@dataclass(frozen=True, slots=True)
class MissingFact:
    """`n_people` have a verdict that this fact is missing for; it alone would settle `n_alone` of them."""

    fact: str
    n_people: int
    n_alone: int


@dataclass(frozen=True, slots=True)
class DecisionsSummary:
    """Counts of one set of decisions. `cells` are A1..D4; `segments` with the most people first;
    `missing` with what would settle most first; `assumed` are (fact, people whose decision rests on it)."""

    n_people: int
    n_accounts: int
    n_without_account: int
    cells: tuple[CellCount, ...]
    n_open_grade: int
    n_open_level: int
    n_open_rank: int
    n_qualified: int
    n_not_qualified: int
    n_qualified_unknown: int
    segments: tuple[SegmentCount, ...]
    n_open_segment: int
    missing: tuple[MissingFact, ...]
    n_missing_any: int
    assumed: tuple[tuple[str, int], ...]
    n_resting_on_assumed: int
    mean_completeness: float | None

    def cell(self, rank: str) -> CellCount:
        return self.cells[RANKS.index(rank)]

    def segment(self, key: str) -> SegmentCount:
        """The count of a segment; nobody, for one that does not occur."""
        return next((s for s in self.segments if s.key == key), SegmentCount(key, 0, 0, 0))

    def as_dict(self) -> dict[str, object]:
        return dict(json_form(self))


def summarise(decisions: pa.Table) -> DecisionsSummary:
    """The summary of a decisions table (see `inputs.DECISION_COLUMNS`), one row a person.

    A row whose rank is null counts among the people but in no cell.
    """
    open_grade = _not(decisions["fit_grade_certain"])
    open_level = _not(decisions["engagement_level_certain"])
    qualified = _counts(decisions["marketing_qualified"])
    missing, assumed = decisions["missing_facts"], decisions["assumed_facts"]
    accounts = decisions["account_id"]
    mean = pc.mean(decisions["fit_completeness"]).as_py()
    return DecisionsSummary(
        n_people=len(decisions),
        n_accounts=pc.count_distinct(accounts).as_py(),
        n_without_account=accounts.null_count,
        cells=_cells(decisions["rank"], open_grade | open_level),
        n_open_grade=int(open_grade.sum()),
        n_open_level=int(open_level.sum()),
        n_open_rank=int((open_grade | open_level).sum()),
        n_qualified=qualified.get("in", 0),
        n_not_qualified=qualified.get("out", 0),
        n_qualified_unknown=qualified.get("unknown", 0),
        segments=_segments(decisions["buyer_segment"], decisions["buyer_segment_could_be"]),
        n_open_segment=int((_lengths(decisions["buyer_segment_could_be"]) > 0).sum()),
        missing=_missing(missing),
        n_missing_any=int((_lengths(missing) > 0).sum()),
        assumed=in_order(_counts(pc.list_flatten(assumed)).items()),
        n_resting_on_assumed=int((_lengths(assumed) > 0).sum()),
        mean_completeness=mean,
    )


def joined(parts: Sequence[DecisionsSummary]) -> DecisionsSummary:
    """The summary of everybody, from summaries of at least one part of them; no two parts share a person or an account."""
    n_people = sum(p.n_people for p in parts)
    means = [(p.mean_completeness, p.n_people) for p in parts if p.mean_completeness is not None]
    return DecisionsSummary(
        **{
            f.name: sum(getattr(p, f.name) for p in parts)
            for f in fields(DecisionsSummary)
            if f.type == "int"
        },
        cells=tuple(_added(CellCount, (p.cells for p in parts))),
        segments=in_order(_added(SegmentCount, (p.segments for p in parts))),
        missing=in_order(_added(MissingFact, (p.missing for p in parts))),
        assumed=in_order((name, n) for name, n in _sums(chain.from_iterable(p.assumed for p in parts))),
        mean_completeness=sum(mean * n for mean, n in means) / n_people if means else None,
    )


def _added(kind: type[Count], parts: Iterable[Iterable[Count]]) -> list[Count]:
    """Counts of one kind, those of the same thing added up."""
    return [kind(*row) for row in _sums(astuple(count) for count in chain.from_iterable(parts))]


def _sums(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows of a name and numbers, added up by name."""
    sums: dict[str, tuple[int, ...]] = {}
    for name, *numbers in rows:
        sums[name] = tuple(a + b for a, b in zip(sums.get(name, (0,) * len(numbers)), numbers, strict=True))
    return [(name, *numbers) for name, numbers in sums.items()]


def _cells(rank: pa.ChunkedArray, is_open: Bools) -> tuple[CellCount, ...]:
    code = pc.fill_null(pc.index_in(pc.cast(rank, pa.string()), value_set=pa.array(RANKS)), len(RANKS))
    codes = np.asarray(code, dtype=np.int64)
    n = np.bincount(codes, minlength=len(RANKS) + 1)
    n_open = np.bincount(codes[is_open], minlength=len(RANKS) + 1)
    return tuple(CellCount(name, int(n[i]), int(n_open[i])) for i, name in enumerate(RANKS))


def _segments(segment: pa.ChunkedArray, could_be: pa.ChunkedArray) -> tuple[SegmentCount, ...]:
    sizes = _counts(segment)
    leaving = _counts(segment.filter(pa.array(_lengths(could_be) > 0)))
    joining = _counts(pc.list_flatten(could_be))
    keys = [*sizes, *(key for key in joining if key not in sizes)]
    found = [SegmentCount(key, sizes.get(key, 0), leaving.get(key, 0), joining.get(key, 0)) for key in keys]
    return in_order(found)


def _missing(missing: pa.ChunkedArray) -> tuple[MissingFact, ...]:
    alone = _counts(pc.list_flatten(missing.filter(pa.array(_lengths(missing) == 1))))
    people = _counts(pc.list_flatten(missing))
    found = [MissingFact(fact, n, alone.get(fact, 0)) for fact, n in people.items()]
    return in_order(found)


Item = TypeVar("Item", SegmentCount, MissingFact, tuple[str, int])


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Segments and names with the most people first, facts with those first that would settle most."""
    return tuple(sorted(items, key=_rank))


def _rank(item: SegmentCount | MissingFact | tuple[str, int]) -> tuple[int, int, str]:
    if isinstance(item, SegmentCount):
        return -item.n, 0, item.key
    if isinstance(item, MissingFact):
        return -item.n_alone, -item.n_people, item.fact
    return -item[1], 0, item[0]


def _counts(values: pa.ChunkedArray) -> dict[str, int]:
    """How often each value occurs, nulls aside."""
    counted = pc.value_counts(values)
    names, numbers = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
    return {name: n for name, n in zip(names, numbers, strict=True) if name is not None}


def _lengths(lists: pa.ChunkedArray) -> Codes:
    return np.asarray(pc.fill_null(pc.list_value_length(lists), 0), dtype=np.int64)


def _not(flags: pa.ChunkedArray) -> Bools:
    """Where a flag is false; null counts as false."""
    return ~np.asarray(pc.fill_null(flags, False), dtype=np.bool_)
