"""The report as JSON: the sections as shown, and under `data` the results themselves."""

from __future__ import annotations

import json

from handraise.reports.document import Report


def render_json(report: Report) -> str:
    return json.dumps(report.as_dict(), ensure_ascii=False, allow_nan=False, indent=2)
