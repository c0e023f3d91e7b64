"""Pairs of subject and instant as one number, and what is looked up by them; running sums of weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handraise.evaluate import tallies
from handraise.evaluate.keys import Keys, in_order
from handraise.evaluate.points import Points
from handraise.evaluate.spells import Diary

NEAR = st.integers(1_700_000_000_000_000, 1_700_000_000_000_050)
WIDE = st.integers(-(2**62), 2**62)
Pairs = list[tuple[int, int]]


def pairs(instants: st.SearchStrategy[int]) -> st.SearchStrategy[Pairs]:
    return st.lists(st.tuples(st.integers(0, 2**20) | st.integers(0, 3), instants), max_size=30)


def columns(found: Pairs) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.array([s for s, _ in found], dtype=np.int32),
        np.array([at for _, at in found], dtype=np.int64),
    )


@pytest.mark.parametrize("instants", [NEAR, WIDE], ids=["exact", "ranked"])
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_numbers_are_in_the_order_of_the_pairs(instants: st.SearchStrategy[int], data: st.DataObject) -> None:
    found = data.draw(pairs(instants))
    subject, at = columns(found)
    assert [found[i] for i in in_order(subject, at)] == sorted(found)
    points = Points.of(subject, at)
    assert list(zip(points.subject.tolist(), points.at.tolist(), strict=True)) == sorted(set(found))


@pytest.mark.parametrize("instants", [NEAR, WIDE], ids=["exact", "ranked"])
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_the_last_entry_up_to_an_instant_is_found(
    instants: st.SearchStrategy[int], data: st.DataObject
) -> None:
    """Of subjects and instants that are not among the entries too: earlier, later, and larger than any."""
    entries = sorted(set(data.draw(pairs(instants))))
    asked = data.draw(pairs(instants | WIDE | st.sampled_from([-(2**63), 2**63 - 1])))
    diary = Diary.of(*columns(entries))
    expected = [
        max((i for i, (s, at) in enumerate(entries) if s == subject and at <= until), default=-1)
        for subject, until in asked
    ]
    assert diary.last_at(*columns(asked)).tolist() == expected


def test_what_is_too_wide_for_one_number_is_ranked() -> None:
    near, wide = columns([(5, 10), (5, 20)]), columns([(5, -(2**61)), (5, 2**61)])
    assert Keys.of(*near).ranked is None
    assert Keys.of(*wide).ranked is not None


@pytest.mark.parametrize("n_subjects", [1, 3, 40])
def test_sums_run_within_a_subject_whether_many_or_few_are_summed(n_subjects: int) -> None:
    """All together in rounds, or one after the other: the same numbers."""
    random = np.random.default_rng(7)
    subject = np.sort(random.integers(0, n_subjects, 400)).astype(np.int32)
    aged, change = random.random(400), random.normal(size=400)
    expected = change.copy()
    for i in range(1, 400):
        if subject[i] == subject[i - 1]:
            expected[i] += expected[i - 1] * aged[i]
    assert tallies._running(subject, aged, change).tolist() == expected.tolist()
