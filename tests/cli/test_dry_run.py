"""`import --dry-run` says what an import would say, and changes nothing; archives and streams from the command line."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import LEADS, Call

from handraise.errors import InputFileError
from handraise.importers.imports import FileImport
from handraise.workspace import Workspace

BROKEN = LEADS + "x,Cy,,,,,,,,,,,\n"
CALLS = "".join(
    json.dumps(c) + "\n"
    for c in (
        {
            "type": "track",
            "messageId": "1",
            "userId": "u",
            "timestamp": "2026-01-02T00:00:00Z",
            "event": "Signed Up",
        },
        {
            "type": "track",
            "messageId": "1",
            "userId": "u",
            "timestamp": "2026-01-02T00:00:00Z",
            "event": "Signed Up",
        },
        {"type": "track", "messageId": "2"},
    )
)
AT = ("--exported-at", "2026-02-01")


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "Lead.csv").write_text(LEADS)
    (folder / "calls.jsonl").write_text(CALLS)
    (folder / "odd.csv").write_text("when,what\n1,2\n")
    with zipfile.ZipFile(folder / "weekly.zip", "w") as archive:
        archive.writestr("Lead.csv", BROKEN)
        archive.writestr("inner.zip", b"PK\x03\x04")
    return folder


def files(said: Any) -> list[dict[str, Any]]:
    return [{**f, "problems": None} for f in said.json["files"]]


def test_a_dry_run_says_what_the_import_then_says(exports: Path, workspace: Path, call: Call) -> None:
    rehearsed = call("import", exports, "-w", workspace, *AT, "--dry-run", "--json")
    assert rehearsed.json["dry_run"] is True
    assert call("quarantine", "-w", workspace, "--json").json["n"] == 0
    assert files(rehearsed) == files(call("import", exports, "-w", workspace, *AT, "--json"))
    again = files(call("import", exports, "-w", workspace, *AT, "--dry-run", "--json"))
    assert [f["accepted"] for f in again] == [0, 0, 0, 0, 0]


def test_files_of_an_archive_bear_its_name_wherever_they_are_named(
    exports: Path, workspace: Path, call: Call
) -> None:
    told = {f["file"]: f for f in files(call("import", exports, "-w", workspace, *AT, "--json"))}
    assert set(told) == {"Lead.csv", "calls.jsonl", "odd.csv", "weekly.zip/Lead.csv", "weekly.zip/inner.zip"}
    lead = told["weekly.zip/Lead.csv"]
    assert (lead["rows_in"], lead["accepted"], lead["duplicate"], lead["quarantined"]) == (3, 0, 2, 1)
    assert "IF106" in told["weekly.zip/inner.zip"]["refused"]
    rows = call("quarantine", "-w", workspace, "--json").json["rows"]
    assert ("weekly.zip/Lead.csv", 4) in {(r["file"], r["line"]) for r in rows}
    calls = told["calls.jsonl"]
    assert (calls["rows_in"], calls["accepted"], calls["duplicate"], calls["quarantined"]) == (3, 1, 1, 1)


def test_a_dry_run_changes_no_byte_and_makes_no_store(exports: Path, workspace: Path, call: Call) -> None:
    store = workspace / "facts.duckdb"
    store.unlink(missing_ok=True)
    call("import", exports, "-w", workspace, *AT, "--dry-run")
    assert not store.exists()
    call("import", exports / "Lead.csv", "-w", workspace, *AT)
    before = hashlib.sha256(store.read_bytes()).hexdigest()
    call("import", exports, "-w", workspace, *AT, "--dry-run")
    assert hashlib.sha256(store.read_bytes()).hexdigest() == before


def test_a_dry_run_is_said_to_be_one(exports: Path, workspace: Path, call: Call) -> None:
    said = call("import", exports / "Lead.csv", "-w", workspace, *AT, "--dry-run")
    assert "This was a dry run: nothing was changed." in said.text
    assert said.code == 0
    assert call("import", exports / "odd.csv", "-w", workspace, *AT, "--dry-run").code == 11


def test_a_file_refused_half_way_leaves_nothing_for_those_behind_it(
    exports: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first rows were written when it broke off; the next file, which says the same, must not be told that they are there."""
    whole = FileImport.rows

    def torn(self: FileImport) -> Any:
        for n, row in enumerate(whole(self)):
            if self.path.name == "a.csv" and n == 1:
                raise InputFileError("the file broke off.")
            yield row

    monkeypatch.setattr(FileImport, "rows", torn)
    monkeypatch.setattr("handraise.facts.appending.BATCH_ROWS", 1)
    for name in ("a.csv", "b.csv"):
        (exports / name).write_text(LEADS)
    paths = [exports / "a.csv", exports / "b.csv"]
    outcomes = Workspace(workspace).import_files(paths, exported_at="2026-02-01", dry_run=True)
    assert [(o.refusal is None, o.accepted, o.duplicate) for o in outcomes] == [(False, 0, 0), (True, 2, 0)]
    real = Workspace(workspace).import_files(paths, exported_at="2026-02-01")
    assert [o.as_dict() for o in real] == [o.as_dict() for o in outcomes]
