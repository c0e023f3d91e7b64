"""Where output goes: results to standard output, progress and notes to standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

CONSOLE = Console(highlight=False, markup=False, soft_wrap=False)
ERRORS = Console(stderr=True, highlight=False, markup=False)

SHOW_PROGRESS_AFTER_SECONDS = 1.0


def print_json(data: object) -> None:
    """JSON for programs; nothing else goes to standard output with it."""
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False, default=str) + "\n")


def note(sentence: str) -> None:
    """One line for a person, beside the result."""
    ERRORS.print(sentence, style="dim")


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Reports (done, of) on standard error, on a terminal, once the work takes longer than a second."""
    started = time.monotonic()
    shown = False

    def report(done: int, of: int) -> None:
        nonlocal shown
        if ERRORS.is_terminal and time.monotonic() - started > SHOW_PROGRESS_AFTER_SECONDS:
            ERRORS.file.write(f"\r{what}: {done} of {of}\x1b[K")
            ERRORS.file.flush()
            shown = True

    try:
        yield report
    finally:
        if shown:
            ERRORS.file.write("\r\x1b[K")
