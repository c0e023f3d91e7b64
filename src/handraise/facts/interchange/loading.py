"""Tables of the interchange into a store: read whole, then appended like any import and reconciled row by row.

Each source's rows of a table are an import of their own. What a store has already is a duplicate, so loading
twice changes nothing, also from another copy.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa

from handraise.errors import EngineError, Finding
from handraise.facts import rows
from handraise.facts.imports import ImportHeader
from handraise.facts.interchange import layout, tables
from handraise.facts.interchange.checking import (
    CellRejectedError,
    checked,
    coverage_of,
    is_of_type,
    rejected_row,
    source_row,
)
from handraise.facts.interchange.spool import SpooledRows, SpooledTable, spool
from handraise.facts.interchange.tables import Table
from handraise.facts.rows import SourceRow
from handraise.facts.store import FactStore
from handraise.model.fields import Field, FieldCatalog, FieldDefinition
from handraise.model.time import Micros
from handraise.model.values import FieldType

IMPORTER = "facts"
_NO_SOURCE = CellRejectedError(
    tables.SOURCE, "missing_value", f"`{tables.SOURCE}` does not say which system the row comes from."
)


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """A table taken in and reconciled: `rows_in == accepted + duplicate + quarantined`.

    `place` is what it was called where it came from; `sha256` are the hashes of its content by source, under which
    its quarantined rows are listed; `unknown_columns` were passed over.
    """

    table: str
    place: str
    sources: tuple[str, ...]
    rows_in: int
    accepted: int
    duplicate: int
    quarantined: int
    sha256: tuple[str, ...]
    unknown_columns: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


def load(
    store: FactStore,
    name: str,
    batches: Iterable[pa.RecordBatch],
    origin: str,
    imported_at: Micros,
    place: str | None = None,
) -> LoadedTable:
    """Takes in one table. `origin` names where it comes from, for rows that name no source."""
    with Incoming(origin) as incoming:
        incoming.read(name, batches, place)
        (loaded,) = incoming.append_to(store, imported_at)
    return loaded


class Incoming:
    """Tables on their way in. Read all of them, then append; use as a context manager.

    `catalog` types the values of `attribute_changes`, to say which are not of their field's type.
    """

    def __init__(self, origin: str, catalog: FieldCatalog | None = None) -> None:
        self.origin = origin
        self.catalog = catalog
        self._folder = tempfile.TemporaryDirectory(prefix="handraise-", ignore_cleanup_errors=True)
        self._spooled: list[SpooledTable] = []

    def __enter__(self) -> Incoming:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def read(
        self,
        name: str,
        batches: Iterable[pa.RecordBatch],
        place: str | None = None,
        passed_over: tuple[str, ...] = (),
    ) -> None:
        """Reads a table to its end. `place` is what it is called in messages and in the quarantine; `passed_over` are
        columns that it has beside those of the batches.

        Raises `InputFileError` where it is no such table, or a column is missing or of another type.
        """
        table = layout.table_named(name)
        self._spooled.append(spool(table, batches, place or name, Path(self._folder.name), passed_over))

    def append_to(self, store: FactStore, imported_at: Micros) -> tuple[LoadedTable, ...]:
        """Appends what was read, in the interchange's order, each source's rows of a table whole or not at all."""
        order = {table.name: i for i, table in enumerate(tables.TABLES)}
        found = sorted(self._spooled, key=lambda s: order[s.table.name])
        return tuple(_Loading(store, s, self.origin, imported_at, self.catalog).result() for s in found)


@dataclass
class _Loading:
    """One table on its way into the store."""

    store: FactStore
    spooled: SpooledTable
    origin: str
    imported_at: Micros
    catalog: FieldCatalog | None
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    other_values: Counter[Field] = field(default_factory=Counter)

    def result(self) -> LoadedTable:
        spooled = self.spooled
        take = {"fields": self._take_fields, "coverage": self._take_coverage}
        for part in spooled.parts:
            take.get(spooled.table.name, self._take_facts)(part)
        if spooled.n_rows != self.accepted + self.duplicate + self.quarantined:
            raise EngineError(
                f"`{spooled.place}` has {spooled.n_rows} rows, but {self.accepted} accepted, "
                f"{self.duplicate} duplicate and {self.quarantined} quarantined."
            )
        return LoadedTable(
            spooled.table.name,
            spooled.place,
            tuple(p.source for p in spooled.parts if p.source is not None),
            spooled.n_rows,
            self.accepted,
            self.duplicate,
            self.quarantined,
            tuple(p.sha256 for p in spooled.parts),
            spooled.unknown_columns,
            tuple(self._findings()),
        )

    def _take_facts(self, part: SpooledRows) -> None:
        self._append(part, self._fact_rows(part))

    def _fact_rows(self, part: SpooledRows) -> Iterator[SourceRow]:
        table, watches = self.spooled.table, self.catalog is not None
        for line, cells in part.cells(table):
            if part.source is None:
                yield _rejected(table, line, cells, _NO_SOURCE)
                continue
            row = source_row(table, line, cells)
            if watches and table is tables.ATTRIBUTE_CHANGES:
                self._watch(row)
            yield row

    def _watch(self, row: SourceRow) -> None:
        """Counts values that no test of their field will understand. They are kept: nothing is coerced."""
        for fact in row.facts:
            if isinstance(fact, rows.AttributeChange) and fact.value is not None and self.catalog is not None:
                changed = Field(fact.entity, fact.field)
                if not is_of_type(fact.value, self.catalog.type_of(changed)):
                    self.other_values[changed] += 1

    def _take_coverage(self, part: SpooledRows) -> None:
        known = [s for s in self.store.coverage() if s.source == part.source]
        spans, rejected = set[rows.Coverage](), []
        for line, cells in part.cells(tables.COVERAGE):
            try:
                if part.source is None:
                    raise _NO_SOURCE
                span = coverage_of(_named(tables.COVERAGE, cells))
            except CellRejectedError as error:
                rejected.append(_rejected(tables.COVERAGE, line, cells, error))
                continue
            (type_,) = span.activity_types
            there = any(
                type_ in s.activity_types and s.from_at <= span.from_at and span.to_at <= s.to_at
                for s in known
            )
            self._count_statement(known=there or span in spans)
            if not there:
                spans.add(span)
        if spans or rejected:
            self._append(part, rejected, tuple(sorted(spans)))

    def _take_fields(self, part: SpooledRows) -> None:
        known = {d.field: d.type for d in (*FieldCatalog(), *self.store.fields())}
        new: list[FieldDefinition] = []
        rejected = []
        for line, cells in part.cells(tables.FIELDS):
            try:
                definition = _definition(cells, known)
            except CellRejectedError as error:
                rejected.append(_rejected(tables.FIELDS, line, cells, error))
                continue
            self._count_statement(known=definition.field in known)
            if definition.field not in known:
                known[definition.field] = definition.type
                new.append(definition)
        if new:
            self.store.define_fields(new)
        if rejected:
            self._append(part, rejected)

    def _count_statement(self, *, known: bool) -> None:
        if known:
            self.duplicate += 1
        else:
            self.accepted += 1

    def _append(
        self, part: SpooledRows, source_rows: Iterable[SourceRow], spans: tuple[rows.Coverage, ...] = ()
    ) -> None:
        header = ImportHeader(
            source=part.source or self.origin,
            importer=f"{IMPORTER}: {self.spooled.table.name}",
            file_name=self.spooled.place,
            file_sha256=part.sha256,
            imported_at=self.imported_at,
            unknown_columns=self.spooled.unknown_columns,
        )
        result = self.store.append(header, source_rows, spans)
        self.accepted += result.accepted
        self.duplicate += result.duplicate
        self.quarantined += result.quarantined

    def _findings(self) -> Iterator[Finding]:
        for changed, n in sorted(self.other_values.items()):
            type_ = self.catalog.type_of(changed).value if self.catalog else ""
            yield Finding(
                "FT301",
                f"`{changed}` is a {type_}, but {n:,} values are not written as one; tests count them as unknown.",
                n=n,
                advice=("Write values as docs/warehouse.md says.",),
            )


def _named(table: Table, cells: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(table.names, cells, strict=True))


def _rejected(table: Table, line: int, cells: tuple[Any, ...], error: CellRejectedError) -> SourceRow:
    return rejected_row(table, line, _named(table, cells), error)


def _definition(cells: tuple[Any, ...], known: dict[Field, FieldType]) -> FieldDefinition:
    """The field that a row declares. Raises `CellRejectedError` where it is known as another type."""
    row = checked(tables.FIELDS, _named(tables.FIELDS, cells))
    declared, type_ = Field(row["entity"], row["field"]), FieldType(row["type"])
    if known.get(declared, type_) is not type_:
        reason = f"`{declared}` is a field of type {known[declared].value}."
        raise CellRejectedError("type", "another_type", reason)
    return FieldDefinition(declared, type_, row["label"])
