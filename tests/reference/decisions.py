"""One decision per person at an instant (meanings 4, 8 and 13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tests.reference import scores
from tests.reference.evaluator import Calibrations, Evaluator, Subject
from tests.reference.explained import ExplainedRule, explained
from tests.reference.reading import Person, Reading, Span
from tests.reference.scores import hundredths_to_points

from handraise.facts.rows import Fact
from handraise.model.conditions import InSegment, IsMarketingQualified
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import BuyerSegment, Playbook
from handraise.model.time import MICROS_PER_DAY, Micros
from handraise.model.truth import Truth

FIRST_CALIBRATION: Micros = 4 * MICROS_PER_DAY  # 1970-01-05T00:00Z, a Monday


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything the playbook says about one person at one instant. Scores are points with two decimals."""

    person_id: str
    account_id: str | None
    fit_score: Decimal
    fit_low: Decimal
    fit_high: Decimal
    fit_grade: str
    fit_grade_certain: bool
    fit_completeness: float
    engagement_score: Decimal
    engagement_low: Decimal
    engagement_high: Decimal
    engagement_level: int
    engagement_level_certain: bool
    rank: str
    marketing_qualified: Truth
    buyer_segment: str | None
    buyer_segment_could_be: tuple[str, ...] = ()
    segments: Mapping[str, Truth] = field(default_factory=dict)
    missing_facts: frozenset[str] = frozenset()


def decide(
    playbook: Playbook,
    facts: Iterable[Fact],
    coverage: Sequence[Span],
    as_of: Micros,
    catalog: FieldCatalog | None = None,
    source_rank: Mapping[str, int] | None = None,
    calibrations: Calibrations | None = None,
) -> dict[str, Decision]:
    """The decision about everybody, by person id.

    Sources rank by name unless `source_rank` says otherwise. `calibrations` gives the thresholds of
    calibrated classes; without it they are computed from everybody at the last calibration instant.
    """
    facts = list(facts)
    ask = _evaluator(playbook, facts, coverage, as_of, catalog or FieldCatalog(), source_rank, calibrations)
    return {person_id: decision_of(person, ask) for person_id, person in ask.reading.people.items()}


def explain(
    playbook: Playbook,
    facts: Iterable[Fact],
    coverage: Sequence[Span],
    person_id: str,
    as_of: Micros,
    catalog: FieldCatalog | None = None,
) -> list[ExplainedRule]:
    """The rules of both scores for one person."""
    ask = _evaluator(playbook, list(facts), coverage, as_of, catalog or FieldCatalog(), None, None)
    return explained(ask.reading.people[person_id], ask)


def calibration_instant(playbook: Playbook, as_of: Micros) -> Micros:
    """The last instant at which thresholds were calibrated, `as_of` included."""
    every = playbook.recalibrate_every.micros
    assert every is not None, "recalibration happens at exact intervals"
    return FIRST_CALIBRATION + (as_of - FIRST_CALIBRATION) // every * every


def calibrate(
    playbook: Playbook,
    facts: Iterable[Fact],
    coverage: Sequence[Span],
    as_of: Micros,
    catalog: FieldCatalog | None = None,
    source_rank: Mapping[str, int] | None = None,
) -> Calibrations:
    """The thresholds in force at an instant, in hundredths, of those classes that are calibrated."""
    ask = _evaluator(playbook, list(facts), coverage, as_of, catalog or FieldCatalog(), source_rank, None)
    classes = {"grades": playbook.fit.grades, "levels": playbook.engagement.levels}
    return {which: ask.cuts(which) for which, thresholds in classes.items() if thresholds.are_calibrated}


def _evaluator(
    playbook: Playbook,
    facts: list[Fact],
    coverage: Sequence[Span],
    as_of: Micros,
    catalog: FieldCatalog,
    source_rank: Mapping[str, int] | None,
    calibrations: Calibrations | None,
) -> Evaluator:
    reading = Reading(facts, coverage, as_of, source_rank)
    if calibrations is not None:
        return Evaluator(playbook, reading, catalog, calibrations.__getitem__)
    then = calibration_instant(playbook, as_of)
    if then == as_of:
        return Evaluator(playbook, reading, catalog)
    reading_then = Reading(facts, coverage, then, source_rank)
    if not reading_then.people:  # nobody was there yet: who is here now calibrates
        return Evaluator(playbook, reading, catalog)
    return Evaluator(playbook, reading, catalog, Evaluator(playbook, reading_then, catalog).cuts)


def decision_of(person: Person, ask: Evaluator) -> Decision:
    """The whole decision about a person, as one evaluator answers."""
    subject = ask.subject(person)
    fit, engagement = ask.fit(person), ask.engagement(person)
    grades, levels = scores.possible_grades(fit, ask), scores.possible_levels(engagement, ask)
    grade, level = scores.grade(fit.shown, ask), scores.level(engagement.shown, ask)
    buyer_segment, could_be = _buyer_segment(subject, ask)
    return Decision(
        person_id=person.id,
        account_id=subject.account,
        fit_score=hundredths_to_points(fit.shown),
        fit_low=hundredths_to_points(fit.low),
        fit_high=hundredths_to_points(fit.high),
        fit_grade=grade,
        fit_grade_certain=grades == [grade],
        fit_completeness=float(fit.completeness),
        engagement_score=hundredths_to_points(engagement.shown),
        engagement_low=hundredths_to_points(engagement.low),
        engagement_high=hundredths_to_points(engagement.high),
        engagement_level=level,
        engagement_level_certain=len(levels) == 1,
        rank=f"{grade}{level}",
        marketing_qualified=ask.verdict(IsMarketingQualified(), subject),
        buyer_segment=buyer_segment,
        buyer_segment_could_be=tuple(segment.key for segment in could_be),
        segments={key: ask.verdict(InSegment(key), subject) for key in ask.playbook.segments},
        missing_facts=_missing_facts(subject, grades == [grade], len(levels) == 1, could_be, ask),
    )


def _buyer_segment(subject: Subject, ask: Evaluator) -> tuple[str | None, list[BuyerSegment]]:
    """The first match in order, and those before it that could still be."""
    could_be: list[BuyerSegment] = []
    for segment in ask.playbook.buyer_segments:
        truth = ask.verdict(segment.when, subject)
        if truth is Truth.IN:
            return segment.key, could_be
        if truth is Truth.UNKNOWN:
            could_be.append(segment)
    return None, could_be


def _missing_facts(
    subject: Subject,
    is_grade_certain: bool,
    is_level_certain: bool,
    could_be: list[BuyerSegment],
    ask: Evaluator,
) -> frozenset[str]:
    """What would settle the grade, the level, and the buyer segments that could still be."""
    assert subject.person is not None
    of_grade = frozenset() if is_grade_certain else scores.open_fit_fields(subject.person, ask)
    of_level = frozenset() if is_level_certain else scores.open_engagement_fields(subject.person, ask)
    return of_grade.union(of_level, *(ask.open_fields(segment.when, subject) for segment in could_be))
