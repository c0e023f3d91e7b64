"""What of a playbook version is a fact: since when its triggers run, and the calibrations that decisions keep to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from handraise.engines.calibrations import NOTHING_KEPT, Kept
from handraise.evaluate.history import Activations
from handraise.model.time import Micros


@dataclass(frozen=True, slots=True)
class InForce:
    """Of one playbook version. `activated`: in order of time, since when it is in force, and since when each trigger then
    runs. Before the first, and of a version that never was in force, every trigger counts as if it had always run."""

    activated: tuple[tuple[Micros, Activations], ...] = ()
    calibrations: Kept = field(default=NOTHING_KEPT)

    def starts(self, as_of: Micros) -> Activations:
        """Since when triggers run, for what is told up to an instant."""
        return next((starts for at, starts in reversed(self.activated) if at <= as_of), {})

    def told_alike(self, instants: Sequence[Micros]) -> Iterator[tuple[Micros, ...]]:
        """Instants in order, those together for which triggers run since the same instants: one history tells them all."""
        for _, some in groupby(instants, key=self.starts):
            yield tuple(some)


NEVER_IN_FORCE = InForce()
