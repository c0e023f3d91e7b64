"""HubSpot's engagements: calls, e-mails, meetings, messages, notes and tasks, from the API, warehouses and exports.

One row may name several people; each gets an activity of their own. A warehouse keeps the people in another table
(`settings.companions.people`); an export of activities names them as `Ann Li (ann@acme.example)`, and ids where it has
them. What has not happened yet, or never did, is quarantined with that reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from handraise.facts.rows import Activity, Fact, IdentityKey, PersonRecord
from handraise.importers.hubspot.ids import MOST_IN_A_CELL
from handraise.importers.hubspot.reader import PREFIX, TIMES, HubSpotReader
from handraise.importers.identity_keys import email_key
from handraise.importers.rejects import RowRejected
from handraise.importers.schema import Match, ObjectSchema, columns, key_of
from handraise.model.activities import ACTIVITY_TYPES
from handraise.model.time import Micros

SCHEMA = ObjectSchema(
    "HubSpot engagements",
    columns(
        """
hs_object_id, engagement_id | Record ID       |
id                  |                         |
hs_timestamp, timestamp | Activity date       |
type, engagement_type, hs_engagement_type | Activity type |
contact_ids, hs_associated_contact_ids* | Associated Contact IDs |
associatedcontacts  | Associated Contact, Associated Contacts |
hs_call_direction   | Call direction          |
hs_call_disposition | Call outcome            |
hs_call_duration    | Call duration           |
hs_call_status      | Call status             |
hs_call_title       | Call Title              |
hs_email_direction  | Email direction         |
hs_email_status     | Email send status       |
hs_email_subject    | Email subject           |
hs_meeting_title, title | Meeting name        |
hs_meeting_outcome, meeting_outcome | Meeting outcome |
hs_meeting_start_time, start_time | Meeting start time |
hs_meeting_end_time, end_time | Meeting end time | - the start says when
hs_meeting_source, source | Meeting source    |
created_from_link_id, hs_meeting_created_from_link_id | |
hs_task_subject     | Task Title              |
hs_task_status      | Task Status             |
hs_task_type, task_type | Task Type           |
hs_task_completion_date | Completed at, Task completion date |
hs_communication_channel_type | Channel Type  |
hs_note_body        | Note body               |
hs_call_body        | Call notes              | - notes are read by listening
hs_email_text       | Email body              | - notes are read by listening
hs_email_html       |                         | - notes are read by listening
hs_meeting_body, body | Meeting description   | - notes are read by listening
hs_internal_meeting_notes | Internal meeting notes | - notes are read by listening
hs_task_body        | Notes                   | - notes are read by listening
hs_communication_body | Communication body    | - notes are read by listening
hs_body_preview     | Body preview            | - notes are read by listening
hs_body_preview_html |                        | - notes are read by listening
hs_body_preview_is_truncated |                | - notes are read by listening
hs_task_priority    | Priority                | -
hs_task_reminders   |                         | -
hs_meeting_location | Meeting location        | -
external_url, hs_meeting_external_url |       | -
web_conference_meeting_id |                   | -
pre_meeting_prospect_reminders |              | -
source_id, hs_meeting_source_id |             | -
hs_call_recording_url | Recording URL         | -
hs_call_to_number   | To number               | -
hs_call_from_number | From number             | -
hs_call_source      | Call source             | -
hs_email_from_email | Email from address      | -
hs_email_to_email   | Email to address        | -
hs_email_headers    |                         | -
hs_engagement_source |                        | -
hs_engagement_source_id |                     | -
hs_activity_type    | Call and meeting type   | -
hs_modified_by      |                         | - who wrote it is not needed
hs_created_by       |                         | - who wrote it is not needed
hs_all_owner_ids    |                         | - who did it is not needed
hs_all_team_ids     |                         | - who did it is not needed
hubspot_owner_id, owner_id | Activity assigned to, Owner | - who did it is not needed
hubspot_team_id     | HubSpot Team            | - who did it is not needed
associatedcompanies | Associated Company      | - the person's company says it
associatedcompanyids* | Associated Company IDs | - the person's company says it
associateddeals     | Associated Deal         | - what somebody did belongs to the person
associateddealids*  | Associated Deal IDs     | - what somebody did belongs to the person
active              |                         | -
portal_id           |                         | -
"""
        + TIMES
    ),
    must=(),
    marks=(
        ("hs_object_id", "hs_timestamp"),
        ("id", "hs_timestamp", "type"),
        ("id", "hs_timestamp", "hs_call_title"),
        ("id", "hs_timestamp", "hs_call_status"),
        ("id", "hs_timestamp", "hs_call_direction"),
        ("id", "hs_timestamp", "hs_email_direction"),
        ("id", "hs_timestamp", "hs_email_subject"),
        ("id", "hs_timestamp", "hs_note_body"),
        ("id", "hs_timestamp", "hs_task_status"),
        ("id", "hs_timestamp", "hs_task_subject"),
        ("id", "hs_timestamp", "hs_meeting_title"),
        ("id", "hs_timestamp", "hs_communication_channel_type"),
        ("hs_object_id", "hs_meeting_start_time"),
        ("id", "hs_meeting_start_time"),
    ),
    never=("recipient", "form_id", "contact_list_id", "email", "firstname", "dealname", "name", "value", "WhoId", "deal_id"),
    prefix=PREFIX,
)  # fmt: skip


class _Act(NamedTuple):
    """What an engagement was: `suffix` tells apart several acts of one engagement."""

    type: str
    at: Micros
    suffix: str = ""


# By kind, what a file of it may hold.
_TYPES = {
    "call": ("call.made", "call.received", "call.answered"),
    "email": ("email.sent", "email.replied", "email.bounced"),
    "meeting": ("meeting.booked", "meeting.proposed", "meeting.held"),
    "communication": ("sms.sent", "social.touched", "mail.sent"),
    "task": ("task.completed", "social.touched"),
    "note": ("task.completed",),
}
TYPES = tuple(dict.fromkeys(t for types in _TYPES.values() for t in types))
# HubSpot's own outcomes of calls; other ids are an organisation's own and are kept as written.
_OUTCOMES = {
    "9d9162e7-6cf3-4944-bf63-4dff82258764": "Busy",
    "f240bbac-87c9-4f6e-bf70-924b57d47db7": "Connected",
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "Left live message",
    "b2cf5968-551e-4856-9783-52b3da59a7d0": "Left voicemail",
    "73a0d17f-1163-4015-bdd5-ec830791da20": "No answer",
    "17b47fee-58de-441e-a44c-c6300d46f273": "Wrong number",
}
_NOT_CALLED = frozenset(
    ("queued", "ringing", "connecting", "callingcrmuser", "canceled", "cancelled", "failed")
)
_NOT_SENT = frozenset(("scheduled", "sending", "failed", "draft"))
_MESSAGES = {
    "sms": "sms.sent",
    "whatsapp": "sms.sent",
    "linkedinmessage": "social.touched",
    "postalmail": "mail.sent",
}
_PERSON = re.compile(r"(?P<name>.*?)\s*\((?P<address>[^()\s]+@[^()\s]+)\)\s*\Z", re.S)


class EngagementReader(HubSpotReader):
    """One engagement a row, one activity a person (a call that was taken and a booked meeting: two)."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        engagement = self.start(row, "hs_object_id", "id").removeprefix(self.prefix)
        self.refuse_deleted()
        kind = self._kind()
        acts = self._acts(kind)
        properties = self._properties(kind)
        created = self.created()
        out: list[Fact] = []
        people = self._people(out, engagement, min(act.at for act in acts))
        for record in people:
            who = record.removeprefix(self.prefix)
            for act in acts:
                known = act.at if created is None else max(act.at, created)
                channel = ACTIVITY_TYPES[act.type].channel
                message = f"engagement:{engagement}:{who}{act.suffix}"
                out.append(Activity(message, record, act.at, known, act.type, channel, properties=properties))
        return out

    def _people(self, out: list[Fact], engagement: str, at: Micros) -> list[str]:
        records = list(self.references("contact_ids"))
        if not records:
            linked = self.settings.companions.people.get(engagement, ())
            records = [self.prefix + id_ for id_ in linked]
        if not records:
            records = self._by_address(out, at)
        if not records:
            reason = "it names no contact, and no table of this import says who took part."
            raise RowRejected(None, "no_person", reason)
        return records

    def _by_address(self, out: list[Fact], at: Micros) -> list[str]:
        """The people of a cell `Ann Li (ann@acme.example);Bo Sand (bo@sand.example)`, each the record of the address."""
        records: dict[str, None] = {}
        written = (self.cells.text("associatedcontacts") or "").split(";")
        for person in written[:MOST_IN_A_CELL]:
            found = _PERSON.match(person.strip())
            key = email_key(found["address"] if found else person)
            if key is not None:
                records[self.prefix + key] = None
                out += (
                    PersonRecord(self.prefix + key, at, at),
                    IdentityKey(self.prefix + key, key, at, at),
                )
        return list(records)

    def _kind(self) -> str:
        """What the row says it is, else what its columns are about; an export of activities without either is of notes."""
        kind = key_of(self.cells.text("type") or "")
        for name, others in _KINDS.items():
            if kind in others:
                return name
        if kind and self.cells.has("hs_task_status"):
            return "task"
        if kind:
            reason = f"`{kind[:40]}` is no kind of engagement that is known."
            raise RowRejected(self.cells.column("type"), "unknown_type", reason, kind)
        return next((name for column, name in _TOLD_BY.items() if self.cells.has(column)), "note")

    def _acts(self, kind: str) -> list[_Act]:
        match kind:
            case "call":
                return self._call()
            case "email":
                return [_Act(self._email(), self._when())]
            case "meeting":
                return self._meeting()
            case "communication":
                channel = key_of(self.cells.text("hs_communication_channel_type") or "")
                return [_Act(_MESSAGES.get(channel, "task.completed"), self._when())]
            case "postalmail":
                return [_Act("mail.sent", self._when())]
            case "task":
                return [self._task()]
            case _:
                return [_Act("task.completed", self._when())]

    def _when(self) -> Micros:
        return self.at("hs_timestamp")

    def _call(self) -> list[_Act]:
        status = key_of(self.cells.text("hs_call_status") or "")
        if status in _NOT_CALLED:
            raise self._not_done("hs_call_status", "the call did not take place.")
        at = self._when()
        if key_of(self.cells.text("hs_call_direction") or "") == "inbound":
            return [_Act("call.received", at)]
        was_taken = self._outcome() == "Connected"
        return [_Act("call.made", at), *([_Act("call.answered", at, ":answered")] if was_taken else [])]

    def _outcome(self) -> str | None:
        written = self.cells.text("hs_call_disposition")
        return None if written is None else _OUTCOMES.get(written.strip().casefold(), written.strip())

    def _email(self) -> str:
        status = key_of(self.cells.text("hs_email_status") or "")
        if status in _NOT_SENT:
            raise self._not_done("hs_email_status", "the e-mail was not sent.")
        if status == "bounced":
            return "email.bounced"
        direction = key_of(self.cells.text("hs_email_direction") or "")
        if direction == "incomingemail":
            return "email.replied"
        # A forwarded one was logged by a rep; who wrote to whom is not said.
        return "task.completed" if direction == "forwardedemail" else "email.sent"

    def _meeting(self) -> list[_Act]:
        """A meeting was proposed, or booked through a link; held only where its outcome says so."""
        started = self.cells.instant("hs_meeting_start_time", self.planned)
        logged = self.cells.instant("hs_timestamp", self.planned)
        start = logged if started is None else started
        if start is None:
            raise RowRejected(
                self.cells.column("hs_meeting_start_time"), "missing", "nothing says when it was."
            )
        outcome = key_of(self.cells.text("hs_meeting_outcome") or "")
        created = self.created()
        made = start if created is None else min(created, start)
        by_link = key_of(self.cells.text("hs_meeting_source") or "").startswith("meetings")
        by_link = by_link or self.cells.text("created_from_link_id") is not None
        if made > self.settings.latest:
            raise self._not_done("hs_meeting_start_time", "the meeting is still to come.")
        acts = [_Act("meeting.booked" if by_link else "meeting.proposed", made)]
        if outcome == "completed" and start <= self.settings.latest:
            acts.append(_Act("meeting.held", start, ":held"))
        return acts

    def _task(self) -> _Act:
        if key_of(self.cells.text("hs_task_status") or "") != "completed":
            raise self._not_done("hs_task_status", "the task is open; it counts once it is done.")
        done = self.cells.instant("hs_task_completion_date")
        due = self.cells.instant("hs_timestamp", self.planned)
        base = self.base().at
        at = done if done is not None else base if due is None else min(due, base)
        is_social = key_of(self.cells.text("hs_task_type") or "").startswith("linkedin")
        return _Act("social.touched" if is_social else "task.completed", at)

    def _not_done(self, column: str, reason: str) -> RowRejected:
        return RowRejected(self.cells.column(column), "not_done", reason, self.cells.text(column))

    def _properties(self, kind: str) -> dict[str, str]:
        cells = self.cells
        subject = next(filter(None, (cells.text(c) for c in _SUBJECTS)), None)
        found = {
            "engagement": kind,
            "subject": subject,
            "call_result": self._outcome(),
            "task_type": cells.text("hs_task_type"),
            "message_channel": cells.text("hs_communication_channel_type"),
            "duration_seconds": self._seconds(),
        }
        return {name: value for name, value in found.items() if value is not None}

    def _seconds(self) -> str | None:
        """HubSpot counts milliseconds; what an export shows instead (`00:03:20`) is not kept."""
        written = (self.cells.text("hs_call_duration") or "").strip()
        is_number = written.isascii() and written.isdigit() and len(written) <= 12
        return str(int(written) // 1000) if is_number else None


_KINDS = {
    "call": ("call", "calls", "loggedcall"),
    "email": ("email", "emails", "incomingemail", "forwardedemail", "loggedemail", "salesemail", "onetoone", "onetooneemail"),
    "meeting": ("meeting", "meetings"),
    "note": ("note", "notes"),
    "task": ("task", "tasks"),
    "communication": ("communication", "communications", "sms", "whatsapp", "linkedinmessage"),
    "postalmail": ("postalmail",),
}  # fmt: skip
_TOLD_BY = {
    "hs_call_title": "call",
    "hs_call_status": "call",
    "hs_call_direction": "call",
    "hs_call_disposition": "call",
    "hs_email_subject": "email",
    "hs_email_direction": "email",
    "hs_meeting_start_time": "meeting",
    "hs_meeting_title": "meeting",
    "hs_task_status": "task",
    "hs_task_subject": "task",
    "hs_task_type": "task",
    "hs_communication_channel_type": "communication",
    "hs_note_body": "note",
}
_SUBJECTS = ("hs_call_title", "hs_email_subject", "hs_meeting_title", "hs_task_subject")


def types_told(match: Match) -> tuple[str, ...]:
    """The types of activity that a file with these columns may hold all of. A table of calls says nothing of meetings, so
    what is covered goes by the columns; where they do not say, by what occurs (and notes, which any may hold)."""
    kinds = dict.fromkeys(kind for column, kind in _TOLD_BY.items() if column in match.index)
    types = (t for kind in kinds for t in _TYPES[kind])
    return tuple(dict.fromkeys(types)) or _TYPES["note"]
