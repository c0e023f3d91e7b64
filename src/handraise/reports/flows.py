"""How people moved between two instants: what was there, what came and went, what is there now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from handraise.evidence.form import json_form
from handraise.model.time import Micros

FLOW_DAYS = 28


@dataclass(frozen=True, slots=True)
class StockFlow:
    """People in one buyer segment or stage: `n_before` + `n_new` + `n_in` - `n_out` - `n_gone` = `n_now`.

    `n_new` were nobody before, `n_gone` are nobody any more (deleted, or known to be somebody else).
    """

    key: str
    label: str
    n_before: int
    n_new: int
    n_in: int
    n_out: int
    n_gone: int
    n_now: int


@dataclass(frozen=True, slots=True)
class Move:
    """`n` people were in one and are in the other; both by label."""

    was: str
    now: str
    n: int


@dataclass(frozen=True, slots=True)
class Flows:
    """Between two instants, for buyer segments and for stages: stocks in the playbook's order, moves with the most
    frequent first. Without a lifecycle there are no stages."""

    before: Micros
    now: Micros
    segments: tuple[StockFlow, ...]
    segment_moves: tuple[Move, ...]
    stages: tuple[StockFlow, ...]
    stage_moves: tuple[Move, ...]

    def as_dict(self) -> dict[str, object]:
        return dict(json_form(self))


def flows(
    then: pa.Table,
    now: pa.Table,
    instants: tuple[Micros, Micros],
    segments: Sequence[tuple[str, str]],
    stages: Sequence[tuple[str, str]],
) -> Flows:
    """From decisions (one row a person) at two instants; `segments` and `stages` are (key, label) in order."""
    of_segments = _flows(then, now, "buyer_segment", segments)
    of_stages = _flows(then, now, "stage", stages) if stages else ((), ())
    return Flows(*instants, *of_segments, *of_stages)


def _flows(
    then: pa.Table, now: pa.Table, column: str, named: Sequence[tuple[str, str]]
) -> tuple[tuple[StockFlow, ...], tuple[Move, ...]]:
    before, after = (
        dict(zip(t["person_id"].to_pylist(), t[column].to_pylist(), strict=True)) for t in (then, now)
    )
    moved = Counter((before.get(p, _NOBODY), after.get(p, _NOBODY)) for p in before.keys() | after.keys())
    labels = dict(named)

    def n(was: object, now: object) -> int:
        return sum(count for (a, b), count in moved.items() if was in (a, _ANY) and now in (b, _ANY))

    def stock(key: str) -> StockFlow:
        stays, new, gone = n(key, key), n(_NOBODY, key), n(key, _NOBODY)
        n_before, n_now = n(key, _ANY), n(_ANY, key)
        return StockFlow(
            key,
            labels[key],
            n_before,
            new,
            n_now - stays - new,
            n_before - stays - gone,
            gone,
            n_now,
        )

    moves = [
        Move(labels[a], labels[b], count)
        for (a, b), count in moved.items()
        if a in labels and b in labels and a != b
    ]
    return (
        tuple(stock(key) for key, _ in named),
        tuple(sorted(moves, key=lambda m: (-m.n, m.was, m.now))),
    )


_NOBODY, _ANY = object(), object()
