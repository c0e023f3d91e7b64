"""Who is a case: at risk, in the horizon, fully observed, creditable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from handraise.evidence.cases import CaseSet, LeftOut, Reason, cases_at_risk

#            as_of 100            horizon ends 190      observed until 200
#   p0                     150                          reached
#   p1                             190                  reached: the horizon includes its end
#   p2                               191                not reached
#   p3      100                                         already there: an outcome at the very instant
#   p4                                                  not reached


def small(**changes: Any) -> CaseSet:
    given: dict[str, Any] = {
        "person_ids": ["p0", "p1", "p2", "p3", "p4"],
        "account_ids": ["a", "a", "b", "b", None],
        "as_of": 100,
        "horizon_ends_at": 190,
        "observed_until": 200,
        "outcome_subject_ids": ["p0", "p1", "p2", "p3"],
        "outcome_at": np.array([150, 190, 191, 100]),
    }
    return cases_at_risk(**{**given, **changes})


def test_the_outcome_is_looked_for_after_as_of_up_to_and_including_the_horizons_end() -> None:
    found = small()
    assert found.rows.tolist() == [0, 1, 2, 4]
    assert found.outcome.tolist() == [True, True, False, False]


def test_who_is_already_in_the_outcome_is_not_at_risk() -> None:
    assert small().left_out == (LeftOut(Reason.ALREADY_THERE, 1),)


def test_who_left_the_outcome_is_at_risk_again() -> None:
    found = small(outcome_ended_at=np.array([500, 500, 500, 100]))
    assert 3 in found.rows
    assert found.left_out == ()


def test_a_horizon_not_fully_observed_is_left_out_and_never_a_no() -> None:
    found = small(observed_until=189)
    assert len(found) == 0
    assert found.left_out == (LeftOut(Reason.NOT_FULLY_OBSERVED, 5),)


def test_an_outcome_seen_early_does_not_let_an_unobserved_case_in() -> None:
    """Else only the yeses of the youngest cases would be kept, and the rate would be inflated."""
    assert 0 not in small(observed_until=160).rows


def test_one_person_at_several_instants_is_judged_at_each() -> None:
    found = cases_at_risk(
        person_ids=["p", "p", "p"],
        account_ids=[None, None, None],
        as_of=np.array([100, 140, 160]),
        horizon_ends_at=np.array([130, 170, 190]),
        observed_until=200,
        outcome_subject_ids=["p"],
        outcome_at=np.array([150]),
    )
    assert found.rows.tolist() == [0, 1]
    assert found.outcome.tolist() == [False, True]
    assert found.clusters.tolist() == [0, 0]


def test_an_accounts_outcome_credits_all_its_people_and_nobody_without_account() -> None:
    found = small(credit_account=True, outcome_subject_ids=["a", "z"], outcome_at=np.array([120, 130]))
    assert found.outcome.tolist() == [True, True, False, False]
    assert found.left_out == (LeftOut(Reason.NOT_CREDITABLE, 1),)
    assert found.n_outcomes_elsewhere == 1


def test_accounts_are_the_clusters_and_people_without_one_stand_alone() -> None:
    found = small(account_ids=["a", "a", None, "b", None])
    assert found.clusters.tolist()[0] == found.clusters.tolist()[1]
    assert len(set(found.clusters.tolist())) == 3
    assert found.n_accounts == 3


def test_arrow_columns_and_plain_lists_give_the_same_cases() -> None:
    plain, arrow = small(), small(person_ids=pa.chunked_array([["p0", "p1"], ["p2", "p3", "p4"]]))
    assert plain.rows.tolist() == arrow.rows.tolist()
    assert arrow.of(pa.chunked_array([[1, 2, 3], [4, 5]])).tolist() == [1, 2, 3, 5]


def test_the_case_set_accounts_for_every_decision() -> None:
    found = small()
    assert len(found) + sum(left.n for left in found.left_out) == found.n_decisions
    assert found.as_dict()["left_out"] == [{"reason": "already in the outcome", "n": 1}]
