"""Why, for one person: each rule with its verdict, its points, what it counted, and what is missing (meaning 16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING

from tests.reference.patterns import is_on, reaches, takes
from tests.reference.reading import Person
from tests.reference.scores import MILLION, weight_millionths
from tests.reference.windows import in_window

from handraise.facts.rows import Activity
from handraise.model.activities import is_buyer_act
from handraise.model.conditions import (
    Condition,
    Did,
    FirstTime,
    InterestedIn,
    ReachedStatus,
    Regularly,
    Resumed,
    Sequence,
    Silent,
    Stopped,
    TookOffer,
)
from handraise.model.scores import BehaviourRule
from handraise.model.time import Duration, Micros, Unit
from handraise.model.truth import Truth

if TYPE_CHECKING:
    from tests.reference.evaluator import Evaluator


@dataclass(frozen=True, slots=True)
class ExplainedRule:
    """One rule of a score. `points` are those it gave; `n` acts counted, of which `evidence` are the instants, latest
    first; both empty where nothing is counted. `missing` are the fields that would settle it."""

    name: str
    truth: Truth
    points: float
    n: int | None = None
    latest_at: Micros | None = None
    evidence: tuple[Micros, ...] = ()
    missing: tuple[str, ...] = ()


def explained(person: Person, ask: Evaluator) -> list[ExplainedRule]:
    """The rules of both scores, fit first, each in the playbook's order."""
    rules = [
        _on_a_condition(r.name, r.when, r.points_hundredths, person, ask) for r in ask.playbook.fit.rules
    ]
    for rule in ask.playbook.engagement.rules:
        if isinstance(rule, BehaviourRule):
            rules.append(_on_a_behaviour(rule, person, ask))
        else:
            rules.append(_on_a_condition(rule.name, rule.when, rule.points_hundredths, person, ask))
    return rules


def _on_a_behaviour(rule: BehaviourRule, person: Person, ask: Evaluator) -> ExplainedRule:
    acts = in_window(ask.occurrences(rule.behaviour, person), rule.within, None, ask)
    points = rule.points_hundredths * weight_millionths(rule, person, ask) / (100 * MILLION)
    instants = _latest_first(acts)
    return ExplainedRule(
        rule.name, Truth.of(bool(acts)), points, len(acts), max(instants, default=None), instants
    )


def _on_a_condition(
    name: str, when: Condition, points_hundredths: int, person: Person, ask: Evaluator
) -> ExplainedRule:
    subject = ask.subject(person)
    truth = ask.verdict(when, subject)
    points = points_hundredths / 100 if truth is Truth.IN else 0.0
    missing = tuple(sorted(ask.open_fields(when, subject)))
    acts = acts_counted(when, person, ask)
    if acts is None:
        return ExplainedRule(name, truth, points, missing=missing)
    instants = _latest_first(acts)
    return ExplainedRule(name, truth, points, len(acts), max(instants, default=None), instants, missing)


def _latest_first(acts: Iterable[Activity]) -> tuple[Micros, ...]:
    return tuple(sorted((a.at for a in acts), reverse=True))


@singledispatch
def acts_counted(condition: Condition, person: Person, ask: Evaluator) -> list[Activity] | None:
    """What the person did that the condition looks at; `None` of a condition that looks at no acts of theirs."""
    return None


@acts_counted.register(Did)
def _(condition: Did, person: Person, ask: Evaluator) -> list[Activity]:
    return in_window(ask.occurrences(condition.behaviour, person), condition.within, condition.since, ask)


@acts_counted.register(Silent)
def _(condition: Silent, person: Person, ask: Evaluator) -> list[Activity]:
    """What breaks the silence."""
    acts = [a for key in condition.behaviours for a in ask.occurrences(key, person)]
    if not condition.behaviours:
        acts = [a for a in ask.reading.activities(person) if is_buyer_act(a.type)]
    return in_window({a.message_id: a for a in acts}.values(), condition.span, None, ask)


@acts_counted.register(FirstTime)
@acts_counted.register(Stopped)
@acts_counted.register(Resumed)
def _(condition: FirstTime | Stopped | Resumed, person: Person, ask: Evaluator) -> list[Activity]:
    return ask.occurrences(condition.behaviour, person)


@acts_counted.register(Regularly)
def _(condition: Regularly, person: Person, ask: Evaluator) -> list[Activity]:
    acts = ask.occurrences(condition.behaviour, person)
    return in_window(acts, Duration(condition.of, Unit.WEEKS), None, ask)


@acts_counted.register(Sequence)
def _(condition: Sequence, person: Person, ask: Evaluator) -> list[Activity]:
    """Of any step, each once."""
    acts = {a.message_id: a for step in condition.steps for a in ask.occurrences(step.behaviour, person)}
    return in_window(acts.values(), condition.within, None, ask)


@acts_counted.register(InterestedIn)
def _(condition: InterestedIn, person: Person, ask: Evaluator) -> list[Activity]:
    interest = ask.playbook.interest
    acts = {a.message_id: a for key in interest.behaviours for a in ask.occurrences(key, person)}
    on_it = [a for a in acts.values() if is_on(a, condition.product, ask)]
    return in_window(on_it, interest.within, None, ask)


@acts_counted.register(ReachedStatus)
def _(condition: ReachedStatus, person: Person, ask: Evaluator) -> list[Activity]:
    acts = [a for a in ask.reading.activities(person) if reaches(a, condition, person, ask)]
    return in_window(acts, condition.within, None, ask)


@acts_counted.register(TookOffer)
def _(condition: TookOffer, person: Person, ask: Evaluator) -> list[Activity]:
    acts = [a for a in ask.reading.activities(person) if takes(a, condition, ask)]
    return in_window(acts, condition.within, None, ask)
