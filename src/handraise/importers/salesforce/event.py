"""Salesforce Event: an entry in a calendar with a person.

An entry says that a meeting was proposed; whether it took place, Salesforce does not say.
"""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import Activity, Fact
from handraise.importers.rejects import RowRejected
from handraise.importers.salesforce.reader import TIMES, SalesforceReader
from handraise.importers.schema import ObjectSchema, columns
from handraise.model.time import iso

SCHEMA = ObjectSchema(
    "Salesforce Event",
    columns(
        """
Id                  | Activity ID, Event ID   |
WhoId               | Who ID, Name ID         |
WhatId              | What ID, Related To ID  |
Subject             |                         |
StartDateTime       | Start Date Time, Start  |
ActivityDateTime    | Due Date Time           |
ActivityDate        | Due Date Only           |
Type                | Event Type              |
DurationInMinutes   | Duration                | -
EndDateTime         | End Date Time, End      | -
EndDate             |                         | -
IsAllDayEvent       | All-Day Event           | -
AccountId           | Account ID              | - the person's account says it
EventSubtype        | Event Subtype           | -
GroupEventType      | Group Event Type        | -
IsChild             | Is Child                |
IsGroupEvent        | Is Group Event          | -
IsPrivate           | Private                 | -
IsArchived          | Archived                | -
IsRecurrence        |                         | -
IsReminderSet       | Reminder Set            | -
ReminderDateTime    | Reminder Date/Time      | -
Location            |                         | -
ShowAs              | Show Time As            | -
OwnerId             | Assigned To ID, Assigned | -
Description         |                         | - notes are read by listening
RecurrenceActivityId |                        | -
RecurrenceDayOfMonth |                        | -
RecurrenceDayOfWeekMask |                     | -
RecurrenceEndDateOnly |                       | -
RecurrenceInstance  |                         | -
RecurrenceInterval  |                         | -
RecurrenceMonthOfYear |                       | -
RecurrenceStartDateTime |                     | -
RecurrenceTimeZoneSidKey |                    | -
RecurrenceType      |                         | -
WhoCount            |                         | -
WhatCount           |                         | -
RecordTypeId        | Record Type ID          | -
"""
        + TIMES
    ),
    must=("Id",),
    marks=(
        ("WhoId", "StartDateTime"),
        ("WhoId", "EventSubtype"),
        ("WhoId", "DurationInMinutes"),
        ("WhoId", "EndDateTime"),
    ),
    never=("StageName", "CampaignId", "LastName", "Company", "TaskSubtype", "CallType", "IsHighPriority"),
)
TYPES = ("meeting.proposed",)


class EventReader(SalesforceReader):
    """One entry in one calendar a row; the copies in the calendars of further attendees are not counted again."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        event = self.start(row)
        self.refuse_deleted()
        if self.cells.flag("IsChild"):
            reason = "it is a copy in the calendar of another attendee; the entry itself counts."
            raise RowRejected(self.cells.column("IsChild"), "told_twice", reason)
        who = self.reference("WhoId")
        if who is None:
            raise RowRejected(self.cells.column("WhoId"), "no_person", "the event names no lead or contact.")
        at = self.created()
        if at is None:
            raise RowRejected(
                self.cells.column("CreatedDate"), "missing", "nothing says when it was arranged."
            )
        message, properties = event.removeprefix(self.prefix), self._properties()
        return [Activity(message, who, at, at, "meeting.proposed", "meeting", properties=properties)]

    def _properties(self) -> dict[str, str]:
        starts = self.cells.instant("StartDateTime", self.planned)
        found = {
            "subject": self.cells.text("Subject"),
            "event_type": self.cells.text("Type"),
            "about": self.cells.text("WhatId"),
            "starts_at": None if starts is None else iso(starts),
        }
        return {name: value for name, value in found.items() if value is not None}
