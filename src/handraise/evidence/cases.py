"""Who was at risk of the outcome at an instant, and whether it came within the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handraise.evidence.arrays import Bools, Codes, Ids, as_column, cluster_codes, codes_in
from handraise.evidence.form import json_form
from handraise.model.time import Micros


class Reason(Enum):
    """Why a decision is not a case."""

    ALREADY_THERE = "already in the outcome"
    NOT_FULLY_OBSERVED = "horizon not fully observed"
    NOT_CREDITABLE = "no account to credit"


@dataclass(frozen=True, slots=True)
class LeftOut:
    reason: Reason
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class CaseSet:
    """The decisions that can be judged, in the order they were given.

    Shape: one entry a case. `rows` are places in the decisions given, `clusters` dense numbers of their
    accounts, `outcome` whether it came in `(as_of, horizon_ends_at]`. `n_outcomes_elsewhere` counts outcomes
    in some horizon that belong to nobody among the decisions.
    """

    rows: Codes
    clusters: Codes
    outcome: Bools
    as_of: Codes
    horizon_ends_at: Codes
    left_out: tuple[LeftOut, ...]
    n_decisions: int
    n_outcomes_elsewhere: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def n_outcomes(self) -> int:
        return int(self.outcome.sum())

    @property
    def n_accounts(self) -> int:
        return int(self.clusters.max(initial=-1)) + 1

    def of(self, column: Any) -> NDArray[Any]:
        """The cases' values of a column of the decisions."""
        values = (
            column.to_numpy(zero_copy_only=False) if hasattr(column, "combine_chunks") else np.asarray(column)
        )
        return values[self.rows]

    def as_dict(self) -> dict[str, object]:
        return {
            "n": len(self),
            "n_outcomes": self.n_outcomes,
            "n_accounts": self.n_accounts,
            "n_decisions": self.n_decisions,
            "n_outcomes_elsewhere": self.n_outcomes_elsewhere,
            "left_out": json_form(self.left_out),
        }


@dataclass(frozen=True, slots=True, eq=False)
class _Outcomes:
    subject: Codes
    at: Codes
    ended_at: Codes


def cases_at_risk(
    *,
    person_ids: Ids,
    account_ids: Ids,
    as_of: Micros | Codes,
    horizon_ends_at: Micros | Codes,
    observed_until: Micros,
    outcome_subject_ids: Ids,
    outcome_at: Codes,
    outcome_ended_at: Codes | None = None,
    credit_account: bool = False,
) -> CaseSet:
    """The case set of decisions (one a row) and outcomes (any number, in any order).

    A decision is a case if its subject is not in the outcome at `as_of` (no outcome with
    `at <= as_of < ended_at`; without `outcome_ended_at` an outcome lasts for ever), and if the horizon lies
    within what was observed. A horizon that ends after `observed_until` is left out and never a no, also
    when the outcome did come already: keeping only those would inflate the rate. The subject is the
    person or, with `credit_account`, the account; who has none cannot be credited and is left out. Accounts
    are the clusters; a person without account stands alone.
    """
    people, accounts = as_column(person_ids), as_column(account_ids)
    subject_ids = accounts if credit_account else people
    known = subject_ids.unique().drop_null()
    subject = codes_in(subject_ids, known)
    instants = np.broadcast_to(np.asarray(as_of, dtype=np.int64), subject.shape)
    ends = np.broadcast_to(np.asarray(horizon_ends_at, dtype=np.int64), subject.shape)
    outcomes = _outcomes(codes_in(as_column(outcome_subject_ids), known), outcome_at, outcome_ended_at)
    inside, hit, elsewhere = _look_up(subject, instants, ends, outcomes, len(known))
    why_not = {
        Reason.NOT_CREDITABLE: subject < 0,
        Reason.NOT_FULLY_OBSERVED: ends > observed_until,
        Reason.ALREADY_THERE: inside,
    }
    rows, left_out = _kept(why_not, len(subject))
    clusters = cluster_codes(accounts.take(rows), people.take(rows))
    return CaseSet(rows, clusters, hit[rows], instants[rows], ends[rows], left_out, len(subject), elsewhere)


def _outcomes(subject: Codes, at: Codes, ended_at: Codes | None) -> _Outcomes:
    never = np.full(len(subject), np.iinfo(np.int64).max)
    ended = never if ended_at is None else np.asarray(ended_at, dtype=np.int64)
    return _Outcomes(subject, np.asarray(at, dtype=np.int64), ended)


def _look_up(
    subject: Codes, as_of: Codes, ends: Codes, outcomes: _Outcomes, n_subjects: int
) -> tuple[Bools, Bools, int]:
    """For each decision: in the outcome at `as_of`? reached within the horizon? And outcomes of nobody here."""
    inside, hit = np.zeros(len(subject), dtype=np.bool_), np.zeros(len(subject), dtype=np.bool_)
    elsewhere = np.zeros(len(outcomes.at), dtype=np.bool_)
    for start, end in np.unique(np.stack([as_of, ends], axis=1), axis=0):
        here = (as_of == start) & (ends == end) & (subject >= 0)
        current = (outcomes.at <= start) & (outcomes.ended_at > start)
        coming = (outcomes.at > start) & (outcomes.at <= end)
        inside[here] = _marked(outcomes.subject[current], n_subjects)[subject[here]]
        hit[here] = _marked(outcomes.subject[coming], n_subjects)[subject[here]]
        elsewhere |= coming & (outcomes.subject < 0)
    return inside, hit, int(elsewhere.sum())


def _marked(subjects: Codes, n_subjects: int) -> Bools:
    marked = np.zeros(n_subjects, dtype=np.bool_)
    marked[subjects[subjects >= 0]] = True
    return marked


def _kept(why_not: dict[Reason, Bools], n: int) -> tuple[Codes, tuple[LeftOut, ...]]:
    """The rows that stay, and how many left for which (first) reason."""
    kept = np.ones(n, dtype=np.bool_)
    left_out = []
    for reason, applies in why_not.items():
        leaving = kept & applies
        if leaving.any():
            left_out.append(LeftOut(reason, int(leaving.sum())))
        kept &= ~applies
    return np.flatnonzero(kept).astype(np.int64), tuple(left_out)
