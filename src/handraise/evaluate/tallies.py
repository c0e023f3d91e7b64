"""What behaviours are worth to everybody over time: summed up once where it changes, and looked up at any points.

What is only counted is a whole number of points, in steps. Weights of a decayed rule are summed up at each of the rule's
own changes: until the next one all that is there ages alike, so the sum at any instant is the last one, aged since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from handraise.errors import EngineError
from handraise.evaluate.keys import in_order
from handraise.evaluate.occurrences import MILLION, Counts, Rows, weights
from handraise.evaluate.points import Points
from handraise.evaluate.spells import Counted, Diary
from handraise.evaluate.views import ChunkFacts, PeopleView, at_most
from handraise.evaluate.weighing import weighed_each
from handraise.facts.chunks import Bools, Instants, Ints
from handraise.model.scores import BehaviourRule
from handraise.model.time import Micros

MOST_FINE_POINTS = 2**53  # of one rule; a thousand rules of it still add up in 63 bits
Sums = npt.NDArray[np.float64]
# Fewer subjects are faster added up one after the other than together.
_FEW = 16
_EPSILON = float(np.finfo(np.float64).eps)


def earned(rules: Sequence[BehaviourRule], people: PeopleView) -> Counts:
    """Points for behaviours at each point, in millionths of hundredths."""
    if people.ages_in_steps:
        return Earned(rules, people).at_points()
    fine = np.zeros(people.size, dtype=np.int64)
    for rule, millionths in zip(rules, weighed_each(rules, people), strict=True):
        fine += times(millionths, rule)
    return fine


class Earned:
    """Points for behaviours at points of a history, and at later instants up to which nothing but ageing changes them; in
    millionths of hundredths."""

    def __init__(self, rules: Sequence[BehaviourRule], people: PeopleView) -> None:
        self._people, self._facts, self._subject = people, people.facts, people.points.subject
        counted = tuple(rule for rule in rules if rule.half_life is None and rule.distinct is None)
        tally = self._facts.remember(("tally", counted), lambda: Tally.of(counted, people))
        self._fixed = tally.at(people.points)
        self._weighed: list[tuple[BehaviourRule, Weighing, Ints]] = []
        self._others: list[BehaviourRule] = []
        for rule in rules:
            is_exact = rule.within is None or rule.within.micros is not None
            if rule.distinct is None and rule.half_life is not None and is_exact:
                weighing = self._weighing(rule)
                entry = weighing.diary.last_at(self._subject, people.points.at)
                self._weighed.append((rule, weighing, entry.astype(np.int32)))
            elif rule not in counted:
                self._others.append(rule)

    def at_points(self) -> Counts:
        """At each point, aged as a history ages."""
        fine = self._fixed.copy()
        until = np.asarray(self._people.decayed_at)
        for rule, weighing, entry in self._weighed:
            fine += times(self._aged(rule, weighing.at(entry, until), self._people.points), rule)
        for rule in self._others:
            fine += times(self._people.weighed(rule), rule)
        return fine

    def later(self, which: Rows, at: Instants) -> Counts:
        """Of some of the points, each at a later midnight: in any order, and the same point several times."""
        fine = self._fixed[which]
        points = Points(self._subject[which], at)
        for rule, weighing, entry in self._weighed:
            fine += times(self._aged(rule, weighing.at(entry[which], at), points), rule)
        for rule in self._others:
            fine += times(self._added_up(rule, points), rule)
        return fine

    def _aged(self, rule: BehaviourRule, sums: Sums, points: Points) -> Counts:
        """min(sum of weights, at_most) in millionths.

        Such a sum may differ in its last bits from one that is added up act by act, which is the one that counts: where
        that could change its rounding it is added up so.
        """
        fine = sums * MILLION
        total = np.rint(fine).astype(np.int64)
        doubt = (8 * self._weighing(rule).n_most + 200) * _EPSILON * float(fine.max(initial=0.0))
        doubtful = np.flatnonzero(np.abs(fine - np.floor(fine) - 0.5) <= doubt)
        total = at_most(total, rule)
        if len(doubtful):
            total[doubtful] = self._added_up(rule, points.only(doubtful))
        return total

    def _added_up(self, rule: BehaviourRule, points: Points) -> Counts:
        """Act by act, at points in any order."""
        order = in_order(points.subject, points.at)
        found = np.empty(points.n, dtype=np.int64)
        found[order] = PeopleView(self._facts, points.only(order), ages_in_steps=True).weighed(rule)
        return found

    def _weighing(self, rule: BehaviourRule) -> Weighing:
        return self._facts.remember(("weighing", rule), lambda: Weighing.of(rule, self._facts))


def times(millionths: Counts, rule: BehaviourRule) -> Counts:
    """Millionths of occurrences times hundredths of points. Raises `EngineError` before it would overflow."""
    if int(np.maximum.reduce(millionths, initial=0)) * abs(rule.points_hundredths) > MOST_FINE_POINTS:
        raise EngineError(
            f"Rule `{rule.name}` gives somebody more points than can be added up.",
            ("Give it fewer points, or limit it with `at_most`.",),
        )
    return millionths * rule.points_hundredths


@dataclass(frozen=True, slots=True)
class Tally:
    """The points of rules that count, all together: from each entry of the diary on they are `fine`."""

    diary: Diary
    fine: Counts

    @classmethod
    def of(cls, rules: Sequence[BehaviourRule], people: PeopleView) -> Tally:
        subjects, instants, changes = [_no_ints()], [_no_instants()], [_no_instants()]
        for rule in rules:
            steps = people.while_seen(rule.behaviour, rule.within).counted()
            worth = times(at_most(steps.n * MILLION, rule), rule)
            before = np.concatenate([worth[:0], [0], worth[:-1]])[: len(worth)]
            before[_begins(steps.subject)] = 0
            subjects.append(steps.subject)
            instants.append(steps.at)
            changes.append(worth - before)
        total = Counted.summed(np.concatenate(subjects), np.concatenate(instants), np.concatenate(changes))
        return cls(Diary.of(total.subject, total.at), total.n)

    def at(self, points: Points) -> Counts:
        """The points at each point; 0 before the first entry."""
        place = self.diary.last_at(points.subject, points.at)
        if not len(self.fine):
            return np.zeros(points.n, dtype=np.int64)
        return np.where(place >= 0, self.fine[np.maximum(place, 0)], 0)


@dataclass(frozen=True, slots=True)
class Weighing:
    """The sum of weights of a decayed rule at each entry of the diary, and how many entries a subject has at most."""

    diary: Diary
    weight: Sums
    half_life: Micros
    n_most: int

    @classmethod
    def of(cls, rule: BehaviourRule, facts: ChunkFacts) -> Weighing:
        """Of a rule whose window, if it has one, is of fixed length."""
        assert rule.half_life is not None
        assert rule.half_life.micros is not None
        half_life = rule.half_life.micros
        matched = facts.occurrences.of(rule.behaviour)
        seen = facts.occurrences.visible(matched)
        subject, happened, start = matched.subject, matched.at, seen
        if rule.within is not None:
            assert rule.within.micros is not None
            counts = seen < matched.at + rule.within.micros
            subject, happened, start = subject[counts], happened[counts], seen[counts]
            end = happened + rule.within.micros
            sign = np.repeat(np.array([1.0, -1.0]), len(subject))
            subject, happened = np.concatenate([subject, subject]), np.concatenate([happened, happened])
            start = np.concatenate([start, end])
        else:
            sign = np.ones(len(subject))
        order = in_order(subject, start)
        subject, at = subject[order], start[order]
        change = (sign * weights(happened, start, half_life))[order]
        kept = np.ones(len(at), dtype=np.bool_)
        kept[:-1] = (subject[1:] != subject[:-1]) | (at[1:] != at[:-1])
        aged = np.zeros(len(at))
        aged[1:] = weights(at[:-1], at[1:], half_life)
        weight = _running(subject, aged, change)
        n_most = int(np.bincount(subject, minlength=1).max(initial=0))
        return cls(Diary.of(subject[kept], at[kept]), weight[kept], half_life, n_most)

    def at(self, entry: Ints, until: Instants) -> Sums:
        """The sum of each entry (-1: nothing yet), aged until an instant."""
        if not len(self.weight):
            return np.zeros(len(entry))
        is_there, entry = entry >= 0, np.maximum(entry, 0)
        aged = weights(self.diary.at[entry], until, self.half_life)
        return np.where(is_there, np.maximum(self.weight[entry], 0.0) * aged, 0.0)


def _running(subject: Ints, aged: Sums, change: Sums) -> Sums:
    """`sum[i] = sum[i - 1] * aged[i] + change[i]`, of sorted subjects each on its own: all of them take one step at a
    time, until few are left."""
    found = change.copy()
    first = np.flatnonzero(_begins(subject))
    place, end = first + 1, np.append(first, len(subject))[1:]
    while len(place) > _FEW:
        place, end = place[place < end], end[place < end]
        found[place] += found[place - 1] * aged[place]
        place = place + 1
    for begin, last in zip(place.tolist(), end.tolist(), strict=True):
        found[begin:last] = _one(float(found[begin - 1]), aged[begin:last], change[begin:last])
    return found


def _one(so_far: float, aged: Sums, change: Sums) -> list[float]:
    found = []
    for age, more in zip(aged.tolist(), change.tolist(), strict=True):
        so_far = so_far * age + more
        found.append(so_far)
    return found


def _begins(subject: Ints) -> Bools:
    """Where a subject has its first row, of sorted ones."""
    begins = np.ones(len(subject), dtype=np.bool_)
    begins[1:] = subject[1:] != subject[:-1]
    return begins


def _no_ints() -> Ints:
    return np.empty(0, dtype=np.int32)


def _no_instants() -> Rows:
    return np.empty(0, dtype=np.int64)
