"""A team at work: facts come in, decisions are made and stored, playbooks are activated, by a clock that the law sets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.facts.worlds import append
from tests.spec.words import World

from handraise.config import Settings
from handraise.facts.store import FactStore
from handraise.model.playbook import Playbook
from handraise.model.time import Duration, Micros
from handraise.services.activating import Activating, ActivationResult
from handraise.services.deciding import DecideResult, Deciding
from handraise.services.replaying import Replaying


class Office:
    """People of the source `crm` are named without it."""

    def __init__(self, store: FactStore, now: Micros) -> None:
        self.store, self.now = store, now
        self.deciding = Deciding(store, Settings(), lambda: self.now)
        self._numbers = count()

    def imports(self, world: World, known_by: Micros | None = None) -> Office:
        """Whatever of a world is not there yet, or only what was known by an instant."""
        new = [f for f in world.facts if known_by is None or f.known_at <= known_by]
        append(self.store, new, world.coverage, file_name=f"{next(self._numbers)}.csv")
        return self

    def at(self, now: Micros) -> Office:
        self.now = now
        return self

    def decides(self, playbook: Playbook, as_of: Micros | None = None) -> DecideResult:
        """Everybody, now unless told otherwise, and stored."""
        return self.deciding.decide(playbook, self.now if as_of is None else as_of)

    def activates(self, playbook: Playbook, at: Micros | None = None) -> ActivationResult:
        return Activating(self.deciding).activate(playbook, at)

    def replays(self, playbook: Playbook, first: Micros, last: Micros, every: Duration) -> list[object]:
        table = Replaying(self.deciding).replay(playbook, first, last, every).table
        assert table is not None
        return list(table.to_pylist())

    def explains(self, playbook: Playbook, name: str, as_of: Micros) -> dict[str, object]:
        """The decision of an explanation."""
        found = self.deciding.engine(playbook).explain(f"crm:{name}", as_of)
        assert found is not None
        return dict(found.decision)

    def fired(self, playbook: Playbook, until: Micros) -> dict[str, list[tuple[str, Micros]]]:
        """Which triggers fired, and when, by person."""
        found: dict[str, list[tuple[str, Micros]]] = {}
        told = self.deciding.engine(playbook).history(until)
        for key, log in told.firings_by_trigger.items():
            for person, at in zip(log.subject.tolist(), log.at.tolist(), strict=True):
                found.setdefault(told.names[person].as_py().removeprefix("crm:"), []).append((key, at))
        return {name: sorted(told, key=lambda f: f[1]) for name, told in found.items()}


@contextmanager
def office(folder: Path, now: Micros) -> Iterator[Office]:
    with FactStore(folder / "facts.duckdb") as store:
        yield Office(store, now)


def levels(decided: DecideResult) -> dict[str, int]:
    rows = decided.table.select(["person_id", "engagement_level"]).to_pylist()
    return {row["person_id"].removeprefix("crm:"): row["engagement_level"] for row in rows}


def tracks(decided: DecideResult) -> dict[str, str | None]:
    rows = decided.table.select(["person_id", "track"]).to_pylist()
    return {row["person_id"].removeprefix("crm:"): row["track"] for row in rows}


def codes(decided: DecideResult) -> set[str]:
    return {finding.code for finding in decided.findings}


def sentence(decided: DecideResult, code: str) -> str:
    return next(finding.sentence for finding in decided.findings if finding.code == code)
