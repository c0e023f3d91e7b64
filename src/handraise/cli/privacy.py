"""`handraise privacy`: everything about one person, or nothing left of them."""

from __future__ import annotations

import sys
from pathlib import Path

from handraise.cli.output import CONSOLE, note, print_json
from handraise.cli.screens import add_row, count_of, new_table
from handraise.facts.erasures import Receipt
from handraise.model.time import iso
from handraise.services.privacy import Erased, receipt_data
from handraise.workspace import Workspace


def _open(workspace: Path | None) -> Workspace:
    return Workspace(workspace) if workspace is not None else Workspace.find()


def export(workspace: Path | None, person: str, out: Path | None) -> None:
    opened = _open(workspace)
    counts = opened.export_person(person, sys.stdout if out is None else out)
    note(", ".join(f"{name.replace('_', ' ')}: {n:,}" for name, n in counts.items()))
    if out is not None:
        CONSOLE.print(f"Everything about them is in `{out}`.")


def erase(workspace: Path | None, person: str, dry_run: bool, as_json: bool) -> None:
    result = _open(workspace).erase_person(person, only_count=dry_run)
    if as_json:
        print_json(result.as_dict())
        return
    _say(result)


def _say(result: Erased) -> None:
    receipt = result.receipt
    CONSOLE.print("Would be erased:" if receipt.id is None else f"Erased; receipt {receipt.id}:")
    table = new_table("what", "rows", right=(1,))
    for what, n in receipt.counts.items():
        add_row(table, what, f"{n:,}")
    CONSOLE.print(table)
    if result.files:
        CONSOLE.print("These files of the workspace name them, and are yours to remove:")
        for name in result.files:
            CONSOLE.print(f"  {name}")
    if result.unread:
        CONSOLE.print(f"{count_of(len(result.unread), 'file')} could not be looked into:")
        for name in result.unread:
            CONSOLE.print(f"  {name}")
    note("An import of a file that still has them brings them back: erase them at the source too.")


def receipts(workspace: Path | None, as_json: bool) -> None:
    found, is_erasing = _open(workspace).receipts()
    if as_json:
        print_json({"receipts": [receipt_data(r) for r in found], "file_to_be_written_anew": is_erasing})
        return
    if not found:
        CONSOLE.print("Nothing has been erased yet.")
        return
    table = new_table("receipt", "erased at", "what", "facts", "other rows", right=(3, 4))
    for each in found:
        add_row(table, *_cells(each))
    CONSOLE.print(table)
    if is_erasing:
        note("The file has still to be written anew: `handraise privacy finish`.")


def _cells(each: Receipt) -> tuple[str, ...]:
    when = f"{iso(each.erased_at)[:19].replace('T', ' ')} UTC"
    return each.id or "", when, each.what, f"{each.n_facts:,}", f"{each.n_rows - each.n_facts:,}"


def finish(workspace: Path | None) -> None:
    was_due = _open(workspace).finish_erasing()
    CONSOLE.print("The file is written anew." if was_due else "There is nothing to finish.")
