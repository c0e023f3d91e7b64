"""The one place that reads the clock."""

from __future__ import annotations

import time
from collections.abc import Callable

from handraise.model.time import Micros

Clock = Callable[[], Micros]


def system_clock() -> Micros:
    """Now, in whole microseconds since 1970-01-01T00:00:00Z."""
    return time.time_ns() // 1000
