"""Laws of the Marketo importers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.importers.helpers import (
    EXPORTED,
    activities,
    attributes,
    facts_of,
    of_kind,
    opened,
    rejections_of,
    sf_id,
)

from handraise.facts.rows import AccountRecord, AttributeChange, Coverage, Membership, PersonRecord
from handraise.importers.marketo.types import MARKETO_TYPES, PRODUCED
from handraise.importers.settings import ImportSettings
from handraise.model.activities import is_activity_type
from handraise.model.time import iso

HEADER = "marketoGUID,leadId,activityDate,activityTypeId,campaignId,primaryAttributeValueId,primaryAttributeValue,attributes\n"
AT = "2024-02-01T10:00:00Z"


def activity(
    type_id: str, attributes: object = None, primary: str = "null", at: str = AT, guid: str = "g1"
) -> str:
    text = (
        "null"
        if attributes is None
        else json.dumps(attributes)
        if not isinstance(attributes, str)
        else attributes
    )
    return HEADER + f'{guid},7,{at},{type_id},null,null,{primary},"{text.replace(chr(34), chr(34) * 2)}"\n'


def test_every_type_is_one_of_the_vocabulary() -> None:
    assert all(is_activity_type(t) for t in PRODUCED)
    assert all(
        t.type in ("=change", "=merge", "=delete", "=progression") or is_activity_type(t.type)
        for t in MARKETO_TYPES.values()
    )


@pytest.mark.parametrize(
    ("type_id", "type_"),
    [("1", "page.viewed"), ("2", "form.submitted"), ("3", "link.clicked"), ("6", "email.sent"), ("7", "email.delivered"), ("8", "email.bounced"), ("9", "email.unsubscribed"), ("10", "email.opened"), ("11", "email.clicked"), ("12", "lead.created"), ("24", "list.added"), ("25", "list.removed"), ("22", "score.changed"), ("46", "custom.interesting_moment"), ("100042", "custom.marketo_100042")],
)  # fmt: skip
def test_an_activity_is_what_its_type_id_says(tmp_path: Path, type_id: str, type_: str) -> None:
    assert [a.type for a in activities(facts_of(tmp_path, activity(type_id, {}, "thing")))] == [type_]


def test_the_message_id_is_the_guid_and_the_primary_attribute_the_asset(tmp_path: Path) -> None:
    found = activities(facts_of(tmp_path, activity("10", {"Mailing ID": 5}, "Newsletter")))[0]
    assert (found.message_id, found.asset, found.properties["mailing_id"]) == ("g1", "Newsletter", "5")


@pytest.mark.parametrize(
    ("url", "path", "query"),
    [
        ("https://acme.example/pricing?utm=a", "/pricing", "utm=a"),
        ("acme.example/pricing", "/pricing", None),
        ("/pricing", "/pricing", None),
        ("https://acme.example", "/", None),
        ("https://[broken", None, None),
    ],
)
def test_a_page_view_says_its_path(tmp_path: Path, url: str, path: str | None, query: str | None) -> None:
    found = activities(facts_of(tmp_path, activity("1", {"Webpage URL": url})))[0]
    assert (found.properties.get("path"), found.properties.get("query")) == (path, query)


def test_null_is_missing_everywhere(tmp_path: Path) -> None:
    found = activities(
        facts_of(tmp_path, activity("2", {"Form Fields": None, "Webpage ID": "null", "User Agent": ""}))
    )[0]
    assert (found.asset, found.properties) == (None, {})


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1]x",
        "7",
        '"text"',
        "[" * 5000,
        '{"a": "\\ud800"}',
        '{"a": "\\u0000"}',
        "{'a': 1}",
        '{"a": ' + "9" * 5000 + "}",
    ],
)
def test_attributes_that_are_no_json_object_quarantine_the_row(tmp_path: Path, text: str) -> None:
    assert [(r.column, r.code) for r in rejections_of(tmp_path, activity("2", text))] == [
        ("attributes", "bad_json")
    ]


def test_attributes_as_the_rest_api_writes_them_say_the_same(tmp_path: Path) -> None:
    listed = [{"name": "Mailing ID", "value": 5}, {"name": "Link", "value": "x"}]
    assert facts_of(tmp_path, activity("11", listed)) == facts_of(
        tmp_path, activity("11", {"Mailing ID": 5, "Link": "x"})
    )


def test_what_was_skipped_or_failed_did_not_happen(tmp_path: Path) -> None:
    lines = activity("2", {}).splitlines()
    content = f"{lines[0]},actionResult\n{lines[1]},skipped\n"
    assert [(r.column, r.code) for r in rejections_of(tmp_path, content)] == [
        ("actionResult", "not_succeeded")
    ]


def test_a_data_value_change_is_history_and_an_empty_new_value_erases(tmp_path: Path) -> None:
    change = {"Attribute Name": "Industry", "New Value": "Steel", "Old Value": None}
    assert attributes(facts_of(tmp_path, activity("13", change))) == {
        "account.industry": ("Steel", AT, "history")
    }
    assert attributes(facts_of(tmp_path, activity("13", {**change, "New Value": None}))) == {
        "account.industry": (None, AT, "history")
    }


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("Company Name", {"person.company", "account.name"}),
        ("company", {"person.company", "account.name"}),
        ("Lead Status", {"person.status"}),
        ("Favourite Colour", {"person.favourite_colour"}),
    ],
)
def test_a_change_fills_the_field_that_the_column_of_that_name_fills(
    tmp_path: Path, name: str, fields: set[str]
) -> None:
    assert (
        set(attributes(facts_of(tmp_path, activity("13", {"Attribute Name": name, "New Value": "x"}))))
        == fields
    )


@pytest.mark.parametrize("name", ["Lead Score", "Behavior Score", "My Fit Score"])
def test_a_change_of_a_score_made_elsewhere_is_quarantined(tmp_path: Path, name: str) -> None:
    change = activity("13", {"Attribute Name": name, "New Value": "5"})
    assert [r.code for r in rejections_of(tmp_path, change)] == ["score"]


def test_a_change_to_what_the_field_cannot_be_is_quarantined(tmp_path: Path) -> None:
    rejections = rejections_of(
        tmp_path, activity("13", {"Attribute Name": "Annual Revenue", "New Value": "a lot"})
    )
    assert [(r.column, r.code, r.value) for r in rejections] == [("attributes", "not_a_number", "a lot")]


def test_a_success_in_a_program_is_one_more_activity(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path, activity("104", {"Program ID": 12, "Success": True, "Old Status": "Invited"}, "Webinar")
    )
    assert [(a.type, a.program) for a in activities(facts)] == [
        ("program.progressed", "marketo:12"),
        ("program.succeeded", "marketo:12"),
    ]
    assert [(f.entity, f.value) for f in of_kind(facts, AttributeChange)] == [("program", "Webinar")]


@pytest.mark.parametrize("type_id", ["abc", "1.0", "-1", "²", "9" * 40])
def test_a_type_that_is_no_number_is_quarantined(tmp_path: Path, type_id: str) -> None:
    assert [r.code for r in rejections_of(tmp_path, activity(type_id, {}))] == ["not_a_type"]


def test_an_instances_own_types_can_be_named(tmp_path: Path) -> None:
    settings = ImportSettings(EXPORTED, marketo_types={"100042": "webinar.attended"})
    assert [a.type for a in activities(facts_of(tmp_path, activity("100042", {}), settings))] == [
        "webinar.attended"
    ]


def test_the_file_covers_its_span_or_the_period_that_was_asked_for(tmp_path: Path) -> None:
    content = (
        activity("2", {}) + activity("1", {}, at="2024-03-01T00:00:00Z", guid="g2").splitlines()[1] + "\n"
    )
    read = opened(tmp_path, content)
    list(read.rows())
    coverage = read.coverage[0]
    assert (iso(coverage.from_at), iso(coverage.to_at)) == (AT, "2024-03-01T00:00:00Z")
    assert {"page.viewed", "email.opened", "program.succeeded"} <= set(coverage.activity_types)
    asked = opened(
        tmp_path,
        content,
        ImportSettings(
            EXPORTED, covers=(0, EXPORTED), covers_types={"marketo": ("form.submitted", "call.made")}
        ),
    )
    list(asked.rows())
    assert asked.coverage == (Coverage(("form.submitted",), 0, EXPORTED),)


LEADS = "id,email,company,industry,leadScore,isAnonymous,sfdcContactId,sfdcAccountId,Own_Field__c,createdAt,updatedAt\n"


def test_a_lead_keeps_leading_zeros_and_knows_its_crm_records(tmp_path: Path) -> None:
    content = (
        LEADS
        + f"007,Ann@Acme.example,Acme,Steel,50,false,{sf_id('003', 1)[:15]},{sf_id('001', 1)},x,2024-01-10T08:00:00Z,2024-02-01T00:00:00Z\n"
    )
    facts = facts_of(tmp_path, content)
    assert facts[0] == PersonRecord("marketo:007", facts[0].at, facts[0].at, True)
    assert {f.key for f in facts if hasattr(f, "key")} == {
        "email:ann@acme.example",
        f"id:salesforce:{sf_id('003', 1)}",
    }
    assert [(f.account, f.stated, iso(f.at)) for f in of_kind(facts, Membership)] == [
        ("marketo:007", False, "2024-01-10T08:00:00Z"),
        (f"salesforce:{sf_id('001', 1)}", True, "2024-02-01T00:00:00Z"),
    ]


def test_the_last_update_does_not_date_custom_columns(tmp_path: Path) -> None:
    content = LEADS + "7,null,Acme,Steel,50,false,null,null,x,2024-01-10T08:00:00Z,2024-02-01T00:00:00Z\n"
    found = attributes(facts_of(tmp_path, content))
    assert found["account.industry"] == ("Steel", "2024-02-01T00:00:00Z", "last_modified")
    assert found["person.own_field"] == ("x", iso(EXPORTED), "from_export")


def test_an_anonymous_visitor_is_not_identified_and_has_no_account(tmp_path: Path) -> None:
    content = LEADS + "8,null,null,null,null,true,null,null,null,2024-01-10T08:00:00Z,2024-02-01T00:00:00Z\n"
    facts = facts_of(tmp_path, content)
    assert [f.identified for f in of_kind(facts, PersonRecord)] == [False]
    assert of_kind(facts, AccountRecord) == []


def test_a_time_without_a_zone_is_quarantined(tmp_path: Path) -> None:
    assert [r.code for r in rejections_of(tmp_path, activity("2", {}, at="2024-02-01 10:00:00"))] == [
        "no_zone"
    ]
