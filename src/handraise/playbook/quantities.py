"""Shapes of numbers, durations, and yes or no."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from handraise.model.time import Duration, Unit
from handraise.playbook.nodes import Core, Node, TextNode, boolean_of, core_of, kind_of
from handraise.playbook.reading import Reading, Wrong, nearest
from handraise.playbook.shapes import Json, SchemaBook, Shape


@dataclass(frozen=True)
class Number(Shape[Decimal]):
    """A number, unquoted."""

    what: str = "a number"
    low: Decimal = Decimal(-1_000_000_000_000)
    high: Decimal = Decimal(1_000_000_000_000)
    decimals: int | None = None

    @property
    def expected(self) -> str:
        return self.what

    def read(self, node: Node, to: Reading) -> Decimal | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        number = decimal_of(node)
        if number is None:
            return to.say(
                "PB302",
                node,
                f"{to.part} has {kind_of(node)} where {self.what} is expected.",
                number_advice(node),
            )
        return self._checked(number, node, to)

    def _checked(self, number: Decimal, node: TextNode, to: Reading) -> Decimal | Wrong:
        if not self.low <= number <= self.high:
            return out_of_range(self.what, node, to, self.low, self.high)
        exponent = number.normalize().as_tuple().exponent
        if self.decimals is not None and isinstance(exponent, int) and -exponent > self.decimals:
            return to.say(
                "PB314",
                node,
                f"`{node.text}` has more than {self.decimals} decimals.",
                f"Round it to {self.decimals}.",
            )
        return number

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "number", "minimum": _json_number(self.low), "maximum": _json_number(self.high)}


@dataclass(frozen=True)
class Whole(Shape[int]):
    """A whole number, unquoted."""

    what: str = "a whole number"
    low: int = 0
    high: int = 1_000_000_000

    @property
    def expected(self) -> str:
        return self.what

    def read(self, node: Node, to: Reading) -> int | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        number = decimal_of(node)
        if number is None or number != number.to_integral_value():
            return to.say(
                "PB301",
                node,
                f"{to.part} has {kind_of(node)} where {self.what} is expected.",
                number_advice(node),
            )
        if not self.low <= number <= self.high:
            return out_of_range(self.what, node, to, self.low, self.high)
        return int(number)

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


def decimal_of(node: TextNode) -> Decimal | None:
    """The number that is written, if it is one of ordinary size and without quotes."""
    if core_of(node) is not Core.NUMBER or len(node.text) > 60:
        return None
    number = Decimal(node.text)
    return number if number == 0 or -31 < number.adjusted() < 31 else None


def number_advice(node: TextNode) -> str | None:
    bare = node.text.replace(",", "").replace("_", "").replace(" ", "").lstrip("+")
    if bare and bare != node.text and bare.lstrip("-").replace(".", "", 1).isdigit():
        return f"Write {bare}."
    return (
        "Write it without quotes."
        if not node.plain and bare.lstrip("-").replace(".", "", 1).isdigit()
        else None
    )


def out_of_range(what: str, node: TextNode, to: Reading, low: Decimal | int, high: Decimal | int) -> Wrong:
    advice = f"Write a number from {low:,} to {high:,}." if high < 10**9 else f"Write {low:,} or more."
    return to.say("PB308", node, f"{to.part} has {node.text} where {what} is expected.", advice)


def _json_number(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


@dataclass(frozen=True)
class Flag(Shape[bool]):
    """`true` or `false`."""

    what: str = "`true` or `false`"

    @property
    def expected(self) -> str:
        return self.what

    def read(self, node: Node, to: Reading) -> bool | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        flag = boolean_of(node)
        return flag if flag is not None else not_a_flag(node, self.what, to)

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "boolean"}


_YES_NO = {
    "yes": "true",
    "y": "true",
    "on": "true",
    "true": "true",
    "no": "false",
    "n": "false",
    "off": "false",
    "false": "false",
}


def not_a_flag(node: TextNode, what: str, to: Reading) -> Wrong:
    word = _YES_NO.get(node.text.strip().lower())
    return to.say(
        "PB303",
        node,
        f"{to.part} has {kind_of(node)} where {what} is expected.",
        f"Write {word}, without quotes." if word else "Write `true` or `false`.",
    )


@dataclass(frozen=True)
class Span_(Shape[Duration]):  # noqa: N801 - `Span` is a place in a text
    """A duration with its unit, `30 days`."""

    what: str = "a duration such as `30 days`"

    @property
    def expected(self) -> str:
        return self.what

    def read(self, node: Node, to: Reading) -> Duration | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        return duration_of(node.text, node, to, self.what)

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "string", "pattern": DURATION_PATTERN, "examples": ["30 days", "24 months"]}


@dataclass(frozen=True)
class ExactSpan(Span_):
    """A duration of a fixed length: what is measured in it cannot be a month, which is longer or shorter."""

    def read(self, node: Node, to: Reading) -> Duration | Wrong:
        span = super().read(node, to)
        if isinstance(span, Wrong) or span.micros is not None:
            return span
        return to.say(
            "PB305",
            node,
            f"{to.part} has `{span}` where a fixed length of time is expected, and months, quarters and years vary.",
            "Write it in weeks, days, hours or minutes, for example `30 days`.",
        )

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "string", "pattern": EXACT_PATTERN, "examples": ["14 days", "2 weeks"]}


_UNITS = {form: unit for unit in Unit for form in (unit.value, unit.value[:-1])}
_LONGEST = {
    Unit.SECONDS: 10**9, Unit.MINUTES: 10**8, Unit.HOURS: 10**6, Unit.DAYS: 36_525, Unit.WEEKS: 5_218,
    Unit.MONTHS: 1_200, Unit.QUARTERS: 400, Unit.YEARS: 100,
}  # fmt: skip
DURATION_PATTERN = r"^\s*[0-9]+\s+(" + "|".join(f"{u.value}?" for u in Unit) + r")\s*$"
EXACT_PATTERN = r"^\s*[0-9]+\s+(" + "|".join(f"{u.value}?" for u in Unit if u.exact_micros) + r")\s*$"


BUSINESS_UNITS = ("business hours", "business days")


def duration_of(text: str, at: Node, to: Reading, what: str, also: tuple[str, ...] = ()) -> Duration | Wrong:
    """A count and a unit. Raises nothing: what is missing is said; `also` holds other units that could be meant."""
    count, _, unit_word = text.strip().partition(" ")
    unit = _UNITS.get(unit_word.strip().lower())
    if not count.isdecimal() or not count.isascii() or unit is None:
        return to.say(
            "PB305",
            at,
            f"{to.part} has `{text}` where {what} is expected.",
            _duration_advice(count, unit_word, also),
        )
    if not 1 <= int(count[:12]) <= _LONGEST[unit] or len(count) > 12:
        return to.say(
            "PB308",
            at,
            f"{to.part} has a span of {text}.",
            f"Write from 1 to {_LONGEST[unit]:,} {unit.value}.",
        )
    return Duration(int(count), unit)


# Units as people shorten them; `m` alone could be minutes or months.
_SHORT = {
    "s": "seconds",
    "min": "minutes",
    "h": "hours",
    "d": "days",
    "w": "weeks",
    "q": "quarters",
    "y": "years",
}


_BUSINESS = ("business", "biz", "bus", "working", "work", "office")


def _duration_advice(count: str, unit_word: str, also: tuple[str, ...]) -> str:
    units = ", ".join((*(u.value for u in Unit), *also))
    number = "".join(c for c in count if c.isascii() and c.isdigit())
    if count.isdecimal() and not unit_word:
        return f"The unit is missing. Write for example `{count} days` (units: {units})."
    word = f"{count.removeprefix(number)} {unit_word}".strip().lower()
    near = _meant_unit(word, also)
    if number and near:
        return f"Did you mean `{number} {near.removesuffix('s') if number == '1' else near}`?"
    return f"Write a whole number and a unit ({units})."


def _meant_unit(word: str, also: tuple[str, ...]) -> str | None:
    """The unit that is nearest. Hours of business are never taken for hours of the wall clock, which end sooner."""
    *before, last = word.split() or [""]
    if any(nearest(part, _BUSINESS) for part in before):
        unit = _SHORT.get(last) or nearest(last, [u.value for u in Unit])
        return next((u for u in also if u == f"business {unit}"), None)
    return _SHORT.get(word) or nearest(word, [*(u.value for u in Unit), *also])
