"""Flows: how people moved in the last four weeks."""

from __future__ import annotations

from collections.abc import Sequence

from handraise.evidence.wording import count, plural
from handraise.reports import document as d
from handraise.reports.figures import instant_text, number, text
from handraise.reports.flows import FLOW_DAYS, Flows, Move, StockFlow
from handraise.reports.inputs import ReportInputs
from handraise.reports.summary import DecisionsSummary

_MOST_MOVES = 12


def flowing(inputs: ReportInputs, summary: DecisionsSummary) -> d.Section:
    found = inputs.flows
    if found is None:
        raise RuntimeError("the section is left out where there are no flows")
    term = inputs.playbook.term
    segment, stage = term("buyer segment"), term("stage")
    return d.Section(
        key="flows",
        title="Flows",
        shows=f"How people moved in the {FLOW_DAYS} days up to {instant_text(found.now)}, each instant decided from what was known then.",
        how_to_read=(
            "Each row adds up: who was there, plus new people and those who came from elsewhere, less those who left or are gone, is who is there now.",
            "It describes; it does not say why people moved. The command `changes` names the facts behind each move.",
        ),
        what_to_do=_advice(found),
        blocks=(
            _stocks(f"People by {segment}", segment, found.segments),
            _moves(f"Most frequent moves between {segment}s", found.segment_moves),
            *(
                (
                    _stocks(f"People by {stage}", stage, found.stages),
                    _moves(f"Most frequent moves between {stage}s", found.stage_moves),
                )
                if found.stages
                else ()
            ),
        ),
    )


def _advice(found: Flows) -> tuple[str, ...]:
    filling = max(found.segments, key=lambda s: s.n_now - s.n_before, default=None)
    advice = ["Where more come in than go out for weeks, the next touch does not move people on: change it."]
    if filling is not None and filling.n_now > filling.n_before:
        grown = filling.n_now - filling.n_before
        advice.insert(0, f"{filling.label} grew most, by {count(grown)}: is that what you wanted?")
    return tuple(advice)


def _stocks(title: str, one: str, stocks: Sequence[StockFlow]) -> d.Table:
    columns = (
        d.Column(one.capitalize(), wide=True),
        d.Column("Then", numeric=True),
        d.Column("New people", numeric=True),
        d.Column("Came", numeric=True),
        d.Column("Left", numeric=True),
        d.Column("Gone", numeric=True),
        d.Column("Now", numeric=True),
    )
    rows = tuple(
        (text(s.label), *map(number, (s.n_before, s.n_new, s.n_in, s.n_out, s.n_gone, s.n_now)))
        for s in stocks
    )
    return d.Table(title, columns, rows, empty="The playbook names none.")


def _moves(title: str, moves: Sequence[Move]) -> d.Table:
    columns = (d.Column("From", wide=True), d.Column("To", wide=True), d.Column("People", numeric=True))
    rows = tuple((text(m.was), text(m.now), number(m.n)) for m in moves[:_MOST_MOVES])
    more = sum(m.n for m in moves[_MOST_MOVES:])
    if more:
        title = f"{title} ({plural(more, 'further person', 'further people')} moved otherwise)"
    return d.Table(title, columns, rows, empty="Nobody moved.")
