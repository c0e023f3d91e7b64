"""`segments` and `accounts`: counts, overlaps and buying groups, on the screen, as JSON and as a file."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.cli.conftest import Call

AS_OF = ("--as-of", "2026-01-31")
SECTIONS = """
buying_group:
  roles:
    buyer: {label: The buyer, when: {person.title: {contains: CFO}}}
    user: {when: {person.title: {contains: user}}}
segments:
  listed: {of: accounts, tier: SAM, label: Listed, when: {named: ours.csv}}
  logistics: {of: accounts, tier: SOM, when: {account.industry: Logistics}}
  nobody_buys: {of: accounts, when: {buying_group: {missing: buyer}}}
  known: {of: people, when: {person.title: {known: true}}}
"""


@pytest.fixture
def grouped(filled: Path) -> Path:
    book = filled / "playbook.yml"
    head = "playbook: Small\ntime_zone: UTC\n"
    book.write_text(head + SECTIONS, encoding="utf-8")
    (filled / "ours.csv").write_text("Name,Owner\nBeta,Lee\nbeta.example,Lee\n", encoding="utf-8")
    return filled


def test_segments_are_counted_in_people_and_accounts(grouped: Path, call: Call) -> None:
    said = call("segments", "-w", grouped, *AS_OF, "--json")
    assert said.code == 0
    told = {s["key"]: s for s in said.json["segments"]}
    assert told["listed"]["tier"] == "SAM"
    assert told["logistics"]["accounts"] == {"n_in": 1, "n_out": 0, "n_unknown": 1}
    assert told["known"]["accounts"] is None
    assert said.json["n_accounts"] == 2
    assert {(o["one"], o["other"]) for o in said.json["overlaps"]} >= {("listed", "logistics")}
    assert [t["inner"] for t in said.json["tiers"]] == ["SOM"]


def test_segments_are_shown_and_written(grouped: Path, call: Call) -> None:
    out = grouped / "segments.csv"
    said = call("segments", "-w", grouped, *AS_OF, "--out", out)
    assert said.code == 0
    assert "accounts, SOM" in said.out
    assert "share in both" in said.out
    with out.open(newline="", encoding="utf-8") as file:
        rows = {row["segment"]: row for row in csv.DictReader(file)}
    assert rows["logistics"]["n_accounts_in"] == "1"
    assert rows["known"]["n_accounts_in"] == ""


def test_accounts_say_who_is_there_and_which_roles_are_missing(grouped: Path, call: Call) -> None:
    said = call("accounts", "-w", grouped, *AS_OF, "--json")
    assert said.code == 0
    assert {r["role"]: (r["n_in"], r["n_missing"], r["n_unknown"]) for r in said.json["roles"]} == {
        "buyer": (1, 0, 1), "user": (0, 1, 1),
    }  # fmt: skip
    acme, beta = sorted(said.json["accounts"], key=lambda a: a["account_name"])
    assert acme["roles"][0] == {
        "role": "buyer", "verdict": "in", "people": ["salesforce:00QHs0000010000MAA"], "could_be": [],
    }  # fmt: skip
    assert acme["roles_missing"] == ["user"]
    assert beta["roles_unknown"] == ["buyer", "user"]
    assert beta["roles"][0]["could_be"] == [
        {"person_id": "salesforce:00QHs000001000bMAA", "missing": ["person.title"]}
    ]


def test_accounts_can_be_those_that_miss_a_role_or_are_in_a_segment(grouped: Path, call: Call) -> None:
    said = call("accounts", "-w", grouped, *AS_OF, "--missing", "user", "--json")
    assert [a["account_name"] for a in said.json["accounts"]] == ["Acme"]
    said = call("accounts", "-w", grouped, *AS_OF, "--segment", "listed")
    assert "1 account as of 2026-01-31" in said.out
    assert "Beta" in said.out


def test_accounts_are_written_with_a_row_each(grouped: Path, call: Call) -> None:
    out = grouped / "accounts.parquet"
    said = call("accounts", "-w", grouped, *AS_OF, "--out", out, "--limit", 0)
    assert said.code == 0
    assert "2 more" in said.out
    rows = {row["account_name"]: row for row in pq.read_table(out).to_pylist()}
    assert rows["Acme"]["people_in_roles"] == ["buyer: salesforce:00QHs0000010000MAA"]
    assert rows["Beta"]["people_who_could_be"] == [
        f"{role}: salesforce:00QHs000001000bMAA (person.title)" for role in ("buyer", "user")
    ]


def test_explaining_somebody_names_the_buying_group(grouped: Path, call: Call) -> None:
    said = call("explain", "-w", grouped, *AS_OF, "ann@acme.example")
    assert "Buying group of Acme, 1 person:" in said.out
    assert "The buyer: Ann Lee" in said.out
    assert "user: missing" in said.out
    told = call("explain", "-w", grouped, *AS_OF, "bo@beta.example", "--json").json["account"]
    assert told["roles"][0]["could_be"][0]["missing"] == ["person.title"]


def test_deciding_and_the_report_count_accounts(grouped: Path, call: Call) -> None:
    said = call("decide", "-w", grouped, *AS_OF)
    assert "segment of accounts" in said.out
    assert call("decide", "-w", grouped, *AS_OF, "--json").json["market"]["n_accounts"] == 2
    out = grouped / "r.html"
    assert call("report", "-w", grouped, *AS_OF, "--out", out).code == 0
    page = out.read_text(encoding="utf-8")
    assert "Buying groups, in accounts with people" in page
    assert "How they overlap" in page


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--missing", "byer"), "Did you mean `buyer`?"),
        (("--segment", "known"), "is a segment of people"),
        (("--segment", "logistic"), "Did you mean `logistics`?"),
    ],
)
def test_unknown_roles_and_segments_are_told(
    grouped: Path, call: Call, arguments: tuple[str, str], says: str
) -> None:
    said = call("accounts", "-w", grouped, *AS_OF, *arguments)
    assert said.code == 2
    assert says in said.text


def test_without_a_buying_group_the_accounts_are_still_there(filled: Path, call: Call) -> None:
    said = call("accounts", "-w", filled, *AS_OF)
    assert said.code == 0
    assert "no `buying_group`" in said.out
    said = call("accounts", "-w", filled, *AS_OF, "--missing", "buyer")
    assert (said.code, "no `buying_group`" in said.text) == (2, True)


def test_a_buying_group_without_segments_of_accounts_is_in_the_report(grouped: Path, call: Call) -> None:
    book = grouped / "playbook.yml"
    book.write_text(book.read_text(encoding="utf-8").partition("segments:")[0], encoding="utf-8")
    out = grouped / "r.html"
    assert call("report", "-w", grouped, *AS_OF, "--out", out).code == 0
    page = out.read_text(encoding="utf-8")
    assert "Buying groups, in accounts with people" in page
    assert "have no people" not in page


def test_accounts_named_in_a_file_are_the_segment(grouped: Path, call: Call) -> None:
    """Under a head the column of names counts; a file that is not there is named."""
    said = call("accounts", "-w", grouped, *AS_OF, "--segment", "listed", "--json")
    assert [a["account_name"] for a in said.json["accounts"]] == ["Beta"]
    (grouped / "ours.csv").write_text("Acme\n", encoding="utf-8")
    said = call("accounts", "-w", grouped, *AS_OF, "--segment", "listed", "--json")
    assert [a["account_name"] for a in said.json["accounts"]] == ["Acme"]
    (grouped / "ours.csv").write_text("Name\n", encoding="utf-8")
    assert "lists no account" in call("check", "-w", grouped).out
    (grouped / "ours.csv").unlink()
    assert "does not exist" in call("check", "-w", grouped).out
