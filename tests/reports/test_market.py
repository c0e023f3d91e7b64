"""Segments of accounts: counts that add up, overlaps, and tiers that should lie inside each other."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
from tests.spec.words import at_least, is_one_of, playbook

from handraise.evaluate.accounts import ACCOUNT_COLUMNS
from handraise.model.playbook import Playbook
from handraise.reports.market import findings_of_market, market

#            in               unknown
ACCOUNTS = {
    "a": (["all", "small", "best"], []),
    "b": (["all", "small"], ["best"]),
    "c": (["all"], []),
    "d": (["best"], ["small"]),
    "e": (["best"], ["all"]),
    "f": (["best"], []),
    "g": ([], ["all", "small", "best"]),
}


def _table() -> pa.Table:
    rows = [
        {"account_id": key, "n_people": n, "segments_in": sorted(in_), "segments_unknown": sorted(open_)}
        for n, (key, (in_, open_)) in enumerate(ACCOUNTS.items())
    ]
    return pa.Table.from_pylist(rows, schema=ACCOUNT_COLUMNS)


def _playbook(**tiers: str | None) -> Playbook:
    base = playbook(
        account_segments={key: at_least("account.employees", 1) for key in ("all", "small", "best")}
    )
    tiered = {key: replace(s, tier=tiers.get(key)) for key, s in base.segments.items()}
    return replace(base, segments=tiered)


def test_in_out_and_unknown_are_all_accounts() -> None:
    found = market(_playbook(), _table())
    assert found is not None
    assert found.n_accounts == 7
    assert found.n_without_people == 1
    assert {s.key: (s.n_in, s.n_out, s.n_unknown) for s in found.segments} == {
        "all": (3, 2, 2), "small": (2, 3, 2), "best": (4, 1, 2),
    }  # fmt: skip


def test_each_pair_is_in_both_in_one_or_cannot_be_told() -> None:
    """Who is out of both is in none of the counts; the share is of those who are surely in either."""
    found = market(_playbook(), _table())
    assert found is not None
    pairs = {(o.one, o.other): o for o in found.overlaps}
    assert set(pairs) == {("all", "small"), ("all", "best"), ("small", "best")}
    one = pairs["all", "best"]
    assert (one.n_both, one.n_one_only, one.n_other_only, one.n_unknown) == (1, 1, 2, 3)
    assert one.share == 1 / 4
    assert pairs["all", "small"].n_other_only == 0


def test_an_inner_tier_outside_the_next_outer_one_is_counted_and_named() -> None:
    """Of SOM, `d` may be in SAM and `e` and `f` surely are not; SAM lies in TAM. A tier is all of its segments."""
    book = _playbook(all="TAM", small="SAM", best="SOM")
    found = market(book, _table())
    assert found is not None
    assert [(t.inner, t.outer, t.n_outside, t.n_unknown, t.account_ids) for t in found.tiers] == [
        ("SAM", "TAM", 0, 0, ()),
        ("SOM", "SAM", 2, 1, ("e", "f")),
    ]
    (finding,) = findings_of_market(found, book)
    assert (finding.code, finding.n) == ("DC110", 2)
    assert "2 accounts are in a SOM segment but in no SAM segment" in finding.sentence
    assert "e, f" in finding.sentence


def test_without_the_tier_between_them_the_neighbours_are_compared() -> None:
    found = market(_playbook(all="TAM", best="SOM"), _table())
    assert found is not None
    assert [(t.inner, t.outer, t.n_outside, t.n_unknown) for t in found.tiers] == [("SOM", "TAM", 2, 1)]


def test_a_playbook_without_segments_of_accounts_has_no_market() -> None:
    assert market(playbook(segments={"people": is_one_of("person.city", "Bonn")}), _table()) is None
