"""Everything a report is made of, filled by the services layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from handraise.errors import Finding
from handraise.evidence.score_review import ScoreReview
from handraise.model.time import Micros
from handraise.reports.flows import Flows
from handraise.reports.happenings import Happenings
from handraise.reports.market import Market, RoleCount

DECISION_COLUMNS: tuple[str, ...] = (
    "person_id",
    "source_id",
    "account_id",
    "as_of",
    "fit_score",
    "fit_low",
    "fit_high",
    "fit_grade",
    "fit_grade_certain",
    "fit_completeness",
    "engagement_score",
    "engagement_low",
    "engagement_high",
    "engagement_level",
    "engagement_level_certain",
    "rank",
    "marketing_qualified",
    "buyer_segment",
    "buyer_segment_could_be",
    "missing_facts",
    "assumed_facts",
)
"""The columns of the decisions table, one row a person; `account_id` may be null."""


@dataclass(frozen=True, slots=True)
class CellAgreement:
    """What the two teams agreed for one cell of the matrix."""

    rank: str
    label: str = ""
    route: str = ""
    marketing_qualified: bool = False


@dataclass(frozen=True, slots=True)
class SegmentDisplay:
    """A buyer segment as the playbook names it. `not_yet`: why nobody can be told to be in it so far, such as
    data that no import brings or a word of the playbook that this version does not decide with."""

    key: str
    label: str
    next_touch: str = ""
    kpi: str = ""
    not_yet: str | None = None


@dataclass(frozen=True, slots=True)
class PlaybookDisplay:
    """The playbook in the team's words. `outcome` and `within` finish "reached ... within ...".

    `terms` maps our words to theirs: MQL, fit, engagement, rank, people, buyer segment, A..D.
    """

    name: str
    version: str
    cells: tuple[CellAgreement, ...] = ()
    segments: tuple[SegmentDisplay, ...] = ()
    terms: Mapping[str, str] = field(default_factory=dict)
    fact_labels: Mapping[str, str] = field(default_factory=dict)
    outcome: str = "an opportunity"
    within: str = "90 days"
    signed: bool | None = None
    set_aside: tuple[str, ...] = ()

    def term(self, word: str, default: str | None = None) -> str:
        """The team's own word for one of ours."""
        return self.terms.get(word, default if default is not None else word)

    def fact(self, name: str) -> str:
        """A fact by the label the team gave it, else by its own name."""
        return self.fact_labels.get(name, name)


@dataclass(frozen=True, slots=True)
class ImportReconciliation:
    """One import: every row that came in is accepted, a duplicate, or quarantined for a reason."""

    source: str
    table: str
    n_rows: int
    n_accepted: int
    n_duplicate: int
    n_quarantined: int
    reasons: tuple[tuple[str, int], ...] = ()
    latest_fact_at: Micros | None = None

    @property
    def n_unexplained(self) -> int:
        """Rows that are neither; anything but 0 is our fault."""
        return self.n_rows - self.n_accepted - self.n_duplicate - self.n_quarantined


@dataclass(frozen=True, slots=True)
class ReportInputs:
    """What a report shows. `decisions` has `DECISION_COLUMNS`; without a review, `no_review_reason` says why; without
    `happenings` the playbook has neither triggers nor a lifecycle; without `flows` nobody was there to move; without
    `market` it has no segments of accounts, and without `roles` no buying group.
    `made_with` names the product and its version."""

    decisions: pa.Table
    as_of: Micros
    playbook: PlaybookDisplay
    imports: tuple[ImportReconciliation, ...] = ()
    findings: tuple[Finding, ...] = ()
    score_review: ScoreReview | None = None
    happenings: Happenings | None = None
    flows: Flows | None = None
    market: Market | None = None
    roles: tuple[RoleCount, ...] = ()
    no_review_reason: str | None = None
    made_with: str = "Handraise"
