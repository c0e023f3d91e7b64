"""The words for patterns of behaviour: `first time`, `stopped`, `resumed`, `regularly`, `sequence`."""

from __future__ import annotations

from dataclasses import dataclass

from handraise.model.conditions import Condition, FirstTime, Regularly, Resumed, Sequence, Step, Stopped
from handraise.model.time import Duration
from handraise.playbook.act_words import BehaviourName
from handraise.playbook.condition_shape import WithWindow
from handraise.playbook.nodes import ListNode, MapNode, Node
from handraise.playbook.quantities import ExactSpan, Span_, Whole
from handraise.playbook.reading import WRONG, Reading, Wrong
from handraise.playbook.records import Got, Key, Record
from handraise.playbook.shapes import Either, Json, SchemaBook, Shape, each

MOST_WEEKS = 104
_SPAN, _EXACT = Span_(), ExactSpan()
_BEHAVIOUR = Key("behaviour", BehaviourName(), "One of the playbook's behaviours.", required=True)
_WITHIN = Key("within", _SPAN, "In the last so long: `30 days`.")


@dataclass(frozen=True)
class _FirstTimeOf(Shape[Condition]):
    """A behaviour's name alone."""

    @property
    def expected(self) -> str:
        return "the name of a behaviour"

    def read(self, node: Node, to: Reading) -> Condition | Wrong:
        name = BehaviourName().read(node, to)
        return name if isinstance(name, Wrong) else FirstTime(name)

    def schema(self, book: SchemaBook) -> Json:
        return BehaviourName().schema(book)


def _first_time(got: Got) -> Condition | Wrong:
    return FirstTime(got["behaviour"], got.get("within"))


FIRST_TIME: Shape[Condition] = Either(
    "a behaviour", scalar=_FirstTimeOf(), mapping=Record("a behaviour", (_BEHAVIOUR, _WITHIN), _first_time)
)


def _stopped(got: Got) -> Condition | Wrong:
    return Stopped(got["behaviour"], got["for"])


STOPPED: Record[Condition] = Record(
    "a behaviour and for how long not",
    (_BEHAVIOUR, Key("for", _SPAN, "Not done for so long: `30 days`.", required=True)),
    _stopped,
)


def _resumed(got: Got) -> Condition | Wrong:
    return Resumed(got["behaviour"], got["after"], got["within"])


RESUMED: Record[Condition] = Record(
    "a behaviour, a pause and a window",
    (
        _BEHAVIOUR,
        Key("after", _SPAN, "After a pause of so long or longer: `60 days`.", required=True),
        Key("within", _SPAN, "Again in the last so long: `7 days`.", required=True),
    ),
    _resumed,
)


def _regularly(got: Got) -> Condition | Wrong:
    weeks, of = got["weeks"], got["of"]
    if weeks > of:
        return got.to.say(
            "PB312",
            got.at("weeks"),
            f"{got.to.part} asks for {weeks} of the last {of} weeks.",
            f"Write a number from 1 to {of}.",
        )
    return Regularly(got["behaviour"], weeks, of)


_WEEKS = Whole("a number of weeks", low=1, high=MOST_WEEKS)
REGULARLY: Record[Condition] = Record(
    "a behaviour and how many weeks",
    (
        _BEHAVIOUR,
        Key("weeks", _WEEKS, "In at least so many of them.", required=True),
        Key("of", _WEEKS, "Of the last so many blocks of 7 days, which end now.", required=True),
    ),
    _regularly,
)


@dataclass(frozen=True)
class _FirstStep(Shape[Step]):
    """A behaviour's name alone: a step with any gap."""

    @property
    def expected(self) -> str:
        return "the name of a behaviour"

    def read(self, node: Node, to: Reading) -> Step | Wrong:
        name = BehaviourName().read(node, to)
        return name if isinstance(name, Wrong) else Step(name)

    def schema(self, book: SchemaBook) -> Json:
        return BehaviourName().schema(book)


def _step(got: Got) -> Step | Wrong:
    low: Duration | None = got.get("after")
    high: Duration | None = got.get("within")
    if low and high and (low.micros or 0) > (high.micros or 0):
        return got.to.say(
            "PB312",
            got.at("after"),
            f"{got.to.part} has a step after {low} or more and within {high}, and nothing is both.",
            "Exchange the two.",
        )
    return Step(got["then"], low, high)


STEP: Shape[Step] = Either(
    "a step, such as `pricing_view` or `{then: demo_request, within: 2 days}`,",
    scalar=_FirstStep(),
    mapping=Record(
        "a step of a sequence",
        (
            Key("then", BehaviourName(), "The behaviour of this step.", required=True),
            Key("within", _EXACT, "So long after the step before it, or sooner."),
            Key("after", _EXACT, "So long after the step before it, or later."),
        ),
        _step,
    ),
)


@dataclass(frozen=True)
class _Steps(Shape[tuple[Step, ...]]):
    """Two steps or more."""

    @property
    def expected(self) -> str:
        return "a list of behaviours, one after the other,"

    def read(self, node: Node, to: Reading) -> tuple[Step, ...] | Wrong:
        if not isinstance(node, ListNode):
            return self.refuse(node, to, "Write `[download, share]`.")
        steps = each(STEP, node.items, to)
        if isinstance(steps, Wrong):
            return steps
        if len(steps) < 2:
            return to.say(
                "PB405",
                node,
                f"{to.part} has a sequence of {len(steps)} step{'s' if len(steps) != 1 else ''}.",
                "Name at least two behaviours; for one write `did`.",
            )
        if steps[0].low or steps[0].high:
            return to.say(
                "PB313",
                node.items[0],
                f"{to.part} has a gap before the first step of a sequence.",
                "Write the gap at the second step, or `within` for all of them.",
            )
        return steps

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "array", "minItems": 2, "items": STEP.schema(book)}


def _whole(got: Got) -> Condition | Wrong:
    return made_sequence(got["steps"], got.get("within"), got.node, got.to)


def made_sequence(
    steps: tuple[Step, ...], within: Duration | None, node: Node, to: Reading
) -> Condition | Wrong:
    """The sequence, unless its gaps alone are longer than its window."""
    gaps = sum((step.low.micros or 0) if step.low else 1 for step in steps[1:])
    window = within.micros if within else None
    if window is not None and gaps >= window:
        return to.say(
            "PB312",
            node,
            f"{to.part} has a sequence whose gaps are as long as its window of {within}, so it can never be whole.",
            "Lengthen `within`, or shorten the gaps.",
        )
    return Sequence(steps, within)


SEQUENCE: Shape[Condition] = Record(
    "steps and a window",
    (
        Key("steps", _Steps(), "The behaviours, in this order.", required=True),
        Key("within", _SPAN, "All of them in the last so long."),
    ),
    _whole,
)
STEPS = _Steps()


@dataclass(frozen=True)
class SequenceWord(WithWindow):
    """`sequence: [a, b]`, with `within` beside it; or `sequence: {steps: [a, b], within: 7 days}`."""

    @property
    def expected(self) -> str:
        return STEPS.expected

    def read(self, node: Node, to: Reading) -> Condition | Wrong:
        if isinstance(node, MapNode):
            return SEQUENCE.read(node, to)
        steps = STEPS.read(node, to)
        return steps if isinstance(steps, Wrong) else Sequence(steps)

    def read_beside(self, node: Node, within: Node, to: Reading) -> Condition | Wrong:
        """Steps and a window that stand beside each other."""
        if isinstance(node, MapNode):
            return to.say(
                "PB313",
                within,
                f"{to.part} has `within` both beside the sequence and where its steps are.",
                "Write it once.",
            )
        steps, span = STEPS.read(node, to), _SPAN.read(within, to)
        if isinstance(steps, Wrong) or isinstance(span, Wrong):
            return WRONG
        return made_sequence(steps, span, node, to)

    def schema(self, book: SchemaBook) -> Json:
        return {"anyOf": [STEPS.schema(book), SEQUENCE.schema(book)]}
