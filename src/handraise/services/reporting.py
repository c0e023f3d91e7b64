"""The report: decisions now, and whether decisions like these ordered what sales closed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from handraise.engines.local import Progress
from handraise.engines.reading import Reading
from handraise.errors import Finding, Severity
from handraise.evaluate.timelines import latest
from handraise.evidence.cases import cases_at_risk
from handraise.evidence.score_review import ReviewWords, ScoreReview, review_scores
from handraise.facts.chunks import Needs
from handraise.facts.contents import contents, latest_facts, quarantine_reasons
from handraise.facts.store import DERIVED
from handraise.identity.later_names import later_names
from handraise.model.fields import Field
from handraise.model.playbook import Credit, OutcomeEvent, Playbook
from handraise.model.scores import RANKS
from handraise.model.time import MICROS_PER_DAY, Micros, iso
from handraise.reports.build import build_report
from handraise.reports.document import Report
from handraise.reports.flows import FLOW_DAYS, Flows, flows
from handraise.reports.html import render_html
from handraise.reports.inputs import (
    CellAgreement,
    ImportReconciliation,
    PlaybookDisplay,
    ReportInputs,
    SegmentDisplay,
)
from handraise.reports.market import RoleCount, role_counts
from handraise.services.deciding import DecideResult, Deciding
from handraise.services.outcomes import END_OF_TIME, Outcomes, find_outcomes
from handraise.services.readiness import Readiness
from handraise.version import __version__

SEED = 20260101
SOURCE = Field("person", "lead_source")
OUTCOME_WORDS = {
    OutcomeEvent.OPPORTUNITY_CREATED: "an opportunity",
    OutcomeEvent.OPPORTUNITY_WON: "a won deal",
}


@dataclass(frozen=True, slots=True)
class ReportResult:
    """The report as a document, and the run it shows."""

    report: Report
    decided: DecideResult
    review: ScoreReview | None
    flows: Flows | None = None

    def html(self) -> str:
        """The report as one self-contained page."""
        return render_html(self.report)

    def write_html(self, path: str | Path) -> None:
        """Write the page; folders on the way are made."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(self.html(), encoding="utf-8")

    def as_dict(self) -> dict[str, object]:
        return {"run": self.decided.run_id, "report": self.report.as_dict()}


@dataclass(frozen=True, slots=True)
class Reporting:
    """The use case over one store."""

    deciding: Deciding

    def report(self, playbook: Playbook, as_of: Micros, progress: Progress | None = None) -> ReportResult:
        """Decide everybody at `as_of`, review the scores at the latest instant whose horizon is observed, and
        lay it all out."""
        decided = self.deciding.decide(playbook, as_of, progress)
        review, reason = self._review(playbook, decided, progress)
        moved = self._flows(playbook, decided)
        inputs = ReportInputs(
            decisions=decided.table,
            as_of=as_of,
            playbook=self._display(playbook, decided),
            imports=tuple(self._imports()),
            findings=decided.findings,
            score_review=review,
            no_review_reason=reason,
            happenings=decided.happenings,
            flows=moved,
            market=decided.market,
            roles=self._roles(playbook, decided),
            made_with=f"Handraise {__version__}",
        )
        return ReportResult(build_report(inputs, decided.summary), decided, review, moved)

    def _flows(self, playbook: Playbook, decided: DecideResult) -> Flows | None:
        """How people moved in the last weeks; `None` where nobody was there before."""
        before = decided.as_of - FLOW_DAYS * MICROS_PER_DAY
        then = self.deciding.engine(playbook, decided.catalog).decide(before, told=decided.told).table
        if not len(then):
            return None
        stages = [(s.key, s.label or playbook.term(s.key)) for s in playbook.lifecycle.stages]
        segments = [(s.key, s.label) for s in playbook.buyer_segments]
        return flows(then, decided.table, (before, decided.as_of), segments, stages)

    def _roles(self, playbook: Playbook, decided: DecideResult) -> tuple[RoleCount, ...]:
        if not playbook.buying_group.roles:
            return ()
        groups = self.deciding.engine(playbook).groups(decided.as_of, told=decided.told)
        return role_counts(playbook, groups.table)

    def _review(
        self, playbook: Playbook, decided: DecideResult, progress: Progress | None
    ) -> tuple[ScoreReview | None, str | None]:
        outcome = playbook.agreement.outcome
        outcomes = find_outcomes(self.deciding.store, outcome, self.deciding.source_ranks())
        at = evidence_instant(playbook, decided.as_of, outcomes)
        if outcomes.observed_until is None or at is None:
            return (
                None,
                "There are no deals in the facts, so nothing can be said about what sales closed. Import opportunities.",
            )
        table = decided.table
        if at != decided.as_of:
            table = self.deciding.what_if_engine(playbook).decide(at, progress=progress).table
        if not len(table):
            return (
                None,
                f"Nobody was known yet on {iso(at)[:10]}, the last day whose {outcome.within} are fully observed.",
            )
        people = later_names(self.deciding.store, table["person_id"], END_OF_TIME)
        cases = cases_at_risk(
            person_ids=people,
            account_ids=table["account_id"],
            as_of=at,
            horizon_ends_at=outcome.within.after(at, playbook.time_zone),
            observed_until=outcomes.observed_until,
            outcome_subject_ids=outcomes.subject_ids,
            outcome_at=outcomes.at,
            outcome_ended_at=outcomes.ended_at,
            credit_account=outcome.credit is Credit.ACCOUNT,
        )
        if not len(cases):
            return None, f"On {iso(at)[:10]} nobody was at risk of the outcome with a fully observed horizon."
        words = ReviewWords(
            outcome=OUTCOME_WORDS[outcome.event],
            within=str(outcome.within),
            fit=playbook.term("Fit"),
            engagement=playbook.term("Engagement"),
            rank=playbook.term("Rank"),
        )
        certain = pc.and_(table["fit_grade_certain"], table["engagement_level_certain"])
        assumed = pc.greater(pc.list_value_length(table["assumed_facts"]), 0)
        labels = {s.key: s.label for s in playbook.buyer_segments}
        segment = [labels.get(key, "none") for key in table["buyer_segment"].to_pylist()]
        source = values_of_people(self.deciding, SOURCE, table["person_id"], at)
        review = review_scores(
            cases,
            fit_score=table["fit_score"],
            engagement_score=table["engagement_score"],
            rank=table["rank"],
            seed=SEED,
            words=words,
            rank_certain=certain,
            rests_on_assumed=assumed,
            splits={"Source": source, "Buyer segment": segment},
        )
        return review, None

    def _display(self, playbook: Playbook, decided: DecideResult) -> PlaybookDisplay:
        catalog = self.deciding.catalog()
        ready = Readiness(playbook, contents(self.deciding.store))
        agreed = playbook.marketing_qualified_ranks
        cells = (playbook.ranks.get(rank) for rank in RANKS)
        outcome = playbook.agreement.outcome
        return PlaybookDisplay(
            name=playbook.name,
            version=decided.playbook_version[:12],
            cells=tuple(CellAgreement(c.rank, c.label, c.route, c.rank in agreed) for c in cells if c),
            segments=tuple(
                SegmentDisplay(s.key, s.label, s.next_touch, s.kpi, ready.not_yet(s.when))
                for s in playbook.buyer_segments
            ),
            terms=playbook.terms,
            fact_labels={str(d.field): f"{d.label} ({d.field.entity})" for d in catalog},
            outcome=OUTCOME_WORDS[outcome.event],
            within=str(outcome.within),
            signed=None,
            set_aside=tuple(f"{p.where}: {p.reason}" for p in playbook.set_aside),
        )

    def _imports(self) -> list[ImportReconciliation]:
        store = self.deciding.store
        reasons, latest_at = quarantine_reasons(store), latest_facts(store)
        return [
            ImportReconciliation(
                source=i.source,
                table=f"{i.importer}: {i.file_name}",
                n_rows=i.rows_in,
                n_accepted=i.accepted,
                n_duplicate=i.duplicate,
                n_quarantined=i.quarantined,
                reasons=reasons.get(i.id, ()),
                latest_fact_at=latest_at.get(i.id),
            )
            for i in store.imports()
            if i.undone_at is None and i.source != DERIVED
        ]


def values_of_people(
    deciding: Deciding, field: Field, person_ids: pa.ChunkedArray, as_of: Micros
) -> list[str]:
    """What each of the people had in a field at an instant; `unknown` where nothing was known."""
    found: dict[str, str] = {}
    needs = Needs(fields=frozenset({field}), activity_types=frozenset(), deals=False)
    with Reading(
        deciding.store, as_of, needs=needs, latest_only=True, source_ranks=deciding.source_ranks()
    ) as reading:
        texts = reading.shared.texts.get(field)
        for i in range(reading.n_chunks):
            if texts is None:
                break
            chunk = reading.chunk(i)
            codes = latest(chunk.person_fields.get(field), chunk.n_people)[0]
            named = zip(chunk.person_ids.to_pylist(), codes, strict=True)
            found |= {person: str(texts[code]) for person, code in named if code >= 0}
    return [found.get(person, "unknown") for person in person_ids.to_pylist()]


def evidence_instant(playbook: Playbook, as_of: Micros, outcomes: Outcomes) -> Micros | None:
    """The latest day's end, not after `as_of`, whose horizon lies within what was observed of the deals."""
    if outcomes.observed_until is None:
        return None
    within, zone = playbook.agreement.outcome.within, playbook.time_zone
    if within.after(as_of, zone) <= outcomes.observed_until:
        return as_of
    latest = within.before(outcomes.observed_until, zone)
    return (latest + 1) // MICROS_PER_DAY * MICROS_PER_DAY - 1


def data_findings(reporting: Reporting, playbook: Playbook) -> tuple[Finding, ...]:
    """Segments whose data is not there yet, for `check`."""
    ready = Readiness(playbook, contents(reporting.deciding.store))
    return tuple(
        Finding("CK101", f"Nobody can be in `{s.label}` yet. {reason}", Severity.WARNING)
        for s in playbook.buyer_segments
        if (reason := ready.not_yet(s.when))
    )
