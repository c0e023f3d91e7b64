"""One file being imported: what it was taken for and why, its rows as facts, and what was seen on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from handraise.errors import Finding, Severity
from handraise.facts.rows import Activity, Coverage, Fact, SourceRow
from handraise.importers.rejects import RowRejected
from handraise.importers.schema import UNKNOWN, ColumnUse
from handraise.importers.settings import ImportSettings
from handraise.importers.tables import Table, row_text
from handraise.model.fields import FieldDefinition
from handraise.model.time import Micros

Cells = Sequence[str]
_NOTHING = RowRejected(None, "no_facts", "the row says nothing that is kept.")


class RowReader(Protocol):
    """Turns the cells of a row into facts. Raises `RowRejected` for a row that gives none, never anything else."""

    def facts(self, cells: Cells) -> list[Fact]: ...

    @property
    def notes(self) -> Notes: ...


@dataclass(slots=True)
class Notes:
    """What a reader counts on the way: placeholders by column, rows without ids that say what another says, and
    whatever else is worth a finding."""

    placeholders: Counter[tuple[str, str]] = field(default_factory=Counter)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    n_repeated: int = 0

    def findings(self) -> Iterator[Finding]:
        for (column, value), n in sorted(self.placeholders.items()):
            sentence = f"`{column}` says `{value}`, which is kept as a value."
            yield Finding(
                "placeholder", sentence, Severity.WARNING, n, ("State it as `missing` if it means unknown.",)
            )
        for (code, sentence), n in sorted(self.counts.items()):
            yield Finding(code, sentence, Severity.NOTE, n)
        if self.n_repeated:
            yield _repeated(self.n_repeated)


def _repeated(n: int) -> Finding:
    rows, say, each = ("row", "says", "it") if n == 1 else ("rows", "say", "each")
    return Finding(
        "repeated_rows",
        f"{n:,} {rows} without an id {say} the same as another row of this file; {each} counts once more.",
        Severity.NOTE,
        n,
        (
            "If they are copies, take them out, or map a column with ids as `id`.",
            "If they are not, keep the file whole: in two files, equal rows count as one row exported twice.",
        ),
    )


@dataclass(slots=True)
class _Seen:
    """First and last instant of the activities seen, and their types."""

    first: Micros | None = None
    last: Micros | None = None
    types: set[str] = field(default_factory=set)

    def add(self, facts: list[Fact]) -> None:
        for fact in facts:
            if type(fact) is Activity:
                at = fact.at
                self.types.add(fact.type)
                if self.first is None or at < self.first:
                    self.first = at
                if self.last is None or at > self.last:
                    self.last = at


@dataclass(slots=True)
class FileImport:
    """A recognised file. `rows()` may be called again and says the same again; `findings` and `coverage` are
    complete once its rows have been read. `activity_types`: those that the importer may produce (and those that
    occur); `None` for files without activities."""

    path: Path
    importer: str
    source: str
    why: str
    columns: tuple[ColumnUse, ...]
    custom_fields: tuple[FieldDefinition, ...]
    table: Table
    settings: ImportSettings
    new_reader: Callable[[], RowReader]
    activity_types: tuple[str, ...] | None = None
    _notes: Notes = field(default_factory=Notes)
    _seen: _Seen = field(default_factory=_Seen)

    @property
    def sha256(self) -> str:
        return self.table.sha256

    @property
    def n_lines(self) -> int:
        """About how many lines the file has; 0 where nothing tells."""
        return self.table.n_lines

    @property
    def unused_columns(self) -> tuple[ColumnUse, ...]:
        """The columns that are not imported; each says why."""
        return tuple(u for u in self.columns if u.means is None)

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """The headers of columns that the importer does not know at all."""
        return tuple(u.header for u in self.columns if u.means is None and u.how == UNKNOWN)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*self.table.findings, *self._notes.findings())

    @property
    def coverage(self) -> tuple[Coverage, ...]:
        """The types of activity and the period that this file knows all about. The types are those that the importer may
        produce, of these only the exported ones where the settings name them; the period is what the settings say was
        asked for, else from the first activity to the last."""
        if self.activity_types is None:
            return ()
        types = self._types_covered(self.activity_types)
        period = self.settings.covers
        if period is None and self._seen.first is not None and self._seen.last is not None:
            period = (self._seen.first, self._seen.last)
        return (Coverage(types, *period),) if period and types else ()

    def _types_covered(self, possible: tuple[str, ...]) -> tuple[str, ...]:
        asked = self.settings.covers_types.get(self.source)
        if asked is not None and not possible:  # its cells name the types, so it may hold any
            return asked
        may_hold = dict.fromkeys((*possible, *sorted(self._seen.types)))
        return tuple(may_hold) if asked is None else tuple(t for t in asked if t in may_hold)

    def rows(self) -> Iterator[SourceRow]:
        reader = self.new_reader()
        self._notes, self._seen = reader.notes, _Seen()
        watch = self._seen.add if self.activity_types is not None else None
        read = reader.facts
        for line, cells, raw, rejection in self.table.rows():
            if rejection is not None:
                yield SourceRow(line, (), rejection, raw if raw is not None else row_text(cells))
                continue
            try:
                facts = read(cells)
            except RowRejected as rejected:
                yield SourceRow(line, (), rejected.at(line), raw if raw is not None else row_text(cells))
                continue
            if not facts:
                yield SourceRow(line, (), _NOTHING.at(line), raw if raw is not None else row_text(cells))
                continue
            if watch is not None:
                watch(facts)
            yield SourceRow(line, tuple(facts))
