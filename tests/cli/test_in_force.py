"""`activate`, `activations`, `calibrations`, and what `decide` writes of what happened."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.cli.conftest import Call

BOOK = """
playbook: Small
time_zone: UTC
fit:
  rules:
    - {name: Right size, when: {account.employees: {at_least: 200}}, points: 25}
  grades: {A: top 10%, B: top 50%, C: top 80%}
triggers:
  sized: {when: {account.employees: {at_least: 200}}, track: right size, sla: 1 day}
lifecycle:
  stages:
    - {key: MIL, when: {fired: sized}}
buyer_segments:
  - {key: rest, label: Rest}
"""
JANUARY = ("--as-of", "2026-01-31")


@pytest.fixture
def small(filled: Path) -> Path:
    (filled / "playbook.yml").write_text(BOOK, encoding="utf-8")
    return filled


def test_activating_says_what_starts_and_listing_says_since_when(small: Path, call: Call) -> None:
    assert "No playbook has been activated yet." in call("activations", "-w", small).out
    said = call("activate", "--at", "2026-01-05", "-w", small, "--json")
    assert said.code == 0
    assert (said.json["new"], said.json["edited"], said.json["kept"]) == (["sized"], [], [])
    assert said.json["triggers"] == {"sized": "2026-01-05T23:59:59.999999Z"}
    assert said.json["calibration"]["n_people"] == 1
    (small / "playbook.yml").write_text(
        BOOK.replace("playbook: Small", "playbook: Renamed"), encoding="utf-8"
    )
    said = call("activate", "--at", "2026-01-20", "-w", small)
    assert said.code == 0
    assert "is in force since 2026-01-20 23:59:59 UTC." in said.out
    assert "sized: runs on, since 2026-01-05 23:59:59 UTC" in said.out
    listed = call("activations", "-w", small, "--json").json["activations"]
    assert [a["playbook"] for a in listed] == ["Small", "Renamed"]
    assert listed[1]["triggers"] == listed[0]["triggers"]
    assert "Renamed" in call("activations", "-w", small).out


def test_a_decision_after_the_activation_tells_triggers_since_then(small: Path, call: Call) -> None:
    """Ann was in its state already."""
    before = call("decide", "-w", small, *JANUARY, "--json").json
    assert [t["n_fired"] for t in before["happenings"]["triggers"]] == [1]
    call("activate", "--at", "2026-01-20", "-w", small)
    after = call("decide", "-w", small, *JANUARY, "--json").json
    assert [t["n_fired"] for t in after["happenings"]["triggers"]] == [0]
    assert "DC109" not in [f["code"] for f in after["findings"]]
    earlier = call("decide", "-w", small, "--as-of", "2026-01-10", "--json").json
    assert "DC109" in [f["code"] for f in earlier["findings"]]
    for as_of, is_what_if in (("2026-01-10", True), ("2026-01-31", False)):
        why = call("explain", "ann@acme.example", "-w", small, "--as-of", as_of, "--json").json
        assert ("DC109" in [f["code"] for f in why["findings"]]) == is_what_if


def test_calibrations_are_listed_with_since_when_decisions_keep_to_them(small: Path, call: Call) -> None:
    assert "No calibration is stored yet." in call("calibrations", "-w", small).out
    call("decide", "-w", small, *JANUARY)
    assert call("calibrations", "-w", small, "--json").json == {"calibrations": []}
    assert "--all" in call("calibrations", "-w", small).text
    kept = call("calibrations", "-w", small, "--all", "--json").json["calibrations"]
    assert [(c["at"], c["known_at"]) for c in kept] == [("2026-01-26T00:00:00Z", None)]
    call("decide", "-w", small)
    facts = call("calibrations", "-w", small, "--json").json["calibrations"]
    assert [c["n_people"] for c in facts] == [2]
    assert facts[0]["limits"]["grades"] == {"A": 25.0, "B": 25.0, "C": 0.0}
    assert call("calibrations", "-w", small).code == 0


def test_what_fired_and_who_entered_which_stage_is_written(small: Path, call: Call) -> None:
    firings, entries = small / "firings.csv", small / "stages.parquet"
    said = call("decide", "-w", small, *JANUARY, "--firings", firings, "--stage-entries", entries)
    assert said.code == 0
    with firings.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [(r["trigger"], r["track"], r["due_at"]) for r in rows] == [
        ("sized", "right size", "2026-01-07T09:00:00.000000Z")
    ]
    assert pq.read_table(entries)["stage"].to_pylist() == ["MIL"]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("activate", "--at", "2199-01-01"), 2, "is still to come"),
        (("activate", "--at", "01/02/2026"), 2, "not an instant"),
        (("decide", "--firings", "firings.xlsx"), 2, "neither in"),
        (("decide", "--engine", "spark", "--firings", "firings.csv"), 2, "not what happened one by one"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    small: Path, call: Call, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    said = call(*arguments, "-w", small)
    assert said.code == code
    assert sentence in " ".join(said.text.split())


def test_a_playbook_with_errors_is_not_activated(small: Path, call: Call) -> None:
    (small / "playbook.yml").write_text(BOOK.replace("at_least", "atleast"), encoding="utf-8")
    assert call("activate", "-w", small).code == 10
    assert call("activations", "-w", small, "--json").json == {"activations": []}
