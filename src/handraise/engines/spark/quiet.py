"""Warnings of pyspark that say nothing of what is done here."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_pandas_warning() -> Iterator[None]:
    """pyspark warns of pandas 3 wherever it looks for pandas; nothing here goes through pandas."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet", FutureWarning)
        yield
