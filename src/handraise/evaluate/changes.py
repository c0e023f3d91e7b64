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
from handraise.evaluate.decay import ages_one_way, deciding_midnights
from handraise.evaluate.kleene import Truths
from handraise.evaluate.members import of_namesakes, people_who_did, since_when, stays_of, until_when
from handraise.evaluate.occurrences import What
from handraise.evaluate.past import Log
from handraise.evaluate.points import FOREVER, Points, leaves
from handraise.evaluate.spells import in_window
from handraise.evaluate.values import RELATIVE_TESTS, UNREADABLE, change_instants
from handraise.evaluate.views import ChunkFacts, PeopleView
from handraise.facts.chunks import Instants, Ints
from handraise.facts.ranges import ranges
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
    GradeIs,
    GradeIsOpen,
    HasOpportunity,
    HasRole,
    HeldFor,
    InSegment,
    InterestedIn,
    IsMarketingQualified,
    LevelIs,
    Not,
    RankIs,
    ReachedStatus,
    Regularly,
    Resumed,
    Score,
    ScoreIs,
    Sequence,
    Silent,
    StageIs,
    Stopped,
    TookOffer,
    children,
)
from handraise.model.fields import Entity
from handraise.model.playbook import SegmentOf
from handraise.model.scores import BehaviourRule, ConditionRule, Engagement
from handraise.model.time import Duration, Unit

Changes: TypeAlias = tuple[Ints, Instants]

MANY_POINTS = 500_000
# After so many half-lives an occurrence weighs nothing that rounding leaves.
_HALF_LIVES = 64


def person_changes(condition: Condition, facts: ChunkFacts) -> Points:
    """Where the verdict about people of the chunk can change, up to the reading's instant; each person's first instant
    too."""
    return joint_changes([condition], facts)


def joint_changes(conditions: Iterable[Condition], facts: ChunkFacts) -> Points:
    """Where the verdict of any of some conditions can change."""
    since, until = since_when(facts), until_when(facts)
    everybody = np.arange(facts.chunk.n_people, dtype=np.int32)
    changes = (change for condition in conditions for change in _of_people(condition, facts))
    points = _joined([(everybody, since), *changes], facts)
    return points.only((points.at >= since[points.subject]) & (points.at < until[points.subject]))


def changes_of(condition: Condition, facts: ChunkFacts, *, of_accounts: bool = False) -> Iterator[Changes]:
    """All the same in parts and in no order, of people or of accounts, before their first and after their last instant
    too."""
    for subject, at in _of_accounts(condition, facts) if of_accounts else _of_people(condition, facts):
        known = (subject >= 0) & (at > UNREADABLE)
        yield (subject, at) if known.all() else (subject[known], at[known])


def person_steps(condition: Condition, people: PeopleView) -> tuple[Points, Truths]:
    """The verdict about people at all its change points; between two of them it stays."""
    points = person_changes(condition, people.facts)
    return points, truth_at(condition, people, points)


def truth_at(condition: Condition, people: PeopleView, points: Points) -> Truths:
    """The verdict at points, so many of them at a time that memory stays bounded."""
    parts = []
    for i in range(0, points.n, MANY_POINTS):
        some = people.at(Points(points.subject[i : i + MANY_POINTS], points.at[i : i + MANY_POINTS]))
        parts.append(some.truth(condition))
        some.let_go()
    return np.concatenate([np.empty(0, dtype=np.int8), *parts])


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
    elif asks_account(condition, facts):
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
    elif isinstance(condition, GradeIs | GradeIsOpen | LevelIs | RankIs | ScoreIs | IsMarketingQualified):
        yield from _of_scores(condition, facts)
    else:
        yield from _of_acts_of(condition, facts)


def _of_scores(condition: Condition, facts: ChunkFacts) -> Iterator[Changes]:
    """Changes of a verdict on scores and their classes, and on what qualifies."""
    playbook = facts.compiled.playbook
    is_fit = isinstance(condition, GradeIs | GradeIsOpen)
    is_engagement = isinstance(condition, LevelIs)
    if isinstance(condition, ScoreIs):
        is_fit = condition.score is Score.FIT
        is_engagement = not is_fit
    is_both = not (is_fit or is_engagement)
    if is_fit or is_both:
        for rule in playbook.fit.rules:
            yield from _of_people(rule.when, facts)
    if is_engagement or is_both:
        yield from _of_engagement(playbook.engagement, facts)
    everybody = np.arange(facts.chunk.n_people, dtype=np.int32)
    yield _everybody_at(everybody, facts.calibrated_at)
    if isinstance(condition, IsMarketingQualified):
        for key, trigger in playbook.triggers.items():
            if playbook.qualifying_tracks.has(trigger.track_name):
                yield from _of_log(facts.past.firings.get(key, Log.empty()), trigger.stands_for, facts)


def _of_engagement(engagement: Engagement, facts: ChunkFacts) -> Iterator[Changes]:
    yield from _of_engagement_but_ageing(engagement, facts)
    if any(isinstance(rule, BehaviourRule) and rule.half_life is not None for rule in engagement.rules):
        yield facts.remember("ageing", lambda: _of_ageing(engagement, facts), of_past=True)


def _of_engagement_but_ageing(engagement: Engagement, facts: ChunkFacts) -> Iterator[Changes]:
    for rule in engagement.rules:
        if isinstance(rule, ConditionRule):
            yield from _of_people(rule.when, facts)
        else:
            yield from _of_acts(rule.behaviour, rule.within, facts)


def _of_ageing(engagement: Engagement, facts: ChunkFacts) -> Changes:
    """The midnights at which ageing changes what is asked of the score; where that is not known, all at which it ages."""
    standing_at = facts.engagement_standing
    if standing_at is None or not ages_one_way(engagement):
        decayed = [
            _of_decay(rule, facts)
            for rule in engagement.rules
            if isinstance(rule, BehaviourRule) and rule.half_life is not None
        ]
        return np.concatenate([s for s, _ in decayed]), np.concatenate([at for _, at in decayed])
    since, until = since_when(facts), until_when(facts)
    everybody = np.arange(facts.chunk.n_people, dtype=np.int32)
    changes = [
        (everybody, since),
        _everybody_at(everybody, facts.calibrated_at),
        *_of_engagement_but_ageing(engagement, facts),
    ]
    points = _joined(changes, facts)
    points = points.only((points.at >= since[points.subject]) & (points.at < until[points.subject]))
    if not points.n:
        return points.subject, points.at
    ends = np.minimum(until[points.subject], facts.compiled.as_of + 1)
    same = points.subject[1:] == points.subject[:-1]
    ends[:-1][same] = points.at[1:][same]
    midnights = facts.compiled.midnights(int(points.at.min()))
    return deciding_midnights(points, ends, midnights, lambda some: standing_at(facts, some))


def _of_decay(rule: BehaviourRule, facts: ChunkFacts) -> Changes:
    """The midnights at which occurrences of a rule have aged."""
    assert rule.half_life is not None
    assert rule.half_life.micros is not None
    matched = facts.occurrences.of(rule.behaviour)
    seen = facts.occurrences.visible(matched)
    end = matched.at + _HALF_LIVES * rule.half_life.micros
    weighing = in_window(matched.subject, seen, end, matched.at, rule.within, facts.compiled.zone).union()
    if not len(weighing.subject):
        return weighing.subject, weighing.start
    midnights = facts.compiled.midnights(int(weighing.start.min()))
    first = np.searchsorted(midnights, weighing.start, side="left")
    n = np.maximum(np.searchsorted(midnights, weighing.end, side="right") - first, 0)
    return np.repeat(weighing.subject, n), midnights[ranges(first, n)]


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
    elif isinstance(condition, HasRole):
        yield from _of_accounts(facts.compiled.playbook.buying_group.asked(condition), facts)
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


def asks_account(condition: Condition, facts: ChunkFacts) -> bool:
    """Whether a question about a person is one about the account held."""
    if isinstance(condition, AttributeTest | HeldFor):
        return condition.field.entity == Entity.ACCOUNT.value
    if isinstance(condition, InSegment):
        return facts.compiled.playbook.segments[condition.segment].of is SegmentOf.ACCOUNTS
    if isinstance(condition, HasOpportunity):
        return condition.whose is DealOf.ACCOUNT
    return isinstance(condition, AccountDid | AccountPeople | HasRole)


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
        yield _leaving(steps.subject, condition.span, steps.since, facts)
    if condition.test is not None and isinstance(condition.test, RELATIVE_TESTS):
        for instants in change_instants(condition.test, compiled.column(condition.field)):
            yield steps.subject, np.append(instants, np.int64(FOREVER))[steps.code]


def _of_acts_of(condition: Condition, facts: ChunkFacts) -> Iterator[Changes]:
    """Changes of a verdict on what people did."""
    known = facts.chunk.person_known_at
    everybody = np.arange(facts.chunk.n_people, dtype=np.int32)
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
            yield _leaving(everybody, condition.span, known, facts)
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
            yield _leaving(everybody, condition.span, known, facts)
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
        yield _leaving(matched.subject, within, matched.at, facts)


def _leaving(subject: Ints, span: Duration, at: Instants, facts: ChunkFacts) -> Changes:
    """Something leaves the window of a span, or comes back into it."""
    which, when = leaves(span, at, facts.compiled.zone)
    return subject[which], when


def _of_log(log: Log, span: Duration | None, facts: ChunkFacts) -> Iterator[Changes]:
    """Something fired or was entered; the microsecond after it too, for those who read it as just before; and so long ago."""
    yield of_namesakes(facts, (log.subject, log.at))
    yield of_namesakes(facts, (log.subject, log.at + 1))
    if span is not None:
        yield of_namesakes(facts, _leaving(log.subject, span, log.at, facts))


def _of_coverage(behaviour: str, windows: list[Duration | None], facts: ChunkFacts) -> Iterator[Changes]:
    types = facts.compiled.playbook.behaviours[behaviour].activities
    everybody = np.arange(facts.chunk.n_people, dtype=np.int32)
    yield _everybody_at(everybody, _coverage(types, windows, facts))


def _coverage(types: tuple[str, ...], windows: list[Duration | None], facts: ChunkFacts) -> Instants:
    """Coverage begins or ends, or a window begins to lie inside it."""
    first, last = facts.compiled.coverage_of(types)
    inside = [leaves(w, first - 1, facts.compiled.zone)[1] for w in windows if w is not None]
    return np.unique(np.concatenate([first, last + 1, *inside]))


def _everybody_at(subjects: Ints, instants: Instants) -> Changes:
    return np.repeat(subjects, len(instants)), np.tile(instants, len(subjects))
