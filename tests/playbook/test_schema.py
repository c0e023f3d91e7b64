"""The JSON Schema agrees with the reader: it is made of the same declarations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from tests.playbook.test_problems import CASES, HERE
from tests.playbook.test_reader import CONDITIONS, HEAD, OWN, TESTS, TRIGGERS, VALID

from handraise.model.fields import Entity, FieldCatalog
from handraise.playbook.nodes import data_of
from handraise.playbook.schema import schema
from handraise.playbook.starter import starter_text
from handraise.playbook.text import Limits, Source, parse

SCHEMA = schema(OWN)
VALIDATOR = Draft7Validator(SCHEMA)


def accepts(text: str) -> bool:
    """Whether the schema takes the text, loaded as YAML 1.2 does."""
    root, problems = parse(Source("p.yml", text), Limits())
    assert root is not None, problems
    return bool(VALIDATOR.is_valid(data_of(root)))


def test_the_schema_is_draft_7_and_plain_json() -> None:
    Draft7Validator.check_schema(SCHEMA)
    text = json.dumps(SCHEMA)
    assert "prefixItems" not in text
    assert "$defs" not in text


@pytest.mark.parametrize(
    "text", [starter_text(), (VALID / "example.yml").read_text("utf-8")], ids=["starter", "example"]
)
def test_valid_playbooks_validate(text: str) -> None:
    assert accepts(text)


def test_the_schema_takes_triggers_stages_and_hours() -> None:
    stages = (
        "lifecycle: {stages: [{key: MQL, on: demo, sla: 1 Business Day}], passed_back: {on: demo, to: MQL}}\n"
    )
    hours = 'business_hours: {days: [Mon-Fri, sun], from: "09:00", to: 17:30, holidays: holidays.yml}\n'
    assert accepts(f"{HEAD}{TRIGGERS}{stages}{hours}")
    for wrong in ("triggers: {a: {when: {did: demo}, sla: 4}}", "lifecycle: {stages: [MQL]}", "business_hours: {days: someday}",
                  "triggers: {a: {when: {did: demo}, fire_existing: yes}}", "buying_group: {roles: [a], field: person.has_need}"):  # fmt: skip
        assert not accepts(f"{HEAD}{wrong}\n"), wrong


@pytest.mark.parametrize("text", [text for text, _ in CONDITIONS])
def test_the_schema_takes_every_condition_that_the_reader_takes(text: str) -> None:
    assert accepts(f"{HEAD}segments: {{s: {{of: people, when: {text.replace('a1', 'A1')}}}}}\n")


@pytest.mark.parametrize("text", [text for text, _ in TESTS])
def test_the_schema_takes_every_test_that_the_reader_takes(text: str) -> None:
    assert accepts(f"{HEAD}segments: {{s: {{of: people, when: {{{text}}}}}}}\n")


# What only reading can know: names that are declared elsewhere, order, circles, sense, and words that are kept.
_BEYOND = {"PB102", "PB103", "PB104", "PB105", "PB106", "PB108", "PB113", "PB206", "PB207", "PB208", "PB214", "PB215", "PB216", "PB217", "PB218",
           "PB219", "PB307", "PB308", "PB312", "PB313", "PB314", "PB401", "PB402", "PB403", "PB404", "PB406", "PB407", "PB408",
           "PB409", "PB410", "PB411", "PB412", "PB413", "PB414", "PB501"}  # fmt: skip


@pytest.mark.parametrize("case", [c for c in CASES if c.is_file()], ids=lambda p: p.stem)
def test_the_schema_refuses_what_is_wrong_in_form(case: Path) -> None:
    root, problems = parse(Source(case.name, case.read_text("utf-8")), Limits())
    if root is None or problems or case.stem.split("-")[0] in _BEYOND:
        return
    assert not VALIDATOR.is_valid(data_of(root)), HERE


def test_fields_are_listed_with_their_type_as_help() -> None:
    properties = SCHEMA["definitions"]["condition"]["properties"]
    assert properties["account.employees"]["description"] == "Number of employees (whole number)"
    assert "account.audited_at" in properties
    for entity in (Entity.PERSON, Entity.ACCOUNT):
        assert {str(d.field) for d in FieldCatalog().of(entity.value)} <= set(properties)


def test_every_key_has_help() -> None:
    for name, part in SCHEMA["properties"].items():
        assert part.get("description"), name
    for name, part in SCHEMA["definitions"]["condition"]["properties"].items():
        assert part.get("description"), name


@pytest.mark.parametrize("text", ["{acount.industry: x}", "{account.employees: {at_leest: 5}}", "{account.employees: many}",
                                  "{did: {behaviour: demo, within: 5}}", "{}", "{all: []}", "{at_least: 2}", "{grade: E}"])  # fmt: skip
def test_the_schema_refuses_what_the_reader_refuses(text: str) -> None:
    assert not accepts(f"{HEAD}segments: {{s: {{of: people, when: {text}}}}}\n")
