"""`--help` answers at once: it reads what the command line is, and nothing that does the work."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

WORKERS = (
    "duckdb", "pyarrow", "numpy", "scipy", "ruamel", "re2", "rapidfuzz", "jinja2", "rich", "pydantic", "fastapi",
    "handraise.workspace", "handraise.cli.commands", "handraise.cli.screens",
)  # fmt: skip

ASKING = f"""
import contextlib, io, json, sys
from typer.main import get_command
from handraise.cli.main import app

def paths(group, before=()):
    yield before
    for name, command in getattr(group, "commands", {{}}).items():
        yield from paths(command, (*before, name))

said = {{}}
for path in paths(get_command(app)):
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
        app([*path, "--help"], prog_name="handraise")
    loaded = [name for name in {WORKERS!r} if name in sys.modules]
    said[" ".join(path)] = [text.getvalue(), loaded]
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def said() -> dict[str, tuple[str, list[str]]]:
    """What each command and group answers to `--help`, and which modules that do the work are loaded by then."""
    asked = subprocess.run([sys.executable, "-c", ASKING], capture_output=True, text=True, check=True)
    found: dict[str, tuple[str, list[str]]] = json.loads(asked.stdout)
    return found


def test_every_command_and_group_has_help(said: dict[str, tuple[str, list[str]]]) -> None:
    assert {"", "init", "import", "decide", "facts", "facts export", "warehouse push"} <= set(said)
    assert [path for path, (text, _) in said.items() if f"Usage: handraise {path}".strip() not in text] == []


def test_no_help_loads_what_does_the_work(said: dict[str, tuple[str, list[str]]]) -> None:
    """Pydantic checks what was typed, and takes longer to load than all the rest."""
    assert {path: loaded for path, (_, loaded) in said.items() if loaded} == {}


@pytest.mark.parametrize("command", [(), ("import",), ("facts", "export")])
def test_help_is_there_in_a_third_of_a_second(command: tuple[str, ...]) -> None:
    fastest = min(_seconds(command) for _ in range(3))
    assert fastest < 1.0, "`--help` has become slow"  # 0.2 s on an idle machine; CI shares its cores


def _seconds(command: tuple[str, ...]) -> float:
    started = time.perf_counter()
    asked = [sys.executable, "-m", "handraise", *command, "--help"]
    assert b"Usage" in subprocess.run(asked, capture_output=True, check=True).stdout
    return time.perf_counter() - started
