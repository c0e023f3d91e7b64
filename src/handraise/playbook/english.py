"""Conditions in plain English, in the team's words: "asked for a demo at least twice in the last 5 days".

A sentence says what holds of a person (or account) and leaves them out: it follows "She ..." or stands
in a list. `handraise.playbook.signoff` renders the whole playbook with these.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import singledispatch

from handraise.model.activities import words_of
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
    OfferPiece,
    RankIs,
    ReachedStatus,
    Regularly,
    Resumed,
    ScoreIs,
    Sequence,
    Silent,
    StageIs,
    Step,
    Stopped,
    Times,
    TookOffer,
)
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.time import Duration, Micros, iso
from handraise.model.value_tests import Compare, IsKnown, ListHas, OneOf
from handraise.model.values import FieldType
from handraise.playbook.field_words import lowered, test_sentence
from handraise.playbook.literals import day_started
from handraise.playbook.predicates import listed, predicate, value_words


@singledispatch
def sentence(condition: Condition, playbook: Playbook, catalog: FieldCatalog) -> str:
    """One condition as a sentence without its subject. Raises for a kind without words: a test names it."""
    raise NotImplementedError(type(condition).__name__)


@singledispatch
def denial(condition: Condition, playbook: Playbook, catalog: FieldCatalog) -> str:
    """The opposite of a condition; kinds without a shorter way say it with "not"."""
    return f"not ({sentence(condition, playbook, catalog)})"


@sentence.register
def _(condition: Always, playbook: Playbook, catalog: FieldCatalog) -> str:
    return "everybody else"


@sentence.register
def _(condition: AttributeTest, playbook: Playbook, catalog: FieldCatalog) -> str:
    return test_sentence(condition.field, condition.test, playbook, catalog)


@denial.register
def _(condition: AttributeTest, playbook: Playbook, catalog: FieldCatalog) -> str:
    said = sentence(condition, playbook, catalog)
    if isinstance(condition.test, OneOf):
        opposite = replace(condition.test, negated=not condition.test.negated)
        return test_sentence(condition.field, opposite, playbook, catalog)
    if isinstance(condition.test, ListHas):
        return said.replace(" include ", " do not include ", 1)
    return f"not ({lowered(said, catalog)})"


def times_words(times: Times) -> str:
    """at least twice`, ` exactly once`, or nothing for "at least once"; starts with a space."""
    if times == Times():
        return ""
    if times.high is None:
        return f" at least {_often(times.low)}"
    if times.low == times.high:
        return f" exactly {_often(times.low)}"
    return f" at most {_often(times.high)}" if times.low == 0 else f" {times.low} to {times.high} times"


def _often(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n:,} times")


def _number(times: Times, one: str, many: str) -> str:
    """`at least 3 people`, `exactly 1 person`, `2 to 5 assets`."""
    low, high = times.low, times.high
    if high is None:
        return f"at least {low:,} {one if low == 1 else many}"
    if low == high:
        return f"exactly {low:,} {one if low == 1 else many}"
    return f"at most {high:,} {one if high == 1 else many}" if low == 0 else f"{low:,} to {high:,} {many}"


def behaviour_words(key: str, playbook: Playbook) -> str:
    """What somebody did: the behaviour's own words, else its activity and name."""
    behaviour = playbook.behaviours.get(key)
    if behaviour and behaviour.words:
        return behaviour.words
    named = playbook.term(key).replace("_", " ")
    return f"{listed([words_of(a) for a in behaviour.activities])} ({named})" if behaviour else f"did {named}"


def _never(did: str, never: str = "never") -> str:
    """`never asked for a demo`, but `was never accepted`."""
    verb, _, rest = did.partition(" ")
    return (
        f"{verb} {never} {rest}" if verb in ("was", "were", "is", "has", "had") and rest else f"{never} {did}"
    )


def _window(within: Duration | None, since: Micros | None, playbook: Playbook) -> str:
    if within:
        return f" in the last {within}"
    return f" since {_since(since, playbook.time_zone)}" if since is not None else ""


def _since(since: Micros, zone: str) -> str:
    day = day_started(since, zone)
    return value_words(day.isoformat(), FieldType.DATE) if day else value_words(iso(since), FieldType.INSTANT)


@sentence.register
def _(condition: Did, playbook: Playbook, catalog: FieldCatalog) -> str:
    did, window = (
        behaviour_words(condition.behaviour, playbook),
        _window(condition.within, condition.since, playbook),
    )
    if condition.times == Times(0, 0):
        # Unlike "not at least once", which takes what is on record for all there is, this needs coverage.
        return f"{_never(did, 'certainly never')}{window}"
    if condition.distinct:
        name = condition.distinct.value
        return f"{did}, {_number(condition.times, name, f'different {name}s')},{window}".rstrip(",")
    return f"{did}{times_words(condition.times)}{window}"


@denial.register
def _(condition: Did, playbook: Playbook, catalog: FieldCatalog) -> str:
    if condition.times == Times() and condition.distinct is None:
        return f"{_never(behaviour_words(condition.behaviour, playbook))}{_window(condition.within, condition.since, playbook)}"
    return f"not ({sentence(condition, playbook, catalog)})"


@sentence.register
def _(condition: Silent, playbook: Playbook, catalog: FieldCatalog) -> str:
    if not condition.behaviours:
        return f"did nothing for {condition.span}"
    acts = listed([behaviour_words(b, playbook) for b in condition.behaviours])
    return (
        f"for {condition.span} none of this: {acts}"
        if len(condition.behaviours) > 1
        else f"{_never(acts)} for {condition.span}"
    )


@sentence.register
def _(condition: AccountDid, playbook: Playbook, catalog: FieldCatalog) -> str:
    who = _members(condition.people, playbook)
    each = f" (each at least {_often(condition.times)})" if condition.times > 1 else ""
    did = behaviour_words(condition.behaviour, playbook)
    return f"{who} {did}{each}{_window(condition.within, condition.since, playbook)}"


def _members(people: Times, playbook: Playbook) -> str:
    account = f"at the {playbook.term('account')}"
    if people in (Times(), Times(0, 0)):
        return f"{'nobody' if people.high == 0 else 'somebody'} {account}"
    return f"{_number(people, playbook.term('person'), playbook.term('people'))} {account}"


@sentence.register
def _(condition: AccountPeople, playbook: Playbook, catalog: FieldCatalog) -> str:
    who = lowered(sentence(condition.who, playbook, catalog), catalog)
    return f"of {_members(condition.people, playbook)} this holds: {_bracketed(condition.who, who)}"


@sentence.register
def _(condition: HasRole, playbook: Playbook, catalog: FieldCatalog) -> str:
    group = f"the {playbook.term('buying group')} of the {playbook.term('account')}"
    has = "has nobody" if condition.missing else "has somebody"
    return f"{group} {has} in the role {role_label(condition.role, playbook)}"


def role_label(key: str, playbook: Playbook) -> str:
    """The team's word for a role of the buying group, else its label, else its key."""
    label = next((role.label for role in playbook.buying_group.roles if role.key == key), None)
    return own_word(key, label, playbook, key.replace("_", " "))


_DEALS = {
    DealStatus.OPEN: ("an open", "opened"),
    DealStatus.WON: ("a won", "won"),
    DealStatus.LOST: ("a lost", "lost"),
}


def _deal(condition: HasOpportunity, playbook: Playbook) -> str:
    deal = playbook.term("deal")
    if condition.within:
        return f"a {deal} {listed([_DEALS[s][1] for s in condition.statuses])} in the last {condition.within}"
    return f"{listed([_DEALS[s][0] for s in condition.statuses])} {deal}"


@sentence.register
def _(condition: HasOpportunity, playbook: Playbook, catalog: FieldCatalog) -> str:
    deal = _deal(condition, playbook)
    return (
        f"has a role in {deal}"
        if condition.whose is DealOf.PERSON
        else f"the {playbook.term('account')} has {deal}"
    )


@denial.register
def _(condition: HasOpportunity, playbook: Playbook, catalog: FieldCatalog) -> str:
    deal = (
        _deal(condition, playbook)
        .replace("an ", "", 1)
        .removeprefix("a ")
        .replace(" or a ", " or ")
        .replace(" or an ", " or ")
    )
    return (
        f"has no role in any {deal}"
        if condition.whose is DealOf.PERSON
        else f"the {playbook.term('account')} has no {deal}"
    )


def _grades(grades: Iterable[str], playbook: Playbook) -> str:
    return listed([playbook.term(g) for g in grades])


@sentence.register
def _(condition: GradeIs, playbook: Playbook, catalog: FieldCatalog) -> str:
    return (
        f"{playbook.term('fit')} {playbook.term('grade')} is certainly {_grades(condition.grades, playbook)}"
    )


@denial.register
def _(condition: GradeIs, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"{playbook.term('fit')} {playbook.term('grade')} is certainly not {_grades(condition.grades, playbook)}"


@sentence.register
def _(condition: GradeIsOpen, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"{playbook.term('fit')} {playbook.term('grade')} is still open"


@denial.register
def _(condition: GradeIsOpen, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"{playbook.term('fit')} {playbook.term('grade')} is certain"


@sentence.register
def _(condition: LevelIs, playbook: Playbook, catalog: FieldCatalog) -> str:
    levels = listed([playbook.term(str(n)) for n in condition.levels])
    return f"{playbook.term('engagement')} {playbook.term('level')} is {levels}"


@sentence.register
def _(condition: RankIs, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"{playbook.term('rank')} is {listed([playbook.term(r) for r in condition.ranks])}"


@sentence.register
def _(condition: ScoreIs, playbook: Playbook, catalog: FieldCatalog) -> str:
    said = predicate(Compare(condition.comparison, condition.bound), FieldType.NUMBER)
    return f"{playbook.term(condition.score.value)} {playbook.term('score')} {said}"


def segment_label(key: str, playbook: Playbook) -> str:
    """The team's word for a segment, else its label, else its key."""
    segment = playbook.segments.get(key)
    return own_word(key, segment.label if segment else None, playbook, key.replace("_", " "))


@sentence.register
def _(condition: InSegment, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"belongs to {segment_label(condition.segment, playbook)}"


@denial.register
def _(condition: InSegment, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"does not belong to {segment_label(condition.segment, playbook)}"


@sentence.register
def _(condition: IsMarketingQualified, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"is {_qualified(playbook)}"


@denial.register
def _(condition: IsMarketingQualified, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"is not {_qualified(playbook)}"


def _qualified(playbook: Playbook) -> str:
    own = playbook.term("MQL")
    return f"a {own}" if own != "MQL" else playbook.term("marketing-qualified")


@sentence.register
def _(condition: HeldFor, playbook: Playbook, catalog: FieldCatalog) -> str:
    said = test_sentence(condition.field, condition.test or IsKnown(), playbook, catalog)
    held = f"for {condition.span} or longer" if condition.longer else f"for less than {condition.span}"
    return f"{said}, unchanged {held}"


@sentence.register
def _(condition: FirstTime, playbook: Playbook, catalog: FieldCatalog) -> str:
    window = _window(condition.within, None, playbook)
    return f"{behaviour_words(condition.behaviour, playbook)} for the first time{window}"


@sentence.register
def _(condition: Stopped, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"{behaviour_words(condition.behaviour, playbook)} before, but not in the last {condition.span}"


@sentence.register
def _(condition: Resumed, playbook: Playbook, catalog: FieldCatalog) -> str:
    did = behaviour_words(condition.behaviour, playbook)
    return f"{did} again in the last {condition.within}, after a pause of {condition.pause} or more"


@sentence.register
def _(condition: Regularly, playbook: Playbook, catalog: FieldCatalog) -> str:
    did = behaviour_words(condition.behaviour, playbook)
    return f"{did} in at least {condition.n} of the last {condition.of} weeks"


@sentence.register
def _(condition: Sequence, playbook: Playbook, catalog: FieldCatalog) -> str:
    steps = ", then ".join(_step(step, playbook) for step in condition.steps)
    return f"{steps}, all in the last {condition.within}" if condition.within else steps


def _step(step: Step, playbook: Playbook) -> str:
    gaps = [f"after {step.low} or more"] if step.low else []
    gaps += [f"within {step.high}"] if step.high else []
    did = behaviour_words(step.behaviour, playbook)
    return f"{did} ({' and '.join(gaps)})" if gaps else did


def _product(condition: InterestedIn, playbook: Playbook) -> str:
    product = playbook.products.get(condition.product)
    return own_word(condition.product, product.label if product else None, playbook)


@sentence.register
def _(condition: InterestedIn, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"is interested in {_product(condition, playbook)}"


@denial.register
def _(condition: InterestedIn, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"is not interested in {_product(condition, playbook)}"


@sentence.register
def _(condition: ReachedStatus, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"{_reached(condition, playbook)}{_window(condition.within, None, playbook)}"


@denial.register
def _(condition: ReachedStatus, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"never {_reached(condition, playbook)}{_window(condition.within, None, playbook)}"


def _reached(condition: ReachedStatus, playbook: Playbook) -> str:
    type_ = playbook.programs.get(condition.type)
    labels = {s.key: s.label or s.key.replace("_", " ") for s in type_.statuses} if type_ else {}
    status = condition.status
    reached = "a success" if status is None else f'"{labels.get(status, status)}" or later'
    program = playbook.term("program")
    where = (
        f'the {program} "{condition.program}"'
        if condition.program
        else f"a {program} of type {own_word(condition.type, None, playbook, condition.type.replace('_', ' '))}"
    )
    return f"reached {reached} in {where}"


@sentence.register
def _(condition: TookOffer, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"{_took(condition, playbook)}{_window(condition.within, None, playbook)}"


@denial.register
def _(condition: TookOffer, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"never {_took(condition, playbook)}{_window(condition.within, None, playbook)}"


def _took(condition: TookOffer, playbook: Playbook) -> str:
    offer = playbook.offers.get(condition.offer)
    label = own_word(
        condition.offer, offer.label if offer else None, playbook, condition.offer.replace("_", " ")
    )
    shared = condition.piece is OfferPiece.SHARED
    return f"passed on {label}" if shared else f"took the {condition.piece.value} piece of {label}"


@sentence.register
def _(condition: StageIs, playbook: Playbook, catalog: FieldCatalog) -> str:
    said = f"{playbook.term('stage')} is {listed([stage_label(s, playbook) for s in condition.stages])}"
    if condition.span is None:
        return said
    return (
        f"{said}, for {condition.span} or longer"
        if condition.longer
        else f"{said}, for less than {condition.span}"
    )


@denial.register
def _(condition: StageIs, playbook: Playbook, catalog: FieldCatalog) -> str:
    if condition.span is not None:
        return f"not ({sentence(condition, playbook, catalog)})"
    labels = [stage_label(s, playbook) for s in condition.stages]
    none = f"none of {listed(labels, 'and')}" if len(labels) > 1 else f"not {labels[0]}"
    return f"{playbook.term('stage')} is {none}"


def stage_label(key: str, playbook: Playbook) -> str:
    """The team's word for a stage, else its label, else its key."""
    label = next((s.label for s in playbook.lifecycle.stages if s.key == key), None)
    return own_word(key, label, playbook)


def trigger_label(key: str, playbook: Playbook) -> str:
    """The team's word for a trigger, else its label, else its key."""
    trigger = playbook.triggers.get(key)
    return own_word(key, trigger.label if trigger else None, playbook, key.replace("_", " "))


def own_word(key: str, label: str | None, playbook: Playbook, usual: str | None = None) -> str:
    """What the team renamed the key, or its label, to; else the label; else the key as it is read aloud."""
    own = playbook.term(key)
    return own if own != key else playbook.term(label) if label else usual or key


@sentence.register
def _(condition: Fired, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"the {_triggers(condition, playbook, 'or')} fired{_window(condition.within, None, playbook)}"


@denial.register
def _(condition: Fired, playbook: Playbook, catalog: FieldCatalog) -> str:
    window = _window(condition.within, None, playbook)
    if len(condition.triggers) > 1:
        return f"none of the {_triggers(condition, playbook, 'and')} fired{window}"
    return f"the {_triggers(condition, playbook)} never fired{window}"


def _triggers(condition: Fired, playbook: Playbook, last: str = "or") -> str:
    labels = [f'"{trigger_label(t, playbook)}"' for t in condition.triggers]
    return f"{playbook.term('trigger' if len(labels) == 1 else 'triggers')} {listed(labels, last)}"


@sentence.register
def _(condition: All, playbook: Playbook, catalog: FieldCatalog) -> str:
    return _joined(condition.of, ", and ", playbook, catalog)


@sentence.register
def _(condition: Any, playbook: Playbook, catalog: FieldCatalog) -> str:
    return _joined(condition.of, ", or ", playbook, catalog)


@sentence.register
def _(condition: AtLeast, playbook: Playbook, catalog: FieldCatalog) -> str:
    return f"at least {condition.n} of these {len(condition.of)}: {_joined(condition.of, '; ', playbook, catalog)}"


@sentence.register
def _(condition: Not, playbook: Playbook, catalog: FieldCatalog) -> str:
    return denial(condition.of, playbook, catalog)


@denial.register
def _(condition: Not, playbook: Playbook, catalog: FieldCatalog) -> str:
    return sentence(condition.of, playbook, catalog)


def _joined(conditions: tuple[Condition, ...], by: str, playbook: Playbook, catalog: FieldCatalog) -> str:
    said = [_bracketed(c, sentence(c, playbook, catalog)) for c in conditions]
    return by.join([*said[:1], *(lowered(s, catalog) for s in said[1:])])


def _bracketed(condition: Condition, said: str) -> str:
    """Groups inside a group stand in brackets, so that a sentence has one meaning."""
    return f"({said})" if isinstance(condition, All | Any | AtLeast) and len(condition.of) > 1 else said
