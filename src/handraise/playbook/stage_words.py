"""The words about the lifecycle and the triggers: `stage`, `fired`."""

from __future__ import annotations

from handraise.model.conditions import Condition, Fired, StageIs
from handraise.playbook.decision_words import Mapped
from handraise.playbook.declared_names import STAGE, TRIGGER
from handraise.playbook.quantities import Span_
from handraise.playbook.reading import Wrong
from handraise.playbook.records import Got, Key, Record
from handraise.playbook.shapes import Either, Many, Shape

_SPAN = Span_()
STAGES = Many(STAGE, "the name of a stage")
TRIGGERS = Many(TRIGGER, "the name of a trigger")


def _stage(got: Got) -> Condition | Wrong:
    if "for" in got and "for less than" in got:
        return got.to.say(
            "PB313",
            got.at("for less than"),
            f"{got.to.part} has both `for` and `for less than`.",
            "Write two conditions under `all`.",
        )
    return StageIs(got["is"], got.get("for", got.get("for less than")), "for less than" not in got)


STAGE_AND_SPAN: Record[Condition] = Record(
    "a stage and how long",
    (
        Key("is", STAGES, "The stage, or one of these.", required=True),
        Key("for", _SPAN, "In it for so long or longer: `2 days`."),
        Key("for less than", _SPAN, "In it for less than so long."),
    ),
    _stage,
)
_IN_STAGE = Mapped(STAGES, StageIs)
STAGE_IS: Shape[Condition] = Either(
    "a stage, such as `MQL` or `{is: MQL, for: 2 days}`,", _IN_STAGE, STAGE_AND_SPAN, _IN_STAGE
)


def _fired(got: Got) -> Condition:
    return Fired(got["trigger"], got.get("within"))


TRIGGER_AND_WINDOW: Record[Condition] = Record(
    "a trigger and a window",
    (
        Key("trigger", TRIGGERS, "The trigger, or one of these.", required=True),
        Key("within", _SPAN, "It fired in the last so long: `14 days`."),
    ),
    _fired,
)
_FIRED_EVER = Mapped(TRIGGERS, Fired)
FIRED: Shape[Condition] = Either(
    "a trigger, such as `many_forms` or `{trigger: many_forms, within: 14 days}`,",
    _FIRED_EVER,
    TRIGGER_AND_WINDOW,
    _FIRED_EVER,
)
