"""A chunk put together: who is in it, and the timelines of their facts in the order that `chunks` promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from handraise.engines.deals import AllDeals
from handraise.engines.dictionaries import IS_ASSUMED
from handraise.engines.layout import Names
from handraise.engines.origins import Origins
from handraise.engines.plan import Grouped, Layout, Share
from handraise.engines.row_order import Columns, Runs, arrange
from handraise.facts.chunks import AccountsHeld, Activities, Bools, Chunk, Instants, Ints, Places, Timeline
from handraise.facts.ranges import ranges
from handraise.facts.view import View
from handraise.identity.people import ALWAYS, People, ranks_of
from handraise.model.fields import Field

_ATTRIBUTE = ("value", "assumed", "happened_at", "delay")
_ACTIVITY = ("kind", "happened_at", "delay")
_PLACES = ("import_id", "line")


@dataclass(frozen=True, slots=True)
class Universe:
    """Everybody in a reading and where their rows are, by the store's numbers.

    `kind_numbers` and `code_numbers` lead from the store's numbers to those of `Shared`; without
    `code_numbers` of a field, they are the same.
    """

    people: People
    held: AccountsHeld
    current: Ints
    records: Grouped
    layout: Layout
    person_names: Names
    account_names: Names
    deals: AllDeals
    source_rank: Mapping[int, int]
    several_sources: bool
    fields: Mapping[Field, int]
    kind_numbers: Ints
    code_numbers: Mapping[int, Ints]
    activity_rows: Origins
    person_rows: Origins
    account_rows: Origins
    with_places: bool
    latest_only: bool


@dataclass(frozen=True, slots=True)
class _Bearers:
    """Whose rows are read: `subject[i]` (a record or an account) belongs to the chunk's `owner[i]`, ascending;
    `near` says which are read with the chunk's stretch."""

    subject: Ints
    owner: Ints
    near: Bools

    def runs(self, view: View, share: Share, origins: Origins) -> list[Runs]:
        index = np.arange(len(self.subject), dtype=np.int32)
        return origins.runs(view, share, self.subject, index, self.near)


def assemble(view: View, universe: Universe, share: Share) -> Chunk:
    """The chunk of a share."""
    people, layout = universe.people, universe.layout
    decided = _by_place(universe, share.decided)
    persons = np.concatenate([decided, _by_place(universe, share.visitors)])
    accounts = share.accounts[np.argsort(layout.place_of_account[share.accounts], kind="stable")]
    local_person, local_account = _locals(persons, people.n), _locals(accounts, len(layout.place_of_account))
    records = _records(universe, share, persons, len(decided))
    of_account = _Bearers(
        accounts, np.arange(len(accounts), dtype=np.int32), share.near(layout.place_of_account[accounts])
    )
    representatives = people.representative[persons]
    return Chunk(
        n_decided=len(decided),
        person_ids=universe.person_names.of(representatives),
        source_ids=universe.person_names.bare_of(representatives),
        person_account=local_account[universe.current[persons]],
        person_known_at=people.known_at[persons],
        account_ids=universe.account_names.of(accounts),
        person_fields=_fields(view, universe, share, "person", records, universe.person_rows),
        account_fields=_fields(view, universe, share, "account", of_account, universe.account_rows),
        activities=_activities(view, universe, share, records, persons, local_account),
        deals=universe.deals.of(local_account, local_person),
    )


def _by_place(universe: Universe, people: Ints) -> Ints:
    """In the order in which their rows lie, so that most rows need not be moved."""
    place = universe.layout.place_of_record[universe.people.representative[people]]
    return people[np.argsort(place, kind="stable")]


def _locals(numbers: Ints, n: int) -> Ints:
    """Numbers in the chunk by number in the store; the last entry answers for -1, nobody."""
    local = np.full(n + 1, -1, dtype=np.int32)
    local[numbers] = np.arange(len(numbers), dtype=np.int32)
    return local


def _records(universe: Universe, share: Share, persons: Ints, n_decided: int) -> _Bearers:
    start = universe.records.start[persons]
    length = universe.records.start[persons + 1] - start
    record = universe.records.item[ranges(start, length)]
    owner = np.repeat(np.arange(len(persons), dtype=np.int32), length)
    near = share.near(universe.layout.place_of_record[record]) & (owner < n_decided)
    return _Bearers(record, owner, near)


def _fields(
    view: View, universe: Universe, share: Share, entity: str, bearers: _Bearers, origins: Origins
) -> dict[Field, Timeline]:
    """The timelines of the needed fields of an entity that have any row."""
    mine = {f: n for f, n in universe.fields.items() if f.entity == entity}
    if not mine:
        return {}
    pieces = bearers.runs(view, share, origins)
    of_field = [piece.columns["field"][piece.start] for piece in pieces]
    timelines = {}
    for field, number in mine.items():
        parts = [p.only((p.subject >= 0) & (f == number)) for p, f in zip(pieces, of_field, strict=True)]
        if any(len(p.subject) for p in parts):
            timelines[field] = _timeline(universe, number, bearers.owner, parts)
    return timelines


def _timeline(universe: Universe, field: int, owner: Ints, pieces: Sequence[Runs]) -> Timeline:
    finest: dict[str, Callable[[npt.NDArray[Any]], npt.NDArray[Any]]] = {"content": _as_it_is}
    if universe.several_sources:
        finest = {"source": lambda source: ranks_of(source, universe.source_rank), **finest}
    arranged = arrange(pieces, _ATTRIBUTE, owner, finest)
    rows, subject = arranged.columns, arranged.owner
    if universe.latest_only:
        last = np.ones(len(subject), dtype=bool)
        last[:-1] = subject[1:] != subject[:-1]
        if not last.all():
            rows, subject = {name: column[last] for name, column in rows.items()}, subject[last]
    code = rows["value"].astype(np.int32, copy=False)
    if field in universe.code_numbers:
        known = universe.code_numbers[field]
        code = np.where(code >= 0, np.searchsorted(known, code), -1).astype(np.int32)
    return Timeline(subject, rows["happened_at"], _visible(rows), code, IS_ASSUMED[rows["assumed"]])


def _as_it_is(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return column


def _visible(rows: Columns) -> Instants:
    """When a row counts: not before it is known. Nearly always that is when it happened."""
    at, delay = rows["happened_at"], rows["delay"]
    return at + np.maximum(delay, 0) if (delay > 0).any() else at


def _activities(
    view: View, universe: Universe, share: Share, records: _Bearers, persons: Ints, local_account: Ints
) -> Activities:
    names = (*_ACTIVITY, *_PLACES) if universe.with_places else _ACTIVITY
    pieces = records.runs(view, share, universe.activity_rows)
    linked_at = universe.people.linked_at[records.subject]
    has_visitors = bool((linked_at != ALWAYS).any())
    arranged = arrange(pieces, names, records.owner, {"content": _as_it_is}, with_subject=has_visitors)
    rows, person = arranged.columns, arranged.owner
    kind = universe.kind_numbers[rows["kind"]]
    known = visible = _visible(rows)
    if arranged.subject is not None:
        visible = np.maximum(known, linked_at[arranged.subject])
    if len(kind) and kind.min() < 0:
        needed = kind >= 0
        kind, person = kind[needed], person[needed]
        known, visible = known[needed], visible[needed]
        rows = {name: column[needed] for name, column in rows.items()}
    at = rows["happened_at"]
    held = _held_by(universe.held, persons, local_account)
    places = Places(rows["import_id"].astype(np.int32), rows["line"]) if universe.with_places else None
    return Activities(person, held, kind, at, known, visible, places)


def _held_by(held: AccountsHeld, persons: Ints, local_account: Ints) -> AccountsHeld:
    """The accounts that these people held; people and accounts by their number in the chunk."""
    first = held.start[persons]
    length = held.start[persons + 1] - first
    start = np.zeros(len(persons) + 1, dtype=np.int64)
    np.cumsum(length, out=start[1:])
    rows = ranges(first, length)
    return AccountsHeld(start, held.at[rows], local_account[held.account[rows]])
