"""Salesforce Event: meetings with a person, once they are over. Nothing says whether one took place; one that did not is
deleted or moved, as far as reps do so."""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import Activity, Fact
from handraise.importers.cells import parse_whole_number
from handraise.importers.rejects import RowRejected
from handraise.importers.salesforce.reader import TIMES, SalesforceReader
from handraise.importers.schema import ObjectSchema, columns
from handraise.model.time import MICROS_PER_SECOND, Micros

SCHEMA = ObjectSchema(
    "Salesforce Event",
    columns(
        """
Id                  | Activity ID, Event ID   |
WhoId               | Who ID, Name ID         |
WhatId              | What ID, Related To ID  |
AccountId           | Account ID              | - the person's account says it
Subject             |                         |
Location            |                         |
Type                | Event Type              |
EventSubtype        | Event Subtype           |
StartDateTime       | Start Date/Time, Start  |
EndDateTime         | End Date/Time, End      |
ActivityDateTime    | Due Date Time           |
ActivityDate        | Due Date Only, Date     |
EndDate             | End Date                | - the end says it
DurationInMinutes   | Duration, Duration (Minutes) |
IsAllDayEvent       | All-Day Event, All Day Event |
IsChild             | Is Child                |
OwnerId             | Assigned To ID, Assigned | -
Description         | Comments, Full Comments | - notes are read by listening
IsPrivate           | Private                 | -
ShowAs              | Show Time As            | -
IsGroupEvent        | Is Group Event          | -
GroupEventType      | Group Event Type        | -
IsArchived          | Archived                | -
IsRecurrence        |                         | -
ReminderDateTime    | Reminder Date/Time      | -
IsReminderSet       | Reminder Set            | -
WhoCount            |                         | -
WhatCount           |                         | -
CurrencyIsoCode     | Activity Currency       | -
RecordTypeId        | Record Type ID          | -
"""
        + TIMES
    ),
    must=("Id",),
    marks=(
        ("StartDateTime", "WhoId"),
        ("EndDateTime", "WhoId"),
        ("ActivityDateTime", "WhoId"),
        ("DurationInMinutes", "WhoId"),
        ("EventSubtype", "WhoId"),
        ("StartDateTime", "Subject"),
    ),
    never=("TaskSubtype", "CallType", "CampaignId", "StageName", "LastName", "Company"),
    id_label="Activity ID",
)
TYPES = ("meeting.held",)


class EventReader(SalesforceReader):
    """One meeting a row, by its end; meetings to come, deleted ones and those with no person are quarantined."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        event = self.start(row)
        who = self.reference("WhoId")
        at = self._over_at()
        self.refuse_deleted()
        if self.cells.flag("IsChild"):
            reason = (
                "the meeting is told a second time, for each of us who was invited; the first row counts."
            )
            raise RowRejected(self.cells.column("IsChild"), "told_twice", reason)
        if at is None:
            raise RowRejected(
                self.cells.column("StartDateTime"), "missing", "nothing says when the meeting is."
            )
        if at > self.settings.exported_at:
            raise RowRejected(None, "not_done", "the meeting is still to come; it counts once it is over.")
        if who is None:
            raise RowRejected(
                self.cells.column("WhoId"), "no_person", "the meeting names no lead or contact."
            )
        created = self.created()
        known = at if created is None else max(at, created)
        message = event.removeprefix(self.prefix)
        return [
            Activity(message, who, at, known, "meeting.held", "meeting", None, None, None, self._properties())
        ]

    def _over_at(self) -> Micros | None:
        """Its end; else its start and duration; else the end of its day."""
        end = self.cells.instant("EndDateTime", self.planned)
        start = self.cells.instant("StartDateTime", self.planned)
        if start is None:
            start = self.cells.instant("ActivityDateTime", self.planned)
        minutes = self.cells.read("DurationInMinutes", parse_whole_number)
        if self.cells.flag("IsAllDayEvent"):
            return self.cells.instant("ActivityDate", self.planned) or end or start
        if end is not None:
            return end
        if start is None:
            return self.cells.instant("ActivityDate", self.planned)
        return start + int(minutes or "0") * 60 * MICROS_PER_SECOND

    def _properties(self) -> dict[str, str]:
        cells = self.cells
        found = {
            "subject": cells.text("Subject"),
            "event_type": cells.text("Type"),
            "location": cells.text("Location"),
            "duration_minutes": cells.read("DurationInMinutes", parse_whole_number),
            "about": cells.text("WhatId"),
        }
        return {name: value for name, value in found.items() if value is not None}
