"""Flows add up to stocks, whatever happened between two instants."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from handraise.reports.flows import flows

SEGMENTS = (("a", "Alpha"), ("b", "Beta"), ("c", "Gamma"))
PEOPLE = st.dictionaries(
    st.sampled_from("pqrstuvw"), st.tuples(st.sampled_from("abc"), st.none() | st.just("MQL"))
)


def decisions(people: dict[str, tuple[str, str | None]]) -> pa.Table:
    return pa.table(
        {
            "person_id": pa.array(people, pa.string()),
            "buyer_segment": pa.array([segment for segment, _ in people.values()], pa.string()),
            "stage": pa.array([stage for _, stage in people.values()], pa.string()),
        }
    )


@given(PEOPLE, PEOPLE)
def test_what_was_there_and_what_came_and_went_is_what_is_there(
    then: dict[str, tuple[str, str | None]], now: dict[str, tuple[str, str | None]]
) -> None:
    found = flows(decisions(then), decisions(now), (0, 1), SEGMENTS, (("MQL", "Ready"),))
    for stock in (*found.segments, *found.stages):
        assert stock.n_before + stock.n_new + stock.n_in - stock.n_out - stock.n_gone == stock.n_now
    assert sum(s.n_before for s in found.segments) == len(then)
    assert sum(s.n_now for s in found.segments) == len(now)
    assert sum(s.n_new for s in found.segments) == len(now.keys() - then.keys())
    assert sum(s.n_gone for s in found.segments) == len(then.keys() - now.keys())
    moved = sum(then[p][0] != now[p][0] for p in then.keys() & now.keys())
    assert sum(m.n for m in found.segment_moves) == moved == sum(s.n_in for s in found.segments)


def test_moves_are_told_by_label_the_most_frequent_first() -> None:
    then, now = dict.fromkeys("pqr", ("a", None)), {"p": ("b", None), "q": ("b", None), "r": ("c", None)}
    found = flows(decisions(then), decisions(now), (0, 1), SEGMENTS, ())
    assert [(m.was, m.now, m.n) for m in found.segment_moves] == [("Alpha", "Beta", 2), ("Alpha", "Gamma", 1)]
    assert found.stages == ()
