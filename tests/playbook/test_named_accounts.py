"""Accounts named in a file beside the playbook: read as they are meant, or refused with the line and a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from handraise.errors import Problem
from handraise.model.conditions import AttributeTest, walk
from handraise.model.fields import FieldCatalog
from handraise.model.value_tests import OneOf
from handraise.playbook.reader import ReadResult, read

CATALOG = FieldCatalog()


def result_of(folder: Path, listed: str, named: str = "named.csv", times: int = 1) -> ReadResult:
    (folder / "named.csv").write_text(listed, encoding="utf-8")
    segments = "".join(f"  s{i}: {{of: accounts, when: {{named: {named}}}}}\n" for i in range(times))
    written = folder / "playbook.yml"
    written.write_text(f"playbook: T\ntime_zone: UTC\nsegments:\n{segments}", encoding="utf-8")
    return read(written, CATALOG)


def names_of(folder: Path, listed: str) -> tuple[str, ...]:
    found = result_of(folder, listed)
    assert found.playbook is not None, [str(p) for p in found.errors]
    tests = [c.test for c in walk(found.playbook.segments["s0"].when) if isinstance(c, AttributeTest)]
    assert isinstance(tests[-1], OneOf)
    return tests[-1].values


def refused(folder: Path, listed: str) -> Problem:
    (problem,) = result_of(folder, listed).errors
    return problem


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ("acme.com\nGlobex Inc\n", ("acme.com", "Globex Inc")),
        ("domain\nacme.com\n", ("acme.com",)),
        ("id;domain;name\n1;acme.com;Acme, Inc\n", ("acme.com", "Acme, Inc")),
        ("Company Name\tCity\nAcme\tBerlin\n\nGlobex\n", ("Acme", "Globex")),
        ('domain, name\nacme.com, "Acme, Inc"\n', ("acme.com", "Acme, Inc")),
        ('name,notes\nAcme,"two\nlines"\nGlobex,\n', ("Acme", "Globex")),
        ("acme.com,2024\nglobex.com,2025\n", ("acme.com", "globex.com")),
        ('Acme "The Best" Inc\n', ('Acme "The Best" Inc',)),
    ],
)
def test_a_file_of_accounts_is_read_with_its_own_separator(
    tmp_path: Path, listed: str, names: tuple[str, ...]
) -> None:
    assert names_of(tmp_path, listed) == names


@pytest.mark.parametrize(
    ("listed", "line", "said"),
    [
        ('acme.com\n"globex.com\ninitech.com\n', 2, "a quote is opened here and not closed"),
        ('acme.com\n"globex.com\ninitech"\n', 2, "a quote is opened here and not closed"),
        ('name\n"Globex" Inc\n', 2, "text stands here behind a closing quote"),
        ("foo,bar\nacme.com,Acme\n", 1, "none of them is called `domain` or `name`"),
        ("foo;bar\nacme.com;Acme\n", 1, "none of them is called `domain` or `name`"),
        ("domain,name\nacme.com,Acme, Inc\n", 2, "this line has 3 cells"),
        ("Globex\nAcme, Inc\n", 2, "this line has 2 cells"),
    ],
)
def test_a_line_that_could_name_other_accounts_is_refused_with_its_place(
    tmp_path: Path, listed: str, line: int, said: str
) -> None:
    problem = refused(tmp_path, listed)
    assert problem.span is not None
    assert (Path(problem.span.path).name, problem.span.line) == ("named.csv", line)
    assert said in problem.sentence
    assert problem.source_line == listed.splitlines()[line - 1]
    assert problem.advice
    assert problem.related[0][0].line == 4


def test_a_wrong_file_is_told_once_however_many_segments_name_it(tmp_path: Path) -> None:
    assert len(result_of(tmp_path, "foo,bar\n", times=3).errors) == 1


def test_a_file_without_accounts_and_one_that_is_too_long_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "domain,name\n").code == "PB310"
    assert refused(tmp_path, "acme.com\n" * 1_000_000).code == "PB104"


@pytest.mark.parametrize(
    ("named", "way_out"),
    [
        ("accounts.txt", "`named: accounts.csv`"),
        ("lists/accounts.XLSX", "`named: lists/accounts.csv`"),
        ("[acme.com, accounts.tsv]", "`named: accounts.csv`"),
        ("[named.csv]", "`named: named.csv`"),
    ],
)
def test_what_ends_like_a_file_is_no_domain(tmp_path: Path, named: str, way_out: str) -> None:
    (problem,) = result_of(tmp_path, "acme.com\n", named).errors
    assert problem.code == "PB203"
    assert "looks like a file" in problem.sentence
    assert way_out in problem.advice[0]
