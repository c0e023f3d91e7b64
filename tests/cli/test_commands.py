"""Each command, its answers for people and for programs, and its exit codes."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from .conftest import Call


def test_init_overwrites_nothing(workspace: Path, call: Call) -> None:
    said = call("init", workspace)
    assert said.code == 2
    assert "is a workspace already" in said.err


def test_a_fresh_workspace_passes_check(workspace: Path, call: Call) -> None:
    said = call("check", "-w", workspace, "--json")
    assert said.code == 0
    assert said.json["ok"]
    assert said.json["problems"] == []


def test_check_reads_the_playbook_aloud(workspace: Path, call: Call) -> None:
    said = call("check", "-w", workspace, "--english")
    assert said.code == 0
    assert "Buyer segments" in said.out


def test_check_reports_every_problem_at_once_and_exits_10(workspace: Path, call: Call) -> None:
    playbook = workspace / "playbook.yml"
    text = playbook.read_text(encoding="utf-8")
    playbook.write_text(text + "\nbehaviour: {}\nsegmnts: {}\n", encoding="utf-8")
    said = call("check", "-w", workspace)
    assert said.code == 10
    assert said.out.count("error[") == 2
    assert "Did you mean `behaviours`?" in said.out
    assert call("check", "-w", workspace, "--format", "github").out.startswith("::error file=")
    assert call("decide", "-w", workspace, "--as-of", "2026-01-31").code == 10


def test_outside_a_workspace_commands_say_how_to_make_one(tmp_path: Path, call: Call) -> None:
    said = call("decide", "-w", tmp_path)
    assert said.code == 2
    assert "handraise init" in said.err


def test_deciding_writes_csv_that_a_spreadsheet_may_open(filled: Path, call: Call) -> None:
    out = filled / "d.csv"
    assert call("decide", "-w", filled, "--as-of", "2026-01-31", "--out", out).code == 0
    head, *rows = out.read_text(encoding="utf-8").splitlines()
    assert len(rows) == 2
    assert not any(cell.strip('"').startswith(("=", "+", "@")) for row in rows for cell in row.split(","))
    assert head.startswith('"person_id","source_id","account_id","as_of","fit_score"')


def test_deciding_writes_parquet_with_the_agreed_columns(filled: Path, call: Call) -> None:
    out = filled / "d.parquet"
    assert call("decide", "-w", filled, "--as-of", "2026-01-31", "--out", out).code == 0
    agreed = {
        "person_id", "account_id", "as_of", "fit_score", "fit_low", "fit_high", "fit_grade", "fit_grade_certain",
        "fit_completeness", "engagement_score", "engagement_level", "rank", "buyer_segment", "buyer_segment_could_be",
        "missing_facts",
    }  # fmt: skip
    assert agreed <= set(pq.read_schema(out).names)


def test_a_file_of_another_ending_is_refused_by_name(filled: Path, call: Call) -> None:
    said = call("decide", "-w", filled, "--as-of", "2026-01-31", "--out", filled / "d.xlsx")
    assert said.code == 2
    assert ".parquet" in said.err


@pytest.mark.parametrize(
    ("as_of", "says"),
    [
        ("2026-01-31T10:00:00", "no zone"),
        ("yesterday", "is not an instant"),
        ("31/01/2026", "is not an instant"),
    ],
)
def test_an_instant_without_a_zone_is_not_guessed(filled: Path, call: Call, as_of: str, says: str) -> None:
    said = call("decide", "-w", filled, "--as-of", as_of)
    assert said.code == 2
    assert says in said.err


def test_a_run_can_be_decided_again_by_its_id(filled: Path, call: Call) -> None:
    first = call(
        "decide", "-w", filled, "--as-of", "2026-01-31", "--out", filled / "a.parquet", "--json"
    ).json
    again = call("decide", "-w", filled, "--run", first["run"], "--out", filled / "b.parquet", "--json").json
    assert again["run"] == first["run"]
    assert (filled / "a.parquet").read_bytes() == (filled / "b.parquet").read_bytes()
    assert call("decide", "-w", filled, "--run", "run-none").code == 12
    assert [r["run"] for r in call("runs", "-w", filled, "--json").json["runs"]] == [first["run"]]


AGREED = """
playbook: Small
time_zone: UTC
fit:
  rules:
    - {name: Right size, when: {account.employees: {at_least: 200}}, points: 40}
  grades: {A: 60, B: 40, C: 20}
marketing_qualified: {ranks: [B4]}
segments:
  large: {label: Large, of: accounts, when: {account.employees: {at_least: 200}}}
buyer_segments:
  - {key: rest, label: Rest}
"""


def test_a_run_that_is_decided_again_is_told_in_the_same_words_and_order(filled: Path, call: Call) -> None:
    book = AGREED.replace("segments:\n", "segments:\n  zebra: {of: accounts, when: {segment: large}}\n", 1)
    (filled / "playbook.yml").write_text(book, encoding="utf-8")
    first = call("decide", "-w", filled, "--as-of", "2026-01-31", "--json").json
    again = call("decide", "-w", filled, "--run", first["run"], "--json").json
    assert [s["key"] for s in first["market"]["segments"]] == ["zebra", "large"]
    assert again["market"] == first["market"]
    assert (
        "Number of employees (account.employees)" in call("decide", "-w", filled, "--run", first["run"]).out
    )


def test_nobody_is_decided_before_they_were_known(filled: Path, call: Call) -> None:
    said = call("decide", "-w", filled, "--as-of", "2025-12-31", "--json")
    assert said.json["summary"]["n_people"] == 0
    said = call("decide", "-w", filled, "--as-of", "2026-01-06T12:00:00Z", "--json")
    assert said.json["summary"]["n_people"] == 1


@pytest.mark.parametrize("name", ["00QHs0000010000MAA", "salesforce:00QHs0000010000MAA", "ANN@acme.example "])
def test_a_person_is_explained_by_any_id_or_address(filled: Path, call: Call, name: str) -> None:
    said = call("explain", name, "-w", filled, "--as-of", "2026-01-31", "--json")
    assert said.code == 0
    assert said.json["decision"]["person_id"] == "salesforce:00QHs0000010000MAA"
    assert {r["verdict"] for r in said.json["fit_rules"]} <= {"in", "out", "unknown"}


def test_an_unknown_person_is_told_plainly(filled: Path, call: Call) -> None:
    said = call("explain", "nobody@acme.example", "-w", filled, "--as-of", "2026-01-31")
    assert said.code == 2
    assert "Nobody known" in said.err


def test_explaining_shows_reasons_and_what_is_missing(filled: Path, call: Call) -> None:
    said = call("explain", "bo@beta.example", "-w", filled, "--as-of", "2026-01-31")
    assert said.code == 0
    assert "What is missing" in said.out
    assert "\x1b" not in said.out


TRIGGERS = """
triggers:
  large: {when: {account.employees: {at_least: 200}}, track: large accounts, sla: 1 day}
"""


def test_explaining_says_by_what_somebody_is_qualified_and_how_late_sales_is(
    filled: Path, call: Call
) -> None:
    """Known since 6 January at nine, with 450 employees: a day to act."""
    book = filled / "playbook.yml"
    text = book.read_text(encoding="utf-8")
    start = next(line for line in text.splitlines() if line.startswith("marketing_qualified:"))
    qualified = "marketing_qualified: {ranks: [A1], tracks: all}"
    book.write_text(text.replace(start, qualified) + TRIGGERS, encoding="utf-8")
    late, early = (
        call("explain", "ann@acme.example", "-w", filled, "--as-of", as_of)
        for as_of in ("2026-01-10", "2026-01-06T12:00:00Z")
    )
    assert "was due 2026-01-07T09:00:00Z, 3 days ago" in late.out
    assert "2026-01-07T09:00:00Z is the latest to act" in early.out
    assert "yes, by the track large accounts" in early.out
    assert "✓ large: Number of employees is at least 200 — 450" in early.out
    assert "last fired 2026-01-06T09:00:00Z; stands until 2026-01-20T09:00:00Z" in early.out


def test_a_report_without_deals_says_so(filled: Path, call: Call) -> None:
    out = filled / "r.html"
    said = call("report", "-w", filled, "--as-of", "2026-01-31", "--out", out)
    assert said.code == 0
    assert "no deals" in out.read_text(encoding="utf-8")


def test_errors_have_a_json_form_too(tmp_path: Path, call: Call) -> None:
    said = call("decide", "-w", tmp_path, "--json")
    assert said.json["exit_code"] == said.code == 2


def test_a_locked_store_is_told_plainly(filled: Path, call: Call) -> None:
    code = (
        "import duckdb, sys, time\n"
        f"connection = duckdb.connect({str(filled / 'facts.duckdb')!r})\n"
        "print('held', flush=True)\n"
        "time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        said = call("decide", "-w", filled, "--as-of", "2026-01-31")
    finally:
        holder.kill()
        holder.communicate()
    assert said.code == 12
    assert "another process" in said.err.lower()


def test_the_demonstration_never_writes_into_anybody_elses_folder(workspace: Path, call: Call) -> None:
    before = (workspace / "playbook.yml").read_bytes()
    said = call("demo", "--into", workspace)
    assert said.code == 2
    assert "something else" in said.err
    assert (workspace / "playbook.yml").read_bytes() == before


def test_an_output_that_cannot_be_written_is_refused_before_anything_is_decided(
    filled: Path, call: Call
) -> None:
    (filled / "file").write_text("", encoding="utf-8")
    assert call("decide", "-w", filled, "--as-of", "2026-01-31", "--out", filled / "file" / "d.csv").code == 2
    assert call("runs", "-w", filled, "--json").json["runs"] == []


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="a folder in which nobody can make a file")
@pytest.mark.parametrize(
    ("command", "option", "name"),
    [
        ("decide", "--out", "x.csv"),
        ("decide", "--firings", "x.parquet"),
        ("report", "--out", "x.html"),
        ("quarantine", "--out", "x.csv"),
    ],
)
def test_an_output_that_cannot_be_written_is_named(
    filled: Path, call: Call, command: str, option: str, name: str
) -> None:
    said = call(command, "-w", filled, option, Path("/proc") / name)
    assert said.code == 2
    assert f"`/proc/{name}`" in said.err
    assert call("runs", "-w", filled, "--json").json["runs"] == []


def test_a_disk_that_is_full_is_told_with_the_output(
    filled: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")  # as Arrow says it: without a name

    monkeypatch.setattr(pq, "write_table", full)
    said = call("decide", "-w", filled, "--as-of", "2026-01-31", "--out", filled / "d.parquet")
    assert said.code == 12
    assert f"`{filled / 'd.parquet'}`: there is no space left on the disk." in said.err
    assert not list(filled.glob(".*.part"))


@pytest.mark.parametrize("as_of", ["0001-01-01T00:00:00Z", "9999-12-31"])
def test_an_instant_at_the_end_of_the_calendar_is_refused(filled: Path, call: Call, as_of: str) -> None:
    said = call("decide", "-w", filled, "--as-of", as_of)
    assert said.code == 2
    assert "between the years" in said.err


def test_settings_report_every_problem_with_its_place(workspace: Path, call: Call) -> None:
    (workspace / "handraise.yml").write_text("threads: 100000\nstoer: x\ntime_zone: Mars\n", encoding="utf-8")
    said = call("check", "-w", workspace)
    assert said.code == 2
    assert [f"handraise.yml:{n}:" in said.err for n in (1, 2, 3)] == [True] * 3
    assert "Did you mean `store`?" in said.err


def test_nothing_in_a_playbook_can_move_the_cursor(workspace: Path, call: Call) -> None:
    (workspace / "playbook.yml").write_text("playbook: a\x1b]0;pwn\x07b\n", encoding="utf-8")
    said = call("check", "-w", workspace)
    assert said.code == 10
    assert "\x1b" not in said.text
