"""The sample exports give what they are expected to give, to the letter."""

from __future__ import annotations

import csv
import json
import runpy
from pathlib import Path

import pytest

from .conftest import Demo

pytestmark = pytest.mark.xdist_group("demo")
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MADE = runpy.run_path(str(EXAMPLES / "expected_output.py"))


@pytest.fixture(scope="module")
def texts(demo: Demo) -> dict[str, str]:
    made: dict[str, str] = MADE["expected_texts"](demo.workspace)
    return made


@pytest.mark.parametrize("name", MADE["FILES"])
def test_the_demonstration_gives_what_is_expected(texts: dict[str, str], example: Path, name: str) -> None:
    """`python examples/expected_output.py` writes them anew; read the difference before you do."""
    assert texts[name] == (example / "expected" / name).read_text(encoding="utf-8")


def test_every_row_of_every_file_is_accounted_for(demo: Demo) -> None:
    for outcome in demo.result.files:
        assert outcome.refusal is None, outcome
        assert outcome.rows_in == outcome.accepted + outcome.duplicate + outcome.quarantined, outcome


def test_the_planted_broken_rows_and_only_they_are_quarantined(demo: Demo) -> None:
    found = sorted((o.file_name, o.quarantined) for o in demo.result.files if o.quarantined)
    assert found == [
        ("Contact.csv", 1),
        ("Lead.csv", 1),
        ("Task.csv", 1 + 356),  # a broken one, and those not done
        ("activities_2024-12.csv", 1),
        ("activities_2025-03.csv", 1),
    ]


def test_the_planted_duplicate_is_counted_once(demo: Demo) -> None:
    assert [(o.file_name, o.duplicate) for o in demo.result.files if o.duplicate] == [
        ("activities_2025-06.csv", 1)
    ]


def test_everybody_is_in_exactly_one_buyer_segment_of_the_playbook(demo: Demo) -> None:
    table = demo.result.report.decided.table
    keys = {s.key for s in demo.result.report.decided.playbook.buyer_segments}
    assert table["buyer_segment"].null_count == 0
    assert set(table["buyer_segment"].to_pylist()) <= keys
    assert len(set(table["person_id"].to_pylist())) == len(table)


def test_the_planted_competitors_students_and_the_test_lead_are_excluded(demo: Demo) -> None:
    for email in ("test@test.example",):
        decision = demo.workspace.explain(email).decision
        assert decision["buyer_segment"] == "excluded", email


def test_leads_that_share_an_address_in_another_case_are_one_person(demo: Demo, example: Path) -> None:
    with (example / "data" / "salesforce" / "Lead.csv").open(encoding="utf-8", newline="") as file:
        leads = [r for r in csv.DictReader(file) if r["LeadSource"] == "Trade Show"]
    assert len(leads) == 6
    for lead in leads:
        by_lead = demo.workspace.explain(lead["Id"]).decision["person_id"]
        by_email = demo.workspace.explain(lead["Email"].lower()).decision["person_id"]
        assert by_lead == by_email


def test_the_report_is_one_file_without_any_address(demo: Demo) -> None:
    page = demo.result.report_path.read_text(encoding="utf-8")
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert "<script" not in page


def test_results_have_a_json_form(demo: Demo) -> None:
    assert (
        json.loads(json.dumps(demo.result.as_dict(), default=str))["decided"]["summary"]["n_people"] > 4_000
    )
