"""Rows without ids are known by what they say and by how often their file says it: what counts, and what is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Call

MAPPING = """
source: scans
files:
  - name: booth scans
    match: {columns: [badge, day]}
    targets:
      - table: activities
        id: {column: scan, optional: true}
        person: badge
        at: day
        type: {constant: event.visited_booth}
"""
ANN, BO, CY = "ann,2026-01-05\n", "bo,2026-01-05\n", "cy,2026-01-06\n"


@pytest.fixture
def scans(workspace: Path) -> Path:
    (workspace / "mapping.yml").write_text(MAPPING, encoding="utf-8")
    return workspace


def take(call: Call, workspace: Path, name: str, *rows: str, head: str = "badge,day\n") -> dict[str, Any]:
    """What is told of a file with these rows."""
    (workspace / name).write_text(head + "".join(rows), encoding="utf-8")
    said = call("import", workspace / name, "-w", workspace, "--exported-at", "2026-02-01", "--json")
    assert said.code == 0
    told: dict[str, Any] = said.json["files"][0]
    return told


def test_equal_rows_of_one_file_count_each_and_a_note_says_how_many(scans: Path, call: Call) -> None:
    told = take(call, scans, "whole.csv", ANN, BO, ANN, ANN)
    assert (told["accepted"], told["duplicate"]) == (4, 0)
    (note,) = told["findings"]
    assert (note["code"], note["n"]) == ("repeated_rows", 2)
    said = call("import", scans / "whole.csv", "-w", scans, "--exported-at", "2026-02-01")
    assert "whole.csv: 2 rows without an id say the same as another row of this file" in said.out


def test_the_same_file_twice_counts_once(scans: Path, call: Call) -> None:
    take(call, scans, "first.csv", ANN, ANN, BO)
    told = take(call, scans, "again.csv", BO, ANN, ANN)
    assert (told["accepted"], told["duplicate"]) == (0, 3)


def test_what_two_files_share_counts_once(scans: Path, call: Call) -> None:
    take(call, scans, "may_june.csv", ANN, BO)
    told = take(call, scans, "june_july.csv", BO, CY)
    assert (told["accepted"], told["duplicate"]) == (1, 1)
    assert told["findings"] == []


def test_a_file_cut_between_equal_rows_looks_like_an_overlap(scans: Path, call: Call) -> None:
    """Deliberate, and written down: whoever did the same twice counts once. The whole file told later mends it."""
    take(call, scans, "one.csv", ANN, BO)
    told = take(call, scans, "two.csv", ANN, CY)
    assert (told["accepted"], told["duplicate"]) == (1, 1)
    told = take(call, scans, "whole.csv", ANN, BO, ANN, CY)
    assert (told["accepted"], told["duplicate"]) == (1, 3)


def test_rows_with_ids_count_each_wherever_they_stand(scans: Path, call: Call) -> None:
    head = "scan,badge,day\n"
    told = take(call, scans, "one.csv", "1," + ANN, "2," + ANN, head=head)
    assert (told["accepted"], told["findings"]) == (2, [])
    told = take(call, scans, "two.csv", "2," + ANN, "3," + ANN, head=head)
    assert (told["accepted"], told["duplicate"]) == (1, 1)


def test_a_row_that_is_not_taken_repeats_nothing(scans: Path, call: Call) -> None:
    told = take(call, scans, "one.csv", ANN, "ann,05/01/2026\n", "ann,05/01/2026\n")
    assert (told["accepted"], told["quarantined"], told["findings"]) == (1, 2, [])
