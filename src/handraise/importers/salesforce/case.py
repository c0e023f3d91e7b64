"""Salesforce Case: support tickets, the contact's who has the problem.

A ticket is also the account's, as the day of its last one; counts of tickets are of people, since activities are theirs.
What support fills in while it works on a ticket (reason, priority, status) is known when it is closed.
"""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import Activity, AttributeChange, Fact
from handraise.importers.rejects import RowRejected
from handraise.importers.salesforce.reader import TIMES, SalesforceReader
from handraise.importers.schema import ObjectSchema, columns
from handraise.model.time import Micros, iso

SCHEMA = ObjectSchema(
    "Salesforce Case",
    columns(
        """
Id                  | Case ID                 |
CaseNumber          | Case Number             |
ContactId           | Contact ID              |
AccountId           | Account ID              |
Subject             |                         |
Origin              | Case Origin             |
Type                | Case Type               |
Reason              | Case Reason             |
Priority            |                         |
Status              | Case Status             |
ClosedDate          | Date/Time Closed, Closed Date |
IsClosed            | Closed                  |
IsEscalated         | Escalated               | - overwritten, without history
ParentId            | Parent Case ID          | -
AssetId             | Asset ID                | -
ProductId           | Product ID              | -
SuppliedName        | Web Name                | -
SuppliedEmail       | Web Email               | -
SuppliedPhone       | Web Phone               | -
SuppliedCompany     | Web Company             | -
OwnerId             | Case Owner              | -
Description         |                         | - notes are read by listening
Comments            | Internal Comments       | - notes are read by listening
ContactEmail        | Contact Email           | - the contact says it
ContactPhone        | Contact Phone           | - the contact says it
ContactMobile       | Contact Mobile          | - the contact says it
ContactFax          | Contact Fax             | - the contact says it
EntitlementId       |                         | -
SlaStartDate        |                         | -
SlaExitDate         |                         | -
MilestoneStatus     |                         | -
CurrencyIsoCode     | Case Currency           | -
RecordTypeId        | Record Type ID, Case Record Type | -
"""
        + TIMES
    ),
    must=("Id",),
    marks=(("CaseNumber",), ("Origin", "ContactId"), ("ClosedDate", "ContactId"), ("SuppliedEmail",)),
    never=("StageName", "WhoId", "CampaignId", "LastName", "Company", "LeadSource"),
    id_label="Case ID",
)
TYPES = ("ticket.opened", "ticket.closed")


class CaseReader(SalesforceReader):
    """One ticket a row; one that names neither contact nor account is quarantined."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        case = self.start(row).removeprefix(self.prefix)
        opened, closed = self.created(), self.cells.instant("ClosedDate")
        self.refuse_deleted()
        who, account = self.reference("ContactId"), self.reference("AccountId")
        if opened is None:
            raise RowRejected(self.cells.column("CreatedDate"), "missing", "nothing says when it was opened.")
        if who is None and account is None:
            raise RowRejected(
                self.cells.column("ContactId"), "no_person", "the ticket names no contact and no account."
            )
        out: list[Fact] = []
        if account is not None:
            day = iso(opened)[:10]
            out.append(AttributeChange("account", account, "last_ticket_on", day, opened, opened))
        if who is None:
            sentence = "tickets name no contact; they are the account's only, as the day of its last ticket."
            self.notes.counts["no_contact", sentence] += 1
            return out
        out.append(self._act(case, who, "ticket.opened", opened, opened, ("Subject", "Origin")))
        if closed is not None and self.cells.flag("IsClosed") is not False:
            at = max(opened, closed)
            told = ("Subject", "Origin", "Type", "Reason", "Priority", "Status")
            out.append(self._act(case, who, "ticket.closed", at, at, told))
        return out

    def _act(
        self, case: str, who: str, type_: str, at: Micros, known: Micros, told: tuple[str, ...]
    ) -> Activity:
        texts = {name.lower(): self.cells.text(name) for name in told}
        texts["ticket_number"] = self.cells.text("CaseNumber")
        properties = {name: value for name, value in texts.items() if value is not None}
        return Activity(f"{case}:{type_}", who, at, known, type_, "support", None, None, None, properties)
