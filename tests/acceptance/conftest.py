"""The demonstration, made once for all acceptance tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from handraise.demo import DemoResult, run_demo
from handraise.workspace import Workspace


@dataclass(frozen=True)
class Demo:
    """The demonstration's result and its workspace."""

    result: DemoResult
    workspace: Workspace


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo") / "workspace"
    return Demo(run_demo(folder), Workspace(folder))


@pytest.fixture(scope="session")
def example() -> Path:
    return Path(__file__).resolve().parents[2] / "examples" / "procurement_saas"
