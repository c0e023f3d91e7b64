"""Segment and RudderStack: what each call says, whose it is, and when it happened."""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.facts.dumps import dump
from tests.facts.worlds import append, store_of
from tests.importers.helpers import SETTINGS, activities, attributes, mapping_of, of_kind, opened, write

from handraise.facts.rows import Fact, IdentityKey, Membership, PersonRecord
from handraise.importers.json_table import MAX_LINE
from handraise.importers.opening import open_import
from handraise.importers.rejects import RowRejected
from handraise.importers.segment.calls import Intake, facts_of_call
from handraise.importers.segment.events import EVENTS, kind_of
from handraise.model.activities import is_activity_type
from handraise.model.time import parse_instant

NOON = "2024-02-01T12:00:00Z"


def call(type_: str = "track", **said: Any) -> dict[str, Any]:
    usual = {"type": type_, "messageId": "m", "timestamp": NOON, "userId": "u", "event": "Signed Up"}
    return {n: v for n, v in (usual | said).items() if v is not None}


def refusal(said: dict[str, Any], intake: Intake = Intake()) -> str:
    with pytest.raises(RowRejected) as caught:
        facts_of_call(said, intake)
    return caught.value.code


def rows(folder: Path, text: str, name: str = "calls.jsonl") -> list[tuple[int, str | None]]:
    read = open_import(write(folder, text, name), SETTINGS).rows()
    return [(r.line, r.rejection and r.rejection.code) for r in read]


def lines(*calls: dict[str, Any]) -> str:
    return "".join(json.dumps(c) + "\n" for c in calls)


# when


def test_a_call_without_a_timestamp_has_the_devices_wrong_clock_taken_out() -> None:
    skewed = call(
        timestamp=None,
        originalTimestamp="2031-01-01T00:00:00Z",
        sentAt="2031-01-01T00:00:07Z",
        receivedAt="2024-02-01T12:00:10Z",
    )
    (act,) = activities(facts_of_call(skewed, Intake(latest=parse_instant("2024-06-01T00:00:00Z"))))
    assert act.at == parse_instant("2024-02-01T12:00:03Z")
    assert act.known_at == parse_instant("2024-02-01T12:00:10Z")


def test_a_timestamp_counts_as_it_is_and_is_known_when_received() -> None:
    (act,) = activities(facts_of_call(call(receivedAt="2024-02-05T00:00:00Z", sentAt="1999-01-01T00:00:00Z")))
    assert (act.at, act.known_at) == (parse_instant(NOON), parse_instant("2024-02-05T00:00:00Z"))


def test_nothing_is_known_before_it_happened() -> None:
    (act,) = activities(facts_of_call(call(receivedAt="2024-01-01T00:00:00Z")))
    assert act.known_at == act.at


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"timestamp": None}, "missing"),
        ({"timestamp": "yesterday"}, "not_a_date"),
        ({"timestamp": 1706788800}, "number_for_date"),
        ({"timestamp": "1969-12-31T00:00:00Z"}, "before_1970"),
        ({"timestamp": "2030-01-01T00:00:00Z"}, "future"),
        ({"userId": None}, "no_person"),
        ({"userId": "undefined"}, "no_person"),
        ({"userId": "x" * 301}, "bad_id"),
        ({"messageId": "x" * 301}, "bad_id"),
        ({"event": ""}, "missing"),
        ({"type": "poke"}, "unknown_call"),
        ({"type": "group"}, "missing"),
        ({"type": "alias"}, "missing"),
        ({"type": "identify", "traits": {f"t{n}": 1 for n in range(201)}}, "too_many"),
        ({"type": "group", "groupId": "g", "traits": {"employees": "many"}}, "not_a_number"),
    ],
)
def test_a_call_that_cannot_be_read_is_refused_whole(said: dict[str, Any], code: str) -> None:
    assert refusal(call(**said), Intake(latest=parse_instant("2024-06-01T00:00:00Z"))) == code


# who


def keys(facts: list[Fact]) -> list[tuple[str, str]]:
    return [(f.record, f.key) for f in facts if isinstance(f, IdentityKey)]


def test_the_device_and_the_user_of_one_call_are_linked_and_the_act_is_the_users() -> None:
    facts = facts_of_call(call(anonymousId="d"))
    assert keys(facts) == [("segment:d", "id:segment:u")]
    assert [(f.record, f.identified) for f in facts if isinstance(f, PersonRecord)] == [
        ("segment:u", True),
        ("segment:d", False),
    ]
    assert activities(facts)[0].record == "segment:u"


def test_an_address_without_a_user_is_somebody() -> None:
    facts = facts_of_call(
        call("identify", userId=None, anonymousId="d", traits={"email": " Ann@Acme.example "})
    )
    assert keys(facts) == [
        ("segment:ann@acme.example", "email:ann@acme.example"),
        ("segment:d", "id:segment:ann@acme.example"),
    ]


def test_a_user_named_by_an_address_bears_it() -> None:
    assert keys(facts_of_call(call(userId="Ann@Acme.example"))) == [
        ("segment:Ann@Acme.example", "email:ann@acme.example")
    ]


@pytest.mark.parametrize(
    "word", ["null", "undefined", "0", "00000000-0000-0000-0000-000000000000", " Anonymous "]
)
def test_a_word_for_no_id_is_none(word: str) -> None:
    assert activities(facts_of_call(call(userId=word, anonymousId="d")))[0].record == "segment:d"


def test_an_alias_joins_the_former_id_to_the_user() -> None:
    assert keys(facts_of_call(call("alias", previousId="d"))) == [("segment:d", "id:segment:u")]


def test_a_group_is_an_account_and_whoever_calls_belongs_to_it() -> None:
    facts = facts_of_call(
        call("group", groupId=7, traits={"name": "Acme", "email": "info@acme.example", "seats": 3})
    )
    assert [(f.record, f.account) for f in facts if isinstance(f, Membership)] == [("segment:u", "segment:7")]
    assert {n: v[0] for n, v in attributes(facts).items()} == {"account.name": "Acme", "account.seats": "3"}
    assert keys(facts) == []


@pytest.mark.parametrize(
    ("traits", "account", "stated"),
    [
        ({"company": {"name": "Acme", "id": 7}}, "segment:7", True),
        ({"company": {"name": "Acme"}}, "segment:u", False),
        ({"company": "Acme"}, "segment:u", False),
        ({"company_name": "Acme"}, "segment:u", False),
    ],
)
def test_a_company_is_the_account_of_its_id_or_ones_own(
    traits: dict[str, Any], account: str, stated: bool
) -> None:
    facts = facts_of_call(call("identify", traits=traits))
    (member,) = of_kind(facts, Membership)
    assert isinstance(member, Membership)
    assert (member.account, member.stated) == (account, stated)
    assert attributes(facts)["account.name"][0] == attributes(facts)["person.company"][0] == "Acme"


def test_scores_made_elsewhere_are_no_traits() -> None:
    assert attributes(
        facts_of_call(call("identify", traits={"leadScore": 9, "score": 1, "tier": "b"}))
    ).keys() == {"person.tier"}


# what


def test_every_usual_event_is_a_known_activity() -> None:
    assert all(is_activity_type(k.type) and not k.type.startswith("custom.") for k in EVENTS.values())


@pytest.mark.parametrize(
    ("event", "type_"),
    [
        ("Form Submitted", "form.submitted"),
        ("form_submitted", "form.submitted"),
        ("formSubmitted", "form.submitted"),
        ("Demo Requested", "form.submitted"),
        ("Signed Up", "product.signed_up"),
        ("Product Viewed", "content.viewed"),
        ("Widget Resized", "custom.widget_resized"),
        ("Ж", "custom.unnamed"),
        ("x" * 500, "custom." + "x" * 60),
    ],
)
def test_an_event_is_told_by_its_name_however_it_is_spelled(event: str, type_: str) -> None:
    assert kind_of(event).type == type_
    (act,) = activities(facts_of_call(call(event=event)))
    assert is_activity_type(act.type)
    assert act.properties["event"] == event


def test_a_request_is_the_form_of_its_name_and_a_named_form_keeps_its_name() -> None:
    (demo,) = activities(facts_of_call(call(event="Demo Requested")))
    (form,) = activities(facts_of_call(call(event="Form Submitted", properties={"formId": "f-7"})))
    assert (demo.asset, form.asset, form.properties["form"]) == ("Demo Requested", "f-7", "f-7")


def test_a_page_is_viewed_by_its_path() -> None:
    (act,) = activities(
        facts_of_call(
            call("page", name="Pricing", properties={"url": "https://a.example/p?x=1", "search": "?x=1"})
        )
    )
    assert (act.type, act.asset) == ("page.viewed", "/p")
    assert act.properties == {
        "url": "https://a.example/p?x=1",
        "query": "x=1",
        "path": "/p",
        "page": "Pricing",
    }


# files


def test_a_broken_line_is_quarantined_with_its_number_and_stops_nothing(tmp_path: Path) -> None:
    text = lines(call(messageId="1")) + '{"type": "track", \n\n' + "x\n" + lines(call(messageId="2"))
    assert rows(tmp_path, text) == [(1, None), (2, "bad_json"), (4, "bad_json"), (5, None)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("[" * 100_000, "bad_json"),
        ('{"a":' * 40 + "1" + "}" * 40, "bad_json"),
        ('{"type":"track","userId":"\\ud800"}', "bad_json"),
        ('{"type":"track","userId":"\\u0000"}', "nul_byte"),
        ('{"type":"track","userId":"a","properties":{"b":["\\u0000"]}}', "nul_byte"),
        ('{"type":"track","n":NaN}', "bad_json"),
        ('{"type":"track","n":' + "9" * 5000 + "}", "bad_json"),
        ('"track"', "bad_json"),
        ('{"type":"track","userId":"' + "x" * (MAX_LINE + 10) + '"}', "cell_too_long"),
    ],
)
def test_a_hostile_line_costs_itself_only(tmp_path: Path, line: str, code: str) -> None:
    text = lines(call(messageId="1")) + line + "\n" + lines(call(messageId="2"))
    assert rows(tmp_path, text) == [(1, None), (2, code), (3, None)]


def test_lines_batches_lists_and_gzip_say_the_same(tmp_path: Path) -> None:
    calls = [call(messageId=str(n)) for n in range(3)]
    facts = [r.facts for r in opened(tmp_path, lines(*calls), name="a.jsonl").rows()]
    for name, content in {
        "b.json": json.dumps(calls).encode(),
        "c.json": json.dumps({"batch": calls}, indent=2).encode(),
        "d.jsonl": lines({"batch": calls[:1]}, {"batch": calls[1:]}).encode(),
        "e.ndjson.gz": gzip.compress(lines(*calls).encode()),
        "f.json": json.dumps(calls, indent=1).encode("utf-8-sig"),
    }.items():
        read = open_import(write(tmp_path, content, name), SETTINGS)
        assert [r.facts for r in read.rows()] == facts, name
        assert [r.line for r in read.rows()] == [1, 2, 3], name


def test_what_a_batch_says_holds_for_all_its_calls(tmp_path: Path) -> None:
    said = call(timestamp=None, originalTimestamp="2024-02-01T11:59:58Z")
    batch = {"batch": [said], "sentAt": "2024-02-01T12:00:00Z", "receivedAt": "2024-02-01T12:00:09Z"}
    (row,) = opened(tmp_path, lines(batch), name="a.jsonl").rows()
    assert activities(row.facts)[0].at == parse_instant("2024-02-01T12:00:07Z")


def test_a_call_is_taken_once_for_ever_and_without_an_id_by_what_it_says(tmp_path: Path) -> None:
    first = lines(call(messageId="1"), call(messageId=None), call(messageId=None))
    again = lines(call(messageId="1", receivedAt="2025-01-01T00:00:00Z"), call(messageId=None))
    with store_of([], tmp_path=tmp_path) as store:
        for n, text in enumerate((first, again)):
            facts = [f for r in opened(tmp_path, text, name=f"{n}.jsonl").rows() for f in r.facts]
            append(store, facts, file_name=f"{n}.jsonl")
        count = (
            store.cursor().execute("SELECT count(*) FROM activities WHERE superseded_seq IS NULL").fetchone()
        )
    assert count == (3,)


def test_a_name_that_comes_late_is_a_finding(tmp_path: Path) -> None:
    calls = [call(messageId=str(n)) for n in range(1_001)]
    read = opened(tmp_path, lines(*calls, call(messageId="z", oddity=1)), name="a.jsonl")
    list(read.rows())
    assert "`oddity` is no column, since no object among the first 1,000 has it." in [
        f.sentence for f in read.findings
    ]


def test_tracks_leave_the_acts_to_the_tables_of_the_events(tmp_path: Path) -> None:
    header = "id,received_at,timestamp,anonymous_id,user_id,event,event_text"
    row = f"t-1,{NOON},{NOON},d,u,signed_up,Signed Up"
    tracks = [r.facts for r in opened(tmp_path, f"{header}\n{row}\n", name="tracks.csv").rows()]
    event = [r.facts for r in opened(tmp_path, f"{header}\n{row}\n", name="signed_up.csv").rows()]
    assert activities(tracks[0]) == []
    assert [a.type for a in activities(event[0])] == ["product.signed_up"]


def test_a_stream_covers_the_kinds_that_it_holds_and_no_other(tmp_path: Path) -> None:
    read = opened(tmp_path, lines(call()), name="a.jsonl")
    list(read.rows())
    assert [c.activity_types for c in read.coverage] == [("product.signed_up",)]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = [
    "type", "messageId", "userId", "anonymousId", "timestamp", "originalTimestamp", "sentAt", "receivedAt", "event", "name",
    "category", "properties", "traits", "context", "groupId", "previousId",
]  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_any_call_gives_facts_or_is_refused_with_a_code(data: st.DataObject) -> None:
    type_ = data.draw(st.sampled_from(["identify", "track", "page", "screen", "group", "alias"]))
    said = call(type_, anonymousId="d", groupId="g", previousId="p", traits={}, properties={})
    said |= data.draw(st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=4))
    for part in ("traits", "properties", "context"):
        if data.draw(st.booleans()):
            known = st.sampled_from(
                ["email", "company", "address", "employees", "url", "search", "page", "campaign"]
            )
            said[part] = data.draw(st.dictionaries(known | st.text(max_size=8), ANYTHING, max_size=4))
    try:
        facts = facts_of_call(said)
    except RowRejected as rejected:
        refused: RowRejected | None = rejected
    else:
        refused = None
        assert facts
        assert facts_of_call(said) == facts
        assert all(f.known_at >= f.at for f in facts)
        for act in activities(facts):
            assert is_activity_type(act.type)
            assert act.message_id
            assert all(type(v) is str for v in act.properties.values())
    assert refused is None or (refused.code and refused.reason.endswith("."))


def test_a_file_of_json_can_be_mapped(tmp_path: Path) -> None:
    mapping = mapping_of(
        "source: app\nfiles:\n  - name: sign-ins\n    match: {columns: [who, when]}\n    targets:\n"
        "      - {table: activities, person: who, at: when, type: {constant: product.used}, properties: {plan: plan}}\n"
    )
    text = lines({"who": 7, "when": NOON, "plan": {"tier": "pro"}}, {"who": None, "when": NOON})
    rows = list(opened(tmp_path, text, mapping=mapping, name="a.jsonl").rows())
    (act,) = activities(rows[0].facts)
    assert (act.record, act.properties) == ("app:7", {"plan": '{"tier":"pro"}'})
    assert rows[1].rejection
    assert rows[1].rejection.code == "missing"


def test_whose_a_shared_device_is_does_not_depend_on_the_order_of_the_files(tmp_path: Path) -> None:
    calls = [
        call(
            "page",
            messageId="1",
            userId=None,
            anonymousId="tablet",
            timestamp="2024-02-01T09:00:00Z",
            name="Home",
        ),
        call(messageId="2", userId="ann", anonymousId="tablet", timestamp="2024-02-01T10:00:00Z"),
        call(messageId="3", userId="bob", anonymousId="tablet", timestamp="2024-02-01T11:00:00Z"),
        call(
            "page",
            messageId="4",
            userId=None,
            anonymousId="tablet",
            timestamp="2024-02-01T12:00:00Z",
            name="Pricing",
        ),
    ]
    found = []
    for n, order in enumerate(itertools.permutations(calls, 4)):
        if n % 5:
            continue
        with store_of([], tmp_path=tmp_path) as store:
            for c in order:
                facts = [f for r in opened(tmp_path, lines(c), name="a.jsonl").rows() for f in r.facts]
                append(store, facts, file_name=f"{c['messageId']}.jsonl")
            people = dump(store, parse_instant("2024-02-02T00:00:00Z"))["people"]
            found.append({name: len(p["activities"]) for name, p in people.items()})
    assert found == [{"segment:ann": 3, "segment:bob": 1}] * 5


def test_a_stream_can_be_named_after_another_system(tmp_path: Path) -> None:
    read = open_import(
        write(tmp_path, lines(call(anonymousId="d")), "a.jsonl"), SETTINGS, source="rudderstack"
    )
    (row,) = read.rows()
    assert {f.record for f in row.facts if isinstance(f, PersonRecord)} == {"rudderstack:u", "rudderstack:d"}
    assert keys(list(row.facts)) == [("rudderstack:d", "id:rudderstack:u")]
