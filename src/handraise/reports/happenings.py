"""What happens to people in a few figures: who is on which track and in which stage, what is late, and what flows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from handraise.evidence.form import json_form
from handraise.model.playbook import Playbook
from handraise.model.time import MICROS_PER_DAY, Micros

LATELY_DAYS = 28
_INSTANT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class TriggerCount:
    """A trigger: `n_on` people are on its track through it, `n_late` of them past their clock; it fired `n_fired` times
    in the last four weeks, for `n_people` people."""

    key: str
    label: str
    track: str
    n_on: int
    n_late: int
    n_fired: int
    n_people: int


@dataclass(frozen=True, slots=True)
class StageCount:
    """A stage: `n_in` people are in it, `n_late` of them past its clock; `n_entered` times it was entered in the last
    four weeks, `n_passed_back` of them by passing back. `median_days` is how long those in it have been so."""

    key: str
    label: str
    n_in: int
    n_late: int
    n_entered: int
    n_passed_back: int
    median_days: float | None


@dataclass(frozen=True, slots=True)
class Happenings:
    """Triggers and stages in the playbook's order. `n_without_stage` people are in none yet."""

    triggers: tuple[TriggerCount, ...]
    stages: tuple[StageCount, ...]
    n_without_stage: int

    def as_dict(self) -> dict[str, object]:
        return dict(json_form(self))


def happenings(
    playbook: Playbook, decisions: pa.Table, firings: pa.Table, entries: pa.Table, as_of: Micros
) -> Happenings:
    """From decisions at an instant and what fired and was entered by then (`engines.told`)."""
    lately = pa.scalar(as_of - LATELY_DAYS * MICROS_PER_DAY, _INSTANT)
    fired = firings.filter(pc.greater(firings["fired_at"], lately))
    entered = entries.filter(pc.greater(entries["entered_at"], lately))
    return Happenings(
        tuple(
            TriggerCount(
                key,
                trigger.label or key.replace("_", " "),
                trigger.track_name,
                *_now(decisions, "track_trigger", key, "track_due_at", as_of),
                *_lately(fired, "trigger", key),
            )
            for key, trigger in playbook.triggers.items()
        ),
        tuple(
            StageCount(
                stage.key,
                stage.label or playbook.term(stage.key),
                *_now(decisions, "stage", stage.key, "stage_due_at", as_of),
                _lately(entered, "stage", stage.key)[0],
                _lately(entered.filter(pc.equal(entered["entered_by"], "passed_back")), "stage", stage.key)[
                    0
                ],
                _median_days(decisions, stage.key, as_of),
            )
            for stage in playbook.lifecycle.stages
        ),
        decisions["stage"].null_count,
    )


def _now(decisions: pa.Table, column: str, key: str, due: str, as_of: Micros) -> tuple[int, int]:
    """How many are there, and how many of them late."""
    there = decisions.filter(pc.equal(decisions[column], key))
    late = pc.sum(pc.less_equal(there[due], pa.scalar(as_of, _INSTANT))).as_py()
    return len(there), int(late or 0)


def _lately(rows: pa.Table, column: str, key: str) -> tuple[int, int]:
    """How many rows, and of how many people."""
    mine = rows.filter(pc.equal(rows[column], key))
    return len(mine), int(pc.count_distinct(mine["person_id"]).as_py())


def _median_days(decisions: pa.Table, stage: str, as_of: Micros) -> float | None:
    entered = decisions.filter(pc.equal(decisions["stage"], stage))["stage_entered_at"]
    if not len(entered):
        return None
    at = entered.cast(pa.int64()).to_numpy()
    return float(np.median(as_of - at) / MICROS_PER_DAY)
