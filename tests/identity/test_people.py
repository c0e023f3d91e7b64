"""Who is who, and whose account, at an instant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.facts.dumps import dump
from tests.facts.worlds import append, store_of

from handraise.facts.rows import (
    AccountRecord,
    Activity,
    AttributeChange,
    Fact,
    IdentityKey,
    Membership,
    PersonRecord,
)
from handraise.identity.find import find
from handraise.identity.normalise import email_key, normalise_email

LATE = 100


def person(record: str, at: int = 0, identified: bool = True) -> PersonRecord:
    return PersonRecord(record, at, at, identified)


def mail(record: str, address: str, at: int = 0) -> IdentityKey:
    return IdentityKey(record, email_key(address), at, at)


def visit(number: int, record: str, at: int) -> Activity:
    return Activity(f"m{number}", record, at, at, "page.viewed")


def people(facts: list[Fact], tmp_path: Path, as_of: int = LATE) -> dict[str, Any]:
    with store_of(facts, tmp_path=tmp_path) as store:
        found: dict[str, Any] = dump(store, as_of)["people"]
        return found


def test_records_that_share_a_key_directly_or_through_others_are_one_person(tmp_path: Path) -> None:
    facts = [
        *(person(r, at) for at, r in enumerate(["crm:1", "crm:2", "crm:3", "crm:4"])),
        *(
            mail("crm:1", "a@x.com"),
            mail("crm:2", "a@x.com"),
            mail("crm:2", "b@x.com"),
            mail("crm:3", "b@x.com"),
        ),
        visit(1, "crm:3", 5),
        visit(2, "crm:1", 5),
    ]
    found = people(facts, tmp_path)
    assert set(found) == {"crm:1", "crm:4"}
    assert len(found["crm:1"]["activities"]) == 2


def test_a_record_may_name_another_as_its_own(tmp_path: Path) -> None:
    facts: list[Fact] = [
        person("crm:lead", 1),
        person("crm:contact", 2),
        IdentityKey("crm:lead", "id:crm:contact", 5, 5),
    ]
    assert set(people(facts, tmp_path)) == {"crm:lead"}
    assert set(people(facts, tmp_path, as_of=4)) == {"crm:lead", "crm:contact"}


def test_a_merge_keeps_the_id_that_was_known_first(tmp_path: Path) -> None:
    facts = [person("crm:9", 1), person("crm:1", 2), mail("crm:1", "a@x.com", 3), mail("crm:9", "a@x.com", 3)]
    assert set(people(facts, tmp_path)) == {"crm:9"}
    tie = [person("crm:9", 2), *facts[1:]]
    assert set(people(tie, tmp_path)) == {"crm:1"}


def test_a_person_is_known_since_its_first_record(tmp_path: Path) -> None:
    facts = [person("crm:1", 7), person("web:1", 3, identified=False), IdentityKey("web:1", "id:crm:1", 8, 8)]
    assert people(facts, tmp_path)["crm:1"]["known_at"] == 3
    assert people(facts, tmp_path, as_of=7)["crm:1"]["known_at"] == 7


def test_a_visitor_is_nobody_until_linked_and_its_acts_count_from_then_on(tmp_path: Path) -> None:
    facts = [
        *(person("crm:1", 0), person("web:1", 1, identified=False), visit(1, "web:1", 2)),
        *(mail("crm:1", "a@x.com", 6), mail("web:1", "a@x.com", 5), visit(2, "web:1", 9)),
    ]
    assert people(facts, tmp_path, as_of=5)["crm:1"]["activities"] == []
    linked = people(facts, tmp_path)
    assert set(linked) == {"crm:1"}
    assert [(a[2], a[3]) for a in linked["crm:1"]["activities"]] == [(2, 6), (9, 9)]


def test_a_visitor_who_gives_a_name_is_somebody_from_then_on(tmp_path: Path) -> None:
    facts = [person("web:1", 1, identified=False), visit(1, "web:1", 2), person("web:1", 5)]
    assert people(facts, tmp_path, as_of=4) == {}
    assert [(a[2], a[3]) for a in people(facts, tmp_path)["web:1"]["activities"]] == [(2, 5)]


def test_somebody_deleted_everywhere_is_nobody_any_more(tmp_path: Path) -> None:
    facts = [
        *(
            person("crm:1"),
            person("crm:2"),
            person("crm:3"),
            mail("crm:2", "a@x.com"),
            mail("crm:3", "a@x.com"),
        ),
        *(AttributeChange("person", r, "is_deleted", "true", 5, 5) for r in ("crm:1", "crm:2")),
    ]
    assert set(people(facts, tmp_path, as_of=4)) == {"crm:1", "crm:2"}
    assert set(people(facts, tmp_path)) == {"crm:2"}
    restored = [*facts, AttributeChange("person", "crm:1", "is_deleted", "false", 6, 6)]
    assert set(people(restored, tmp_path)) == {"crm:1", "crm:2"}


def test_values_of_all_records_are_one_line(tmp_path: Path) -> None:
    facts = [
        *(person("crm:1"), person("crm:2"), mail("crm:1", "a@x.com"), mail("crm:2", "a@x.com")),
        AttributeChange("person", "crm:2", "title", "CFO", 3, 3),
        AttributeChange("person", "crm:1", "title", "VP", 2, 8),
        AttributeChange("person", "crm:1", "title", None, 5, 5),
    ]
    title = people(facts, tmp_path)["crm:1"]["fields"]["person.title"]
    assert title == [(2, 8, "VP", 0), (3, 3, "CFO", 0), (5, 5, None, 0)]


@pytest.mark.parametrize("order", [("crm", "marketo"), ("marketo", "crm")])
def test_of_two_sources_at_one_instant_the_better_ranked_is_latest(
    order: tuple[str, str], tmp_path: Path
) -> None:
    facts: dict[str, list[Fact]] = {
        source: [person("crm:1"), AttributeChange("person", "crm:1", "title", source, 3, 3)]
        for source in order
    }
    with store_of(facts, tmp_path=tmp_path) as store:

        def last(**options: Any) -> str:
            text: str = dump(store, 9, **options)["people"]["crm:1"]["fields"]["person.title"][-1][2]
            return text

        for _ in range(2):
            assert last() == "marketo"
            assert last(source_ranks={"crm": 1}) == "crm"
            assert last(source_ranks={"crm": 1, "marketo": 2}, latest_only=True) == "marketo"
            store.cluster(everything=True)


def test_latest_only_keeps_the_last_row_of_each_field(tmp_path: Path) -> None:
    facts = [
        person("crm:1"),
        *(AttributeChange("person", "crm:1", "title", v, at, at) for at, v in enumerate("abc")),
    ]
    with store_of(facts, tmp_path=tmp_path) as store:
        fields = dump(store, 9, latest_only=True)["people"]["crm:1"]["fields"]
        assert fields == {"person.title": [(2, 2, "c", 0)]}


def test_an_act_belongs_to_the_account_held_then(tmp_path: Path) -> None:
    facts = [
        *(person("crm:1"), person("crm:2"), AccountRecord("crm:a", 0, 0), AccountRecord("crm:b", 0, 0)),
        *(Membership("crm:1", "crm:a", 10, 10), Membership("crm:1", "crm:b", 20, 20)),
        *(Membership("crm:1", None, 30, 30), Membership("crm:2", "crm:a", 0, 0)),
        *(visit(at, "crm:1", at) for at in (5, 10, 19, 20, 35)),
    ]
    with store_of(facts, tmp_path=tmp_path) as store:
        for max_rows in (1, 1_000_000):
            seen = dump(store, LATE, max_rows_per_chunk=max_rows)
            assert seen["people"]["crm:1"]["account"] is None
            assert len(seen["accounts"]["crm:a"]["activities"]) == 2
            assert len(seen["accounts"]["crm:b"]["activities"]) == 1
            assert seen["accounts"]["crm:a"]["members"] == ["crm:2"]
            assert dump(store, 25, max_rows_per_chunk=max_rows)["people"]["crm:1"]["account"] == "crm:b"


def test_a_company_of_ones_own_gives_way_to_a_stated_account_and_comes_back(tmp_path: Path) -> None:
    facts = [
        *(person("crm:1"), AccountRecord("crm:own", 0, 0, own=True)),
        *(Membership("crm:1", "crm:a", 5, 5), Membership("crm:1", "crm:own", 8, 8, stated=False)),
        Membership("crm:1", None, 20, 20),
        AttributeChange("account", "crm:own", "industry", "retail", 0, 0),
    ]
    with store_of(facts, tmp_path=tmp_path) as store:
        held = [dump(store, at)["people"]["crm:1"]["account"] for at in (4, 6, 9, 20)]
        assert held == [None, "crm:a", "crm:a", "crm:own"]
        assert dump(store, 20)["accounts"]["crm:own"]["fields"]["account.industry"] == [(0, 0, "retail", 0)]


def test_memberships_of_all_records_are_one_line(tmp_path: Path) -> None:
    facts = [
        *(person("crm:1"), person("crm:2"), mail("crm:1", "a@x.com"), mail("crm:2", "a@x.com")),
        *(Membership("crm:2", "crm:b", 5, 5), Membership("crm:1", "crm:a", 3, 3)),
    ]
    assert people(facts, tmp_path)["crm:1"]["account"] == "crm:b"


def test_anybody_is_found_by_name_bare_id_or_address(tmp_path: Path) -> None:
    facts = [
        *(person("crm:77", 1), person("mkto:8", 2), mail("crm:77", "Ann@X.com"), mail("mkto:8", "ann@x.com")),
        *(person("crm:8", 3), person("web:5", 0, identified=False)),
    ]
    with store_of(facts, tmp_path=tmp_path) as store:
        assert find(store, "mkto:8", LATE) == ("crm:77",)
        assert find(store, " ANN@x.com ", LATE) == ("crm:77",)
        assert find(store, "77", LATE) == ("crm:77",)
        assert find(store, "8", LATE) == ("crm:77", "crm:8")
        assert find(store, "web:5", LATE) == ()
        assert find(store, "nobody", LATE) == ()
        assert find(store, "crm:8", 2) == ()
        append(store, [mail("crm:8", "ann@x.com", 5)], file_name="merge.csv")
        assert find(store, "8", LATE) == ("crm:77",)


def test_addresses_are_compared_without_case_width_or_blanks() -> None:
    assert normalise_email("  Ann.Lee+x@Example.COM ") == "ann.lee+x@example.com"
    assert normalise_email("ＡＮＮ@ｅｘａｍｐｌｅ．com") == "ann@example.com"


def browser(name: str, at: int = 0) -> PersonRecord:
    return person(name, at, identified=False)


def link(visitor: str, record: str, at: int) -> IdentityKey:
    return IdentityKey(visitor, f"id:{record}", at, at)


def test_a_shared_device_chains_nobody_and_is_whose_it_was_first(tmp_path: Path) -> None:
    facts: list[Fact] = [
        *(person("crm:1", 1), person("crm:2", 2), person("crm:3", 3), browser("web:1")),
        *(link("web:1", "crm:2", 5), link("web:1", "crm:1", 6), link("web:1", "crm:3", 7)),
        visit(1, "web:1", 4),
    ]
    for order in (facts, facts[::-1]):
        found = people(order, tmp_path)
        assert {name: len(p["activities"]) for name, p in found.items()} == {
            "crm:1": 0,
            "crm:2": 1,
            "crm:3": 0,
        }


def test_the_first_link_counts_that_was_seen_first_then_one_to_a_record_then_the_smaller_name(
    tmp_path: Path,
) -> None:
    there = [
        person("crm:1"),
        person("crm:2"),
        mail("crm:1", "a@x.com"),
        browser("web:1"),
        visit(1, "web:1", 4),
    ]
    late = IdentityKey("web:1", "id:crm:1", 3, 9)
    cases = {
        "crm:2": [link("web:1", "crm:2", 5), late],
        "crm:1": [link("web:1", "crm:2", 5), link("web:1", "crm:1", 5)],
    }
    for whose, links in cases.items():
        assert people([*there, *links], tmp_path)[whose]["activities"] != []
    assert people([*there, mail("web:1", "a@x.com", 5), link("web:1", "crm:2", 5)], tmp_path)["crm:2"][
        "activities"
    ]


def test_whoever_names_a_visitor_first_has_them(tmp_path: Path) -> None:
    facts = [
        *(person("crm:1"), person("crm:2"), browser("web:1"), visit(1, "web:1", 4)),
        *(
            IdentityKey("crm:2", "id:web:1", 5, 5),
            IdentityKey("crm:1", "id:web:1", 6, 6),
            link("web:1", "crm:1", 7),
        ),
    ]
    found = people(facts, tmp_path)
    assert {name: len(p["activities"]) for name, p in found.items()} == {"crm:1": 0, "crm:2": 1}


def test_a_visitor_who_is_identified_bears_all_their_keys_from_then_on(tmp_path: Path) -> None:
    facts = [
        *(person("crm:1"), person("crm:2", 1), browser("web:1", 2)),
        *(link("web:1", "crm:1", 3), link("web:1", "crm:2", 4), person("web:1", 8)),
    ]
    assert set(people(facts, tmp_path, as_of=7)) == {"crm:1", "crm:2"}
    assert set(people(facts, tmp_path)) == {"crm:1"}


def test_a_visitor_of_a_visitor_is_whose_that_one_is(tmp_path: Path) -> None:
    facts = [
        *(person("crm:1"), person("crm:2"), browser("web:1"), browser("web:2"), visit(1, "web:2", 1)),
        *(link("web:1", "crm:2", 3), link("web:2", "web:1", 4), link("web:2", "crm:1", 5)),
    ]
    found = people(facts, tmp_path)
    assert {name: len(p["activities"]) for name, p in found.items()} == {"crm:1": 0, "crm:2": 1}
