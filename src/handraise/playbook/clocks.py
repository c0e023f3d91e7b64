"""Clocks: the section `business_hours`, and how long sales has (an SLA)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time

from handraise.errors import Problem
from handraise.model.playbook import Playbook
from handraise.model.triggers import BusinessHours, Sla
from handraise.playbook.nodes import Node, TextNode
from handraise.playbook.quantities import BUSINESS_UNITS, DURATION_PATTERN, duration_of
from handraise.playbook.reading import WRONG, Reading, Wrong, normal
from handraise.playbook.records import Got, Key, Record
from handraise.playbook.shapes import Json, Many, SchemaBook, Shape
from handraise.playbook.text import Limits, parse

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
        return to.say(
            "PB304",
            node,
            f"{to.part} has `{node.text}` where {self.expected} is expected.",
            "Write year, month and day: 2026-12-25.",
        )

    def schema(self, book: SchemaBook) -> Json:
        return {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}


_DATES = Many(DateShape(), "dates")


@dataclass(frozen=True)
class Holidays(Shape[tuple[date, ...]]):
    """Dates, or the name of a YAML file beside this one that lists them."""

    @property
    def expected(self) -> str:
        return "a list of dates, or a file of them such as `holidays.yml`,"

    def read(self, node: Node, to: Reading) -> tuple[date, ...] | Wrong:
        named = isinstance(node, TextNode) and node.text.endswith((".yml", ".yaml"))
        return self._of_file(node, to) if isinstance(node, TextNode) and named else _DATES.read(node, to)

    def _of_file(self, node: TextNode, to: Reading) -> tuple[date, ...] | Wrong:
        if to.beside is None:
            return to.say(
                "PB108",
                node,
                f"{to.part} names the file `{node.text}`, and this playbook has no files beside it.",
                "Write the days themselves: `holidays: [2026-12-25, 2027-01-01]`.",
            )
        source = to.beside(node.span.path, node.text)
        if isinstance(source, Problem):
            advice = ("Its name is read as seen from this file.", *source.advice)
            return to.say("PB108", node, f"{to.part} names a file, and {source.sentence}", *advice)
        to.add(source)
        root, problems = parse(source, Limits())
        to.problems += problems
        if problems:
            return WRONG
        return self.refuse(node, to) if root is None else _DATES.read(root, to)

    def schema(self, book: SchemaBook) -> Json:
        return {"anyOf": [_DATES.schema(book), {"type": "string", "pattern": r"\.ya?ml$"}]}


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
        Key(
            "holidays", Holidays(), "Days on which no clock runs: `[2026-12-25]`, or a file that lists them."
        ),
    ),
    _business_hours,
)

_BARE = re.compile(r"\s*[0-9]+\s*\Z")
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
        if not found and (_BARE.match(node.text) or "business" in normal(node.text)):
            return self._without_unit(node, to)
        text = f"{found[1]} {found[2]}s" if found else node.text
        span = duration_of(text, node, to, self.expected, also=BUSINESS_UNITS)
        return span if isinstance(span, Wrong) else Sla(span, in_business_hours=found is not None)

    def _without_unit(self, node: TextNode, to: Reading) -> Wrong:
        count = next(iter(re.findall("[0-9]+", node.text)), "4")
        s = "" if count == "1" else "s"
        return to.say(
            "PB305",
            node,
            f"{to.part} has `{node.text}` where {self.expected} is expected.",
            f"Write for example `{count} business hour{s}`, `{count} business day{s}` or `{count} day{s}`.",
        )

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


def says_business_hours(playbook: Playbook) -> bool:
    """Whether a clock runs in business hours, or they are not the usual ones."""
    slas = (*(t.sla for t in playbook.triggers.values()), *(s.sla for s in playbook.lifecycle.stages))
    return playbook.business_hours != BusinessHours() or any(sla and sla.in_business_hours for sla in slas)
