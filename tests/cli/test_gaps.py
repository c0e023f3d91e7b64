"""`gaps`: what cannot be told, and what to find out first."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Call

AS_OF = ("--as-of", "2026-01-31")


def test_what_is_undecided_is_told_with_what_settles_it(filled: Path, call: Call) -> None:
    found = call("gaps", "-w", filled, *AS_OF, "--json").json
    decided = call("decide", "-w", filled, *AS_OF, "--json").json
    assert found["playbook_version"] == decided["playbook_version"]
    undecided = [g for g in found["gaps"] if g["n_unknown"]]
    assert undecided
    for gap in undecided:
        settled = [step["n_settled"] for step in gap["steps"]]
        assert settled == sorted(settled)
        assert max(settled, default=0) <= gap["n_unknown"] - gap["n_uncovered"]
    said = call("gaps", "-w", filled, *AS_OF)
    assert said.code == 0
    assert "undecided" in said.out
    assert "first " in said.out


def test_fewer_are_shown_on_request(filled: Path, call: Call) -> None:
    said = call("gaps", "-w", filled, *AS_OF, "--limit", "1")
    assert said.out.count("undecided\n") == 1
    assert "--limit shows them" in said.text
