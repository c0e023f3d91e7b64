"""Tables that only say who took part in what other tables tell are read with them, in any order."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from handraise.services.importing import FileOutcome
from handraise.workspace import Workspace

EXPORTED = "2024-06-30"
FILES = {
    "contact.csv": "id,property_email,property_createdate\n501,ana@acme.example,2024-01-01 00:00:00\n",
    "engagement_call.csv": (
        "engagement_id,_fivetran_synced,property_hs_timestamp,property_hs_createdate,type\n"
        "41,2024-06-01 00:00:00,2024-03-05 09:00:00,2024-03-05 09:00:00,CALL\n"
    ),
    "engagement_contact.csv": (
        "contact_id,engagement_id,engagement_type,type_id,category\n501,41,CALL,194,HUBSPOT_DEFINED\n"
    ),
}


def imported(folder: Path, *names: str) -> dict[str, FileOutcome]:
    workspace = Workspace.create(folder / "workspace")
    return outcomes(workspace, folder, *names)


def outcomes(workspace: Workspace, folder: Path, *names: str) -> dict[str, FileOutcome]:
    for name in names:
        (folder / name).write_text(FILES[name], encoding="utf-8")
    found = workspace.import_files([folder / name for name in names], exported_at=EXPORTED)
    assert all(o.rows_in == o.accepted + o.duplicate + o.quarantined for o in found)
    return {o.file_name: o for o in found}


@pytest.mark.parametrize("order", list(permutations(FILES)), ids=" ".join)
def test_who_took_part_is_known_in_any_order_of_files(tmp_path: Path, order: tuple[str, ...]) -> None:
    found = imported(tmp_path, *order)
    assert (found["engagement_call.csv"].accepted, found["engagement_call.csv"].quarantined) == (1, 0)
    links = found["engagement_contact.csv"]
    assert (links.taken_for, links.rows_in, links.refusal) == (
        "HubSpot's links of engagements to people",
        0,
        None,
    )
    assert [(f.code, f.n) for f in links.findings] == [("read_for_others", 1)]


def test_alone_the_links_are_refused_and_say_what_they_need(tmp_path: Path) -> None:
    refusal = imported(tmp_path, "engagement_contact.csv")["engagement_contact.csv"].refusal
    assert refusal is not None
    assert "Import it together with those files." in refusal


def test_calls_imported_without_their_people_are_taken_once_these_are_there(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "workspace")
    first = outcomes(workspace, tmp_path, "engagement_call.csv")["engagement_call.csv"]
    assert (first.quarantined, first.reasons[0][0]) == (
        1,
        "it names no contact, and no table of this import says who took part.",
    )
    then = outcomes(workspace, tmp_path, "engagement_call.csv", "engagement_contact.csv")
    assert then["engagement_call.csv"].accepted == 1


def test_a_mapping_takes_the_links_before_anything_else(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "workspace")
    (workspace.folder / "mapping.yml").write_text(
        "source: own\nfiles:\n  - name: links\n    match: {columns: [engagement_id, contact_id]}\n"
        "    targets: [{table: people, id: contact_id}]\n",
        encoding="utf-8",
    )
    found = outcomes(workspace, tmp_path, "engagement_call.csv", "engagement_contact.csv")
    assert (found["engagement_contact.csv"].taken_for, found["engagement_contact.csv"].accepted) == (
        "links",
        1,
    )
