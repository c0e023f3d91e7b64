"""Marketo-shaped CSV: a Bulk Lead Extract, and Bulk Activity Extracts of one month each (at most 31 days)."""

from __future__ import annotations

import json
from collections import defaultdict

from history import History, Person, WebAct
from salesforce_files import COUNTRIES, INDUSTRIES, Ids, flag, last_change, text

Row = dict[str, str]

FIRST_LEAD_ID, FIRST_GUID, FIRST_SMART_CAMPAIGN_ID = 2_000_001, 700_000_001, 5000
MAIL_TYPES = (7, 8, 9, 10, 11)


def marketo_ids(history: History) -> dict[str, int]:
    known = (p.key for p in history.people if p.in_marketo)
    return {key: FIRST_LEAD_ID + position for position, key in enumerate(known)}


def lead_rows(history: History, ids: Ids, marketo: dict[str, int]) -> list[Row]:
    return [_lead(p, ids, marketo[p.key]) for p in history.people if p.in_marketo]


def activity_rows_by_month(history: History, marketo: dict[str, int]) -> dict[str, list[Row]]:
    months: dict[str, list[Row]] = defaultdict(list)
    for position, act in enumerate(history.web_acts):
        months[f"{act.at:%Y-%m}"].append(_activity(FIRST_GUID + position, act, marketo))
    return months


def _or_null(value: object) -> str:
    return text(value) or "null"


def _lead(person: Person, ids: Ids, marketo_id: int) -> Row:
    is_contact = person.key in ids.contacts
    return {
        "id": str(marketo_id),
        "email": _or_null(person.email),
        "firstName": person.first_name,
        "lastName": person.last_name,
        "title": _or_null(person.title),
        "company": person.company_as_typed,
        "industry": _or_null(INDUSTRIES.get(text(person.industry_as_typed))),
        "numberOfEmployees": _or_null(person.employees_as_typed),
        "country": COUNTRIES[person.company.region],
        "leadSource": person.source,
        "createdAt": f"{person.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "updatedAt": f"{last_change(person):%Y-%m-%dT%H:%M:%SZ}",
        "unsubscribed": flag(person.unsubscribed_at is not None),
        "emailInvalid": flag(person.bounced_at is not None),
        "sfdcType": "Contact" if is_contact else "Lead",
        "sfdcLeadId": ids.leads[person.key],
        "sfdcContactId": _or_null(ids.contacts.get(person.key)),
        "sfdcAccountId": ids.accounts[person.company.key] if is_contact else "null",
    }


def _activity(guid: int, act: WebAct, marketo: dict[str, int]) -> Row:
    smart_campaign = FIRST_SMART_CAMPAIGN_ID + (act.value_id or 0) if act.type_id in MAIL_TYPES else None
    return {
        "marketoGUID": str(guid),
        "leadId": str(marketo[act.person.key]),
        "activityDate": f"{act.at:%Y-%m-%dT%H:%M:%SZ}",
        "activityTypeId": str(act.type_id),
        "campaignId": _or_null(smart_campaign),
        "primaryAttributeValueId": _or_null(act.value_id),
        "primaryAttributeValue": act.value,
        "attributes": json.dumps(dict(act.attributes), separators=(",", ":")),
    }
