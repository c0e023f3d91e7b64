"""`sources`: what each source holds, how fresh it is, and what of it the playbook asks."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Call

AS_OF = ("--as-of", "2026-01-31")


def test_each_table_field_and_activity_is_counted(filled: Path, call: Call) -> None:
    found = call("sources", "-w", filled, *AS_OF, "--json").json
    imports = call("imports", "-w", filled, "--json").json["imports"]
    assert sum(t["rows_in"] for t in found["tables"]) == sum(i["rows_in"] for i in imports)
    for table in found["tables"]:
        assert table["rows_in"] == table["accepted"] + table["duplicate"] + table["quarantined"]
    for field in found["fields"]:
        assert field["filled"] >= 0
        assert field["share"] is None or 0 <= field["share"] <= 1
    for activity in found["activities"]:
        assert activity["first_at"] <= activity["last_at"] <= found["as_of"]


def test_what_the_playbook_asks_is_listed_the_emptiest_first(filled: Path, call: Call) -> None:
    found = call("sources", "-w", filled, *AS_OF, "--json").json
    shares = [a["share"] for a in found["asked"]]
    assert shares == sorted(shares)
    assert all(a["rules"] for a in found["asked"])
    said = call("sources", "-w", filled, *AS_OF)
    assert said.code == 0
    assert "the playbook asks" in said.out


def test_what_cannot_come_true_names_the_data_that_is_missing(filled: Path, call: Call) -> None:
    book = filled / "playbook.yml"
    rule = "triggers:\n  back: {when: {person.return_on: {in the next: 1 month}}, sla: 1 day}\n"
    book.write_text(book.read_text(encoding="utf-8") + rule, encoding="utf-8")
    found = call("sources", "-w", filled, *AS_OF, "--json").json
    assert {"kind": "trigger", "name": "back", "missing": ["`person.return_on`"]} in found["starved"]
    said = call("sources", "-w", filled, *AS_OF)
    assert "trigger back: no import has brought `person.return_on` yet" in " ".join(said.out.split())


def test_an_earlier_instant_counts_what_was_known_then(filled: Path, call: Call) -> None:
    early = call("sources", "-w", filled, "--as-of", "1999-01-01", "--json").json
    assert early["activities"] == []
    assert {a["filled"] for a in early["asked"]} <= {0}


def test_an_undone_import_is_not_counted(filled: Path, call: Call) -> None:
    before = call("sources", "-w", filled, *AS_OF, "--json").json
    number = call("imports", "-w", filled, "--json").json["imports"][0]["id"]
    call("import", "--undo", number, "-w", filled)
    after = call("sources", "-w", filled, *AS_OF, "--json").json
    assert [t for t in after["tables"] if t["source"] != "handraise"] == []
    assert sum(f["filled"] for f in after["fields"]) < sum(f["filled"] for f in before["fields"])


def test_without_imports_it_says_so(tmp_path: Path, call: Call) -> None:
    call("init", tmp_path / "empty")
    assert "Nothing has been imported yet." in call("sources", "-w", tmp_path / "empty").out
