"""Matching over a store: what is certain joins from when it could be known, the rest is asked, all of it can be taken back."""

from __future__ import annotations

from itertools import count

from tests.facts.dumps import dump
from tests.facts.worlds import append, store_of

from handraise.facts.rows import AccountRecord, AttributeChange, Fact, IdentityKey, Membership, PersonRecord
from handraise.facts.store import FactStore
from handraise.services.matching import Matched, Matching

LAST = 100


def _lead(key: str, at: int, company: str, email: str, **values: str) -> list[Fact]:
    record = f"crm:{key}"
    facts: list[Fact] = [
        PersonRecord(record, at, at),
        AccountRecord(record, at, at, own=True),
        Membership(record, record, at, at, stated=False),
        AttributeChange("account", record, "name", company, at, at),
        AttributeChange("person", record, "email", email, at, at),
    ]
    return [*facts, *(AttributeChange("person", record, f, v, at, at) for f, v in values.items())]


def _account(key: str, at: int, **values: str) -> list[Fact]:
    account = f"crm:{key}"
    changes = (AttributeChange("account", account, f, v, at, at) for f, v in values.items())
    return [AccountRecord(account, at, at), *changes]


def _world() -> list[Fact]:
    return [
        *_account("acme", 5, name="Acme Widgets Ltd", website="https://www.acmewidgets.com", country="GB"),
        *_account("bolt", 5, name="Bolt Systems GmbH", website="bolt-systems.de", country="DE"),
        *_lead("ann", 10, "Acme Widgets", "ann@acmewidgets.com"),
        *_lead("bob", 10, "Somebody Else Inc", "bob@gmail.com"),
    ]


def _match(store: FactStore, *, writes: bool = True) -> Matched:
    clock = count(1000)
    return Matching(store, lambda: next(clock)).match(writes=writes)


def _account_of(store: FactStore, record: str, at: int = LAST) -> str | None:
    found: str | None = dump(store, at)["people"][record]["account"]
    return found


def test_a_lead_belongs_to_the_account_it_means_from_when_both_were_known() -> None:
    with store_of(_world(), tmp_path=None) as store:
        found = _match(store)
        assert (found.n_leads, found.n_leads_matched) == (2, 1)
        assert _account_of(store, "crm:ann") == "crm:acme"
        assert _account_of(store, "crm:bob") == "crm:bob"
        assert [(j.one, j.other) for j in found.joined] == [("crm:ann", "crm:acme")]
        assert (
            "same registrable domain" in " ".join(e.words for e in found.joined[0].evidence)
            or found.joined[0].evidence
        )


def test_a_lead_that_a_source_has_put_into_an_account_stays_there() -> None:
    facts = [*_world(), Membership("crm:ann", "crm:bolt", 20, 20)]
    with store_of(facts, tmp_path=None) as store:
        assert _match(store).n_leads_matched == 0
        assert _account_of(store, "crm:ann") == "crm:bolt"


def test_a_lead_that_its_source_moves_later_leaves_the_match_behind() -> None:
    with store_of(_world(), tmp_path=None) as store:
        _match(store)
        append(store, [Membership("crm:ann", "crm:bolt", 20, 20)], file_name="moved.csv")
        _match(store)
        assert _account_of(store, "crm:ann") == "crm:bolt"
        assert _account_of(store, "crm:ann", 15) == "crm:ann"


def test_records_of_one_person_are_joined_and_those_that_share_a_key_are_not_joined_again() -> None:
    facts = [
        *_lead(
            "ann", 10, "Acme Widgets", "ann.meyer@acmewidgets.com", first_name="Ann", last_name="Meyerhoff"
        ),
        *_lead(
            "ann2", 12, "Acme Widgets", "ameyerhoff@acmewidgets.com", first_name="Ann", last_name="Meyerhoff"
        ),
        *_account("acme", 5, name="Acme Widgets Ltd", website="https://www.acmewidgets.com"),
    ]
    with store_of(facts, tmp_path=None) as store:
        found = _match(store)
        people = dump(store, LAST)["people"]
        told = [(j.kind, j.one, j.other) for j in found.joined if j.kind == "person"]
        asked = [(q.kind, q.one, q.other) for q in found.questions if q.kind == "person"]
        assert told + asked == [("person", "crm:ann", "crm:ann2")]
        assert len(people) == (1 if told else 2)
    keyed = [*facts, IdentityKey("crm:ann2", "id:crm:ann", 12, 12)]
    with store_of(keyed, tmp_path=None) as store:
        found = _match(store)
        assert [j for j in found.joined if j.kind == "person"] == []
        assert [q for q in found.questions if q.kind == "person"] == []


def test_matching_again_writes_nothing_and_a_trial_writes_nothing_either() -> None:
    with store_of(_world(), tmp_path=None) as store:
        before = dump(store, LAST)
        assert _match(store, writes=False).n_leads_matched == 1
        assert dump(store, LAST) == before
        assert _match(store).n_new > 0
        imports = store.imports()
        assert _match(store).n_new == 0
        assert store.imports() == imports


def test_merging_and_unmerging_returns_the_same_facts() -> None:
    with store_of(_world(), tmp_path=None) as store:
        before = dump(store, LAST)
        _match(store)
        assert dump(store, LAST) != before
        for each in reversed(store.imports()):
            if each.source == "handraise":
                store.undo(each.id, LAST)
        assert dump(store, LAST) == before


def test_it_comes_to_the_same_in_whatever_order_facts_arrive() -> None:
    facts = _world()
    with store_of(facts, tmp_path=None) as whole, store_of((), tmp_path=None) as pieces:
        _match(whole)
        for i, part in enumerate((facts[12:], facts[:6], facts[6:12])):
            append(pieces, part, file_name=f"part{i}.csv")
            _match(pieces)
        assert dump(pieces, LAST) == dump(whole, LAST)
        assert dump(pieces, 7) == dump(whole, 7)
