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
