"""Decisions at many instants from one reading: chunk after chunk, every chunk at all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
class GridPart:
    """The decisions of a chunk's people at each instant: tables of the columns of `DECISION_COLUMNS`, those of few distinct
    values as dictionaries, in the chunk's order."""

    tables: tuple[pa.Table, ...]


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
        blocks = [self.instants[i : i + n_together] for i in range(0, len(self.instants), n_together)]
        return GridPart(tuple(table for block in blocks for table in self._tables(facts, block)))

    def _tables(self, facts: ChunkFacts, instants: Instants) -> Iterator[pa.Table]:
        people = PeopleGrid(facts, instants)
        width, n_decided = len(instants), facts.chunk.n_decided
        there = people.there.reshape(-1, width)[:n_decided].T
        place, person = np.nonzero(there)
        decisions = Decisions(people, self.limits.at(people.points.at))
        columns = decisions.columns(person * width + place)
        people.scorer = None  # ends a circle, so that the cells are let go at once
        table = pa.table([columns[f.name] for f in DECISION_COLUMNS], names=DECISION_COLUMNS.names)
        end = np.cumsum(there.sum(axis=1)).tolist()
        for first, last in zip([0, *end], end, strict=False):
            yield table.slice(first, last - first)


def undictionaried(table: pa.Table) -> pa.Table:
    """A part's table with the columns of `DECISION_COLUMNS` as they are elsewhere."""
    columns = [
        pa.chunked_array([plain(chunk) for chunk in column.chunks], f.type)
        for column, f in zip(table.columns, DECISION_COLUMNS, strict=True)
    ]
    return pa.table(columns, schema=DECISION_COLUMNS)


def limits_at(
    calibrating: Calibrating, reading: Reading, compiled: Compiled, told: Told | None, instants: Instants
) -> LimitsOverTime:
    """The limits of classes in force at each of the instants."""
    if not calibrating.are_needed:
        return LimitsOverTime.always(calibrating.fixed)
    assert reading.lives is not None
    calibrated = calibrating.instants(reading.lives, compiled.as_of)
    last = np.maximum(np.searchsorted(calibrated, instants, side="right") - 1, 0)
    wanted = calibrated[np.unique(last)]
    return calibrating.at(wanted, calibrating.shown_in(reading, compiled, told, wanted)).over_time
