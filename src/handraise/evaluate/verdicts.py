"""Verdicts: a condition with its truth for one person, in the team's words, with what it rests on and waits for.

The same evaluation as for everybody, kept open: the verdicts of the conditions inside are its parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, singledispatchmethod
from typing import Any as Anything

import numpy as np
import numpy.typing as npt

from handraise.evaluate.asked import window_start
from handraise.evaluate.conditions import account_did_count, did_count, silence_count
from handraise.evaluate.kleene import IN
from handraise.evaluate.occurrences import Matched, What
from handraise.evaluate.open_facts import OpenFacts, waits_for
from handraise.evaluate.points import BEFORE_ALL
from handraise.evaluate.views import AccountsView, PeopleView, View
from handraise.facts.chunks import Instants
from handraise.model.activities import words_of
from handraise.model.conditions import (
    AccountDid,
    AccountPeople,
    AttributeTest,
    Condition,
    DealOf,
    Did,
    Fired,
    FirstTime,
    HasOpportunity,
    HasRole,
    HeldFor,
    InSegment,
    InterestedIn,
    ReachedStatus,
    Regularly,
    Resumed,
    Sequence,
    Silent,
    StageIs,
    Stopped,
    TookOffer,
    children,
)
from handraise.model.fields import Entity, Field
from handraise.model.playbook import SegmentOf
from handraise.model.time import Duration, Micros, Unit, iso
from handraise.model.truth import Truth
from handraise.playbook.english import sentence

MAX_EVIDENCE_ROWS = 20
_NO_ROWS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One row that counts: what it was, when, and the file and line it came from."""

    what: str
    at: Micros
    file: str | None = None
    line: int | None = None

    def as_dict(self) -> dict[str, Anything]:
        return {"what": self.what, "at": iso(self.at), "file": self.file, "line": self.line}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A condition's truth for the person, with what it rests on and what it waits for.

    `n` and `latest_at` are there where acts are counted; `value`, `since_at` and `assumed` where a field is
    tested. `evidence` holds at most `MAX_EVIDENCE_ROWS` rows, the latest first.
    """

    sentence: str
    truth: Truth
    parts: tuple[Verdict, ...] = ()
    value: str | None = None
    since_at: Micros | None = None
    assumed: bool = False
    n: int | None = None
    latest_at: Micros | None = None
    evidence: tuple[EvidenceRow, ...] = ()
    missing: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Anything]:
        return {
            "sentence": self.sentence,
            "verdict": self.truth.word,
            "value": self.value,
            "since": None if self.since_at is None else iso(self.since_at),
            "assumed": self.assumed,
            "count": self.n,
            "latest": None if self.latest_at is None else iso(self.latest_at),
            "evidence": [e.as_dict() for e in self.evidence],
            "missing": list(self.missing),
            "parts": [p.as_dict() for p in self.parts],
        }


class Reasons:
    """The verdicts about the people of one view. The chunk must have been read with places."""

    def __init__(self, people: PeopleView) -> None:
        self.people, self.compiled = people, people.compiled
        self._facts = OpenFacts(people, self.compiled.tested_fields)
        self._values: dict[tuple[Field, int, bool], tuple[str | None, Micros | None, bool]] = {}
        self._rows: dict[int, EvidenceRow] = {}

    def of(self, condition: Condition, index: int) -> Verdict:
        """The verdict about the view's `index`-th person."""
        return self.verdict(condition, index, self.people)

    def acts_of(self, behaviours: Iterable[str], index: int) -> tuple[EvidenceRow, ...]:
        """What the person did of these behaviours, the latest first, each act once."""
        found = [self.people.acts(behaviour, None) for behaviour in behaviours]
        rows = np.unique(np.concatenate([_NO_ROWS, *(m.rows[m.subject == index] for m in found)]))
        at = self.people.chunk.activities.at[rows]
        return self._evidence(Matched(rows, np.full(len(rows), index, dtype=np.int32), at))

    def verdict(self, condition: Condition, index: int, view: View) -> Verdict:
        """The same of any view of these people or their accounts."""
        truth = Truth(int(view.truth(condition)[index]))
        parts = self._parts(condition, index, view)
        return Verdict(
            sentence=self.compiled.remember(("said", condition), lambda: self._sentence(condition)),
            truth=truth,
            parts=parts,
            missing=self._missing(condition, index, view) if truth is Truth.UNKNOWN else (),
            **_RESTS_ON(type(condition))(self, condition, index, view),
        )

    def _sentence(self, condition: Condition) -> str:
        return sentence(condition, self.compiled.playbook, self.compiled.catalog)

    def _parts(self, condition: Condition, index: int, view: View) -> tuple[Verdict, ...]:
        """The verdicts inside; of a segment, that of its own definition."""
        if not isinstance(condition, InSegment):
            return tuple(self.verdict(c, index, view) for c in children(condition))
        segment = self.compiled.playbook.segments[condition.segment]
        if segment.of is SegmentOf.PEOPLE or isinstance(view, AccountsView):
            return (self.verdict(segment.when, index, view),)
        accounts, account = view.accounts(), int(view.chunk.person_account[index])
        return (self.verdict(segment.when, account if account >= 0 else accounts.size - 1, accounts),)

    def _missing(self, condition: Condition, index: int, view: View) -> tuple[str, ...]:
        field_ = waits_for(condition)
        if field_ is not None:
            return (field_,)
        into = self._facts.empty(view)
        self._facts.of_condition(condition, _only(index, view.size), into, view)
        return into.names_of(index)

    @singledispatchmethod
    def _rests_on(self, condition: Condition, index: int, view: View) -> dict[str, Anything]:
        return {}

    @_rests_on.register
    def _(self, condition: AttributeTest, index: int, view: View) -> dict[str, Anything]:
        value, since_at, assumed = self.value(condition.field, index, view)
        return {"value": value, "since_at": since_at, "assumed": assumed}

    @_rests_on.register
    def _(self, condition: HeldFor, index: int, view: View) -> dict[str, Anything]:
        value, _, assumed = self.value(condition.field, index, view)
        since_at = None if value is None else int(view.held_since(condition.field)[index])
        return {"value": value, "since_at": since_at, "assumed": assumed}

    @_rests_on.register(FirstTime)
    @_rests_on.register(Stopped)
    @_rests_on.register(Resumed)
    def _(self, condition: FirstTime | Stopped | Resumed, index: int, view: View) -> dict[str, Anything]:
        return self.acts(condition.behaviour, index, None)

    @_rests_on.register
    def _(self, condition: Regularly, index: int, view: View) -> dict[str, Anything]:
        return self.acts(condition.behaviour, index, view.start(Duration(condition.of, Unit.WEEKS)))

    @_rests_on.register
    def _(self, condition: Sequence, index: int, view: View) -> dict[str, Anything]:
        start = view.start(condition.within)
        steps = [self.people.acts(step.behaviour, start) for step in condition.steps]
        rows = np.unique(np.concatenate([m.rows[m.subject == index] for m in steps]))
        at = self.people.chunk.activities.at[rows]
        return self.counted(len(rows), Matched(rows, np.full(len(rows), index, dtype=np.int32), at))

    @_rests_on.register
    def _(self, condition: InterestedIn, index: int, view: View) -> dict[str, Anything]:
        return self.acts(condition, index, view.start(self.compiled.playbook.interest.within))

    @_rests_on.register(ReachedStatus)
    @_rests_on.register(TookOffer)
    def _(self, condition: ReachedStatus | TookOffer, index: int, view: View) -> dict[str, Anything]:
        return self.acts(condition, index, view.start(condition.within))

    @_rests_on.register
    def _(self, condition: StageIs, index: int, view: View) -> dict[str, Anything]:
        points = self.people.points
        since, stage = self.people.past.stage(points.subject[[index]], points.at[[index]])
        if stage[0] < 0:
            return {}
        return {
            "value": self.compiled.playbook.lifecycle.stages[int(stage[0])].key,
            "since_at": int(since[0]),
        }

    @_rests_on.register
    def _(self, condition: Fired, index: int, view: View) -> dict[str, Anything]:
        points, past = self.people.points, self.people.past
        fired = [
            past.last_firing(t, points.subject[[index]], points.at[[index]])[0] for t in condition.triggers
        ]
        last = max(fired, default=BEFORE_ALL)
        return {} if last == BEFORE_ALL else {"latest_at": int(last)}

    def acts(self, what: What, index: int, start: Micros | Instants | None) -> dict[str, Anything]:
        matched = self.people.acts(what, start)
        mine = matched.only(matched.subject == index)
        return self.counted(len(mine.rows), mine)

    @_rests_on.register
    def _(self, condition: Did, index: int, view: View) -> dict[str, Anything]:
        matched = self.people.acts(condition.behaviour, window_start(condition, view))
        n = int(did_count(condition, self.people)[index])
        return self.counted(n, matched.only(matched.subject == index))

    @_rests_on.register
    def _(self, condition: Silent, index: int, view: View) -> dict[str, Anything]:
        return {
            "n": int(silence_count(condition, self.people)[index]),
            "latest_at": self._last_act(condition, index),
        }

    @_rests_on.register
    def _(self, condition: AccountDid, index: int, view: View) -> dict[str, Anything]:
        account = index if isinstance(view, AccountsView) else int(view.chunk.person_account[index])
        if account < 0:
            return {"n": 0}
        matched = self.people.acts(condition.behaviour, window_start(condition, view))
        mine = matched.only(self.people.facts.occurrences.account(matched) == account)
        return self.counted(int(account_did_count(condition, self.people.accounts())[account]), mine)

    @_rests_on.register
    def _(self, condition: AccountPeople, index: int, view: View) -> dict[str, Anything]:
        account = index if isinstance(view, AccountsView) else int(view.chunk.person_account[index])
        holds = self.people.truth(condition.who) == IN
        return {"n": 0 if account < 0 else int((holds & (view.chunk.person_account == account)).sum())}

    @_rests_on.register
    def _(self, condition: HasRole, index: int, view: View) -> dict[str, Anything]:
        asked = self.compiled.playbook.buying_group.asked(condition)
        found: dict[str, Anything] = _RESTS_ON(type(asked))(self, asked, index, view)
        return found

    @_rests_on.register
    def _(self, condition: HasOpportunity, index: int, view: View) -> dict[str, Anything]:
        deals = view.chunk.deals
        start = view.start(condition.within)
        matching = self.people.facts.deals.matching(condition, None if start is None else int(start))
        if condition.whose is DealOf.PERSON:
            mine = np.unique(deals.role_deal[deals.role_person == index])
        else:
            account = index if isinstance(view, AccountsView) else int(view.chunk.person_account[index])
            mine = np.flatnonzero((deals.account == account) & (account >= 0))
        found = [int(d) for d in mine if matching[d]]
        rows = [EvidenceRow(f"deal {deals.ids[d]}", int(deals.opened_at[d])) for d in found]
        return {"n": len(found), "evidence": tuple(rows[:MAX_EVIDENCE_ROWS])}

    def counted(self, n: int, mine: Matched) -> dict[str, Anything]:
        latest = int(mine.at.max()) if len(mine.at) else None
        return {"n": n, "latest_at": latest, "evidence": self._evidence(mine)}

    def _evidence(self, mine: Matched) -> tuple[EvidenceRow, ...]:
        if not len(mine.at):
            return ()
        newest = (-mine.at).argsort(kind="stable")[:MAX_EVIDENCE_ROWS]
        return tuple(self._evidence_row(row) for row in mine.rows[newest].tolist())

    def _evidence_row(self, row: int) -> EvidenceRow:
        """One row; several rules rest on it, so it is made once."""
        if row not in self._rows:
            self._rows[row] = self._found_row(row)
        return self._rows[row]

    def _found_row(self, row: int) -> EvidenceRow:
        activities, shared = self.people.chunk.activities, self.compiled.shared
        kind = shared.kinds[int(activities.kind[row])]
        side = kind.asset or kind.properties.get("form") or kind.properties.get("path") or kind.program
        what = words_of(kind.type) + (f": {side}" if side else "")
        if activities.places is None:
            return EvidenceRow(what, int(activities.at[row]))
        file = shared.files[int(activities.places.file[row])]
        return EvidenceRow(what, int(activities.at[row]), file, int(activities.places.line[row]))

    def _last_act(self, condition: Silent, index: int) -> Micros | None:
        """When the person last did what would break the silence."""
        matched = self.people.acts(condition, None)
        at = matched.at[matched.subject == index]
        return int(at.max()) if len(at) else None

    def value(self, field_: Field, index: int, view: View) -> tuple[str | None, Micros | None, bool]:
        """The latest value, since when it holds, and whether that is assumed."""
        name = (field_, index, isinstance(view, AccountsView))
        if name not in self._values:
            self._values[name] = self._found_value(field_, index, view)
        return self._values[name]

    def _found_value(self, field_: Field, index: int, view: View) -> tuple[str | None, Micros | None, bool]:
        codes, are_assumed = view.latest(field_)
        code, assumed = codes[index], are_assumed[index]
        if code < 0:
            return None, None, False
        if field_.entity == Entity.ACCOUNT.value:
            subject = index if isinstance(view, AccountsView) else int(view.chunk.person_account[index])
            timeline = view.chunk.account_fields[field_]
        else:
            subject, timeline = index, view.chunk.person_fields[field_]
        last = int(np.searchsorted(timeline.subject, subject, side="right")) - 1
        return str(self.compiled.shared.texts[field_][code]), int(timeline.at[last]), bool(assumed)


@lru_cache(maxsize=100)
def _only(index: int, size: int) -> npt.NDArray[np.bool_]:
    """One subject out of so many."""
    where = np.zeros(size, dtype=np.bool_)
    where[index] = True
    where.flags.writeable = False
    return where


# What a verdict rests on, by its condition's type. The method itself would be bound and wrapped anew at each call.
_RESTS_ON = vars(Reasons)["_rests_on"].dispatcher.dispatch
