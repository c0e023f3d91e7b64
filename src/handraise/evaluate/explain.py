"""Why, for one person: every rule with its verdict, points, counts, evidence and what is missing.

The same evaluation as for everybody, kept open: a `Verdict` is a condition with its truth, in the team's
words, and the verdicts of the conditions inside it.
"""

from __future__ import annotations

from collections.abc import Sequence as Sequence_
from dataclasses import dataclass, field
from functools import lru_cache, singledispatchmethod
from typing import Any as Anything

import numpy as np
import numpy.typing as npt

from handraise.evaluate.accounts import AccountExplanation, account_explained
from handraise.evaluate.asked import window_start
from handraise.evaluate.conditions import account_did_count, did_count, silence_count
from handraise.evaluate.decide import ChunkDecisions
from handraise.evaluate.joint import JointBound
from handraise.evaluate.kleene import IN
from handraise.evaluate.occurrences import Matched, What
from handraise.evaluate.open_facts import OpenFacts, waits_for
from handraise.evaluate.points import BEFORE_ALL
from handraise.evaluate.scores import fit_groups
from handraise.evaluate.views import AccountsView, PeopleView, View
from handraise.evaluate.weighing import weighed_each
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
from handraise.model.fields import Entity, Field, FieldCatalog
from handraise.model.playbook import Playbook, SegmentOf
from handraise.model.scores import BehaviourRule, FitRule
from handraise.model.time import Duration, Micros, Unit, iso
from handraise.model.truth import Truth
from handraise.playbook.english import behaviour_words, role_label, sentence

MAX_EVIDENCE_ROWS = 20


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


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """One rule: the points it gave, the points it could give, and why."""

    name: str
    points: float
    points_possible: float
    group: str | None
    verdict: Verdict

    def as_dict(self) -> dict[str, Anything]:
        return {
            "name": self.name,
            "points": self.points,
            "points_possible": self.points_possible,
            "group": self.group,
            **self.verdict.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact nobody has told us: which rules and segments wait for it, and the points at stake."""

    fact: str
    label: str
    points_at_stake: float
    rules: tuple[str, ...]
    segments: tuple[str, ...]

    def as_dict(self) -> dict[str, Anything]:
        return {
            "fact": self.fact,
            "label": self.label,
            "points_at_stake": self.points_at_stake,
            "rules": list(self.rules),
            "segments": list(self.segments),
        }


@dataclass(frozen=True, slots=True)
class SegmentExplanation:
    """A segment or buyer segment, and why the person is in, out, or cannot be told yet."""

    key: str
    label: str
    verdict: Verdict
    next_touch: str = ""

    def as_dict(self) -> dict[str, Anything]:
        return {"key": self.key, "label": self.label, "next_touch": self.next_touch, **self.verdict.as_dict()}


@dataclass(frozen=True, slots=True)
class PersonExplanation:
    """Everything decided about one person at one instant, with the reasons.

    `decision` is the person's row of the decision table. `buyer_segments` lists, in the playbook's order, the
    segment the person is in and those before it that could be. `missing` is sorted by what would settle most. `account`
    is the person's, if they have one, with its buying group.
    """

    decision: dict[str, Anything]
    profile: dict[str, str]
    fit: tuple[RuleExplanation, ...]
    engagement: tuple[RuleExplanation, ...]
    buyer_segments: tuple[SegmentExplanation, ...]
    segments: tuple[SegmentExplanation, ...]
    missing: tuple[MissingFact, ...] = field(default=())
    account: AccountExplanation | None = None

    def as_dict(self) -> dict[str, Anything]:
        return {
            "decision": self.decision,
            "profile": self.profile,
            "fit_rules": [r.as_dict() for r in self.fit],
            "engagement_rules": [r.as_dict() for r in self.engagement],
            "buyer_segments": [s.as_dict() for s in self.buyer_segments],
            "segments": [s.as_dict() for s in self.segments],
            "missing": [m.as_dict() for m in self.missing],
            "account": None if self.account is None else self.account.as_dict(),
        }


PROFILE_FIELDS: tuple[Field, ...] = (
    Field("person", "name"),
    Field("person", "first_name"),
    Field("person", "last_name"),
    Field("person", "title"),
    Field("person", "email"),
    Field("account", "name"),
)


class Explainer:
    """Explains the people of one evaluated chunk. The chunk must have been read with places."""

    def __init__(self, decisions: ChunkDecisions) -> None:
        self._compiled = decisions.compiled
        self._playbook: Playbook = self._compiled.playbook
        self._catalog: FieldCatalog = self._compiled.catalog
        self._people: PeopleView = decisions.people
        self._decisions = decisions
        self._facts = OpenFacts(self._people, self._compiled.tested_fields)
        self._values: dict[tuple[Field, int, bool], tuple[str | None, Micros | None, bool]] = {}
        self._rows: dict[int, EvidenceRow] = {}

    def person(self, index: int) -> PersonExplanation:
        """The explanation of the chunk's `index`-th person (one of the decided)."""
        decision = self._decisions.row(index)
        fit = tuple(self._fit_rule(rule, index) for rule in self._playbook.fit.rules)
        behaviours = self._playbook.engagement.behaviour_rules
        worth = [int(each[index]) for each in weighed_each(behaviours, self._people)]
        weighed = dict(zip(behaviours, worth, strict=True))
        engagement = tuple(
            self._behaviour_rule(rule, index, weighed[rule])
            if isinstance(rule, BehaviourRule)
            else self._condition_rule(rule.name, rule.when, rule.points_hundredths, None, index)
            for rule in self._playbook.engagement.rules
        )
        buyer = tuple(self._buyer_segments(index, decision))
        segments = tuple(self._segment(key, index) for key in self._playbook.segments)
        bounds = [b for group in fit_groups(self._playbook.fit, self._compiled) for b in group.bounds]
        missing = _missing(decision["missing_facts"], fit, engagement, buyer, self._catalog, bounds)
        profile, account = self._profile(index), self._account(index)
        return PersonExplanation(decision, profile, fit, engagement, buyer, segments, missing, account)

    def _account(self, index: int) -> AccountExplanation | None:
        account = int(self._people.chunk.person_account[index])
        if account < 0:
            return None
        mine = np.flatnonzero(self._people.chunk.person_account == account)
        names: list[str | None] = [None] * self._people.size
        for i in mine.tolist():
            names[i] = self._name(i)
        labels = [role_label(r.key, self._playbook) for r in self._playbook.buying_group.roles]
        return account_explained(account, self._people, labels, names)

    def _name(self, index: int) -> str | None:
        first, last, whole = (
            self._value(Field("person", part), index, self._people)[0]
            for part in ("first_name", "last_name", "name")
        )
        return whole or " ".join(part for part in (first, last) if part) or None

    def _profile(self, index: int) -> dict[str, str]:
        values = ((f, self._value(f, index, self._people)[0]) for f in PROFILE_FIELDS)
        return {str(f): value for f, value in values if value is not None}

    def _fit_rule(self, rule: FitRule, index: int) -> RuleExplanation:
        return self._condition_rule(rule.name, rule.when, rule.points_hundredths, rule.group, index)

    def _behaviour_rule(self, rule: BehaviourRule, index: int, millionths: int) -> RuleExplanation:
        matched = self._people.acts(rule.behaviour, self._people.start(rule.within))
        mine = matched.only(matched.subject == index)
        verdict = Verdict(
            sentence=self._compiled.remember(("said", rule), lambda: self._rule_in_words(rule)),
            truth=Truth.IN if len(mine.rows) else Truth.OUT,
            **self._counted(len(mine.rows), mine),
        )
        most = rule.points_hundredths * (rule.at_most or 1) / 100
        return RuleExplanation(rule.name, rule.points_hundredths * millionths / 1e8, most, None, verdict)

    def _rule_in_words(self, rule: BehaviourRule) -> str:
        window = f" in the last {rule.within}" if rule.within else ""
        return f"{behaviour_words(rule.behaviour, self._playbook)}{window}"

    def _condition_rule(
        self, name: str, when: Condition, points_hundredths: int, group: str | None, index: int
    ) -> RuleExplanation:
        verdict = self._verdict(when, index, self._people)
        points = points_hundredths / 100
        return RuleExplanation(name, points if verdict.truth is Truth.IN else 0.0, points, group, verdict)

    def _buyer_segments(self, index: int, decision: dict[str, Anything]) -> list[SegmentExplanation]:
        shown = {decision["buyer_segment"], *decision["buyer_segment_could_be"]}
        return [
            SegmentExplanation(s.key, s.label, self._verdict(s.when, index, self._people), s.next_touch)
            for s in self._playbook.buyer_segments
            if s.key in shown
        ]

    def _segment(self, key: str, index: int) -> SegmentExplanation:
        segment = self._playbook.segments[key]
        return SegmentExplanation(
            key, segment.label or key, self._verdict(InSegment(key), index, self._people)
        )

    def _verdict(self, condition: Condition, index: int, view: View) -> Verdict:
        truth = Truth(int(view.truth(condition)[index]))
        parts = self._parts(condition, index, view)
        return Verdict(
            sentence=self._compiled.remember(("said", condition), lambda: self._sentence(condition)),
            truth=truth,
            parts=parts,
            missing=self._missing(condition, index, view) if truth is Truth.UNKNOWN else (),
            **_RESTS_ON(type(condition))(self, condition, index, view),
        )

    def _sentence(self, condition: Condition) -> str:
        return sentence(condition, self._playbook, self._catalog)

    def _parts(self, condition: Condition, index: int, view: View) -> tuple[Verdict, ...]:
        """The verdicts inside; of a segment, that of its own definition."""
        if not isinstance(condition, InSegment):
            return tuple(self._verdict(c, index, view) for c in children(condition))
        segment = self._playbook.segments[condition.segment]
        if segment.of is SegmentOf.PEOPLE or isinstance(view, AccountsView):
            return (self._verdict(segment.when, index, view),)
        accounts, account = view.accounts(), int(view.chunk.person_account[index])
        return (self._verdict(segment.when, account if account >= 0 else accounts.size - 1, accounts),)

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
        value, since_at, assumed = self._value(condition.field, index, view)
        return {"value": value, "since_at": since_at, "assumed": assumed}

    @_rests_on.register
    def _(self, condition: HeldFor, index: int, view: View) -> dict[str, Anything]:
        value, _, assumed = self._value(condition.field, index, view)
        since_at = None if value is None else int(view.held_since(condition.field)[index])
        return {"value": value, "since_at": since_at, "assumed": assumed}

    @_rests_on.register(FirstTime)
    @_rests_on.register(Stopped)
    @_rests_on.register(Resumed)
    def _(self, condition: FirstTime | Stopped | Resumed, index: int, view: View) -> dict[str, Anything]:
        return self._acts(condition.behaviour, index, None)

    @_rests_on.register
    def _(self, condition: Regularly, index: int, view: View) -> dict[str, Anything]:
        return self._acts(condition.behaviour, index, view.start(Duration(condition.of, Unit.WEEKS)))

    @_rests_on.register
    def _(self, condition: Sequence, index: int, view: View) -> dict[str, Anything]:
        start = view.start(condition.within)
        steps = [self._people.acts(step.behaviour, start) for step in condition.steps]
        rows = np.unique(np.concatenate([m.rows[m.subject == index] for m in steps]))
        at = self._people.chunk.activities.at[rows]
        return self._counted(len(rows), Matched(rows, np.full(len(rows), index, dtype=np.int32), at))

    @_rests_on.register
    def _(self, condition: InterestedIn, index: int, view: View) -> dict[str, Anything]:
        return self._acts(condition, index, view.start(self._playbook.interest.within))

    @_rests_on.register(ReachedStatus)
    @_rests_on.register(TookOffer)
    def _(self, condition: ReachedStatus | TookOffer, index: int, view: View) -> dict[str, Anything]:
        return self._acts(condition, index, view.start(condition.within))

    @_rests_on.register
    def _(self, condition: StageIs, index: int, view: View) -> dict[str, Anything]:
        points = self._people.points
        since, stage = self._people.past.stage(points.subject[[index]], points.at[[index]])
        if stage[0] < 0:
            return {}
        return {"value": self._playbook.lifecycle.stages[int(stage[0])].key, "since_at": int(since[0])}

    @_rests_on.register
    def _(self, condition: Fired, index: int, view: View) -> dict[str, Anything]:
        points, past = self._people.points, self._people.past
        fired = [
            past.last_firing(t, points.subject[[index]], points.at[[index]])[0] for t in condition.triggers
        ]
        last = max(fired, default=BEFORE_ALL)
        return {} if last == BEFORE_ALL else {"latest_at": int(last)}

    def _acts(self, what: What, index: int, start: Micros | Instants | None) -> dict[str, Anything]:
        matched = self._people.acts(what, start)
        mine = matched.only(matched.subject == index)
        return self._counted(len(mine.rows), mine)

    @_rests_on.register
    def _(self, condition: Did, index: int, view: View) -> dict[str, Anything]:
        matched = self._people.acts(condition.behaviour, window_start(condition, view))
        n = int(did_count(condition, self._people)[index])
        return self._counted(n, matched.only(matched.subject == index))

    @_rests_on.register
    def _(self, condition: Silent, index: int, view: View) -> dict[str, Anything]:
        return {
            "n": int(silence_count(condition, self._people)[index]),
            "latest_at": self._last_act(condition, index),
        }

    @_rests_on.register
    def _(self, condition: AccountDid, index: int, view: View) -> dict[str, Anything]:
        account = index if isinstance(view, AccountsView) else int(view.chunk.person_account[index])
        if account < 0:
            return {"n": 0}
        matched = self._people.acts(condition.behaviour, window_start(condition, view))
        mine = matched.only(self._people.facts.occurrences.account(matched) == account)
        return self._counted(int(account_did_count(condition, self._people.accounts())[account]), mine)

    @_rests_on.register
    def _(self, condition: AccountPeople, index: int, view: View) -> dict[str, Anything]:
        account = index if isinstance(view, AccountsView) else int(view.chunk.person_account[index])
        holds = self._people.truth(condition.who) == IN
        return {"n": 0 if account < 0 else int((holds & (view.chunk.person_account == account)).sum())}

    @_rests_on.register
    def _(self, condition: HasRole, index: int, view: View) -> dict[str, Anything]:
        asked = self._playbook.buying_group.asked(condition)
        found: dict[str, Anything] = _RESTS_ON(type(asked))(self, asked, index, view)
        return found

    @_rests_on.register
    def _(self, condition: HasOpportunity, index: int, view: View) -> dict[str, Anything]:
        deals = view.chunk.deals
        start = view.start(condition.within)
        matching = self._people.facts.deals.matching(condition, None if start is None else int(start))
        if condition.whose is DealOf.PERSON:
            mine = np.unique(deals.role_deal[deals.role_person == index])
        else:
            account = index if isinstance(view, AccountsView) else int(view.chunk.person_account[index])
            mine = np.flatnonzero((deals.account == account) & (account >= 0))
        found = [int(d) for d in mine if matching[d]]
        rows = [EvidenceRow(f"deal {deals.ids[d]}", int(deals.opened_at[d])) for d in found]
        return {"n": len(found), "evidence": tuple(rows[:MAX_EVIDENCE_ROWS])}

    def _counted(self, n: int, mine: Matched) -> dict[str, Anything]:
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
        activities, shared = self._people.chunk.activities, self._compiled.shared
        kind = shared.kinds[int(activities.kind[row])]
        side = kind.asset or kind.properties.get("form") or kind.properties.get("path") or kind.program
        what = words_of(kind.type) + (f": {side}" if side else "")
        if activities.places is None:
            return EvidenceRow(what, int(activities.at[row]))
        file = shared.files[int(activities.places.file[row])]
        return EvidenceRow(what, int(activities.at[row]), file, int(activities.places.line[row]))

    def _last_act(self, condition: Silent, index: int) -> Micros | None:
        """When the person last did what would break the silence."""
        matched = self._people.acts(condition, None)
        at = matched.at[matched.subject == index]
        return int(at.max()) if len(at) else None

    def _value(self, field_: Field, index: int, view: View) -> tuple[str | None, Micros | None, bool]:
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
        return str(self._compiled.shared.texts[field_][code]), int(timeline.at[last]), bool(assumed)


@lru_cache(maxsize=100)
def _only(index: int, size: int) -> npt.NDArray[np.bool_]:
    """One subject out of so many."""
    where = np.zeros(size, dtype=np.bool_)
    where[index] = True
    where.flags.writeable = False
    return where


# What a verdict rests on, by its condition's type. The method itself would be bound and wrapped anew at each call.
_RESTS_ON = vars(Explainer)["_rests_on"].dispatcher.dispatch


def _missing(
    facts: Sequence_[str],
    fit: Sequence_[RuleExplanation],
    engagement: Sequence_[RuleExplanation],
    buyer_segments: Sequence_[SegmentExplanation],
    catalog: FieldCatalog,
    bounds: Sequence_[JointBound],
) -> tuple[MissingFact, ...]:
    """The missing facts, those with most points at stake first, then those that most segments wait for. What rules that
    exclude each other can add is bounded jointly."""
    found = []
    for fact in facts:
        rules = [r for r in (*fit, *engagement) if fact in r.verdict.missing]
        segments = [s.label for s in buyer_segments if fact in s.verdict.missing]
        names = tuple(r.name for r in rules)
        joint = [b for b in bounds if str(b.field) == fact and all(rule.name in names for rule in b.rules)]
        jointly = {rule.name for bound in joint for rule in bound.rules}
        at_stake = sum((bound.high - bound.low) / 100 for bound in joint)
        at_stake += sum(abs(r.points_possible) for r in rules if r.name not in jointly)
        found.append(MissingFact(fact, catalog.label(Field.parse(fact)), at_stake, names, tuple(segments)))
    return tuple(sorted(found, key=lambda m: (-m.points_at_stake, -len(m.segments), m.fact)))
