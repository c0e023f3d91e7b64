"""Archives of exports: members are files of a folder, named by the archive; what could be a bomb is refused."""

from __future__ import annotations

import contextlib
import gzip
import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.importers.helpers import SAMPLES, SETTINGS, csv_text, sf_id

from handraise.errors import InputFileError
from handraise.facts.rows import SourceRow
from handraise.importers import archives
from handraise.importers.opening import files_at, open_import

LEADS = csv_text(
    ("Id", "LastName", "Company", "CreatedDate"), (sf_id("00Q", 1), "Li", "Acme", "2024-01-10T08:30:00.000Z")
)


def archive(folder: Path, files: dict[str, bytes | str], name: str = "weekly.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for member, content in files.items():
            out.writestr(member, content)
    return path


def names(path: Path) -> list[str]:
    return [archives.name_of(p) for p in files_at(path).files]


def refusal(path: Path) -> str:
    with pytest.raises(InputFileError) as caught:
        for file in files_at(path).files:
            list(open_import(file, SETTINGS).rows())
    return caught.value.problems[0].code


def test_members_say_what_the_files_say_and_bear_the_archives_name(tmp_path: Path) -> None:
    task = (SAMPLES / "salesforce" / "Task.csv").read_bytes()
    path = archive(
        tmp_path, {"data/Task.csv": task, "Lead.csv": LEADS, "notes.md": "x", "__MACOSX/._Lead.csv": "x"}
    )
    assert names(path) == ["weekly.zip/Lead.csv", "weekly.zip/data/Task.csv"]
    read = open_import(path / "data" / "Task.csv", SETTINGS)
    plain = open_import(SAMPLES / "salesforce" / "Task.csv", SETTINGS)
    assert list(read.rows()) == list(plain.rows())
    assert (read.sha256, read.importer) == (plain.sha256, plain.importer)
    assert files_at(path).passed_over == (path / "notes.md",)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("/etc/passwd.csv", "etc/passwd.csv"),
        ("../../up.csv", "up.csv"),
        ("a/../../b.csv", "a/b.csv"),
        ("C:\\exports\\Lead.csv", "C:/exports/Lead.csv"),
        ("a\nb.csv", "a?b.csv"),
    ],
)
def test_a_members_name_leads_nowhere(tmp_path: Path, name: str, plain: str) -> None:
    path = archive(tmp_path, {name: LEADS})
    (file,) = files_at(path).files
    assert file == path / plain
    assert file.is_relative_to(path)
    assert len(list(open_import(file, SETTINGS).rows())) == 1


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_both_read(tmp_path: Path) -> None:
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("a.csv", LEADS)
        out.writestr("./a.csv", LEADS)
    assert len([r for f in files_at(path).files for r in open_import(f, SETTINGS).rows()]) == 1
    assert [p.name for p in files_at(path).files + files_at(path).passed_over] == ["a.csv", "a.csv (2)"]


def test_a_bomb_is_refused_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(archive(tmp_path, {"zeros.csv": b"0" * (20 << 20)}, "dense.zip")) == "IF117"
    many = archive(tmp_path, {f"{n}.csv": "" for n in range(archives.MAX_MEMBERS + 1)}, "many.zip")
    assert refusal(many) == "IF117"
    monkeypatch.setattr(archives, "MAX_TOTAL", 10)
    assert refusal(archive(tmp_path, {"Lead.csv": LEADS}, "large.zip")) == "IF117"


def test_a_member_that_is_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, {"Lead.csv": LEADS})
    raw = bytearray(path.read_bytes())
    at = raw.rfind(b"PK\x01\x02") + 24
    raw[at : at + 4] = struct.pack("<I", 40)
    path.write_bytes(raw)
    assert refusal(path) == "IF108"


def test_archives_within_archives_are_refused(tmp_path: Path) -> None:
    inner = archive(tmp_path, {"Lead.csv": LEADS}, "inner.zip").read_bytes()
    assert refusal(archive(tmp_path, {"inner.zip": inner}, "a.zip")) == "IF106"
    assert refusal(archive(tmp_path, {"inner.csv": inner}, "b.zip")) == "IF106"
    assert refusal(archive(tmp_path, {"Lead.csv.gz": gzip.compress(LEADS.encode())}, "c.zip")) == "IF106"


def test_a_locked_a_damaged_and_an_empty_archive_are_refused_with_a_sentence(tmp_path: Path) -> None:
    path = archive(tmp_path, {"Lead.csv": LEADS}, "locked.zip")
    raw = bytearray(path.read_bytes())
    raw[raw.rfind(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    assert refusal(path) == "IF103"
    good = archive(tmp_path, {"Lead.csv": LEADS}, "good.zip").read_bytes()
    (tmp_path / "bad.zip").write_bytes(good[:40] + b"\xff" * 8 + good[48:])
    assert refusal(tmp_path / "bad.zip") == "IF108"
    assert refusal(archive(tmp_path, {"notes.md": "x"}, "none.zip")) == "IF104"


def test_a_member_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, {"Lead.csv": LEADS})
    for missing in (path / "Contact.csv", SAMPLES / "salesforce" / "Lead.csv" / "x.csv"):
        with pytest.raises(InputFileError, match="is not there"):
            open_import(missing, SETTINGS)


def test_a_workbook_is_no_archive_of_exports(tmp_path: Path) -> None:
    path = archive(tmp_path, {"xl/workbook.xml": "<workbook/>"}, "book.zip")
    assert refusal(path) == "IF106"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(st.data())
def test_any_damage_to_an_archive(tmp_path: Path, data: st.DataObject) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("Lead.csv", LEADS * 3)
        made.writestr("b/Task.csv", (SAMPLES / "salesforce" / "Task.csv").read_bytes())
    content = bytearray(out.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        content[start : start + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=8))
    path = tmp_path / "any.zip"
    path.write_bytes(bytes(content))
    for file in listed(path):
        rows = read_or_refused(file)
        assert all(bool(r.facts) is (r.rejection is None) for r in rows)


def listed(path: Path) -> tuple[Path, ...]:
    with contextlib.suppress(InputFileError):
        return files_at(path).files
    return ()


def read_or_refused(file: Path) -> list[SourceRow]:
    with contextlib.suppress(InputFileError):
        return list(open_import(file, SETTINGS).rows())
    return []
