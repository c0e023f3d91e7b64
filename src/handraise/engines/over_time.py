"""A chunk that can be asked at every instant: its people as the lives that they led, its accounts as told then."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from handraise.engines.assembly import (
    Bearers,
    Universe,
    accounts_by_place,
    activities_of_lives,
    bearers_of_accounts,
    by_place,
    fields_of,
)
from handraise.engines.local_numbers import LocalNumbers
from handraise.engines.plan import Share
from handraise.facts.chunks import (
    ELSEWHERE,
    Alive,
    Chunk,
    Held,
    Ints,
    Timeline,
)
from handraise.facts.ranges import ranges
from handraise.facts.view import View
from handraise.identity.accounts import Memberships
from handraise.identity.lives import Lives


@dataclass(frozen=True, slots=True)
class _Persons:
    """The lives of a chunk by their number in the reading, those decided first, and the bearers of each."""

    life: Ints
    n_decided: int
    bearer: Ints
    owner: Ints


def assemble_over_time(view: View, universe: Universe, share: Share) -> Chunk:
    """The chunk of a share, as lives."""
    lives, told = universe.lives, universe.told
    assert lives is not None
    assert told is not None
    persons = _persons(universe, share, lives)
    accounts = accounts_by_place(universe, share)
    local_account = LocalNumbers.of(accounts, len(universe.layout.place_of_account))
    record = lives.record[persons.bearer]
    records = Bearers(
        record,
        persons.owner,
        share.near(universe.layout.place_of_record[record]) & (persons.owner < persons.n_decided),
        lives.until[persons.life][persons.owner],
    )
    representatives = lives.representative[persons.life]
    n = len(persons.life)
    return Chunk(
        n_decided=persons.n_decided,
        person_ids=universe.person_names.of(representatives),
        source_ids=universe.person_names.bare_of(representatives),
        person_account=np.full(n, -1, dtype=np.int32),
        person_known_at=lives.known_at[persons.life],
        account_ids=universe.account_names.of(accounts),
        person_fields=fields_of(view, universe, share, "person", records, universe.person_rows),
        account_fields=fields_of(
            view,
            universe,
            share,
            "account",
            bearers_of_accounts(universe, share, accounts),
            universe.account_rows,
        ),
        activities=activities_of_lives(view, universe, share, records, lives.fresh[persons.bearer]),
        deals=universe.deals.of_bearers(local_account, record, persons.owner),
        held=_held(told, records, local_account),
        alive=Alive(lives.since[persons.life], lives.until[persons.life], _same_as(representatives)),
    )


def _persons(universe: Universe, share: Share, lives: Lives) -> _Persons:
    decided = _lives_of(lives, by_place(universe, share.decided))
    life = np.concatenate([decided, _lives_of(lives, by_place(universe, share.visitors))])
    first = np.searchsorted(lives.life, life, side="left")
    n = np.searchsorted(lives.life, life, side="right") - first
    owner = np.repeat(np.arange(len(life), dtype=np.int32), n)
    return _Persons(life, len(decided), ranges(first, n).astype(np.int32), owner)


def _lives_of(lives: Lives, components: Ints) -> Ints:
    start = lives.start[components]
    return ranges(start, lives.start[components + 1] - start).astype(np.int32)


def _same_as(representatives: Ints) -> Ints:
    """The place of the first of the same name; those of one name lie side by side."""
    n = len(representatives)
    new = np.ones(n, dtype=np.bool_)
    new[1:] = representatives[1:] != representatives[:-1]
    first = np.where(new, np.arange(n), 0)
    return np.maximum.accumulate(first).astype(np.int32) if n else first.astype(np.int32)


def _held(told: Memberships, records: Bearers, local_account: LocalNumbers) -> Held:
    """What is told of the accounts of the bearers."""
    first = np.searchsorted(told.record, records.subject, side="left")
    n = np.searchsorted(told.record, records.subject, side="right") - first
    row = ranges(first, n)
    bearer = np.repeat(np.arange(len(n), dtype=np.int32), n)
    visible = told.visible[row]
    seen = records.seen(visible, bearer)
    assert seen is not None
    row, bearer, visible = row[seen], bearer[seen], visible[seen]
    owner = records.owner[bearer]
    order = np.lexsort((told.rank[row], owner))
    row, owner, visible = row[order], owner[order], visible[order]
    number = told.account[row]
    code = np.where(number < 0, -1, np.where(local_account[number] < 0, ELSEWHERE, local_account[number]))
    whole = Timeline(owner, told.at[row], visible, code.astype(np.int32), np.zeros(len(row), dtype=np.uint8))
    stated = told.stated[row]
    return Held(_only(whole, stated), _only(whole, ~stated))


def _only(timeline: Timeline, which: np.ndarray) -> Timeline:
    return replace(
        timeline,
        subject=timeline.subject[which],
        at=timeline.at[which],
        visible=timeline.visible[which],
        code=timeline.code[which],
        assumed=timeline.assumed[which],
    )
