"""The Python API: a workspace is a folder with settings, a playbook and the facts.

    from handraise import Workspace

    workspace = Workspace.create("acme")
    workspace.import_files(["exports/Lead.csv", "exports/Task.csv"])
    decided = workspace.decide("2026-09-30")
    print(decided.table.select(["person_id", "rank", "buyer_segment"]))
    print(workspace.explain("ann@example.com").as_dict())
    workspace.report("2026-09-30").write_html("report.html")

What is returned are frozen values, the results with `as_dict()`; what goes wrong is a `handraise.errors.HandraiseError`
with a sentence and an exit code.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TextIO

import pyarrow as pa

from handraise.config import (
    MAPPING_FILE,
    PLAYBOOK_FILE,
    PLAYBOOK_FOLDER,
    SETTINGS_FILE,
    SPARK_MASTER,
    Settings,
)
from handraise.engines.local import Progress
from handraise.errors import ExitCode, HandraiseError, WorkspaceError
from handraise.evaluate.explain import PersonExplanation
from handraise.facts.activations import Activation
from handraise.facts.calibrations import StoredCalibration
from handraise.facts.erasures import Receipt
from handraise.facts.imports import ImportResult, QuarantinedRow
from handraise.facts.runs import Run
from handraise.facts.store import FactStore
from handraise.facts.undoing import UndoneImport
from handraise.model.playbook import Playbook
from handraise.model.time import Duration, Micros, parse_instant
from handraise.services.activating import Activating, ActivationResult
from handraise.services.checking import CheckResult, check_playbook
from handraise.services.cleaning import Cleaned, Cleaning
from handraise.services.clock import Clock, system_clock
from handraise.services.deciding import DecideResult, Deciding
from handraise.services.exchanging import Exchanging, ExportResult, PushResult
from handraise.services.explaining import explain_person
from handraise.services.gaps import Gaps, gaps_at
from handraise.services.grouping import AccountsResult, Grouping
from handraise.services.importing import FileOutcome, Importing
from handraise.services.initialising import create_workspace, write_schemas
from handraise.services.matching import Matched, Matching
from handraise.services.planning import USUAL_EXAMPLES, Planning, PlanResult
from handraise.services.privacy import Erased, Privacy
from handraise.services.providing import ProviderReach, provider_reach
from handraise.services.replaying import ChangesResult, Replaying, ReplayResult
from handraise.services.reporting import Reporting, ReportResult
from handraise.services.segmenting import Segmented
from handraise.services.settings import field_catalog, read_settings
from handraise.services.sources import Sources, sources_at
from handraise.services.watching import Watched, watch_at

if TYPE_CHECKING:
    from handraise.services.deciding_on_spark import SparkResult


class Workspace:
    """A folder that `Workspace.create` or `handraise init` made. One process at a time may hold its facts."""

    def __init__(self, folder: str | Path, *, clock: Clock = system_clock) -> None:
        self.folder = Path(folder)
        if not (self.folder / SETTINGS_FILE).is_file():
            raise WorkspaceError(
                f"`{self.folder}` is no workspace: it has no `{SETTINGS_FILE}`.",
                ("Make one with `handraise init DIR`.",),
            )
        self.clock = clock
        self.settings: Settings = read_settings(self.folder)

    @classmethod
    def create(cls, folder: str | Path, *, clock: Clock = system_clock) -> Workspace:
        """Make a workspace in a folder that is not one yet."""
        create_workspace(Path(folder))
        return cls(folder, clock=clock)

    @classmethod
    def find(cls, start: str | Path = ".", *, clock: Clock = system_clock) -> Workspace:
        """The workspace that `start` is in: itself or the nearest folder above."""
        here = Path(start).resolve()
        for folder in (here, *here.parents):
            if (folder / SETTINGS_FILE).is_file():
                return cls(folder, clock=clock)
        raise WorkspaceError(
            f"Neither `{here}` nor a folder above it is a workspace.",
            ("Make one with `handraise init DIR`, or name one with `--workspace DIR`.",),
        )

    @contextmanager
    def store(self) -> Iterator[FactStore]:
        """The facts, held while the block runs."""
        path = self.folder / self.settings.store
        threads = self.settings.threads or os.cpu_count() or 1
        with FactStore(path, memory_limit=f"{self.settings.memory_limit_mb}MB", threads=threads) as store:
            yield store

    @contextmanager
    def _passing_store(self) -> Iterator[FactStore]:
        """The facts; where there are none yet, an empty store that is gone after the block."""
        if (self.folder / self.settings.store).exists():
            with self.store() as store:
                yield store
            return
        with TemporaryDirectory() as folder, FactStore(Path(folder) / "facts.duckdb") as store:
            yield store

    def playbook_path(self) -> Path:
        """The playbook file, or the folder of playbook files."""
        folder = self.folder / PLAYBOOK_FOLDER
        return folder if folder.is_dir() else self.folder / PLAYBOOK_FILE

    def check(self, playbook: str | Path | None = None) -> CheckResult:
        """Every problem of the playbook at once, its plain English, and what its data lacks."""
        path = Path(playbook) if playbook is not None else self.playbook_path()
        if not (self.folder / self.settings.store).exists():
            return check_playbook(path, field_catalog(self.settings), None)
        with self.store() as store:
            deciding = self._deciding(store)
            with suppress(OSError):  # schemas help editors; a workspace that cannot be written can be checked
                write_schemas(self.folder, deciding.catalog())
            return check_playbook(path, deciding.catalog(), Reporting(deciding))

    def import_files(
        self,
        paths: Sequence[str | Path],
        *,
        source: str | None = None,
        mapping: str | Path | None = None,
        exported_at: str | Micros | None = None,
        covers: tuple[Micros, Micros] | None = None,
        progress: Progress | None = None,
        dry_run: bool = False,
    ) -> tuple[FileOutcome, ...]:
        """Import files, and the files of folders and archives. Each is reconciled or refused; one does not stop the others.
        `dry_run`: says what would become of them, and changes nothing."""
        own_mapping = self.folder / MAPPING_FILE
        with self._passing_store() if dry_run else self.store() as store:
            importing = Importing(store, self.settings, self.clock)
            return importing.import_paths(
                [Path(p) for p in paths],
                source=source,
                mapping=Path(mapping) if mapping else None,
                workspace_mapping=own_mapping if own_mapping.exists() else None,
                exported_at=_instant(exported_at),
                covers=covers,
                progress=progress,
                dry_run=dry_run,
            )

    def imports(self) -> tuple[ImportResult, ...]:
        """Every import so far, reconciled."""
        with self.store() as store:
            return store.imports()

    def undo_import(self, import_id: int) -> UndoneImport:
        """Take an import back: facts are then as if it had never been taken in. `imports` has the ids."""
        with self.store() as store:
            return Importing(store, self.settings, self.clock).undo(import_id)

    def export_person(self, person: str, out: str | Path | TextIO) -> dict[str, int]:
        """Write everything about one person, by any id or e-mail, as one JSON document; how many rows of each kind."""
        with self.store() as store:
            privacy = Privacy(store, self.folder, self.clock)
            if isinstance(out, str | Path):
                return privacy.export_to(person, Path(out))
            return privacy.export(person, out)

    def erase_person(self, person: str, *, only_count: bool = False) -> Erased:
        """Erase one person, by any id or e-mail, from facts, quarantine and runs, and write the file of facts anew; or only count
        what would be erased."""
        with self.store() as store:
            return Privacy(store, self.folder, self.clock).erase(person, only_count=only_count)

    def receipts(self) -> tuple[tuple[Receipt, ...], bool]:
        """The receipts of everything that was erased, and whether the file has still to be written anew."""
        with self.store() as store:
            return store.receipts(), store.is_erasing

    def finish_erasing(self) -> bool:
        """Write the file of facts anew where an erasure was interrupted; whether it was due."""
        with self.store() as store:
            return store.finish_erasing()

    def clean(self) -> Cleaned:
        """Judge every record and every click by hygiene's rules, and write the verdicts down as facts of the source
        `handraise`. Imports do that for what is new, unless the setting `clean` is false."""
        with self.store() as store:
            return Cleaning(store, self.settings, self.clock).clean()

    def match(self, *, writes: bool = True) -> Matched:
        """Find the accounts of leads and the records of one person; what is certain is written down as facts, the rest are
        questions. Without `writes` nothing is written. Once it was done, imports keep it up to date."""
        with self.store() as store:
            return Matching(store, self.clock).match(writes=writes)

    def quarantine(self) -> tuple[QuarantinedRow, ...]:
        """Every row that could not be taken, with file, line, column and reason."""
        with self.store() as store:
            return store.quarantine()

    def decide(
        self,
        as_of: str | Micros | None = None,
        *,
        playbook: str | Path | None = None,
        progress: Progress | None = None,
    ) -> DecideResult:
        """Decide everybody at an instant (default: now) and store the run. By another `playbook` than the workspace's, a file
        or a folder, nothing is stored."""
        with self.store() as store:
            deciding = self._deciding(store)
            book = self._playbook(deciding, playbook)
            work = deciding.decide if playbook is None else deciding.what_if
            return work(book, self._as_of(as_of), progress)

    def decide_on_spark(
        self,
        facts: str | Path,
        out: str | Path,
        *,
        as_of: str | Micros | None = None,
        playbook: str | Path | None = None,
        master: str = SPARK_MASTER,
        progress: Progress | None = None,
    ) -> SparkResult:
        """Decide everybody of a folder of facts on Spark, into a folder; the workspace's own facts are not touched."""
        return decide_on_spark(
            self.playbook_path() if playbook is None else playbook,
            facts,
            out,
            as_of=self._as_of(as_of),
            settings=self.settings,
            master=master,
            clock=self.clock,
            progress=progress,
        )

    def decide_again(self, run: str, *, progress: Progress | None = None) -> DecideResult:
        """Exactly what an earlier run decided, from what it knew."""
        with self.store() as store:
            return self._deciding(store).decide_again(run, progress)

    def runs(self) -> tuple[Run, ...]:
        """The stored runs, the latest first."""
        with self.store() as store:
            return store.runs()

    def activate(self, at: str | Micros | None = None) -> ActivationResult:
        """Put the playbook as it stands into force: from now, or from an instant that is past."""
        with self.store() as store:
            deciding = self._deciding(store)
            return Activating(deciding).activate(self._playbook(deciding), _instant(at))

    def activations(self) -> tuple[Activation, ...]:
        """Which playbook version was in force since when, in order of time."""
        with self.store() as store:
            return store.activations()

    def calibrations(self) -> tuple[StoredCalibration, ...]:
        """The calibrations that are stored, of all playbook versions, by instant."""
        with self.store() as store:
            return store.calibrations()

    def firings(self) -> pa.Table:
        """Every firing that a run told, by instant, with the playbook version and the first run that told it."""
        with self.store() as store:
            return store.firings()

    def stage_entries(self) -> pa.Table:
        """Every stage that somebody entered as a run told it, by instant, with playbook version and run."""
        with self.store() as store:
            return store.stage_entries()

    def explain(
        self, person: str, as_of: str | Micros | None = None, *, playbook: str | Path | None = None
    ) -> PersonExplanation:
        """Why, for one person, by any id or e-mail; by another `playbook` than the workspace's where one is named."""
        with self.store() as store:
            deciding = self._deciding(store)
            return explain_person(deciding, self._playbook(deciding, playbook), person, self._as_of(as_of))

    def gaps(self, as_of: str | Micros | None = None) -> Gaps:
        """What is undecided at an instant, of how many, and which facts would settle how many."""
        with self.store() as store:
            deciding = self._deciding(store)
            return gaps_at(deciding, self._playbook(deciding), self._as_of(as_of))

    def provider(
        self, path: str | Path, as_of: str | Micros | None = None, *, cost: float | None = None
    ) -> ProviderReach:
        """Try a data provider's file of companies: what of our accounts it covers, how right it is where the truth is known, and
        what it would settle. Nothing of it stays."""
        with self.store() as store:
            deciding = self._deciding(store)
            return provider_reach(deciding, self._playbook(deciding), Path(path), self._as_of(as_of), cost)

    def sources(self, as_of: str | Micros | None = None) -> Sources:
        """What each source holds at an instant, and what of it the playbook's rules ask."""
        with self.store() as store:
            deciding = self._deciding(store)
            return sources_at(deciding, self._playbook(deciding), self._as_of(as_of))

    def watch(self, as_of: str | Micros | None = None) -> Watched:
        """What is unusually quiet at an instant, has emptied, drifted or is late, with whose it is to look at."""
        with self.store() as store:
            deciding = self._deciding(store)
            return watch_at(deciding, self._playbook(deciding), self._as_of(as_of))

    def segments(self, as_of: str | Micros | None = None, *, progress: Progress | None = None) -> Segmented:
        """How many people and accounts each segment holds at an instant, and how segments of accounts overlap; nothing is
        stored."""
        with self.store() as store:
            deciding = self._deciding(store)
            return Segmented(deciding.look(self._playbook(deciding), self._as_of(as_of), progress))

    def accounts(
        self,
        as_of: str | Micros | None = None,
        *,
        missing: str | None = None,
        segment: str | None = None,
        progress: Progress | None = None,
    ) -> AccountsResult:
        """Every account with its segments and its buying group: who is there, and which roles are missing. Only accounts
        where nobody has the role `missing`, or that are in a `segment` of accounts, where those are given."""
        with self.store() as store:
            deciding = self._deciding(store)
            found = Grouping(deciding).accounts(self._playbook(deciding), self._as_of(as_of), progress)
            return found.among(missing=missing, segment=segment)

    def replay(
        self,
        first: str | Micros,
        last: str | Micros,
        every: str = "1 week",
        *,
        with_table: bool = True,
        progress: Progress | None = None,
    ) -> ReplayResult:
        """Decide everybody at a grid of past instants, each from what was known then; nothing is stored. Leave out the
        table where people times instants would not fit in memory: the summaries are made without it."""
        step = _duration(every)
        with self.store() as store:
            deciding = self._deciding(store)
            between = self._as_of(first), self._as_of(last)
            replaying = Replaying(deciding)
            return replaying.replay(self._playbook(deciding), *between, step, progress, with_table=with_table)

    def changes(
        self, after: str | Micros, until: str | Micros, *, progress: Progress | None = None
    ) -> ChangesResult:
        """Who moved between ranks, buyer segments and stages in a period, when, and because of which facts."""
        with self.store() as store:
            deciding = self._deciding(store)
            between = self._as_of(after), self._as_of(until)
            return Replaying(deciding).changes(self._playbook(deciding), *between, progress)

    def plan(
        self,
        playbook: str | Path,
        after: str | Micros | None = None,
        until: str | Micros | None = None,
        *,
        examples: int = USUAL_EXAMPLES,
        progress: Progress | None = None,
    ) -> PlanResult:
        """What would be other if `playbook`, a file or a folder, were in force: who would be where, and how many would be
        newly marketing-qualified week by week. By default over the 13 weeks up to now. Nothing is stored."""
        with self.store() as store:
            deciding = self._deciding(store)
            old, new = (
                check_playbook(path, deciding.catalog(), None)
                for path in (self.playbook_path(), Path(playbook))
            )
            between = _instant(after), self._as_of(until)
            return Planning(deciding).plan(old, new, *between, examples=examples, progress=progress)

    def report(self, as_of: str | Micros | None = None, *, progress: Progress | None = None) -> ReportResult:
        """Decide everybody and review the scores against what sales closed."""
        with self.store() as store:
            deciding = self._deciding(store)
            return Reporting(deciding).report(self._playbook(deciding), self._as_of(as_of), progress)

    def export_facts(self, folder: str | Path) -> ExportResult:
        """Write every fact to a folder of Parquet files, one a table; it replaces an earlier export."""
        with self.store() as store:
            return self._exchanging(store).export_facts(Path(folder))

    def import_facts(self, folder: str | Path, *, only: Sequence[str] = ()) -> tuple[FileOutcome, ...]:
        """Take in a folder that `export_facts` or another tool wrote, all its tables or `only` some."""
        with self.store() as store:
            return self._exchanging(store).import_facts(Path(folder), only)

    def pull(
        self,
        url: str,
        *,
        schema: str | None = None,
        names: Mapping[str, str] | None = None,
        only: Sequence[str] = (),
    ) -> tuple[FileOutcome, ...]:
        """Take in the facts of a warehouse; `names` are those of tables that are called otherwise there."""
        with self.store() as store:
            return self._exchanging(store).pull(url, schema, names or {}, only)

    def push(self, url: str, *, run: str | None = None, schema: str | None = None) -> PushResult:
        """Write the decisions of a run (default: the latest) to `handraise_decisions` in a warehouse."""
        with self.store() as store:
            return self._exchanging(store).push(url, schema, run)

    def playbook(self, playbook: str | Path | None = None) -> Playbook:
        """The playbook as it stands, or another. Raises `PlaybookError` with every problem."""
        return self.check(playbook).playbook_or_raise()

    def _playbook(self, deciding: Deciding, playbook: str | Path | None = None) -> Playbook:
        path = self.playbook_path() if playbook is None else Path(playbook)
        return check_playbook(path, deciding.catalog(), None).playbook_or_raise()

    def _deciding(self, store: FactStore) -> Deciding:
        return Deciding(store, self.settings, self.clock)

    def _exchanging(self, store: FactStore) -> Exchanging:
        return Exchanging(store, self.settings, self.clock)

    def _as_of(self, as_of: str | Micros | None) -> Micros:
        given = as_of if as_of is not None else self.settings.as_of
        found = _instant(given)
        return self.clock() if found is None else found


def decide_on_spark(
    playbook: str | Path,
    facts: str | Path,
    out: str | Path,
    *,
    as_of: str | Micros | None = None,
    settings: Settings = Settings(),
    master: str = SPARK_MASTER,
    clock: Clock = system_clock,
    progress: Progress | None = None,
) -> SparkResult:
    """Decide everybody of a folder of facts on Spark, into a folder, without a workspace."""
    from handraise.services.deciding_on_spark import DecidingOnSpark

    at = _instant(as_of)
    deciding = DecidingOnSpark(settings, clock, master)
    return deciding.decide(Path(playbook), Path(facts), Path(out), clock() if at is None else at, progress)


def _duration(given: str) -> Duration:
    try:
        return Duration.parse(given)
    except ValueError as error:
        raise HandraiseError(str(error), exit_code=ExitCode.USAGE) from error


def _instant(given: str | Micros | None) -> Micros | None:
    if given is None or isinstance(given, int):
        return given
    try:
        return parse_instant(given)
    except ValueError as error:
        raise HandraiseError(str(error), exit_code=ExitCode.USAGE) from error
