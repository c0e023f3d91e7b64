"""HubSpot's events of marketing e-mails: sent, delivered, opened, clicked, bounced, unsubscribed, reported.

An event names its recipient by address only, so the person is the record of that address, `hubspot:email:ann@acme.example`;
its key is the address, by which it is one with every record that bears it. An address says who somebody is, so the
record is an identified one. What HubSpot filters as the act of a machine is kept as `email.scanned`, which is nobody's act.
"""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import Activity, Fact, IdentityKey, PersonRecord
from handraise.importers.addresses import add_path
from handraise.importers.hubspot.reader import HubSpotReader
from handraise.importers.identity_keys import email_key
from handraise.importers.rejects import RowRejected
from handraise.importers.schema import ObjectSchema, columns

SCHEMA = ObjectSchema(
    "HubSpot e-mail events",
    columns(
        """
id                  |                         |
created             |                         |
type                |                         |
recipient           |                         |
emailCampaignId     |                         |
filteredEvent       |                         |
url                 |                         |
deviceType          |                         |
dropReason          |                         |
dropMessage         |                         | - the reason says it
category            |                         |
portalSubscriptionStatus |                    |
bounced             |                         | - a bounce has an event of its own
subscriptions       |                         | - which of several subscriptions it was
source              |                         | - what changed it
sentBy              |                         | - the event that it follows
sentById            |                         | - the event that it follows
sentByCreated       |                         | - the event that it follows
causedBy            |                         | - the event that it follows
causedById          |                         | - the event that it follows
causedByCreated     |                         | - the event that it follows
obsoletedBy         |                         | - the event that follows
obsoletedById       |                         | - the event that follows
obsoletedByCreated  |                         | - the event that follows
emailCampaignGroupId |                        | -
appId               |                         | -
appName             |                         | -
portalId            |                         | -
smtpId              |                         | -
userAgent           |                         | - the kind of device says enough
browser             |                         | - the kind of device says enough
location            |                         | -
ipAddress           |                         | -
referer             |                         | -
duration            |                         | -
response            |                         | -
status              |                         | -
attempt             |                         | -
subject             |                         | -
from                |                         | -
replyTo             |                         | -
cc                  |                         | -
bcc                 |                         | -
_fivetran_synced    |                         |
"""
    ),
    must=("id", "created", "type", "recipient"),
    marks=(("emailCampaignId",), ("filteredEvent",), ("appId",), ("sentById",), ("portalId",)),
)
_TYPES = {
    "SENT": "email.sent",
    "DELIVERED": "email.delivered",
    "OPEN": "email.opened",
    "CLICK": "email.clicked",
    "FORWARD": "email.forwarded",
    "PRINT": "custom.email_printed",
    "BOUNCE": "email.bounced",
    "SPAMREPORT": "email.complained",
    "STATUSCHANGE": "status.changed",
}
# Not (yet) received by anybody; `SENT` says what `PROCESSED` would.
_DID_NOT_HAPPEN = frozenset(("DROPPED", "DEFERRED", "PROCESSED", "SUPPRESSED", "UNBOUNCE"))
_BY_MACHINES_TOO = frozenset(("OPEN", "CLICK", "FORWARD", "PRINT"))
TYPES = (*_TYPES.values(), "email.unsubscribed", "email.scanned")


class EmailEventReader(HubSpotReader):
    """One event of one e-mail to one recipient a row."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        self.start(row, "id")
        id_ = self.cells.required("id")
        at = self.at("created")
        kind = self._kind()
        address = self.cells.required("recipient")
        key = email_key(address)
        if key is None:
            reason = f"`{address[:60]}` is no e-mail address, and nothing else says who it was."
            raise RowRejected(self.cells.column("recipient"), "not_an_address", reason, address)
        record = self.prefix + key
        type_ = self._type(kind, id_)
        activity = Activity(
            f"email:{id_}", record, at, at, type_, "email", self._asset(), properties=self._properties(kind, type_)
        )  # fmt: skip
        return [PersonRecord(record, at, at), IdentityKey(record, key, at, at), activity]

    def _kind(self) -> str:
        kind = self.cells.required("type").upper().replace("_", "")
        column = self.cells.column("type")
        if kind in _DID_NOT_HAPPEN:
            reason = f"HubSpot says `{kind}`: nothing was received by it."
            raise RowRejected(column, "not_succeeded", reason, kind)
        if kind not in _TYPES:
            raise RowRejected(
                column, "unknown_type", f"`{kind[:40]}` is no event of an e-mail that is known.", kind
            )
        return kind

    def _type(self, kind: str, id_: str) -> str:
        if kind in _BY_MACHINES_TOO and self.cells.flag("filteredEvent"):
            return "email.scanned"
        if kind == "STATUSCHANGE":
            status = self.cells.text("portalSubscriptionStatus")
            status = status or self.settings.companions.subscriptions.get(id_, "")
            return "email.unsubscribed" if status.strip().upper() == "UNSUBSCRIBED" else "status.changed"
        return _TYPES[kind]

    def _asset(self) -> str | None:
        campaign = self.cells.text("emailCampaignId")
        return None if campaign is None else f"{self.prefix}email_campaign:{campaign.strip()}"

    def _properties(self, kind: str, type_: str) -> dict[str, str]:
        cells = self.cells
        found = {
            "event": kind.lower(),
            "email_campaign": cells.text("emailCampaignId"),
            "url": cells.text("url"),
            "device": cells.text("deviceType"),
            "reason": cells.text("dropReason") or cells.text("category"),
            "is_bot": "true" if type_ == "email.scanned" else None,
        }
        kept = {name: value for name, value in found.items() if value is not None}
        add_path(kept, found["url"])
        return kept
