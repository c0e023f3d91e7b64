"""Marketo's activity types by id, and the activity each one is here."""

from __future__ import annotations

from typing import NamedTuple


class MarketoType(NamedTuple):
    """`type` is the activity; `asset`: the primary attribute names what it was about; `kept`: its property's name."""

    name: str
    type: str
    has_asset: bool
    kept: str | None


# id | Marketo's name | activity | asset: the primary attribute is what it was about | property that keeps it
_TYPES = """
1   | Visit Webpage              | page.viewed        | asset | page
2   | Fill Out Form              | form.submitted     | asset | form
3   | Click Link                 | link.clicked       | asset | link
6   | Send Email                 | email.sent         | asset | email
7   | Email Delivered            | email.delivered    | asset | email
8   | Email Bounced              | email.bounced      | asset | email
9   | Unsubscribe Email          | email.unsubscribed | asset | email
10  | Open Email                 | email.opened       | asset | email
11  | Click Email                | email.clicked      | asset | email
12  | New Lead                   | lead.created       |       |
13  | Change Data Value          | =change            |       |
19  | Sync Lead to SFDC          | record.synced      |       |
21  | Convert Lead               | lead.converted     |       |
22  | Change Score               | score.changed      |       | score
23  | Change Owner               | owner.changed      |       | owner
24  | Add to List                | list.added         |       | list
25  | Remove from List           | list.removed       |       | list
26  | SFDC Activity              | custom.sfdc_activity         | | subject
27  | Email Bounced Soft         | email.bounced      | asset | email
28  | Sync Lead Updates to SFDC  | record.synced      |       |
29  | Delete Lead from SFDC      | custom.deleted_from_sfdc     | |
30  | SFDC Activity Updated      | custom.sfdc_activity_updated | | subject
31  | SFDC Merge Leads           | record.merged      |       |
32  | Merge Leads                | =merge             |       |
34  | Add to Opportunity         | custom.opportunity_added     | |
35  | Remove from Opportunity    | custom.opportunity_removed   | |
36  | Update Opportunity         | custom.opportunity_updated   | |
37  | Delete Lead                | =delete            |       |
38  | Send Alert                 | custom.alert_sent  | asset | email
39  | Send Sales Email           | email.sent         | asset | email
40  | Open Sales Email           | email.opened       | asset | email
41  | Click Sales Email          | email.clicked      | asset | email
42  | Add to SFDC Campaign       | program.joined     |       | campaign
43  | Remove from SFDC Campaign  | custom.sfdc_campaign_removed | | campaign
44  | Change Status in SFDC Campaign | program.progressed |   | campaign
45  | Receive Sales Email        | email.replied      | asset | email
46  | Interesting Moment         | custom.interesting_moment    | | moment
47  | Request Campaign           | custom.campaign_requested    | | campaign
48  | Sales Email Bounced        | email.bounced      | asset | email
100 | Change Lead Partition      | custom.partition_changed     | | partition
101 | Change Revenue Stage       | custom.revenue_stage_changed | | stage
102 | Change Revenue Stage Manually | custom.revenue_stage_changed | | stage
104 | Change Status in Progression | =progression     |       | program
106 | Enrich with Data.com       | custom.enriched    |       |
108 | Change Segment             | custom.segment_changed       | | segment
110 | Call Webhook               | custom.webhook_called        | | webhook
111 | Sent Forward to Friend Email | email.forwarded  | asset | email
112 | Received Forward to Friend Email | custom.forward_received | asset | email
113 | Add to Nurture             | custom.nurture_added         | | program
114 | Change Nurture Track       | custom.nurture_track_changed | | program
115 | Change Nurture Cadence     | custom.nurture_cadence_changed | | program
123 | Change Program Member Data | custom.program_member_changed | | program
131 | Fill Out Facebook Lead Ads Form | form.submitted | asset | form
132 | Click RTP Call to Action   | link.clicked       | asset | link
133 | Click Predictive Content   | content.viewed     | asset | content
145 | Push Lead to Marketo       | custom.lead_pushed |       |
147 | Fill Out LinkedIn Lead Gen Form | form.submitted | asset | form
300 | Sync Lead to Microsoft     | record.synced      |       |
400 | Share Content              | content.shared     | asset | content
401 | Vote in Poll               | survey.answered    | asset | poll
402 | Sign Up for Referral Offer | referral.made      | asset | offer
403 | Achieve Goal in Referral   | referral.made      | asset | offer
405 | Click Shared Link          | link.clicked       | asset | link
406 | Win Sweepstakes            | custom.sweepstakes_won          | asset | sweepstakes
407 | Enter Sweepstakes          | custom.sweepstakes_entered      | asset | sweepstakes
408 | Disqualify Sweepstakes     | custom.sweepstakes_disqualified | asset | sweepstakes
409 | Earn Entry in Social App   | custom.entry_earned | asset | app
410 | Refer to Social App        | referral.made      | asset | app
"""


def _read(rows: str) -> dict[str, MarketoType]:
    found = {}
    for row in rows.strip().splitlines():
        id_, name, type_, asset, kept = (cell.strip() for cell in row.split("|"))
        found[id_] = MarketoType(name, type_, asset == "asset", kept or None)
    return found


MARKETO_TYPES: dict[str, MarketoType] = _read(_TYPES)

# What a whole extract may hold; what is special (`=...`) is said in words.
PRODUCED: tuple[str, ...] = tuple(
    dict.fromkeys(
        (
            *(t.type for t in MARKETO_TYPES.values() if not t.type.startswith("=")),
            "record.merged",
            "program.joined",
            "program.progressed",
            "program.succeeded",
        )
    )
)
