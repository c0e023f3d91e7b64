"""The verdict of every kind of condition, and its open fields (meanings 5 to 9).

Where the language leaves room, this is what is meant:

* roll-ups (`AccountDid`, `AccountPeople`) count people who are decided: visible, identified, not deleted;
* without an account: nothing of it is known, so tests of its fields are unknown and `is known` is out; its deals
  and roll-ups are out, whatever their numbers;
* `Did ... ever` is covered from the person's first known instant on, `AccountDid ... ever` never is.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import TYPE_CHECKING

from tests.reference import scores, values
from tests.reference.reading import Person
from tests.reference.windows import first_instant, in_window

from handraise.facts.rows import Activity, Opportunity
from handraise.model.activities import ACTIVITY_COLUMNS, is_buyer_act
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
    DealStatus,
    Did,
    Fired,
    GradeIs,
    GradeIsOpen,
    HasOpportunity,
    HasRole,
    InSegment,
    IsMarketingQualified,
    LevelIs,
    Not,
    RankIs,
    Score,
    ScoreIs,
    Silent,
    Times,
    children,
)
from handraise.model.fields import Field
from handraise.model.playbook import SegmentOf, WherePart
from handraise.model.time import Micros
from handraise.model.truth import Truth, all_of, any_of, at_least, negation
from handraise.model.values import FieldType

if TYPE_CHECKING:
    from tests.reference.evaluator import Evaluator, Subject

NOTHING: frozenset[str] = frozenset()


@singledispatch
def verdict(condition: Condition, subject: Subject, ask: Evaluator) -> Truth:
    """In, out or unknown for the subject."""
    raise NotImplementedError(f"the reference has no meaning for {type(condition).__name__}")


@singledispatch
def open_fields(condition: Condition, subject: Subject, ask: Evaluator) -> frozenset[str]:
    """Fields of the open tests, asked of a condition that is unknown. Kinds that wait for no field: none."""
    return NOTHING


def _union(parts: Iterable[frozenset[str]]) -> frozenset[str]:
    return NOTHING.union(*parts)


def _person(subject: Subject, condition: Condition) -> Person:
    assert subject.person is not None, f"{type(condition).__name__} is asked of people, not of accounts"
    return subject.person


# --- logic --------------------------------------------------------------------------------------------


@verdict.register(Always)
def _(condition: Always, subject: Subject, ask: Evaluator) -> Truth:
    return Truth.IN


@verdict.register(All)
def _(condition: All, subject: Subject, ask: Evaluator) -> Truth:
    return all_of(ask.verdict(part, subject) for part in condition.of)


@verdict.register(Any)
def _(condition: Any, subject: Subject, ask: Evaluator) -> Truth:
    return any_of(ask.verdict(part, subject) for part in condition.of)


@verdict.register(Not)
def _(condition: Not, subject: Subject, ask: Evaluator) -> Truth:
    return negation(ask.verdict(condition.of, subject))


@verdict.register(AtLeast)
def _(condition: AtLeast, subject: Subject, ask: Evaluator) -> Truth:
    return at_least(condition.n, [ask.verdict(part, subject) for part in condition.of])


@open_fields.register(All)
@open_fields.register(Any)
@open_fields.register(Not)
@open_fields.register(AtLeast)
def _(condition: All | Any | Not | AtLeast, subject: Subject, ask: Evaluator) -> frozenset[str]:
    return _union(ask.open_fields(part, subject) for part in children(condition))


# --- attributes ---------------------------------------------------------------------------------------


def value_of(field: Field, subject: Subject, ask: Evaluator) -> str | None:
    """The stored text of a person's or account's field, `None` where it is missing."""
    if field.entity == "person":
        assert subject.person is not None, f"{field} is asked of people, not of accounts"
        return ask.reading.person_value(subject.person, field.name)
    assert field.entity == "account", f"{field} belongs to neither a person nor an account"
    return None if subject.account is None else ask.reading.account_value(subject.account, field.name)


@verdict.register(AttributeTest)
def _(condition: AttributeTest, subject: Subject, ask: Evaluator) -> Truth:
    text = value_of(condition.field, subject, ask)
    return values.truth_of_field(condition.test, text, ask.catalog.type_of(condition.field), ask.now)


@open_fields.register(AttributeTest)
def _(condition: AttributeTest, subject: Subject, ask: Evaluator) -> frozenset[str]:
    return frozenset([str(condition.field)])


# --- behaviours ---------------------------------------------------------------------------------------


def where(part: WherePart, activity: Activity, ask: Evaluator) -> Truth:
    """A test of one side of an activity; missing: unknown."""
    if part.name in ACTIVITY_COLUMNS:
        text = getattr(activity, part.name)
        return values.truth_of_field(part.test, text, FieldType.TEXT, ask.now)
    entity, dot, _ = part.name.partition(".")
    if dot and entity in ("asset", "program"):
        return _where_attribute(part, activity, getattr(activity, entity), ask)
    return values.truth_of_property(part.test, activity.properties.get(part.name), ask.now)


def _where_attribute(part: WherePart, activity: Activity, subject: str | None, ask: Evaluator) -> Truth:
    """An attribute of the asset or program, as it was when the occurrence first became visible."""
    field = Field.parse(part.name)
    first_visible = max(activity.at, activity.known_at)
    text = None if subject is None else ask.reading.value_then(field, subject, first_visible)
    return values.truth_of_field(part.test, text, ask.catalog.type_of(field), ask.now)


def counted(n: int, times: Times, covered: bool) -> Truth:
    """A number of rows against a wanted number, where rows may be missing unless the window is covered."""
    if times.high is None:
        return Truth.of(n >= times.low)
    if n > times.high:
        return Truth.OUT
    return Truth.of(n >= times.low) if covered else Truth.UNKNOWN


@verdict.register(Did)
def _(condition: Did, subject: Subject, ask: Evaluator) -> Truth:
    person = _person(subject, condition)
    seen = in_window(ask.occurrences(condition.behaviour, person), condition.within, condition.since, ask)
    if condition.distinct is None:
        n = len(seen)
    else:
        n = len({getattr(a, condition.distinct.value) for a in seen} - {None})
    start = first_instant(condition.within, condition.since, person.known_at, ask)
    activity_types = ask.playbook.behaviours[condition.behaviour].activities
    return counted(n, condition.times, ask.reading.covers(activity_types, start, ask.reading.as_of))


@verdict.register(Silent)
def _(condition: Silent, subject: Subject, ask: Evaluator) -> Truth:
    person = _person(subject, condition)
    start = condition.span.before(ask.reading.as_of, ask.playbook.time_zone)
    if person.known_at > start:
        return Truth.OUT
    if condition.behaviours:
        acts = [a for key in condition.behaviours for a in ask.occurrences(key, person)]
        relevant = {t for key in condition.behaviours for t in ask.playbook.behaviours[key].activities}
    else:
        acts = [a for a in ask.reading.activities(person) if is_buyer_act(a.type)]
        relevant = {t for t in ask.reading.covered_types() if is_buyer_act(t)}
    if in_window(acts, condition.span, None, ask):
        return Truth.OUT
    is_covered = bool(relevant) and ask.reading.covers(relevant, start + 1, ask.reading.as_of)
    return Truth.IN if is_covered else Truth.UNKNOWN


# --- roll-ups -----------------------------------------------------------------------------------------


@verdict.register(AccountDid)
def _(condition: AccountDid, subject: Subject, ask: Evaluator) -> Truth:
    if subject.account is None:
        return Truth.OUT
    people = [p for p in ask.reading.people.values() if _did_for(p, subject.account, condition, ask)]
    is_ever = condition.within is None and condition.since is None
    start = first_instant(condition.within, condition.since, 0, ask)
    activity_types = ask.playbook.behaviours[condition.behaviour].activities
    covered = not is_ever and ask.reading.covers(activity_types, start, ask.reading.as_of)
    return counted(len(people), condition.people, covered)


def _did_for(person: Person, account: str, condition: AccountDid, ask: Evaluator) -> bool:
    """Whether the person did it often enough while holding the account."""
    seen = in_window(ask.occurrences(condition.behaviour, person), condition.within, condition.since, ask)
    return sum(ask.reading.account_at(person, a.at) == account for a in seen) >= condition.times


@verdict.register(AccountPeople)
def _(condition: AccountPeople, subject: Subject, ask: Evaluator) -> Truth:
    if subject.account is None:
        return Truth.OUT
    verdicts = [ask.verdict(condition.who, ask.subject(p)) for p in ask.reading.members(subject.account)]
    certain = sum(v is Truth.IN for v in verdicts)
    possible = certain + sum(v is Truth.UNKNOWN for v in verdicts)
    low, high = condition.people.low, condition.people.high
    if low <= certain and (high is None or possible <= high):
        return Truth.IN
    return Truth.OUT if possible < low or (high is not None and certain > high) else Truth.UNKNOWN


@open_fields.register(AccountPeople)
def _(condition: AccountPeople, subject: Subject, ask: Evaluator) -> frozenset[str]:
    assert subject.account is not None
    members = ask.reading.members(subject.account)
    return _union(ask.open_fields(condition.who, ask.subject(p)) for p in members)


@verdict.register(HasRole)
def _(condition: HasRole, subject: Subject, ask: Evaluator) -> Truth:
    """The best that any member can be; missing is the opposite."""
    if subject.account is None:
        return Truth.OUT
    who = _who_has(condition, ask)
    members = ask.reading.members(subject.account)
    has = any_of(ask.verdict(who, ask.subject(p)) for p in members)
    return Truth(2 - has) if condition.missing else has


def _who_has(condition: HasRole, ask: Evaluator) -> Condition:
    return next(r.when for r in ask.playbook.buying_group.roles if r.key == condition.role)


@open_fields.register(HasRole)
def _(condition: HasRole, subject: Subject, ask: Evaluator) -> frozenset[str]:
    assert subject.account is not None
    who, members = _who_has(condition, ask), ask.reading.members(subject.account)
    return _union(ask.open_fields(who, ask.subject(p)) for p in members)


# --- deals --------------------------------------------------------------------------------------------


@verdict.register(HasOpportunity)
def _(condition: HasOpportunity, subject: Subject, ask: Evaluator) -> Truth:
    if condition.whose is DealOf.PERSON:
        deals = ask.reading.deals_of_person(_person(subject, condition))
    else:
        deals = [] if subject.account is None else ask.reading.deals_of_account(subject.account)
    return any_of(Truth.of(_deal_matches(deal, condition, ask)) for deal in deals)


def _deal_matches(deal: Opportunity, condition: HasOpportunity, ask: Evaluator) -> bool:
    status, reached_at = status_of(deal, ask)
    if status not in condition.statuses:
        return False
    if condition.within is None:
        return True
    as_of = ask.reading.as_of
    return condition.within.before(as_of, ask.playbook.time_zone) < reached_at <= as_of


def status_of(deal: Opportunity, ask: Evaluator) -> tuple[DealStatus, Micros]:
    """The status now, and since when: the start of the latest run of equal statuses.

    A deal that was never anything but open has been open since it was opened.
    """
    stages = ask.reading.stages(deal.opportunity)
    if all(stage.status is DealStatus.OPEN for stage in stages):
        return DealStatus.OPEN, deal.at
    status = stages[-1].status
    others = [i for i, stage in enumerate(stages) if stage.status is not status]
    return status, stages[others[-1] + 1 if others else 0].at


# --- decisions as inputs ------------------------------------------------------------------------------


def agreed(truths: Iterable[bool]) -> Truth:
    """What everything still possible agrees on, else unknown."""
    seen = set(truths)
    return Truth.UNKNOWN if len(seen) > 1 else Truth.of(seen.pop())


@verdict.register(GradeIs)
def _(condition: GradeIs, subject: Subject, ask: Evaluator) -> Truth:
    fit = ask.fit(_person(subject, condition))
    return agreed(grade in condition.grades for grade in scores.possible_grades(fit, ask))


@verdict.register(GradeIsOpen)
def _(condition: GradeIsOpen, subject: Subject, ask: Evaluator) -> Truth:
    return Truth.of(len(scores.possible_grades(ask.fit(_person(subject, condition)), ask)) > 1)


@verdict.register(LevelIs)
def _(condition: LevelIs, subject: Subject, ask: Evaluator) -> Truth:
    engagement = ask.engagement(_person(subject, condition))
    return agreed(level in condition.levels for level in scores.possible_levels(engagement, ask))


@verdict.register(RankIs)
def _(condition: RankIs, subject: Subject, ask: Evaluator) -> Truth:
    return rank_in(condition.ranks, _person(subject, condition), ask)


def rank_in(ranks: tuple[str, ...], person: Person, ask: Evaluator) -> Truth:
    """Whether every combination of a possible grade and a possible level is one of these ranks."""
    grades = scores.possible_grades(ask.fit(person), ask)
    levels = scores.possible_levels(ask.engagement(person), ask)
    return agreed(f"{grade}{level}" in ranks for grade in grades for level in levels)


@verdict.register(IsMarketingQualified)
def _(condition: IsMarketingQualified, subject: Subject, ask: Evaluator) -> Truth:
    """In an agreed cell, or a trigger of an agreed track fired and still stands."""
    in_a_cell = rank_in(ask.playbook.marketing_qualified_ranks, _person(subject, condition), ask)
    agreed_tracks = [
        ask.verdict(Fired((trigger.key,), trigger.stands_for), subject)
        for trigger in ask.playbook.triggers.values()
        if ask.playbook.qualifying_tracks.has(trigger.track_name)
    ]
    return any_of([in_a_cell, *agreed_tracks])


@verdict.register(ScoreIs)
def _(condition: ScoreIs, subject: Subject, ask: Evaluator) -> Truth:
    person = _person(subject, condition)
    score = ask.fit(person) if condition.score is Score.FIT else ask.engagement(person)
    return agreed(
        scores.stands(end, condition.comparison, condition.bound) for end in (score.low, score.high)
    )


@verdict.register(InSegment)
def _(condition: InSegment, subject: Subject, ask: Evaluator) -> Truth:
    segment = ask.playbook.segments[condition.segment]
    return ask.verdict(segment.when, _asked(segment.of, subject))


def _asked(of: SegmentOf, subject: Subject) -> Subject:
    """Who a segment is asked of: an account segment never sees the person."""
    return subject._replace(person=None) if of is SegmentOf.ACCOUNTS else subject


@open_fields.register(InSegment)
def _(condition: InSegment, subject: Subject, ask: Evaluator) -> frozenset[str]:
    segment = ask.playbook.segments[condition.segment]
    return ask.open_fields(segment.when, _asked(segment.of, subject))


@open_fields.register(GradeIs)
def _(condition: GradeIs, subject: Subject, ask: Evaluator) -> frozenset[str]:
    return scores.open_fit_fields(_person(subject, condition), ask)


@open_fields.register(LevelIs)
def _(condition: LevelIs, subject: Subject, ask: Evaluator) -> frozenset[str]:
    return scores.open_engagement_fields(_person(subject, condition), ask)


@open_fields.register(RankIs)
@open_fields.register(IsMarketingQualified)
def _(condition: RankIs | IsMarketingQualified, subject: Subject, ask: Evaluator) -> frozenset[str]:
    person = _person(subject, condition)
    return scores.open_fit_fields(person, ask) | scores.open_engagement_fields(person, ask)


@open_fields.register(ScoreIs)
def _(condition: ScoreIs, subject: Subject, ask: Evaluator) -> frozenset[str]:
    person = _person(subject, condition)
    if condition.score is Score.FIT:
        return scores.open_fit_fields(person, ask)
    return scores.open_engagement_fields(person, ask)
