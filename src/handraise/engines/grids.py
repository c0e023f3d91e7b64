"""Decisions at many instants from one reading: chunk after chunk, every chunk at all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from handraise.engines.calibrating import Calibrating
from handraise.engines.reading import Reading
from handraise.engines.told import Told
from handraise.evaluate.coded import plain
from handraise.evaluate.compiled import Compiled
from handraise.evaluate.decide import DECISION_COLUMNS, Decisions, LimitsOverTime
from handraise.evaluate.grid import PeopleGrid
from handraise.evaluate.past import NO_PAST
from handraise.evaluate.views import ChunkFacts
from handraise.facts.chunks import Chunk, Instants

MOST_CELLS = 1_000_000
"""Of people and instants that are decided together, so that memory stays bounded."""


@dataclass(frozen=True, slots=True)
class GridBlock:
    """The decisions of a chunk's people at some instants: the first `n_rows[0]` rows at the first, and so on.

    The columns are those of `DECISION_COLUMNS`, of few distinct values as dictionaries; people are in the chunk's order.
    """

    table: pa.Table
    n_rows: tuple[int, ...]

    def tables(self) -> Iterator[pa.Table]:
        """The rows of each instant, with the columns as they are elsewhere."""
        ends = np.cumsum([0, *self.n_rows]).tolist()
        for first, last in pairwise(ends):
            rows = self.table.slice(first, last - first)
            columns = [
                pa.concat_arrays([plain(c) for c in column.chunks])
                if column.num_chunks
                else pa.array([], f.type)
                for column, f in zip(rows.columns, DECISION_COLUMNS, strict=True)
            ]
            yield pa.table(columns, schema=DECISION_COLUMNS)


GridPart = tuple[GridBlock, ...]
"""The decisions of a chunk's people at all instants."""


@dataclass(frozen=True, slots=True)
class GridDeciding:
    """Decides the chunks of one reading over time at instants, which are in order and each there once."""

    compiled: Compiled
    instants: Instants
    limits: LimitsOverTime
    told: Told | None

    def of_chunk(self, chunk: Chunk) -> GridPart:
        facts = ChunkFacts(self.compiled, chunk, NO_PAST if self.told is None else self.told.past_of(chunk))
        n_together = max(1, MOST_CELLS // max(chunk.n_people, 1))
        blocks = range(0, len(self.instants), n_together)
        return tuple(self._block(facts, self.instants[i : i + n_together]) for i in blocks)

    def _block(self, facts: ChunkFacts, instants: Instants) -> GridBlock:
        people = PeopleGrid(facts, instants)
        width = len(instants)
        there = people.there.reshape(-1, width)[: facts.chunk.n_decided].T
        place, person = np.nonzero(there)
        decisions = Decisions(people, self.limits.at(people.points.at))
        columns = decisions.columns(person * width + place)
        people.let_go()
        table = pa.table([columns[f.name].arrow() for f in DECISION_COLUMNS], names=DECISION_COLUMNS.names)
        return GridBlock(table, tuple(there.sum(axis=1).tolist()))


def limits_at(
    calibrating: Calibrating, reading: Reading, compiled: Compiled, told: Told | None, instants: Instants
) -> LimitsOverTime:
    """The limits of classes in force at each of the instants."""
    if not calibrating.are_needed:
        return LimitsOverTime.always(calibrating.fixed)
    if told is not None and told.calibrations is not None:
        return told.calibrations.over_time
    return calibrating.over_time(reading, compiled, told, instants).over_time
