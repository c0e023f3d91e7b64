"""The evaluators that every law is asked of, behind one form: open a world, decide a playbook at an instant.

`reference` is plain Python over the facts; `evaluator` is the real thing, over a store with those
facts. All knowledge of the real entry points is in this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tests.reference import Decision, ExplainedRule, Firing, History, Person, StageEntry, Steps, decide
from tests.reference.decisions import explain
from tests.reference.reading import source_of, subject_of, uncontradicted

from handraise.facts.rows import Coverage, Fact
from handraise.model.conditions import Condition
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook, Segment, SegmentOf
from handraise.model.time import Micros, to_micros
from handraise.model.truth import Truth

if TYPE_CHECKING:
    from handraise.engines.local import LocalEngine
    from handraise.evaluate.explain import RuleExplanation

SOURCE_OF_COVERAGE = "crm"
STANDARD = FieldCatalog()


Activated = Micros | Mapping[str, Micros] | None
"""When triggers started: all at one instant, each at its own, or `None`, they always were."""


class Told(Protocol):
    """What happened to everybody up to an instant."""

    @property
    def firings(self) -> Sequence[Firing]: ...
    @property
    def entries(self) -> Sequence[StageEntry]: ...
    def track(self, person_id: str, at: Micros) -> str | None: ...
    def steps(self, condition: Condition) -> Mapping[str, Steps]: ...
    def decide(self, as_of: Micros) -> Mapping[str, Decision]: ...


class Opened(Protocol):
    """A world that can be asked."""

    def decide(self, playbook: Playbook, as_of: Micros) -> dict[str, Decision]: ...
    def explain(self, playbook: Playbook, person_id: str, as_of: Micros) -> list[ExplainedRule]: ...
    def history(self, playbook: Playbook, until: Micros, activated_at: Activated = None) -> Told: ...
    def close(self) -> None: ...


class Engine(Protocol):
    def open(
        self, facts: Iterable[Fact], coverage: Sequence[Coverage], catalog: FieldCatalog = STANDARD
    ) -> Opened: ...


# --- the reference ------------------------------------------------------------------------------------


class ReferenceWorld:
    def __init__(self, facts: Iterable[Fact], coverage: Sequence[Coverage], catalog: FieldCatalog) -> None:
        self.facts: list[Fact] = uncontradicted(facts)
        self.coverage, self.catalog = coverage, catalog

    def decide(self, playbook: Playbook, as_of: Micros) -> dict[str, Decision]:
        if playbook.triggers or playbook.lifecycle.stages:
            return self.history(playbook, as_of).decide(as_of)
        return decide(playbook, self.facts, self.coverage, as_of, self.catalog)

    def explain(self, playbook: Playbook, person_id: str, as_of: Micros) -> list[ExplainedRule]:
        return explain(playbook, self.facts, self.coverage, person_id, as_of, self.catalog)

    def history(self, playbook: Playbook, until: Micros, activated_at: Activated = None) -> History:
        return History(playbook, self.facts, self.coverage, until, self.catalog, activated_at=activated_at)

    def close(self) -> None:
        self.facts = []


class Reference:
    """The plain-Python evaluator."""

    def __init__(self, folder: Path) -> None:
        del folder

    def open(
        self, facts: Iterable[Fact], coverage: Sequence[Coverage], catalog: FieldCatalog = STANDARD
    ) -> ReferenceWorld:
        return ReferenceWorld(facts, coverage, catalog)


# --- the real evaluator -------------------------------------------------------------------------------


class RealWorld:
    """A store in a folder of its own."""

    def __init__(
        self, facts: Iterable[Fact], coverage: Sequence[Coverage], catalog: FieldCatalog, folder: Path
    ) -> None:
        from tests.facts.worlds import store_of

        self.catalog = catalog
        self.store = store_of(by_source(facts), coverage, tmp_path=folder)

    def decide(
        self,
        playbook: Playbook,
        as_of: Micros,
        *,
        people: Iterable[str] | None = None,
        n_threads: int = 1,
        max_rows_per_chunk: int = 2_000_000,
    ) -> dict[str, Decision]:
        from handraise.engines.local import LocalEngine

        engine = LocalEngine(
            self.store, playbook, self.catalog, n_threads=n_threads, max_rows_per_chunk=max_rows_per_chunk
        )
        table = engine.decide(as_of, people=people).table
        return {row["person_id"]: decision_of(row, playbook) for row in table.to_pylist()}

    def explain(self, playbook: Playbook, person_id: str, as_of: Micros) -> list[ExplainedRule]:
        from handraise.engines.local import LocalEngine

        explanation = LocalEngine(self.store, playbook, self.catalog).explain(person_id, as_of)
        assert explanation is not None, f"{person_id} is not decided"
        return [explained_rule(rule) for rule in (*explanation.fit, *explanation.engagement)]

    def history(self, playbook: Playbook, until: Micros, activated_at: Activated = None) -> Told:
        return real_history(self, playbook, until, activated_at)

    def close(self) -> None:
        self.store.close()


class RealHistory:
    """What the real evaluator tells up to an instant."""

    def __init__(
        self, world: RealWorld, playbook: Playbook, until: Micros, activated_at: Activated, **cut: int
    ) -> None:
        self._world, self._playbook, self._until, self._cut = world, playbook, until, cut
        keys = playbook.triggers
        named = activated_at if isinstance(activated_at, Mapping) else dict.fromkeys(keys, activated_at)
        self._activations = {key: at for key, at in named.items() if at is not None}
        self._told = self._engine(playbook).history(until)

    def _engine(self, playbook: Playbook) -> LocalEngine:
        from handraise.engines.local import LocalEngine

        return LocalEngine(
            self._world.store, playbook, self._world.catalog, activations=self._activations, **self._cut
        )

    @property
    def firings(self) -> list[Firing]:
        return [
            Firing(
                row["firing_id"],
                row["trigger"],
                row["person_id"],
                to_micros(row["fired_at"]),
                row["track"],
                _micros(row["due_at"]),
            )
            for row in self._told.firings.to_pylist()
        ]

    @property
    def entries(self) -> list[StageEntry]:
        return [
            StageEntry(
                row["person_id"],
                row["stage"],
                to_micros(row["entered_at"]),
                row["entered_by"],
                row["reason"],
                _micros(row["return_at"]),
            )
            for row in self._told.entries.to_pylist()
        ]

    def track(self, person_id: str, at: Micros) -> str | None:
        rows = self._engine(self._playbook).decide(at, people=[person_id]).table.to_pylist()
        found: str | None = rows[0]["track"] if rows else None
        return found

    def decide(self, as_of: Micros) -> dict[str, Decision]:
        table = self._engine(self._playbook).decide(as_of).table
        return {row["person_id"]: decision_of(row, self._playbook) for row in table.to_pylist()}

    def steps(self, condition: Condition) -> dict[str, Steps]:
        """The verdict over time of everybody; nobody's while nobody bears the name."""
        asked = Segment("asked", SegmentOf.PEOPLE, condition)
        playbook = replace(self._playbook, segments={**self._playbook.segments, "asked": asked})
        told: dict[str, Steps] = {}
        for name, since, until, steps in self._engine(playbook).verdicts(condition, self._until):
            of_name = told.setdefault(name, [])
            if of_name and of_name[-1][0] == since:
                of_name.pop()
            for at, truth in steps:
                if not of_name or of_name[-1][1] is not Truth(truth):
                    of_name.append((at, Truth(truth)))
            if until <= self._until:
                of_name.append((until, None))
        return told


def _micros(moment: datetime | None) -> Micros | None:
    return None if moment is None else to_micros(moment)


def real_history(world: RealWorld, playbook: Playbook, until: Micros, activated_at: Activated = None) -> Told:
    """The same history by the real evaluator."""
    return RealHistory(world, playbook, until, activated_at)


def by_source(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """Facts by the system whose record they are about, as so many files would bring them."""
    files: dict[str, list[Fact]] = {SOURCE_OF_COVERAGE: []}
    for fact in facts:
        files.setdefault(source_of(subject_of(fact)), []).append(fact)
    return files


class Real:
    """The vectorised evaluator over a store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count()

    def open(
        self, facts: Iterable[Fact], coverage: Sequence[Coverage], catalog: FieldCatalog = STANDARD
    ) -> RealWorld:
        folder = self.folder / f"world-{next(self._numbers)}"
        folder.mkdir(parents=True)
        return RealWorld(facts, coverage, catalog, folder)


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


def explained_rule(rule: RuleExplanation) -> ExplainedRule:
    """A rule of the real explanation in the reference's form."""
    verdict = rule.verdict
    evidence = tuple(row.at for row in verdict.evidence)
    return ExplainedRule(
        rule.name, verdict.truth, rule.points, verdict.n, verdict.latest_at, evidence, verdict.missing
    )


def _points(value: Decimal | float | int) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


ENGINES: dict[str, type[Reference] | type[Real]] = {"reference": Reference, "evaluator": Real}
HISTORIES: tuple[str, ...] = ("reference", "evaluator")
"""Those of `ENGINES` that tell histories."""

__all__ = [
    "ENGINES",
    "HISTORIES",
    "Activated",
    "Decision",
    "Engine",
    "Opened",
    "Person",
    "Real",
    "Reference",
    "Told",
    "decide_real",
    "real_history",
]
