"""Random playbooks that can be written down: every kind of condition, test and rule, over a few words.

`playbooks()` gives whole ones without circles; `conditions(of, ...)` conditions for a place that asks people
or accounts. `CATALOG` holds the fields they test.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

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
from handraise.model.fields import Field, FieldCatalog, FieldDefinition
from handraise.model.lifecycle import Lifecycle, PassedBack, Stage
from handraise.model.playbook import (
    Agreement,
    Behaviour,
    BuyerSegment,
    Credit,
    Outcome,
    OutcomeEvent,
    Playbook,
    Segment,
    SegmentOf,
    Typed,
    WherePart,
)
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
    Fit,
    FitRule,
    FixedThreshold,
    RankCell,
    Thresholds,
    TopPeople,
    TopShare,
)
from handraise.model.time import Duration, Unit, iso
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
from handraise.model.values import FieldType, number_text
from handraise.playbook.literals import edge_of_day
from handraise.playbook.ranks import DEFAULT_RANKS

Strategy = st.SearchStrategy

BEHAVIOURS = ("demo_request", "pricing-view", "shared", "form_fill")
ACCOUNT_SEGMENTS = ("icp", "named_accounts")
PEOPLE_SEGMENTS = ("buyers", "on")
TRIGGERS = ("many-forms", "shared_it")
STAGES = ("MIL", "mql-1", "on")
ZONES = ("UTC", "Europe/London", "America/New_York", "Asia/Kathmandu")
OWN_FIELDS = (
    FieldDefinition(Field("account", "it_budget"), FieldType.NUMBER, "IT budget"),
    FieldDefinition(Field("account", "last_audit_at"), FieldType.INSTANT, "Last audit"),
    FieldDefinition(Field("person", "is_vip"), FieldType.BOOLEAN, "VIP"),
    FieldDefinition(Field("person", "topics"), FieldType.TEXT_LIST, "Topics"),
)
CATALOG = FieldCatalog(OWN_FIELDS)
ACCOUNT_FIELDS = tuple(
    Field("account", n)
    for n in (
        "industry",
        "employees",
        "it_budget",
        "is_customer",
        "renewal_on",
        "last_audit_at",
        "technologies",
    )
)
PERSON_FIELDS = tuple(
    Field("person", n) for n in ("seniority", "is_student", "is_vip", "return_on", "topics")
)

words: Strategy[str] = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8).filter(
    lambda t: bool(t.strip())
) | st.sampled_from(
    ("true", "no", "1:30", "007", "1e3", "null", "a: b", "- x", "10", "# no", "2026-01-01", "{")
)
durations: Strategy[Duration] = st.builds(Duration, st.integers(1, 100), st.sampled_from(Unit))
exact_durations: Strategy[Duration] = durations.filter(lambda d: d.micros is not None)
numbers: Strategy[Decimal] = st.builds(
    lambda n, s: Decimal(n).scaleb(-s), st.integers(-(10**9), 10**9), st.integers(0, 3)
)
days: Strategy[str] = st.dates(date(1950, 1, 1), date(2100, 1, 1)).map(date.isoformat)
instants: Strategy[int] = st.integers(-(10**15), 4 * 10**15)


def _times() -> Strategy[Times]:
    open_ended = st.builds(Times, st.integers(1, 5))
    return open_ended | st.tuples(st.integers(0, 5), st.integers(0, 5)).map(lambda t: Times(min(t), max(t)))


def _literal(type_: FieldType | None) -> Strategy[str]:
    match type_:
        case FieldType.BOOLEAN:
            return st.sampled_from(("true", "false"))
        case FieldType.WHOLE_NUMBER:
            return st.integers(-(10**6), 10**9).map(str)
        case FieldType.NUMBER:
            return numbers.map(number_text)
        case FieldType.DATE:
            return days
        case FieldType.INSTANT:
            return instants.map(iso)
        case _:
            return words


def _bound(type_: FieldType | None) -> Strategy[Decimal | str]:
    if type_ in (FieldType.DATE, FieldType.INSTANT):
        return _literal(type_)
    return st.integers(-(10**6), 10**6).map(Decimal) if type_ is FieldType.WHOLE_NUMBER else numbers


def _between(type_: FieldType | None) -> Strategy[ValueTest]:
    return st.lists(_bound(type_), min_size=2, max_size=2).map(sorted).map(lambda b: Between(b[0], b[1]))


def _some(item: Strategy[str]) -> Strategy[tuple[str, ...]]:
    return st.lists(item, min_size=1, max_size=3).map(tuple)


def _text_tests() -> Strategy[ValueTest]:
    plain = st.sampled_from((TextRelation.CONTAINS, TextRelation.STARTS_WITH, TextRelation.ENDS_WITH))
    patterns = _some(st.sampled_from((r"^/pricing(/|$)", "a|b", r"\d+")))
    return st.builds(TextTest, plain, _some(words)) | st.builds(
        TextTest, st.just(TextRelation.MATCHES), patterns
    )


def value_tests(type_: FieldType | None) -> Strategy[ValueTest]:
    """Tests that fit a field's type; `None` is a free property."""
    known = st.builds(IsKnown, st.booleans())
    if type_ is FieldType.TEXT_LIST:
        return known | st.builds(ListHas, _some(words), st.booleans())
    tests: Strategy[ValueTest] = known | st.builds(OneOf, _some(_literal(type_)), st.booleans())
    if type_ in (None, FieldType.TEXT):
        tests |= _text_tests()
    if type_ in (None, FieldType.WHOLE_NUMBER, FieldType.NUMBER, FieldType.DATE, FieldType.INSTANT):
        tests |= st.builds(Compare, st.sampled_from(Comparison), _bound(type_)) | _between(type_)
    if type_ in (FieldType.DATE, FieldType.INSTANT):
        tests |= st.one_of(*(st.builds(kind, durations) for kind in (InTheLast, InTheNext, LongerAgo)))
    return tests


def _attribute_tests(fields: tuple[Field, ...]) -> Strategy[Condition]:
    """Of the latest value, or of how long it has been the latest."""
    return st.sampled_from(fields).flatmap(
        lambda f: st.one_of(
            value_tests(CATALOG.type_of(f)).map(lambda t: AttributeTest(f, t)),
            st.builds(
                HeldFor, st.just(f), durations, st.none() | value_tests(CATALOG.type_of(f)), st.booleans()
            ),
        )
    )


def _windows() -> Strategy[dict[str, object]]:
    starts = st.builds(edge_of_day, st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.sampled_from(ZONES))
    return (
        st.just({}) | durations.map(lambda d: {"within": d}) | (instants | starts).map(lambda s: {"since": s})
    )


_behaviour = st.sampled_from(BEHAVIOURS)


def _did() -> Strategy[Condition]:
    distinct = st.none() | st.sampled_from(Distinct)
    return st.builds(
        lambda b, t, w, d: Did(b, t, distinct=d, **w), _behaviour, _times(), _windows(), distinct
    )


def _account_did() -> Strategy[Condition]:
    return st.builds(
        lambda b, p, t, w: AccountDid(b, p, t, **w), _behaviour, _times(), st.integers(1, 4), _windows()
    )


def _deals(whose: Strategy[DealOf]) -> Strategy[Condition]:
    statuses = st.lists(st.sampled_from(DealStatus), min_size=1, max_size=3, unique=True).map(tuple)
    return st.builds(HasOpportunity, statuses, whose, st.none() | durations)


def _subset(values: tuple[object, ...]) -> Strategy[tuple[object, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(tuple)


def stages() -> Strategy[Condition]:
    """Conditions that read the stage."""
    return st.builds(StageIs, _subset(STAGES), st.none() | durations, st.booleans()).map(
        lambda c: c if c.span else StageIs(c.stages)
    )


def firings(triggers: tuple[str, ...]) -> Strategy[Condition]:
    """Conditions that read the firing of these triggers."""
    return st.builds(Fired, _subset(triggers), st.none() | durations)


def decisions() -> Strategy[Condition]:
    """Conditions that read scores."""
    bounds = st.integers(-(10**6), 10**6).map(lambda n: Decimal(n) / 100)
    return st.one_of(
        st.builds(GradeIs, _subset(GRADES)),
        st.just(GradeIsOpen()),
        st.builds(LevelIs, _subset(LEVELS)),
        st.builds(RankIs, _subset(RANKS)),
        st.builds(ScoreIs, st.sampled_from(Score), st.sampled_from(Comparison), bounds),
    )


def _account_facts() -> Strategy[Condition]:
    who = st.builds(AccountPeople, _person_facts(), _times())
    role = st.builds(HasRole, st.just("champion"), st.booleans())
    return st.one_of(
        _attribute_tests(ACCOUNT_FIELDS), _account_did(), _deals(st.just(DealOf.ACCOUNT)), who, role
    )


def _person_facts() -> Strategy[Condition]:
    silent = st.builds(Silent, durations, st.lists(_behaviour, max_size=2, unique=True).map(tuple))
    tests = _attribute_tests((*PERSON_FIELDS, *ACCOUNT_FIELDS))
    deals = _deals(st.sampled_from(DealOf))
    return st.one_of(tests, _did(), _account_did(), silent, deals, _patterns(), _declared())


def _patterns() -> Strategy[Condition]:
    """Patterns of behaviour, and sequences whose gaps fit their window."""
    within = st.none() | durations
    weeks = st.integers(1, 104).flatmap(lambda of: st.tuples(st.integers(1, of), st.just(of)))
    gap = st.lists(exact_durations, max_size=2).map(lambda ds: sorted(ds, key=lambda d: d.micros or 0))
    step = st.builds(
        lambda b, g: Step(b, g[0] if len(g) == 2 else None, g[-1] if g else None), _behaviour, gap
    )
    steps = st.builds(lambda b, later: (Step(b), *later), _behaviour, st.lists(step, min_size=1, max_size=2))
    return st.one_of(
        st.builds(FirstTime, _behaviour, within),
        st.builds(Stopped, _behaviour, durations),
        st.builds(Resumed, _behaviour, durations, durations),
        st.builds(lambda b, w: Regularly(b, *w), _behaviour, weeks),
        st.builds(Sequence, steps, st.none() | st.just(Duration(100, Unit.YEARS))),
    )


def _declared() -> Strategy[Condition]:
    """Conditions on what `PRODUCTS`, `PROGRAMS` and `OFFERS` declare."""
    within = st.none() | durations
    status = st.sampled_from((None, *(s.key for s in PROGRAMS["webinar"].statuses)))
    return st.one_of(
        st.sampled_from(tuple(PRODUCTS)).map(InterestedIn),
        st.builds(ReachedStatus, st.just("webinar"), status, st.none() | words, within),
        st.builds(TookOffer, st.just("guide"), st.sampled_from(OfferPiece), within),
    )


def _grown(leaves: Strategy[Condition]) -> Strategy[Condition]:
    def grow(inner: Strategy[Condition]) -> Strategy[Condition]:
        some = st.lists(inner, min_size=1, max_size=3).map(tuple)

        def at_least(of: tuple[Condition, ...]) -> Strategy[Condition]:
            return st.integers(1, len(of)).map(lambda n: AtLeast(n, of))

        return some.map(All) | some.map(Any) | inner.map(Not) | some.flatmap(at_least)

    return st.recursive(leaves, grow, max_leaves=5)


def conditions(
    of: SegmentOf = SegmentOf.PEOPLE,
    segments: tuple[str, ...] = (),
    scored: bool = False,
    fired: tuple[str, ...] = (),
    qualified: bool = False,
) -> Strategy[Condition]:
    """Conditions for a place that asks people or accounts.

    `segments` and the triggers in `fired` may be tested, scores if `scored`, and marketing-qualified if `qualified`;
    the stage may be tested of all people.
    """
    is_account = of is SegmentOf.ACCOUNTS
    leaves = _account_facts() if is_account else st.one_of(_person_facts(), _account_facts(), stages())
    if segments:
        leaves |= st.sampled_from(segments).map(InSegment)
    if fired:
        leaves |= firings(fired)
    if qualified:
        leaves |= st.just(IsMarketingQualified())
    return _grown(leaves | decisions() if scored else leaves)


def _where() -> Strategy[tuple[WherePart, ...]]:
    sides: dict[str, FieldType | None] = {
        "form": None, "path": None, "channel": FieldType.TEXT, "asset.tier": FieldType.TEXT, "program.cost": FieldType.NUMBER,
    }  # fmt: skip
    part = st.sampled_from(tuple(sides)).flatmap(
        lambda n: value_tests(sides[n]).map(lambda t: WherePart(n, t))
    )
    return st.lists(part, max_size=3, unique_by=lambda p: p.name).map(tuple)


def _behaviours() -> Strategy[dict[str, Behaviour]]:
    types = ("form.submitted", "page.viewed", "custom.visited_us", "lead.accepted")
    activities = st.lists(st.sampled_from(types), min_size=1, max_size=2, unique=True).map(tuple)
    typed = st.none() | st.sampled_from(Typed)
    one = lambda key: st.builds(Behaviour, st.just(key), activities, _where(), typed, st.none() | words)  # noqa: E731
    return st.fixed_dictionaries({key: one(key) for key in BEHAVIOURS})


_points = st.integers(-(10**5), 10**5)


def _thresholds() -> Strategy[Thresholds]:
    three = st.lists(_points, min_size=3, max_size=3, unique=True).map(lambda p: sorted(p, reverse=True))
    fixed = three.map(lambda p: Thresholds(*map(FixedThreshold, p)))
    shares = st.lists(st.integers(1, 9999), min_size=3, max_size=3, unique=True).map(sorted)
    people = st.lists(st.integers(1, 10**6), min_size=3, max_size=3, unique=True).map(sorted)
    return st.one_of(
        fixed,
        shares.map(lambda p: Thresholds(*(TopShare(Fraction(n, 10_000)) for n in p))),
        people.map(lambda p: Thresholds(*map(TopPeople, p))),
    )


_names = st.lists(words, max_size=3, unique=True)


@st.composite
def _fits(draw: st.DrawFn) -> Fit:
    group = st.none() | st.just("authority")
    rules = tuple(
        FitRule(name, draw(conditions(segments=("icp", "buyers"))), draw(_points), draw(group))
        for name in draw(_names)
    )
    used = any(r.group for r in rules)
    return Fit(rules, {"authority": draw(_points)} if used else {}, draw(_thresholds()))


@st.composite
def _engagements(draw: st.DrawFn) -> Engagement:
    rules: list[BehaviourRule | ConditionRule] = []
    for name in draw(_names):
        if draw(st.booleans()):
            rules.append(ConditionRule(name, draw(conditions(segments=("icp", "buyers"))), draw(_points)))
        else:
            most, span = st.none() | st.integers(1, 9), st.none() | durations
            half_life = st.none() | exact_durations
            distinct = draw(st.none() | st.sampled_from(Distinct))
            rules.append(
                BehaviourRule(
                    name, draw(_behaviour), draw(_points), draw(most), draw(span), draw(half_life), distinct
                )
            )
    return Engagement(tuple(rules), draw(_thresholds()))


@st.composite
def _segments(draw: st.DrawFn) -> dict[str, Segment]:
    """Each may test those before it; scores are tested only by those that no score tests."""
    when = {
        "icp": conditions(SegmentOf.ACCOUNTS),
        "buyers": conditions(SegmentOf.PEOPLE, ("icp",)),
        "named_accounts": conditions(SegmentOf.ACCOUNTS, ("icp",)),
        "on": conditions(SegmentOf.PEOPLE, ("icp", "buyers", "named_accounts"), True, TRIGGERS, True),
    }
    some = st.none() | words
    return {
        key: Segment(
            key, SegmentOf.PEOPLE if key in PEOPLE_SEGMENTS else SegmentOf.ACCOUNTS, draw(condition),
            draw(some), draw(st.sampled_from((None, "TAM", "SOM"))), draw(st.sampled_from((None, "quota", "protection"))), draw(some), draw(some),
            draw(st.dictionaries(st.sampled_from(("wins_more", "closes_faster")), st.booleans())),
            draw(st.dictionaries(st.just("account.segment"), words)),
        )
        for key, condition in when.items()
    }  # fmt: skip


@st.composite
def _buyer_segments(draw: st.DrawFn) -> tuple[BuyerSegment, ...]:
    keys = draw(st.lists(st.sampled_from(("customers", "hand-raisers", "yes")), max_size=2, unique=True))
    segments = ("icp", "on")
    text = st.just("") | words
    first = [
        BuyerSegment(
            k,
            draw(words),
            draw(conditions(segments=segments, scored=True, fired=TRIGGERS, qualified=True)),
            draw(text),
            draw(text),
        )
        for k in keys
    ]
    return (*first, BuyerSegment("others", draw(words), Always())) if draw(st.booleans()) else ()


def _slas() -> Strategy[Sla]:
    units = st.sampled_from((Unit.HOURS, Unit.DAYS))
    return st.builds(Sla, durations) | st.builds(
        Sla, st.builds(Duration, st.integers(1, 99), units), st.just(True)
    )


@st.composite
def _triggers(draw: st.DrawFn) -> dict[str, Trigger]:
    """Each may read its own firing, and the second that of the first."""
    segments = ("icp", "buyers", "named_accounts")
    some = st.none() | words
    made: dict[str, Trigger] = {}
    for key in draw(st.permutations(TRIGGERS)):
        asked = conditions(SegmentOf.PEOPLE, segments, True, (*made, key))
        made[key] = Trigger(
            key, draw(asked), draw(st.none() | asked), draw(some), draw(some), draw(st.none() | _slas()),
            draw(st.none() | durations), draw(durations), draw(st.booleans()),
        )  # fmt: skip
    return made


@st.composite
def _lifecycles(draw: st.DrawFn) -> Lifecycle:
    """Stages may read everything, the stage before too."""
    asked = conditions(SegmentOf.PEOPLE, (*ACCOUNT_SEGMENTS, *PEOPLE_SEGMENTS), True, TRIGGERS, True)
    acts = st.lists(_behaviour, min_size=1, max_size=2, unique=True).map(tuple)
    entered = (st.none() | asked).flatmap(
        lambda w: st.tuples(st.just(w), acts if w is None else acts | st.just(()))
    )
    made = tuple(
        Stage(key, draw(st.none() | words), *draw(entered), sla=draw(st.none() | _slas())) for key in STAGES
    )
    back = st.none() | st.builds(PassedBack, acts, st.sampled_from(STAGES), words, words)
    return Lifecycle(made, draw(back))


def _business_hours() -> Strategy[BusinessHours]:
    days = st.sets(st.integers(0, 6), min_size=1).map(lambda d: tuple(sorted(d)))
    hours = st.lists(st.integers(0, 24 * 60 - 1), min_size=2, max_size=2, unique=True).map(sorted)
    off = st.frozensets(st.dates(date(2020, 1, 1), date(2030, 1, 1)), max_size=3)
    return st.builds(
        lambda d, h, o: BusinessHours(d, time(*divmod(h[0], 60)), time(*divmod(h[1], 60)), o),
        days,
        hours,
        off,
    )


def _qualifying(triggers: dict[str, Trigger]) -> Strategy[QualifyingTracks]:
    """All tracks, or some of them in the order of their triggers."""
    tracks = tuple(dict.fromkeys(t.track_name for t in triggers.values()))
    named = st.sets(st.sampled_from(tracks)).map(
        lambda some: QualifyingTracks(named=tuple(t for t in tracks if t in some))
    )
    return st.just(QualifyingTracks(all=True)) | named


def _buying_groups() -> Strategy[BuyingGroup]:
    """Always with the roles that conditions may ask for."""
    when = _person_facts()
    champion = st.builds(BuyingRole, st.just("champion"), when, st.none() | words)
    other = st.builds(BuyingRole, st.just("end-user"), when | stages() | decisions(), st.none() | words)
    return st.tuples(champion, other).map(BuyingGroup)


PRODUCTS = {
    "analytics": Product("analytics", "Analytics suite", ("bi",)),
    "pay-roll": Product("pay-roll", "pay-roll"),
}
PROGRAMS = {
    "webinar": ProgramType(
        "webinar",
        (
            ProgramStatus("invited"),
            ProgramStatus("asked", "Asked: yes?", on=BEHAVIOURS[:2]),
            ProgramStatus("attended", success=True),
        ),
    )
}
OFFERS = {"guide": Offer("guide", ("Check list",), ("#1", "yes"), "The guide")}


def _interests() -> Strategy[Interest]:
    named = st.lists(_behaviour, max_size=2, unique=True).map(tuple)
    stated = st.none() | st.sampled_from(
        (Field.parse("person.title"), Field.parse("person.product_interest"))
    )
    return st.builds(Interest, named, st.integers(1, 9), st.none() | durations, stated)


def _agreements() -> Strategy[Agreement]:
    parties = st.dictionaries(st.sampled_from(("marketing", "sales")), words)
    outcome = st.builds(Outcome, st.sampled_from(OutcomeEvent), durations, st.sampled_from(Credit))
    return st.builds(Agreement, parties, durations, outcome, st.none() | st.integers(1, 999))


def _ranks() -> Strategy[dict[str, RankCell]]:
    changed = st.dictionaries(st.sampled_from(RANKS), st.tuples(words, words), max_size=3)
    return changed.map(lambda c: {**DEFAULT_RANKS, **{r: RankCell(r, *texts) for r, texts in c.items()}})


@st.composite
def playbooks(draw: st.DrawFn) -> Playbook:
    """Playbooks as reading gives them: ranks filled in, agreed ranks in order, no circle, nothing set aside."""
    triggers = draw(_triggers())
    return replace(
        draw(_without_triggers()),
        triggers=triggers,
        qualifying_tracks=draw(_qualifying(triggers)),
        lifecycle=draw(_lifecycles()),
        business_hours=draw(_business_hours() | st.just(BusinessHours())),
        buying_group=draw(_buying_groups()),
    )


def _without_triggers() -> Strategy[Playbook]:
    """They read triggers and stages that are still missing."""
    agreed = st.sets(st.sampled_from(RANKS)).map(lambda rs: tuple(r for r in RANKS if r in rs))
    return st.builds(
        Playbook,
        name=words,
        time_zone=st.sampled_from(ZONES),
        behaviours=_behaviours(),
        fit=_fits(),
        engagement=_engagements(),
        ranks=_ranks(),
        marketing_qualified_ranks=agreed,
        products=st.just(PRODUCTS),
        interest=_interests(),
        programs=st.just(PROGRAMS),
        offers=st.just(OFFERS),
        segments=_segments(),
        buyer_segments=_buyer_segments(),
        terms=st.dictionaries(
            st.sampled_from(("MQL", "A", "1", "account.employees", *TRIGGERS, *STAGES)), words
        ),
        agreement=_agreements(),
        recalibrate_every=exact_durations,
    )
