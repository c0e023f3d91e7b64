"""Deals of a chunk: the status each has now, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from handraise.facts.chunks import DEAL_STATUSES, Bools, Deals, Instants
from handraise.model.conditions import DealOf, DealStatus, HasOpportunity
from handraise.model.time import Micros

_OPEN = DEAL_STATUSES.index(DealStatus.OPEN.value)


@dataclass(frozen=True)
class DealStates:
    """Status of each deal now (index into `DEAL_STATUSES`) and the instant that run of the status began."""

    deals: Deals

    def now(self) -> tuple[npt.NDArray[np.uint8], Instants]:
        """(status, since when) of each deal; shape `(n_deals,)` each."""
        return self._now

    @cached_property
    def _now(self) -> tuple[npt.NDArray[np.uint8], Instants]:
        deals = self.deals
        n_deals = len(deals.ids)
        status = np.full(n_deals, _OPEN, dtype=np.uint8)
        since = deals.opened_at.copy()
        if not len(deals.stage_deal):
            return status, since
        deal, stage = deals.stage_deal, deals.stage_status
        first_of_deal = np.append(True, deal[1:] != deal[:-1])
        starts_run = first_of_deal | np.append(True, stage[1:] != stage[:-1])
        run_start = np.maximum.accumulate(np.where(starts_run, np.arange(len(deal)), 0))
        last = np.append(np.flatnonzero(deal[1:] != deal[:-1]), len(deal) - 1)
        status[deal[last]] = stage[last]
        begun = deals.stage_at[run_start[last]]
        # A deal that has been open from its first stage on is open since it was opened.
        always_open = (stage[last] == _OPEN) & first_of_deal[run_start[last]]
        since[deal[last]] = np.where(always_open, deals.opened_at[deal[last]], begun)
        return status, since

    def matching(self, condition: HasOpportunity, start: Micros | None) -> Bools:
        """Which deals are in one of the statuses, reached after `start`."""
        status, since = self._now
        held = np.isin(status, [DEAL_STATUSES.index(s.value) for s in condition.statuses])
        return held if start is None else held & (since > start)

    def subjects_with(self, condition: HasOpportunity, start: Micros | None, n_subjects: int) -> Bools:
        """For each account (`DealOf.ACCOUNT`) or person: whether such a deal is there."""
        deals, matching = self.deals, self.matching(condition, start)
        if condition.whose is DealOf.ACCOUNT:
            subject = deals.account[matching]
        else:
            subject = deals.role_person[matching[deals.role_deal]]
        holds = np.zeros(n_subjects, dtype=np.bool_)
        holds[subject[subject >= 0]] = True
        return holds
