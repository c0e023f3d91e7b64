"""The sections `business_hours`, `triggers` and `lifecycle`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time

from handraise.model.conditions import Condition, InSegment
from handraise.model.lifecycle import Lifecycle, PassedBack, Stage
from handraise.model.playbook import Playbook
from handraise.model.triggers import BusinessHours, Sla, Trigger
from handraise.playbook.act_words import BehaviourName
from handraise.playbook.condition_shape import CONDITION
from handraise.playbook.decision_words import Mapped, SegmentName
from handraise.playbook.declared_names import STAGE as STAGE_NAME
from handraise.playbook.nodes import ListNode, MapNode, Node, TextNode
from handraise.playbook.quantities import DURATION_PATTERN, Span_, duration_of
from handraise.playbook.reading import Reading, Wrong, normal
from handraise.playbook.records import Got, Key, ListedParts, NamedParts, Record
from handraise.playbook.shapes import Choice, Either, Json, Many, Name, SchemaBook, Shape, Text

_LABEL = Text("a label")
_SPAN = Span_()

# --- business hours -----------------------------------------------------------------------------------

WEEKDAYS: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = {form: i for names in (WEEKDAYS, _LONG) for i, form in enumerate(names)}


@dataclass(frozen=True)
class DaysShape(Shape[tuple[int, ...]]):
    """A day, or a range of days such as `mon-fri`, which may go over the end of the week."""

    @property
    def expected(self) -> str:
        return "a day, or a range such as `mon-fri`,"

    def read(self, node: Node, to: Reading) -> tuple[int, ...] | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        words = [w.strip() for w in normal(node.text).split("-")]
        days = [_DAY[w] for w in words if w in _DAY]
        if len(days) != len(words) or len(words) > 2:
            return to.say(
                "PB213",
                node,
                f"{to.part} has `{node.text}` where {self.expected} is expected.",
                f"Write {', '.join(f'`{d}`' for d in WEEKDAYS)}, or two of them with `-` between.",
            )
        return tuple((days[0] + i) % 7 for i in range((days[-1] - days[0]) % 7 + 1))

    def schema(self, book: SchemaBook) -> Json:
        day = "|".join(f"{''.join(f'[{c}{c.upper()}]' for c in form)}" for form in (*_LONG, *WEEKDAYS))
        return {"type": "string", "pattern": rf"^\s*({day})(\s*-\s*({day}))?\s*$", "examples": ["mon-fri"]}


_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])\Z")


@dataclass(frozen=True)
class ClockTime(Shape[time]):
    """A time of the day, `09:00`; in quotes or not, since only this can stand here."""

    @property
    def expected(self) -> str:
        return 'a time of the day such as `"09:00"`'

    def read(self, node: Node, to: Reading) -> time | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        found = _CLOCK.match(node.text.strip())
        if found is None:
            return to.say(
                "PB304",
                node,
                f"{to.part} has `{node.text}` where {self.expected} is expected.",
                'Write hours and minutes, from "00:00" to "23:59".',
            )
        return time(int(found[1]), int(found[2]))

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "string", "pattern": r"^\s*([01]?[0-9]|2[0-3]):[0-5][0-9]\s*$"}


@dataclass(frozen=True)
class DateShape(Shape[date]):
    """A day, `2026-12-25`."""

    @property
    def expected(self) -> str:
        return "a date such as 2026-12-25"

    def read(self, node: Node, to: Reading) -> date | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        try:
            return date.fromisoformat(node.text) if len(node.text) == 10 else self._no_date(node, to)
        except ValueError:
            return self._no_date(node, to)

    def _no_date(self, node: TextNode, to: Reading) -> Wrong:
        advice = (
            "Write the days themselves: `holidays: [2026-12-25, 2027-01-01]`. In a folder of files they may "
            "stand in a file of their own, under `business_hours:`."
            if node.text.endswith((".yml", ".yaml", ".txt", ".csv"))
            else "Write year, month and day: 2026-12-25."
        )
        return to.say(
            "PB304", node, f"{to.part} has `{node.text}` where {self.expected} is expected.", advice
        )

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}


def _business_hours(got: Got) -> BusinessHours | Wrong:
    usual = BusinessHours()
    start, end = got.get("from", usual.start), got.get("to", usual.end)
    if start >= end:
        return got.to.say(
            "PB312",
            got.at("to"),
            f"{got.to.part} starts at {start:%H:%M} and ends at {end:%H:%M}, so it is never open.",
            "Let `from` be before `to`, on one day.",
        )
    days = {day for some in got.get("days", (usual.weekdays,)) for day in some}
    return BusinessHours(tuple(sorted(days)), start, end, frozenset(got.get("holidays", ())))


BUSINESS_HOURS = Record(
    'when clocks run, such as `{days: mon-fri, from: "09:00", to: "17:30"}`,',
    (
        Key("days", Many(DaysShape(), "days"), "The working days: `mon-fri`, or a list."),
        Key("from", ClockTime(), 'When the day starts: `"09:00"`.'),
        Key("to", ClockTime(), 'When the day ends: `"17:30"`.'),
        Key("holidays", Many(DateShape(), "dates"), "Days on which no clock runs: `[2026-12-25]`."),
    ),
    _business_hours,
)

# --- triggers -----------------------------------------------------------------------------------------

_BUSINESS = re.compile(r"\s*([0-9]{1,12})\s+business\s+(hour|day)s?\s*\Z", re.IGNORECASE)


@dataclass(frozen=True)
class SlaShape(Shape[Sla]):
    """A time on the wall clock, or in business hours: `2 days`, `4 business hours`, `1 business day`."""

    @property
    def expected(self) -> str:
        return "a time such as `4 business hours` or `2 days`"

    def read(self, node: Node, to: Reading) -> Sla | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        found = _BUSINESS.match(node.text)
        text = f"{found[1]} {found[2]}s" if found else node.text
        span = duration_of(text, node, to, self.expected)
        return span if isinstance(span, Wrong) else Sla(span, in_business_hours=found is not None)

    def schema(self, book: SchemaBook) -> Json:
        business = r"^\s*[0-9]+\s+[bB][uU][sS][iI][nN][eE][sS][sS]\s+([hH][oO][uU][rR]|[dD][aA][yY])[sS]?\s*$"
        return {
            "type": "string",
            "anyOf": [{"pattern": DURATION_PATTERN}, {"pattern": business}],
            "examples": ["4 business hours", "2 days"],
        }


SLA = SlaShape()


def sla_text(sla: Sla) -> str:
    """`4 business hours`, `2 days`: as it is written, and read aloud."""
    count, unit = str(sla.span).split(" ")
    return f"{count} business {unit}" if sla.in_business_hours else str(sla.span)


def _in_segment(name: str) -> Condition:
    return InSegment(name)


def says_business_hours(playbook: Playbook) -> bool:
    """Whether a clock runs in business hours, or they are not the usual ones."""
    slas = (*(t.sla for t in playbook.triggers.values()), *(s.sla for s in playbook.lifecycle.stages))
    return playbook.business_hours != BusinessHours() or any(sla and sla.in_business_hours for sla in slas)


AUDIENCE: Shape[Condition] = Either(
    "a condition, or the name of a segment,", scalar=Mapped(SegmentName(), _in_segment), mapping=CONDITION
)


def _as_it_is(got: Got) -> Got:
    return got


TRIGGER = Record(
    "a trigger",
    (
        Key("when", CONDITION, "It fires when this becomes true.", required=True),
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


# --- lifecycle ----------------------------------------------------------------------------------------


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
        Key("when", CONDITION, "It is entered when this becomes true."),
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
