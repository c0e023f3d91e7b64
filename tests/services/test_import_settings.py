"""What `handraise.yml` says about every import."""

from __future__ import annotations

from pathlib import Path

import pytest

from handraise.services.settings import SettingsError, read_settings
from handraise.workspace import Workspace

EXPORTED = "2026-03-01"
LEADS = (
    "Id,Status,LeadSource,Industry,CreatedDate,LastModifiedDate\n"
    "00Q000000000001,New,Web,-,01/02/2026 09:00,01/02/2026 09:00\n"
)
ACTIVITIES = (
    "marketoGUID,leadId,activityDate,activityTypeId,campaignId,primaryAttributeValueId,primaryAttributeValue,attributes\n"
    "g1,7,2026-02-01T09:00:00Z,100042,null,null,Roadshow,{}\n"
)


def workspace(folder: Path, settings: str) -> Workspace:
    made = Workspace.create(folder / "workspace")
    (made.folder / "handraise.yml").write_text(settings, encoding="utf-8")
    return Workspace(made.folder)


def problems(folder: Path, settings: str) -> list[str]:
    (folder / "handraise.yml").write_text(settings, encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        read_settings(folder)
    return [p.code for p in raised.value.problems]


def rows(of: Workspace, statement: str) -> list[tuple[object, ...]]:
    with of.store() as store:
        return list(store.connection.execute(statement).fetchall())


def test_stated_formats_and_spellings_of_missing_values_hold_for_every_file(tmp_path: Path) -> None:
    (tmp_path / "Lead.csv").write_text(LEADS, encoding="utf-8")
    own = workspace(tmp_path, 'formats: ["%d/%m/%Y %H:%M"]\ntime_zone: Europe/London\nmissing: ["-"]\n')
    outcome = own.import_files([tmp_path / "Lead.csv"], exported_at=EXPORTED)[0]
    assert (outcome.accepted, outcome.quarantined) == (1, 0)
    assert rows(own, "SELECT make_timestamp(happened_at)::VARCHAR FROM person_records") == [
        ("2026-02-01 09:00:00",)
    ]
    assert rows(own, "SELECT count(*) FROM fields WHERE name = 'industry'") == [(0,)]


def test_without_stated_formats_the_same_row_is_quarantined(tmp_path: Path) -> None:
    (tmp_path / "Lead.csv").write_text(LEADS, encoding="utf-8")
    outcome = workspace(tmp_path, "{}").import_files([tmp_path / "Lead.csv"], exported_at=EXPORTED)[0]
    assert (outcome.accepted, outcome.quarantined) == (0, 1)


def test_own_marketo_types_are_activities_and_are_covered(tmp_path: Path) -> None:
    (tmp_path / "activities.csv").write_text(ACTIVITIES, encoding="utf-8")
    own = workspace(tmp_path, "marketo_types: {100042: webinar.attended, 100043: custom.badge_scanned}\n")
    assert own.import_files([tmp_path / "activities.csv"], exported_at=EXPORTED)[0].accepted == 1
    assert rows(own, "SELECT type FROM kinds") == [("webinar.attended",)]
    covered = {type_ for (type_,) in rows(own, "SELECT activity_type FROM coverage")}
    assert {"webinar.attended", "custom.badge_scanned", "form.submitted"} <= covered


def test_only_the_kinds_that_were_asked_for_and_can_be_held_are_covered(tmp_path: Path) -> None:
    (tmp_path / "activities.csv").write_text(ACTIVITIES, encoding="utf-8")
    own = workspace(
        tmp_path, "covers_types: {marketo: [form.submitted, call.made], salesforce: [call.made]}\n"
    )
    own.import_files([tmp_path / "activities.csv"], exported_at=EXPORTED)
    assert rows(own, "SELECT activity_type FROM coverage") == [("form.submitted",)]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("formats: [dd/mm/yyyy]", "ST315"),
        ("missing: {a: b}", "ST305"),
        ("marketo_types: [100042]", "ST310"),
        ("marketo_types: {roadshow: webinar.attended}", "ST311"),
        ("marketo_types: {100042: [webinar.attended]}", "ST312"),
        ("marketo_types: {100042: webinar.atended}", "ST314"),
        ("covers_types: [form.submitted]", "ST313"),
        ("covers_types: {marketo: []}", "ST312"),
        ("covers_types: {marketo: [form.submited]}", "ST314"),
    ],
)
def test_what_no_import_can_follow_is_a_problem_of_the_settings(
    tmp_path: Path, settings: str, code: str
) -> None:
    assert problems(tmp_path, settings) == [code]
