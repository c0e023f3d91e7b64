"""Who may ask, and what: whatever is sent, one form of error, the right status, no traceback, nothing told that helps."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from handraise.errors import HandraiseError
from handraise.web.access import MIN_TOKEN_CHARACTERS, Access, access_to, read_token
from handraise.web.border import MAX_ADDRESS_BYTES
from handraise.workspace import Workspace

from .conftest import AS_OF, Asking, asking, salesforce_id

TOKEN = "correct-horse-battery-staple"
EVERYWHERE = (
    "/v1/decisions",
    "/v1/segments",
    "/v1/accounts",
    "/v1/runs",
    "/v1/runs/x",
    "/v1/activations",
    "/v1/calibrations",
    "/v1/playbook",
    "/v1/replay",
    "/v1/changes",
    "/v1/plan",
    "/v1/people/x/explanation",
    "/v1/openapi.json",
    "/nowhere",
)


@pytest.mark.parametrize(
    ("as_of", "says"),
    [
        ("2026-01-31T10:00:00", "no zone"),
        ("yesterday", "is not an instant"),
        ("31/01/2026", "is not an instant"),
        ("", "is not an instant"),
        ("0001-01-01", "between the years"),
        ("9999-12-31", "between the years"),
    ],
)
@pytest.mark.parametrize(
    "address", ["decisions", "segments", "accounts", f"people/{salesforce_id(1)}/explanation"]
)
def test_an_instant_is_not_guessed(ask: Asking, address: str, as_of: str, says: str) -> None:
    error = ask.error(f"/v1/{address}?as_of={quote(as_of)}", 400)
    assert error["code"] == "bad_instant"
    assert says in error["message"]


def test_a_plus_that_became_a_space_is_explained(ask: Asking) -> None:
    assert "%2B" in ask.error("/v1/decisions?as_of=2026-01-31T10:00:00+01:00", 400)["advice"][0]
    assert ask.json("/v1/decisions?as_of=2026-01-31T10:00:00%2B01:00")["as_of"] == "2026-01-31T09:00:00Z"


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("limit=0", 422, "`limit`"),
        ("limit=1001", 422, "`limit`"),
        ("limit=ten", 422, "`limit`"),
        ("limit=" + "9" * 400, 422, "`limit`"),
        ("asof=2026-01-31", 422, "There is no parameter `asof`"),
        ("as_of=" + "1" * 65, 422, "`as_of`"),
        ("after=" + "x" * 513, 422, "`after`"),
        ("as_of=2026-01-31&as_of=2026-02-01", 400, "more than once"),
        ("rank=E5", 400, "There is no rank `E5`"),
        ("rank=", 400, "There is no rank"),
        ("segment=no_such", 400, "There is no segment `no_such`"),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_refused(ask: Asking, query: str, status: int, says: str) -> None:
    assert says in ask.error(f"/v1/decisions?{query}", status)["message"]


def test_a_segment_that_is_nearly_right_is_suggested(ask: Asking) -> None:
    key = ask.json("/v1/segments")["buyer_segments"][0]["key"]
    assert ask.error(f"/v1/decisions?segment={key}x", 400)["advice"][0] == f"Did you mean `{key}`?"


@pytest.mark.parametrize(
    "person",
    [
        "nobody@acme.example",
        "x' OR '1'='1",
        "'; DROP TABLE runs; --",
        "%",
        "_",
        ":",
        "$text",
        "a\x00b",
        "../../../../etc/passwd",
        "a/b/explanation/c",
        "\u202e\U0001f9d1\u200d\U0001f33e",
        "\x1b]0;pwn\x07",
        "{person}",
        "x" * 512,
        " ",
    ],
)
def test_a_hostile_id_is_nobody(ask: Asking, person: str) -> None:
    said = quote(person, safe="")
    assert ask.error(f"/v1/people/{said}/explanation?as_of={AS_OF}", 404)["code"] == "not_found"
    assert ask.error(f"/v1/runs/{said}", 404)["code"] == "not_found"
    assert ask(f"/v1/decisions?after={said}").status_code == 200
    assert ask(f"/v1/decisions?segment={said}").status_code == 400
    assert ask.error(f"/v1/runs?after={said}", 404)["code"] == "not_found"


def test_bytes_that_are_no_text_are_nobody(ask: Asking) -> None:
    ask.error("/v1/people/%ff%fe%c0%80/explanation", 404)
    ask.error("/v1/people/%ed%a0%80/explanation", 404)


def test_a_person_who_is_not_known_yet_is_nobody(ask: Asking) -> None:
    ask.error(f"/v1/people/{salesforce_id(1)}/explanation?as_of=2025-12-31", 404)


def test_an_id_of_several_people_is_told_with_their_names(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(f"badge,mail\n{salesforce_id(1)},x@y.example\n", encoding="utf-8")
    (tmp_path / "m.yml").write_text(
        "source: scans\nfiles:\n  - name: badges\n    match: {columns: [badge, mail]}\n    targets:\n"
        "      - table: people\n        id: badge\n        fields: {person.email: mail}\n",
        encoding="utf-8",
    )
    Workspace(workspace).import_files(
        [tmp_path / "people.csv"], mapping=tmp_path / "m.yml", exported_at="2026-01-05"
    )
    with asking(workspace) as ask:
        error = ask.error(f"/v1/people/{salesforce_id(1)}/explanation?as_of={AS_OF}", 400)
        assert f"`scans:{salesforce_id(1)}`" in error["message"]
        assert ask(f"/v1/people/scans:{salesforce_id(1)}/explanation?as_of={AS_OF}").status_code == 200


@pytest.mark.parametrize(
    "address", ["/", "/v1", "/v1/", "/v1/people/x", "/docs", "/v1/decisions/", "//v1/runs"]
)
def test_elsewhere_there_is_nothing(ask: Asking, address: str) -> None:
    assert ask.error(address, 404)["code"] == "not_found"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_get_is_answered(ask: Asking, method: str) -> None:
    answer = ask("/v1/runs", method=method)
    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "read_only"


def test_bodies_and_long_addresses_are_refused(ask: Asking) -> None:
    assert ask("/v1/runs", method="POST", content=b"x" * 10).status_code == 413
    assert ask("/v1/runs", content=b"{}").status_code == 413
    assert ask.error("/v1/runs/" + "x" * MAX_ADDRESS_BYTES, 414)["code"] == "too_long"
    assert ask("/v1/people/" + "x" * 513 + "/explanation").status_code == 422


def test_no_page_of_another_origin_is_let_in(ask: Asking) -> None:
    assert (
        ask("/v1/runs", Origin="https://evil.example").status_code == 200
    )  # without a CORS header: see `ask`
    answer = ask("/v1/runs", method="OPTIONS", Origin="https://evil.example")
    assert answer.status_code == 405


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9", "LOCALHOST:8765", "[::1]:8765", "[::1]"])
def test_this_machine_is_asked_by_its_own_names(ask: Asking, host: str) -> None:
    assert ask("/v1/runs", Host=host).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "127.0.0.1.evil.example",
        "localhost.",
        "",
        "[::1",
        "[::1]x",
        "localhost:x",
        "a@localhost",
    ],
)
def test_another_name_is_refused(ask: Asking, host: str) -> None:
    for address in (*EVERYWHERE, "/healthz"):
        answer = ask(address, Host=host)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "wrong_host"


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN} x",
    ],
)
def test_a_token_is_required_where_there_is_one(workspace: Path, sent: str | None) -> None:
    with asking(workspace, Access(TOKEN, None)) as ask:
        ask.headers = {} if sent is None else {"Authorization": sent}
        for address in EVERYWHERE:
            answer = ask(address)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
        assert ask("/healthz").status_code == ask("/readyz").status_code == 200


def test_the_token_opens(workspace: Path) -> None:
    with asking(workspace, Access(TOKEN, None)) as ask:
        ask.headers = {"Authorization": f"bearer {TOKEN}", "Host": "any.example"}
        assert ask("/v1/runs").status_code == 200


def test_only_this_machine_is_served_without_a_token() -> None:
    for host, addresses in (("localhost", ["127.0.0.1", "::1"]), ("127.0.0.5", ["127.0.0.5"])):
        assert access_to(host, addresses, None).hosts is not None
    for host, addresses in (("0.0.0.0", ["0.0.0.0"]), ("::", ["::"]), ("both", ["127.0.0.1", "10.0.0.1"])):
        with pytest.raises(HandraiseError, match="there is no token"):
            access_to(host, addresses, None)
        assert access_to(host, addresses, TOKEN) == Access(TOKEN, None)


def test_a_token_of_a_file_comes_before_the_variable(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    assert read_token(file, "x" * 30) == TOKEN
    assert read_token(None, "x" * 30) == "x" * 30
    assert read_token(None, None) is None


@pytest.mark.parametrize(
    "token", ["", "x" * (MIN_TOKEN_CHARACTERS - 1), "x" * 513, "x y" * 10, "é" * 20, "x\n" * 20]
)
def test_a_token_that_is_easily_guessed_or_cannot_be_sent_is_refused(tmp_path: Path, token: str) -> None:
    file = tmp_path / "token"
    file.write_text(token, encoding="utf-8")
    for given in ((file, None), (None, token)):
        with pytest.raises(HandraiseError, match="The token in"):
            read_token(*given)


def test_our_own_fault_tells_nothing_but_where_to_look(
    ask: Asking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> Any:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(ask.answers, "runs", fail)
    with caplog.at_level(logging.ERROR):
        error = ask.error("/v1/runs", 500)
    assert error["code"] == "our_fault"
    assert "secret" not in str(error) + caplog.text
    assert "RuntimeError at test_refusals.py" in caplog.text
    assert ask("/v1/playbook").status_code == 200


def test_who_waits_too_long_is_told_and_the_server_stays_ready(ask: Asking) -> None:
    with ask.answers._lock:
        answer = ask("/v1/runs")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "busy")
        assert answer.headers["retry-after"]
        assert ask("/healthz").status_code == ask("/readyz").status_code == 200
    assert ask("/v1/runs").status_code == 200


def test_nothing_is_answered_once_the_server_is_being_stopped(ask: Asking) -> None:
    ask.answers.close()
    assert ask.error("/v1/runs", 503)["code"] == "stopping"
