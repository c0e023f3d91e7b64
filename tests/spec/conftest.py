"""Every law runs once per evaluator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from tests.reference import Decision
from tests.spec.engines import ENGINES, Engine, Opened
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
