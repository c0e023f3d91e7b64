"""What the store keeps of a playbook version: read for an engine before it decides, and made ready to be stored after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from handraise.engines.calibrations import Calibration, Calibrations, Kept
from handraise.engines.histories import scores_read_history
from handraise.engines.in_force import InForce
from handraise.engines.local import Decided, LocalEngine
from handraise.evaluate.decide import Limits
from handraise.evaluate.scores import NOBODY, ClassLimits
from handraise.facts.activations import Activation
from handraise.facts.calibrations import StoredCalibration
from handraise.facts.store import FactStore
from handraise.model.conditions import Score
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.time import Micros, iso
from handraise.playbook.dependencies import needs
from handraise.playbook.writer import version_of
from handraise.version import __version__

MICROS_PER_MINUTE: Micros = 60_000_000


def in_force(
    store: FactStore, playbook: Playbook, catalog: FieldCatalog, source_trust: Sequence[str]
) -> InForce:
    """What of this playbook version is a fact."""
    version = version_of(playbook)
    mine = [a for a in store.activations() if a.playbook_version == version]
    rests_on = depends_on(playbook, catalog, source_trust) if can_be_kept(playbook, mine) else None
    started = tuple((a.activated_at, starts_of(a)) for a in mine)
    return InForce(started, _kept(store.calibrations(version), rests_on))


def starts_of(activation: Activation) -> dict[str, Micros]:
    """Since when each trigger runs."""
    return {key: running.since for key, running in activation.triggers.items()}


def can_be_kept(playbook: Playbook, activations: Sequence[Activation]) -> bool:
    """Whether working calibrations out again gives the same: not where scores rest on triggers, and since when these run
    depends on the instant decided for."""
    return not (activations and scores_read_history(playbook))


def depends_on(playbook: Playbook, catalog: FieldCatalog, source_trust: Sequence[str]) -> str:
    """A hash of what calibrations rest on besides the playbook, the facts and their instant."""
    said = {
        "release": __version__,
        "fields": sorted([str(f), catalog.type_of(f).value] for f in needs(playbook).fields),
        "source_trust": list(source_trust),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def _kept(stored: Iterable[StoredCalibration], rests_on: str | None) -> Kept:
    stored = list(stored)
    again = [s for s in stored if s.depends_on == rests_on]
    facts = [(s.horizon, _calibration(s, s.known_at)) for s in stored if s.known_at is not None]
    return Kept(
        tuple(sorted(facts, key=lambda f: (f[1].since, f[0]))),
        {(s.instant, s.horizon): _calibration(s, None) for s in again},
        {s.horizon: s.first_at for s in again if s.first_at is not None},
    )


def _calibration(stored: StoredCalibration, known_at: Micros | None) -> Calibration:
    limits = limits_of(stored.thresholds)
    return Calibration(stored.instant, stored.n_people, limits, known_at)


@dataclass(frozen=True, slots=True)
class Storing:
    """Makes calibrations of one playbook version ready to be stored."""

    version: str
    rests_on: str

    @classmethod
    def of(cls, engine: LocalEngine) -> Storing:
        playbook = engine.playbook
        return cls(version_of(playbook), depends_on(playbook, engine.catalog, engine.source_trust))

    def stored(
        self, calibration: Calibration, horizon: int, first_at: Micros | None = None
    ) -> StoredCalibration:
        return StoredCalibration(
            self.version,
            calibration.at,
            horizon,
            self.rests_on,
            calibration.known_at,
            calibration.n_people,
            limits_data(calibration.limits),
            first_at,
        )


def to_store(
    engine: LocalEngine, decided: Decided, as_of: Micros, now: Micros, activations: Sequence[Activation]
) -> tuple[tuple[StoredCalibration, ...], Micros | None]:
    """The calibrations of a decision that are to be stored, and since when decisions keep to the one that it rests on: where
    it is new and the decision is about the present. Those of instants that have not come are not stored."""
    storing, horizon = Storing.of(engine), decided.horizon
    rows: list[StoredCalibration] = []
    told = None if decided.told is None else decided.told.calibrations
    if told is not None and told.first_at is not None and can_be_kept(engine.playbook, activations):
        every = (*told.each, *engine.calibrating.empty(told, as_of))
        worked_out = [c for c in every if c.known_at is None and c.at <= now]
        rows = [storing.stored(c, horizon, told.first_at) for c in worked_out]
    last = decided.calibration
    if last is None or last.known_at is not None or not last.n_people or last.at > now:
        return tuple(rows), None
    known_at = known_since(last, as_of, now)
    return (*rows, storing.stored(replace(last, known_at=known_at), horizon)), known_at


def known_since(calibration: Calibration, as_of: Micros, now: Micros) -> Micros | None:
    """Since when decisions keep to a calibration that one made: `None` where that one was about the past. An instant of the
    last minute is the present."""
    known_at = min(as_of, now)
    return known_at if as_of >= now - MICROS_PER_MINUTE and calibration.at <= known_at else None


def limits_data(limits: Limits) -> dict[str, list[int]]:
    """Limits in JSON, in hundredths of points."""
    grades, levels = (limits.of(score) for score in Score)
    return {
        "grades": [int(grades.best), int(grades.second), int(grades.third)],
        "levels": [int(levels.best), int(levels.second), int(levels.third)],
    }


def points_of(limits: Limits) -> dict[str, dict[str, float | None]]:
    """Limits for people: the points to reach each class; none where nobody can."""
    names = {"grades": "ABC", "levels": "123"}
    return {
        which: {n: None if v == NOBODY else v / 100 for n, v in zip(names[which], values, strict=True)}
        for which, values in limits_data(limits).items()
    }


def limits_of(data: Mapping[str, Any]) -> Limits:
    return Limits(ClassLimits(*data["grades"]), ClassLimits(*data["levels"]))


def stored_data(stored: StoredCalibration) -> dict[str, object]:
    """A stored calibration in JSON, with the points to reach each class."""
    return {
        "playbook_version": stored.playbook_version,
        "at": iso(stored.instant),
        "horizon": stored.horizon,
        "known_at": None if stored.known_at is None else iso(stored.known_at),
        "n_people": stored.n_people,
        "limits": points_of(limits_of(stored.thresholds)),
    }


def calibration_data(calibration: Calibration) -> dict[str, object]:
    """A calibration as a run keeps it."""
    known = {} if calibration.known_at is None else {"known_at": calibration.known_at}
    return {
        "at": calibration.at,
        "n_people": calibration.n_people,
        **limits_data(calibration.limits),
        **known,
    }


def calibration_of(data: Mapping[str, Any]) -> Calibration:
    return Calibration(data["at"], data["n_people"], limits_of(data), data.get("known_at"))


def over_time_data(calibrations: Calibrations) -> list[dict[str, object]]:
    """What a history was told by, as a run keeps it: since when other limits held."""
    return [{"since": c.since, **limits_data(c.limits)} for c in calibrations.changing]


def over_time_of(data: Sequence[Mapping[str, Any]]) -> Calibrations:
    return Calibrations(tuple(Calibration(said["since"], 0, limits_of(said)) for said in data))
