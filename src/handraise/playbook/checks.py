"""What is wrong with the meaning of a playbook whose words are all right, and what follows from set-asides.

Checks see also the parts that could be read of a playbook with other mistakes, so that all come at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from handraise.errors import Span
from handraise.model.conditions import (
    AccountDid,
    Always,
    Condition,
    Did,
    InSegment,
    IsMarketingQualified,
    Silent,
    walk,
)
from handraise.model.playbook import Behaviour, BuyerSegment, Playbook, Segment
from handraise.model.scores import BehaviourRule, ConditionRule, FitRule
from handraise.playbook.contradictions import always, never
from handraise.playbook.dependencies import Edge, circle_text, circles
from handraise.playbook.english import sentence
from handraise.playbook.reading import Reading

_PARTS = ("segment", "fit rule", "engagement rule", "buyer segment")
WithCondition = FitRule | ConditionRule | Segment | BuyerSegment


def check(playbook: Playbook, to: Reading) -> Playbook:
    """All checks; returns the playbook without the parts that rest on something set aside."""
    for one in _CHECKS:
        one(playbook, to)
    return _without_dependents(playbook, to)


def _conditions(to: Reading) -> Iterator[tuple[str, Condition]]:
    for kind in _PARTS:
        for part, value in to.parts.get(kind, []):
            if isinstance(value, WithCondition):
                yield part, value.when


def _place(part: str, to: Reading) -> Span:
    return to.places[part]


def _circles(playbook: Playbook, to: Reading) -> None:
    for circle in circles(playbook):
        advice = "Let one of them test facts instead."
        to.say(
            "PB401",
            _place_of(circle[0], to),
            f"decisions go round in a circle: {circle_text(circle)}.",
            advice,
        )


def _place_of(edge: Edge, to: Reading) -> Span:
    return _place(edge.via or f"segment `{edge.source.key}`", to)


def _names(playbook: Playbook, to: Reading) -> None:
    for kind in ("fit rule", "engagement rule", "buyer segment"):
        seen: dict[str, str] = {}
        for part, value in to.parts.get(kind, []):
            name = value.key if isinstance(value, BuyerSegment) else getattr(value, "name", None)
            if isinstance(name, str) and name in seen:
                _twice(kind, name, part, seen[name], to)
            elif isinstance(name, str):
                seen[name] = part


def _twice(kind: str, name: str, part: str, first: str, to: Reading) -> None:
    what = "key" if kind == "buyer segment" else "name"
    to.say(
        "PB216",
        _place(part, to),
        f"two {kind}s have the {what} `{name}`.",
        f"Give each a {what} of its own.",
        related=((_place(first, to), "the other one"),),
    )


def _caps(playbook: Playbook, to: Reading) -> None:
    for group in to.names.groups:
        if group not in to.groups_used:
            to.say(
                "PB408",
                to.names.groups[group],
                f"`group_caps` limits the group `{group}`, but no rule is in it.",
                f"Write `group: {group}` at its rules, or delete the cap.",
            )


def _always_elsewhere(playbook: Playbook, to: Reading) -> None:
    for part, condition in _conditions(to):
        lonely = condition == Always() and part.startswith("buyer segment")
        if not lonely and any(isinstance(c, Always) for c in walk(condition)):
            to.say(
                "PB413",
                _place(part, to),
                f"{part} has `always`, which decides nothing there.",
                "Only the last buyer segment takes everybody; delete it here.",
            )


def _buyer_segments(playbook: Playbook, to: Reading) -> None:
    listed = to.parts.get("buyer segment", [])
    for part, value in listed[:-1]:
        if isinstance(value, BuyerSegment) and value.when == Always():
            to.say(
                "PB406",
                _place(part, to),
                f"{part} has no condition, so nobody reaches the segments after it.",
                "Add `when:`, or move it to the end.",
            )
    part, last = listed[-1] if listed else ("", None)
    if isinstance(last, BuyerSegment) and last.when != Always():
        to.say(
            "PB407",
            _place(part, to),
            f"{part} is the last one and has a condition, so some people are in none.",
            "Add a last one without `when` for everybody else.",
        )


def _truths(playbook: Playbook, to: Reading) -> None:
    for part, condition in _conditions(to):
        reason = never(condition)
        if reason is not None:
            to.say(
                "PB410",
                _place(part, to),
                f"{part} can never be true{_because(reason, playbook, to)}.",
                "Correct one of the two, or delete the part.",
            )
        elif condition != Always() and not _has_always(condition) and always(condition):
            to.say(
                "PB411",
                _place(part, to),
                f"{part} is true for everybody.",
                "Correct its condition, or delete the part.",
            )
        elif not playbook.marketing_qualified_ranks and any(
            isinstance(c, IsMarketingQualified) for c in walk(condition)
        ):
            to.say(
                "PB410",
                _place(part, to),
                f"{part} tests `marketing_qualified`, but no ranks are agreed, so nobody is.",
                "Add `marketing_qualified: {ranks: [A1, A2, B1]}`.",
            )


def _has_always(condition: Condition) -> bool:
    return any(isinstance(c, Always) for c in walk(condition))


def _because(reason: tuple[Condition, ...], playbook: Playbook, to: Reading) -> str:
    said = [sentence(c, playbook, to.catalog) for c in reason]
    return f': "{said[0]}" and "{said[1]}" exclude each other' if len(said) == 2 else ""


def _same_behaviours(playbook: Playbook, to: Reading) -> None:
    seen: dict[object, str] = {}
    for part, value in to.parts.get("behaviour", []):
        if not isinstance(value, Behaviour):
            continue
        definition = (frozenset(value.activities), frozenset(value.where))
        first = seen.setdefault(definition, part)
        if first != part:
            to.say(
                "PB412",
                _place(part, to),
                f"{part} is defined exactly as {first}.",
                "Use one of them everywhere.",
                related=((_place(first, to), "the other one"),),
            )


_CHECKS: tuple[Callable[[Playbook, Reading], None], ...] = (
    _circles,
    _names,
    _caps,
    _always_elsewhere,
    _buyer_segments,
    _truths,
    _same_behaviours,
)


def _without_dependents(playbook: Playbook, to: Reading) -> Playbook:
    """Parts that rest on something set aside are set aside too, until nothing more follows."""
    gone = {p.where for p in to.set_aside}
    while more := _resting_on(gone, to):
        for part, on in more:
            to.drop(
                part,
                _place(part, to),
                f"{on} is not decided yet",
                "PB502",
                f"{part} rests on {on}, which is not decided yet.",
            )
            gone.add(part)
    return _filtered(playbook, gone, to)


def _resting_on(gone: set[str], to: Reading) -> list[tuple[str, str]]:
    rules = ((p, v) for kind in _PARTS for p, v in to.parts.get(kind, []) if v is not None and p not in gone)
    used = ((part, next((u for u in _uses(value) if u in gone), None)) for part, value in rules)
    return [(part, on) for part, on in used if on]


def _uses(value: object) -> Iterator[str]:
    """What a part uses by name, as parts are called."""
    if isinstance(value, BehaviourRule):
        yield f"behaviour `{value.behaviour}`"
    for condition in walk(value.when) if isinstance(value, WithCondition) else ():
        match condition:
            case InSegment(segment):
                yield f"segment `{segment}`"
            case Did(behaviour) | AccountDid(behaviour):
                yield f"behaviour `{behaviour}`"
            case Silent(behaviours=behaviours):
                yield from (f"behaviour `{b}`" for b in behaviours)


def _filtered(playbook: Playbook, gone: set[str], to: Reading) -> Playbook:
    if not gone:
        return playbook
    dropped = [v for kind in _PARTS for p, v in to.parts.get(kind, []) if p in gone]

    def stays(value: object) -> bool:
        return not any(value is d for d in dropped)

    return replace(
        playbook,
        fit=replace(playbook.fit, rules=tuple(r for r in playbook.fit.rules if stays(r))),
        engagement=replace(
            playbook.engagement, rules=tuple(r for r in playbook.engagement.rules if stays(r))
        ),
        segments={k: s for k, s in playbook.segments.items() if stays(s)},
        buyer_segments=tuple(s for s in playbook.buyer_segments if stays(s)),
    )
