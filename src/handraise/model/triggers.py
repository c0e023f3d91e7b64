"""Triggers: behaviour that sales must act on now, and the clocks that run from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID, uuid5

from handraise.model.conditions import Condition
from handraise.model.time import Duration, Micros, Unit

_FIRINGS = UUID("5a1ce6d4-3c0f-5e57-9a3e-64c1c0b6f2a7")


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When clocks run: on these weekdays (0 is Monday), from `start` to `end` in the playbook's zone, but not on holidays."""

    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    start: time = time(9)
    end: time = time(17)
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Sla:
    """How long sales has: a duration on the wall clock, or `in_business_hours` of that many hours (days: business days)."""

    span: Duration
    in_business_hours: bool = False


@dataclass(frozen=True, slots=True)
class Trigger:
    """Fires for a person at an instant where `when` is true, `audience` is not out, and just before was not so.

    `rest`: it does not fire again so long after its last firing, and an edge inside that time is lost. A firing *stands*
    for `stands_for`: so long it makes marketing-qualified, where its track is agreed. `fire_existing`: whoever is
    in its state at activation fires once; without it they count as fired.
    Triggers are listed by priority; of several tracks that stand, a person is on the first.
    """

    key: str
    when: Condition
    audience: Condition | None = None
    label: str | None = None
    track: str | None = None
    sla: Sla | None = None
    rest: Duration | None = None
    stands_for: Duration = Duration(14, Unit.DAYS)
    fire_existing: bool = False

    @property
    def track_name(self) -> str:
        """The track it belongs to: its own where none is named."""
        return self.track or self.key


@dataclass(frozen=True, slots=True)
class QualifyingTracks:
    """Whose firing makes marketing-qualified: of `all` tracks, or of the named ones."""

    all: bool = False
    named: tuple[str, ...] = ()

    def has(self, track: str) -> bool:
        return self.all or track in self.named


def firing_id(trigger: str, person_id: str, at: Micros) -> str:
    """The id of a firing: the same wherever and whenever it is worked out, so that nothing acts on it twice."""
    return str(uuid5(_FIRINGS, f"{trigger}|{person_id}|{at}"))
