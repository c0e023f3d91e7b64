"""Data that nobody here wrote: `--real-data DIR`."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from tests.importers.helpers import activities

from handraise.errors import InputFileError
from handraise.facts.rows import ContactRole, Fact, Opportunity, OpportunityStage, PersonRecord
from handraise.importers.mapping.reading import read_mapping_file
from handraise.importers.opening import open_import
from handraise.importers.settings import ImportSettings
from handraise.model.conditions import DealStatus
from handraise.model.time import parse_instant
from handraise.workspace import Workspace

EXAMPLES = Path(__file__).parents[2] / "examples"
pytestmark = pytest.mark.real_data


def facts_by_file(folder: Path, name: str, exported: str) -> dict[str, list[Fact]]:
    """The facts of every file of a folder that the example's mapping knows; no row of them may be refused."""
    mapping = read_mapping_file(EXAMPLES / name / "mapping.yml")
    found = {}
    for path in sorted(folder.iterdir()):
        if path.stem == "subscriptions":
            continue
        rows = list(open_import(path, ImportSettings(parse_instant(exported)), mapping=mapping).rows())
        assert [r.rejection for r in rows if r.rejection] == []
        assert all(r.facts for r in rows)
        found[path.stem] = [f for r in rows for f in r.facts]
    return found


def test_olist_has_8000_people_and_842_won(real_data: Path) -> None:
    found = facts_by_file(real_data / "olist", "olist", "2018-12-31")
    leads, deals = found["mql_clean"], found["closed_deals_clean"]
    assert len({f.record for f in leads if isinstance(f, PersonRecord)}) == 8000
    assert len(activities(leads)) == 8000
    won = [f for f in deals if isinstance(f, OpportunityStage)]
    assert len(won) == len({f.opportunity for f in won}) == 842
    assert {f.status for f in won} == {DealStatus.WON}
    assert Counter(type(f) for f in deals)[ContactRole] == Counter(type(f) for f in deals)[Opportunity] == 842
    people = {f.record for f in leads if isinstance(f, PersonRecord)}
    assert {f.record for f in deals if isinstance(f, ContactRole)} <= people


def test_nothing_of_an_olist_deal_is_known_before_it_was_won(real_data: Path) -> None:
    deals = facts_by_file(real_data / "olist", "olist", "2018-12-31")["closed_deals_clean"]
    won_at = {f.opportunity: f.at for f in deals if isinstance(f, OpportunityStage)}
    for fact in deals:
        subject = getattr(fact, "opportunity", None) or getattr(fact, "subject", None) or ""
        assert fact.known_at >= won_at[subject]


def test_a_leadforge_world_is_imported_whole(real_data: Path) -> None:
    found = facts_by_file(real_data / "leadforge_seed11" / "tables", "leadforge", "2024-06-01")
    counts = {name: Counter(type(f).__name__ for f in facts) for name, facts in found.items()}
    assert counts["contacts"]["PersonRecord"] == 4200
    assert counts["leads"]["PersonRecord"] == counts["leads"]["IdentityKey"] == 5000
    assert (
        counts["touches"]["Activity"]
        + counts["sessions"]["Activity"]
        + counts["sales_activities"]["Activity"]
        == 40819 + 11096 + 57072
    )
    won = [
        f for f in found["opportunities"] if isinstance(f, OpportunityStage) and f.status is DealStatus.WON
    ]
    assert len(won) == 1094
    outcomes = ("current_stage", "is_sql", "converted_within_90_days", "conversion_timestamp")
    assert not [f for f in found["leads"] if getattr(f, "field", None) in outcomes]


IMPORTERS_BY_TABLE = {
    "salesforce/sf_account": ("Salesforce Account", 10),
    "salesforce/sf_account_history": ("Salesforce Account versions", 10),
    "salesforce/sf_contact": ("Salesforce Contact", 4),
    "salesforce/sf_contact_history": ("Salesforce Contact versions", 4),
    "salesforce/sf_event": ("Salesforce Event", 10),
    "salesforce/sf_lead": ("Salesforce Lead", 1),
    "salesforce/sf_opportunity": ("Salesforce Opportunity", 10),
    "salesforce/sf_opportunity_history": ("Salesforce Opportunity versions", 10),
    "salesforce/sf_task": ("Salesforce Task", 10),
    "salesforce/sf_user": ("Salesforce User", 10),
    "hubspot/company": ("HubSpot companies", 24),
    "hubspot/company_property_history": ("HubSpot companies' history", 100),
    "hubspot/contact": ("HubSpot contacts", 22),
    "hubspot/contact_form_submission": ("HubSpot form submissions", 5),
    "hubspot/contact_list": ("HubSpot lists", 60),
    "hubspot/contact_list_member": ("HubSpot list members", 100),
    "hubspot/contact_merge_audit": ("HubSpot merges of contacts", 4),
    "hubspot/contact_property_history": ("HubSpot contacts' history", 100),
    "hubspot/deal_contact": ("HubSpot deals' contacts", 11),
    "hubspot/deal": ("HubSpot deals", 44),
    "hubspot/deal_property_history": ("HubSpot deals' history", 100),
    "hubspot/deal_stage": ("HubSpot deals' stages", 14),
    "hubspot/email_campaign": ("HubSpot e-mails", 100),
    "hubspot/email_event": ("HubSpot e-mail events", 100),
    "hubspot/engagement_call": ("HubSpot engagements", 1),
    "hubspot/engagement_communication": ("HubSpot engagements", 1),
    "hubspot/engagement_email": ("HubSpot engagements", 1),
    "hubspot/engagement_meeting": ("HubSpot engagements", 100),
    "hubspot/engagement_note": ("HubSpot engagements", 1),
    "hubspot/engagement_task": ("HubSpot engagements", 2),
    "hubspot/form": ("HubSpot forms", 5),
    "hubspot/merged_deal": ("HubSpot merges of deals", 14),
}
# In the samples ids, addresses and names of properties were hashed, and no table says who took part in most meetings.
OF_THE_SAMPLES = {
    "not_an_id",
    "id_checksum",
    "no_field",
    "not_an_address",
    "no_person",
    "not_done",
    "not_succeeded",
    "not_staff",
}


def warehouse_tables(real_data: Path) -> dict[str, Path]:
    folder = real_data / "crm_schema_samples"
    return {f"{p.parent.name}/{p.name.removesuffix('_data.csv')}": p for p in sorted(folder.rglob("*.csv"))}


def test_every_table_of_a_warehouse_is_claimed_by_one_importer_or_refused_by_name(real_data: Path) -> None:
    settings = ImportSettings(parse_instant("2026-01-01"))
    tables = warehouse_tables(real_data)
    assert set(IMPORTERS_BY_TABLE) < set(tables)
    for name, path in tables.items():
        if name in IMPORTERS_BY_TABLE:
            read = open_import(path, settings)
            assert (read.importer, len(list(read.rows()))) == IMPORTERS_BY_TABLE[name], name
            continue
        with pytest.raises(InputFileError) as caught:
            open_import(path, settings)
        assert caught.value.problems[0].code == "IF115", name
    assert len(tables) == 62


def test_every_row_of_a_warehouse_is_told_or_quarantined_for_a_reason_of_the_samples(real_data: Path) -> None:
    for name, path in warehouse_tables(real_data).items():
        if name in IMPORTERS_BY_TABLE:
            rows = list(open_import(path, ImportSettings(parse_instant("2026-01-01"))).rows())
            assert all(bool(r.facts) is (r.rejection is None) for r in rows), name
            assert {r.rejection.code for r in rows if r.rejection} <= OF_THE_SAMPLES, name


def test_a_whole_warehouse_is_imported_and_adds_up(real_data: Path, tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "workspace")
    found = workspace.import_files([real_data / "crm_schema_samples"], exported_at="2026-01-01")
    assert len(found) == 62
    assert all(o.rows_in == o.accepted + o.duplicate + o.quarantined for o in found)
    by_name = {o.file_name: o for o in found}
    assert by_name["engagement_call_data.csv"].accepted == 1  # `engagement_contact` says who was called
    assert sum(o.rows_in for o in found) == sum(n for _, n in IMPORTERS_BY_TABLE.values())


def test_a_file_in_pieces_says_the_same(real_data: Path, tmp_path: Path) -> None:
    mapping = read_mapping_file(EXAMPLES / "olist" / "mapping.yml")
    settings = ImportSettings(parse_instant("2018-12-31"))
    source = real_data / "olist" / "mql_clean.csv"
    header, *lines = source.read_text().splitlines(keepends=True)
    whole = Counter(repr(f) for r in open_import(source, settings, mapping=mapping).rows() for f in r.facts)
    split: Counter[str] = Counter()
    for i in range(0, len(lines), 3000):
        piece = tmp_path / f"piece{i}.csv"
        piece.write_text(header + "".join(lines[i : i + 3000]))
        split.update(repr(f) for r in open_import(piece, settings, mapping=mapping).rows() for f in r.facts)
    shutil.rmtree(tmp_path)
    assert split == whole
