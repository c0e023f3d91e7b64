"""`/v1/alarms`: what `handraise watch --json` prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.web.conftest import AS_OF, asking


def test_alarms_are_what_the_command_prints(workspace: Path, commanded: Callable[..., Any]) -> None:
    printed = commanded("watch", "--as-of", AS_OF)
    with asking(workspace) as ask:
        assert ask.json(f"/v1/alarms?as_of={AS_OF}") == printed
        assert ask.error("/v1/alarms?until=2026-01-01", 422)["code"] == "bad_parameter"
