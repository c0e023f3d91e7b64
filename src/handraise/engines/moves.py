"""Who moved, when, and because of what: ranks and buyer segments at every change point of a period; and whose verdict
turned true meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from handraise.engines.reasons import GONE, Reasons
from handraise.evaluate.changes import person_changes, truth_at
from handraise.evaluate.decide import ScoredPeople, buyer_segments
from handraise.evaluate.history import ChunkHistory
from handraise.evaluate.keys import in_order
from handraise.evaluate.kleene import IN
from handraise.evaluate.members import of_namesakes
from handraise.evaluate.past import Past
from handraise.evaluate.points import Points
from handraise.facts.chunks import Chunk, Instants, Ints
from handraise.model.conditions import All, Condition, RankIs, Score
from handraise.model.scores import RANKS
from handraise.model.time import Micros

_INSTANT = pa.timestamp("us", tz="UTC")
_MANY_POINTS = 200_000

MOVE_COLUMNS = pa.schema(
    [
        pa.field("person_id", pa.string(), nullable=False),
        pa.field("moved_at", _INSTANT, nullable=False),
        pa.field("what", pa.string(), nullable=False),
        pa.field("was", pa.string()),
        pa.field("is", pa.string()),
        pa.field("because", pa.string(), nullable=False),
    ]
)
"""One row a move: `what` is `rank`, `buyer_segment` or `stage`; `was` is null for somebody new, `is` for somebody who is
nobody any more. `because` names what became visible or was decided at that instant (`reasons`)."""

Row = tuple[str, Micros, str, str | None, str | None, str]

TURN_COLUMNS = pa.schema(
    [pa.field("person_id", pa.string(), nullable=False), pa.field("turned_at", _INSTANT, nullable=False)]
)
"""One row each time a verdict turned true, by instant, then by person. Somebody new of whom it is true at once is one too."""


def stage_moves(entries: pa.Table, after: Micros, reasons: Mapping[tuple[str, Micros], str]) -> list[Row]:
    """Stages entered after an instant, of rows as `told.STAGE_ENTRY_COLUMNS` has them; `reasons` by person and instant."""
    present: dict[str, str] = {}
    found: list[Row] = []
    columns = (entries[name].to_pylist() for name in ("person_id", "stage", "entered_by", "reason"))
    for person, stage, way, reason, at in zip(
        *columns, entries["entered_at"].cast(pa.int64()).to_pylist(), strict=True
    ):
        if at > after:
            because = {"rule": "its rule", "act": "recorded by sales"}.get(way, "passed back")
            reason = reasons.get((person, at)) if way == "rule" else reason
            found.append(
                (person, at, "stage", present.get(person), stage, because + (f": {reason}" if reason else ""))
            )
        present[person] = stage
    return found


def told_moves(rows: list[Row]) -> pa.Table:
    """As a table, by instant, then by person."""
    columns = list(zip(*sorted(rows, key=lambda r: (r[1], r[0], r[2])), strict=True)) or [()] * len(
        MOVE_COLUMNS
    )
    return pa.table(
        [pa.array(values, field.type) for values, field in zip(columns, MOVE_COLUMNS, strict=True)],
        schema=MOVE_COLUMNS,
    )


def told_turns(parts: list[pa.Table]) -> pa.Table:
    """Rows of `TURN_COLUMNS` of all chunks, in their order."""
    whole = pa.concat_tables([TURN_COLUMNS.empty_table(), *parts])
    return whole.sort_by([("turned_at", "ascending"), ("person_id", "ascending")])


class _Steps(NamedTuple):
    """Somebody, in one of their lives, from an instant on: what was so just before, and what is so now."""

    name: Ints
    life: Ints
    at: Instants
    was: Ints
    now: Ints


class ChunkMoves:
    """The moves of a chunk's decided people after one instant and up to another, the reading's."""

    def __init__(self, history: ChunkHistory, past: Past, after: Micros) -> None:
        self._history, self._past, self._after = history, past, after
        self._chunk: Chunk = history.chunk
        self._reasons = Reasons(history, past)

    def rows(self) -> list[Row]:
        """By person; within a person in order of time."""
        playbook = self._history.compiled.playbook
        points = self._points(All((RankIs(RANKS), *(s.when for s in playbook.buyer_segments))))
        rank, segment = self._decided(points)
        keys = [s.key for s in playbook.buyer_segments]
        found = [*self._of("rank", points, rank, list(RANKS))]
        if keys:
            found += self._of("buyer_segment", points, segment, keys)
        return sorted(found, key=lambda row: row[:3])

    def stage_reasons(self) -> dict[tuple[str, Micros], str]:
        """Because of what stages were entered, by person and instant."""
        stages, alive = self._past.stages, self._chunk.alive
        assert alive is not None
        recent = stages.at > self._after
        life, at = of_namesakes(self._history.facts, (stages.subject[recent], stages.at[recent]))
        there = (alive.since[life] <= at) & (at < alive.until[life]) & (life < self._chunk.n_decided)
        life, at = life[there], at[there]
        ids = self._chunk.person_ids.take(pa.array(alive.same_as[life])).to_pylist()
        return {
            (person, instant): self._reasons.of(who, instant, with_stages=False)
            for person, who, instant in zip(ids, life.tolist(), at.tolist(), strict=True)
        }

    def turns(self, condition: Condition) -> pa.Table:
        """When the verdict about them turned true: rows of `TURN_COLUMNS`, by person."""
        points = self._points(condition)
        truth = truth_at(condition, self._history.people(self._past), points).astype(np.int32)
        steps = self._steps(points, truth)
        turned = (steps.now == IN) & (steps.was != IN) & (steps.at > self._after)
        columns = (
            self._chunk.person_ids.take(pa.array(steps.name[turned])),
            pa.array(steps.at[turned]).cast(_INSTANT),
        )
        return pa.table(list(columns), schema=TURN_COLUMNS)

    def _points(self, asked: Condition) -> Points:
        """Everybody at the beginning of the period, and at every change point in it."""
        chunk = self._chunk
        assert chunk.alive is not None
        people = self._history.people(self._past)
        changes = person_changes(asked, people.facts)
        changes = changes.only((changes.at > self._after) & (changes.subject < chunk.n_decided))
        there = (chunk.alive.since <= self._after) & (self._after < chunk.alive.until)
        there[chunk.n_decided :] = False
        begin = np.flatnonzero(there).astype(np.int32)
        return Points.of(
            np.concatenate([begin, changes.subject]),
            np.concatenate([np.full(len(begin), self._after, dtype=np.int64), changes.at]),
        )

    def _decided(self, points: Points) -> tuple[Ints, Ints]:
        """Index of the shown rank and of the buyer segment at each point."""
        ranks, segments = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int32)]
        whole = self._history.people(self._past)
        for i in range(0, points.n, _MANY_POINTS):
            some = Points(points.subject[i : i + _MANY_POINTS], points.at[i : i + _MANY_POINTS])
            people = whole.at(some)
            scored = ScoredPeople(people, self._history.limits.at(some.at))
            classes = [scored.limits.of(s).of(scored.range(s).shown).astype(np.int32) for s in Score]
            ranks.append(classes[0] * 4 + classes[1])
            segments.append(buyer_segments(people).index.astype(np.int32))
            people.let_go()
        return np.concatenate(ranks), np.concatenate(segments)

    def _steps(self, points: Points, value: Ints) -> _Steps:
        """What is so from each instant on, and was so just before, of whoever bears the name; -1 of nobody."""
        alive = self._chunk.alive
        assert alive is not None
        ended = np.unique(points.subject)
        ended = ended[alive.until[ended] <= self._history.compiled.as_of]
        life = np.concatenate([ended, points.subject])
        at = np.concatenate([alive.until[ended], points.at])
        code = np.concatenate([np.full(len(ended), -1, dtype=np.int32), value])
        name = alive.same_as[life]
        order = in_order(name, at)
        name, at, code, life = name[order], at[order], code[order], life[order]
        last = np.ones(len(name), dtype=np.bool_)
        last[:-1] = (name[1:] != name[:-1]) | (at[1:] != at[:-1])
        name, at, code, life = name[last], at[last], code[last], life[last]
        same = np.zeros(len(name), dtype=np.bool_)
        same[1:] = name[1:] == name[:-1]
        before = np.where(same, np.concatenate([code[:1], code[:-1]]), -1)
        return _Steps(name, life, at, before, code)

    def _of(self, what: str, points: Points, value: Ints, words: list[str]) -> list[Row]:
        """The moves of one thing: where it is another than just before."""
        steps = self._steps(points, value)
        moved = np.flatnonzero((steps.now != steps.was) & (steps.at > self._after))
        ids = self._chunk.person_ids.take(pa.array(steps.name[moved])).to_pylist()
        columns = (
            ids,
            steps.at[moved].tolist(),
            steps.was[moved].tolist(),
            steps.now[moved].tolist(),
            steps.life[moved].tolist(),
        )
        return [
            (
                person,
                instant,
                what,
                words[was] if was >= 0 else None,
                words[now] if now >= 0 else None,
                GONE if now < 0 else self._reasons.of(who, instant, is_new=was < 0),
            )
            for person, instant, was, now, who in zip(*columns, strict=True)
        ]
