"""Where output goes: results to standard output, progress and notes to standard error."""

from __future__ import annotations

import json
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console


class SafeConsole(Console):
    """A console on which nothing that stands in data can move the cursor or change colours."""

    def print(self, *objects: Any, **options: Any) -> None:
        super().print(*(clean(o) if isinstance(o, str) else o for o in objects), **options)


def clean(text: str) -> str:
    """The text with every control character but line ends shown as a dot; spaces of all kinds stay."""
    return "".join(
        c if c.isprintable() or c == "\n" or unicodedata.category(c) == "Zs" else "·" for c in text
    )


WIDTH_WITHOUT_TERMINAL = 120


def _console(*, stderr: bool) -> SafeConsole:
    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    width = None if is_terminal else WIDTH_WITHOUT_TERMINAL
    return SafeConsole(stderr=stderr, width=width, highlight=False, markup=False, emoji=False)


CONSOLE = _console(stderr=False)
ERRORS = _console(stderr=True)

_CONTROL = re.compile(r"[\x7f-\x9f]")  # JSON lets them stand, but a terminal obeys them
SHOW_PROGRESS_AFTER_SECONDS = 1.0


def print_json(data: object) -> None:
    """JSON for programs; nothing else goes to standard output with it."""
    text = json.dumps(data, indent=2, ensure_ascii=False, default=str)
    sys.stdout.write(_CONTROL.sub(lambda m: f"\\u{ord(m.group()):04x}", text) + "\n")


def note(sentence: str) -> None:
    """One line for a person, beside the result."""
    ERRORS.print(sentence, style="dim")


@contextmanager
def progress(what: str, *, in_percent: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Reports (done, of), or the percentage, on standard error, on a terminal, once the work takes longer than a second."""
    started = time.monotonic()
    shown = False

    def report(done: int, of: int) -> None:
        nonlocal shown
        if ERRORS.is_terminal and time.monotonic() - started > SHOW_PROGRESS_AFTER_SECONDS:
            told = f"{done / of:.0%}" if in_percent else f"{done} of {of}"
            ERRORS.file.write(f"\r{what}: {told}\x1b[K")
            ERRORS.file.flush()
            shown = True

    try:
        yield report
    finally:
        if shown:
            ERRORS.file.write("\r\x1b[K")
