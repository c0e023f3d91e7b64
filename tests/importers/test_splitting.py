"""Importing again, in any order, or in pieces gives the same facts."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from tests.importers.helpers import SAMPLES, SETTINGS, opened

from handraise.facts.rows import Fact, SourceRow
from handraise.importers.opening import open_import

NAMES = sorted(str(p.relative_to(SAMPLES)) for p in SAMPLES.rglob("*.csv"))


def counted(rows: list[SourceRow]) -> Counter[str]:
    """Facts and reasons, without their lines."""
    facts: list[Fact] = [f for r in rows for f in r.facts]
    return Counter([repr(f) for f in facts] + [str(r.rejection[1:]) for r in rows if r.rejection])


@pytest.mark.parametrize("name", NAMES)
def test_reading_a_file_again_says_the_same_again(name: str) -> None:
    read = open_import(SAMPLES / name, SETTINGS)
    assert list(read.rows()) == list(read.rows())
    findings, coverage = read.findings, read.coverage
    list(read.rows())
    assert (read.findings, read.coverage) == (findings, coverage)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_rows_and_columns_does_not_matter(name: str, tmp_path: Path) -> None:
    import csv
    import io

    with (SAMPLES / name).open(newline="") as file:
        header, *rows = csv.reader(file)
    shuffled = random.Random(7)
    order = shuffled.sample(range(len(header)), len(header))
    shuffled.shuffle(rows)
    out = io.StringIO()
    csv.writer(out).writerows([[row[i] for i in order] for row in (header, *rows)])
    whole = list(open_import(SAMPLES / name, SETTINGS).rows())
    assert _sorted_facts(
        list(opened(tmp_path, out.getvalue(), name=Path(name).name).rows())
    ) == _sorted_facts(whole)


def _sorted_facts(rows: list[SourceRow]) -> list[list[str]]:
    def told(fact: Fact) -> str:
        parts = {k: sorted(v.items()) if isinstance(v, dict) else v for k, v in fact._asdict().items()}
        return f"{type(fact).__name__}{parts}"

    return sorted(sorted(map(told, r.facts)) for r in rows)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [1, 2])
def test_the_pieces_of_a_file_say_what_the_whole_says(name: str, size: int, tmp_path: Path) -> None:
    header, *lines = (SAMPLES / name).read_text().splitlines(keepends=True)
    whole = list(open_import(SAMPLES / name, SETTINGS).rows())
    pieces = [header + "".join(lines[i : i + size]) for i in range(0, len(lines), size)]
    split = [row for piece in pieces for row in opened(tmp_path, piece, name=Path(name).name).rows()]
    assert counted(split) == counted(whole)
