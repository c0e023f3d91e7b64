"""Coverage: from when on, up to an instant, sources know of everything of a type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from handraise.evaluate.points import FOREVER
from handraise.facts.chunks import Instants
from handraise.model.time import Micros

NOT_COVERED: Micros = FOREVER


@dataclass(frozen=True, slots=True)
class Covered:
    """Stretches `[first[i], last[i]]` without a gap, in order; they neither overlap nor touch."""

    first: Instants
    last: Instants

    @classmethod
    def of(cls, spans: Iterable[tuple[Micros, Micros]]) -> Covered:
        joined: list[list[Micros]] = []
        for first, last in sorted(spans):
            if joined and first <= joined[-1][1] + 1:
                joined[-1][1] = max(joined[-1][1], last)
            else:
                joined.append([first, last])
        stretches = np.array(joined, dtype=np.int64).reshape(-1, 2)
        return cls(stretches[:, 0], stretches[:, 1])

    def since(self, at: Instants | Micros) -> Instants:
        """The beginning of the stretch that holds each `at`; `NOT_COVERED` outside."""
        if not len(self.first):
            return np.full(np.shape(at), NOT_COVERED, dtype=np.int64)
        place = np.searchsorted(self.first, at, side="right") - 1
        inside = (place >= 0) & (self.last[np.maximum(place, 0)] >= at)
        return np.where(inside, self.first[np.maximum(place, 0)], NOT_COVERED)
