"""Playbooks and conditions of every kind over the fixed vocabulary, built as model values.

`CONDITIONS` and `VALUE_TESTS` are the registers: a kind that is missing there is never asked of anybody,
and `tests/architecture/test_completeness.py` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any as Anything

from hypothesis import strategies as st
from tests.generative.vocabulary import (
    ASSET_ATTRIBUTES,
    ASSETS,
    ATTRIBUTES,
    CALENDAR,
    CHANNELS,
    EXACT,
    FORMS,
    HALF_LIVES,
    MOMENTS,
    PATHS,
    PRODUCTS,
    PROGRAMS,
    SIZES,
    TYPES,
    UNREADABLE,
    ZONES,
    Words,
)

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
    Distinct,
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
    Score,
    ScoreIs,
    Sequence,
    Silent,
    StageIs,
    Step,
    Stopped,
    Times,
    TookOffer,
)
from handraise.model.fields import Field
from handraise.model.lifecycle import Lifecycle, PassedBack, Stage
from handraise.model.playbook import Behaviour, BuyerSegment, Playbook, Segment, SegmentOf, WherePart
from handraise.model.products import (
    BuyingGroup,
    BuyingRole,
    Interest,
    Offer,
    Product,
    ProgramStatus,
    ProgramType,
)
from handraise.model.scores import (
    GRADES,
    LEVELS,
    RANKS,
    BehaviourRule,
    ConditionRule,
    Engagement,
    EngagementRule,
    Fit,
    FitRule,
    FixedThreshold,
    Thresholds,
    TopPeople,
    TopShare,
)
from handraise.model.time import Duration, Unit
from handraise.model.triggers import BusinessHours, QualifyingTracks, Sla, Trigger
from handraise.model.value_tests import (
    Between,
    Compare,
    Comparison,
    InTheLast,
    InTheNext,
    IsKnown,
    ListHas,
    LongerAgo,
    OneOf,
    TextRelation,
    TextTest,
    ValueTest,
)
from handraise.model.values import FieldType

Draw = Callable[[st.SearchStrategy[Anything]], Anything]
Strategy = st.SearchStrategy[Anything]

BEHAVIOUR_KEYS = ("b0", "b1", "b2", "b3")


# --- tests of values ----------------------------------------------------------------------------------


def _some(texts: tuple[str, ...], least: int = 1) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(texts), min_size=least, max_size=3, unique=True).map(tuple)


def _written(words: Words) -> tuple[str, ...]:
    """Values that a playbook may write for the field: only those that can be read as its type."""
    return tuple(text for text in words.mentioned if text not in UNREADABLE)


def _bounds(words: Words) -> Strategy:
    return st.sampled_from(_written(words)).map(Decimal if words.type.is_numeric else str)


def _span(words: Words) -> Strategy:
    del words
    return st.sampled_from((*EXACT, *CALENDAR))


def _between(words: Words) -> Strategy:
    return st.builds(Between, _bounds(words), _bounds(words)).map(
        lambda t: t if t.low <= t.high else Between(t.high, t.low)  # type: ignore[operator]
    )


_PARTS = ("v", "manag", "VP ", "e", "/pricing", "")
_PATTERNS = ("^v", r"\bclerk$", "ma.*er", "pricing/?$", "[0-9]")

VALUE_TESTS: Mapping[type, Callable[[Words], Strategy]] = {
    OneOf: lambda words: st.builds(OneOf, _some(_written(words), 0), st.booleans()),
    Compare: lambda words: st.builds(Compare, st.sampled_from(Comparison), _bounds(words)),
    Between: _between,
    TextTest: lambda words: st.sampled_from(TextRelation).flatmap(
        lambda relation: st.builds(
            TextTest,
            st.just(relation),
            _some(_PATTERNS if relation is TextRelation.MATCHES else _PARTS),
        )
    ),
    ListHas: lambda words: st.builds(ListHas, _some(("sap", "Oracle ", "ibm"), 0), st.booleans()),
    IsKnown: lambda words: st.builds(IsKnown, st.booleans()),
    InTheLast: lambda words: st.builds(InTheLast, _span(words)),
    InTheNext: lambda words: st.builds(InTheNext, _span(words)),
    LongerAgo: lambda words: st.builds(LongerAgo, _span(words)),
}
_NUMERIC: tuple[type, ...] = (OneOf, Compare, Between, IsKnown)
_TEMPORAL: tuple[type, ...] = (OneOf, Compare, Between, IsKnown, InTheLast, InTheNext, LongerAgo)
KINDS_FOR: Mapping[FieldType, tuple[type, ...]] = {
    FieldType.TEXT: (OneOf, TextTest, IsKnown),
    FieldType.BOOLEAN: (OneOf, IsKnown),
    FieldType.NUMBER: _NUMERIC,
    FieldType.WHOLE_NUMBER: _NUMERIC,
    FieldType.DATE: _TEMPORAL,
    FieldType.INSTANT: _TEMPORAL,
    FieldType.TEXT_LIST: (ListHas, IsKnown),
}


@cache
def tests_for(words: Words) -> st.SearchStrategy[ValueTest]:
    """Tests that a playbook may make of the field."""
    return st.one_of([VALUE_TESTS[kind](words) for kind in KINDS_FOR[words.type]])


# --- behaviours ---------------------------------------------------------------------------------------


def _free(name: str, kind: FieldType, values: tuple[str, ...]) -> st.SearchStrategy[WherePart]:
    """A test of a column or a property; values are what such a thing is tested for."""
    words = replace(ATTRIBUTES[0], type=kind, values=values, mentioned=values)
    return st.builds(WherePart, st.just(name), tests_for(words))


WHERE_PARTS: st.SearchStrategy[WherePart] = st.one_of(
    _free("form", FieldType.TEXT, FORMS),
    _free("path", FieldType.TEXT, PATHS),
    _free("size", FieldType.NUMBER, (*SIZES, "5.0")),
    _free("size", FieldType.TEXT, SIZES),
    _free("channel", FieldType.TEXT, CHANNELS),
    _free("asset", FieldType.TEXT, ASSETS),
    _free("program", FieldType.TEXT, PROGRAMS),
    _free("product", FieldType.TEXT, PRODUCTS),
    *(st.builds(WherePart, st.just(str(words.field)), tests_for(words)) for words in ASSET_ATTRIBUTES),
)


@st.composite
def behaviours(draw: Draw) -> dict[str, Behaviour]:
    """One plain behaviour of all types, the others with one or two tests."""
    made = {"b0": Behaviour("b0", TYPES[:3])}
    made |= {key: Behaviour(key, (f"lead.{key}",)) for key in ("accepted", "passed_back")}
    for key in BEHAVIOUR_KEYS[1:]:
        types = tuple(draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=2, unique=True)))
        where = tuple(draw(st.lists(WHERE_PARTS, max_size=2)))
        made[key] = Behaviour(key, types, where)
    return made


# --- products, programs, offers -----------------------------------------------------------------------

PROGRAM_NAMES = PROGRAMS
PRODUCTS_SOLD = {
    "pump": Product("pump", "Pump", ("SAP", "Pumps")),
    "valve": Product("valve", "Valve"),
}
_STATUSES = (
    ProgramStatus("invited"),
    ProgramStatus("registered", "Signed up", on=("b3",)),
    ProgramStatus("attended", success=True, on=("b1", "b2")),
)
PROGRAM_TYPES = {key: ProgramType(key, _STATUSES) for key in ("webinar", "fair")}
OFFERS = {"pair": Offer("pair", ("CRM:paper",), ("crm:case ",))}
LIFECYCLE = Lifecycle((Stage("s0", on=("b0",)),))


@st.composite
def interests(draw: Draw) -> Interest:
    """Acts, words, or both."""
    named = tuple(draw(st.lists(st.sampled_from(BEHAVIOUR_KEYS), max_size=2, unique=True)))
    within = draw(st.none() | st.sampled_from(EXACT))
    stated = draw(
        st.none() | st.sampled_from([Field.parse("person.interests"), Field.parse("person.country")])
    )
    return Interest(named, draw(st.integers(1, 3)), within, stated)


# --- conditions ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scope:
    """What a condition may read: of people or of accounts, which scores, which segments, stages and firings, and
    whether somebody is marketing-qualified; `timeless` leaves out what is measured in calendar units or against
    dates."""

    of: SegmentOf = SegmentOf.PEOPLE
    fit: bool = False
    engagement: bool = False
    people_segments: tuple[str, ...] = ()
    account_segments: tuple[str, ...] = ()
    stages: tuple[str, ...] = ("s0",)
    triggers: tuple[str, ...] = ("t0",)
    qualified: bool = True
    timeless: bool = False
    roles: tuple[str, ...] = ()

    @property
    def is_person(self) -> bool:
        return self.of is SegmentOf.PEOPLE

    @property
    def segments(self) -> tuple[str, ...]:
        return self.account_segments + (self.people_segments if self.is_person else ())

    @property
    def spans(self) -> st.SearchStrategy[Duration]:
        return st.sampled_from(EXACT if self.timeless else (*EXACT, *CALENDAR))

    @property
    def words(self) -> list[Words]:
        entities = ("person", "account") if self.is_person else ("account",)
        return [
            w for w in ATTRIBUTES if w.field.entity in entities and not (self.timeless and w.type.is_temporal)
        ]


TIMES = st.sampled_from(
    (Times(), Times(2), Times(3), Times(0, 0), Times(1, 1), Times(2, 2), Times(0, 1), Times(1, 2), Times(0))
)
_BEHAVIOUR = st.sampled_from(BEHAVIOUR_KEYS)


@st.composite
def _windows(draw: Draw, scope: Scope) -> dict[str, Anything]:
    """Trailing, since an instant, or ever."""
    kind = draw(st.sampled_from(("within", "within", "since", "ever")))
    if kind == "within":
        return {"within": draw(scope.spans)}
    return {"since": draw(MOMENTS)} if kind == "since" else {}


@st.composite
def _did(draw: Draw, scope: Scope, depth: int) -> Did:
    distinct = draw(st.sampled_from((None, None, *Distinct)))
    return Did(draw(_BEHAVIOUR), draw(TIMES), distinct=distinct, **draw(_windows(scope)))


@st.composite
def _account_did(draw: Draw, scope: Scope, depth: int) -> AccountDid:
    times = draw(st.sampled_from((1, 1, 2)))
    return AccountDid(draw(_BEHAVIOUR), draw(TIMES), times, **draw(_windows(scope)))


def _attribute(scope: Scope, depth: int) -> Strategy:
    return st.sampled_from(scope.words).flatmap(
        lambda words: st.builds(AttributeTest, st.just(words.field), tests_for(words))
    )


def _silent(scope: Scope, depth: int) -> Strategy:
    named = st.lists(_BEHAVIOUR, max_size=2, unique=True).map(tuple)
    return st.builds(Silent, scope.spans, named)


def _account_people(scope: Scope, depth: int) -> Strategy:
    return st.builds(AccountPeople, conditions(replace(scope, of=SegmentOf.PEOPLE), depth - 1), TIMES)


def _has_opportunity(scope: Scope, depth: int) -> Strategy:
    whose = st.sampled_from(DealOf) if scope.is_person else st.just(DealOf.ACCOUNT)
    statuses = st.lists(st.sampled_from(DealStatus), min_size=1, max_size=2, unique=True).map(tuple)
    return st.builds(HasOpportunity, statuses, whose, st.none() | scope.spans)


_BOUNDS = st.sampled_from([Decimal(text) for text in ("-10", "0", "5", "7.5", "10", "15.25", "30")])


def _score_is(scope: Scope, depth: int) -> Strategy:
    readable = [s for s, may in ((Score.FIT, scope.fit), (Score.ENGAGEMENT, scope.engagement)) if may]
    return st.builds(ScoreIs, st.sampled_from(readable), st.sampled_from(Comparison), _BOUNDS)


def _several(letters: tuple[Anything, ...], most: int) -> Strategy:
    return st.lists(st.sampled_from(letters), min_size=1, max_size=most, unique=True).map(tuple)


def _inside(scope: Scope, depth: int) -> Strategy:
    return conditions(scope, depth - 1)


def _at_least(scope: Scope, depth: int) -> Strategy:
    parts = st.lists(_inside(scope, depth), min_size=2, max_size=4).map(tuple)
    return parts.flatmap(lambda of: st.builds(AtLeast, st.integers(1, len(of)), st.just(of)))


@dataclass(frozen=True, slots=True)
class Maker:
    """How a kind is made, and in which scopes it may stand."""

    make: Callable[[Scope, int], Strategy]
    allowed: Callable[[Scope], bool] = lambda scope: True
    nests: bool = False


def _people_only(scope: Scope) -> bool:
    return scope.is_person


def _held_for(scope: Scope, depth: int) -> Strategy:
    return st.sampled_from(scope.words).flatmap(
        lambda words: st.builds(
            HeldFor, st.just(words.field), scope.spans, st.none() | tests_for(words), st.booleans()
        )
    )


@st.composite
def _sequence(draw: Draw, scope: Scope, depth: int) -> Sequence:
    """Two or three steps, some with gaps."""
    steps = [Step(draw(_BEHAVIOUR))]
    for _ in range(draw(st.integers(1, 2))):
        gaps = sorted(draw(st.lists(st.sampled_from(EXACT), max_size=2)), key=lambda d: d.micros or 0)
        low, high = (gaps[0], gaps[-1]) if len(gaps) == 2 else (None, gaps[0] if gaps else None)
        steps.append(Step(draw(_BEHAVIOUR), low, high))
    return Sequence(tuple(steps), draw(st.none() | scope.spans))


def _regularly(scope: Scope, depth: int) -> Strategy:
    return st.integers(1, 5).flatmap(
        lambda of: st.builds(Regularly, _BEHAVIOUR, st.integers(1, of), st.just(of))
    )


def _reached(scope: Scope, depth: int) -> Strategy:
    status = st.sampled_from((None, "invited", "registered", "attended"))
    program = st.none() | st.sampled_from(PROGRAM_NAMES)
    return st.builds(
        ReachedStatus, st.sampled_from(tuple(PROGRAM_TYPES)), status, program, st.none() | scope.spans
    )


def _stage_is(scope: Scope, depth: int) -> Strategy:
    return st.builds(StageIs, _several(scope.stages, 2), st.none() | scope.spans, st.booleans())


def _fired(scope: Scope, depth: int) -> Strategy:
    return st.builds(Fired, _several(scope.triggers, 2), st.none() | scope.spans)


CONDITIONS: Mapping[type, Maker] = {
    HeldFor: Maker(_held_for),
    FirstTime: Maker(
        lambda scope, depth: st.builds(FirstTime, _BEHAVIOUR, st.none() | scope.spans), _people_only
    ),
    Stopped: Maker(lambda scope, depth: st.builds(Stopped, _BEHAVIOUR, scope.spans), _people_only),
    Resumed: Maker(
        lambda scope, depth: st.builds(Resumed, _BEHAVIOUR, scope.spans, scope.spans), _people_only
    ),
    Regularly: Maker(_regularly, _people_only),
    Sequence: Maker(lambda scope, depth: _sequence(scope, depth), _people_only),
    InterestedIn: Maker(
        lambda scope, depth: st.builds(InterestedIn, st.sampled_from(tuple(PRODUCTS_SOLD))), _people_only
    ),
    ReachedStatus: Maker(_reached, _people_only),
    TookOffer: Maker(
        lambda scope, depth: st.builds(
            TookOffer, st.just("pair"), st.sampled_from(OfferPiece), st.none() | scope.spans
        ),
        _people_only,
    ),
    StageIs: Maker(_stage_is, lambda s: s.is_person and bool(s.stages)),
    Fired: Maker(_fired, lambda s: s.is_person and bool(s.triggers)),
    Always: Maker(lambda scope, depth: st.just(Always())),
    AttributeTest: Maker(_attribute),
    Did: Maker(lambda scope, depth: _did(scope, depth), _people_only),
    Silent: Maker(_silent, _people_only),
    AccountDid: Maker(lambda scope, depth: _account_did(scope, depth)),
    AccountPeople: Maker(_account_people, nests=True),
    HasRole: Maker(
        lambda scope, depth: st.builds(HasRole, st.sampled_from(scope.roles), st.booleans()),
        lambda s: bool(s.roles),
    ),
    HasOpportunity: Maker(_has_opportunity),
    GradeIs: Maker(
        lambda scope, depth: st.builds(GradeIs, _several(GRADES, 3)), lambda s: s.is_person and s.fit
    ),
    GradeIsOpen: Maker(lambda scope, depth: st.just(GradeIsOpen()), lambda s: s.is_person and s.fit),
    LevelIs: Maker(
        lambda scope, depth: st.builds(LevelIs, _several(LEVELS, 3)), lambda s: s.is_person and s.engagement
    ),
    RankIs: Maker(
        lambda scope, depth: st.builds(RankIs, _several(RANKS, 6)),
        lambda s: s.is_person and s.fit and s.engagement,
    ),
    ScoreIs: Maker(_score_is, lambda s: s.is_person and (s.fit or s.engagement)),
    InSegment: Maker(
        lambda scope, depth: st.builds(InSegment, st.sampled_from(scope.segments)), lambda s: bool(s.segments)
    ),
    IsMarketingQualified: Maker(
        lambda scope, depth: st.just(IsMarketingQualified()),
        lambda s: s.is_person and s.fit and s.engagement and s.qualified,
    ),
    All: Maker(
        lambda scope, depth: st.builds(All, st.lists(_inside(scope, depth), max_size=3).map(tuple)),
        nests=True,
    ),
    Any: Maker(
        lambda scope, depth: st.builds(Any, st.lists(_inside(scope, depth), max_size=3).map(tuple)),
        nests=True,
    ),
    Not: Maker(lambda scope, depth: st.builds(Not, _inside(scope, depth)), nests=True),
    AtLeast: Maker(_at_least, nests=True),
}


@cache
def conditions(scope: Scope, depth: int = 2) -> st.SearchStrategy[Condition]:
    """A condition that may stand in the scope, nested at most so deep."""
    makers = [m for m in CONDITIONS.values() if m.allowed(scope) and not (m.nests and depth <= 0)]
    return st.sampled_from(makers).flatmap(lambda maker: maker.make(scope, depth))


@cache
def one_field_conditions(words: Words, depth: int = 1) -> st.SearchStrategy[Condition]:
    """Conditions whose every test is an equality or comparison of one field."""
    kinds = [kind for kind in (OneOf, Compare, Between) if kind in KINDS_FOR[words.type]]
    atom = st.one_of(
        [st.builds(AttributeTest, st.just(words.field), VALUE_TESTS[kind](words)) for kind in kinds]
    )
    if depth <= 0:
        return atom
    inner = one_field_conditions(words, depth - 1)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        atom,
        atom,
        st.builds(Not, inner),
        st.builds(All, several),
        st.builds(Any, several),
        st.builds(AtLeast, st.just(2), several),
    )


# --- playbooks ----------------------------------------------------------------------------------------

_POINTS = st.sampled_from((1000, 500, 3000, 2000, -1000, -2500, 25, -7, 333, 0))
_FIXED = Thresholds(FixedThreshold(3000), FixedThreshold(1500), FixedThreshold(500))


@st.composite
def _thresholds(draw: Draw) -> Thresholds:
    if draw(st.integers(0, 4)):
        return _FIXED
    if draw(st.booleans()):
        return Thresholds(*map(TopPeople, sorted(draw(st.integers(1, 5)) for _ in range(3))))
    shares = sorted(
        draw(st.sampled_from((Fraction(1, 20), Fraction(1, 4), Fraction(1, 3), Fraction(1, 2))))
        for _ in range(3)
    )
    return Thresholds(*map(TopShare, shares))


_JOINT = tuple(
    words
    for words in ATTRIBUTES
    if str(words.field) in ("person.country", "account.employees", "person.points", "person.is_student")
)


@st.composite
def _fit(draw: Draw, scope: Scope) -> Fit:
    rules = []
    for i in range(draw(st.integers(0, 5))):
        when = draw(
            st.sampled_from(_JOINT).flatmap(one_field_conditions)
            if draw(st.booleans())
            else conditions(scope)
        )
        group = draw(st.sampled_from((None, "g", "g", "h")))
        rules.append(FitRule(f"fit {i}", when, draw(_POINTS), group))
    caps = {"g": draw(st.sampled_from((500, 1500, 4000)))} if draw(st.booleans()) else {}
    return Fit(tuple(rules), caps, draw(_thresholds()))


@st.composite
def _behaviour_rule(draw: Draw, scope: Scope, name: str) -> BehaviourRule:
    return BehaviourRule(
        name,
        draw(_BEHAVIOUR),
        draw(_POINTS),
        at_most=draw(st.sampled_from((None, 1, 2, 3))),
        within=draw(st.none() | scope.spans),
        half_life=draw(st.sampled_from((None, *HALF_LIVES))),
        distinct=draw(st.sampled_from((None, None, *Distinct))),
    )


@st.composite
def _engagement(draw: Draw, scope: Scope) -> Engagement:
    rules: list[EngagementRule] = [
        draw(_behaviour_rule(scope, f"acts {i}")) for i in range(draw(st.integers(0, 3)))
    ]
    rules += [
        ConditionRule(f"engagement {i}", draw(conditions(scope)), draw(_POINTS))
        for i in range(draw(st.integers(0, 2)))
    ]
    return Engagement(tuple(rules), draw(_thresholds()))


@st.composite
def _segments(draw: Draw, scope: Scope, prefix: str) -> list[Segment]:
    made = []
    for i in range(draw(st.integers(0, 2))):
        of = draw(st.sampled_from(SegmentOf))
        made.append(Segment(f"{prefix}{i}", of, draw(conditions(replace(scope, of=of)))))
    return made


def _with(scope: Scope, segments: list[Segment]) -> Scope:
    return replace(
        scope,
        people_segments=scope.people_segments + tuple(s.key for s in segments if s.of is SegmentOf.PEOPLE),
        account_segments=scope.account_segments
        + tuple(s.key for s in segments if s.of is SegmentOf.ACCOUNTS),
    )


@st.composite
def _buying_group(draw: Draw, scope: Scope) -> BuyingGroup:
    """Roles that may read what the scope may, the second one the first."""
    roles: list[BuyingRole] = []
    for key in ("r0", "r1")[: draw(st.integers(0, 2))]:
        reads = replace(scope, roles=tuple(role.key for role in roles))
        roles.append(BuyingRole(key, draw(conditions(reads, 1))))
    return BuyingGroup(tuple(roles))


def _with_roles(scope: Scope, group: BuyingGroup) -> Scope:
    return replace(scope, roles=tuple(role.key for role in group.roles))


@st.composite
def playbooks(draw: Draw, *, timeless: bool = False) -> Playbook:
    """Segments on facts, then one score, then the other, then segments on both: never in a circle."""
    scope = Scope(timeless=timeless)
    group = draw(_buying_group(scope))
    scope = _with_roles(scope, group)
    base = draw(_segments(scope, "base"))
    scope = _with(scope, base)
    if draw(st.integers(0, 2)):
        fit = draw(_fit(scope))
        scope = replace(scope, fit=True)
        engagement = draw(_engagement(scope))
    else:
        engagement = draw(_engagement(scope))
        scope = replace(scope, engagement=True)
        fit = draw(_fit(scope))
    scope = replace(scope, fit=True, engagement=True)
    late = draw(_segments(scope, "late"))
    scope = _with(scope, late)
    later = draw(_segments(scope, "later"))
    scope = _with(scope, later)
    buyers = [
        BuyerSegment(f"buyers{i}", f"Buyers {i}", draw(conditions(scope, 1)))
        for i in range(draw(st.integers(0, 3)))
    ]
    return Playbook(
        name="Generated",
        time_zone=draw(st.sampled_from(ZONES)),
        behaviours=draw(behaviours()),
        fit=fit,
        engagement=engagement,
        marketing_qualified_ranks=tuple(draw(st.lists(st.sampled_from(RANKS), max_size=6, unique=True))),
        lifecycle=LIFECYCLE,
        products=PRODUCTS_SOLD,
        interest=draw(interests()),
        programs=PROGRAM_TYPES,
        offers=OFFERS,
        buying_group=group,
        segments={s.key: s for s in (*base, *late, *later)},
        buyer_segments=(*buyers, BuyerSegment("rest", "Rest", Always())) if buyers else (),
        recalibrate_every=draw(
            st.sampled_from((Duration(7, Unit.DAYS), Duration(1, Unit.DAYS), Duration(36, Unit.HOURS)))
        ),
    )


# --- playbooks of what happens over time --------------------------------------------------------------

STAGES = ("s0", "s1", "s2", "s3")
TRIGGERS = ("t0", "t1", "t2")
_RESTS = st.none() | st.sampled_from((*EXACT, CALENDAR[0]))
_SLAS = st.none() | st.builds(
    Sla,
    st.sampled_from((Duration(4, Unit.HOURS), Duration(1, Unit.DAYS), Duration(90, Unit.HOURS))),
    st.booleans(),
)


_LIVELY = (
    Did,
    Did,
    AttributeTest,
    HeldFor,
    Silent,
    FirstTime,
    Sequence,
    ScoreIs,
    GradeIs,
    StageIs,
    Fired,
    InSegment,
)


@cache
def _lively(scope: Scope) -> st.SearchStrategy[Condition]:
    """Conditions of kinds that become true now and then."""
    makers = [CONDITIONS[kind] for kind in _LIVELY if CONDITIONS[kind].allowed(scope)]
    return st.sampled_from(makers).flatmap(lambda maker: maker.make(scope, 0))


@st.composite
def _trigger(draw: Draw, key: str, scope: Scope) -> Trigger:
    """One that may read those before it, and itself."""
    return Trigger(
        key,
        draw(_lively(scope) | conditions(scope, 1)),
        draw(st.none() | conditions(scope, 0)),
        track=draw(st.sampled_from((None, "shared"))),
        sla=draw(_SLAS),
        rest=draw(_RESTS),
        stands_for=draw(st.sampled_from(EXACT)),
        fire_existing=draw(st.booleans()),
    )


@st.composite
def _stages(draw: Draw, scope: Scope) -> Lifecycle:
    """Stages by rules, by acts or by both."""
    made = []
    for key in scope.stages:
        on = tuple(draw(st.lists(st.sampled_from(("accepted", "b1")), max_size=1)))
        when = draw(_lively(scope) | conditions(scope, 1)) if not on or draw(st.booleans()) else None
        made.append(Stage(key, when=when, on=on))
    to = draw(st.sampled_from((scope.stages[0], scope.stages[-1])))
    back = draw(
        st.sampled_from((None, PassedBack(("passed_back",), to), PassedBack(("passed_back", "b3"), to)))
    )
    return Lifecycle(tuple(made), back)


@st.composite
def living_playbooks(draw: Draw, *, timeless: bool = False) -> Playbook:
    """Triggers, a score and stages that may read each other: a first trigger on facts and stages, the scores, further
    triggers on these, and stages on everything. What comes round to a stage is read as just before; nothing else
    comes round."""
    stages = STAGES[: draw(st.integers(1, 4))]
    agreed = draw(
        st.sampled_from((QualifyingTracks(), QualifyingTracks(named=("t0",)), QualifyingTracks(all=True)))
    )
    scope = Scope(stages=stages, triggers=(), qualified=not agreed.all, timeless=timeless)
    base = draw(_segments(scope, "base"))
    scope = _with(scope, base)
    triggers = [replace(draw(_trigger("t0", replace(scope, triggers=("t0",)))), track=None)]
    scope = replace(scope, triggers=("t0",))
    fit = draw(_fit(scope)) if draw(st.booleans()) else Fit()
    engagement = draw(_engagement(scope)) if draw(st.booleans()) else Engagement()
    scope = replace(scope, fit=True, engagement=True)
    late = draw(_segments(scope, "late"))
    scope = _with(scope, late)
    group = draw(_buying_group(scope))
    scope = _with_roles(scope, group)
    for key in TRIGGERS[1 : draw(st.integers(1, 3))]:
        scope = replace(scope, triggers=(*scope.triggers, key))
        triggers.append(draw(_trigger(key, scope)))
    if draw(st.booleans()):
        triggers.reverse()
    lifecycle = draw(_stages(replace(scope, qualified=True)))
    return Playbook(
        name="Living",
        time_zone=draw(st.sampled_from(ZONES)),
        behaviours=draw(behaviours()),
        fit=fit,
        engagement=engagement,
        marketing_qualified_ranks=tuple(draw(st.lists(st.sampled_from(RANKS), max_size=3, unique=True))),
        triggers={trigger.key: trigger for trigger in triggers},
        qualifying_tracks=agreed,
        lifecycle=lifecycle,
        business_hours=BusinessHours(),
        products=PRODUCTS_SOLD,
        interest=draw(interests()),
        programs=PROGRAM_TYPES,
        offers=OFFERS,
        buying_group=group,
        segments={s.key: s for s in (*base, *late)},
    )
