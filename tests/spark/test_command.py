"""`handraise decide --engine spark`: one command, and what is said when something is wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.facts.worlds import store_of
from tests.spark import java
from tests.spark.conftest import Call
from tests.spec.words import World, ago

from handraise.facts.interchange.parquet import write_parquet
from handraise.services import spark_session
from handraise.workspace import Workspace

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.xdist_group("spark")
NOON = "2026-03-31T12:00Z"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "workspace")


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """A few people, in a folder whose name would stand for others if it were taken for a pattern."""
    world = World()
    for i in range(12):
        world.person(f"p{i}", account=f"a{i % 4}").did(f"p{i}", "form.submitted", at=ago(i))
    folder = tmp_path / "facts [2026] {all} 50%"
    with store_of(world.facts, world.coverage, tmp_path=tmp_path) as store:
        write_parquet(store, folder)
    return folder


def test_the_command_writes_what_the_workspace_decides(
    session: SparkSession, call: Call, workspace: Workspace, facts: Path, tmp_path: Path
) -> None:
    """With the playbook and settings of the workspace it runs in; an earlier run's folder is replaced."""
    out = tmp_path / "out"
    workspace.import_facts(facts)
    expected = workspace.decide(NOON)
    command = (
        *("decide", "--engine", "spark", "--facts", facts, "--out", out, "--as-of", NOON),
        *("-w", workspace.folder),
    )
    said = call(*command, "--json")
    assert said.code == 0, said.text
    assert said.json["summary"] == expected.summary.as_dict()
    assert said.json["playbook_version"] == expected.playbook_version
    assert [f["code"] for f in said.json["findings"]] == [f.code for f in expected.findings]
    shown = call(*command)
    assert "12 people" in shown.out
    assert "1 bucket" in shown.out
    assert str(out) in shown.err.replace("\n", "")
    assert pq.read_table(out).sort_by("person_id").combine_chunks().equals(expected.table)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_session_of_its_own_is_quiet_and_needs_no_workspace(
    facts: Path, workspace: Workspace, tmp_path: Path
) -> None:
    """JSON on standard output, nothing on standard error, nothing left behind."""
    if (lacking := java.missing()) is not None:
        pytest.fail(lacking) if os.environ.get("CI") == "true" else pytest.skip(lacking)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = [
        *(
            sys.executable,
            "-m",
            "handraise.cli.main",
            "decide",
            "--engine",
            "spark",
            "--master",
            "local[1]",
            "--json",
        ),
        *("--facts", facts, "--out", "out", "--playbook", workspace.playbook_path(), "--as-of", NOON),
    ]
    done = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=False, timeout=300)
    assert done.stderr == ""
    assert done.returncode == 0
    assert json.loads(done.stdout)["summary"]["n_people"] == 12
    assert [p.name for p in elsewhere.iterdir()] == ["out"]


@pytest.mark.parametrize("wrong", ["no folder", "a file", "no table", "no column", "no parquet", "too fine"])
def test_facts_that_cannot_be_read_are_told_before_anything_starts(
    call: Call, workspace: Workspace, facts: Path, tmp_path: Path, wrong: str
) -> None:
    expected = _spoil(facts, wrong)
    said = call(
        "decide", "--engine", "spark", "--facts", facts, "--out", tmp_path / "out", "-w", workspace.folder
    )
    assert said.code == 11, said.text
    assert expected in said.err
    assert not (tmp_path / "out").exists()


def _spoil(facts: Path, how: str) -> str:
    """What is said of it."""
    path = facts / "activities.parquet"
    match how:
        case "no folder":
            shutil.rmtree(facts)
            return "is not there"
        case "a file":
            shutil.rmtree(facts)
            facts.write_text("")
            return "is a file"
        case "no table":
            path.unlink()
            return "error[FT206]"
        case "no column":
            pq.write_table(pq.read_table(path).drop_columns(["record", "type"]), path)
            return "has no column `record`"
        case "no parquet":
            path.write_text("record,type")
            return "error[FT207]"
        case _:
            table = pq.read_table(path)
            at = table["at"].cast(pa.timestamp("ns", "UTC"))
            pq.write_table(table.set_column(table.schema.get_field_index("at"), "at", at), path)
            return "error[FT204]"


def test_an_output_with_anything_else_in_it_is_not_touched(
    call: Call, workspace: Workspace, facts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "letter.txt").write_text("keep me")
    said = call("decide", "--engine", "spark", "--facts", facts, "--out", out, "-w", workspace.folder)
    assert (said.code, (out / "letter.txt").read_text()) == (2, "keep me")
    assert "`letter.txt`" in said.err
    said = call(
        "decide", "--engine", "spark", "--facts", facts, "--out", "/dev/null/out", "-w", workspace.folder
    )
    assert said.code == 2
    assert "/dev/null" in said.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--engine", "spark", "--out", "o"), "--facts DIR --out DIR"),
        (("--engine", "spark", "--facts", "f"), "--facts DIR --out DIR"),
        (("--engine", "spark", "--facts", "f", "--out", "o", "--run", "r"), "Leave out `--run`"),
        (("--facts", "f"), "`--facts` is for Spark"),
        (("--master", "local"), "`--master` is for Spark"),
    ],
)
def test_options_that_do_not_go_together_are_told(
    call: Call, workspace: Workspace, arguments: tuple[str, ...], says: str
) -> None:
    said = call("decide", "-w", workspace.folder, *arguments)
    assert said.code == 2
    assert says in said.err


def test_without_a_workspace_the_playbook_is_named(
    call: Call, facts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = call("decide", "--engine", "spark", "--facts", facts, "--out", tmp_path / "out")
    assert said.code == 2
    assert "--workspace DIR" in said.err


def _with_java(folder: Path, says: str) -> str:
    (folder / "bin").mkdir()
    program = folder / "bin" / "java"
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    program.chmod(0o755)
    return str(folder)


@pytest.mark.parametrize("java_is", ["missing", "old", "broken"])
def test_a_missing_java_is_said_with_the_way_out(
    call: Call,
    workspace: Workspace,
    facts: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    java_is: str,
) -> None:
    home = tmp_path / "java"
    home.mkdir()
    if java_is != "missing":
        _with_java(home, 'openjdk version "11.0.2"' if java_is == "old" else "cannot")
    monkeypatch.setenv("JAVA_HOME", str(home))
    monkeypatch.setattr(spark_session, "_active", lambda: None)
    said = call(
        "decide", "--engine", "spark", "--facts", facts, "--out", tmp_path / "out", "-w", workspace.folder
    )
    assert said.code == 12
    assert "Spark needs Java 17" in said.err
    assert "JAVA_HOME" in said.err


def test_a_missing_pyspark_is_said_with_the_way_out(
    call: Call, workspace: Workspace, facts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    said = call(
        "decide", "--engine", "spark", "--facts", facts, "--out", tmp_path / "out", "-w", workspace.folder
    )
    assert said.code == 12
    assert "pip install 'handraise[spark]'" in said.err
