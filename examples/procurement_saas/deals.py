"""A deal of the raw world, with the stages between its first and its last.

The raw world stops 90 days after a lead's creation. What is then still open is closed later by the
team's own clean-up as "No decision", the most common end of a real deal; nothing wins after day 90.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from history import Company, Deal, Person
from invented_names import draw
from working_time import LeadClock

HORIZON_DAYS = 90
STAGES = (
    "Qualification",
    "Needs Analysis",
    "Value Proposition",
    "Proposal/Price Quote",
    "Negotiation/Review",
)
WORLD_STAGES = ("sql", "demo_scheduled", "demo_completed", "proposal_sent", "negotiation")
DAYS_IN_A_STAGE = 9.0
STAGE_IS_ENTERED = 0.7  # reps skip the others, except the one in which a deal stays
LOSS_REASONS = {"Price": 25, "Competitor": 25, "No budget": 20, "Timing": 20, None: 10}
MAY_RETURN = ("No budget", "Timing", "No decision")


def tell_deal(key: str, raw: Any, person: Person, clock: LeadClock, plan: str | None) -> Deal:
    chance = draw("deal", key)
    opened_on = date.fromisoformat(raw.created_at)
    ended_on = date.fromisoformat(raw.closed_at) if raw.closed_at else None
    opened_at = clock.at(opened_on, f"{key}/opened", person.created_at)
    steps = [(opened_at, STAGES[0])]
    for on, stage in _middle_stages(key, raw, clock, opened_on, ended_on):
        steps.append((clock.at(on, f"{key}/{stage}", steps[-1][0]), stage))
    closed_on = ended_on or clock.raw_created + timedelta(days=HORIZON_DAYS + chance.randint(30, 120))
    closing = "Closed Won" if raw.close_outcome == "closed_won" else "Closed Lost"
    closed_at = clock.at(closed_on, f"{key}/closed", steps[-1][0])
    steps.append((closed_at, closing))

    reason = None if closing == "Closed Won" else _loss_reason(key) if ended_on else "No decision"
    revisit_on = None
    if reason in MAY_RETURN and chance.random() < 0.5:
        revisit_on = closed_at.date() + timedelta(days=chance.randint(120, 365))
    expected_on = opened_at.date() + timedelta(days=chance.randint(30, 90))
    return Deal(key, person, raw.estimated_acv, tuple(steps), expected_on, reason, revisit_on, plan)


def _middle_stages(
    key: str, raw: Any, clock: LeadClock, opened_on: date, ended_on: date | None
) -> list[tuple[date, str]]:
    """Days of the stages after the first. Won deals pass them all, open ones up to the raw world's last."""
    chance = draw("stages", key)
    last_on = ended_on or clock.raw_created + timedelta(days=HORIZON_DAYS - 1)
    room = (last_on - opened_on).days
    days: list[int] = []
    if raw.close_outcome == "closed_lost":
        n_days = chance.expovariate(1 / DAYS_IN_A_STAGE)
        while n_days < room and len(days) < len(STAGES) - 1:
            days.append(int(n_days))
            n_days += chance.expovariate(1 / DAYS_IN_A_STAGE)
    else:
        n_stages = len(STAGES) - 1 if raw.close_outcome else WORLD_STAGES.index(raw.stage)
        if room > n_stages:
            days = sorted(chance.randint(1, room) for _ in range(n_stages))
    return [
        (opened_on + timedelta(days=n), STAGES[i])
        for i, n in enumerate(days, start=1)
        if i == len(days) or chance.random() < STAGE_IS_ENTERED
    ]


def _loss_reason(key: str) -> str | None:
    return draw("loss reason", key).choices(list(LOSS_REASONS), list(LOSS_REASONS.values()))[0]


def company_has_won(deals: list[Deal], company: Company) -> datetime | None:
    """When the company first bought."""
    wins = [d.closed_at for d in deals if d.is_won and d.person.company is company and d.closed_at]
    return min(wins, default=None)
