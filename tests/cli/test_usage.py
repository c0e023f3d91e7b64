"""What a person types: wrong options, names and paths get one sentence, as text and as JSON."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import LEADS, Call

from handraise.cli.main import main


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("decide", "--bogus"), "--bogus"), (("explain",), "PERSON"), (("import",), "PATH")],
)
def test_wrong_options_are_told_in_json_where_json_is_asked_for(
    arguments: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["handraise", *arguments, "--json"])
    with pytest.raises(SystemExit) as left:
        main()
    told = json.loads(capsys.readouterr().out)
    assert left.value.code == told["exit_code"] == 2
    assert says in told["error"]


def test_json_ends_with_the_same_exit_codes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, code in ((["init", str(tmp_path / "new")], 0), (["runs", "-w", str(tmp_path)], 2)):
        monkeypatch.setattr(sys, "argv", ["handraise", *arguments, "--json"])
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code == code
    capsys.readouterr()


def test_the_package_runs_as_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["handraise", "--version"])
    with pytest.raises(SystemExit):
        runpy.run_module("handraise", run_name="__main__")
    assert capsys.readouterr().out.startswith("handraise ")


def test_a_playbook_is_checked_outside_of_any_workspace(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("init", tmp_path / "new")
    playbook = tmp_path / "alone.yml"
    playbook.write_text((tmp_path / "new" / "playbook.yml").read_text())
    monkeypatch.chdir(tmp_path)
    said = call("check", playbook)
    assert said.code == 0, said.text


@pytest.mark.parametrize("source", ["", "a:b", "=x", "../x", " crm", "x" * 61])
def test_a_source_has_a_name_that_ids_can_begin_with(source: str, tmp_path: Path, call: Call) -> None:
    call("init", tmp_path / "new")
    leads = tmp_path / "Lead.csv"
    leads.write_text(LEADS)
    said = call("import", leads, "--workspace", tmp_path / "new", "--source", source)
    assert said.code == 2
    assert "no name of a source" in said.err


def test_rows_that_came_twice_wait_once(tmp_path: Path, call: Call) -> None:
    """The report counts what `quarantine` lists."""
    call("init", tmp_path / "new")
    leads = tmp_path / "Lead.csv"
    leads.write_text(LEADS.replace("2026-01-07T09:00:00.000Z,2026-01-07", "07/01/2026,2026-01-07"))
    for _ in range(2):
        call("import", leads, "--workspace", tmp_path / "new")
    n = call("quarantine", "--workspace", tmp_path / "new", "--json").json["n"]
    assert n == 1
    call("report", "--workspace", tmp_path / "new", "--as-of", "2026-01-08", "--out", tmp_path / "r.html")
    assert "the 1 quarantined row:" in (tmp_path / "r.html").read_text()
