"""Salesforce Contract: since when and how long an account is under contract, and who signed.

A row knows of one contract, not of the others of its account, so it says when this one ends and never that somebody is no
customer any more. A contract is the account's; where it names the contact who signed, it is an act of that person too.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from handraise.facts.rows import Activity, Assumed, AttributeChange, Fact
from handraise.importers.cells import parse_whole_number
from handraise.importers.records import Since
from handraise.importers.rejects import RowRejected
from handraise.importers.salesforce.ids import to_18
from handraise.importers.salesforce.reader import TIMES, SalesforceReader
from handraise.importers.schema import ObjectSchema, columns
from handraise.model.time import Micros, end_of_day
from handraise.model.values import fold

SCHEMA = ObjectSchema(
    "Salesforce Contract",
    columns(
        """
Id                  | Contract ID             |
AccountId           | Account ID              |
ContractNumber      | Contract Number         |
Status              | Contract Status         |
StatusCode          | Status Category         |
StartDate           | Contract Start Date     |
EndDate             | Contract End Date       |
ContractTerm        | Contract Term (months), Contract Term |
ActivatedDate       | Activated Date          |
CustomerSignedId    | Customer Signed By, Customer Signed ID |
CustomerSignedDate  | Customer Signed Date    |
CustomerSignedTitle | Customer Signed Title   | - the contact says it
CompanySignedId     | Company Signed By       | -
CompanySignedDate   | Company Signed Date     | -
OwnerExpirationNotice | Owner Expiration Notice | -
OwnerId             | Contract Owner          | -
ActivatedById       | Activated By            | -
LastApprovedDate    | Last Approved Date      | -
Description         |                         | -
SpecialTerms        | Special Terms           | -
Name                | Contract Name           | -
Pricebook2Id        | Price Book ID           | -
BillingStreet       |                         | -
BillingCity         |                         | -
BillingState        |                         | -
BillingPostalCode   |                         | -
BillingCountry      |                         | -
ShippingStreet      |                         | -
ShippingCity        |                         | -
ShippingState       |                         | -
ShippingPostalCode  |                         | -
ShippingCountry     |                         | -
CurrencyIsoCode     | Contract Currency       | -
RecordTypeId        | Record Type ID          | -
"""
        + TIMES
    ),
    must=("Id", "AccountId", "StartDate"),
    marks=(("ContractTerm",), ("ContractNumber",), ("CustomerSignedDate",), ("ActivatedDate",)),
    never=("StageName", "WhoId", "CampaignId", "LastName", "Company", "OrderNumber"),
    id_label="Contract ID",
)
TYPES = ("contract.signed", "contract.ended")
_IN_FORCE = frozenset(("activated", "expired", "terminated", "ended"))


class ContractReader(SalesforceReader):
    """One contract a row; those that are not in force yet are quarantined."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        contract = self.start(row).removeprefix(self.prefix)
        account = self.prefix + self.cells.required("AccountId", to_18)
        self.refuse_deleted()
        activated = self.cells.instant("ActivatedDate")
        if activated is None and not self._is_in_force():
            raise RowRejected(
                self.cells.column("Status"), "not_done", "the contract is not in force; it counts once it is."
            )
        signed = self.cells.instant("CustomerSignedDate")
        since = self._since(activated, signed)
        starts, ends = self._days()
        out: list[Fact] = []
        days = {"contract_starts_on": starts, "contract_ends_on": ends, "renewal_on": ends}
        for field, value in days.items():
            if value is not None:
                out.append(
                    AttributeChange("account", account, field, value, since.at, since.at, since.assumed)
                )
        who = self.reference("CustomerSignedId")
        if who is not None:
            out += self._acts(contract, who, signed, ends, since)
        return out

    def _acts(
        self, contract: str, who: str, signed: Micros | None, ends: str | None, since: Since
    ) -> list[Fact]:
        properties = {"contract": number} if (number := self.cells.text("ContractNumber")) else {}
        acts = []
        if signed is not None:
            acts.append(("contract.signed", signed, max(signed, since.at)))
        if ends is not None and (over := end_of_day(date.fromisoformat(ends))) <= self.settings.exported_at:
            acts.append(("contract.ended", over, max(over, since.at)))
        return [
            Activity(f"{contract}:{type_}", who, at, known, type_, "contract", None, None, None, properties)
            for type_, at, known in acts
        ]

    def _is_in_force(self) -> bool:
        said = (self.cells.text("StatusCode"), self.cells.text("Status"))
        return any(text is not None and fold(text) in _IN_FORCE for text in said)

    def _since(self, activated: Micros | None, signed: Micros | None) -> Since:
        """Its days are known from its activation on; else from its signature; else from the row's last change."""
        for at in (activated, signed):
            if at is not None:
                return Since(at, Assumed.HISTORY)
        return self.base()

    def _days(self) -> tuple[str | None, str | None]:
        """First and last day; the last one from the term in months where it is not stated."""
        starts = self.cells.read("StartDate", self.planned.date_text)
        ends = self.cells.read("EndDate", self.planned.date_text)
        months = self.cells.read("ContractTerm", parse_whole_number)
        if ends is None and starts is not None and months is not None and 0 < int(months) <= 1200:
            ends = last_day(date.fromisoformat(starts), int(months)).isoformat()
        return starts, ends


def last_day(starts: date, months: int) -> date:
    """The day before the same day so many months later; of a shorter month, its last."""
    whole = starts.year * 12 + starts.month - 1 + months
    year, month = min(divmod(whole, 12), (9998, 11))
    day = min(starts.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day) - timedelta(days=1)
