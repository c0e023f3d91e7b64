"""Thresholds of grades and levels: three points, or three top shares, the best first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from handraise.model.scores import FixedThreshold, Threshold, Thresholds, TopPeople, TopShare, hundredths
from handraise.playbook.decision_words import POINTS
from handraise.playbook.nodes import Core, Node, TextNode, core_of
from handraise.playbook.reading import Reading, Wrong
from handraise.playbook.records import Got, Key, Record
from handraise.playbook.shapes import Json, SchemaBook, Shape

_PEOPLE = re.compile(r"\s*top\s+([0-9]{1,9})\s+people\s*\Z", re.IGNORECASE)
_CAPACITY = re.compile(r"\s*([0-9]{1,4})\s+weeks?\s+of\s+capacity\s*\Z", re.IGNORECASE)
_TOP = re.compile(r"\s*top\s+([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%\s*\Z", re.IGNORECASE)


@dataclass(frozen=True)
class ThresholdShape(Shape[Threshold]):
    """A number of points, `top 5%`, `top 50 people`, or `2 weeks of capacity`."""

    @property
    def expected(self) -> str:
        return "a number of points, a share such as `top 5%`, or `top 50 people`,"

    def read(self, node: Node, to: Reading) -> Threshold | Wrong:
        if not isinstance(node, TextNode):
            return self.refuse(node, to)
        if core_of(node) is Core.NUMBER:
            points = POINTS.read(node, to)
            return points if isinstance(points, Wrong) else FixedThreshold(hundredths(points))
        best = _n_people(node, to)
        if best is not None:
            return best
        share = _share(node.text)
        if share is None:
            return to.say(
                "PB309",
                node,
                f"{to.part} has `{node.text}` where {self.expected} is expected.",
                "Write for example `75`, `top 5%` (above 0% and below 100%), `top 50 people` or `2 weeks of capacity`.",
            )
        return TopShare(share)

    def schema(self, book: SchemaBook) -> Json:
        return {
            "anyOf": [
                POINTS.schema(book),
                {
                    "type": "string",
                    "pattern": r"^\s*([tT][oO][pP]\s+([0-9]{1,3}(\.[0-9]{1,6})?\s*%|[0-9]{1,9}\s+[pP][eE][oO][pP][lL][eE])"
                    r"|[0-9]{1,4}\s+[wW][eE][eE][kK][sS]?\s+[oO][fF]\s+[cC][aA][pP][aA][cC][iI][tT][yY])\s*$",
                },
            ]
        }


def _n_people(node: TextNode, to: Reading) -> Threshold | Wrong | None:
    """The best so many people, written as a number or as weeks of what sales can take; `None` for another word."""
    people, weeks = _PEOPLE.match(node.text), _CAPACITY.match(node.text)
    if weeks and to.names.mqls_per_week is None:
        return to.say(
            "PB202",
            node,
            f"{to.part} has `{node.text}`, but no capacity is agreed.",
            "Add `agreement: {capacity: {mqls_per_week: 120}}`.",
        )
    n = int(people[1]) if people else int(weeks[1]) * (to.names.mqls_per_week or 0) if weeks else None
    if n == 0:
        return to.say("PB309", node, f"{to.part} lets nobody reach `{node.text}`.", "Write a number above 0.")
    return None if n is None else TopPeople(n)


def _share(text: str) -> Fraction | None:
    found = _TOP.match(text)
    share = Fraction(found[1]) / 100 if found else Fraction(0)
    return share if 0 < share < 1 else None


def _thresholds(got: Got) -> Thresholds | Wrong:
    best, second, third = (got[k] for k in list(got.values))
    names = list(got.values)
    kinds = {type(t) for t in (best, second, third)}
    if len(kinds) > 1:
        return got.to.say(
            "PB403",
            got.node,
            f"{got.to.part} mixes points, top shares or numbers of people.",
            "Write three numbers of points, three shares, or three numbers of people.",
        )
    order = [_height(t) for t in (best, second, third)]
    for upper, lower, i in ((order[0], order[1], 0), (order[1], order[2], 1)):
        if upper <= lower:
            return got.to.say(
                "PB402", got.at(names[i + 1]),
                f"{got.to.part} lets nobody reach `{names[i + 1]}`, since `{names[i]}` starts no higher.",
                f"Let `{names[i]}` start above `{names[i + 1]}`.",
            )  # fmt: skip
    return Thresholds(best, second, third)


def _height(threshold: Threshold) -> Fraction:
    """Higher is harder to reach."""
    if isinstance(threshold, TopPeople):
        return Fraction(-threshold.n)
    return Fraction(threshold.hundredths) if isinstance(threshold, FixedThreshold) else -threshold.share


def _record(what: str, names: tuple[str, str, str], last: str) -> Record[Thresholds]:
    help_ = f"Who starts here; below all three it is {last}."
    keys = tuple(Key(n, ThresholdShape(), help_, required=True) for n in names)

    def build(got: Got) -> Thresholds | Wrong:
        got.values = {n: got.values[n] for n in names}
        return _thresholds(got)

    return Record(what, keys, build)


GRADE_THRESHOLDS = _record("where the grades start, such as `{A: 75, B: 50, C: 25}`,", ("A", "B", "C"), "D")
LEVEL_THRESHOLDS = _record("where the levels start, such as `{1: 60, 2: 30, 3: 10}`,", ("1", "2", "3"), "4")
