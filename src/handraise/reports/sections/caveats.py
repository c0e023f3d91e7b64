"""What a reader must know before believing any of it."""

from __future__ import annotations

from handraise.errors import Finding, Severity
from handraise.reports import document as d
from handraise.reports.inputs import ReportInputs
from handraise.reports.summary import DecisionsSummary


def caveats(inputs: ReportInputs, summary: DecisionsSummary) -> d.Section:
    review = inputs.score_review
    blocks: list[d.Block] = []
    if review is not None:
        blocks.append(d.Findings(review.caveats))
    blocks.append(
        d.Findings((*inputs.findings, *_set_aside(inputs)), empty="Nothing else was found in the data.")
    )
    return d.Section(
        key="caveats",
        title="Before you rely on this",
        shows="What limits these figures, and what was noticed in the data.",
        how_to_read=("Warnings can change a figure above; notes tell what a figure does not say.",),
        what_to_do=("Settle the warnings first, and run the report again.",),
        blocks=tuple(blocks),
    )


def _set_aside(inputs: ReportInputs) -> tuple[Finding, ...]:
    return tuple(
        Finding("PB901", f"The playbook says more than was decided with: {part}", Severity.WARNING)
        for part in inputs.playbook.set_aside
    )
