"""Eloqua activities, by bulk export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from handraise.facts.rows import Activity, Fact, IdentityKey
from handraise.importers.identity_keys import email_key
from handraise.importers.imports import Notes
from handraise.importers.instants import InstantReader
from handraise.importers.records import RowCells
from handraise.importers.rejects import RowRejected
from handraise.importers.schema import Match, ObjectSchema, columns, key_of, snake
from handraise.importers.settings import ImportSettings
from handraise.model.activities import ACTIVITY_TYPES

SCHEMA = ObjectSchema(
    "Eloqua activities",
    columns(
        """
ActivityId          | Activity ID   |
ActivityType        | Activity Type |
ActivityDate        | Activity Date |
ContactId           | Contact ID, Eloqua Contact ID |
EmailAddress        | Email Address |
AssetType           | Asset Type    |
AssetId             | Asset ID      |
AssetName           | Asset Name    |
CampaignId          | Campaign ID   |
SubjectLine         | Subject Line  |
EmailWebLink        |               |
EmailClickedThruLink |              |
Url                 |               |
ReferrerUrl         |               |
VisitorId           | | -
VisitorExternalId   | | -
EmailRecipientId    | | -
IpAddress           | | -
ExternalId          | | -
DeploymentId        | | -
EmailSendType       | | -
RawData             | | - the fields of the form
"""
    ),
    must=("ActivityId", "ActivityType", "ActivityDate"),
    marks=(("ContactId",), ("EmailAddress",)),
    never=("marketoGUID", "activityTypeId", "prospect_id"),
)


class EloquaType(NamedTuple):
    """`type` is the activity; `kept` the property that names what it was about."""

    type: str
    kept: str


# Eloqua's name | activity | what it was about
_TYPES = """
EmailOpen         | email.opened       | email
EmailClickthrough | email.clicked      | email
EmailSend         | email.sent         | email
Subscribe         | custom.subscribed  | list
Unsubscribe       | email.unsubscribed | email
Bounceback        | email.bounced      | email
WebVisit          | custom.web_visit   | page
PageView          | page.viewed        | page
FormSubmit        | form.submitted     | form
"""
TYPES: dict[str, EloquaType] = {
    key_of(name): EloquaType(type_, kept)
    for name, type_, kept in (tuple(c.strip() for c in row.split("|")) for row in _TYPES.strip().splitlines())
}
PRODUCED: tuple[str, ...] = tuple(t.type for t in TYPES.values())
_KEPT = {
    "asset_id": "AssetId",
    "asset_type": "AssetType",
    "subject": "SubjectLine",
    "url": "Url",
    "referrer": "ReferrerUrl",
}


class EloquaActivityReader:
    """One activity a row; without a contact's number it is that of the address."""

    def __init__(self, match: Match, header: Sequence[str], source: str, settings: ImportSettings) -> None:
        self.notes = Notes()
        self._prefix = source + ":"
        instants = InstantReader(settings.zone, settings.formats, settings.latest)
        self.cells = RowCells(match, header, instants, settings.missing)

    def facts(self, row: Sequence[str]) -> list[Fact]:
        cells = self.cells
        cells.take(row)
        id_, type_name = cells.required("ActivityId"), cells.required("ActivityType")
        at = cells.instant("ActivityDate")
        if at is None:
            raise RowRejected(cells.column("ActivityDate"), "missing", "the activity has no date.")
        kind = self._kind(type_name)
        address = cells.text("EmailAddress")
        key = email_key(address) if address else None
        contact = cells.text("ContactId") or (key.removeprefix("email:") if key else None)
        if contact is None:
            raise RowRejected(cells.column("ContactId"), "no_person", "the activity names nobody.")
        record = self._prefix + contact.strip()
        name = cells.text("AssetName")
        properties = {n: v for n, column in _KEPT.items() if (v := cells.text(column)) is not None}
        link = cells.text("EmailWebLink") or cells.text("EmailClickedThruLink")
        properties |= {} if link is None else {"link": link}
        about = name or (properties.get("url") if kind.kept == "page" else None)
        properties |= {} if about is None else {kind.kept: about}
        campaign = cells.text("CampaignId")
        program = None if campaign is None else self._prefix + campaign.strip()
        channel = ACTIVITY_TYPES[kind.type].channel if kind.type in ACTIVITY_TYPES else None
        # Eloqua numbers activities of each type by themselves.
        message = f"{key_of(type_name)}:{id_}"
        out: list[Fact] = [
            Activity(message, record, at, at, kind.type, channel, about, program, None, properties)
        ]
        if key is not None:
            out.append(IdentityKey(record, key, at, at))
        return out

    def _kind(self, name: str) -> EloquaType:
        known = TYPES.get(key_of(name))
        if known is not None:
            return known
        type_ = f"custom.eloqua_{snake(name)[:50]}"
        sentence = f"activities of type `{name[:60]}` are not standard ones and are kept as `{type_}`."
        self.notes.counts["unknown_type", sentence] += 1
        return EloquaType(type_, "asset")
