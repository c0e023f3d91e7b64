"""The cells of a row by the export's own column names, and its attributes as facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from handraise.facts.rows import Assumed, AttributeChange, Fact
from handraise.importers.cells import PLACEHOLDERS, CellParser, parse_flag, parser_of
from handraise.importers.imports import Notes
from handraise.importers.instants import InstantReader
from handraise.importers.rejects import CellError, RowRejected
from handraise.importers.schema import Match
from handraise.importers.settings import ImportSettings
from handraise.model.fields import Field
from handraise.model.time import Micros


class Since(NamedTuple):
    """Since when a row's values are known, and how we come to say so."""

    at: Micros
    assumed: Assumed


class RowCells:
    """One row at a time: a cell by its column's name in the export. Blank and missing cells are `None`."""

    def __init__(
        self, match: Match, header: Sequence[str], instants: InstantReader, missing: frozenset[str]
    ) -> None:
        self.header = header
        self.missing = missing
        self._index = match.index
        self._instants = instants
        self._row: Sequence[str] = ()

    def take(self, row: Sequence[str]) -> None:
        self._row = row

    def has(self, name: str) -> bool:
        return name in self._index

    def column(self, name: str) -> str:
        """The file's own header for a column; the export's name for one that the file does not have."""
        position = self._index.get(name)
        return name if position is None else self.header[position]

    def text(self, name: str) -> str | None:
        position = self._index.get(name)
        if position is None:
            return None
        value = self._row[position]
        return None if not value or value in self.missing or value.isspace() else value

    def read(self, name: str, parse: Callable[[str], str]) -> str | None:
        """A cell read by `parse`, which may refuse it."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return parse(value)
        except CellError as error:
            raise RowRejected.of(self.column(name), error, value) from None

    def required(self, name: str, parse: Callable[[str], str] = str.strip) -> str:
        value = self.read(name, parse)
        if value is None:
            raise RowRejected(self.column(name), "missing", f"the row has no `{self.column(name)}`.")
        return value

    def instant(self, name: str, reader: InstantReader | None = None) -> Micros | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            return (reader or self._instants).read(value)
        except CellError as error:
            raise RowRejected.of(self.column(name), error, value) from None

    def flag(self, name: str) -> bool | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            return parse_flag(value)
        except CellError as error:
            raise RowRejected.of(self.column(name), error, value) from None


class Attributes:
    """Writes the cells that fill fields as attribute changes, all about one subject name."""

    def __init__(
        self,
        match: Match,
        cells: RowCells,
        settings: ImportSettings,
        instants: InstantReader,
        notes: Notes,
        parsers: Mapping[Field, CellParser] | None = None,
    ) -> None:
        catalog = settings.catalog()
        self._header, self._missing = cells.header, cells.missing
        self._notes = notes
        self._plan: list[tuple[int, str, str, CellParser | None, bool, bool, bool]] = []
        for use in match.filling:
            for own in use.fills:
                parse = (parsers or {}).get(own) or parser_of(catalog.type_of(own), instants)
                since_creation = own in settings.from_creation and not use.leaks
                is_first = own is use.fills[0]  # of the fields that one cell fills
                row = (use.position, own.entity, own.name, parse, since_creation, use.is_custom, is_first)
                self._plan.append(row)

    def any_of(self, entity: str, row: Sequence[str]) -> bool:
        """Whether the row says anything about that entity."""
        missing = self._missing
        return any(
            e == entity and (v := row[i]) and v not in missing and not v.isspace() for i, e, *_ in self._plan
        )

    def add(
        self,
        out: list[Fact],
        row: Sequence[str],
        subject: str,
        created: Micros | None,
        base: Since,
        customs: Since,
    ) -> None:
        """`base` is since when the columns are known, `customs` the same for custom columns."""
        missing = self._missing
        for position, entity, name, parse, since_creation, is_custom, is_first in self._plan:
            value = row[position]
            if not value or value in missing or value.isspace():
                continue
            if parse is not None:
                try:
                    value = parse(value)
                except CellError as error:
                    raise RowRejected.of(self._header[position], error, value) from None
            elif value in PLACEHOLDERS and is_first:
                self._notes.placeholders[self._header[position], value] += 1
            if since_creation and created is not None:
                out.append(
                    AttributeChange(entity, subject, name, value, created, created, Assumed.FROM_CREATION)
                )
            else:
                at, assumed = customs if is_custom else base
                out.append(AttributeChange(entity, subject, name, value, at, at, assumed))

    def add_blanks(self, out: list[Fact], row: Sequence[str], subject: str, since: Since) -> None:
        """Says of every empty cell that there was no value, for rows that tell all that was so at an instant."""
        at, assumed = since
        for position, entity, name, *_ in self._plan:
            value = row[position]
            if not value or value in self._missing or value.isspace():
                out.append(AttributeChange(entity, subject, name, None, at, at, assumed))
