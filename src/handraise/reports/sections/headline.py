"""The verdict first, and the figures that carry it."""

from __future__ import annotations

from handraise.evidence.score_review import ScoreReview, Verdict
from handraise.evidence.wording import count, percent
from handraise.reports import document as d
from handraise.reports.figures import auc_figure, number, rate, share_of, unknown
from handraise.reports.inputs import PlaybookDisplay, ReportInputs
from handraise.reports.summary import DecisionsSummary

TONES = {
    Verdict.STRONG: d.Tone.PROVEN,
    Verdict.WEAK: d.Tone.WARNING,
    Verdict.NONE: d.Tone.WRONG,
    Verdict.REVERSED: d.Tone.WRONG,
    Verdict.CANNOT_TELL: d.Tone.UNKNOWN,
}

ADVICE = {
    Verdict.STRONG: "Sign the playbook, work the ranks in their order, and review again within a quarter.",
    Verdict.WEAK: "Work the ranks, but look at the order test below: an axis or rule that does not order outcomes "
    "can be dropped or sharpened.",
    Verdict.NONE: "Do not route by this rank: go back to the rules with both teams before anything is signed.",
    Verdict.REVERSED: "Stop routing by this rank today: the rules reward what goes with not buying.",
    Verdict.CANNOT_TELL: "Keep working leads of every rank and record outcomes; sign nothing on these figures yet.",
}


def headline(inputs: ReportInputs, summary: DecisionsSummary) -> d.Section:
    return d.Section(
        key="headline",
        title="In short",
        shows="Whether the playbook can be believed, and how much of the database it can decide.",
        how_to_read=(
            "The verdict is about the whole interval, never about its middle.",
            "An open rank is one whose letter or number could still change with facts that are missing.",
        ),
        what_to_do=(_advice(inputs.score_review), *_ask_first(inputs.playbook, summary)),
        blocks=(verdict(inputs), d.KeyFigures(_figures(inputs, summary))),
    )


def verdict(inputs: ReportInputs) -> d.Verdict:
    review = inputs.score_review
    if review is None:
        reason = inputs.no_review_reason or "No outcomes were given to review the scores against."
        return d.Verdict("Not reviewed", reason, d.Tone.UNKNOWN)
    word, sentence = review.sentence.split(": ", 1)
    return d.Verdict(word, sentence[:1].upper() + sentence[1:], TONES[review.verdict])


def _figures(inputs: ReportInputs, summary: DecisionsSummary) -> tuple[d.Figure, ...]:
    playbook, total = inputs.playbook, summary.n_people
    qualified = playbook.term("MQL", "Marketing-qualified")
    people = number(total, f"in {count(summary.n_accounts)} accounts")
    return (
        d.Figure(f"{playbook.term('people', 'People').capitalize()} decided on", people),
        d.Figure(qualified, number(summary.n_qualified, _also_unknown(summary))),
        d.Figure(f"Open {playbook.term('rank')}s", _open(summary.n_open_rank, total)),
        *_review_figures(inputs.score_review, playbook),
    )


def _review_figures(review: ScoreReview | None, playbook: PlaybookDisplay) -> tuple[d.Figure, ...]:
    reached, ordered = f"Reached {playbook.outcome}", "Comparisons put right"
    if review is None:
        return (d.Figure(reached, unknown("not known")), d.Figure(ordered, unknown("not reviewed")))
    found = review.score("rank")
    return (
        d.Figure(reached, rate(review.base_rate)),
        d.Figure(ordered, auc_figure(found.auc, TONES[found.verdict])),
    )


def _also_unknown(summary: DecisionsSummary) -> str:
    return f"{count(summary.n_qualified_unknown)} more cannot be told" if summary.n_qualified_unknown else ""


def _open(n: int, total: int) -> d.Cell:
    share = share_of(n, total)
    return d.Cell(share.text, share.value, f"{count(n)} people", tone=d.Tone.UNKNOWN if n else d.Tone.PLAIN)


def _advice(review: ScoreReview | None) -> str:
    return (
        ADVICE[review.verdict]
        if review
        else "Import opportunities, so that the scores can be held against them."
    )


def _ask_first(playbook: PlaybookDisplay, summary: DecisionsSummary) -> tuple[str, ...]:
    settling = [fact for fact in summary.missing if fact.n_alone]
    if not settling:
        return ()
    first = settling[0]
    share = percent(first.n_alone / summary.n_people)
    return (
        f"Find out {playbook.fact(first.fact)}: it alone settles {count(first.n_alone)} people ({share}).",
    )
