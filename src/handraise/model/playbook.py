"""The playbook: everything the two teams agreed, as one frozen value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from handraise.model.conditions import Condition, HasRole, walk
from handraise.model.lifecycle import Lifecycle
from handraise.model.products import BuyingGroup, Interest, Offer, Product, ProgramType
from handraise.model.scores import ConditionRule, Engagement, Fit, RankCell
from handraise.model.time import Duration, Unit
from handraise.model.triggers import BusinessHours, QualifyingTracks, Trigger
from handraise.model.value_tests import ValueTest


class Typed(Enum):
    """Interest is not intent: what a behaviour shows."""

    INTEREST = "interest"
    INTENT = "intent"


@dataclass(frozen=True, slots=True)
class WherePart:
    """A test of one side of an activity: `asset`, `channel`, `program`, `product`, `asset.tier`,
    `program.type`, or one of the activity's own properties (`form`, `path`, ...)."""

    name: str
    test: ValueTest


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A kind of act, named once: one or more activity types, and what must hold of the activity.

    `words` finish the sentence "she ...": "asked for a demo". An occurrence whose `where` is unknown
    does not count and is reported.
    """

    key: str
    activities: tuple[str, ...]
    where: tuple[WherePart, ...] = ()
    typed: Typed | None = None
    words: str | None = None


class SegmentOf(Enum):
    ACCOUNTS = "accounts"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Segment:
    """A named segment of accounts or of people. What is declared beside `when` is carried for the teams
    and for the evidence (hypothesis, play, owner, purpose, tier, stamp)."""

    key: str
    of: SegmentOf
    when: Condition
    label: str | None = None
    tier: str | None = None
    purpose: str | None = None
    play: str | None = None
    owner: str | None = None
    hypothesis: Mapping[str, bool] = field(default_factory=dict)
    stamp: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BuyerSegment:
    """One of the ordered buyer segments, which partition everybody; the last one is `Always`."""

    key: str
    label: str
    when: Condition
    next_touch: str = ""
    kpi: str = ""


class Credit(Enum):
    CONTACT_ROLES = "contact_roles"
    ACCOUNT = "account"


class OutcomeEvent(Enum):
    OPPORTUNITY_CREATED = "opportunity.created"
    OPPORTUNITY_WON = "opportunity.won"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What "it worked" means, for all evidence: an event within so long, and whom it credits."""

    event: OutcomeEvent
    within: Duration
    credit: Credit = Credit.CONTACT_ROLES


@dataclass(frozen=True, slots=True)
class Agreement:
    parties: Mapping[str, str] = field(default_factory=dict)
    review_every: Duration = Duration(90, Unit.DAYS)
    outcome: Outcome = Outcome(OutcomeEvent.OPPORTUNITY_CREATED, Duration(90, Unit.DAYS))
    mqls_per_week: int | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A part of the playbook that was read and understood as a word of the language, but that this
    version does not decide with. It takes part in nothing, and everything that shows decisions says so."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Playbook:
    """One version of the agreement. `marketing_qualified_ranks` are the agreed cells of the matrix."""

    name: str
    time_zone: str
    behaviours: Mapping[str, Behaviour] = field(default_factory=dict)
    fit: Fit = Fit()
    engagement: Engagement = Engagement()
    ranks: Mapping[str, RankCell] = field(default_factory=dict)
    marketing_qualified_ranks: tuple[str, ...] = ()
    segments: Mapping[str, Segment] = field(default_factory=dict)
    buyer_segments: tuple[BuyerSegment, ...] = ()
    terms: Mapping[str, str] = field(default_factory=dict)
    agreement: Agreement = Agreement()
    recalibrate_every: Duration = Duration(7, Unit.DAYS)
    business_hours: BusinessHours = BusinessHours()
    triggers: Mapping[str, Trigger] = field(default_factory=dict)
    qualifying_tracks: QualifyingTracks = QualifyingTracks()
    lifecycle: Lifecycle = Lifecycle()
    products: Mapping[str, Product] = field(default_factory=dict)
    interest: Interest = Interest()
    programs: Mapping[str, ProgramType] = field(default_factory=dict)
    offers: Mapping[str, Offer] = field(default_factory=dict)
    buying_group: BuyingGroup = BuyingGroup()
    set_aside: tuple[SetAside, ...] = ()

    def conditions(self) -> Iterator[Condition]:
        """Every condition that decisions about people rest on, each at its outermost: also of roles of the buying group
        that another one asks for."""
        waiting, roles = list(self._written()), set[str]()
        while waiting:
            condition = waiting.pop(0)
            yield condition
            asked = dict.fromkeys(part.role for part in walk(condition) if isinstance(part, HasRole))
            waiting += [self.buying_group.role(key).when for key in asked if key not in roles]
            roles |= set(asked)

    def with_roles(self) -> Playbook:
        """The same playbook asking for every role of the buying group, so that what they read is read too."""
        asked = {
            f"role {role.key}": Segment(f"role {role.key}", SegmentOf.PEOPLE, role.when)
            for role in self.buying_group.roles
        }
        return replace(self, segments={**self.segments, **asked}) if asked else self

    def _written(self) -> Iterator[Condition]:
        yield from (rule.when for rule in self.fit.rules)
        yield from (rule.when for rule in self.engagement.rules if isinstance(rule, ConditionRule))
        yield from (segment.when for segment in self.segments.values())
        for trigger in self.triggers.values():
            yield from (c for c in (trigger.when, trigger.audience) if c is not None)
        yield from (stage.when for stage in self.lifecycle.stages if stage.when is not None)
        yield from (segment.when for segment in self.buyer_segments)

    def term(self, word: str) -> str:
        """The team's own word for one of ours (`MQL`, `fit`, `A`, ...)."""
        return self.terms.get(word, word)
