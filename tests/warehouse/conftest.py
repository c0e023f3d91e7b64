"""The demonstration's facts, and a real PostgreSQL to keep them in."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.warehouse import postgres
from tests.warehouse.postgres import Server
from typer.testing import CliRunner

from handraise.cli.main import app
from handraise.demo import run_demo
from handraise.facts.interchange import tables
from handraise.facts.interchange.exporting import batches_of
from handraise.facts.store import FactStore
from handraise.workspace import Workspace


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def text(self) -> str:
        return self.out + self.err


Call = Callable[..., Said]


@pytest.fixture
def call() -> Call:
    def run(*arguments: object, env: dict[str, str] | None = None) -> Said:
        result = CliRunner().invoke(app, [str(a) for a in arguments], env=env)
        assert "Traceback" not in result.output + result.stderr
        return Said(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "workspace")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demonstration's workspace, with a run."""
    folder = tmp_path_factory.mktemp("demo") / "workspace"
    run_demo(folder)
    return Workspace(folder)


@pytest.fixture
def twin(demo: Workspace, tmp_path: Path) -> Workspace:
    """A workspace that agrees with the demonstration in all but facts: it has none."""
    twin = Workspace.create(tmp_path / "twin")
    for name in ("playbook.yml", "handraise.yml"):
        (twin.folder / name).write_bytes((demo.folder / name).read_bytes())
    return Workspace(twin.folder)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The distribution's PostgreSQL; installed where we may, skipped where there is none, required in CI."""
    if postgres.programs() is None:
        postgres.install()
    found = postgres.programs()
    if found is None:
        missing = "needs the distribution's PostgreSQL (apt-get install postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with postgres.running(found) as server:
        yield server


@pytest.fixture
def schema(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """A schema of the test's own, with a name that must be quoted."""
    name = f'a "b; DROP TABLE x --{abs(hash(request.node.name)) % 10**6}'
    quoted = name.replace('"', '""')
    server.run(f'CREATE SCHEMA "{quoted}"')
    yield name
    server.run(f'DROP SCHEMA "{quoted}" CASCADE')


def fill(server: Server, schema: str, store: FactStore, names: dict[str, str] | None = None) -> None:
    """A store's facts as tables of a schema, as somebody's own pipeline would bring them there."""
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(server.url) as connection, connection.cursor() as cursor:
        for table in tables.TABLES:
            name = (names or {}).get(table.name, table.name)
            for number, batch in enumerate(batches_of(store, table, store.last_seq)):
                mode = "append" if number else "create"
                cursor.adbc_ingest(name, batch, mode=mode, db_schema_name=schema)
        connection.commit()
