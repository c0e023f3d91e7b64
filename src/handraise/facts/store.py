"""The fact store: one DuckDB file with everything that is known, and since when."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from handraise.errors import EngineError
from handraise.facts import activations, calibrations, catalog, clustering, happenings, imports, runs, sql
from handraise.facts.activations import Activation
from handraise.facts.appending import Appender, number_of_source
from handraise.facts.calibrations import StoredCalibration
from handraise.facts.chunks import CoverageSpan
from handraise.facts.erasing import Whom, erase
from handraise.facts.erasures import PERSON, Receipt, list_receipts, save_receipt
from handraise.facts.imports import ImportHeader, ImportResult, QuarantinedRow
from handraise.facts.masking import mask
from handraise.facts.rewriting import DUE, take_the_name, write_anew
from handraise.facts.rows import Activity, Coverage, SourceRow
from handraise.facts.runs import Run
from handraise.facts.sql import Connection, connect, one
from handraise.facts.undoing import UndoneImport, undo_import
from handraise.model.fields import STANDARD_FIELDS, Field, FieldDefinition
from handraise.model.time import Micros
from handraise.model.values import FieldType

DERIVED = "handraise"
"""The source of facts that were derived from facts: they are undone before anything that they may rest on."""


class _NothingNewError(Exception):
    """Everything that was to be appended is there already."""

    def __init__(self, result: ImportResult) -> None:
        super().__init__(result)
        self.result = result


class _OnlyCountedError(Exception):
    """It was to be counted what would be erased."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        super().__init__(counts)
        self.counts = counts


class FactStore:
    """Facts with history, in one file that one process holds at a time.

    A file that may not be written is opened for reading, by as many as like; then whatever would write raises
    `EngineError`. Appending is for one thread at a time (a lock sees to it); readers take a cursor each. Use as a
    context manager, or `close()`.
    """

    def __init__(self, path: Path | str, *, memory_limit: str = "2GB", threads: int = 2) -> None:
        self.path = Path(path)
        self.threads = threads
        self.read_only = self.path.exists() and not sql.can_write(self.path)
        self._memory_limit = memory_limit
        self.connection: Connection = self._connect()
        self._lock = threading.RLock()
        self.rehearses = False
        """Whether what is written now will be undone."""
        self.is_torn = False
        """Whether something failed in a rehearsal after it may have written, so that its state is none of the real one."""
        self.n_kept = 0
        """How often calibrations or an activation were stored through this object."""
        try:
            self._set_up()
        except BaseException:
            self.connection.close()
            raise

    def __enter__(self) -> FactStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    def cursor(self) -> Connection:
        """A connection of its own to the same data, for one thread."""
        with self._lock:
            # Only the connection that rehearses sees what it has written.
            return self.connection if self.rehearses else self.connection.cursor()

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Whatever is written while the block runs is seen in it and undone at its end. For one thread."""
        self.check_writable()
        with self._lock:
            self.connection.execute("BEGIN")
            self.rehearses, self.is_torn = True, False
            try:
                yield
            finally:
                self.rehearses = False
                self.connection.execute("ROLLBACK")

    def check_writable(self) -> None:
        """Raises `EngineError` where the file may only be read, before work is done that would be lost."""
        if self.read_only:
            raise EngineError(
                f"`{self.path}` can only be read.",
                ("Give yourself the right to write it and its folder, or copy the workspace.",),
            )

    @property
    def last_seq(self) -> int:
        """The highest append number; 0 in an empty store."""
        return self._meta("last_seq")

    @property
    def generation(self) -> int:
        """Grows whenever the clustered copies are rewritten."""
        return self._meta("generation")

    def append(
        self,
        header: ImportHeader,
        rows: Iterable[SourceRow],
        coverage: Iterable[Coverage] | Callable[[], Iterable[Coverage]] = (),
        *,
        masks: bool = False,
        only_news: bool = False,
    ) -> ImportResult:
        """Takes in one file, whole or not at all, and reconciles its rows.

        `coverage` is read after the last row, so it may be what the importer found while reading. `masks`: the lines are the
        append numbers of activities for which these stand (`stand_for`). `only_news`: where every fact is there already, nothing is
        kept of it.
        """
        try:
            result = self._append(header, rows, coverage, masks=masks, only_news=only_news)
        except _NothingNewError as nothing:
            return nothing.result
        self.cluster()
        return result

    def _append(
        self,
        header: ImportHeader,
        rows: Iterable[SourceRow],
        coverage: Iterable[Coverage] | Callable[[], Iterable[Coverage]],
        *,
        masks: bool,
        only_news: bool,
    ) -> ImportResult:
        with self._transaction() as connection:
            first_seq = self.last_seq
            number = int(one(connection, "SELECT coalesce(max(id), 0) + 1 FROM imports"))
            source = number_of_source(connection, header.source)
            appender = Appender(connection, header, number, source, first_seq)
            appender.take(rows)
            spans = coverage() if callable(coverage) else coverage
            self._cover(header.source, spans, number, appender)
            if masks:
                mask(connection, number)
            result = appender.result(first_seq)
            if only_news and result.duplicate == result.rows_in:
                raise _NothingNewError(result)
            imports.insert_import(connection, result)
            self._set_meta("last_seq", appender.seq)
        return result

    def stand_for(self, header: ImportHeader, acts: Iterable[tuple[int, Activity]]) -> ImportResult:
        """Takes in activities each of which stands for another one, given by its append number: that one counts no more, until
        this import is undone. One for which another stands already is left alone."""
        rows = (SourceRow(seq, (act,)) for seq, act in acts)
        return self.append(header, rows, masks=True)

    def undo(self, import_id: int, undone_at: Micros) -> UndoneImport:
        """Takes an import back: facts are then as if it had never been taken in, whole or not at all; what was derived from facts
        (`DERIVED`) is undone before. `undone_at` is the caller's clock. Raises `EngineError` where there is no such import."""
        with self._transaction() as connection:
            standing = [i for i in imports.list_imports(connection) if i.undone_at is None]
            derived = [i.id for i in standing if i.source == DERIVED and i.id != import_id]
            mine = any(i.id == import_id and i.source == DERIVED for i in standing)
            result = undo_import(connection, import_id, undone_at) if mine else None
            if result is None:
                for each in reversed(derived):
                    undo_import(connection, each, undone_at)
                result = replace(undo_import(connection, import_id, undone_at), n_derived=len(derived))
            last_seq = self.last_seq + 1  # what is decided from now on rests on other facts than before
            self._set_meta("last_seq", last_seq)
            clustering.rebuild(connection, range(catalog.N_BUCKETS), last_seq)
            self.n_kept += 1
        return result

    def erase(self, whom: Whom, receipt: str, erased_at: Micros, *, only_count: bool = False) -> Receipt:
        """Erases a person from everything in the file, whole or not at all, then writes the file anew (`finish_erasing`).
        `receipt` is a random id and `erased_at` the clock, both the caller's. With `only_count` nothing is changed."""
        return self._remove(
            lambda connection: erase(connection, whom), receipt, PERSON, erased_at, only_count=only_count
        )

    def _remove(
        self,
        remove: Callable[[Connection], Mapping[str, int]],
        receipt: str,
        what: str,
        erased_at: Micros,
        *,
        only_count: bool,
    ) -> Receipt:
        try:
            with self._transaction() as connection:
                counts = {words: n for words, n in remove(connection).items() if n}
                if only_count:
                    raise _OnlyCountedError(counts)
                made = Receipt(receipt, what, erased_at, counts)
                save_receipt(connection, made)
                last_seq = self.last_seq + 1  # what is decided from now on rests on other facts than before
                self._set_meta("last_seq", last_seq)
                clustering.rebuild(connection, range(catalog.N_BUCKETS), last_seq)
                connection.execute("DELETE FROM store_meta WHERE name = ?", [DUE])
                connection.execute("INSERT INTO store_meta (name, value) VALUES (?, 1)", [DUE])
                self.n_kept += 1
        except _OnlyCountedError as only:
            return Receipt(None, what, erased_at, only.counts)
        self.finish_erasing()
        return made

    @property
    def is_erasing(self) -> bool:
        """Whether something was erased and the file, interrupted then, may still have it on free pages."""
        with self._lock:
            return one(self.connection, "SELECT value FROM store_meta WHERE name = ?", [DUE]) is not None

    def finish_erasing(self) -> bool:
        """Writes the file anew where that is due; whether it was. Cursors that were taken before are closed. Raises `EngineError`
        where there is no room for a second copy of it."""
        self.check_writable()
        with self._lock:
            if not self.is_erasing:
                return False
            if str(self.path) == ":memory:":
                self._set_free()
                return True
            fresh = write_anew(self.connection, self.path)
            self.connection.close()
            try:
                take_the_name(fresh, self.path)
            finally:
                self.connection = self._connect()
        return True

    def receipts(self) -> tuple[Receipt, ...]:
        """Of everything that was ever erased, that and when it was; in order of time."""
        return () if self._is_old else list_receipts(self.cursor())

    def _set_free(self) -> None:
        self.connection.execute("DELETE FROM store_meta WHERE name = ?", [DUE])

    def _connect(self) -> Connection:
        return connect(self.path, self._memory_limit, self.threads, read_only=self.read_only)

    def cluster(self, *, everything: bool = False) -> int:
        """Rebuilds the buckets of the second ordering that need it; the number of buckets rebuilt."""
        if self.rehearses:
            return 0
        with self._lock:
            last_seq = self.last_seq
            buckets = (
                list(range(catalog.N_BUCKETS))
                if everything
                else clustering.buckets_due(self.connection, last_seq)
            )
            if buckets:
                with self._transaction() as connection:
                    clustering.rebuild(connection, buckets, last_seq)
            return len(buckets)

    def imports(self) -> tuple[ImportResult, ...]:
        """Every import, in order."""
        return imports.list_imports(self.cursor(), are_old=self._is_old)

    def quarantine(self, import_ids: Sequence[int] | None = None) -> tuple[QuarantinedRow, ...]:
        """Rows that were not taken, of some imports or of all, each once per file content and reason."""
        return imports.list_quarantine(self.cursor(), import_ids)

    def coverage(self, horizon: int | None = None) -> tuple[CoverageSpan, ...]:
        """What the sources know all about: overlapping and touching spans of one source and type are joined."""
        stated = "true" if self._is_old else "stated"
        rows = (
            self.cursor()
            .execute(
                f"""SELECT source, activity_type, from_at, to_at, {stated} FROM coverage WHERE seq <= ?
                    ORDER BY source, activity_type, seq, from_at, to_at""",
                [self.last_seq if horizon is None else horizon],
            )
            .fetchall()
        )
        return _joined_spans(sorted(_stretched(rows)))

    def define_fields(self, definitions: Iterable[FieldDefinition]) -> None:
        """Registers the workspace's own fields. Raises `EngineError` where a type contradicts a known one."""
        with self._transaction() as connection:
            known = {d.field: d.type for d in STANDARD_FIELDS}
            known.update((d.field, d.type) for d in self._own_fields(connection))
            for definition in definitions:
                _define_field(connection, definition, known)

    def fields(self) -> tuple[FieldDefinition, ...]:
        """The workspace's own fields, by name."""
        return tuple(self._own_fields(self.cursor()))

    def sources(self) -> Mapping[str, int]:
        """The numbers of the sources, by name."""
        return dict(self.cursor().execute("SELECT name, id FROM source_names ORDER BY name").fetchall())

    def save_run(
        self,
        run: Run,
        decisions: pa.Table | None = None,
        *,
        calibrations: Sequence[StoredCalibration] = (),
        firings: pa.Table | None = None,
        stage_entries: pa.Table | None = None,
        in_force: bool = False,
    ) -> None:
        """Stores a run, its decisions and what it told, with the calibrations that it made; a run saved again replaces
        itself. `in_force`: the triggers that fired had been activated."""
        with self._transaction() as connection:
            runs.save_run(connection, run, decisions)
            self._keep(connection, calibrations)
            if firings is not None:
                happenings.save_firings(connection, run, firings, in_force)
            if stage_entries is not None:
                happenings.save_stage_entries(connection, run, stage_entries)

    def runs(self) -> tuple[Run, ...]:
        """All runs, the latest started first."""
        return runs.list_runs(self.cursor())

    def run(self, run_id: str) -> Run:
        """A run by its id. Raises `EngineError` where there is none."""
        found = runs.find_run(self.cursor(), run_id)
        if found is None:
            raise EngineError(f"there is no run `{run_id}`.")
        return found

    def decisions_of(self, run: str) -> pa.Table:
        """The decisions of a run, as they were saved."""
        return runs.decisions_of(self.cursor(), run)

    def calibrations(self, playbook_version: str | None = None) -> tuple[StoredCalibration, ...]:
        """The calibrations of a playbook version, or of all, by instant."""
        return () if self._is_old else calibrations.list_calibrations(self.cursor(), playbook_version)

    def activate(self, activation: Activation, made: Sequence[StoredCalibration] = ()) -> None:
        """Records that a playbook version is in force, with the calibrations that were made for it."""
        with self._transaction() as connection:
            activations.save_activation(connection, activation)
            self._keep(connection, made)

    def activations(self) -> tuple[Activation, ...]:
        """Which playbook version was in force since when, in order of time."""
        return () if self._is_old else activations.list_activations(self.cursor())

    def firings(self) -> pa.Table:
        """Every firing that a run told: the table `firings` of `catalog`, by instant."""
        return happenings.none_of(catalog.FIRINGS) if self._is_old else happenings.list_firings(self.cursor())

    def stage_entries(self) -> pa.Table:
        """Every stage entered as a run told it: the table `stage_entries` of `catalog`, by instant."""
        if self._is_old:
            return happenings.none_of(catalog.STAGE_ENTRIES)
        return happenings.list_stage_entries(self.cursor())

    def _keep(self, connection: Connection, made: Sequence[StoredCalibration]) -> None:
        self.n_kept += 1
        calibrations.save_calibrations(connection, made)
        calibrations.forget_worked_out(connection, self.last_seq)

    def _set_up(self) -> None:
        version = self._version()
        if version > catalog.SCHEMA_VERSION:
            raise EngineError(
                f"`{self.path}` was written by a newer Handraise (store version {version}; this one reads "
                f"{catalog.SCHEMA_VERSION}).",
                ("Install the newer version of Handraise.",),
            )
        self._is_old = 0 < version < catalog.SCHEMA_VERSION and self.read_only
        if version == catalog.SCHEMA_VERSION or self._is_old:
            return
        with self._transaction() as connection:
            for statement in catalog.ddl(version):
                connection.execute(statement)
            if version:
                self._set_meta("schema_version", catalog.SCHEMA_VERSION)
                return
            first = (("schema_version", catalog.SCHEMA_VERSION), ("generation", 0), ("last_seq", 0))
            connection.executemany("INSERT INTO store_meta (name, value) VALUES (?, ?)", first)

    def _version(self) -> int:
        """The file's store version; 0 where it is empty. Raises `EngineError` for a database that is not ours."""
        tables = {r[0] for r in self.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        if not tables:
            return 0
        if "store_meta" not in tables:
            raise EngineError(f"`{self.path}` is a DuckDB file, but not a Handraise store.")
        return self._meta("schema_version")

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        self.check_writable()
        if self.rehearses:
            try:
                yield self.connection
            except BaseException:
                self.is_torn = True
                raise
            return
        with self._lock:
            self.connection.execute("BEGIN")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise

    def _meta(self, name: str) -> int:
        with self._lock:
            return int(one(self.connection, "SELECT value FROM store_meta WHERE name = ?", [name]))

    def _set_meta(self, name: str, value: int) -> None:
        self.connection.execute("UPDATE store_meta SET value = ? WHERE name = ?", [value, name])

    def _cover(self, source: str, spans: Iterable[Coverage], number: int, appender: Appender) -> None:
        """Coverage takes an append number of its own, so that older horizons do not see it."""
        rows = sorted(
            {
                (source, t, span.from_at, span.to_at, span.stated)
                for span in spans
                for t in span.activity_types
            }
        )
        said = "SELECT DISTINCT source, activity_type, from_at, to_at, stated FROM coverage"
        if not set(rows) <= set(self.connection.execute(said).fetchall()):
            appender.seq += 1
        if rows:
            self.connection.executemany(
                """INSERT INTO coverage (source, activity_type, from_at, to_at, stated, seq, import_id)
                   VALUES (?, ?, ?, ?, ?, ?, ?)""",
                [[*row, appender.seq, number] for row in rows],
            )

    @staticmethod
    def _own_fields(connection: Connection) -> Iterator[FieldDefinition]:
        rows = connection.execute(
            "SELECT entity, name, type, label FROM fields WHERE type IS NOT NULL ORDER BY entity, name"
        ).fetchall()
        for entity, name, type_, label in rows:
            yield FieldDefinition(Field(entity, name), FieldType(type_), label or name)


def _define_field(connection: Connection, definition: FieldDefinition, known: dict[Field, FieldType]) -> None:
    field = definition.field
    was = known.get(field)
    if was is not None and was is not definition.type:
        raise EngineError(
            f"`{field}` is a field of type {was.value}, and cannot be {definition.type.value} too."
        )
    if was is not None:
        return
    known[field] = definition.type
    found = connection.execute(
        "UPDATE fields SET type = ?, label = ? WHERE entity = ? AND name = ? RETURNING id",
        [definition.type.value, definition.label, field.entity, field.name],
    ).fetchall()
    if not found:
        connection.execute(
            """INSERT INTO fields (id, entity, name, type, label)
               SELECT coalesce(max(id), -1) + 1, ?, ?, ?, ? FROM fields""",
            [field.entity, field.name, definition.type.value, definition.label],
        )


def _stretched(rows: Iterable[tuple[str, str, int, int, bool]]) -> Iterator[tuple[str, str, int, int]]:
    """Spans by source and type in the order in which they came: one that is not stated stretches over all before it, so
    that a file split in pieces, or a month a file, leaves no hole at the seams."""
    for (source, type_), group in groupby(rows, lambda row: row[:2]):
        first, last = None, None
        for _, _, from_at, to_at, stated in group:
            first = from_at if first is None else min(first, from_at)
            last = to_at if last is None else max(last, to_at)
            yield (source, type_, from_at, to_at) if stated else (source, type_, first, last)


def _joined_spans(rows: Iterable[tuple[str, str, int, int]]) -> tuple[CoverageSpan, ...]:
    """Spans sorted by (source, type, from), joined where the next starts no later than just after the last."""
    joined: list[tuple[str, str, int, int]] = []
    for source, type_, from_at, to_at in rows:
        last = joined[-1] if joined else None
        if last and last[:2] == (source, type_) and from_at <= last[3] + 1:
            joined[-1] = (source, type_, last[2], max(last[3], to_at))
        else:
            joined.append((source, type_, from_at, to_at))
    types: dict[tuple[str, int, int], set[str]] = {}
    for source, type_, from_at, to_at in joined:
        types.setdefault((source, from_at, to_at), set()).add(type_)
    return tuple(CoverageSpan(s, frozenset(t), a, b) for (s, a, b), t in sorted(types.items()))
