"""`handraise sources`: what there is to decide from, and what of it the playbook asks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from handraise.cli.output import CONSOLE, note, print_json
from handraise.cli.screens import add_row, as_of_words, new_table, say
from handraise.model.time import Micros, iso
from handraise.services.sources import Asked, Sources, Starved
from handraise.workspace import Workspace

_SHOWN_RULES = 3


def sources(workspace: Path | None, as_of: str | None, as_json: bool) -> None:
    opened = Workspace(workspace) if workspace is not None else Workspace.find()
    found = opened.sources(as_of)
    if as_json:
        print_json(found.as_dict())
        return
    if not found.tables:
        CONSOLE.print("Nothing has been imported yet.")
        return
    CONSOLE.print(f"What the sources say as of {as_of_words(found.as_of)}")
    _tables(found)
    _activities(found)
    _asked(found.asked)
    _starved(found.starved)
    note("`handraise sources --json` has every field of every source.")


def _tables(found: Sources) -> None:
    head = ("imports", "rows in", "quarantined", "last export", "newest", "days old")
    table = new_table("source", "taken for", *head, right=(2, 3, 4, 7))
    for t in found.tables:
        counts = [f"{n:,}" for n in (t.n_imports, t.rows_in, t.quarantined)]
        spans = [_day(t.exported_at), _day(t.last_at), _days(found.days_old(t.last_at))]
        add_row(table, t.source, t.table, *counts, *spans)
    CONSOLE.print(table)


def _activities(found: Sources) -> None:
    if not found.activities:
        return
    head = ("how many", "of records", "newest", "days old", "all known")
    table = new_table("source", "activity", *head, right=(2, 3, 5))
    for a in found.activities:
        spans = found.covered(a.source, a.type)
        covered = ", ".join(f"{_day(first)} to {_day(last)}" for first, last in spans[:2]) or "never"
        more = f" and {len(spans) - 2} more" if len(spans) > 2 else ""
        when = (_day(a.last_at), _days(found.days_old(a.last_at)), covered + more)
        add_row(table, a.source, a.type, f"{a.n:,}", f"{a.n_records:,}", *when)
    CONSOLE.print(table)


def _asked(asked: Sequence[Asked]) -> None:
    """What the playbook tests, the emptiest first."""
    if not asked:
        return
    table = new_table("the playbook asks", "known of", "told by", "asked by", right=(1,))
    for a in asked:
        rules = ", ".join(a.rules[:_SHOWN_RULES])
        more = f" and {len(a.rules) - _SHOWN_RULES} more" if len(a.rules) > _SHOWN_RULES else ""
        told_by = ", ".join(a.sources) or "nobody"
        add_row(table, f"{a.label} ({a.field})", f"{a.share:.0%}", told_by, rules + more)
    CONSOLE.print(table)


def _starved(starved: Sequence[Starved]) -> None:
    if starved:
        say("Cannot come true yet:", "bold")
    for s in starved:
        say(f"  {s.kind} {s.name}: no import has brought {', '.join(s.missing)} yet", "yellow")


def _day(at: Micros | None) -> str:
    return "" if at is None else iso(at)[:10]


def _days(days: int | None) -> str:
    return "" if days is None else f"{days:,}"
