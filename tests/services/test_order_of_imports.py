"""The deals and the history of their stages say the same whichever is imported first."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from handraise.workspace import Workspace

EXPORTED, AS_OF = "2024-06-30", "2024-06-30"
PLAYBOOK = """playbook: Order
time_zone: UTC
buyer_segments:
  - {key: lately, label: Won lately, when: {opportunity: {status: won, within: 30 days}}}
  - {key: won, label: Won, when: {opportunity: {status: won}}}
  - {key: rest, label: Rest}
"""
FILES = {
    "Contact.csv": (
        "Id,AccountId,LastName,CreatedDate,LastModifiedDate\n"
        "003000000000001,001000000000001,Li,2024-01-01T00:00:00Z,2024-01-01T00:00:00Z\n"
        "003000000000002,001000000000002,Lo,2024-01-01T00:00:00Z,2024-01-01T00:00:00Z\n"
    ),
    # Sales typed in a close date long before the deal was won, and one long after.
    "Opportunity.csv": (
        "Id,AccountId,StageName,IsClosed,IsWon,CloseDate,CreatedDate,LastModifiedDate\n"
        "006000000000001,001000000000001,Closed Won,true,true,2024-05-01,2024-01-10T00:00:00Z,2024-06-25T00:00:00Z\n"
        "006000000000002,001000000000002,Closed Won,true,true,2024-06-28,2024-01-10T00:00:00Z,2024-06-29T00:00:00Z\n"
    ),
    "OpportunityHistory.csv": (
        "Id,OpportunityId,StageName,CreatedDate,Probability\n"
        "008000000000001,006000000000001,Proposal,2024-03-01T00:00:00Z,40\n"
        "008000000000002,006000000000001,Closed Won,2024-06-20T00:00:00Z,100\n"
        "008000000000003,006000000000002,Closed Won,2024-04-20T00:00:00Z,100\n"
    ),
}
ORDERS = list(permutations(FILES))


@pytest.fixture(scope="module", params=ORDERS, ids=" ".join)
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("order")
    workspace = Workspace.create(folder / "workspace")
    (workspace.folder / "playbook.yml").write_text(PLAYBOOK, encoding="utf-8")
    for name in request.param:
        (folder / name).write_text(FILES[name], encoding="utf-8")
        assert workspace.import_files([folder / name], exported_at=EXPORTED)[0].quarantined == 0
    return workspace


def test_a_deal_is_won_when_its_history_says_in_any_order(imported: Workspace) -> None:
    decided = imported.decide(AS_OF).table.select(["person_id", "buyer_segment"]).to_pylist()
    assert [row["buyer_segment"] for row in decided] == ["lately", "won"]


def test_the_facts_are_the_same_in_any_order(imported: Workspace, tmp_path: Path) -> None:
    imported.export_facts(tmp_path / "facts")
    first = _first(tmp_path)
    first.export_facts(tmp_path / "first")
    for name in ("opportunities", "opportunity_stages", "attribute_changes"):
        ours, theirs = (tmp_path / folder / f"{name}.parquet" for folder in ("facts", "first"))
        assert ours.read_bytes() == theirs.read_bytes()


def _first(folder: Path) -> Workspace:
    workspace = Workspace.create(folder / "workspace")
    for name in ORDERS[0]:
        (folder / name).write_text(FILES[name], encoding="utf-8")
        workspace.import_files([folder / name], exported_at=EXPORTED)
    return workspace
