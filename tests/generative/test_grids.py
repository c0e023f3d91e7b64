"""Many instants decided from one reading are the decisions of each instant on its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.generative.playbooks import living_playbooks, playbooks
from tests.generative.profiles import profile
from tests.generative.smallest import smallest
from tests.generative.test_agreement import opened
from tests.generative.test_histories import SOME_TIME
from tests.generative.vocabulary import CATALOG
from tests.generative.worlds import GeneratedWorld, instants, worlds

from handraise.engines import grids
from handraise.engines.by_name import by_name
from handraise.engines.local import LocalEngine
from handraise.model.playbook import Playbook
from handraise.model.time import Micros, iso
from handraise.reports.summaries import summarise_each
from handraise.reports.summary import DecisionsSummary, summarise


def decided_together(engine: LocalEngine, at: Sequence[Micros]) -> list[pa.Table]:
    """Everybody at each instant, from one reading."""
    parts = engine.decide_at(at, lambda part: [table for block in part for table in block.tables()])
    return [by_name(pa.concat_tables(of_instant), "person_id") for of_instant in zip(*parts, strict=True)]


def differences(world: GeneratedWorld, playbook: Playbook, at: Sequence[Micros]) -> list[str]:
    """What somebody is decided to be otherwise."""
    found = []
    with opened(world) as real:
        engine = LocalEngine(real.store, playbook, CATALOG, max_rows_per_chunk=30)
        for instant, together in zip(at, decided_together(engine, at), strict=True):
            alone = engine.decide(instant).table
            if together.equals(alone):
                continue
            ours, theirs = together.to_pylist(), alone.to_pylist()
            found += [f"{iso(instant)} together {row}" for row in ours if row not in theirs]
            found += [f"{iso(instant)} alone    {row}" for row in theirs if row not in ours]
    return found


@pytest.mark.parametrize("most_cells", [1, 1_000_000])
@profile(0.4)
@given(st.data())
def test_instants_decided_together_are_decided_as_if_each_were_alone(
    most_cells: int, data: st.DataObject
) -> None:
    """Whoever was somebody then, with all columns; also where instants are taken one after the other to save memory."""
    world = data.draw(worlds(), "world")
    playbook = data.draw(st.one_of(playbooks(), living_playbooks()), "playbook")
    some = [*data.draw(instants(world, 4)), *data.draw(st.lists(SOME_TIME, min_size=1, max_size=4))]
    at = sorted(set(some))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grids, "MOST_CELLS", most_cells)
        if differences(world, playbook, at):
            world, playbook = smallest(world, playbook, lambda w, p: bool(differences(w, p, at)))
            pytest.fail("\n".join([*differences(world, playbook, at), repr(playbook), repr(world)]))


@profile(0.3)
@given(st.data())
def test_instants_summed_up_together_are_summed_up_as_if_each_were_alone(data: st.DataObject) -> None:
    """All figures of the summary."""
    world, playbook = data.draw(worlds(), "world"), data.draw(playbooks(), "playbook")
    at = sorted(set(data.draw(st.lists(SOME_TIME, min_size=1, max_size=6), "instants")))
    with opened(world) as real:
        for part in LocalEngine(real.store, playbook, CATALOG).decide_at(at, lambda part: part):
            for block in part:
                together = summarise_each(block.table, block.n_rows)
                assert [rounded(s) for s in together] == [rounded(summarise(t)) for t in block.tables()]


def rounded(summary: DecisionsSummary) -> DecisionsSummary:
    """Means are added up in another order."""
    mean = summary.mean_completeness
    return replace(summary, mean_completeness=None if mean is None else round(mean, 9))
