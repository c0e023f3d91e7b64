"""`handraise match`: what was joined, and what a person should look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from handraise.cli.output import CONSOLE, note, print_json
from handraise.cli.screens import count_of, say
from handraise.services.matching import Matched, Question
from handraise.workspace import Workspace

_KINDS = {
    "lead": "Is this lead of that account?",
    "account": "Are these one account?",
    "person": "Are these one person?",
}


def match(workspace: Path | None, dry_run: bool, limit: int, as_json: bool) -> None:
    opened = Workspace(workspace) if workspace is not None else Workspace.find()
    found = opened.match(writes=not dry_run)
    if as_json:
        print_json(found.as_dict())
        return
    CONSOLE.print(
        f"{found.n_leads_matched:,} of {count_of(found.n_leads, 'lead')} without an account found one among "
        f"{count_of(found.n_accounts, 'account')}"
    )
    CONSOLE.print(
        f"{found.n_records_joined:,} of {count_of(found.n_records, 'record')} of people were joined to another"
    )
    CONSOLE.print(f"{count_of(found.n_pairs, 'pair')} compared of {found.n_possible:,} possible", style="dim")
    _asked(found, limit)
    if dry_run:
        note("Nothing was written.")
        return
    note(
        f"{count_of(found.n_new, 'fact')} written that were not known before; `handraise import --undo ID` takes them back."
    )


def _asked(found: Matched, limit: int) -> None:
    """The questions, those nearest to a match first."""
    for kind, heading in _KINDS.items():
        asked = sorted(
            (q for q in found.questions if q.kind == kind), key=lambda q: (-q.confidence, q.one, q.other)
        )
        if asked:
            say(f"{heading} {count_of(len(asked), 'question')}", "bold")
            _questions(asked[:limit])
            if len(asked) > limit:
                note(f"{len(asked) - limit:,} more; --limit shows them, --json has all.")


def _questions(asked: Sequence[Question]) -> None:
    for q in asked:
        say(f"  {q.confidence:.0%}  {q.one_words} ({q.one})")
        say(f"       {q.other_words} ({q.other})")
        evidence = sorted(q.evidence, key=lambda e: -abs(e.weight))[:4]
        say(f"       {q.reason}: {'; '.join(e.words for e in evidence)}", "dim")
