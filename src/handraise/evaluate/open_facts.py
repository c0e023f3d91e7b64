"""What would settle it: the facts that open tests wait for (meaning 8), as bit sets per person.

A test is open for a verdict when it is unknown and every condition above it is unknown too. Walking a
condition from the top with the set of people for whom everything above is unknown finds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, singledispatch

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from handraise.evaluate.asked import stated_interest
from handraise.evaluate.coded import TEXTS, Coded, plain
from handraise.evaluate.kleene import UNKNOWN, some
from handraise.evaluate.views import AccountsView, PeopleView, View
from handraise.facts.chunks import Bools, Ints
from handraise.model.conditions import (
    AccountPeople,
    AttributeTest,
    Condition,
    GradeIs,
    HasRole,
    HeldFor,
    InSegment,
    InterestedIn,
    IsMarketingQualified,
    LevelIs,
    RankIs,
    Score,
    ScoreIs,
    children,
)
from handraise.model.fields import Field
from handraise.model.playbook import SegmentOf
from handraise.model.scores import ConditionRule

_WORD = 64
# So many rows are looked at one by one.
_FEW = 100
Rows = npt.NDArray[np.int64]


class BitSets:
    """For each subject a set of names, out of `names`; shape `(size, words)` of uint64."""

    def __init__(self, names: Sequence[str], size: int) -> None:
        self.names = tuple(names)
        self._bits = _bits_by_name(self.names)
        self.bits = np.zeros((size, max(1, -(-len(self.names) // _WORD))), dtype=np.uint64)

    def add(self, name: str, where: Bools) -> None:
        if some(where):
            word, bit = self._bits[name]
            of_word = self.bits[:, word]
            np.bitwise_or(of_word, bit, out=of_word, where=where)

    def union(self, other: npt.NDArray[np.uint64], where: Bools) -> None:
        self.bits[where] |= other[where]

    def lists(self, rows: slice | Rows) -> Coded:
        """The sets of some subjects as sorted lists of names; few distinct sets make it cheap."""
        bits_of = self.bits[rows]
        code, distinct = _few_distinct(bits_of) if len(bits_of) <= _FEW else _distinct(bits_of)
        return Coded(code, [self._named(bits) for bits in distinct], TEXTS)

    def names_of(self, subject: int) -> tuple[str, ...]:
        """The set of one subject, sorted."""
        whole = _whole(self.bits[subject].tolist())
        return tuple(self._named(whole)) if whole else ()

    def as_lists(self, rows: slice | Rows) -> pa.Array:
        """The same as `lists`, as an Arrow array."""
        return plain(self.lists(rows).arrow())

    def _named(self, bits: int) -> list[str]:
        return [name for i, name in enumerate(self.names) if bits >> i & 1] if bits else []


@lru_cache(maxsize=100)
def _bits_by_name(names: tuple[str, ...]) -> dict[str, tuple[int, np.uint64]]:
    """In which word each name is, and its bit there."""
    return {name: (i // _WORD, np.uint64(1 << i % _WORD)) for i, name in enumerate(names)}


def _whole(words: Sequence[int]) -> int:
    """The bits of several words as one number."""
    whole = 0
    for word in reversed(words):
        whole = whole << _WORD | word
    return whole


def _few_distinct(bits: npt.NDArray[np.uint64]) -> tuple[Ints, list[int]]:
    """The number of each row's set, and the sets: row by row."""
    place: dict[int, int] = {}
    code = [place.setdefault(_whole(words), len(place)) for words in bits.tolist()]
    return np.array(code, dtype=np.int32), list(place)


def _distinct(bits: npt.NDArray[np.uint64]) -> tuple[Ints, list[int]]:
    """The same for many rows."""
    code = np.zeros(len(bits), dtype=np.int64)
    distinct: list[int] = [0]
    for word in range(bits.shape[1]):
        values = pa.array(bits[:, word]).dictionary_encode()
        pairs = pa.array(code * len(values.dictionary) + values.indices.to_numpy()).dictionary_encode()
        words = values.dictionary.to_pylist()
        distinct = [
            distinct[pair // len(words)] | words[pair % len(words)] << word * _WORD
            for pair in pairs.dictionary.to_pylist()
        ]
        code = pairs.indices.to_numpy().astype(np.int64)
    return code.astype(np.int32), distinct


class OpenFacts:
    """Collects, for verdicts of one chunk, the fields of their open tests."""

    def __init__(self, people: PeopleView, fields: Sequence[Field]) -> None:
        self.people, self.fields = people, fields
        self._of_fit: npt.NDArray[np.uint64] | None = None
        self._names = tuple(sorted(str(f) for f in fields))

    def empty(self, view: View | None = None) -> BitSets:
        """Of the people, or of the subjects of another view."""
        return BitSets(self._names, (view or self.people).size)

    def of_condition(
        self, condition: Condition, where: Bools, into: BitSets, view: View | None = None
    ) -> None:
        """Add the open fields of a condition's verdict, for those in `where` on whom it is unknown: people, or the
        subjects of another view."""
        _collect(condition, view or self.people, where, into, self)

    def of_fit(self, where: Bools, into: BitSets) -> None:
        """Add the open fields of every fit rule that is unknown."""
        steady = self.people.steady([rule.when for rule in self.people.compiled.playbook.fit.rules])
        if steady is None:
            self._of_fit_rules(where, into)
            return
        if self._of_fit is None:
            facts = OpenFacts(steady.people, self.fields)
            found = facts.empty()
            facts._of_fit_rules(np.ones(steady.people.size, dtype=np.bool_), found)
            self._of_fit = steady.spread(found.bits)
        into.union(self._of_fit, where)

    def _of_fit_rules(self, where: Bools, into: BitSets) -> None:
        for rule in self.people.compiled.playbook.fit.rules:
            self.of_condition(rule.when, where, into)

    def of_engagement(self, where: Bools, into: BitSets) -> None:
        for rule in self.people.compiled.playbook.engagement.rules:
            if isinstance(rule, ConditionRule):
                self.of_condition(rule.when, where, into)


def _collect(condition: Condition, view: View, where: Bools, into: BitSets, facts: OpenFacts) -> None:
    open_ = where & (view.truth(condition) == UNKNOWN)
    if some(open_):
        _inside(condition, view, open_, into, facts)


@singledispatch
def _inside(condition: Condition, view: View, open_: Bools, into: BitSets, facts: OpenFacts) -> None:
    """Add what an unknown condition waits for; kinds that wait for no field add nothing."""
    for part in children(condition):
        _collect(part, view, open_, into, facts)


def waits_for(condition: Condition) -> str | None:
    """The one field that a condition waits for whenever it is unknown, of anybody, if that is so."""
    return str(condition.field) if isinstance(condition, AttributeTest | HeldFor) else None


@_inside.register(AttributeTest)
@_inside.register(HeldFor)
def _(condition: AttributeTest | HeldFor, view: View, open_: Bools, into: BitSets, facts: OpenFacts) -> None:
    into.add(str(waits_for(condition)), open_)


@_inside.register
def _(condition: InterestedIn, view: View, open_: Bools, into: BitSets, facts: OpenFacts) -> None:
    stated = stated_interest(condition, view.compiled.playbook, view.compiled.catalog)
    if stated is not None:
        _collect(stated, view, open_, into, facts)


@_inside.register
def _(condition: InSegment, view: View, open_: Bools, into: BitSets, facts: OpenFacts) -> None:
    segment = view.compiled.playbook.segments[condition.segment]
    if segment.of is SegmentOf.PEOPLE or isinstance(view, AccountsView):
        _collect(segment.when, view, open_, into, facts)
    else:
        _through_accounts(segment.when, view, open_, into, facts)


@_inside.register
def _(condition: AccountPeople, view: View, open_: Bools, into: BitSets, facts: OpenFacts) -> None:
    if not isinstance(view, AccountsView):
        _through_accounts(condition, view, open_, into, facts)
        return
    people, account = facts.people, facts.people.account
    members = facts.empty()
    _collect(condition.who, people, (account >= 0) & open_[account], members, facts)
    for word in range(into.bits.shape[1]):
        np.bitwise_or.at(into.bits[:, word], account[account >= 0], members.bits[account >= 0, word])


@_inside.register
def _(condition: HasRole, view: View, open_: Bools, into: BitSets, facts: OpenFacts) -> None:
    _inside(view.compiled.playbook.buying_group.asked(condition), view, open_, into, facts)


@_inside.register(GradeIs)
def _(condition: GradeIs, view: View, open_: Bools, into: BitSets, facts: OpenFacts) -> None:
    facts.of_fit(open_, into)


@_inside.register(LevelIs)
def _(condition: LevelIs, view: View, open_: Bools, into: BitSets, facts: OpenFacts) -> None:
    facts.of_engagement(open_, into)


@_inside.register(RankIs)
@_inside.register(IsMarketingQualified)
def _(
    condition: RankIs | IsMarketingQualified, view: View, open_: Bools, into: BitSets, facts: OpenFacts
) -> None:
    facts.of_fit(open_, into)
    facts.of_engagement(open_, into)


@_inside.register
def _(condition: ScoreIs, view: View, open_: Bools, into: BitSets, facts: OpenFacts) -> None:
    (facts.of_fit if condition.score is Score.FIT else facts.of_engagement)(open_, into)


def _through_accounts(
    condition: Condition, view: View, open_: Bools, into: BitSets, facts: OpenFacts
) -> None:
    """What an account's verdict waits for, handed to its people."""
    accounts, account = view.accounts(), facts.people.account
    wanted = np.zeros(accounts.size, dtype=np.bool_)
    wanted[account[open_]] = True
    of_accounts = facts.empty(accounts)
    _collect(condition, accounts, wanted, of_accounts, facts)
    into.union(of_accounts.bits[account], open_)
