"""Account Engagement and Eloqua: what tells their exports from others, and whose an activity is."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.importers.helpers import activities, facts_of, of_kind, opened, rejections_of

from handraise.facts.rows import IdentityKey, PersonRecord
from handraise.importers.eloqua.activities import TYPES as ELOQUA_TYPES
from handraise.importers.pardot.activities import PRODUCED, TYPES
from handraise.model.activities import is_activity_type

AT = "2024-02-01T10:00:00Z"


def pardot(folder: Path, columns: str, *cells: str) -> str:
    return f"id,type,created_at,{columns}\n" + "".join(f"{n},{c}\n" for n, c in enumerate(cells, 1))


def test_every_type_is_an_activity_that_playbooks_know() -> None:
    assert TYPES.keys() == {str(n) for n in range(1, 39)}
    assert all(is_activity_type(t) for t in (*PRODUCED, *(t.type for t in ELOQUA_TYPES.values())))


def test_a_visitor_is_linked_to_the_prospect_that_they_became(tmp_path: Path) -> None:
    text = pardot(tmp_path, "prospect_id,visitor_id", f"20,{AT},,5", f"4,{AT},9,5")
    facts = facts_of(tmp_path, text)
    assert {(f.record, f.identified) for f in facts if isinstance(f, PersonRecord)} == {
        ("pardot:visitor-5", False)
    }
    assert [(f.record, f.key) for f in facts if isinstance(f, IdentityKey)] == [
        ("pardot:visitor-5", "id:pardot:9")
    ]
    assert [a.record for a in activities(facts)] == ["pardot:visitor-5", "pardot:9"]


@pytest.mark.parametrize(
    ("number", "column", "type_"),
    [
        ("1", "list_email_id", "email.clicked"),
        ("1", "custom_redirect_id", "link.clicked"),
        ("17", "email_template_id", "email.clicked"),
        ("2", "file_id", "content.downloaded"),
        ("2", "landing_page_id", "page.viewed"),
        ("4", "form_handler_id", "form.submitted"),
    ],
)
def test_what_a_number_means_depends_on_what_it_was_about(
    tmp_path: Path, number: str, column: str, type_: str
) -> None:
    (act,) = activities(facts_of(tmp_path, pardot(tmp_path, f"prospect_id,{column}", f"{number},{AT},9,33")))
    assert act.type == type_
    assert (act.asset or "").endswith(" 33")


def test_camel_case_of_the_newer_api_is_read_too(tmp_path: Path) -> None:
    text = f"id,type,createdAt,prospectId,visitorId,listEmailId\n1,11,{AT},9,,33\n"
    assert [a.type for a in activities(facts_of(tmp_path, text))] == ["email.opened"]


def test_prospects_are_told_from_marketos_leads(tmp_path: Path) -> None:
    header = "id,email,firstName,lastName,company,createdAt,updatedAt"
    assert opened(tmp_path, f"{header},isDoNotEmail,score,grade\n").importer == "Account Engagement prospects"
    assert opened(tmp_path, f"{header},isAnonymous,leadScore\n").importer == "Marketo leads"


def test_times_of_users_without_a_zone_are_not_guessed(tmp_path: Path) -> None:
    text = pardot(tmp_path, "prospect_id", "4,2024-02-01 10:00:00,9")
    assert [r.code for r in rejections_of(tmp_path, text)] == ["no_zone"]


def test_an_eloqua_contact_and_an_activity_by_address_are_one_person(tmp_path: Path) -> None:
    contact = facts_of(tmp_path, "ContactIDExt,C_EmailAddress,C_FirstName\nCELOQ1,Ann@Acme.example,Ann\n")
    act = facts_of(
        tmp_path, f"ActivityId,ActivityType,ActivityDate,EmailAddress\n1,EmailOpen,{AT},ann@acme.example\n"
    )
    keys = {f.key for f in (*of_kind(contact, IdentityKey), *of_kind(act, IdentityKey))}  # type: ignore[union-attr]
    assert keys == {"email:ann@acme.example"}


def test_ids_of_two_types_of_eloqua_do_not_collide(tmp_path: Path) -> None:
    text = f"ActivityId,ActivityType,ActivityDate,ContactId\n1,EmailOpen,{AT},7\n1,PageView,{AT},7\n"
    assert len({a.message_id for a in activities(facts_of(tmp_path, text))}) == 2
