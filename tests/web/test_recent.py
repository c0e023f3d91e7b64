"""How many decisions are kept."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from handraise.web.recent import Recent


def result(n_bytes: int) -> Any:
    return SimpleNamespace(table=SimpleNamespace(nbytes=n_bytes))


def test_the_results_used_longest_ago_make_room() -> None:
    recent = Recent(max_results=2, max_bytes=100)
    recent.keep(("v", 1), result(1))
    recent.keep(("v", 2), result(1))
    assert recent.get(("v", 1))
    recent.keep(("v", 3), result(1))
    assert recent.get(("v", 2)) is None
    assert recent.get(("v", 1))
    assert len(recent) == 2


def test_large_results_leave_room_for_few_but_the_last_is_kept() -> None:
    recent = Recent(max_results=9, max_bytes=100)
    for instant in range(4):
        recent.keep(("v", instant), result(40))
    assert len(recent) == 2
    recent.keep(("v", 9), result(1000))
    assert len(recent) == 1
    assert recent.get(("v", 9))


def test_another_version_of_the_playbook_is_another_result() -> None:
    recent = Recent()
    recent.keep(("v", 1), result(1))
    assert recent.get(("w", 1)) is None
