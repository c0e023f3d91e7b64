"""Small worlds: a few people of a few accounts, with movers, merges, late facts, holes and deals.

Exact ties between different values are avoided (meaning 1 settles them by a row hash, which the reference
does not know): no two values of one field, memberships or stages share their instants and their source.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from tests.generative.vocabulary import (
    ACCOUNTS,
    ASSET_ATTRIBUTES,
    ASSETS,
    ATTRIBUTES,
    CHANNELS,
    DEALS,
    DELAYS,
    EXACT,
    FORMS,
    MOMENTS,
    NOON,
    PATHS,
    PEOPLE,
    PRODUCTS,
    PROGRAMS,
    REASONS,
    RETURN_DATES,
    SIZES,
    STATUSES,
    TYPES,
    Words,
)
from tests.reference.reading import key_of, source_of

from handraise.facts.rows import (
    AccountRecord,
    Activity,
    AttributeChange,
    ContactRole,
    Coverage,
    Fact,
    IdentityKey,
    Membership,
    Opportunity,
    OpportunityStage,
    PersonRecord,
)
from handraise.model.conditions import DealStatus
from handraise.model.time import MICROS_PER_DAY, Micros

LONG_AGO: Micros = NOON - 400 * MICROS_PER_DAY
Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass(frozen=True, slots=True)
class GeneratedWorld:
    """Facts and coverage, without two that tie."""

    facts: tuple[Fact, ...]
    coverage: tuple[Coverage, ...]

    def edges(self) -> list[Micros]:
        """Instants at which something happens, is known, or leaves a window."""
        instants = {i for fact in self.facts for i in (fact.at, fact.known_at) if i > LONG_AGO}
        instants |= {i + 1 for span in self.coverage for i in (span.from_at, span.to_at)}
        acts = {fact.at for fact in self.facts if isinstance(fact, Activity | OpportunityStage)}
        instants |= {at + (d.micros or 0) for at in acts for d in EXACT}
        return sorted(i for i in instants if NOON - 100 * MICROS_PER_DAY < i < NOON + 40 * MICROS_PER_DAY)

    def __repr__(self) -> str:
        return "\n".join(map(repr, (*self.facts, *self.coverage)))


def _ties(fact: Fact) -> list[Hashable]:
    """Two facts that share one of these could be told apart by a row hash only."""
    ties: list[Hashable] = [("same key", key_of(fact), fact.known_at)]
    match fact:
        case AttributeChange(entity="person"):
            ties.append(("value", source_of(fact.subject), fact.field, fact.at, fact.known_at))
        case Membership():
            ties.append(("membership", source_of(fact.record), fact.stated, fact.at, fact.known_at))
        case OpportunityStage():
            ties.append(("stage", fact.opportunity, fact.at, fact.known_at))
        case Activity(type="lead.passed_back"):
            ties.append(("passed back", fact.at, fact.known_at))
    return ties


def untied(facts: list[Fact]) -> list[Fact]:
    """Without those that tie with an earlier one."""
    taken: set[Hashable] = set()
    kept = []
    for fact in facts:
        ties = _ties(fact)
        if taken.isdisjoint(ties):
            taken.update(ties)
            kept.append(fact)
    return kept


def _dated(draw: Draw) -> tuple[Micros, Micros]:
    at = draw(MOMENTS)
    return at, at + draw(DELAYS)


def _records(draw: Draw, names: list[str]) -> list[Fact]:
    """Most records are old, some come while we watch."""
    facts: list[Fact] = []
    for name in names:
        at, known_at = _dated(draw) if draw(st.integers(0, 3)) == 3 else (LONG_AGO, LONG_AGO)
        facts.append(PersonRecord(name, at, known_at, not name.startswith("web:")))
    return facts


def _identities(draw: Draw, names: list[str]) -> list[Fact]:
    """Merges: by another record's name, or by an address that two of them bear."""
    facts: list[Fact] = []
    for _ in range(draw(st.integers(0, 3))):
        at, known_at = _dated(draw)
        record, other = draw(st.sampled_from(names)), draw(st.sampled_from(names))
        if draw(st.booleans()):
            facts.append(IdentityKey(record, f"id:{other}", at, known_at))
        else:
            facts += [IdentityKey(name, "email:x@y.co", at, known_at) for name in (record, other)]
    return facts


def _memberships(draw: Draw, names: list[str], accounts: list[str]) -> list[Fact]:
    """Where people belong at first, and their later moves."""
    facts: list[Fact] = []
    for name in names:
        if draw(st.integers(0, 4)):
            at = LONG_AGO if draw(st.booleans()) else draw(MOMENTS)
            facts.append(Membership(name, draw(st.sampled_from(accounts)), at + len(facts), at + len(facts)))
    for _ in range(draw(st.integers(0, 4))):
        at, known_at = _dated(draw)
        account = draw(st.sampled_from([*accounts, None]))
        stated = account is None or draw(st.integers(0, 2)) > 0
        facts.append(Membership(draw(st.sampled_from(names)), account, at, known_at, stated))
    return facts


def _changes(draw: Draw, names: list[str], accounts: list[str]) -> list[Fact]:
    """Values, later values, erasures and deletions; much stays missing."""
    facts: list[Fact] = []
    for _ in range(draw(st.integers(0, 24))):
        words = draw(st.sampled_from(ATTRIBUTES))
        subject = draw(st.sampled_from(names if words.field.entity == "person" else accounts))
        facts.append(_change(draw, words, subject))
    for _ in range(draw(st.integers(0, 6))):
        words = draw(st.sampled_from(ASSET_ATTRIBUTES))
        facts.append(
            _change(draw, words, draw(st.sampled_from(ASSETS if words.field.entity == "asset" else PROGRAMS)))
        )
    if draw(st.integers(0, 3)) == 3:
        at, known_at = _dated(draw)
        deleted = draw(st.sampled_from(("true", "true", "false")))
        facts.append(
            AttributeChange("person", draw(st.sampled_from(names)), "is_deleted", deleted, at, known_at)
        )
    return facts


def _change(draw: Draw, words: Words, subject: str) -> AttributeChange:
    at, known_at = _dated(draw)
    if draw(st.booleans()):
        at = known_at = LONG_AGO
    value = draw(st.sampled_from((*words.values, None)))
    return AttributeChange(words.field.entity, subject, words.field.name, value, at, known_at)


_PROPERTIES = (
    *(("form", FORMS), ("size", SIZES), ("path", PATHS), ("status", STATUSES)),
    *(("reason", REASONS), ("return_on", RETURN_DATES)),
)


def _activities(draw: Draw, names: list[str]) -> list[Fact]:
    facts: list[Fact] = []
    for i in range(draw(st.integers(0, 24))):
        at, known_at = _dated(draw)
        properties = {
            name: value
            for name, values in _PROPERTIES
            if (value := draw(st.sampled_from((*values, None)))) is not None
        }
        facts.append(
            Activity(
                message_id=f"m{i}",
                record=draw(st.sampled_from(names)),
                at=at,
                known_at=known_at,
                type=draw(st.sampled_from(TYPES)),
                channel=draw(st.sampled_from((*CHANNELS, None))),
                asset=draw(st.sampled_from((*ASSETS, None))),
                program=draw(st.sampled_from((*PROGRAMS, None))),
                product=draw(st.sampled_from((*PRODUCTS, None))),
                properties=properties,
            )
        )
    return facts


def _deals(draw: Draw, names: list[str], accounts: list[str]) -> list[Fact]:
    facts: list[Fact] = []
    for deal in DEALS[: draw(st.integers(0, 3))]:
        at, known_at = _dated(draw)
        facts.append(Opportunity(deal, draw(st.sampled_from([*accounts, None])), at, known_at))
        for _ in range(draw(st.integers(0, 4))):
            at, known_at = _dated(draw)
            status = draw(st.sampled_from(tuple(DealStatus)))
            name = f"{status.value} {draw(st.integers(0, 1))}"
            facts.append(OpportunityStage(deal, name, status, at, known_at))
        for _ in range(draw(st.integers(0, 2))):
            at, known_at = _dated(draw)
            facts.append(ContactRole(deal, draw(st.sampled_from(names)), None, False, at, known_at))
    return facts


def _coverage(draw: Draw) -> list[Coverage]:
    """None, everything for ever, or spans that leave holes."""
    spans = []
    for _ in range(draw(st.integers(0, 3))):
        types = tuple(sorted(draw(st.sets(st.sampled_from(TYPES), min_size=1))))
        ends = draw(st.sampled_from(((0, 0), (0, 1), (1, 0), (1, 1))))
        first = draw(MOMENTS) if ends[0] else 0
        last = draw(MOMENTS) if ends[1] else NOON + 100 * MICROS_PER_DAY
        spans.append(Coverage(types, min(first, last), max(first, last)))
    return spans


@st.composite
def worlds(draw: Draw) -> GeneratedWorld:
    """Three to eight records of one to three accounts and what happened to them."""
    names = sorted(draw(st.sets(st.sampled_from(PEOPLE), min_size=3)))
    accounts = list(ACCOUNTS[: draw(st.integers(1, 3))])
    facts: list[Fact] = [AccountRecord(name, LONG_AGO, LONG_AGO) for name in accounts]
    facts += _records(draw, names)
    facts += _identities(draw, names)
    facts += _memberships(draw, names, accounts)
    facts += _changes(draw, names, accounts)
    facts += _activities(draw, names)
    facts += _deals(draw, names, accounts)
    return GeneratedWorld(tuple(untied(facts)), tuple(_coverage(draw)))


@st.composite
def instants(draw: Draw, world: GeneratedWorld, n: int) -> list[Micros]:
    """Instants at, just before and just after the world's edges."""
    around = st.builds(
        lambda edge, nudge: edge + nudge,
        st.sampled_from(world.edges() or [NOON]),
        st.sampled_from((-1, 0, 1)),
    )
    drawn: list[Micros] = draw(st.lists(around | st.just(NOON), min_size=n, max_size=n))
    return drawn
