"""What is wrong with the meaning of a playbook whose words are all right.

Checks see also the parts that could be read of a playbook with other mistakes, so that all come at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from handraise.errors import Span
from handraise.model.conditions import (
    All,
    Always,
    Condition,
    Fired,
    InSegment,
    InterestedIn,
    IsMarketingQualified,
    ReachedStatus,
    StageIs,
    walk,
)
from handraise.model.lifecycle import Stage
from handraise.model.playbook import Behaviour, BuyerSegment, Playbook, Segment
from handraise.model.products import BuyingRole
from handraise.model.scores import ConditionRule, FitRule
from handraise.model.triggers import QualifyingTracks, Trigger
from handraise.playbook.contradictions import always, conjuncts, never, regardless_of_order, spelled_out
from handraise.playbook.dependencies import DecisionKind, Edge, circle_text, circles, deepest
from handraise.playbook.english import sentence
from handraise.playbook.one_form import in_one_form
from handraise.playbook.reading import Reading

MOST_LEVELS = 100
_PARTS = ("segment", "fit rule", "engagement rule", "trigger", "stage", "buyer segment", "role")
WithCondition = FitRule | ConditionRule | Segment | Trigger | Stage | BuyerSegment | BuyingRole


def check(playbook: Playbook, to: Reading) -> None:
    """All checks."""
    for one in _CHECKS:
        one(playbook, to)


def _conditions(to: Reading) -> Iterator[tuple[str, Condition]]:
    """What must hold for each part; of a trigger its audience too."""
    for kind in _PARTS:
        for part, value in to.parts.get(kind, []):
            condition = _asked(value) if isinstance(value, WithCondition) else None
            if condition is not None:
                yield part, condition


def _asked(value: WithCondition) -> Condition | None:
    if isinstance(value, Trigger) and value.audience is not None:
        return All((value.when, value.audience))
    return value.when


def _place(part: str, to: Reading) -> Span:
    return to.places[part]


def _circles(playbook: Playbook, to: Reading) -> None:
    for circle in circles(playbook):
        advice = (
            "A trigger may read its own `fired` only in its own `when` or `audience`."
            if any(edge.source.kind is DecisionKind.FIRED for edge in circle)
            else None
        )
        to.say(
            "PB401",
            _place_of(circle[0], to),
            f"decisions go round in a circle: {circle_text(circle)}.",
            "Let one of them test facts instead.",
            advice,
        )


def _place_of(edge: Edge, to: Reading) -> Span:
    kind = {DecisionKind.FIRED: "trigger", DecisionKind.ROLE: "role"}.get(edge.source.kind, "segment")
    return _place(edge.via or f"{kind} `{edge.source.key}`", to)


def _names(playbook: Playbook, to: Reading) -> None:
    for kind in ("fit rule", "engagement rule", "stage", "buyer segment"):
        seen: dict[str, str] = {}
        for part, value in to.parts.get(kind, []):
            name = value.key if isinstance(value, BuyerSegment | Stage) else getattr(value, "name", None)
            if isinstance(name, str) and name in seen:
                _twice(kind, name, part, seen[name], to)
            elif isinstance(name, str):
                seen[name] = part


def _twice(kind: str, name: str, part: str, first: str, to: Reading) -> None:
    what = "key" if kind in ("buyer segment", "stage") else "name"
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


def _depth(playbook: Playbook, to: Reading) -> None:
    """What is decided stays within reach of every evaluator, however conditions and decisions are nested."""
    found = None if circles(playbook) else deepest(playbook)
    if found is not None and found[1] > MOST_LEVELS:
        decision, n = found
        kind = {DecisionKind.SEGMENT: "segment", DecisionKind.ROLE: "role", DecisionKind.FIRED: "trigger"}
        part = f"{kind.get(decision.kind, 'segment')} `{decision.key}`"
        place = to.places.get(part) or to.places[next(iter(to.places))]
        to.say(
            "PB105",
            place,
            f"what {decision} rests on is nested {n:,} levels deep, more than the {MOST_LEVELS} that are read.",
            "Let segments test facts instead of one another.",
        )


def _truths(playbook: Playbook, to: Reading) -> None:
    is_whole = not circles(playbook) and to.n_errors == 0
    for part, written in _conditions(to):
        condition = written
        reason = never(condition)
        if is_whole and reason is None and not always(condition):
            condition = spelled_out(written, playbook)
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
        else:
            _nobody_is(part, written, playbook, to)


def _nobody_is(part: str, condition: Condition, playbook: Playbook, to: Reading) -> None:
    """Says what is tested and can hold for nobody, since a section leaves it open."""
    for inner in dict.fromkeys(walk(condition)):
        said = _undefined(inner, playbook)
        if said:
            to.say("PB410", _place(part, to), f"{part} tests {said[0]}, so nobody is.", said[1])
            return


def _undefined(condition: Condition, playbook: Playbook) -> tuple[str, str] | None:
    match condition:
        case IsMarketingQualified() if _nobody_qualifies(playbook):
            return (
                "`marketing_qualified`, but no ranks and no tracks are agreed",
                "Add `marketing_qualified: {ranks: [A1, A2, B1]}`, or `{tracks: all}` and triggers.",
            )
        case InterestedIn() if not playbook.interest.behaviours and playbook.interest.stated is None:
            return (
                "`interest`, but the playbook does not say what interest is",
                "Add `interest: {behaviours: [...], times: 2, within: 180 days}`, or `stated`.",
            )
        case ReachedStatus(type, None) if not _successes(type, playbook):
            return (
                f"`success` in programs of type `{type}`, but none of their statuses counts as one",
                "Write `success: true` at the statuses that do.",
            )
        case _:
            return None


def _successes(type_: str, playbook: Playbook) -> bool:
    program = playbook.programs.get(type_)
    return program is None or bool(program.from_status(None))


def _nobody_qualifies(playbook: Playbook) -> bool:
    tracks = playbook.qualifying_tracks if playbook.triggers else QualifyingTracks()
    return not playbook.marketing_qualified_ranks and tracks == QualifyingTracks()


def _beginnings(playbook: Playbook, to: Reading) -> None:
    """What never begins, since it must have begun before."""
    stages = [s.key for s in playbook.lifecycle.stages]
    for kind in ("trigger", "stage"):
        for part, value in to.parts.get(kind, []):
            if isinstance(value, Trigger | Stage) and value.when is not None and never(value.when) is None:
                said = _begun_before(value, value.when, stages)
                if said:
                    to.say("PB410", _place(part, to), f"{part} {said[0]}.", said[1])


def _begun_before(part: Trigger | Stage, when: Condition, stages: list[str]) -> tuple[str, str] | None:
    must = conjuncts(when)
    if isinstance(part, Trigger):
        if any(isinstance(c, Fired) and set(c.triggers) == {part.key} for c in must):
            return "fires only if it has fired before, so it never does", "Let it test something else."
        return None
    not_earlier = set(stages[stages.index(part.key) :]) if part.key in stages else set()
    if any(isinstance(c, StageIs) and set(c.stages) <= not_earlier for c in must):
        return (
            "is entered only from itself or a later stage, and a rule leads on only from an earlier one",
            "Test an earlier stage, or write the acts that lead there: `on: ...`.",
        )
    return None


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
        definition = (frozenset(value.activities), frozenset(in_one_form(value.where)))
        first = seen.setdefault(definition, part)
        if first != part:
            to.say(
                "PB412",
                _place(part, to),
                f"{part} is defined exactly as {first}.",
                "Use one of them everywhere.",
                related=((_place(first, to), "the other one"),),
            )


def _same_definitions(playbook: Playbook, to: Reading) -> None:
    """Segments, triggers and roles that say the same, whatever the order of their conditions."""
    seen: dict[object, str] = {}
    book = playbook if not circles(playbook) and to.n_errors == 0 else None
    for kind in ("segment", "trigger", "role", "buyer segment"):
        for part, value in to.parts.get(kind, []):
            if not isinstance(value, Segment | Trigger | BuyingRole | BuyerSegment) or value.when == Always():
                continue
            first = seen.setdefault((kind, _definition(value, book)), part)
            if first != part:
                is_buyers = isinstance(value, BuyerSegment)
                to.say(
                    "PB414",
                    _place(part, to),
                    f"{part} is defined exactly as {first}{', which comes first, so nobody is in it' if is_buyers else ''}.",
                    "Delete one of them." if is_buyers else "Use one of them everywhere.",
                    related=((_place(first, to), "the other one"),),
                )


def _definition(part: Segment | Trigger | BuyingRole | BuyerSegment, playbook: Playbook | None) -> object:
    # One that only names another says itself that they are the same.
    is_other_name = isinstance(part.when, InSegment)
    spelled = spelled_out(part.when, playbook) if playbook and not is_other_name else part.when
    when = regardless_of_order(in_one_form(spelled))
    if isinstance(part, Segment):
        return part.of, when
    if not isinstance(part, Trigger):
        return when
    return when, regardless_of_order(in_one_form(part.audience)) if part.audience is not None else None


_CHECKS: tuple[Callable[[Playbook, Reading], None], ...] = (
    _circles,
    _depth,
    _names,
    _caps,
    _always_elsewhere,
    _buyer_segments,
    _truths,
    _beginnings,
    _same_behaviours,
    _same_definitions,
)
