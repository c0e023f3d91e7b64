"""Every instant at which a verdict can change in a small world (meaning 10): too many rather than too few.

Whatever is told has instants: when it happened, when it was known, when a source's coverage begins and ends. A verdict
can change there, the microsecond after, and wherever a span that the playbook names begins or ends at one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from functools import lru_cache

from tests.reference import values
from tests.reference.reading import Span

from handraise.facts.rows import AttributeChange, Fact, PersonRecord
from handraise.model.conditions import Condition, Regularly
from handraise.model.fields import Field, FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.scores import BehaviourRule
from handraise.model.time import (
    MICROS_PER_DAY,
    Duration,
    Micros,
    Unit,
    local_date,
    local_midnight,
)
from handraise.model.value_tests import InTheLast, InTheNext, LongerAgo
from handraise.model.values import FieldType

PIECE: Micros = 15 * 60 * 1_000_000
"""Clocks change at quarters of an hour, so that within one a calendar step moves every instant alike."""


def inside(value: object) -> Iterator[object]:
    """A value and everything in it."""
    yield value
    if is_dataclass(value) and not isinstance(value, type):
        parts: Iterable[object] = (getattr(value, f.name) for f in fields(value))
    elif isinstance(value, Mapping):
        parts = value.values()
    else:
        parts = value if isinstance(value, tuple | frozenset) else ()
    for part in parts:
        yield from inside(part)


class Instants:
    """The instants that matter to a playbook, and to further conditions, in a world."""

    def __init__(self, playbook: Playbook, conditions: Iterable[Condition] = ()) -> None:
        self.zone = playbook.time_zone
        self._parts = [
            *inside(
                (
                    playbook.fit,
                    playbook.engagement,
                    playbook.segments,
                    playbook.triggers,
                    playbook.buying_group,
                )
            ),
            *inside((playbook.lifecycle, playbook.interest, playbook.behaviours, tuple(conditions))),
        ]
        weeks = [
            Duration(i + 1, Unit.WEEKS)
            for part in self._parts
            if isinstance(part, Regularly)
            for i in range(part.of)
        ]
        self._spans = {*(part for part in self._parts if isinstance(part, Duration)), *weeks}
        self.is_decayed = any(isinstance(p, BehaviourRule) and p.half_life is not None for p in self._parts)

    def after(self, instant: Micros) -> set[Micros]:
        """When something that happens at an instant can change a verdict, from that instant on."""
        found = {instant, instant + 1}
        for span in self._spans:
            found |= _leaves(span, instant, self.zone)
        return found

    def of(
        self, facts: Sequence[Fact], coverage: Sequence[Span], catalog: FieldCatalog, until: Micros
    ) -> set[Micros]:
        """All of them that facts, coverage, the playbook's own instants and the calendar bring, from the first person on."""
        first = min((max(f.at, f.known_at) for f in facts if isinstance(f, PersonRecord)), default=until)
        told = {i for fact in facts for i in (fact.at, fact.known_at)}
        told |= {i for s in coverage for i in (s.from_at - 1, s.from_at, s.to_at, s.to_at + 1)}
        told |= {s for p in self._parts if isinstance(s := getattr(p, "since", None), int)}
        found = {i for instant in told if instant <= until for i in self.after(instant)}
        found |= self._of_dates(facts, catalog)
        if self.is_decayed:
            found |= set(midnights(first, until, self.zone))
        return {instant for instant in found if first <= instant <= until}

    def _of_dates(self, facts: Sequence[Fact], catalog: FieldCatalog) -> set[Micros]:
        """When a date, or an instant, that is a value comes or goes for a test that is relative to now."""
        relative = (InTheLast, InTheNext, LongerAgo)
        spans = {part.span for part in self._parts if isinstance(part, relative)}
        found: set[Micros] = set()
        for fact in facts if spans else ():
            if not isinstance(fact, AttributeChange) or fact.value is None:
                continue
            kind = catalog.type_of(Field(fact.entity, fact.field))
            value = values.read(fact.value, kind) if kind in (FieldType.DATE, FieldType.INSTANT) else None
            if isinstance(value, date):
                found |= {local_midnight(day, self.zone) for day in _days_near(value, spans)}
            elif isinstance(value, int):
                found |= {value, value + 1}
                for span in spans:
                    found |= _leaves(span, value, self.zone) | _comes_near(span, value, self.zone)
        return found


def midnights(first: Micros, last: Micros, zone: str) -> Iterator[Micros]:
    """00:00 of every day."""
    day = local_date(first, zone)
    while local_midnight(day, zone) <= last:
        yield local_midnight(day, zone)
        day += timedelta(days=1)


def last_midnight(instant: Micros, zone: str) -> Micros:
    """00:00 of the day that an instant lies in."""
    return local_midnight(local_date(instant, zone), zone)


def _days_near(day: date, spans: set[Duration]) -> set[date]:
    """Days from which a span reaches a date, with some around them: calendar steps are clamped."""
    reached = {day, *(s.date_after(day) for s in spans), *(s.date_before(day) for s in spans)}
    return {d + timedelta(days=n) for d in reached for n in range(-4, 5)}


@lru_cache(maxsize=100_000)
def _leaves(span: Duration, instant: Micros, zone: str) -> frozenset[Micros]:
    """When an instant leaves, or enters again, the window of the length that ends now."""
    if span.micros is not None:
        return frozenset({instant + span.micros})
    return _crossings(lambda t: span.before(t, zone), instant, span.after(instant, zone))


@lru_cache(maxsize=100_000)
def _comes_near(span: Duration, instant: Micros, zone: str) -> frozenset[Micros]:
    """When an instant enters the window that begins now."""
    if span.micros is not None:
        return frozenset({instant - span.micros, instant - span.micros + 1})
    return _crossings(lambda t: span.after(t, zone), instant, span.before(instant, zone))


def _crossings(step: Callable[[Micros], Micros], target: Micros, near: Micros) -> frozenset[Micros]:
    """When `step(t)` passes the target. The 29th, 30th and 31st of a month can all step to the 28th of another, and then
    it passes several times; all of them are within four days."""
    found: set[Micros] = set()
    start = (near - 4 * MICROS_PER_DAY) // PIECE * PIECE
    before = step(start)
    for t in range(start, start + 8 * MICROS_PER_DAY, PIECE):
        reached = step(t)
        if (before >= target) != (reached >= target) or (before > target) != (reached > target):
            found.add(t)
        if 0 <= target - reached < PIECE:
            found |= {t + target - reached, t + target - reached + 1}
        before = reached + PIECE - 1
    return frozenset(found)
