"""Firings over HTTP: those that a decision tells, page by page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import AS_OF, asking

TRIGGERS = """
triggers:
  sized: {when: {account.employees: {at_least: 200}}, sla: 1 day}
  small: {when: {account.employees: {less_than: 200}}}
"""


@pytest.fixture
def triggered(workspace: Path) -> Path:
    book = workspace / "playbook.yml"
    text = book.read_text(encoding="utf-8")
    assert "\ntriggers:" not in text
    book.write_text(text + TRIGGERS, encoding="utf-8")
    return workspace


@pytest.mark.parametrize("limit", [1, 4, 1000])
def test_the_pages_are_all_that_fired(triggered: Path, limit: int) -> None:
    with asking(triggered) as ask:
        address, found = f"/v1/firings?as_of={AS_OF}&limit={limit}", []
        while address:
            answer = ask.json(address)
            assert 1 <= len(answer["firings"]) <= limit
            found += answer["firings"]
            assert len(found) <= answer["n_firings"]
            address = answer["next"]
        assert len({f["firing_id"] for f in found}) == len(found) == answer["n_firings"] > 10
        assert [f["fired_at"] for f in found] == sorted(f["fired_at"] for f in found)
        assert {f["trigger"] for f in found} == {"sized", "small"}
        since = found[5]["fired_at"]
        later = ask.json(f"/v1/firings?as_of={AS_OF}&since={since}&limit=1000")["firings"]
        assert later == [f for f in found if f["fired_at"] >= since]
        sized = ask.json(f"/v1/firings?as_of={AS_OF}&trigger=sized&limit=1000")["firings"]
        assert sized == [f for f in found if f["trigger"] == "sized"]


def test_a_trigger_that_there_is_not_is_said(triggered: Path) -> None:
    with asking(triggered) as ask:
        error = ask.error(f"/v1/firings?as_of={AS_OF}&trigger=size", 400)
        assert error["code"] == "bad_trigger"
        assert "sized" in error["advice"][0]


def test_without_triggers_nothing_fires(workspace: Path) -> None:
    with asking(workspace) as ask:
        answer = ask.json(f"/v1/firings?as_of={AS_OF}")
        assert (answer["n_firings"], answer["firings"], answer["next"]) == (0, [], None)


def test_the_server_tells_triggers_since_their_activation(
    triggered: Path, commanded: Callable[..., Any]
) -> None:
    commanded("activate", "--at", "2026-01-20")
    with asking(triggered) as ask:
        found = ask.json(f"/v1/firings?as_of={AS_OF}&limit=1000")["firings"]
        assert found
        assert min(f["fired_at"] for f in found) > "2026-01-20"
        before = ask.json("/v1/firings?as_of=2026-01-19&limit=1000")["firings"]
        assert min(f["fired_at"] for f in before) < "2026-01-20"
