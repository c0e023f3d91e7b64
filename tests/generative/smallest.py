"""A disagreement made small: facts and parts of the playbook are left out for as long as it remains.

Hypothesis would shrink the same case through thousands of stores; leaving out named parts needs about a
hundred, and what remains reads as a case.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any

from tests.generative.worlds import GeneratedWorld

from handraise.model.conditions import (
    CONDITION_KINDS,
    Always,
    AtLeast,
    AttributeTest,
    Condition,
    Not,
    children,
)
from handraise.model.playbook import Playbook

Case = tuple[GeneratedWorld, Playbook]
StillWrong = Callable[[GeneratedWorld, Playbook], bool]
PATIENCE_SECONDS = 60


def smallest(world: GeneratedWorld, playbook: Playbook, asked: StillWrong) -> Case:
    """Greedy: whole parts of the playbook, then conditions, then facts, until nothing can go or time is up."""
    until = time.monotonic() + PATIENCE_SECONDS

    def still_wrong(world: GeneratedWorld, playbook: Playbook) -> bool:
        return time.monotonic() < until and asked(world, playbook)

    before = None
    while before != (world, playbook):
        before = (world, playbook)
        playbook = _settle(playbook, _fewer_parts, partial(still_wrong, world))
        playbook = _settle(playbook, _replacing, partial(still_wrong, world))
        world = _settle(world, _fewer_facts, partial(_asked_of, still_wrong, playbook))
    return world, playbook


def _asked_of(still_wrong: StillWrong, playbook: Playbook, world: GeneratedWorld) -> bool:
    return still_wrong(world, playbook)


def _settle(
    start: Any, candidates: Callable[[Any], Iterator[Any]], still_wrong: Callable[[Any], bool]
) -> Any:
    """Takes the first smaller thing that is still wrong, again and again."""
    found = True
    while found:
        found = False
        for smaller in candidates(start):
            if _holds(still_wrong, smaller):
                start, found = smaller, True
                break
    return start


def _holds(still_wrong: Callable[[Any], bool], smaller: Any) -> bool:
    """What can no longer be asked at all is not the same disagreement."""
    try:
        return still_wrong(smaller)
    except Exception:
        return False


def _without(items: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Halves first, then quarters, down to single ones."""
    size = len(items)
    while size:
        for start in range(0, len(items), size):
            yield items[:start] + items[start + size :]
        size //= 2


def _fewer_facts(world: GeneratedWorld) -> Iterator[GeneratedWorld]:
    for facts in _without(world.facts):
        yield replace(world, facts=facts)
    for coverage in _without(world.coverage):
        yield replace(world, coverage=coverage)


def _fewer_parts(playbook: Playbook) -> Iterator[Playbook]:
    for rules in _without(playbook.fit.rules):
        yield replace(playbook, fit=replace(playbook.fit, rules=rules))
    for engagement_rules in _without(playbook.engagement.rules):
        yield replace(playbook, engagement=replace(playbook.engagement, rules=engagement_rules))
    for kept in _without(tuple(playbook.segments.items())):
        yield replace(playbook, segments=dict(kept))
    for roles in _without(playbook.buying_group.roles):
        yield replace(playbook, buying_group=replace(playbook.buying_group, roles=roles))
    for buyers in _without(playbook.buyer_segments):
        yield replace(playbook, buyer_segments=buyers)
    for triggers in _without(tuple(playbook.triggers.items())):
        yield replace(playbook, triggers=dict(triggers))
    for stages in _without(playbook.lifecycle.stages):
        yield replace(playbook, lifecycle=replace(playbook.lifecycle, stages=stages))
    if playbook.lifecycle.passed_back:
        yield replace(playbook, lifecycle=replace(playbook.lifecycle, passed_back=None))
    for key, trigger in playbook.triggers.items():
        if trigger.audience or trigger.rest or trigger.sla:
            simpler_one = replace(trigger, audience=None, rest=None, sla=None)
            yield replace(playbook, triggers={**playbook.triggers, key: simpler_one})
    if playbook.marketing_qualified_ranks:
        yield replace(playbook, marketing_qualified_ranks=())
    for key, behaviour in playbook.behaviours.items():
        if behaviour.where:
            simpler = {**playbook.behaviours, key: replace(behaviour, where=behaviour.where[1:])}
            yield replace(playbook, behaviours=simpler)


def _replacing(value: Any) -> Iterator[Any]:
    """Copies of a value in which one condition inside is simpler."""
    if isinstance(value, CONDITION_KINDS):
        yield from _simpler(value)  # type: ignore[arg-type]
    if isinstance(value, tuple):
        for i, item in enumerate(value):
            for simpler in _replacing(item):
                yield (*value[:i], simpler, *value[i + 1 :])
    elif isinstance(value, dict):
        for key, item in value.items():
            for simpler in _replacing(item):
                yield {**value, key: simpler}
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            for simpler in _replacing(getattr(value, field.name)):
                yield replace(value, **{field.name: simpler})


def _simpler(condition: Condition) -> Iterator[Condition]:
    yield from children(condition)
    if not isinstance(condition, Always | AttributeTest | Not | AtLeast):
        yield Always()
    of = getattr(condition, "of", ())
    if isinstance(of, tuple) and not isinstance(condition, AtLeast):
        for fewer in _without(of):
            yield replace(condition, of=fewer)  # type: ignore[arg-type]
