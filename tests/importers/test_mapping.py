"""What a mapping says is what comes out; what it says wrongly is reported with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML
from tests.importers.helpers import (
    EXPORTED,
    SETTINGS,
    activities,
    attributes,
    facts_of,
    mapping_of,
    of_kind,
    opened,
    rejections_of,
    rows_of,
    write,
)

import handraise.importers
from handraise.errors import InputFileError, Severity
from handraise.facts.rows import (
    AccountRecord,
    ContactRole,
    Fact,
    IdentityKey,
    Membership,
    Opportunity,
    OpportunityStage,
    PersonRecord,
)
from handraise.importers.mapping.model import ImportMapping
from handraise.importers.mapping.occurrences import Occurrences
from handraise.importers.mapping.reading import read_mapping_file
from handraise.importers.mapping.schema import mapping_schema
from handraise.importers.mapping.tables import TABLES
from handraise.importers.opening import open_import
from handraise.importers.settings import ImportSettings
from handraise.model.conditions import DealStatus
from handraise.model.fields import Field
from handraise.model.time import iso
from handraise.model.values import FieldType

ROOT = Path(__file__).parents[2]
SHIPPED = [
    Path(handraise.importers.__file__).parent / "mapping.example.yml",
    *sorted((ROOT / "examples").glob("*/mapping.yml")),
]


def shop(targets: str, file: str = "") -> ImportMapping:
    """A mapping of one file with columns `no` and `day`."""
    indented = "".join(f"      {line}\n" for line in targets.strip("\n").splitlines())
    return mapping_of(
        f"source: shop\nfiles:\n  - name: orders\n    match: {{columns: [no, day]}}\n{file}    targets:\n{indented}"
    )


PEOPLE = """
- table: people
  id: no
  created: day
  fields: {person.title: title, person.email: mail}
"""
ACTIVITIES = """
- table: activities
  person: no
  at: day
  type: {constant: form.submitted}
  properties: {form: form}
"""


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.parent.name)
def test_the_mappings_we_ship_are_read_without_a_word_and_fit_the_schema(path: Path) -> None:
    assert read_mapping_file(path).warnings == ()
    jsonschema.validate(json.loads(json.dumps(YAML(typ="safe").load(path.read_text()))), mapping_schema())


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(mapping_schema())


def test_ids_are_kept_as_written(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "no,day,title,mail\n007,2024-01-05,CFO,A@B.example\n", mapping=shop(PEOPLE))
    at = facts[0].at
    assert facts[0] == PersonRecord("shop:007", at, at)
    assert iso(at) == "2024-01-05T23:59:59.999999Z"
    assert of_kind(facts, IdentityKey) == [IdentityKey("shop:007", "email:a@b.example", at, at)]


def test_columns_count_from_the_export_unless_the_mapping_assumes_more(tmp_path: Path) -> None:
    content = "no,day,title,mail\n7,2024-01-05,CFO,a@b.example\n"
    assert attributes(facts_of(tmp_path, content, mapping=shop(PEOPLE)))["person.title"] == (
        "CFO",
        iso(EXPORTED),
        "from_export",
    )
    assumed = shop(PEOPLE + "  assumed: from_creation\n")
    assert attributes(facts_of(tmp_path, content, mapping=assumed))["person.title"] == (
        "CFO",
        "2024-01-05T23:59:59.999999Z",
        "from_creation",
    )
    dated = shop(PEOPLE + "  modified: {column: changed, optional: true}\n")
    with_change = "no,day,title,mail,changed\n7,2024-01-05,CFO,a@b.example,2024-02-01\n"
    assert attributes(facts_of(tmp_path, with_change, mapping=dated))["person.title"] == (
        "CFO",
        "2024-02-01T23:59:59.999999Z",
        "last_modified",
    )
    listed = ImportSettings(EXPORTED, from_creation=frozenset((Field("person", "title"),)))
    assert attributes(facts_of(tmp_path, content, listed, shop(PEOPLE)))["person.title"][2] == "from_creation"


def test_one_field_may_be_assumed_otherwise_than_its_table(tmp_path: Path) -> None:
    target = "- table: people\n  id: no\n  created: day\n  assumed: from_creation\n  fields: {person.title: title, person.owner: {column: owner, assumed: from_export}}\n"
    found = attributes(facts_of(tmp_path, "no,day,title,owner\n7,2024-01-05,CFO,Lee\n", mapping=shop(target)))
    assert (found["person.title"][2], found["person.owner"][2]) == ("from_creation", "from_export")


SPECS = [
    ("{column: x, missing: [unknown]}", "unknown", None),
    ("{column: x, missing: [unknown]}", "Unknown", "Unknown"),
    ("{column: x, default: web}", "", "web"),
    ("{column: x, map: {A: one, B: two}}", " a ", "one"),
    ('{column: x, map: {A: one, "*": other}}', "z", "other"),
    ("{column: x, map: {A: ~}, default: none}", "A", "none"),
    ("{template: '{x}/{no}'}", "a", "a/7"),
    ("{template: '{x}/{no}'}", "", None),
    ("{constant: fixed}", "whatever", "fixed"),
]


@pytest.mark.parametrize(("spec", "cell", "value"), SPECS)
def test_a_column_is_read_as_it_is_described(tmp_path: Path, spec: str, cell: str, value: str | None) -> None:
    target = f"- table: people\n  id: no\n  created: day\n  fields:\n    person.own: {spec}\n"
    found = attributes(facts_of(tmp_path, f"no,day,x\n7,2024-01-05,{cell}\n", mapping=shop(target)))
    assert found.get("person.own", (None,))[0] == value


TYPES = [
    ("type: number", "1e3", "1000"),
    ("type: number", "1.50", "1.5"),
    ("type: whole number", "500.0", "500"),
    ("type: boolean", "TRUE", "true"),
    ('type: boolean, map: {"yes": "true", "no": "false"}', "yes", "true"),
    ("type: date", "2031-04-03", "2031-04-03"),
    ('type: date, format: "%d/%m/%Y"', "03/04/2024", "2024-04-03"),
    (
        'type: instant, format: "%d/%m/%Y %H:%M", zone: Europe/Berlin',
        "03/04/2024 12:00",
        "2024-04-03T10:00:00Z",
    ),
    ("type: list of texts", "b; a;b", '["b","a"]'),
    ('type: list of texts, separator: "+"', "b+a", '["b","a"]'),
]


@pytest.mark.parametrize(("how", "cell", "value"), TYPES)
def test_a_value_is_stored_in_its_types_canonical_text(
    tmp_path: Path, how: str, cell: str, value: str
) -> None:
    target = f"- table: people\n  id: no\n  created: day\n  fields:\n    person.own: {{column: x, {how}}}\n"
    found = attributes(facts_of(tmp_path, f"no,day,x\n7,2024-01-05,{cell}\n", mapping=shop(target)))
    assert found["person.own"][0] == value


@pytest.mark.parametrize(
    ("spec", "cell", "code"),
    [
        ("{column: x, map: {A: one}}", "z", "unmapped_value"),
        ("{column: x, type: number}", "1,5", "not_a_number"),
        ("{column: x, type: whole number}", "1.5", "not_a_whole_number"),
        ("{column: x, type: boolean}", "yes", "not_a_boolean"),
        ("{column: x, type: date}", "03/04/2024", "ambiguous_date"),
        ("{column: x, type: instant}", "2024-04-03 12:00:00", "no_zone"),
    ],
)
def test_a_cell_that_is_not_as_described_quarantines_its_row(
    tmp_path: Path, spec: str, cell: str, code: str
) -> None:
    target = f"- table: people\n  id: no\n  created: day\n  fields:\n    person.own: {spec}\n"
    content = f'no,day,x\n7,2024-01-05,"{cell}"\n'
    assert [(r.column, r.code) for r in rejections_of(tmp_path, content, mapping=shop(target))] == [
        ("x", code)
    ]


@pytest.mark.parametrize(("column", "content"), [("no", ",2024-01-05,f\n"), ("day", "7,,f\n")])
def test_a_row_without_what_its_table_needs_is_quarantined(tmp_path: Path, column: str, content: str) -> None:
    assert [
        (r.column, r.code)
        for r in rejections_of(tmp_path, "no,day,form\n" + content, mapping=shop(ACTIVITIES))
    ] == [(column, "missing")]


def test_rows_without_ids_are_known_by_content_and_occurrence(tmp_path: Path) -> None:
    content = "no,day,form\n7,2024-01-05,demo\n7,2024-01-05,demo\n8,2024-01-05,demo\n7,2024-01-05,demo\n"
    ids = [a.message_id for a in activities(facts_of(tmp_path, content, mapping=shop(ACTIVITIES)))]
    assert len(set(ids)) == 4
    assert [i.partition("#")[2] for i in ids] == ["1", "2", "1", "3"]
    assert len({i.partition("#")[0] for i in ids}) == 2


def test_and_are_the_same_again_in_any_order_of_rows_and_columns(tmp_path: Path) -> None:
    first = activities(
        facts_of(
            tmp_path,
            "no,day,form\n7,2024-01-05,demo\n8,2024-01-05,demo\n7,2024-01-05,demo\n",
            mapping=shop(ACTIVITIES),
        )
    )
    second = activities(
        facts_of(
            tmp_path,
            "form,new,day,no\ndemo,x,2024-01-05,7\ndemo,y,2024-01-05,7\ndemo,z,2024-01-05,8\n",
            mapping=shop(ACTIVITIES),
        )
    )
    assert sorted(map(repr, first)) == sorted(map(repr, second))


@pytest.mark.parametrize("limit", [0, 1, 3, 100])
def test_contents_are_counted_exactly_also_on_disk(limit: int) -> None:
    contents = list("abacabadabacabae" * 3)
    counter, exact = Occurrences(limit), Occurrences()
    assert [counter.key((c,)) for c in contents] == [exact.key((c,)) for c in contents]


def test_several_targets_all_say_something_of_a_row_or_none_does(tmp_path: Path) -> None:
    rows = rows_of(
        tmp_path,
        "no,day,form,title,mail\n7,2024-01-05,demo,CFO,a@b.example\n8,05/13/2024,demo,CFO,a@b.example\n",
        mapping=shop(PEOPLE + ACTIVITIES),
    )
    assert {type(f).__name__ for f in rows[0].facts} == {
        "PersonRecord",
        "AttributeChange",
        "IdentityKey",
        "Activity",
    }
    assert rows[1].facts == ()


def test_rows_that_no_target_takes_are_quarantined(tmp_path: Path) -> None:
    mapping = shop(ACTIVITIES + "  when: {column: form, is: [demo]}\n")
    rejections = rejections_of(
        tmp_path, "no,day,form\n7,2024-01-05,demo\n8,2024-01-05,other\n9,2024-01-05,\n", mapping=mapping
    )
    assert [(r.line, r.code) for r in rejections] == [(3, "no_target"), (4, "no_target")]


@pytest.mark.parametrize(
    ("when", "taken"),
    [
        ("{column: form, is: demo}", [True, False, False]),
        ("{column: form, is_not: [demo]}", [False, True, False]),
        ("{column: form, known: true}", [True, True, False]),
        ("{column: form, known: false}", [False, False, True]),
        ("[{column: form, known: true}, {column: no, is: 8}]", [False, True, False]),
    ],
)
def test_a_condition_takes_rows_by_their_cells(tmp_path: Path, when: str, taken: list[bool]) -> None:
    rows = rows_of(
        tmp_path,
        "no,day,form\n7,2024-01-05,demo\n8,2024-01-05,other\n9,2024-01-05,\n",
        mapping=shop(ACTIVITIES + f"  when: {when}\n"),
    )
    assert [bool(r.facts) for r in rows] == taken


def test_every_table_can_be_filled(tmp_path: Path) -> None:
    mapping = shop("""
- {table: accounts, id: acc, created: day, fields: {account.name: title}}
- {table: memberships, person: no, account: acc, at: day}
- {table: identity_keys, person: no, email: mail, at: day}
- {table: identity_keys, person: no, other: {column: crm, source: salesforce}, at: day}
- {table: opportunities, id: deal, account: acc, created: day, fields: {opportunity.amount: amount}}
- {table: opportunity_stages, opportunity: deal, stage: stage, status: {column: stage, map: {Signed: won}}, at: day}
- {table: contact_roles, opportunity: deal, person: no, role: title, primary: {constant: "true"}, at: day}
- {table: assets, id: form, created: day, fields: {asset.tier: tier}}
- {table: programs, id: prog, created: day, fields: {program.name: prog}}
- {table: attribute_changes, entity: person, id: no, field: field, value: value, at: day}
""")
    facts = facts_of(
        tmp_path,
        "no,day,acc,title,mail,crm,deal,amount,stage,form,tier,prog,field,value\n7,2024-01-05,A,CFO,a@b.example,00Q1,D,10.0,Signed,paper,high,P,email_opted_out,1\n",
        mapping=mapping,
    )
    at = facts[0].at
    plain: list[Fact] = [
        AccountRecord("shop:A", at, at),
        Membership("shop:7", "shop:A", at, at),
        IdentityKey("shop:7", "email:a@b.example", at, at),
        IdentityKey("shop:7", "id:salesforce:00Q1", at, at),
        Opportunity("shop:D", "shop:A", at, at),
        OpportunityStage("shop:D", "Signed", DealStatus.WON, at, at),
        ContactRole("shop:D", "shop:7", "CFO", True, at, at),
    ]
    assert [f for f in facts if not hasattr(f, "assumed")] == plain
    changes = {(f.entity, f.subject, f.field, f.value) for f in facts if hasattr(f, "assumed")}
    assert changes == {
        ("account", "shop:A", "name", "CFO"),
        ("opportunity", "shop:D", "amount", "10"),
        ("asset", "paper", "tier", "high"),
        ("program", "shop:P", "name", "P"),
        ("person", "shop:7", "email_opted_out", "true"),
    }
    assert set(TABLES) - {t.table for t in mapping.files[0].targets} == {"people", "activities"}


def test_in_a_table_of_changes_a_blank_value_erases(tmp_path: Path) -> None:
    target = "- {table: attribute_changes, entity: person, id: no, field: field, value: value, at: day}"
    assert attributes(
        facts_of(tmp_path, "no,day,field,value\n7,2024-01-05,title,\n", mapping=shop(target))
    ) == {"person.title": (None, "2024-01-05T23:59:59.999999Z", "history")}


def test_the_instant_of_the_export_can_be_named(tmp_path: Path) -> None:
    target = "- {table: opportunity_stages, opportunity: no, stage: day, status: {constant: open}, at: {exported: true}}"
    assert (
        of_kind(facts_of(tmp_path, "no,day\n7,Talking\n", mapping=shop(target)), OpportunityStage)[0].at
        == EXPORTED
    )


def test_a_type_that_cells_name_is_one_of_the_vocabulary_or_quarantined(tmp_path: Path) -> None:
    target = "- {table: activities, id: id, person: no, at: day, type: kind}"
    rows = rows_of(
        tmp_path,
        "no,day,kind,id\n7,2024-01-05,page.viewed,1\n7,2024-01-05,page view,2\n",
        mapping=shop(target),
    )
    assert [r.rejection and r.rejection.code for r in rows] == [None, "unknown_type"]


def test_a_file_is_recognised_by_its_columns_before_the_known_exports(tmp_path: Path) -> None:
    mapping = mapping_of(
        "source: own\nfiles:\n  - name: my leads\n    match: {columns: [Id, Company]}\n    targets: [{table: people, id: Id}]\n"
    )
    read = opened(tmp_path, "Id,LastName,Company,Status,LeadSource\n", mapping=mapping)
    assert (read.importer, read.source) == ("my leads", "own")
    assert "mapping.yml" in read.why
    assert [u.header for u in read.unused_columns] == ["LastName", "Company", "Status", "LeadSource"]


def test_the_mapping_given_wins_over_the_workspaces(tmp_path: Path) -> None:
    path = write(tmp_path, "no,day,form\n")
    given, workspace = shop(ACTIVITIES), shop("- {table: people, id: no}")
    assert open_import(path, SETTINGS, mapping=given, workspace_mapping=workspace).activity_types == (
        "form.submitted",
    )
    assert open_import(path, SETTINGS, workspace_mapping=workspace).activity_types is None


def test_of_two_kinds_the_one_that_asks_for_more_is_taken_and_equals_are_refused(tmp_path: Path) -> None:
    text = "source: own\nfiles:\n" + "".join(
        f"  - {{name: {n}, match: {{columns: [{c}]}}, targets: [{{table: people, id: a}}]}}\n"
        for n, c in (("few", "a"), ("more", "a, b"), ("other", "a, c"))
    )
    assert opened(tmp_path, "a,b\n", mapping=mapping_of(text)).importer == "more"
    with pytest.raises(InputFileError, match="could be `more` and `other`"):
        opened(tmp_path, "a,b,c\n", mapping=mapping_of(text))


def test_a_file_can_be_recognised_by_its_name(tmp_path: Path) -> None:
    mapping = mapping_of(
        'source: own\nfiles:\n  - {name: deals, match: {file: "deals*.csv"}, targets: [{table: people, id: a}]}\n'
    )
    assert opened(tmp_path, "a\n", mapping=mapping, name="Deals-2024.csv").importer == "deals"
    with pytest.raises(InputFileError):
        opened(tmp_path, "a\n", mapping=mapping, name="other.csv")


def test_columns_that_the_file_lacks_are_all_named_with_their_place(tmp_path: Path) -> None:
    with pytest.raises(InputFileError) as caught:
        opened(tmp_path, "no,day,titel\n", mapping=shop(PEOPLE))
    assert [p.code for p in caught.value.problems] == ["MP214", "MP214"]
    assert [str(p.span) for p in caught.value.problems] == ["mapping.yml:9:32", "mapping.yml:9:53"]
    assert "Did you mean `titel`?" in caught.value.problems[0].advice


def test_fields_of_ones_own_are_declared_with_their_types(tmp_path: Path) -> None:
    target = "- table: people\n  id: no\n  created: day\n  fields: {person.title: t, person.own: {column: x, type: number}, person.plain: y}\n"
    read = opened(tmp_path, "no,day,t,x,y\n", mapping=shop(target))
    assert {str(d.field): d.type for d in read.custom_fields} == {
        "person.own": FieldType.NUMBER,
        "person.plain": FieldType.TEXT,
    }


def test_a_mapped_file_covers_the_types_that_the_mapping_names(tmp_path: Path) -> None:
    mapping = shop(
        "- {table: activities, person: no, at: day, type: {column: form, map: {a: page.viewed, b: form.submitted}}}"
    )
    read = opened(tmp_path, "no,day,form\n7,2024-01-05,a\n7,2024-01-07,a\n", mapping=mapping)
    list(read.rows())
    assert [(c.activity_types, iso(c.from_at)[:10], iso(c.to_at)[:10]) for c in read.coverage] == [
        (("page.viewed", "form.submitted"), "2024-01-05", "2024-01-07")
    ]


WRONG = [
    ("", ["MP111"]),
    ("source: [", ["MP101"]),
    ("source: a\nsource: b\nfiles: []", ["MP102", "MP211"]),
    ("files: []", ["MP202"]),
    ("source: a b\nfiles: []", ["MP210"]),
    ("source: a\nfiles: {}", ["MP203"]),
    ("source: a\nfile: []", ["MP201", "MP202"]),
    ("source: a\nfiles: [{name: x, match: {}, targets: []}]", ["MP202"]),
    ("source: a\nfiles: [{name: x, match: {columns: [a]}, targets: [{table: peple}]}]", ["MP204"]),
    ("source: a\nfiles: [{name: x, match: {columns: [a]}, targets: [{table: people}]}]", ["MP202"]),
    (
        "source: a\nfiles: [{name: x, match: {columns: [a]}, targets: [{table: people, id: a, nmae: b}]}]",
        ["MP201"],
    ),
    (
        "source: a\nfiles: [{name: x, match: {columns: [a]}, zone: Mars, targets: [{table: people, id: a}]}]",
        ["MP208"],
    ),
]
WRONG_TARGETS = [
    ("{table: people, id: a, fields: {account.name: b}}", ["MP205"]),
    ("{table: people, id: a, fields: {title: b}}", ["MP205"]),
    ("{table: people, id: a, fields: [title]}", ["MP203"]),
    ("{table: people, id: a, fields: {person.title: {column: b, type: number}}}", ["MP209"]),
    ("{table: people, id: a, fields: {person.own: {column: b, type: float}}}", ["MP209"]),
    ("{table: people, id: {column: a, constant: b}}", ["MP212"]),
    ("{table: people, id: {format: b}}", ["MP212"]),
    ('{table: people, id: a, created: {column: b, format: "%d/%m"}}', ["MP210"]),
    ('{table: people, id: a, created: {column: b, format: "DD/MM/YYYY"}}', ["MP210"]),
    ("{table: people, id: a, assumed: always}", ["MP213"]),
    ("{table: people, id: a, when: {column: b}}", ["MP212"]),
    ("{table: people, id: a, when: {column: b, known: maybe}}", ["MP203"]),
    ("{table: people, id: a, entity: person}", ["MP201"]),
    ("{table: activities, person: a, at: b, type: {constant: form.submited}}", ["MP206"]),
    ("{table: activities, person: a, at: b, type: {column: c, map: {x: page.seen}}}", ["MP206"]),
    ("{table: opportunity_stages, opportunity: a, stage: b, status: {constant: signed}, at: c}", ["MP207"]),
    ("{table: attribute_changes, entity: persn, id: a, at: b, field: c, value: d}", ["MP205"]),
    ("{table: attribute_changes, entity: person, id: a, at: b}", ["MP202"]),
    ("{table: attribute_changes, entity: person, id: a, at: b, field: c, value: d, fields: {person.own: e}}", ["MP212"]),
    ("{table: identity_keys, person: a, at: b}", ["MP202"]),
    ("{table: memberships, person: a, account: b, at: c, fields: {person.own: d}}", ["MP203"]),
]  # fmt: skip


def wrong_texts() -> Iterator[tuple[str, list[str]]]:
    yield from WRONG
    for target, codes in WRONG_TARGETS:
        yield f"source: a\nfiles: [{{name: x, match: {{columns: [a]}}, targets: [{target}]}}]", codes


@pytest.mark.parametrize(("text", "codes"), list(wrong_texts()))
def test_what_is_wrong_is_reported_with_place_and_a_way_out(text: str, codes: list[str]) -> None:
    with pytest.raises(InputFileError) as caught:
        mapping_of(text)
    problems = caught.value.problems
    assert [p.code for p in problems if p.severity is Severity.ERROR] == codes
    assert all(p.span is not None and p.span.path == "mapping.yml" for p in problems)


def test_all_problems_are_reported_at_once() -> None:
    with pytest.raises(InputFileError) as caught:
        shop(
            "- {table: peple}\n- {table: people, id: no, craeted: day}\n- {table: activities, person: no, at: day, type: {constant: form.submited}}\n"
        )
    assert [p.code for p in caught.value.problems] == ["MP204", "MP201", "MP206"]
    assert [p.advice[0] for p in caught.value.problems] == [
        "Did you mean `people`?",
        "Did you mean `created`?",
        "Did you mean `form.submitted`?",
    ]


def test_a_field_that_is_nearly_a_known_one_is_a_warning() -> None:
    mapping = shop("- {table: people, id: no, fields: {person.titel: title, person.quite_another: x}}")
    assert [w.code for w in mapping.warnings] == ["MP301"]
    assert "person.title" in mapping.warnings[0].sentence
