"""The words about what people did: `did`, `silent`, `account`."""

from __future__ import annotations

from dataclasses import dataclass

from handraise.model.conditions import (
    AccountDid,
    AccountPeople,
    Condition,
    Did,
    Distinct,
    Silent,
    Times,
)
from handraise.model.playbook import SegmentOf
from handraise.model.time import Micros
from handraise.playbook.condition_shape import CONDITION
from handraise.playbook.literals import instant
from handraise.playbook.nodes import Node, TextNode
from handraise.playbook.quantities import Span_, Whole
from handraise.playbook.reading import WRONG, Reading, Wrong, nearest
from handraise.playbook.records import Got, Key, Record
from handraise.playbook.shapes import Choice, Either, Json, Many, SchemaBook, Shape

_SPAN = Span_()


@dataclass(frozen=True)
class BehaviourName(Shape[str]):
    """The name of one of the playbook's behaviours."""

    @property
    def expected(self) -> str:
        return "the name of a behaviour"

    def read(self, node: Node, to: Reading) -> str | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        if node.text in to.names.behaviours:
            return node.text
        advice = _meant(node.text, to)
        return to.say(
            "PB206", node, f"{to.part} uses the behaviour `{node.text}`, which is not declared.", advice
        )

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "string"}


def _meant(name: str, to: Reading) -> str:
    near = nearest(name, to.names.behaviours)
    return f"Did you mean `{near}`?" if near else f"Declare it: `behaviours: {{{name}: {{activity: ...}}}}`."


@dataclass(frozen=True)
class Since(Shape[Micros]):
    """An instant; a bare date is its first moment in the playbook's time zone."""

    @property
    def expected(self) -> str:
        return "a date such as 2026-09-30"

    def read(self, node: Node, to: Reading) -> Micros | Wrong:
        return instant(node, to, "counts since") if isinstance(node, TextNode) else self.refuse(node, to)

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d"}


def _times(got: Got) -> Times | Wrong:
    if "exactly" in got:
        n = got["exactly"]
        others = [k for k in ("at_least", "at_most") if k in got]
        if others:
            return got.to.say(
                "PB313",
                got.at("exactly"),
                f"{got.to.part} has both `exactly` and `{others[0]}`.",
                "Keep one of them.",
            )
        return Times(n, n)
    low, high = got.get("at_least", 0), got.get("at_most")
    if high is not None and low > high:
        return got.to.say(
            "PB312",
            got.node,
            f"{got.to.part} asks for at least {low} and at most {high}, and nothing is both.",
            "Exchange the two numbers.",
        )
    if low == 0 and high is None:
        return got.to.say(
            "PB202",
            got.node,
            f"{got.to.part} counts without saying how many.",
            "Write `at_least`, `at_most` or `exactly`.",
        )
    return Times(low, high)


_TIMES_KEYS = (
    Key("at_least", Whole("a whole number", low=1), "This often or more."),
    Key("at_most", Whole("a whole number"), "This often or less; never counts too."),
    Key("exactly", Whole("a whole number"), "Exactly this often; 0 is never."),
)


@dataclass(frozen=True)
class _AtLeastTimes(Shape[Times]):
    """A bare number: at least so many."""

    @property
    def expected(self) -> str:
        return "how many"

    def read(self, node: Node, to: Reading) -> Times | Wrong:
        n = Whole("a whole number", low=1).read(node, to)
        return n if isinstance(n, Wrong) else Times(n)

    def schema(self, book: SchemaBook) -> Json:
        return Whole("a whole number", low=1).schema(book)


TIMES: Shape[Times] = Either(
    "how many, such as `{at_least: 2}`",
    scalar=_AtLeastTimes(),
    mapping=Record("how many", _TIMES_KEYS, _times, min_keys=1),
)
DISTINCT = Choice("what differs", tuple((d.value, d) for d in Distinct))
_WINDOW = (
    Key("within", _SPAN, "In the last so long: `30 days`, `24 months`."),
    Key("since", Since(), "Since a date (included), in the playbook's time zone."),
)
_BEHAVIOUR = Key("behaviour", BehaviourName(), "One of the playbook's behaviours.", required=True)


def _window_is_double(got: Got) -> bool:
    if "within" in got and "since" in got:
        got.to.say(
            "PB313", got.at("since"), f"{got.to.part} has both `within` and `since`.", "Keep one of them."
        )
        return True
    return False


def _did(got: Got) -> Condition | Wrong:
    if _window_is_double(got):
        return WRONG
    return Did(
        got["behaviour"], got.get("times", Times()), got.get("within"), got.get("since"), got.get("distinct")
    )


_DID_KEYS = (
    _BEHAVIOUR,
    Key(
        "times",
        TIMES,
        "How often: a number (at least so often), or `{at_least: 2, at_most: 5}`, `{exactly: 0}`.",
    ),
    *_WINDOW,
    Key("distinct", DISTINCT, "Count different assets, programs or products."),
)


@dataclass(frozen=True)
class _Short(Shape[Condition]):
    """A behaviour's name alone: did it at least once."""

    account: bool = False

    @property
    def expected(self) -> str:
        return "the name of a behaviour"

    def read(self, node: Node, to: Reading) -> Condition | Wrong:
        name = BehaviourName().read(node, to)
        if isinstance(name, Wrong):
            return name
        return AccountDid(name) if self.account else Did(name)

    def schema(self, book: SchemaBook) -> Json:
        return BehaviourName().schema(book)


DID: Shape[Condition] = Either(
    "a behaviour", scalar=_Short(), mapping=Record("a behaviour and how often", _DID_KEYS, _did)
)


def _silent(got: Got) -> Condition | Wrong:
    return Silent(got["for"], got.get("behaviours", ()))


SILENT: Record[Condition] = Record(
    "how long",
    (
        Key("for", _SPAN, "How long nothing was done: `60 days`.", required=True),
        Key(
            "behaviours",
            Many(BehaviourName(), "the name of a behaviour"),
            "Only these behaviours break the silence; without them, any act of the buyer.",
        ),
    ),
    _silent,
)


def _account_did(got: Got) -> Condition | Wrong:
    times: Times = got.get("times", Times())
    if _window_is_double(got):
        return WRONG
    if times.high is not None or times.low < 1:
        return got.to.say(
            "PB313",
            got.at("times"),
            f"{got.to.part} counts people of an account who did something at most so often.",
            "Write a number: at least so often.",
        )
    return AccountDid(
        got["behaviour"], got.get("people", Times()), times.low, got.get("within"), got.get("since")
    )


_PEOPLE = Key("people", TIMES, "How many people of the account: `{at_least: 3}`.")
_ACCOUNT_DID_KEYS = (_BEHAVIOUR, Key("times", TIMES, "How often each of them, at least."), *_WINDOW, _PEOPLE)
_ACCOUNT_DID: Shape[Condition] = Either(
    "a behaviour",
    scalar=_Short(account=True),
    mapping=Record("a behaviour and how many people", _ACCOUNT_DID_KEYS, _account_did),
)


@dataclass(frozen=True)
class _Who(Shape[Condition]):
    """A condition asked of each member of the account."""

    @property
    def expected(self) -> str:
        return "a condition"

    def read(self, node: Node, to: Reading) -> Condition | Wrong:
        with to.asking(SegmentOf.PEOPLE):
            return CONDITION.read(node, to)

    def schema(self, book: SchemaBook) -> Json:
        return CONDITION.schema(book)


def _account(got: Got) -> Condition | Wrong:
    if "did" in got and ("who" in got or "people" in got):
        return got.to.say(
            "PB313",
            got.at("did"),
            f"{got.to.part} asks an account both what was done and who its people are.",
            "Write `people` inside `did`, or two conditions under `all`.",
        )
    if "did" in got:
        did: Condition = got["did"]
        return did
    if "who" not in got:
        return got.to.say(
            "PB202",
            got.node,
            f"{got.to.part} asks an account for nothing.",
            "Write `account: {did: {...}}` or `account: {people: {at_least: 1}, who: {...}}`.",
        )
    return AccountPeople(got["who"], got.get("people", Times()))


ACCOUNT: Record[Condition] = Record(
    "what is asked of the account",
    (
        Key("did", _ACCOUNT_DID, "So many people of the account did this."),
        _PEOPLE,
        Key("who", _Who(), "What holds of each of these people now."),
    ),
    _account,
    min_keys=1,
)
