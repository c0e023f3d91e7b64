"""What is known at an instant: visibility, people, accounts, latest values, coverage (meanings 1 and 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from handraise.facts.rows import (
    AccountRecord,
    Activity,
    AttributeChange,
    ContactRole,
    Fact,
    IdentityKey,
    Membership,
    Opportunity,
    OpportunityStage,
    PersonRecord,
)
from handraise.model.fields import Field
from handraise.model.time import Micros
from handraise.model.values import fold

Kind = TypeVar("Kind")


class Span(Protocol):
    """A source knows of every activity of these types in `[from_at, to_at]`."""

    @property
    def activity_types(self) -> Collection[str]: ...
    @property
    def from_at(self) -> Micros: ...
    @property
    def to_at(self) -> Micros: ...


@dataclass(frozen=True, slots=True)
class Person:
    """The records that are one person as known at the instant; `id` is the representative record."""

    id: str
    records: frozenset[str]
    known_at: Micros


def source_of(name: str) -> str:
    """`salesforce` of `salesforce:00Q...`."""
    return name.partition(":")[0]


def subject_of(fact: Fact) -> str:
    """The record, account, asset, program or deal whose source tells the fact."""
    match fact:
        case AttributeChange():
            return fact.subject
        case AccountRecord():
            return fact.account
        case Opportunity() | OpportunityStage() | ContactRole():
            return fact.opportunity
    return fact.record


def _record_named_by(key: str) -> list[str]:
    """The record that an `id:` key names: it bears that key whether or not it has facts of its own yet."""
    return [key.removeprefix("id:")] if key.startswith("id:") else []


def key_of(fact: Fact) -> tuple[Hashable, ...]:
    """What identifies a fact: two facts of one key are the same, or contradict each other."""
    match fact:
        case PersonRecord():
            key: tuple[Hashable, ...] = (fact.record, fact.identified)
        case AccountRecord():
            key = (fact.account,)
        case AttributeChange():
            key = (fact.entity, fact.subject, fact.field, fact.at, source_of(fact.subject), fact.assumed)
        case IdentityKey():
            key = (fact.record, fact.key)
        case Membership():
            key = (fact.record, fact.at, source_of(fact.record), fact.stated)
        case Activity():
            key = (source_of(fact.record), fact.message_id)
        case Opportunity():
            key = (fact.opportunity,)
        case OpportunityStage():
            key = (fact.opportunity, fact.stage, fact.at)
        case ContactRole():
            key = (fact.opportunity, fact.record, fact.at)
    return (type(fact).__name__, *key)


class Settled(list[Fact]):
    """Facts of which every key is there once, so that nobody settles them again at the next instant."""


def uncontradicted(facts: Iterable[Fact]) -> Settled:
    """One fact per key: the one known first counts, whatever order they came in (meaning 1)."""
    if isinstance(facts, Settled):
        return facts
    first: dict[Hashable, Fact] = {}
    for fact in facts:
        key = key_of(fact)
        if key not in first or fact.known_at < first[key].known_at:
            first[key] = fact
    return Settled(first.values())


NEVER = float("inf")


def _seen(fact: PersonRecord | IdentityKey) -> Micros:
    return max(fact.at, fact.known_at)


def _ends(key: IdentityKey) -> tuple[str, ...]:
    """The record that bears the key, and the one that it names."""
    return (key.record, *_record_named_by(key.key))


def _is_idle(key: IdentityKey) -> bool:
    return key.key == f"id:{key.record}"


def _order(key: IdentityKey, visitor: str) -> tuple[Micros, bool, str]:
    """Earliest first; of those at once, one that names a record, then by name."""
    other = key.key if key.record == visitor else f"id:{key.record}"
    return (_seen(key), not other.startswith("id:"), other)


class Reading:
    """The facts visible at `as_of`. `people` holds those who are decided, by id, in the order of their ids."""

    def __init__(
        self,
        facts: Iterable[Fact],
        coverage: Sequence[Span],
        as_of: Micros,
        source_rank: Mapping[str, int] | None = None,
    ) -> None:
        self.as_of = as_of
        self.coverage = tuple(coverage)
        self._facts = [f for f in uncontradicted(facts) if f.at <= as_of and f.known_at <= as_of]
        self._rank = source_rank
        self._changes: dict[tuple[str, str, str], list[AttributeChange]] = defaultdict(list)
        for change in self._of(AttributeChange):
            self._changes[change.entity, change.subject, change.field].append(change)
        self.people = {person.id: person for person in sorted(self._decided(), key=lambda p: p.id)}
        owner = {record: person.id for person in self.people.values() for record in person.records}
        self._activities: dict[str, list[Activity]] = defaultdict(list)
        for activity in self._of(Activity):
            self._activities[owner.get(activity.record, "")].append(activity)
        self._memberships: dict[str, list[Membership]] = defaultdict(list)
        for membership in self._of(Membership):
            self._memberships[owner.get(membership.record, "")].append(membership)
        self.deals = {deal.opportunity: deal for deal in self._of(Opportunity)}
        self._members: dict[str, list[Person]] = defaultdict(list)
        for person in self.people.values():
            account = self.account_at(person, as_of)
            if account is not None:
                self._members[account].append(person)

    def _of(self, kind: type[Kind]) -> list[Kind]:
        return [fact for fact in self._facts if isinstance(fact, kind)]

    # --- latest -----------------------------------------------------------------------------------

    def recency(self, fact: AttributeChange | Membership) -> tuple[Micros, Micros, int | str]:
        """Latest = greatest (at, known_at, source rank); sources rank by name unless they were given ranks."""
        source = source_of(fact.subject if isinstance(fact, AttributeChange) else fact.record)
        return (fact.at, fact.known_at, source if self._rank is None else self._rank[source])

    def _latest(self, changes: list[AttributeChange]) -> str | None:
        return max(changes, key=self.recency).value if changes else None

    def changes(self, entity: str, subject: str, field: str) -> list[AttributeChange]:
        """The visible changes of one record's field."""
        return self._changes.get((entity, subject, field), [])

    def person_value(self, person: Person, field: str) -> str | None:
        """The latest value over all the person's records."""
        return self._latest([c for r in person.records for c in self._changes.get(("person", r, field), ())])

    def account_value(self, account: str, field: str) -> str | None:
        return self._latest(self._changes.get(("account", account, field), []))

    def value_then(self, field: Field, subject: str, instant: Micros) -> str | None:
        """The latest value of an asset's or program's field as it was visible at an earlier instant."""
        changes = self._changes.get((field.entity, subject, field.name), [])
        return self._latest([c for c in changes if c.at <= instant and c.known_at <= instant])

    # --- people -----------------------------------------------------------------------------------

    def _decided(self) -> list[Person]:
        people = (self._person(records) for records in self._components())
        return [person for person in people if person is not None]

    def _components(self) -> list[frozenset[str]]:
        """Records that share a key, directly or through others, are one person; a visitor's is joined by its first link."""
        bearers: dict[str, set[str]] = defaultdict(set)
        keys: dict[str, set[str]] = defaultdict(set)
        borne = [(fact.record, fact.key) for fact in self._of(IdentityKey) if self._joins(fact)]
        told = [name for fact in self._of(IdentityKey) for name in (fact.record, *_record_named_by(fact.key))]
        named = [fact.record for fact in self._of(PersonRecord)] + told
        borne += [(name, f"id:{name}") for name in named]
        for record, key in borne:
            bearers[key].add(record)
            keys[record].add(key)
        components: list[frozenset[str]] = []
        left = set(keys)
        while left:
            component: set[str] = set()
            frontier = {min(left)}
            while frontier:
                component |= frontier
                frontier = {r for known in frontier for key in keys[known] for r in bearers[key]} - component
            components.append(frozenset(component))
            left -= component
        return components

    def _joins(self, key: IdentityKey) -> bool:
        """Whether a key is in force: it is no visitor's, or the visitor's first, or they have been identified since."""
        visitor = self._visitor_of(key, _seen(key))
        if visitor is None:
            return True
        links = [k for k in self._of(IdentityKey) if visitor in _ends(k) and not _is_idle(k)]
        # Before a visitor is told of, every link of theirs is taken.
        mine = [
            k
            for k in links
            if self._visitor_of(k, _seen(k)) == visitor or _seen(k) < self._told(visitor, False)
        ]
        if key == min(mine, key=lambda k: _order(k, visitor)):
            return True
        identified_at = self._told(visitor, True)
        if identified_at is NEVER:
            return False
        leads_to = (
            _record_named_by(key.key)[0] if key.record == visitor and key.key.startswith("id:") else None
        )
        return leads_to is None or not self._is_visitor(leads_to, identified_at)

    def _visitor_of(self, key: IdentityKey, instant: float) -> str | None:
        """Whose link it is, if a visitor's: the one who bears it, else the one whom it names."""
        return None if _is_idle(key) else next((r for r in _ends(key) if self._is_visitor(r, instant)), None)

    def _is_visitor(self, record: str, instant: float) -> bool:
        return self._told(record, False) <= instant < self._told(record, True)

    def _told(self, record: str, identified: bool) -> float:
        """Since when the record is told of as identified, or as not."""
        rows = self._of(PersonRecord)
        return min(
            (_seen(f) for f in rows if (f.record, f.identified) == (record, identified)), default=NEVER
        )

    def _person(self, records: frozenset[str]) -> Person | None:
        """Nobody, when no record is both visible and identified, or when every record is deleted."""
        seen = [fact for fact in self._of(PersonRecord) if fact.record in records]
        identified = [fact for fact in seen if fact.identified]
        if not identified or all(self._is_deleted(fact.record) for fact in seen):
            return None
        representative = min(identified, key=lambda fact: (fact.known_at, fact.record))
        return Person(representative.record, records, min(fact.known_at for fact in seen))

    def _is_deleted(self, record: str) -> bool:
        value = self._latest(self._changes.get(("person", record, "is_deleted"), []))
        return value is not None and fold(value) == "true"

    # --- accounts ---------------------------------------------------------------------------------

    def account_at(self, person: Person, instant: Micros) -> str | None:
        """The account held at an instant, as known now: the latest stated one, else the lead's own company."""
        held = [m for m in self._memberships[person.id] if m.at <= instant]
        for stated in (True, False):
            of_this_kind = [m for m in held if m.stated is stated]
            if of_this_kind:
                account = max(of_this_kind, key=self.recency).account
                if account is not None:
                    return account
        return None

    def members(self, account: str) -> list[Person]:
        """The decided people who hold the account now."""
        return self._members.get(account, [])

    # --- activities and deals ---------------------------------------------------------------------

    def activities(self, person: Person) -> list[Activity]:
        """What any of the person's records did, as far as it is visible."""
        return self._activities[person.id]

    def stages(self, opportunity: str) -> list[OpportunityStage]:
        """The visible stages of a deal, oldest first; of the same stage twice on end the one known first."""
        stages = [s for s in self._of(OpportunityStage) if s.opportunity == opportunity]
        told: list[OpportunityStage] = []
        for stage in sorted(stages, key=lambda s: (s.at, s.known_at)):
            if told and told[-1][1:3] == stage[1:3]:
                told[-1] = min(told[-1], stage, key=lambda s: s.known_at)
            else:
                told.append(stage)
        return told

    def deals_of_account(self, account: str) -> list[Opportunity]:
        return [deal for deal in self.deals.values() if deal.account == account]

    def deals_of_person(self, person: Person) -> list[Opportunity]:
        named = {role.opportunity for role in self._of(ContactRole) if role.record in person.records}
        return [deal for deal in self.deals.values() if deal.opportunity in named]

    # --- coverage ---------------------------------------------------------------------------------

    def covers(self, activity_types: Iterable[str], first: Micros, last: Micros) -> bool:
        """Whether, for each of the types, the sources together know every instant of `[first, last]`."""
        return all(self._covers(activity_type, first, last) for activity_type in activity_types)

    def _covers(self, activity_type: str, first: Micros, last: Micros) -> bool:
        uncovered_from = first
        for span in sorted(self.coverage, key=lambda s: s.from_at):
            if activity_type in span.activity_types and span.from_at <= uncovered_from:
                uncovered_from = max(uncovered_from, min(span.to_at, self.as_of) + 1)
        return uncovered_from > last

    def covered_types(self) -> frozenset[str]:
        """Every activity type that some source claims to know."""
        return frozenset(t for span in self.coverage for t in span.activity_types)
