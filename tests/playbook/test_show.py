"""Problems for people, programs and GitHub."""

from __future__ import annotations

import json

from handraise.errors import Problem, Severity, Span
from handraise.playbook.show import as_github, as_json, as_text, summary

PROBLEM = Problem(
    "PB204",
    "segment `a` tests `x`,\nbut 100% of it is new.",
    Span("play:book,1.yml", 7, 11, 4),
    "  x: 1",
    ("Did you mean `y`?",),
)
WARNING = Problem("PB501", "`plays` is read but not decided yet.", severity=Severity.WARNING)


def test_github_gets_one_escaped_line_a_problem() -> None:
    lines = as_github([PROBLEM, WARNING]).splitlines()
    assert lines[0] == (
        "::error file=play%3Abook%2C1.yml,line=7,col=11,endColumn=15,title=PB204"
        "::PB204: segment `a` tests `x`,%0Abut 100%25 of it is new. Did you mean `y`?"
    )
    assert lines[1] == "::warning title=PB501::PB501: `plays` is read but not decided yet."


def test_json_has_place_code_and_advice() -> None:
    first = json.loads(as_json([PROBLEM]))[0]
    assert (first["code"], first["line"], first["column"], first["advice"]) == (
        "PB204",
        7,
        11,
        ["Did you mean `y`?"],
    )


def test_text_ends_with_a_count() -> None:
    assert as_text([PROBLEM, WARNING]).endswith("1 error, 1 warning")
    assert as_text([]) == ""
    assert summary([]) == "no problems"
