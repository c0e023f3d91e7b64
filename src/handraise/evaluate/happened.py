"""What happened to people as columns of their decision: the track they are on, the stage they are in, and until when
sales must have acted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from handraise.evaluate.coded import AtInstants, Column, texts
from handraise.evaluate.points import BEFORE_ALL, FOREVER
from handraise.evaluate.views import PeopleView
from handraise.facts.chunks import Instants, Ints
from handraise.model.clocks import due
from handraise.model.playbook import Playbook
from handraise.model.triggers import Sla

Places = npt.NDArray[np.int64]


def tracks(people: PeopleView, rows: slice | Places) -> dict[str, Column]:
    """The track that people are on at some of their points: that of the first trigger whose firing stands."""
    playbook = people.compiled.playbook
    on = np.full(people.size, -1, dtype=np.int32)
    fired_at = np.full(people.size, BEFORE_ALL, dtype=np.int64)
    triggers = list(playbook.triggers.values())
    for i, trigger in enumerate(triggers):
        last = people.last_firing(trigger.key)
        stands = (on < 0) & (last > people.before(trigger.stands_for))
        on[stands], fired_at[stands] = i, last[stands]
    on, fired_at = on[rows], fired_at[rows]
    return {
        "track": texts(on, [t.track_name for t in triggers]),
        "track_trigger": texts(on, [t.key for t in triggers]),
        "track_fired_at": AtInstants(fired_at, on < 0),
        "track_due_at": _due(fired_at, on, [t.sla for t in triggers], playbook),
    }


def stages(people: PeopleView, rows: slice | Places) -> dict[str, Column]:
    """The stage that people are in at some of their points, if any."""
    playbook = people.compiled.playbook
    since, stage = people.stage()
    since, place = since[rows], stage[rows]
    return {
        "stage": texts(place, [s.key for s in playbook.lifecycle.stages]),
        "stage_entered_at": AtInstants(since, place < 0),
        "stage_due_at": _due(since, place, [s.sla for s in playbook.lifecycle.stages], playbook),
    }


def due_instants(start: Instants, sla: Sla, playbook: Playbook) -> Instants:
    """When a clock that starts at each of the instants has run; each distinct instant is worked out once."""
    distinct, place = np.unique(start, return_inverse=True)
    hours, zone = playbook.business_hours, playbook.time_zone
    ends = np.fromiter((due(int(at), sla, hours, zone) for at in distinct), np.int64, len(distinct))
    return np.asarray(ends[place], dtype=np.int64)


def _due(start: Instants, place: Ints, slas: list[Sla | None], playbook: Playbook) -> Column:
    ends = np.full(len(start), FOREVER, dtype=np.int64)
    for i, sla in enumerate(slas):
        mine = place == i
        if sla is not None and mine.any():
            ends[mine] = due_instants(start[mine], sla, playbook)
    return AtInstants(ends, ends == FOREVER)
