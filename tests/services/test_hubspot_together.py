"""HubSpot's tables together: one person, whatever each table calls them."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from handraise.workspace import Workspace

EXPORTED, AS_OF = "2024-06-30", "2024-06-30"
PLAYBOOK = """playbook: HubSpot
time_zone: UTC
behaviours:
  clicked: {activity: email.clicked}
  form: {activity: form.submitted}
buyer_segments:
  - {key: buyers, label: Won, when: {opportunity: {status: won}}}
  - key: engaged
    label: Clicked and filled in a form
    when: {all: [{did: {behaviour: clicked, within: 365 days}}, {did: {behaviour: form, within: 365 days}}]}
  - {key: rest, label: Rest}
"""
FILES = {
    "contacts.csv": (
        "id,email,hs_additional_emails,hs_calculated_merged_vids,associatedcompanyid,lifecyclestage,createdate,lastmodifieddate\n"
        "501,ana@acme.example,a.lima@old.example,498:1709715600000,9001,lead,2024-01-01T00:00:00Z,2024-01-02T00:00:00Z\n"
        "502,bo@sand.example,,,9002,lead,2024-01-01T00:00:00Z,2024-01-02T00:00:00Z\n"
        "503,cy@sand.example,,,9003,lead,2024-01-01T00:00:00Z,2024-01-02T00:00:00Z\n"
    ),
    # Ana clicked under her old address; what clicked in Bo's name was a machine.
    "email_events.csv": (
        "id,created,type,recipient,emailCampaignId,filteredEvent\n"
        "e1,2024-05-01T09:00:00Z,CLICK,A.Lima@old.example,7,false\n"
        "e2,2024-05-01T09:00:00Z,CLICK,bo@sand.example,7,true\n"
    ),
    # The form knows Ana by the id that was merged into hers.
    "form_submissions.csv": (
        "timestamp,form_id,contact_id,conversion_id,page_url\n"
        "2024-05-02 09:00:00,f1,498,c1,https://example.com/demo\n"
        "2024-05-02 09:00:00,f1,502,c2,https://example.com/demo\n"
    ),
    "deals.csv": (
        "deal_id,deal_pipeline_stage_id,property_dealname,property_createdate,_fivetran_synced\n"
        "8,4711,Sand,2024-03-05 09:00:00,2024-03-06 10:00:00\n"
    ),
    "deal_company.csv": "company_id,deal_id,type_id,category\n9003,8,5,HUBSPOT_DEFINED\n",
    "deal_pipeline_stage.csv": (
        "stage_id,pipeline_id,label,active,closed_won,is_closed,probability\n4711,p,Signed,TRUE,TRUE,TRUE,1.0\n"
    ),
}
ORDERS = [tuple(FILES), tuple(reversed(FILES)), list(permutations(FILES))[317]]


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_everybody_is_one_person_and_no_machine_is_a_buyer(tmp_path: Path, order: tuple[str, ...]) -> None:
    workspace = Workspace.create(tmp_path / "workspace")
    (workspace.folder / "playbook.yml").write_text(PLAYBOOK, encoding="utf-8")
    for name in order:
        (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    outcomes = workspace.import_files([tmp_path / name for name in order], exported_at=EXPORTED)
    assert [(o.file_name, o.quarantined, o.refusal) for o in outcomes if o.quarantined or o.refusal] == []
    decided = workspace.decide(AS_OF).table.select(["person_id", "buyer_segment"]).to_pylist()
    assert {row["person_id"]: row["buyer_segment"] for row in decided} == {
        "hubspot:501": "engaged",
        "hubspot:502": "rest",
        "hubspot:503": "buyers",
    }
