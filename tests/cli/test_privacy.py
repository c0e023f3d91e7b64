"""`privacy`: everything about one person is handed over, or nothing is left of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Call

ANN = "salesforce:00QHs0000010000MAA"
EMAIL = "ann@acme.example"


def test_an_export_has_every_fact_with_its_file_and_line(filled: Path, call: Call) -> None:
    call("decide", "-w", filled, "--as-of", "2026-01-31")
    out = filled / "ann.json"
    assert call("privacy", "export", EMAIL, "--out", out, "-w", filled).code == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["record_names"] == [ANN]
    titles = [row for row in found["attributes"] if row["field"] == "person.title"]
    assert [(row["value"], row["file"], row["line"], row["counts"]) for row in titles] == [
        ("CFO", "Lead.csv", 2, True)
    ]
    assert [row["person_id"] for row in found["decisions"]] == [ANN]
    assert found["keys"][0]["key"] == f"email:{EMAIL}"
    assert out.stat().st_mode & 0o077 == 0
    assert call("privacy", "export", EMAIL, "-w", filled).json["records"] == found["records"]


def test_an_erased_person_is_in_no_answer_any_more(filled: Path, call: Call) -> None:
    run = call("decide", "-w", filled, "--as-of", "2026-01-31", "--json").json["run"]
    counted = call("privacy", "erase", EMAIL, "--dry-run", "-w", filled, "--json").json
    said = call("privacy", "erase", EMAIL, "--yes", "-w", filled, "--json").json
    assert said["receipt"]["counts"] == counted["receipt"]["counts"]
    assert "Lead.csv" in said["files_that_name_them"]
    assert call("explain", EMAIL, "-w", filled).code == 2
    again = call("decide", "-w", filled, "--run", run, "--json").json
    assert "DC113" in [f["code"] for f in again["findings"]]
    listed = call("privacy", "receipts", "-w", filled)
    assert said["receipt"]["id"] in listed.out
    assert EMAIL not in listed.text
    content = (filled / "facts.duckdb").read_bytes()
    assert EMAIL.encode() not in content
    assert ANN.encode() not in content
    assert "nothing to finish" in call("privacy", "finish", "-w", filled).out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("erase", EMAIL), "give `--yes` to erase, or `--dry-run`"),
        (("erase", "nobody@x.example", "--yes"), "Nothing is known of `nobody@x.example`"),
        (("export", "nobody@x.example"), "Nothing is known of `nobody@x.example`"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    filled: Path, call: Call, arguments: tuple[str, ...], sentence: str
) -> None:
    said = call("privacy", *arguments, "-w", filled)
    assert said.code == 2
    assert sentence in " ".join(said.text.split())
