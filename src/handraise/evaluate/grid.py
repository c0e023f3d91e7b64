"""A grid: everybody of a chunk at the same instants, in less work than one instant after the other.

Cells run by person, then by instant. Whatever changes seldom is asked only in the cells in which it can have changed and
stands until the next one: values, deals, patterns, the fit score. Acts enter a cell when they are seen and leave it when
their window has passed, so that counts are running sums. All the rest is asked of every cell, as at any points. Cells in
which a person is nobody yet, or no longer, hold no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt

from handraise.evaluate.changes import Changes, asks_account, changes_of
from handraise.evaluate.conditions import truth_of
from handraise.evaluate.kleene import Truths
from handraise.evaluate.occurrences import MILLION, Counts, Rows, What, weights
from handraise.evaluate.past import NO_STAGE, Log
from handraise.evaluate.points import BEFORE_ALL, Points
from handraise.evaluate.steady import is_moving
from handraise.evaluate.timelines import Steps
from handraise.evaluate.values import RELATIVE_TESTS
from handraise.evaluate.views import AccountsView, ChunkFacts, PeopleView, S, Steady, View, at_most
from handraise.facts.chunks import Bools, Instants, Ints
from handraise.model.conditions import (
    AccountDid,
    AttributeTest,
    Condition,
    Did,
    FirstTime,
    HasOpportunity,
    HeldFor,
    Regularly,
    Resumed,
    Stopped,
)
from handraise.model.conditions import (
    Sequence as ActSequence,
)
from handraise.model.fields import Entity, Field
from handraise.model.scores import BehaviourRule
from handraise.model.time import Duration, Micros

_SEEN_AT_CHANGES = (HeldFor, FirstTime, Stopped, Resumed, Regularly, ActSequence, HasOpportunity, AccountDid)
_MANY_POINTS = 500_000
Sums = npt.NDArray[np.float64]
_EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class Grid:
    """Instants, in order and each once, at which `n` subjects are asked."""

    instants: Instants
    n: int

    @property
    def size(self) -> int:
        return self.n * len(self.instants)

    @property
    def points(self) -> Points:
        subject = np.repeat(np.arange(self.n, dtype=np.int32), len(self.instants))
        return Points(subject, self.tiled(self.instants))

    def first(self, at: Instants) -> Rows:
        """The number of the first instant of the grid at or after each; how many there are, for none."""
        return np.searchsorted(self.instants, at, side="left")

    def tiled(self, of_instants: npt.NDArray[S]) -> npt.NDArray[S]:
        """What depends on the instant only, in every cell."""
        return np.tile(of_instants, self.n)

    def counted(self, subject: Ints, first: Rows, last: Rows) -> Counts:
        """How many are there in each cell, of those that are from the `first` instant on and no more at the `last`."""
        begin = subject.astype(np.int64) * len(self.instants)
        change = np.bincount(begin + first, minlength=self.size + 1)
        change -= np.bincount(begin + last, minlength=self.size + 1)
        counts: Counts = np.cumsum(change)[:-1]
        return counts


@dataclass(frozen=True, slots=True)
class Runs:
    """Which of some rows stands in the cells of a grid: `row[i]` (-1: none yet) in the next `length[i]` cells."""

    row: Rows
    length: Rows

    @classmethod
    def of(cls, grid: Grid, subject: Ints, at: Instants) -> Runs:
        """Rows that are sorted by (subject, at) and stand until the next one of their subject."""
        width = len(grid.instants)
        first = grid.first(at)
        row = np.flatnonzero(first < width)
        cell = subject[row].astype(np.int64) * width + first[row]
        last = np.ones(len(cell), dtype=np.bool_)
        last[:-1] = cell[1:] != cell[:-1]
        row, cell = row[last], cell[last]
        begun = np.zeros(grid.n, dtype=np.bool_)
        begun[cell[cell % width == 0] // width] = True
        before = np.flatnonzero(~begun) * width
        cell = np.concatenate([cell, before])
        order = np.argsort(cell, kind="stable")
        row = np.concatenate([row, np.full(len(before), -1)])[order]
        return cls(row, np.diff(np.append(cell[order], grid.size)))

    def spread(self, values: npt.NDArray[S], missing: object) -> npt.NDArray[S]:
        """The value of its row in every cell."""
        return np.repeat(self.taken(values, missing), self.length)

    def taken(self, values: npt.NDArray[S], missing: object) -> npt.NDArray[S]:
        """The value of each run's row."""
        if not len(values):
            return np.full(len(self.row), missing, dtype=values.dtype)
        return np.where(self.row < 0, np.asarray(missing, dtype=values.dtype), values[self.row])


class _Gridded(View):
    """What people and accounts on a grid have in common."""

    grid: Grid
    _runs: dict[Field, Runs]

    def truth(self, condition: Condition) -> Truths:
        known = self._truths.get(condition)
        if known is None:
            known = self._truths[condition] = self._found(condition)
        return known

    def by_instant(self, what: Callable[[Instants], Instants]) -> Instants:
        return self.grid.tiled(what(self.grid.instants))

    def _found(self, condition: Condition) -> Truths:
        if isinstance(self, PeopleView) and asks_account(condition, self.facts):
            return truth_of(condition, self)
        if isinstance(condition, AttributeTest):
            if not isinstance(condition.test, RELATIVE_TESTS):
                return self._value_truth(condition)
            return self._at_changes(condition)
        if isinstance(condition, _SEEN_AT_CHANGES) or (
            isinstance(condition, Did) and condition.distinct is not None
        ):
            return self._at_changes(condition)
        return truth_of(condition, self)

    def _value_truth(self, test: AttributeTest) -> Truths:
        """A test of the latest value, asked of each value once."""
        table = self.compiled.table(test.field, test.test)
        found = self._field_runs(test.field)
        if found is None:
            return np.full(self.size, table[-1], dtype=np.int8)
        steps, runs = found
        return np.repeat(table[runs.taken(steps.code, -1)], runs.length)

    def _find_latest(self, field_: Field) -> tuple[Ints, Bools]:
        found, timeline = self._field_runs(field_), self.facts.timeline(field_)
        if found is None or timeline is None:
            return np.full(self.size, -1, dtype=np.int32), np.zeros(self.size, dtype=np.bool_)
        steps, runs = found
        code = runs.taken(steps.code, -1)
        assumed = (runs.taken(timeline.assumed[steps.row], 0) == 1) & (code >= 0)
        return np.repeat(code, runs.length), np.repeat(assumed, runs.length)

    def _field_runs(self, field_: Field) -> tuple[Steps, Runs] | None:
        steps = self.facts.steps(field_)
        if steps is None:
            return None
        if field_ not in self._runs:
            self._runs[field_] = Runs.of(self.grid, steps.subject, steps.at_instants)
        return steps, self._runs[field_]

    def _at_changes(self, condition: Condition) -> Truths:
        """A verdict asked where it can change; so many points at a time that memory stays bounded."""
        points, length = self._points_of(self._changes(condition))
        parts = [
            self._asked(
                condition, Points(points.subject[i : i + _MANY_POINTS], points.at[i : i + _MANY_POINTS])
            )
            for i in range(0, points.n, _MANY_POINTS)
        ]
        return np.repeat(np.concatenate([np.empty(0, dtype=np.int8), *parts]), length)

    def _points_of(self, changes: Iterable[Changes]) -> tuple[Points, Rows]:
        """The first cell of each subject and those in which something can have changed, and how many cells each stands
        for."""
        width = len(self.grid.instants)
        changed = np.zeros((self.grid.n, width + 1), dtype=np.bool_)  # the last: after the grid
        changed[:, 0] = True
        for subject, at in changes:
            changed[subject, self.grid.first(at)] = True
        subjects, place = np.nonzero(changed[:, :-1])
        cell = subjects * width + place
        length = np.diff(np.append(cell, self.grid.size))
        return Points(subjects.astype(np.int32), self.grid.instants[place]), length

    def _changes(self, condition: Condition) -> Iterable[Changes]:
        raise NotImplementedError

    def _asked(self, condition: Condition, points: Points) -> Truths:
        raise NotImplementedError


class PeopleGrid(_Gridded, PeopleView):
    """The people of a chunk of a reading over time, at the instants of a grid."""

    def __init__(self, facts: ChunkFacts, instants: Instants) -> None:
        grid = Grid(instants, facts.chunk.n_people)
        super().__init__(facts, grid.points)
        self.grid, self._runs = grid, {}
        self._steady: dict[tuple[Condition, ...], Steady | None] = {}

    @cached_property
    def there(self) -> Bools:
        """In which cells the person is somebody."""
        alive = self.chunk.alive
        if alive is None:
            raise RuntimeError("a grid needs a reading over time")
        at = self.grid.instants
        return ((alive.since[:, None] <= at) & (at < alive.until[:, None])).ravel()

    @cached_property
    def held(self) -> Ints:
        steps = self.facts.held_steps
        code = Runs.of(self.grid, steps.subject, steps.at_instants).spread(steps.code, -1)
        return np.where(self.there, code, np.int32(-1))

    @cached_property
    def _accounts(self) -> tuple[Ints, AccountsView]:
        width = len(self.grid.instants)
        cell = self.held * np.int32(width) + self.grid.tiled(np.arange(width, dtype=np.int32))
        return np.where(self.held < 0, np.int32(-1), cell), AccountsGrid(self)

    def n_acts(self, what: What, within: Duration | None, since: Micros | None = None) -> Counts:
        spells = self.while_seen(what, within, since)
        return self.grid.counted(spells.subject, self.grid.first(spells.start), self.grid.first(spells.end))

    def weighed(self, rule: BehaviourRule) -> Counts:
        if rule.distinct is None and rule.half_life is None:
            return at_most(self.n_acts(rule.behaviour, rule.within) * MILLION, rule)
        is_exact = rule.within is None or rule.within.micros is not None
        if rule.distinct is None and is_exact:
            return self._decayed(rule)
        total = np.zeros(self.size, dtype=np.int64)
        self._weigh(rule, np.flatnonzero(self.n_acts(rule.behaviour, rule.within)), total)
        return total

    def _decayed(self, rule: BehaviourRule) -> Counts:
        """Sums of weights from one instant to the next: what was there has aged, some has come, some has gone.

        Such a sum may differ in its last bits from one that is added up act by act, which is the one that counts: where
        that could change its rounding it is added up so.
        """
        assert rule.half_life is not None
        assert rule.half_life.micros is not None
        half_life, width, n = rule.half_life.micros, len(self.grid.instants), self.grid.n
        matched = self.facts.occurrences.of(rule.behaviour)
        first = self.grid.first(self.facts.occurrences.visible(matched))
        last = np.full(len(first), width)
        if rule.within is not None:
            assert rule.within.micros is not None
            last = self.grid.first(matched.at + rule.within.micros)
        counts = first < last
        subject, at, first, last = matched.subject[counts], matched.at[counts], first[counts], last[counts]

        def of_instants(place: Rows, which: Bools | slice) -> Sums:
            weight = weights(at[which], self.grid.instants[place[which]], half_life)
            cell = place[which] * n + subject[which]
            found = np.bincount(cell, weights=weight, minlength=n * width)  # whole numbers, of nothing
            return found.astype(np.float64, copy=False).reshape(width, n)

        sums, gone = of_instants(first, slice(None)), of_instants(last, last < width)
        aged = weights(self.grid.instants[:-1], self.grid.instants[1:], half_life)
        for before, now in pairwise(range(width)):
            sums[now] += sums[before] * aged[before] - gone[now]
        fine = sums.T.ravel() * MILLION
        total = np.rint(fine).astype(np.int64)
        most = int(np.bincount(subject, minlength=1).max(initial=0))
        doubt = (8 * width + most + 200) * _EPSILON * float(fine.max(initial=0.0))
        doubtful = np.abs(fine - np.floor(fine) - 0.5) <= doubt
        total = at_most(total, rule)
        self._weigh(rule, np.flatnonzero(doubtful), total)
        return total

    def _weigh(self, rule: BehaviourRule, cells: Rows, into: Counts) -> None:
        """Add up a rule's acts one by one in some cells."""
        for i in range(0, len(cells), _MANY_POINTS):
            some = cells[i : i + _MANY_POINTS]
            points = Points(self.points.subject[some], self.points.at[some])
            into[some] = PeopleView(self.facts, points).weighed(rule)

    def steady(self, conditions: Sequence[Condition]) -> Steady | None:
        asked = tuple(conditions)
        if asked not in self._steady:
            self._steady[asked] = self._found_steady(asked)
        return self._steady[asked]

    def _found_steady(self, conditions: tuple[Condition, ...]) -> Steady | None:
        if any(is_moving(c, self.compiled.playbook) for c in conditions):
            return None
        points, length = self._points_of(chain.from_iterable(map(self._changes, conditions)))
        return Steady(PeopleView(self.facts, points), length=length)

    def last_firing(self, trigger: str) -> Instants:
        log = self.past.firings.get(trigger, Log.empty())
        return self._last_of(log, trigger == self.past.own, log.at, BEFORE_ALL)

    def stage(self) -> tuple[Instants, Ints]:
        log, just_before = self.past.stages, self.past.stage_just_before
        return (
            self._last_of(log, just_before, log.at, BEFORE_ALL),
            self._last_of(log, just_before, log.code, NO_STAGE),
        )

    def _last_of(self, log: Log, just_before: bool, values: npt.NDArray[S], missing: int) -> npt.NDArray[S]:
        """Of the last of a log, up to each cell, its value; the log is kept by name."""
        runs = Runs.of(self.grid, log.subject, log.at + 1 if just_before else log.at)
        by_name: npt.NDArray[S] = runs.spread(values, missing).reshape(self.grid.n, len(self.grid.instants))
        alive = self.chunk.alive
        return (by_name if alive is None else by_name[alive.same_as]).ravel()

    def _find_latest(self, field_: Field) -> tuple[Ints, Bools]:
        if field_.entity == Entity.ACCOUNT.value:
            return PeopleView._find_latest(self, field_)
        return super()._find_latest(field_)

    def _changes(self, condition: Condition) -> Iterable[Changes]:
        return changes_of(condition, self.facts)

    def _asked(self, condition: Condition, points: Points) -> Truths:
        return PeopleView(self.facts, points).truth(condition)


class AccountsGrid(_Gridded, AccountsView):
    """The accounts of a chunk on the same grid as its people."""

    def __init__(self, people: PeopleGrid) -> None:
        grid = Grid(people.grid.instants, people.chunk.n_accounts + 1)
        super().__init__(people.facts, grid.points, people=people, beside_people=True)
        self.grid, self._runs = grid, {}

    def _changes(self, condition: Condition) -> Iterable[Changes]:
        return changes_of(condition, self.facts, of_accounts=True)

    def _asked(self, condition: Condition, points: Points) -> Truths:
        return AccountsView(self.facts, points, people=self.people).truth(condition)
