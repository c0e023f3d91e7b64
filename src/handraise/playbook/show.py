"""Problems as text for people, as JSON for programs, and as annotations for GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from handraise.errors import Problem, Severity


def as_text(problems: Iterable[Problem]) -> str:
    """All of them, one after the other, and how many there are."""
    listed = list(problems)
    return "\n\n".join([*map(str, listed), *([summary(listed)] if listed else [])])


def summary(problems: Iterable[Problem]) -> str:
    """`2 errors, 1 warning`."""
    listed = list(problems)
    counts = ((s.value, sum(p.severity is s for p in listed)) for s in Severity)
    return ", ".join(f"{n} {word}{'s' if n != 1 else ''}" for word, n in counts if n) or "no problems"


def as_json(problems: Iterable[Problem]) -> str:
    return json.dumps([p.as_dict() for p in problems], ensure_ascii=False, indent=2)


def as_github(problems: Iterable[Problem]) -> str:
    """One workflow command a problem; see docs.github.com, "Workflow commands", for the escapes."""
    return "\n".join(map(_annotation, problems))


_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def _annotation(problem: Problem) -> str:
    place = _place(problem)
    message = _escaped(" ".join([f"{problem.code}: {problem.sentence}", *problem.advice]))
    return f"::{_LEVELS[problem.severity]} {place}title={problem.code}::{message}"


def _place(problem: Problem) -> str:
    span = problem.span
    if span is None:
        return ""
    return f"file={_escaped(span.path, in_property=True)},line={span.line},col={span.column},endColumn={span.column + span.length},"


def _escaped(text: str, in_property: bool = False) -> str:
    plain = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return plain.replace(":", "%3A").replace(",", "%2C") if in_property else plain


FORMATS: dict[str, Callable[[Iterable[Problem]], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
}
