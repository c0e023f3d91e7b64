"""An import that is killed in the middle leaves nothing half-visible, and running it again completes it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from handraise.facts.store import FactStore
from handraise.workspace import Workspace

HEADER = "marketoGUID,leadId,activityDate,activityTypeId,campaignId,primaryAttributeValueId,primaryAttributeValue,attributes"
N_ROWS = 15_000
_IMPORT = """
import sys
from handraise.workspace import Workspace
Workspace(sys.argv[1]).import_files([sys.argv[2]], exported_at="2026-01-31")
"""


def _activities(path: Path) -> Path:
    with path.open("w", encoding="utf-8") as out:
        out.write(HEADER + "\n")
        for n in range(N_ROWS):
            day, second = n % 28 + 1, n % 60
            out.write(
                f'g{n},{n % 997},2026-01-{day:02}T10:00:{second:02}Z,1,,{n % 50},/page/{n % 50},"{{}}"\n'
            )
    return path


def _tables(workspace: Path) -> dict[str, int]:
    with FactStore(workspace / "facts.duckdb") as store:
        names = (
            "activities",
            "imports",
            "coverage",
            "quarantine",
            "attribute_changes",
            "masked",
            "said_again",
        )
        return {n: store.connection.execute(f"SELECT count(*) FROM {n}").fetchall()[0][0] for n in names}


def _facts(workspace: Path) -> list[tuple[object, ...]]:
    with FactStore(workspace / "facts.duckdb") as store:
        rows: list[tuple[object, ...]] = store.connection.execute(
            "SELECT key, content, happened_at, known_at, line FROM activities WHERE superseded_seq IS NULL ORDER BY ALL"
        ).fetchall()
        return rows


@pytest.mark.parametrize("after_seconds", [0.3, 2.0])
def test_a_killed_import_is_there_whole_or_not_at_all(tmp_path: Path, after_seconds: float) -> None:
    path = _activities(tmp_path / "activities.csv")
    workspace, whole = tmp_path / "killed", tmp_path / "whole"
    for folder in (workspace, whole):
        Workspace.create(folder)
    process = subprocess.Popen([sys.executable, "-c", _IMPORT, str(workspace), str(path)])
    _wait_for(workspace / "facts.duckdb", process)
    time.sleep(after_seconds)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    left = _tables(workspace)
    n_of_the_file = left["activities"]
    assert n_of_the_file in (0, N_ROWS), json.dumps(left)
    (again,) = Workspace(workspace).import_files([path], exported_at="2026-01-31")
    assert again.rows_in == N_ROWS == again.accepted + again.duplicate + again.quarantined
    assert again.accepted == (0 if n_of_the_file else N_ROWS)
    Workspace(whole).import_files([path], exported_at="2026-01-31")
    assert _facts(workspace) == _facts(whole)


def _wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if path.exists() or process.poll() is not None:
            return
        time.sleep(0.1)
