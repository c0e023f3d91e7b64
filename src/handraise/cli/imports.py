"""`handraise imports` and `handraise import --undo`: what was taken in, and taking it back."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from handraise.cli.output import CONSOLE, note, print_json
from handraise.cli.screens import add_row, count_of, new_table
from handraise.facts.imports import ImportResult
from handraise.facts.undoing import UndoneImport
from handraise.model.time import iso
from handraise.services.importing import import_data, undone_data
from handraise.workspace import Workspace


def _open(workspace: Path | None) -> Workspace:
    return Workspace(workspace) if workspace is not None else Workspace.find()


def imports(workspace: Path | None, as_json: bool) -> None:
    found = _open(workspace).imports()
    if as_json:
        print_json({"imports": [import_data(i) for i in found]})
        return
    if not found:
        CONSOLE.print("Nothing has been imported yet.")
        return
    table = new_table(
        "id", "imported at", "file", "taken for", "source", "rows in", "accepted", "duplicate", "quarantined",
        right=(0, 5, 6, 7, 8),
    )  # fmt: skip
    for each in found:
        add_row(table, *_cells(each))
    CONSOLE.print(table)
    note("`handraise import --undo ID` takes one back.")


def _cells(each: ImportResult) -> list[str | Text]:
    when = f"{iso(each.imported_at)[:19].replace('T', ' ')} UTC"
    counts = [f"{n:,}" for n in (each.rows_in, each.accepted, each.duplicate, each.quarantined)]
    cells = [f"{each.id}", when, each.file_name, each.importer, each.source, *counts]
    if each.undone_at is None:
        return [*cells]
    cells[2] += f" (undone {iso(each.undone_at)[:10]})"
    return [Text(cell, "dim strike") for cell in cells]


def undo(workspace: Path | None, import_id: int, as_json: bool) -> None:
    result = _open(workspace).undo_import(import_id)
    if as_json:
        print_json(undone_data(result))
        return
    undone = result.undone
    CONSOLE.print(f"Import {undone.id} (`{undone.file_name}`) is undone: {_facts(result.n_removed)} removed.")
    _say_what_stays(result)
    note(
        "Decisions from now on are as if it had never been imported. Importing the file again brings it back."
    )


def _say_what_stays(result: UndoneImport) -> None:
    if result.n_kept:
        others = ", ".join(str(number) for number in result.kept_by)
        word = "import" if len(result.kept_by) == 1 else "imports"
        CONSOLE.print(f"{_facts(result.n_kept)} stay, because {word} {others} said them too.")
    if result.n_counting_again:
        CONSOLE.print(
            f"{_facts(result.n_counting_again)} of other imports count again that it had contradicted."
        )


def _facts(n: int) -> str:
    return count_of(n, "fact")
