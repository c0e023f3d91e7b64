"""The sections `triggers` and `lifecycle`."""

from __future__ import annotations

from handraise.model.conditions import Condition, InSegment
from handraise.model.lifecycle import Lifecycle, PassedBack, Stage
from handraise.model.triggers import Trigger
from handraise.playbook.act_words import BehaviourName
from handraise.playbook.clocks import SLA
from handraise.playbook.condition_shape import CONDITION
from handraise.playbook.decision_words import Mapped, SegmentName
from handraise.playbook.declared_names import STAGE as STAGE_NAME
from handraise.playbook.nodes import ListNode, MapNode, Node, TextNode
from handraise.playbook.quantities import Span_
from handraise.playbook.reading import Reading, Wrong
from handraise.playbook.records import Got, Key, ListedParts, NamedParts, Record
from handraise.playbook.shapes import Choice, Either, Many, Name, Shape, Text

_LABEL = Text("a label")
_SPAN = Span_()


def _in_segment(name: str) -> Condition:
    return InSegment(name)


AUDIENCE: Shape[Condition] = Either(
    "a condition, or the name of a segment,", scalar=Mapped(SegmentName(), _in_segment), mapping=CONDITION
)


def _as_it_is(got: Got) -> Got:
    return got


TRIGGER = Record(
    "a trigger",
    (
        Key("when", CONDITION, "What makes it fire, when it becomes true.", required=True),
        Key("audience", AUDIENCE, "For whom: a condition or a segment that they are not out of."),
        Key("label", _LABEL, "What the teams call it.", also=("name",)),
        Key("track", Text("the name of a track"), "The track it puts people on; its own without one."),
        Key("sla", SLA, "How long sales has: `4 business hours`, `1 business day`, `2 days`."),
        Key("rest", _SPAN, "It does not fire again for so long: `30 days`."),
        Key("stands_for", _SPAN, "A firing stands for so long, 14 days without it."),
        Key(
            "fire_existing",
            Choice("`once` or `never`", (("once", True), ("never", False))),
            "Whether who is in its state when it starts fires `once`, or `never`.",
        ),
    ),
    _as_it_is,
)


def _trigger(key: str, node: Node, to: Reading) -> Trigger | Wrong:
    got = TRIGGER.read(node, to)
    if isinstance(got, Wrong):
        return got
    names = ("audience", "label", "track", "sla", "rest", "stands_for", "fire_existing")
    return Trigger(key, got["when"], **{k: got[k] for k in names if k in got})


TRIGGERS = NamedParts("trigger", "triggers by name, the most urgent first,", _trigger, TRIGGER)


def names_of_tracks(node: Node | None) -> tuple[str, ...]:
    """The tracks of the triggers, whatever else is wrong with them."""
    if not isinstance(node, MapNode):
        return ()
    written = {p.key.text: _text_at(p.value, "track") for p in node.pairs}
    return tuple(dict.fromkeys(track or key for key, track in written.items()))


def _stage(got: Got) -> Stage | Wrong:
    if "when" not in got and "on" not in got:
        return got.to.say(
            "PB202",
            got.node,
            f"{got.to.part} has neither `when` nor `on`, so nobody enters it.",
            "Add `when:` and a condition, or `on:` and the behaviours that lead there.",
        )
    return Stage(got["key"], got.get("label"), got.get("when"), got.get("on", ()), got.get("sla"))


_ON = Many(BehaviourName(), "the name of a behaviour")
STAGE = Record(
    "a stage",
    (
        Key("key", Name("the name of a stage"), "Its name: `MQL`.", required=True),
        Key("label", _LABEL, "What the teams call it.", also=("name",)),
        Key("when", CONDITION, "A later stage than the present one is entered as soon as this is true."),
        Key("on", _ON, "Behaviours that lead to it, from any other stage."),
        Key("sla", SLA, "How long somebody may stay in it: `1 business day`."),
    ),
    _stage,
)


def _passed_back(got: Got) -> PassedBack:
    usual = PassedBack((), "")
    return PassedBack(
        got["on"], got["to"], got.get("reason", usual.reason), got.get("return_on", usual.return_on)
    )


_PROPERTY = Text("the name of a property")
PASSED_BACK = Record(
    "how people are passed back",
    (
        Key("on", _ON, "Behaviours that give a person back.", required=True),
        Key("to", STAGE_NAME, "The stage they go to.", required=True),
        Key("reason", _PROPERTY, "The property of the activity that says why; `reason` without it."),
        Key("return_on", _PROPERTY, "The property that says until when; `return_on` without it."),
    ),
    _passed_back,
)


def _lifecycle(got: Got) -> Lifecycle | Wrong:
    return Lifecycle(got["stages"], got.get("passed_back"))


LIFECYCLE = Record(
    "the stages and how people move through them",
    (
        Key("stages", ListedParts("stage", "a list of stages, first to last,", STAGE, ("key",)), "The stages in order.", required=True),
        Key("passed_back", PASSED_BACK, "How a person is passed back, and where to."),
    ),
    _lifecycle,
)  # fmt: skip


def names_of_stages(node: Node | None) -> tuple[str, ...]:
    """The keys of the stages, whatever else is wrong with them."""
    stages = node.get("stages") if isinstance(node, MapNode) else None
    items = stages.items if isinstance(stages, ListNode) else ()
    return tuple(key for item in items if (key := _text_at(item, "key")))


def _text_at(node: Node, key: str) -> str | None:
    found = node.get(key) if isinstance(node, MapNode) else None
    return found.text if isinstance(found, TextNode) and found.text.strip() else None
