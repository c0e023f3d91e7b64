"""Meaning 6: inside a source's coverage no row means that it did not happen; outside, we do not know."""

from __future__ import annotations

import pytest
from tests.spec.conftest import Ask
from tests.spec.words import (
    DAY,
    IN,
    LONG_AGO,
    NOON,
    OUT,
    UNKNOWN,
    World,
    ago,
    days,
    each,
    engagement,
    playbook,
)

from handraise.model.conditions import AccountDid, Condition, Did, Distinct, Times
from handraise.model.time import Micros

WEEK = days(7)
NEVER, ONCE, TWICE = Times(0, 0), Times(1, 1), Times(2, 2)


def _forms() -> World:
    """People with none, one and two forms in the last week."""
    world = World().person("none", "one", "two")
    for name in ("one", "two", "two"):
        world.did(name, "form.submitted", at=ago(3))
    return world


def test_at_least_is_never_unknown(ask: Ask) -> None:
    """Rows that are there can only become more: at least one is in or out by what was seen, covered or not."""
    assert ask(_forms(), Did("form", within=WEEK)) == {"none": OUT, "one": IN, "two": IN}
    assert ask(_forms().covers("form.submitted"), Did("form", within=WEEK)) == {
        "none": OUT,
        "one": IN,
        "two": IN,
    }


def test_zero_times_can_always_be_asked_without_a_limit(ask: Ask) -> None:
    """At least zero times holds for everybody."""
    assert ask(_forms(), Did("form", Times(0), within=WEEK)) == {"none": IN, "one": IN, "two": IN}


@pytest.mark.parametrize(
    ("times", "covered", "uncovered"),
    [
        (NEVER, (IN, OUT, OUT), (UNKNOWN, OUT, OUT)),
        (ONCE, (OUT, IN, OUT), (UNKNOWN, UNKNOWN, OUT)),
        (TWICE, (OUT, OUT, IN), (UNKNOWN, UNKNOWN, UNKNOWN)),
        (Times(0, 1), (IN, IN, OUT), (UNKNOWN, UNKNOWN, OUT)),
        (Times(1, 2), (OUT, IN, IN), (UNKNOWN, UNKNOWN, UNKNOWN)),
    ],
)
def test_a_limit_is_unknown_outside_coverage_unless_the_rows_already_exceed_it(
    ask: Ask, times: Times, covered: tuple[object, ...], uncovered: tuple[object, ...]
) -> None:
    """Exactly, at most and never need all rows: where a source may have missed some, only having seen too many
    settles them."""
    condition = Did("form", times, within=WEEK)
    names = ("none", "one", "two")
    assert ask(_forms().covers("form.submitted"), condition) == dict(zip(names, covered, strict=True))
    assert ask(_forms(), condition) == dict(zip(names, uncovered, strict=True))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (ago(7, plus=1), NOON, IN),
        (ago(7, plus=2), NOON, UNKNOWN),
        (ago(7, plus=1), NOON - 1, UNKNOWN),
        (ago(7, plus=1), NOON + DAY, IN),
        (ago(100), ago(50), UNKNOWN),
    ],
)
def test_a_window_is_covered_to_the_microsecond(
    ask: Ask, start: Micros, end: Micros, expected: object
) -> None:
    """A window of a week starts just after its first instant and ends with its last: coverage that lacks one
    microsecond of it leaves the question open."""
    world = World().person("ann").covers("form.submitted", start=start, end=end)
    assert ask(world, Did("form", NEVER, within=WEEK)) == {"ann": expected}


def test_several_sources_may_cover_a_window_together(ask: Ask) -> None:
    """Two systems that hand over on Wednesday cover the week between them; a gap of a microsecond stays a gap."""
    condition = Did("form", NEVER, within=WEEK)
    world = World().person("ann").covers("form.submitted", start=ago(3, plus=1))
    assert ask(world, condition) == {"ann": UNKNOWN}
    assert ask(world.covers("form.submitted", start=ago(9), end=ago(3, plus=-1)), condition) == {
        "ann": UNKNOWN
    }
    assert ask(world.covers("form.submitted", start=ago(8), end=ago(3)), condition) == {"ann": IN}


def test_every_type_of_a_behaviour_must_be_covered(ask: Ask) -> None:
    """A behaviour of forms or page views has surely not happened only where both are covered."""
    condition = Did("web", NEVER, within=WEEK)
    world = World().person("ann").covers("form.submitted", "email.opened")
    assert ask(world, condition) == {"ann": UNKNOWN}
    assert ask(world.covers("page.viewed"), condition) == {"ann": IN}


def test_ever_needs_coverage_since_the_person_is_known(ask: Ask) -> None:
    """Never, without a window, looks back to the person's first known instant: an export that starts then or
    before covers it, one that starts a microsecond later does not."""
    condition = Did("form", NEVER)
    world = World().person("old", at=ago(30)).person("new", at=ago(20))
    world.covers("form.submitted", start=ago(20))
    assert ask(world, condition) == {"old": UNKNOWN, "new": IN}
    world = World().person("ann", at=ago(20)).covers("form.submitted", start=ago(20, plus=1))
    assert ask(world, condition) == {"ann": UNKNOWN}


def test_since_needs_coverage_from_its_own_instant_on(ask: Ask) -> None:
    """Never since 1 March, whoever came later included, needs coverage from 1 March, that instant included."""
    condition = Did("form", NEVER, since=ago(10))
    assert ask(World().person("ann").covers("form.submitted", start=ago(10)), condition) == {"ann": IN}
    assert ask(World().person("ann").covers("form.submitted", start=ago(10, plus=1)), condition) == {
        "ann": UNKNOWN
    }


def test_nothing_can_have_happened_in_a_window_that_has_not_begun(ask: Ask) -> None:
    """Never since 1 April, asked on 31 March: there is no instant yet at which it could have happened, so it is
    certain, covered or not."""
    world = World().person("ann", account="acme").did("ann", "form.submitted")
    questions: dict[str, Condition] = {
        "never": Did("form", NEVER, since=NOON + 1),
        "once": Did("form", ONCE, since=NOON + 1),
        "nobody": AccountDid("form", NEVER, since=NOON + 1),
    }
    assert ask.all(world, questions) == {"never": {"ann": IN}, "once": {"ann": OUT}, "nobody": {"ann": IN}}


def test_coverage_says_nothing_of_the_instant_before_it_ends(ask: Ask) -> None:
    """Asked a day earlier, coverage that reaches to noon covers that day's week as well; asked a day later it
    does not reach."""
    world = World().person("ann").covers("form.submitted", start=ago(30))
    condition = Did("form", NEVER, within=WEEK)
    assert ask(world, condition, ago(1)) == {"ann": IN}
    assert ask(world, condition, NOON + DAY) == {"ann": UNKNOWN}


def test_an_act_that_is_known_late_was_not_there_before(ask: Ask) -> None:
    """Covered, and nothing seen: never holds until the late row arrives, and fails from then on."""
    world = (
        World().person("ann").did("ann", "form.submitted", at=ago(3), known=ago(1)).covers("form.submitted")
    )
    condition = Did("form", NEVER, within=WEEK)
    assert ask(world, condition, ago(1, plus=-1)) == {"ann": IN}
    assert ask(world, condition, ago(1)) == {"ann": OUT}


def test_an_occurrence_whose_where_is_unknown_does_not_count(ask: Ask) -> None:
    """A form of which we do not know which it was counts neither as a demo request nor as any other form."""
    world = World().person("demo", "other", "unsaid")
    world.did("demo", "form.submitted", where={"form": "Demo"})
    world.did("other", "form.submitted", where={"form": "newsletter"})
    world.did("unsaid", "form.submitted")
    assert ask.all(world, {"demo": Did("demo"), "other": Did("other_form"), "any": Did("form")}) == {
        "demo": {"demo": IN, "other": OUT, "unsaid": OUT},
        "other": {"demo": OUT, "other": IN, "unsaid": OUT},
        "any": {"demo": IN, "other": IN, "unsaid": IN},
    }


def test_an_asset_is_read_as_it_was_when_the_act_became_visible(ask: Ask) -> None:
    """A paper that becomes `high` value tomorrow does not make yesterday's download a high-value one, and one that
    was demoted since keeps what it earned. A download that arrives late is read as of its arrival."""
    world = World().person("before", "after", "late", "unknown")
    world.has("crm:paper", "asset.tier", "low", at=LONG_AGO).has("crm:paper", "asset.tier", "high", at=ago(5))
    for name, at, known in (
        ("before", ago(5, plus=-1), ago(5, plus=-1)),
        ("after", ago(5), ago(5)),
        ("late", ago(9), ago(2)),
    ):
        world.did(name, "content.downloaded", asset="crm:paper", at=at, known=known)
    world.did("unknown", "content.downloaded", asset="crm:other")
    assert ask(world, Did("high_value")) == {"before": OUT, "after": IN, "late": IN, "unknown": OUT}


def test_a_visitors_download_is_read_as_of_the_download_not_of_the_link(ask: Ask) -> None:
    """She downloaded the paper as an unknown visitor when it was `low`; that she is known today, and the paper
    `high`, does not make it a high-value download."""
    world = World().person("ann").person("web:v", identified=False).bears("web:v", "id:crm:ann", at=ago(1))
    world.has("crm:paper", "asset.tier", "low", at=LONG_AGO).has("crm:paper", "asset.tier", "high", at=ago(3))
    world.did("web:v", "content.downloaded", asset="crm:paper", at=ago(5))
    assert ask.all(world, {"any": Did("download"), "high": Did("high_value")}) == {
        "any": {"ann": IN}, "high": {"ann": OUT},
    }  # fmt: skip


def test_an_asset_described_after_the_act_stays_undescribed_for_it(ask: Ask) -> None:
    """The tier was unknown when the download became visible: it does not count, now or later."""
    world = World().person("ann").did("ann", "content.downloaded", asset="crm:paper", at=ago(9))
    world.has("crm:paper", "asset.tier", "high", at=ago(9), known=ago(8))
    assert ask(world, Did("high_value")) == {"ann": OUT}


def test_different_assets_are_counted_where_that_is_asked(ask: Ask) -> None:
    """At least two different papers: the same one twice is one, and a download of no known paper is none."""
    world = World().person("two", "same", "unnamed").covers("content.downloaded")
    for name, asset in (
        ("two", "crm:paper"), ("two", "crm:case"), ("same", "crm:paper"), ("same", "crm:paper"),
        ("unnamed", "crm:paper"), ("unnamed", None),
    ):  # fmt: skip
        world.did(name, "content.downloaded", asset=asset)
    at_least_two: Condition = Did("download", Times(2), WEEK, distinct=Distinct.ASSET)
    exactly_one: Condition = Did("download", ONCE, WEEK, distinct=Distinct.ASSET)
    assert ask.all(world, {"two": at_least_two, "one": exactly_one}) == {
        "two": {"two": IN, "same": OUT, "unnamed": OUT},
        "one": {"two": OUT, "same": IN, "unnamed": IN},
    }


def test_programs_and_products_count_the_same_way(ask: Ask) -> None:
    """Two different products in one program are two products and one program."""
    world = World().person("ann")
    world.did("ann", "content.downloaded", program="crm:spring", product="pump")
    world.did("ann", "content.downloaded", program="crm:spring", product="valve")
    questions = {
        "products": Did("download", Times(2), distinct=Distinct.PRODUCT),
        "programs": Did("download", Times(2), distinct=Distinct.PROGRAM),
    }
    assert ask.all(world, questions) == {"products": {"ann": IN}, "programs": {"ann": OUT}}


def test_scores_count_what_was_seen(ask: Ask) -> None:
    """Points for acts need no coverage: an act that no source told us of earns nothing."""
    scored = playbook(engagement=engagement(each(10, "form", within=WEEK)))
    decided = ask.decisions(_forms(), scored)
    assert {name: int(d.engagement_score) for name, d in decided.items()} == {"none": 0, "one": 10, "two": 20}
    assert all(d.engagement_low == d.engagement_high for d in decided.values())
