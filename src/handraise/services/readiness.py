"""Whether anybody can be in a segment yet, given what data there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from handraise.facts.contents import Contents
from handraise.model.conditions import (
    AccountDid,
    AccountPeople,
    All,
    Any,
    AtLeast,
    AttributeTest,
    Condition,
    Did,
    HasOpportunity,
    HasRole,
    InSegment,
    Not,
    walk,
)
from handraise.model.playbook import Playbook
from handraise.model.truth import Truth
from handraise.model.value_tests import IsKnown


@dataclass(frozen=True, slots=True)
class Readiness:
    """Answers for one playbook over what a store holds."""

    playbook: Playbook
    contents: Contents

    def not_yet(self, condition: Condition) -> str | None:
        """Why nobody can be in it so far: the data that no import has brought; `None` when somebody can."""
        if self._reach(condition)[1] is Truth.IN:
            return None
        missing = self.missing(condition)
        return f"No import has brought {', '.join(missing)} yet." if missing else "It contradicts itself."

    def missing(self, condition: Condition) -> tuple[str, ...]:
        """The data that it reads and that no import has brought, each once; empty where it can be told without."""
        if self._reach(condition)[1] is Truth.IN:
            return ()
        return tuple(dict.fromkeys(self._missing(condition)))

    def missing_of_behaviour(self, behaviour: str) -> tuple[str, ...]:
        """The activity that no import has brought, where nothing can be this behaviour."""
        return () if self._is_covered(behaviour) else (self._activity(behaviour),)

    def _reach(self, condition: Condition) -> tuple[Truth, Truth]:
        """The least and the greatest truth that the condition can have for anybody, by interval arithmetic."""
        match condition:
            case All():
                ends = [self._reach(c) for c in condition.of]
                return min((e[0] for e in ends), default=Truth.IN), min(
                    (e[1] for e in ends), default=Truth.IN
                )
            case Any():
                ends = [self._reach(c) for c in condition.of]
                return max((e[0] for e in ends), default=Truth.OUT), max(
                    (e[1] for e in ends), default=Truth.OUT
                )
            case Not():
                low, high = self._reach(condition.of)
                return Truth(2 - high), Truth(2 - low)
            case AtLeast():
                ends = [self._reach(c) for c in condition.of]
                return tuple(sorted((e[i] for e in ends), reverse=True)[condition.n - 1] for i in (0, 1))  # type: ignore[return-value]
            case InSegment():
                return self._reach(self.playbook.segments[condition.segment].when)
            case HasRole():
                return self._reach(self.playbook.buying_group.asked(condition))
            case AttributeTest() if condition.field not in self.contents.fields:
                certain = (
                    Truth.of(not condition.test.known)
                    if isinstance(condition.test, IsKnown)
                    else Truth.UNKNOWN
                )
                return certain, certain
            case Did() | AccountDid() if not self._is_covered(condition.behaviour):
                wanted = condition.times.low if isinstance(condition, Did) else condition.people.low
                return (Truth.OUT, Truth.OUT) if wanted else (Truth.OUT, Truth.UNKNOWN)
            case HasOpportunity() if not self.contents.has_deals:
                return Truth.OUT, Truth.OUT
            case AccountPeople() if condition.people.low and self._reach(condition.who)[1] is not Truth.IN:
                return Truth.OUT, Truth.UNKNOWN
        return Truth.OUT, Truth.IN

    def _missing(self, condition: Condition) -> Iterator[str]:
        for atom in walk(condition):
            match atom:
                case AttributeTest() if atom.field not in self.contents.fields:
                    yield f"`{atom.field}`"
                case Did() | AccountDid() if not self._is_covered(atom.behaviour):
                    yield self._activity(atom.behaviour)
                case HasOpportunity() if not self.contents.has_deals:
                    yield "deals"
                case HasRole():
                    yield from self._missing(self.playbook.buying_group.role(atom.role).when)
                case InSegment():
                    yield from self._missing(self.playbook.segments[atom.segment].when)

    def _activity(self, behaviour: str) -> str:
        return f"`{self.playbook.behaviours[behaviour].activities[0]}`"

    def _is_covered(self, behaviour: str) -> bool:
        return bool(self.contents.activity_types.intersection(self.playbook.behaviours[behaviour].activities))
