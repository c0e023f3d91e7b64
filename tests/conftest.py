"""Options and fixtures that every folder of tests may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--real-data", metavar="DIR", help="the folder with data that nobody here wrote")


@pytest.fixture(scope="session")
def real_data(request: pytest.FixtureRequest) -> Path:
    """The folder given by `--real-data`. Without it the test is skipped, or fails where CI=true."""
    given = request.config.getoption("--real-data")
    if given and Path(given).is_dir():
        return Path(given)
    missing = f"the folder {given} is not there" if given else "--real-data DIR is not given"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)
