"""The report from its inputs."""

from __future__ import annotations

from collections.abc import Callable

from handraise.evidence.wording import count
from handraise.reports.document import Report, Section
from handraise.reports.figures import instant_text
from handraise.reports.inputs import PlaybookDisplay, ReportInputs
from handraise.reports.sections.caveats import caveats
from handraise.reports.sections.data import data
from handraise.reports.sections.flowing import flowing
from handraise.reports.sections.happening import happening
from handraise.reports.sections.headline import headline
from handraise.reports.sections.market import market
from handraise.reports.sections.matrix import matrix
from handraise.reports.sections.order import order
from handraise.reports.sections.segments import segments
from handraise.reports.sections.unknowns import unknowns
from handraise.reports.summary import DecisionsSummary, summarise

SECTIONS: tuple[Callable[[ReportInputs, DecisionsSummary], Section], ...] = (
    headline,
    matrix,
    segments,
    market,
    happening,
    flowing,
    unknowns,
    order,
    data,
    caveats,
)


def build_report(inputs: ReportInputs, summary: DecisionsSummary | None = None) -> Report:
    """The whole report; the summary is computed unless it is there already."""
    counted = summary if summary is not None else summarise(inputs.decisions)
    review = inputs.score_review
    return Report(
        title=inputs.playbook.name,
        subtitle=f"{count(counted.n_people)} people decided on as of {instant_text(inputs.as_of)}",
        about=_about(inputs.playbook, inputs.as_of),
        sections=tuple(
            section(inputs, counted)
            for section in SECTIONS
            if not (section is happening and inputs.happenings is None)
            and not (section is flowing and inputs.flows is None)
            and not (section is market and inputs.market is None and not inputs.roles)
        ),
        made_with=inputs.made_with,
        data={"summary": counted.as_dict(), "score_review": review.as_dict() if review else None}
        | ({"happenings": inputs.happenings.as_dict()} if inputs.happenings else {})
        | ({"flows": inputs.flows.as_dict()} if inputs.flows else {})
        | ({"market": inputs.market.as_dict()} if inputs.market else {})
        | ({"roles": inputs.roles} if inputs.roles else {}),
    )


def _about(playbook: PlaybookDisplay, as_of: int) -> tuple[tuple[str, str], ...]:
    signed = {True: "by both sides", False: "not yet; sends nothing", None: None}[playbook.signed]
    about = [("As of", instant_text(as_of)), ("Playbook", playbook.version)]
    if signed:
        about.append(("Signed", signed))
    return tuple(about)
