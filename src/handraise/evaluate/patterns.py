"""Patterns of behaviour: first time, stopped, resumed, regularly, sequences.

What was not seen outside coverage may have happened, so negative patterns are unknown there unless what was
seen settles them; a sequence, like a lower limit, is in or out.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from handraise.evaluate.keys import Keys
from handraise.evaluate.kleene import IN, OUT, UNKNOWN, Truths, bounded, certain
from handraise.evaluate.occurrences import Matched, Rows, count
from handraise.evaluate.points import BEFORE_ALL, FOREVER, starts
from handraise.evaluate.views import PeopleView
from handraise.evaluate.windows import covered, covers, person_known_at
from handraise.facts.chunks import Bools, Instants, Ints
from handraise.model.conditions import FirstTime, Regularly, Resumed, Sequence, Step, Stopped
from handraise.model.time import MICROS_PER_DAY, Micros

_BLOCK: Micros = 7 * MICROS_PER_DAY


def first_time(condition: FirstTime, people: PeopleView) -> Truths:
    """Exactly one occurrence so far, and in the window."""
    n = count(people.acts(condition.behaviour, None), people.size)
    n_recent = count(people.acts(condition.behaviour, people.start(condition.within)), people.size)
    known = covered(people, _types(condition.behaviour, people), None)
    # Nothing seen, or its only occurrence in the window: what was not seen decides.
    settled = np.where(n == 0, OUT, IN)
    return np.where((n > 1) | (n > n_recent), OUT, np.where(known, settled, UNKNOWN)).astype(np.int8)


def stopped(condition: Stopped, people: PeopleView) -> Truths:
    """Earlier, and no longer."""
    start = people.before(condition.span)
    types = _types(condition.behaviour, people)
    n = count(people.acts(condition.behaviour, None), people.size)
    n_recent = count(people.acts(condition.behaviour, start), people.size)
    quiet = (n_recent == 0) & (person_known_at(people) <= start)
    earlier = n > n_recent
    surely = quiet & earlier & covers(people, types, start)
    possibly = quiet & (earlier | ~covered(people, types, None))
    return bounded(surely, possibly)


def resumed(condition: Resumed, people: PeopleView) -> Truths:
    """Two occurrences, one after the other, a pause apart, the later one in the window."""
    matched = people.acts(condition.behaviour, None)
    start, zone = people.before(condition.within), people.compiled.zone
    later = np.flatnonzero(matched.subject[1:] == matched.subject[:-1]) + 1
    subject, at, before = matched.subject[later], matched.at[later], matched.at[later - 1]
    recent = at > (np.asarray(start)[subject] if np.ndim(start) else start)
    paused = recent & (before < at) & (before <= starts(condition.pause, at, zone))
    subject, before = subject[paused], before[paused]
    since = np.broadcast_to(
        people.compiled.covered_since(_types(condition.behaviour, people), people.now), people.size
    )[subject]
    seen_whole = (since != FOREVER) & (since <= before + 1)
    return bounded(_any(subject[seen_whole], people.size), _any(subject, people.size))


def regularly(condition: Regularly, people: PeopleView) -> Truths:
    """In so many of the last blocks of 7 x 24 hours."""
    now = people.now
    matched = people.acts(condition.behaviour, now - condition.of * _BLOCK)
    ago = (np.asarray(now)[matched.subject] if np.ndim(now) else now) - matched.at
    block = matched.subject.astype(np.int64) * condition.of + ago // _BLOCK
    seen = np.zeros(people.size * condition.of, dtype=np.bool_)
    seen[block] = True
    n_seen = seen.reshape(people.size, condition.of)
    types = _types(condition.behaviour, people)
    # A block is known whole when everything since its beginning is.
    missed = [~covers(people, types, now - (i + 1) * _BLOCK) for i in range(condition.of)]
    possible = n_seen | np.stack(missed, axis=1)
    return bounded(n_seen.sum(axis=1) >= condition.n, possible.sum(axis=1) >= condition.n)


def sequence(condition: Sequence, people: PeopleView) -> Truths:
    """All steps in the window, one after the other."""
    steps = [people.acts(step.behaviour, people.start(condition.within)) for step in condition.steps]
    reached = chains(condition.steps, steps)
    return certain(_any(steps[-1].subject[reached > BEFORE_ALL], people.size))


def chains(steps: tuple[Step, ...], matched: list[Matched]) -> Instants:
    """For each occurrence of the last step, the latest instant at which a whole chain that ends there can begin;
    `BEFORE_ALL` where no chain ends there. `matched[i]` holds the occurrences of step i by (subject, at)."""
    begun = matched[0].at
    for (before, here), step in zip(pairwise(matched), steps[1:], strict=True):
        low = step.low.micros if step.low else None
        high = step.high.micros if step.high else None
        last = here.at - max(low or 0, 1)
        first = here.at - high if high is not None else np.full(len(here.at), BEFORE_ALL)
        start, end = _range(before, here.subject, first, last)
        begun = _latest_in(begun, start, end)
    return begun


def _range(matched: Matched, subject: Ints, first: Instants, last: Instants) -> tuple[Rows, Rows]:
    """The stretch of `matched` that is of each subject and from `first` to `last`, both included."""
    keys = Keys.of(matched.subject, matched.at)
    entries = keys.up_to(matched.subject, matched.at)
    before = np.maximum(first, BEFORE_ALL + 1) - 1
    start = np.searchsorted(entries, keys.up_to(subject, before), side="right")
    end = np.searchsorted(entries, keys.up_to(subject, last), side="right")
    return start, np.maximum(start, end)


def _latest_in(values: Instants, start: Rows, end: Rows) -> Instants:
    """The greatest of `values[start[i]:end[i]]`, `BEFORE_ALL` of none: maxima over powers of two, two of which cover
    any stretch (a sparse table)."""
    greatest = np.full(len(start), BEFORE_ALL, dtype=np.int64)
    length = end - start
    table: npt.NDArray[np.int64] = values
    width = 1
    while width <= int(length.max(initial=0)):
        mine = (length >= width) & (length < 2 * width)
        greatest[mine] = np.maximum(table[start[mine]], table[end[mine] - width])
        table = np.maximum(table[:-width], table[width:]) if len(table) > width else table[:0]
        width *= 2
    return greatest


def _any(subject: Ints, n: int) -> Bools:
    holds = np.zeros(n, dtype=np.bool_)
    holds[subject] = True
    return holds


def _types(behaviour: str, people: PeopleView) -> tuple[str, ...]:
    return people.compiled.playbook.behaviours[behaviour].activities
