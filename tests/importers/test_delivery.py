"""Meetings, contracts, tickets and users of Salesforce, and members of Marketo's programs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.importers.helpers import (
    activities,
    attributes,
    csv_text,
    facts_of,
    of_kind,
    rejections_of,
    rows_of,
    sf_id,
)

from handraise.facts.rows import PersonRecord
from handraise.importers.salesforce.contract import last_day
from handraise.model.activities import ACTIVITY_TYPES, is_buyer_act
from handraise.model.time import parse_instant

CONTACT, ACCOUNT = sf_id("003", 1), sf_id("001", 1)
EVENT = ("Id", "WhoId", "StartDateTime", "EndDateTime", "CreatedDate")
CONTRACT = (
    "Id",
    "AccountId",
    "StartDate",
    "ContractTerm",
    "Status",
    "ActivatedDate",
    "CustomerSignedId",
    "CustomerSignedDate",
)
CASE = ("Id", "CaseNumber", "ContactId", "AccountId", "CreatedDate", "ClosedDate")


def test_a_meeting_counts_once_it_is_over(tmp_path: Path) -> None:
    over = (sf_id("00U", 1), CONTACT, "2024-06-30T10:00:00Z", "2024-06-30T12:00:00Z", "2024-06-01T00:00:00Z")
    running = (
        sf_id("00U", 2),
        CONTACT,
        "2024-06-30T10:00:00Z",
        "2024-06-30T12:00:01Z",
        "2024-06-01T00:00:00Z",
    )
    rows = rows_of(tmp_path, csv_text(EVENT, over, running))
    assert [a.at for a in activities(rows[0].facts)] == [parse_instant("2024-06-30T12:00:00Z")]
    assert rows[1].rejection
    assert rows[1].rejection.code == "not_done"


def test_a_meeting_written_down_later_is_known_then(tmp_path: Path) -> None:
    late = (sf_id("00U", 1), CONTACT, "2024-02-01T10:00:00Z", "2024-02-01T11:00:00Z", "2024-03-01T00:00:00Z")
    (meeting,) = activities(facts_of(tmp_path, csv_text(EVENT, late)))
    assert (meeting.at, meeting.known_at) == (
        parse_instant("2024-02-01T11:00:00Z"),
        parse_instant("2024-03-01T00:00:00Z"),
    )


def test_a_contract_is_the_accounts_and_an_act_of_whoever_signed(tmp_path: Path) -> None:
    row = (
        sf_id("800", 1),
        ACCOUNT,
        "2023-03-01",
        "12",
        "Activated",
        "2023-02-20T09:00:00Z",
        CONTACT,
        "2023-02-18",
    )
    facts = facts_of(tmp_path, csv_text(CONTRACT, row))
    assert {name: value[0] for name, value in attributes(facts).items()} == {
        "account.contract_starts_on": "2023-03-01",
        "account.contract_ends_on": "2024-02-29",
        "account.renewal_on": "2024-02-29",
    }
    assert [(a.type, a.record) for a in activities(facts)] == [
        ("contract.signed", f"salesforce:{CONTACT}"),
        ("contract.ended", f"salesforce:{CONTACT}"),
    ]


def test_a_contract_that_nobody_signed_invents_nobody(tmp_path: Path) -> None:
    row = (sf_id("800", 1), ACCOUNT, "2023-03-01", "12", "Activated", "2023-02-20T09:00:00Z", "", "")
    facts = facts_of(tmp_path, csv_text(CONTRACT, row))
    assert activities(facts) == of_kind(facts, PersonRecord) == []


def test_a_contract_says_never_that_somebody_is_no_customer(tmp_path: Path) -> None:
    row = (sf_id("800", 1), ACCOUNT, "2020-03-01", "12", "Expired", "", "", "")
    assert not any("customer" in name for name in attributes(facts_of(tmp_path, csv_text(CONTRACT, row))))


def test_a_draft_is_no_contract(tmp_path: Path) -> None:
    row = (sf_id("800", 1), ACCOUNT, "2023-03-01", "12", "Draft", "", CONTACT, "2023-02-18")
    assert [r.code for r in rejections_of(tmp_path, csv_text(CONTRACT, row))] == ["not_done"]


@pytest.mark.parametrize(
    ("starts", "months", "ends"),
    [
        ("2023-03-01", 12, "2024-02-29"),
        ("2024-01-31", 1, "2024-02-28"),
        ("2024-12-15", 1, "2025-01-14"),
        ("2024-01-01", 12, "2024-12-31"),
        ("9990-01-01", 1200, "9998-11-30"),
    ],
)
def test_a_term_ends_the_day_before(starts: str, months: int, ends: str) -> None:
    assert last_day(date.fromisoformat(starts), months).isoformat() == ends


def test_a_ticket_is_the_contacts_and_its_day_the_accounts(tmp_path: Path) -> None:
    row = (sf_id("500", 1), "00001", CONTACT, ACCOUNT, "2024-02-01T08:00:00Z", "2024-02-02T09:00:00Z")
    facts = facts_of(tmp_path, csv_text(CASE, row))
    assert attributes(facts)["account.last_ticket_on"][0] == "2024-02-01"
    assert [a.type for a in activities(facts)] == ["ticket.opened", "ticket.closed"]


def test_a_ticket_without_a_contact_is_the_accounts_only(tmp_path: Path) -> None:
    row = (sf_id("500", 1), "00001", "", ACCOUNT, "2024-02-01T08:00:00Z", "")
    facts = facts_of(tmp_path, csv_text(CASE, row))
    assert attributes(facts).keys() == {"account.last_ticket_on"}
    assert activities(facts) == of_kind(facts, PersonRecord) == []


def test_what_support_fills_in_is_known_when_the_ticket_is_closed(tmp_path: Path) -> None:
    header = (*CASE, "Priority", "Reason", "Subject")
    row = (
        sf_id("500", 1),
        "1",
        CONTACT,
        ACCOUNT,
        "2024-02-01T08:00:00Z",
        "2024-02-02T09:00:00Z",
        "High",
        "Bug",
        "Help",
    )
    opened, closed = activities(facts_of(tmp_path, csv_text(header, row)))
    assert opened.properties == {"subject": "Help", "ticket_number": "1"}
    assert closed.properties == {"subject": "Help", "ticket_number": "1", "priority": "High", "reason": "Bug"}


def test_a_user_is_one_of_our_own_and_a_portals_user_is_not(tmp_path: Path) -> None:
    header = ("Id", "Username", "Email", "UserType", "CreatedDate")
    own = (sf_id("005", 1), "kim", "kim@seller.example", "Standard", "2022-01-01T00:00:00Z")
    portal = (sf_id("005", 2), "ann", "ann@acme.example", "CspLitePortal", "2022-01-01T00:00:00Z")
    rows = rows_of(tmp_path, csv_text(header, own, portal))
    assert attributes(rows[0].facts)["person.is_employee"][0] == "true"
    assert rows[1].rejection
    assert rows[1].rejection.code == "not_staff"


def test_a_success_of_a_program_counts_when_it_was_reached(tmp_path: Path) -> None:
    header = (
        "leadId",
        "programId",
        "program",
        "statusName",
        "membershipDate",
        "reachedSuccess",
        "reachedSuccessDate",
        "updatedAt",
    )
    joined, reached, updated = "2024-01-10T08:00:00Z", "2024-02-01T10:00:00Z", "2024-03-01T00:00:00Z"
    success = ("5", "40", "Spring", "Attended", joined, "true", reached, updated)
    other = ("6", "40", "Spring", "No Show", joined, "false", "null", updated)
    rows = rows_of(tmp_path, csv_text(header, success, other))
    assert [(a.type, a.at) for a in activities(rows[0].facts)] == [
        ("program.joined", parse_instant(joined)),
        ("program.progressed", parse_instant(reached)),
        ("program.succeeded", parse_instant(reached)),
    ]
    assert [(a.type, a.at, a.properties.get("new_status")) for a in activities(rows[1].facts)] == [
        ("program.joined", parse_instant(joined), None),
        ("program.progressed", parse_instant(updated), "No Show"),
    ]


def test_only_what_customers_do_breaks_their_silence() -> None:
    delivery = [
        t
        for t in ACTIVITY_TYPES
        if t.partition(".")[0] in ("contract", "onboarding", "ticket", "satisfaction")
    ]
    assert {t for t in delivery if not is_buyer_act(t)} == {
        "contract.ended",
        "onboarding.started",
        "ticket.closed",
    }
    assert len(delivery) == 9
