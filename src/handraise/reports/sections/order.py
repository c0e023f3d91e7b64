"""Does the score order outcomes?"""

from __future__ import annotations

from handraise.evidence.interval import Interval
from handraise.evidence.order import Inversion
from handraise.evidence.score_review import ScoreEvidence, ScoreReview, SplitEvidence
from handraise.evidence.wording import percent, percent_range, points, points_range
from handraise.reports import document as d
from handraise.reports.figures import auc_figure, instant_text, number, rate, rates_ceiling, text, unknown
from handraise.reports.inputs import PlaybookDisplay, ReportInputs
from handraise.reports.sections.headline import ADVICE, TONES, verdict
from handraise.reports.summary import DecisionsSummary


def order(inputs: ReportInputs, summary: DecisionsSummary) -> d.Section:
    review, playbook = inputs.score_review, inputs.playbook
    blocks: tuple[d.Block, ...] = (verdict(inputs),)
    if review is not None:
        blocks += _blocks(review, playbook)
    return d.Section(
        key="order",
        title="Does the score order outcomes?",
        shows=_shows(review, playbook),
        how_to_read=(
            (
                "Comparisons put right: take one person who reached the outcome and one who did not; how often did the "
                "first have the better score? A coin gets 50%."
            ),
            "Lift 3 at the top 10% means three times as many outcomes as among as many people picked at random.",
            "Every interval is a 95% interval and takes into account that people of one account share fate.",
        ),
        what_to_do=(ADVICE[review.verdict],) if review else (_bring_outcomes(playbook),),
        blocks=blocks,
    )


def _shows(review: ScoreReview | None, playbook: PlaybookDisplay) -> str:
    if review is None or not review.as_of:
        return f"Nothing yet: no scores could be held against who reached {playbook.outcome}."
    return (
        f"Scores of {instant_text(review.as_of[-1])} held against who reached {playbook.outcome} "
        f"in the {playbook.within} after."
    )


def _bring_outcomes(playbook: PlaybookDisplay) -> str:
    return (
        f"Import what became of your leads, and wait until {playbook.within} after the decisions have passed."
    )


def _blocks(review: ScoreReview, playbook: PlaybookDisplay) -> tuple[d.Block, ...]:
    return (
        _scores(review),
        *_charts(review, playbook),
        d.Prose((review.order_sentence,)),
        _inversions(review.order.inversions, playbook),
        _lifts(review),
        _rates(review, playbook),
        *_splits(review.splits),
    )


def _scores(review: ScoreReview) -> d.Table:
    columns = (
        d.Column("Score", wide=True),
        d.Column("Comparisons put right", numeric=True),
        d.Column("Somers' D", numeric=True),
        d.Column("Lift, top 10%", numeric=True),
        d.Column("Cases", numeric=True),
        d.Column("Outcomes", numeric=True),
        d.Column("Verdict"),
    )
    return d.Table("Each score against the outcome", columns, tuple(_score(score) for score in review.scores))


def _score(score: ScoreEvidence) -> tuple[d.Cell, ...]:
    verdict_cell = text(score.verdict.value.capitalize(), tone=TONES[score.verdict])
    if score.auc is None:
        nothing = unknown("cannot be told")
        return (text(score.name), nothing, nothing, nothing, nothing, nothing, verdict_cell)
    of = score.auc.somers_d_interval
    d_cell = d.Cell(
        _signed(score.auc.somers_d), score.auc.somers_d, f"{_signed(of.low)} to {_signed(of.high)}"
    )
    top = next((lift for lift in score.lifts if lift.top_share == 0.1), None)
    return (
        text(score.name),
        auc_figure(score.auc),
        d_cell,
        _lift(top.lift, top.lift_interval) if top else unknown("not looked at"),
        number(score.auc.n),
        number(score.auc.n_outcomes),
        verdict_cell,
    )


def _lift(value: float, interval: Interval | None) -> d.Cell:
    spread = f"{interval.low:.1f} to {interval.high:.1f}" if interval else ""
    return d.Cell(f"{value:.1f}", value, spread)


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _charts(review: ScoreReview, playbook: PlaybookDisplay) -> tuple[d.Block, ...]:
    curves = tuple(d.Curve(score.name, score.gains) for score in review.scores if score.gains)
    whiskers = tuple(
        d.Whisker(rank[0], rank, found.rate, found.interval.low, found.interval.high)
        for rank, found in review.rates.cells
    )
    if not curves:
        return ()
    return (
        d.WhiskerChart(
            f"Observed rate by {playbook.term('rank')}",
            f"reached {playbook.outcome}",
            whiskers,
            rates_ceiling(review.rates),
            review.base_rate.rate,
            "everybody",
        ),
        d.CurveChart(
            "Outcomes found, best score first", "share of people worked", "share of outcomes found", curves
        ),
    )


def _lifts(review: ScoreReview) -> d.Table:
    columns = (
        d.Column("Best-scored share", numeric=True),
        *(d.Column(f"{score.name}: outcomes found", numeric=True) for score in review.scores),
        d.Column(f"{review.scores[0].name}: lift", numeric=True),
    )
    by_share = zip(*(score.lifts for score in review.scores), strict=True)
    rows = tuple(
        (
            d.Cell(percent(lifts[0].top_share), lifts[0].top_share),
            *(_capture(lift.capture, lift.capture_interval) for lift in lifts),
            _lift(lifts[0].lift, lifts[0].lift_interval),
        )
        for lifts in by_share
    )
    return d.Table("Outcomes found by share of people worked", columns, rows, folded=True)


def _capture(capture: float, interval: Interval | None) -> d.Cell:
    return d.Cell(percent(capture), capture, percent_range(interval) if interval else "")


def _rates(review: ScoreReview, playbook: PlaybookDisplay) -> d.Table:
    columns = (
        d.Column(playbook.term("rank").capitalize()),
        d.Column("Cases", numeric=True),
        d.Column("Accounts", numeric=True),
        d.Column("Outcomes", numeric=True),
        d.Column("Rate", numeric=True),
        d.Column("Worth, in independent cases", numeric=True),
    )
    ceiling = rates_ceiling(review.rates)
    rows = tuple(
        (
            text(rank),
            number(found.n),
            number(found.n_clusters),
            number(found.n_outcomes),
            rate(found, ceiling, review.base_rate.rate),
            d.Cell(f"{found.n_effective:,.0f}", found.n_effective),
        )
        for rank, found in review.rates.cells
    )
    return d.Table(f"Observed rate by {playbook.term('rank')}, as a table", columns, rows, folded=True)


def _inversions(inversions: tuple[Inversion, ...], playbook: PlaybookDisplay) -> d.Table:
    columns = (
        d.Column("Cells in the wrong order", wide=True),
        d.Column("Difference", numeric=True),
        d.Column("Beyond chance?"),
    )
    rows = tuple(
        (
            text(f"{found.worse} did better than {found.better}"),
            d.Cell(
                points(found.difference),
                found.difference,
                points_range(found.interval),
            ),
            text("yes", tone=d.Tone.WRONG) if found.certain else text("may be chance", tone=d.Tone.UNKNOWN),
        )
        for found in inversions
    )
    caption = f"Neighbouring {playbook.term('rank')}s in the wrong order"
    return d.Table(caption, columns, rows, empty="No two neighbouring cells are in the wrong order.")


def _splits(splits: tuple[SplitEvidence, ...]) -> tuple[d.Table, ...]:
    if not splits:
        return ()
    columns = (
        d.Column("Split by"),
        d.Column("Value", wide=True),
        d.Column("Cases", numeric=True),
        d.Column("Outcomes", numeric=True),
        d.Column("Comparisons put right", numeric=True),
        d.Column("Verdict"),
    )
    rows = tuple(
        (
            text(split.by),
            text(split.value),
            number(split.n),
            number(split.n_outcomes),
            auc_figure(split.auc),
            text(split.verdict.value.capitalize(), tone=TONES[split.verdict]),
        )
        for split in splits
    )
    return (d.Table(f"The same, group by group ({len(splits)} looked at)", columns, rows),)
