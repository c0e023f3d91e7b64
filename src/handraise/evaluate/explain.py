"""Why, for one person: every rule with its verdict, points, counts, evidence and what is missing.

The same evaluation as for everybody, kept open (`verdicts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from handraise.errors import Finding
from handraise.evaluate.accounts import AccountExplanation, account_explained
from handraise.evaluate.decide import ChunkDecisions
from handraise.evaluate.explain_happened import Happening, StageExplanation, TriggerExplanation
from handraise.evaluate.joint import JointBound
from handraise.evaluate.scores import fit_groups
from handraise.evaluate.verdicts import Reasons, Verdict
from handraise.evaluate.views import PeopleView
from handraise.evaluate.weighing import weighed_each
from handraise.model.conditions import Condition, InSegment
from handraise.model.fields import Field, FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.scores import BehaviourRule, FitRule
from handraise.model.time import Micros
from handraise.model.truth import Truth
from handraise.playbook.english import behaviour_words, role_label


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """One rule: the points it gave, the points it could give, and why."""

    name: str
    points: float
    points_possible: float
    group: str | None
    verdict: Verdict

    def as_dict(self) -> dict[str, Any]:
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

    def as_dict(self) -> dict[str, Any]:
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

    def as_dict(self) -> dict[str, Any]:
        return {"key": self.key, "label": self.label, "next_touch": self.next_touch, **self.verdict.as_dict()}


@dataclass(frozen=True, slots=True)
class PersonExplanation:
    """Everything decided about one person at one instant, with the reasons.

    `decision` is the person's row of the decision table. `buyer_segments` lists, in the playbook's order, the
    segment the person is in and those before it that could be. `missing` is sorted by what would settle most. `account`
    is the person's, if they have one, with its buying group. `triggers` and `stages` are all of the playbook's, in its order.
    """

    decision: dict[str, Any]
    profile: dict[str, str]
    fit: tuple[RuleExplanation, ...]
    engagement: tuple[RuleExplanation, ...]
    buyer_segments: tuple[SegmentExplanation, ...]
    segments: tuple[SegmentExplanation, ...]
    missing: tuple[MissingFact, ...] = field(default=())
    account: AccountExplanation | None = None
    triggers: tuple[TriggerExplanation, ...] = ()
    stages: tuple[StageExplanation, ...] = ()
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "decision": self.decision,
            "profile": self.profile,
            "fit_rules": [r.as_dict() for r in self.fit],
            "engagement_rules": [r.as_dict() for r in self.engagement],
            "buyer_segments": [s.as_dict() for s in self.buyer_segments],
            "segments": [s.as_dict() for s in self.segments],
            "missing": [m.as_dict() for m in self.missing],
            "account": None if self.account is None else self.account.as_dict(),
            "triggers": [t.as_dict() for t in self.triggers],
            "stages": [s.as_dict() for s in self.stages],
            "findings": [f.as_dict() for f in self.findings],
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
    """Explains the people of one evaluated chunk. The chunk must have been read with places. `started_at` says when
    triggers were activated."""

    def __init__(self, decisions: ChunkDecisions, started_at: Mapping[str, Micros] | None = None) -> None:
        self._compiled = decisions.compiled
        self._playbook: Playbook = self._compiled.playbook
        self._catalog: FieldCatalog = self._compiled.catalog
        self._people: PeopleView = decisions.people
        self._decisions = decisions
        self._reasons = Reasons(decisions.people)
        self._happening = Happening(decisions, self._reasons, started_at or {})

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
        return PersonExplanation(
            decision,
            self._profile(index),
            fit,
            engagement,
            buyer,
            segments,
            missing,
            self._account(index),
            self._happening.triggers(index),
            self._happening.stages(index),
        )

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
            self._reasons.value(Field("person", part), index, self._people)[0]
            for part in ("first_name", "last_name", "name")
        )
        return whole or " ".join(part for part in (first, last) if part) or None

    def _profile(self, index: int) -> dict[str, str]:
        values = ((f, self._reasons.value(f, index, self._people)[0]) for f in PROFILE_FIELDS)
        return {str(f): value for f, value in values if value is not None}

    def _fit_rule(self, rule: FitRule, index: int) -> RuleExplanation:
        return self._condition_rule(rule.name, rule.when, rule.points_hundredths, rule.group, index)

    def _behaviour_rule(self, rule: BehaviourRule, index: int, millionths: int) -> RuleExplanation:
        matched = self._people.acts(rule.behaviour, self._people.start(rule.within))
        mine = matched.only(matched.subject == index)
        verdict = Verdict(
            sentence=self._compiled.remember(("said", rule), lambda: self._rule_in_words(rule)),
            truth=Truth.IN if len(mine.rows) else Truth.OUT,
            **self._reasons.counted(len(mine.rows), mine),
        )
        most = rule.points_hundredths * (rule.at_most or 1) / 100
        return RuleExplanation(rule.name, rule.points_hundredths * millionths / 1e8, most, None, verdict)

    def _rule_in_words(self, rule: BehaviourRule) -> str:
        window = f" in the last {rule.within}" if rule.within else ""
        return f"{behaviour_words(rule.behaviour, self._playbook)}{window}"

    def _condition_rule(
        self, name: str, when: Condition, points_hundredths: int, group: str | None, index: int
    ) -> RuleExplanation:
        verdict = self._reasons.of(when, index)
        points = points_hundredths / 100
        return RuleExplanation(name, points if verdict.truth is Truth.IN else 0.0, points, group, verdict)

    def _buyer_segments(self, index: int, decision: dict[str, Any]) -> list[SegmentExplanation]:
        shown = {decision["buyer_segment"], *decision["buyer_segment_could_be"]}
        return [
            SegmentExplanation(s.key, s.label, self._reasons.of(s.when, index), s.next_touch)
            for s in self._playbook.buyer_segments
            if s.key in shown
        ]

    def _segment(self, key: str, index: int) -> SegmentExplanation:
        segment = self._playbook.segments[key]
        return SegmentExplanation(key, segment.label or key, self._reasons.of(InSegment(key), index))


def _missing(
    facts: Sequence[str],
    fit: Sequence[RuleExplanation],
    engagement: Sequence[RuleExplanation],
    buyer_segments: Sequence[SegmentExplanation],
    catalog: FieldCatalog,
    bounds: Sequence[JointBound],
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
