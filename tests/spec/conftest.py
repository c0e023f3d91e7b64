"""Every law runs once per evaluator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from tests.reference import Decision, ExplainedRule, Firing, StageEntry, Steps
from tests.spec.engines import ENGINES, HISTORIES, Activated, Engine, Opened, Told
from tests.spec.words import NOON, World, asking, playbook

from handraise.model.conditions import Condition
from handraise.model.playbook import Playbook
from handraise.model.time import Micros
from handraise.model.truth import Truth

Answers = dict[str, Truth]


class Worlds:
    """Opened worlds by what is in them; the last few stay open, since neighbouring laws often share one."""

    def __init__(self, engine: Engine, most: int = 6) -> None:
        self._engine, self._most = engine, most
        self._opened: dict[str, Opened] = {}

    def open(self, world: World) -> Opened:
        content = repr((world.facts, world.coverage))
        opened = self._opened.pop(content, None) or self._engine.open(world.facts, world.coverage)
        self._opened[content] = opened
        while len(self._opened) > self._most:
            self._opened.pop(next(iter(self._opened))).close()
        return opened

    def close(self) -> None:
        for opened in self._opened.values():
            opened.close()


class Ask:
    """Asks one evaluator about a world. People of the source `crm` are named without it."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds

    def decisions(self, world: World, playbook: Playbook, as_of: Micros = NOON) -> dict[str, Decision]:
        decided = self._worlds.open(world).decide(playbook, as_of)
        return {name.removeprefix("crm:"): decision for name, decision in decided.items()}

    def why(
        self, world: World, playbook: Playbook, name: str = "ann", as_of: Micros = NOON
    ) -> dict[str, ExplainedRule]:
        """The rules of both scores for one person, by name."""
        rules = self._worlds.open(world).explain(playbook, f"crm:{name}", as_of)
        return {rule.name: rule for rule in rules}

    def all(
        self,
        world: World,
        questions: Mapping[str, Condition],
        as_of: Micros = NOON,
        base: Playbook | None = None,
    ) -> dict[str, Answers]:
        """The verdict of each question about each person: `{question: {person: verdict}}`."""
        decided = self.decisions(world, asking(base or playbook(), questions), as_of)
        return {
            key: {name: decision.segments[key] for name, decision in decided.items()} for key in questions
        }

    def __call__(
        self, world: World, condition: Condition, as_of: Micros = NOON, base: Playbook | None = None
    ) -> Answers:
        """The verdict of one condition about each person."""
        return self.all(world, {"asked": condition}, as_of, base)["asked"]


@pytest.fixture(scope="session", params=tuple(ENGINES))
def ask(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """One evaluator, ready to be asked."""
    worlds = Worlds(ENGINES[request.param](tmp_path_factory.mktemp(request.param)))
    yield Ask(worlds)
    worlds.close()


class Story:
    """A history in the words of the laws: people of the source `crm` are named without it."""

    def __init__(self, told: Told) -> None:
        self._told = told

    @property
    def firings(self) -> list[Firing]:
        return list(self._told.firings)

    def fired(self, trigger: str) -> dict[str, list[Micros]]:
        """When the trigger fired, of those for whom it did."""
        found: dict[str, list[Micros]] = {}
        for firing in self._told.firings:
            if firing.trigger == trigger:
                found.setdefault(firing.person.removeprefix("crm:"), []).append(firing.at)
        return found

    def entries(self, name: str) -> list[StageEntry]:
        return [entry for entry in self._told.entries if entry.person == f"crm:{name}"]

    def stages(self, name: str) -> list[tuple[str, Micros]]:
        """The stages that a person entered, and when."""
        return [(entry.stage, entry.at) for entry in self.entries(name)]

    def track(self, name: str, at: Micros = NOON) -> str | None:
        return self._told.track(f"crm:{name}", at)

    def steps(self, condition: Condition) -> dict[str, Steps]:
        """The verdict over time, from where on it is so."""
        return {name.removeprefix("crm:"): steps for name, steps in self._told.steps(condition).items()}

    def decisions(self, as_of: Micros = NOON) -> dict[str, Decision]:
        return {name.removeprefix("crm:"): made for name, made in self._told.decide(as_of).items()}


class Tell:
    """Has one evaluator tell what happened in a world up to an instant, noon unless told otherwise."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds

    def __call__(
        self,
        world: World,
        playbook: Playbook,
        until: Micros = NOON,
        *,
        activated_at: Activated = None,
    ) -> Story:
        return Story(self._worlds.open(world).history(playbook, until, activated_at))

    def steps(
        self, world: World, condition: Condition, until: Micros = NOON, base: Playbook | None = None
    ) -> dict[str, Steps]:
        """The verdict of one condition over time."""
        return self(world, base or playbook(), until).steps(condition)


@pytest.fixture(scope="session", params=HISTORIES)
def tell(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tell]:
    """One evaluator, ready to tell."""
    worlds = Worlds(ENGINES[request.param](tmp_path_factory.mktemp(request.param)))
    yield Tell(worlds)
    worlds.close()
