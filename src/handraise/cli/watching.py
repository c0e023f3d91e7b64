"""`handraise watch`: what stopped, emptied, drifted or is late; and the line that other commands say of it."""

from __future__ import annotations

from pathlib import Path

from handraise.cli.output import CONSOLE, note, print_json
from handraise.cli.screens import as_of_words, say
from handraise.errors import ExitCode, HandraiseError
from handraise.model.time import iso
from handraise.services.watching import Alarm, Watched
from handraise.workspace import Workspace


def watch(workspace: Path | None, as_of: str | None, fails: bool, as_json: bool) -> None:
    opened = Workspace(workspace) if workspace is not None else Workspace.find()
    found = opened.watch(as_of)
    if as_json:
        print_json(found.as_dict())
    else:
        _show(found)
    if fails and found.alarms:
        raise SystemExit(int(ExitCode.ALARMS))


def note_alarms(workspace: Workspace, as_of: str | None = None) -> None:
    """One line where there are alarms. A playbook that cannot be read yet has its own command to say so."""
    try:
        n = len(workspace.watch(as_of).alarms)
    except HandraiseError:
        return
    if n:
        thing = "thing is" if n == 1 else "things are"
        note(f"{n} {thing} unusually quiet, emptied, drifted or late: `handraise watch` says which.")


def _show(found: Watched) -> None:
    when = as_of_words(found.as_of)
    if not found.alarms:
        CONSOLE.print(f"No alarm as of {when}; {found.n_watched:,} things are watched.")
        return
    n = len(found.alarms)
    CONSOLE.print(f"{n} alarm{'' if n == 1 else 's'} as of {when}, of {found.n_watched:,} things watched")
    for alarm in found.alarms:
        _alarm(alarm)


def _alarm(alarm: Alarm) -> None:
    say(alarm.what, "bold")
    say(f"  since {iso(alarm.since_at)[:10]}; {alarm.by_chance}")
    if alarm.with_it:
        say(f"  with it: {', '.join(alarm.with_it[:8])}{' ...' if len(alarm.with_it) > 8 else ''}")
    owner = alarm.owner or "nobody is named: `alarm_owners` in the settings, or the playbook's parties"
    say(f"  owner: {owner}")
    say(f"  {alarm.advice}")
