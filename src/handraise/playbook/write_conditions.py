"""Conditions and tests as the plain data that is written for them, always in the same spelling."""

from __future__ import annotations

from collections.abc import Sequence as Sequence_
from decimal import Decimal
from functools import singledispatch

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
    ScoreIs,
    Sequence,
    Silent,
    StageIs,
    Step,
    Stopped,
    Times,
    TookOffer,
)
from handraise.model.fields import Field, FieldCatalog
from handraise.model.playbook import WherePart
from handraise.model.time import Duration, Micros, iso
from handraise.model.value_tests import (
    Between,
    Compare,
    InTheLast,
    InTheNext,
    IsKnown,
    ListHas,
    LongerAgo,
    OneOf,
    TextTest,
    ValueTest,
)
from handraise.model.values import FieldType, number_text
from handraise.playbook.emit import Data
from handraise.playbook.literals import day_started

Mapped = dict[str, Data]
# For looks only: `true` stands without quotes where the standard fields say it is one. Both read alike.
_STANDARD = FieldCatalog()


def one_or_list(values: Sequence_[Data]) -> Data:
    return values[0] if len(values) == 1 else list(values)


@singledispatch
def test_data(test: ValueTest) -> Data:
    """What stands behind a field. Raises for a kind that is not written: the completeness test names it."""
    raise NotImplementedError(type(test).__name__)


@test_data.register
def _(test: OneOf) -> Data:
    if not test.negated:
        return one_or_list(test.values)
    return {"is not": test.values[0]} if len(test.values) == 1 else {"not in": list(test.values)}


def _bound(bound: Decimal | str) -> Data:
    return Decimal(number_text(bound)) if isinstance(bound, Decimal) else bound


@test_data.register
def _(test: Compare) -> Data:
    return {test.comparison.value: _bound(test.bound)}


@test_data.register
def _(test: Between) -> Data:
    return {"between": [_bound(test.low), _bound(test.high)]}


@test_data.register
def _(test: TextTest) -> Data:
    return {test.relation.value: one_or_list(test.texts)}


@test_data.register
def _(test: ListHas) -> Data:
    return {"all of" if test.all else "any of": list(test.values)}


@test_data.register
def _(test: IsKnown) -> Data:
    return {"known": test.known}


@test_data.register
def _(test: InTheLast) -> Data:
    return {"in the last": str(test.span)}


@test_data.register
def _(test: InTheNext) -> Data:
    return {"in the next": str(test.span)}


@test_data.register
def _(test: LongerAgo) -> Data:
    return {"longer ago than": str(test.span)}


def field_data(field: Field, test: ValueTest) -> Data:
    data = test_data(test)
    return _bare_booleans(data) if _STANDARD.type_of(field) is FieldType.BOOLEAN else data


def _bare_booleans(data: Data) -> Data:
    if isinstance(data, dict):
        return {k: _bare_booleans(v) for k, v in data.items()}
    if isinstance(data, list):
        return [_bare_booleans(v) for v in data]
    return {"true": True, "false": False}.get(data, data) if isinstance(data, str) else data


def where_data(parts: Sequence_[WherePart]) -> Mapped:
    """Tests of one side are written together where their words differ."""
    data: Mapped = {}
    for part in parts:
        value = field_data(Field.parse(part.name), part.test) if "." in part.name else test_data(part.test)
        data[part.name] = _together(data[part.name], value) if part.name in data else value
    return data


def _together(one: Data, other: Data) -> Data:
    return {
        **(one if isinstance(one, dict) else {"is": one}),
        **(other if isinstance(other, dict) else {"is": other}),
    }


@singledispatch
def condition_data(condition: Condition, zone: str) -> Mapped:
    """A condition as it is written. Raises for a kind that is not: the completeness test names it."""
    raise NotImplementedError(type(condition).__name__)


@condition_data.register
def _(condition: Always, zone: str) -> Mapped:
    return {"always": True}


@condition_data.register
def _(condition: AttributeTest, zone: str) -> Mapped:
    return {str(condition.field): field_data(condition.field, condition.test)}


def _times(times: Times) -> Data | None:
    if times == Times():
        return None
    if times.high is None:
        return {"at_least": times.low}
    if times.low == times.high:
        return {"exactly": times.low}
    return {"at_most": times.high} if times.low == 0 else {"at_least": times.low, "at_most": times.high}


def _window(within: Duration | None, since: Micros | None, zone: str) -> Mapped:
    data: Mapped = {"within": str(within)} if within else {}
    if since is not None:
        day = day_started(since, zone)
        data["since"] = day.isoformat() if day else iso(since)
    return data


def _filled(**values: Data | None) -> Mapped:
    return {k: v for k, v in values.items() if v is not None}


@condition_data.register
def _(condition: Did, zone: str) -> Mapped:
    distinct = condition.distinct.value if condition.distinct else None
    more = {
        **_filled(times=_times(condition.times)),
        **_window(condition.within, condition.since, zone),
        **_filled(distinct=distinct),
    }
    return {"did": {"behaviour": condition.behaviour, **more} if more else condition.behaviour}


@condition_data.register
def _(condition: Silent, zone: str) -> Mapped:
    behaviours = list(condition.behaviours) or None
    return {"silent": {"for": str(condition.span), **_filled(behaviours=behaviours)}}


@condition_data.register
def _(condition: AccountDid, zone: str) -> Mapped:
    times = condition.times if condition.times > 1 else None
    more = {
        **_filled(times=times),
        **_window(condition.within, condition.since, zone),
        **_filled(people=_times(condition.people)),
    }
    return {"account": {"did": {"behaviour": condition.behaviour, **more}}}


@condition_data.register
def _(condition: AccountPeople, zone: str) -> Mapped:
    return {
        "account": {**_filled(people=_times(condition.people)), "who": condition_data(condition.who, zone)}
    }


@condition_data.register
def _(condition: HasRole, zone: str) -> Mapped:
    return {"buying_group": {"missing" if condition.missing else "has": condition.role}}


@condition_data.register
def _(condition: HasOpportunity, zone: str) -> Mapped:
    statuses = one_or_list([s.value for s in condition.statuses])
    whose = condition.whose.value if condition.whose is not DealOf.ACCOUNT else None
    return {"opportunity": {"status": statuses, **_filled(of=whose), **_window(condition.within, None, zone)}}


@condition_data.register
def _(condition: GradeIs, zone: str) -> Mapped:
    return {"grade": one_or_list(condition.grades)}


@condition_data.register
def _(condition: GradeIsOpen, zone: str) -> Mapped:
    return {"grade": "open"}


@condition_data.register
def _(condition: LevelIs, zone: str) -> Mapped:
    return {"level": one_or_list(condition.levels)}


@condition_data.register
def _(condition: RankIs, zone: str) -> Mapped:
    return {"rank": one_or_list(condition.ranks)}


@condition_data.register
def _(condition: ScoreIs, zone: str) -> Mapped:
    return {"score": {condition.score.value: {condition.comparison.value: _bound(condition.bound)}}}


@condition_data.register
def _(condition: InSegment, zone: str) -> Mapped:
    return {"segment": condition.segment}


@condition_data.register
def _(condition: IsMarketingQualified, zone: str) -> Mapped:
    return {"marketing_qualified": True}


@condition_data.register
def _(condition: HeldFor, zone: str) -> Mapped:
    held: Mapped = {"held for" if condition.longer else "held less than": str(condition.span)}
    if condition.test is None:
        return {str(condition.field): held}
    return {str(condition.field): _together(field_data(condition.field, condition.test), held)}


@condition_data.register
def _(condition: FirstTime, zone: str) -> Mapped:
    window = _window(condition.within, None, zone)
    return {"first time": {"behaviour": condition.behaviour, **window} if window else condition.behaviour}


@condition_data.register
def _(condition: Stopped, zone: str) -> Mapped:
    return {"stopped": {"behaviour": condition.behaviour, "for": str(condition.span)}}


@condition_data.register
def _(condition: Resumed, zone: str) -> Mapped:
    return {
        "resumed": {
            "behaviour": condition.behaviour,
            "after": str(condition.pause),
            "within": str(condition.within),
        }
    }


@condition_data.register
def _(condition: Regularly, zone: str) -> Mapped:
    return {"regularly": {"behaviour": condition.behaviour, "weeks": condition.n, "of": condition.of}}


@condition_data.register
def _(condition: Sequence, zone: str) -> Mapped:
    return {"sequence": [_step(s) for s in condition.steps], **_window(condition.within, None, zone)}


def _step(step: Step) -> Data:
    gaps = _filled(within=str(step.high) if step.high else None, after=str(step.low) if step.low else None)
    return {"then": step.behaviour, **gaps} if gaps else step.behaviour


@condition_data.register
def _(condition: InterestedIn, zone: str) -> Mapped:
    return {"interest": condition.product}


@condition_data.register
def _(condition: ReachedStatus, zone: str) -> Mapped:
    reached: Mapped = {"success": True} if condition.status is None else {"status": condition.status}
    window = _window(condition.within, None, zone)
    return {"program": {"type": condition.type, **reached, **_filled(name=condition.program), **window}}


@condition_data.register
def _(condition: TookOffer, zone: str) -> Mapped:
    window = _window(condition.within, None, zone)
    return {"offer": {"offer": condition.offer, "piece": condition.piece.value, **window}}


@condition_data.register
def _(condition: StageIs, zone: str) -> Mapped:
    stages = one_or_list(condition.stages)
    if condition.span is None:
        return {"stage": stages}
    return {"stage": {"is": stages, "for" if condition.longer else "for less than": str(condition.span)}}


@condition_data.register
def _(condition: Fired, zone: str) -> Mapped:
    triggers = one_or_list(condition.triggers)
    window = _window(condition.within, None, zone)
    return {"fired": {"trigger": triggers, **window} if window else triggers}


@condition_data.register
def _(condition: All, zone: str) -> Mapped:
    return {"all": [condition_data(c, zone) for c in condition.of]}


@condition_data.register
def _(condition: Any, zone: str) -> Mapped:
    return {"any": [condition_data(c, zone) for c in condition.of]}


@condition_data.register
def _(condition: Not, zone: str) -> Mapped:
    return {"not": condition_data(condition.of, zone)}


@condition_data.register
def _(condition: AtLeast, zone: str) -> Mapped:
    return {"at_least": condition.n, "of": [condition_data(c, zone) for c in condition.of]}
