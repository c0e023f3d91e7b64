"""Values as a playbook writes them, read as the type of the field that is tested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from handraise.model.fields import Field
from handraise.model.time import Micros, iso, local_date, parse_instant, to_micros
from handraise.model.values import FieldType, number_text
from handraise.playbook.nodes import Core, Node, TextNode, boolean_of, core_of, kind_of
from handraise.playbook.quantities import decimal_of, not_a_flag, number_advice
from handraise.playbook.reading import Reading, Wrong
from handraise.playbook.shapes import Json, warn_if_surprising


@dataclass(frozen=True, slots=True)
class Tested:
    """What is tested: a field with its type, or (`type` is `None`) a free property of an activity."""

    name: str
    type: FieldType | None
    field: Field | None = None

    @property
    def type_words(self) -> str:
        return self.type.value if self.type else "property of an activity"


def literal(node: Node, tested: Tested, to: Reading) -> str | Wrong:
    """The canonical text of one value of the tested field's type."""
    if not isinstance(node, TextNode):
        return to.say(
            "PB203",
            node,
            f"{to.part} compares `{tested.name}` with {kind_of(node)}, where one value is expected.",
        )
    if core_of(node) is Core.NOTHING:
        return to.say(
            "PB311",
            node,
            f"{to.part} compares `{tested.name}` with nothing.",
            "Write a value; for a missing one write `{known: false}`.",
        )
    match tested.type:
        case None:
            return node.text
        case FieldType.TEXT | FieldType.TEXT_LIST:
            return _text(node, tested, to)
        case FieldType.BOOLEAN:
            flag = boolean_of(node) if node.plain else {"true": True, "false": False}.get(node.text)
            return (
                str(flag).lower()
                if flag is not None
                else not_a_flag(node, f"`true` or `false` (for `{tested.name}`)", to)
            )
        case FieldType.WHOLE_NUMBER | FieldType.NUMBER:
            number = numeric(node, tested, to)
            return number if isinstance(number, Wrong) else number_text(number)
        case FieldType.DATE:
            return _date(node, tested, to)
        case FieldType.INSTANT:
            return _instant_text(node, tested, to)


def _text(node: TextNode, tested: Tested, to: Reading) -> str | Wrong:
    if core_of(node) is Core.BOOLEAN:
        return to.say(
            "PB311",
            node,
            f"{to.part} compares `{tested.name}` ({tested.type_words}) with an unquoted `{node.text}`.",
            f'Write "{node.text}" if you mean the word.',
        )
    if not node.text.strip():
        return to.say(
            "PB311",
            node,
            f"{to.part} compares `{tested.name}` with an empty text.",
            "Write a value; for a missing one write `{known: false}`.",
        )
    warn_if_surprising(node, to)
    return node.text


def numeric(node: Node, tested: Tested, to: Reading) -> Decimal | Wrong:
    """A number that fits the field; properties take any."""
    if not isinstance(node, TextNode):
        return to.say(
            "PB203",
            node,
            f"{to.part} compares `{tested.name}` with {kind_of(node)}, where a number is expected.",
        )
    number = decimal_of(node)
    whole = tested.type is FieldType.WHOLE_NUMBER
    if number is None or (whole and number != number.to_integral_value()):
        code, what = ("PB301", "whole number") if whole else ("PB302", "number")
        return to.say(
            code,
            node,
            f"{to.part} compares `{tested.name}` ({what}) with {kind_of(node)}.",
            number_advice(node),
        )
    return Decimal(number_text(number))


def _date(node: TextNode, tested: Tested, to: Reading) -> str | Wrong:
    try:
        if len(node.text) != 10:
            raise ValueError
        return date.fromisoformat(node.text).isoformat()
    except ValueError:
        return to.say(
            "PB304",
            node,
            f"{to.part} compares `{tested.name}` (date) with `{node.text}`.",
            "Write a date as year-month-day, such as 2026-09-30.",
        )


def _instant_text(node: TextNode, tested: Tested, to: Reading) -> str | Wrong:
    moment = instant(node, to, f"compares `{tested.name}` (instant) with")
    return moment if isinstance(moment, Wrong) else iso(moment)


def instant(node: TextNode, to: Reading, says: str, at_end: bool = False) -> Micros | Wrong:
    """An instant with its zone, or a bare date: its first (or last) microsecond in the playbook's time zone."""
    try:
        if len(node.text) == 10:
            return edge_of_day(date.fromisoformat(node.text), to.names.time_zone, at_end)
        return parse_instant(node.text)
    except (ValueError, OverflowError):
        return to.say(
            "PB304",
            node,
            f"{to.part} {says} `{node.text}`.",
            "Write a date such as 2026-09-30, or an instant such as 2026-09-30T17:00:00+02:00.",
        )


def edge_of_day(day: date, zone: str, at_end: bool = False) -> Micros:
    """The first (or last) microsecond of a civil day in the zone. Raises `ValueError` far outside our times."""
    if not 1900 <= day.year <= 2200:
        raise ValueError(day)
    first = day + timedelta(days=1) if at_end else day
    start = to_micros(datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone)))
    return start - 1 if at_end else start


def day_started(since: Micros, zone: str) -> date | None:
    """The civil day that starts at the instant, so that a date can say it."""
    day = local_date(since, zone)
    return day if 1900 <= day.year <= 2200 and edge_of_day(day, zone) == since else None


def bound(node: Node, tested: Tested, to: Reading, at_end: bool = False) -> Decimal | str | Wrong:
    """What a comparison compares with: a number, an ISO date, or an ISO instant (bare dates: that day's edge)."""
    if tested.type is FieldType.DATE:
        return literal(node, tested, to)
    if tested.type is FieldType.INSTANT and isinstance(node, TextNode):
        moment = instant(node, to, f"compares `{tested.name}` (instant) with", at_end)
        return moment if isinstance(moment, Wrong) else iso(moment)
    return numeric(node, tested, to)


_INSTANT_PATTERN = r"^\d{4}-\d\d-\d\d(T.*)?$"


def literal_schema(type_: FieldType | None) -> Json:
    """What one value of the type looks like in JSON Schema."""
    match type_:
        case None:
            return {"type": ["string", "number", "boolean"]}
        case FieldType.TEXT | FieldType.TEXT_LIST:
            return {"type": ["string", "number"]}
        case FieldType.BOOLEAN:
            return {"enum": [True, False, "true", "false"]}
        case FieldType.WHOLE_NUMBER:
            return {"type": "integer"}
        case FieldType.NUMBER:
            return {"type": "number"}
        case FieldType.DATE:
            return {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
        case FieldType.INSTANT:
            return {"type": "string", "pattern": _INSTANT_PATTERN}


def bound_schema(type_: FieldType | None) -> Json:
    return {"type": "number"} if type_ is None else literal_schema(type_)
