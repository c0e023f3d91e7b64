"""Results travel as JSON: what HTTP answers is what the command line and the Python API give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from handraise.model.time import iso, parse_instant
from handraise.web.answers import MICROS_PER_MINUTE
from handraise.workspace import Workspace

from .conftest import AS_OF, N_PEOPLE, Asking, asking, salesforce_id


def decided(folder: Path, as_of: str = AS_OF) -> list[dict[str, Any]]:
    rows = Workspace(folder).decide(as_of).table.to_pylist()
    return [{**row, "as_of": iso(parse_instant(as_of))} for row in rows]


def test_http_gives_the_same_rows_as_decide(workspace: Path) -> None:
    rows = decided(workspace)
    with asking(workspace) as ask:
        answer = ask.json(f"/v1/decisions?as_of={AS_OF}&limit=1000")
    assert answer["rows"] == rows
    assert len(rows) == answer["n_people"] == N_PEOPLE
    assert answer["next"] is None


def test_an_answer_says_instant_playbook_and_horizon_as_a_run_does(
    workspace: Path, commanded: Callable[..., Any]
) -> None:
    run = commanded("decide", "--as-of", AS_OF)
    with asking(workspace) as ask:
        for address in ("decisions", "segments"):
            answer = ask.json(f"/v1/{address}?as_of={AS_OF}")
            assert {k: answer[k] for k in ("as_of", "horizon", "playbook_version")} == {
                k: run[k] for k in ("as_of", "horizon", "playbook_version")
            }


@pytest.mark.parametrize("name", [salesforce_id(3), f"salesforce:{salesforce_id(3)}", "p3@co3.example"])
def test_the_explanation_equals_the_json_of_the_command(
    workspace: Path, commanded: Callable[..., Any], name: str
) -> None:
    explained = commanded("explain", name, "--as-of", AS_OF)
    with asking(workspace) as ask:
        assert ask.json(f"/v1/people/{name}/explanation?as_of={AS_OF}") == explained


def test_the_runs_equal_the_json_of_the_command(workspace: Path, commanded: Callable[..., Any]) -> None:
    for day in ("2026-01-20", "2026-01-25", AS_OF):
        commanded("decide", "--as-of", day)
    runs = commanded("runs")["runs"]
    with asking(workspace) as ask:
        assert ask.json("/v1/runs") == {"runs": runs, "next": None}
        first = ask.json("/v1/runs?limit=2")
        assert first["runs"] + ask.json(first["next"])["runs"] == runs
        one = ask.json(f"/v1/runs/{runs[1]['run']}")
        assert one["playbook"] == ask.json("/v1/playbook")["text"]
        assert {k: one[k] for k in runs[1]} == runs[1]


def test_the_playbook_is_there_as_text_and_in_english(ask: Asking, workspace: Path) -> None:
    answer = ask.json("/v1/playbook")
    checked = Workspace(workspace).check()
    assert answer["ok"]
    assert answer["version"] == checked.version
    assert answer["english"] == checked.english()


@pytest.mark.parametrize("limit", [1, 3, 7, N_PEOPLE - 1, N_PEOPLE, 1000])
def test_the_pages_cover_everybody_once_and_in_order(ask: Asking, limit: int) -> None:
    everybody = ask.json(f"/v1/decisions?as_of={AS_OF}&limit=1000")["rows"]
    address, seen = f"/v1/decisions?as_of={AS_OF}&limit={limit}", []
    while address:
        answer = ask.json(address)
        assert 1 <= len(answer["rows"]) <= limit
        assert answer["n_people"] == N_PEOPLE
        seen += answer["rows"]
        assert len(seen) <= N_PEOPLE
        address = answer["next"]
    assert seen == everybody


def test_ranks_and_buyer_segments_each_part_everybody(ask: Asking) -> None:
    counts = ask.json(f"/v1/segments?as_of={AS_OF}")
    for parameter, cells, key in (("rank", "matrix", "rank"), ("segment", "buyer_segments", "key")):
        found = []
        for cell in counts[cells]:
            answer = ask.json(f"/v1/decisions?as_of={AS_OF}&{parameter}={cell[key]}&limit=2")
            assert answer["n_people"] == cell["n"]
            found += answer["rows"]
            while answer["next"] and len(found) <= N_PEOPLE:
                answer = ask.json(answer["next"])
                found += answer["rows"]
        people = [row["person_id"] for row in found]
        assert len(people) == len(set(people)) == N_PEOPLE


def test_in_out_and_unknown_of_a_segment_are_everybody(ask: Asking) -> None:
    rows = ask.json(f"/v1/decisions?as_of={AS_OF}&limit=1000")["rows"]
    segments = ask.json(f"/v1/segments?as_of={AS_OF}")["segments"]
    assert segments
    for segment in segments:
        assert segment["n_in"] + segment["n_out"] + segment["n_unknown"] == N_PEOPLE
        members = [row for row in rows if segment["key"] in row["segments_in"]]
        assert segment["n_in"] == len(members)
        assert segment["n_unknown"] == sum(segment["key"] in row["segments_unknown"] for row in rows)
        address = f"/v1/decisions?as_of={AS_OF}&segment={segment['key']}&limit=1000"
        assert ask.json(address)["rows"] == members


GROUPED = """
buying_group: {roles: {finance: {when: {person.title: {contains: CFO}}}, analyst: {when: {person.title: Analyst}}}}
segments:
  mid: {of: accounts, tier: SOM, when: {account.employees: {at_least: 100}}}
  large: {of: accounts, tier: SAM, when: {account.employees: {at_least: 1000}}}
  titled: {of: people, when: {person.title: {known: true}}}
"""


def _grouped(workspace: Path) -> None:
    (workspace / "playbook.yml").write_text(f"playbook: Grouped\ntime_zone: UTC\n{GROUPED}", encoding="utf-8")


def test_pages_of_accounts_make_up_all_of_them_once_and_in_order(workspace: Path) -> None:
    _grouped(workspace)
    with asking(workspace) as ask:
        whole = ask.json(f"/v1/accounts?as_of={AS_OF}&limit=1000")
        assert whole["next"] is None
        assert len(whole["rows"]) == whole["n_accounts"] > 4
        seen: list[Any] = []
        address = f"/v1/accounts?as_of={AS_OF}&limit=3"
        while address:
            answer = ask.json(address)
            seen += answer["rows"]
            assert len(seen) <= whole["n_accounts"]
            address = answer["next"]
    assert seen == whole["rows"]
    assert sum(row["n_people"] for row in seen) == N_PEOPLE
    for row in seen:
        verdicts = {role["role"]: role["verdict"] for role in row["roles"]}
        assert [key for key, verdict in verdicts.items() if verdict == "out"] == row["roles_missing"]


def test_accounts_that_miss_a_role_or_are_in_a_segment_are_those_of_the_whole(workspace: Path) -> None:
    _grouped(workspace)
    with asking(workspace) as ask:
        rows = ask.json(f"/v1/accounts?as_of={AS_OF}&limit=1000")["rows"]
        missing = ask.json(f"/v1/accounts?as_of={AS_OF}&missing=analyst&limit=1000")["rows"]
        in_mid = ask.json(f"/v1/accounts?as_of={AS_OF}&segment=mid&limit=1000")["rows"]
        assert missing == [r for r in rows if "analyst" in r["roles_missing"]]
        assert in_mid == [r for r in rows if "mid" in r["segments_in"]]
        assert missing
        assert in_mid
        assert ask.error(f"/v1/accounts?as_of={AS_OF}&missing=analist", 400)["code"] == "bad_role"
        assert ask.error(f"/v1/accounts?as_of={AS_OF}&segment=titled", 400)["code"] == "bad_segment"
        first = ask.json(f"/v1/accounts?as_of={AS_OF}&limit=2")
        _rename_playbook(workspace)
        assert ask.json(first["next"])["playbook_version"] == first["playbook_version"]


def test_segments_of_accounts_count_accounts_and_overlap(workspace: Path) -> None:
    _grouped(workspace)
    with asking(workspace) as ask:
        counts = ask.json(f"/v1/segments?as_of={AS_OF}")
        accounts = ask.json(f"/v1/accounts?as_of={AS_OF}&limit=1000")["rows"]
    found = {s["key"]: s for s in counts["segments"]}
    assert found["titled"]["accounts"] is None
    for key in ("mid", "large"):
        assert sum(found[key]["accounts"].values()) == counts["n_accounts"] == len(accounts)
        assert found[key]["accounts"]["n_in"] == sum(key in row["segments_in"] for row in accounts)
    (overlap,) = counts["overlaps"]
    assert overlap["n_both"] == sum({"mid", "large"} <= set(row["segments_in"]) for row in accounts)
    (tier,) = counts["tiers"]
    assert (tier["inner"], tier["outer"]) == ("SOM", "SAM")
    assert tier["n_outside"] == overlap["n_one_only"]


def test_a_person_who_is_not_there_can_be_paged_after(ask: Asking) -> None:
    rows = ask.json(f"/v1/decisions?as_of={AS_OF}&limit=1000")["rows"]
    after = rows[4]["person_id"] + "0"
    assert ask.json(f"/v1/decisions?as_of={AS_OF}&after={after}")["rows"] == rows[5:]
    assert ask.json(f"/v1/decisions?as_of={AS_OF}&after=~")["rows"] == []


def test_nothing_that_is_asked_changes_the_store(workspace: Path) -> None:
    before = (workspace / "facts.duckdb").read_bytes()
    with asking(workspace) as ask:
        for address in (
            "decisions",
            "segments",
            "runs",
            "playbook",
            f"people/{salesforce_id(1)}/explanation",
        ):
            ask.json(f"/v1/{address}")
    assert (workspace / "facts.duckdb").read_bytes() == before
    assert Workspace(workspace).runs() == ()


def test_without_an_instant_it_is_the_minute_that_has_begun(workspace: Path) -> None:
    now = parse_instant("2026-02-01T10:20:30.5Z")
    with asking(workspace, clock=lambda: now) as ask:
        assert ask.json("/v1/decisions")["as_of"] == iso(now // MICROS_PER_MINUTE * MICROS_PER_MINUTE)


def test_without_an_instant_the_settings_have_the_first_word(workspace: Path) -> None:
    settings = workspace / "handraise.yml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\nas_of: 2026-01-25\n", encoding="utf-8")
    with asking(workspace) as ask:
        answers = [ask.json(f"/v1/{what}") for what in ("decisions", "segments")]
        explained = ask.json(f"/v1/people/{salesforce_id(0)}/explanation")
    assert (
        {a["as_of"] for a in answers} == {"2026-01-25T23:59:59.999999Z"} == {explained["decision"]["as_of"]}
    )


def test_the_pages_of_one_query_agree_though_the_playbook_changes(workspace: Path) -> None:
    with asking(workspace) as ask:
        everybody = ask.json(f"/v1/decisions?as_of={AS_OF}&limit=1000")
        first = ask.json(f"/v1/decisions?as_of={AS_OF}&limit=20")
        _rename_playbook(workspace)
        second = ask.json(first["next"])
        fresh = ask.json(f"/v1/decisions?as_of={AS_OF}")
    assert first["rows"] + second["rows"] == everybody["rows"]
    assert second["playbook_version"] == first["playbook_version"] != fresh["playbook_version"]


def test_a_page_of_a_playbook_that_is_gone_is_refused(workspace: Path) -> None:
    with asking(workspace) as ask:
        following = ask.json(f"/v1/decisions?as_of={AS_OF}&limit=20")["next"]
    _rename_playbook(workspace)
    with asking(workspace) as ask:
        assert ask.error(following, 409)["code"] == "playbook_changed"


def test_a_playbook_with_errors_is_told_and_mended_without_a_new_start(workspace: Path, ask: Asking) -> None:
    playbook = workspace / "playbook.yml"
    good = playbook.read_text(encoding="utf-8")
    playbook.write_text(good + "\nsegmnts: {}\n", encoding="utf-8")
    for address in ("/readyz", "/v1/decisions", "/v1/segments", "/v1/people/x/explanation"):
        assert ask.error(address, 503)["code"] == "playbook_has_errors"
    answer = ask.json("/v1/playbook")
    assert not answer["ok"]
    assert "Did you mean" in answer["problems"][0]["advice"][0]
    playbook.write_text(good, encoding="utf-8")
    assert ask.json("/readyz") == {"ready": True}


def _rename_playbook(folder: Path) -> None:
    playbook = folder / "playbook.yml"
    first, _, rest = playbook.read_text(encoding="utf-8").partition("playbook: ")
    playbook.write_text(f"{first}playbook: Re{rest}", encoding="utf-8")
