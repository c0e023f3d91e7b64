"""Because of what somebody moved: everything of theirs, of their account's and of their colleagues' that became visible at
an instant, what was decided then, and only without any of it that time passed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import numpy.typing as npt

from handraise.evaluate.history import ChunkHistory
from handraise.evaluate.past import Past
from handraise.evaluate.timelines import HeldSteps
from handraise.facts.chunks import DEAL_STATUSES, Instants, Ints, Timeline
from handraise.model.activities import words_of
from handraise.model.time import Micros

TIME_PASSED = "time passed"
NEWLY_KNOWN = "newly known"
GONE = "deleted, or joined with somebody known earlier"

Rows = npt.NDArray[np.int64]


class Reasons:
    """Of the people of one chunk."""

    def __init__(self, history: ChunkHistory, past: Past) -> None:
        self._chunk, self._past = history.chunk, past
        self._compiled = history.compiled
        self._calibrated_at = history.limits.instants

    def of(self, life: int, at: Micros, *, is_new: bool = False, with_stages: bool = True) -> str:
        """In words, the nearest first; without the stages entered then, for what is one itself."""
        account = self._account(life, at)
        found = list(
            dict.fromkeys(
                (
                    *self._of_person(life, at),
                    *self._decided(life, at, with_stages),
                    *self._of_account(account, at),
                    *self._deals(life, account, at),
                    *self._colleagues(life, account, at),
                    *(("thresholds were worked out again",) if at in self._calibrated_at else ()),
                )
            )
        )
        if not found:
            return NEWLY_KNOWN if is_new else TIME_PASSED
        return "; ".join(found)

    def _of_person(self, life: int, at: Micros) -> Iterator[str]:
        acts = self._chunk.activities
        yield from (
            self._of_kind(int(kind)) for kind in acts.kind[_rows(acts.person, acts.visible, life, at)]
        )
        for field, timeline in self._chunk.person_fields.items():
            yield from self._values(str(field), timeline, self._compiled.shared.texts[field], life, at)
        for timeline in self._held_as_told:
            if len(_rows(timeline.subject, timeline.visible, life, at)):
                yield "another account"

    def _of_account(self, account: int, at: Micros) -> Iterator[str]:
        for field, timeline in self._chunk.account_fields.items() if account >= 0 else ():
            yield from self._values(str(field), timeline, self._compiled.shared.texts[field], account, at)

    @staticmethod
    def _values(
        field: str, timeline: Timeline, texts: npt.NDArray[np.object_], subject: int, at: Micros
    ) -> Iterator[str]:
        for code in timeline.code[_rows(timeline.subject, timeline.visible, subject, at)].tolist():
            yield f"{field} = {texts[code]}" if code >= 0 else f"{field} was erased"

    def _of_kind(self, number: int) -> str:
        kind = self._compiled.shared.kinds[number]
        named = (kind.properties.get("form"), kind.asset, kind.properties.get("path"), kind.program)
        what = next((name for name in named if name), None)
        return words_of(kind.type) + (f": {what}" if what else "")

    def _decided(self, life: int, at: Micros, with_stages: bool) -> Iterator[str]:
        alive = self._chunk.alive
        name = life if alive is None else int(alive.same_as[life])
        for key, log in self._past.firings.items():
            if len(_rows(log.subject, log.at, name, at)):
                yield f"the trigger {key} fired"
        if not with_stages:
            return
        stages = self._past.stages
        for code in stages.code[_rows(stages.subject, stages.at, name, at)].tolist():
            yield f"entered the stage {self._compiled.playbook.lifecycle.stages[code].key}"

    def _deals(self, life: int, account: int, at: Micros) -> Iterator[str]:
        deals = self._chunk.deals
        mine = np.flatnonzero(deals.role_person == life)
        theirs = deals.account == account if account >= 0 else np.zeros(len(deals.ids), dtype=np.bool_)
        theirs[deals.role_deal[mine]] = True
        if deals.role_visible is not None and (deals.role_visible[mine] == at).any():
            yield "a role in a deal"
        if deals.opened_visible is not None and (deals.opened_visible[theirs] == at).any():
            yield "a deal was opened"
        if deals.stage_visible is not None:
            told = theirs[deals.stage_deal] & (deals.stage_visible == at)
            for status in np.unique(deals.stage_status[told]).tolist():
                yield f"a deal moved: {DEAL_STATUSES[status]}"

    def _colleagues(self, life: int, account: int, at: Micros) -> Iterator[str]:
        """What the others of the account did, or what became known of them; who joined it, too."""
        if account < 0:
            return
        others = np.setdiff1d(np.concatenate([index.at(at) for index in self._indices]), [life]).astype(
            np.int32
        )
        there = self._held.at(others, np.full(len(others), at, dtype=np.int64)) == account
        for other in others[there].tolist():
            yield from (f"a colleague: {reason}" for reason in self._of_person(other, at))

    def _account(self, life: int, at: Micros) -> int:
        who, when = np.array([life], dtype=np.int32), np.array([at], dtype=np.int64)
        return int(self._held.at(who, when)[0])

    @property
    def _held_as_told(self) -> tuple[Timeline, ...]:
        held = self._chunk.held
        return () if held is None else (held.stated, held.own)

    @cached_property
    def _held(self) -> HeldSteps:
        assert self._chunk.held is not None
        return HeldSteps.of(self._chunk.held)

    @cached_property
    def _indices(self) -> tuple[_ByInstant, ...]:
        acts = self._chunk.activities
        timelines = (*self._chunk.person_fields.values(), *self._held_as_told)
        return (
            _ByInstant(acts.person, acts.visible),
            *(_ByInstant(timeline.subject, timeline.visible) for timeline in timelines),
        )


class _ByInstant:
    """Of whom something became visible at an instant."""

    def __init__(self, subject: Ints, visible: Instants) -> None:
        order = np.argsort(visible, kind="stable")
        self._subject, self._visible = subject[order], visible[order]

    def at(self, instant: Micros) -> Ints:
        first, end = np.searchsorted(self._visible, [instant, instant + 1])
        found: Ints = self._subject[first:end]
        return found


def _rows(subjects: Ints, visible: Instants, subject: int, at: Micros) -> Rows:
    """The rows of a subject, by which they are sorted, that became visible at an instant."""
    first, end = np.searchsorted(subjects, [subject, subject + 1])
    rows: Rows = first + np.flatnonzero(visible[first:end] == at)
    return rows
