"""Every law runs once per evaluator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.reference import Decision
from tests.spec.engines import ENGINES, Engine, Opened, why_not_real
from tests.spec.words import NOON, World, asking, playbook

from handraise.model.conditions import Condition
from handraise.model.playbook import Playbook
from handraise.model.time import Micros
from handraise.model.truth import Truth

Answers = dict[str, Truth]


class Ask:
    """Asks one evaluator about a world. People of the source `crm` are named without it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._opened: list[tuple[tuple[int, int], World, Opened]] = []

    def decisions(self, world: World, playbook: Playbook, as_of: Micros = NOON) -> dict[str, Decision]:
        decided = self._open(world).decide(playbook, as_of)
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

    def _open(self, world: World) -> Opened:
        """A store is opened once for as long as nothing is added to its world."""
        size = (len(world.facts), len(world.coverage))
        for seen, same, opened in self._opened:
            if same is world and seen == size:
                return opened
        opened = self._engine.open(world.facts, world.coverage)
        self._opened.append((size, world, opened))
        return opened

    def close(self) -> None:
        for _, _, opened in self._opened:
            opened.close()


@pytest.fixture(params=tuple(ENGINES))
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ask]:
    """One evaluator, ready to be asked."""
    reason = why_not_real()
    if request.param == "evaluator" and reason is not None:
        pytest.skip(reason)
    asked = Ask(ENGINES[request.param](tmp_path))
    yield asked
    asked.close()
