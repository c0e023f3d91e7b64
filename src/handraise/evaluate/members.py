"""Who is a member of which account, and which account an act belongs to, over time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from handraise.evaluate.occurrences import Matched
from handraise.evaluate.points import FOREVER
from handraise.evaluate.spells import Spells, in_window
from handraise.evaluate.timelines import HeldSteps
from handraise.evaluate.views import ChunkFacts
from handraise.facts.chunks import Instants, Ints, Timeline
from handraise.facts.ranges import ranges
from handraise.model.conditions import AccountDid

Rows: TypeAlias = npt.NDArray[np.int64]
Changes: TypeAlias = tuple[Ints, Instants]


def since_when(facts: ChunkFacts) -> Instants:
    """The first instant of each person of the chunk."""
    alive = facts.chunk.alive
    return facts.chunk.person_known_at if alive is None else alive.since


def until_when(facts: ChunkFacts) -> Instants:
    """The instant from which each person is nobody any more, or another."""
    alive = facts.chunk.alive
    return np.full(facts.chunk.n_people, FOREVER) if alive is None else alive.until


def of_namesakes(facts: ChunkFacts, changes: Changes) -> Changes:
    """Changes of a name, handed to every life that bears it."""
    alive = facts.chunk.alive
    if alive is None:
        return changes
    name, at = changes
    first = np.searchsorted(alive.same_as, name, side="left")
    n = np.searchsorted(alive.same_as, name, side="right") - first
    return ranges(first, n).astype(np.int32), np.repeat(at, n)


@dataclass(frozen=True, slots=True)
class Stays:
    """`person[i]` is a member of `account[i]` during `[start[i], end[i])`, as known at each instant."""

    person: Ints
    account: Ints
    start: Instants
    end: Instants

    @classmethod
    def of(cls, facts: ChunkFacts) -> Stays:
        chunk, since, until = facts.chunk, since_when(facts), until_when(facts)
        if chunk.held is None:
            person = np.flatnonzero(chunk.person_account >= 0).astype(np.int32)
            return cls(person, chunk.person_account[person], since[person], until[person])
        steps = facts.held_steps
        end = np.full(len(steps.subject), FOREVER)
        same = steps.subject[1:] == steps.subject[:-1]
        end[:-1][same] = steps.at_instants[1:][same]
        start = np.maximum(steps.at_instants, since[steps.subject])
        end = np.minimum(end, until[steps.subject])
        kept = (steps.code >= 0) & (start < end)
        return cls(steps.subject[kept], steps.code[kept], start[kept], end[kept])

    def accounts_of(self, changes: Iterable[Changes]) -> Iterator[Changes]:
        """Changes of people, as changes of the accounts they hold then."""
        yield from _across(changes, self.person, self.account, self.start, self.end)

    def people_of(self, changes: Iterable[Changes]) -> Iterator[Changes]:
        """Changes of accounts, as changes of those who are their members then."""
        yield from _across(changes, self.account, self.person, self.start, self.end)

    def spells_of_accounts(self, spells: Spells) -> Spells:
        """The spells of people, as spells of the accounts they hold meanwhile."""
        order = np.argsort(self.person, kind="stable")
        stay, spell = _beside(self.person[order], spells.subject)
        stay = order[stay]
        return Spells.of(
            self.account[stay],
            np.maximum(spells.start[spell], self.start[stay]),
            np.minimum(spells.end[spell], self.end[stay]),
        )


def stays_of(facts: ChunkFacts) -> Stays:
    """The stays of the chunk's people."""
    return facts.remember("stays", lambda: Stays.of(facts))


def _across(
    changes: Iterable[Changes], whose: Ints, whom: Ints, start: Instants, end: Instants
) -> Iterator[Changes]:
    order = np.argsort(whose, kind="stable")
    for subject, at in changes:
        stay, change = _beside(whose[order], subject)
        stay = order[stay]
        then = (start[stay] <= at[change]) & (at[change] <= end[stay])
        yield whom[stay[then]], at[change[then]]


def _beside(ordered: Ints, subject: Ints) -> tuple[Rows, Rows]:
    """(place in `ordered`, place in `subject`) of all pairs of equal ones."""
    first = np.searchsorted(ordered, subject, side="left")
    n = np.searchsorted(ordered, subject, side="right") - first
    return ranges(first, n), np.repeat(np.arange(len(n)), n)


@dataclass(frozen=True, slots=True)
class Holdings:
    """The occurrence `index[i]` belongs to `account[i]` during `[start[i], end[i])`, as known then, and while its person is
    somebody: the same act is one of an earlier or later life too."""

    index: Rows
    account: Ints
    start: Instants
    end: Instants

    @classmethod
    def of(cls, facts: ChunkFacts, matched: Matched) -> Holdings:
        """Of each occurrence the account that its person held at its instant."""
        seen = facts.occurrences.visible(matched)
        since, until = since_when(facts)[matched.subject], until_when(facts)[matched.subject]
        held = facts.chunk.held
        if held is None:
            account = facts.occurrences.account(matched)
            some = np.flatnonzero(account >= 0)
            return cls(some, account[some], np.maximum(seen, since)[some], until[some])
        steps = HeldSteps.either(*(_held_at(timeline, matched, seen) for timeline in (held.stated, held.own)))
        index = steps.subject.astype(np.int64)
        end = np.full(len(index), FOREVER)
        same = index[1:] == index[:-1]
        end[:-1][same] = steps.at_instants[1:][same]
        start, end = np.maximum(steps.at_instants, since[index]), np.minimum(end, until[index])
        kept = (steps.code >= 0) & (start < end)
        return cls(index[kept], steps.code[kept], start[kept], end[kept])


def _held_at(held: Timeline, matched: Matched, seen: Instants) -> tuple[Ints, Instants, Ints]:
    """What is told of the account at the instant of each occurrence: (which occurrence, from when on, account)."""
    # Each occurrence beside every membership of its person that had begun by then.
    row, index = _beside(held.subject, matched.subject)
    begun = held.at[row] <= matched.at[index]
    row, index = row[begun], index[begun]
    # The latest of those that are visible counts: a running maximum, in order of visibility.
    start = np.maximum(held.visible[row], seen[index])
    order = np.lexsort((row, start, index))
    row, index, start = row[order], index[order], start[order]
    stride = len(held.subject) + 1
    row = np.maximum.accumulate(index * stride + row) - index * stride if len(row) else row
    last = np.ones(len(row), dtype=np.bool_)
    last[:-1] = (index[1:] != index[:-1]) | (start[1:] != start[:-1])
    return index[last].astype(np.int32), start[last], held.code[row[last]]


def people_who_did(condition: AccountDid, facts: ChunkFacts) -> Spells:
    """A spell of its account for each person while they did it often enough under it."""
    return facts.remember(("people who did", condition), lambda: _people_who_did(condition, facts))


def _people_who_did(condition: AccountDid, facts: ChunkFacts) -> Spells:
    matched = facts.occurrences.of(condition.behaviour)
    if condition.since is not None:
        matched = matched.only(matched.at >= condition.since)
    held = Holdings.of(facts, matched)
    at, person = matched.at[held.index], matched.subject[held.index]
    n_people = max(facts.chunk.n_people, 1)
    pairs, number = np.unique(held.account.astype(np.int64) * n_people + person, return_inverse=True)
    did = number.astype(np.int32)
    spells = in_window(did, held.start, held.end, at, condition.within, facts.compiled.zone)
    often = spells.counted().at_least(condition.times)
    account = (pairs // n_people).astype(np.int32)
    return often.of_subjects(account[often.subject])
