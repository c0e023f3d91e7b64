"""Histories by the local engine: what happened to everybody, chunk after chunk, until what chunks say of each other stays.

Most playbooks need one pass. A roll-up that asks for the stage or the firings of colleagues needs what other chunks tell
of those who came along, and thresholds by share of a score that reads them need everybody: then all is told again
until nothing changes. What is told of an instant rests only on earlier ones, so that this ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from handraise.engines.calibrating import Calibrating
from handraise.engines.calibrations import Calibrations
from handraise.engines.in_force import NEVER_IN_FORCE, InForce
from handraise.engines.reading import Reading
from handraise.engines.told import ChunkTold, Told
from handraise.evaluate.compiled import Compiled
from handraise.evaluate.decide import Limits, LimitsOverTime
from handraise.evaluate.history import Activations, ChunkHistory
from handraise.facts.chunks import Chunk
from handraise.model.conditions import AccountPeople, walk
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.playbook.dependencies import (
    ENGAGEMENT,
    FIT,
    STAGE,
    Decision,
    DecisionKind,
    decisions_read,
    depends_on,
    fired,
)

Each = Callable[[Reading, Callable[[Chunk], ChunkTold]], Iterable[ChunkTold]]


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells the history of a reading over time. `each` does some work on every chunk."""

    playbook: Playbook
    catalog: FieldCatalog
    calibrating: Calibrating
    each: Each
    in_force: InForce = NEVER_IN_FORCE

    def tell(
        self, reading: Reading, activations: Activations, *, with_limits: bool = False
    ) -> tuple[Told, LimitsOverTime]:
        """What happened, and the limits that held meanwhile; those of no use are left out unless asked for."""
        compiled = Compiled(self.playbook, self.catalog, reading.shared)
        activations = {**self.in_force.starts(compiled.as_of), **activations}
        told: Told | None = None
        while True:
            calibrations = self._calibrations(reading, compiled, told, with_limits)
            limits = self._limits(calibrations)
            again = self._once(reading, compiled, limits, activations, told, calibrations)
            if not self._goes_round() or (told is not None and again.same_as(told)):
                return again, limits
            told = again

    def _once(
        self,
        reading: Reading,
        compiled: Compiled,
        limits: LimitsOverTime,
        activations: Activations,
        before: Told | None,
        calibrations: Calibrations | None,
    ) -> Told:
        def of_chunk(chunk: Chunk) -> ChunkTold:
            others = None if before is None else before.of(chunk, from_person=chunk.n_decided)
            happened = ChunkHistory(compiled, chunk, limits, activations, others).tell()
            return ChunkTold(chunk.person_ids, happened)

        parts = self.each(reading, of_chunk)
        return Told(self.playbook, reading.shared.kinds, parts, reading.shared.as_of, calibrations)

    def _calibrations(
        self, reading: Reading, compiled: Compiled, told: Told | None, asked: bool
    ) -> Calibrations | None:
        if not self.calibrating.are_needed or not (asked or asks_classes(self.playbook)):
            return None
        return self.calibrating.over_time(reading, compiled, told)

    def _limits(self, calibrations: Calibrations | None) -> LimitsOverTime:
        if not self.calibrating.are_needed:
            return LimitsOverTime.always(self.calibrating.fixed)
        return LimitsOverTime.always(Limits(None, None)) if calibrations is None else calibrations.over_time

    def _goes_round(self) -> bool:
        return rollups_read_history(self.playbook) or (
            self.calibrating.are_needed and asks_classes(self.playbook) and scores_read_history(self.playbook)
        )


def rollups_read_history(playbook: Playbook) -> bool:
    """Whether somebody's verdict rests on the stages or firings of colleagues."""
    asked = (part.who for c in playbook.conditions() for part in walk(c) if isinstance(part, AccountPeople))
    return any(_is_history(playbook, decision) for who in asked for decision in decisions_read(who))


def needs_everybody(playbook: Playbook) -> bool:
    """Whether what happened to somebody rests on what happened to everybody: on colleagues', or on classes that are
    calibrated by share."""
    is_calibrated = playbook.fit.grades.are_calibrated or playbook.engagement.levels.are_calibrated
    return (is_calibrated and asks_classes(playbook)) or rollups_read_history(playbook)


def scores_read_history(playbook: Playbook) -> bool:
    """Whether a score rests on stages or firings."""
    return _is_history(playbook, FIT) or _is_history(playbook, ENGAGEMENT)


def asks_classes(playbook: Playbook) -> bool:
    """Whether what happens rests on a score or its class."""
    happening = (STAGE, *(fired(key) for key in playbook.triggers))
    return any({FIT, ENGAGEMENT} & depends_on(playbook, decision) for decision in happening)


def _is_history(playbook: Playbook, decision: Decision) -> bool:
    reached = {decision, *depends_on(playbook, decision)}
    return any(d.kind in (DecisionKind.STAGE, DecisionKind.FIRED) for d in reached)
