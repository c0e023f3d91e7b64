"""The size of a synthetic world and the instant it ends at; light to import."""

from __future__ import annotations

from dataclasses import dataclass

from handraise.model.time import Micros, parse_instant

AS_OF: Micros = parse_instant("2026-09-30")


@dataclass(frozen=True, slots=True)
class World:
    """The size of a world."""

    n_people: int
    n_activities: int

    @property
    def n_accounts(self) -> int:
        return max(1, self.n_people * 2 // 9)
