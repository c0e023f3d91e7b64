"""What happened, in the field's terms, whatever system will export it.

`History.as_of(instant)` is the one place where the future is cut off: everything written into the
exports goes through it, so nothing that came later can show in any file.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime


@dataclass
class Company:
    """An account of the CRM. Unknown values are None, as research left them."""

    key: str
    name: str
    domain: str
    industry: str
    region: str
    state: str
    employees: int | None
    revenue_usd: int | None
    maturity: str | None
    has_website: bool
    created_at: datetime
    rep: int
    type: str = "Prospect"


@dataclass
class Person:
    """Somebody at a company: a lead, or a contact only (`is_lead` false)."""

    key: str
    company: Company
    first_name: str
    last_name: str
    title: str | None
    email: str | None
    phone: str | None
    function: str | None
    seniority: str | None
    buyer_role: str | None
    source: str
    rep: int
    created_at: datetime
    is_lead: bool = True
    company_as_typed: str = ""
    industry_as_typed: str | None = None
    employees_as_typed: int | None = None
    do_not_call: bool = False
    in_marketo: bool = True
    came_by: str = "salesforce.com"
    working_at: datetime | None = None
    converted_at: datetime | None = None
    disqualified_at: datetime | None = None
    unsubscribed_at: datetime | None = None
    bounced_at: datetime | None = None

    @property
    def contact_at(self) -> datetime | None:
        """When the person became a contact."""
        return self.converted_at if self.is_lead else self.created_at


@dataclass(frozen=True)
class Deal:
    """An opportunity; `stages` are its steps as `(since, stage name)`, the closing one included."""

    key: str
    person: Person
    amount_usd: int
    stages: tuple[tuple[datetime, str], ...]
    expected_close_on: date
    loss_reason: str | None
    revisit_on: date | None
    plan: str | None

    @property
    def opened_at(self) -> datetime:
        return self.stages[0][0]

    @property
    def stage(self) -> str:
        return self.stages[-1][1]

    @property
    def closed_at(self) -> datetime | None:
        return self.stages[-1][0] if self.stage in ("Closed Won", "Closed Lost") else None

    @property
    def is_won(self) -> bool:
        return self.stage == "Closed Won"


@dataclass(frozen=True)
class Role:
    """A person's part in a deal; `name` is blank when nobody filled it."""

    deal_key: str
    person: Person
    name: str
    is_primary: bool
    at: datetime


@dataclass(frozen=True)
class SalesContact:
    """A call, mail, meeting, demo or LinkedIn message that a rep logged."""

    person: Person
    at: datetime
    kind: str
    is_inbound: bool
    outcome: str


@dataclass(frozen=True)
class WebAct:
    """One row of the marketing automation's activity log."""

    person: Person
    at: datetime
    type_id: int
    value_id: int | None
    value: str
    attributes: tuple[tuple[str, str | int | bool], ...] = ()
    smart_campaign_id: int | None = None


@dataclass(frozen=True)
class Program:
    """A marketing program, which is also a CRM campaign."""

    key: str
    id: int
    name: str
    type: str
    starts_on: date
    ends_on: date
    cost_usd: int
    created_at: datetime


@dataclass(frozen=True)
class Membership:
    """A person's way through a program: `steps` are `(since, status, is success)`."""

    person: Person
    program: Program
    steps: tuple[tuple[datetime, str, bool], ...]


@dataclass
class History:
    companies: list[Company] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    sales_contacts: list[SalesContact] = field(default_factory=list)
    web_acts: list[WebAct] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)

    def as_of(self, instant: datetime) -> History:
        """The same history as somebody could know it at `instant`, in the order in which it happened."""
        for person in self.people:
            _forget_after(person, instant)
        deals = [_deal_as_of(deal, instant) for deal in self.deals if deal.opened_at <= instant]
        return History(
            companies=sorted(
                (c for c in self.companies if c.created_at <= instant), key=lambda c: (c.created_at, c.key)
            ),
            people=sorted(
                (p for p in self.people if p.created_at <= instant), key=lambda p: (p.created_at, p.key)
            ),
            deals=sorted(deals, key=lambda d: (d.opened_at, d.key)),
            roles=sorted((r for r in self.roles if r.at <= instant), key=lambda r: (r.at, r.person.key)),
            sales_contacts=sorted(
                (s for s in self.sales_contacts if s.at <= instant),
                key=lambda s: (s.at, s.person.key, s.kind),
            ),
            web_acts=sorted(
                (a for a in self.web_acts if a.at <= instant),
                key=lambda a: (a.at, a.person.key, a.type_id != 12, a.type_id, a.value),
            ),
            programs=[p for p in self.programs if p.created_at <= instant],
            memberships=sorted(
                (_membership_as_of(m, instant) for m in self.memberships if m.steps[0][0] <= instant),
                key=lambda m: (m.steps[0][0], m.person.key, m.program.key),
            ),
        )


def _forget_after(person: Person, instant: datetime) -> None:
    for name in ("working_at", "converted_at", "disqualified_at", "unsubscribed_at", "bounced_at"):
        at = getattr(person, name)
        if at is not None and at > instant:
            setattr(person, name, None)


def _deal_as_of(deal: Deal, instant: datetime) -> Deal:
    stages = tuple(step for step in deal.stages if step[0] <= instant)
    if len(stages) == len(deal.stages):
        return deal
    return replace(deal, stages=stages, loss_reason=None, revisit_on=None, plan=None)


def _membership_as_of(membership: Membership, instant: datetime) -> Membership:
    return replace(membership, steps=tuple(step for step in membership.steps if step[0] <= instant))
