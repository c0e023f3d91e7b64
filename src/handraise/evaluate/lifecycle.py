"""The lifecycle over time: everybody's stages, in rounds of one step each (meaning 12; the order of things at an
instant is that of `model.lifecycle`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from handraise.evaluate.changes import person_changes, truth_at
from handraise.evaluate.kleene import IN
from handraise.evaluate.members import since_when, until_when
from handraise.evaluate.past import Log
from handraise.evaluate.points import BEFORE_ALL, FOREVER
from handraise.evaluate.spells import Spells
from handraise.evaluate.triggers import by_name
from handraise.evaluate.views import ChunkFacts, PeopleView
from handraise.facts.chunks import Bools, Instants, Ints
from handraise.model.lifecycle import Lifecycle, Stage
from handraise.model.time import Micros, local_midnight, parse_instant

Rows = npt.NDArray[np.int64]

BY_RULE, BY_ACT, PASSED_BACK = 0, 1, 2
WAYS: tuple[str, ...] = ("rule", "act", "passed_back")
"""How a stage was entered, by its code."""

_NO_KIND = -1


@dataclass(frozen=True, slots=True)
class Entries:
    """`name[i]` entered `stage[i]` at `at[i]`, in the way of `by[i]`; sorted by name and as entered. `kind[i]` is the
    kind of the act that passed them back (-1: none), `return_at[i]` when the return date comes (`FOREVER`: none)."""

    name: Ints
    at: Instants
    stage: Ints
    by: Ints
    kind: Ints
    return_at: Instants

    @property
    def log(self) -> Log:
        return Log(self.name, self.at, self.stage)


@dataclass(frozen=True, slots=True)
class Acts:
    """Recorded acts that move people, by name and by the instant at which they do: the stage that each leads to, or
    one number beyond the stages for those that pass back; and for these the kind, the return instant and whether
    it is the one that says so."""

    name: Ints
    at: Instants
    leads_to: Ints
    kind: Ints
    return_at: Instants


def stage_states(lifecycle: Lifecycle, people: PeopleView, n_told: int) -> list[Spells | None]:
    """While the condition of each stage is true, by name; `None` of a stage without one."""
    return [None if s.when is None else _state(s, people, n_told) for s in lifecycle.stages]


def _state(stage: Stage, people: PeopleView, n_told: int) -> Spells:
    assert stage.when is not None
    points = person_changes(stage.when, people.facts)
    points = points.only(points.subject < n_told)
    return by_name(points, truth_at(stage.when, people, points) == IN, people.facts)


def recorded_acts(lifecycle: Lifecycle, facts: ChunkFacts, n_told: int) -> Acts:
    """Each act once: where it is first seen of somebody."""
    parts = [(i, _moves(stage.on, facts, n_told)) for i, stage in enumerate(lifecycle.stages) if stage.on]
    back = lifecycle.passed_back
    if back is not None:
        parts.append((len(lifecycle.stages), _moves(back.on, facts, n_told)))
    empty = np.empty(0, dtype=np.int64)
    columns = [np.concatenate([empty, *(column[k] for _, column in parts)]) for k in range(4)]
    leads_to = np.concatenate([empty, *(np.full(len(c[0]), i, np.int64) for i, c in parts)])
    name, at, happened_at, kind = columns
    told = _told_by_kind(lifecycle, facts)
    # Of several that pass back at one instant the one that happened last speaks; then the last by what it says.
    order = np.lexsort((told.rank[kind], happened_at, at, name))
    kind = kind[order]
    return Acts(
        name[order].astype(np.int32),
        at[order],
        leads_to[order].astype(np.int32),
        kind.astype(np.int32),
        told.return_at[kind],
    )


def _moves(
    behaviours: Sequence[str], facts: ChunkFacts, n_told: int
) -> tuple[Rows, Instants, Instants, Rows]:
    """(name, when it moves them, when it happened, kind) of every act of these behaviours."""
    since, until, alive = since_when(facts), until_when(facts), facts.chunk.alive
    activities = facts.chunk.activities
    rows = np.unique(
        np.concatenate([np.empty(0, dtype=np.int64), *(facts.occurrences.of(b).rows for b in behaviours)])
    )
    life = activities.person[rows]
    at = np.maximum(activities.visible[rows], since[life])
    moves = (at < until[life]) & (life < n_told)
    if activities.fresh is not None:
        moves &= activities.fresh[rows]
    rows, life, at = rows[moves], life[moves], at[moves]
    name = life if alive is None else alive.same_as[life]
    return name.astype(np.int64), at, activities.at[rows], activities.kind[rows].astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Told:
    """By kind of activity: the return instant that it names (`FOREVER`: none), and the place of what it says."""

    return_at: Instants
    rank: Rows


def _told_by_kind(lifecycle: Lifecycle, facts: ChunkFacts) -> _Told:
    kinds, back = facts.compiled.shared.kinds, lifecycle.passed_back
    if back is None:
        return _Told(np.full(len(kinds), FOREVER), np.zeros(len(kinds), dtype=np.int64))
    zone = facts.compiled.zone
    said = [(k.properties.get(back.reason) or "", k.properties.get(back.return_on) or "") for k in kinds]
    place = {pair: i for i, pair in enumerate(sorted(set(said)))}
    return _Told(
        np.array([return_instant(k.properties.get(back.return_on), zone) for k in kinds], dtype=np.int64),
        np.array([place[pair] for pair in said], dtype=np.int64),
    )


def return_instant(text: str | None, zone: str) -> Micros:
    """When a return date comes: an instant, or a date at its 00:00 in the zone; `FOREVER` for what cannot be read."""
    if text is None:
        return FOREVER
    try:
        instant = parse_instant(text)
    except ValueError:
        return FOREVER
    written = text.strip()
    return local_midnight(date.fromisoformat(written), zone) if len(written) == 10 else instant


class _Stretches:
    """Stretches of one stage's condition, for the question when it is next true."""

    def __init__(self, spells: Spells) -> None:
        order = np.lexsort((spells.start, spells.subject))
        self.subject, self.start, self.end = (a[order] for a in (spells.subject, spells.start, spells.end))
        self._ends, rank = np.unique(self.end, return_inverse=True)
        self._stride = len(self._ends) + 1
        self._keys = self.subject.astype(np.int64) * self._stride + rank

    def _place(self, name: Ints, at: Instants) -> tuple[Rows, Bools]:
        """The first stretch of each name that ends after `at`, and whether there is one."""
        asked = name.astype(np.int64) * self._stride + np.searchsorted(self._ends, at, side="right")
        place = np.searchsorted(self._keys, asked, side="left")
        mine = np.append(self.subject, -1)[place] == name
        return np.where(mine, place, 0), mine

    def next_true(self, name: Ints, at: Instants) -> Instants:
        """The first instant from `at` on at which it is true; `FOREVER` for none."""
        if not len(self.subject):
            return np.full(len(name), FOREVER)
        place, mine = self._place(name, at)
        return np.where(mine, np.maximum(self.start[place], at), FOREVER)

    def until(self, name: Ints, at: Instants) -> Instants:
        """Where the stretch that holds `at` ends; `BEFORE_ALL` where it is not true."""
        if not len(self.subject):
            return np.full(len(name), BEFORE_ALL)
        place, mine = self._place(name, at)
        return np.where(mine & (self.start[place] <= at), self.end[place], BEFORE_ALL)


def replayed(
    lifecycle: Lifecycle, states: Sequence[Spells | None], acts: Acts, n_names: int, until: Micros
) -> Entries:
    """Everybody's stages up to an instant. In each round everybody who has one takes the next step: the next instant at which an act is
    recorded or a later stage, if it is armed, becomes true."""
    return _Replay(lifecycle, states, acts, n_names, until).run()


class _Replay:
    def __init__(
        self, lifecycle: Lifecycle, states: Sequence[Spells | None], acts: Acts, n_names: int, until: Micros
    ) -> None:
        self._lifecycle, self._acts, self._until = lifecycle, acts, until
        self._states = [None if s is None else _Stretches(s) for s in states]
        n = len(lifecycle.stages)
        self._n_stages = n
        self._present = np.full(n_names, -1, dtype=np.int32)
        self._armed_at = np.full((n, n_names), BEFORE_ALL, dtype=np.int64)
        self._act = np.searchsorted(acts.name, np.arange(n_names), side="left")
        self._end = np.searchsorted(acts.name, np.arange(n_names), side="right")
        self._entered: list[tuple[Ints, Instants, Ints, Ints, Ints, Instants]] = []

    def run(self) -> Entries:
        names = self._who_may_move()
        last = np.full(len(names), BEFORE_ALL, dtype=np.int64)
        while len(names):
            at = self._next(names, last)
            there = at <= self._until
            names, at = names[there], at[there]
            self._step(names, at)
            last = at
        return self._entries()

    def _who_may_move(self) -> Ints:
        moved = [self._acts.name, *(s.subject for s in self._states if s is not None)]
        return np.unique(np.concatenate([np.empty(0, dtype=np.int32), *moved])).astype(np.int32)

    def _next(self, names: Ints, last: Instants) -> Instants:
        following = self._act[names]
        at = np.where(following < self._end[names], np.append(self._acts.at, FOREVER)[following], FOREVER)
        for i, state in enumerate(self._states):
            if state is None:
                continue
            later = np.flatnonzero(self._present[names] < i)
            if len(later):
                some = names[later]
                since = np.maximum(self._armed_at[i, some], last[later] + 1)
                at[later] = np.minimum(at[later], state.next_true(some, since))
        return at

    def _step(self, names: Ints, at: Instants) -> None:
        """Acts in the order of the stages, passing back, rules in the order of the stages."""
        self._apply_acts(names, at)
        for i, state in enumerate(self._states):
            if state is None:
                continue
            may = (self._present[names] < i) & (self._armed_at[i, names] <= at)
            may[may] = state.until(names[may], at[may]) > at[may]
            self._enter(names[may], at[may], i, BY_RULE)

    def _apply_acts(self, names: Ints, at: Instants) -> None:
        first = self._act[names]
        acting = np.flatnonzero((first < self._end[names]) & (np.append(self._acts.at, FOREVER)[first] == at))
        if not len(acting):
            return
        names, at, first = names[acting], at[acting], first[acting]
        n = len(self._lifecycle.stages) + 1
        row_of = np.full((n, len(names)), -1, dtype=np.int64)
        row, left = first.copy(), np.arange(len(names))
        while len(left):  # one more act of the instant at a time; the last to pass back speaks
            row_of[self._acts.leads_to[row[left]], left] = row[left]
            row[left] += 1
            more = (row[left] < self._end[names[left]]) & (
                np.append(self._acts.at, FOREVER)[row[left]] == at[left]
            )
            left = left[more]
        self._act[names] = row
        for i in range(self._n_stages):
            who = (row_of[i] >= 0) & (self._present[names] != i)
            self._enter(names[who], at[who], i, BY_ACT)
        back = row_of[self._n_stages]
        who = back >= 0
        if who.any():
            self._pass_back(names[who], at[who], back[who])

    def _pass_back(self, names: Ints, at: Instants, act: Rows) -> None:
        assert self._lifecycle.passed_back is not None
        to = self._lifecycle.index(self._lifecycle.passed_back.to)
        return_at = self._acts.return_at[act]
        return_at = np.where(return_at < FOREVER, np.maximum(return_at, at + 1), FOREVER)
        self._enter(names, at, to, PASSED_BACK, self._acts.kind[act], return_at)
        for i in range(to + 1, self._n_stages):
            state = self._states[i]
            if state is not None:
                end = state.until(names, at)
                true = end > at
                self._armed_at[i, names[true]] = np.minimum(end, return_at)[true]

    def _enter(
        self,
        names: Ints,
        at: Instants,
        stage: int,
        by: int,
        kind: Ints | None = None,
        return_at: Instants | None = None,
    ) -> None:
        if not len(names):
            return
        n = len(names)
        self._present[names] = stage
        self._entered.append(
            (
                names,
                at,
                np.full(n, stage, dtype=np.int32),
                np.full(n, by, dtype=np.int32),
                np.full(n, _NO_KIND, dtype=np.int32) if kind is None else kind,
                np.full(n, FOREVER) if return_at is None else return_at,
            )
        )

    def _entries(self) -> Entries:
        """As entered; a stage that is entered twice at an instant counts once, the last way in."""
        ints, instants = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64)
        empty = (ints, instants, ints, ints, ints, instants)
        name, at, stage, by, kind, return_at = (
            np.concatenate([none, *(part[k] for part in self._entered)]) for k, none in enumerate(empty)
        )
        turn = np.arange(len(name))
        order = np.lexsort((turn, stage, at, name))
        last = np.ones(len(order), dtype=np.bool_)
        a, b = order[:-1], order[1:]
        last[:-1] = (name[a] != name[b]) | (at[a] != at[b]) | (stage[a] != stage[b])
        kept = order[last]
        kept = kept[np.lexsort((kept, at[kept], name[kept]))]
        return Entries(name[kept], at[kept], stage[kept], by[kept], kind[kept], return_at[kept])
