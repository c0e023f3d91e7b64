"""What changes seldom: conditions on values and acts alone, asked only where they can change."""

from __future__ import annotations

from handraise.evaluate.changes import joint_changes
from handraise.evaluate.views import ChunkFacts, PeopleView
from handraise.model.conditions import (
    AccountPeople,
    Condition,
    GradeIs,
    GradeIsOpen,
    HasRole,
    InSegment,
    IsMarketingQualified,
    LevelIs,
    RankIs,
    ScoreIs,
    walk,
)
from handraise.model.playbook import Playbook

# Decayed scores change all the time, and who is among whom is asked of everybody together.
_MOVING = (GradeIs, GradeIsOpen, LevelIs, RankIs, ScoreIs, IsMarketingQualified, AccountPeople, HasRole)


def is_moving(condition: Condition, playbook: Playbook) -> bool:
    """Whether a condition rests on scores or on colleagues."""
    for part in walk(condition):
        if isinstance(part, _MOVING):
            return True
        if isinstance(part, InSegment) and is_moving(playbook.segments[part.segment].when, playbook):
            return True
    return False


def steady_people(conditions: tuple[Condition, ...], facts: ChunkFacts) -> PeopleView | None:
    """Everybody wherever one of the conditions can change; `None` where one of them is moving."""
    if any(is_moving(c, facts.compiled.playbook) for c in conditions):
        return None
    return PeopleView(facts, joint_changes(dict.fromkeys(conditions), facts))
