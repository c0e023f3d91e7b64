"""Deciding everybody on Spark, from a folder of facts to a folder of decisions."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from handraise.config import SPARK_MASTER, Settings
from handraise.engines.local import Progress
from handraise.engines.spark.bucket import Asked
from handraise.engines.spark.deciding import ROWS_PER_BUCKET, SparkDecided, SparkEngine, bring
from handraise.engines.spark.files import Places
from handraise.errors import EngineError, ExitCode, Finding, HandraiseError, InputFileError, Problem
from handraise.evaluate.history import happens
from handraise.facts.interchange import layout, tables
from handraise.facts.interchange.loading import load
from handraise.facts.interchange.parquet import file_name, read_parquet
from handraise.facts.store import FactStore
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.time import MICROS_PER_SECOND, Micros, iso
from handraise.playbook.writer import version_of
from handraise.reports.summary import DecisionsSummary, joined, summarise
from handraise.services.checking import check_playbook
from handraise.services.clock import Clock
from handraise.services.deciding import findings_of_decided, findings_of_newest, findings_of_playbook
from handraise.services.settings import field_catalog
from handraise.services.spark_session import check_pyspark, spark_session

_PARTS = "part-*.parquet"


@dataclass(frozen=True, slots=True)
class SparkResult:
    """One run on Spark: the folder with the decisions (one row a person, each part sorted by id), their summary and what
    to know about them. The run is not stored."""

    out: Path
    as_of: Micros
    playbook_version: str
    duration_seconds: float
    n_buckets: int
    summary: DecisionsSummary
    findings: tuple[Finding, ...]
    playbook: Playbook
    catalog: FieldCatalog

    def as_dict(self) -> dict[str, object]:
        return {
            "engine": "spark",
            "out": str(self.out),
            "as_of": iso(self.as_of),
            "playbook_version": self.playbook_version,
            "duration_seconds": round(self.duration_seconds, 3),
            "n_buckets": self.n_buckets,
            "summary": self.summary.as_dict(),
            "findings": [f.as_dict() for f in self.findings],
        }


@dataclass(frozen=True, slots=True)
class DecidingOnSpark:
    """The use case: facts and decisions are folders that every machine taking part sees under the same name."""

    settings: Settings
    clock: Clock
    master: str = SPARK_MASTER
    rows_per_bucket: int = ROWS_PER_BUCKET

    def decide(
        self, playbook: Path, facts: Path, out: Path, as_of: Micros, progress: Progress | None = None
    ) -> SparkResult:
        """Decide everybody at `as_of`. An earlier run's decisions in `out` are replaced; anything else is refused.

        Raises `InputFileError`, `PlaybookError`, `EngineError`.
        """
        started_at = self.clock()
        check_facts(facts)
        _refuse_other_files(out)
        with FactStore(":memory:") as common, _beside(out) as scratch:
            load(common, tables.FIELDS.name, _rows_of(facts, tables.FIELDS.name), "facts", 0)
            catalog = field_catalog(self.settings, common.fields())
            agreed = check_playbook(playbook, catalog, None).playbook_or_raise()
            decided = self._decided(agreed, catalog, common, facts, as_of, scratch, progress)
            parts = sorted(decided.folder.glob(_PARTS))
            summary = joined([summarise(pq.read_table(part)) for part in parts])
            _replace(decided.folder, out)
        seconds = (self.clock() - started_at) / MICROS_PER_SECOND
        return SparkResult(
            out,
            as_of,
            version_of(agreed),
            seconds,
            decided.n_buckets,
            summary,
            tuple(self._findings(agreed, decided, as_of)),
            agreed,
            catalog,
        )

    def _decided(
        self,
        playbook: Playbook,
        catalog: FieldCatalog,
        common: FactStore,
        facts: Path,
        as_of: Micros,
        scratch: Path,
        progress: Progress | None,
    ) -> SparkDecided:
        check_pyspark()
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        places = Places(scratch)
        asked = Asked(places, playbook, catalog, self.settings.source_trust, self.settings.memory_limit_mb)
        with spark_session(self.master, scratch) as session:
            try:
                rows, lasting = self.rows_per_bucket, happens(playbook)
                n_buckets = bring(session, facts, places, rows, over_time=lasting)
                return SparkEngine(session, asked, n_buckets, common).decide(as_of, progress=progress)
            except (PySparkException, Py4JError) as error:
                raise _failed(error) from error

    @staticmethod
    def _findings(playbook: Playbook, decided: SparkDecided, as_of: Micros) -> Iterator[Finding]:
        yield from findings_of_playbook(playbook)
        yield from findings_of_decided(decided.n_people, decided.n_unknown_occurrences, decided.calibration)
        yield from findings_of_newest(decided.newest_activity_at, as_of)
        for reason in sorted(decided.rejected):
            yield Finding(
                "DC107",
                f"Rows of `{reason.partition(': ')[0]}` do not count, because they are no facts ({reason.partition(': ')[2]}).",
                advice=("`handraise facts import` lists each with its line and reason.",),
            )


def check_facts(folder: Path) -> None:
    """Raises `InputFileError` with every table of a folder that is missing, unreadable, or not laid out as it should be."""
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "is not there"
        raise InputFileError(
            f"`{folder}` {what}.", ("Give the folder that `handraise facts export` or another tool wrote.",)
        )
    problems = list[Problem]()
    for table, _ in read_parquet(folder):
        path = folder / file_name(table)
        schema = pq.read_schema(path)
        problems += layout.problems_of(schema, tables.BY_NAME[table], path.name)
        problems += _too_fine(schema, tables.BY_NAME[table], path.name)
    if problems:
        raise InputFileError(f"`{folder}` is no folder of facts.", problems=tuple(problems))


def _too_fine(schema: pa.Schema, table: tables.Table, place: str) -> Iterator[Problem]:
    """Columns in nanoseconds: Spark does not read them as instants."""
    for name in set(table.names) & set(schema.names):
        kind = schema.field(name).type
        if pa.types.is_timestamp(kind) and kind.unit == "ns":
            yield Problem(
                "FT204", f"`{name}` of `{place}` is in nanoseconds.", advice=("Write it in microseconds.",)
            )


def _rows_of(folder: Path, table: str) -> Iterator[pa.RecordBatch]:
    ((_, batches),) = read_parquet(folder, [table])
    return batches


def _failed(error: Exception) -> EngineError:
    """What went wrong in a task, from the last line of what Spark says of it; or our own words, where they come with it."""
    lines = [
        line.strip()
        for line in str(error).splitlines()
        if re.match(r"[\w.]+(Error|Exception)\b: ", line.strip())
    ]
    why = (
        lines[-1].partition(": ")[2] if lines else next(iter(str(error).splitlines()), "it does not say why")
    )
    return EngineError(f"Spark could not finish: {why}")


def _refuse_other_files(out: Path) -> None:
    """Raises `HandraiseError` where the folder holds anything that is not an earlier run's."""
    if not out.exists():
        return
    others = [] if not out.is_dir() else sorted(p.name for p in out.iterdir() if not p.match(_PARTS))
    if out.is_dir() and not others:
        return
    holds = f"holds `{others[0]}`" if others else "is a file"
    raise HandraiseError(
        f"`{out}` {holds}, so it is not a folder for decisions.",
        ("Choose a folder that is empty or not there.",),
        exit_code=ExitCode.USAGE,
    )


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """A folder beside `out` for all that lies between, gone at the end: where decisions may be written, everybody sees it."""
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent.absolute()))
    try:
        scratch.chmod(0o755)
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _replace(decisions: Path, out: Path) -> None:
    if out.exists():
        shutil.rmtree(out)
    decisions.rename(out)
