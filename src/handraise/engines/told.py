"""What happened to everybody, in a form that does not depend on chunks: the firings of triggers and the stages entered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from handraise.engines.calibrations import Calibrations
from handraise.evaluate.happened import due_instants
from handraise.evaluate.history import Happened
from handraise.evaluate.lifecycle import WAYS, Entries
from handraise.evaluate.past import Log, Past
from handraise.evaluate.points import FOREVER
from handraise.facts.chunks import Chunk, Instants, Ints, Kind
from handraise.model.playbook import Playbook
from handraise.model.time import Micros
from handraise.model.triggers import Sla, firing_id

_INSTANT = pa.timestamp("us", tz="UTC")

FIRING_COLUMNS = pa.schema(
    [
        pa.field("firing_id", pa.string(), nullable=False),
        pa.field("trigger", pa.string(), nullable=False),
        pa.field("person_id", pa.string(), nullable=False),
        pa.field("fired_at", _INSTANT, nullable=False),
        pa.field("track", pa.string(), nullable=False),
        pa.field("due_at", _INSTANT),
    ]
)
"""One row a firing: by instant, then in the order of the triggers, then by person."""

STAGE_ENTRY_COLUMNS = pa.schema(
    [
        pa.field("person_id", pa.string(), nullable=False),
        pa.field("stage", pa.string(), nullable=False),
        pa.field("entered_at", _INSTANT, nullable=False),
        pa.field("entered_by", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("return_at", _INSTANT),
        pa.field("due_at", _INSTANT),
    ]
)
"""One row a stage that somebody entered: by instant, then by person, then as entered."""


@dataclass(frozen=True, slots=True)
class ChunkTold:
    """What happened to the decided people of a chunk, with what it takes to say so."""

    person_ids: pa.StringArray
    happened: Happened


class Told:
    """What happened up to an instant. People are numbered by name. `calibrations` are those that it was told by, where it
    rests on any: they are all up to the instant."""

    def __init__(
        self,
        playbook: Playbook,
        kinds: Sequence[Kind],
        parts: Iterable[ChunkTold],
        until: Micros,
        calibrations: Calibrations | None = None,
    ) -> None:
        self.playbook, self.until, self.calibrations = playbook, until, calibrations
        self._kinds = kinds
        parts = list(parts)
        moved = [_moved(part) for part in parts]
        self.names: pa.StringArray = _sorted([ids for ids, _ in moved])
        numbers = [
            _numbers(ids, local, self.names, len(p.person_ids))
            for p, (ids, local) in zip(parts, moved, strict=True)
        ]
        self.firings_by_trigger: Mapping[str, Log] = {
            key: _joined_logs([(n, p.happened.firings[key]) for n, p in zip(numbers, parts, strict=True)])
            for key in playbook.triggers
        }
        self.entered = _joined_entries([(n, p.happened.entries) for n, p in zip(numbers, parts, strict=True)])

    def same_as(self, other: Told) -> bool:
        """Whether the same happened."""
        return (
            self.names.equals(other.names)
            and _equal(self.entered.log, other.entered.log)
            and all(_equal(log, other.firings_by_trigger[k]) for k, log in self.firings_by_trigger.items())
        )

    def past_of(self, chunk: Chunk, *, stage_just_before: bool = False) -> Past:
        """What happened to a chunk's people, as they are numbered there."""
        happened = self.of(chunk)
        return Past(happened.firings, happened.entries.log, stage_just_before)

    def of(self, chunk: Chunk, *, from_person: int = 0) -> Happened:
        """What happened to a chunk's people, from one of them on."""
        number = _place(chunk.person_ids, self.names)
        local = np.full(len(self.names) + 1, -1, dtype=np.int32)
        mine = np.flatnonzero(number >= 0)
        mine = mine[mine >= from_person][::-1]  # of several lives the first answers to the name
        local[number[mine]] = mine
        logs = {key: _renamed(log, local) for key, log in self.firings_by_trigger.items()}
        return Happened(logs, _renamed_entries(self.entered, local))

    @cached_property
    def firings(self) -> pa.Table:
        """Rows of `FIRING_COLUMNS`."""
        logs, triggers = list(self.firings_by_trigger.values()), list(self.playbook.triggers.values())
        place = np.repeat(np.arange(len(logs)), [len(log.at) for log in logs])
        person = np.concatenate([_NOBODY, *(log.subject for log in logs)])
        at = np.concatenate([_NEVER, *(log.at for log in logs)])
        due_at = _due_at(at, place, [t.sla for t in triggers], self.playbook)
        order = np.lexsort((person, place, at))
        place, at, due_at = place[order], at[order], due_at[order]
        people = self.names.take(pa.array(person[order]))
        told = zip(place.tolist(), people.to_pylist(), at.tolist(), strict=True)
        columns = {
            "firing_id": pa.array([firing_id(triggers[i].key, name, t) for i, name, t in told], pa.string()),
            "trigger": _words([t.key for t in triggers], place),
            "person_id": people,
            "fired_at": pa.array(at).cast(_INSTANT),
            "track": _words([t.track_name for t in triggers], place),
            "due_at": _instants(due_at),
        }
        return pa.table([columns[f.name] for f in FIRING_COLUMNS], schema=FIRING_COLUMNS)

    @cached_property
    def entries(self) -> pa.Table:
        """Rows of `STAGE_ENTRY_COLUMNS`."""
        entered, stages = self.entered, self.playbook.lifecycle.stages
        order = np.lexsort((np.arange(len(entered.name)), entered.name, entered.at))
        stage, at = entered.stage[order].astype(np.int64), entered.at[order]
        columns = {
            "person_id": self.names.take(pa.array(entered.name[order])),
            "stage": _words([s.key for s in stages], stage),
            "entered_at": pa.array(at).cast(_INSTANT),
            "entered_by": _words(WAYS, entered.by[order]),
            "reason": pa.array([self._reason(kind) for kind in entered.kind[order].tolist()], pa.string()),
            "return_at": _instants(entered.return_at[order]),
            "due_at": _instants(_due_at(at, stage, [s.sla for s in stages], self.playbook)),
        }
        return pa.table([columns[f.name] for f in STAGE_ENTRY_COLUMNS], schema=STAGE_ENTRY_COLUMNS)

    def _reason(self, kind: int) -> str | None:
        back = self.playbook.lifecycle.passed_back
        return None if kind < 0 or back is None else self._kinds[kind].properties.get(back.reason)


_NOBODY: Ints = np.empty(0, dtype=np.int32)
_NEVER: Instants = np.empty(0, dtype=np.int64)


def _due_at(
    start: Instants, place: npt.NDArray[np.int64], slas: Sequence[Sla | None], playbook: Playbook
) -> Instants:
    """Until when sales must have acted; `FOREVER` without a clock."""
    ends = np.full(len(start), FOREVER, dtype=np.int64)
    for i, sla in enumerate(slas):
        mine = place == i
        if sla is not None:
            ends[mine] = due_instants(start[mine], sla, playbook)
    return ends


def _words(words: Sequence[str], place: npt.NDArray[np.integer]) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(place))


def _instants(at: Instants) -> pa.Array:
    """Null for `FOREVER`."""
    return pa.array(np.where(at == FOREVER, 0, at), mask=at == FOREVER).cast(_INSTANT)


def _moved(part: ChunkTold) -> tuple[pa.StringArray, Ints]:
    """The names of those to whom something happened, and their numbers in the chunk."""
    logs = [part.happened.entries.name, *(log.subject for log in part.happened.firings.values())]
    local = np.unique(np.concatenate(logs)).astype(np.int32)
    return part.person_ids.take(pa.array(local)), local


def _sorted(names: list[pa.StringArray]) -> pa.StringArray:
    every = pa.chunked_array([pa.array([], pa.string()), *names]).combine_chunks()
    return every.take(pc.sort_indices(every))


def _place(names: pa.StringArray, among: pa.StringArray) -> Ints:
    """The place of each name; -1 for one that is not there."""
    found = pc.fill_null(pc.index_in(names, value_set=among), -1)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int32)


def _numbers(ids: pa.StringArray, local: Ints, names: pa.StringArray, n: int) -> Ints:
    numbers = np.full(n + 1, -1, dtype=np.int32)
    numbers[local] = _place(ids, names)
    return numbers


def _joined_logs(parts: list[tuple[Ints, Log]]) -> Log:
    ints, instants = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64)
    subject = np.concatenate([ints, *(number[log.subject] for number, log in parts)])
    at = np.concatenate([instants, *(log.at for _, log in parts)])
    order = np.lexsort((at, subject))
    return Log(subject[order], at[order], np.zeros(len(order), dtype=np.int32))


_ENTRY_COLUMNS = ("name", "at", "stage", "by", "kind", "return_at")


def _joined_entries(parts: list[tuple[Ints, Entries]]) -> Entries:
    ints, instants = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64)
    empty = {name: instants if name in ("at", "return_at") else ints for name in _ENTRY_COLUMNS}
    columns = {
        name: np.concatenate(
            [empty[name], *(n[e.name] if name == "name" else getattr(e, name) for n, e in parts)]
        )
        for name in _ENTRY_COLUMNS
    }
    # A person is decided in one chunk, where their entries are in order.
    order = np.lexsort((np.arange(len(columns["name"])), columns["at"], columns["name"]))
    return Entries(**{name: column[order] for name, column in columns.items()})


def _renamed(log: Log, local: Ints) -> Log:
    subject = local[log.subject]
    order = _by_person(subject, log.at)
    return Log(subject[order], log.at[order], log.code[order])


def _renamed_entries(entries: Entries, local: Ints) -> Entries:
    name = local[entries.name]
    order = _by_person(name, entries.at)
    return Entries(
        name[order],
        entries.at[order],
        entries.stage[order],
        entries.by[order],
        entries.kind[order],
        entries.return_at[order],
    )


def _by_person(subject: Ints, at: Instants) -> npt.NDArray[np.int64]:
    mine = np.flatnonzero(subject >= 0)
    order: npt.NDArray[np.int64] = mine[np.lexsort((mine, at[mine], subject[mine]))]
    return order


def _equal(one: Log, other: Log) -> bool:
    return all(np.array_equal(getattr(one, c), getattr(other, c)) for c in ("subject", "at", "code"))
