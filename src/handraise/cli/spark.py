"""`handraise decide --engine spark`: what it needs, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from handraise.cli import screens
from handraise.cli.output import note, print_json, progress
from handraise.config import SPARK_MASTER
from handraise.errors import ExitCode, HandraiseError, WorkspaceError
from handraise.workspace import Workspace, decide_on_spark


@dataclass(frozen=True, slots=True)
class OnSpark:
    """Options of `decide` that only Spark has."""

    facts: Path | None
    playbook: Path | None
    master: str | None

    def refuse(self) -> None:
        """Raises `HandraiseError` for the first that is given."""
        for name in ("facts", "master"):
            if getattr(self, name) is not None:
                raise HandraiseError(
                    f"`--{name}` is for Spark; without Spark, decisions are made from the workspace.",
                    ("Add `--engine spark`, or leave it out.",),
                    exit_code=ExitCode.USAGE,
                )

    def decide(
        self, workspace: Path | None, as_of: str | None, out: Path | None, run: str | None, as_json: bool
    ) -> None:
        if self.facts is None or out is None:
            raise HandraiseError(
                "Spark decides from a folder of facts to a folder of decisions.",
                ("Name both: `--facts DIR --out DIR`.",),
                exit_code=ExitCode.USAGE,
            )
        if run is not None:
            raise HandraiseError(
                "Runs are kept in a workspace and decided again there.",
                ("Leave out `--run`, or `--engine spark`.",),
                exit_code=ExitCode.USAGE,
            )
        opened, master = self._workspace(workspace), self.master or SPARK_MASTER
        with progress("Deciding") as report:
            if opened is None:
                assert self.playbook is not None
                result = decide_on_spark(
                    self.playbook, self.facts, out, as_of=as_of, master=master, progress=report
                )
            else:
                result = opened.decide_on_spark(
                    self.facts, out, as_of=as_of, playbook=self.playbook, master=master, progress=report
                )
        if as_json:
            print_json(result.as_dict())
            return
        screens.decided_on_spark(result)
        note(f"Decisions written to {out}.")

    def _workspace(self, given: Path | None) -> Workspace | None:
        """The workspace, whose settings hold; none is needed where the playbook is named."""
        if given is not None:
            return Workspace(given)
        try:
            return Workspace.find()
        except WorkspaceError:
            if self.playbook is None:
                raise
            return None
