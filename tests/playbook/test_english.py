"""Plain English: it reads well aloud, in the team's own words."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.playbook.strategies import CATALOG, playbooks
from tests.playbook.test_reader import OWN, condition_of, playbook_of

from handraise.model.conditions import CONDITION_KINDS
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.value_tests import VALUE_TEST_KINDS
from handraise.playbook import predicates
from handraise.playbook.english import denial, sentence
from handraise.playbook.reader import read_text
from handraise.playbook.signoff import english
from handraise.playbook.starter import starter_text

SENTENCES: tuple[tuple[str, str], ...] = (
    ("{account.employees: {between: [200, 5000]}}", "Number of employees is between 200 and 5,000"),
    ("{account.industry: [life_sciences, pharma]}", "Industry is life sciences or pharma"),
    ("{account.industry: {not in: [a, b]}}", "Industry is none of a and b"),
    ("{not: {account.industry: pharma}}", "Industry is not pharma"),
    ("{person.country: DE}", "Country of the person is DE"),
    ("{account.country: DE}", "Country of the account is DE"),
    ("{account.is_competitor: true}", "the account is a competitor"),
    ("{not: {account.is_competitor: true}}", "the account is not a competitor"),
    ("{person.has_need: false}", "has no established need"),
    ("{account.technologies: [sap, oracle]}", "Technologies in use include sap or oracle"),
    ("{not: {account.technologies: sap}}", "Technologies in use do not include sap"),
    ("{account.renewal_on: {in the next: 90 days}}", "Renewal date is in the next 90 days"),
    ("{account.renewal_on: {before: 2026-09-30}}", "Renewal date is before 30 September 2026"),
    ("{person.title: {known: false}}", "Job title is not known"),
    ("{did: {behaviour: demo, times: {at_least: 2}, within: 5 days}}", "asked for a demo at least twice in the last 5 days"),
    ("{did: {behaviour: demo, times: {exactly: 0}, within: 90 days}}", "certainly never asked for a demo in the last 90 days"),
    ("{not: {did: {behaviour: demo, within: 90 days}}}", "never asked for a demo in the last 90 days"),
    ("{did: {behaviour: demo, times: {at_most: 3}}}", "asked for a demo at most 3 times"),
    ("{did: {behaviour: view, times: 3, distinct: asset}}", "viewed a page (view), at least 3 different assets"),
    ("{did: {behaviour: demo, since: 2026-06-01}}", "asked for a demo since 1 June 2026"),
    ("{not: {did: accepted}}", "was never accepted by sales"),
    ("{silent: {for: 60 days}}", "did nothing for 60 days"),
    ("{silent: {for: 60 days, behaviours: demo}}", "never asked for a demo for 60 days"),
    ("{account: {did: {behaviour: demo, within: 30 days, people: {at_least: 3}}}}", "at least 3 people at the account asked for a demo in the last 30 days"),
    ("{account: {did: demo}}", "somebody at the account asked for a demo"),
    ("{account: {who: {person.buying_role: economic_buyer}}}", "of somebody at the account this holds: buying role is economic buyer"),
    ("{opportunity: {status: open}}", "the account has an open deal"),
    ("{not: {opportunity: {status: open, of: person}}}", "has no role in any open deal"),
    ("{opportunity: {status: lost, within: 24 months}}", "the account has a deal lost in the last 24 months"),
    ("{grade: [A, B]}", "fit grade is certainly A or B"),
    ("{grade: open}", "fit grade is still open"),
    ("{segment: base}", "belongs to ICP"),
    ("{not: {segment: base}}", "does not belong to ICP"),
    ("{marketing_qualified: true}", "is marketing-qualified"),
    ("{stage: MQL}", "stage is MQL"),
    ("{not: {stage: MQL}}", "stage is not MQL"),
    ("{not: {stage: [MQL, SAL]}}", "stage is none of MQL and Accepted"),
    ("{stage: {is: [MQL, SAL], for less than: 2 days}}", "stage is MQL or Accepted, for less than 2 days"),
    ("{fired: many_forms}", 'the trigger "Many forms" fired'),
    ("{not: {fired: {trigger: many_forms, within: 5 days}}}", 'the trigger "Many forms" never fired in the last 5 days'),
    ("{fired: [many_forms, it_again]}", 'the triggers "Many forms" or "it again" fired'),
    ("{not: {fired: [many_forms, it_again]}}", 'none of the triggers "Many forms" and "it again" fired'),
    ("{person.owner: {held for: 30 days}}", "Owner in the CRM of the person is known, unchanged for 30 days or longer"),
    ("{first time: demo}", "asked for a demo for the first time"),
    ("{not: {stopped: {behaviour: demo, for: 9 days}}}", "not (asked for a demo before, but not in the last 9 days)"),
    ("{sequence: [demo, view], within: 7 days}", "asked for a demo, then viewed a page (view), all in the last 7 days"),
    ("{not: {offer: {offer: guide, piece: shared}}}", "never passed on guide"),
    ("{not: {program: {type: trade_show, status: met_us}}}", 'never reached "met us" or later in a program of type trade show'),
    ("{not: {interest: pump}}", "is not interested in The pump"),
    ("{score: {fit: {at_least: 1500.5}}}", "fit score is at least 1,500.5"),
    ("{all: [{did: demo}, {account.employees: {more_than: 9}}]}", "asked for a demo, and number of employees is more than 9"),
    ("{all: [{did: demo}, {any: [{level: 1}, {rank: A2}]}]}", "asked for a demo, and (engagement level is 1, or rank is A2)"),
    ("{at_least: 2, of: [{level: 1}, {rank: A2}, {did: demo}]}", "at least 2 of these 3: engagement level is 1; rank is A2; asked for a demo"),
)  # fmt: skip

_WORDS = """
playbook: Test
time_zone: UTC
behaviours:
  demo: {activity: form.submitted, words: asked for a demo}
  view: {activity: page.viewed}
  accepted: {activity: lead.accepted, words: was accepted by sales}
marketing_qualified: {ranks: A1}
products: {pump: The pump}
programs: {trade_show: {statuses: [invited, met_us]}}
offers: {guide: {free: [a], gated: [b]}}
triggers:
  many_forms: {when: {did: {behaviour: demo, times: 2}}, label: Many forms}
  it_again: {when: {did: view}}
lifecycle: {stages: [{key: MQL, on: demo}, {key: SAL, label: Accepted, on: accepted}]}
segments:
  base: {of: people, label: ICP, when: {person.city: Bonn}}
"""


def _said(text: str, terms: str = "{}") -> str:
    result = read_text(f"{_WORDS}  tested: {{of: people, when: {text}}}\nterms: {terms}\n", "p.yml", OWN)
    assert result.playbook is not None, "\n".join(map(str, result.problems))
    return sentence(result.playbook.segments["tested"].when, result.playbook, OWN)


@pytest.mark.parametrize(("text", "said"), SENTENCES, ids=[t for t, _ in SENTENCES])
def test_a_condition_is_said_so(text: str, said: str) -> None:
    assert _said(text) == said


def test_the_teams_terms_are_used_everywhere() -> None:
    terms = "{MQL: Sales-ready lead, fit: match, grade: class, A: Gold, account: company, deal: project, account.employees: Headcount}"
    assert _said("{grade: A}", terms) == "match class is certainly Gold"
    assert _said("{opportunity: {status: open}}", terms) == "the company has an open project"
    assert _said("{account.employees: {at_least: 5}}", terms) == "Headcount is at least 5"
    assert _said("{marketing_qualified: true}", terms) == "is a Sales-ready lead"


def test_every_kind_of_condition_and_test_has_words() -> None:
    for kind in CONDITION_KINDS:
        assert sentence.dispatch(kind) is not sentence.dispatch(object), kind
    for kind in VALUE_TEST_KINDS:
        assert predicates.predicate.dispatch(kind) is not predicates.predicate.dispatch(object), kind


@given(playbooks())
@settings(
    max_examples=25, deadline=None, suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large)
)
def test_every_playbook_can_be_said(playbook: Playbook) -> None:
    text = english(playbook, CATALOG)
    assert text.startswith(f"# {playbook.name}")
    for segment in playbook.segments.values():
        assert sentence(segment.when, playbook, CATALOG)
        assert denial(segment.when, playbook, CATALOG)


def test_the_starter_playbook_reads_exactly_so() -> None:
    """To accept a new text after reading it aloud: `python -m tests.playbook.test_english`."""
    assert _starter_english() == STARTER.read_text(encoding="utf-8")


STARTER = Path(__file__).parent / "valid" / "starter.md"


def _starter_english() -> str:
    playbook = read_text(starter_text(), "playbook.yml", FieldCatalog()).playbook
    assert playbook is not None
    return english(playbook)


def test_after_renaming_no_word_of_ours_is_left_in_what_is_signed() -> None:
    terms = "{fit: match, grade: class, engagement: warmth, level: step, rank: box, account: company, accounts: companies, person: contact, people: contacts}"
    text = (
        f"terms: {terms}\n"
        "fit: {rules: [{name: Size, when: {account.employees: 5}, points: 5}]}\nengagement: {rules: [{behaviour: demo, points: 5}]}\n"
    )
    said = english(playbook_of(text, FieldCatalog()))
    for word in ("Fit", "fit", "Grade", "Engagement", "Level", "Rank", "account", "person"):
        assert word not in said, word


TRIGGERS = """
business_hours: {days: [mon-thu, sat], from: "08:00", holidays: [2027-01-01, 2026-12-25]}
marketing_qualified: {tracks: [forms]}
buying_group: {roles: [economic_buyer, champion]}
triggers:
  many_forms:
    when: {did: {behaviour: demo, times: 2, within: 5 days}}
    audience: {not: {person.is_student: true}}
    label: Many forms
    track: forms
    sla: 4 business hours
    rest: 30 days
    fire_existing: once
lifecycle:
  stages:
    - {key: MIL, when: {did: view}}
    - {key: MQL, when: {any: [{fired: many_forms}, {marketing_qualified: true}]}, sla: 1 business day}
    - {key: SAL, label: Accepted, on: demo}
  passed_back: {on: view, to: MIL}
"""


def test_triggers_and_stages_are_signed_in_sentences() -> None:
    said = english(playbook_of(TRIGGERS), FieldCatalog())
    assert (
        "Business hours are Monday, Tuesday, Wednesday, Thursday and Saturday, 08:00 to 17:00, but not on 25 December 2026 and 1 January 2027."
        in said
    )
    assert (
        "It should have somebody in each of these roles at every account:\n\n"
        "- **economic buyer**: Buying role is economic buyer.\n- **champion**: Buying role is champion.\n"
        in said
    )
    assert "As long as the track forms stands, the person is marketing-qualified." in said
    assert (
        "- **Many forms** (track forms; sales has 4 business hours; stands for 14 days; rests for 30 days; at its start, "
        "fires once for everybody of whom it is true already): submitted a form (demo) at least twice in the last 5 days.\n\n"
        "  Only where this holds or may hold: is not a student.\n"
    ) in said
    assert "2. **MQL** (sales has 1 business day): any of these holds:\n" in said
    assert '   - the trigger "Many forms" fired\n' in said
    assert "3. **Accepted** (by an act: submitted a form (demo)).\n" in said
    assert (
        "Who viewed a page (view) goes back to MIL, with a reason (`reason`) and a date to return (`return_on`)."
        in said
    )


def test_stages_triggers_and_tracks_can_be_renamed_by_key_and_by_label() -> None:
    terms = "terms: {MQL: Sales-ready, Accepted: Taken, many_forms: Form filler, forms: Form track, trigger: alarm, triggers: alarms, stage: step, lifecycle: journey, track: lane, sales: closers}\n"
    said = english(playbook_of(TRIGGERS + terms), FieldCatalog())
    for own in (
        "**Sales-ready**",
        "**Taken**",
        "**Form filler** (lane Form track; closers",
        "## Alarms",
        "## Journey",
        'the alarm "Form filler" fired',
    ):
        assert own in said, own
    for ours in ("MQL", "Accepted", "Many forms", "trigger", "Trigger", "stage ", "track forms", "ifecycle"):
        assert ours not in said, ours


def test_numbers_are_said_with_separators() -> None:
    assert predicates.value_words(Decimal(1234567), None) == "1,234,567"
    assert condition_of("{account.employees: 5000}") is not None


if __name__ == "__main__":
    STARTER.write_text(_starter_english(), encoding="utf-8")
