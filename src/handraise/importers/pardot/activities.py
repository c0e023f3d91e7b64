"""Account Engagement visitor activities: what prospects and visitors did, by the number of its type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from handraise.facts.rows import Activity, Fact, IdentityKey, PersonRecord
from handraise.importers.imports import Notes
from handraise.importers.instants import InstantReader
from handraise.importers.records import RowCells
from handraise.importers.rejects import RowRejected
from handraise.importers.schema import Match, ObjectSchema, columns
from handraise.importers.settings import ImportSettings
from handraise.model.activities import ACTIVITY_TYPES

SCHEMA = ObjectSchema(
    "Account Engagement visitor activities",
    columns(
        """
id                  | |
type                | |
type_name           | |
prospect_id         | |
visitor_id          | |
campaign_id         | |
details             | |
created_at          | |
form_id             | |
form_handler_id     | |
landing_page_id     | |
file_id             | |
email_id            | |
list_email_id       | |
email_template_id   | |
custom_redirect_id  | |
custom_url_id       | |
opportunity_id      | | - deals come from the CRM
updated_at          | | - moves with every change
visit_id            | | -
paid_search_id_id   | | -
paid_search_ad_id   | | -
site_search_query_id | | -
multivariate_test_variation_id | | -
"""
    ),
    must=("id", "type", "created_at"),
    marks=(("prospect_id",), ("visitor_id",)),
)


class PardotType(NamedTuple):
    """`type` is the activity; `kept`: the property that names what it was about; `by_asset`: what it is of some assets."""

    name: str
    type: str
    kept: str | None
    by_asset: dict[str, str]


# type | name | activity | what it was about | asset=activity ...
_TYPES = """
1  | Click                 | link.clicked          | link    | email=email.clicked
2  | View                  | page.viewed           | page    | file=content.downloaded
3  | Error                 | custom.form_error     | form    |
4  | Success               | form.submitted        | form    |
5  | Session               | page.viewed           | page    |
6  | Sent                  | email.sent            | email   |
7  | Search                | search.made           | search  |
8  | New Opportunity       | custom.opportunity_created  | opportunity |
9  | Opportunity Won       | custom.opportunity_won      | opportunity |
10 | Opportunity Lost      | custom.opportunity_lost     | opportunity |
11 | Open                  | email.opened          | email   |
12 | Unsubscribe Page      | custom.unsubscribe_page_viewed | email |
13 | Bounced               | email.bounced         | email   |
14 | Spam Complaint        | email.complained      | email   |
15 | Email Preference Page | custom.preference_page_viewed | email |
16 | Resubscribed          | custom.resubscribed   | email   |
17 | Click (Third Party)   | link.clicked          | link    | email=email.clicked
18 | Opportunity Reopened  | custom.opportunity_reopened | opportunity |
19 | Opportunity Linked    | custom.opportunity_linked   | opportunity |
20 | Visit                 | page.viewed           | page    |
21 | Custom URL click      | link.clicked          | link    |
22 | Olark Chat            | chat.started          | chat    |
23 | Invited to Webinar    | custom.webinar_invited | webinar |
24 | Attended Webinar      | webinar.attended      | webinar |
25 | Registered for Webinar | webinar.registered   | webinar |
26 | Social Post Click     | social.engaged        | post    |
27 | Video View            | video.watched         | video   |
28 | Event Registered      | event.registered      | event   |
29 | Event Checked In      | event.attended        | event   |
30 | Video Conversion      | custom.video_conversion | video |
31 | UserVoice Suggestion  | custom.uservoice_suggestion | suggestion |
32 | UserVoice Comment     | custom.uservoice_comment    | suggestion |
33 | UserVoice Ticket      | custom.uservoice_ticket     | suggestion |
34 | Video Watched (75%)   | custom.video_watched_75 | video |
35 | Indirect Unsubscribe Open | email.unsubscribed | email  |
36 | Indirect Bounce       | email.bounced         | email   |
37 | Indirect Resubscribed | custom.resubscribed   | email   |
38 | Opportunity Unlinked  | custom.opportunity_unlinked | opportunity |
"""
# What an activity was about: the column of its id, and what that is.
_ASSETS = {
    "form_id": "form",
    "form_handler_id": "form_handler",
    "landing_page_id": "landing_page",
    "file_id": "file",
    "list_email_id": "email",
    "email_id": "email",
    "email_template_id": "email",
    "custom_redirect_id": "link",
    "custom_url_id": "link",
}


def _read(rows: str) -> dict[str, PardotType]:
    found = {}
    for row in rows.strip().splitlines():
        id_, name, type_, kept, by_asset = (cell.strip() for cell in row.split("|"))
        pairs = dict(pair.split("=") for pair in by_asset.split())
        found[id_] = PardotType(name, type_, kept or None, pairs)
    return found


TYPES: dict[str, PardotType] = _read(_TYPES)
PRODUCED: tuple[str, ...] = tuple(
    dict.fromkeys(t for kind in TYPES.values() for t in (kind.type, *kind.by_asset.values()))
)


class VisitorActivityReader:
    """One activity a row: the prospect's, else the visitor's, who is nobody until linked to a prospect."""

    def __init__(self, match: Match, header: Sequence[str], source: str, settings: ImportSettings) -> None:
        self.notes = Notes()
        self._prefix = source + ":"
        instants = InstantReader(settings.zone, settings.formats, settings.latest)
        self.cells = RowCells(match, header, instants, settings.missing)

    def facts(self, row: Sequence[str]) -> list[Fact]:
        cells = self.cells
        cells.take(row)
        id_ = cells.required("id")
        at = cells.instant("created_at")
        if at is None:
            raise RowRejected(cells.column("created_at"), "missing", "the activity has no date.")
        kind = self._kind(cells.required("type"))
        prospect, visitor = cells.text("prospect_id"), cells.text("visitor_id")
        out: list[Fact] = []
        own = None if visitor is None else f"{self._prefix}visitor-{visitor.strip()}"
        if own is not None:
            out.append(PersonRecord(own, at, at, False))
        record = own if prospect is None else self._prefix + prospect.strip()
        if record is None:
            raise RowRejected(cells.column("prospect_id"), "no_person", "the activity names nobody.")
        if own is not None and prospect is not None:
            out.append(IdentityKey(own, f"id:{record}", at, at))
        type_, properties = self._what(kind)
        campaign = cells.text("campaign_id")
        channel = ACTIVITY_TYPES[type_].channel if type_ in ACTIVITY_TYPES else None
        program = None if campaign is None else self._prefix + campaign.strip()
        # What was clicked in an e-mail is a link; the e-mail is what the click was about.
        asset = properties.get("email" if type_ == "email.clicked" else kind.kept or "")
        out.append(Activity(id_, record, at, at, type_, channel, asset, program, None, properties))
        return out

    def _kind(self, number: str) -> PardotType:
        known = TYPES.get(number)
        if known is not None:
            return known
        if not number.isascii() or not number.isdigit() or len(number) > 6:
            reason = f"`{number[:40]}` is not the number of an activity type."
            raise RowRejected(self.cells.column("type"), "not_a_type", reason, number)
        name = f"custom.pardot_{number}"
        sentence = f"activity type {number} is not a known one and is kept as `{name}`."
        self.notes.counts["unknown_type", sentence] += 1
        return PardotType(f"type {number}", name, None, {})

    def _what(self, kind: PardotType) -> tuple[str, dict[str, str]]:
        """Its type and properties; what it was about by its name, else by its kind and id."""
        cells = self.cells
        about = [
            (what, id_.strip()) for column, what in _ASSETS.items() if (id_ := cells.text(column)) is not None
        ]
        properties = {f"{what}_id": id_ for what, id_ in reversed(about)}
        details = cells.text("details")
        named = details or next((f"{what} {id_}" for what, id_ in about), None)
        if kind.kept is not None and named is not None:
            properties[kind.kept] = named
        email = next((id_ for what, id_ in about if what == "email"), None)
        if email is not None:
            properties.setdefault("email", f"email {email}")
        type_ = next((kind.by_asset[what] for what, _ in about if what in kind.by_asset), kind.type)
        kept = {"details": details, "activity": cells.text("type_name")}
        properties |= {name: value for name, value in kept.items() if value is not None}
        return type_, properties
