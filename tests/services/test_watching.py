"""Watching: what stopped, emptied, drifted or is late, in small worlds where it is planted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from handraise.facts.imports import ImportHeader
from handraise.facts.rows import Activity, AttributeChange, PersonRecord, SourceRow
from handraise.facts.store import FactStore
from handraise.model.fields import Entity
from handraise.model.time import MICROS_PER_DAY, Micros, parse_instant
from handraise.services.settings import SettingsError
from handraise.services.watching import Alarm, Watched
from handraise.workspace import Workspace

START = parse_instant("2025-02-01T12:00:00Z")
DAYS = 203
AS_OF = START + DAYS * MICROS_PER_DAY
Plant = Callable[[int], bool]


def _acts(keeps: Plant, form: str, a_day: int) -> Iterator[Activity]:
    """So many submissions a working day; none on the days that `keeps` leaves out."""
    for day in range(DAYS):
        for i in range(a_day if day % 7 < 5 and keeps(day) else 0):
            at = START + day * MICROS_PER_DAY + (i + 1) * 60_000_000
            yield Activity(f"{form}-{day}-{i}", "m:1", at, at, "form.submitted", asset=form)


def _people(
    a_week: int, title: Plant, source: Callable[[int], str]
) -> Iterator[tuple[PersonRecord | AttributeChange, ...]]:
    for week in range(DAYS // 7):
        for i in range(a_week):
            record, day = f"m:p{week}-{i}", week * 7 + i % 5
            at = START + day * MICROS_PER_DAY
            yield (PersonRecord(record, at, at),)
            yield (AttributeChange(Entity.PERSON.value, record, "lead_source", source(day), at, at),)
            if title(day):
                yield (AttributeChange(Entity.PERSON.value, record, "title", "CFO", at, at),)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace.create(tmp_path / "w")
    book = made.folder / "playbook.yml"
    book.write_text(
        "playbook: Small\ntime_zone: UTC\nagreement:\n  parties: {marketing: dana@example.com, sales: lee@example.com}\n"
        "fit: {rules: [{name: Chief, when: {person.title: {contains: chief}}, points: 10}]}\n"
        "buyer_segments: [{key: rest, label: Rest}]\n",
        encoding="utf-8",
    )
    return made


def _append(store: FactStore, facts: list[tuple[object, ...]], at: Micros = AS_OF, name: str = "a") -> None:
    rows = [SourceRow(i + 1, some) for i, some in enumerate(facts)]  # type: ignore[arg-type]
    store.append(ImportHeader("marketo", "marketo.activities", name, name, at, at), rows)


def _watched(workspace: Workspace, facts: list[tuple[object, ...]]) -> Watched:
    with workspace.store() as store:
        _append(store, facts)
    return workspace.watch(AS_OF)


def _of(found: Watched, code: str) -> list[Alarm]:
    return [a for a in found.alarms if a.code == code]


def _always(day: int) -> bool:
    return True


def test_a_form_that_stopped_is_named_with_its_day_and_its_owner(workspace: Workspace) -> None:
    kept = [(a,) for form in ("demo", "guide") for a in _acts(_always, form, 4)]
    broken = [(a,) for a in _acts(lambda day: day < DAYS - 12, "contact", 4)]
    (alarm,) = _watched(workspace, [*kept, *broken]).alarms
    assert (alarm.code, alarm.key, alarm.owner) == ("form_stopped", "contact", "dana@example.com")
    assert abs(alarm.since_at - (AS_OF - 12 * MICROS_PER_DAY)) <= 2 * MICROS_PER_DAY
    assert alarm.n_now == 0
    assert alarm.p < 1e-4
    assert "by chance" in alarm.by_chance


def test_a_world_in_which_nothing_is_the_matter_has_no_alarm(workspace: Workspace) -> None:
    facts = [(a,) for a in _acts(_always, "demo", 4)] + list(_people(20, _always, lambda i: "ab"[i % 2]))
    found = _watched(workspace, facts)
    assert found.alarms == ()
    assert found.n_watched >= 4


def test_where_a_whole_source_stopped_it_is_said_once(workspace: Workspace) -> None:
    facts = [(a,) for form in ("demo", "guide") for a in _acts(lambda day: day < DAYS - 15, form, 4)]
    (alarm,) = _watched(workspace, facts).alarms
    assert alarm.code == "source_stopped"
    assert set(alarm.with_it) == {"form.submitted", "demo", "guide"}


def test_a_field_that_emptied_and_values_that_drifted_are_alarms(workspace: Workspace) -> None:
    late = DAYS - 30
    facts = list(_people(40, lambda day: day < late, lambda i: "Web" if i < late else "Other"))
    found = _watched(workspace, facts)
    (emptied,) = _of(found, "field_emptied")
    assert (emptied.key, emptied.n_now) == ("person.title", 0)
    (drifted,) = _of(found, "values_drifted")
    assert drifted.key == "person.lead_source"
    assert "`Web`" in drifted.what
    assert "`Other`" in drifted.what


def test_an_export_is_late_against_its_own_rhythm_and_not_before(workspace: Workspace) -> None:
    with workspace.store() as store:
        for week in range(10):
            at = START + week * 7 * MICROS_PER_DAY
            _append(store, [(PersonRecord(f"m:{week}", at, at),)], at, f"week {week}")
    last = START + 63 * MICROS_PER_DAY
    assert workspace.watch(last + 8 * MICROS_PER_DAY).alarms == ()
    (alarm,) = workspace.watch(last + 30 * MICROS_PER_DAY).alarms
    assert (alarm.code, alarm.key) == ("export_late", "marketo.activities")
    assert alarm.since_at == last + 7 * MICROS_PER_DAY


def test_the_settings_name_who_looks_at_it(workspace: Workspace) -> None:
    path = workspace.folder / "handraise.yml"
    text = (
        path.read_text(encoding="utf-8")
        + "\nalarm_owners: {marketo: mo@example.com, contact: web@example.com}\n"
    )
    path.write_text(text, encoding="utf-8")
    named = Workspace(workspace.folder)
    broken = [(a,) for a in _acts(lambda day: day < DAYS - 12, "contact", 4)]
    kept = [(a,) for a in _acts(_always, "demo", 4)]
    (alarm,) = _watched(named, [*broken, *kept]).alarms
    assert alarm.owner == "web@example.com"


def test_the_same_facts_and_instant_give_the_same_alarms(workspace: Workspace) -> None:
    broken = [(a,) for a in _acts(lambda day: day < DAYS - 12, "contact", 4)]
    first = _watched(workspace, broken)
    assert workspace.watch(AS_OF) == first


def test_owners_that_are_no_names_are_told_with_their_place(workspace: Workspace) -> None:
    path = workspace.folder / "handraise.yml"
    path.write_text("alarm_owners: {marketo: [a, b]}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        Workspace(workspace.folder)
    assert [p.code for p in refused.value.problems] == ["ST318"]
