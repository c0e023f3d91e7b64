"""Salesforce Task: calls, e-mails and other work with a person, once it is done."""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import Activity, Fact
from handraise.importers.cells import parse_whole_number
from handraise.importers.rejects import RowRejected
from handraise.importers.salesforce.reader import TIMES, SalesforceReader
from handraise.importers.schema import ObjectSchema, columns
from handraise.model.activities import ACTIVITY_TYPES
from handraise.model.time import MICROS_PER_DAY, Micros

SCHEMA = ObjectSchema(
    "Salesforce Task",
    columns(
        """
Id                  | Activity ID, Task ID    |
WhoId               | Who ID, Name ID         |
WhatId              | What ID, Related To ID  |
AccountId           | Account ID              | - the person's account says it
Subject             |                         |
ActivityDate        | Due Date, Due Date Only, Date |
Status              |                         |
IsClosed            | Closed                  |
CompletedDateTime   | Completed Date/Time, Completed Date |
TaskSubtype         | Task Subtype            |
Type                | Task Type               |
CallType            | Call Type               |
CallDisposition     | Call Result             |
CallDurationInSeconds | Call Duration         |
Priority            |                         | -
IsHighPriority      | High Priority           | -
OwnerId             | Assigned To ID, Assigned | -
Description         | Comments, Full Comments | - notes are read by listening
CurrencyIsoCode     |                         | -
IsArchived          | Archived                | -
CallObject          | Call Object Identifier  | -
ReminderDateTime    | Reminder Date/Time      | -
IsReminderSet       | Reminder Set            | -
IsRecurrence        |                         | -
WhoCount            |                         | -
WhatCount           |                         | -
RecordTypeId        | Record Type ID          | -
"""
        + TIMES
    ),
    must=("Id",),
    marks=(
        ("WhoId", "ActivityDate"),
        ("WhoId", "Subject"),
        ("WhoId", "TaskSubtype"),
        ("TaskSubtype", "Subject"),
        ("WhoId", "CallType"),
        ("WhoId", "Status"),
    ),
    never=(
        "StageName",
        "CampaignId",
        "LastName",
        "Company",
        "StartDateTime",
        "EndDateTime",
        "ActivityDateTime",
        "DurationInMinutes",
        "EventSubtype",
    ),
    id_label="Activity ID",
)
TYPES = ("call.made", "call.received", "email.sent", "social.touched", "task.completed")
_BY_SUBTYPE = {"email": "email.sent", "listemail": "email.sent", "linkedin": "social.touched"}
_BY_TYPE = {"call": "call.made", "email": "email.sent"}
_DONE = frozenset(("completed", "closed", "done"))


class TaskReader(SalesforceReader):
    """One task a row; open ones, deleted ones and those with no person are quarantined."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        task = self.start(row)
        who = self.reference("WhoId")
        at = self._done_at()
        self.refuse_deleted()
        if at is None:
            raise RowRejected(None, "not_done", "the task is open; it counts once it is done.")
        if who is None:
            raise RowRejected(self.cells.column("WhoId"), "no_person", "the task names no lead or contact.")
        created = self.created()
        known = at if created is None else max(at, created)
        type_ = self._type()
        properties = self._properties()
        return [
            Activity(
                task.removeprefix(self.prefix),
                who,
                at,
                known,
                type_,
                ACTIVITY_TYPES[type_].channel,
                None,
                None,
                None,
                properties,
            )
        ]

    def _done_at(self) -> Micros | None:
        """When it was done: its completion; without one, the end of its day, or its last change if that was a day before."""
        completed = self.cells.instant("CompletedDateTime")
        is_closed = self.cells.flag("IsClosed")
        if completed is not None:
            return completed if is_closed is not False else None
        if is_closed is None:
            is_closed = (self.cells.text("Status") or "").strip().casefold() in _DONE
        if not is_closed:
            return None
        due, base = self.cells.instant("ActivityDate", self.planned), self.base()
        if due is None:
            return base.at
        return base.at if due - base.at > MICROS_PER_DAY else due

    def _type(self) -> str:
        subtype = (self.cells.text("TaskSubtype") or "").strip().casefold()
        call_type = (self.cells.text("CallType") or "").strip().casefold()
        if subtype in ("", "task", "call") and (call_type or subtype == "call"):
            if call_type == "internal":
                return "task.completed"
            return "call.received" if call_type == "inbound" else "call.made"
        if subtype in _BY_SUBTYPE:
            return _BY_SUBTYPE[subtype]
        return _BY_TYPE.get((self.cells.text("Type") or "").strip().casefold(), "task.completed")

    def _properties(self) -> dict[str, str]:
        cells = self.cells
        found = {
            "subject": cells.text("Subject"),
            "task_type": cells.text("Type"),
            "call_result": cells.text("CallDisposition"),
            "duration_seconds": cells.read("CallDurationInSeconds", parse_whole_number),
            "about": cells.text("WhatId"),
        }
        return {name: value for name, value in found.items() if value is not None}
