"""Salesforce Opportunity, its stage history, and the contacts' roles in it.

An export of opportunities holds the current stage only. It counts from `LastStageChangeDate` where there is
one (the instant of the row in the history, so both files say the same); else, for a closed deal, from the
end of `CloseDate` unless that lies after the last change; else from the last change. It is *known* from the
last change on. A history file may come before or after it: where both tell of one entry, the history knew of it
first, and counts (`engines.deals`). `has_stage_history` leaves the current stage out altogether.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from handraise.facts.rows import Assumed, AttributeChange, ContactRole, Fact, Opportunity, OpportunityStage
from handraise.importers.cells import parse_number
from handraise.importers.records import Since
from handraise.importers.rejects import RowRejected
from handraise.importers.salesforce.ids import to_18
from handraise.importers.salesforce.reader import TIMES, SalesforceReader
from handraise.importers.schema import Match, ObjectSchema, columns
from handraise.importers.settings import ImportSettings
from handraise.model.conditions import DealStatus
from handraise.model.fields import Entity, Field, FieldDefinition
from handraise.model.time import Micros, end_of_day
from handraise.model.values import FieldType, fold

IS_DELETED = Field("opportunity", "is_deleted")

SCHEMA = ObjectSchema(
    "Salesforce Opportunity",
    columns(
        """
Id                  | Opportunity ID          |
AccountId           | Account ID              |
Name                | Opportunity Name        | opportunity.name
StageName           | Stage                   |
Amount              |                         | opportunity.amount !
CurrencyIsoCode     | Opportunity Currency, Amount Currency | opportunity.currency !
CloseDate           | Close Date              | opportunity.close_on !
Type                | Opportunity Type        | opportunity.type !
LeadSource          | Lead Source             | opportunity.lead_source
OwnerId             | Opportunity Owner, Owner ID | opportunity.owner !
CampaignId          | Primary Campaign Source, Primary Campaign Source ID | opportunity.program !
IsClosed            | Closed                  |
IsWon               | Won                     |
LastStageChangeDate | Last Stage Change Date  |
ForecastCategory    |                         |
ForecastCategoryName | Forecast Category      |
Probability         | Probability (%)         |
AccountName         | Account Name            | -
RecordTypeId        | Record Type ID, Opportunity Record Type | -
IsPrivate           | Private                 | -
Description         | Opportunity Description | - reps edit it after the fact
ExpectedRevenue     | Expected Revenue        | - amount times probability
TotalOpportunityQuantity | Quantity           | -
NextStep            | Next Step               | - reps edit it after the fact
HasOpportunityLineItem | Has Line Item        | -
Pricebook2Id        | Price Book ID           | -
Territory2Id        | Territory ID            | -
IsExcludedFromTerritory2Filter |              | -
PushCount           | Push Count              | - a running count
FiscalQuarter       | Fiscal Quarter          | - from the close date
FiscalYear          | Fiscal Year             | - from the close date
Fiscal              | Fiscal Period           | - from the close date
ContactId           | Contact ID              | - contact roles have their own export
ContractId          | Contract ID             | -
PartnerAccountId    | Partner Account ID      | -
SyncedQuoteId       | Quote ID                | -
IsSplit             | Split                   | -
HasOpenActivity     | Has Open Activity       | - moves with every task
HasOverdueTask      | Has Overdue Task        | - moves with every task
LastAmountChangedHistoryId |                  | -
LastCloseDateChangedHistoryId |               | -
OpportunityScoreId  |                         | - a score made elsewhere
IqScore             | Opportunity Score       | - a score made elsewhere
Age                 |                         | - moves with the clock
"""
        + TIMES
    ),
    must=("Id", "StageName"),
    marks=(("CloseDate",), ("AccountId",), ("Amount",), ("IsClosed",), ("Probability",)),
    never=("_fivetran_end", "OpportunityId", "WhoId", "LeadId", "Company"),
    customs=Entity.OPPORTUNITY,
    id_label="Opportunity ID",
    also_fills={"IsDeleted": FieldDefinition(IS_DELETED, FieldType.BOOLEAN, "Deleted in the source")},
)

HISTORY = ObjectSchema(
    "Salesforce OpportunityHistory",
    columns(
        """
Id                  | Opportunity History ID  |
OpportunityId       | Opportunity ID          |
StageName           | Stage, To Stage         |
Amount              |                         | opportunity.amount
CloseDate           | Close Date              | opportunity.close_on
CurrencyIsoCode     |                         | opportunity.currency
ForecastCategory    | Forecast Category       |
Probability         | Probability (%)         |
ExpectedRevenue     | Expected Revenue        | - amount times probability
PrevAmount          | Previous Amount         | - the row before says it
PrevCloseDate       | Previous Close Date     | - the row before says it
"""
        + TIMES
    ),
    must=("OpportunityId", "StageName", "CreatedDate"),
    marks=(("Id",),),
    never=("ContactId", "Name", "AccountId"),
)

ROLES = ObjectSchema(
    "Salesforce OpportunityContactRole",
    columns(
        """
Id                  | Contact Role ID         |
OpportunityId       | Opportunity ID          |
ContactId           | Contact ID              |
Role                | Contact Role            |
IsPrimary           | Primary                 |
"""
        + TIMES
    ),
    must=("OpportunityId", "ContactId"),
    marks=(("Role",), ("IsPrimary",)),
    never=("StageName", "CampaignId"),
)

_BY_NAME = {
    "closed won": DealStatus.WON,
    "won": DealStatus.WON,
    "closed lost": DealStatus.LOST,
    "lost": DealStatus.LOST,
}


class _StageReader(SalesforceReader):
    def __init__(self, match: Match, header: Sequence[str], source: str, settings: ImportSettings) -> None:
        super().__init__(match, header, source, settings)
        self._own_stages = {fold(name): status for name, status in settings.stages.items()}

    def status(self, stage: str) -> DealStatus:
        """What a stage means: as the settings say, as the row says, by its usual name, by its forecast."""
        own = self._own_stages.get(fold(stage))
        if own is not None:
            return own
        is_closed, is_won = self.cells.flag("IsClosed"), self.cells.flag("IsWon")
        if is_won:
            return DealStatus.WON
        if is_closed is not None and (is_won is not None or not is_closed):
            return DealStatus.LOST if is_closed else DealStatus.OPEN
        by_name = _BY_NAME.get(fold(stage))
        if by_name is not None:
            return by_name
        forecast = fold(self.cells.text("ForecastCategory") or self.cells.text("ForecastCategoryName") or "")
        probability = self.cells.read("Probability", parse_number)
        if forecast == "closed":
            return DealStatus.WON
        if is_closed or (forecast == "omitted" and probability == "0"):
            return DealStatus.LOST
        return DealStatus.OPEN


class OpportunityReader(_StageReader):
    """One deal a row."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        opportunity = self.start(row)
        created, base = self.created(), self.base()
        known = base.at if created is None else created
        out: list[Fact] = [Opportunity(opportunity, self.reference("AccountId"), known, known)]
        self.attributes.add(out, row, opportunity, created, base, base)
        if self.cells.flag("IsDeleted"):
            out.append(
                AttributeChange(
                    "opportunity", opportunity, "is_deleted", "true", base.at, base.at, base.assumed
                )
            )
        stage = self.cells.text("StageName")
        if stage is not None and not self.settings.has_stage_history:
            status = self.status(stage)
            at = self._stage_at(status, base)
            out.append(OpportunityStage(opportunity, stage, status, at, max(at, base.at)))
        return out

    def _stage_at(self, status: DealStatus, base: Since) -> Micros:
        if base.assumed is Assumed.HISTORY:
            return base.at
        changed = self.cells.instant("LastStageChangeDate")
        if changed is not None:
            return changed
        closed_on = self.cells.read("CloseDate", self.instants.date_text)
        if status is DealStatus.OPEN or closed_on is None:
            return base.at
        return min(end_of_day(date.fromisoformat(closed_on)), base.at)


class HistoryReader(_StageReader):
    """One change of a deal a row: the stage, amount and close date it then had."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        opportunity = self.start(row, "OpportunityId")
        at = self.created()
        if at is None:
            raise RowRejected(self.cells.column("CreatedDate"), "missing", "the change has no date.")
        stage = self.cells.required("StageName")
        out: list[Fact] = [OpportunityStage(opportunity, stage, self.status(stage), at, at)]
        since = Since(at, Assumed.HISTORY)
        self.attributes.add(out, row, opportunity, None, since, since)
        return out


class RoleReader(SalesforceReader):
    """One contact's role in one deal a row."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        opportunity = self.start(row, "OpportunityId")
        contact = self.prefix + self.cells.required("ContactId", to_18)
        created, base = self.created(), self.base()
        at = base.at if created is None else created
        self.refuse_deleted()
        role = self.cells.text("Role")
        return [ContactRole(opportunity, contact, role, self.cells.flag("IsPrimary") or False, at, at)]
