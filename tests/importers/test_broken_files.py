"""A file that cannot be used is refused with a clear sentence; a bad row is quarantined, and no other row with it."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest
from tests.importers.helpers import SETTINGS, csv_text, opened, rejections_of, rows_of, sf_id, write

from handraise.errors import ExitCode, InputFileError
from handraise.importers.opening import files_at, open_import
from handraise.importers.tables import MAX_CELL

HEADER = ("Id", "FirstName", "LastName", "Company", "Email", "CreatedDate")
CREATED = "2024-01-10T08:30:00.000Z"


def lead(number: int, last: str = "Li", company: str = "Acme") -> tuple[str, ...]:
    return (sf_id("00Q", number), "Ann", last, company, f"ann{number}@acme.example", CREATED)


GOOD = csv_text(HEADER, lead(1), lead(2))


def refusal(path: Path) -> InputFileError:
    with pytest.raises(InputFileError) as caught:
        list(open_import(path, SETTINGS).rows())
    error = caught.value
    assert error.exit_code is ExitCode.INPUT_FILE
    assert error.problems
    assert "Traceback" not in str(error)
    return error


def workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "IF104", "is empty"),
        (b" \r\n\n", "IF104", "is empty"),
        (b"\xef\xbb\xbf\n", "IF109", "header"),
        (b"<!DOCTYPE html><html><body>Please log in</body></html>", "IF105", "web page"),
        (b"\n  <HTML>\n<head>", "IF105", "web page"),
        (b'{"id": 1}', "IF112", "no importer recognises"),
        (b'{"id": 1, ', "IF108", "no JSON object"),
        (b"[{}]", "IF108", "no JSON object"),
        (workbook(), "IF106", "Excel workbook"),
        (b"PK\x03\x04 nothing", "IF106", "zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "IF107", "Excel"),
        (b"%PDF-1.7 ...", "IF107", "PDF"),
        (b"\x1f\x8b\x08\0\0\0\0\0truncated", "IF108", "damaged gzip"),
        (b"PAR1 and no more", "IF108", "damaged Parquet"),
        (b"I\0d\0,\0N\0a\0m\0e\0\n\0", "IF114", "UTF-16"),
        (b"Id,Na\0me\n1,2\n", "IF107", "NUL"),
        (b'"Id,Name\n1,2\n', "IF109", "quote"),
        (b",,\n1,2,3\n", "IF109", "no column names"),
        (b"Id,Name,ID\n1,2,3\n", "IF111", "twice"),
        (",".join(f"c{i}" for i in range(10_000)).encode() + b"\n", "IF110", "10,000 columns"),
        (b"\xff\xfeI\0d\0\n\0\x00\xd8", "IF114", "utf-16"),
        (b"when,what\n1,2\n", "IF112", "no importer recognises"),
        (b"Id^FirstName^LastName^Company\n", "IF112", "one column only"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_with_a_sentence(
    tmp_path: Path, content: bytes, code: str, words: str
) -> None:
    error = refusal(write(tmp_path, content))
    assert error.problems[0].code == code
    assert words in str(error)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "is not there" in str(refusal(tmp_path / "none.csv"))


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / ("x" * 5000)).problems[0].code == "IF108"
    assert refusal(Path("nul\0byte")).problems[0].code == "IF108"


def test_a_folder_is_refused_as_a_file(tmp_path: Path) -> None:
    assert refusal(tmp_path).problems[0].code == "IF102"


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert refusal(tmp_path / "pipe.csv").problems[0].code == "IF107"


def test_a_file_without_rights_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, GOOD)

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", denied)  # root may read everything, so rights alone do not show it
    assert "may not be read" in str(refusal(path))


def test_a_folder_without_rights_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(InputFileError, match="may not be read"):
        files_at(tmp_path)


def test_a_folder_stands_for_the_tables_in_it(tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    for name in ("b.csv", "a.parquet", "notes.md", ".hidden.csv", "deeper/c.csv.gz"):
        (tmp_path / name).write_bytes(b"x")
    listing = files_at(tmp_path)
    assert [p.name for p in listing.files] == ["a.parquet", "b.csv", "c.csv.gz"]
    assert [p.name for p in listing.passed_over] == ["notes.md"]


def test_a_folder_with_nothing_to_import_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="no CSV, JSON or Parquet"):
        files_at(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_encoding_says_the_same(tmp_path: Path, encoding: str) -> None:
    content = csv_text(HEADER, lead(1, "Müller", "Société Générale"))
    rows = rows_of(tmp_path, content.encode(encoding))
    assert rows == rows_of(tmp_path, content)


def test_a_guessed_encoding_is_a_finding(tmp_path: Path) -> None:
    read = opened(tmp_path, csv_text(HEADER, lead(1, "Müller")).encode("latin-1"))
    assert "encoding" in {f.code for f in read.findings}


def test_bytes_that_are_not_utf8_in_a_file_that_is_cost_their_row_only(tmp_path: Path) -> None:
    content = (
        csv_text(HEADER, lead(1, "Müller"), lead(2, "Grün"), lead(3, "?")).encode().replace(b"?", b"\xe9")
    )
    rows = rows_of(tmp_path, content)
    assert [r.rejection is None for r in rows] == [True, True, False]
    rejection = rows[2].rejection
    assert rejection
    assert (rejection.code, rejection.column, rejection.line) == ("not_utf8", "LastName", 4)
    assert rows[2].raw
    rows[2].raw.encode()  # can be stored


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_separator_says_the_same(tmp_path: Path, delimiter: str) -> None:
    facts = [r.facts for r in rows_of(tmp_path, GOOD)]
    assert [r.facts for r in rows_of(tmp_path, GOOD.replace(",", delimiter))] == facts
    assert [r.facts for r in rows_of(tmp_path, f"sep={delimiter}\n" + GOOD.replace(",", delimiter))] == facts


def test_rows_with_another_separator_than_the_header_are_quarantined(tmp_path: Path) -> None:
    lines = GOOD.splitlines()
    rejections = rejections_of(tmp_path, "\n".join((lines[0], lines[1].replace(",", ";"), lines[2])))
    assert [(r.line, r.code) for r in rejections] == [(2, "cell_count")]
    assert "separated by semicolons" in rejections[0].reason


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_says_the_same(tmp_path: Path, end: str) -> None:
    assert [r.facts for r in rows_of(tmp_path, GOOD.replace("\n", end).encode())] == [
        r.facts for r in rows_of(tmp_path, GOOD)
    ]


def test_gzip_says_the_same_and_has_the_same_hash(tmp_path: Path) -> None:
    plain, packed = opened(tmp_path, GOOD), opened(tmp_path, gzip.compress(GOOD.encode()), name="file.csv.gz")
    assert list(plain.rows()) == list(packed.rows())
    assert plain.sha256 == packed.sha256


def test_a_file_cut_off_within_quotes_loses_its_last_row_only(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, GOOD + sf_id("00Q", 3) + ',Ann,"Li and\nsome mo')
    assert [r.rejection is None for r in rows] == [True, True, False]
    rejection = rows[-1].rejection
    assert rejection
    assert (rejection.line, rejection.column, rejection.code) == (4, "LastName", "unclosed_quote")
    assert rows[-1].raw == sf_id("00Q", 3) + ',Ann,"Li and\nsome mo'


def test_a_file_cut_off_within_a_row_loses_that_row_only(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, GOOD + sf_id("00Q", 3) + ",Ann")
    assert [r.rejection and r.rejection.code for r in rows] == [None, None, "cell_count"]


def test_a_last_row_without_a_line_end_is_taken_and_noted(tmp_path: Path) -> None:
    read = opened(tmp_path, GOOD.rstrip("\n"))
    assert len(list(read.rows())) == 2
    assert "no_line_end" in {f.code for f in read.findings}


def test_a_stray_quote_costs_its_row_and_not_those_below(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, csv_text(HEADER, lead(1, '"open'), lead(2), lead(3, '"Li, Bo"'), lead(4)))
    assert [(r.line, r.rejection and r.rejection.code) for r in rows] == [
        (2, "unclosed_quote"),
        (3, None),
        (4, None),
        (5, None),
    ]


def test_a_pair_of_stray_quotes_does_not_swallow_the_rows_between(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, csv_text(HEADER, lead(1, '"open'), lead(2), lead(3), lead(4, 'open"'), lead(5)))
    assert [r.line for r in rows if r.rejection is None] == [
        3,
        4,
        5,
        6,
    ]  # line 5 has a quote inside a cell, which is text
    assert rows[0].rejection
    assert rows[0].rejection.code == "unclosed_quote"


def test_every_row_with_a_stray_quote_is_counted(tmp_path: Path) -> None:
    rejections = rejections_of(tmp_path, csv_text(HEADER, *(lead(n, '"open') for n in range(50))))
    assert [(r.line, r.code) for r in rejections] == [(n, "unclosed_quote") for n in range(2, 52)]


def test_text_behind_a_closing_quote_costs_its_row(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, csv_text(HEADER, lead(1, '"Li"x'), lead(2)))
    assert [r.rejection and r.rejection.code for r in rows] == ["broken_quote", None]


def test_line_breaks_within_quotes_are_no_rows_and_lines_stay_physical(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, csv_text(HEADER, lead(1, '"Li\r\nand\nSon"'), lead(2)))
    assert [r.line for r in rows] == [2, 5]


def test_a_nul_byte_costs_its_row(tmp_path: Path) -> None:
    rejections = rejections_of(tmp_path, csv_text(HEADER, lead(1, "L\0i"), lead(2)))
    assert [(r.line, r.column, r.code) for r in rejections] == [(2, "LastName", "nul_byte")]


def test_a_cell_of_a_mebibyte_is_taken_and_a_longer_one_costs_its_row(tmp_path: Path) -> None:
    rows = rows_of(
        tmp_path, csv_text(HEADER, lead(1, "x" * MAX_CELL), lead(2, "x" * (MAX_CELL + 1)), lead(3))
    )
    assert [r.rejection and r.rejection.code for r in rows] == [None, "cell_too_long", None]
    rejection = rows[1].rejection
    assert rejection
    assert rejection.column == "LastName"
    assert rejection.value is not None
    assert len(rejection.value) <= 200


def test_a_line_without_an_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    rows = rows_of(
        tmp_path,
        GOOD
        + "x" * (20 << 20)
        + "\n"
        + GOOD.splitlines()[2].replace(sf_id("00Q", 2), sf_id("00Q", 9))
        + "\n",
    )
    assert [r.rejection and r.rejection.code for r in rows] == [None, None, "cell_too_long", None]
    assert len(rows[2].raw or "") <= 16 << 20


@pytest.mark.parametrize("n", [5, 7])
def test_too_few_or_too_many_cells_cost_their_row(tmp_path: Path, n: int) -> None:
    cells = (*lead(1), "extra")[:n]
    rejections = rejections_of(tmp_path, csv_text(HEADER, cells, lead(2)))
    assert [(r.line, r.code) for r in rejections] == [(2, "cell_count")]
    assert f"{n} cells" in rejections[0].reason


def test_a_formula_in_a_name_is_kept_as_it_is_written(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, csv_text(HEADER, lead(1, "=cmd|' /C calc'!A0")))
    assert any(getattr(f, "value", None) == "=cmd|' /C calc'!A0" for f in rows[0].facts)


def test_blank_lines_are_no_rows_but_a_finding(tmp_path: Path) -> None:
    read = opened(tmp_path, GOOD.replace("\n", "\n\n"))
    assert len(list(read.rows())) == 2
    assert [f.n for f in read.findings if f.code == "blank_lines"] == [3]


def test_a_row_of_empty_cells_is_a_row_without_an_id(tmp_path: Path) -> None:
    rejections = rejections_of(tmp_path, csv_text(HEADER, ("",) * 6, lead(2)))
    assert [(r.line, r.column, r.code) for r in rejections] == [(2, "Id", "missing")]


def test_a_quarantined_row_keeps_its_own_text(tmp_path: Path) -> None:
    content = csv_text(HEADER, lead(1), ("oops", *lead(2)[1:]))
    rows = rows_of(tmp_path, content)
    assert rows[1].facts == ()
    assert rows[1].raw == content.splitlines(keepends=True)[2]
