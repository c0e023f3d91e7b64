"""What this version decides of a playbook: all but triggers and the lifecycle, and what rests on them.

The language is read as a whole. Triggers fire and stages are entered over time, which is not evaluated yet; a rule that
reads them must not pass for one that nobody meets. So such parts are set aside, and everything says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from handraise.errors import Problem, Span
from handraise.model.conditions import Condition, Fired, InSegment, StageIs, walk
from handraise.model.lifecycle import Lifecycle
from handraise.model.playbook import Playbook, SetAside
from handraise.model.scores import BehaviourRule
from handraise.model.triggers import QualifyingTracks
from handraise.playbook.codes import CODES


def decidable(playbook: Playbook) -> Playbook:
    """The playbook without what is not decided yet; `set_aside` names each part and the reason."""
    aside = [
        *(SetAside(f"trigger `{key}`", "triggers are not decided yet") for key in playbook.triggers),
        *(
            SetAside(f"stage `{s.key}`", "the lifecycle is not decided yet")
            for s in playbook.lifecycle.stages
        ),
    ]
    if playbook.qualifying_tracks != QualifyingTracks():
        aside.append(SetAside("`marketing_qualified`: its tracks", "triggers are not decided yet"))
    left = replace(playbook, triggers={}, lifecycle=Lifecycle(), qualifying_tracks=QualifyingTracks())
    while resting := list(_resting(left)):
        aside += resting
        left = _without({part.where for part in resting}, left)
    return replace(left, set_aside=(*playbook.set_aside, *aside)) if aside else playbook


def set_aside_problems(playbook: Playbook, places: Mapping[str, Span]) -> tuple[Problem, ...]:
    """A warning for each part that is set aside, where its place is known."""
    return tuple(
        Problem(
            "PB501",
            f"{part.where} is read but not decided: {part.reason}.",
            places.get(part.where),
            None,
            (f"{part.where[0].upper()}{part.where[1:]} takes part in nothing until then.",),
            (),
            CODES["PB501"].severity,
        )
        for part in playbook.set_aside
    )


def _parts(playbook: Playbook) -> Iterator[tuple[str, Condition]]:
    """Every part with a condition, as problems call it."""
    yield from ((f"fit rule `{r.name}`", r.when) for r in playbook.fit.rules)
    for rule in playbook.engagement.rules:
        if not isinstance(rule, BehaviourRule):
            yield f"engagement rule `{rule.name}`", rule.when
    yield from ((f"segment `{s.key}`", s.when) for s in playbook.segments.values())
    yield from ((f"buyer segment `{s.key}`", s.when) for s in playbook.buyer_segments)


def _resting(left: Playbook) -> Iterator[SetAside]:
    """The parts that read a stage, a trigger, or a segment that is gone."""
    for part, condition in _parts(left):
        for inner in walk(condition):
            if isinstance(inner, StageIs | Fired):
                word = "stage" if isinstance(inner, StageIs) else "fired"
                yield SetAside(part, f"it reads `{word}`, which is not decided yet")
                break
            if isinstance(inner, InSegment) and inner.segment not in left.segments:
                label = f"segment `{inner.segment}`"
                yield SetAside(part, f"it rests on {label}, which is not decided yet")
                break


def _without(gone: set[str], playbook: Playbook) -> Playbook:
    fit, engagement = playbook.fit, playbook.engagement
    return replace(
        playbook,
        fit=replace(fit, rules=tuple(r for r in fit.rules if f"fit rule `{r.name}`" not in gone)),
        engagement=replace(
            engagement,
            rules=tuple(r for r in engagement.rules if f"engagement rule `{r.name}`" not in gone),
        ),
        segments={k: s for k, s in playbook.segments.items() if f"segment `{k}`" not in gone},
        buyer_segments=tuple(s for s in playbook.buyer_segments if f"buyer segment `{s.key}`" not in gone),
    )
