"""Marketo program members: when somebody joined a program, which status they have, and whether it is a success.

The extract has the status of now only. It counts from the success where it is one, else from the row's last change. The
extract of activities tells every change of a status; whoever has it needs no members.
"""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import Activity, AttributeChange, Fact
from handraise.importers.imports import Notes
from handraise.importers.instants import InstantReader
from handraise.importers.marketo.leads import MISSING
from handraise.importers.records import RowCells
from handraise.importers.rejects import RowRejected
from handraise.importers.schema import Match, ObjectSchema, columns
from handraise.importers.settings import ImportSettings
from handraise.model.time import Micros

SCHEMA = ObjectSchema(
    "Marketo program members",
    columns(
        """
leadId              | Lead ID                 |
programId           | Program ID              |
program             | Program Name, Program   |
statusName          | Status Name, Program Status |
statusReason        | Status Reason           |
membershipDate      | Membership Date         |
reachedSuccess      | Reached Success         |
reachedSuccessDate  | Reached Success Date    |
createdAt           | Created At              |
updatedAt           | Updated At              |
id                  |                         | - the member's own number
acquiredBy          | Acquired By             | - overwritten, without history
isExhausted         | Is Exhausted            | - overwritten, without history
nurtureCadence      | Nurture Cadence         | - overwritten, without history
trackName           | Track Name              | - overwritten, without history
registrationCode    | Registration Code       | -
webinarUrl          | Webinar URL             | -
waitlistPriority    | Waitlist Priority       | -
attendanceLikelihood | Attendance Likelihood  | - a score made elsewhere
registrationLikelihood | Registration Likelihood | - a score made elsewhere
flowStep            | Flow Step               | -
firstName           | First Name              | - the lead says it
lastName            | Last Name               | - the lead says it
email               | Email Address           | - the lead says it
company             | Company Name            | - the lead says it
title               | Job Title               | - the lead says it
"""
    ),
    must=("leadId", "programId"),
    marks=(("membershipDate",), ("reachedSuccess",), ("statusName",)),
    never=("marketoGUID", "activityTypeId", "activityDate"),
)
ACTIVITIES = ("program.joined", "program.progressed", "program.succeeded")


class MarketoMemberReader:
    """One membership a row."""

    def __init__(self, match: Match, header: Sequence[str], source: str, settings: ImportSettings) -> None:
        self.notes = Notes()
        self._prefix = source + ":"
        instants = InstantReader(settings.zone, settings.formats, settings.latest)
        self.cells = RowCells(match, header, instants, MISSING | settings.missing)

    def facts(self, row: Sequence[str]) -> list[Fact]:
        cells = self.cells
        cells.take(row)
        lead, number = cells.required("leadId"), cells.required("programId")
        program = self._prefix + number
        steps = self._steps()
        if not steps:
            raise RowRejected(None, "undated", "nothing says when the member joined or what they reached.")
        out: list[Fact] = [
            Activity(
                f"member:{number}:{lead}:{name}", self._prefix + lead, at, at, type_, "program", None, program, None,
                self._properties() if type_ != "program.joined" else {},
            )
            for type_, name, at in steps
        ]  # fmt: skip
        title = cells.text("program")
        if title is not None:
            at = steps[0][2]
            out.append(AttributeChange("program", program, "name", title, at, at))
        return out

    def _steps(self) -> list[tuple[str, str, Micros]]:
        """What happened, by what tells it from the member's other steps, and when."""
        cells = self.cells
        joined = cells.instant("membershipDate")
        updated, reached = cells.instant("updatedAt"), cells.instant("reachedSuccessDate")
        steps = [] if joined is None else [("program.joined", "joined", joined)]
        is_success = cells.flag("reachedSuccess")
        if is_success is not False and reached is not None:
            steps.append(("program.progressed", "success", reached))
            steps.append(("program.succeeded", "succeeded", reached))
        elif cells.text("statusName") is not None and updated is not None:
            steps.append(("program.progressed", f"status:{updated}", updated))
        if is_success and reached is None:
            sentence = "members reached success, but nothing says when; that gives no fact."
            self.notes.counts["undated_successes", sentence] += 1
        return steps

    def _properties(self) -> dict[str, str]:
        found = {
            "new_status": self.cells.text("statusName"),
            "reason": self.cells.text("statusReason"),
            "success": self.cells.read("reachedSuccess", str.lower),
        }
        return {name: value for name, value in found.items() if value is not None}
