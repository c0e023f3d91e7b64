"""Triggers and stages: what sales must act on now, and how people move on."""

from __future__ import annotations

from handraise.evidence.wording import count, plural
from handraise.reports import document as d
from handraise.reports.figures import number, text, unknown
from handraise.reports.happenings import LATELY_DAYS, Happenings, StageCount, TriggerCount
from handraise.reports.inputs import ReportInputs
from handraise.reports.summary import DecisionsSummary


def happening(inputs: ReportInputs, summary: DecisionsSummary) -> d.Section:
    found = inputs.happenings or Happenings((), (), summary.n_people)
    term = inputs.playbook.term
    triggers, stages = term("triggers"), term("stages")
    n_late = sum(t.n_late for t in found.triggers) + sum(s.n_late for s in found.stages)
    return d.Section(
        key="happening",
        title=f"{triggers.capitalize()} and {stages}",
        shows=f"Who did something that {term('sales')} must act on now, and how far everybody has come.",
        how_to_read=(
            f"A person is on one {term('track')} at a time: of the first {term('trigger')} listed whose firing still stands.",
            f"Late: the clock that the two teams agreed had run out by this instant. Lately: in the last {LATELY_DAYS} days.",
        ),
        what_to_do=(
            *(f"Start with the {count(n_late)} that are late.",) * bool(n_late),
            f"A {term('trigger')} that hardly ever fires, or fires for everybody, is worth a talk.",
        ),
        blocks=(
            d.Table(
                triggers.capitalize(),
                (
                    d.Column(term("trigger").capitalize(), wide=True),
                    d.Column(term("track").capitalize()),
                    d.Column("People on it", numeric=True),
                    d.Column("Late", numeric=True),
                    d.Column("Fired lately", numeric=True),
                ),
                tuple(map(_trigger, found.triggers)),
                empty=f"The playbook has no {triggers}.",
            ),
            d.Table(
                stages.capitalize(),
                (
                    d.Column(term("stage").capitalize(), wide=True),
                    d.Column("People in it", numeric=True),
                    d.Column("Late", numeric=True),
                    d.Column("Entered lately", numeric=True),
                    d.Column("Median days in it", numeric=True),
                ),
                tuple(map(_stage, found.stages)),
                empty=f"The playbook has no {term('lifecycle')}.",
            ),
            *_without_stage(found),
        ),
    )


def _trigger(found: TriggerCount) -> tuple[d.Cell, ...]:
    fired = number(
        found.n_fired, f"for {plural(found.n_people, 'person', 'people')}" if found.n_fired else ""
    )
    return text(found.label), text(found.track), number(found.n_on), number(found.n_late), fired


def _stage(found: StageCount) -> tuple[d.Cell, ...]:
    back = f"{count(found.n_passed_back)} passed back" if found.n_passed_back else ""
    days = unknown("nobody is") if found.median_days is None else text(f"{found.median_days:,.0f}")
    return (
        text(found.label),
        number(found.n_in),
        number(found.n_late),
        number(found.n_entered, back),
        days,
    )


def _without_stage(found: Happenings) -> tuple[d.Prose, ...]:
    if not found.stages or not found.n_without_stage:
        return ()
    is_are = "is" if found.n_without_stage == 1 else "are"
    return (d.Prose((f"{plural(found.n_without_stage, 'person', 'people')} {is_are} in no stage yet.",)),)
