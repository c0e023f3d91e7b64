"""The sections `fit`, `engagement`, `ranks` and `marketing_qualified`."""

from __future__ import annotations

from dataclasses import dataclass

from handraise.model.scores import (
    RANKS,
    BehaviourRule,
    ConditionRule,
    Engagement,
    EngagementRule,
    Fit,
    FitRule,
    RankCell,
    hundredths,
)
from handraise.model.triggers import QualifyingTracks
from handraise.playbook.act_words import DISTINCT, BehaviourName
from handraise.playbook.condition_shape import CONDITION
from handraise.playbook.decision_words import POINTS, RANK
from handraise.playbook.declared_names import TRACK
from handraise.playbook.nodes import MapNode, Node, TextNode
from handraise.playbook.quantities import ExactSpan, Span_, Whole
from handraise.playbook.ranks import DEFAULT_RANKS
from handraise.playbook.reading import Reading, Wrong, did_you_mean, nearest, normal
from handraise.playbook.records import Got, Key, ListedParts, Record
from handraise.playbook.shapes import Json, Many, Named, SchemaBook, Shape, Text
from handraise.playbook.thresholds import GRADE_THRESHOLDS, LEVEL_THRESHOLDS

_NAME = Text("a name")
_SPAN = Span_()


@dataclass(frozen=True)
class GroupName(Shape[str]):
    """A group of fit rules that has a cap."""

    @property
    def expected(self) -> str:
        return "the name of a group"

    def read(self, node: Node, to: Reading) -> str | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        near = nearest(node.text, to.names.groups)
        to.groups_used.add(near or node.text)
        if node.text in to.names.groups:
            to.groups_used.add(node.text)
            return node.text
        advice = (
            f"Did you mean `{near}`?"
            if near
            else f"Add `group_caps: {{{node.text}: 40}}`, or delete `group`."
        )
        return to.say("PB208", node, f"{to.part} is in the group `{node.text}`, which has no cap.", advice)

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "string"}


def _fit_rule(got: Got) -> FitRule:
    return FitRule(got["name"], got["when"], hundredths(got["points"]), got.get("group"))


FIT_RULE = Record(
    "a fit rule",
    (
        Key("name", _NAME, "What the two teams call it.", required=True),
        Key("when", CONDITION, "The condition for the points.", required=True),
        Key("points", POINTS, "Points, negative ones too, at most two decimals.", required=True),
        Key("group", GroupName(), "Its group, whose sum is limited by `group_caps`."),
    ),
    _fit_rule,
)


def _fit(got: Got) -> Fit:
    caps = {k: hundredths(v) for k, v in got.get("group_caps", {}).items()}
    return Fit(got.get("rules", ()), caps, got.get("grades", Fit().grades))


FIT = Record(
    "the explicit score",
    (
        Key(
            "rules",
            ListedParts("fit rule", "a list of rules", FIT_RULE, ("name",)),
            "Points for what the person and the account are.",
        ),
        Key(
            "group_caps", Named(POINTS, "caps by group"), "The most that the rules of a group give together."
        ),
        Key("grades", GRADE_THRESHOLDS, "Where the grades A, B and C start; below is D."),
    ),
    _fit,
)


@dataclass(frozen=True)
class EngagementRuleShape(Shape[EngagementRule]):
    """A rule for a behaviour, or (with `when`) for a condition."""

    @property
    def expected(self) -> str:
        return "an engagement rule"

    def read(self, node: Node, to: Reading) -> EngagementRule | Wrong:
        if not isinstance(node, MapNode):
            return self.refuse(node, to, "Write `{behaviour: ..., points: ...}`.")
        words = {normal(p.key.text) for p in node.pairs}
        if {"when", "behaviour"} <= words:
            return to.say(
                "PB313",
                node,
                f"{to.part} has both `behaviour` and `when`.",
                "Keep `behaviour` for points per occurrence, or `when` for points once.",
            )
        return CONDITION_RULE.read(node, to) if "when" in words else BEHAVIOUR_RULE.read(node, to)

    def schema(self, book: SchemaBook) -> Json:
        both = {**BEHAVIOUR_RULE.schema(book)["properties"], **CONDITION_RULE.schema(book)["properties"]}
        patterns = BEHAVIOUR_RULE.schema(book).get("patternProperties", {})
        choice = [{"required": ["behaviour"], "not": {"required": ["when"]}}, {"required": ["when", "name"]}]
        return {
            "type": "object",
            "properties": both,
            "patternProperties": patterns,
            "additionalProperties": False,
            "required": ["points"],
            "anyOf": choice,
        }


def _behaviour_rule(got: Got) -> BehaviourRule:
    behaviour = got["behaviour"]
    name = got.get("name") or default_rule_name(behaviour)
    return BehaviourRule(
        name,
        behaviour,
        hundredths(got["points"]),
        got.get("at_most"),
        got.get("within"),
        got.get("half_life"),
        got.get("distinct"),
    )


def default_rule_name(behaviour: str) -> str:
    """`demo_request` -> `Demo request`."""
    words = behaviour.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


BEHAVIOUR_RULE = Record(
    "an engagement rule",
    (
        Key("name", _NAME, "What the two teams call it; without it, the behaviour's name."),
        Key("behaviour", BehaviourName(), "The behaviour that gives points.", required=True),
        Key("points", POINTS, "Points for each occurrence, at most two decimals.", required=True),
        Key(
            "at_most",
            Whole("a number of occurrences", low=1),
            "So many occurrences count at most (saturation).",
        ),
        Key("within", _SPAN, "Only occurrences in the last so long."),
        Key("half_life", ExactSpan(), "After so long an occurrence weighs half."),
        Key("distinct", DISTINCT, "Each different asset, program or product counts once."),
    ),
    _behaviour_rule,
)


def _condition_rule(got: Got) -> ConditionRule:
    return ConditionRule(got["name"], got["when"], hundredths(got["points"]))


CONDITION_RULE = Record(
    "an engagement rule",
    (
        Key("name", _NAME, "What the two teams call it.", required=True),
        Key("when", CONDITION, "The condition for the points, such as a silence.", required=True),
        Key("points", POINTS, "Points, often negative.", required=True),
    ),
    _condition_rule,
)


def _engagement(got: Got) -> Engagement:
    return Engagement(got.get("rules", ()), got.get("levels", Engagement().levels))


ENGAGEMENT = Record(
    "the implicit score",
    (
        Key(
            "rules",
            ListedParts("engagement rule", "a list of rules", EngagementRuleShape(), ("name", "behaviour")),
            "Points for what the person did, and did not do.",
        ),
        Key("levels", LEVEL_THRESHOLDS, "Where the levels 1, 2 and 3 start; below is 4."),
    ),
    _engagement,
)


def _cell(got: Got) -> tuple[str | None, str | None]:
    return got.get("label"), got.get("route")


RANK_CELL = Record(
    "a label and a route",
    (
        Key("label", Text("a label"), "What the two teams call the cell."),
        Key(
            "route",
            Text("a route"),
            "Where it goes: sales, qualification, nurture, nowhere, or a route of your own.",
        ),
    ),
    _cell,
    min_keys=1,
)


def _is_rank(key: TextNode, to: Reading) -> bool:
    if key.text in RANKS:
        return True
    to.say("PB209", key, f"{to.part} has `{key.text}`, which is no rank.", did_you_mean(key.text, RANKS))
    return False


@dataclass(frozen=True)
class Ranks(Shape[dict[str, RankCell]]):
    """The cells of the matrix; those that are not written keep their usual label and route."""

    @property
    def expected(self) -> str:
        return "cells of the matrix, such as `{A1: {label: Call today, route: sales}}`,"

    def read(self, node: Node, to: Reading) -> dict[str, RankCell] | Wrong:
        written = Named(RANK_CELL, self.expected, free_keys=True, check_key=_is_rank).read(node, to)
        if isinstance(written, Wrong):
            return written
        return {r: _with_defaults(DEFAULT_RANKS[r], *written.get(r, (None, None))) for r in RANKS}

    def schema(self, book: SchemaBook) -> Json:
        cells = {
            r: {
                **RANK_CELL.schema(book),
                "description": f"Usually: {DEFAULT_RANKS[r].label} ({DEFAULT_RANKS[r].route}).",
            }
            for r in RANKS
        }
        return {"type": "object", "properties": cells, "additionalProperties": False}


def _with_defaults(cell: RankCell, label: str | None, route: str | None) -> RankCell:
    return RankCell(cell.rank, label or cell.label, route or cell.route)


@dataclass(frozen=True)
class Tracks(Shape[QualifyingTracks]):
    """`all`, or names of tracks in a list."""

    @property
    def expected(self) -> str:
        return "`all`, or a list of tracks,"

    def read(self, node: Node, to: Reading) -> QualifyingTracks | Wrong:
        if isinstance(node, TextNode) and normal(node.text) == "all":
            return QualifyingTracks(all=True)
        named = Many(TRACK, self.expected).read(node, to)
        if isinstance(named, Wrong):
            return named
        return QualifyingTracks(named=tuple(t for t in to.names.tracks if t in named))

    def schema(self, book: SchemaBook) -> Json:
        return Many(TRACK, self.expected).schema(book)


def _marketing_qualified(got: Got) -> tuple[tuple[str, ...], QualifyingTracks]:
    ranks: tuple[str, ...] = got.get("ranks", ())
    return tuple(r for r in RANKS if r in ranks), got.get("tracks", QualifyingTracks())


MARKETING_QUALIFIED = Record(
    "the agreed cells and tracks, such as `{ranks: [A1, A2, B1], tracks: all}`,",
    (
        Key("ranks", RANK, "The agreed cells of the matrix."),
        Key("tracks", Tracks(), "The tracks whose firing qualifies too: `all`, or a list of them."),
    ),
    _marketing_qualified,
)
