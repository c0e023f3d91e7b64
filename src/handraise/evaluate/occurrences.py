"""Occurrences of behaviours in a chunk, counted and weighed by person or by account.

A chunk's activities are ordered once by kind, so that each behaviour is a few slices and every row is
touched by the rules of its own behaviour only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from handraise.evaluate.compiled import AssetTest, Compiled
from handraise.evaluate.kleene import IN, UNKNOWN, Truths
from handraise.facts.chunks import Activities, Instants, Ints
from handraise.model.conditions import Distinct
from handraise.model.time import Micros

Rows = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]

_NO_ROWS: Rows = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Matched:
    """The occurrences of one behaviour, in the chunk's own order (person, at, known_at, row hash)."""

    rows: Rows
    person: Ints
    at: Instants


class Occurrences:
    """A chunk's activities by behaviour."""

    def __init__(self, compiled: Compiled, activities: Activities) -> None:
        self._compiled = compiled
        self._activities = activities
        self._matched: dict[str, Matched] = {}
        self.n_unknown: dict[str, int] = {}
        self._order: Rows | None = None
        self._starts: Rows = _NO_ROWS

    def of(self, behaviour: str) -> Matched:
        if behaviour not in self._matched:
            rows = self._rows(behaviour)
            person, at = self._activities.person[rows], self._activities.at[rows]
            self._matched[behaviour] = Matched(rows, person, at)
        return self._matched[behaviour]

    def since(self, behaviour: str, start: Micros | None, *, included: bool = False) -> Matched:
        """Occurrences after `start` (from it on, if `included`); all of them without one."""
        matched = self.of(behaviour)
        if start is None:
            return matched
        keep = matched.at >= start if included else matched.at > start
        return Matched(matched.rows[keep], matched.person[keep], matched.at[keep])

    def account(self, matched: Matched) -> Ints:
        """The account that the person held at each occurrence; -1 for none."""
        return self._activities.account[matched.rows]

    def side(self, matched: Matched, distinct: Distinct) -> Ints:
        """A number for the asset (program, product) of each occurrence; -1 where it has none."""
        by_kind = _numbers([getattr(k, distinct.value) for k in self._compiled.shared.kinds])
        return by_kind[self._activities.kind[matched.rows]]

    def last_row_per(self, matched: Matched, side: Ints) -> Rows:
        """Positions in `matched` of the latest occurrence of each (person, side), in order of person and time."""
        kept = np.flatnonzero(side >= 0)
        n_sides = int(side.max(initial=0)) + 1
        key = matched.person[kept].astype(np.int64) * n_sides + side[kept]
        # Rows run in order of time within a person, so the last of equal keys is the latest.
        _, last = np.unique(key[::-1], return_index=True)
        return np.sort(kept[len(key) - 1 - last])

    def _rows(self, behaviour: str) -> Rows:
        """The occurrences; those of which it is unknown whether they are one are counted in `n_unknown`."""
        match = self._compiled.behaviours[behaviour]
        rows = self._rows_of_kinds(np.flatnonzero(match.by_kind == IN))
        n_unknown = len(self._rows_of_kinds(np.flatnonzero(match.by_kind == UNKNOWN)))
        for test in match.asset_tests:
            truth = self._asset_truth(test, rows)
            n_unknown += int((truth == UNKNOWN).sum())
            rows = rows[truth == IN]
        if n_unknown:
            self.n_unknown[behaviour] = n_unknown
        return rows

    def _asset_truth(self, test: AssetTest, rows: Rows) -> Truths:
        kind, known = self._activities.kind[rows], self._activities.known[rows]
        return self._compiled.asset_truth(test, kind, known)

    def _rows_of_kinds(self, kinds: Rows) -> Rows:
        if self._order is None:
            self._sort_by_kind()
        order = self._order if self._order is not None else _NO_ROWS
        slices = [order[self._starts[k] : self._starts[k + 1]] for k in kinds]
        filled = [s for s in slices if len(s)]
        return np.sort(np.concatenate(filled)) if len(filled) > 1 else (filled[0] if filled else _NO_ROWS)

    def _sort_by_kind(self) -> None:
        kind = self._activities.kind
        n_kinds = len(self._compiled.shared.kinds)
        narrow = kind.astype(np.uint16) if n_kinds <= 1 << 16 else kind  # 16-bit keys sort by radix
        self._order = np.argsort(narrow, kind="stable")
        self._starts = np.concatenate(([0], np.cumsum(np.bincount(kind, minlength=n_kinds))))


def count(matched: Matched, n_people: int) -> Counts:
    return np.bincount(matched.person, minlength=n_people)


def weights(at: Instants, as_of: Micros, half_life: Micros) -> npt.NDArray[np.float64]:
    """0.5 ** (age / half-life), continuous in the age."""
    return np.exp2((at - as_of) / half_life)


def _numbers(texts: list[str | None]) -> Ints:
    place = {text: i for i, text in enumerate(sorted({t for t in texts if t is not None}))}
    return np.fromiter((-1 if t is None else place[t] for t in texts), np.int32, len(texts))
