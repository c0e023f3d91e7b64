"""Words for tiny worlds, so that a law reads as a few facts, a question and an answer.

Everybody is asked about at `NOON`, 2026-03-31T12:00Z, unless a law says otherwise. People live in the
source `crm` and have been known since 1 January 2025; answers name them without the `crm:`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypedDict, Unpack

from handraise.facts.rows import (
    AccountRecord,
    Activity,
    AttributeChange,
    ContactRole,
    Coverage,
    Fact,
    IdentityKey,
    Membership,
    Opportunity,
    OpportunityStage,
    PersonRecord,
)
from handraise.model.conditions import AttributeTest, Condition, DealStatus
from handraise.model.fields import Field
from handraise.model.lifecycle import Lifecycle, PassedBack, Stage
from handraise.model.playbook import Behaviour, BuyerSegment, Playbook, Segment, SegmentOf, WherePart
from handraise.model.products import BuyingGroup, BuyingRole
from handraise.model.scores import (
    BehaviourRule,
    ConditionRule,
    Engagement,
    EngagementRule,
    Fit,
    FitRule,
    FixedThreshold,
    Thresholds,
    hundredths,
)
from handraise.model.time import Duration, Micros, Unit, parse_instant
from handraise.model.triggers import BusinessHours, QualifyingTracks, Trigger
from handraise.model.truth import Truth
from handraise.model.value_tests import Compare, Comparison, OneOf, TextRelation, TextTest, ValueTest

IN, OUT, UNKNOWN = Truth.IN, Truth.OUT, Truth.UNKNOWN

SECOND: Micros = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND


def instant(text: str) -> Micros:
    """`2026-03-31T12:00Z`; a bare date is that day's end."""
    return parse_instant(text)


NOON = instant("2026-03-31T12:00Z")
LONG_AGO = instant("2025-01-01T00:00Z")


def seconds(n: int) -> Duration:
    return Duration(n, Unit.SECONDS)


def hours(n: int) -> Duration:
    return Duration(n, Unit.HOURS)


def days(n: int) -> Duration:
    return Duration(n, Unit.DAYS)


def weeks(n: int) -> Duration:
    return Duration(n, Unit.WEEKS)


def months(n: int) -> Duration:
    return Duration(n, Unit.MONTHS)


def ago(n_days: float = 0, *, plus: Micros = 0) -> Micros:
    """So many days before noon, and so many microseconds later than that."""
    return NOON - round(n_days * DAY) + plus


class When(TypedDict, total=False):
    """When a fact happened and was known; known at once unless told otherwise."""

    at: Micros
    known: Micros


def _instants(when: When, otherwise: Micros) -> tuple[Micros, Micros]:
    at = when.get("at", otherwise)
    return at, when.get("known", at)


def _named(name: str) -> str:
    return name if ":" in name else f"crm:{name}"


class World:
    """Facts and coverage, told one after the other; every method returns the world."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.coverage: list[Coverage] = []
        self._messages = 0
        self._accounts: set[str] = set()

    def person(
        self, *names: str, account: str | None = None, identified: bool = True, **when: Unpack[When]
    ) -> World:
        at, known = _instants(when, LONG_AGO)
        for name in names:
            self.facts.append(PersonRecord(_named(name), at, known, identified))
            if account is not None:
                self.belongs(name, account, at=at, known=known)
        return self

    def account(self, *names: str, own: bool = False, **when: Unpack[When]) -> World:
        at, known = _instants(when, LONG_AGO)
        for name in names:
            self._accounts.add(_named(name))
            self.facts.append(AccountRecord(_named(name), at, known, own))
        return self

    def _account_exists(self, name: str | None) -> str | None:
        """Accounts that nobody introduced have been known long."""
        if name is None:
            return None
        if _named(name) not in self._accounts:
            self.account(name)
        return _named(name)

    def has(self, subject: str, field: str, value: str | None, **when: Unpack[When]) -> World:
        """A field's value from an instant on; `None` erases it. `field` is written `person.seniority`."""
        at, known = _instants(when, LONG_AGO)
        entity, _, name = field.partition(".")
        if entity == "account":
            self._account_exists(subject)
        self.facts.append(AttributeChange(entity, _named(subject), name, value, at, known))
        return self

    def belongs(self, name: str, account: str | None, *, stated: bool = True, **when: Unpack[When]) -> World:
        at, known = _instants(when, LONG_AGO)
        held = self._account_exists(account)
        self.facts.append(Membership(_named(name), held, at, known, stated))
        return self

    def bears(self, name: str, key: str, **when: Unpack[When]) -> World:
        """An identity key: `email:...` or `id:` and another record's name."""
        at, known = _instants(when, LONG_AGO)
        self.facts.append(IdentityKey(_named(name), key, at, known))
        return self

    def did(
        self,
        name: str,
        activity: str,
        *,
        asset: str | None = None,
        program: str | None = None,
        product: str | None = None,
        channel: str | None = None,
        where: Mapping[str, str] | None = None,
        **when: Unpack[When],
    ) -> World:
        """An activity, an hour before noon unless told otherwise."""
        at, known = _instants(when, NOON - HOUR)
        self._messages += 1
        message = f"m{self._messages:04}"
        record = _named(name)
        self.facts.append(
            Activity(
                message, record, at, known, activity, channel, asset, program, product, dict(where or {})
            )
        )
        return self

    def deal(self, name: str, account: str | None = None, **when: Unpack[When]) -> World:
        at, known = _instants(when, LONG_AGO)
        held = self._account_exists(account)
        self.facts.append(Opportunity(_named(name), held, at, known))
        return self

    def stage(self, deal: str, status: DealStatus, stage: str = "stage", **when: Unpack[When]) -> World:
        at, known = _instants(when, LONG_AGO)
        self.facts.append(OpportunityStage(_named(deal), stage, status, at, known))
        return self

    def role(self, deal: str, name: str, **when: Unpack[When]) -> World:
        at, known = _instants(when, LONG_AGO)
        self.facts.append(ContactRole(_named(deal), _named(name), None, False, at, known))
        return self

    def covers(self, *activities: str, start: Micros = 0, end: Micros | None = None) -> World:
        """A source knows every activity of these types from `start` to `end` (noon), ends included."""
        self.coverage.append(Coverage(activities, start, NOON if end is None else end))
        return self


# --- conditions ---------------------------------------------------------------------------------------


def of_field(field: str, test: ValueTest) -> AttributeTest:
    return AttributeTest(Field.parse(field), test)


def is_one_of(field: str, *values: str) -> AttributeTest:
    return of_field(field, OneOf(values))


def is_none_of(field: str, *values: str) -> AttributeTest:
    return of_field(field, OneOf(values, negated=True))


def at_least(field: str, bound: str | int) -> AttributeTest:
    return of_field(field, Compare(Comparison.AT_LEAST, _bound(bound)))


def more_than(field: str, bound: str | int) -> AttributeTest:
    return of_field(field, Compare(Comparison.MORE_THAN, _bound(bound)))


def at_most(field: str, bound: str | int) -> AttributeTest:
    return of_field(field, Compare(Comparison.AT_MOST, _bound(bound)))


def less_than(field: str, bound: str | int) -> AttributeTest:
    return of_field(field, Compare(Comparison.LESS_THAN, _bound(bound)))


def _bound(bound: str | int) -> Decimal | str:
    return bound if isinstance(bound, str) and "-" in bound else Decimal(bound)


# --- playbooks ----------------------------------------------------------------------------------------


def _behaviour(key: str, *activities: str, **where: ValueTest) -> Behaviour:
    return Behaviour(key, activities, tuple(WherePart(name, test) for name, test in where.items()))


BEHAVIOURS: dict[str, Behaviour] = {
    b.key: b
    for b in (
        _behaviour("form", "form.submitted"),
        _behaviour("demo", "form.submitted", form=OneOf(("demo", "contact-sales"))),
        _behaviour("other_form", "form.submitted", form=OneOf(("demo", "contact-sales"), negated=True)),
        _behaviour("page", "page.viewed"),
        _behaviour("pricing", "page.viewed", path=TextTest(TextRelation.STARTS_WITH, ("/pricing",))),
        _behaviour("download", "content.downloaded"),
        Behaviour("high_value", ("content.downloaded",), (WherePart("asset.tier", OneOf(("high",))),)),
        _behaviour("share", "content.shared"),
        _behaviour("call", "call.answered"),
        _behaviour("booked", "meeting.booked"),
        _behaviour("accepted", "lead.accepted"),
        _behaviour("passed_back", "lead.passed_back"),
        _behaviour("web", "form.submitted", "page.viewed"),
    )
}


def fixed(best: int, second: int, third: int) -> Thresholds:
    """Thresholds in points."""
    return Thresholds(*(FixedThreshold(hundredths(points)) for points in (best, second, third)))


def fit(*rules: FitRule, grades: Thresholds | None = None, **caps: int) -> Fit:
    group_caps = {group: hundredths(points) for group, points in caps.items()}
    return Fit(rules, group_caps, Fit().grades if grades is None else grades)


def worth(points: int | str, when: Condition, group: str | None = None, name: str = "") -> FitRule:
    """A fit rule."""
    return FitRule(name or f"{points} points", when, hundredths(points), group)


def engagement(*rules: EngagementRule, levels: Thresholds | None = None) -> Engagement:
    return Engagement(rules, Engagement().levels if levels is None else levels)


def each(
    points: int | str,
    behaviour: str,
    *,
    at_most: int | None = None,
    within: Duration | None = None,
    half_life: Duration | None = None,
) -> BehaviourRule:
    return BehaviourRule(f"{points} points each", behaviour, hundredths(points), at_most, within, half_life)


def when(points: int | str, condition: Condition) -> ConditionRule:
    """An engagement rule on a condition."""
    return ConditionRule(f"{points} points", condition, hundredths(points))


def playbook(
    *,
    fit: Fit | None = None,
    engagement: Engagement | None = None,
    zone: str = "UTC",
    qualified: tuple[str, ...] = (),
    segments: Mapping[str, Condition] | None = None,
    account_segments: Mapping[str, Condition] | None = None,
    buyer_segments: tuple[BuyerSegment, ...] = (),
    triggers: tuple[Trigger, ...] = (),
    tracks: QualifyingTracks | None = None,
    stages: tuple[Stage, ...] = (),
    passed_back: PassedBack | None = None,
    hours: BusinessHours | None = None,
    roles: Mapping[str, Condition] | None = None,
) -> Playbook:
    """A playbook over `BEHAVIOURS`, empty but for what is given."""
    of_people = {k: Segment(k, SegmentOf.PEOPLE, c) for k, c in (segments or {}).items()}
    of_accounts = {k: Segment(k, SegmentOf.ACCOUNTS, c) for k, c in (account_segments or {}).items()}
    return Playbook(
        name="Spec",
        time_zone=zone,
        behaviours=BEHAVIOURS,
        fit=fit or Fit(),
        engagement=engagement or Engagement(),
        marketing_qualified_ranks=qualified,
        segments={**of_people, **of_accounts},
        buyer_segments=buyer_segments,
        triggers={trigger.key: trigger for trigger in triggers},
        qualifying_tracks=tracks or QualifyingTracks(),
        lifecycle=Lifecycle(stages, passed_back),
        business_hours=hours or BusinessHours(),
        buying_group=BuyingGroup(tuple(BuyingRole(k, c) for k, c in (roles or {}).items())),
    )


def asking(base: Playbook, questions: Mapping[str, Condition]) -> Playbook:
    """The playbook with a segment of people for each question."""
    asked = {key: Segment(key, SegmentOf.PEOPLE, condition) for key, condition in questions.items()}
    return replace(base, segments={**base.segments, **asked})


def buyers(**segments: Condition) -> tuple[BuyerSegment, ...]:
    """Ordered buyer segments; the last one should be `Always()`."""
    return tuple(BuyerSegment(key, key, condition) for key, condition in segments.items())
