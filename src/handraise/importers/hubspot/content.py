"""What HubSpot's people are met with: forms and their submissions, lists and their members, e-mails.

Forms, lists and e-mails are assets, named by their kind and id (`hubspot:form:…`), so that an activity names the same
asset whether or not the table that tells its name was imported.
"""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import Activity, Assumed, AttributeChange, Fact
from handraise.importers.addresses import add_path
from handraise.importers.hubspot.ids import to_id
from handraise.importers.hubspot.reader import HubSpotReader
from handraise.importers.schema import ObjectSchema, columns

SUBMISSIONS = ObjectSchema(
    "HubSpot form submissions",
    columns(
        """
contact_id          |                         |
form_id             |                         |
timestamp           |                         |
conversion_id       |                         |
page_id             |                         |
page_url            |                         |
title, page_title   |                         |
portal_id           |                         | -
_fivetran_synced    |                         |
"""
    ),
    must=("contact_id", "form_id", "timestamp"),
    marks=(("conversion_id",), ("page_url",)),
)
SUBMISSION_ACTIVITIES = ("form.submitted",)

MEMBERS = ObjectSchema(
    "HubSpot list members",
    columns(
        """
contact_id          |                         |
contact_list_id     |                         |
added_at            |                         |
_fivetran_deleted   |                         |
_fivetran_synced    |                         |
"""
    ),
    must=("contact_id", "contact_list_id", "added_at"),
    marks=(("contact_list_id",),),
)
MEMBER_ACTIVITIES = ("list.added", "list.removed")

_ASSET_TIMES = """
createdate, created_at |                      |
lastmodifieddate, updated_at |                |
_fivetran_synced    |                         |
_fivetran_deleted   |                         | - what was shown to people stays what it was
"""
FORMS = ObjectSchema(
    "HubSpot forms",
    columns(
        """
guid                |                         |
name                |                         | asset.name
form_type           |                         | - every form is one
action              |                         | -
method              |                         | -
css_class           |                         | -
follow_up_id        |                         | -
lead_nurturing_campaign_id |                  | -
notify_recipients   |                         | -
portal_id           |                         | -
redirect            |                         | -
submit_text         |                         | -
"""
        + _ASSET_TIMES
    ),
    must=("guid", "name"),
    marks=(("form_type",), ("submit_text",), ("portal_id",)),
)
LISTS = ObjectSchema(
    "HubSpot lists",
    columns(
        """
id                  |                         |
name                |                         | asset.name
processing_type     |                         | - how it is filled
processing_status   |                         | -
object_type_id      |                         | -
list_version        |                         | -
created_by_id       |                         | - who made it
updated_by_id       |                         | - who made it
filters_updated_at  |                         | -
dynamic             |                         | - how it is filled
deleteable          |                         | -
portal_id           |                         | -
metadata_size       |                         | - a running count
metadata_error      |                         | -
metadata_processing |                         | -
metadata_last_processing_state_change_at |    | -
metadata_last_size_change_at |                | -
"""
        + _ASSET_TIMES
    ),
    must=("id", "name"),
    marks=(("processing_type",), ("list_version",), ("metadata_size",), ("dynamic",)),
    never=("domain", "email"),
)
CAMPAIGNS = ObjectSchema(
    "HubSpot e-mails",
    columns(
        """
id                  |                         |
name                |                         | asset.name
subject             |                         |
type                |                         | - every one is an e-mail
sub_type            |                         | -
app_id              |                         | -
app_name            |                         | -
content_id          |                         | -
num_included        |                         | - a running count
num_queued          |                         | - a running count
"""
        + _ASSET_TIMES
    ),
    must=("id", "app_id"),
    marks=(("content_id",), ("sub_type",), ("num_included",)),
    never=("recipient", "created"),
)


class SubmissionReader(HubSpotReader):
    """One submission of one form a row."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        record = self.start(row, "contact_id")
        form = self.cells.required("form_id", to_id)
        at = self.at("timestamp")
        written = self.cells.text("conversion_id")
        id_ = written.strip() if written else f"{record.removeprefix(self.prefix)}:{form}:{at}"
        properties = {"form": form}
        for name, column in (("url", "page_url"), ("page", "title")):
            value = self.cells.text(column)
            if value is not None:
                properties[name] = value
        add_path(properties, properties.get("url"))
        asset = f"{self.prefix}form:{form}"
        return [
            Activity(f"form:{id_}", record, at, at, "form.submitted", "web", asset, properties=properties)
        ]


class MemberReader(HubSpotReader):
    """One membership in one list a row. One that ended did so by the time the warehouse saw it."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        record = self.start(row, "contact_id")
        list_ = self.cells.required("contact_list_id", to_id)
        at = self.at("added_at")
        out: list[Fact] = [self._activity(record, list_, "added", at)]
        seen = self.cells.instant("_fivetran_synced")
        if self.cells.flag("_fivetran_deleted") and seen is not None and seen > at:
            out.append(self._activity(record, list_, "removed", seen))
        return out

    def _activity(self, record: str, list_: str, what: str, at: int) -> Activity:
        message = f"list:{list_}:{record.removeprefix(self.prefix)}:{what}:{at}"
        asset = f"{self.prefix}list:{list_}"
        return Activity(message, record, at, at, f"list.{what}", "system", asset, properties={"list": list_})


class _AssetReader(HubSpotReader):
    """One asset a row: what kind it is, since it was made, and its name, since the last change."""

    kind, id_column = "", "id"

    def facts(self, row: Sequence[str]) -> list[Fact]:
        id_ = self.start(row, self.id_column).removeprefix(self.prefix)
        asset = f"{self.prefix}{self.kind}:{id_}"
        created = self.created()
        base = self.base()
        at = base.at if created is None else min(created, base.at)
        shown = "email" if self.kind == "email_campaign" else self.kind
        assumed = base.assumed if created is None else Assumed.HISTORY
        out: list[Fact] = [AttributeChange("asset", asset, "kind", shown, at, at, assumed)]
        self.attributes.add(out, row, asset, created, base, base)
        subject = self.cells.text("subject") if self.cells.text("name") is None else None
        if subject is not None:
            out.append(AttributeChange("asset", asset, "name", subject, base.at, base.at, base.assumed))
        return out


class FormReader(_AssetReader):
    """One form a row."""

    kind, id_column = "form", "guid"


class ListReader(_AssetReader):
    """One list a row."""

    kind = "list"


class CampaignReader(_AssetReader):
    """One e-mail that was sent to many a row; the subject is its name where it has none."""

    kind = "email_campaign"
