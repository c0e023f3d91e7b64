"""Every file is claimed by exactly one importer, which says why; or it is refused and told what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.importers.helpers import SAMPLE_FILES, SETTINGS, csv_text, opened, write

from handraise.errors import InputFileError
from handraise.importers.opening import open_import
from handraise.importers.recognise import IMPORTERS, identify
from handraise.model.fields import FieldCatalog


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda i: i.schema.name)
def test_the_whole_standard_header_is_claimed_by_its_importer_alone(importer: object) -> None:
    schema = importer.schema  # type: ignore[attr-defined]
    header = tuple(c.name for c in schema.columns if not c.name.startswith("_") or c.name in schema.must)
    claims = [
        r for r in (identify(header, i, FieldCatalog(), schema.named or "") for i in IMPORTERS) if r.is_claim
    ]
    best = max(claims, key=lambda r: r.score)
    assert best.importer.schema is schema
    assert [r for r in claims if r.score == best.score] == [best]


@pytest.mark.parametrize("path", SAMPLE_FILES, ids=lambda p: p.stem)
def test_it_says_what_it_took_the_file_for_and_why(path: Path) -> None:
    read = open_import(path, SETTINGS)
    assert read.importer in read.why
    assert "`" in read.why
    assert len(read.columns) == len(read.table.header)
    assert all(u.how for u in read.columns)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (
            ("FirstName", "LastName", "Company", "Status", "LeadSource", "IsConverted"),
            "looks like Salesforce Lead, but it has no `Id` column",
        ),
        (("Id", "OpportunityId", "StageName", "Amount"), "no `CreatedDate` column"),
        (
            ("marketoGUID", "leadId", "activityTypeId", "attributes"),
            "looks like Marketo activities, but it has no `activityDate` column",
        ),
        (("when", "what"), "mapping"),
    ],
)
def test_a_file_that_nobody_claims_is_told_what_it_lacks(
    tmp_path: Path, header: tuple[str, ...], words: str
) -> None:
    with pytest.raises(InputFileError) as caught:
        opened(tmp_path, csv_text(header))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("header", "importer"),
    [
        (("id", "email", "firstName", "lastName", "company", "createdAt", "updatedAt"), "Marketo leads"),
        (("Id", "Email", "FirstName", "LastName", "Company", "CreatedDate"), "Salesforce Lead"),
        (
            (
                "Id",
                "Email Address",
                "First Name",
                "Last Name",
                "Company Name",
                "Job Title",
                "Lead Score",
                "Created At",
            ),
            "Marketo leads",
        ),
        (("Id", "AccountId", "Email", "LastName", "CreatedDate"), "Salesforce Contact"),
        (("Id", "Name", "Industry", "CreatedDate"), "Salesforce Account"),
        (
            ("Opportunity ID", "Opportunity Name", "Stage", "Amount", "Close Date", "Created Date"),
            "Salesforce Opportunity",
        ),
        (("Id", "OpportunityId", "StageName", "CreatedDate"), "Salesforce OpportunityHistory"),
        (("Id", "CampaignId", "LeadId", "Status", "CreatedDate"), "Salesforce CampaignMember"),
        (
            ("Campaign ID", "Lead ID", "Member Status", "Responded", "First Responded Date"),
            "Salesforce CampaignMember",
        ),
    ],
)
def test_small_headers_are_told_apart(tmp_path: Path, header: tuple[str, ...], importer: str) -> None:
    assert opened(tmp_path, csv_text(header)).importer == importer


def test_two_columns_that_say_the_same_are_not_both_imported(tmp_path: Path) -> None:
    read = opened(tmp_path, csv_text(("Id", "LastName", "Company", "Created Date", "CreatedDate")))
    assert [(u.header, u.how) for u in read.unused_columns] == [
        ("CreatedDate", "`Created Date` says the same and is taken")
    ]


def test_a_file_that_two_importers_claim_alike_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from handraise.importers import recognise

    monkeypatch.setattr(recognise, "IMPORTERS", (IMPORTERS[0], IMPORTERS[0]))
    with pytest.raises(InputFileError, match="could be Salesforce Lead and Salesforce Lead"):
        open_import(write(tmp_path, csv_text(("Id", "LastName", "Company"))), SETTINGS)


@pytest.mark.parametrize(
    ("header", "importer"),
    [
        (("Lead ID", "First Name", "Last Name", "Email"), "Salesforce Lead"),
        (("Contact ID", "First Name", "Last Name", "Email"), "Salesforce Contact"),
        (("Account ID", "Account Name", "Phone"), "Salesforce Account"),
        (("Campaign ID", "Campaign Name", "Campaign Type"), "Salesforce Campaign"),
        (("Opportunity ID", "Contact ID", "Role", "Primary"), "Salesforce OpportunityContactRole"),
        (("Campaign ID", "Contact ID", "Responded"), "Salesforce CampaignMember"),
    ],
)
def test_the_label_of_an_id_tells_a_report(tmp_path: Path, header: tuple[str, ...], importer: str) -> None:
    assert opened(tmp_path, csv_text(header)).importer == importer
