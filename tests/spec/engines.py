"""The evaluators that every law is asked of, behind one form: open a world, decide a playbook at an instant.

`reference` is plain Python over the facts; `evaluator` is the real thing, over a store with those
facts. All knowledge of the real entry points is in this file.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from tests.reference import Decision, Person, decide

from handraise.facts.rows import Coverage, Fact
from handraise.model.playbook import Playbook
from handraise.model.time import Micros
from handraise.model.truth import Truth

SOURCE_OF_COVERAGE = "crm"


class Opened(Protocol):
    """A world that can be asked."""

    def decide(self, playbook: Playbook, as_of: Micros) -> dict[str, Decision]: ...


class Engine(Protocol):
    def open(self, facts: Iterable[Fact], coverage: Sequence[Coverage]) -> Opened: ...


# --- the reference ------------------------------------------------------------------------------------


class ReferenceWorld:
    def __init__(self, facts: Iterable[Fact], coverage: Sequence[Coverage]) -> None:
        self.facts, self.coverage = list(facts), coverage

    def decide(self, playbook: Playbook, as_of: Micros) -> dict[str, Decision]:
        return decide(playbook, self.facts, self.coverage, as_of)


class Reference:
    """The plain-Python evaluator."""

    def __init__(self, folder: Path) -> None:
        del folder

    def open(self, facts: Iterable[Fact], coverage: Sequence[Coverage]) -> ReferenceWorld:
        return ReferenceWorld(facts, coverage)


# --- the real evaluator -------------------------------------------------------------------------------


def why_not_real() -> str | None:
    """Why the real evaluator cannot be asked yet, `None` when it can."""
    needed = ("handraise.engines.local", "tests.facts.worlds")
    missing = [name for name in needed if not _exists(name)]
    return f"the real evaluator is not there yet: no {', '.join(missing)}" if missing else None


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


class RealWorld:
    """A store in a folder of its own."""

    def __init__(self, facts: Iterable[Fact], coverage: Sequence[Coverage], folder: Path) -> None:
        from tests.facts.worlds import store_of

        from handraise.facts.chunks import CoverageSpan

        spans = [
            CoverageSpan(SOURCE_OF_COVERAGE, frozenset(c.activity_types), c.from_at, c.to_at)
            for c in coverage
        ]
        self.store = store_of(list(facts), spans, folder)

    def decide(self, playbook: Playbook, as_of: Micros) -> dict[str, Decision]:
        from handraise.engines.local import decide as decide_store

        table = decide_store(self.store, playbook, as_of=as_of)
        return {row["person_id"]: decision_of(row, playbook) for row in table.to_pylist()}


class Real:
    """The vectorised evaluator over a store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count()

    def open(self, facts: Iterable[Fact], coverage: Sequence[Coverage]) -> RealWorld:
        folder = self.folder / f"world-{next(self._numbers)}"
        folder.mkdir(parents=True)
        return RealWorld(facts, coverage, folder)


def decide_real(
    playbook: Playbook, facts: Iterable[Fact], coverage: Sequence[Coverage], as_of: Micros, tmp_path: Path
) -> dict[str, Decision]:
    """One decision of everybody by the real evaluator."""
    return Real(tmp_path).open(facts, coverage).decide(playbook, as_of)


def decision_of(row: Mapping[str, Any], playbook: Playbook) -> Decision:
    """A row of the decisions table in the reference's form."""
    segments = dict.fromkeys(playbook.segments, Truth.OUT)
    segments.update(dict.fromkeys(row["segments_unknown"], Truth.UNKNOWN))
    segments.update(dict.fromkeys(row["segments_in"], Truth.IN))
    return Decision(
        person_id=row["person_id"],
        account_id=row["account_id"],
        fit_score=_points(row["fit_score"]),
        fit_low=_points(row["fit_low"]),
        fit_high=_points(row["fit_high"]),
        fit_grade=row["fit_grade"],
        fit_grade_certain=row["fit_grade_certain"],
        fit_completeness=row["fit_completeness"],
        engagement_score=_points(row["engagement_score"]),
        engagement_low=_points(row["engagement_low"]),
        engagement_high=_points(row["engagement_high"]),
        engagement_level=int(row["engagement_level"]),
        engagement_level_certain=row["engagement_level_certain"],
        rank=row["rank"],
        marketing_qualified=Truth[row["marketing_qualified"].upper()],
        buyer_segment=row["buyer_segment"],
        buyer_segment_could_be=tuple(row["buyer_segment_could_be"]),
        segments=segments,
        missing_facts=frozenset(row["missing_facts"]),
    )


def _points(value: Decimal | float | int) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


ENGINES: dict[str, type[Reference] | type[Real]] = {"reference": Reference, "evaluator": Real}

__all__ = [
    "ENGINES",
    "Decision",
    "Engine",
    "Opened",
    "Person",
    "Real",
    "Reference",
    "decide_real",
    "why_not_real",
]
