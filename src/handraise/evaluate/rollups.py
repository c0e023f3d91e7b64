"""Roll-ups over the people of an account, at many instants: members' spells, counted by account.

An activity belongs to the account that its person held at its instant, as known at the point; roles and decisions
are counted over the members at the point.
"""

from __future__ import annotations

import numpy as np

from handraise.evaluate.changes import person_steps
from handraise.evaluate.kleene import IN, OUT
from handraise.evaluate.occurrences import Counts, Matched
from handraise.evaluate.points import FOREVER, exits
from handraise.evaluate.spells import Counted, Spells, stretches
from handraise.evaluate.views import AccountsView, ChunkFacts
from handraise.facts.ranges import ranges
from handraise.model.conditions import AccountDid, Condition


def account_did_count(condition: AccountDid, accounts: AccountsView) -> Counts:
    """People of each account who did it often enough, at each point of the accounts."""
    facts = accounts.facts
    counted = facts.remember(("did", condition), lambda: people_who_did(condition, facts).counted())
    return counted.look_up(accounts.points.subject, accounts.points.at)


def people_who_did(condition: AccountDid, facts: ChunkFacts) -> Spells:
    """A spell of its account for each person while they did it often enough under it."""
    matched = facts.occurrences.of(condition.behaviour)
    if condition.since is not None:
        matched = matched.only(matched.at >= condition.since)
    held = holdings(facts, matched)
    at, person = matched.at[held.index], matched.subject[held.index]
    end = held.end
    if condition.within is not None:
        end = np.minimum(end, exits(condition.within, at, facts.compiled.zone))
    pair = held.account.astype(np.int64) * max(facts.chunk.n_people, 1) + person
    pairs, number = np.unique(pair, return_inverse=True)
    often = Spells.of(number.astype(np.int32), held.start, end).counted().at_least(condition.times)
    account = (pairs // max(facts.chunk.n_people, 1)).astype(np.int32)
    return often.of_subjects(account[often.subject])


class Holdings:
    """Which account each occurrence belongs to, and from when to when it is known to: `index[i]` of the occurrences
    belongs to `account[i]` during `[start[i], end[i])`."""

    def __init__(self, facts: ChunkFacts, matched: Matched) -> None:
        seen = facts.occurrences.visible(matched)
        alive = facts.chunk.alive
        until = np.full(len(seen), FOREVER) if alive is None else alive.until[matched.subject]
        held = facts.chunk.held
        if held is None:
            account = facts.occurrences.account(matched)
            some = np.flatnonzero(account >= 0)
            self.index, self.account, self.start, self.end = some, account[some], seen[some], until[some]
            return
        # Each occurrence beside every membership of its person that had begun by then.
        first = np.searchsorted(held.subject, matched.subject, side="left")
        n = np.searchsorted(held.subject, matched.subject, side="right") - first
        row = ranges(first, n)
        index = np.repeat(np.arange(len(matched.at)), n)
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
        row, index, start = row[last], index[last], start[last]
        end = np.full(len(row), FOREVER)
        same = index[1:] == index[:-1]
        end[:-1][same] = start[1:][same]
        account = held.code[row]
        kept = account >= 0
        self.index, self.account = index[kept], account[kept]
        self.start, self.end = start[kept], np.minimum(end, until[index])[kept]


def holdings(facts: ChunkFacts, matched: Matched) -> Holdings:
    return Holdings(facts, matched)


def member_counts(who: Condition, accounts: AccountsView) -> tuple[Counts, Counts]:
    """How many members surely, and how many possibly, pass at each point of the accounts."""
    sure, possible = accounts.facts.remember(("who", who), lambda: _members(who, accounts))
    points = accounts.points
    return sure.look_up(points.subject, points.at), possible.look_up(points.subject, points.at)


def _members(who: Condition, accounts: AccountsView) -> tuple[Counted, Counted]:
    people = accounts.people
    if people is None:
        raise RuntimeError("accounts are seen through their people")
    points, truth = person_steps(who, people)
    stays = stays_of(accounts.facts)
    parts = (stretches(points.subject, points.at, holds) for holds in (truth == IN, truth != OUT))
    sure, possible = (_within_stays(spells, stays).counted() for spells in parts)
    return sure, possible


class Stays:
    """Who is a member of which account, from when to when, as known at each instant; sorted by person."""

    def __init__(self, facts: ChunkFacts) -> None:
        chunk = facts.chunk
        people = np.arange(chunk.n_people, dtype=np.int32)
        alive = chunk.alive
        since = chunk.person_known_at if alive is None else alive.since
        until = np.full(chunk.n_people, FOREVER) if alive is None else alive.until
        if chunk.held is None:
            kept = chunk.person_account >= 0
            self.person, self.account = people[kept], chunk.person_account[kept]
            self.start, self.end = since[kept], until[kept]
            return
        steps = facts.held_steps
        end = np.full(len(steps.subject), FOREVER)
        same = steps.subject[1:] == steps.subject[:-1]
        end[:-1][same] = steps.at_instants[1:][same]
        start = np.maximum(steps.at_instants, since[steps.subject])
        end = np.minimum(end, until[steps.subject])
        stayed = (steps.code >= 0) & (start < end)
        self.person, self.account = steps.subject[stayed], steps.code[stayed]
        self.start, self.end = start[stayed], end[stayed]


def stays_of(facts: ChunkFacts) -> Stays:
    return facts.remember("stays", lambda: Stays(facts))


def _within_stays(spells: Spells, stays: Stays) -> Spells:
    """The spells of people, as spells of the accounts they hold meanwhile."""
    order = np.lexsort((spells.start, spells.subject))
    subject, start, end = spells.subject[order], spells.start[order], spells.end[order]
    first = np.searchsorted(subject, stays.person, side="left")
    n = np.searchsorted(subject, stays.person, side="right") - first
    spell = ranges(first, n)
    stay = np.repeat(np.arange(len(n)), n)
    return Spells.of(
        stays.account[stay],
        np.maximum(start[spell], stays.start[stay]),
        np.minimum(end[spell], stays.end[stay]),
    )
