"""What is in force over HTTP: the same as on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from handraise.cli.main import app as command_line

from .conftest import AS_OF, asking

LEVELS = "levels: {1: top 20%, 2: top 40%, 3: top 60%}"


def said(*words: str) -> object:
    found = CliRunner().invoke(command_line, [*words, "--json"])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_activations_and_calibrations_are_what_the_command_line_tells(workspace: Path) -> None:
    book = workspace / "playbook.yml"
    lines = book.read_text(encoding="utf-8").splitlines()
    levels = next(i for i, line in enumerate(lines) if line.strip().startswith("levels:"))
    lines[levels] = f"  {LEVELS}"
    book.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with asking(workspace) as ask:
        assert ask.json("/v1/activations") == {"activations": []}
        assert ask.json("/v1/calibrations") == {"calibrations": []}
    said("activate", "-w", str(workspace))
    said("decide", "-w", str(workspace), "--as-of", AS_OF)
    expected = {
        "/v1/activations": said("activations", "-w", str(workspace)),
        "/v1/calibrations": said("calibrations", "-w", str(workspace)),
        "/v1/calibrations?all=true": said("calibrations", "-w", str(workspace), "--all"),
    }
    with asking(workspace) as ask:
        assert {address: ask.json(address) for address in expected} == expected
    assert len(expected["/v1/activations"]["activations"]) == 1  # type: ignore[index]
    assert len(expected["/v1/calibrations"]["calibrations"]) >= 1  # type: ignore[index]
    assert len(expected["/v1/calibrations?all=true"]["calibrations"]) >= 2  # type: ignore[index]
