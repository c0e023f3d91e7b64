"""Every condition's truth at the points of a view: of people, or of accounts. One function per kind."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache, singledispatch

import numpy as np
import numpy.typing as npt

from handraise.evaluate import patterns, rollups
from handraise.evaluate.asked import silence_types, stated_interest, window_start
from handraise.evaluate.kleene import (
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
from handraise.evaluate.occurrences import Counts
from handraise.evaluate.points import BEFORE_ALL
from handraise.evaluate.value_bank import values_of
from handraise.evaluate.values import RELATIVE_TESTS, relative_truth
from handraise.evaluate.views import AccountsView, PeopleView, Scored, View
from handraise.evaluate.windows import covered, covers, person_known_at
from handraise.facts.chunks import Bools
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
    Fired,
    FirstTime,
    GradeIs,
    GradeIsOpen,
    HasOpportunity,
    HasRole,
    HeldFor,
    InSegment,
    InterestedIn,
    IsMarketingQualified,
    LevelIs,
    Not,
    RankIs,
    ReachedStatus,
    Regularly,
    Resumed,
    Score,
    ScoreIs,
    Sequence,
    Silent,
    StageIs,
    Stopped,
    Times,
    TookOffer,
)
from handraise.model.fields import Entity, Field
from handraise.model.playbook import SegmentOf
from handraise.model.time import Duration
from handraise.model.truth import Truth
from handraise.model.value_tests import Comparison, ValueTest

_ACCOUNT = Entity.ACCOUNT.value


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
    known = values_of(view).get(condition)
    if known is not None:
        return known
    if _asks_account(condition.field, view):
        return _through_account(condition, view)
    return value_truth(condition.field, condition.test, view)


def value_truth(field_: Field, test: ValueTest, view: View) -> Truths:
    """Truth of a test of the latest value at each point."""
    code = view.latest(field_)[0]
    if view.points.instant is None and isinstance(test, RELATIVE_TESTS):
        return relative_truth(test, view.compiled.column(field_), code, view.points.at)
    return view.compiled.table(field_, test)[code]


@truth_of.register
def _(condition: HeldFor, view: View) -> Truths:
    if _asks_account(condition.field, view):
        return _through_account(condition, view)
    long = view.held_since(condition.field) <= view.before(condition.span)
    held = np.where(view.latest(condition.field)[0] < 0, UNKNOWN, certain(long == condition.longer))
    if condition.test is None:
        return held
    return np.minimum(value_truth(condition.field, condition.test, view), held)


@truth_of.register
def _(condition: Did, view: View) -> Truths:
    people = _people(view)
    types = view.compiled.playbook.behaviours[condition.behaviour].activities
    n = did_count(condition, people)
    return _counted(n, condition.times, lambda: covered(people, types, window_start(condition, people)))


def did_count(condition: Did, people: PeopleView) -> Counts:
    """How often (how many different ones) each person did it in the window."""
    if condition.distinct is None:
        return people.n_acts(condition.behaviour, condition.within, condition.since)
    matched = people.acts(condition.behaviour, window_start(condition, people))
    occurrences = people.facts.occurrences
    last = occurrences.last_row_per(matched, occurrences.side(matched, condition.distinct))
    return np.bincount(matched.subject[last], minlength=people.size)


@truth_of.register
def _(condition: Silent, view: View) -> Truths:
    people = _people(view)
    start = people.before(condition.span)
    acted = silence_count(condition, people) > 0
    possible = (person_known_at(people) <= start) & ~acted
    return bounded(possible & covered(people, silence_types(condition, view.compiled), start), possible)


def silence_count(condition: Silent, people: PeopleView) -> Counts:
    """Acts of each person that break the silence."""
    return people.n_acts(condition, condition.span)


@truth_of.register
def _(condition: FirstTime, view: View) -> Truths:
    return patterns.first_time(condition, _people(view))


@truth_of.register
def _(condition: Stopped, view: View) -> Truths:
    return patterns.stopped(condition, _people(view))


@truth_of.register
def _(condition: Resumed, view: View) -> Truths:
    return patterns.resumed(condition, _people(view))


@truth_of.register
def _(condition: Regularly, view: View) -> Truths:
    return patterns.regularly(condition, _people(view))


@truth_of.register
def _(condition: Sequence, view: View) -> Truths:
    return patterns.sequence(condition, _people(view))


@truth_of.register
def _(condition: InterestedIn, view: View) -> Truths:
    people, interest = _people(view), view.compiled.playbook.interest
    acted = certain(people.n_acts(condition, interest.within) >= interest.times)
    stated = stated_interest(condition, view.compiled.playbook, view.compiled.catalog)
    return acted if stated is None else np.maximum(acted, view.truth(stated))


@truth_of.register(ReachedStatus)
@truth_of.register(TookOffer)
def _(condition: ReachedStatus | TookOffer, view: View) -> Truths:
    people = _people(view)
    return certain(people.n_acts(condition, condition.within) >= 1)


@truth_of.register
def _(condition: AccountDid, view: View) -> Truths:
    accounts = view.accounts()
    if view is not accounts:
        return _through_account(condition, view)
    types = view.compiled.playbook.behaviours[condition.behaviour].activities

    def known() -> Bools:
        start = window_start(condition, accounts)
        return _never(accounts) if start is None else covers(accounts, types, start)

    truths = _counted(account_did_count(condition, accounts), condition.people, known)
    truths[accounts.nobody] = OUT
    return truths


def account_did_count(condition: AccountDid, accounts: AccountsView) -> Counts:
    """People of each account who did it often enough under it; none of no account."""
    if accounts.points.instant is None:
        return rollups.account_did_count(condition, accounts)
    people = accounts.member_view
    matched = people.acts(condition.behaviour, window_start(condition, people))
    account = people.facts.occurrences.account(matched)
    held = account >= 0
    pair = account[held].astype(np.int64) * people.size + matched.subject[held]
    pairs, n = np.unique(pair, return_counts=True)
    enough = pairs[n >= condition.times]
    return np.bincount(enough // max(people.size, 1), minlength=people.chunk.n_accounts + 1)


@truth_of.register
def _(condition: AccountPeople, view: View) -> Truths:
    accounts = view.accounts()
    if view is not accounts:
        return _through_account(condition, view)
    sure, possible = rollups.member_counts(condition.who, accounts)
    low, high = condition.people.low, condition.people.high
    surely = (sure >= low) & (possible <= high if high is not None else True)
    possibly = (possible >= low) & (sure <= high if high is not None else True)
    truths = bounded(surely, possibly)
    truths[accounts.nobody] = OUT
    return truths


@truth_of.register
def _(condition: HasRole, view: View) -> Truths:
    return view.truth(view.compiled.playbook.buying_group.asked(condition))


@truth_of.register
def _(condition: HasOpportunity, view: View) -> Truths:
    if condition.whose is DealOf.ACCOUNT and view is not view.accounts():
        return _through_account(condition, view)
    deals, instant = view.facts.deals, view.points.instant
    if instant is None:
        return certain(deals.at_points(condition, view.points))
    start = None if condition.within is None else condition.within.before(instant, view.compiled.zone)
    return certain(deals.subjects_with(condition, start, view.size))


@truth_of.register
def _(condition: GradeIs, view: View) -> Truths:
    return _class_test(_scored(view, Score.FIT), frozenset("ABCD".index(g) for g in condition.grades))


@truth_of.register
def _(condition: GradeIsOpen, view: View) -> Truths:
    fit = _scored(view, Score.FIT)
    return certain(fit.best != fit.worst)


@truth_of.register
def _(condition: LevelIs, view: View) -> Truths:
    return _class_test(_scored(view, Score.ENGAGEMENT), frozenset(n - 1 for n in condition.levels))


@truth_of.register
def _(condition: RankIs, view: View) -> Truths:
    return rank_test(condition.ranks, _scored(view, Score.FIT), _scored(view, Score.ENGAGEMENT))


@truth_of.register
def _(condition: IsMarketingQualified, view: View) -> Truths:
    playbook = view.compiled.playbook
    agreed = playbook.marketing_qualified_ranks
    truths = rank_test(agreed, _scored(view, Score.FIT), _scored(view, Score.ENGAGEMENT))
    for key, trigger in playbook.triggers.items():
        if playbook.qualifying_tracks.has(trigger.track_name):
            truths = np.maximum(truths, certain(_fired(key, trigger.stands_for, view)))
    return truths


@truth_of.register
def _(condition: Fired, view: View) -> Truths:
    return any_of([certain(_fired(key, condition.within, view)) for key in condition.triggers])


def _fired(trigger: str, within: Duration | None, view: View) -> Bools:
    people = _people(view)
    last = people.last_firing(trigger)
    start = people.start(within)
    return last > (BEFORE_ALL if start is None else start)


@truth_of.register
def _(condition: StageIs, view: View) -> Truths:
    people = _people(view)
    since, stage = people.stage()
    lifecycle = view.compiled.playbook.lifecycle
    held = np.isin(stage, [lifecycle.index(key) for key in condition.stages])
    if condition.span is not None:
        held &= (since <= people.before(condition.span)) == condition.longer
    return certain(held)


@truth_of.register
def _(condition: ScoreIs, view: View) -> Truths:
    scored = _scored(view, condition.score)
    return bound_test(condition, scored.low, scored.high)


@truth_of.register
def _(condition: InSegment, view: View) -> Truths:
    segment = view.compiled.playbook.segments[condition.segment]
    if segment.of is SegmentOf.PEOPLE:
        return _people(view).truth(segment.when)
    accounts = view.accounts()
    truths = accounts.truth(segment.when)
    return truths if view is accounts else truths[_people(view).account]


def bound_test(bound: ScoreIs, low: npt.NDArray[np.int64], high: npt.NDArray[np.int64]) -> Truths:
    """A score's range, in hundredths, against a bound."""
    at_low = _against(bound.bound, bound.comparison, low)
    at_high = _against(bound.bound, bound.comparison, high)
    return bounded(at_low & at_high, at_low | at_high)


def rank_test(ranks: tuple[str, ...], fit: Scored, engagement: Scored) -> Truths:
    """IN where every grade and level still possible is agreed, OUT where none is."""
    area = _agreed_cells(ranks)
    top, bottom = fit.best.astype(np.int64), fit.worst.astype(np.int64) + 1
    left, right = engagement.best.astype(np.int64), engagement.worst.astype(np.int64) + 1
    agreed = area[bottom, right] - area[top, right] - area[bottom, left] + area[top, left]
    return bounded(agreed == (bottom - top) * (right - left), agreed > 0)


@lru_cache(maxsize=100)
def _agreed_cells(ranks: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Summed-area table: how many agreed cells lie in a rectangle of grades and levels."""
    table = np.array([[f"{g}{n}" in ranks for n in (1, 2, 3, 4)] for g in "ABCD"])
    area = np.zeros((5, 5), dtype=np.int64)
    area[1:, 1:] = table.cumsum(0).cumsum(1)
    return area


@lru_cache(maxsize=100)
def _n_before(classes: frozenset[int]) -> npt.NDArray[np.int64]:
    """How many of these classes come before each."""
    return np.cumsum([0, *(i in classes for i in range(4))])


def _class_test(scored: Scored, wanted: frozenset[int]) -> Truths:
    best, worst = scored.best, scored.worst
    inside = _n_before(wanted)
    n_inside = inside[worst.astype(np.int64) + 1] - inside[best.astype(np.int64)]
    return bounded(n_inside == worst - best + 1, n_inside > 0)


def _counted(n: Counts, times: Times, covered: Callable[[], Bools]) -> Truths:
    """A count against its limits. Enough is enough; under an upper limit, only coverage makes it certain."""
    enough = certain(n >= times.low)
    if times.high is None:
        return enough
    return np.where(n > times.high, OUT, np.where(covered(), enough, UNKNOWN))


def _never(view: View) -> Bools:
    return np.zeros(view.size, dtype=np.bool_)


def _asks_account(field_: Field, view: View) -> bool:
    return field_.entity == _ACCOUNT and isinstance(view, PeopleView)


def _through_account(condition: Condition, view: View) -> Truths:
    """The verdict about the account that each point's person holds."""
    return view.accounts().truth(condition)[_people(view).account]


def _people(view: View) -> PeopleView:
    if isinstance(view, PeopleView):
        return view
    if isinstance(view, AccountsView):
        return view.member_view
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
