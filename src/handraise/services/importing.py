"""Importing files: recognised, loaded once, reconciled row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from handraise.config import Settings
from handraise.engines.local import Progress
from handraise.errors import ExitCode, Finding, HandraiseError, InputFileError, Problem, Severity
from handraise.facts.imports import ImportHeader, ImportResult, QuarantinedRow
from handraise.facts.rows import Coverage
from handraise.facts.store import FactStore
from handraise.importers.companions import Companions
from handraise.importers.imports import FileImport
from handraise.importers.known_tables import CompanionFile, read_companions
from handraise.importers.mapping.model import ImportMapping
from handraise.importers.mapping.reading import read_mapping_file
from handraise.importers.opening import files_at, open_import
from handraise.importers.settings import ImportSettings
from handraise.model.conditions import DealStatus
from handraise.model.fields import Field
from handraise.model.time import MICROS_PER_DAY, Micros
from handraise.services.clock import Clock
from handraise.services.settings import field_catalog

MOST_SOURCE_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file: taken for something and reconciled, or refused with its problems.

    `rows_in == accepted + duplicate + quarantined`; a refused file has no rows. `reasons` counts the quarantined
    rows by reason, most first.
    """

    file_name: str
    taken_for: str = ""
    source: str = ""
    why: str = ""
    rows_in: int = 0
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    unknown_columns: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    refusal: str | None = None

    def as_dict(self) -> dict[str, object]:
        return {
            "file": self.file_name,
            "taken_for": self.taken_for,
            "source": self.source,
            "why": self.why,
            "rows_in": self.rows_in,
            "accepted": self.accepted,
            "duplicate": self.duplicate,
            "quarantined": self.quarantined,
            "reasons": [{"reason": reason, "n": n} for reason, n in self.reasons],
            "unknown_columns": list(self.unknown_columns),
            "findings": [f.as_dict() for f in self.findings],
            "refused": self.refusal,
            "problems": [p.as_dict() for p in self.problems],
        }


@dataclass(frozen=True, slots=True)
class Importing:
    """The use case over one store."""

    store: FactStore
    settings: Settings
    clock: Clock

    def import_paths(
        self,
        paths: Sequence[Path],
        *,
        source: str | None,
        mapping: Path | None,
        workspace_mapping: Path | None,
        exported_at: Micros | None,
        covers: tuple[Micros, Micros] | None,
        progress: Progress | None = None,
    ) -> tuple[FileOutcome, ...]:
        """Import each file, each in a transaction of its own; a refused file does not stop the others.

        The given mapping comes first, then the workspace's, then the known exports. Raises `EngineError` where the
        store may only be read.
        """
        _check_source(source)
        self.store.check_writable()
        read = tuple(read_mapping_file(m) if m else None for m in (mapping, workspace_mapping))
        outcomes: list[FileOutcome] = []
        files: list[Path] = []
        for path in paths:
            try:
                files += files_at(path).files
            except InputFileError as error:
                outcomes.append(_refused(path, error, error.problems))
        companions, told = read_companions(files if len(files) > 1 else ())
        for done, path in enumerate(files):
            if progress:
                progress(done, len(files))
            outcome = self._import_file(path, source, read, exported_at, covers, companions)
            outcomes.append(_told_others(outcome, told.get(path), source))
        return tuple(outcomes)

    def _import_file(
        self,
        path: Path,
        source: str | None,
        mappings: tuple[ImportMapping | None, ...],
        exported_at: Micros | None,
        covers: tuple[Micros, Micros] | None,
        companions: Companions,
    ) -> FileOutcome:
        try:
            settings = self._settings(self._exported_at(path, exported_at), covers, companions)
            opened = _open(path, settings, source, mappings)
            again = self._taken_before(opened)
            if again is not None and exported_at is None and again != settings.exported_at:
                opened = _open(path, self._settings(again, covers, companions), source, mappings)
            result = self._append(opened)
        except InputFileError as error:
            return _refused(path, error, error.problems)
        except HandraiseError as error:
            return _refused(path, error, ())
        return self._outcome(opened, result)

    def _append(self, opened: FileImport) -> ImportResult:
        self.store.define_fields(opened.custom_fields)
        header = ImportHeader(
            source=opened.source,
            importer=opened.importer,
            file_name=opened.path.name,
            file_sha256=opened.sha256,
            imported_at=self.clock(),
            exported_at=opened.settings.exported_at,
            unknown_columns=opened.unknown_columns,
        )
        return self.store.append(header, opened.rows(), lambda: self._coverage(opened))

    def _coverage(self, opened: FileImport) -> tuple[Coverage, ...]:
        """What the source now knows all about.

        As stated with `covers`; else whole days from the first to the last activity that any of its imports
        brought, so that a file split in pieces, or a month a file, leaves no hole at the seams.
        """
        if opened.settings.covers is not None:
            return opened.coverage
        known = [s for s in self.store.coverage() if s.source == opened.source]
        spans = []
        for span in opened.coverage:
            for type_ in span.activity_types:
                same = [s for s in known if type_ in s.activity_types]
                first = min([span.from_at, *(s.from_at for s in same)])
                last = max([span.to_at, *(s.to_at for s in same)])
                start = first // MICROS_PER_DAY * MICROS_PER_DAY
                end = (last // MICROS_PER_DAY + 1) * MICROS_PER_DAY - 1
                spans.append(Coverage((type_,), start, end))
        return tuple(spans)

    def _outcome(self, opened: FileImport, result: ImportResult) -> FileOutcome:
        same = [i.id for i in self.store.imports() if i.file_sha256 == result.file_sha256]
        rows = self.store.quarantine(same) if result.quarantined else ()
        reasons = Counter(reason_of(r) for r in rows)
        return FileOutcome(
            file_name=opened.path.name,
            taken_for=opened.importer,
            source=opened.source,
            why=opened.why,
            rows_in=result.rows_in,
            accepted=result.accepted,
            duplicate=result.duplicate,
            quarantined=result.quarantined,
            reasons=tuple(reasons.most_common()),
            unknown_columns=opened.unknown_columns,
            findings=(*opened.findings, *_of_the_whole(result)),
        )

    def _exported_at(self, path: Path, given: Micros | None) -> Micros:
        """When the export was taken: as given, else the file's own time, never later than now."""
        now = self.clock()
        if given is not None or not path.is_file():
            return given if given is not None else now
        return min(path.stat().st_mtime_ns // 1000, now)

    def _taken_before(self, opened: FileImport) -> Micros | None:
        """The export instant that the same content was imported with earlier: a copied file has a new time of
        its own, but says nothing new."""
        earlier = [
            i for i in self.store.imports() if i.file_sha256 == opened.sha256 and i.source == opened.source
        ]
        return earlier[0].exported_at if earlier else None

    def _settings(
        self, exported_at: Micros, covers: tuple[Micros, Micros] | None, companions: Companions
    ) -> ImportSettings:
        catalog = field_catalog(self.settings, self.store.fields())
        stages = dict.fromkeys(self.settings.won_stages, DealStatus.WON)
        stages |= dict.fromkeys(self.settings.lost_stages, DealStatus.LOST)
        return ImportSettings(
            exported_at=exported_at,
            from_creation=frozenset(Field.parse(name) for name in self.settings.assumed_from_creation),
            types={d.field: d.type for d in catalog},
            zone=self.settings.time_zone,
            formats=self.settings.formats,
            missing=frozenset(self.settings.missing),
            stages=stages,
            covers=covers,
            covers_types=dict(self.settings.covers_types),
            marketo_types=dict(self.settings.marketo_types),
            companions=companions,
        )


def _open(
    path: Path, settings: ImportSettings, source: str | None, mappings: tuple[ImportMapping | None, ...]
) -> FileImport:
    given, own = mappings
    return open_import(path, settings, source=source, mapping=given, workspace_mapping=own)


def _told_others(
    outcome: FileOutcome, told: CompanionFile | InputFileError | None, source: str | None
) -> FileOutcome:
    """What became of a table that was read for the sake of the other files: no rows of its own, unless a mapping took
    it; refused where it is too long."""
    if told is None or not any(p.code == "IF115" for p in outcome.problems):
        return outcome
    if isinstance(told, InputFileError):
        return FileOutcome(outcome.file_name, problems=told.problems, refusal=str(told.problems[0]))
    sentence = "rows were read for the sake of the other files; they hold no facts by themselves."
    findings = [Finding("read_for_others", sentence, Severity.NOTE, told.n_read)]
    if told.n_unread:
        sentence = "rows have no ids that can be read, and say nothing."
        findings.append(Finding("unread_rows", sentence, n=told.n_unread))
    why = f"it is {told.table.name}: {told.table.reason}"
    return FileOutcome(
        outcome.file_name,
        taken_for=told.table.name,
        source=source or "hubspot",
        why=why,
        findings=tuple(findings),
    )


def _of_the_whole(result: ImportResult) -> Iterator[Finding]:
    """What to say where a file brought nothing, new or known."""
    if result.rows_in == 0:
        yield Finding("no_rows", "the file has only its header and no rows.")
    elif result.quarantined == result.rows_in:
        rows = "its only row is" if result.rows_in == 1 else f"all {result.rows_in:,} rows are"
        sentence = f"nothing was accepted: {rows} in quarantine."
        advice = ("`handraise quarantine` lists each with its reason.",)
        yield Finding("none_taken", sentence, n=result.quarantined, advice=advice)


def reason_of(row: QuarantinedRow) -> str:
    """Why a row was not taken, alike for alike rows."""
    if row.code == "conflict":
        return "another row of the same source says something else of the same thing and instant"
    return f"{row.column}: {row.reason}" if row.column else row.reason


def _check_source(source: str | None) -> None:
    """Ids begin with the name of their source and a colon, and people read it in files."""
    if source is None:
        return
    plain = source[:1].isalnum() and source.isprintable() and source == source.strip()
    if not plain or ":" in source or len(source) > MOST_SOURCE_CHARACTERS:
        raise HandraiseError(
            f"`{source}` is no name of a source.",
            (
                f"Begin with a letter or a digit, without a colon, up to {MOST_SOURCE_CHARACTERS} characters: `webinar list`.",
            ),
            exit_code=ExitCode.USAGE,
        )


def _refused(path: Path, error: HandraiseError, problems: tuple[Problem, ...]) -> FileOutcome:
    text = "\n".join(str(p) for p in problems) if problems else str(error)
    return FileOutcome(path.name, problems=problems, refusal=text)
