"""What was decided earlier and decisions may read: which triggers fired, which stages people entered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from handraise.evaluate.points import BEFORE_ALL
from handraise.evaluate.spells import last_at
from handraise.facts.chunks import Instants, Ints

NO_STAGE = -1


@dataclass(frozen=True, slots=True)
class Log:
    """What happened to people of a chunk: `subject[i]` at `at[i]`, sorted by both, in order of happening. `code` says
    what, where there is more than one thing (a stage)."""

    subject: Ints
    at: Instants
    code: Ints

    @classmethod
    def empty(cls) -> Log:
        none = np.empty(0, dtype=np.int32)
        return cls(none, np.empty(0, dtype=np.int64), none)

    def last(self, subject: Ints, at: Instants) -> tuple[Instants, Ints]:
        """The instant and code of the last one at or before `at[i]`; `BEFORE_ALL` and -1 where there is none."""
        place = last_at(self.subject, self.at, subject, at)
        if not len(self.subject):
            return np.full(len(subject), BEFORE_ALL, np.int64), np.full(len(subject), NO_STAGE, np.int32)
        found = np.maximum(place, 0)
        return (
            np.where(place >= 0, self.at[found], BEFORE_ALL),
            np.where(place >= 0, self.code[found], NO_STAGE).astype(np.int32),
        )


@dataclass(frozen=True, slots=True)
class Past:
    """The firings of each trigger and the stages entered, by the chunk's people.

    `stage_just_before`: stages are read as they were just before each point, as triggers and the lifecycle do;
    `own` names the trigger that reads itself so.
    """

    firings: Mapping[str, Log] = field(default_factory=dict)
    stages: Log = field(default_factory=Log.empty)
    stage_just_before: bool = False
    own: str | None = None

    def last_firing(self, trigger: str, subject: Ints, at: Instants) -> Instants:
        """When the trigger last fired, up to each point (before it, for one that reads itself)."""
        log = self.firings.get(trigger)
        if log is None:
            return np.full(len(subject), BEFORE_ALL, dtype=np.int64)
        return log.last(subject, at - 1 if trigger == self.own else at)[0]

    def stage(self, subject: Ints, at: Instants) -> tuple[Instants, Ints]:
        """(since when, which stage) at each point; `BEFORE_ALL` and -1 where none was entered."""
        return self.stages.last(subject, at - 1 if self.stage_just_before else at)


NO_PAST = Past()
