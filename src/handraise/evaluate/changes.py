"""Change points: the instants at which a verdict can change, and verdicts over time."""

from __future__ import annotations

from handraise.evaluate.kleene import Truths
from handraise.evaluate.points import Points
from handraise.evaluate.views import PeopleView
from handraise.model.conditions import Condition


def person_steps(who: Condition, people: PeopleView) -> tuple[Points, Truths]:
    raise NotImplementedError
