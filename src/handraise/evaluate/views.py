"""A chunk seen from a kind of subject, at points: what conditions are asked of.

`PeopleView` answers for people (account facts reach a person through the account held at the point), `AccountsView`
for accounts and, in its last row, for the account of somebody who has none: nothing is known of it. Truths are
remembered per view; what depends only on the chunk is kept in `ChunkFacts` and shared by all its views.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from handraise.evaluate.compiled import Compiled
from handraise.evaluate.deals import DealStates
from handraise.evaluate.decay import Standing
from handraise.evaluate.kleene import Truths
from handraise.evaluate.occurrences import MILLION, Counts, Matched, Occurrences, What, count, weights
from handraise.evaluate.past import NO_PAST, Past
from handraise.evaluate.points import FOREVER, Points, starts
from handraise.evaluate.spells import Spells, in_window, last_at
from handraise.evaluate.timelines import HeldSteps, Steps, latest
from handraise.facts.chunks import Bools, Chunk, Instants, Ints, Timeline
from handraise.model.conditions import Condition, Score
from handraise.model.fields import Entity, Field
from handraise.model.scores import BehaviourRule
from handraise.model.time import Duration, Micros
from handraise.playbook.dependencies import rests_on_facts

T = TypeVar("T")
S = TypeVar("S", bound=np.generic)


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
class ChunkFacts:
    """What all views of one chunk share, and what was decided earlier (`past`), as they read it. `calibrated_at` are
    the instants at which limits of classes change. `engagement_standing` tells over time on which side of all that is asked
    the engagement score lies (`decay`)."""

    compiled: Compiled
    chunk: Chunk
    past: Past = NO_PAST
    calibrated_at: Instants = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    engagement_standing: Callable[[ChunkFacts, Points], Standing] | None = None
    _remembered: dict[Hashable, Any] = field(default_factory=dict)
    _of_past: dict[Hashable, Any] = field(default_factory=dict)

    def reading(self, past: Past) -> ChunkFacts:
        """The same facts beside another past."""
        shared = self.calibrated_at, self.engagement_standing, self._remembered
        return ChunkFacts(self.compiled, self.chunk, past, *shared)

    def remember(self, name: Hashable, make: Callable[[], T], *, of_past: bool = False) -> T:
        """What `make` gives, made once for the chunk; `of_past`: once for each past."""
        memory = self._of_past if of_past else self._remembered
        if name not in memory:
            memory[name] = make()
        found: T = memory[name]
        return found

    @property
    def occurrences(self) -> Occurrences:
        return self.remember("occurrences", lambda: Occurrences(self.compiled, self.chunk.activities))

    @property
    def deals(self) -> DealStates:
        return self.remember("deals", lambda: DealStates(self.chunk.deals, self.compiled.zone))

    @property
    def held_steps(self) -> HeldSteps:
        """The account held over time, of the chunk's people. Only where the chunk says so (`Chunk.held`)."""
        held = self.chunk.held
        if held is None:
            raise RuntimeError("this chunk knows its people's accounts at one instant only")
        return self.remember("held", lambda: HeldSteps.of(held))

    def timeline(self, field_: Field) -> Timeline | None:
        is_account = field_.entity == Entity.ACCOUNT.value
        return (self.chunk.account_fields if is_account else self.chunk.person_fields).get(field_)

    def steps(self, field_: Field) -> Steps | None:
        """The field over time, of people or of accounts."""
        timeline = self.timeline(field_)
        return None if timeline is None else self.remember(("steps", field_), lambda: Steps(timeline))


@cache
def _truth_of() -> Callable[[Condition, View], Truths]:
    """The evaluation of conditions, which reads views itself."""
    from handraise.evaluate.conditions import truth_of

    return truth_of


@dataclass
class View:
    """One kind of subject at points."""

    facts: ChunkFacts
    points: Points
    _truths: dict[Condition, Truths] = field(default_factory=dict)
    _latest: dict[Field, tuple[Ints, Bools]] = field(default_factory=dict)
    _made: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def compiled(self) -> Compiled:
        return self.facts.compiled

    @property
    def chunk(self) -> Chunk:
        return self.facts.chunk

    @property
    def past(self) -> Past:
        return self.facts.past

    @property
    def size(self) -> int:
        return self.points.n

    @property
    def now(self) -> Micros | Instants:
        """The instant of each point, or of all."""
        return self.points.at if self.points.instant is None else self.points.instant

    def truth(self, condition: Condition) -> Truths:
        """Truth of the condition at each point; shape `(size,)`."""
        known = self._truths.get(condition)
        if known is None:
            known = self._truths[condition] = _truth_of()(condition, self)
        return known

    def made(self, name: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives of all points, made once."""
        if name not in self._made:
            self._made[name] = make()
        found: T = self._made[name]
        return found

    def by_instant(self, what: Callable[[Instants], Instants]) -> Instants:
        """What depends on nothing but the instants: of each point, or the one of all."""
        return what(np.asarray(self.now))

    def before(self, span: Duration) -> Micros | Instants:
        """One duration before each point."""
        if self.points.instant is not None:
            return span.before(self.points.instant, self.compiled.zone)
        return self.by_instant(lambda at: starts(span, at, self.compiled.zone))

    def start(self, within: Duration | None) -> Micros | Instants | None:
        """The excluded start of a trailing window."""
        return None if within is None else self.before(within)

    def latest(self, field_: Field) -> tuple[Ints, Bools]:
        """Latest value code and assumed flag at each point."""
        if field_ not in self._latest:
            self._latest[field_] = self._find_latest(field_)
        return self._latest[field_]

    def _find_latest(self, field_: Field) -> tuple[Ints, Bools]:
        timeline = self.facts.timeline(field_)
        if self.points.instant is not None:
            return latest(timeline, self.size)
        steps = self.facts.steps(field_)
        if timeline is None or steps is None:
            return latest(None, self.size)
        place = steps.place(self.points.subject, self.points.at)
        code = Steps.taken(steps.code, place)
        assumed = (timeline.assumed[steps.row[np.maximum(place, 0)]] == 1) & (code >= 0)
        return code, assumed

    def held_since(self, field_: Field) -> Instants:
        """Since when the value at each point is the current one, as seen; meaningless where there is none."""
        steps = self.facts.steps(field_)
        if steps is None or not len(steps.since):
            return np.zeros(self.size, dtype=np.int64)
        return steps.since[np.maximum(steps.place(self.points.subject, self.points.at), 0)]

    def accounts(self) -> AccountsView:
        raise NotImplementedError


@dataclass
class AccountsView(View):
    """Accounts, and last the one of people without an account. `beside_people`: the people are asked at the same
    instants, and their `account` leads here."""

    people: PeopleView | None = None
    beside_people: bool = False

    def accounts(self) -> AccountsView:
        return self

    @property
    def nobody(self) -> slice:
        """The points of the account of people without one."""
        return slice(int(np.searchsorted(self.points.subject, self.chunk.n_accounts)), None)

    @property
    def member_view(self) -> PeopleView:
        """The people through whom the accounts are seen."""
        if self.people is None:
            raise TypeError("this condition asks a person")
        return self.people


@dataclass
class PeopleView(View):
    """People.

    `scorer` gives the scores when a condition first asks for one (see `evaluate.decide`): a score may rest on the
    other's class, and the reader of the playbook refuses circles. `scoring` gives a view its scorer. `ages_in_steps`:
    between the change points of the score occurrences do not age, as in a history (meaning 10, `ageing`).
    """

    scorer: Callable[[Score], Scored] | None = None
    scoring: Callable[[PeopleView], object] | None = None
    ages_in_steps: bool = False

    def at(self, points: Points) -> PeopleView:
        """The same people at other points; scores are asked for there anew."""
        return self.reading(self.facts, points)

    def reading(self, facts: ChunkFacts, points: Points) -> PeopleView:
        """The same at other points, beside another past."""
        people = PeopleView(facts, points, scoring=self.scoring, ages_in_steps=self.ages_in_steps)
        if self.scoring is not None:
            self.scoring(people)
        return people

    def let_go(self) -> None:
        """Ends the circles of views that lead to each other, so that what they remember is freed at once and not when
        garbage is next collected. The view is of no use any more."""
        self.scorer = None
        self.__dict__.pop("_accounts", None)

    @property
    def decayed_at(self) -> Micros | Instants:
        """The instant up to which occurrences have aged at each point."""
        if not self.ages_in_steps:
            return self.now
        from handraise.evaluate.ageing import aged_until

        return self.made("decayed_at", lambda: aged_until(self))

    @property
    def names(self) -> Ints:
        """Whose name each point's person bears: the first life of it in the chunk."""
        alive = self.chunk.alive
        return self.points.subject if alive is None else alive.same_as[self.points.subject]

    def acts(self, what: What, start: Micros | Instants | None) -> Matched:
        """What each point's person did after `start`."""
        return self.facts.occurrences.since(what, self.points, start)

    def n_acts(self, what: What, within: Duration | None, since: Micros | None = None) -> Counts:
        """How often each point's person did it in a trailing window, or `since` an instant, which counts too."""
        if self.ages_in_steps:
            steps = self.facts.remember(
                ("acts", what, within, since), lambda: self.while_seen(what, within, since).counted()
            )
            return steps.look_up(self.points.subject, self.points.at)
        start = self.start(within) if since is None else since - 1
        return count(self.acts(what, start), self.size)

    def while_seen(self, what: What, within: Duration | None, since: Micros | None = None) -> Spells:
        """While each act is in a trailing window, or counts since an instant."""
        matched = self.facts.occurrences.of(what)
        if since is not None:
            matched = matched.only(matched.at >= since)
        seen, ever = self.facts.occurrences.visible(matched), np.full(len(matched.at), FOREVER)
        return in_window(matched.subject, seen, ever, matched.at, within, self.compiled.zone)

    def weighed(self, rule: BehaviourRule) -> Counts:
        """min(sum of weights, at_most) of a behaviour rule at each point, in millionths."""
        matched = self.weighed_acts(rule)
        subject = matched.subject
        half_life = None if rule.half_life is None else rule.half_life.micros
        if half_life is None:
            total = np.bincount(subject, minlength=self.size).astype(np.int64) * MILLION
        else:
            now = self.decayed_at
            weight = weights(matched.at, np.asarray(now)[subject] if np.ndim(now) else now, half_life)
            sums = np.bincount(subject, weights=weight, minlength=self.size)
            total = np.rint(sums * MILLION).astype(np.int64)
        return at_most(total, rule)

    def weighed_acts(self, rule: BehaviourRule) -> Matched:
        """The occurrences that a behaviour rule weighs at each point."""
        matched = self.acts(rule.behaviour, self.start(rule.within))
        if rule.distinct is None:
            return matched
        occurrences = self.facts.occurrences
        return matched.only(occurrences.last_row_per(matched, occurrences.side(matched, rule.distinct)))

    def steady(self, conditions: Sequence[Condition]) -> Steady | None:
        """Fewer points at which to ask for something that changes only with these conditions; `None` where all points
        must be asked."""
        if self.points.instant is not None or self.chunk.alive is None:
            return None
        from handraise.evaluate.steady import steady_people

        asked = tuple(conditions)
        playbook = self.compiled.playbook
        reads_past = self.facts.remember(
            ("reads past", asked), lambda: not all(rests_on_facts(playbook, c) for c in asked)
        )
        people = self.facts.remember(
            ("steady", asked), lambda: steady_people(asked, self.facts), of_past=reads_past
        )
        if people is None or people is self:
            return None
        points = people.points
        place = last_at(points.subject, points.at, self.points.subject, self.points.at)
        return None if (place < 0).any() else Steady(people, place=place)

    def last_firing(self, trigger: str) -> Instants:
        """When the trigger last fired for each point's person; `BEFORE_ALL` for never."""
        return self.past.last_firing(trigger, self.names, self.points.at)

    def stage(self) -> tuple[Instants, Ints]:
        """(since when, which stage) of each point's person; `BEFORE_ALL` and -1 where none was entered."""
        return self.past.stage(self.names, self.points.at)

    def _find_latest(self, field_: Field) -> tuple[Ints, Bools]:
        if field_.entity != Entity.ACCOUNT.value:
            return super()._find_latest(field_)
        code, assumed = self.accounts().latest(field_)
        return code[self.account], assumed[self.account]

    def held_since(self, field_: Field) -> Instants:
        if field_.entity != Entity.ACCOUNT.value:
            return super().held_since(field_)
        return self.accounts().held_since(field_)[self.account]

    @cached_property
    def held(self) -> Ints:
        """The account that each point's person holds then, by its number in the chunk; -1 for none."""
        chunk = self.chunk
        if self.points.instant is not None:
            return chunk.person_account
        if chunk.held is None:
            return chunk.person_account[self.points.subject]
        return self.facts.held_steps.at(self.points.subject, self.points.at)

    @cached_property
    def account(self) -> Ints:
        """The row of `accounts()` that each point's account facts are in; -1, the last one, for none."""
        return self._accounts[0]

    def accounts(self) -> AccountsView:
        return self._accounts[1]

    @cached_property
    def _accounts(self) -> tuple[Ints, AccountsView]:
        n_accounts = self.chunk.n_accounts
        if self.points.instant is not None:
            points = Points.everybody(n_accounts + 1, self.points.instant)
            return self.held, AccountsView(self.facts, points, people=self, beside_people=True)
        has = self.held >= 0
        distinct = Points.of(self.held[has], self.points.at[has])
        stride = len(instants := np.unique(distinct.at)) + 1
        keys = distinct.subject.astype(np.int64) * stride + np.searchsorted(instants, distinct.at)
        asked = self.held[has].astype(np.int64) * stride + np.searchsorted(instants, self.points.at[has])
        row = np.full(self.size, -1, dtype=np.int32)
        row[has] = np.searchsorted(keys, asked)
        nobody = Points(
            np.append(distinct.subject, np.int32(n_accounts)), np.append(distinct.at, np.int64(0))
        )
        return row, AccountsView(self.facts, nobody, people=self)


@dataclass(frozen=True, slots=True)
class Steady:
    """Those points at which something can change, and for how many points of a view each then stands (`length`), or which
    of them stands at each point of the view (`place`)."""

    people: PeopleView
    length: npt.NDArray[np.int64] | None = None
    place: npt.NDArray[np.int64] | None = None

    def spread(self, values: npt.NDArray[S]) -> npt.NDArray[S]:
        """What was found there, at every point of the view."""
        return values[self.place] if self.length is None else np.repeat(values, self.length, axis=0)


def at_most(millionths: Counts, rule: BehaviourRule) -> Counts:
    """A rule's sum of weights within its limit."""
    return millionths if rule.at_most is None else np.minimum(millionths, rule.at_most * MILLION)


def people_view(compiled: Compiled, chunk: Chunk, past: Past = NO_PAST) -> PeopleView:
    """Everybody of the chunk at the reading's instant."""
    return PeopleView(ChunkFacts(compiled, chunk, past), Points.everybody(chunk.n_people, compiled.as_of))
