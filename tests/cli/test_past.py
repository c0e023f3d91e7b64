"""`replay` and `changes`: the past as it was, told in words, as JSON and as a file; and what is wrong told plainly."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.cli.conftest import Call


def test_replay_decides_at_each_instant_from_what_was_known_then(filled: Path, call: Call) -> None:
    out = filled / "history.parquet"
    said = call(
        *("replay", "--workspace", filled, "--from", "2026-01-06", "--to", "2026-01-08"),
        *("--every", "1 day", "--out", out, "--json"),
    )
    assert said.code == 0
    told = said.json["instants"]
    assert [t["as_of"][:10] for t in told] == ["2026-01-06", "2026-01-07", "2026-01-08"]
    assert [t["summary"]["n_people"] for t in told] == [1, 2, 2]
    table = pq.read_table(out)
    alone = filled / "alone.parquet"
    assert call("decide", "--workspace", filled, "--as-of", "2026-01-07", "--out", alone).code == 0
    one = pq.read_table(alone)
    assert table.slice(1, 2).equals(one)


def test_changes_tell_who_moved_when_and_because_of_what(filled: Path, call: Call) -> None:
    said = call("changes", "--workspace", filled, "--from", "2026-01-06", "--to", "2026-01-08", "--json")
    assert said.code == 0
    moves = said.json["moves"]
    assert {m["person_id"] for m in moves} == {"salesforce:00QHs000001000bMAA"}
    assert {m["what"] for m in moves} == {"rank", "buyer_segment"}
    assert all(m["was"] is None and m["moved_at"] == "2026-01-07T09:00:00Z" for m in moves)
    assert {m["because"] for m in moves} == {"person.is_junk = true; another account"}


def test_both_say_it_on_the_screen(filled: Path, call: Call) -> None:
    said = call("changes", "--workspace", filled, "--from", "2026-01-06", "--to", "2026-01-08")
    assert said.code == 0
    assert "nowhere" in said.out
    said = call("replay", "--workspace", filled, "--from", "2026-01-06", "--to", "2026-01-08")
    assert said.code == 0
    assert "2026-01-06" in said.out


def test_a_grid_of_dates_stays_on_dates_where_clocks_change(filled: Path, call: Call) -> None:
    """Clocks in Chicago change on 8 March; the last date is among the instants."""
    book = filled / "playbook.yml"
    book.write_text(book.read_text().replace("time_zone: UTC", "time_zone: America/Chicago"))
    said = call(
        *("replay", "--workspace", filled, "--from", "2026-01-31", "--to", "2026-04-30"),
        *("--every", "1 month", "--json"),
    )
    assert [t["as_of"] for t in said.json["instants"]] == [
        f"2026-{day}T23:59:59.999999Z" for day in ("01-31", "02-28", "03-31", "04-30")
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("replay", "--from", "2026-02-01", "--to", "2026-01-01"), "is after"),
        (("changes", "--from", "2026-02-01", "--to", "2026-01-01"), "is after"),
        (("replay", "--from", "2026-01-01", "--to", "2026-02-01", "--every", "soon"), "not a length of time"),
        (("replay", "--from", "2026-01-01", "--to", "2026-02-01", "--every", "1 second"), "more than 1,000"),
        (("changes", "--from", "03/04/2026", "--to", "2026-02-01"), "not an instant"),
        (("changes", "--from", "2026-01-01", "--to", "2026-02-01", "--out", "moves.xlsx"), "neither in"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    filled: Path, call: Call, arguments: tuple[str, ...], sentence: str
) -> None:
    said = call(*arguments, "--workspace", filled)
    assert said.code == 2
    assert sentence in " ".join(said.text.split())
