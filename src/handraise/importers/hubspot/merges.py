"""HubSpot's records of merges: contacts that became one, deals that became one."""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import Activity, AttributeChange, Fact, IdentityKey
from handraise.importers.hubspot.ids import to_id
from handraise.importers.hubspot.reader import HubSpotReader
from handraise.importers.salesforce.opportunity import IS_DELETED
from handraise.importers.schema import ObjectSchema, columns
from handraise.model.fields import Field, FieldDefinition
from handraise.model.values import FieldType

MERGED_INTO = Field("opportunity", "merged_into")
CONTACTS = ObjectSchema(
    "HubSpot merges of contacts",
    columns(
        """
canonical_vid       |                         |
vid_to_merge        |                         |
timestamp           |                         |
contact_id          |                         | - the id that stayed is told once more
entity_id           |                         | -
first_name          |                         | - the contact says it
last_name           |                         | - the contact says it
num_properties_moved |                        | -
user_id             |                         | - who merged them
_fivetran_synced    |                         |
"""
    ),
    must=("canonical_vid", "vid_to_merge", "timestamp"),
    marks=(("vid_to_merge",),),
)
CONTACT_ACTIVITIES = ("record.merged",)

DEALS = ObjectSchema(
    "HubSpot merges of deals",
    columns(
        """
deal_id             |                         |
merged_deal_id      |                         |
_fivetran_synced    |                         |
"""
    ),
    must=("deal_id", "merged_deal_id"),
    marks=(("merged_deal_id",),),
    also_fills={
        "merged_deal_id": FieldDefinition(MERGED_INTO, FieldType.TEXT, "Deal it was merged into"),
        "deal_id": FieldDefinition(IS_DELETED, FieldType.BOOLEAN, "Deleted in the source"),
    },
)


class ContactMergeReader(HubSpotReader):
    """One contact that was merged into another a row; its id keeps resolving."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        record = self.start(row, "canonical_vid")
        merged = self.cells.required("vid_to_merge", to_id)
        at = self.at("timestamp")
        message = f"merge:{record.removeprefix(self.prefix)}:{merged}"
        return [
            Activity(message, record, at, at, "record.merged", "system", properties={"merged": merged}),
            IdentityKey(record, f"id:{self.prefix}{merged}", at, at),
        ]


class DealMergeReader(HubSpotReader):
    """One deal that is no more, and the deal it became, a row; known from the warehouse's copy on."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        deal = self.start(row, "deal_id")
        merged = self.prefix + self.cells.required("merged_deal_id", to_id)
        at, assumed = self.base()
        return [
            AttributeChange("opportunity", merged, IS_DELETED.name, "true", at, at, assumed),
            AttributeChange("opportunity", merged, MERGED_INTO.name, deal, at, at, assumed),
        ]
