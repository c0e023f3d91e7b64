"""The command line, called as a person would, in a fresh workspace."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from handraise.cli.main import app


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def text(self) -> str:
        return self.out + self.err


Call = Callable[..., Said]

LEADS = """Id,FirstName,LastName,Title,Company,Email,LeadSource,Status,Industry,NumberOfEmployees,IsConverted,CreatedDate,LastModifiedDate
00QHs0000010000MAA,Ann,Lee,CFO,Acme,ann@acme.example,Web,Open - Not Contacted,Logistics,450,false,2026-01-05T09:00:00.000Z,2026-01-06T09:00:00.000Z
00QHs000001000bMAA,=cmd|' /C calc'!A0,Bo,,Beta,bo@beta.example,Web,Open - Not Contacted,,,false,2026-01-07T09:00:00.000Z,2026-01-07T09:00:00.000Z
"""


@pytest.fixture
def call() -> Call:
    def run(*arguments: object) -> Said:
        result = CliRunner().invoke(app, [str(a) for a in arguments])
        assert "Traceback" not in result.output + result.stderr
        return Said(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def workspace(tmp_path: Path, call: Call) -> Path:
    folder = tmp_path / "workspace"
    assert call("init", folder).code == 0
    return folder


@pytest.fixture
def filled(workspace: Path, call: Call) -> Path:
    path = workspace / "Lead.csv"
    path.write_text(LEADS, encoding="utf-8")
    said = call("import", path, "-w", workspace, "--json")
    assert said.code == 0
    assert said.json["files"][0]["accepted"] == 2
    return workspace
