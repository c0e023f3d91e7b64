"""`gaps --provider`: a file is tried before it is bought, and nothing of it stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Call

AS_OF = ("--as-of", "2026-01-31")
ACCOUNTS = """Id,Name,Website,NumberOfEmployees,Industry,CreatedDate,LastModifiedDate
001Hs0000010000,Northwind Traders Ltd,https://www.northwindtraders.com,450,Logistics,2026-01-05T09:00:00.000Z,2026-01-06T09:00:00.000Z
001Hs000001000b,Kestrel Bearings GmbH,https://kestrel-bearings.de,,Manufacturing,2026-01-05T09:00:00.000Z,2026-01-06T09:00:00.000Z
"""
CONTACTS = """Id,AccountId,FirstName,LastName,Email,Title,CreatedDate,LastModifiedDate
003Hs0000010000,001Hs000001000b,Kim,Falk,kim@kestrel-bearings.de,CFO,2026-01-05T09:00:00.000Z,2026-01-06T09:00:00.000Z
"""
PROVIDED = """name,domain,employees,industry,score
NORTHWIND TRADERS,northwindtraders.com,440,Retail,9
Kestrel Bearings,kestrel-bearings.de,1200,Manufacturing,8
Nobody We Know,nobody-we-know.com,7,Retail,1
Kestrel Bearings,kestrel-bearings.de,many,Manufacturing,8
"""


@pytest.fixture
def tried(workspace: Path, call: Call) -> Path:
    for name, text in (("Account.csv", ACCOUNTS), ("Contact.csv", CONTACTS)):
        (workspace / name).write_text(text, encoding="utf-8")
        assert call("import", workspace / name, "-w", workspace, "--exported-at", "2026-01-20").code == 0
    (workspace / "provided.csv").write_text(PROVIDED, encoding="utf-8")
    return workspace


def test_what_a_file_covers_and_how_right_it_is(tried: Path, call: Call) -> None:
    """440 is within a tenth of 450; Retail is not Logistics; what no column is called like is passed over."""
    found = call("gaps", "--provider", tried / "provided.csv", "-w", tried, *AS_OF, "--json").json
    assert (found["rows"], found["matched"], found["accounts"], found["accounts_covered"]) == (4, 3, 2, 2)
    fields = {f["field"]: f for f in found["fields"]}
    assert set(fields) == {"account.employees", "account.industry"}
    employees, industry = fields["account.employees"], fields["account.industry"]
    assert (employees["n_given"], employees["n_new"], employees["n_checked"], employees["n_right"]) == (
        2,
        1,
        1,
        1,
    )
    assert employees["n_unreadable"] == 1
    assert (industry["n_given"], industry["n_new"], industry["n_checked"], industry["n_right"]) == (
        2,
        0,
        2,
        1,
    )
    assert found["columns_passed_over"] == ["score"]


def test_what_it_would_settle_is_what_is_settled_once_it_is_imported(tried: Path, call: Call) -> None:
    before = {(g["of"], g["key"]): g for g in call("gaps", "-w", tried, *AS_OF, "--json").json["gaps"]}
    found = call("gaps", "--provider", tried / "provided.csv", "-w", tried, *AS_OF, "--json").json
    assert {
        (g["of"], g["key"]): g for g in call("gaps", "-w", tried, *AS_OF, "--json").json["gaps"]
    } == before
    bought = ACCOUNTS.replace("kestrel-bearings.de,,", "kestrel-bearings.de,1200,").replace(
        "01-06T", "01-07T"
    )
    (tried / "bought.csv").write_text(bought, encoding="utf-8")
    call("import", tried / "bought.csv", "-w", tried, "--exported-at", "2026-01-21")
    after = {(g["of"], g["key"]): g for g in call("gaps", "-w", tried, *AS_OF, "--json").json["gaps"]}
    told = {(s["of"], s["label"]): s["n_settled"] for s in found["settled"]}
    for question, gap in before.items():
        if gap["n_unknown"] and gap["of"] == "segment":
            left = after[question]["n_unknown"] if question in after else 0
            assert told[gap["of"], gap["label"]] == gap["n_unknown"] - left


def test_it_is_told_in_words_with_the_price_of_each(tried: Path, call: Call) -> None:
    said = call("gaps", "--provider", tried / "provided.csv", "--cost", "100", "-w", tried, *AS_OF)
    assert said.code == 0
    assert "3 of 4 rows are an account of yours" in said.out
    assert "Nothing of the file was kept." in said.text


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("employees,industry", "has no column that names companies"),
        ("name,colour", "has no column called like a field of accounts"),
    ],
)
def test_a_file_that_tells_nothing_is_refused(tried: Path, call: Call, header: str, sentence: str) -> None:
    path = tried / "odd.csv"
    path.write_text(f"{header}\na,b\n", encoding="utf-8")
    said = call("gaps", "--provider", path, "-w", tried)
    assert said.code == 11
    assert sentence in " ".join(said.text.split())


def test_a_price_without_a_file_is_refused(tried: Path, call: Call) -> None:
    assert call("gaps", "--cost", "5", "-w", tried).code == 2


def test_a_file_that_is_not_there_is_told_once(tried: Path, call: Call) -> None:
    said = call("gaps", "--provider", tried / "nowhere.csv", "-w", tried)
    assert said.code == 11
    assert said.text.count("is not there") == 1
