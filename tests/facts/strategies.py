"""Random worlds: a few records, accounts and instants, so that keys, conflicts and moves come up often."""

from __future__ import annotations

from hypothesis import strategies as st

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
from handraise.model.conditions import DealStatus

LAST = 12

instants = st.integers(0, LAST)
delays = st.sampled_from([0, 0, 0, 1, 5])
records = st.sampled_from([f"crm:{i}" for i in range(6)] + ["web:1", "web:2"])
accounts = st.sampled_from(["crm:acme", "crm:bolt", "crm:core"])
deals = st.sampled_from(["crm:d1", "crm:d2"])


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    """One fact."""
    at = draw(instants)
    known = at + draw(delays)
    record, account = draw(records), draw(accounts)
    kind = draw(st.integers(0, 14))
    if kind == 0:
        return AccountRecord(account, at, known)
    if kind == 1:
        return IdentityKey(record, draw(st.sampled_from(["email:a", "email:b", "id:crm:1"])), at, known)
    if kind in (2, 3):
        return Membership(
            record, draw(st.sampled_from([account, account, None])), at, known, draw(st.booleans())
        )
    if kind == 4:
        return Opportunity(draw(deals), draw(st.sampled_from([account, None])), at, known)
    if kind == 5:
        return OpportunityStage(
            draw(deals), draw(st.sampled_from("ab")), draw(st.sampled_from(DealStatus)), at, known
        )
    if kind == 6:
        return ContactRole(draw(deals), record, None, draw(st.booleans()), at, known)
    if kind in (7, 8, 9):
        return draw(attributes(record, account, at, known))
    if kind in (10, 11):
        return PersonRecord(record, at, known, identified=not record.startswith("web"))
    return Activity(
        f"m{draw(st.integers(0, 30))}",
        record,
        at,
        known,
        draw(st.sampled_from(["page.viewed", "form.submitted"])),
        properties=draw(st.sampled_from([{}, {"path": "/pricing", "form": "demo"}])),
    )


@st.composite
def attributes(draw: st.DrawFn, record: str, account: str, at: int, known: int) -> AttributeChange:
    entity, subject, field = draw(
        st.sampled_from(
            [
                ("person", record, "title"),
                ("person", record, "country"),
                ("account", account, "industry"),
                ("asset", "whitepaper", "tier"),
            ]
        )
    )
    return AttributeChange(entity, subject, field, draw(st.sampled_from(["x", "y", None])), at, known)


def worlds(max_size: int = 60) -> st.SearchStrategy[list[Fact]]:
    """Facts in some order, with everybody there from the start."""
    known: list[Fact] = [PersonRecord(f"crm:{i}", i % 3, i % 3) for i in range(4)]
    return st.lists(facts(), max_size=max_size).map(lambda drawn: known + drawn)
