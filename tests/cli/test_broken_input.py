"""Whatever file is given: one clear message, the right exit code, nothing lost, no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Call

HEAD = "Id,LastName,Email,Company,Status,LeadSource,IsConverted,CreatedDate,LastModifiedDate\n"


def _row(i: int, created: str = "2026-01-05T09:00:00.000Z", name: str = "Lee") -> str:
    ids = ("00QHs0000010000MAA", "00QHs000001000bMAA", "00QHs000001001nMAA", "00QHs000001008MMAQ")
    return f"{ids[i]},{name},p{i}@acme.example,Acme,Open,Web,false,{created},2026-01-06T09:00:00.000Z\n"


REFUSED = {
    "empty": (b"", "empty"),
    "only a header line of a web page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
    "another kind of text": (b"to whom it may concern\nplease find enclosed\n", "no importer recognises"),
    "ten thousand columns": ((",".join(f"c{i}" for i in range(10_000)) + "\n").encode(), "columns"),
    "an archive": (b"PK\x03\x04" + b"\x00" * 100, "zip archive"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_is_no_export_is_refused_with_11(workspace: Path, call: Call, what: str) -> None:
    content, says = REFUSED[what]
    path = workspace / "file.csv"
    path.write_bytes(content)
    said = call("import", path, "-w", workspace)
    assert said.code == 11
    assert says in said.text.lower()


def test_a_file_that_is_not_there_is_refused_with_11(workspace: Path, call: Call) -> None:
    said = call("import", workspace / "none.csv", "-w", workspace)
    assert said.code == 11
    assert "none.csv" in said.text


def test_one_refused_file_does_not_stop_the_others(workspace: Path, call: Call) -> None:
    (workspace / "a.csv").write_text("", encoding="utf-8")
    (workspace / "b.csv").write_text(HEAD + _row(0), encoding="utf-8")
    said = call("import", workspace / "a.csv", workspace / "b.csv", "-w", workspace, "--json")
    assert said.code == 0
    assert [f["refused"] is None for f in said.json["files"]] == [False, True]


TAKEN = {
    "a byte order mark": (("\ufeff" + HEAD + _row(0)).encode(), 1, 0),
    "Latin-1": ((HEAD + _row(0, name="Müller")).encode("latin-1"), 1, 0),
    "semicolons": ((HEAD + _row(0)).replace(",", ";").encode(), 1, 0),
    "a cell of a megabyte": ((HEAD + _row(0) + _row(1, name="x" * 1_100_000)).encode(), 1, 1),
    "NUL bytes": ((HEAD + _row(0) + _row(1, name="L\x00e")).encode(), 1, 1),
    "a truncated last line": ((HEAD + _row(0) + '00QHs000001000bMAA,"Lee').encode(), 1, 1),
    "dates in five formats": (
        (
            HEAD
            + _row(0, "03/04/2024")
            + _row(1, "13/04/2024")
            + _row(2, "2026-01-05")
            + _row(3, "Jan 5, 2026")
            + "00QHs000001000bMAA,Lee,p5@acme.example,Acme,Open,Web,false,45231,\n"
        ).encode(),
        1,
        4,
    ),
    "a formula in a name": ((HEAD + _row(0, name="=cmd|' /C calc'!A0")).encode(), 1, 0),
    "an id that is none": ((HEAD + _row(0) + _row(1).replace("00QHs000001000bMAA", "00Q")).encode(), 1, 1),
}


@pytest.mark.parametrize("what", TAKEN)
def test_what_can_be_taken_is_taken_and_the_rest_is_quarantined(
    workspace: Path, call: Call, what: str
) -> None:
    content, n_accepted, n_quarantined = TAKEN[what]
    path = workspace / "Lead.csv"
    path.write_bytes(content)
    said = call("import", path, "-w", workspace, "--json")
    assert said.code == 0, said.text
    file = said.json["files"][0]
    assert (file["accepted"], file["quarantined"]) == (n_accepted, n_quarantined), file
    assert file["rows_in"] == file["accepted"] + file["duplicate"] + file["quarantined"]
    listed = call("quarantine", "-w", workspace, "--json").json
    assert listed["n"] == n_quarantined
    assert all(row["reason"] and row["line"] for row in listed["rows"])


def test_the_quarantine_is_exported_safely(workspace: Path, call: Call) -> None:
    path = workspace / "Lead.csv"
    path.write_text(HEAD + _row(0, "03/04/2024", name="=1+1"), encoding="utf-8")
    assert call("import", path, "-w", workspace).code == 11
    out = workspace / "q.csv"
    assert call("quarantine", "-w", workspace, "--out", out).code == 0
    text = out.read_text(encoding="utf-8")
    assert "03/04/2024" in text
    assert '"=' not in text


def test_ids_with_leading_zeros_stay_as_they_are(workspace: Path, call: Call) -> None:
    (workspace / "people.csv").write_text("badge,mail\n00123,a@acme.example\n", encoding="utf-8")
    (workspace / "m.yml").write_text(
        "source: scans\nfiles:\n  - name: badges\n    match: {columns: [badge, mail]}\n    targets:\n"
        "      - table: people\n        id: badge\n        fields: {person.email: mail}\n",
        encoding="utf-8",
    )
    said = call(
        "import",
        workspace / "people.csv",
        "--mapping",
        workspace / "m.yml",
        "--exported-at",
        "2026-01-05",
        "-w",
        workspace,
    )
    assert said.code == 0, said.text
    found = call("explain", "00123", "-w", workspace, "--as-of", "2026-01-31", "--json").json
    assert found["decision"]["person_id"] == "scans:00123"


def test_a_mapping_with_mistakes_lists_them_all(workspace: Path, call: Call) -> None:
    (workspace / "people.csv").write_text("badge,mail\n00123,a@acme.example\n", encoding="utf-8")
    (workspace / "m.yml").write_text("source: scans\nfils: []\nfile: []\n", encoding="utf-8")
    said = call("import", workspace / "people.csv", "--mapping", workspace / "m.yml", "-w", workspace)
    assert said.code == 11
    assert "m.yml:2" in said.text


def test_a_file_without_rows_says_so_in_words(workspace: Path, call: Call) -> None:
    path = workspace / "Lead.csv"
    path.write_text(HEAD, encoding="utf-8")
    said = call("import", path, "-w", workspace)
    assert said.code == 11
    assert "Lead.csv: the file has only its header and no rows." in said.out
    said = call("import", path, "-w", workspace, "--json")
    assert said.code == 11
    assert [f["code"] for f in said.json["files"][0]["findings"]] == ["no_rows"]


def test_a_file_of_which_no_row_can_be_taken_says_so_and_where_to_look(workspace: Path, call: Call) -> None:
    path = workspace / "Lead.csv"
    path.write_text(HEAD + _row(0, created="01/02/2026") + _row(1, created="03/02/2026"), encoding="utf-8")
    said = call("import", path, "-w", workspace)
    assert said.code == 11
    assert "Lead.csv: nothing was accepted: all 2 rows are in quarantine." in said.out
    assert "`handraise quarantine` lists each with its reason." in said.out
    said = call("import", path, "-w", workspace, "--json")
    assert [(f["code"], f["n"]) for f in said.json["files"][0]["findings"]] == [("none_taken", 2)]


def test_a_file_that_brings_nothing_new_is_no_failure_and_needs_no_word(filled: Path, call: Call) -> None:
    said = call("import", filled / "Lead.csv", "-w", filled, "--json")
    assert said.code == 0
    assert said.json["files"][0]["findings"] == []


def test_what_was_seen_in_a_file_is_told_with_its_name(workspace: Path, call: Call) -> None:
    exports = workspace / "exports"
    exports.mkdir()
    (exports / "latin.csv").write_bytes((HEAD + _row(0, name="Müller")).encode("latin-1"))
    (exports / "semi.csv").write_text((HEAD + _row(1)).replace(",", ";"), encoding="utf-8")
    (exports / "cut.csv").write_text((HEAD + _row(2)).rstrip("\n"), encoding="utf-8")
    said = call("import", exports, "-w", workspace)
    assert said.code == 0
    assert "latin.csv: the text is not UTF-8" in said.out
    assert "semi.csv: the columns are separated by semicolons." in said.out
    assert "cut.csv: the last row has no line end" in said.out
    found = call("import", exports, "-w", workspace, "--json").json["files"]
    assert {f["file"]: [n["code"] for n in f["findings"]] for f in found} == {
        "latin.csv": ["encoding"],
        "semi.csv": ["delimiter"],
        "cut.csv": ["no_line_end"],
    }


def test_a_person_is_shown_the_first_quarantined_rows_and_a_program_gets_all(
    workspace: Path, call: Call
) -> None:
    path = workspace / "Lead.csv"
    path.write_text(HEAD + "no-id,Lee,,Acme,Open,Web,false,,\n" * 61, encoding="utf-8")
    call("import", path, "-w", workspace)
    said = call("quarantine", "-w", workspace)
    assert said.out.count("Lead.csv") == 50
    assert "11 more" in said.err
    told = call("quarantine", "-w", workspace, "--json").json
    assert (told["n"], len(told["rows"])) == (61, 61)
    told = call("quarantine", "-w", workspace, "--json", "--limit", 2).json
    assert (told["n"], len(told["rows"])) == (61, 2)
    assert call("quarantine", "-w", workspace, "--limit", 61).out.count("Lead.csv") == 61
