"""Everybody by buyer segment, with the next touch of each."""

from __future__ import annotations

from handraise.evidence.wording import count, plural
from handraise.reports import document as d
from handraise.reports.figures import number, share_of, text, unknown
from handraise.reports.inputs import ReportInputs, SegmentDisplay
from handraise.reports.summary import DecisionsSummary


def segments(inputs: ReportInputs, summary: DecisionsSummary) -> d.Section:
    playbook = inputs.playbook
    one = playbook.term("buyer segment")
    named = {segment.key for segment in playbook.segments}
    unnamed = tuple(SegmentDisplay(s.key, s.key) for s in summary.segments if s.key not in named)
    columns = (
        d.Column(one.capitalize(), wide=True),
        d.Column("People", numeric=True),
        d.Column("Share"),
        d.Column("Could also be"),
        d.Column("Next touch", wide=True),
        d.Column("Measured by"),
    )
    rows = tuple(_row(segment, summary) for segment in playbook.segments + unnamed)
    waiting = sum(segment.not_yet is not None for segment in playbook.segments)
    return d.Section(
        key="segments",
        title=f"{one.capitalize()}s",
        shows=f"Everybody is in exactly one {one}: the first in this order that matches.",
        how_to_read=(
            '"Could also be" counts people whom a missing fact might move: out of this one, or into it.',
            "A hatched row cannot be told yet, so its people are counted further down the list.",
        ),
        what_to_do=(
            "Read the next touches aloud with both teams: each one should be what you would do yourself.",
            *(_waiting(waiting, one),) * bool(waiting),
        ),
        blocks=(
            d.Table(f"People by {one}", columns, rows, empty="The playbook names none."),
            *_open_note(summary, one),
        ),
    )


def _row(segment: SegmentDisplay, summary: DecisionsSummary) -> tuple[d.Cell, ...]:
    found = summary.segment(segment.key)
    if segment.not_yet is not None and not found.n:
        people, share = unknown("cannot be told yet"), unknown("")
    else:
        people, share = number(found.n), share_of(found.n, summary.n_people)
    tone = d.Tone.UNKNOWN if segment.not_yet else d.Tone.PLAIN
    return (
        text(segment.label, f"Not there yet: {segment.not_yet}" if segment.not_yet else "", tone),
        people,
        share,
        _could_be(found.n_could_leave, found.n_could_join),
        text(segment.next_touch) if segment.next_touch else unknown("none agreed"),
        text(segment.kpi) if segment.kpi else unknown("none agreed"),
    )


def _could_be(n_leave: int, n_join: int) -> d.Cell:
    parts = [f"{count(n_leave)} may leave"] * bool(n_leave) + [f"{count(n_join)} may join"] * bool(n_join)
    tone = d.Tone.UNKNOWN if parts else d.Tone.PLAIN
    return d.Cell(", ".join(parts) or "nobody", n_leave + n_join, tone=tone)


def _waiting(n: int, one: str) -> str:
    return f"Bring the data for {plural(n, one, one + 's')} that cannot be told yet, or agree to do without."


def _open_note(summary: DecisionsSummary, one: str) -> tuple[d.Prose, ...]:
    if not summary.n_open_segment:
        return ()
    said = f"{plural(summary.n_open_segment, 'person', 'people')} could also be in another {one} than the one shown."
    return (d.Prose((said,)),)
