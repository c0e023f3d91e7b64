"""`plan`: another playbook against the workspace's, told in words, as JSON and as a file; `explain` and `decide` by it."""

from __future__ import annotations

import csv
import shlex
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.cli.conftest import Call

from handraise.services.planning import PLAN_COLUMNS

ANN, BO = "salesforce:00QHs0000010000MAA", "salesforce:00QHs000001000bMAA"
AS_OF = "2026-01-31"
BOOK = """
playbook: Small
time_zone: UTC
agreement: {capacity: {mqls_per_week: 1}}
fit:
  rules:
    - {name: Right size, when: {account.employees: {at_least: 200}}, points: 30}
    - {name: Web, when: {person.lead_source: Web}, points: 10}
  grades: {A: 60, B: 40, C: 20}
marketing_qualified: {ranks: [B4]}
segments:
  large: {of: accounts, when: {account.employees: {at_least: 200}}}
buyer_segments:
  - {key: good, label: Good, when: {grade: [A, B]}}
  - {key: rest, label: The rest}
"""


@pytest.fixture
def books(filled: Path) -> tuple[Path, Path]:
    """The workspace and a proposed playbook, in which the web is worth nothing and larger accounts more."""
    (filled / "playbook.yml").write_text(BOOK, encoding="utf-8")
    other = filled / "other book.yml"
    other.write_text(
        BOOK.replace("points: 10", "points: 5")
        .replace("A: 60, B: 40", "A: 35, B: 30")
        .replace("mqls_per_week: 1", "mqls_per_week: 2"),
        encoding="utf-8",
    )
    return filled, other


def test_a_plan_tells_who_would_move_and_what_sales_would_get(books: tuple[Path, Path], call: Call) -> None:
    workspace, other = books
    out = workspace / "moved.csv"
    said = call(
        *("plan", other, "--workspace", workspace, "--from", "2026-01-01", "--to", "2026-01-10"),
        *("--out", out, "--json"),
    )
    assert said.code == 0, said.text
    told = said.json
    assert [f"{c['kind']} {c['part']} {c['name']}" for c in told["difference"]["changes"]] == [
        "changed capacity None",
        "changed fit rule Web",
        "changed grades None",
    ]
    flows = [(f["what"], f["was"], f["is"], f["n"], f["examples"]) for f in told["flows"]]
    assert flows == [
        ("rank", "B4", "A4", 1, [ANN]),
        ("marketing_qualified", "in", "out", 1, [ANN]),
    ]
    assert (told["n_people"], told["n_move"], told["n_only_score"]) == (2, 1, 1)
    weeks = told["newly_qualified"]["weeks"]
    assert [(w["to"][:10], w["whole"], w["was"]["n"], w["is"]["n"]) for w in weeks] == [
        ("2026-01-08", True, 1, 0),
        ("2026-01-10", False, 0, 0),
    ]
    assert weeks[0]["was"]["over"] == 0
    assert weeks[0]["is"]["over"] == -2
    (large,) = told["segments"]
    assert large["was"] == large["is"] == {"n_in": 1, "n_out": 0, "n_unknown": 1}
    with out.open(encoding="utf-8", newline="") as opened:
        (row,) = csv.DictReader(opened)
    assert list(row) == PLAN_COLUMNS.names
    assert (row["person_id"], row["rank_was"], row["rank_is"]) == (ANN, "B4", "A4")
    assert row["moves"] == "rank; marketing_qualified"


def test_every_example_says_why_and_how_to_look_closer(books: tuple[Path, Path], call: Call) -> None:
    workspace, other = books
    told = call("plan", other, "--workspace", workspace, "--to", AS_OF, "--json").json
    (ann,) = told["examples"]
    assert (ann["name"], ann["account"]) == ("Ann Lee", "Acme")
    assert [(r["score"], r["name"], r["was"], r["is"]) for r in ann["rules"]] == [("fit", "Web", 10, 5)]
    for side, command in ann["explain"].items():
        name, *words = shlex.split(command)
        assert name == "handraise"
        explained = call(*words, "--json")
        assert explained.code == 0, explained.text
        for column, value in ann[side].items():
            assert explained.json["decision"][column] == value


def test_the_screen_tells_it_too(books: tuple[Path, Path], call: Call) -> None:
    workspace, other = books
    said = call("plan", other, "--workspace", workspace, "--to", AS_OF)
    assert said.code == 0
    for words in ("1 person would move", "B4 → A4", "fit rule Web: 10 → 5", "changed grades", "--playbook"):
        assert words in said.out
    same = call("plan", workspace / "playbook.yml", "--workspace", workspace, "--to", AS_OF)
    assert "Both playbooks mean the same." in same.out
    assert "0 people would move" in same.out


def test_only_what_was_activated_is_called_in_force(books: tuple[Path, Path], call: Call) -> None:
    workspace, other = books
    plan = ("plan", other, "--workspace", workspace, "--to", AS_OF)
    assert "in force" not in call(*plan).out
    assert call("activate", "--at", "2026-01-10", "-w", workspace).code == 0
    assert "in force since 2026-01-10" in call(*plan).out
    told = call(*plan, "--json").json
    assert (told["was"]["in_force_since"], told["is"]["in_force_since"]) == (
        "2026-01-10T23:59:59.999999Z",
        None,
    )
    book = workspace / "playbook.yml"
    book.write_text(BOOK.replace("points: 30", "points: 31"), encoding="utf-8")
    assert "in force" not in call(*plan).out


def test_without_a_capacity_the_screen_says_nothing_of_one(books: tuple[Path, Path], call: Call) -> None:
    workspace, other = books
    for path in (workspace / "playbook.yml", other):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if "mqls_per_week" not in line), encoding="utf-8")
    said = call("plan", other, "--workspace", workspace, "--to", AS_OF)
    assert said.code == 0
    assert "newly became" in said.out
    assert "sales can take" not in said.out
    assert " over" not in said.out


def test_a_plan_stores_nothing(books: tuple[Path, Path], call: Call) -> None:
    workspace, other = books
    before = sorted(workspace.rglob("*")), call("runs", "--workspace", workspace, "--json").json
    assert call("plan", other, "--workspace", workspace, "--to", AS_OF).code == 0
    assert (sorted(workspace.rglob("*")), call("runs", "--workspace", workspace, "--json").json) == before


def test_decisions_by_another_playbook_are_those_of_the_plan_and_no_run(
    books: tuple[Path, Path], call: Call
) -> None:
    workspace, other = books
    out = workspace / "decided.parquet"
    said = call(
        *("decide", "--workspace", workspace, "--playbook", other, "--as-of", AS_OF, "--out", out, "--json")
    )
    assert said.code == 0
    assert "DC108" in [f["code"] for f in said.json["findings"]]
    assert call("runs", "--workspace", workspace, "--json").json["runs"] == []
    assert dict(zip(*pq.read_table(out).select(["person_id", "rank"]).to_pydict().values(), strict=True)) == {
        ANN: "A4",
        BO: "D4",
    }
    twice = call("decide", "--workspace", workspace, "--playbook", other, "--run", "run-1")
    assert twice.code == 2
    assert "A run has its own playbook" in twice.text


def test_a_folder_of_files_is_a_playbook_too(books: tuple[Path, Path], call: Call) -> None:
    workspace, other = books
    folder = workspace / "proposed"
    folder.mkdir()
    head, _, rest = other.read_text(encoding="utf-8").partition("segments:\n")
    (folder / "a.yml").write_text(head, encoding="utf-8")
    (folder / "b.yml").write_text("segments:\n" + rest, encoding="utf-8")
    one, two = (
        call("plan", p, "--workspace", workspace, "--to", AS_OF, "--json").json for p in (other, folder)
    )
    assert one["flows"] == two["flows"]
    assert one["difference"] == two["difference"]


def test_the_problems_of_both_playbooks_are_told_at_once(books: tuple[Path, Path], call: Call) -> None:
    workspace, other = books
    (workspace / "playbook.yml").write_text(BOOK.replace("A: 60", "A: 1"), encoding="utf-8")
    other.write_text(BOOK.replace("account.employees", "account.employes"), encoding="utf-8")
    said = call("plan", other, "--workspace", workspace, "--json")
    assert said.code == 10
    paths = {Path(p["path"]).name for p in said.json["problems"]}
    assert paths == {"playbook.yml", "other book.yml"}
    assert "The workspace's playbook has" in said.json["error"]
    assert "and the proposed playbook has" in said.json["error"]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("missing.yml", None, "does not exist"),
        ("empty.yml", "", "there is nothing in this file"),
        ("text.yml", "Hello", "a playbook is keys and values"),
        ("bytes.yml", b"\xff\xfe\x00", "is not UTF-8"),
        ("facts.duckdb", None, "is not UTF-8"),
    ],
)
def test_what_is_no_playbook_is_told(
    books: tuple[Path, Path], call: Call, name: str, text: str | bytes | None, says: str
) -> None:
    workspace, _ = books
    if text is not None:
        (workspace / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    said = call("plan", workspace / name, "--workspace", workspace)
    assert said.code == 10
    assert says in " ".join(said.text.split())


def test_a_folder_without_a_playbook_is_told(books: tuple[Path, Path], call: Call, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    said = call("plan", tmp_path / "nothing", "--workspace", books[0])
    assert said.code == 10
    assert "holds no .yml file" in said.text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--from", "2026-02-01", "--to", "2026-01-01"), "is after"),
        (("--from", "1990-01-01", "--to", "2026-01-01"), "more than 1,000 weeks"),
        (("--from", "soon"), "not an instant"),
        (("--out", "moved.xlsx"), "neither in"),
        (("--examples", "-1"), "examples"),
        (("--examples", "1000"), "examples"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    books: tuple[Path, Path], call: Call, arguments: tuple[str, ...], says: str
) -> None:
    workspace, other = books
    said = call("plan", other, "--workspace", workspace, *arguments)
    assert said.code == 2
    assert says in " ".join(said.text.split())
