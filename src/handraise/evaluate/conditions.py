"""Every condition's truth for a chunk's people, or for its accounts.

One function per kind, dispatched on the kind. A `View` is the subject: `PeopleView` answers for each person
(account facts reach a person through the account held now), `AccountsView` for each account and, in its last
row, for the account of somebody who has none: nothing is known of it. Truths are remembered per view.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import singledispatch

import numpy as np
import numpy.typing as npt

from handraise.evaluate.compiled import Compiled
from handraise.evaluate.deals import DealStates
from handraise.evaluate.kleene import (
    IN,
    OUT,
    UNKNOWN,
    Truths,
    all_of,
    any_of,
    at_least,
    bounded,
    certain,
    constant,
    negation,
)
from handraise.evaluate.occurrences import Counts, Occurrences, count
from handraise.evaluate.timelines import latest
from handraise.facts.chunks import Bools, Chunk, Ints
from handraise.model.activities import is_buyer_act
from handraise.model.conditions import (
    AccountDid,
    AccountPeople,
    All,
    Always,
    Any,
    AtLeast,
    AttributeTest,
    Condition,
    DealOf,
    Did,
    GradeIs,
    GradeIsOpen,
    HasOpportunity,
    InSegment,
    IsMarketingQualified,
    LevelIs,
    Not,
    RankIs,
    Score,
    ScoreIs,
    Silent,
    Times,
)
from handraise.model.fields import Entity, Field
from handraise.model.playbook import SegmentOf
from handraise.model.time import Duration, Micros
from handraise.model.truth import Truth
from handraise.model.value_tests import Comparison


@dataclass(frozen=True, slots=True)
class Scored:
    """What decisions on a score need of it: per person, hundredths and class indices, best class 0.

    `best <= worst` are the best and worst class (grade, level) that unknown facts leave open; `low` and `high`
    the score's range.
    """

    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]
    best: npt.NDArray[np.int8]
    worst: npt.NDArray[np.int8]


@dataclass
class View:
    """A chunk seen from one kind of subject."""

    compiled: Compiled
    chunk: Chunk
    size: int
    _truths: dict[Condition, Truths] = field(default_factory=dict)
    _latest: dict[Field, tuple[Ints, Bools]] = field(default_factory=dict)

    def truth(self, condition: Condition) -> Truths:
        """Truth of the condition for each subject; shape `(size,)`."""
        known = self._truths.get(condition)
        if known is None:
            known = self._truths[condition] = truth_of(condition, self)
        return known

    def start(self, within: Duration | None) -> Micros | None:
        """The excluded start of a trailing window."""
        return None if within is None else within.before(self.compiled.as_of, self.compiled.zone)

    def latest(self, field_: Field) -> tuple[Ints, Bools]:
        """Latest value code and assumed flag of each subject."""
        raise NotImplementedError

    def accounts(self) -> AccountsView:
        raise NotImplementedError


@dataclass
class AccountsView(View):
    """Each account, and last the one of people without an account."""

    people: PeopleView | None = None

    def latest(self, field_: Field) -> tuple[Ints, Bools]:
        if field_ not in self._latest:
            self._latest[field_] = latest(self.chunk.account_fields.get(field_), self.size)
        return self._latest[field_]

    def accounts(self) -> AccountsView:
        return self


@dataclass
class PeopleView(View):
    """Each person of the chunk.

    `scorer` gives the scores when a condition first asks for one (see `evaluate.decide`): a score may rest on the
    other's class, and the reader of the playbook refuses circles.
    """

    scorer: Callable[[Score], Scored] | None = None
    _accounts: AccountsView | None = None
    _occurrences: Occurrences | None = None
    _deals: DealStates | None = None

    @property
    def occurrences(self) -> Occurrences:
        if self._occurrences is None:
            self._occurrences = Occurrences(self.compiled, self.chunk.activities)
        return self._occurrences

    @property
    def deals(self) -> DealStates:
        if self._deals is None:
            self._deals = DealStates(self.chunk.deals)
        return self._deals

    def accounts(self) -> AccountsView:
        if self._accounts is None:
            size = self.chunk.n_accounts + 1
            self._accounts = AccountsView(self.compiled, self.chunk, size, people=self)
        return self._accounts

    def latest(self, field_: Field) -> tuple[Ints, Bools]:
        if field_ not in self._latest:
            if field_.entity == Entity.ACCOUNT.value:
                code, assumed = self.accounts().latest(field_)
                account = self.chunk.person_account
                self._latest[field_] = (code[account], assumed[account])
            else:
                self._latest[field_] = latest(self.chunk.person_fields.get(field_), self.size)
        return self._latest[field_]


def people_view(compiled: Compiled, chunk: Chunk) -> PeopleView:
    return PeopleView(compiled, chunk, chunk.n_people)


@singledispatch
def truth_of(condition: Condition, view: View) -> Truths:
    """Truth of one condition for each subject of the view."""
    raise TypeError(f"no evaluation for {type(condition).__name__}")


@truth_of.register
def _(condition: Always, view: View) -> Truths:
    return constant(Truth.IN, view.size)


@truth_of.register
def _(condition: All, view: View) -> Truths:
    return all_of([view.truth(c) for c in condition.of]) if condition.of else constant(Truth.IN, view.size)


@truth_of.register
def _(condition: Any, view: View) -> Truths:
    return any_of([view.truth(c) for c in condition.of]) if condition.of else constant(Truth.OUT, view.size)


@truth_of.register
def _(condition: Not, view: View) -> Truths:
    return negation(view.truth(condition.of))


@truth_of.register
def _(condition: AtLeast, view: View) -> Truths:
    return at_least(condition.n, [view.truth(c) for c in condition.of])


@truth_of.register
def _(condition: AttributeTest, view: View) -> Truths:
    if condition.field.entity == Entity.ACCOUNT.value and isinstance(view, PeopleView):
        return view.accounts().truth(condition)[view.chunk.person_account]
    return view.compiled.table(condition.field, condition.test)[view.latest(condition.field)[0]]


@truth_of.register
def _(condition: Did, view: View) -> Truths:
    people = _people(view)
    start = people.start(condition.within) if condition.since is None else condition.since - 1
    types = view.compiled.playbook.behaviours[condition.behaviour].activities
    return _counted(did_count(condition, people), condition.times, _covered(people, types, start))


def did_count(condition: Did, people: PeopleView) -> Counts:
    """How often (how many different ones) each person did it in the window."""
    if condition.since is not None:
        matched = people.occurrences.since(condition.behaviour, condition.since, included=True)
    else:
        matched = people.occurrences.since(condition.behaviour, people.start(condition.within))
    if condition.distinct is None:
        return count(matched, people.size)
    last = people.occurrences.last_row_per(matched, people.occurrences.side(matched, condition.distinct))
    return np.bincount(matched.person[last], minlength=people.size)


@truth_of.register
def _(condition: Silent, view: View) -> Truths:
    people = _people(view)
    start = condition.span.before(view.compiled.as_of, view.compiled.zone)
    types = silence_types(condition, view.compiled)
    acted = silence_count(condition, people) > 0
    known_long = people.chunk.person_known_at <= start
    covered = _covered(people, types, start) if types else np.zeros(people.size, dtype=np.bool_)
    possible = known_long & ~acted
    return bounded(possible & covered, possible)


def silence_types(condition: Silent, compiled: Compiled) -> tuple[str, ...]:
    """The activity types that would break the silence: of its behaviours, or all buyer's acts that a source covers."""
    if condition.behaviours:
        named = (compiled.playbook.behaviours[b].activities for b in condition.behaviours)
        return tuple(sorted({t for types in named for t in types}))
    covered = {t for span in compiled.shared.coverage for t in span.activity_types}
    return tuple(sorted(t for t in covered if is_buyer_act(t)))


def silence_count(condition: Silent, people: PeopleView) -> Counts:
    """Acts of each person that break the silence."""
    start = condition.span.before(people.compiled.as_of, people.compiled.zone)
    if condition.behaviours:
        total = np.zeros(people.size, dtype=np.int64)
        for behaviour in condition.behaviours:
            total += count(people.occurrences.since(behaviour, start), people.size)
        return total
    activities = people.chunk.activities
    kinds = people.compiled.shared.kinds
    breaks = np.fromiter((is_buyer_act(k.type) for k in kinds), np.bool_, len(kinds))
    if not len(kinds):
        return np.zeros(people.size, dtype=np.int64)
    rows = np.flatnonzero((activities.at > start) & breaks[activities.kind])
    return np.bincount(activities.person[rows], minlength=people.size)


@truth_of.register
def _(condition: AccountDid, view: View) -> Truths:
    accounts = view.accounts()
    if view is not accounts:
        return accounts.truth(condition)[view.chunk.person_account]
    people = _people(view)
    n = account_did_count(condition, people)
    start = people.start(condition.within) if condition.since is None else condition.since - 1
    types = view.compiled.playbook.behaviours[condition.behaviour].activities
    covered = start is not None and _covers(view.compiled, types, start)
    truths = _counted(n, condition.people, np.full(view.size, covered))
    truths[-1] = OUT
    return truths


def account_did_count(condition: AccountDid, people: PeopleView) -> Counts:
    """People of each account who did it often enough under it; the last entry (no account) is 0."""
    occurrences = people.occurrences
    if condition.since is not None:
        matched = occurrences.since(condition.behaviour, condition.since, included=True)
    else:
        matched = occurrences.since(condition.behaviour, people.start(condition.within))
    account = occurrences.account(matched)
    held = account >= 0
    pair = account[held].astype(np.int64) * people.size + matched.person[held]
    pairs, n = np.unique(pair, return_counts=True)
    enough = pairs[n >= condition.times]
    return np.bincount(enough // max(people.size, 1), minlength=people.chunk.n_accounts + 1)


@truth_of.register
def _(condition: AccountPeople, view: View) -> Truths:
    accounts = view.accounts()
    if view is not accounts:
        return accounts.truth(condition)[view.chunk.person_account]
    people = _people(view)
    who, account = people.truth(condition.who), people.chunk.person_account
    sure = np.bincount(account[(who == IN) & (account >= 0)], minlength=view.size)
    possible = np.bincount(account[(who != OUT) & (account >= 0)], minlength=view.size)
    low, high = condition.people.low, condition.people.high
    surely = (sure >= low) & (possible <= high if high is not None else True)
    possibly = (possible >= low) & (sure <= high if high is not None else True)
    truths = bounded(surely, possibly)
    truths[-1] = OUT
    return truths


@truth_of.register
def _(condition: HasOpportunity, view: View) -> Truths:
    if condition.whose is DealOf.ACCOUNT:
        accounts = view.accounts()
        if view is not accounts:
            return accounts.truth(condition)[view.chunk.person_account]
    states = _people(view).deals
    return certain(states.subjects_with(condition, view.start(condition.within), view.size))


@truth_of.register
def _(condition: GradeIs, view: View) -> Truths:
    return _class_test(_scored(view, Score.FIT), {"ABCD".index(g) for g in condition.grades})


@truth_of.register
def _(condition: GradeIsOpen, view: View) -> Truths:
    fit = _scored(view, Score.FIT)
    return certain(fit.best != fit.worst)


@truth_of.register
def _(condition: LevelIs, view: View) -> Truths:
    return _class_test(_scored(view, Score.ENGAGEMENT), {n - 1 for n in condition.levels})


@truth_of.register
def _(condition: RankIs, view: View) -> Truths:
    return rank_test(condition.ranks, _scored(view, Score.FIT), _scored(view, Score.ENGAGEMENT))


@truth_of.register
def _(condition: IsMarketingQualified, view: View) -> Truths:
    agreed = view.compiled.playbook.marketing_qualified_ranks
    return rank_test(agreed, _scored(view, Score.FIT), _scored(view, Score.ENGAGEMENT))


@truth_of.register
def _(condition: ScoreIs, view: View) -> Truths:
    scored = _scored(view, condition.score)
    at_low = _against(condition.bound, condition.comparison, scored.low)
    at_high = _against(condition.bound, condition.comparison, scored.high)
    return bounded(at_low & at_high, at_low | at_high)


@truth_of.register
def _(condition: InSegment, view: View) -> Truths:
    segment = view.compiled.playbook.segments[condition.segment]
    if segment.of is SegmentOf.PEOPLE:
        return _people(view).truth(segment.when)
    accounts = view.accounts()
    truths = accounts.truth(segment.when)
    return truths if view is accounts else truths[view.chunk.person_account]


CONDITIONS_EVALUATED: tuple[type, ...] = tuple(k for k in truth_of.registry if k is not object)


def rank_test(ranks: tuple[str, ...], fit: Scored, engagement: Scored) -> Truths:
    """IN where every grade and level still possible is agreed, OUT where none is."""
    table = np.array([[f"{g}{n}" in ranks for n in (1, 2, 3, 4)] for g in "ABCD"])
    # Summed-area table: how many agreed cells lie in a rectangle of grades and levels.
    area = np.zeros((5, 5), dtype=np.int64)
    area[1:, 1:] = table.cumsum(0).cumsum(1)
    top, bottom = fit.best.astype(np.int64), fit.worst.astype(np.int64) + 1
    left, right = engagement.best.astype(np.int64), engagement.worst.astype(np.int64) + 1
    agreed = area[bottom, right] - area[top, right] - area[bottom, left] + area[top, left]
    return bounded(agreed == (bottom - top) * (right - left), agreed > 0)


def _class_test(scored: Scored, wanted: set[int]) -> Truths:
    best, worst = scored.best, scored.worst
    inside = np.concatenate(([0], np.cumsum([i in wanted for i in range(4)])))
    n_inside = inside[worst.astype(np.int64) + 1] - inside[best.astype(np.int64)]
    return bounded(n_inside == worst - best + 1, n_inside > 0)


def _counted(n: Counts, times: Times, covered: Bools) -> Truths:
    """A count against its limits. Enough is enough; under an upper limit, only coverage makes it certain."""
    enough = certain(n >= times.low)
    if times.high is None:
        return enough
    return np.where(n > times.high, OUT, np.where(covered, enough, UNKNOWN))


def _covered(people: PeopleView, types: tuple[str, ...], start: Micros | None) -> Bools:
    """Whether the window (start, now] is inside coverage; without a start it begins when the person was known."""
    if start is not None:
        return np.full(people.size, _covers(people.compiled, types, start))
    since = people.compiled.covered_since_all(types)
    if since is None:
        return np.zeros(people.size, dtype=np.bool_)
    return people.chunk.person_known_at >= since


def _covers(compiled: Compiled, types: tuple[str, ...], start: Micros) -> bool:
    """Whether sources know of everything in (start, now]; of a window that has not begun they do."""
    since = compiled.covered_since_all(types)
    return start >= compiled.as_of or (since is not None and since <= start + 1)


def _people(view: View) -> PeopleView:
    if isinstance(view, PeopleView):
        return view
    if isinstance(view, AccountsView) and view.people is not None:
        return view.people
    raise TypeError("this condition asks a person")


def _scored(view: View, score: Score) -> Scored:
    scorer = _people(view).scorer
    if scorer is None:
        raise RuntimeError("this view has no scores")
    return scorer(score)


def _against(bound: Decimal, comparison: Comparison, hundredths: npt.NDArray[np.int64]) -> Bools:
    """Whole hundredths against a bound that may have more decimals."""
    scaled = bound * 100
    if comparison is Comparison.AT_LEAST:
        return np.asarray(hundredths >= math.ceil(scaled))
    if comparison is Comparison.MORE_THAN:
        return np.asarray(hundredths > math.floor(scaled))
    if comparison is Comparison.AT_MOST:
        return np.asarray(hundredths <= math.floor(scaled))
    return np.asarray(hundredths < math.ceil(scaled))
