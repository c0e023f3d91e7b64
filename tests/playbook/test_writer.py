"""What is written is read back as the same playbook, and names the version."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from tests.playbook.strategies import CATALOG, playbooks

from handraise.model.conditions import CONDITION_KINDS
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook, SetAside
from handraise.model.value_tests import VALUE_TEST_KINDS
from handraise.playbook import write_conditions
from handraise.playbook.reader import read_text
from handraise.playbook.starter import starter_text
from handraise.playbook.writer import short_version, version_of, write

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


@given(playbooks())
@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
def test_what_is_written_is_read_back_as_the_same_playbook(playbook: Playbook) -> None:
    text = write(playbook)
    result = read_text(text, "written.yml", CATALOG)
    assert [str(p) for p in result.errors] == []
    assert result.playbook == playbook
    assert write(playbook) == text


def test_every_kind_of_condition_and_test_can_be_written() -> None:
    for kind in CONDITION_KINDS:
        assert write_conditions.condition_data.dispatch(kind) is not write_conditions.condition_data.dispatch(
            object
        )
    for kind in VALUE_TEST_KINDS:
        assert write_conditions.test_data.dispatch(kind) is not write_conditions.test_data.dispatch(object)


def _starter(text: str) -> Playbook:
    playbook = read_text(text, "playbook.yml", FieldCatalog()).playbook
    assert playbook is not None
    return playbook


def test_comments_spelling_and_the_order_of_names_do_not_change_the_version() -> None:
    text = starter_text()
    other = text.replace("at_most:", "at most:").replace("# ", "# really ")
    assert version_of(_starter(text)) == version_of(_starter(other))


def test_a_changed_threshold_changes_the_version() -> None:
    text = starter_text()
    assert version_of(_starter(text)) != version_of(_starter(text.replace("A: 65", "A: 66")))


def test_the_version_says_also_what_is_usual() -> None:
    playbook = _starter(starter_text())
    assert "levels: {" in write(playbook)
    assert "review_every: 90 days" in write(playbook)


def test_a_part_that_is_set_aside_is_named_in_the_text() -> None:
    playbook = replace(
        _starter(starter_text()), set_aside=(SetAside("`plays`", "`plays` is not decided yet"),)
    )
    assert "# set aside: `plays`" in write(playbook)


def test_the_order_of_triggers_is_their_priority_and_so_part_of_the_version() -> None:
    head = "playbook: T\ntime_zone: UTC\nbehaviours: {demo: {activity: form.submitted}}\ntriggers:\n"
    one, two = "  one: {when: {did: demo}}\n", "  two: {when: {silent: {for: 9 days}}}\n"
    assert version_of(_starter(head + one + two)) != version_of(_starter(head + two + one))


def test_weeks_of_capacity_are_written_as_the_people_they_are() -> None:
    text = (
        "playbook: T\ntime_zone: UTC\nagreement: {capacity: {mqls_per_week: 120}}\n"
        "engagement: {levels: {1: 1 week of capacity, 2: 2 weeks of capacity, 3: top 900 people}}\n"
    )
    assert "levels: {1: top 120 people, 2: top 240 people, 3: top 900 people}" in write(_starter(text))


def test_a_version_is_shown_by_twelve_letters() -> None:
    version = version_of(_starter(starter_text()))
    assert len(version) == 64
    assert short_version(version) == version[:12]
