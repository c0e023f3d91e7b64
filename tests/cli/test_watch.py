"""`watch`: what is unusual, with an exit code of its own where it is asked for."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.cli.conftest import Call


def test_without_anything_unusual_the_code_is_zero(filled: Path, call: Call) -> None:
    said = call("watch", "-w", filled, "--as-of", "2026-01-31", "--fail")
    assert said.code == 0
    assert "No alarm as of 2026-01-31" in said.out


def test_without_imports_nothing_is_watched(workspace: Path, call: Call) -> None:
    found = call("watch", "-w", workspace, "--json").json
    assert (found["watched"], found["alarms"]) == (0, [])


@pytest.fixture
def late(workspace: Path, call: Call) -> Path:
    """Leads exported once a week for seven weeks, and then no more."""
    head = "Id,LastName,Company,Email,CreatedDate,LastModifiedDate"
    for week in range(7):
        day = date(2026, 1, 5) + timedelta(weeks=week)
        at = f"{day}T09:00:00.000Z"
        path = workspace / f"Lead{week}.csv"
        row = f"00QHs000001000{'0bcdefg'[week]}MAA,Lee,Acme,a{week}@acme.example,{at},{at}"
        path.write_text(f"{head}\n{row}\n", encoding="utf-8")
        call("import", path, "-w", workspace, "--exported-at", f"{day}T10:00:00Z")
    return workspace


def test_an_alarm_says_since_when_how_unusual_and_whose_and_fails_only_if_asked(
    late: Path, call: Call
) -> None:
    asked = ("watch", "-w", late, "--as-of", "2026-06-01")
    said = call(*asked)
    assert said.code == 0
    assert "the next export of" in said.out
    assert "since 2026-02-23; by chance" in said.out
    assert "owner:" in said.out
    assert call(*asked, "--fail").code == 15
    (alarm,) = call(*asked, "--json").json["alarms"]
    assert alarm["code"] == "export_late"


def test_deciding_says_in_one_line_that_there_are_alarms(late: Path, call: Call) -> None:
    said = call("decide", "-w", late, "--as-of", "2026-06-01")
    assert "`handraise watch` says which" in " ".join(said.err.split())
    assert said.code == 0
