"""What a store holds, in a few figures: which fields and activities there are, how new, and why rows were refused."""

from __future__ import annotations

from dataclasses import dataclass

from handraise.facts.store import FactStore
from handraise.model.fields import Field
from handraise.model.time import Micros


@dataclass(frozen=True, slots=True)
class Contents:
    """Fields with at least one value, activity types of which there is or could be one, and whether there are deals."""

    fields: frozenset[Field]
    activity_types: frozenset[str]
    has_deals: bool


def contents(store: FactStore) -> Contents:
    """What any import has brought so far."""
    cursor = store.cursor()
    fields = cursor.execute(
        "SELECT DISTINCT entity, name FROM fields WHERE id IN (SELECT field FROM field_values)"
    ).fetchall()
    types = cursor.execute("SELECT type FROM kinds UNION SELECT activity_type FROM coverage").fetchall()
    deals = cursor.execute("SELECT count(*) FROM (SELECT 1 FROM opportunities LIMIT 1)").fetchone()
    return Contents(
        frozenset(Field(entity, name) for entity, name in fields),
        frozenset(t for (t,) in types),
        bool(deals and deals[0]),
    )


def newest_activity_at(store: FactStore, as_of: Micros) -> Micros | None:
    """When the latest activity known by an instant happened; `None` when there are none."""
    statement = "SELECT max(happened_at) FROM activities WHERE happened_at <= $1 AND known_at <= $1"
    row = store.cursor().execute(statement, [as_of]).fetchone()
    return None if row is None or row[0] is None else int(row[0])


_DATED = (
    "activities",
    "attribute_changes",
    "opportunities",
    "opportunity_stages",
    "contact_roles",
    "memberships",
)


def latest_facts(store: FactStore) -> dict[int, Micros]:
    """By import, when the latest fact that it brought happened; imports of no new facts are left out."""
    each = " UNION ALL ".join(
        f"SELECT import_id, max(happened_at) AS latest FROM {table} GROUP BY import_id" for table in _DATED
    )
    rows = (
        store.cursor().execute(f"SELECT import_id, max(latest) FROM ({each}) GROUP BY import_id").fetchall()
    )
    return {int(number): int(at) for number, at in rows}


def quarantine_reasons(store: FactStore) -> dict[int, tuple[tuple[str, int], ...]]:
    """By import, the reasons for which rows were not taken and how many there are, most first."""
    rows = store.cursor().execute(
        """SELECT import_id, CASE WHEN column_name IS NULL THEN reason ELSE column_name || ': ' || reason END AS why,
                  count(*) AS n
           FROM quarantine GROUP BY ALL ORDER BY import_id, n DESC, why"""
    )
    found: dict[int, list[tuple[str, int]]] = {}
    for number, why, n in rows.fetchall():
        found.setdefault(number, []).append((why, n))
    return {number: tuple(reasons) for number, reasons in found.items()}
