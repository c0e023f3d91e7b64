"""Checking a playbook: every problem at once, plain English, and whether the data for it is there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from handraise.errors import Finding, PlaybookError, Problem, Severity
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.playbook.reader import read, read_text
from handraise.playbook.signoff import english
from handraise.playbook.writer import version_of

if TYPE_CHECKING:
    from handraise.services.reporting import Reporting


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What checking found. `playbook` is `None` when there are errors; warnings leave it."""

    path: Path
    playbook: Playbook | None
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...]
    version: str | None
    catalog: FieldCatalog

    @property
    def n_errors(self) -> int:
        return sum(p.severity is Severity.ERROR for p in self.problems)

    def english(self) -> str:
        """The playbook in plain English. Raises `PlaybookError` when it has errors."""
        return english(self.playbook_or_raise(), self.catalog)

    def playbook_or_raise(self) -> Playbook:
        if self.playbook is None:
            n = self.n_errors
            raise PlaybookError(
                f"The playbook has {n} {'error' if n == 1 else 'errors'}.", problems=self.problems
            )
        return self.playbook

    def as_dict(self) -> dict[str, object]:
        return {
            "path": str(self.path),
            "ok": self.playbook is not None,
            "version": self.version,
            "problems": [p.as_dict() for p in self.problems],
            "findings": [f.as_dict() for f in self.findings],
        }


def check_text(text: str, name: str, catalog: FieldCatalog) -> CheckResult:
    """Read and check one text, whatever `name` it has. No other file is read."""
    found = read_text(text, name, catalog)
    version = None if found.playbook is None else version_of(found.playbook)
    return CheckResult(Path(name), found.playbook, found.problems, (), version, catalog)


def check_playbook(path: Path, catalog: FieldCatalog, reporting: Reporting | None) -> CheckResult:
    """Read and check. With `reporting`, also say which segments wait for data that no import has brought."""
    from handraise.services.reporting import data_findings

    found = read(path, catalog)
    if found.playbook is None:
        return CheckResult(path, None, found.problems, (), None, catalog)
    playbook = found.playbook
    findings = data_findings(reporting, playbook) if reporting else ()
    return CheckResult(path, playbook, found.problems, findings, version_of(playbook), catalog)
