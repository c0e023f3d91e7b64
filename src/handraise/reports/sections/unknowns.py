"""What is not known, and which fact would settle most."""

from __future__ import annotations

from handraise.evidence.wording import count, percent
from handraise.reports import document as d
from handraise.reports.figures import number, share_of, text
from handraise.reports.inputs import ReportInputs
from handraise.reports.summary import DecisionsSummary

SHOWN_AT_MOST = 15


def unknowns(inputs: ReportInputs, summary: DecisionsSummary) -> d.Section:
    playbook = inputs.playbook
    columns = (
        d.Column("Missing fact", wide=True),
        d.Column("People it is missing for", numeric=True),
        d.Column("It alone would settle", numeric=True),
        d.Column("Share of everybody"),
    )
    rows = tuple(
        (
            text(playbook.fact(fact.fact), fact.fact if playbook.fact(fact.fact) != fact.fact else ""),
            number(fact.n_people),
            number(fact.n_alone),
            share_of(fact.n_alone, summary.n_people),
        )
        for fact in summary.missing[:SHOWN_AT_MOST]
    )
    table = d.Table(
        "Missing facts, what settles most first", columns, rows, empty="No verdict waits for a fact."
    )
    return d.Section(
        key="unknowns",
        title="What is unknown",
        shows="Facts that are missing from open verdicts, and what finding each out would settle.",
        how_to_read=(
            "A missing fact makes a rule unknown, never false; the grade then carries the range it could still take.",
            '"It alone would settle" counts people who lack nothing else.',
        ),
        what_to_do=_what_to_do(inputs, summary),
        blocks=(d.KeyFigures(_figures(inputs, summary)), table, *_rest(summary)),
    )


def _figures(inputs: ReportInputs, summary: DecisionsSummary) -> tuple[d.Figure, ...]:
    playbook, total = inputs.playbook, summary.n_people
    counts = {
        f"Open {playbook.term('fit')} grade": summary.n_open_grade,
        f"Open {playbook.term('engagement')} level": summary.n_open_level,
        f"{playbook.term('MQL', 'Marketing-qualified')} or not": summary.n_qualified_unknown,
        "Lack at least one fact": summary.n_missing_any,
    }
    figures = [d.Figure(label, _with_share(n, total)) for label, n in counts.items()]
    if summary.mean_completeness is not None:
        known = d.Cell(
            percent(summary.mean_completeness), summary.mean_completeness, "of the points, on average"
        )
        figures.append(d.Figure(f"{playbook.term('fit').capitalize()} evidence known", known))
    return tuple(figures)


def _with_share(n: int, total: int) -> d.Cell:
    return d.Cell(
        count(n), n, f"{share_of(n, total).text} of people", tone=d.Tone.UNKNOWN if n else d.Tone.PLAIN
    )


def _what_to_do(inputs: ReportInputs, summary: DecisionsSummary) -> tuple[str, ...]:
    settling = [fact for fact in summary.missing if fact.n_alone][:2]
    if not summary.missing:
        return ("Nothing: every verdict is certain.",)
    if not settling:
        return ("No single fact settles anybody: ask for the first two together.",)
    asked = " and ".join(inputs.playbook.fact(fact.fact) for fact in settling)
    return (
        f"Ask for {asked} first: on the next form, in the next call, or from a data provider.",
        "Leave the facts that settle nobody off your forms.",
    )


def _rest(summary: DecisionsSummary) -> tuple[d.Prose, ...]:
    more = len(summary.missing) - SHOWN_AT_MOST
    return (d.Prose((f"{count(more)} more facts are missing and settle less.",)),) if more > 0 else ()
