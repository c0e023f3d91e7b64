"""HubSpot deals: deals with fields, their account and people, and when each stage was entered.

A stage is named as the file names it: by its id in warehouses and by internal names, by its label in what people
export. Stages are dated by the columns of their entry where the file has them; else the current one counts from
`hs_v2_date_entered_current_stage`, a closed deal's from its close date, an open one's from the last change.
"""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import AttributeChange, ContactRole, Fact, Opportunity, OpportunityStage
from handraise.importers.cells import parse_number
from handraise.importers.hubspot.contact import TRAFFIC_SOURCE, entered_stage
from handraise.importers.hubspot.ids import to_id
from handraise.importers.hubspot.languages import LOCALISED_OF_OTHERS
from handraise.importers.hubspot.reader import PREFIX, TIMES, HubSpotReader
from handraise.importers.records import Since
from handraise.importers.salesforce.opportunity import IS_DELETED
from handraise.importers.schema import Match, ObjectSchema, columns, key_of
from handraise.importers.settings import ImportSettings
from handraise.model.conditions import DealStatus
from handraise.model.fields import Entity, Field, FieldDefinition
from handraise.model.time import Micros
from handraise.model.values import FieldType, fold

_ENTERED, _ENTERED_OLD = "hs_v2_date_entered_", "hs_date_entered_"

SCHEMA = ObjectSchema(
    "HubSpot deals",
    columns(
        """
hs_object_id, deal_id | Record ID             |
id                  |                         |
dealstage, deal_pipeline_stage_id | Deal Stage |
hs_primary_associated_company, associatedcompanyid | Primary Associated Company ID |
hs_associated_company_ids* | Associated Company IDs |
hs_associated_contact_ids* | Associated Contact IDs |
hs_is_closed_won    | Is Closed Won           |
hs_is_closed_lost   | Is closed lost          |
hs_is_closed        | Is Deal Closed, Is Closed |
hs_deal_stage_probability | Deal probability  |
hs_v2_date_entered_current_stage | Date entered current stage |
hs_v2_date_entered_* | Date entered           |
hs_date_entered_*   |                         |
dealname            | Deal Name               | opportunity.name
amount              |                         | opportunity.amount !
deal_currency_code  | Currency                | opportunity.currency !
pipeline, deal_pipeline_id |                  | opportunity.pipeline
dealtype            | Deal Type               | opportunity.type !
closedate           | Close Date              | opportunity.close_on !
hubspot_owner_id, owner_id | Deal owner, Deal owner ID | opportunity.owner !
hs_analytics_source | Original Traffic Source, Original Source Type | opportunity.lead_source
closed_lost_reason  | Closed Lost Reason      | opportunity.closed_lost_reason !
closed_won_reason   | Closed Won Reason       | opportunity.closed_won_reason !
amount_in_home_currency | Amount in company currency | - the amount in another currency
hs_closed_amount    | Closed Deal Amount      | - the amount, once the deal is closed
hs_acv              | Annual contract value   | -
hs_arr              | Annual recurring revenue | -
hs_mrr              | Monthly recurring revenue | -
hs_tcv              | Total contract value    | -
hs_forecast_amount  | Forecast amount         | - amount times probability
hs_forecast_probability | Forecast probability | - a score made elsewhere
hs_projected_amount | Weighted amount         | - amount times probability
hs_manual_forecast_category | Forecast category | - overwritten, without history
hs_predictive_deal_score | Deal score         | - a score made elsewhere
hs_deal_score*      |                         | - a score made elsewhere
hs_priority         | Priority                | - overwritten, without history
hs_next_step        | Next step               | - reps edit it after the fact
description, deal_description | Deal Description | - reps edit it after the fact
days_to_close       | Days to close           | - known only after the close
hs_date_exited_*    |                         | - entering the next stage says it
hs_v2_date_exited_* | Date exited             | - entering the next stage says it
hs_v2_time_in_current_stage | Time in current stage | - moves with the clock
hs_v2_latest_time_in_* | Latest time in       | - moves with the clock
hs_v2_cumulative_time_in_* | Cumulative time in | - moves with the clock
hs_time_in_*        |                         | - moves with the clock
hubspot_owner_assigneddate | Owner Assigned Date, Owner assigned date | - overwritten, without history
hubspot_team_id     | HubSpot Team            | -
associatedcompanyname | Associated Company    | - the ids say it
associatedcontacts  | Associated Contact      | - the ids say it
notes_last_contacted | Last Contacted         | - moves with every touch
notes_last_updated  | Last Activity Date      | - moves with every touch
notes_next_activity_date | Next Activity Date | - moves with every touch
num_notes           | Number of Sales Activities | - a running count
num_contacted_notes | Number of times contacted | - a running count
num_associated_contacts | Number of Associated Contacts | - a running count
hs_analytics_source_data_1 | Original Traffic Source Drill-Down 1 | -
hs_analytics_source_data_2 | Original Traffic Source Drill-Down 2 | -
portal_id           |                         | -
"""
        + TIMES
    ),
    must=(),
    marks=(
        ("hs_object_id", "dealstage"),
        ("hs_object_id", "dealname"),
        ("id", "dealstage"),
        ("id", "dealname"),
    ),
    never=(
        "email", "firstname", "lastname", "First Name", "Last Name", "domain", "Company Domain Name", "StageName", "timestamp",
        "contact_id", "date_entered",
    ),
    customs=Entity.OPPORTUNITY,
    also_fills={"is_deleted": FieldDefinition(IS_DELETED, FieldType.BOOLEAN, "Deleted in the source")},
    prefix=PREFIX,
    is_open=True,
    localised=LOCALISED_OF_OTHERS,
)  # fmt: skip
_BY_NAME = {
    "closedwon": DealStatus.WON,
    "won": DealStatus.WON,
    "closedlost": DealStatus.LOST,
    "lost": DealStatus.LOST,
}
_STEP = {DealStatus.OPEN: 0, DealStatus.LOST: 1, DealStatus.WON: 2}


class StageMeaning:
    """What a stage means, apart from the row: as the settings say, as the pipelines' own table says, by its name."""

    def __init__(self, settings: ImportSettings) -> None:
        self._own = {fold(name): status for name, status in settings.stages.items()}
        self._told = settings.companions.stages

    def of(self, stage: str) -> DealStatus | None:
        """`None` where nothing but the row could say."""
        return self._own.get(fold(stage)) or self._told.get(stage) or _BY_NAME.get(key_of(stage))


class DealReader(HubSpotReader):
    """One deal a row."""

    def __init__(self, match: Match, header: Sequence[str], source: str, settings: ImportSettings) -> None:
        parsers = {
            Field("opportunity", "close_on"): self.day,
            Field("opportunity", "lead_source"): TRAFFIC_SOURCE,
        }
        super().__init__(match, header, source, settings, parsers)
        self._meaning = StageMeaning(settings)

    def facts(self, row: Sequence[str]) -> list[Fact]:
        deal = self.start(row, "hs_object_id", "id")
        created, base = self.created(), self.base()
        known = base.at if created is None else created
        out: list[Fact] = [Opportunity(deal, self._account(deal), known, known)]
        self.attributes.add(out, row, deal, created, base, base)
        if self.cells.flag("is_deleted"):
            gone = AttributeChange("opportunity", deal, "is_deleted", "true", base.at, base.at, base.assumed)
            out.append(gone)
        people = self.references("hs_associated_contact_ids")
        out += (ContactRole(deal, person, None, False, base.at, base.at) for person in people)
        if not self.settings.has_stage_history:
            self._stages(out, deal, base)
        return out

    def _account(self, deal: str) -> str | None:
        """The primary company, else the only one or the first; else the one that the table of links names."""
        companies = self.references("hs_primary_associated_company") or self.references(
            "hs_associated_company_ids"
        )
        if companies:
            return companies[0]
        linked = self.settings.companions.deal_companies.get(deal.removeprefix(self.prefix))
        return None if linked is None else self.prefix + linked

    def _stages(self, out: list[Fact], deal: str, base: Since) -> None:
        current = self.cells.text("dealstage")
        entered: dict[str, Micros] = {}
        for column in (_ENTERED, _ENTERED_OLD):
            for position in self.positions(column):
                at = self.instant_in(position)
                stage = _as_current(entered_stage(self.cells.header[position]), current)
                if stage is not None and at is not None:
                    entered.setdefault(stage, at)
        dated = sorted(entered.items(), key=lambda e: (e[1], _STEP[self._status(e[0], current)], e[0]))
        out += (OpportunityStage(deal, s, self._status(s, current), at, at) for s, at in dated)
        if current is not None and current not in entered:
            status = self._status(current, current)
            at = self._current_at(status, base)
            out.append(OpportunityStage(deal, current, status, at, max(at, base.at)))

    def _status(self, stage: str, current: str | None) -> DealStatus:
        known = self._meaning.of(stage)
        if known is not None:
            return known
        return self._current_status() if stage == current else DealStatus.OPEN

    def _current_status(self) -> DealStatus:
        """As the row says of the stage the deal is in. HubSpot closes a stage by its probability: 1 is won, 0 lost."""
        flag = self.cells.flag
        if flag("hs_is_closed_won"):
            return DealStatus.WON
        if flag("hs_is_closed_lost"):
            return DealStatus.LOST
        if not flag("hs_is_closed"):
            return DealStatus.OPEN
        probability = self.cells.read("hs_deal_stage_probability", parse_number)
        return DealStatus.WON if probability == "1" else DealStatus.LOST

    def _current_at(self, status: DealStatus, base: Since) -> Micros:
        entered = self.cells.instant("hs_v2_date_entered_current_stage")
        if entered is not None:
            return entered
        closed = self.cells.instant("closedate", self.planned) if status is not DealStatus.OPEN else None
        return base.at if closed is None else min(closed, base.at)


def _as_current(stage: str | None, current: str | None) -> str | None:
    """A stage of a column's name as the deal's own cell spells it: a warehouse rewrites the letters of ids."""
    same = stage is not None and current is not None and key_of(stage) == key_of(current)
    return current if same else stage


class DealContactReader(HubSpotReader):
    """One person's part in one deal a row."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        deal = self.start(row, "deal_id")
        person = self.prefix + self.cells.required("contact_id", to_id)
        self.refuse_deleted()
        at = self.base().at
        return [ContactRole(deal, person, None, False, at, at)]


CONTACTS = ObjectSchema(
    "HubSpot deals' contacts",
    columns(
        """
deal_id             |                         |
contact_id          |                         |
type_id             |                         | -
category            |                         | -
"""
        + TIMES
    ),
    must=("deal_id", "contact_id"),
    marks=(("type_id",), ("category",), ("_fivetran_synced",)),
    never=("timestamp", "name", "value", "engagement_id"),
)

STAGES = ObjectSchema(
    "HubSpot deals' stages",
    columns(
        """
deal_id             |                         |
value               |                         |
date_entered        |                         |
source              |                         | - what changed it
source_id           |                         | - what changed it
_fivetran_start     |                         |
_fivetran_end       |                         |
_fivetran_active    |                         |
"""
        + TIMES
    ),
    must=("deal_id", "value", "date_entered"),
    marks=(("date_entered",),),
    never=("name",),
)


class DealStageReader(HubSpotReader):
    """One stage that a deal entered a row."""

    def __init__(self, match: Match, header: Sequence[str], source: str, settings: ImportSettings) -> None:
        super().__init__(match, header, source, settings)
        self._meaning = StageMeaning(settings)

    def facts(self, row: Sequence[str]) -> list[Fact]:
        deal = self.start(row, "deal_id")
        stage = self.cells.required("value")
        at = self.at("date_entered")
        return [OpportunityStage(deal, stage, self._meaning.of(stage) or DealStatus.OPEN, at, at)]
