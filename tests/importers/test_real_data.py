"""Data that nobody here wrote: `--real-data DIR`."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from tests.importers.helpers import activities

from handraise.facts.rows import ContactRole, Fact, Opportunity, OpportunityStage, PersonRecord
from handraise.importers.mapping.reading import read_mapping_file
from handraise.importers.opening import open_import
from handraise.importers.settings import ImportSettings
from handraise.model.conditions import DealStatus
from handraise.model.time import parse_instant

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


@pytest.mark.parametrize(
    ("name", "importer", "rows"),
    [
        ("account", "Account", 10),
        ("account_history", "Account", 10),
        ("contact", "Contact", 4),
        ("lead", "Lead", 1),
        ("opportunity", "Opportunity", 10),
        ("task", "Task", 10),
        ("event", "Event", 10),
        ("user", "User", 10),
    ],
)
def test_warehouse_tables_are_recognised_and_every_row_is_told(
    real_data: Path, name: str, importer: str, rows: int
) -> None:
    path = real_data / "crm_schema_samples" / "salesforce" / f"sf_{name}_data.csv"
    read = open_import(path, ImportSettings(parse_instant("2026-01-01")))
    found = list(read.rows())
    assert read.importer == f"Salesforce {importer}"
    assert len(found) == rows
    # The samples' ids and types of users were hashed or lost letters: those rows are quarantined, and only for that.
    assert {r.rejection.code for r in found if r.rejection} <= {"not_an_id", "id_checksum", "not_staff"}


@pytest.mark.parametrize("name", ["order", "user_role", "product_2", "opportunity_line_item"])
def test_other_objects_of_a_warehouse_are_not_mistaken_for_known_ones(real_data: Path, name: str) -> None:
    from handraise.errors import InputFileError

    with pytest.raises(InputFileError):
        open_import(
            real_data / "crm_schema_samples" / "salesforce" / f"sf_{name}_data.csv",
            ImportSettings(parse_instant("2026-01-01")),
        )


def test_other_systems_are_not_mistaken_for_known_ones(real_data: Path) -> None:
    from handraise.errors import InputFileError

    for path in sorted((real_data / "crm_schema_samples" / "hubspot").iterdir()):
        with pytest.raises(InputFileError):
            open_import(path, ImportSettings(parse_instant("2026-01-01")))


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
