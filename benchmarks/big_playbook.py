"""A playbook of a size that teams reach: 30 fit and 30 engagement rules (10 of them decayed), 3 segments, 17 buyer
segments with counts, deals and roll-ups; its 30 counts, for those who write them by hand; and the same with ten triggers
and four stages."""

from __future__ import annotations

from dataclasses import replace

from handraise.model.conditions import (
    AccountDid,
    AccountPeople,
    All,
    Always,
    Any,
    AttributeTest,
    Condition,
    DealOf,
    DealStatus,
    Did,
    GradeIs,
    HasOpportunity,
    InSegment,
    IsMarketingQualified,
    Not,
    Sequence,
    Silent,
    Step,
    Times,
)
from handraise.model.fields import Field
from handraise.model.lifecycle import Lifecycle, Stage
from handraise.model.playbook import Behaviour, BuyerSegment, Playbook, Segment, SegmentOf, WherePart
from handraise.model.scores import BehaviourRule, ConditionRule, Engagement, Fit, FitRule
from handraise.model.time import Duration, Unit
from handraise.model.triggers import Trigger
from handraise.model.value_tests import Between, OneOf, ValueTest

TYPES = (
    "page.viewed", "form.submitted", "email.opened", "email.clicked", "email.sent", "content.downloaded",
    "webinar.attended", "meeting.held",
)  # fmt: skip
N_RULES, N_DECAYED = 30, 10


def behaviour_of(rule: int) -> tuple[str, tuple[str, ...]]:
    """(activity type, paths) that the rule counts: two or three of the 48 kinds."""
    kind = TYPES[rule % len(TYPES)]
    first = TYPES.index(kind) * 6
    return kind, tuple(f"/p{first + (rule // len(TYPES) + k) % 6}" for k in range(2 + rule % 2))


def window_days(rule: int) -> int:
    return 14 + rule * 12


def half_life_days(rule: int) -> int | None:
    return 7 + rule if rule < N_DECAYED else None


def _days(n: int) -> Duration:
    return Duration(n, Unit.DAYS)


def _behaviours() -> dict[str, Behaviour]:
    found = {}
    for rule in range(N_RULES):
        kind, paths = behaviour_of(rule)
        found[f"b{rule}"] = Behaviour(f"b{rule}", (kind,), (WherePart("path", OneOf(paths)),))
    return found


def _fit_rules() -> tuple[FitRule, ...]:
    tests: list[tuple[str, ValueTest]] = []
    for i in range(5):
        tests += [
            (
                "person.seniority",
                OneOf((("c_level", "vp", "director", "manager", "individual_contributor")[i],)),
            ),
            ("person.function", OneOf((f"function {i}", f"function {i + 1}"))),
            ("person.country", OneOf(tuple(f"country {c}" for c in range(i, 60, 7)))),
            ("account.industry", OneOf(tuple(f"industry {c}" for c in range(i, 25, 5)))),
            ("account.employees", Between(str(500 * i), str(500 * i + 1500))),
            ("person.lead_source", OneOf((f"lead_source {i}",))),
        ]
    return tuple(
        FitRule(
            f"fit {n}",
            AttributeTest(Field.parse(name), test),
            100 * (5 + n % 7) * (-1 if n % 6 == 5 else 1),
            group,
        )
        for n, (name, test) in enumerate(tests)
        for group in (None if n % 3 else name.partition(".")[2],)
    )


def _engagement_rules() -> tuple[BehaviourRule | ConditionRule, ...]:
    counted = tuple(
        BehaviourRule(
            f"count {r}",
            f"b{r}",
            300 + 10 * r,
            at_most=3 + r % 4,
            within=_days(window_days(r)),
            half_life=None if half_life_days(r) is None else _days(half_life_days(r) or 1),
        )
        for r in range(N_RULES)
    )
    return (*counted, ConditionRule("Gone quiet", Silent(_days(60)), -1000))


def _segments() -> dict[str, Segment]:
    industry = AttributeTest(Field.parse("account.industry"), OneOf(tuple(f"industry {i}" for i in range(8))))
    size = AttributeTest(Field.parse("account.employees"), Between("200", "9000"))
    competitor = AttributeTest(Field.parse("account.is_competitor"), OneOf(("true",)))
    return {
        "icp": Segment("icp", SegmentOf.ACCOUNTS, All((industry, size, Not(competitor)))),
        "market": Segment(
            "market",
            SegmentOf.ACCOUNTS,
            Any((AccountDid("b1", Times(3), 1, _days(90)), AccountDid("b5", Times(2), 2, _days(60)))),
        ),
        "leaders": Segment(
            "leaders",
            SegmentOf.PEOPLE,
            AttributeTest(Field.parse("person.seniority"), OneOf(("c_level", "vp"))),
        ),
    }


def _buyer_segments() -> tuple[BuyerSegment, ...]:
    competitor = AttributeTest(Field.parse("account.is_competitor"), OneOf(("true",)))
    opted_out = AttributeTest(Field.parse("person.email_opted_out"), OneOf(("true",)))
    leaders = AccountPeople(AttributeTest(Field.parse("person.seniority"), OneOf(("c_level",))))
    conditions: list[Condition] = [
        Any((competitor, opted_out)),
        HasOpportunity((DealStatus.OPEN,), DealOf.PERSON),
        All((HasOpportunity((DealStatus.OPEN,)), Not(GradeIs(("D",))))),
        All((IsMarketingQualified(), Not(GradeIs(("D",))))),
        All((InSegment("market"), Silent(_days(30)), Not(GradeIs(("D",))))),
        All((InSegment("icp"), leaders, Did("b3", Times(2), _days(30)))),
        *(
            All((Did(f"b{i}", Times(1 + i % 2), _days(30 + i)), GradeIs(("A", "B", "C"))))
            for i in range(6, 16)
        ),
    ]
    named = [BuyerSegment(f"s{i}", f"Segment {i}", condition) for i, condition in enumerate(conditions)]
    return (*named, BuyerSegment("rest", "Everybody else", Always()))


PLAYBOOK = Playbook(
    name="Benchmark",
    time_zone="UTC",
    behaviours=_behaviours(),
    fit=Fit(_fit_rules(), {"seniority": 1500, "industry": 1500}),
    engagement=Engagement(_engagement_rules()),
    marketing_qualified_ranks=("A1", "A2", "B1"),
    segments=_segments(),
    buyer_segments=_buyer_segments(),
)


def _triggers() -> tuple[Trigger, ...]:
    """Nine counts, every second one for an audience by grade, and a sequence."""
    counted = [
        Trigger(
            f"t{i}",
            Did(f"b{i}", Times(2), _days(5 + i)),
            audience=Not(GradeIs(("D",))) if i % 2 else None,
            rest=_days(30),
        )
        for i in range(9)
    ]
    return (*counted, Trigger("then", Sequence((Step("b3"), Step("b7")), _days(7)), rest=_days(30)))


def _stages() -> tuple[Stage, ...]:
    return (
        Stage("inquiry", when=Did("b0", Times(1))),
        Stage("qualified", when=IsMarketingQualified()),
        Stage("accepted", when=Did("b5", Times(1), _days(3))),
        Stage("opportunity", when=HasOpportunity((DealStatus.OPEN,))),
    )


WITH_TRIGGERS = replace(PLAYBOOK, triggers={t.key: t for t in _triggers()}, lifecycle=Lifecycle(_stages()))
