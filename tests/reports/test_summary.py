"""The summary of decisions."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from handraise.model.scores import RANKS
from handraise.reports.inputs import DECISION_COLUMNS, ReportInputs
from handraise.reports.summary import DecisionsSummary, MissingFact, SegmentCount, summarise

STRINGS = pa.list_(pa.string())


def table(**columns: Any) -> pa.Table:
    """Three people:  p0 A1 certain;  p1 B2 with an open grade that size alone would settle;
    p2 B2 with an open level that lacks two facts, without an account."""
    given: dict[str, Any] = {
        "account_id": pa.array(["a", "a", None]),
        "fit_grade_certain": [True, False, True],
        "engagement_level_certain": [True, True, False],
        "fit_completeness": [1.0, 0.5, 0.6],
        "rank": ["A1", "B2", "B2"],
        "marketing_qualified": ["in", "unknown", "out"],
        "buyer_segment": ["x", "y", "y"],
        "buyer_segment_could_be": pa.array([[], ["x"], ["x", "z"]], STRINGS),
        "missing_facts": pa.array([[], ["size"], ["size", "role"]], STRINGS),
        "assumed_facts": pa.array([["size"], [], None], STRINGS),
    }
    return pa.table({**given, **columns})


@pytest.fixture(scope="module")
def summary() -> DecisionsSummary:
    return summarise(table())


def test_every_person_is_in_one_cell(summary: DecisionsSummary) -> None:
    assert [cell.rank for cell in summary.cells] == list(RANKS)
    assert (summary.cell("A1").n, summary.cell("B2").n) == (1, 2)
    assert sum(cell.n for cell in summary.cells) == summary.n_people == 3


def test_a_rank_is_open_when_its_letter_or_its_number_is(summary: DecisionsSummary) -> None:
    assert (summary.n_open_grade, summary.n_open_level, summary.n_open_rank) == (1, 1, 2)
    assert summary.cell("B2").n_open == 2


def test_unknown_is_counted_apart_from_in_and_out(summary: DecisionsSummary) -> None:
    assert (summary.n_qualified, summary.n_not_qualified, summary.n_qualified_unknown) == (1, 1, 1)


def test_segments_tell_who_may_leave_and_who_may_join(summary: DecisionsSummary) -> None:
    assert summary.segments == (
        SegmentCount("y", 2, n_could_leave=2, n_could_join=0),
        SegmentCount("x", 1, n_could_leave=0, n_could_join=2),
        SegmentCount("z", 0, n_could_leave=0, n_could_join=1),
    )
    assert summary.segment("nowhere").n == 0


def test_the_fact_that_alone_would_settle_most_comes_first(summary: DecisionsSummary) -> None:
    assert summary.missing == (MissingFact("size", 2, 1), MissingFact("role", 1, 0))
    assert summary.n_missing_any == 2


def test_assumed_facts_and_people_without_account_are_counted(summary: DecisionsSummary) -> None:
    assert summary.assumed == (("size", 1),)
    assert (summary.n_resting_on_assumed, summary.n_accounts, summary.n_without_account) == (1, 1, 1)
    assert summary.mean_completeness == pytest.approx(0.7)


def test_dictionary_columns_and_plain_ones_are_summarised_alike() -> None:
    coded = table(
        rank=pa.array(["A1", "B2", "B2"]).dictionary_encode(),
        buyer_segment=pa.array(["x", "y", "y"]).dictionary_encode(),
        marketing_qualified=pa.array(["in", "unknown", "out"]).dictionary_encode(),
    )
    assert summarise(coded) == summarise(table())


def test_nobody_is_summarised_as_nobody() -> None:
    empty = summarise(table().slice(0, 0))
    assert (empty.n_people, empty.segments, empty.missing, empty.mean_completeness) == (0, (), (), None)


def test_the_made_up_decisions_have_the_agreed_columns(inputs: ReportInputs) -> None:
    assert inputs.decisions.column_names == list(DECISION_COLUMNS)


def test_a_million_people_are_summarised_in_seconds() -> None:
    rng = np.random.default_rng(1)
    index = pa.array(rng.integers(0, 3, 1_000_000))
    large = table().take(index)
    started = time.perf_counter()
    found = summarise(large)
    assert time.perf_counter() - started < 10  # 0.5 s alone on one core
    assert found.n_people == 1_000_000
