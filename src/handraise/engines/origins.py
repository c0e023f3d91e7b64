"""Where the rows of a chunk come from: its stretch of a clustered copy, rows that lie far from it, and the tail
of rows appended since the copy was written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from handraise.engines.plan import Layout, Share
from handraise.engines.row_order import Columns, Hashes, Indices, Runs, runs_by
from handraise.facts.catalog import N_BUCKETS, PLACE_BITS
from handraise.facts.chunks import Bools, Instants, Ints
from handraise.facts.ranges import is_among
from handraise.facts.view import View

_RANK = (1 << PLACE_BITS) - 1
# Ties at more instants than this are told apart by reading the hashes of a whole stretch.
_MANY_INSTANTS = 16
# Places nearer to each other than this are read as one stretch, and so many stretches are read without a join.
_GAP = 200
_FEW_SPANS = 4


@dataclass(frozen=True, slots=True)
class Copy:
    """A clustered copy and the append table behind it: what to select of each, and the subject's column there.

    `narrowed` is a condition on both that holds for the rows that are needed.
    """

    table: str
    columns: tuple[str, ...]
    tail_table: str
    tail_columns: tuple[str, ...]
    tail_subject: str
    narrowed: str = "true"
    values: Mapping[str, Any] = field(default_factory=dict)
    by_field: bool = False

    def stretch(self, view: View, first: int, end: int) -> Columns:
        """The rows that lie in `[first, end)`, without their hashes: those compress to nothing, so that they
        are most of what there is to read, and are needed only where rows tie."""
        columns = ", ".join(name for name in self.columns if name != "content")
        return self._stretch(view, f"place, {columns}", first, end)

    def content(self, view: View, first: int, end: int, happened_at: Instants, rows: Indices) -> Hashes:
        """Hashes of some rows of the stretch, all of whose instants are given. Where few instants are meant, the rows
        of those alone are read: they come in the same order."""
        instants = np.unique(happened_at[rows])
        if len(instants) > _MANY_INSTANTS:
            return self._stretch(view, "content", first, end)["content"][rows]
        among = np.zeros(len(happened_at), dtype=bool)
        for instant in instants:
            among |= happened_at == instant
        values = self._stretch(
            view, "content", first, end, "happened_at IN (SELECT unnest($at::BIGINT[]))", at=instants.tolist()
        )["content"]
        return values[np.searchsorted(np.flatnonzero(among), rows)]

    def _stretch(
        self, view: View, columns: str, first: int, end: int, which: str = "true", **values: Any
    ) -> Columns:
        return view.arrays(
            f"""SELECT {columns} FROM {self.table}
                WHERE place >= $first AND place < $end AND {{delayed}} AND {self.narrowed} AND {which}""",
            first=first,
            end=min(end, 2**31 - 1),
            **self.values,
            **values,
        )

    def at_places(self, view: View, places: Ints) -> Columns:
        """The rows at these places."""
        columns = f"SELECT place, {', '.join(self.columns)} FROM {self.table}"
        spans = _spans(places)
        if len(spans) <= _FEW_SPANS:
            return _at_spans(
                view, f"{columns} WHERE {{appended}} AND {self.narrowed}", spans, places, self.values
            )
        return view.among(
            f"""{columns} WHERE place BETWEEN $low AND $high AND place IN (SELECT id FROM chosen)
                    AND {{delayed}} AND {self.narrowed}""",
            places,
            low=int(places.min()),
            high=int(places.max()),
            **self.values,
        )

    def tail(self, view: View, from_seq: int, chosen: Ints | None) -> Columns:
        """The rows appended after `from_seq`, of the chosen subjects or of all."""
        statement = f"""SELECT {self.tail_subject} AS subject, seq, {", ".join(self.tail_columns)}
                        FROM {self.tail_table} WHERE seq > $from_seq AND {{visible}} AND {self.narrowed}"""
        if chosen is None:
            return view.arrays(statement, from_seq=from_seq, **self.values)
        statement += f" AND {self.tail_subject} IN (SELECT id FROM chosen)"
        return view.among(statement, chosen, from_seq=from_seq, **self.values)


def _spans(places: Ints) -> list[tuple[int, int]]:
    """Stretches that hold all of these places, with gaps that are not worth leaving out: first and last of each."""
    ordered = np.sort(places)
    gaps = np.flatnonzero(np.diff(ordered) > _GAP)
    first, last = np.append(0, gaps + 1), np.append(gaps, len(ordered) - 1)
    return list(zip(ordered[first].tolist(), ordered[last].tolist(), strict=True))


def _at_spans(
    view: View, statement: str, spans: list[tuple[int, int]], places: Ints, values: Mapping[str, Any]
) -> Columns:
    """The rows of these stretches, each found by its place alone, without a join; then only those at the places, and known
    by the instant: the less a statement says, the less it costs."""
    among = " OR ".join(f"place BETWEEN $low_{_letter(i)} AND $high_{_letter(i)}" for i in range(len(spans)))
    bounds = {f"low_{_letter(i)}": low for i, (low, _) in enumerate(spans)}
    bounds |= {f"high_{_letter(i)}": high for i, (_, high) in enumerate(spans)}
    rows = view.few(f"{statement} AND ({among})", **bounds, **values)
    at = rows["happened_at"]
    mine = is_among(np.sort(places), rows["place"])
    mine &= (at <= view.as_of) & (at + rows["delay"] <= view.as_of)
    return rows if mine.all() else {name: column[mine] for name, column in rows.items()}


def _letter(i: int) -> str:
    return chr(ord("a") + i)


@dataclass
class Origins:
    """The rows of one copy for all chunks of a reading. Far rows and the tail are read once, when first needed."""

    copy: Copy
    place_of: Ints
    bucket_seq: npt.NDArray[np.int64]
    tail_from: int
    far_subjects: Ints
    only: Ints | None
    _kept: tuple[_BySubject, _BySubject] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def runs(self, view: View, share: Share, subject: Ints, local: Ints, near: Bools) -> list[Runs]:
        """The rows of these subjects as runs, named by `local`. `near` says whose rows are
        read with the chunk's stretch; they are the others' that lie far."""
        far, tail = self.kept(view)
        pieces = [tail.runs(subject, local), far.runs(subject[~near], local[~near])]
        if near.any():
            pieces.insert(0, self._near(view, share, subject[near], local[near]))
        return pieces

    def kept(self, view: View) -> tuple[_BySubject, _BySubject]:
        """Far rows and the tail."""
        with self._lock:
            if self._kept is None:
                self._kept = self._far(view), self._tail(view)
            return self._kept

    def _near(self, view: View, share: Share, subject: Ints, local: Ints) -> Runs:
        rows = self.copy.stretch(view, share.first_place, share.end_place)
        start, length = runs_by(*_run_keys(rows, self.copy.by_field))
        stretch, at = (share.first_place, share.end_place), rows["happened_at"]
        return Runs(
            rows,
            _locals_at(rows["place"][start], self.place_of[subject], local),
            start,
            length,
            lambda some: self.copy.content(view, *stretch, at, some),
        )

    def _far(self, view: View) -> _BySubject:
        places = self.place_of[self.far_subjects]
        subjects, places = self.far_subjects[places >= 0], places[places >= 0]
        if not len(places):
            return _BySubject.empty(self.copy)
        rows = self.copy.at_places(view, places)
        # The copy's own order is that of a run, and the rows come in it.
        start, length = runs_by(*_run_keys(rows, self.copy.by_field))
        order = np.argsort(places)
        of_run = subjects[order][np.searchsorted(places[order], rows["place"][start])]
        return _BySubject(rows, of_run, start, length)

    def _tail(self, view: View) -> _BySubject:
        if view.last_seq <= self.tail_from:
            return _BySubject.empty(self.copy)
        rows = self.copy.tail(view, self.tail_from, self.only)
        place = self.place_of[rows["subject"]]
        late = (place < 0) | (rows["seq"] > self.bucket_seq[np.maximum(place, 0) >> PLACE_BITS])
        return _BySubject.of({name: column[late] for name, column in rows.items()}, self.copy.by_field)


@dataclass(frozen=True, slots=True)
class _BySubject:
    """Rows kept in memory, in runs by subject (and field); `subjects` are those of the runs."""

    rows: Columns
    subjects: npt.NDArray[Any]
    start: npt.NDArray[np.int64]
    length: npt.NDArray[np.int64]

    @classmethod
    def of(cls, rows: Mapping[str, npt.NDArray[Any]], by_field: bool) -> _BySubject:
        keys = [rows["happened_at"], rows["subject"]]
        if by_field:
            keys.insert(1, rows["field"])
        order = np.lexsort((rows["content"], rows["delay"], *keys))
        ordered = {name: column[order] for name, column in rows.items()}
        start, length = runs_by(ordered["subject"], *(ordered[k] for k in ("field",) if by_field))
        return cls(ordered, ordered["subject"][start], start, length)

    @classmethod
    def empty(cls, copy: Copy) -> _BySubject:
        none = np.empty(0, dtype=np.int64)
        return cls({name.split()[-1]: none for name in (*copy.columns,)}, none, none, none)

    def runs(self, subject: Ints, local: Ints) -> Runs:
        """The runs of these subjects."""
        if not len(subject) or not len(self.subjects):
            none = np.empty(0, dtype=np.int64)
            return Runs(self.rows, none.astype(np.int32), none, none)
        order = np.argsort(subject)
        at = np.minimum(np.searchsorted(subject[order], self.subjects), len(subject) - 1)
        mine = subject[order][at] == self.subjects
        return Runs(self.rows, local[order][at[mine]], self.start[mine], self.length[mine])


def _run_keys(rows: Columns, by_field: bool) -> list[npt.NDArray[Any]]:
    return [rows["place"], rows["field"]] if by_field else [rows["place"]]


def _locals_at(places: Ints, place_of: Ints, local: Ints) -> Ints:
    """The number in the chunk of whoever has its place here, -1 where that is nobody of these."""
    if not len(place_of) or not len(places):
        return np.full(len(places), -1, dtype=np.int32)
    # Ranks are dense in a bucket: with the buckets put one behind the other, places are numbers of a short table.
    low, high = np.full(N_BUCKETS, _RANK, dtype=np.int32), np.full(N_BUCKETS, -1, dtype=np.int32)
    for some in (place_of, places):
        np.minimum.at(low, some >> PLACE_BITS, some & _RANK)
        np.maximum.at(high, some >> PLACE_BITS, some & _RANK)
    size = np.maximum(high + 1 - low, 0)
    shift = np.cumsum(size) - size - low
    table = np.full(int(size.sum()), -1, dtype=np.int32)
    table[shift[place_of >> PLACE_BITS] + (place_of & _RANK)] = local
    found: Ints = table[shift[places >> PLACE_BITS] + (places & _RANK)]
    return found


def far_records(shares: tuple[Share, ...], records: Callable[[Ints], Ints], layout: Layout) -> Ints:
    """The records whose rows a chunk needs and does not find in its stretch."""
    far = np.zeros(len(layout.place_of_record), dtype=bool)
    for share in shares:
        mine = records(share.decided)
        far[mine[~share.near(layout.place_of_record[mine])]] = True
        far[records(share.visitors)] = True
    return np.flatnonzero(far).astype(np.int32)


def far_accounts(shares: tuple[Share, ...], layout: Layout) -> Ints:
    """The same of accounts."""
    far = np.zeros(len(layout.place_of_account), dtype=bool)
    for share in shares:
        far[share.accounts[~share.near(layout.place_of_account[share.accounts])]] = True
    return np.flatnonzero(far).astype(np.int32)
