"""Change points: the instants at which a verdict can change (meaning 10), and verdicts over time.

A verdict can change when a fact becomes visible, when a window, a held-for or a silence expires, when a date comes or
goes, and when a verdict that it rests on changes. What is given is never too little; more points do no harm, since a
verdict that does not change at a point is the same before and after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import numpy as np

from handraise.evaluate.asked import silence_types, stated_interest
from handraise.evaluate.kleene import Truths
from handraise.evaluate.members import people_who_did, since_when, stays_of
from handraise.evaluate.occurrences import What
from handraise.evaluate.past import Log
from handraise.evaluate.points import FOREVER, Points, exits
from handraise.evaluate.values import RELATIVE_TESTS, UNREADABLE, change_instants
from handraise.evaluate.views import ChunkFacts, PeopleView
from handraise.facts.chunks import Instants, Ints
from handraise.model.conditions import (
    AccountDid,
    AccountPeople,
    All,
    Always,
    Any,
    AtLeast,
    AttributeTest,
    Condition,
    DealOf,
    Did,
    Fired,
    FirstTime,
    HasOpportunity,
    HeldFor,
    InSegment,
    InterestedIn,
    Not,
    ReachedStatus,
    Regularly,
    Resumed,
    Sequence,
    Silent,
    StageIs,
    Stopped,
    TookOffer,
    children,
)
from handraise.model.fields import Entity
from handraise.model.playbook import SegmentOf
from handraise.model.time import Duration, Unit

Changes: TypeAlias = tuple[Ints, Instants]


def person_changes(condition: Condition, facts: ChunkFacts) -> Points:
    """Where the verdict about people of the chunk can change, up to the reading's instant; each person's first instant
    too."""
    since = since_when(facts)
    everybody = np.arange(facts.chunk.n_people, dtype=np.int32)
    return _joined([(everybody, since), *_of_people(condition, facts)], facts)


def account_changes(condition: Condition, facts: ChunkFacts) -> Points:
    """The same of its accounts."""
    return _joined(list(_of_accounts(condition, facts)), facts)


def person_steps(condition: Condition, people: PeopleView) -> tuple[Points, Truths]:
    """The verdict about people at all its change points; between two of them it stays."""
    points = person_changes(condition, people.facts)
    return points, people.at(points).truth(condition)


def _joined(parts: Iterable[Changes], facts: ChunkFacts) -> Points:
    listed = list(parts)
    if not listed:
        return Points.of(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64))
    subject = np.concatenate([s for s, _ in listed])
    at = np.concatenate([a for _, a in listed])
    known = (subject >= 0) & (at > UNREADABLE) & (at <= facts.compiled.as_of)
    return Points.of(subject[known], at[known])


def _of_people(condition: Condition, facts: ChunkFacts) -> Iterator[Changes]:
    """Changes of a verdict about people."""
    if isinstance(condition, All | Any | Not | AtLeast):
        for part in children(condition):
            yield from _of_people(part, facts)
    elif _asks_account(condition, facts):
        yield from _through_stays(_of_accounts(condition, facts), facts)
    elif isinstance(condition, InSegment):
        yield from _of_people(facts.compiled.playbook.segments[condition.segment].when, facts)
    elif isinstance(condition, InterestedIn):
        stated = stated_interest(condition, facts.compiled.playbook, facts.compiled.catalog)
        yield from () if stated is None else _of_people(stated, facts)
        yield from _of_acts(condition, facts.compiled.playbook.interest.within, facts)
    elif isinstance(condition, HasOpportunity):
        yield facts.deals.spells(condition).changes()
    elif isinstance(condition, AttributeTest | HeldFor):
        yield from _of_values(condition, facts)
    else:
        yield from _of_acts_of(condition, facts)


def _of_accounts(condition: Condition, facts: ChunkFacts) -> Iterator[Changes]:
    """Changes of a verdict about accounts."""
    if isinstance(condition, All | Any | Not | AtLeast):
        for part in children(condition):
            yield from _of_accounts(part, facts)
    elif isinstance(condition, InSegment):
        yield from _of_accounts(facts.compiled.playbook.segments[condition.segment].when, facts)
    elif isinstance(condition, AccountDid):
        yield people_who_did(condition, facts).changes()
        types = facts.compiled.playbook.behaviours[condition.behaviour].activities
        everybody = np.arange(facts.chunk.n_accounts, dtype=np.int32)
        yield _everybody_at(everybody, _coverage(types, [condition.within], facts))
        yield from () if condition.since is None else [_everybody_at(everybody, np.array([condition.since]))]
    elif isinstance(condition, AccountPeople):
        stays = stays_of(facts)
        yield stays.account, stays.start
        yield stays.account, stays.end
        yield from stays.accounts_of(_of_people(condition.who, facts))
    elif isinstance(condition, HasOpportunity):
        yield facts.deals.spells(condition).changes()
    elif isinstance(condition, AttributeTest | HeldFor):
        yield from _of_values(condition, facts)
    elif not isinstance(condition, Always):
        raise TypeError(f"no change points of {type(condition).__name__} for accounts")


def _asks_account(condition: Condition, facts: ChunkFacts) -> bool:
    """Whether a question about a person is one about the account held."""
    if isinstance(condition, AttributeTest | HeldFor):
        return condition.field.entity == Entity.ACCOUNT.value
    if isinstance(condition, InSegment):
        return facts.compiled.playbook.segments[condition.segment].of is SegmentOf.ACCOUNTS
    if isinstance(condition, HasOpportunity):
        return condition.whose is DealOf.ACCOUNT
    return isinstance(condition, AccountDid | AccountPeople)


def _through_stays(changes: Iterator[Changes], facts: ChunkFacts) -> Iterator[Changes]:
    """An account's changes, handed to its members at the time; joining and leaving is a change too."""
    stays = stays_of(facts)
    yield stays.person, stays.start
    yield stays.person, stays.end
    yield from stays.people_of(changes)


def _of_values(condition: AttributeTest | HeldFor, facts: ChunkFacts) -> Iterator[Changes]:
    """A value becomes the current one, has been it for so long, or its date comes or goes."""
    steps = facts.steps(condition.field)
    if steps is None:
        return
    yield steps.subject, steps.at_instants
    compiled = facts.compiled
    if isinstance(condition, HeldFor):
        yield steps.subject, exits(condition.span, steps.since, compiled.zone)
    if condition.test is not None and isinstance(condition.test, RELATIVE_TESTS):
        for instants in change_instants(condition.test, compiled.column(condition.field)):
            yield steps.subject, np.append(instants, np.int64(FOREVER))[steps.code]


def _of_acts_of(condition: Condition, facts: ChunkFacts) -> Iterator[Changes]:
    """Changes of a verdict on what people did."""
    known = facts.chunk.person_known_at
    everybody = np.arange(facts.chunk.n_people, dtype=np.int32)
    zone = facts.compiled.zone
    match condition:
        case Did():
            yield from _of_acts(condition.behaviour, condition.within, facts)
            yield from _of_coverage(condition.behaviour, [condition.within], facts)
            yield from (
                () if condition.since is None else [_everybody_at(everybody, np.array([condition.since]))]
            )
        case FirstTime():
            yield from _of_acts(condition.behaviour, condition.within, facts)
            yield from _of_coverage(condition.behaviour, [None], facts)
        case Stopped():
            yield from _of_acts(condition.behaviour, condition.span, facts)
            yield from _of_coverage(condition.behaviour, [condition.span, None], facts)
            yield everybody, exits(condition.span, known, zone)
        case Resumed():
            yield from _of_acts(condition.behaviour, condition.within, facts)
            yield from _of_coverage(condition.behaviour, [None], facts)
        case Regularly():
            weeks = [Duration(i, Unit.WEEKS) for i in range(1, condition.of + 1)]
            for span in weeks:
                yield from _of_acts(condition.behaviour, span, facts)
            yield from _of_coverage(condition.behaviour, [*weeks], facts)
        case Sequence():
            for step in condition.steps:
                yield from _of_acts(step.behaviour, condition.within, facts)
        case ReachedStatus() | TookOffer():
            yield from _of_acts(condition, condition.within, facts)
        case Silent():
            yield from _of_acts(condition, condition.span, facts)
            yield everybody, exits(condition.span, known, zone)
            types = silence_types(condition, facts.compiled)
            yield _everybody_at(everybody, _coverage(types, [condition.span], facts))
        case Fired():
            logs = (facts.past.firings.get(t, Log.empty()) for t in condition.triggers)
            for log in logs:
                yield from _of_log(log, condition.within, facts)
        case StageIs():
            yield from _of_log(facts.past.stages, condition.span, facts)
        case Always():
            return
        case _:
            raise TypeError(f"no change points of {type(condition).__name__}")


def _of_acts(what: What, within: Duration | None, facts: ChunkFacts) -> Iterator[Changes]:
    """An act becomes visible, and leaves the window."""
    matched = facts.occurrences.of(what)
    yield matched.subject, facts.occurrences.visible(matched)
    if within is not None:
        yield matched.subject, exits(within, matched.at, facts.compiled.zone)


def _of_log(log: Log, span: Duration | None, facts: ChunkFacts) -> Iterator[Changes]:
    """Something fired or was entered; the microsecond after it too, for those who read it as just before; and so long ago."""
    yield log.subject, log.at
    yield log.subject, log.at + 1
    if span is not None:
        yield log.subject, exits(span, log.at, facts.compiled.zone)


def _of_coverage(behaviour: str, windows: list[Duration | None], facts: ChunkFacts) -> Iterator[Changes]:
    types = facts.compiled.playbook.behaviours[behaviour].activities
    everybody = np.arange(facts.chunk.n_people, dtype=np.int32)
    yield _everybody_at(everybody, _coverage(types, windows, facts))


def _coverage(types: tuple[str, ...], windows: list[Duration | None], facts: ChunkFacts) -> Instants:
    """Coverage begins or ends, or a window begins to lie inside it."""
    first, last = facts.compiled.coverage_of(types)
    inside = [exits(w, first - 1, facts.compiled.zone) for w in windows if w is not None]
    return np.unique(np.concatenate([first, last + 1, *inside]))


def _everybody_at(subjects: Ints, instants: Instants) -> Changes:
    return np.repeat(subjects, len(instants)), np.tile(instants, len(subjects))
