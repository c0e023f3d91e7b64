"""`handraise activate`, `activations` and `calibrations`: what is in force, since when, and by which thresholds."""

from __future__ import annotations

from pathlib import Path

from handraise.cli import screens
from handraise.cli.output import note, print_json
from handraise.services.activating import activation_data
from handraise.services.keeping import stored_data
from handraise.workspace import Workspace


def _open(workspace: Path | None) -> Workspace:
    return Workspace(workspace) if workspace is not None else Workspace.find()


def activate(workspace: Path | None, at: str | None, as_json: bool) -> None:
    result = _open(workspace).activate(at)
    if as_json:
        print_json(result.as_dict())
        return
    screens.activated(result)


def activations(workspace: Path | None, as_json: bool) -> None:
    found = _open(workspace).activations()
    if as_json:
        print_json({"activations": [activation_data(a) for a in found]})
        return
    screens.activations(found)


def calibrations(workspace: Path | None, every: bool, as_json: bool) -> None:
    found = [c for c in _open(workspace).calibrations() if c.n_people]
    shown = [c for c in found if every or c.known_at is not None]
    if as_json:
        print_json({"calibrations": [stored_data(c) for c in shown]})
        return
    screens.calibrations(shown)
    if len(shown) < len(found):
        n = len(found) - len(shown)
        note(f"{n:,} more were worked out for decisions about the past; --all lists them too.")
