"""Hygiene over a store: judged after imports, in whatever pieces they come, and taken back without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.facts.dumps import dump
from tests.facts.worlds import append, store_of

from handraise.config import Settings
from handraise.facts.chunks import Needs
from handraise.facts.rows import Activity, AttributeChange, Fact, PersonRecord
from handraise.facts.store import FactStore
from handraise.model.fields import Field
from handraise.services.cleaning import Cleaned, Cleaning

SECOND, DAY = 1_000_000, 86_400_000_000
START = 1_700_000_000_000_000
LAST = START + 90 * DAY
LOOKED_AT = Needs(
    fields=frozenset(
        Field("person", name)
        for name in ("title", "is_junk", "doubts", "seniority", "function", "country_code", "is_purchased")
    )
)


def _has(record: str, at: int, **values: str) -> list[Fact]:
    changes = (AttributeChange("person", record, name, value, at, at) for name, value in values.items())
    return [PersonRecord(record, START, START), *changes]


def _people() -> list[Fact]:
    return [
        *_has("crm:ann", START, first_name="Ann", last_name="Meyer", email="ann@acme.com", title="CFO"),
        *_has("crm:mick", START, first_name="Mickey", last_name="Mouse", email="m@mailinator.com"),
        *_has("crm:ann", START + DAY, title="Marketing Manager"),
        *_has("crm:bob", START, lead_source="Purchased List", country="Deutschland"),
    ]


def _mail(record: str, mail: str, at: int, *clicks: int) -> Iterator[Activity]:
    """A delivery, and clicks on different links so many microseconds after it."""
    yield Activity(f"{record} {mail} d", record, at, at, "email.delivered", "email", mail)
    for i, after in enumerate(clicks):
        yield Activity(
            f"{record} {mail} {i}", record, at + after, at + after, "email.clicked", "email", mail,
            properties={"link": f"https://acme.com/{i}"},
        )  # fmt: skip


def _clicks() -> list[Fact]:
    """Ann reads; at Mick's a scanner follows every link within a second."""
    facts: list[Fact] = []
    for day in range(4):
        at = START + day * DAY
        facts += _mail("crm:ann", f"mail {day}", at, 3600 * SECOND)
        facts += _mail("crm:mick", f"mail {day}", at, SECOND, SECOND + 100_000, SECOND + 200_000)
    return facts


def _cleaning(store: FactStore, **settings: object) -> Cleaning:
    clock = count(LAST + DAY)
    return Cleaning(store, Settings(**settings), lambda: next(clock))  # type: ignore[arg-type]


def _fields(store: FactStore, record: str, at: int = LAST) -> dict[str, str | None]:
    timeline = dump(store, at, needs=LOOKED_AT)["people"][record]["fields"]
    return {name.removeprefix("person."): rows[-1][2] for name, rows in timeline.items()}


def _clean(store: FactStore, *, everything: bool = True) -> Cleaned:
    return _cleaning(store).clean(everything=everything)


def test_records_are_judged_from_when_their_values_are_known() -> None:
    with store_of(_people(), tmp_path=None) as store:
        found = _clean(store)
        assert (_fields(store, "crm:ann", START)["seniority"], _fields(store, "crm:ann")["seniority"]) == (
            "c_level",
            "manager",
        )
        assert _fields(store, "crm:ann")["is_junk"] == "false"
        assert _fields(store, "crm:mick")["is_junk"] == "true"
        assert _fields(store, "crm:bob") == {"is_purchased": "true", "country_code": "DE"}
        assert found.people.n_records == 3
        assert found.people.values["is_junk", "true"] == 1


def test_scanners_clicks_count_no_more_and_are_told_as_scans() -> None:
    with store_of([*_people(), *_clicks()], tmp_path=None) as store:
        found = _clean(store)
        kinds = {
            name: [act[1][0] for act in of["activities"] if act[1][0] != "email.delivered"]
            for name, of in dump(store, LAST)["people"].items()
        }
        assert kinds["crm:ann"] == ["email.clicked"] * 4
        assert kinds["crm:mick"] == ["email.scanned"] * 12
        assert (found.n_mail_acts, found.n_machine) == (16, 12)


def test_judging_again_tells_nothing_new() -> None:
    with store_of([*_people(), *_clicks()], tmp_path=None) as store:
        assert _clean(store).n_new > 0
        imports, told = store.imports(), dump(store, LAST)
        assert _clean(store).n_new == 0
        assert _clean(store, everything=False).n_new == 0
        assert store.imports() == imports
        assert dump(store, LAST) == told


@pytest.mark.parametrize("everything", [True, False])
def test_it_comes_to_the_same_in_whatever_pieces_facts_arrive(everything: bool) -> None:
    """Also where a later piece brings what comes earlier: then what was told of it is taken back."""
    facts = [*_people(), *_clicks()]
    with store_of(facts, tmp_path=None) as whole, store_of((), tmp_path=None) as pieces:
        _clean(whole)
        for i, part in enumerate((facts[9:], facts[4:9], facts[:4])):
            append(pieces, part, file_name=f"part{i}.csv")
            _clean(pieces, everything=everything)
        assert dump(pieces, LAST, needs=LOOKED_AT) == dump(whole, LAST, needs=LOOKED_AT)
        assert dump(pieces, START, needs=LOOKED_AT) == dump(whole, START, needs=LOOKED_AT)


def test_taken_back_it_leaves_everything_as_it_was() -> None:
    with store_of([*_people(), *_clicks()], tmp_path=None) as store:
        before = dump(store, LAST, needs=LOOKED_AT)
        _clean(store)
        for each in reversed(store.imports()):
            if each.source == "handraise":
                store.undo(each.id, LAST)
        assert dump(store, LAST, needs=LOOKED_AT) == before


def test_whoever_becomes_a_competitor_by_the_settings_is_judged_anew() -> None:
    with store_of(_people(), tmp_path=None) as store:
        assert ("is_competitor", "true") not in _cleaning(store).clean().people.values
        found = _cleaning(store, competitor_domains=("acme.com",)).clean(everything=False)
        assert found.people.values["is_competitor", "true"] == 1
        standing = [i for i in store.imports() if i.source == "handraise" and i.undone_at is None]
        assert len(standing) == 1


def test_what_a_source_says_itself_counts_beside_what_is_told(tmp_path: Path) -> None:
    """At the same instant the source is believed; and titles are told in its spelling."""
    facts = [
        *_people(),
        *_has("crm:ann", START, seniority="VP"),
        *_has("crm:cid", START, seniority="C-Level"),
    ]
    with store_of([*facts, *_has("crm:dan", START, title="CEO")], tmp_path=tmp_path) as store:
        _clean(store)
        assert _fields(store, "crm:ann", START)["seniority"] == "VP"
        assert _fields(store, "crm:dan")["seniority"] == "C-Level"
