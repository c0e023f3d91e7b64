"""A workspace that may be read and not written: everything that only looks works, and the rest says why not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from handraise.facts import sql

from .conftest import Call

FILES = ("handraise.yml", "playbook.yml", "facts.duckdb")


@pytest.fixture
def read_only(filled: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The filled workspace with a run, without the right to write. The superuser may always; it is told otherwise."""
    assert call("decide", "-w", filled).code == 0
    for path in (*(filled / name for name in FILES), filled):
        path.chmod(path.stat().st_mode & 0o555)
    if os.geteuid() == 0:
        monkeypatch.setattr(sql, "can_write", lambda path: False)
    yield filled
    filled.chmod(0o755)


@pytest.mark.parametrize(
    "command",
    [
        ("runs",),
        ("activations",),
        ("calibrations",),
        ("check",),
        ("quarantine",),
        ("explain", "bo@beta.example"),
        ("decide",),
        ("report",),
    ],
)
def test_what_only_looks_works(read_only: Path, call: Call, tmp_path: Path, command: tuple[str, ...]) -> None:
    out = ("--out", tmp_path / "report.html") if command == ("report",) else ()
    before = (read_only / "facts.duckdb").read_bytes()
    said = call(*command, "-w", read_only, *out)
    assert said.code == 0
    assert (read_only / "facts.duckdb").read_bytes() == before


def test_a_decision_says_that_it_is_not_stored(read_only: Path, call: Call) -> None:
    n_runs = len(call("runs", "-w", read_only, "--json").json["runs"])
    said = call("decide", "-w", read_only, "--as-of", "2026-01-01", "--json")
    assert "DC107" in [f["code"] for f in said.json["findings"]]
    assert len(call("runs", "-w", read_only, "--json").json["runs"]) == n_runs


def test_a_plan_needs_no_right_to_write(read_only: Path, call: Call) -> None:
    said = call("plan", read_only / "playbook.yml", "-w", read_only, "--to", "2026-01-31", "--json")
    assert said.code == 0
    assert said.json["difference"]["same"]


def test_an_activation_is_refused_with_the_reason(read_only: Path, call: Call) -> None:
    said = call("activate", "-w", read_only)
    assert said.code == 12
    assert "can only be read, so nothing can be activated" in said.text


def test_an_import_is_refused_with_the_reason(read_only: Path, call: Call, tmp_path: Path) -> None:
    (tmp_path / "Lead.csv").write_text(
        "Id,Status,LeadSource,CreatedDate\n00Q000000000001,New,Web,2026-01-01T00:00:00Z\n", encoding="utf-8"
    )
    said = call("import", tmp_path / "Lead.csv", "-w", read_only)
    assert said.code == 12
    assert "can only be read" in said.err
    assert call("import", tmp_path / "Lead.csv", "-w", read_only, "--json").json["exit_code"] == 12


def test_facts_are_handed_on_but_not_taken_in(read_only: Path, call: Call, tmp_path: Path) -> None:
    assert call("facts", "export", tmp_path / "facts", "-w", read_only).code == 0
    said = call("facts", "import", tmp_path / "facts", "-w", read_only)
    assert said.code == 12
    assert "can only be read" in said.err
