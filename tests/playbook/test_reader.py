"""What a playbook's words mean, one law a test."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from handraise.errors import ExitCode, PlaybookError
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
from handraise.model.playbook import Playbook, WherePart
from handraise.model.products import BuyingGroup, BuyingRole
from handraise.model.scores import FixedThreshold, TopPeople, TopShare
from handraise.model.time import Duration, Unit, parse_instant
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
from handraise.playbook.dependencies import (
    FIT,
    STAGE,
    decision_order,
    depends_on,
    fired,
    needs,
    segment_order,
)
from handraise.playbook.reader import load, read, read_text
from handraise.playbook.writer import write

VALID = Path(__file__).parent / "valid"
HEAD = "playbook: Test\ntime_zone: Europe/London\nbehaviours: {demo: {activity: form.submitted}, view: {activity: page.viewed}}\n"
OWN = FieldCatalog([FieldDefinition(Field("account", "audited_at"), FieldType.INSTANT, "Audited")])
_D = Unit.DAYS


DECLARED = """
triggers: {twice: {when: {did: {behaviour: demo, times: 2}}}, back: {when: {did: view}}}
lifecycle: {stages: [{key: MIL, when: {did: view}}, {key: MQL, on: demo}, {key: SAL, on: demo}]}
products: {analytics: Analytics suite}
interest: {behaviours: view}
programs: {webinar: {statuses: [invited, {key: attended, success: true}]}}
offers: {guide: {free: [a], gated: [b]}}
buying_group: {roles: [champion]}
"""


def playbook_of(text: str, catalog: FieldCatalog = OWN) -> Playbook:
    result = read_text(HEAD + text, "playbook.yml", catalog)
    assert result.problems == (), "\n".join(map(str, result.problems))
    assert result.playbook is not None
    return result.playbook


def condition_of(text: str, of: str = "people") -> Condition:
    others = "base: {of: people, when: {person.city: Bonn}}"
    extra = f"marketing_qualified: {{ranks: A1}}\n{DECLARED}"
    return (
        playbook_of(f"{extra}segments:\n  {others}\n  tested: {{of: {of}, when: {text}}}\n")
        .segments["tested"]
        .when
    )


CONDITIONS: tuple[tuple[str, Condition], ...] = (
    ("{did: demo}", Did("demo")),
    ("{did: {behaviour: demo, times: 3}}", Did("demo", Times(3))),
    ("{did: {behaviour: demo, times: {exactly: 0}, within: 5 days}}", Did("demo", Times(0, 0), Duration(5, _D))),
    ("{did: {behaviour: demo, times: {at_most: 2}}}", Did("demo", Times(0, 2))),
    ("{did: {behaviour: demo, times: {at least: 2, at most: 5}, distinct: asset}}", Did("demo", Times(2, 5), distinct=Distinct.ASSET)),
    ("{did: {behaviour: demo, since: 2026-06-01}}", Did("demo", since=parse_instant("2026-05-31T23:00:00Z"))),
    ("{did: {behaviour: demo, since: 2026-06-01T00:00:00Z}}", Did("demo", since=parse_instant("2026-06-01T00:00:00Z"))),
    ("{silent: {for: 60 days}}", Silent(Duration(60, _D))),
    ("{silent: {for: 2 months, behaviours: [demo, view]}}", Silent(Duration(2, Unit.MONTHS), ("demo", "view"))),
    ("{account: {did: demo}}", AccountDid("demo")),
    ("{account: {did: {behaviour: demo, times: 2, within: 30 days, people: {at_least: 3}}}}", AccountDid("demo", Times(3), 2, Duration(30, _D))),
    ("{account: {people: {at_least: 2}, who: {person.buying_role: champion}}}", AccountPeople(AttributeTest(Field("person", "buying_role"), OneOf(("champion",))), Times(2))),
    ("{account: {who: {did: demo}}}", AccountPeople(Did("demo"))),
    ("{buying_group: {has: champion}}", HasRole("champion")),
    ("{buying_group: {missing: champion}}", HasRole("champion", missing=True)),
    ("{opportunity: {status: open}}", HasOpportunity((DealStatus.OPEN,))),
    ("{opportunity: {status: [won, lost], of: person, within: 24 months}}", HasOpportunity((DealStatus.WON, DealStatus.LOST), DealOf.PERSON, Duration(24, Unit.MONTHS))),
    ("{grade: [A, B]}", GradeIs(("A", "B"))),
    ("{grade: open}", GradeIsOpen()),
    ("{level: 1}", LevelIs((1,))),
    ("{level: [1, 2]}", LevelIs((1, 2))),
    ("{rank: a1}", RankIs(("A1",))),
    ("{score: {fit: {at_least: 50.5}}}", ScoreIs(Score.FIT, Comparison.AT_LEAST, Decimal("50.5"))),
    ("{score: {fit: {at_least: 5}, engagement: {less than: 9}}}", All((ScoreIs(Score.FIT, Comparison.AT_LEAST, Decimal(5)), ScoreIs(Score.ENGAGEMENT, Comparison.LESS_THAN, Decimal(9))))),
    ("{segment: base}", InSegment("base")),
    ("{marketing_qualified: true}", IsMarketingQualified()),
    ("{marketing_qualified: false}", Not(IsMarketingQualified())),
    ("{all: [{did: demo}, {did: view}]}", All((Did("demo"), Did("view")))),
    ("{any: [{did: demo}]}", Any((Did("demo"),))),
    ("{not: {did: demo}}", Not(Did("demo"))),
    ("{at_least: 1, of: [{did: demo}, {did: view}]}", AtLeast(1, (Did("demo"), Did("view")))),
    ("{stage: MQL}", StageIs(("MQL",))),
    ("{stage: [MQL, SAL]}", StageIs(("MQL", "SAL"))),
    ("{stage: {is: MQL, for: 2 days}}", StageIs(("MQL",), Duration(2, _D))),
    ("{stage: {is: [MIL, MQL], for less than: 2 days}}", StageIs(("MIL", "MQL"), Duration(2, _D), longer=False)),
    ("{fired: twice}", Fired(("twice",))),
    ("{fired: [twice, back]}", Fired(("twice", "back"))),
    ("{fired: {trigger: [twice, back], within: 14 days}}", Fired(("twice", "back"), Duration(14, _D))),
    ("{named: acme.com}", Any((AttributeTest(Field("account", "domain"), OneOf(("acme.com",))), AttributeTest(Field("account", "name"), OneOf(("acme.com",)))))),
    ("{sequence: [demo, {then: view, within: 2 days, after: 1 hour}], within: 7 days}", Sequence((Step("demo"), Step("view", Duration(1, Unit.HOURS), Duration(2, _D))), Duration(7, _D))),
    ("{sequence: {steps: [demo, view]}}", Sequence((Step("demo"), Step("view")))),
    ("{first time: demo}", FirstTime("demo")),
    ("{first time: {behaviour: demo, within: 7 days}}", FirstTime("demo", Duration(7, _D))),
    ("{stopped: {behaviour: demo, for: 30 days}}", Stopped("demo", Duration(30, _D))),
    ("{resumed: {behaviour: demo, after: 60 days, within: 7 days}}", Resumed("demo", Duration(60, _D), Duration(7, _D))),
    ("{regularly: {behaviour: demo, weeks: 3, of: 4}}", Regularly("demo", 3, 4)),
    ("{person.status: {is: open, held for: 30 days}}", HeldFor(Field("person", "status"), Duration(30, _D), OneOf(("open",)))),
    ("{account.owner: {held less than: 7 days}}", HeldFor(Field("account", "owner"), Duration(7, _D), longer=False)),
    ("{interest: analytics}", InterestedIn("analytics")),
    ("{program: {type: webinar, status: attended, name: Spring webinar, within: 90 days}}", ReachedStatus("webinar", "attended", "Spring webinar", Duration(90, _D))),
    ("{program: {type: webinar, success: true}}", ReachedStatus("webinar")),
    ("{offer: {offer: guide, piece: gated, within: 30 days}}", TookOffer("guide", OfferPiece.GATED, Duration(30, _D))),
    ("{did: demo, grade: A}", All((Did("demo"), GradeIs(("A",))))),
)  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), CONDITIONS, ids=lambda v: v if isinstance(v, str) else "")
def test_a_condition_means_what_it_says(text: str, meant: Condition) -> None:
    assert condition_of(text) == meant


_N, _LESS, _MORE = Decimal, Comparison.LESS_THAN, Comparison.MORE_THAN
TESTS: tuple[tuple[str, ValueTest], ...] = (
    ("account.industry: pharma", OneOf(("pharma",))),
    ("account.industry: [pharma, bio]", OneOf(("pharma", "bio"))),
    ("account.industry: {is: pharma}", OneOf(("pharma",))),
    ("account.industry: {is not: pharma}", OneOf(("pharma",), negated=True)),
    ("account.industry: {not in: [a, b]}", OneOf(("a", "b"), negated=True)),
    ("account.industry: {not_in: [a, b]}", OneOf(("a", "b"), negated=True)),
    ("account.industry: {contains: life}", TextTest(TextRelation.CONTAINS, ("life",))),
    ("account.industry: {starts with: [a, b]}", TextTest(TextRelation.STARTS_WITH, ("a", "b"))),
    ("account.industry: {ends_with: x}", TextTest(TextRelation.ENDS_WITH, ("x",))),
    ('account.industry: {matches: "^bio"}', TextTest(TextRelation.MATCHES, ("^bio",))),
    ("account.industry: {known: true}", IsKnown()),
    ("account.industry: {is known: false}", IsKnown(False)),
    ("account.postal_code: 12345", OneOf(("12345",))),
    ("account.employees: 500", OneOf(("500",))),
    ("account.employees: {at_least: 200}", Compare(Comparison.AT_LEAST, _N(200))),
    ("account.employees: {between: [200, 5000]}", Between(_N(200), _N(5000))),
    ("account.is_customer: true", OneOf(("true",))),
    ("account.technologies: [sap, oracle]", ListHas(("sap", "oracle"))),
    ("account.technologies: {any of: [sap]}", ListHas(("sap",))),
    ("account.technologies: {all of: [sap, oracle]}", ListHas(("sap", "oracle"), all=True)),
    ("account.technologies: {contains: sap}", ListHas(("sap",))),
    ("account.renewal_on: {in the last: 30 days}", InTheLast(Duration(30, _D))),
    ("account.renewal_on: {in_the_next: 1 quarter}", InTheNext(Duration(1, Unit.QUARTERS))),
    ("account.renewal_on: {longer ago than: 2 years}", LongerAgo(Duration(2, Unit.YEARS))),
    ("account.renewal_on: {more than: 2 years ago}", LongerAgo(Duration(2, Unit.YEARS))),
    ("account.renewal_on: {before: 2026-01-01}", Compare(_LESS, "2026-01-01")),
    ("account.renewal_on: {after: 2026-01-01}", Compare(_MORE, "2026-01-01")),
    ("account.audited_at: {after: 2026-06-01}", Compare(_MORE, "2026-06-01T22:59:59.999999Z")),
    ("account.audited_at: {before: 2026-06-01}", Compare(_LESS, "2026-05-31T23:00:00Z")),
)  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), TESTS, ids=lambda v: v if isinstance(v, str) else "")
def test_a_test_of_a_value_means_what_it_says(text: str, meant: ValueTest) -> None:
    condition = condition_of(f"{{{text}}}", "accounts")
    assert isinstance(condition, AttributeTest)
    assert condition.test == meant


def test_several_comparisons_of_a_field_mean_all_of_them() -> None:
    size = Field("account", "employees")
    both = (
        AttributeTest(size, Compare(Comparison.AT_LEAST, _N(5))),
        AttributeTest(size, Compare(_LESS, _N(9))),
    )
    assert condition_of("{account.employees: {at_least: 5, less_than: 9}}") == All(both)


def test_uses_is_another_word_for_technologies() -> None:
    assert condition_of("{account.uses: sap}") == AttributeTest(
        Field("account", "technologies"), ListHas(("sap",))
    )


def test_a_where_tests_columns_properties_and_attributes_of_the_asset() -> None:
    text = "where: {form: [a, b], channel: web, asset.tier: high, seconds: {at_least: 30}, trial: true}"
    read_ = playbook_of("engagement: {}\n", OWN)
    assert read_.behaviours["demo"].where == ()
    got = read_text(
        f"playbook: T\ntime_zone: UTC\nbehaviours: {{b: {{activity: [form.submitted, custom.x], {text}}}}}\n",
        "p.yml",
        OWN,
    )
    assert got.playbook is not None
    assert got.playbook.behaviours["b"].where == (
        WherePart("form", OneOf(("a", "b"))),
        WherePart("channel", OneOf(("web",))),
        WherePart("asset.tier", OneOf(("high",))),
        WherePart("seconds", Compare(Comparison.AT_LEAST, _N(30))),
        WherePart("trial", OneOf(("true",))),
    )


def test_yes_no_and_clock_like_words_stay_as_written() -> None:
    result = read_text(
        HEAD + "segments: {s: {of: people, when: {person.country: [NO, on, 1:30, 01234]}}}\n", "p.yml", OWN
    )
    assert result.playbook is not None
    assert result.playbook.segments["s"].when == AttributeTest(
        Field("person", "country"), OneOf(("NO", "on", "1:30", "01234"))
    )
    assert [p.code for p in result.warnings] == ["PB113"] * 4


def test_thresholds_are_points_or_top_shares() -> None:
    playbook = playbook_of(
        "fit: {grades: {A: 75, B: 50, C: 25}}\nengagement: {levels: {1: top 5%, 2: top 12.5 %, 3: top 40%}}\n"
    )
    assert playbook.fit.grades.best == FixedThreshold(7500)
    assert playbook.engagement.levels.second == TopShare(Fraction(1, 8))
    assert playbook.engagement.levels.are_calibrated


def test_cells_that_are_not_written_keep_their_usual_label_and_route() -> None:
    ranks = playbook_of("ranks: {A1: {label: Ring now}}\n").ranks
    assert len(ranks) == 16
    assert (ranks["A1"].label, ranks["A1"].route) == ("Ring now", "sales")


def test_a_playbook_without_scores_and_segments_is_fine() -> None:
    playbook = playbook_of("")
    assert playbook.fit.rules == playbook.engagement.rules == playbook.buyer_segments == ()


def test_the_last_buyer_segment_needs_no_condition() -> None:
    text = "buyer_segments: [{key: a, label: First, when: {did: demo}}, {key: b%s}]\n"
    for last in ("", ", when: {always: true}"):
        assert playbook_of(text % last).buyer_segments[-1].when == Always()


def test_a_section_of_later_is_set_aside_and_the_rest_stays() -> None:
    text = "books: {x: 1}\nquestions: [a]\nengagement: {rules: [{behaviour: demo, points: 5}]}\n"
    result = read_text(HEAD + text, "p.yml", OWN)
    assert result.playbook is not None
    assert [r.name for r in result.playbook.engagement.rules] == ["Demo"]
    assert [s.where for s in result.playbook.set_aside] == ["`books`", "`questions`"]


def test_business_hours_are_weekdays_times_and_holidays() -> None:
    usual = playbook_of("").business_hours
    assert usual == BusinessHours((0, 1, 2, 3, 4), time(9), time(17))
    text = 'business_hours: {days: sun-thu, from: "8:30", to: "17:30", holidays: [2026-12-25, 2027-01-01]}\n'
    off = frozenset((date(2026, 12, 25), date(2027, 1, 1)))
    assert playbook_of(text).business_hours == BusinessHours((0, 1, 2, 3, 6), time(8, 30), time(17, 30), off)
    assert playbook_of("business_hours: {days: [Monday, wed-thu]}\n").business_hours.weekdays == (0, 2, 3)


def test_holidays_may_be_listed_in_a_file_beside_the_playbook(tmp_path: Path) -> None:
    written = tmp_path / "playbook.yml"
    written.write_text(HEAD + "business_hours: {holidays: days/holidays.yml}\n", encoding="utf-8")
    assert [p.code for p in read(written, OWN).errors] == ["PB108"]
    (tmp_path / "days").mkdir()
    listed = tmp_path / "days" / "holidays.yml"
    listed.write_text("# ours\n- 2026-12-25\n- 2027-01-01\n", encoding="utf-8")
    found = read(written, OWN).playbook
    assert found is not None
    assert found.business_hours.holidays == {date(2026, 12, 25), date(2027, 1, 1)}
    assert read_text(write(found), "written.yml", OWN).playbook == found
    listed.write_text("- 2026-12-25\n- 2027-02-30\n", encoding="utf-8")
    (problem,) = read(written, OWN).errors
    assert (problem.code, problem.source_line) == ("PB304", "- 2027-02-30")
    written.write_text(HEAD + 'business_hours: {holidays: "\\uD800\\0.yml"}\n', encoding="utf-8")
    assert [p.code for p in read(written, OWN).errors] == ["PB108"]
    written.write_text(HEAD + "business_hours: {holidays: days/holidays.yml}\n", encoding="utf-8")
    for text, code in (("", "PB203"), ("- [", "PB101"), ("a: b", "PB203")):
        listed.write_text(text, encoding="utf-8")
        assert [p.code for p in read(written, OWN).errors] == [code], text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("4 busines hours", "4 business hours"),
        ("4busines hours", "4 business hours"),
        ("1 busines day", "1 business day"),
        ("2 working days", "2 business days"),
        ("3 biz hours", "3 business hours"),
        ("4 hurs", "4 hours"),
        ("2 calendar days", "2 days"),
    ],
)
def test_hours_of_business_are_never_taken_for_hours_of_the_wall_clock(written: str, meant: str) -> None:
    def advice(text: str) -> str:
        (problem,) = read_text(HEAD + text, "playbook.yml", OWN).errors
        return problem.advice[0]

    assert advice(f"triggers: {{t: {{when: {{did: demo}}, sla: {written}}}}}\n") == f"Did you mean `{meant}`?"
    said = advice(f"triggers: {{t: {{when: {{did: demo}}, rest: {written}}}}}\n")
    assert said.startswith("Write a whole number" if "business" in meant else "Did you mean")
    assert "business days" in advice("triggers: {t: {when: {did: demo}, sla: 4 fortnights}}\n")


TRIGGERS = """
segments: {big: {of: accounts, when: {account.employees: {at_least: 500}}}}
marketing_qualified: {ranks: A1, tracks: [again, forms]}
triggers:
  many_forms:
    when: {did: {behaviour: demo, times: {at_least: 2}, within: 5 days}}
    audience: big
    label: Many forms
    track: forms
    sla: 4 business hours
    rest: 30 days
    stands for: 7 days
    fire_existing: once
  again:
    when: {resumed: {behaviour: view, after: 60 days, within: 1 day}}
    audience: {not: {fired: [many_forms, again]}}
    sla: 2 days
"""


def test_triggers_are_read_in_the_order_of_their_priority() -> None:
    playbook = playbook_of(TRIGGERS)
    day = Duration(1, _D)
    first = Did("demo", Times(2), Duration(5, _D))
    assert list(playbook.triggers.values()) == [
        Trigger("many_forms", first, InSegment("big"), "Many forms", "forms", Sla(Duration(4, Unit.HOURS), True),
                Duration(30, _D), Duration(7, _D), True),
        Trigger("again", Resumed("view", Duration(60, _D), day), Not(Fired(("many_forms", "again"))), sla=Sla(Duration(2, _D))),
    ]  # fmt: skip
    assert playbook.qualifying_tracks == QualifyingTracks(named=("forms", "again"))
    assert playbook_of(TRIGGERS.replace("[again, forms]", "all")).qualifying_tracks == QualifyingTracks(
        all=True
    )


def test_stages_are_entered_by_a_condition_an_act_or_both_and_left_by_passing_back() -> None:
    text = """
lifecycle:
  stages:
    - {key: MIL, when: {did: view}}
    - {key: MQL, label: Qualified, when: {stage: {is: MIL, for: 2 days}}, on: demo, sla: 1 business day}
  passed_back: {on: [demo, view], to: MIL, return_on: due}
"""
    assert playbook_of(text).lifecycle == Lifecycle(
        (
            Stage("MIL", when=Did("view")),
            Stage(
                "MQL", "Qualified", StageIs(("MIL",), Duration(2, _D)), ("demo",), Sla(Duration(1, _D), True)
            ),
        ),
        PassedBack(("demo", "view"), "MIL", "reason", "due"),
    )


def test_a_buying_group_has_roles_in_a_field_of_its_people() -> None:
    champion = AttributeTest(Field("person", "buying_role"), OneOf(("champion",)))
    assert playbook_of("buying_group: {roles: champion}\n").buying_group == BuyingGroup(
        (BuyingRole("champion", champion),)
    )
    text = "buying_group: {roles: [Economic Buyer, user], field: person.product_interest}\n"
    buyer, user = playbook_of(text).buying_group.roles
    assert (buyer.key, buyer.label, user.label) == ("economic_buyer", "Economic Buyer", None)
    assert buyer.when == AttributeTest(Field("person", "product_interest"), ListHas(("Economic Buyer",)))


def test_a_role_may_say_itself_who_has_it() -> None:
    text = """
buying_group:
  roles:
    champion: {label: Champion, when: {did: demo, person.seniority: vp}}
    user: {when: {buying_group: {missing: champion}}}
"""
    champion, user = playbook_of(text).buying_group.roles
    assert (champion.label, user.when) == ("Champion", HasRole("champion", missing=True))


def test_a_role_that_comes_round_to_itself_is_a_circle() -> None:
    text = """
buying_group: {roles: {champion: {when: {segment: good}}}}
segments: {good: {of: people, when: {buying_group: {has: champion}}}}
"""
    result = read_text(f"{HEAD}{text}", "p.yml", OWN)
    assert [p.code for p in result.errors] == ["PB401"]
    assert "segment good -> role champion -> segment good" in str(result.errors[0])


def test_weeks_of_capacity_are_so_many_people() -> None:
    text = "agreement: {capacity: {mqls_per_week: 120}}\nengagement: {levels: {1: top 50 people, 2: 1 week of capacity, 3: 2 weeks of capacity}}\n"
    levels = playbook_of(text).engagement.levels
    assert levels.as_tuple() == (TopPeople(50), TopPeople(120), TopPeople(240))


LIFECYCLE = """
marketing_qualified: {tracks: all}
triggers:
  fast: {when: {did: demo, segment: new}}
  again: {when: {did: view, not: {fired: {trigger: again, within: 9 days}}}}
lifecycle:
  stages:
    - {key: MIL, when: {did: view}}
    - {key: MQL, when: {marketing_qualified: true, stage: {is: MIL, for: 1 hour}, not: {segment: new}}}
segments:
  new: {of: people, when: {stage: {is: MIL, for less than: 2 days}, grade: [A, B]}}
  worked: {of: people, when: {stage: MQL}}
fit: {rules: [{name: Hot, when: {stage: MQL}, points: 5}]}
"""


def test_what_comes_round_to_the_stage_is_no_circle() -> None:
    """Triggers and the lifecycle read the stage, and what is built on it, as just before; a trigger so reads itself."""
    playbook = playbook_of(LIFECYCLE)
    order = [str(d) for d in decision_order(playbook)]
    for first, second in (("grade", "segment new"), ("segment new", "fired fast"), ("fired fast", "marketing_qualified"),
                          ("marketing_qualified", "stage"), ("fired again", "stage"), ("stage", "segment worked")):  # fmt: skip
        assert order.index(first) < order.index(second), (first, second)
    assert STAGE in depends_on(playbook, STAGE)
    assert fired("again") in depends_on(playbook, fired("again"))


@pytest.mark.parametrize(
    "triggers",
    [
        "{a: {when: {fired: b}}, b: {when: {fired: a}}}",
        "{a: {when: {marketing_qualified: true}}}",
        "{a: {when: {did: demo}, audience: {segment: s}}}",
        "{a: {when: {score: {fit: {at_least: 5}}}}}",
    ],
)
def test_other_circles_through_triggers_are_refused(triggers: str) -> None:
    text = "segments: {s: {of: people, when: {fired: a}}}\nmarketing_qualified: {tracks: all}\nfit: {rules: [{name: F, when: {fired: a}, points: 1}]}\n"
    result = read_text(f"{HEAD}{text}triggers: {triggers}\n", "p.yml", OWN)
    assert [p.code for p in result.errors] == ["PB401"]


def test_needs_names_what_the_words_read_of_activities_and_people() -> None:
    text = """
products: {pump: Pump}
interest: {behaviours: view, stated: person.product_interest}
programs: {fair: {statuses: [invited, met]}}
offers: {pair: {free: [a], gated: [b]}}
buying_group: {roles: [champion]}
triggers: {a: {when: {interest: pump}, audience: {program: {type: fair, status: met}}}}
lifecycle: {stages: [{key: SAL, when: {offer: {offer: pair, piece: gated}}}], passed_back: {on: demo, to: SAL}}
"""
    read_ = needs(playbook_of(text))
    assert {str(f) for f in read_.fields} == {
        "person.product_interest",
        "person.buying_role",
        "asset.product",
        "program.type",
    }
    assert read_.columns == {"product", "asset", "program"}
    assert read_.properties == {"status", "reason", "return_on"}
    assert {"program.progressed", "content.shared", "form.submitted"} <= read_.activities


def test_segments_are_ordered_after_those_they_read() -> None:
    text = """
fit: {rules: [{name: Big, when: {segment: big}, points: 60}]}
segments:
  target: {of: people, when: {segment: good}}
  good: {of: people, when: {grade: [A, B]}}
  big: {of: accounts, when: {account.employees: {at_least: 500}}}
"""
    playbook = playbook_of(text)
    assert (
        segment_order(playbook).index("big")
        < segment_order(playbook).index("good")
        < segment_order(playbook).index("target")
    )
    order = [str(d) for d in decision_order(playbook)]
    assert order.index("segment big") < order.index("grade") < order.index("segment good")
    assert {str(d) for d in depends_on(playbook, FIT)} == {"segment big"}


def test_needs_names_the_facts_that_are_read() -> None:
    text = "segments: {s: {of: people, when: {all: [{person.city: Bonn}, {silent: {for: 5 days}}, {opportunity: {status: won}}]}}}\n"
    read_ = needs(playbook_of(text))
    assert read_.fields == {Field("person", "city")}
    assert read_.activities == {"form.submitted", "page.viewed"}
    assert read_.every_buyer_act
    assert read_.opportunities


def test_a_folder_of_files_is_one_playbook(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(HEAD, encoding="utf-8")
    (tmp_path / "b.yml").write_text(
        "behaviours: {share: {activity: content.shared}}\nsegments: {s: {of: people, when: {did: share}}}\n",
        encoding="utf-8",
    )
    result = read(tmp_path, OWN)
    assert result.playbook is not None
    assert set(result.playbook.behaviours) == {"demo", "view", "share"}


def test_the_example_of_the_language_is_read() -> None:
    result = read(VALID / "example.yml", FieldCatalog())
    assert result.problems == ()


def test_loading_a_wrong_playbook_raises_with_all_problems(tmp_path: Path) -> None:
    path = tmp_path / "playbook.yml"
    path.write_text("playbook: T\ntime_zone: Mars\nx: 1\n", encoding="utf-8")
    with pytest.raises(PlaybookError) as caught:
        load(path, OWN)
    assert len(caught.value.problems) == 2
    assert caught.value.exit_code is ExitCode.PLAYBOOK


def test_a_file_that_is_not_there_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    assert [p.code for p in read(tmp_path / "none.yml", OWN).problems] == ["PB108"]
    assert [p.code for p in read(tmp_path, OWN).problems] == ["PB108"]


def test_places_of_parts_are_known_after_reading() -> None:
    result = read_text(
        HEAD + "fit:\n  rules:\n    - {name: Size, when: {account.employees: 5}, points: 1}\n", "p.yml", OWN
    )
    assert str(result.places["fit rule `Size`"]) == "p.yml:6:8"
