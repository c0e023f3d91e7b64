"""Importing files: recognised, loaded once, reconciled row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from handraise.config import Settings
from handraise.engines.local import Progress
from handraise.errors import ExitCode, Finding, HandraiseError, InputFileError, Problem, Severity
from handraise.facts.imports import ImportHeader, ImportResult, QuarantinedRow
from handraise.facts.rows import Coverage, SourceRow
from handraise.facts.store import FactStore
from handraise.facts.undoing import UndoneImport
from handraise.importers.archives import is_archive, member_at, name_of, size_of
from handraise.importers.companions import Companions
from handraise.importers.imports import FileImport
from handraise.importers.known_tables import CompanionFile, read_companions
from handraise.importers.mapping.model import ImportMapping
from handraise.importers.mapping.reading import read_mapping_file
from handraise.importers.opening import files_at, open_import
from handraise.importers.settings import ImportSettings
from handraise.model.conditions import DealStatus
from handraise.model.fields import Field
from handraise.model.time import MICROS_PER_DAY, Micros, iso
from handraise.services.cleaning import Cleaning
from handraise.services.clock import Clock
from handraise.services.matching import Matching
from handraise.services.settings import field_catalog

MOST_SOURCE_CHARACTERS = 60
ROWS_A_REPORT = 5_000

Report = Callable[[float], None]
Take = Callable[[Path, Report], "FileOutcome"]


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


def import_data(each: ImportResult) -> dict[str, object]:
    """An import as data for programs."""
    return {
        "id": each.id,
        "imported_at": iso(each.imported_at),
        "exported_at": None if each.exported_at is None else iso(each.exported_at),
        "file": each.file_name,
        "taken_for": each.importer,
        "source": each.source,
        "rows_in": each.rows_in,
        "accepted": each.accepted,
        "duplicate": each.duplicate,
        "quarantined": each.quarantined,
        "facts": each.facts,
        "undone_at": None if each.undone_at is None else iso(each.undone_at),
    }


def undone_data(result: UndoneImport) -> dict[str, object]:
    """What became of an import that was undone, as data for programs."""
    return {
        "import": import_data(result.undone),
        "facts_removed": result.n_removed,
        "facts_kept": result.n_kept,
        "kept_by": list(result.kept_by),
        "facts_counting_again": result.n_counting_again,
    }


@dataclass(frozen=True, slots=True)
class Importing:
    """The use case over one store."""

    store: FactStore
    settings: Settings
    clock: Clock

    def undo(self, import_id: int) -> UndoneImport:
        """Take an import back, and judge what is left anew where hygiene had judged. Raises `EngineError` where there is no such
        import, or the store may only be read."""
        had_cleaned, had_matched = self._cleaning().was_done, Matching(self.store, self.clock).was_done
        undone = self.store.undo(import_id, self.clock())
        if undone.n_derived:
            self._derive_anew(had_cleaned, had_matched, everything=True)
        return undone

    def _derive_anew(self, cleans: bool, matches: bool, *, everything: bool) -> None:
        """Hygiene and matching over what the store holds now."""
        if cleans:
            self._cleaning().clean(everything=everything)
        if matches:
            Matching(self.store, self.clock).match()

    def _cleaning(self) -> Cleaning:
        return Cleaning(self.store, self.settings, self.clock)

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
        dry_run: bool = False,
    ) -> tuple[FileOutcome, ...]:
        """Import each file, each in a transaction of its own; a refused file does not stop the others.

        The given mapping comes first, then the workspace's, then the known exports. `dry_run`: everything is done as it
        would be, and undone. Raises `EngineError` where the store may only be read.
        """
        _check_source(source)
        self.store.check_writable()
        read = tuple(read_mapping_file(m) if m else None for m in (mapping, workspace_mapping))
        outcomes: list[FileOutcome] = []
        files: list[Path] = []
        for path in paths:
            found, refusals = _files_at(path)
            files += found
            outcomes += refusals

        companions, told = read_companions(files if len(files) > 1 else ())

        def take(path: Path, report: Report) -> FileOutcome:
            outcome = self._import_file(path, source, read, exported_at, covers, companions, report)
            return _told_others(outcome, told.get(path), source)

        if dry_run:
            return (*outcomes, *self._rehearsed(files, take, progress))
        outcomes += _taken(files, take, progress)
        if any(outcome.accepted for outcome in outcomes):
            matches = Matching(self.store, self.clock).was_done
            self._derive_anew(self.settings.clean, matches, everything=False)
        return tuple(outcomes)

    def _rehearsed(self, files: Sequence[Path], take: Take, progress: Progress | None) -> list[FileOutcome]:
        """What would become of each file, one after the other, in one transaction that is undone.

        A file that is refused half-way would have left nothing behind; here it has, so all is undone and rehearsed again
        without it.
        """
        refused: dict[int, FileOutcome] = {}
        while True:
            outcomes: list[FileOutcome] = []
            with self.store.rehearsal():
                for number, (path, report) in enumerate(_reporting(files, progress)):
                    outcomes.append(refused.get(number) or take(path, report))
                    if self.store.is_torn:
                        break
            if not self.store.is_torn:
                return outcomes
            refused[len(outcomes) - 1] = outcomes[-1]

    def _import_file(
        self,
        path: Path,
        source: str | None,
        mappings: tuple[ImportMapping | None, ...],
        exported_at: Micros | None,
        covers: tuple[Micros, Micros] | None,
        companions: Companions,
        report: Report,
    ) -> FileOutcome:
        try:
            settings = self._settings(self._exported_at(path, exported_at), covers, companions)
            opened = _open(path, settings, source, mappings)
            again = self._taken_before(opened)
            if again is not None and exported_at is None and again != settings.exported_at:
                opened = _open(path, self._settings(again, covers, companions), source, mappings)
            result = self._append(opened, report)
        except InputFileError as error:
            return _refused(path, error, error.problems)
        except HandraiseError as error:
            return _refused(path, error, ())
        return self._outcome(opened, result)

    def _append(self, opened: FileImport, report: Report) -> ImportResult:
        self.store.define_fields(opened.custom_fields)
        header = ImportHeader(
            source=opened.source,
            importer=opened.importer,
            file_name=name_of(opened.path),
            file_sha256=opened.sha256,
            imported_at=self.clock(),
            exported_at=opened.settings.exported_at,
            unknown_columns=opened.unknown_columns,
        )
        return self.store.append(header, _reported(opened, report), lambda: _coverage(opened))

    def _outcome(self, opened: FileImport, result: ImportResult) -> FileOutcome:
        same = [i.id for i in self.store.imports() if i.file_sha256 == result.file_sha256]
        rows = self.store.quarantine(same) if result.quarantined else ()
        reasons = Counter(reason_of(r) for r in rows)
        return FileOutcome(
            file_name=name_of(opened.path),
            taken_for=opened.importer,
            source=opened.source,
            why=opened.why,
            rows_in=result.rows_in,
            accepted=result.accepted,
            duplicate=result.duplicate,
            quarantined=result.quarantined,
            reasons=tuple(reasons.most_common()),
            unknown_columns=opened.unknown_columns,
            findings=(*opened.findings, *_of_the_whole(result, self.store.rehearses)),
        )

    def _exported_at(self, path: Path, given: Micros | None) -> Micros:
        """When the export was taken: as given, else the file's own time, never later than now."""
        now = self.clock()
        member = member_at(path)
        file = path if member is None else member.archive
        if given is not None or not file.is_file():
            return given if given is not None else now
        return min(file.stat().st_mtime_ns // 1000, now)

    def _taken_before(self, opened: FileImport) -> Micros | None:
        """The export instant that the same content was imported with earlier: a copied file has a new time of
        its own, but says nothing new."""
        earlier = [
            i
            for i in self.store.imports()
            if i.file_sha256 == opened.sha256 and i.source == opened.source and i.undone_at is None
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


def _coverage(opened: FileImport) -> tuple[Coverage, ...]:
    """What the source now knows all about.

    As stated with `covers`; else whole days from the first to the last activity that any of its imports
    brought, so that a file split in pieces, or a month a file, leaves no hole at the seams.
    """
    if opened.settings.covers is not None:
        return opened.coverage
    return tuple(
        Coverage(
            span.activity_types,
            span.from_at // MICROS_PER_DAY * MICROS_PER_DAY,
            (span.to_at // MICROS_PER_DAY + 1) * MICROS_PER_DAY - 1,
            stated=False,
        )
        for span in opened.coverage
    )


def _taken(files: Sequence[Path], take: Take, progress: Progress | None) -> list[FileOutcome]:
    return [take(path, report) for path, report in _reporting(files, progress)]


def _reporting(files: Sequence[Path], progress: Progress | None) -> Iterator[tuple[Path, Report]]:
    """Each file with what takes the share of it that was read; progress is told in bytes of all files."""
    sizes = [max(1, size_of(path)) for path in files]
    total, before = max(1, sum(sizes)), 0

    def report(share: float) -> None:
        if progress:
            progress(before + int(min(1.0, share) * size), total)

    for path, size in zip(files, sizes, strict=True):
        report(0.0)
        yield path, report
        before += size


def _reported(opened: FileImport, report: Report) -> Iterator[SourceRow]:
    """The rows, saying from time to time how much of the file was read."""
    n_lines = opened.n_lines
    for n, row in enumerate(opened.rows()):
        if n_lines and not n % ROWS_A_REPORT:
            report(row.line / n_lines)
        yield row


def _files_at(path: Path) -> tuple[list[Path], list[FileOutcome]]:
    """The files that a path stands for, those in the archives of a folder too; and what cannot be listed."""
    try:
        listed = files_at(path).files
    except InputFileError as error:
        return [], [_refused(path, error, error.problems)]
    files: list[Path] = []
    refusals: list[FileOutcome] = []
    for file in listed:
        if file == path or not is_archive(file):
            files.append(file)
            continue
        inside, refused_inside = _files_at(file)
        files += inside
        refusals += refused_inside
    return files, refusals


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


def _of_the_whole(result: ImportResult, is_rehearsed: bool) -> Iterator[Finding]:
    """What to say where a file brought nothing, new or known."""
    if result.rows_in == 0:
        yield Finding("no_rows", "the file has only its header and no rows.")
    elif result.quarantined == result.rows_in:
        rows = "its only row is" if result.rows_in == 1 else f"all {result.rows_in:,} rows are"
        sentence = f"nothing was accepted: {rows} in quarantine."
        advice = () if is_rehearsed else ("`handraise quarantine` lists each with its reason.",)
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
    return FileOutcome(name_of(path), problems=problems, refusal=text)
