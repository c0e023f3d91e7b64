"""Activations: which playbook version was in force since when, and since when each of its triggers runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from handraise.facts.sql import Connection
from handraise.model.time import Micros

_COLUMNS = "activated_at, recorded_at, playbook_version, playbook_name, playbook_text, triggers"


@dataclass(frozen=True, slots=True)
class RunningTrigger:
    """Since when a trigger runs in its present form; `definition` is a hash of that form."""

    since: Micros
    definition: str


@dataclass(frozen=True, slots=True)
class Activation:
    """A playbook version is in force since `activated_at`, until the next activation. `recorded_at` is the caller's clock.

    Whoever will have to sign a version signs `playbook_version`; an activation without their signatures is refused where
    activations are recorded (`services.activating`).
    """

    activated_at: Micros
    recorded_at: Micros
    playbook_version: str
    playbook_name: str
    playbook_text: str
    triggers: Mapping[str, RunningTrigger]


def save_activation(connection: Connection, activation: Activation) -> None:
    triggers = {key: asdict(running) for key, running in activation.triggers.items()}
    connection.execute(
        f"INSERT INTO activations ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
        [
            *(activation.activated_at, activation.recorded_at, activation.playbook_version),
            *(activation.playbook_name, activation.playbook_text, json.dumps(triggers)),
        ],
    )


def list_activations(connection: Connection) -> tuple[Activation, ...]:
    """All activations, in order of time."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM activations ORDER BY activated_at").fetchall()
    return tuple(_activation(row) for row in rows)


def _activation(row: Any) -> Activation:
    values: dict[str, Any] = dict(zip(_COLUMNS.split(", "), row, strict=True))
    triggers = {key: RunningTrigger(**said) for key, said in json.loads(values["triggers"]).items()}
    return Activation(**{**values, "triggers": triggers})
