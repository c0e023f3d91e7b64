"""What cannot be told, of how many, and which sets of facts would settle it: counted over a chunk, exactly.

A verdict that is unknown waits for the fields of its open tests (meaning 8). Once all of these are known no test is open any
more, so the verdict is settled, whatever the values turn out to be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from handraise.evaluate.compiled import tested_fields
from handraise.evaluate.decide import Decisions
from handraise.evaluate.kleene import IN, OUT, UNKNOWN
from handraise.evaluate.open_facts import BitSets, OpenFacts
from handraise.evaluate.views import View
from handraise.facts.chunks import Bools
from handraise.model.conditions import (
    DealOf,
    DealStatus,
    HasOpportunity,
    IsMarketingQualified,
)
from handraise.model.playbook import SegmentOf

WON = HasOpportunity((DealStatus.WON,), DealOf.ACCOUNT)


class GapOf(Enum):
    """What is undecided."""

    SEGMENT = "segment"
    BUYER_SEGMENT = "buyer segment"
    GRADE = "grade"
    MARKETING_QUALIFIED = "marketing qualified"


Question = tuple[GapOf, str]
"""What is asked, by its key; of a grade the letters that it could be, joined by a slash."""


@dataclass(slots=True)
class Undecided:
    """How many subjects (people, or accounts for a segment of accounts) a question is decided of, and how. `waits_for` counts
    the undecided by the set of fields that they wait for: none where the sources do not cover what is asked.
    `n_in_won`: of those in, how many have, or belong to an account with, a won deal."""

    n_in: int = 0
    n_out: int = 0
    n_in_won: int = 0
    waits_for: Counter[tuple[str, ...]] = field(default_factory=Counter)

    @property
    def n_unknown(self) -> int:
        return sum(self.waits_for.values())

    def add(self, other: Undecided) -> None:
        self.n_in += other.n_in
        self.n_out += other.n_out
        self.n_in_won += other.n_in_won
        self.waits_for.update(other.waits_for)


class ChunkGaps:
    """Counts what is undecided among a chunk's decided people and their accounts."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions, self._people = decisions, decisions.people
        playbook = decisions.compiled.playbook
        self._playbook = playbook
        self._facts = OpenFacts(self._people, tested_fields(playbook))
        self._mine = np.arange(self._people.size) < decisions.chunk.n_decided

    def questions(self) -> Iterator[tuple[Question, Undecided]]:
        """Every question with what is undecided of it; grades by what they could be."""
        yield from self._segments()
        yield from self._buyer_segments()
        yield from self._grades()
        yield (GapOf.MARKETING_QUALIFIED, ""), self._of_condition_of_people()

    def _segments(self) -> Iterator[tuple[Question, Undecided]]:
        accounts, chunk = self._people.accounts(), self._decisions.chunk
        n_members = np.bincount(self._people.held[self._people.held >= 0], minlength=accounts.size)
        for key, segment in self._playbook.segments.items():
            if segment.of is SegmentOf.PEOPLE:
                view: View = self._people
                where = self._mine
            else:
                view = accounts
                where = (np.arange(accounts.size) < chunk.n_accounts) & (n_members > 0)
            waiting = self._facts.empty(view)
            truth = view.truth(segment.when)
            open_ = where & (truth == UNKNOWN)
            self._facts.of_condition(segment.when, open_, waiting, view)
            won = view.truth(WON) == IN
            yield (
                (GapOf.SEGMENT, key),
                _counted(where & (truth == IN), where & (truth == OUT), open_, won, waiting),
            )

    def _buyer_segments(self) -> Iterator[tuple[Question, Undecided]]:
        """Somebody who could be in a segment before the one that matched is undecided of that one."""
        found, won = self._decisions.buyer_segments, self._people.truth(WON) == IN
        for i, segment in enumerate(self._playbook.buyer_segments):
            open_, is_in = self._mine & found.could_be[i], self._mine & (found.index == i)
            waiting = self._facts.empty()
            self._facts.of_condition(segment.when, open_, waiting)
            yield (
                (GapOf.BUYER_SEGMENT, segment.key),
                _counted(is_in, self._mine & ~is_in & ~open_, open_, won, waiting),
            )

    def _grades(self) -> Iterator[tuple[Question, Undecided]]:
        letters = self._decisions.columns(slice(self._decisions.chunk.n_decided))["fit_grade_could_be"]
        could_be = ["/".join(some) for some in letters.arrow().to_pylist()]
        is_open = self._mine & ~self._decisions.grade_is_certain
        waiting = self._facts.empty()
        self._facts.of_fit(is_open, waiting)
        nobody = np.zeros(self._people.size, dtype=np.bool_)
        named = np.array([*could_be, *[""] * (self._people.size - len(could_be))], dtype=object)
        for letter in sorted(set(could_be)):
            mine = self._mine & (named == letter)
            if (mine & is_open).any():
                yield (GapOf.GRADE, letter), _counted(nobody, nobody, mine & is_open, nobody, waiting)

    def _of_condition_of_people(self) -> Undecided:
        condition = IsMarketingQualified()
        truth, won = self._people.truth(condition), self._people.truth(WON) == IN
        open_, waiting = self._mine & (truth == UNKNOWN), self._facts.empty()
        self._facts.of_condition(condition, open_, waiting)
        return _counted(self._mine & (truth == IN), self._mine & (truth == OUT), open_, won, waiting)


def _counted(is_in: Bools, is_out: Bools, is_open: Bools, won: Bools, waiting: BitSets) -> Undecided:
    rows = np.flatnonzero(is_open)
    sets = waiting.as_lists(rows).to_pylist() if len(rows) else []
    return Undecided(
        int(is_in.sum()), int(is_out.sum()), int((is_in & won).sum()), Counter(tuple(names) for names in sets)
    )
