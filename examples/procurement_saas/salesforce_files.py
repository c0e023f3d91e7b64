"""Salesforce-shaped CSV: API names as headers, everything quoted, ids of 18 characters, UTC instants.

Current values (a lead's status, an account's type, a campaign member's status) are those of the export,
as in life: they were not known before, and a team that scores with them fools itself.
"""

from __future__ import annotations

import string
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from history import Company, Deal, History, Membership, Person, Program, Role, SalesContact
from invented_names import draw

Row = dict[str, str]

ID_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
CHECK_ALPHABET = string.ascii_uppercase + "012345"
PREFIXES = {
    "Account": "001", "Contact": "003", "User": "005", "Opportunity": "006", "OpportunityHistory": "008",
    "LeadHistory": "017", "OpportunityContactRole": "00K", "Lead": "00Q", "Task": "00T", "CampaignMember": "00v",
    "Campaign": "701",
}  # fmt: skip
N_REPS = 10
INDUSTRIES = {
    "manufacturing": "Manufacturing", "logistics": "Logistics", "professional_services": "Professional Services",
    "healthcare_non_clinical": "Healthcare (non-clinical)", "software": "Software", "education": "Education",
}  # fmt: skip
COUNTRIES = {"US": "United States", "UK": "United Kingdom"}
FUNCTIONS = {"vp_finance": "Finance", "ap_manager": "Accounts Payable", "it_director": "IT", "procurement_manager": "Procurement"}  # fmt: skip
SENIORITIES = {"individual_contributor": "Individual Contributor", "manager": "Manager", "director": "Director", "vp": "VP", "c_suite": "C-Level"}  # fmt: skip
BUYER_ROLES = {"economic_buyer": "Economic Buyer", "champion": "Champion", "technical_evaluator": "Technical Evaluator", "end_user": "End User"}  # fmt: skip
PROBABILITIES = {
    "Qualification": 10, "Needs Analysis": 20, "Value Proposition": 50, "Proposal/Price Quote": 75,
    "Negotiation/Review": 90, "Closed Won": 100, "Closed Lost": 0,
}  # fmt: skip
FORECASTS = {
    "Qualification": "Pipeline", "Needs Analysis": "Pipeline", "Value Proposition": "Pipeline",
    "Proposal/Price Quote": "BestCase", "Negotiation/Review": "Forecast", "Closed Won": "Closed", "Closed Lost": "Omitted",
}  # fmt: skip
DISPOSITIONS = {
    "connected": "Connected", "meeting_set": "Meeting Set", "demo_completed": "Connected", "no_answer": "No Answer",
    "left_voicemail": "Left Voicemail",
}  # fmt: skip
SUBTYPES = {"call": "Call", "email": "Email", "linkedin": "LinkedIn", "meeting": "Task", "demo": "Task"}
SUBJECTS = {"call": "Call", "email": "Email", "linkedin": "LinkedIn message", "meeting": "Meeting", "demo": "Product demo"}  # fmt: skip
RESPONSES = {"Registered", "Attended", "Filled-out Form"}
FORMER_CUSTOMER_SHARE = 0.12  # of customers whose first contract ended before the export
CONTRACT_DAYS = 365


def record_id(kind: str, number: int) -> str:
    """An 18-character id: prefix, instance, number in base 62, and the checksum over upper-case letters."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = ID_ALPHABET[digit] + digits
    fifteen = f"{PREFIXES[kind]}Hs{digits:0>10}"
    return fifteen + "".join(
        CHECK_ALPHABET[sum(1 << i for i, char in enumerate(fifteen[start : start + 5]) if char.isupper())]
        for start in (0, 5, 10)
    )


def numbered_id(kind: str, position: int) -> str:
    """The id of the record at `position` (from 0); numbers leave gaps, as in a shared instance."""
    return record_id(kind, 14_776_336 + position * 37)


@dataclass
class Ids:
    """Ids in order of creation."""

    accounts: dict[str, str]
    leads: dict[str, str]
    contacts: dict[str, str]
    deals: dict[str, str]
    campaigns: dict[str, str]

    @classmethod
    def of(cls, history: History) -> Ids:
        contacts = sorted((p for p in history.people if p.contact_at), key=lambda p: (p.contact_at, p.key))
        return cls(
            accounts=_ids("Account", (c.key for c in history.companies)),
            leads=_ids("Lead", (p.key for p in history.people if p.is_lead)),
            contacts=_ids("Contact", (p.key for p in contacts)),
            deals=_ids("Opportunity", (d.key for d in history.deals)),
            campaigns=_ids("Campaign", (p.key for p in history.programs)),
        )


def _ids(kind: str, keys: Iterable[str]) -> dict[str, str]:
    return {key: numbered_id(kind, position) for position, key in enumerate(keys)}


def rep_id(rep: int) -> str:
    return numbered_id("User", rep)


def instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


def flag(value: bool) -> str:
    return "true" if value else "false"


def text(value: object) -> str:
    return "" if value is None else str(value)


def salesforce_tables(history: History, ids: Ids, exported_at: datetime) -> dict[str, list[Row]]:
    deals_of_company, deal_of_person = (
        _deals_by_company(history.deals),
        {d.person.key: d for d in history.deals},
    )
    leads = [p for p in history.people if p.is_lead]
    contacts = sorted((p for p in history.people if p.contact_at), key=lambda p: (p.contact_at, p.key))
    return {
        "Account": [_account(c, deals_of_company[c.key], ids, exported_at) for c in history.companies],
        "Lead": [_lead(p, deal_of_person.get(p.key), ids) for p in leads],
        "LeadHistory": _lead_history(leads, ids),
        "Contact": [_contact(p, ids) for p in contacts],
        "Opportunity": [_opportunity(d, deals_of_company[d.person.company.key], ids) for d in history.deals],
        "OpportunityHistory": _opportunity_history(history.deals, ids),
        "OpportunityContactRole": [_role(i, r, ids) for i, r in enumerate(history.roles)],
        "Campaign": [_campaign(p, ids, exported_at) for p in history.programs],
        "CampaignMember": [_member(i, m, ids) for i, m in enumerate(history.memberships)],
        "Task": [_task(i, s, deal_of_person, ids) for i, s in enumerate(history.sales_contacts)],
    }


def _deals_by_company(deals: list[Deal]) -> dict[str, list[Deal]]:
    grouped: dict[str, list[Deal]] = defaultdict(list)
    for deal in deals:
        grouped[deal.person.company.key].append(deal)
    return grouped


def _account(company: Company, deals: list[Deal], ids: Ids, exported_at: datetime) -> Row:
    wins = sorted((d for d in deals if d.is_won), key=lambda d: (d.closed_at, d.key))
    kind, start, end = _contract(company, wins, exported_at)
    changed = [d.closed_at or d.opened_at for d in deals]
    modified = instant(max([company.created_at, *changed]))
    return {
        "Id": ids.accounts[company.key],
        "IsDeleted": "false",
        "MasterRecordId": "",
        "Name": company.name,
        "Type": kind,
        "Industry": INDUSTRIES[company.industry],
        "AnnualRevenue": text(company.revenue_usd),
        "NumberOfEmployees": text(company.employees),
        "BillingState": company.state,
        "BillingCountry": COUNTRIES[company.region],
        "Website": f"https://www.{company.domain}" if company.has_website else "",
        "OwnerId": rep_id(company.rep),
        "CreatedDate": instant(company.created_at),
        "LastModifiedDate": modified,
        "SystemModstamp": modified,
        "Region__c": company.region,
        "Process_Maturity__c": text(company.maturity).capitalize(),
        "Plan__c": text(wins[-1].plan).capitalize() if wins else "",
        "Contract_Start__c": text(start),
        "Contract_End__c": text(end),
    }


def _contract(
    company: Company, wins: list[Deal], exported_at: datetime
) -> tuple[str, date | None, date | None]:
    """The account's type at the export, and its yearly contract, renewed unless the customer left."""
    if not wins or wins[0].closed_at is None:
        return company.type, None, None
    start, today = wins[0].closed_at.date(), exported_at.date()
    end = start + timedelta(days=CONTRACT_DAYS)
    if end <= today and draw("left", company.key).random() < FORMER_CUSTOMER_SHARE:
        return "Former Customer", start, end
    while end <= today:
        end += timedelta(days=CONTRACT_DAYS)
    return "Customer", start, end


def lead_status(person: Person) -> str:
    if person.converted_at:
        return "Closed - Converted"
    if person.disqualified_at:
        return "Closed - Not Converted"
    return "Working - Contacted" if person.working_at else "Open - Not Contacted"


def last_change(person: Person) -> datetime:
    known = (
        person.working_at,
        person.converted_at,
        person.disqualified_at,
        person.unsubscribed_at,
        person.bounced_at,
    )
    return max([person.created_at, *(at for at in known if at)])


def _who(person: Person) -> Row:
    return {
        "FirstName": person.first_name,
        "LastName": person.last_name,
        "Title": text(person.title),
        "Email": text(person.email),
        "Phone": text(person.phone),
        "LeadSource": person.source,
        "OwnerId": rep_id(person.rep),
        "HasOptedOutOfEmail": flag(person.unsubscribed_at is not None),
        "DoNotCall": flag(person.do_not_call),
        "Seniority__c": SENIORITIES.get(text(person.seniority), ""),
        "Function__c": FUNCTIONS.get(text(person.function), ""),
        "Buyer_Role__c": BUYER_ROLES.get(text(person.buyer_role), ""),
    }


def _lead(person: Person, deal: Deal | None, ids: Ids) -> Row:
    is_converted, modified = person.converted_at is not None, instant(last_change(person))
    return {
        "Id": ids.leads[person.key],
        "IsDeleted": "false",
        **_who(person),
        "Company": person.company_as_typed,
        "Country": COUNTRIES[person.company.region],
        "Industry": INDUSTRIES.get(text(person.industry_as_typed), ""),
        "NumberOfEmployees": text(person.employees_as_typed),
        "Status": lead_status(person),
        "IsConverted": flag(is_converted),
        "ConvertedDate": text(person.converted_at and person.converted_at.date()),
        "ConvertedAccountId": ids.accounts[person.company.key] if is_converted else "",
        "ConvertedContactId": ids.contacts[person.key] if is_converted else "",
        "ConvertedOpportunityId": ids.deals[deal.key] if deal else "",
        "CreatedDate": instant(person.created_at),
        "LastModifiedDate": modified,
    }


def _lead_history(leads: list[Person], ids: Ids) -> list[Row]:
    changes: list[tuple[datetime, Person, str, str]] = []
    for person in leads:
        status = "Open - Not Contacted"
        for at, new in (
            (person.working_at, "Working - Contacted"),
            (person.disqualified_at, "Closed - Not Converted"),
            (person.converted_at, "Closed - Converted"),
        ):
            if at is not None:
                changes.append((at, person, status, new))
                status = new
    changes.sort(key=lambda change: (change[0], change[1].key))
    return [
        {
            "Id": numbered_id("LeadHistory", i),
            "LeadId": ids.leads[person.key],
            "CreatedDate": instant(at),
            "Field": "Status",
            "OldValue": old,
            "NewValue": new,
        }
        for i, (at, person, old, new) in enumerate(changes)
    ]


def _contact(person: Person, ids: Ids) -> Row:
    created = person.contact_at or person.created_at
    modified = instant(max(created, last_change(person)))
    return {
        "Id": ids.contacts[person.key],
        "IsDeleted": "false",
        "AccountId": ids.accounts[person.company.key],
        **_who(person),
        "MailingCountry": COUNTRIES[person.company.region],
        "CreatedDate": instant(created),
        "LastModifiedDate": modified,
    }


def _opportunity(deal: Deal, deals_of_company: list[Deal], ids: Ids) -> Row:
    has_bought = any(d.is_won and d.closed_at and d.closed_at < deal.opened_at for d in deals_of_company)
    modified = instant(deal.stages[-1][0])
    return {
        "Id": ids.deals[deal.key],
        "IsDeleted": "false",
        "AccountId": ids.accounts[deal.person.company.key],
        "Name": f"{deal.person.company.name} - Veridian Procure",
        "StageName": deal.stage,
        "Amount": str(deal.amount_usd),
        "Probability": str(PROBABILITIES[deal.stage]),
        "CloseDate": _close_date(deal, deal.closed_at),
        "Type": "Existing Business" if has_bought else "New Business",
        "LeadSource": deal.person.source,
        "IsClosed": flag(deal.closed_at is not None),
        "IsWon": flag(deal.is_won),
        "ForecastCategory": FORECASTS[deal.stage],
        "OwnerId": rep_id(deal.person.rep),
        "CreatedDate": instant(deal.opened_at),
        "LastModifiedDate": modified,
        "Loss_Reason__c": text(deal.loss_reason),
        "Revisit_On__c": text(deal.revisit_on),
    }


def _close_date(deal: Deal, closed_at: datetime | None) -> str:
    return str(closed_at.date() if closed_at else deal.expected_close_on)


def _opportunity_history(deals: list[Deal], ids: Ids) -> list[Row]:
    steps = sorted(
        ((at, stage, deal) for deal in deals for at, stage in deal.stages), key=lambda s: (s[0], s[2].key)
    )
    return [
        {
            "Id": numbered_id("OpportunityHistory", i),
            "OpportunityId": ids.deals[deal.key],
            "CreatedDate": instant(at),
            "StageName": stage,
            "Amount": str(deal.amount_usd),
            "Probability": str(PROBABILITIES[stage]),
            "CloseDate": _close_date(deal, at if stage.startswith("Closed") else None),
        }
        for i, (at, stage, deal) in enumerate(steps)
    ]


def _role(position: int, role: Role, ids: Ids) -> Row:
    return {
        "Id": numbered_id("OpportunityContactRole", position),
        "OpportunityId": ids.deals[role.deal_key],
        "ContactId": ids.contacts[role.person.key],
        "Role": role.name,
        "IsPrimary": flag(role.is_primary),
        "CreatedDate": instant(role.at),
        "IsDeleted": "false",
    }


def _campaign(program: Program, ids: Ids, exported_at: datetime) -> Row:
    today = exported_at.date()
    running = "In Progress" if program.starts_on <= today < program.ends_on else "Completed"
    status = "Planned" if program.starts_on > today else running
    return {
        "Id": ids.campaigns[program.key],
        "IsDeleted": "false",
        "Name": program.name,
        "Type": program.type,
        "Status": status,
        "StartDate": str(program.starts_on),
        "EndDate": str(program.ends_on),
        "BudgetedCost": str(program.cost_usd),
        "ActualCost": "" if status == "Planned" else str(program.cost_usd),
        "IsActive": flag(status != "Completed"),
        "OwnerId": rep_id(0),
        "CreatedDate": instant(program.created_at),
    }


def _member(position: int, membership: Membership, ids: Ids) -> Row:
    responded = [at for at, status, _ in membership.steps if status in RESPONSES]
    return {
        "Id": numbered_id("CampaignMember", position),
        "CampaignId": ids.campaigns[membership.program.key],
        "LeadId": ids.leads[membership.person.key],
        "ContactId": ids.contacts.get(membership.person.key, ""),
        "Status": membership.steps[-1][1],
        "HasResponded": flag(bool(responded)),
        "FirstRespondedDate": str(responded[0].date()) if responded else "",
        "CreatedDate": instant(membership.steps[0][0]),
    }


def _task(position: int, contact: SalesContact, deal_of_person: dict[str, Deal], ids: Ids) -> Row:
    """A conversion moves a lead's tasks to the contact, and the deal's are filed under the deal."""
    person, deal = contact.person, deal_of_person.get(contact.person.key)
    is_about_deal = deal is not None and contact.at >= deal.opened_at
    is_missed = contact.kind in ("meeting", "demo") and contact.outcome == "no_answer"
    is_call = contact.kind == "call"
    return {
        "Id": numbered_id("Task", position),
        "WhoId": ids.contacts.get(person.key) or ids.leads[person.key],
        "WhatId": ids.deals[deal.key] if deal and is_about_deal else "",
        "OwnerId": rep_id(person.rep),
        "Subject": SUBJECTS[contact.kind],
        "ActivityDate": str(contact.at.date()),
        "Status": "No Show" if is_missed else "Completed",
        "TaskSubtype": SUBTYPES[contact.kind],
        "CallType": ("Inbound" if contact.is_inbound else "Outbound") if is_call else "",
        "CallDisposition": DISPOSITIONS[contact.outcome] if is_call else "",
        "CreatedDate": instant(contact.at),
    }
