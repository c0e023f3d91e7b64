"""Why what happened to one person happened: each trigger and each stage, as they read the facts at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from handraise.evaluate.decide import Decisions, ScoredPeople
from handraise.evaluate.happened import due_instants
from handraise.evaluate.past import Past
from handraise.evaluate.points import BEFORE_ALL, exits
from handraise.evaluate.verdicts import EvidenceRow, Reasons, Verdict
from handraise.evaluate.views import PeopleView
from handraise.model.lifecycle import Stage
from handraise.model.time import Duration, Micros, iso
from handraise.model.triggers import Sla, Trigger
from handraise.playbook.dependencies import STAGE, depends_on, fired


@dataclass(frozen=True, slots=True)
class TriggerExplanation:
    """A trigger about one person: whether it is in its state, and its last firing.

    `verdict` is that of its condition, `audience` that of its audience, if it has one: it is in its state where the first
    is in and the second is not out. A firing stands until `stands_until`, no other comes before `rests_until`, and sales
    must have acted by `due_at`. `started_at`: when it was activated, if it ever was.
    """

    key: str
    label: str
    track: str
    verdict: Verdict
    audience: Verdict | None = None
    started_at: Micros | None = None
    fired_at: Micros | None = None
    stands_until: Micros | None = None
    rests_until: Micros | None = None
    due_at: Micros | None = None

    def as_dict(self) -> dict[str, Any]:
        instants = ("started_at", "fired_at", "stands_until", "rests_until", "due_at")
        return {
            "key": self.key,
            "label": self.label,
            "track": self.track,
            **{name: _iso(getattr(self, name)) for name in instants},
            **self.verdict.as_dict(),
            "audience": None if self.audience is None else self.audience.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class StageExplanation:
    """A stage about one person: whether they are in it, when they last entered it, and why they could.

    `verdict` is that of its rule, and `None` for a stage without one; `acts` are the recorded acts that lead to it, the
    latest first.
    """

    key: str
    label: str
    is_present: bool
    entered_at: Micros | None
    verdict: Verdict | None
    acts: tuple[EvidenceRow, ...] = ()
    due_at: Micros | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "label": self.label,
            "is_present": self.is_present,
            "entered_at": _iso(self.entered_at),
            "due_at": _iso(self.due_at),
            "rule": None if self.verdict is None else self.verdict.as_dict(),
            "acts": [row.as_dict() for row in self.acts],
        }


class Happening:
    """Explains the triggers and stages of a chunk's people. `started_at` says when triggers were activated."""

    def __init__(self, decisions: Decisions, reasons: Reasons, started_at: Mapping[str, Micros]) -> None:
        self._decisions, self._reasons, self._started_at = decisions, reasons, started_at
        self._people, self._playbook = decisions.people, decisions.compiled.playbook
        self._reading: dict[str | None, Reasons] = {}

    def triggers(self, index: int) -> tuple[TriggerExplanation, ...]:
        """Every trigger about the `index`-th person, in order of priority."""
        return tuple(self._trigger(trigger, index) for trigger in self._playbook.triggers.values())

    def stages(self, index: int) -> tuple[StageExplanation, ...]:
        """Every stage about the `index`-th person, in the playbook's order."""
        present = int(self._people.stage()[1][index])
        return tuple(
            self._stage(place, stage, index, is_present=place == present)
            for place, stage in enumerate(self._playbook.lifecycle.stages)
        )

    def _trigger(self, trigger: Trigger, index: int) -> TriggerExplanation:
        reasons = self._as_read_by(trigger.key)
        found = TriggerExplanation(
            trigger.key,
            trigger.label or trigger.key,
            trigger.track_name,
            reasons.of(trigger.when, index),
            None if trigger.audience is None else reasons.of(trigger.audience, index),
            self._started_at.get(trigger.key),
        )
        fired_at = int(self._people.last_firing(trigger.key)[index])
        if fired_at == BEFORE_ALL:
            return found
        return replace(
            found,
            fired_at=fired_at,
            stands_until=self._after(fired_at, trigger.stands_for),
            rests_until=None if trigger.rest is None else self._after(fired_at, trigger.rest),
            due_at=self._due(fired_at, trigger.sla),
        )

    def _stage(self, place: int, stage: Stage, index: int, *, is_present: bool) -> StageExplanation:
        entered_at = self._entered_at(place, index)
        return StageExplanation(
            stage.key,
            stage.label or self._playbook.term(stage.key),
            is_present,
            entered_at,
            None if stage.when is None else self._as_read_by(None).of(stage.when, index),
            self._reasons.acts_of(stage.on, index),
            None if entered_at is None or not is_present else self._due(entered_at, stage.sla),
        )

    def _entered_at(self, place: int, index: int) -> Micros | None:
        log, people = self._people.past.stages, self._people
        mine = (
            (log.subject == people.names[index]) & (log.code == place) & (log.at <= people.points.at[index])
        )
        return int(log.at[mine].max()) if mine.any() else None

    def _after(self, at: Micros, span: Duration) -> Micros:
        return int(exits(span, np.array([at], dtype=np.int64), self._playbook.time_zone)[0])

    def _due(self, at: Micros, sla: Sla | None) -> Micros | None:
        if sla is None:
            return None
        return int(due_instants(np.array([at], dtype=np.int64), sla, self._playbook)[0])

    def _as_read_by(self, trigger: str | None) -> Reasons:
        """The verdicts as a trigger, or the lifecycle (`None`), reads them: what it rests on itself as just before."""
        what = STAGE if trigger is None else fired(trigger)
        if depends_on(self._playbook, what).isdisjoint({STAGE, what}):
            return self._reasons
        if trigger not in self._reading:
            past = self._people.past
            before = Past(past.firings, past.stages, stage_just_before=True, own=trigger)
            people = PeopleView(self._people.facts.reading(before), self._people.points)
            ScoredPeople(people, self._decisions.limits)
            self._reading[trigger] = Reasons(people)
        return self._reading[trigger]


def _iso(at: Micros | None) -> str | None:
    return None if at is None else iso(at)
