"""The demonstration: sample exports in, decisions and a report out."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from handraise.engines.local import Progress
from handraise.errors import ExitCode, HandraiseError
from handraise.model.time import parse_instant
from handraise.services.importing import FileOutcome
from handraise.services.reporting import ReportResult
from handraise.workspace import Workspace

EXAMPLE = "procurement_saas"
MARK = ".handraise/demo"


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demonstration made, and somebody in it worth explaining."""

    workspace: Path
    files: tuple[FileOutcome, ...]
    report: ReportResult
    report_path: Path
    example_person: str

    def as_dict(self) -> dict[str, object]:
        return {
            "workspace": str(self.workspace),
            "files": [f.as_dict() for f in self.files],
            "decided": self.report.decided.as_dict(),
            "report": str(self.report_path),
            "example_person": self.example_person,
        }


def run_demo(into: Path, progress: Progress | None = None) -> DemoResult:
    """Make (or use again) the workspace `into`, import the sample exports, decide, and write the report.

    Safe to run twice: the second time every row is a duplicate.
    """
    example = find_example(EXAMPLE)
    workspace = _workspace(into, example)
    outcomes = workspace.import_files(
        [example / "data"],
        exported_at=workspace.settings.as_of,
        covers=(parse_instant("2024-10-01T00:00:00Z"), parse_instant("2026-09-30")),
        progress=progress,
    )
    result = workspace.report(progress=progress)
    path = into / "report.html"
    result.write_html(path)
    table = result.decided.table.sort_by([("engagement_score", "descending"), ("person_id", "ascending")])
    person = table["person_id"][0].as_py() if len(table) else ""
    return DemoResult(into, outcomes, result, path, person)


def find_example(name: str) -> Path:
    """The folder of an example that ships beside the source. Raises `HandraiseError` where it is not there."""
    for above in Path(__file__).resolve().parents:
        if (above / "examples" / name / "playbook.yml").is_file():
            return above / "examples" / name
    raise HandraiseError(
        "The sample exports are not installed with the package.",
        ("Run `make demo` in a checkout of the project.",),
    )


def _workspace(into: Path, example: Path) -> Workspace:
    """The demonstration's own workspace, made or used again; never anybody else's."""
    if (into / MARK).exists():
        return Workspace(into)
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise HandraiseError(
            f"`{into}` holds something else than a demonstration.",
            ("Choose a folder that is empty or not there: `--into DIR`.",),
            exit_code=ExitCode.USAGE,
        )
    Workspace.create(into)
    for name in ("playbook.yml", "handraise.yml", "mapping.yml"):
        if (example / name).exists():
            shutil.copyfile(example / name, into / name)
    (into / MARK).write_text("Made by `handraise demo`.\n", encoding="utf-8")
    return Workspace(into)
