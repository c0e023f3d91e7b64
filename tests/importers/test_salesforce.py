"""Laws of the Salesforce importers."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.importers.helpers import (
    EXPORTED,
    SAMPLES,
    SETTINGS,
    activities,
    attributes,
    csv_text,
    facts_of,
    of_kind,
    opened,
    rejections_of,
    sf_id,
)

from handraise.facts.rows import (
    AccountRecord,
    Activity,
    Fact,
    IdentityKey,
    Membership,
    Opportunity,
    OpportunityStage,
    PersonRecord,
)
from handraise.importers.recognise import IMPORTERS
from handraise.importers.settings import ImportSettings
from handraise.model.conditions import DealStatus
from handraise.model.fields import Field, FieldCatalog
from handraise.model.time import iso
from handraise.model.values import FieldType

L1, C1, A1, O1, U1 = (sf_id(p, 1) for p in ("00Q", "003", "001", "006", "005"))
CREATED, CHANGED = "2024-01-10T08:30:00.000Z", "2024-03-06T10:00:00.000Z"

# The same rows under API names, under the labels of a report, and under a warehouse's names.
DIALECTS = {
    "Salesforce Lead": (
        ("Id", "FirstName", "LastName", "Title", "Company", "Email", "LeadSource", "Status", "Industry", "NumberOfEmployees", "AnnualRevenue", "IsConverted", "ConvertedDate", "ConvertedAccountId", "HasOptedOutOfEmail", "State", "PostalCode", "OwnerId", "CreatedDate", "LastModifiedDate"),
        ("Lead ID", "First Name", "Last Name", "Title", "Company / Account", "Email", "Lead Source", "Lead Status", "Industry", "No. of Employees", "Annual Revenue", "Converted", "Converted Date", "Converted Account", "Email Opt Out", "State/Province", "Zip/Postal Code", "Lead Owner", "Create Date", "Last Modified Date"),
        (L1, "Ana", "Lima", "VP", "Acme", "ana@acme.example", "Web", "Open", "Steel", "420", "10.50", "true", "2024-03-05", A1, "0", "NY", "01234", U1, CREATED, CHANGED),
    ),
    "Salesforce Contact": (
        ("Id", "AccountId", "FirstName", "LastName", "Title", "Department", "MailingCountry", "Email", "MobilePhone", "DoNotCall", "CreatedDate", "LastModifiedDate"),
        ("Contact ID", "Account ID", "First Name", "Last Name", "Title", "Department", "Mailing Country", "Email", "Mobile", "Do Not Call", "Created Date", "Last Modified Date"),
        (C1, A1, "Ana", "Lima", "VP", "IT", "Portugal", "ana@acme.example", "+351 1", "true", CREATED, CHANGED),
    ),
    "Salesforce Account": (
        ("Id", "Name", "Type", "BillingCountry", "Industry", "NumberOfEmployees", "Website", "OwnerId", "CreatedDate", "LastModifiedDate"),
        ("Account ID", "Account Name", "Type", "Billing Country", "Industry", "Employees", "Website", "Account Owner", "Created Date", "Last Modified Date"),
        (A1, "Acme", "Prospect", "Portugal", "Steel", "420", "acme.example", U1, CREATED, CHANGED),
    ),
    "Salesforce Opportunity": (
        ("Id", "AccountId", "Name", "StageName", "Amount", "CloseDate", "IsClosed", "IsWon", "Probability", "CreatedDate", "LastModifiedDate"),
        ("Opportunity ID", "Account ID", "Opportunity Name", "Stage", "Amount", "Close Date", "Closed", "Won", "Probability (%)", "Created Date", "Last Modified Date"),
        (O1, A1, "Acme - seats", "Closed Won", "1000.00", "2024-03-01", "true", "true", "100", CREATED, CHANGED),
    ),
    "Salesforce Task": (
        ("Id", "WhoId", "Subject", "ActivityDate", "Status", "TaskSubtype", "CallType", "CreatedDate", "LastModifiedDate"),
        ("Activity ID", "Who ID", "Subject", "Due Date", "Status", "Task Subtype", "Call Type", "Created Date", "Last Modified Date"),
        (sf_id("00T", 1), L1, "Call", "2024-02-01", "Completed", "Call", "Outbound", CREATED, CHANGED),
    ),
}  # fmt: skip


def snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).removeprefix("_")


@pytest.mark.parametrize("name", DIALECTS)
def test_labels_and_api_names_and_warehouse_names_give_the_same_facts(tmp_path: Path, name: str) -> None:
    api, labels, row = DIALECTS[name]
    warehouse = (*map(snake, api), "_fivetran_synced")
    read = [
        opened(tmp_path, csv_text(h, r), name=f"{i}.csv")
        for i, (h, r) in enumerate(((api, row), (labels, row), (warehouse, (*row, "2024-06-01 00:00:00"))))
    ]
    assert [r.importer for r in read] == [name] * 3
    facts = [[f for row in r.rows() for f in row.facts] for r in read]
    assert facts[0] == facts[1] == facts[2]
    assert facts[0]
    assert read[0].unused_columns == read[1].unused_columns == ()


@pytest.mark.parametrize("name", DIALECTS)
def test_headers_match_whatever_their_case_and_spaces(tmp_path: Path, name: str) -> None:
    api, labels, row = DIALECTS[name]
    expected = facts_of(tmp_path, csv_text(api, row))
    for header in (api, labels):
        for change in (str.upper, str.lower, lambda h: f"  {h} "):
            assert facts_of(tmp_path, "\ufeff" + csv_text([change(h) for h in header], row)) == expected


def test_ids_of_15_and_18_characters_name_the_same_records(tmp_path: Path) -> None:
    api, _, row = DIALECTS["Salesforce Lead"]
    short = tuple(c[:15] if c in (L1, A1, U1) else c for c in row)
    assert facts_of(tmp_path, csv_text(api, row)) == facts_of(tmp_path, csv_text(api, short))


def test_a_weekly_export_writes_the_same_instants_and_flags_in_its_own_way(tmp_path: Path) -> None:
    header = ("Id", "LastName", "Company", "IsConverted", "CreatedDate", "SystemModstamp")
    bulk = facts_of(
        tmp_path,
        csv_text(header, (L1, "Li", "Acme", "false", "2024-01-10T08:30:00.000Z", "2024-01-11T08:30:00.000Z")),
    )
    weekly = facts_of(
        tmp_path, csv_text(header, (L1, "Li", "Acme", "0", "2024-01-10 08:30:00", "2024-01-11 08:30:00"))
    )
    assert bulk == weekly


def test_what_is_documented_as_utc_stays_so_whatever_the_workspaces_zone(tmp_path: Path) -> None:
    header = ("Id", "LastName", "Company", "CreatedDate", "SystemModstamp")
    content = csv_text(header, (L1, "Li", "Acme", "2024-01-10 08:30:00", "2024-01-11 08:30:00"))
    assert facts_of(tmp_path, content, ImportSettings(EXPORTED, zone="Asia/Tokyo")) == facts_of(
        tmp_path, content
    )


def test_a_reports_local_times_are_quarantined_until_their_zone_is_given(tmp_path: Path) -> None:
    content = csv_text(
        ("Lead ID", "Last Name", "Company / Account", "Create Date"),
        (L1, "Li", "Acme", "2024-01-10 08:30:00"),
    )
    assert [(r.column, r.code) for r in rejections_of(tmp_path, content)] == [("Create Date", "no_zone")]
    facts = facts_of(tmp_path, content, ImportSettings(EXPORTED, zone="Europe/Berlin"))
    assert [iso(f.at) for f in of_kind(facts, PersonRecord)] == ["2024-01-10T07:30:00Z"]


def test_a_reports_dates_are_quarantined_until_their_format_is_given(tmp_path: Path) -> None:
    content = csv_text(
        ("Lead ID", "Last Name", "Company / Account", "Create Date"),
        (L1, "Li", "Acme", "3/4/2024"),
        (sf_id("00Q", 2), "Wu", "Wu", "4/13/2024"),
    )
    assert [r.code for r in rejections_of(tmp_path, content)] == ["ambiguous_date", "date_format"]
    facts = facts_of(tmp_path, content, ImportSettings(EXPORTED, formats=("%m/%d/%Y",)))
    assert [iso(f.at)[:10] for f in of_kind(facts, PersonRecord)] == ["2024-03-04", "2024-04-13"]


HISTORYLESS = ("Id", "LastName", "Company", "Title", "Status", "LeadSource", "CreatedDate")
HISTORYLESS_ROW = (L1, "Li", "Acme", "CFO", "Open", "Web", CREATED)
FROM_CREATION = frozenset(
    (
        Field("person", "title"),
        Field("person", "status"),
        Field("person", "owner"),
        Field("person", "email_opted_out"),
    )
)


def test_a_column_without_history_is_known_from_the_last_change(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, csv_text((*HISTORYLESS, "LastModifiedDate"), (*HISTORYLESS_ROW, CHANGED)))
    assert attributes(facts)["person.title"] == ("CFO", "2024-03-06T10:00:00Z", "last_modified")


def test_or_from_the_export_where_no_change_is_dated(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, csv_text(HISTORYLESS, HISTORYLESS_ROW))
    assert attributes(facts)["person.title"] == ("CFO", iso(EXPORTED), "from_export")


def test_or_from_creation_where_the_settings_assume_it(tmp_path: Path) -> None:
    settings = ImportSettings(EXPORTED, from_creation=FROM_CREATION)
    facts = facts_of(
        tmp_path, csv_text((*HISTORYLESS, "LastModifiedDate"), (*HISTORYLESS_ROW, CHANGED)), settings
    )
    assert attributes(facts)["person.title"] == ("CFO", "2024-01-10T08:30:00Z", "from_creation")
    assert attributes(facts)["person.last_name"][2] == "last_modified"


def test_a_column_that_leaks_is_never_assumed_since_creation(tmp_path: Path) -> None:
    header = (*HISTORYLESS, "OwnerId", "HasOptedOutOfEmail", "LastModifiedDate")
    facts = facts_of(
        tmp_path,
        csv_text(header, (*HISTORYLESS_ROW, U1, "true", CHANGED)),
        ImportSettings(EXPORTED, from_creation=FROM_CREATION),
    )
    found = attributes(facts)
    assert {found[f][2] for f in ("person.status", "person.owner", "person.email_opted_out")} == {
        "last_modified"
    }


def test_no_fact_of_any_sample_is_known_before_it_happened() -> None:
    from handraise.importers.opening import open_import

    for path in SAMPLES.rglob("*.csv"):
        for row in open_import(path, SETTINGS).rows():
            assert all(f.known_at >= f.at for f in row.facts)


def test_touch_columns_and_counts_and_scores_are_not_imported_and_say_why(tmp_path: Path) -> None:
    header = (
        "Id",
        "Name",
        "BillingCountry",
        "Tier",
        "LastActivityDate",
        "LastViewedDate",
        "Fit_Score__c",
        "Odd column",
        "CreatedDate",
    )
    read = opened(
        tmp_path,
        csv_text(header, (A1, "Acme", "Portugal", "A", "2024-06-01", "2024-06-01", "5", "x", CREATED)),
    )
    assert [u.header for u in read.unused_columns] == [
        "Tier",
        "LastActivityDate",
        "LastViewedDate",
        "Fit_Score__c",
        "Odd column",
    ]
    assert all(u.how for u in read.unused_columns)
    assert read.unknown_columns == ("Odd column",)


def test_a_custom_column_fills_the_field_of_its_name(tmp_path: Path) -> None:
    header = (
        "Id",
        "LastName",
        "Company",
        "Seniority__c",
        "Function__c",
        "Buyer_Role__c",
        "ITBudget__c",
        "Is_Partner_Lead__c",
        "CreatedDate",
    )
    types = {
        Field("person", "it_budget"): FieldType.NUMBER,
        Field("person", "is_partner_lead"): FieldType.BOOLEAN,
    }
    read = opened(
        tmp_path,
        csv_text(header, (L1, "Li", "Acme", "vp", "it", "champion", "1500.00", "TRUE", CREATED)),
        ImportSettings(EXPORTED, types=types),
    )
    found = attributes(f for row in read.rows() for f in row.facts)
    assert {
        k: v[0] for k, v in found.items() if k not in ("person.last_name", "person.company", "account.name")
    } == {
        "person.seniority": "vp",
        "person.function": "it",
        "person.buying_role": "champion",
        "person.it_budget": "1500",
        "person.is_partner_lead": "true",
    }
    assert {str(d.field): d.type for d in read.custom_fields} == {
        "person.it_budget": FieldType.NUMBER,
        "person.is_partner_lead": FieldType.BOOLEAN,
    }


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("NumberOfEmployees", "1,200", "not_a_number"),
        ("NumberOfEmployees", "12.5", "not_a_whole_number"),
        ("NumberOfEmployees", "N/A", "not_a_number"),
        ("AnnualRevenue", "$12", "not_a_number"),
        ("AnnualRevenue", "NaN", "not_a_number"),
        ("AnnualRevenue", "1_000", "not_a_number"),
        ("AnnualRevenue", "١٢", "not_a_number"),
        ("IsConverted", "maybe", "not_a_boolean"),
        ("HasOptedOutOfEmail", "yes", "not_a_boolean"),
        ("ConvertedDate", "2024-07-30", "future"),
        ("CreatedDate", "2024-07-30T00:00:00Z", "future"),
        ("CreatedDate", "1965-07-30T00:00:00Z", "before_1970"),
        ("ConvertedAccountId", "Acme Inc.", "not_an_id"),
        ("Id", "", "missing"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_quarantines_its_row_and_names_the_column(
    tmp_path: Path, column: str, value: str, code: str
) -> None:
    row = {
        "Id": L1,
        "LastName": "Li",
        "Company": "Acme",
        "CreatedDate": CREATED,
        "IsConverted": "true",
        column: value,
    }
    header = tuple(row)
    cells = tuple(f'"{v}"' for v in row.values())
    rejections = rejections_of(tmp_path, csv_text(header, cells))
    assert [(r.line, r.column, r.code) for r in rejections] == [(2, column, code)]
    assert value in rejections[0].reason


def test_spellings_of_missing_are_values_until_the_settings_say_otherwise(tmp_path: Path) -> None:
    content = csv_text(
        ("Id", "LastName", "Company", "Industry", "CreatedDate"),
        (L1, "Li", "Acme", "N/A", CREATED),
        (sf_id("00Q", 2), "Wu", "Wu", "N/A", CREATED),
    )
    read = opened(tmp_path, content)
    facts = [f for row in read.rows() for f in row.facts]
    assert attributes(facts)["account.industry"][0] == "N/A"
    assert [(f.code, f.n) for f in read.findings] == [("placeholder", 2)]
    assert "account.industry" not in attributes(
        facts_of(tmp_path, content, ImportSettings(EXPORTED, missing=frozenset(("N/A",))))
    )


def test_blank_cells_give_no_fact_and_erase_nothing(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        csv_text(("Id", "LastName", "Company", "Title", "CreatedDate"), (L1, "Li", "Acme", " ", CREATED)),
    )
    assert "person.title" not in attributes(facts)


def test_a_lead_has_an_account_of_its_own_until_it_is_converted(tmp_path: Path) -> None:
    api, _, row = DIALECTS["Salesforce Lead"]
    facts = facts_of(tmp_path, csv_text(api, row))
    own = f"salesforce:{L1}"
    assert [(f.account, f.own) for f in of_kind(facts, AccountRecord)] == [(own, True)]
    assert [(f.account, f.stated, iso(f.at)) for f in of_kind(facts, Membership)] == [
        (own, False, "2024-01-10T08:30:00Z"),
        (f"salesforce:{A1}", True, "2024-03-05T23:59:59.999999Z"),
    ]
    assert [(a.type, iso(a.at)) for a in activities(facts)] == [
        ("lead.converted", "2024-03-05T23:59:59.999999Z")
    ]


def test_nothing_of_the_conversion_is_known_before_its_day_ends(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        (SAMPLES / "salesforce/Lead.csv").read_text().split("\n")[0]
        + "\n"
        + (SAMPLES / "salesforce/Lead.csv").read_text().split("\n")[1]
        + "\n",
    )
    told = [
        f
        for f in facts
        if sf_id("003", 1) in str(f)
        or sf_id("006", 1) in str(f)
        or sf_id("001", 1) in str(f)
        or getattr(f, "field", "") == "is_converted"
    ]
    assert len(told) == 4
    assert all(iso(f.known_at) >= "2024-03-05T23:59:59.999999Z" for f in told)


def test_an_address_joins_from_creation_on(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        csv_text(
            ("Id", "LastName", "Company", "Email", "CreatedDate", "LastModifiedDate"),
            (L1, "Li", "Acme", "Ann@Acme.Example", CREATED, CHANGED),
        ),
    )
    assert of_kind(facts, IdentityKey) == [
        IdentityKey(f"salesforce:{L1}", "email:ann@acme.example", _at(facts), _at(facts))
    ]


def _at(facts: list[Fact]) -> int:
    return next(f.at for f in facts if isinstance(f, PersonRecord))


def test_a_contact_who_moved_between_two_exports_is_where_the_later_one_says(tmp_path: Path) -> None:
    header = ("Id", "AccountId", "LastName", "CreatedDate", "SystemModstamp")
    first = facts_of(tmp_path, csv_text(header, (C1, A1, "Li", CREATED, "2024-02-01T00:00:00Z")))
    second = facts_of(
        tmp_path, csv_text(header, (C1, sf_id("001", 2), "Li", CREATED, "2024-05-01T00:00:00Z"))
    )
    memberships = sorted((f for f in (*first, *second) if isinstance(f, Membership)), key=lambda f: f.at)
    assert memberships[-1].account == f"salesforce:{sf_id('001', 2)}"


STAGES = ("Id", "StageName", "IsClosed", "IsWon", "CloseDate", "CreatedDate", "LastModifiedDate")


@pytest.mark.parametrize(
    ("stage", "closed", "won", "close_date", "status", "at", "known"),
    [
        ("Closed Won", "true", "true", "2024-03-01", DealStatus.WON, "2024-03-01T23:59:59.999999Z", "2024-03-06T10:00:00Z"),
        ("Verloren", "true", "false", "2024-03-01", DealStatus.LOST, "2024-03-01T23:59:59.999999Z", "2024-03-06T10:00:00Z"),
        ("Closed Won", "true", "true", "2024-09-01", DealStatus.WON, "2024-03-06T10:00:00Z", "2024-03-06T10:00:00Z"),
        ("Negotiation", "false", "false", "2024-09-01", DealStatus.OPEN, "2024-03-06T10:00:00Z", "2024-03-06T10:00:00Z"),
        ("Closed Lost", "", "", "2024-03-01", DealStatus.LOST, "2024-03-01T23:59:59.999999Z", "2024-03-06T10:00:00Z"),
    ],
)  # fmt: skip
def test_a_deal_without_history_is_in_its_current_stage(
    tmp_path: Path,
    stage: str,
    closed: str,
    won: str,
    close_date: str,
    status: DealStatus,
    at: str,
    known: str,
) -> None:
    facts = facts_of(tmp_path, csv_text(STAGES, (O1, stage, closed, won, close_date, CREATED, CHANGED)))
    assert [(f.stage, f.status, iso(f.at), iso(f.known_at)) for f in of_kind(facts, OpportunityStage)] == [
        (stage, status, at, known)
    ]
    assert [iso(f.at) for f in of_kind(facts, Opportunity)] == ["2024-01-10T08:30:00Z"]


def test_with_a_history_the_current_stage_is_left_to_it(tmp_path: Path) -> None:
    content = csv_text(STAGES, (O1, "Closed Won", "true", "true", "2024-03-01", CREATED, CHANGED))
    assert (
        of_kind(
            facts_of(tmp_path, content, ImportSettings(EXPORTED, has_stage_history=True)), OpportunityStage
        )
        == []
    )


def test_the_instant_of_the_last_stage_change_is_the_histories(tmp_path: Path) -> None:
    content = csv_text(
        (*STAGES, "LastStageChangeDate"),
        (O1, "Closed Won", "true", "true", "2024-03-01", CREATED, CHANGED, "2024-02-28T15:00:00.000Z"),
    )
    history = csv_text(
        ("Id", "OpportunityId", "CreatedDate", "StageName", "Probability"),
        (sf_id("008", 1), O1, "2024-02-28T15:00:00.000Z", "Closed Won", "100"),
    )
    current, past = (of_kind(facts_of(tmp_path, c), OpportunityStage)[0] for c in (content, history))
    assert current[:4] == past[:4]


def test_the_settings_say_what_a_stage_of_ones_own_means(tmp_path: Path) -> None:
    header = ("Id", "OpportunityId", "CreatedDate", "StageName", "ForecastCategory", "Probability")
    content = csv_text(
        header,
        (sf_id("008", 1), O1, CREATED, "Signed", "Pipeline", "90"),
        (sf_id("008", 2), O1, CHANGED, "Declined", "Omitted", "0"),
    )
    before = of_kind(facts_of(tmp_path, content), OpportunityStage)
    after = of_kind(
        facts_of(tmp_path, content, ImportSettings(EXPORTED, stages={"signed": DealStatus.WON})),
        OpportunityStage,
    )
    assert [s.status for s in before] == [DealStatus.OPEN, DealStatus.LOST]
    assert [s.status for s in after] == [DealStatus.WON, DealStatus.LOST]


@pytest.mark.parametrize(
    ("subtype", "call_type", "type_", "activity"),
    [
        ("Call", "Outbound", "", "call.made"),
        ("Call", "", "", "call.made"),
        ("Call", "Inbound", "", "call.received"),
        ("Call", "Internal", "", "task.completed"),
        ("Email", "", "", "email.sent"),
        ("ListEmail", "", "", "email.sent"),
        ("LinkedIn", "", "", "social.touched"),
        ("Task", "", "", "task.completed"),
        ("Task", "Inbound", "", "call.received"),
        ("Task", "", "Call", "call.made"),
        ("", "", "Email", "email.sent"),
        ("Cadence", "", "", "task.completed"),
    ],
)
def test_a_task_is_the_activity_that_its_subtype_says(
    tmp_path: Path, subtype: str, call_type: str, type_: str, activity: str
) -> None:
    header = ("Id", "WhoId", "Subject", "ActivityDate", "IsClosed", "TaskSubtype", "CallType", "Type")
    facts = facts_of(
        tmp_path, csv_text(header, (sf_id("00T", 1), L1, "x", "2024-02-01", "1", subtype, call_type, type_))
    )
    assert [a.type for a in activities(facts)] == [activity]


def test_a_task_is_done_at_the_end_of_its_day_and_known_when_it_was_written(tmp_path: Path) -> None:
    header = ("Id", "WhoId", "Subject", "ActivityDate", "IsClosed", "CreatedDate", "LastModifiedDate")
    facts = facts_of(
        tmp_path,
        csv_text(
            header,
            (sf_id("00T", 1), L1, "x", "2024-02-01", "1", "2024-02-03T08:00:00Z", "2024-02-03T08:00:00Z"),
        ),
    )
    assert [(iso(a.at), iso(a.known_at)) for a in activities(facts)] == [
        ("2024-02-01T23:59:59.999999Z", "2024-02-03T08:00:00Z")
    ]


def test_a_task_closed_before_its_due_day_was_done_when_it_was_last_changed(tmp_path: Path) -> None:
    header = ("Id", "WhoId", "Subject", "ActivityDate", "IsClosed", "CreatedDate", "LastModifiedDate")
    facts = facts_of(
        tmp_path,
        csv_text(
            header,
            (sf_id("00T", 1), L1, "x", "2025-02-01", "1", "2024-02-03T08:00:00Z", "2024-02-03T09:00:00Z"),
        ),
    )
    assert [iso(a.at) for a in activities(facts)] == ["2024-02-03T09:00:00Z"]


def test_a_member_responded_on_the_first_day_and_its_status_is_not_used(tmp_path: Path) -> None:
    header = ("Id", "CampaignId", "LeadId", "Status", "HasResponded", "FirstRespondedDate", "CreatedDate")
    row = (sf_id("00v", 1), sf_id("701", 1), L1, "Attended", "true", "2024-02-01", CREATED)
    facts = facts_of(tmp_path, csv_text(header, row))
    assert [(type(f), f.type, f.program) for f in facts if isinstance(f, Activity)] == [
        (Activity, "program.joined", f"salesforce:{sf_id('701', 1)}"),
        (Activity, "program.succeeded", f"salesforce:{sf_id('701', 1)}"),
    ]
    assert "Attended" not in str(facts)


def test_another_name_for_the_source_names_the_records(tmp_path: Path) -> None:
    from tests.importers.helpers import write

    from handraise.importers.opening import open_import

    api, _, row = DIALECTS["Salesforce Account"]
    read = open_import(write(tmp_path, csv_text(api, row)), SETTINGS, source="salesforce_emea")
    assert read.source == "salesforce_emea"
    assert next(iter(read.rows())).facts[0] == AccountRecord(f"salesforce_emea:{A1}", *[1704875400000000] * 2)


def test_every_column_that_an_importer_fills_is_a_field_that_playbooks_know() -> None:
    catalog = FieldCatalog()
    # Kept as fields of the workspace's own: the first is Marketo's, the others HubSpot's.
    written = "person.role person.lifecycle_stage account.lifecycle_stage account.status opportunity.pipeline opportunity.closed_lost_reason opportunity.closed_won_reason"
    own = {Field.parse(name) for name in written.split()}
    for importer in IMPORTERS:
        for column in importer.schema.columns:
            assert all(catalog.get(f) for f in column.fills if f not in own), (
                importer.schema.name,
                column.name,
            )
