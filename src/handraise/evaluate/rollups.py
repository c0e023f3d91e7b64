"""Roll-ups over the people of an account, at many instants: members' spells, counted by account.

An activity belongs to the account that its person held at its instant, as known at the point; roles and decisions
are counted over the members at the point.
"""

from __future__ import annotations

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
    sure, possible = accounts.facts.remember(("who", who), lambda: _members(who, accounts), of_past=True)
    points = accounts.points
    return sure.look_up(points.subject, points.at), possible.look_up(points.subject, points.at)


def _members(who: Condition, accounts: AccountsView) -> tuple[Counted, Counted]:
    people = accounts.people
    if people is None:
        raise RuntimeError("accounts are seen through their people")
    points, truth = person_steps(who, people)
    stays = stays_of(accounts.facts)
    parts = (stretches(points.subject, points.at, holds) for holds in (truth == IN, truth != OUT))
    sure, possible = (stays.spells_of_accounts(spells).counted() for spells in parts)
    return sure, possible
