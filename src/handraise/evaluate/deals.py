"""Deals of a chunk: the status each has, and since when, now or over time."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from handraise.evaluate.points import FOREVER, Points
from handraise.evaluate.spells import Counted, Spells, in_window
from handraise.facts.chunks import DEAL_STATUSES, Bools, Deals, Instants, Ints
from handraise.facts.ranges import ranges
from handraise.model.conditions import DealOf, DealStatus, HasOpportunity
from handraise.model.time import Micros

_OPEN = DEAL_STATUSES.index(DealStatus.OPEN.value)
Statuses = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class DealStates:
    """The deals of a chunk as a condition sees them. `zone` is where calendar steps are taken."""

    deals: Deals
    zone: str
    _counted: dict[HasOpportunity, Counted] = field(default_factory=dict)

    @cached_property
    def now(self) -> tuple[Statuses, Instants]:
        """(status, since when) of each deal at the reading's instant; shape `(n_deals,)` each. A status is an index
        into `DEAL_STATUSES`; "since when" is when its present run began."""
        deals = self.deals
        return _states(deals.opened_at, deals.stage_deal, deals.stage_at, deals.stage_status)

    def matching(self, condition: HasOpportunity, start: Micros | None) -> Bools:
        """Which deals are in one of the statuses now, reached after `start`."""
        status, since = self.now
        held = _among(status, condition)
        return held if start is None else held & (since > start)

    def subjects_with(self, condition: HasOpportunity, start: Micros | None, n_subjects: int) -> Bools:
        """For each account (`DealOf.ACCOUNT`) or person: whether such a deal is there now."""
        deals, matching = self.deals, self.matching(condition, start)
        if condition.whose is DealOf.ACCOUNT:
            subject = deals.account[matching]
        else:
            subject = deals.role_person[matching[deals.role_deal]]
        holds = np.zeros(n_subjects, dtype=np.bool_)
        holds[subject[subject >= 0]] = True
        return holds

    def at_points(self, condition: HasOpportunity, points: Points) -> Bools:
        """For each point of accounts (`DealOf.ACCOUNT`) or people: whether such a deal was there."""
        if condition not in self._counted:
            self._counted[condition] = self.spells(condition).counted()
        return self._counted[condition].look_up(points.subject, points.at) > 0

    def spells(self, condition: HasOpportunity) -> Spells:
        """While each account or person has such a deal; one spell for each deal's stretch."""
        deal, start, end, status, since = self._over_time
        held = _among(status, condition)
        deal, start, end, since = deal[held], start[held], end[held], since[held]
        meanwhile = in_window(deal, start, end, since, condition.within, self.zone)
        deal, start, end = meanwhile.subject, meanwhile.start, meanwhile.end
        if condition.whose is DealOf.ACCOUNT:
            return Spells.of(self.deals.account[deal], start, end)
        by_deal = np.argsort(self.deals.role_deal, kind="stable")
        of_deal = self.deals.role_deal[by_deal]
        first = np.searchsorted(of_deal, deal, side="left")
        n = np.searchsorted(of_deal, deal, side="right") - first
        role = by_deal[ranges(first, n)]
        stretch = np.repeat(np.arange(len(n)), n)
        begun = np.maximum(start[stretch], _seen(self.deals.role_visible, self.deals.role_at)[role])
        return Spells.of(self.deals.role_person[role], begun, end[stretch])

    @cached_property
    def _over_time(self) -> tuple[Ints, Instants, Instants, Statuses, Instants]:
        """Each deal between two changes of what is known of it: (deal, from, until, status, since when)."""
        deals = self.deals
        n = len(deals.ids)
        opened = _seen(deals.opened_visible, deals.opened_at)
        told = np.maximum(_seen(deals.stage_visible, deals.stage_at), opened[deals.stage_deal])
        versions = Points.of(
            np.concatenate([np.arange(n, dtype=np.int32), deals.stage_deal]), np.concatenate([opened, told])
        )
        end = np.full(versions.n, FOREVER)
        same = versions.subject[1:] == versions.subject[:-1]
        end[:-1][same] = versions.at[1:][same]
        # Each version of a deal with the stages that it knows, in their order.
        first = np.searchsorted(deals.stage_deal, versions.subject, side="left")
        length = np.searchsorted(deals.stage_deal, versions.subject, side="right") - first
        row, version = ranges(first, length), np.repeat(np.arange(versions.n), length)
        known = told[row] <= versions.at[version]
        row, version = row[known], version[known]
        status, since = _states(
            deals.opened_at[versions.subject],
            version.astype(np.int32),
            deals.stage_at[row],
            deals.stage_status[row],
        )
        return versions.subject, versions.at, end, status, since


def _states(opened_at: Instants, deal: Ints, at: Instants, stage: Statuses) -> tuple[Statuses, Instants]:
    """Status of each deal, and when its last run began. Stages are sorted by (deal, at)."""
    status = np.full(len(opened_at), _OPEN, dtype=np.uint8)
    since = opened_at.copy()
    if not len(deal):
        return status, since
    first_of_deal = np.append(True, deal[1:] != deal[:-1])
    starts_run = first_of_deal | np.append(True, stage[1:] != stage[:-1])
    run_start = np.maximum.accumulate(np.where(starts_run, np.arange(len(deal)), 0))
    last = np.append(np.flatnonzero(deal[1:] != deal[:-1]), len(deal) - 1)
    status[deal[last]] = stage[last]
    begun = at[run_start[last]]
    # A deal that has been open from its first stage on is open since it was opened.
    always_open = (stage[last] == _OPEN) & first_of_deal[run_start[last]]
    since[deal[last]] = np.where(always_open, opened_at[deal[last]], begun)
    return status, since


def _among(status: Statuses, condition: HasOpportunity) -> Bools:
    return np.isin(status, [DEAL_STATUSES.index(s.value) for s in condition.statuses])


def _seen(visible: Instants | None, at: Instants) -> Instants:
    return at if visible is None else visible
