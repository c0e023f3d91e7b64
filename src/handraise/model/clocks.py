"""Clocks: until when sales must have acted, in the playbook's business hours or on the wall clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handraise.model.time import (
    LAST_INSTANT,
    Micros,
    Unit,
    local_date,
    local_midnight,
    to_datetime,
    to_micros,
)
from handraise.model.triggers import BusinessHours, Sla


def due(start: Micros, sla: Sla, hours: BusinessHours, zone: str) -> Micros:
    """The first instant at which `sla` has run since `start`; never after `LAST_INSTANT`.

    Business time runs while the clocks of `zone` show a time from `hours.start` up to, not including, `hours.end`, on a
    weekday of `hours` that is no holiday; it is measured as it passes, so an hour that clocks skip does not run. A
    business day is as much time as lies between `start` and `end` on the clock. Time that runs out at
    closing is due then, not at the next opening.

    Raises `ValueError` for hours that are never open, and for a span of business weeks, months or years.
    """
    if not sla.in_business_hours:
        return min(sla.span.after(start, zone), LAST_INSTANT)
    if not hours.weekdays or hours.start >= hours.end:
        raise ValueError("these business hours are never open")
    left = _business_micros(sla, hours)
    for opens, closes in _open(start, hours, zone):
        first = max(opens, start)
        if first + left <= closes:
            return first + left
        left -= max(0, closes - first)
    return LAST_INSTANT


def _business_micros(sla: Sla, hours: BusinessHours) -> Micros:
    unit = sla.span.unit
    if unit in (Unit.SECONDS, Unit.MINUTES, Unit.HOURS):
        assert unit.exact_micros is not None
        return sla.span.count * unit.exact_micros
    if unit is Unit.DAYS:
        return sla.span.count * (_clock_micros(hours.end) - _clock_micros(hours.start))
    raise ValueError(f"business time is measured in hours or days, not in {unit.value}")


def _open(start: Micros, hours: BusinessHours, zone: str) -> Iterator[tuple[Micros, Micros]]:
    """The stretches in which business time runs, from the day of `start` on."""
    day, last = local_date(start, zone), local_date(LAST_INSTANT, zone)
    while day < last:
        if day.weekday() in hours.weekdays and day not in hours.holidays:
            yield from _open_on(day, hours, zone)
        day += timedelta(days=1)


def _open_on(day: date, hours: BusinessHours, zone: str) -> Iterator[tuple[Micros, Micros]]:
    """One stretch; more on a day on which clocks are set back while open."""
    opens, closes = _on(day, hours.start), _on(day, hours.end)
    for first, last in _even(local_midnight(day, zone), local_midnight(day + timedelta(days=1), zone), zone):
        offset = _offset(first, zone)
        begins, ends = max(first, opens - offset), min(last, closes - offset)
        if begins < ends:
            yield begins, ends


def _even(first: Micros, last: Micros, zone: str) -> Iterator[tuple[Micros, Micros]]:
    """`[first, last)` cut where clocks change, which they do once a day at most."""
    if _offset(first, zone) == _offset(last - 1, zone):
        yield first, last
        return
    before, after = first, last - 1
    while before + 1 < after:
        middle = (before + after) // 2
        if _offset(middle, zone) == _offset(first, zone):
            before = middle
        else:
            after = middle
    yield first, after
    yield after, last


def _on(day: date, clock: time) -> Micros:
    """What the clock shows, counted as if it were UTC."""
    return to_micros(datetime.combine(day, clock, tzinfo=UTC))


def _clock_micros(clock: time) -> Micros:
    return _on(date(1970, 1, 1), clock)


def _offset(instant: Micros, zone: str) -> Micros:
    """How far the zone's clocks are ahead of UTC."""
    offset = to_datetime(instant).astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)
