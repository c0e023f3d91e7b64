"""Options that several commands share, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def named_path(given: str | Path) -> Path:
    """A path as it was typed. An empty one, as a variable gives that is not set, would stand for the current folder."""
    if not str(given):
        raise typer.BadParameter("the path is empty. The folder you are in is `.`")
    return Path(given)


WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        metavar="DIR",
        parser=named_path,
        envvar="HANDRAISE_WORKSPACE",
        help="The workspace; by default this folder or the nearest one above it that is one.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="INSTANT",
        help="An instant with zone (2026-09-30T17:00:00Z); a bare date means that day's end, UTC. Default: now.",
    ),
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="TABLE", help="Take only this table of facts; may be given several times."
    ),
]
SchemaOption = Annotated[
    str | None,
    typer.Option(
        "--schema", metavar="NAME", help="The schema of the tables. Default: where the database looks."
    ),
]
UrlArgument = Annotated[
    str,
    typer.Argument(
        metavar="URL",
        envvar="HANDRAISE_WAREHOUSE_URL",
        help="The warehouse, such as postgresql://ann@db.example:5432/sales; the password may stand in PGPASSWORD.",
    ),
]
