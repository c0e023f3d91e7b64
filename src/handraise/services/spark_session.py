"""A Spark session of our own: quiet, bound to this machine where Spark runs on it, and closed at the end."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handraise.engines.spark.quiet import without_pandas_warning
from handraise.errors import EngineError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NEEDED_JAVA = 17
_LOOPBACK = "127.0.0.1"
_LOCAL = {
    "spark.driver.host": _LOOPBACK,
    "spark.driver.bindAddress": _LOOPBACK,
}
_ALWAYS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.speculation": "false",
    "spark.log.level": "ERROR",
    "spark.sql.catalogImplementation": "in-memory",
    # Facts are read and written as they are: instants in UTC, names equal to the letter.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    # The directory of who goes where is handed to every executor rather than shuffling the facts a second time.
    "spark.sql.autoBroadcastJoinThreshold": "256MB",
}


@contextmanager
def spark_session(
    master: str, scratch: Path, more: Mapping[str, str] | None = None
) -> Iterator[SparkSession]:
    """The session that is active already, left as it is; or one of our own, stopped when the block ends.

    What Spark and Java have to say goes to `spark.log` in `scratch`. Raises `EngineError` where pyspark or Java is
    missing, or Spark does not start.
    """
    check_pyspark()
    active = _active()
    if active is not None:
        yield active
        return
    check_java()
    with _own_session(master, scratch, {**_ALWAYS, **(more or {})}) as session:
        yield session


def check_java() -> None:
    """Raises `EngineError` where there is no Java that Spark 4 runs on."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home, "bin", "java")) if home else shutil.which("java")
    advice = (
        f"Install Java {NEEDED_JAVA} (Debian: apt-get install openjdk-17-jre-headless), or set JAVA_HOME.",
    )
    if program is None or not Path(program).exists():
        where = f"JAVA_HOME is `{home}`, but there is no Java in it" if home else "there is none"
        raise EngineError(f"Spark needs Java {NEEDED_JAVA}, and {where}.", advice)
    said = subprocess.run([program, "-version"], check=False, capture_output=True, text=True)  # noqa: S603
    found = re.search(r'version "(\d+)', said.stderr)
    if found is None or int(found[1]) < NEEDED_JAVA:
        which = f"is Java {found[1]}" if found else "does not run"
        raise EngineError(f"Spark needs Java {NEEDED_JAVA}, but `{program}` {which}.", advice)


def check_pyspark() -> None:
    """Raises `EngineError` where the extra is not installed."""
    try:
        for name in ("pyspark.sql", "pandas"):  # without pandas, pyspark hands no Arrow to Python
            import_module(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pyspark", "py4j", "pandas"):
            raise
        raise EngineError(
            "The Spark engine needs the extra `spark`, which is not installed.",
            ("Install it: pip install 'handraise[spark]'.",),
        ) from error


def _active() -> SparkSession | None:
    from pyspark.sql import SparkSession

    return SparkSession.getActiveSession()


@contextmanager
def _own_session(master: str, scratch: Path, settings: Mapping[str, str]) -> Iterator[SparkSession]:
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    here, log = master.startswith("local"), scratch / "spark.log"
    conf = SparkConf().setMaster(master).setAppName("handraise")
    for name, value in {**settings, **(_LOCAL if here else {})}.items():
        conf.set(name, value)
    with ExitStack() as stack:
        out = stack.enter_context(log.open("wb"))
        try:
            with without_pandas_warning(), _environment({"SPARK_LOCAL_IP": _LOOPBACK} if here else {}):
                gateway = launch_gateway(conf, {"stdout": out, "stderr": out})  # type: ignore[no-untyped-call]
                stack.callback(_end, gateway)
                context = SparkContext(conf=conf, gateway=gateway)
        except Exception as error:
            raise _not_started(master, log, error) from error
        session = SparkSession(context)
        stack.callback(session.stop)
        context.pythonExec = sys.executable
        yield session


def _end(gateway: Any) -> None:
    """Ends the Java process, and lets pyspark start another one later."""
    from pyspark import SparkContext

    with suppress(Exception):
        gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = None


def _not_started(master: str, log: Path, error: Exception) -> EngineError:
    """The sentence of Spark's that says why, from what it raised or else wrote."""
    written = log.read_text(encoding="utf-8", errors="replace")
    reasons = re.findall(r"(?:Exception|Error): ([^\n]+)", f"{error}\n{written}")
    why = reasons[-1].strip() if reasons else "it does not say why"
    return EngineError(f"Spark does not start with `{master}`: {why}")


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Variables for the process that is started meanwhile."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
