"""The `handraise` command.

Each command parses its options and hands over; what it needs is imported inside, so that `--help` stays quick.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

from handraise.cli.groups import QuickGroup
from handraise.cli.options import (
    AsOfOption,
    JsonOption,
    OnlyOption,
    SchemaOption,
    UrlArgument,
    WorkspaceOption,
    named_path,
)
from handraise.version import __version__

app = typer.Typer(
    name="handraise",
    cls=QuickGroup,
    help="Explained lead decisions from one playbook that sales and marketing signed, proved against what sales closed.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

facts_app = typer.Typer(
    cls=QuickGroup, no_args_is_help=True, rich_markup_mode=None, help="Facts to and from Parquet files."
)
app.add_typer(facts_app, name="facts")
warehouse_app = typer.Typer(
    cls=QuickGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Facts from a warehouse, decisions to it.",
)
app.add_typer(warehouse_app, name="warehouse")
privacy_app = typer.Typer(
    cls=QuickGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Everything about one person, or nothing left of them.",
)
app.add_typer(privacy_app, name="privacy")
PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help="An id from any system, or an e-mail address.")
]


class EngineName(StrEnum):
    """Where decisions are made."""

    LOCAL = "local"
    SPARK = "spark"


class ProblemFormat(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


@contextmanager
def _border(as_json: bool) -> Iterator[None]:
    """Nothing leaves as a traceback: what a person did wrong gets its sentence and exit code, our own fault 70."""
    from handraise.cli.errors import fail

    try:
        yield
    except (typer.Exit, typer.Abort, KeyboardInterrupt):
        raise
    except BrokenPipeError:
        sys.stderr.close()
        raise typer.Exit(0) from None
    except Exception as error:
        raise typer.Exit(fail(error, as_json)) from None


def _version(value: bool) -> None:
    if value:
        typer.echo(f"handraise {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", parser=named_path, help="The folder to make a workspace of.")
    ],
    json: JsonOption = False,
) -> None:
    """Make a workspace: settings, a starter playbook with the 17 buyer segments, mapping examples."""
    with _border(json):
        from handraise.cli import commands

        commands.init(folder, json)


@app.command("import")
def import_(
    paths: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Argument(metavar="PATH...", parser=named_path, help="Files, archives, or folders of files."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="NAME", help="Name of the system the files come from."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping", metavar="FILE", parser=named_path, help="Mapping for files no importer knows."
        ),
    ] = None,
    exported_at: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--exported-at",
            metavar="INSTANT",
            help="When the export was taken. Default: the file's own time.",
        ),
    ] = None,
    covers: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--covers", metavar="FROM..TO", help="The time in which the files hold every activity."),
    ] = None,
    undo: Annotated[
        int | None,
        typer.Option(
            "--undo", metavar="ID", help="Take an import back instead: `handraise imports` has its id."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would become of each file, and change nothing.")
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Import exports: recognised by their headers, loaded once, every row accounted for."""
    if bool(paths) == (undo is not None):
        raise typer.BadParameter("give files or folders to import, or `--undo ID`.", param_hint="PATH...")
    with _border(json):
        if undo is not None:
            from handraise.cli import imports as imported

            imported.undo(workspace, undo, json)
            return
        from handraise.cli import commands

        commands.import_files(workspace, paths or [], source, mapping, exported_at, covers, dry_run, json)


@app.command()
def imports(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List what was imported, with the id by which it can be undone."""
    with _border(json):
        from handraise.cli import imports as imported

        imported.imports(workspace, json)


@privacy_app.command("export")
def privacy_export(
    person: PersonArgument,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.json", parser=named_path, help="Where to. Default: printed."),
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write everything that is known about one person as JSON: facts, decisions, quarantined rows."""
    with _border(False):
        from handraise.cli import privacy

        privacy.export(workspace, person, out)


@privacy_app.command("erase")
def privacy_erase(
    person: PersonArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Erase; it cannot be undone.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be erased.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Erase one person from facts, quarantine and runs, and write the file anew so that nothing is left in it."""
    if yes == dry_run:
        raise typer.BadParameter("give `--yes` to erase, or `--dry-run` to count.", param_hint="--yes")
    with _border(json):
        from handraise.cli import privacy

        privacy.erase(workspace, person, dry_run, json)


@privacy_app.command("receipts")
def privacy_receipts(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List what was erased: when and how much, not of whom."""
    with _border(json):
        from handraise.cli import privacy

        privacy.receipts(workspace, json)


@privacy_app.command("finish")
def privacy_finish(workspace: WorkspaceOption = None) -> None:
    """Write the file anew where an erasure was interrupted."""
    with _border(False):
        from handraise.cli import privacy

        privacy.finish(workspace)


@app.command()
def clean(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Judge names, addresses, titles and clicks: junk, students, competitors, machines; each with its reason."""
    with _border(json):
        from handraise.cli import cleaning

        cleaning.clean(workspace, json)


@app.command()
def match(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be found.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many questions to show.")] = 20,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Find the accounts of leads and records of one person: what is certain joins, the rest is asked."""
    with _border(json):
        from handraise.cli import matching

        matching.match(workspace, dry_run, limit, json)


@app.command()
def gaps(
    as_of: AsOfOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many to show.")] = 12,
    provider: Annotated[
        Path | None,
        typer.Option(
            "--provider",
            metavar="FILE",
            parser=named_path,
            help="Try a data provider's file of companies instead.",
        ),
    ] = None,
    cost: Annotated[
        float | None, typer.Option("--cost", min=0, help="What that file costs, in your currency.")
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """What cannot be told, of how many people and accounts, and which facts would settle how many."""
    if cost is not None and provider is None:
        raise typer.BadParameter("`--cost` is the price of `--provider FILE`.", param_hint="--cost")
    with _border(json):
        from handraise.cli import gaps as told

        if provider is not None:
            told.provider(workspace, provider, as_of, cost, limit, json)
            return
        told.gaps(workspace, as_of, limit, json)


@app.command()
def sources(as_of: AsOfOption = None, workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """What each source holds and how fresh it is, and what of it the playbook's rules ask."""
    with _border(json):
        from handraise.cli import sources as told

        told.sources(workspace, as_of, json)


@app.command()
def watch(
    as_of: AsOfOption = None,
    fails: Annotated[bool, typer.Option("--fail", help="Exit with code 15 if there are alarms.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """What stopped, emptied, drifted or is late: how unusual that is, since when, and who looks at it."""
    with _border(json):
        from handraise.cli import watching

        watching.watch(workspace, as_of, fails, json)


@app.command()
def quarantine(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.csv", parser=named_path, help="Write them to a CSV file."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="How many to show. Default: 50; in JSON all."),
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """List the rows that could not be taken, each with file, line, column and reason."""
    with _border(json):
        from handraise.cli import commands

        commands.quarantine(workspace, out, limit, json)


@app.command()
def check(
    playbook: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PLAYBOOK]",
            parser=named_path,
            help="A playbook file or folder; default: the workspace's.",
        ),
    ] = None,
    english: Annotated[bool, typer.Option("--english", help="Print the playbook in plain English.")] = False,
    format_: Annotated[
        ProblemFormat, typer.Option("--format", help="How to print problems.")
    ] = ProblemFormat.TEXT,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Read the playbook and report every problem at once."""
    with _border(json):
        from handraise.cli import commands

        commands.check(workspace, playbook, english, "json" if json else format_.value)


_FROM = typer.Option(
    "--from", metavar="INSTANT", help="An instant with zone, or a date: that day's end, UTC."
)
_TO = typer.Option("--to", metavar="INSTANT", help="The last instant.")
_OUT_TABLE = typer.Option(
    "--out", metavar="FILE", parser=named_path, help="Write every row to FILE.parquet or FILE.csv."
)


@app.command()
def replay(
    first: Annotated[str, _FROM],
    last: Annotated[str, _TO],
    every: Annotated[str, typer.Option("--every", metavar="LENGTH", help="How far apart.")] = "1 week",
    out: Annotated[Path | None, _OUT_TABLE] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Decide everybody at a grid of past instants, each from what was known then."""
    with _border(json):
        from handraise.cli import commands

        commands.replay(workspace, first, last, every, out, json)


@app.command()
def changes(
    first: Annotated[str, _FROM],
    last: Annotated[str, _TO],
    limit: Annotated[int, typer.Option("--limit", min=0, help="How many moves to show.")] = 20,
    out: Annotated[Path | None, _OUT_TABLE] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Who moved between ranks, buyer segments and stages, when, and because of which facts."""
    with _border(json):
        from handraise.cli import commands

        commands.changes(workspace, first, last, limit, out, json)


@app.command()
def plan(
    other: Annotated[
        Path,
        typer.Argument(
            metavar="OTHER", parser=named_path, help="The proposed playbook: a file, or a folder of files."
        ),
    ],
    first: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--from", metavar="INSTANT", help="Where the period begins. Default: 13 weeks before --to."
        ),
    ] = None,
    last: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--to",
            metavar="INSTANT",
            help="The instant that is compared, where the period ends. Default: now.",
        ),
    ] = None,
    examples: Annotated[
        int, typer.Option("--examples", min=0, max=20, help="How many people to name for each move.")
    ] = 3,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            parser=named_path,
            help="Write everybody who would move to FILE.parquet or FILE.csv.",
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Compare another playbook with the workspace's, over the same history: who would move, and what sales would get."""
    with _border(json):
        from handraise.cli import commands

        commands.plan(workspace, other, (first, last), examples, out, json)


@app.command()
def decide(
    as_of: AsOfOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            parser=named_path,
            help="Write the decisions to FILE.parquet or FILE.csv; with Spark, to a folder of Parquet files.",
        ),
    ] = None,
    run: Annotated[
        Optional[str], typer.Option("--run", metavar="ID", help="Decide again exactly as an earlier run did.")  # noqa: UP045
    ] = None,
    firings: Annotated[
        Path | None,
        typer.Option(
            "--firings",
            metavar="FILE",
            parser=named_path,
            help="Write every firing by then to FILE.parquet or FILE.csv.",
        ),
    ] = None,
    stage_entries: Annotated[
        Path | None,
        typer.Option(
            "--stage-entries",
            metavar="FILE",
            parser=named_path,
            help="Write every stage entered by then to FILE.parquet or FILE.csv.",
        ),
    ] = None,
    engine: Annotated[
        EngineName,
        typer.Option("--engine", help="Where it runs: here, or on Spark (extra `spark`)."),
    ] = EngineName.LOCAL,
    facts: Annotated[
        Path | None,
        typer.Option(
            "--facts",
            metavar="DIR",
            parser=named_path,
            help="Spark: the folder of facts, one Parquet file a table.",
        ),
    ] = None,
    playbook: Annotated[
        Path | None,
        typer.Option(
            "--playbook",
            metavar="PATH",
            parser=named_path,
            help="Another playbook file or folder than the workspace's; then the run is not stored.",
        ),
    ] = None,
    master: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--master", metavar="URL", help="Spark: where it runs. Default: local[*], this machine."
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Decide everybody and store the run; with `--engine spark`, from a folder of facts to a folder of decisions."""
    with _border(json):
        from handraise.cli import commands
        from handraise.cli.spark import OnSpark

        on_spark = OnSpark(facts, playbook, master)
        happened = commands.HappenedFiles(firings, stage_entries)
        if engine is EngineName.SPARK:
            happened.refuse()
            on_spark.decide(workspace, as_of, out, run, json)
        else:
            on_spark.refuse()
            commands.decide(workspace, as_of, out, run, playbook, json, happened)


@app.command()
def runs(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the stored runs."""
    with _border(json):
        from handraise.cli import commands

        commands.runs(workspace, json)


@app.command()
def activate(
    at: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--at",
            metavar="INSTANT",
            help="Since when: an instant that is past, after the last activation. Default: now.",
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Put the playbook as it stands into force: new and edited triggers start, and thresholds are calibrated."""
    with _border(json):
        from handraise.cli import in_force

        in_force.activate(workspace, at, json)


@app.command()
def activations(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List which playbook was in force since when, and since when its triggers run."""
    with _border(json):
        from handraise.cli import in_force

        in_force.activations(workspace, json)


@app.command()
def calibrations(
    every: Annotated[
        bool, typer.Option("--all", help="Those too that decisions about the past worked out for themselves.")
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """List the thresholds that were read off everybody, and since when decisions keep to them."""
    with _border(json):
        from handraise.cli import in_force

        in_force.calibrations(workspace, every, json)


@app.command()
def explain(
    person: Annotated[
        str, typer.Argument(metavar="PERSON", help="An id from any system, or an e-mail address.")
    ],
    as_of: AsOfOption = None,
    playbook: Annotated[
        Path | None,
        typer.Option(
            "--playbook",
            metavar="PATH",
            parser=named_path,
            help="By another playbook file or folder than the workspace's.",
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Why, for one person: every rule, its evidence, and what is missing."""
    with _border(json):
        from handraise.cli import commands

        commands.explain(workspace, person, as_of, playbook, json)


@app.command()
def segments(
    as_of: AsOfOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", parser=named_path, help="Write the segments to FILE.parquet or FILE.csv."
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """How many people and accounts each segment holds, and how segments of accounts overlap."""
    with _border(json):
        from handraise.cli import commands

        commands.segments(workspace, as_of, out, json)


@app.command()
def accounts(
    as_of: AsOfOption = None,
    missing: Annotated[
        str | None,
        typer.Option("--missing", metavar="ROLE", help="Only accounts where nobody has this role."),
    ] = None,
    segment: Annotated[
        str | None,
        typer.Option("--segment", metavar="KEY", help="Only accounts in this segment of accounts."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="How many accounts to show.")] = 20,
    out: Annotated[Path | None, _OUT_TABLE] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Every account with its buying group: who is there, and which roles are missing."""
    with _border(json):
        from handraise.cli import commands

        commands.accounts(workspace, as_of, missing, segment, limit, out, json)


@app.command()
def report(
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE.html", parser=named_path, help="Where to write the report.")
    ] = Path("report.html"),
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Write the report: the matrix, the segments, and whether the score orders outcomes."""
    with _border(json):
        from handraise.cli import commands

        commands.report(workspace, out, as_of, json)


@app.command()
def demo(
    into: Annotated[
        Path, typer.Option("--into", metavar="DIR", parser=named_path, help="The workspace to make.")
    ] = Path("demo"),
    json: JsonOption = False,
) -> None:
    """Import the sample exports, decide, and write the report."""
    with _border(json):
        from handraise.cli import commands

        commands.demo(into, json)


@app.command()
def serve(
    host: Annotated[
        str, typer.Option("--host", metavar="HOST", help="Where to listen; anywhere but here needs a token.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes any that is free.")
    ] = 8765,
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file",
            metavar="FILE",
            parser=named_path,
            help="File with the token that requests must bring. Default: the variable HANDRAISE_TOKEN.",
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Answer over HTTP, read only, until stopped; the facts are held meanwhile (extra `server`)."""
    with _border(json):
        from handraise.cli import serving

        serving.serve(workspace, host, port, token_file, json)


@facts_app.command("export")
def facts_export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", parser=named_path, help="The folder to write to.")],
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Write every fact to a folder of Parquet files, one a table."""
    with _border(json):
        from handraise.cli import commands

        commands.export_facts(workspace, folder, json)


@facts_app.command("import")
def facts_import(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", parser=named_path, help="A folder of Parquet files, one a table.")
    ],
    only: OnlyOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Take in a folder of facts: whatever is known already is a duplicate, every row is accounted for."""
    with _border(json):
        from handraise.cli import commands

        commands.import_facts(workspace, folder, only or [], json)


@warehouse_app.command()
def pull(
    url: UrlArgument,
    schema: SchemaOption = None,
    table: Annotated[
        list[str] | None,
        typer.Option("--table", metavar="TABLE=NAME", help="What a table of facts is called there."),
    ] = None,
    only: OnlyOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Take in the tables of facts of a warehouse; pulling again takes what is new."""
    with _border(json):
        from handraise.cli import commands

        commands.pull(workspace, url, schema, table or [], only or [], json)


@warehouse_app.command()
def push(
    url: UrlArgument,
    run: Annotated[
        str | None, typer.Option("--run", metavar="ID", help="The run to write. Default: the latest.")
    ] = None,
    schema: SchemaOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Write a run's decisions to the table `handraise_decisions` of a warehouse, all or none."""
    with _border(json):
        from handraise.cli import commands

        commands.push(workspace, url, run, schema, json)


def main() -> None:
    """Entry point. A terminal that cannot show a character shows a question mark for it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if "--json" not in sys.argv:
        app()
    sys.exit(_said_as_json())


def _said_as_json() -> int:
    """Runs the command; what is wrong with its options is said in JSON too."""
    from typer._click.exceptions import UsageError

    from handraise.cli.errors import fail
    from handraise.errors import ExitCode, HandraiseError

    try:
        code = app(standalone_mode=False)
    except UsageError as error:
        advice = ("Ask the command with `--help` for its options.",)
        return fail(HandraiseError(error.format_message(), advice, exit_code=ExitCode.USAGE), as_json=True)
    except typer.Abort:
        return 1
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    main()
