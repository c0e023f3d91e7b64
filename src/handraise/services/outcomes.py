"""What the agreement calls an outcome, read from the deals: who is credited, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from handraise.engines.reading import Reading
from handraise.evaluate.deals import DealStates
from handraise.facts.chunks import DEAL_STATUSES, Chunk, Needs
from handraise.facts.store import FactStore
from handraise.model.playbook import Credit, Outcome, OutcomeEvent
from handraise.model.time import MICROS_PER_DAY, Micros

# After everything that can be known; a reading as of then sees all facts.
END_OF_TIME: Micros = 253_402_300_799_999_999
NEVER = np.iinfo(np.int64).max
_WON = DEAL_STATUSES.index("won")
_OPEN = DEAL_STATUSES.index("open")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Outcomes of everybody, one row a credited subject and deal; `ended_at` is `NEVER` while it lasts.

    `observed_until` is the end of the last day on which anything happened to a deal: past it, that nothing
    happened is not known. `None` when there are no deals.
    """

    subject_ids: pa.Array
    at: npt.NDArray[np.int64]
    ended_at: npt.NDArray[np.int64]
    observed_until: Micros | None


def find_outcomes(store: FactStore, outcome: Outcome, source_ranks: Mapping[str, int]) -> Outcomes:
    """Every outcome there is in the facts, known until now."""
    needs = Needs(activity_types=frozenset(), deals=True)
    with Reading(store, END_OF_TIME, needs=needs, source_ranks=source_ranks) as reading:
        parts = [_of_chunk(reading.chunk(i), outcome) for i in range(reading.n_chunks)]
    last = max((p[3] for p in parts), default=0)
    return Outcomes(
        subject_ids=pa.concat_arrays([p[0] for p in parts]) if parts else pa.array([], pa.string()),
        at=np.concatenate([p[1] for p in parts]) if parts else np.empty(0, np.int64),
        ended_at=np.concatenate([p[2] for p in parts]) if parts else np.empty(0, np.int64),
        observed_until=(last // MICROS_PER_DAY + 1) * MICROS_PER_DAY - 1 if last else None,
    )


_Part = tuple[pa.Array, npt.NDArray[np.int64], npt.NDArray[np.int64], int]


def _of_chunk(chunk: Chunk, outcome: Outcome) -> _Part:
    deals = chunk.deals
    status, since = DealStates(deals, "UTC").now
    happened = (
        np.ones(len(status), np.bool_)
        if outcome.event is OutcomeEvent.OPPORTUNITY_CREATED
        else status == _WON
    )
    at = deals.opened_at if outcome.event is OutcomeEvent.OPPORTUNITY_CREATED else since
    ended = np.full(len(at), NEVER)
    if outcome.event is OutcomeEvent.OPPORTUNITY_CREATED:
        ended = np.where(status == _OPEN, NEVER, since)
    deal, subject, ids = _credited(chunk, outcome.credit)
    kept = happened[deal]
    deal, subject = deal[kept], subject[kept]
    last = max(int(deals.opened_at.max(initial=0)), int(deals.stage_at.max(initial=0)))
    return ids.take(pa.array(subject)), at[deal], ended[deal], last


def _credited(chunk: Chunk, credit: Credit) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], pa.Array]:
    """(deal, subject) pairs: the people with a role in it, or its account."""
    deals = chunk.deals
    if credit is Credit.ACCOUNT:
        deal = np.flatnonzero(deals.account >= 0)
        return deal, deals.account[deal], chunk.account_ids
    here = (deals.role_person >= 0) & (deals.role_person < chunk.n_decided)
    return deals.role_deal[here].astype(np.int64), deals.role_person[here], chunk.person_ids
