"""`handraise gaps`: what cannot be told, of how many, and what to find out first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from handraise.cli.output import CONSOLE, note, print_json
from handraise.cli.screens import add_row, as_of_words, new_table, say
from handraise.evaluate.gaps import GapOf
from handraise.services.gaps import Gap, Step
from handraise.services.providing import ProviderReach
from handraise.workspace import Workspace

_SHOWN_STEPS = 3


def gaps(workspace: Path | None, as_of: str | None, limit: int, as_json: bool) -> None:
    opened = Workspace(workspace) if workspace is not None else Workspace.find()
    found = opened.gaps(as_of)
    if as_json:
        print_json(found.as_dict())
        return
    undecided = found.open()
    if not undecided:
        CONSOLE.print(f"Everything can be told as of {as_of_words(found.as_of)}.")
        return
    CONSOLE.print(f"What cannot be told as of {as_of_words(found.as_of)}, and what to find out first")
    for gap in undecided[:limit]:
        _gap(gap)
    if len(undecided) > limit:
        note(f"{len(undecided) - limit} more with fewer; --limit shows them.")
    note("Expected numbers assume that the undecided are as those who can be told.")


def _gap(gap: Gap) -> None:
    what = _what(gap.of.value, gap.label)
    say(f"{what[:1].upper()}{what[1:]}: {gap.n_unknown:,} {gap.unit} undecided", "bold")
    if gap.share_in is not None:
        say(f"  {gap.n_in:,} are in, {gap.n_out:,} are not", "dim")
    for i, (together, n_settled) in enumerate(islice(_together(gap.steps), _SHOWN_STEPS)):
        say(f"  {'then' if i else 'first'} {_step(gap, together, n_settled)}")
    if gap.n_uncovered:
        say(f"  {gap.n_uncovered:,} wait for no field, but for what no source covers", "dim")


def _what(of: str, label: str) -> str:
    """A question in words; a grade and being marketing-qualified say by themselves what they are."""
    return label if of in (GapOf.GRADE.value, GapOf.MARKETING_QUALIFIED.value) else f"{of} {label}"


def _together(steps: Sequence[Step]) -> Iterator[tuple[list[Step], int]]:
    """Fields that settle nobody by themselves, with the one that makes them do so; and how many are settled then. What settles
    nobody in the end is not worth a line."""
    waiting: list[Step] = []
    n_before = 0
    for step in steps:
        waiting.append(step)
        if step.n_settled > n_before:
            yield waiting, step.n_settled
            waiting, n_before = [], step.n_settled


def _step(gap: Gap, together: Sequence[Step], n_settled: int) -> str:
    """What a step settles, and what is to be expected of that."""
    fields = " and ".join(f"{step.label} ({step.field})" for step in together)
    said = f"{fields}: settles {n_settled:,} of {gap.n_unknown:,}"
    expected, won = gap.expected_in(n_settled), gap.expected_won(n_settled)
    if expected is None:
        return said
    worth = f", {won:,.1f} with a won deal" if won else ""
    return f"{said}; about {expected:,.0f} would be in{worth}"


def provider(
    workspace: Path | None, path: Path, as_of: str | None, cost: float | None, limit: int, as_json: bool
) -> None:
    opened = Workspace(workspace) if workspace is not None else Workspace.find()
    found = opened.provider(path, as_of, cost=cost)
    if as_json:
        print_json(found.as_dict())
        return
    CONSOLE.print(
        f"{found.file_name}: {found.n_matched:,} of {found.n_rows:,} rows are an account of yours, {found.n_asked:,} may be; "
        f"{found.n_covered:,} of {found.n_accounts:,} accounts are covered"
    )
    _provided(found)
    _would_settle(found, limit)
    if found.passed_over:
        note(f"Columns passed over: {', '.join(found.passed_over[:8])}")
    note("Nothing of the file was kept.")


def _provided(found: ProviderReach) -> None:
    head = ("accounts given a value", "new", "checked", "right", "95% interval", "unreadable")
    table = new_table("field", *head, right=(1, 2, 3, 4, 6))
    for f in found.fields:
        right = f"{f.n_right / f.n_checked:.0%}" if f.n_checked else ""
        interval = (
            f"{f.accuracy.low:.0%} to {f.accuracy.high:.0%}" if f.n_checked else "the truth is not known"
        )
        counts = [f"{n:,}" for n in (f.n_given, f.n_new, f.n_checked)]
        add_row(table, f"{f.label} ({f.field})", *counts, right, interval, f"{f.n_unreadable:,}")
    CONSOLE.print(table)


def _would_settle(found: ProviderReach, limit: int) -> None:
    """What buying it would settle, the most first."""
    settled = sorted((s for s in found.settled if s.n_settled), key=lambda s: -s.n_settled)
    if not settled:
        CONSOLE.print("It would settle nothing that is undecided.")
        return
    CONSOLE.print("It would settle")
    for s in settled[:limit]:
        each = found.cost_of(s)
        price = "" if each is None else f", at {each:,.2f} each"
        say(f"  {s.n_settled:,} of {s.n_unknown:,} undecided {s.unit}: {_what(s.of, s.label)}{price}")
