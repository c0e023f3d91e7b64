"""Verdicts of how long a value is held, of patterns of behaviour, and of products, programs and offers.

Where sources do not cover a time, what was not seen in it may have happened. Each negative pattern therefore asks
for the worlds that are still possible: all agree, or the verdict is unknown.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tests.reference import values
from tests.reference.conditions import open_fields, value_of, verdict
from tests.reference.windows import BEGINNING, first_instant, in_window

from handraise.facts.rows import Activity, AttributeChange
from handraise.model.conditions import (
    Fired,
    FirstTime,
    HeldFor,
    InterestedIn,
    OfferPiece,
    ReachedStatus,
    Regularly,
    Resumed,
    Sequence,
    StageIs,
    Step,
    Stopped,
    TookOffer,
)
from handraise.model.fields import Field
from handraise.model.products import OFFER_SHARED, OFFER_TAKEN, PROGRAM_MOVED
from handraise.model.time import MICROS_PER_DAY, Micros
from handraise.model.truth import Truth, all_of, any_of
from handraise.model.value_tests import ListHas, OneOf
from handraise.model.values import FieldType, fold

if TYPE_CHECKING:
    from tests.reference.evaluator import Evaluator, Subject
    from tests.reference.reading import Person

BLOCK: Micros = 7 * MICROS_PER_DAY


def _acts(behaviour: str, subject: Subject, ask: Evaluator) -> list[Activity]:
    assert subject.person is not None
    return ask.occurrences(behaviour, subject.person)


def _covered(behaviour: str, first: Micros, ask: Evaluator) -> bool:
    """Whether the sources know of every such act from an instant on."""
    types = ask.playbook.behaviours[behaviour].activities
    return ask.reading.covers(types, first, ask.reading.as_of)


def _known_at(subject: Subject) -> Micros:
    assert subject.person is not None
    return subject.person.known_at


# --- how long a value is held -------------------------------------------------------------------------


@verdict.register(HeldFor)
def _(condition: HeldFor, subject: Subject, ask: Evaluator) -> Truth:
    text = value_of(condition.field, subject, ask)
    held = Truth.UNKNOWN if text is None else Truth.of(_is_long(condition, subject, ask) is condition.longer)
    if condition.test is None:
        return held
    type_ = ask.catalog.type_of(condition.field)
    return all_of([held, values.truth_of_field(condition.test, text, type_, ask.now)])


def _is_long(condition: HeldFor, subject: Subject, ask: Evaluator) -> bool:
    since = _current_since(_rows(condition.field, subject, ask), ask)
    return since <= condition.span.before(ask.reading.as_of, ask.playbook.time_zone)


def _rows(field: Field, subject: Subject, ask: Evaluator) -> list[AttributeChange]:
    if field.entity == "account":
        assert subject.account is not None
        return ask.reading.changes("account", subject.account, field.name)
    assert subject.person is not None
    return [c for r in subject.person.records for c in ask.reading.changes("person", r, field.name)]


def _current_since(rows: list[AttributeChange], ask: Evaluator) -> Micros:
    """When the value that is the latest now became so: what was the latest is asked anew whenever a row is seen."""
    since, current = BEGINNING, None
    for instant in sorted({max(row.at, row.known_at) for row in rows}):
        seen = [row for row in rows if max(row.at, row.known_at) <= instant]
        latest = max(seen, key=ask.reading.recency).value
        if latest != current:
            since, current = instant, latest
    return since


@open_fields.register(HeldFor)
def _(condition: HeldFor, subject: Subject, ask: Evaluator) -> frozenset[str]:
    return frozenset([str(condition.field)])


# --- patterns of behaviour ----------------------------------------------------------------------------


@verdict.register(FirstTime)
def _(condition: FirstTime, subject: Subject, ask: Evaluator) -> Truth:
    acts = _acts(condition.behaviour, subject, ask)
    recent = in_window(acts, condition.within, None, ask)
    if len(acts) > len(recent) or len(acts) > 1:
        return Truth.OUT
    if not _covered(condition.behaviour, _known_at(subject), ask):
        return Truth.UNKNOWN
    return Truth.of(len(acts) == 1)


@verdict.register(Stopped)
def _(condition: Stopped, subject: Subject, ask: Evaluator) -> Truth:
    start = condition.span.before(ask.reading.as_of, ask.playbook.time_zone)
    acts = _acts(condition.behaviour, subject, ask)
    if in_window(acts, condition.span, None, ask) or _known_at(subject) > start:
        return Truth.OUT
    if acts:
        return Truth.IN if _covered(condition.behaviour, start + 1, ask) else Truth.UNKNOWN
    return Truth.OUT if _covered(condition.behaviour, _known_at(subject), ask) else Truth.UNKNOWN


@verdict.register(Resumed)
def _(condition: Resumed, subject: Subject, ask: Evaluator) -> Truth:
    zone = ask.playbook.time_zone
    instants = sorted({a.at for a in _acts(condition.behaviour, subject, ask)})
    start = condition.within.before(ask.reading.as_of, zone)
    pauses = [(a, b) for a, b in pairwise(instants) if b > start and a <= condition.pause.before(b, zone)]
    return any_of(Truth.IN if _covered(condition.behaviour, a + 1, ask) else Truth.UNKNOWN for a, _ in pauses)


@verdict.register(Regularly)
def _(condition: Regularly, subject: Subject, ask: Evaluator) -> Truth:
    now = ask.reading.as_of
    acts = _acts(condition.behaviour, subject, ask)
    seen = possible = 0
    for i in range(condition.of):
        first, last = now - (i + 1) * BLOCK + 1, now - i * BLOCK
        if any(first <= a.at <= last for a in acts):
            seen += 1
        elif not _covered(condition.behaviour, first, ask):
            possible += 1
    if seen >= condition.n:
        return Truth.IN
    return Truth.UNKNOWN if seen + possible >= condition.n else Truth.OUT


@verdict.register(Sequence)
def _(condition: Sequence, subject: Subject, ask: Evaluator) -> Truth:
    steps = [
        in_window(_acts(step.behaviour, subject, ask), condition.within, None, ask)
        for step in condition.steps
    ]
    ends = {a.at for a in steps[0]}
    for step, acts in zip(condition.steps[1:], steps[1:], strict=True):
        ends = {a.at for a in acts if any(_follows(end, a.at, step) for end in ends)}
    return Truth.of(bool(ends))


def _follows(before: Micros, at: Micros, step: Step) -> bool:
    gap = at - before
    low = step.low.micros if step.low else None
    high = step.high.micros if step.high else None
    return gap > 0 and (low is None or gap >= low) and (high is None or gap <= high)


# --- products, programs, offers -----------------------------------------------------------------------


@verdict.register(InterestedIn)
def _(condition: InterestedIn, subject: Subject, ask: Evaluator) -> Truth:
    interest = ask.playbook.interest
    acts = {a.message_id: a for b in interest.behaviours for a in _acts(b, subject, ask)}
    on_it = [
        a for a in in_window(acts.values(), interest.within, None, ask) if is_on(a, condition.product, ask)
    ]
    return any_of([Truth.of(len(on_it) >= interest.times), _stated(condition, subject, ask)])


def is_on(activity: Activity, product: str, ask: Evaluator) -> bool:
    """Whether the act is on the product: the one it names itself, or else its asset's."""
    names = {fold(name) for name in ask.playbook.products[product].names}
    if activity.product is not None:
        return fold(activity.product) in names
    if activity.asset is None:
        return False
    named = ask.reading.value_then(
        Field("asset", "product"), activity.asset, max(activity.at, activity.known_at)
    )
    return named is not None and fold(named) in names


def _stated(condition: InterestedIn, subject: Subject, ask: Evaluator) -> Truth:
    field = ask.playbook.interest.stated
    if field is None:
        return Truth.OUT
    names, type_ = ask.playbook.products[condition.product].names, ask.catalog.type_of(field)
    test = ListHas(names) if type_ is FieldType.TEXT_LIST else OneOf(names)
    return values.truth_of_field(test, value_of(field, subject, ask), type_, ask.now)


@open_fields.register(InterestedIn)
def _(condition: InterestedIn, subject: Subject, ask: Evaluator) -> frozenset[str]:
    field = ask.playbook.interest.stated
    return frozenset() if field is None else frozenset([str(field)])


@verdict.register(ReachedStatus)
def _(condition: ReachedStatus, subject: Subject, ask: Evaluator) -> Truth:
    assert subject.person is not None
    acts = in_window(ask.reading.activities(subject.person), condition.within, None, ask)
    return Truth.of(any(reaches(a, condition, subject.person, ask) for a in acts))


def reaches(activity: Activity, condition: ReachedStatus, person: Person, ask: Evaluator) -> bool:
    """Whether the act moves its person to the status or a later one, in such a program."""
    if activity.program is None or (condition.program and fold(activity.program) != fold(condition.program)):
        return False
    type_ = ask.reading.value_then(
        Field("program", "type"), activity.program, max(activity.at, activity.known_at)
    )
    if type_ is None or fold(type_) != fold(condition.type):
        return False
    statuses = ask.playbook.programs[condition.type].from_status(condition.status)
    told = fold(activity.properties.get("status", ""))
    by_name = activity.type in PROGRAM_MOVED and any(
        told == fold(name) for s in statuses for name in (s.key, s.label) if name is not None
    )
    behaviours = [b for s in statuses for b in s.on]
    return by_name or any(activity in ask.occurrences(b, person) for b in behaviours)


@verdict.register(TookOffer)
def _(condition: TookOffer, subject: Subject, ask: Evaluator) -> Truth:
    assert subject.person is not None
    acts = in_window(ask.reading.activities(subject.person), condition.within, None, ask)
    return Truth.of(any(takes(a, condition, ask) for a in acts))


def takes(activity: Activity, condition: TookOffer, ask: Evaluator) -> bool:
    """Whether the act takes the piece of the offer, or shares either."""
    offer = ask.playbook.offers[condition.offer]
    pieces = {OfferPiece.FREE: offer.free, OfferPiece.GATED: offer.gated}.get(
        condition.piece, (*offer.free, *offer.gated)
    )
    types = OFFER_SHARED if condition.piece is OfferPiece.SHARED else OFFER_TAKEN
    names = {fold(name) for name in pieces}
    return activity.type in types and activity.asset is not None and fold(activity.asset) in names


# --- stages and firings -------------------------------------------------------------------------------


@verdict.register(StageIs)
def _(condition: StageIs, subject: Subject, ask: Evaluator) -> Truth:
    assert subject.person is not None
    stage = ask.past.stage(subject.person.id)
    if stage is None or stage.stage not in condition.stages:
        return Truth.OUT
    if condition.span is None:
        return Truth.IN
    is_long = stage.since <= condition.span.before(ask.reading.as_of, ask.playbook.time_zone)
    return Truth.of(is_long is condition.longer)


@verdict.register(Fired)
def _(condition: Fired, subject: Subject, ask: Evaluator) -> Truth:
    assert subject.person is not None
    start = first_instant(condition.within, None, BEGINNING, ask)
    last = [ask.past.last_firing(trigger, subject.person.id) for trigger in condition.triggers]
    return Truth.of(any(at is not None and at >= start for at in last))
