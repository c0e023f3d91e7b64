"""`handraise gaps`: what cannot be told, of how many, and what to find out first."""

from __future__ import annotations

from pathlib import Path

from handraise.cli.output import CONSOLE, note, print_json
from handraise.cli.screens import as_of_words, say
from handraise.evaluate.gaps import GapOf
from handraise.services.gaps import Gap, Step
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
    what = gap.label if gap.of in (GapOf.GRADE, GapOf.MARKETING_QUALIFIED) else f"{gap.of.value} {gap.label}"
    say(f"{what[:1].upper()}{what[1:]}: {gap.n_unknown:,} {gap.unit} undecided", "bold")
    if gap.share_in is not None:
        say(f"  {gap.n_in:,} are in, {gap.n_out:,} are not", "dim")
    for i, step in enumerate(gap.steps[:_SHOWN_STEPS]):
        say(f"  {'then' if i else 'first'} {_step(gap, step)}")
    if gap.n_uncovered:
        say(f"  {gap.n_uncovered:,} wait for no field, but for what no source covers", "dim")


def _step(gap: Gap, step: Step) -> str:
    """What a step settles, and what is to be expected of that."""
    said = f"{step.label} ({step.field}): settles {step.n_settled:,} of {gap.n_unknown:,}"
    expected, won = gap.expected_in(step.n_settled), gap.expected_won(step.n_settled)
    if not step.n_settled or expected is None:
        return said
    worth = f", {won:,.1f} with a won deal" if won else ""
    return f"{said}; about {expected:,.0f} would be in{worth}"
