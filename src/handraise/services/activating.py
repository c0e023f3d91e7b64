"""Activating: putting the playbook as it stands into force, and what is in force since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from handraise.engines.calibrations import Calibration
from handraise.errors import EngineError, ExitCode, HandraiseError
from handraise.facts.activations import Activation, RunningTrigger
from handraise.facts.calibrations import StoredCalibration
from handraise.model.playbook import Playbook
from handraise.model.time import Micros, iso
from handraise.playbook.definitions import definition_of
from handraise.playbook.writer import version_of, write
from handraise.services import keeping
from handraise.services.deciding import Deciding


@dataclass(frozen=True, slots=True)
class ActivationResult:
    """What was activated. Of its triggers, `new` and `edited` ones start with it, `kept` ones run on; `ended` are those of the
    playbook before that it no longer has. `calibration`: the first of the version, where thresholds are by share."""

    activation: Activation
    new: tuple[str, ...]
    edited: tuple[str, ...]
    kept: tuple[str, ...]
    ended: tuple[str, ...]
    calibration: Calibration | None = None

    def as_dict(self) -> dict[str, object]:
        found = self.calibration
        return {
            **activation_data(self.activation),
            "new": list(self.new),
            "edited": list(self.edited),
            "kept": list(self.kept),
            "ended": list(self.ended),
            "calibration": None
            if found is None
            else {"at": iso(found.at), "n_people": found.n_people, "limits": keeping.points_of(found.limits)},
        }


@dataclass(frozen=True, slots=True)
class Activating:
    """The use case over one store."""

    deciding: Deciding

    def activate(self, playbook: Playbook, at: Micros | None = None) -> ActivationResult:
        """Record that a playbook is in force from now, or from an instant that is past and later than the last activation; and
        make its first calibration. Raises `HandraiseError` for another instant, `EngineError` where nothing can be written.

        Signing belongs here: a version that both sides must have signed is refused before anything else is done.
        """
        store, now = self.deciding.store, self.deciding.clock()
        if store.read_only:
            raise EngineError(
                f"`{store.path}` can only be read, so nothing can be activated.",
                ("Give yourself the right to write it and its folder, or copy the workspace.",),
            )
        before = store.activations()
        at = _instant(at, now, before[-1] if before else None)
        was = before[-1].triggers if before else {}
        triggers = {key: _running(playbook, key, was, at) for key in playbook.triggers}
        activation = Activation(at, now, version_of(playbook), playbook.name, write(playbook), triggers)
        calibration = self._calibration(playbook, activation)
        store.activate(activation, self._to_store(playbook, calibration))
        return ActivationResult(
            activation,
            new=tuple(key for key in triggers if key not in was),
            edited=tuple(k for k, t in triggers.items() if k in was and t != was[k]),
            kept=tuple(k for k, t in triggers.items() if k in was and t == was[k]),
            ended=tuple(key for key in was if key not in triggers),
            calibration=calibration,
        )

    def _calibration(self, playbook: Playbook, activation: Activation) -> Calibration | None:
        """Over everybody as of the activation; none where nobody is there, or no threshold needs it."""
        engine = self.deciding.engine(playbook)
        at, starts = activation.activated_at, keeping.starts_of(activation)
        started = (*engine.in_force.activated, (at, starts))
        found = replace(engine, in_force=replace(engine.in_force, activated=started)).calibrate_now(at)
        return None if found is None or not found.n_people else replace(found, known_at=at)

    def _to_store(self, playbook: Playbook, made: Calibration | None) -> tuple[StoredCalibration, ...]:
        if made is None:
            return ()
        storing = keeping.Storing.of(self.deciding.engine(playbook))
        return (storing.stored(made, self.deciding.store.last_seq),)


def activation_data(activation: Activation) -> dict[str, object]:
    """An activation in JSON, without the playbook's text."""
    return {
        "activated_at": iso(activation.activated_at),
        "recorded_at": iso(activation.recorded_at),
        "playbook": activation.playbook_name,
        "playbook_version": activation.playbook_version,
        "triggers": {key: iso(running.since) for key, running in activation.triggers.items()},
    }


def _instant(asked: Micros | None, now: Micros, last: Activation | None) -> Micros:
    at = now if asked is None else asked
    if at > now:
        raise HandraiseError(
            f"{iso(at)} is still to come; a playbook is activated from now, or from an instant that is past.",
            ("Leave out --at for now; a bare date means that day's end.",),
            exit_code=ExitCode.USAGE,
        )
    if last is not None and at <= last.activated_at:
        raise HandraiseError(
            f"`{last.playbook_name}` was activated at {iso(last.activated_at)}, and what is in force before is settled.",
            ("Give a later instant to --at, or leave it out for now.",),
            exit_code=ExitCode.USAGE,
        )
    return at


def _running(
    playbook: Playbook, trigger: str, was: Mapping[str, RunningTrigger], at: Micros
) -> RunningTrigger:
    """One whose form is the same runs on; a new or edited one starts."""
    definition = definition_of(playbook, trigger)
    before = was.get(trigger)
    return (
        before if before is not None and before.definition == definition else RunningTrigger(at, definition)
    )
