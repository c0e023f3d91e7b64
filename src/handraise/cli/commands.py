"""What each command does with the workspace, and what it prints."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from handraise.cli import screens
from handraise.cli.output import CONSOLE, clean, note, print_json, progress
from handraise.cli.watching import note_alarms
from handraise.config import Settings
from handraise.engines.told import FIRING_COLUMNS, STAGE_ENTRY_COLUMNS
from handraise.errors import ExitCode, HandraiseError, WorkspaceError
from handraise.model.time import iso, parse_instant
from handraise.playbook.show import as_github
from handraise.services.checking import CheckResult, check_playbook
from handraise.services.deciding import DecideResult, run_data
from handraise.services.exchanging import names_given
from handraise.services.importing import FileOutcome
from handraise.services.settings import field_catalog
from handraise.services.tables_out import check_place, check_target, write_table
from handraise.workspace import Workspace


def _open(workspace: Path | None) -> Workspace:
    return Workspace(workspace) if workspace is not None else Workspace.find()


def init(folder: Path, as_json: bool) -> None:
    from handraise.services.initialising import create_workspace

    written = create_workspace(folder)
    if as_json:
        print_json({"workspace": str(folder), "files": list(written)})
        return
    screens.created(folder, written)


def import_files(
    workspace: Path | None,
    paths: list[Path],
    source: str | None,
    mapping: Path | None,
    exported_at: str | None,
    covers: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    opened = _open(workspace)
    with progress("Importing", in_percent=True) as report:
        outcomes = opened.import_files(
            paths,
            source=source,
            mapping=mapping,
            exported_at=exported_at,
            covers=_period(covers),
            progress=report,
            dry_run=dry_run,
        )
    if dry_run:
        _say_rehearsed(outcomes, as_json)
    else:
        _say_imported(outcomes, as_json)
    if not any(o.accepted or o.duplicate for o in outcomes):
        raise SystemExit(int(ExitCode.INPUT_FILE))
    if not as_json and not dry_run:
        note_alarms(opened)


def _say_imported(outcomes: Sequence[FileOutcome], as_json: bool) -> None:
    if as_json:
        print_json({"files": [o.as_dict() for o in outcomes]})
    else:
        screens.imported(outcomes)


def _say_rehearsed(outcomes: Sequence[FileOutcome], as_json: bool) -> None:
    if as_json:
        print_json({"dry_run": True, "files": [o.as_dict() for o in outcomes]})
    else:
        screens.imported(outcomes, is_rehearsed=True)


def quarantine(workspace: Path | None, out: Path | None, limit: int | None, as_json: bool) -> None:
    """A person is shown the first rows, a program all of them, unless a limit is given. A file gets all."""
    rows = _open(workspace).quarantine()
    if out is not None:
        write_table(
            pa.Table.from_pylist([screens.quarantined(r) for r in rows], schema=screens.QUARANTINE_SCHEMA),
            out,
        )
        if as_json:
            print_json({"n": len(rows), "out": str(out)})
        else:
            note(f"{len(rows):,} rows written to {out}.")
        return
    if as_json:
        print_json({"n": len(rows), "rows": [screens.quarantined(r) for r in rows[:limit]]})
        return
    screens.quarantine(rows, limit or screens.SHOWN_QUARANTINED)


def check(workspace: Path | None, playbook: Path | None, english: bool, format_: str) -> None:
    result = _checked_alone(playbook) if workspace is None and playbook else None
    result = result or _open(workspace).check(playbook)
    if format_ == "json":
        print_json(
            {**result.as_dict(), **({"english": result.english()} if english and result.playbook else {})}
        )
    elif format_ == "github":
        if result.problems:
            print(clean(as_github(result.problems)))
    else:
        screens.checked(result, english)
    if result.playbook is None:
        raise SystemExit(int(ExitCode.PLAYBOOK))


def _checked_alone(playbook: Path) -> CheckResult | None:
    """A playbook that is named outside of any workspace, by the fields that there are without one."""
    try:
        _open(None)
    except WorkspaceError:
        return check_playbook(playbook, field_catalog(Settings()), None)
    return None


@dataclass(frozen=True, slots=True)
class HappenedFiles:
    """Where `decide` writes what happened by then; `None`: nowhere."""

    firings: Path | None = None
    stage_entries: Path | None = None

    def check(self) -> None:
        """Raises before anything is decided where a file cannot be written."""
        for path in (self.firings, self.stage_entries):
            if path is not None:
                check_target(path)

    def refuse(self) -> None:
        """Raises `HandraiseError` where any is asked for."""
        if self.firings is not None or self.stage_entries is not None:
            raise HandraiseError(
                "Spark writes decisions, not what happened one by one.",
                ("Leave out `--firings` and `--stage-entries`, or `--engine spark`.",),
                exit_code=ExitCode.USAGE,
            )

    def write(self, result: DecideResult) -> None:
        told = result.told
        none = (FIRING_COLUMNS.empty_table(), STAGE_ENTRY_COLUMNS.empty_table())
        firings, entries = none if told is None else (told.firings, told.entries)
        _written(firings, self.firings)
        _written(entries, self.stage_entries)


def decide(
    workspace: Path | None,
    as_of: str | None,
    out: Path | None,
    run: str | None,
    playbook: Path | None,
    as_json: bool,
    happened: HappenedFiles = HappenedFiles(),
) -> None:
    if run is not None and playbook is not None:
        raise HandraiseError(
            "A run has its own playbook.", ("Leave out --playbook, or --run.",), exit_code=ExitCode.USAGE
        )
    if run is not None and as_of is not None:
        raise HandraiseError(
            "A run has its own instant.", ("Leave out --as-of, or --run.",), exit_code=ExitCode.USAGE
        )
    if out is not None:
        check_target(out)
    happened.check()
    opened = _open(workspace)
    with progress("Deciding") as report:
        if run is not None:
            result = opened.decide_again(run, progress=report)
        else:
            result = opened.decide(as_of, playbook=playbook, progress=report)
    if out is not None:
        write_table(result.table, out)
    happened.write(result)
    if as_json:
        print_json({**result.as_dict(), "out": None if out is None else str(out)})
        return
    screens.decided(result)
    if out is not None:
        note(f"Decisions written to {out}.")
    if run is None and playbook is None:
        note_alarms(opened, as_of)


def replay(
    workspace: Path | None, first: str, last: str, every: str, out: Path | None, as_json: bool
) -> None:
    if out is not None:
        check_target(out)
    with progress("Deciding") as shown:
        result = _open(workspace).replay(first, last, every, with_table=out is not None, progress=shown)
    if result.table is not None:
        _written(result.table, out)
    if as_json:
        print_json({**result.as_dict(), "out": None if out is None else str(out)})
        return
    screens.replayed(result)


def changes(
    workspace: Path | None, first: str, last: str, limit: int, out: Path | None, as_json: bool
) -> None:
    if out is not None:
        check_target(out)
    with progress("Telling") as shown:
        result = _open(workspace).changes(first, last, progress=shown)
    _written(result.table, out)
    if as_json:
        told = {**result.as_dict(), "moves": result.rows(limit)}
        print_json({**told, "out": None if out is None else str(out)})
        return
    screens.changed(result, limit)


def plan(
    workspace: Path | None,
    other: Path,
    period: tuple[str | None, str | None],
    examples: int,
    out: Path | None,
    as_json: bool,
) -> None:
    if out is not None:
        check_target(out)
    with progress("Planning") as shown:
        result = _open(workspace).plan(other, *period, examples=examples, progress=shown)
    _written(result.table, out)

    def look_closer(person: str) -> tuple[str, str]:
        words = ["handraise", "explain", person, "--as-of", screens.as_of_words(result.until)]
        words += [] if workspace is None else ["--workspace", str(workspace)]
        return shlex.join(words), shlex.join([*words, "--playbook", str(other)])

    if as_json:
        told = result.as_dict()
        shown_people = [
            {**example.as_dict(), "explain": dict(zip(("was", "is"), look_closer(person), strict=True))}
            for person, example in result.examples.items()
        ]
        print_json({**told, "examples": shown_people, "out": None if out is None else str(out)})
        return
    screens.planned(result, look_closer)


def segments(workspace: Path | None, as_of: str | None, out: Path | None, as_json: bool) -> None:
    if out is not None:
        check_target(out)
    with progress("Deciding") as shown:
        result = _open(workspace).segments(as_of, progress=shown)
    _written(result.table(), out)
    if as_json:
        decided = result.decided
        head = {"as_of": iso(decided.as_of), "playbook_version": decided.playbook_version}
        print_json({**head, **result.as_dict(), "out": None if out is None else str(out)})
        return
    screens.segmented(result)


def accounts(
    workspace: Path | None,
    as_of: str | None,
    missing: str | None,
    segment: str | None,
    limit: int,
    out: Path | None,
    as_json: bool,
) -> None:
    if out is not None:
        check_target(out)
    with progress("Deciding") as shown:
        result = _open(workspace).accounts(as_of, missing=missing, segment=segment, progress=shown)
    if out is not None:
        _written(result.flat(), out)
    if as_json:
        told = {**result.as_dict(), "accounts": result.rows(limit)}
        print_json({**told, "out": None if out is None else str(out)})
        return
    screens.grouped(result, limit)


def _written(table: pa.Table, out: Path | None) -> None:
    if out is not None:
        write_table(table, out)
        note(f"{len(table):,} rows written to {out}.")


def runs(workspace: Path | None, as_json: bool) -> None:
    found = _open(workspace).runs()
    if as_json:
        print_json({"runs": [run_data(r) for r in found]})
        return
    screens.runs(found)


def explain(
    workspace: Path | None, person: str, as_of: str | None, playbook: Path | None, as_json: bool
) -> None:
    opened = _open(workspace)
    found = opened.explain(person, as_of, playbook=playbook)
    if as_json:
        print_json(found.as_dict())
        return
    from handraise.cli.explained import explained

    explained(found, opened.playbook(playbook))


def report(workspace: Path | None, out: Path, as_of: str | None, as_json: bool) -> None:
    opened = _open(workspace)
    check_place(out)
    with progress("Deciding") as shown:
        result = opened.report(as_of, progress=shown)
    result.write_html(out)
    if as_json:
        print_json({"out": str(out), **result.as_dict()})
        return
    screens.reported(result, out)


def export_facts(workspace: Path | None, folder: Path, as_json: bool) -> None:
    result = _open(workspace).export_facts(folder)
    if as_json:
        print_json(result.as_dict())
        return
    screens.exported(result)


def import_facts(workspace: Path | None, folder: Path, only: list[str], as_json: bool) -> None:
    _say_taken(_open(workspace).import_facts(folder, only=only), as_json)


def pull(
    workspace: Path | None, url: str, schema: str | None, tables: list[str], only: list[str], as_json: bool
) -> None:
    names = names_given(tables)
    _say_taken(_open(workspace).pull(url, schema=schema, names=names, only=only), as_json)


def _say_taken(outcomes: Sequence[FileOutcome], as_json: bool) -> None:
    """As an import is said; a failure only where there were rows and none of them could be taken."""
    _say_imported(outcomes, as_json)
    if any(o.rows_in for o in outcomes) and not any(o.accepted or o.duplicate for o in outcomes):
        raise SystemExit(int(ExitCode.INPUT_FILE))


def push(workspace: Path | None, url: str, run: str | None, schema: str | None, as_json: bool) -> None:
    result = _open(workspace).push(url, run=run, schema=schema)
    if as_json:
        print_json(result.as_dict())
        return
    screens.pushed(result)


def demo(into: Path, as_json: bool) -> None:
    from handraise.demo import run_demo

    with progress("Demo") as shown:
        result = run_demo(into, progress=shown)
    if as_json:
        print_json(result.as_dict())
        return
    screens.imported(result.files)
    screens.decided(result.report.decided)
    screens.flowed(result.report.flows)
    screens.reported(result.report, result.report_path)
    CONSOLE.print()
    note(f"Try: handraise explain --workspace {into} {result.example_person}")


def _period(covers: str | None) -> tuple[int, int] | None:
    """`2026-01-01..2026-03-31`: from the first day's start to the last day's end, or between two instants."""
    if covers is None:
        return None
    first, dots, last = covers.partition("..")
    try:
        if not dots:
            raise ValueError(f"`{covers}` is no period such as 2026-01-01..2026-03-31.")
        start = parse_instant(f"{first}T00:00:00Z" if len(first) == 10 else first)
        end = parse_instant(last)
        if end < start:
            raise ValueError(f"The period ends ({iso(end)}) before it starts ({iso(start)}).")
    except ValueError as error:
        raise HandraiseError(str(error), exit_code=ExitCode.USAGE) from error
    return start, end
