"""Places, problems and findings, and the exceptions that carry them.

A *problem* is something wrong in what a person wrote (a playbook, a mapping, a file they gave us);
it has a place, a code, one sentence and a way out. A *finding* is something seen in data. Problems
are values and are collected, so that a reader reports all of them at once; an exception is raised
only at the border, where nothing sensible can go on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum


class ExitCode(IntEnum):
    """Exit codes by family; 0 is success."""

    OK = 0
    USAGE = 2
    PLAYBOOK = 10
    INPUT_FILE = 11
    ENGINE = 12
    INFEASIBLE = 13
    REVIEW_DUE = 14
    ALARMS = 15
    OUR_FAULT = 70


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a text: 1-based line and column, `length` characters to underline on that line."""

    path: str
    line: int
    column: int
    length: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in what was written, once per root cause.

    `sentence` is in the present tense, in the user's own names between backticks, and says what
    *is*. `advice` holds one to three things to do. `source_line` echoes the user's own text.
    """

    code: str
    sentence: str
    span: Span | None = None
    source_line: str | None = None
    advice: tuple[str, ...] = ()
    related: tuple[tuple[Span, str], ...] = ()
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """The problem as style.md's layout: place, code, sentence, the line with carets, advice."""
        place = f"{self.span}: " if self.span else ""
        lines = [f"{place}{self.severity.value}[{self.code}]: {self.sentence}"]
        if self.span and self.source_line is not None:
            number = str(self.span.line).rjust(5)
            shown, before, length = _around(self.source_line.rstrip("\n"), self.span)
            lead = "".join("\t" if c == "\t" else " " for c in shown[:before])
            carets = "^" * max(1, min(length, len(shown) - before))
            lines += [f"{number} | {shown}", f"      | {lead}{carets}"]
        lines += [f"  {span}: {note}" for span, note in self.related]
        lines += [f"  {advice}" for advice in self.advice]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        """The problem as JSON-ready data."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.sentence,
            "path": self.span.path if self.span else None,
            "line": self.span.line if self.span else None,
            "column": self.span.column if self.span else None,
            "length": self.span.length if self.span else None,
            "advice": list(self.advice),
            "related": [
                {"path": s.path, "line": s.line, "column": s.column, "note": n} for s, n in self.related
            ],
        }


_WIDEST_LINE, _BEFORE_THE_PLACE = 160, 60


def _around(line: str, span: Span) -> tuple[str, int, int]:
    """What is shown of a line, how much of it stands before the place, and how much is underlined. Of a very long line (a list
    on one line, a text without line breaks) only what is around the place, with `…` where it is cut."""
    before = span.column - 1
    if len(line) <= _WIDEST_LINE:
        return line, before, span.length
    first = max(0, min(before - _BEFORE_THE_PLACE, len(line) - _WIDEST_LINE))
    last = min(len(line), first + _WIDEST_LINE)
    head, tail = "…" if first else "", "…" if last < len(line) else ""
    shown = f"{head}{line[first:last]}{tail}"
    place = before - first + len(head)
    return shown, place, min(span.length, max(1, last - before))


@dataclass(frozen=True, slots=True)
class Finding:
    """Something seen in the data that a reader of the result should know.

    `code` is stable and machine-readable; `n` counts the rows or people concerned where that makes sense.
    """

    code: str
    sentence: str
    severity: Severity = Severity.WARNING
    n: int | None = None
    advice: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.sentence,
            "n": self.n,
            "advice": list(self.advice),
        }


@dataclass
class HandraiseError(Exception):
    """Base of everything Handraise raises on purpose: a sentence for the user, and an exit code."""

    sentence: str
    advice: tuple[str, ...] = ()
    exit_code: ExitCode = field(default=ExitCode.ENGINE, kw_only=True)

    def __str__(self) -> str:
        return "\n".join([self.sentence, *(f"  {a}" for a in self.advice)])


@dataclass
class PlaybookError(HandraiseError):
    """The playbook has problems; all of them are listed."""

    problems: tuple[Problem, ...] = ()
    exit_code: ExitCode = field(default=ExitCode.PLAYBOOK, kw_only=True)


@dataclass
class InputFileError(HandraiseError):
    """A file that was given cannot be used at all (missing, unreadable, not a table)."""

    problems: tuple[Problem, ...] = ()
    exit_code: ExitCode = field(default=ExitCode.INPUT_FILE, kw_only=True)


@dataclass
class WorkspaceError(HandraiseError):
    """The workspace is missing, locked, or of another version."""

    exit_code: ExitCode = field(default=ExitCode.USAGE, kw_only=True)


@dataclass
class EngineError(HandraiseError):
    """The store or an engine cannot do what was asked."""

    exit_code: ExitCode = field(default=ExitCode.ENGINE, kw_only=True)
