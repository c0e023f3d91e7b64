"""Writes an example's expected output from a decided workspace, as files that a person can read and compare.

handraise demo --into demo
python examples/expected_output.py demo examples/procurement_saas/expected
"""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

from handraise.workspace import Workspace

COLUMNS = (
    "person_id", "account_id", "fit_score", "fit_low", "fit_high", "fit_grade_certain", "fit_completeness",
    "engagement_score", "rank", "marketing_qualified", "track", "stage", "buyer_segment", "buyer_segment_could_be", "segments_in",
    "missing_facts",
)  # fmt: skip
FILES = ("summary.json", "decisions.csv", "explained.json", "report.txt")


def expected_texts(workspace: Workspace) -> dict[str, str]:
    """The texts by file name: the summary, everybody's decision, three people explained, and the report."""
    from handraise.reports.text import render_text

    result = workspace.report()
    table = result.decided.table
    hot = table.sort_by([("engagement_score", "descending"), ("person_id", "ascending")])[
        "person_id"
    ].to_pylist()
    open_ = table.filter(table["marketing_qualified"].to_numpy(zero_copy_only=False) == "unknown")[
        "person_id"
    ]
    people = [hot[0], hot[10], *open_.to_pylist()[:1]]
    explained = {p: workspace.explain(p).as_dict() for p in people}
    return {
        "summary.json": _json(result.decided.summary.as_dict()),
        "decisions.csv": _csv(table.select(COLUMNS).to_pylist()),
        "explained.json": _json(explained),
        "report.txt": render_text(result.report),
    }


def _json(data: object) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True, default=str) + "\n"


def _csv(rows: list[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in COLUMNS])
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, list):
        return ";".join(value)
    return round(value, 6) if isinstance(value, float) else value


def main() -> None:
    workspace, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in expected_texts(Workspace(workspace)).items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
