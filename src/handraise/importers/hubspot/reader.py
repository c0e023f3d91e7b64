"""What the readers of all HubSpot exports share: names of records, and since when a row is known.

People, companies and deals are numbered apart, so a number may stand for one of each. `hubspot:501` is therefore a
person, an account and a deal; what a contact says of its own company belongs to the account `hubspot:contact:501`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from handraise.facts.rows import Assumed, AttributeChange, Fact, IdentityKey
from handraise.importers.cells import CellParser
from handraise.importers.hubspot.ids import to_id, to_ids
from handraise.importers.identity_keys import email_key
from handraise.importers.imports import Notes
from handraise.importers.instants import InstantReader
from handraise.importers.records import Attributes, RowCells, Since
from handraise.importers.rejects import CellError, RowRejected
from handraise.importers.schema import Match, key_of
from handraise.importers.settings import ImportSettings
from handraise.model.fields import Field
from handraise.model.time import Micros, iso

T = TypeVar("T")

PREFIX = "property_"  # what a warehouse puts before the name of a property
TIMES = """
createdate, hs_createdate, created_at | Create Date |
lastmodifieddate, hs_lastmodifieddate, updated_at | Last Modified Date |
_fivetran_synced |                    |
is_deleted, _fivetran_deleted, archived |       |
"""
_WRITTEN = ("lastmodifieddate", "_fivetran_synced")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]")


def listed(*values: str, **others: str) -> CellParser:
    """Reads a choice of a closed list into its internal value, also where its label is written; `others` are labels
    that say the value in other words. What is not of the list stays as written."""
    by_key = {key_of(v): v for v in values} | others
    return lambda text: by_key.get(key_of(text), text)


class HubSpotReader:
    """The base of the readers of rows; `start` reads what every row has."""

    def __init__(
        self,
        match: Match,
        header: Sequence[str],
        source: str,
        settings: ImportSettings,
        parsers: Mapping[Field, CellParser] | None = None,
    ) -> None:
        # Internal names come with UTC, as text or as milliseconds; what people export has the account's own zone.
        is_report = match.dialect == "labels"
        zone, numbers = (settings.zone, None) if is_report else ("UTC", "unix milliseconds")
        self.instants = InstantReader(zone, settings.formats, settings.latest, numbers)
        self.planned = InstantReader(zone, settings.formats, None, numbers)
        self.notes = Notes()
        self.settings = settings
        self.prefix = source + ":"
        self.cells = RowCells(match, header, self.instants, settings.missing)
        self.attributes = Attributes(match, self.cells, settings, self.instants, self.notes, parsers)
        self._positions = _positions(match)
        self._from_export = Since(settings.exported_at, Assumed.FROM_EXPORT)
        self._row: Sequence[str] = ()

    def start(self, row: Sequence[str], *id_columns: str) -> str:
        """Takes a row; the name of the record it is about, by the first of the columns that has an id."""
        self.cells.take(row)
        self._row = row
        for column in id_columns:
            id_ = self.cells.read(column, to_id)
            if id_ is not None:
                return self.prefix + id_
        there = next((c for c in id_columns if self.cells.has(c)), id_columns[0])
        column = self.cells.column(there)
        raise RowRejected(column, "missing", f"the row has no `{column}`.")

    def created(self) -> Micros | None:
        return self.cells.instant("createdate")

    def base(self) -> Since:
        """Since when the row's values are known: its last change, else when the warehouse copied it."""
        for name in _WRITTEN:
            at = self.cells.instant(name)
            if at is not None:
                return Since(at, Assumed.LAST_MODIFIED)
        return self._from_export

    def at(self, column: str) -> Micros:
        """An instant that the row must have."""
        at = self.cells.instant(column)
        if at is None:
            name = self.cells.column(column)
            raise RowRejected(name, "missing", f"the row has no `{name}`.")
        return at

    def positions(self, column: str) -> Sequence[int]:
        """Where the columns are that begin like `column`."""
        return self._positions.get(column, ())

    def instant_in(self, position: int) -> Micros | None:
        """The instant in the column at a position, for columns of which there are several."""
        value = self._row[position]
        if not value or value in self.cells.missing or value.isspace():
            return None
        return self.parsed(self.cells.header[position], value, self.instants.read)

    def filled(self, column: str) -> list[tuple[str, str]]:
        """Header and cell of every column that begins like `column` and is not empty."""
        found = []
        for position in self._positions.get(column, ()):
            value = self._row[position]
            if value and value not in self.cells.missing and not value.isspace():
                found.append((self.cells.header[position], value))
        return found

    def references(self, *columns: str) -> tuple[str, ...]:
        """The names of the records that columns point to; each may be there several times and hold several ids."""
        ids: dict[str, None] = {}
        for column in columns:
            for header, value in self.filled(column):
                ids |= dict.fromkeys(self.parsed(header, value, to_ids))
        return tuple(self.prefix + id_ for id_ in ids)

    def parsed(self, header: str, value: str, parse: Callable[[str], T]) -> T:
        """A cell read by `parse`, or the row refused with its column."""
        try:
            return parse(value)
        except CellError as error:
            raise RowRejected.of(header, error, value) from None

    def reference_text(self, text: str) -> str:
        """A reference as the name of the record; a name that an export shows instead stays as written."""
        try:
            return self.prefix + to_id(text) if text.strip()[:1].isdigit() else text
        except CellError:
            return text

    def day(self, text: str) -> str:
        """The date of a date-time, as it is written there. Raises `CellError`."""
        stripped = text.strip()
        if self.planned.formats or (stripped.isdigit() and self.planned.numbers):
            return iso(self.planned.read(stripped))[:10]
        found = _DAY.match(stripped)
        return self.planned.date_text(found[1] if found else stripped)

    def deleted(self, out: list[Fact], entity: str, subject: str, base: Since) -> bool:
        """Says whether the record is deleted; a restored one says `false`."""
        flag = self.cells.flag("is_deleted")
        if flag is not None:
            text = "true" if flag else "false"
            out.append(AttributeChange(entity, subject, "is_deleted", text, base.at, base.at, base.assumed))
        return flag is True

    def refuse_deleted(self) -> None:
        """A thing that happened and was deleted later was a mistake; its row gives no facts."""
        if self.cells.flag("is_deleted"):
            raise RowRejected(self.cells.column("is_deleted"), "deleted", "the row is deleted in HubSpot.")

    def email_keys(
        self, out: list[Fact], record: str, column: str, known: Micros, separator: str | None = None
    ) -> None:
        """The addresses in a cell as keys; what is none is counted and joins nobody."""
        written = self.cells.text(column)
        addresses = [] if written is None else written.split(separator) if separator else [written]
        for address in filter(str.strip, addresses):
            key = email_key(address)
            if key is None:
                sentence = f"`{self.cells.column(column)}` is no e-mail address and joins nobody."
                self.notes.counts["unusable_email", sentence] += 1
            else:
                out.append(IdentityKey(record, key, known, known))


def _positions(match: Match) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for use in match.uses:
        if use.means is not None:
            found.setdefault(use.means, []).append(use.position)
    return found
