"""Salesforce Lead: a person, the company they wrote, and at conversion the contact and account they became."""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import (
    AccountRecord,
    Activity,
    Assumed,
    AttributeChange,
    ContactRole,
    Fact,
    IdentityKey,
    Membership,
    PersonRecord,
)
from handraise.importers.records import Since
from handraise.importers.salesforce.reader import TIMES, SalesforceReader
from handraise.importers.schema import ObjectSchema, columns
from handraise.model.fields import Entity
from handraise.model.time import Micros

SCHEMA = ObjectSchema(
    "Salesforce Lead",
    columns(
        """
Id                  | Lead ID                 |
MasterRecordId      | Master Record ID        |
FirstName           | First Name              | person.first_name
LastName            | Last Name               | person.last_name
Name                | Lead Name, Full Name    | person.name
Title               | Job Title               | person.title
Company             | Company / Account       | person.company account.name
City                |                         | person.city account.city
State               | State/Province, State/Province (text only) | person.state account.state
PostalCode          | Zip/Postal Code, Postal Code | person.postal_code account.postal_code
Country             | Country (text only)     | person.country account.country
Phone               |                         | person.phone
MobilePhone         | Mobile, Mobile Phone    | person.mobile_phone
Email               | Email Address           | person.email
Website             |                         | person.website account.website
LeadSource          | Lead Source             | person.lead_source
Status              | Lead Status             | person.status !
Industry            |                         | account.industry
Rating              |                         | person.rating !
AnnualRevenue       | Annual Revenue          | account.annual_revenue
NumberOfEmployees   | No. of Employees, Employees, Number of Employees | account.employees
OwnerId             | Lead Owner, Owner ID, Lead Owner ID | person.owner !
HasOptedOutOfEmail  | Email Opt Out           | person.email_opted_out !
DoNotCall           | Do Not Call             | person.do_not_call !
IsConverted         | Converted               |
ConvertedDate       | Converted Date          |
ConvertedAccountId  | Converted Account ID, Converted Account |
ConvertedContactId  | Converted Contact ID, Converted Contact |
ConvertedOpportunityId | Converted Opportunity ID, Converted Opportunity |
Salutation          |                         | -
MiddleName          | Middle Name             | -
Suffix              |                         | -
Street              |                         | -
StateCode           | State/Province Code     | -
CountryCode         | Country Code            | -
Latitude            |                         | -
Longitude           |                         | -
GeocodeAccuracy     | Geocode Accuracy        | -
Fax                 |                         | -
PhotoUrl            | Photo URL               | -
Description         |                         | - reps edit it after the fact
HasOptedOutOfFax    | Fax Opt Out             | -
IsUnreadByOwner     | Unread By Owner         | - changes when the owner looks
LastTransferDate    | Last Transfer Date      | - moves with the owner
Jigsaw              | Data.com Key            | -
JigsawContactId     | Jigsaw Contact ID       | -
CleanStatus         | Clean Status            | -
EmailBouncedReason  | Email Bounced Reason    | - the bounce itself is an activity
EmailBouncedDate    | Email Bounced Date      | - the bounce itself is an activity
IndividualId        | Individual ID           | -
RecordTypeId        | Record Type ID, Lead Record Type | -
FirstCallDateTime   | First Call Date         | - known only after the call
FirstEmailDateTime  | First Email Date        | - known only after the e-mail
ActionCadenceId     |                         | - moves with the rep's cadence
ActionCadenceAssigneeId |                     | - moves with the rep's cadence
ActionCadenceState  |                         | - moves with the rep's cadence
ScheduledResumeDateTime |                     | - moves with the rep's cadence
ActiveTrackerCount  |                         | - a running count
ScoreIntelligenceId |                         | - a score made elsewhere
"""
        + TIMES
    ),
    must=("Id",),
    marks=(("IsConverted",), ("ConvertedDate",), ("Company",), ("Status", "LeadSource")),
    never=("_fivetran_end", "AccountId", "StageName", "WhoId", "CampaignId", "LeadId", "BillingCountry"),
    customs=Entity.PERSON,
    id_label="Lead ID",
)


class LeadReader(SalesforceReader):
    """One lead a row."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        record = self.start(row)
        created, base = self.created(), self.base()
        known = base.at if created is None else created
        out: list[Fact] = [PersonRecord(record, known, known)]
        if self.attributes.any_of("account", row):
            out += (
                AccountRecord(record, known, known, True),
                Membership(record, record, known, known, False),
            )
        self.attributes.add(out, row, record, created, base, base)
        self.email_key(out, record, known)
        self.deleted(out, "person", record, base)
        master = self.reference("MasterRecordId")
        if master is not None:
            out.append(IdentityKey(record, "id:" + master, base.at, base.at))
        self._conversion(out, record, base)
        return out

    def _conversion(self, out: list[Fact], record: str, base: Since) -> None:
        """What the lead became, known from the end of the day of conversion; without that day, from the last change."""
        is_converted = self.cells.flag("IsConverted")
        date = self.cells.instant("ConvertedDate")
        if is_converted is False or (is_converted is None and date is None):
            if is_converted is False:
                out.append(
                    AttributeChange("person", record, "is_converted", "false", base.at, base.at, base.assumed)
                )
            return
        at, assumed = (date, Assumed.HISTORY) if date is not None else base
        out.append(AttributeChange("person", record, "is_converted", "true", at, at, assumed))
        account = self.reference("ConvertedAccountId")
        contact = self.reference("ConvertedContactId")
        opportunity = self.reference("ConvertedOpportunityId")
        if account is not None:
            out.append(Membership(record, account, at, at))
        if contact is not None:
            out.append(IdentityKey(record, "id:" + contact, at, at))
        if opportunity is not None:
            out.append(ContactRole(opportunity, record, None, False, at, at))
        if date is not None:
            out.append(self._converted(record, at))

    def _converted(self, record: str, at: Micros) -> Activity:
        return Activity(
            f"{record.removeprefix(self.prefix)}:converted", record, at, at, "lead.converted", "sales"
        )
