"""What a person types: wrong options, names and paths get one sentence, as text and as JSON."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import typer
from tests.cli.conftest import LEADS, Call

from handraise.cli.main import app, main
from handraise.cli.options import named_path


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


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", ""), ("import", "--mapping", "", "Lead.csv"), ("init", ""), ("check", ""), ("plan", ""),
        ("runs", "-w", ""), ("decide", "--out", ""), ("decide", "--firings="), ("report", "--out="), ("demo", "--into", ""),
        ("quarantine", "--out", ""), ("facts", "export", ""), ("facts", "import", ""),
    ],
)  # fmt: skip
def test_an_empty_path_is_refused_and_is_not_the_current_folder(
    arguments: tuple[str, ...],
    tmp_path: Path,
    call: Call,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As `import "$EXPORTS"` gives it where the variable is not set."""
    (tmp_path / "Lead.csv").write_text(LEADS)
    monkeypatch.chdir(tmp_path)
    said = call(*arguments)
    assert said.code == 2
    assert "the path is empty" in said.err
    monkeypatch.setattr(sys, "argv", ["handraise", *arguments, "--json"])
    with pytest.raises(SystemExit) as left:
        main()
    told = json.loads(capsys.readouterr().out)
    assert left.value.code == told["exit_code"] == 2
    assert "the path is empty" in told["error"]
    assert [path.name for path in tmp_path.iterdir()] == ["Lead.csv"]


def test_no_option_takes_an_empty_path() -> None:
    declared = list(_declared_paths(app))
    assert len(declared) > 20
    assert [name for name, info in declared if info.parser is not named_path] == []


def _declared_paths(group: typer.Typer) -> Iterator[tuple[str, Any]]:
    """Every option and argument that is a path, with what is declared of it."""
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        yield from _declared_paths(inner.typer_instance)
    for command in group.registered_commands:
        assert command.callback is not None
        for name, hint in get_type_hints(command.callback, include_extras=True).items():
            kind, *infos = get_args(hint) if hasattr(hint, "__metadata__") else (hint,)
            if "Path" in str(kind):
                yield f"{command.callback.__name__}: {name}", infos[0]


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
