"""The 4 x 4 matrix: who sits where, what was agreed for them, and how many reached the outcome."""

from __future__ import annotations

from handraise.evidence.rates import Rate
from handraise.evidence.wording import percent
from handraise.model.scores import GRADES, LEVELS
from handraise.reports import document as d
from handraise.reports.figures import instant_text, number, rate, share_of, text, unknown
from handraise.reports.inputs import CellAgreement, ReportInputs
from handraise.reports.summary import CellCount, DecisionsSummary


def matrix(inputs: ReportInputs, summary: DecisionsSummary) -> d.Section:
    playbook, review = inputs.playbook, inputs.score_review
    fit, engagement = playbook.term("fit"), playbook.term("engagement")
    drawn = _matrix(inputs, summary)
    shown = (
        f"{fit.capitalize()} by {engagement}: how many people sit in each cell, and what was agreed for them."
    )
    reading = [
        f"Rows are {fit}, columns are {engagement}; the best corner is top left.",
        f"The stronger the colour, the higher {drawn.shaded_by}.",
        "The hatched part of a cell is the share of its people whose letter or number could still change.",
    ]
    if review is not None:
        reading.insert(1, f"People are counted now; rates are of those ranked on {_instants(review.as_of)}.")
    return d.Section(
        key="matrix",
        title="The matrix",
        shows=shown,
        how_to_read=tuple(reading),
        what_to_do=(
            (
                f"Check that the outlined cells, which count as {playbook.term('MQL', 'marketing-qualified')}, are the "
                "ones sales wants handed over."
            ),
            "Where a cell is mostly hatched, ask for the missing facts before routing its people.",
        ),
        blocks=(drawn, _twin(inputs, summary)),
    )


def _matrix(inputs: ReportInputs, summary: DecisionsSummary) -> d.Matrix:
    playbook, review = inputs.playbook, inputs.score_review
    agreed = {cell.rank: cell for cell in playbook.cells}
    most = max((cell.n for cell in summary.cells), default=0)
    rates = dict(review.rates.cells) if review else {}
    highest = max((found.rate or 0.0 for found in rates.values()), default=0.0)
    cells = tuple(
        tuple(
            _cell(summary.cell(f"{g}{n}"), agreed.get(f"{g}{n}"), rates.get(f"{g}{n}"), highest, most)
            for n in LEVELS
        )
        for g in GRADES
    )
    by_rate = review is not None and highest > 0
    return d.Matrix(
        row_title=playbook.term("fit").capitalize(),
        column_title=playbook.term("engagement").capitalize(),
        rows=tuple(d.Axis(g, playbook.term(g, "")) for g in GRADES),
        columns=tuple(d.Axis(str(n), playbook.term(str(n), "")) for n in LEVELS),
        cells=cells,
        by_rate=by_rate,
        shaded_by=f"the share that reached {playbook.outcome}" if by_rate else "the number of people",
        darkest=percent(highest) if by_rate else f"{most:,}",
        any_open=summary.n_open_rank > 0,
    )


def _cell(
    counted: CellCount, agreed: CellAgreement | None, found: Rate | None, highest: float, most: int
) -> d.MatrixCell:
    agreed = agreed or CellAgreement(counted.rank, "", "no route agreed")
    shade = counted.n / most if most else 0.0
    if found is not None and highest > 0:
        shade_by_rate = None if found.rate is None else found.rate / highest
    else:
        shade_by_rate = shade
    return d.MatrixCell(
        rank=counted.rank,
        label=agreed.label,
        route=agreed.route,
        qualified=agreed.marketing_qualified,
        people=number(counted.n),
        n_open=number(counted.n_open, tone=d.Tone.UNKNOWN if counted.n_open else d.Tone.PLAIN),
        rate=rate(found) if found else unknown("not reviewed"),
        open_share=counted.n_open / counted.n if counted.n else 0.0,
        shade=shade_by_rate,
    )


def _twin(inputs: ReportInputs, summary: DecisionsSummary) -> d.Table:
    """The matrix as a table, which a drawing always has."""
    drawn = _matrix(inputs, summary)
    rows = tuple(
        (
            text(cell.rank, "qualified" if cell.qualified else ""),
            text(cell.label),
            text(cell.route),
            cell.people,
            share_of(summary.cell(cell.rank).n, summary.n_people),
            cell.n_open,
            cell.rate,
        )
        for row in drawn.cells
        for cell in row
    )
    columns = (
        d.Column(inputs.playbook.term("rank").capitalize()),
        d.Column("Agreed label", wide=True),
        d.Column("Route", wide=True),
        d.Column("People", numeric=True),
        d.Column("Share", numeric=True),
        d.Column("Open", numeric=True),
        d.Column(f"Reached {inputs.playbook.outcome}", numeric=True),
    )
    return d.Table("The matrix as a table", columns, rows, folded=True)


def _instants(as_of: tuple[int, ...]) -> str:
    if not as_of:
        return "no day"
    first, last = instant_text(as_of[0]), instant_text(as_of[-1])
    return first if len(as_of) == 1 else f"{len(as_of)} days from {first} to {last}"
