"""The form of a trigger: what must stay the same for it to be the same trigger in another playbook."""

from __future__ import annotations

import pytest

from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.playbook.definitions import definition_of
from handraise.playbook.reader import read_text

TEXT = """
playbook: One
time_zone: UTC
terms: {MQL: Sales-ready lead}
behaviours:
  demo: {activity: form.submitted, where: {form: demo}, words: asked for a demo}
  visit: {activity: page.viewed}
  came: {activity: program.succeeded}
fit:
  rules:
    - {name: Decision maker, when: {person.seniority: vp}, points: 30}
  grades: {A: 30, B: 20, C: 10}
engagement:
  rules:
    - {behaviour: visit, points: 5, within: 30 days}
  levels: {1: 30, 2: 20, 3: 10}
marketing_qualified: {ranks: [A1], tracks: [asked]}
programs:
  webinar: {statuses: [registered, {key: attended, on: came}]}
segments:
  core: {of: accounts, when: {account.employees: {at_least: 200}}, label: Core}
  big: {of: accounts, when: {segment: core}}
buying_group:
  roles:
    champion: {when: {person.seniority: director}, label: Champion}
    buyer: {when: {segment: big}}
triggers:
  grouped: {when: {buying_group: {has: champion}}}
  unbought: {when: {buying_group: {missing: buyer}}}
  plain: {when: {did: {behaviour: demo, within: 1 day}}, audience: {segment: big}, sla: 1 hour, track: asked}
  graded: {when: {all: [{did: visit}, {grade: A}]}}
  qualified: {when: {marketing_qualified: true}}
  staged: {when: {stage: MQL}}
  at_webinar: {when: {program: {type: webinar, status: attended}}}
  after: {when: {fired: plain}}
lifecycle:
  stages:
    - {key: MQL, when: {level: 1}, label: Sales-ready}
buyer_segments:
  - {key: rest, label: Rest}
"""
TRIGGERS = ("grouped", "unbought", "plain", "graded", "qualified", "staged", "at_webinar", "after")


def book(text: str = TEXT) -> Playbook:
    result = read_text(text, "playbook.yml", FieldCatalog())
    assert result.playbook is not None, result.problems
    return result.playbook


def forms(playbook: Playbook) -> dict[str, str]:
    return {key: definition_of(playbook, key) for key in playbook.triggers}


@pytest.mark.parametrize(
    ("was", "now", "edited"),
    [
        ("within: 1 day}", "within: 2 days}", {"plain", "after", "qualified"}),
        ("form: demo}", "form: [demo, trial]}", {"plain", "after", "qualified"}),
        ("at_least: 200", "at_least: 300", {"plain", "after", "qualified", "unbought"}),
        ("seniority: director", "seniority: [director, manager]", {"grouped"}),
        ("seniority: vp}, points: 30", "seniority: c_level}, points: 30", {"graded", "qualified"}),
        ("grades: {A: 30", "grades: {A: 25", {"graded", "qualified"}),
        ("points: 5", "points: 6", {"qualified", "staged"}),
        ("ranks: [A1]", "ranks: [A1, A2]", {"qualified"}),
        ("tracks: [asked]", "tracks: [asked, after]", {"qualified"}),
        ("sla: 1 hour", "stands_for: 3 days", {"qualified"}),
        ("on: came", "on: [came, visit]", {"at_webinar"}),
        ("when: {level: 1}", "when: {level: [1, 2]}", {"staged"}),
        ("time_zone: UTC", "time_zone: Europe/London", set(TRIGGERS)),
        ("sla: 1 hour", "rest: 3 days", {"plain", "after", "qualified"}),
    ],
)
def test_a_trigger_is_another_one_where_something_that_it_rests_on_is(
    was: str, now: str, edited: set[str]
) -> None:
    assert was in TEXT
    before, after = forms(book()), forms(book(TEXT.replace(was, now)))
    assert {key for key in TRIGGERS if before[key] != after[key]} == edited


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("playbook: One", "playbook: Two"),
        ("MQL: Sales-ready lead", "MQL: Hot lead"),
        ("words: asked for a demo", "words: wanted a demo"),
        ("label: Core", "label: Core market"),
        ("label: Champion", "label: Our friend"),
        ("name: Decision maker", "name: Decides"),
        ("sla: 1 hour", "sla: 2 hours"),
        ("label: Sales-ready", "label: Ready"),
        ("key: rest, label: Rest", "key: others, label: Others"),
    ],
)
def test_what_only_names_things_leaves_every_trigger_as_it_is(was: str, now: str) -> None:
    assert was in TEXT
    assert forms(book(TEXT.replace(was, now))) == forms(book())


def test_the_order_of_triggers_is_not_their_form() -> None:
    """It is their priority, which says on which of two tracks somebody is."""
    playbook = book()
    turned = Playbook(**{**_fields(playbook), "triggers": dict(reversed(playbook.triggers.items()))})
    assert forms(turned) == forms(playbook)


def _fields(playbook: Playbook) -> dict[str, object]:
    return {name: getattr(playbook, name) for name in playbook.__dataclass_fields__}
