"""Calibrations that were stored: thresholds read off everybody, and since when decisions keep to them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from handraise.facts.sql import Connection
from handraise.model.time import Micros

_COLUMNS = "playbook_version, instant, horizon, depends_on, known_at, n_people, thresholds, first_at"


@dataclass(frozen=True, slots=True)
class StoredCalibration:
    """The thresholds of one playbook version, read off everybody as of `instant` from the facts up to `horizon`.

    `known_at`: since when decisions keep to them; `None` where they were worked out for an instant that was past, and are
    kept only because working them out again gives the same. `depends_on` says what else they rest on. `first_at`, the
    first instant at which anybody was there, is known of those that were worked out with all before them.
    """

    playbook_version: str
    instant: Micros
    horizon: int
    depends_on: str
    known_at: Micros | None
    n_people: int
    thresholds: Mapping[str, Any]
    first_at: Micros | None = None


def save_calibrations(connection: Connection, calibrations: Iterable[StoredCalibration]) -> None:
    """Stores calibrations. One that is there stays; since when it is known, and the first instant, are added to it."""
    for new in calibrations:
        key = [new.playbook_version, new.instant, new.horizon, new.depends_on]
        found = connection.execute(
            """UPDATE calibrations
               SET known_at = coalesce(known_at, ?), first_at = coalesce(first_at, ?)
               WHERE playbook_version = ? AND instant = ? AND horizon = ? AND depends_on = ?
               RETURNING instant""",
            [new.known_at, new.first_at, *key],
        ).fetchall()
        if not found:
            thresholds = json.dumps(dict(new.thresholds), sort_keys=True)
            connection.execute(
                f"INSERT INTO calibrations ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [*key, new.known_at, new.n_people, thresholds, new.first_at],
            )


def forget_worked_out(connection: Connection, horizon: int) -> None:
    """Lets go of those that are no facts and rest on fewer facts than there are: nobody will ask for them again."""
    connection.execute("DELETE FROM calibrations WHERE known_at IS NULL AND horizon < ?", [horizon])


def list_calibrations(connection: Connection, playbook_version: str | None) -> tuple[StoredCalibration, ...]:
    """The calibrations of a playbook version, or of all, by instant."""
    rows = connection.execute(
        f"""SELECT {_COLUMNS} FROM calibrations WHERE ? IS NULL OR playbook_version = ?
            ORDER BY instant, known_at NULLS FIRST, horizon, playbook_version, depends_on""",
        [playbook_version, playbook_version],
    ).fetchall()
    return tuple(_stored(row) for row in rows)


def _stored(row: Any) -> StoredCalibration:
    values: dict[str, Any] = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return StoredCalibration(**{**values, "thresholds": json.loads(values["thresholds"])})
