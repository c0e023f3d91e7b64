"""Versions of Salesforce objects, as a warehouse keeps them: dated history, and no snapshot of today."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.importers.helpers import SETTINGS, csv_text, facts_of, opened, sf_id

from handraise.facts.rows import (
    Assumed,
    AttributeChange,
    Fact,
    Membership,
    Opportunity,
    OpportunityStage,
    PersonRecord,
)
from handraise.model.fields import Field
from handraise.model.time import iso

CONTACT, FIRST, SECOND, DEAL = sf_id("003", 1), sf_id("001", 1), sf_id("001", 2), sf_id("006", 1)
HEADER = (
    "id",
    "_fivetran_active",
    "_fivetran_start",
    "_fivetran_end",
    "account_id",
    "last_name",
    "title",
    "created_date",
)
OLD, NEW, MADE = "2024-03-05 09:00:00", "2024-04-01 09:00:00", "2023-01-01 00:00:00"


def versions(folder: Path) -> list[Fact]:
    text = csv_text(
        HEADER,
        (CONTACT, "false", OLD, NEW, FIRST, "Li", "Buyer", MADE),
        (CONTACT, "true", NEW, "9999-12-31 23:59:59", SECOND, "Li", "", MADE),
    )
    every = frozenset((Field("person", "title"), Field("person", "last_name")))
    return facts_of(folder, text, replace(SETTINGS, from_creation=every))


def test_a_mover_belonged_to_each_account_from_its_version_on(tmp_path: Path) -> None:
    found = [(m.account, iso(m.at)) for m in versions(tmp_path) if isinstance(m, Membership)]
    assert found == [
        (f"salesforce:{FIRST}", "2024-03-05T09:00:00Z"),
        (f"salesforce:{SECOND}", "2024-04-01T09:00:00Z"),
    ]


def test_an_empty_cell_of_a_version_erases_what_was_there(tmp_path: Path) -> None:
    found = [
        (f.value, iso(f.at))
        for f in versions(tmp_path)
        if isinstance(f, AttributeChange) and f.field == "title"
    ]
    assert found == [("Buyer", "2024-03-05T09:00:00Z"), (None, "2024-04-01T09:00:00Z")]


def test_no_value_of_a_version_is_carried_back_to_the_creation(tmp_path: Path) -> None:
    facts = versions(tmp_path)
    assert {f.assumed for f in facts if isinstance(f, AttributeChange)} == {Assumed.HISTORY}
    assert min(iso(f.at) for f in facts if isinstance(f, PersonRecord)) == "2023-01-01T00:00:00Z"


def test_a_deal_is_of_the_account_that_its_current_version_says(tmp_path: Path) -> None:
    header = (
        "id",
        "_fivetran_active",
        "_fivetran_start",
        "_fivetran_end",
        "account_id",
        "stage_name",
        "close_date",
    )
    facts = facts_of(
        tmp_path,
        csv_text(
            header,
            (DEAL, "false", OLD, NEW, FIRST, "Proposal", "2024-06-01"),
            (DEAL, "true", NEW, "9999-12-31 23:59:59", SECOND, "Closed Won", "2024-03-20"),
        ),
    )
    assert [o.account for o in facts if isinstance(o, Opportunity)] == [f"salesforce:{SECOND}"]
    stages = [(s.stage, iso(s.at)) for s in facts if isinstance(s, OpportunityStage)]
    assert stages == [("Proposal", "2024-03-05T09:00:00Z"), ("Closed Won", "2024-04-01T09:00:00Z")]


@pytest.mark.parametrize(
    ("column", "importer"),
    [("title", "Salesforce Contact versions"), ("mailing_city", "Salesforce Contact versions")],
)
def test_a_version_is_never_taken_for_the_object_of_today(tmp_path: Path, column: str, importer: str) -> None:
    header = ("id", "_fivetran_start", "_fivetran_end", "account_id", "last_name", column)
    assert opened(tmp_path, csv_text(header)).importer == importer
    assert (
        opened(tmp_path, csv_text(tuple(h for h in header if h != "_fivetran_end"))).importer
        == "Salesforce Contact"
    )
