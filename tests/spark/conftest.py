"""One real Spark for all: two workers, each a process of its own, on this machine."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.spark import java
from typer.testing import CliRunner

from handraise.cli.main import app
from handraise.engines.local import LocalEngine
from handraise.engines.spark.bucket import Asked
from handraise.engines.spark.deciding import SparkDecided, SparkEngine, bring
from handraise.engines.spark.files import Places
from handraise.facts.interchange.loading import Incoming
from handraise.facts.interchange.parquet import read_parquet
from handraise.facts.store import FactStore
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.time import Micros
from handraise.services.spark_session import spark_session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


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
MASTER = "local-cluster[2,1,1024]"
# Java compiles less where it does not live long enough to gain by it.
SHORT_LIVED = {f"spark.{who}.extraJavaOptions": "-XX:TieredStopAtLevel=1" for who in ("driver", "executor")}


@pytest.fixture
def call() -> Call:
    def run(*arguments: object) -> Said:
        result = CliRunner().invoke(app, [str(a) for a in arguments])
        assert "Traceback" not in result.output + result.stderr
        return Said(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Started once, skipped where Java is missing and may not be installed, required in CI."""
    lacking = java.missing()
    if lacking is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(lacking)
        pytest.skip(lacking)
    with spark_session(MASTER, tmp_path_factory.mktemp("spark"), SHORT_LIVED) as session:
        yield session
    import pyspark

    shutil.rmtree(Path(pyspark.__file__).parent / "work", ignore_errors=True)  # what the workers leave


@dataclass(frozen=True)
class Brought:
    """Facts in buckets, and the same facts in a store."""

    session: SparkSession
    places: Places
    n_buckets: int
    store: FactStore

    def decide(
        self,
        playbook: Playbook,
        as_of: Micros,
        catalog: FieldCatalog = FieldCatalog(),
        source_trust: Sequence[str] = (),
    ) -> tuple[SparkDecided, pa.Table]:
        """What Spark decided, and its rows by person."""
        asked = Asked(self.places, playbook, catalog, tuple(source_trust), 1000, 100_000)
        decided = SparkEngine(self.session, asked, self.n_buckets, self.store).decide(as_of)
        return decided, pq.read_table(decided.folder).sort_by("person_id").combine_chunks()

    def expected(
        self,
        playbook: Playbook,
        as_of: Micros,
        catalog: FieldCatalog = FieldCatalog(),
        source_trust: Sequence[str] = (),
    ) -> pa.Table:
        """What the local engine decides."""
        return (
            LocalEngine(self.store, playbook, catalog, source_trust=tuple(source_trust)).decide(as_of).table
        )


@dataclass
class Bringer:
    """Brings folders of facts to buckets."""

    session: SparkSession
    folder: Path
    _numbers: Iterator[int]
    stores: list[FactStore]

    def __call__(
        self, facts: Path, n_buckets: int, store: FactStore | None = None, *, over_time: bool = False
    ) -> Brought:
        root = self.folder / f"brought{next(self._numbers)}"
        root.mkdir()
        places = Places(root)
        n_rows = sum(pq.read_metadata(p).num_rows for p in facts.glob("*.parquet"))
        n = bring(self.session, facts, places, -(-n_rows // n_buckets), over_time=over_time)
        return Brought(self.session, places, n, store or self._loaded(facts))

    def _loaded(self, facts: Path) -> FactStore:
        store = FactStore(self.folder / f"local{next(self._numbers)}.duckdb", memory_limit="1GB")
        self.stores.append(store)
        with Incoming("facts") as incoming:
            for name, batches in read_parquet(facts):
                incoming.read(name, batches)
            incoming.append_to(store, 0)
        return store


@pytest.fixture(scope="session")
def brought(session: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bringer]:
    bringer = Bringer(session, tmp_path_factory.mktemp("brought"), count(), [])
    yield bringer
    for store in bringer.stores:
        store.close()
