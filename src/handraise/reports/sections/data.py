"""What came in, and what became of every row."""

from __future__ import annotations

from handraise.evidence.wording import count, plural
from handraise.model.time import Micros
from handraise.reports import document as d
from handraise.reports.figures import age_text, instant_text, number, share_of, text, unknown
from handraise.reports.inputs import ImportReconciliation, PlaybookDisplay, ReportInputs
from handraise.reports.summary import DecisionsSummary


def data(inputs: ReportInputs, summary: DecisionsSummary) -> d.Section:
    return d.Section(
        key="data",
        title="Data and reconciliation",
        shows="Every row that came in: accepted, a duplicate, or quarantined with its reason.",
        how_to_read=(
            "Rows in always equal accepted plus duplicate plus quarantined; nothing is dropped in silence.",
            '"Latest fact" is how far each source reaches; nothing after it can have been seen.',
        ),
        what_to_do=_what_to_do(inputs.imports, summary),
        blocks=(
            _imports(inputs.imports, inputs.as_of),
            _reasons(inputs.imports),
            *_assumed(inputs.playbook, summary),
        ),
    )


def _imports(imports: tuple[ImportReconciliation, ...], as_of: Micros) -> d.Table:
    columns = (
        d.Column("Source", wide=True),
        d.Column("Rows in", numeric=True),
        d.Column("Accepted", numeric=True),
        d.Column("Duplicate", numeric=True),
        d.Column("Quarantined", numeric=True),
        d.Column("Adds up"),
        d.Column("Latest fact"),
    )
    rows = tuple(_import_row(found, as_of) for found in imports)
    if len(imports) > 1:
        rows += (_total_row(imports),)
    return d.Table("Imports", columns, rows, empty="No import is recorded for these decisions.")


def _import_row(found: ImportReconciliation, as_of: Micros) -> tuple[d.Cell, ...]:
    held = d.Tone.WARNING if found.n_quarantined else d.Tone.PLAIN
    latest = found.latest_fact_at
    return (
        text(found.source, found.table),
        number(found.n_rows),
        number(found.n_accepted),
        number(found.n_duplicate),
        number(found.n_quarantined, tone=held),
        _adds_up(found.n_unexplained),
        text(instant_text(latest), age_text(latest, as_of)) if latest is not None else unknown("not dated"),
    )


def _total_row(imports: tuple[ImportReconciliation, ...]) -> tuple[d.Cell, ...]:
    return (
        text("All imports"),
        number(sum(i.n_rows for i in imports)),
        number(sum(i.n_accepted for i in imports)),
        number(sum(i.n_duplicate for i in imports)),
        number(sum(i.n_quarantined for i in imports)),
        _adds_up(sum(abs(i.n_unexplained) for i in imports)),
        text(""),
    )


def _adds_up(n_unexplained: int) -> d.Cell:
    if n_unexplained == 0:
        return d.Cell("yes", 0)
    return d.Cell(f"no, off by {count(abs(n_unexplained))}", n_unexplained, tone=d.Tone.WRONG)


def _reasons(imports: tuple[ImportReconciliation, ...]) -> d.Table:
    columns = (d.Column("Source"), d.Column("Quarantined because", wide=True), d.Column("Rows", numeric=True))
    rows = tuple(
        (text(found.source, found.table), text(reason), number(n))
        for found in imports
        for reason, n in found.reasons
    )
    return d.Table("Why rows were quarantined", columns, rows, empty="No row was quarantined.")


def _assumed(playbook: PlaybookDisplay, summary: DecisionsSummary) -> tuple[d.Table, ...]:
    columns = (
        d.Column("Assumed fact", wide=True),
        d.Column("People whose decision rests on it", numeric=True),
        d.Column("Share of everybody"),
    )
    rows = tuple(
        (text(playbook.fact(f)), number(n), share_of(n, summary.n_people)) for f, n in summary.assumed
    )
    return (
        d.Table(
            "Facts assumed to be known earlier than recorded", columns, rows, empty="No fact is assumed."
        ),
    )


def _what_to_do(imports: tuple[ImportReconciliation, ...], summary: DecisionsSummary) -> tuple[str, ...]:
    # A file that came twice is counted twice among the imports; its rows are kept once, with their reasons.
    held = sum(n for found in imports for _, n in found.reasons)
    advice = []
    if held:
        rows = plural(held, "quarantined row", "quarantined rows")
        advice.append(f"Look through the {rows}: mend them in the source and import again.")
    if summary.n_resting_on_assumed:
        people = plural(summary.n_resting_on_assumed, "person", "people")
        advice.append(f"Import field history: the decisions of {people} rest on values assumed to be older.")
    return tuple(advice) or ("Nothing: everything that came in is accounted for.",)
