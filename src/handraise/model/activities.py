"""The vocabulary of activity types: one closed list of dotted names, plus `custom.*`.

Importers map what their system calls an activity to one of these names; playbooks name them in
behaviours. `by` says whose act it is: only a buyer's acts break a silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class ActBy(Enum):
    BUYER = "buyer"
    SELLER = "seller"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class ActivityType:
    """One kind of activity: whose act, through which channel, and how a sentence says it."""

    name: str
    by: ActBy
    channel: str
    words: str


def _types(by: ActBy, rows: str) -> tuple[ActivityType, ...]:
    cells = (tuple(c.strip() for c in row.split("|")) for row in rows.strip().splitlines())
    return tuple(ActivityType(name, by, channel, words) for name, channel, words in cells)


_BUYER = """
form.submitted        | web     | submitted a form
page.viewed           | web     | viewed a page
link.clicked          | web     | clicked a link
content.viewed        | web     | viewed content
content.downloaded    | web     | downloaded content
content.shared        | web     | shared content
video.watched         | web     | watched a video
search.made           | web     | searched
email.opened          | email   | opened an e-mail
email.clicked         | email   | clicked in an e-mail
email.replied         | email   | replied to an e-mail
email.forwarded       | email   | forwarded an e-mail
email.unsubscribed    | email   | unsubscribed
email.complained      | email   | reported spam
webinar.registered    | webinar | registered for a webinar
webinar.attended      | webinar | attended a webinar
event.registered      | event   | registered for an event
event.attended        | event   | attended an event
event.visited_booth   | event   | visited a booth
call.received         | phone   | called us
call.answered         | phone   | took a call
meeting.booked        | meeting | booked a meeting
meeting.held          | meeting | met with us
chat.started          | chat    | started a chat
ad.clicked            | ad      | clicked an ad
social.engaged        | social  | engaged on social media
survey.answered       | web     | answered a survey
trial.started         | product | started a trial
product.signed_up     | product | signed up
product.used          | product | used the product
referral.made         | social  | referred somebody
contract.signed       | contract | signed a contract
contract.renewed      | contract | renewed a contract
onboarding.milestone  | success | reached a milestone of onboarding
onboarding.completed  | success | completed onboarding
ticket.opened         | support | opened a support ticket
satisfaction.scored   | success | said how satisfied they are
"""
_SELLER = """
email.sent            | email   | was sent an e-mail
call.made             | phone   | was called
meeting.proposed      | meeting | was offered a meeting
sms.sent              | phone   | was sent a text message
mail.sent             | mail    | was sent a letter
social.touched        | social  | was contacted on social media
task.completed        | sales   | had a sales task completed
lead.assigned         | sales   | was assigned to a rep
lead.accepted         | sales   | was accepted by sales
lead.rejected         | sales   | was rejected by sales
lead.passed_back      | sales   | was passed back by sales
lead.converted        | sales   | was converted in the CRM
onboarding.started    | success | had onboarding begin
ticket.closed         | support | had a support ticket closed
"""
_SYSTEM = """
lead.created          | system  | was created in a system
email.delivered       | email   | was delivered an e-mail
email.bounced         | email   | had an e-mail bounce
email.scanned         | email   | was scanned by a machine
list.added            | system  | was added to a list
list.removed          | system  | was removed from a list
program.joined        | program | became a member of a program
program.progressed    | program | moved on in a program
program.succeeded     | program | reached a program's success
score.changed         | system  | had a score changed elsewhere
status.changed        | system  | had a status changed
owner.changed         | system  | changed owner
record.merged         | system  | was merged with a duplicate
record.synced         | system  | was synchronised
contract.ended        | contract | had a contract end
"""

ACTIVITY_TYPES: dict[str, ActivityType] = {
    t.name: t
    for t in (*_types(ActBy.BUYER, _BUYER), *_types(ActBy.SELLER, _SELLER), *_types(ActBy.SYSTEM, _SYSTEM))
}

CUSTOM_TYPE = re.compile(r"custom\.[a-z0-9_]{1,60}\Z")

# The columns of an activity that a behaviour's `where` may test by their own name; any other name in a
# `where` is one of the activity's free properties. `asset.*` and `program.*` test attributes of those.
ACTIVITY_COLUMNS: tuple[str, ...] = ("asset", "channel", "program", "product")


PARTICULARS: frozenset[str] = frozenset(
    [
        "client_ip_address",
        "client_ip",
        "ip",
        "ip_address",
        "user_agent",
        "agent",
        "form_fields",
        "campaign_run_id",
        "step_id",
        "choice_number",
        "details",
        "about",
    ]
)
"""Free properties that are nearly different at each act (addresses of networks, programs, ids of runs, what was typed into a
form): they are kept beside the act, for evidence and hygiene, and nothing tests them. Without that there would be as many kinds of
activity as activities."""


def is_activity_type(name: str) -> bool:
    return name in ACTIVITY_TYPES or CUSTOM_TYPE.match(name) is not None


def is_buyer_act(name: str) -> bool:
    """Whether a silence ends with it. Custom types are the buyer's, since teams name what buyers do."""
    known = ACTIVITY_TYPES.get(name)
    return known.by is ActBy.BUYER if known else True


def words_of(name: str) -> str:
    known = ACTIVITY_TYPES.get(name)
    return known.words if known else f"did {name.removeprefix('custom.').replace('_', ' ')}"
