"""A chunk put together: who is in it, and the timelines of their facts in the order that `chunks` promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from handraise.engines.deals import AllDeals
from handraise.engines.dictionaries import IS_ASSUMED
from handraise.engines.layout import Names
from handraise.engines.local_numbers import LocalNumbers
from handraise.engines.origins import Origins
from handraise.engines.plan import Grouped, Layout, Share, grouped
from handraise.engines.row_order import Columns, Runs, arrange
from handraise.facts.chunks import AccountsHeld, Activities, Bools, Chunk, Instants, Ints, Places, Timeline
from handraise.facts.ranges import ranges
from handraise.facts.view import View
from handraise.identity.accounts import Memberships
from handraise.identity.lives import Lives
from handraise.identity.people import ALWAYS, People, ranks_of
from handraise.model.fields import Field

_ATTRIBUTE = ("value", "assumed", "happened_at", "delay")
_ACTIVITY = ("kind", "happened_at", "delay")
_PLACES = ("import_id", "line")


@dataclass(frozen=True, slots=True)
class Universe:
    """Everybody in a reading and where their rows are, by the store's numbers.

    `kind_numbers` and `code_numbers` lead from the store's numbers to those of `Shared`; without
    `code_numbers` of a field, they are the same. `everybodys` are the timelines of an entity, by the numbers of people or
    accounts, where all of them are at hand; then none of its rows are read.
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
    everybodys: Mapping[str, Mapping[Field, Timeline]]
    lives: Lives | None = None
    told: Memberships | None = None


@dataclass(frozen=True, slots=True)
class Bearers:
    """Whose rows are read: `subject[i]` (a record or an account) belongs to the chunk's `owner[i]`, ascending;
    `near` says which are read with the chunk's stretch.

    Over time a record belongs to several lives, and its rows count in those that end, at `until[i]`, after they are seen.
    """

    subject: Ints
    owner: Ints
    near: Bools
    until: Instants | None = None

    def runs(self, view: View, share: Share, origins: Origins) -> list[Runs]:
        """The rows of all bearers as runs, named by their place in `subject`."""
        if self.until is None:
            index = np.arange(len(self.subject), dtype=np.int32)
            return origins.runs(view, share, self.subject, index, self.near)
        subject, first, number = np.unique(self.subject, return_index=True, return_inverse=True)
        index = np.arange(len(subject), dtype=np.int32)
        bearers = grouped(number, len(subject))
        return [
            _shared_out(runs, bearers) for runs in origins.runs(view, share, subject, index, self.near[first])
        ]

    def seen(self, visible: Instants, bearer: Ints | None) -> Bools | None:
        """Which rows of these bearers ever count (`None`: all)."""
        return None if self.until is None or bearer is None else visible < self.until[bearer]


def _shared_out(runs: Runs, bearers: Grouped) -> Runs:
    """The runs of subjects, once for each of their bearers."""
    mine = runs.only(runs.subject >= 0)
    first = bearers.start[mine.subject]
    n = bearers.start[mine.subject + 1] - first
    again = np.repeat(np.arange(len(n)), n)
    return replace(mine.only(again), subject=bearers.item[ranges(first, n)])


def assemble(view: View, universe: Universe, share: Share) -> Chunk:
    """The chunk of a share."""
    people, layout = universe.people, universe.layout
    decided = by_place(universe, share.decided)
    persons = np.concatenate([decided, by_place(universe, share.visitors)])
    accounts = accounts_by_place(universe, share)
    local_person = LocalNumbers.of(persons, people.n)
    local_account = LocalNumbers.of(accounts, len(layout.place_of_account))
    records = _records(universe, share, persons, len(decided))
    of_account = bearers_of_accounts(universe, share, accounts)
    representatives = people.representative[persons]
    return Chunk(
        n_decided=len(decided),
        person_ids=universe.person_names.of(representatives),
        source_ids=universe.person_names.bare_of(representatives),
        person_account=local_account[universe.current[persons]],
        person_known_at=people.known_at[persons],
        account_ids=universe.account_names.of(accounts),
        person_fields=_of_everybodys(universe, "person", persons)
        if "person" in universe.everybodys
        else fields_of(view, universe, share, "person", records, universe.person_rows),
        account_fields=_of_everybodys(universe, "account", accounts)
        if "account" in universe.everybodys
        else fields_of(view, universe, share, "account", of_account, universe.account_rows),
        activities=_activities(view, universe, share, records, persons, local_account),
        deals=universe.deals.of(local_account, local_person),
    )


def bearers_of_accounts(universe: Universe, share: Share, accounts: Ints) -> Bearers:
    near = share.near(universe.layout.place_of_account[accounts])
    return Bearers(accounts, np.arange(len(accounts), dtype=np.int32), near)


def accounts_by_place(universe: Universe, share: Share) -> Ints:
    """The share's accounts in the order in which their rows lie."""
    return share.accounts[np.argsort(universe.layout.place_of_account[share.accounts], kind="stable")]


def by_place(universe: Universe, people: Ints) -> Ints:
    """In the order in which their rows lie, so that most rows need not be moved."""
    place = universe.layout.place_of_record[universe.people.representative[people]]
    return people[np.argsort(place, kind="stable")]


def _records(universe: Universe, share: Share, persons: Ints, n_decided: int) -> Bearers:
    start = universe.records.start[persons]
    length = universe.records.start[persons + 1] - start
    record = universe.records.item[ranges(start, length)]
    owner = np.repeat(np.arange(len(persons), dtype=np.int32), length)
    near = share.near(universe.layout.place_of_record[record]) & (owner < n_decided)
    return Bearers(record, owner, near)


def fields_of(
    view: View, universe: Universe, share: Share, entity: str, bearers: Bearers, origins: Origins
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
            timelines[field] = _timeline(universe, number, bearers, parts)
    return timelines


def _of_everybodys(universe: Universe, entity: str, subjects: Ints) -> dict[Field, Timeline]:
    """The same out of the timelines of everybody."""
    timelines = {}
    for field, whole in universe.everybodys[entity].items():
        mine = of_subjects(whole, subjects)
        if len(mine.subject):
            is_coded = universe.fields[field] in universe.code_numbers
            timelines[field] = (
                replace(mine, code=_codes(universe, universe.fields[field], mine.code)) if is_coded else mine
            )
    return timelines


def of_subjects(timeline: Timeline, subjects: Ints) -> Timeline:
    """The rows of these subjects, which are numbered in the order in which they are given."""
    first = timeline.subject.searchsorted(subjects, side="left")
    n = timeline.subject.searchsorted(subjects, side="right") - first
    number = np.arange(len(n), dtype=np.int32)
    if n.max(initial=0) > 1:
        rows, number = ranges(first, n), np.repeat(number, n)
    else:
        has_one = n == 1
        rows, number = first[has_one], number[has_one]
    at = timeline.at[rows]
    return Timeline(
        number,
        at,
        at if timeline.visible is timeline.at else timeline.visible[rows],
        timeline.code[rows],
        timeline.assumed[rows],
    )


def _codes(universe: Universe, field: int, code: Ints) -> Ints:
    """The store's codes of a field as those of the reading."""
    known = universe.code_numbers.get(field)
    return code if known is None else np.where(code >= 0, np.searchsorted(known, code), -1).astype(np.int32)


def _timeline(universe: Universe, field: int, bearers: Bearers, pieces: Sequence[Runs]) -> Timeline:
    finest: dict[str, Callable[[npt.NDArray[Any]], npt.NDArray[Any]]] = {"content": _as_it_is}
    if universe.several_sources:
        finest = {"source": lambda source: ranks_of(source, universe.source_rank), **finest}
    over_time = bearers.until is not None
    arranged = arrange(pieces, _ATTRIBUTE, bearers.owner, finest, with_subject=over_time)
    rows, subject = arranged.columns, arranged.owner
    visible = _visible(rows)
    seen = bearers.seen(visible, arranged.subject)
    if seen is not None:
        rows, subject, visible = (
            {name: column[seen] for name, column in rows.items()},
            subject[seen],
            visible[seen],
        )
    if universe.latest_only:
        last = np.ones(len(subject), dtype=bool)
        last[:-1] = subject[1:] != subject[:-1]
        if not last.all():
            rows, subject = {name: column[last] for name, column in rows.items()}, subject[last]
            visible = visible[last]
    code = _codes(universe, field, rows["value"].astype(np.int32, copy=False))
    return Timeline(subject, rows["happened_at"], visible, code, IS_ASSUMED[rows["assumed"]])


def _as_it_is(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return column


def _visible(rows: Columns) -> Instants:
    """When a row counts: not before it is known. Nearly always that is when it happened."""
    at, delay = rows["happened_at"], rows["delay"]
    return at + np.maximum(delay, 0) if (delay > 0).any() else at


def _activities(
    view: View, universe: Universe, share: Share, records: Bearers, persons: Ints, local_account: LocalNumbers
) -> Activities:
    linked_at = universe.people.linked_at[records.subject]
    has_visitors = bool((linked_at != ALWAYS).any())
    acts = acts_of(view, universe, share, records, with_bearer=has_visitors)
    visible = acts.known if acts.bearer is None else np.maximum(acts.known, linked_at[acts.bearer])
    held = _held_by(universe.held, persons, local_account)
    return Activities(acts.person, held, acts.kind, acts.at, acts.known, visible, acts.places)


def activities_of_lives(
    view: View, universe: Universe, share: Share, records: Bearers, fresh: Instants
) -> Activities:
    """What lives did; `fresh[i]` is from when on what bearer `i` was first seen to do is new to its life."""
    acts = acts_of(view, universe, share, records, with_bearer=True)
    seen = records.seen(acts.known, acts.bearer)
    assert seen is not None
    assert acts.bearer is not None
    none = AccountsHeld(
        np.zeros(int(records.owner.max(initial=-1)) + 2, dtype=np.int64), acts.at[:0], acts.person[:0]
    )
    is_new = acts.known >= fresh[acts.bearer]
    places = None if acts.places is None else Places(acts.places.file[seen], acts.places.line[seen])
    kind, at, known = acts.kind[seen], acts.at[seen], acts.known[seen]
    return Activities(acts.person[seen], none, kind, at, known, known, places, is_new[seen])


@dataclass(frozen=True, slots=True)
class Acts:
    """Occurrences of the needed kinds in order, and whose record each is (`bearer`), where that was asked."""

    person: Ints
    kind: Ints
    at: Instants
    known: Instants
    places: Places | None
    bearer: Ints | None


def acts_of(view: View, universe: Universe, share: Share, records: Bearers, *, with_bearer: bool) -> Acts:
    """What these records did."""
    names = (*_ACTIVITY, *_PLACES) if universe.with_places else _ACTIVITY
    pieces = records.runs(view, share, universe.activity_rows)
    arranged = arrange(pieces, names, records.owner, {"content": _as_it_is}, with_subject=with_bearer)
    rows, person, bearer = arranged.columns, arranged.owner, arranged.subject
    kind = universe.kind_numbers[rows["kind"]]
    if len(kind) and kind.min() < 0:
        needed = kind >= 0
        kind, person = kind[needed], person[needed]
        bearer = None if bearer is None else bearer[needed]
        rows = {name: column[needed] for name, column in rows.items()}
    places = Places(rows["import_id"].astype(np.int32), rows["line"]) if universe.with_places else None
    return Acts(person, kind, rows["happened_at"], _visible(rows), places, bearer)


def _held_by(held: AccountsHeld, persons: Ints, local_account: LocalNumbers) -> AccountsHeld:
    """The accounts that these people held; people and accounts by their number in the chunk."""
    first = held.start[persons]
    length = held.start[persons + 1] - first
    start = np.zeros(len(persons) + 1, dtype=np.int64)
    np.cumsum(length, out=start[1:])
    rows = ranges(first, length)
    return AccountsHeld(start, held.at[rows], local_account[held.account[rows]])
