"""What the readers of all Salesforce objects share: names of records, and since when a row is known."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from handraise.facts.rows import Assumed, AttributeChange, Fact, IdentityKey
from handraise.importers.identity_keys import email_key
from handraise.importers.imports import Notes
from handraise.importers.instants import InstantReader
from handraise.importers.records import Attributes, RowCells, Since
from handraise.importers.rejects import CellError, RowRejected
from handraise.importers.salesforce.ids import id_or_text, to_18
from handraise.importers.schema import Match
from handraise.importers.settings import ImportSettings
from handraise.model.fields import Entity, Field
from handraise.model.time import Micros

# Which column says when a row was last written, best first. A snapshot table of a warehouse dates each version;
# otherwise the values held at least since the last modification, or since the warehouse copied them.
_WRITTEN = (
    ("_fivetran_start", Assumed.HISTORY),
    ("SystemModstamp", Assumed.LAST_MODIFIED),
    ("LastModifiedDate", Assumed.LAST_MODIFIED),
    ("_fivetran_synced", Assumed.LAST_MODIFIED),
)
TIMES = """
CreatedDate      | Created Date, Create Date   |
LastModifiedDate | Last Modified Date, Last Modified |
SystemModstamp   | System Modstamp             |
_fivetran_start  |                             |
_fivetran_synced |                             |
CreatedById      | Created By, Created By ID   | - who wrote it is not needed
LastModifiedById | Last Modified By, Last Modified By ID | - who wrote it is not needed
LastActivityDate | Last Activity, Last Activity Date | - moves with every touch
LastViewedDate   | Last Viewed Date            | - moves when somebody looks
LastReferencedDate | Last Referenced Date      | - moves when somebody looks
IsDeleted        | Deleted                     |
"""


class SalesforceReader:
    """The base of the readers of rows; `start` reads what every row has."""

    def __init__(self, match: Match, header: Sequence[str], source: str, settings: ImportSettings) -> None:
        documented = None if match.dialect == "labels" else "UTC"
        zone = documented or settings.zone
        self.instants = InstantReader(zone, settings.formats, settings.latest)
        self.planned = InstantReader(zone, settings.formats)
        self.notes = Notes()
        self.settings = settings
        self.prefix = source + ":"
        self.cells = RowCells(match, header, self.instants, settings.missing)
        parsers = {Field(e.value, "owner"): id_or_text for e in Entity}
        parsers[Field("account", "parent")] = parsers[Field("program", "parent")] = partial(
            _reference, self.prefix
        )
        parsers[Field("opportunity", "program")] = parsers[Field("account", "parent")]
        self.attributes = Attributes(match, self.cells, settings, self.instants, self.notes, parsers)
        self._written = tuple((name, assumed) for name, assumed in _WRITTEN if self.cells.has(name))
        self._from_export = Since(settings.exported_at, Assumed.FROM_EXPORT)

    def start(self, row: Sequence[str], id_column: str = "Id") -> str:
        """Takes a row; the name of the record it is about."""
        self.cells.take(row)
        return self.prefix + self.cells.required(id_column, to_18)

    def created(self) -> Micros | None:
        return self.cells.instant("CreatedDate")

    def base(self) -> Since:
        """Since when the row's values are known."""
        for name, assumed in self._written:
            at = self.cells.instant(name)
            if at is not None:
                return Since(at, assumed)
        return self._from_export

    def reference(self, column: str) -> str | None:
        """The name of another record that the row points to."""
        id_ = self.cells.read(column, to_18)
        return None if id_ is None else self.prefix + id_

    def deleted(self, out: list[Fact], entity: str, subject: str, base: Since) -> bool:
        """Says whether the record is deleted; a restored one says `false`."""
        flag = self.cells.flag("IsDeleted")
        if flag is not None:
            out.append(
                AttributeChange(entity, subject, "is_deleted", "true" if flag else "false", *_twice(base))
            )
        return flag is True

    def refuse_deleted(self) -> None:
        """A thing that happened and was deleted later was a mistake; its row gives no facts."""
        if self.cells.flag("IsDeleted"):
            raise RowRejected(self.cells.column("IsDeleted"), "deleted", "the row is deleted in Salesforce.")

    def email_key(self, out: list[Fact], record: str, known: Micros) -> None:
        address = self.cells.text("Email")
        if address is None:
            return
        key = email_key(address)
        if key is None:
            self.notes.counts[
                "unusable_email", f"`{self.cells.column('Email')}` is no e-mail address and joins nobody."
            ] += 1
        else:
            out.append(IdentityKey(record, key, known, known))


def _twice(since: Since) -> tuple[Micros, Micros, Assumed]:
    return since.at, since.at, since.assumed


def _reference(prefix: str, text: str) -> str:
    """A reference as the name of the record; a name that a report shows instead stays as written."""
    try:
        return prefix + to_18(text)
    except CellError:
        return text
