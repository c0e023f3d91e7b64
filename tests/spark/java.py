"""Java for Spark: the distribution's, installed where we may."""

from __future__ import annotations

import os
import shutil
import subprocess

from handraise.errors import EngineError
from handraise.services.spark_session import check_java


def missing() -> str | None:
    """What Spark lacks here, after trying to install it; `None` where all is there."""
    try:
        import pyspark  # noqa: F401
    except ModuleNotFoundError:
        return "needs pyspark (make install with the group `test`)"
    if _lacks() is not None:
        _install()
    return _lacks()


def _lacks() -> str | None:
    try:
        check_java()
    except EngineError as error:
        return f"needs Java (apt-get install openjdk-17-jre-headless): {error.sentence}"
    return None


def _install() -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    subprocess.run(
        "apt-get update; apt-get install -y --no-install-recommends openjdk-17-jre-headless",
        shell=True,
        check=False,
        capture_output=True,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )
