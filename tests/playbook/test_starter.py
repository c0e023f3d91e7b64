"""The starter playbook: complete, without a problem, and the default model of the 17 buyer segments."""

from __future__ import annotations

from handraise.model.conditions import Always
from handraise.model.fields import FieldCatalog
from handraise.playbook.reader import read_text
from handraise.playbook.starter import starter_text

RESULT = read_text(starter_text(), "playbook.yml", FieldCatalog())


def test_the_starter_has_no_problem_and_no_warning() -> None:
    assert [str(p) for p in RESULT.problems] == []


def test_the_starter_has_the_seventeen_buyer_segments_each_with_touch_and_measure() -> None:
    assert RESULT.playbook is not None
    segments = RESULT.playbook.buyer_segments
    assert len(segments) == 17
    assert all(s.next_touch and s.kpi and s.label for s in segments)
    assert [s.when == Always() for s in segments] == [False] * 16 + [True]


def test_the_starter_types_what_shows_interest_and_what_intent() -> None:
    assert RESULT.playbook is not None
    assert {b.typed.value for b in RESULT.playbook.behaviours.values() if b.typed} == {"interest", "intent"}
