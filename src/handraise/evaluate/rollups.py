"""Roll-ups over the people of an account, at many instants: members' spells, counted by account.

An activity belongs to the account that its person held at its instant, as known at the point; roles and decisions
are counted over the members at the point.
"""

from __future__ import annotations

import numpy as np

from handraise.evaluate.changes import person_steps
from handraise.evaluate.kleene import IN, OUT
from handraise.evaluate.members import people_who_did, stays_of
from handraise.evaluate.occurrences import Counts
from handraise.evaluate.spells import Counted, stretches
from handraise.evaluate.views import AccountsView
from handraise.model.conditions import AccountDid, Condition


def account_did_count(condition: AccountDid, accounts: AccountsView) -> Counts:
    """People of each account who did it often enough, at each point of the accounts."""
    facts = accounts.facts
    counted = facts.remember(("did", condition), lambda: people_who_did(condition, facts).counted())
    return counted.look_up(accounts.points.subject, accounts.points.at)


def member_counts(who: Condition, accounts: AccountsView) -> tuple[Counts, Counts]:
    """How many members surely, and how many possibly, pass at each point of the accounts."""
    points = accounts.points
    if accounts.beside_people:
        return _members_beside(who, accounts)
    sure, possible = accounts.facts.remember(("who", who), lambda: _members(who, accounts), of_past=True)
    return sure.look_up(points.subject, points.at), possible.look_up(points.subject, points.at)


def _members_beside(who: Condition, accounts: AccountsView) -> tuple[Counts, Counts]:
    people = accounts.member_view
    truth, account = people.truth(who), people.account
    parts = (account[holds & (account >= 0)] for holds in (truth == IN, truth != OUT))
    sure, possible = (np.bincount(part, minlength=accounts.size) for part in parts)
    return sure, possible


def _members(who: Condition, accounts: AccountsView) -> tuple[Counted, Counted]:
    points, truth = person_steps(who, accounts.member_view)
    stays = stays_of(accounts.facts)
    parts = (stretches(points.subject, points.at, holds) for holds in (truth == IN, truth != OUT))
    sure, possible = (stays.spells_of_accounts(spells).counted() for spells in parts)
    return sure, possible
