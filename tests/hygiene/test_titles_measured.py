"""How right readings of real titles are: floors on titles that no rule was made from."""

from __future__ import annotations

import csv
import gzip
import random
import re
from collections import Counter
from pathlib import Path

import pytest
from tests.hygiene.labelled_titles import OFFICE_WORDS, labelled_titles, measured

from handraise.hygiene.titles import FUNCTIONS, SENIORITIES, read_title

# part, least precision, least coverage on the half that only measures
FLOORS = [("seniority", 0.96, 0.95), ("function", 0.88, 0.79)]


@pytest.mark.parametrize(("part", "precision", "coverage"), FLOORS)
def test_a_part_that_is_read_is_right_and_most_that_can_be_told_is_read(
    part: str, precision: float, coverage: float
) -> None:
    found = measured(part, "measure")
    assert found.n_right / found.n_read >= precision, found
    assert found.n_told_and_read / found.n_told >= coverage, found


def test_the_labels_are_words_of_the_vocabulary() -> None:
    titles = list(labelled_titles())
    assert len(titles) == 460
    assert {t.seniority for t in titles} <= {None, *SENIORITIES}
    assert {t.function for t in titles} <= {None, *FUNCTIONS}


@pytest.mark.real_data
def test_the_labelled_titles_were_drawn_as_they_say(real_data: Path) -> None:
    text = gzip.decompress((real_data / "reference_lists" / "titles_combined.txt.gz").read_bytes()).decode()
    titles = sorted({line.strip() for line in text.splitlines() if line.strip()})
    first = random.Random(20261125).sample(titles, 200)
    office = re.compile(rf"\b({'|'.join(w.replace('_', ' ') for w in OFFICE_WORDS)})\b", re.IGNORECASE)
    others = [t for t in titles if office.search(t) and t not in set(first)]
    drawn = first + random.Random(20261126).sample(others, 260)
    assert [t.title for t in labelled_titles()] == drawn


@pytest.mark.real_data
def test_words_of_rank_are_read_as_rank_and_words_of_function_as_function(real_data: Path) -> None:
    """Single words on which three annotators agree (iPod gazetteer, CC BY 4.0): RES rank, FUN function, LOC, O."""
    read: Counter[tuple[str, str]] = Counter()
    with (real_data / "ipod_titles" / "gazetteer.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if len({row["A1"], row["A2"], row["A3"]}) == 1:
                reading = read_title(row["Title"])
                read["n", row["A1"]] += 1
                read["seniority", row["A1"]] += reading.seniority is not None
                read["function only", row["A1"]] += reading.function is not None and reading.seniority is None
    seniority = {kind: read["seniority", kind] for kind in ("RES", "FUN", "LOC", "O")}
    function = {kind: read["function only", kind] for kind in ("RES", "FUN", "LOC", "O")}
    assert seniority["RES"] / sum(seniority.values()) >= 0.85, seniority
    assert seniority["RES"] / read["n", "RES"] >= 0.60, seniority
    assert function["FUN"] / sum(function.values()) >= 0.80, function
