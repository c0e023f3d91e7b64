"""Occurrences of behaviours in a chunk, counted and weighed by person or by account.

A chunk's activities are ordered once by kind, so that each behaviour is a few slices and every row is
touched by the rules of its own behaviour only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from handraise.evaluate.compiled import AssetTest, Compiled
from handraise.evaluate.keys import Key, Keys
from handraise.evaluate.kleene import IN, UNKNOWN, Truths
from handraise.evaluate.points import BEFORE_ALL, Points
from handraise.facts.chunks import Activities, Bools, Instants, Ints, Kind
from handraise.facts.ranges import ranges
from handraise.model.activities import is_buyer_act
from handraise.model.conditions import (
    AccountDid,
    Did,
    Distinct,
    InterestedIn,
    OfferPiece,
    ReachedStatus,
    Silent,
    TookOffer,
    walk,
)
from handraise.model.fields import Field
from handraise.model.products import OFFER_SHARED, OFFER_TAKEN, PROGRAM_MOVED
from handraise.model.time import Duration, Micros
from handraise.model.value_tests import OneOf
from handraise.model.values import fold

Rows = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]
# What occurrences are asked for: a behaviour by name, or the acts that a condition counts.
What: TypeAlias = str | Silent | InterestedIn | ReachedStatus | TookOffer

ASSET_PRODUCT = Field("asset", "product")
PROGRAM_TYPE = Field("program", "type")

MILLION = 1_000_000
"""Sums of weights are whole millionths, rounded half-even once."""

# Sorting a row costs about so many times what looking at its kind does.
_SORT_COST = 16
# So many activities are looked at together for all that is asked, and what was found in them is remembered.
_FEW = 5_000
_NO_ROWS: Rows = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Matched:
    """Occurrences, in the chunk's own order (person, at, known_at, row hash), by whom they are counted for: a person,
    or a point. `rows` leads to the chunk's activities."""

    rows: Rows
    subject: Ints
    at: Instants

    def only(self, which: Bools | Rows) -> Matched:
        return Matched(self.rows[which], self.subject[which], self.at[which])


class Occurrences:
    """A chunk's activities by what they are."""

    def __init__(self, compiled: Compiled, activities: Activities) -> None:
        self._compiled = compiled
        self._activities = activities
        self._found: dict[What, tuple[Rows, Instants]] = {}
        self._matched: dict[What, Matched] = {}
        self._since: dict[tuple[What, Micros], Matched] = {}
        self._places: dict[What, _Places] = {}
        self.n_unknown: dict[str, int] = {}
        self._are_few = len(activities.at) <= _FEW
        self._found_together = False
        self._accounts: Ints | None = None
        self._order: Rows | None = None
        self._starts: Rows = _NO_ROWS

    def of(self, what: What) -> Matched:
        """All that were ever seen in the reading, by person."""
        if what not in self._matched:
            rows, at = self._rows_and_instants(what)
            self._matched[what] = Matched(rows, self._activities.person[rows], at)
        return self._matched[what]

    def _rows_and_instants(self, what: What) -> tuple[Rows, Instants]:
        found = self._found.get(what)
        if found is None:
            rows = self._rows_of(what)
            found = self._found[what] = rows, self._activities.at[rows]
        return found

    def _find_together(self) -> None:
        """Few activities are held against all windows of the playbook at once."""
        self._found_together = True
        acts = self._activities
        names, starts, is_kind = self._compiled.remember("windows", lambda: _windows(self._compiled))
        window, row = (is_kind[:, acts.kind] & (acts.at > starts[:, None])).nonzero()
        person, at = acts.person[row], acts.at[row]
        ends = np.searchsorted(window, np.arange(1, len(names) + 1)).tolist()
        for name, first, end in zip(names, [0, *ends], ends, strict=False):
            self._since[name] = Matched(row[first:end], person[first:end], at[first:end])

    def visible(self, matched: Matched) -> Instants:
        """From when on each counts."""
        return self._activities.visible[matched.rows]

    def since(self, what: What, points: Points, start: Micros | Instants | None) -> Matched:
        """What each point sees that happened after `start` (all of it without one), up to its instant."""
        if points.instant is not None and start is not None:
            return self._recent(what, start)
        matched = self.of(what)
        if points.instant is not None:
            return matched
        if what not in self._places:
            self._places[what] = _Places.of(matched)
        places = self._places[what]
        first = places.after(points.subject, BEFORE_ALL if start is None else start)
        length = np.maximum(places.after(points.subject, points.at) - first, 0)
        rows = ranges(first, length)
        point = np.repeat(np.arange(points.n, dtype=np.int32), length)
        seen = self._activities.visible[matched.rows[rows]] <= points.at[point]
        rows, point = (rows, point) if seen.all() else (rows[seen], point[seen])
        return Matched(matched.rows[rows], point, matched.at[rows])

    def _recent(self, what: What, start: Micros | Instants) -> Matched:
        """What happened after an instant, up to that of the reading."""
        if self._are_few and not self._found_together:
            self._find_together()
        name = (what, int(start))
        found = self._since.get(name)
        if found is None:
            rows, at = self._rows_and_instants(what)
            recent = (at > start).nonzero()[0]
            rows = rows[recent]
            found = Matched(rows, self._activities.person[rows], at[recent])
            if self._are_few:
                self._since[name] = found
        return found

    def account(self, matched: Matched) -> Ints:
        """The account that the person held at each occurrence; -1 for none."""
        rows, acts = matched.rows, self._activities
        if not self._are_few:
            return acts.held.then(acts.person[rows], acts.at[rows])
        if self._accounts is None:
            self._accounts = acts.held.then(acts.person, acts.at)
        return self._accounts[rows]

    def side(self, matched: Matched, distinct: Distinct) -> Ints:
        """A number for the asset (program, product) of each occurrence; -1 where it has none."""
        by_kind = _numbers([getattr(k, distinct.value) for k in self._compiled.shared.kinds])
        return by_kind[self._activities.kind[matched.rows]]

    @staticmethod
    def last_row_per(matched: Matched, side: Ints) -> Rows:
        """Positions in `matched` of the latest occurrence of each (subject, side), in order of subject and time."""
        kept = np.flatnonzero(side >= 0)
        n_sides = int(side.max(initial=0)) + 1
        key = matched.subject[kept].astype(np.int64) * n_sides + side[kept]
        # Rows run in order of time within a subject, so the last of equal keys is the latest.
        _, last = np.unique(key[::-1], return_index=True)
        return np.sort(kept[len(key) - 1 - last])

    def _rows_of(self, what: What) -> Rows:
        match what:
            case str():
                return self._rows(what)
            case Silent():
                return self._rows_breaking(what)
            case InterestedIn():
                return self._rows_on_product(what)
            case ReachedStatus():
                return self._rows_reaching(what)
        return self._rows_of_kinds(self._kinds_of_offer(what))

    def _rows(self, behaviour: str) -> Rows:
        """The occurrences; those of which it is unknown whether they are one are counted in `n_unknown`."""
        match = self._compiled.behaviours[behaviour]
        rows = self._rows_of_kinds(match.kinds)
        n_unknown = len(self._rows_of_kinds(match.unknown))
        for test in match.asset_tests:
            truth = self._asset_truth(test, rows)
            n_unknown += int((truth == UNKNOWN).sum())
            rows = rows[truth == IN]
        if n_unknown:
            self.n_unknown[behaviour] = n_unknown
        return rows

    def _rows_breaking(self, silence: Silent) -> Rows:
        """The acts that break a silence: of its behaviours, or any of the buyer's."""
        if silence.behaviours:
            return self._union([self.of(b).rows for b in silence.behaviours])
        return self._rows_of_kinds(
            self._compiled.remember("buyer acts", lambda: self._kinds(lambda kind: is_buyer_act(kind.type)))
        )

    def _rows_on_product(self, interest: InterestedIn) -> Rows:
        """Acts of interest on the product: named by the act itself, or else by its asset."""
        playbook = self._compiled.playbook
        rows = self._union([self.of(b).rows for b in playbook.interest.behaviours])
        names = {fold(name) for name in playbook.products[interest.product].names}
        kinds = self._compiled.shared.kinds
        named = np.fromiter((k.product is not None for k in kinds), np.bool_, len(kinds))
        meant = np.fromiter(
            (k.product is not None and fold(k.product) in names for k in kinds), np.bool_, len(kinds)
        )
        kind = self._activities.kind[rows]
        of_asset = self._compiled.asset_test(ASSET_PRODUCT, OneOf(tuple(sorted(names))))
        on_it: Bools = np.where(named[kind], meant[kind], self._asset_truth(of_asset, rows) == IN)
        return self._taken(rows, on_it)

    def _rows_reaching(self, reached: ReachedStatus) -> Rows:
        """What moves a member to one of the statuses, in programs of the type."""
        statuses = self._compiled.playbook.programs[reached.type].from_status(reached.status)
        names = {fold(name) for s in statuses for name in (s.key, s.label) if name is not None}
        told = self._kinds(
            lambda k: k.type in PROGRAM_MOVED and fold(k.properties.get("status", "")) in names
        )
        by_act = [self.of(b).rows for s in statuses for b in s.on]
        rows = self._union([self._rows_of_kinds(told), *by_act])
        of_type = self._compiled.asset_test(PROGRAM_TYPE, OneOf((reached.type,)))
        rows = self._passing(of_type, rows)
        if reached.program is None:
            return rows
        wanted = fold(reached.program)
        kinds = self._compiled.shared.kinds
        named = np.fromiter(
            (k.program is not None and fold(k.program) == wanted for k in kinds), np.bool_, len(kinds)
        )
        return self._taken(rows, named[self._activities.kind[rows]])

    def _kinds_of_offer(self, took: TookOffer) -> Rows:
        offer = self._compiled.playbook.offers[took.offer]
        pieces = {OfferPiece.FREE: offer.free, OfferPiece.GATED: offer.gated}.get(
            took.piece, offer.free + offer.gated
        )
        names = {fold(name) for name in pieces}
        types = OFFER_SHARED if took.piece is OfferPiece.SHARED else OFFER_TAKEN
        return self._kinds(lambda k: k.type in types and k.asset is not None and fold(k.asset) in names)

    def _kinds(self, which: Callable[[Kind], bool]) -> Rows:
        return np.array(
            [i for i, kind in enumerate(self._compiled.shared.kinds) if which(kind)], dtype=np.int64
        )

    def _passing(self, test: AssetTest, rows: Rows) -> Rows:
        return self._taken(rows, self._asset_truth(test, rows) == IN)

    @staticmethod
    def _taken(rows: Rows, which: Bools) -> Rows:
        taken: Rows = rows[which]
        return taken

    @staticmethod
    def _union(parts: list[Rows]) -> Rows:
        return np.unique(np.concatenate([_NO_ROWS, *parts]))

    def _asset_truth(self, test: AssetTest, rows: Rows) -> Truths:
        kind, known = self._activities.kind[rows], self._activities.known[rows]
        return self._compiled.asset_truth(test, kind, known)

    def _rows_of_kinds(self, kinds: Rows) -> Rows:
        if not len(kinds):
            return _NO_ROWS
        if self._order is None:
            self._sort_by_kind()
        order = self._order if self._order is not None else _NO_ROWS
        starts = self._starts
        slices = [order[starts[k] : starts[k + 1]] for k in kinds.tolist()]
        filled = [s for s in slices if len(s)]
        if len(filled) < 2:
            return filled[0] if filled else _NO_ROWS
        if sum(map(len, filled)) * _SORT_COST > len(order):
            wanted = np.zeros(len(self._starts) - 1, dtype=np.bool_)
            wanted[kinds] = True
            return np.flatnonzero(wanted[self._activities.kind])
        return np.sort(np.concatenate(filled))

    def _sort_by_kind(self) -> None:
        kind = self._activities.kind
        n_kinds = len(self._compiled.shared.kinds)
        narrow = kind.astype(np.uint16) if n_kinds <= 1 << 16 else kind  # 16-bit keys sort by radix
        self._order = np.argsort(narrow, kind="stable")
        self._starts = np.concatenate(([0], np.cumsum(np.bincount(kind, minlength=n_kinds))))


@dataclass(frozen=True, slots=True)
class _Places:
    """Where rows lie that are sorted by (person, at), for look-ups by both."""

    keys: Keys
    entries: Key

    @classmethod
    def of(cls, matched: Matched) -> _Places:
        keys = Keys.of(matched.subject, matched.at)
        return cls(keys, keys.up_to(matched.subject, matched.at))

    def after(self, person: Ints, at: Instants | Micros) -> Rows:
        """The place of the person's first row after the instant."""
        return np.searchsorted(self.entries, self.keys.up_to(person, at), side="right")


def _windows(compiled: Compiled) -> tuple[list[tuple[str, Micros]], Instants, Bools]:
    """The windows up to the reading's instant in which the playbook counts a behaviour that the kind of an activity tells
    for certain: behaviour and start, the starts alone, and whether each kind is the behaviour."""
    playbook, match = compiled.playbook, compiled.behaviours
    asked: list[tuple[str, Duration | None, Micros | None]] = [
        (rule.behaviour, rule.within, None) for rule in playbook.engagement.behaviour_rules
    ]
    walked = (part for condition in playbook.conditions() for part in walk(condition))
    asked += [(p.behaviour, p.within, p.since) for p in walked if isinstance(p, Did | AccountDid)]
    names: dict[tuple[str, Micros], None] = {}
    for behaviour, within, since in asked:
        told = not (len(match[behaviour].unknown) or match[behaviour].asset_tests)
        if told and since is not None:
            names[behaviour, since - 1] = None
        elif told and within is not None:
            names[behaviour, within.before(compiled.as_of, compiled.zone)] = None
    is_kind = np.zeros((len(names), len(compiled.shared.kinds)), dtype=np.bool_)
    for of_window, (behaviour, _) in zip(is_kind, names, strict=True):
        of_window[match[behaviour].kinds] = True
    return list(names), np.array([start for _, start in names], dtype=np.int64), is_kind


def count(matched: Matched, n_subjects: int) -> Counts:
    return np.bincount(matched.subject, minlength=n_subjects)


def weights(
    at: Instants, now: Micros | Instants, half_life: Micros | npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """0.5 ** (age / half-life), continuous in the age; whatever lies after `now` has no age yet."""
    weight: npt.NDArray[np.float64] = np.exp2(np.minimum(at - now, 0) / half_life)
    return weight


def _numbers(texts: list[str | None]) -> Ints:
    place = {text: i for i, text in enumerate(sorted({t for t in texts if t is not None}))}
    return np.fromiter((-1 if t is None else place[t] for t in texts), np.int32, len(texts))
