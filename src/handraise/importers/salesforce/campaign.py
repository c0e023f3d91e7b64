"""Salesforce Campaign (a program) and CampaignMember (who joined it, and when they first responded)."""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import Activity, Fact
from handraise.importers.rejects import RowRejected
from handraise.importers.salesforce.ids import to_18
from handraise.importers.salesforce.reader import TIMES, SalesforceReader
from handraise.importers.schema import ObjectSchema, columns
from handraise.model.fields import Entity

SCHEMA = ObjectSchema(
    "Salesforce Campaign",
    columns(
        """
Id                  | Campaign ID             |
Name                | Campaign Name           | program.name
ParentId            | Parent Campaign ID, Parent Campaign | program.parent
Type                | Campaign Type           | program.type
Status              | Campaign Status         | program.status !
StartDate           | Start Date, Campaign Start Date | program.started_on
EndDate             | End Date, Campaign End Date | program.ended_on
BudgetedCost        | Budgeted Cost, Budgeted Cost in Campaign | program.budget
ActualCost          | Actual Cost, Actual Cost in Campaign | program.cost !
RecordTypeId        | Record Type ID          | -
ExpectedRevenue     | Expected Revenue in Campaign, Expected Revenue | -
ExpectedResponse    | Expected Response (%)   | -
NumberSent          | Num Sent in Campaign, Num Sent | - a running count
IsActive            | Active                  | -
Description         | Campaign Description    | -
NumberOfLeads       | Leads in Campaign, Total Leads | - a running count
NumberOfConvertedLeads | Converted Leads in Campaign, Converted Leads | - a running count
NumberOfContacts    | Contacts in Campaign, Total Contacts | - a running count
NumberOfResponses   | Responses in Campaign, Total Responses | - a running count
NumberOfOpportunities | Opportunities in Campaign, Num Total Opportunities | - a running count
NumberOfWonOpportunities | Won Opportunities in Campaign, Num Won Opportunities | - a running count
AmountAllOpportunities | Value Opportunities in Campaign, Total Value Opportunities | - a running count
AmountWonOpportunities | Value Won Opportunities in Campaign, Total Value Won Opportunities | - a running count
CampaignMemberRecordTypeId |                  | -
OwnerId             | Campaign Owner, Owner ID | -
CurrencyIsoCode     | Campaign Currency       | -
"""
        + TIMES
    ),
    must=("Id", "Name"),
    marks=(
        ("NumberSent",),
        ("BudgetedCost",),
        ("ActualCost",),
        ("StartDate", "EndDate"),
        ("StartDate", "Type"),
        ("StartDate", "Status"),
        ("IsActive",),
    ),
    never=("CampaignId", "LeadId", "ContactId", "Email", "LastName", "StageName", "BillingCountry"),
    customs=Entity.PROGRAM,
    id_label="Campaign ID",
)

MEMBERS = ObjectSchema(
    "Salesforce CampaignMember",
    columns(
        """
Id                  | Campaign Member ID, Member ID |
CampaignId          | Campaign ID             |
LeadId              | Lead ID                 |
ContactId           | Contact ID              |
LeadOrContactId     | Lead or Contact ID, Related Record ID |
HasResponded        | Responded               |
FirstRespondedDate  | First Responded Date    |
Status              | Member Status           | - overwritten in place, without history
Type                | Member Type             | -
LeadOrContactOwnerId |                        | -
Name                |                         | - the lead or contact says it
FirstName           | First Name              | - the lead or contact says it
LastName            | Last Name               | - the lead or contact says it
Salutation          |                         | - the lead or contact says it
Title               |                         | - the lead or contact says it
CompanyOrAccount    | Company or Account, Company | - the lead or contact says it
Street              |                         | - the lead or contact says it
City                |                         | - the lead or contact says it
State               | State/Province          | - the lead or contact says it
PostalCode          | Zip/Postal Code         | - the lead or contact says it
Country             |                         | - the lead or contact says it
Email               |                         | - the lead or contact says it
Phone               |                         | - the lead or contact says it
MobilePhone         | Mobile                  | - the lead or contact says it
Fax                 |                         | - the lead or contact says it
Description         |                         | - the lead or contact says it
DoNotCall           | Do Not Call             | - the lead or contact says it
HasOptedOutOfEmail  | Email Opt Out           | - the lead or contact says it
HasOptedOutOfFax    | Fax Opt Out             | - the lead or contact says it
LeadSource          | Lead Source             | - the lead or contact says it
AccountId           | Account ID              | - the lead or contact says it
CurrencyIsoCode     |                         | -
"""
        + TIMES
    ),
    must=("CampaignId",),
    marks=(("LeadId",), ("ContactId",), ("LeadOrContactId",)),
    never=("StageName", "OpportunityId", "WhoId"),
)
MEMBER_ACTIVITIES = ("program.joined", "program.succeeded")


class CampaignReader(SalesforceReader):
    """One campaign a row."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        campaign = self.start(row)
        created, base = self.created(), self.base()
        out: list[Fact] = []
        self.attributes.add(out, row, campaign, created, base, base)
        return out


class MemberReader(SalesforceReader):
    """One membership a row. A lead that became a contact stays the lead: identity joins the two."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        campaign = self.start(row, "CampaignId")
        record = self._who()
        member = self.cells.read("Id", to_18) or f"{campaign}:{record}"
        self.refuse_deleted()
        out: list[Fact] = []
        joined = self.created()
        if joined is not None:
            out.append(
                Activity(
                    f"{member}:joined", record, joined, joined, "program.joined", "program", None, campaign
                )
            )
        responded = self.cells.instant("FirstRespondedDate")
        if responded is not None and self.cells.flag("HasResponded") is not False:
            at = responded if joined is None else max(responded, joined)
            out.append(
                Activity(
                    f"{member}:succeeded", record, at, at, "program.succeeded", "program", None, campaign
                )
            )
        elif self.cells.flag("HasResponded"):
            self.notes.counts[
                "undated_responses", "members responded, but nothing says when; that gives no fact."
            ] += 1
        if not out:
            raise RowRejected(None, "undated", "nothing says when the member joined or responded.")
        return out

    def _who(self) -> str:
        for column in ("LeadId", "ContactId", "LeadOrContactId"):
            record = self.reference(column)
            if record is not None:
                return record
        raise RowRejected(None, "missing", "the member has neither a lead nor a contact.")
