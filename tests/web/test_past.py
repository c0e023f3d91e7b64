"""The past and a plan over HTTP: the same as the command line says, page by page; and what is sent is only read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from handraise.web.answers import MAX_INSTANTS
from handraise.web.border import MAX_BODY_BYTES

from .conftest import AS_OF, Asking, asking

PERIOD = "from=2025-12-31&to=2026-01-31"
JSON = {"Content-Type": "application/json"}


def send(ask: Asking, text: str, query: str = f"to={AS_OF}") -> Any:
    """The answer to a playbook that is sent."""
    body = json.dumps({"playbook": text}).encode()
    return ask(f"/v1/plan?{query}", method="POST", content=body, **JSON)


@pytest.fixture
def text(workspace: Path) -> str:
    return (workspace / "playbook.yml").read_text(encoding="utf-8")


@pytest.fixture
def changed(text: str) -> str:
    """A playbook that gives some people another grade."""
    assert "grades: {A: 65" in text
    return (
        text.replace("grades: {A: 65", "grades: {A: 20").replace("B: 45", "B: 15").replace("C: 20", "C: 10")
    )


def test_a_replay_is_that_of_the_command(workspace: Path, commanded: Callable[..., Any]) -> None:
    told = commanded("replay", "--from", "2025-12-31", "--to", AS_OF, "--every", "10 days")
    with asking(workspace) as ask:
        answer = ask.json(f"/v1/replay?{PERIOD}&every={quote('10 days')}")
        assert answer["instants"] == told["instants"]
        assert answer["playbook_version"] == ask.json("/v1/playbook")["version"]
        assert len(ask.json(f"/v1/replay?{PERIOD}")["instants"]) == 5


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_the_pages_of_the_changes_are_those_of_the_command(
    workspace: Path, commanded: Callable[..., Any], limit: int
) -> None:
    told = commanded("changes", "--from", "2025-12-31", "--to", AS_OF, "--limit", 10_000)
    assert told["n_moves"] > 10
    with asking(workspace) as ask:
        address, moves = f"/v1/changes?{PERIOD}&limit={limit}", []
        while address:
            answer = ask.json(address)
            assert 1 <= len(answer["moves"]) <= limit
            assert answer["flows"] == told["flows"]
            moves += answer["moves"]
            assert len(moves) <= told["n_moves"]
            address = answer["next"]
        assert moves == told["moves"]
        beyond = ask.json(f"/v1/changes?{PERIOD}&after={told['n_moves'] + 5}")
        assert (beyond["moves"], beyond["next"]) == ([], None)


def test_the_pages_of_the_changes_are_of_one_playbook(workspace: Path, changed: str) -> None:
    with asking(workspace) as ask:
        first = ask.json(f"/v1/changes?{PERIOD}&limit=2")
        (workspace / "playbook.yml").write_text(changed, encoding="utf-8")
        second = ask.json(first["next"])
        assert second["playbook_version"] == first["playbook_version"]
        other = f"/v1/changes?from=2026-01-01&to={AS_OF}&playbook_version={first['playbook_version']}"
        assert ask.error(other, 409)["code"] == "playbook_changed"


def test_a_plan_is_that_of_the_command(
    workspace: Path, tmp_path: Path, changed: str, commanded: Callable[..., Any]
) -> None:
    other = tmp_path / "other.yml"
    other.write_text(changed, encoding="utf-8")
    told = commanded("plan", other, "--to", AS_OF, "--from", "2026-01-03", "--examples", "2")
    told.pop("out")
    for example in told["examples"]:
        example.pop("explain")
    with asking(workspace) as ask:
        answer = send(ask, changed, f"from=2026-01-03&to={AS_OF}&examples=2")
    assert answer.status_code == 200, answer.text
    assert answer.json() == told
    assert told["n_move"] > 0


def test_the_text_that_is_served_is_no_change(ask: Asking) -> None:
    answer = send(ask, ask.json("/v1/playbook")["text"]).json()
    assert answer["difference"] == {"same": True, "changes": []}
    assert answer["n_move"] == 0


def test_the_problems_of_what_is_sent_are_those_that_check_reports(ask: Asking, text: str) -> None:
    answer = send(ask, text.replace("fit:", "fitt:", 1))
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "bad_playbook"
    problems = answer.json()["problems"]
    assert {"code", "severity", "message", "path", "line", "column", "advice"} <= set(problems[0])
    assert any("fitt" in p["message"] for p in problems)
    assert {p["path"] for p in problems} == {"playbook"}


def test_no_file_that_is_named_is_read(ask: Asking, text: str) -> None:
    for name in ("handraise.yml", "/etc/passwd.yml", "../../../../etc/passwd.yaml"):
        zone = next(line for line in text.splitlines() if line.startswith("time_zone:"))
        hours = f'{zone}\nbusiness_hours: {{days: mon-fri, from: "09:00", to: "17:00", holidays: {name}}}'
        answer = send(ask, text.replace(zone, hours, 1))
        assert answer.status_code == 422
        assert any("has no files beside it" in p["message"] for p in answer.json()["problems"])
        assert "root:" not in answer.text


@pytest.mark.parametrize(
    "sent",
    ["", " ", "\x00", "\ud800", "[" * 5000, "a: &a [*a]", "- " * 10_000, "playbook: !!python/object:os.x {}"],
)
def test_a_hostile_text_is_no_playbook(ask: Asking, sent: str) -> None:
    answer = send(ask, sent)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "bad_playbook"
    assert answer.json()["problems"]


def test_a_bomb_of_aliases_is_no_playbook(ask: Asking) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    assert send(ask, "\n".join(lines)).status_code == 422


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "required"),
        (b"{", "The body is not JSON."),
        (b"[]", "valid dictionary"),
        (b"{}", "`playbook`: field required."),
        (b'{"playbook": 1}', "`playbook`"),
        (b'{"playbook": null}', "`playbook`"),
        (b'{"playbook": "x", "path": "/etc/passwd"}', "There is no parameter `path`"),
    ],
)
def test_a_body_of_another_form_is_refused(ask: Asking, body: bytes, says: str) -> None:
    answer = ask("/v1/plan", method="POST", content=body, **JSON)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "bad_parameter"
    assert says in answer.json()["error"]["message"]


def test_a_body_that_is_too_deep_or_no_text_is_refused(ask: Asking) -> None:
    for body in (b"[" * 200_000, b'{"playbook": "\xff"}'):
        answer = ask("/v1/plan", method="POST", content=body, **JSON)
        assert answer.status_code in (400, 422)


def test_a_body_that_is_too_large_is_refused_whatever_it_says_of_itself(ask: Asking) -> None:
    body = b'{"playbook": "' + b"x" * MAX_BODY_BYTES + b'"}'
    for content, headers in ((body, {}), (b"{}", {"Content-Length": str(MAX_BODY_BYTES + 1)})):
        answer = ask("/v1/plan", method="POST", content=content, **JSON, **headers)
        assert answer.status_code == 413
        assert answer.json()["error"]["code"] == "too_large"
    for length in ("-1", "x", "9" * 40, "٣"):
        sent = ask("/v1/plan", method="POST", content=b"{}", **JSON, **{"Content-Length": length.encode()})
        assert sent.status_code == 413


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])
def test_only_json_may_be_sent(ask: Asking, kind: str) -> None:
    answer = ask("/v1/plan", method="POST", content=b'{"playbook": "x"}', **{"Content-Type": kind})
    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "not_json"


def test_a_plan_is_not_asked_with_get(ask: Asking) -> None:
    assert ask.error("/v1/plan", 405)["code"] == "read_only"
    assert ask("/v1/plan", content=b"{}").status_code == 413


def test_a_plan_against_a_playbook_with_errors_says_so(workspace: Path, text: str) -> None:
    (workspace / "playbook.yml").write_text("playbook: [", encoding="utf-8")
    with asking(workspace) as ask:
        answer = send(ask, text)
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "playbook_has_errors"


def test_nothing_is_stored_and_the_playbook_stays(workspace: Path, changed: str) -> None:
    with asking(workspace) as ask:
        before = ask.json("/v1/runs"), ask.json("/v1/playbook")["version"]
        assert send(ask, changed).status_code == 200
        assert (ask.json("/v1/runs"), ask.json("/v1/playbook")["version"]) == before


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("replay?from=2026-01-01", 422, "`to`: field required."),
        ("replay?to=2026-01-01", 422, "`from`: field required."),
        ("replay?from=2026-02-01&to=2026-01-01", 400, "is after"),
        (f"replay?{PERIOD}&every=soon", 400, "not a length of time"),
        (f"replay?{PERIOD}&every=1%20second", 400, f"more than {MAX_INSTANTS} instants"),
        (f"replay?{PERIOD}&every=999999999999%20years", 400, ""),
        ("replay?from=yesterday&to=2026-01-01", 400, "is not an instant"),
        (f"replay?{PERIOD}&limit=3", 422, "There is no parameter `limit`"),
        ("changes?from=2026-02-01&to=2026-01-01", 400, "is after"),
        (f"changes?{PERIOD}&limit=0", 422, "`limit`"),
        (f"changes?{PERIOD}&after=-1", 422, "`after`"),
        (f"changes?{PERIOD}&after=x", 422, "`after`"),
        (f"changes?{PERIOD}&from=2026-01-01", 400, "more than once"),
        (f"changes?{PERIOD}&playbook_version=x", 409, "has changed"),
    ],
)
def test_what_cannot_be_meant_is_refused(ask: Asking, query: str, status: int, says: str) -> None:
    assert says in ask.error(f"/v1/{query}", status)["message"]


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("from=2026-02-01&to=2026-01-01", 400, "is after"),
        ("from=1990-01-01&to=2026-01-01", 400, "more than 1,000 weeks"),
        ("to=soon", 400, "is not an instant"),
        ("examples=21", 422, "`examples`"),
        ("playbook=x", 422, "There is no parameter `playbook`"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(
    ask: Asking, text: str, query: str, status: int, says: str
) -> None:
    answer = send(ask, text, query)
    assert answer.status_code == status
    assert says in answer.json()["error"]["message"]
