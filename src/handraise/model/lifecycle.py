"""The lifecycle: stages that a person enters and leaves, replayed from facts.

At an instant a person is in one stage or in none yet. At a change point, in this order:

1. Recorded acts of that instant, in the listed order of the stages they lead to, and then those that pass back. An
   act leads to its stage from any other. Passed back, the person is in `PassedBack.to`, with a reason and a return date,
   and every later stage whose condition is true then is *disarmed*.
2. Rules, in the listed order: a later stage than the present one is entered if it is armed and its condition is true.
   Each stage is entered at most once at an instant.
3. A disarmed stage is armed again when its condition is not true, or when the return date has come.
"""

from __future__ import annotations

from dataclasses import dataclass

from handraise.model.conditions import Condition
from handraise.model.triggers import Sla


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. It is entered by a rule (`when`), by recorded acts (behaviours in `on`), or by either."""

    key: str
    label: str | None = None
    when: Condition | None = None
    on: tuple[str, ...] = ()
    sla: Sla | None = None


@dataclass(frozen=True, slots=True)
class PassedBack:
    """Behaviours that give a person back, and where to. `reason` and `return_on` name the properties of the activity
    that say why and until when (an ISO date or instant); without a readable date there is none."""

    on: tuple[str, ...]
    to: str
    reason: str = "reason"
    return_on: str = "return_on"


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The stages in order, and how one is passed back. No stages: there is no lifecycle."""

    stages: tuple[Stage, ...] = ()
    passed_back: PassedBack | None = None

    def index(self, key: str) -> int:
        """The place of a stage. Raises `KeyError` for an unknown one."""
        for i, stage in enumerate(self.stages):
            if stage.key == key:
                return i
        raise KeyError(key)
