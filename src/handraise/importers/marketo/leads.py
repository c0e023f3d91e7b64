"""Marketo leads: whatever columns were asked for, by REST name or by the label of a list export."""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import (
    AccountRecord,
    Assumed,
    Fact,
    IdentityKey,
    Membership,
    PersonRecord,
)
from handraise.importers.identity_keys import email_key
from handraise.importers.imports import Notes
from handraise.importers.instants import InstantReader
from handraise.importers.records import Attributes, RowCells, Since
from handraise.importers.salesforce.ids import to_18
from handraise.importers.schema import Match, ObjectSchema, columns
from handraise.importers.settings import ImportSettings
from handraise.model.fields import Entity
from handraise.model.time import Micros

MISSING = frozenset(("null",))
SCHEMA = ObjectSchema(
    "Marketo leads",
    columns(
        """
id                  | Lead ID, Marketo ID     |
createdAt           | Created At, Created     |
updatedAt           | Updated At, Updated     |
isAnonymous         | Is Anonymous            |
sfdcLeadId          | SFDC Lead Id            |
sfdcContactId       | SFDC Contact Id         |
sfdcAccountId       | SFDC Account Id         |
firstName           | First Name              | person.first_name
lastName            | Last Name               | person.last_name
name                | Full Name               | person.name
title               | Job Title               | person.title
department          |                         | person.department
email               | Email Address           | person.email
company             | Company Name            | person.company account.name
phone               | Phone Number            | person.phone
mobilePhone         | Mobile Phone Number     | person.mobile_phone
city                |                         | person.city
state               |                         | person.state
country             |                         | person.country
postalCode          | Postal Code             | person.postal_code
leadSource          | Lead Source, Person Source | person.lead_source
leadStatus          | Lead Status, Person Status | person.status !
rating              | Lead Rating             | person.rating !
leadRole            | Role, Lead Role         | person.role
unsubscribed        |                         | person.email_opted_out !
doNotCall           | Do Not Call             | person.do_not_call !
emailInvalid        | Email Invalid           | person.email_bounced !
website             |                         | person.website account.website
industry            |                         | account.industry
annualRevenue       | Annual Revenue          | account.annual_revenue
numberOfEmployees   | Num Employees, Number of Employees | account.employees
mainPhone           | Main Phone              | account.phone
billingCity         | Billing City            | account.city
billingState        | Billing State           | account.state
billingCountry      | Billing Country         | account.country
billingPostalCode   | Billing Postal Code     | account.postal_code
leadScore           | Lead Score, Person Score | - a score made elsewhere
relativeScore       | Relative Score          | - a score made elsewhere
behaviorScore       | Behavior Score          | - a score made elsewhere
demographicScore    | Demographic Score       | - a score made elsewhere
urgency             |                         | - a score made elsewhere
relativeUrgency     | Relative Urgency        | - a score made elsewhere
priority            |                         | - a score made elsewhere
address             |                         | -
anonymousIP         | Anonymous IP            | -
billingStreet       | Billing Address         | -
dateOfBirth         | Date of Birth           | -
doNotCallReason     | Do Not Call Reason      | - known only after the call
fax                 | Fax Number              | -
inferredCompany     | Inferred Company        | - inferred from the address of the network
inferredCountry     | Inferred Country        | - inferred from the address of the network
inferredCity        | Inferred City           | - inferred from the address of the network
inferredMetropolitanArea | Inferred Metropolitan Area | - inferred from the address of the network
inferredPhoneAreaCode | Inferred Phone Area Code | - inferred from the address of the network
inferredPostalCode  | Inferred Postal Code    | - inferred from the address of the network
inferredStateRegion | Inferred State Region   | - inferred from the address of the network
jigsawContactId     | Jigsaw Contact Id       | -
jigsawContactStatus | Jigsaw Contact Status   | -
middleName          | Middle Name             | -
salutation          |                         | -
sicCode             | SIC Code                | -
site                |                         | -
unsubscribedReason  | Unsubscribed Reason     | -
emailInvalidCause   | Email Invalid Cause     | -
marketingSuspended  | Marketing Suspended     | - overwritten, without history
blackListed         | Black Listed            | - overwritten, without history
sfdcType            | SFDC Type               | -
cookies             |                         | -
ecids               |                         | -
"""
    ),
    must=("id",),
    marks=(
        ("createdAt",),
        ("updatedAt",),
        ("leadScore",),
        ("leadStatus",),
        ("sfdcLeadId",),
        ("isAnonymous",),
        ("emailInvalid",),
        ("unsubscribed",),
    ),
    never=(
        "marketoGUID",
        "activityTypeId",
        "CreatedDate",
        "LastModifiedDate",
        "SystemModstamp",
        "AccountId",
        "LeadId",
        "StageName",
        "CampaignId",
    ),
    customs=Entity.PERSON,
)


class MarketoLeadReader:
    """One lead a row. `updatedAt` moves with standard fields only, so custom columns count from the export."""

    def __init__(self, match: Match, header: Sequence[str], source: str, settings: ImportSettings) -> None:
        instants = InstantReader(settings.zone, settings.formats, settings.latest)
        self.notes = Notes()
        self._prefix, self._crm = source + ":", settings.crm_source + ":"
        self.cells = RowCells(match, header, instants, MISSING | settings.missing)
        self._attributes = Attributes(match, self.cells, settings, instants, self.notes)
        self._from_export = Since(settings.exported_at, Assumed.FROM_EXPORT)

    def facts(self, row: Sequence[str]) -> list[Fact]:
        cells = self.cells
        cells.take(row)
        record = self._prefix + cells.required("id")
        created, updated = cells.instant("createdAt"), cells.instant("updatedAt")
        base = self._from_export if updated is None else Since(updated, Assumed.LAST_MODIFIED)
        known = base.at if created is None else created
        out: list[Fact] = [PersonRecord(record, known, known, not cells.flag("isAnonymous"))]
        if self._attributes.any_of("account", row):
            out += (
                AccountRecord(record, known, known, True),
                Membership(record, record, known, known, False),
            )
        self._attributes.add(out, row, record, created, base, self._from_export)
        self._keys(out, record, known)
        account = cells.read("sfdcAccountId", to_18)
        if account is not None:
            out.append(Membership(record, self._crm + account, base.at, base.at))
        return out

    def _keys(self, out: list[Fact], record: str, known: Micros) -> None:
        address = self.cells.text("email")
        if address is not None:
            key = email_key(address)
            if key is None:
                self.notes.counts[
                    "unusable_email", f"`{self.cells.column('email')}` is no e-mail address and joins nobody."
                ] += 1
            else:
                out.append(IdentityKey(record, key, known, known))
        for column in ("sfdcLeadId", "sfdcContactId"):
            other = self.cells.read(column, to_18)
            if other is not None:
                out.append(IdentityKey(record, f"id:{self._crm}{other}", known, known))
