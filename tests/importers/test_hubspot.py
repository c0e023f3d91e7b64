"""What HubSpot's exports mean, law by law; the samples' golden files tell every fact."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.importers.helpers import (
    SETTINGS,
    activities,
    attributes,
    csv_text,
    facts_of,
    of_kind,
    opened,
    rejections_of,
    write,
)

from handraise.errors import InputFileError
from handraise.facts.rows import (
    AttributeChange,
    ContactRole,
    IdentityKey,
    Membership,
    Opportunity,
    OpportunityStage,
)
from handraise.importers.known_tables import CompanionFile, read_companions
from handraise.importers.opening import open_import
from handraise.model.activities import is_buyer_act
from handraise.model.conditions import DealStatus
from handraise.model.fields import Field
from handraise.model.time import iso
from handraise.model.values import FieldType

CREATED, CHANGED = "2024-03-05T09:00:00Z", "2024-03-06T10:00:00Z"
EVENTS = ("id", "created", "type", "recipient", "emailCampaignId", "filteredEvent")
CALLS = ("engagement_id", "_fivetran_synced", "property_hs_timestamp", "property_hs_createdate", "type")


def contact(**cells: str) -> str:
    row = {
        "id": "501",
        "email": "ana@acme.example",
        "createdate": CREATED,
        "lastmodifieddate": CHANGED,
    } | cells
    return csv_text(tuple(row), tuple(row.values()))


@pytest.mark.parametrize(
    "header",
    [
        ("id", "email", "firstname", "createdate"),
        ("ID", "Email", "FirstName", "CreateDate"),
        ("id", "property_email", "property_firstname", "property_createdate"),
        ("Record ID", "Email", "First Name", "Create Date"),
        ("Datensatz-ID", "E-Mail", "Vorname", "Erstellungsdatum"),
        ("ID de registro", "Correo", "Nombre", "Fecha de creación"),
        ("ID d'enregistrement", "E-mail", "Prénom", "Date de création"),
    ],
)
def test_a_contact_says_the_same_by_name_label_warehouse_and_language(
    tmp_path: Path, header: tuple[str, ...]
) -> None:
    read = opened(tmp_path, csv_text(header, ("501", "ana@acme.example", "Ana", "2024-03-05")))
    assert read.importer == "HubSpot contacts"
    facts = [f for row in read.rows() for f in row.facts]
    assert {n: v[0] for n, v in attributes(facts).items()} == {
        "person.email": "ana@acme.example",
        "person.first_name": "Ana",
    }
    assert [k.key for k in facts if isinstance(k, IdentityKey)] == ["email:ana@acme.example"]


@pytest.mark.parametrize(
    ("header", "importer"),
    [
        (("Record ID", "First Name", "Last Name", "Company Name"), "HubSpot contacts"),
        (("Record ID", "Company name", "Company Domain Name", "Industry"), "HubSpot companies"),
        (("Record ID", "Deal Name", "Deal Stage", "Amount"), "HubSpot deals"),
        (("Record ID", "Body preview", "Associated Contact", "Activity date"), "HubSpot engagements"),
        (("id", "email", "firstname", "lastname", "lifecyclestage"), "HubSpot contacts"),
        (("id", "email", "firstName", "lastName", "company", "createdAt", "updatedAt"), "Marketo leads"),
        (("Id", "Email", "FirstName", "LastName", "Company", "CreatedDate"), "Salesforce Lead"),
        (("Id", "Name", "Industry", "CreatedDate"), "Salesforce Account"),
    ],
)  # fmt: skip
def test_small_headers_are_told_apart(tmp_path: Path, header: tuple[str, ...], importer: str) -> None:
    assert opened(tmp_path, csv_text(header)).importer == importer


def test_any_number_of_unknown_properties_is_no_evidence_against_it(tmp_path: Path) -> None:
    own = tuple(f"our_property_{i}" for i in range(300))
    read = opened(tmp_path, csv_text(("id", "email", "createdate", *own)))
    assert read.importer == "HubSpot contacts"
    assert read.unknown_columns == own


def test_a_property_fills_the_field_of_its_name_where_there_is_one(tmp_path: Path) -> None:
    text = contact(seniority="vp", shoe_size="44", mood="fine", leadscore="9")
    assert set(attributes(facts_of(tmp_path, text))) == {"person.email", "person.seniority"}
    declared = replace(SETTINGS, types={Field("person", "shoe_size"): FieldType.WHOLE_NUMBER})
    assert attributes(facts_of(tmp_path, text, declared))["person.shoe_size"][0] == "44"


def test_columns_that_share_a_beginning_are_one_list_of_ids(tmp_path: Path) -> None:
    header = ("Record ID", "Deal Name", "Associated Contact IDs", "Associated Contact IDs (Champion)")
    facts = facts_of(tmp_path, csv_text(header, ("8", "Acme", "501;502", "503;501")))
    assert [r.record for r in facts if isinstance(r, ContactRole)] == [
        "hubspot:501",
        "hubspot:502",
        "hubspot:503",
    ]


def test_the_primary_company_comes_before_all_others(tmp_path: Path) -> None:
    header = ("Record ID", "Email", "Associated Company IDs", "Primary Associated Company ID")
    facts = facts_of(tmp_path, csv_text(header, ("501", "a@acme.example", "1;2", "3")))
    assert {m.account for m in facts if isinstance(m, Membership)} == {"hubspot:3"}


def test_what_a_contact_says_of_its_company_is_no_companys(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, contact(company="Acme", numemployees="250", associatedcompanyid="501"))
    of_accounts = {f.subject for f in facts if isinstance(f, AttributeChange) and f.entity == "account"}
    assert of_accounts == {"hubspot:contact:501"}
    stated = {m.account: m.stated for m in facts if isinstance(m, Membership)}
    assert stated == {"hubspot:contact:501": False, "hubspot:501": True}


def test_merged_ids_keep_resolving_from_the_merge_on(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        contact(
            hs_calculated_merged_vids="498:1709715600000;501:1709715600000", hs_merged_object_ids="498;499"
        ),
    )
    found = {k.key: iso(k.at) for k in facts if isinstance(k, IdentityKey) and k.key.startswith("id:")}
    assert found == {"id:hubspot:498": "2024-03-06T09:00:00Z", "id:hubspot:499": CHANGED}


def test_stages_passed_at_one_instant_count_as_the_last_of_them(tmp_path: Path) -> None:
    text = contact(
        hs_lifecyclestage_customer_date=CREATED,
        hs_lifecyclestage_lead_date=CREATED,
        hs_v2_date_entered_opportunity=CREATED,
    )
    found = attributes(facts_of(tmp_path, text))
    assert found["person.lifecycle_stage"] == ("customer", CREATED, "history")


@pytest.mark.parametrize(
    "column", ["lifecyclestage", "hs_lead_status", "hubspot_owner_id", "hs_email_optout"]
)
def test_what_is_overwritten_is_never_assumed_since_creation(tmp_path: Path, column: str) -> None:
    cells = {
        "lifecyclestage": "customer",
        "hs_lead_status": "NEW",
        "hubspot_owner_id": "7",
        "hs_email_optout": "true",
    }
    fields = frozenset(
        Field("person", n) for n in ("lifecycle_stage", "status", "owner", "email_opted_out", "email")
    )
    found = attributes(
        facts_of(tmp_path, contact(**{column: cells[column]}), replace(SETTINGS, from_creation=fields))
    )
    assert found.pop("person.email")[1:] == (CREATED, "from_creation")
    assert [v[1:] for v in found.values()] == [(CHANGED, "last_modified")]


def test_milliseconds_are_read_where_names_are_internal_and_nowhere_else(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, contact(createdate="1709629200000"))
    assert iso(facts[0].at) == CREATED  # type: ignore[union-attr]
    labels = csv_text(("Record ID", "Email", "Create Date"), ("501", "a@acme.example", "1709629200000"))
    assert [r.code for r in rejections_of(tmp_path, labels)] == ["number_for_date"]


def test_a_report_without_a_zone_is_not_read_as_utc(tmp_path: Path) -> None:
    labels = csv_text(("Record ID", "Email", "Create Date"), ("501", "a@acme.example", "2024-03-05 09:00"))
    assert [r.code for r in rejections_of(tmp_path, labels)] == ["no_zone"]
    in_oslo = facts_of(tmp_path, labels, replace(SETTINGS, zone="Europe/Oslo"))
    assert iso(in_oslo[0].at) == "2024-03-05T08:00:00Z"  # type: ignore[union-attr]


def deal(**cells: str) -> str:
    row = {
        "hs_object_id": "8",
        "dealname": "Acme",
        "createdate": CREATED,
        "hs_lastmodifieddate": CHANGED,
    } | cells
    return csv_text(tuple(row), tuple(row.values()))


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ({"dealstage": "closedwon"}, DealStatus.WON),
        ({"dealstage": "Closed Lost"}, DealStatus.LOST),
        ({"dealstage": "4711"}, DealStatus.OPEN),
        ({"dealstage": "4711", "hs_is_closed_won": "true"}, DealStatus.WON),
        ({"dealstage": "4711", "hs_is_closed": "true", "hs_deal_stage_probability": "0"}, DealStatus.LOST),
        ({"dealstage": "4711", "hs_is_closed": "true", "hs_deal_stage_probability": "1.0"}, DealStatus.WON),
        ({"dealstage": "4711", "hs_is_closed": "false", "hs_deal_stage_probability": "1"}, DealStatus.OPEN),
    ],
)
def test_what_a_deals_stage_means(tmp_path: Path, cells: dict[str, str], status: DealStatus) -> None:
    stages = [f for f in facts_of(tmp_path, deal(**cells)) if isinstance(f, OpportunityStage)]
    assert [s.status for s in stages] == [status]


def test_the_settings_say_what_a_stage_means_before_the_row_does(tmp_path: Path) -> None:
    own = replace(SETTINGS, stages={"4711": DealStatus.WON})
    stages = of_kind(facts_of(tmp_path, deal(dealstage="4711", hs_is_closed="false"), own), OpportunityStage)
    assert [s.status for s in stages] == [DealStatus.WON]  # type: ignore[union-attr]


def test_a_stage_with_a_date_of_entry_is_told_once_and_is_known_then(tmp_path: Path) -> None:
    text = deal(
        dealstage="4711-AB",
        hs_v2_date_entered_4711_ab="2024-03-05T12:00:00Z",
        hs_v2_date_entered_other="2024-03-05T10:00:00Z",
    )
    stages = [f for f in facts_of(tmp_path, text) if isinstance(f, OpportunityStage)]
    assert [(s.stage, iso(s.at), iso(s.known_at)) for s in stages] == [
        ("other", "2024-03-05T10:00:00Z", "2024-03-05T10:00:00Z"),
        ("4711-AB", "2024-03-05T12:00:00Z", "2024-03-05T12:00:00Z"),
    ]


def test_a_planned_close_in_the_future_is_taken(tmp_path: Path) -> None:
    found = attributes(facts_of(tmp_path, deal(closedate="2099-01-02T09:30:00Z")))
    assert found["opportunity.close_on"][0] == "2099-01-02"


def events(*rows: tuple[str, ...]) -> str:
    return csv_text(EVENTS, *rows)


@pytest.mark.parametrize("kind", ["OPEN", "CLICK", "FORWARD", "PRINT"])
def test_a_scanner_click_never_counts(tmp_path: Path, kind: str) -> None:
    read = activities(facts_of(tmp_path, events(("e1", CREATED, kind, "ana@acme.example", "7", "true"))))
    assert [(a.type, a.properties["is_bot"]) for a in read] == [("email.scanned", "true")]
    assert not is_buyer_act("email.scanned")
    read = activities(facts_of(tmp_path, events(("e1", CREATED, kind, "ana@acme.example", "7", "false"))))
    assert is_buyer_act(read[0].type)
    assert "is_bot" not in read[0].properties


def test_a_bounce_that_is_filtered_stays_a_bounce(tmp_path: Path) -> None:
    read = activities(facts_of(tmp_path, events(("e1", CREATED, "BOUNCE", "ana@acme.example", "7", "true"))))
    assert read[0].type == "email.bounced"


def test_the_recipient_of_an_event_is_one_with_the_contact_of_that_address(tmp_path: Path) -> None:
    event = facts_of(tmp_path, events(("e1", CREATED, "OPEN", " Ana@ACME.example", "7", "")))
    person = facts_of(tmp_path, contact())
    keys = [{k.key for k in facts if isinstance(k, IdentityKey)} for facts in (event, person)]
    assert keys == [{"email:ana@acme.example"}] * 2


def test_an_event_without_an_address_is_quarantined(tmp_path: Path) -> None:
    found = rejections_of(tmp_path, events(("e1", CREATED, "OPEN", "o2wjpPyUfz==", "7", "")))
    assert [r.code for r in found] == ["not_an_address"]


def test_an_open_task_and_an_unsent_e_mail_did_not_happen(tmp_path: Path) -> None:
    header = ("id", "hs_timestamp", "hs_task_status", "hs_task_subject", "hs_associated_contact_ids")
    found = rejections_of(tmp_path, csv_text(header, ("6", CREATED, "NOT_STARTED", "Call", "501")))
    assert [r.code for r in found] == ["not_done"]


def test_a_meeting_is_held_only_where_its_outcome_says_so(tmp_path: Path) -> None:
    header = (
        "id",
        "hs_timestamp",
        "hs_meeting_title",
        "hs_meeting_start_time",
        "hs_meeting_outcome",
        "hs_associated_contact_ids",
    )

    def types(outcome: str) -> list[str]:
        text = csv_text(header, ("6", CREATED, "Demo", CREATED, outcome, "501"))
        return [a.type for a in activities(facts_of(tmp_path, text))]

    assert types("COMPLETED") == ["meeting.proposed", "meeting.held"]
    assert types("NO_SHOW") == types("") == ["meeting.proposed"]


def warehouse(folder: Path) -> list[Path]:
    """A folder of tables that need each other."""
    tables = {
        "engagement_call.csv": csv_text(CALLS, ("41", "2024-06-01 00:00:00", "2024-03-05 09:00:00", "2024-03-05 09:00:00", "CALL")),
        "engagement_contact.csv": csv_text(
            ("contact_id", "engagement_id", "engagement_type", "type_id", "category"),
            ("502", "41", "CALL", "194", "HUBSPOT_DEFINED"), ("501", "41", "CALL", "194", "HUBSPOT_DEFINED"), ("?!", "41", "CALL", "194", "X"),
        ),
        "deal.csv": csv_text(
            ("deal_id", "deal_pipeline_stage_id", "property_dealname", "property_createdate", "_fivetran_synced"),
            ("8", "4711", "Acme", "2024-03-05 09:00:00", "2024-03-06 10:00:00"),
        ),
        "deal_company.csv": csv_text(
            ("company_id", "deal_id", "type_id", "category"), ("9009", "8", "341", "X"), ("9001", "8", "5", "X"), ("9000", "8", "341", "X")
        ),
        "deal_pipeline_stage.csv": csv_text(
            ("_fivetran_synced", "active", "closed_won", "is_closed", "probability", "stage_id", "label", "pipeline_id"),
            ("2024-06-01", "TRUE", "TRUE", "TRUE", "1.0", "4711", "Signed", "p"),
        ),
        "email_event.csv": events(("e1", CREATED, "STATUSCHANGE", "ana@acme.example", "7", "")),
        "email_event_status_change.csv": csv_text(
            ("id", "_fivetran_synced", "bounced", "portal_subscription_status", "requested_by", "source", "subscriptions"),
            ("e1", "2024-06-01", "", "UNSUBSCRIBED", "", "SOURCE_RECIPIENT", "[]"),
        ),
    }  # fmt: skip
    return [write(folder, text, name) for name, text in tables.items()]


def test_tables_that_others_need_are_read_first_in_any_order(tmp_path: Path) -> None:
    paths = warehouse(tmp_path)
    companions, told = read_companions(paths)
    assert read_companions(reversed(paths))[0] == companions
    assert {p.name: (t.n_read, t.n_unread) for p, t in told.items() if isinstance(t, CompanionFile)} == {
        "engagement_contact.csv": (2, 1),
        "deal_company.csv": (3, 0),
        "deal_pipeline_stage.csv": (1, 0),
        "email_event_status_change.csv": (1, 0),
    }
    settings = replace(SETTINGS, companions=companions)
    facts = {
        p.name: [f for r in open_import(p, settings).rows() for f in r.facts] for p in paths if p not in told
    }
    assert [a.record for a in activities(facts["engagement_call.csv"])] == ["hubspot:501", "hubspot:502"]
    assert [a.type for a in activities(facts["email_event.csv"])] == ["email.unsubscribed"]
    assert [o.account for o in facts["deal.csv"] if isinstance(o, Opportunity)] == ["hubspot:9001"]
    assert [s.status for s in facts["deal.csv"] if isinstance(s, OpportunityStage)] == [DealStatus.WON]


def test_a_table_that_others_need_is_refused_where_it_is_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handraise.importers.known_tables.MOST_ROWS", 2)
    companions, told = read_companions(warehouse(tmp_path))
    refused = [t for t in told.values() if isinstance(t, InputFileError)]
    assert [r.problems[0].code for r in refused] == ["IF116"] * 2
    assert (companions.people, companions.deal_companies) == ({}, {})


def test_a_file_that_cannot_be_read_hinders_no_other(tmp_path: Path) -> None:
    bad = write(tmp_path, b"contact_id,engagement_id\n\0", "broken.csv")
    companions, _ = read_companions([bad, tmp_path / "none.csv", *warehouse(tmp_path)])
    assert companions.people == {"41": ("501", "502")}


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (("user_id", "team_id", "is_secondary_user", "_fivetran_synced"), "is HubSpot's table of team members; it holds nothing that is imported"),
        (("contact_id", "engagement_id", "engagement_type", "type_id"), "alone it says nothing: it says who took part"),
        (("Id", "ProductCode", "Name", "Family", "Weather__c"), "is an export of Salesforce Product2"),
    ],
)  # fmt: skip
def test_a_known_table_without_facts_is_refused_by_its_name(
    tmp_path: Path, header: tuple[str, ...], words: str
) -> None:
    with pytest.raises(InputFileError) as caught:
        opened(tmp_path, csv_text(header))
    assert caught.value.problems[0].code == "IF115"
    assert words in str(caught.value)


def test_ids_and_names_alone_are_nobodys_table(tmp_path: Path) -> None:
    with pytest.raises(InputFileError) as caught:
        opened(tmp_path, csv_text(("id", "name")))
    assert caught.value.problems[0].code == "IF112"


@pytest.mark.parametrize(
    ("column", "covered"),
    [
        ("hs_call_title", {"call.made", "call.received", "call.answered"}),
        ("hs_task_status", {"task.completed", "social.touched"}),
        ("hs_email_direction", {"email.sent", "email.replied", "email.bounced"}),
    ],
)
def test_a_table_of_one_kind_of_engagement_says_nothing_of_the_others(
    tmp_path: Path, column: str, covered: set[str]
) -> None:
    header = ("id", "hs_timestamp", column, "hs_associated_contact_ids")
    read = opened(tmp_path, csv_text(header, ("6", CREATED, "COMPLETED", "501")))
    assert len([f for row in read.rows() for f in row.facts]) == 1
    assert [set(c.activity_types) for c in read.coverage] == [covered]


def test_a_numbered_property_of_a_stage_is_about_that_stage(tmp_path: Path) -> None:
    text = deal(dealstage="closedwon", hs_v2_date_entered_closedwon_1047574428="2024-03-05T12:00:00Z")
    stages = [f for f in facts_of(tmp_path, text) if isinstance(f, OpportunityStage)]
    assert [(s.stage, s.status, iso(s.at)) for s in stages] == [
        ("closedwon", DealStatus.WON, "2024-03-05T12:00:00Z")
    ]


def test_a_note_is_work_of_sales_and_its_text_is_not_kept(tmp_path: Path) -> None:
    header = ("id", "hs_timestamp", "hs_note_body", "hs_associated_contact_ids")
    found = activities(facts_of(tmp_path, csv_text(header, ("6", CREATED, "very private", "501"))))
    assert [(a.type, dict(a.properties)) for a in found] == [("task.completed", {"engagement": "note"})]
    assert not is_buyer_act("task.completed")


def test_a_call_that_was_taken_is_the_buyers_act_too(tmp_path: Path) -> None:
    header = ("id", "hs_timestamp", "hs_call_title", "hs_call_disposition", "hs_associated_contact_ids")
    connected, voicemail = "f240bbac-87c9-4f6e-bf70-924b57d47db7", "b2cf5968-551e-4856-9783-52b3da59a7d0"
    text = csv_text(header, ("6", CREATED, "x", connected, "501"), ("7", CREATED, "x", voicemail, "501"))
    found = activities(facts_of(tmp_path, text))
    assert [a.type for a in found] == ["call.made", "call.answered", "call.made"]
    assert [a.properties["call_result"] for a in found] == ["Connected", "Connected", "Left voicemail"]
