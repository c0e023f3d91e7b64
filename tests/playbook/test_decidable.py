"""What is read but not decided yet is set aside, with all that rests on it; the rest is decided as it stands."""

from __future__ import annotations

from pathlib import Path

from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.playbook.decidable import decidable
from handraise.playbook.reader import read_text
from handraise.services.checking import check_playbook

TEXT = """\
playbook: Test
time_zone: UTC
behaviours:
  demo: {activity: form.submitted, where: {form: demo}}
  accepted: {activity: lead.accepted}
fit:
  rules:
    - {name: Worked, when: {segment: hot}, points: 5}
    - {name: Big, when: {account.employees: {at_least: 500}}, points: 5}
marketing_qualified: {ranks: [A1], tracks: all}
triggers:
  call: {when: {did: demo}}
lifecycle:
  stages: [{key: SAL, on: accepted}]
segments:
  hot: {of: people, when: {any: [{fired: call}, {stage: SAL}]}}
  warm: {of: people, when: {did: demo}}
buyer_segments:
  - {key: worked, when: {segment: hot}}
  - {key: rest}
"""


def playbook_of(text: str) -> Playbook:
    result = read_text(text, "playbook.yml", FieldCatalog())
    assert result.playbook is not None, result.problems
    return result.playbook


def test_triggers_and_stages_and_what_rests_on_them_are_set_aside() -> None:
    left = decidable(playbook_of(TEXT))
    assert not left.triggers
    assert not left.lifecycle.stages
    assert [r.name for r in left.fit.rules] == ["Big"]
    assert list(left.segments) == ["warm"]
    assert [s.key for s in left.buyer_segments] == ["rest"]
    assert [part.where for part in left.set_aside] == [
        "trigger `call`",
        "stage `SAL`",
        "`marketing_qualified`: its tracks",
        "segment `hot`",
        "fit rule `Worked`",
        "buyer segment `worked`",
    ]


def test_a_playbook_without_them_is_decided_as_it_stands() -> None:
    text = "playbook: Test\ntime_zone: UTC\nbehaviours: {demo: {activity: form.submitted}}\n"
    playbook = playbook_of(text)
    assert decidable(playbook) is playbook


def test_checking_warns_of_each_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "playbook.yml"
    path.write_text(TEXT)
    found = check_playbook(path, FieldCatalog(), None)
    assert found.playbook is not None
    warned = [p for p in found.problems if p.code == "PB501"]
    assert [p.span.line if p.span else None for p in warned][:2] == [12, 14]
    assert found.n_errors == 0
