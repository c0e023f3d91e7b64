"""Whatever the bytes, a file is refused with a sentence or every row of it is taken or quarantined."""

from __future__ import annotations

import contextlib
import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.importers.helpers import SAMPLE_FILES, SETTINGS, mapping_of, write

from handraise.errors import InputFileError
from handraise.importers.cells import parse_number, parser_of
from handraise.importers.instants import InstantReader
from handraise.importers.known_tables import read_companions
from handraise.importers.mapping.reading import read_mapping
from handraise.importers.opening import open_import
from handraise.importers.rejects import CellError
from handraise.model.values import FieldType

SAMPLE_BYTES = [p.read_bytes() for p in SAMPLE_FILES]
SAMPLE_TABLES = [p.read_bytes() for p in SAMPLE_FILES if p.suffix == ".csv"]
RELAXED = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)
ANYTHING = mapping_of(
    'source: own\nfiles:\n  - name: any\n    match: {file: "any*"}\n    targets: [{table: activities, person: {column: a, optional: true}, at: {column: b, optional: true}, type: {constant: page.viewed}}]\n'
)


def imported(path: Path) -> None:
    """Imports, and checks that every row is told as one or the other."""
    try:
        rows = list(
            open_import(path, SETTINGS, mapping=ANYTHING if path.name.startswith("any") else None).rows()
        )
    except InputFileError as error:
        refusal: InputFileError | None = error
    else:
        refusal = None
    if refusal is not None:
        assert refusal.problems
        assert str(refusal.problems[0])
        return
    assert all(bool(r.facts) is (r.rejection is None) for r in rows)  # each row is taken or quarantined
    for row in rows:
        assert row.rejection is None or (
            row.facts == () and row.raw is not None and row.rejection.line == row.line
        )
        (row.raw or "").encode()
        repr(row.facts).encode()
    assert [r.line for r in rows] == sorted({r.line for r in rows})


@RELAXED
@given(st.binary(max_size=400))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    imported(write(tmp_path, content))


@RELAXED
@given(st.binary(max_size=300))
def test_any_bytes_behind_a_header_that_is_known(tmp_path: Path, content: bytes) -> None:
    imported(write(tmp_path, b"a,b\n" + content, "any.csv"))
    imported(write(tmp_path, b"Id,LastName,Company,CreatedDate\n" + content))


@RELAXED
@given(st.data())
def test_any_change_to_a_good_file(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(SAMPLE_BYTES)))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = min(len(content), start + data.draw(st.integers(0, 30)))
        content[start:end] = data.draw(
            st.one_of(
                st.binary(max_size=4),
                st.sampled_from(
                    [
                        b'"',
                        b"\n",
                        b",",
                        b"\0",
                        b'""',
                        b"\xe9",
                        b"\xef\xbb\xbf",
                        b"9" * 50,
                        b"[",
                        b"{}",
                        b"\\u0000",
                        b"\\ud800",
                        b"[" * 99,
                    ]
                ),
            )
        )
    imported(write(tmp_path, bytes(content)))


LINKS = (
    b"contact_id,engagement_id,engagement_type,type_id\n501,41,CALL,194\n",
    b"stage_id,pipeline_id,label,closed_won,is_closed,probability\n4711,p,Won,TRUE,TRUE,1.0\n",
    b"company_id,deal_id,type_id,category\n9001,8,5,HUBSPOT_DEFINED\n",
    b"id,portal_subscription_status,bounced,requested_by,source,subscriptions\ne1,UNSUBSCRIBED,,,,[]\n",
)


@RELAXED
@given(st.data())
def test_any_change_to_a_table_that_others_need(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(LINKS)))
    start = data.draw(st.integers(0, len(content)))
    content[start : start + data.draw(st.integers(0, 20))] = data.draw(
        st.one_of(
            st.binary(max_size=6), st.sampled_from([b'"', b"\n", b",", b"\0", b"\xff\xfe", b"\x1f\x8b"])
        )
    )
    path = write(tmp_path, bytes(content))
    companions, told = read_companions([path])
    assert set(told) <= {path}
    repr(companions).encode()


CELL = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["2024-01-01", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-14:00", "-1", "1e999", "true", "00Q" + "0" * 15, "{}", "null", '{"a":[]}', "2024-01-01T00:00:00.1234567Z"]),
)  # fmt: skip


@RELAXED
@given(st.data())
def test_any_cells_under_a_known_header(tmp_path: Path, data: st.DataObject) -> None:
    header = data.draw(st.sampled_from(SAMPLE_TABLES)).decode().splitlines()[0]
    n = len(next(csv.reader([header])))
    out = io.StringIO()
    rows = data.draw(st.lists(st.lists(CELL, min_size=n, max_size=n), max_size=3))
    csv.writer(out).writerows(rows)
    imported(write(tmp_path, (header + "\n" + out.getvalue()).encode("utf-8", "surrogatepass")))


@RELAXED
@given(st.text(max_size=200))
def test_any_text_as_a_mapping(text: str) -> None:
    with pytest.raises(InputFileError) as caught:
        read_mapping(text, "mapping.yml")
    assert caught.value.problems


@given(
    st.one_of(
        CELL,
        st.from_regex(
            r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9:]{2,6})?)?",
            fullmatch=True,
        ),
    )
)
def test_any_cell_is_read_or_refused(text: str) -> None:
    for reader in (InstantReader("UTC"), InstantReader("America/Sao_Paulo", ("%d/%m/%Y", "unix seconds"))):
        for read in (reader.read, parse_number, *filter(None, (parser_of(t, reader) for t in FieldType))):
            with contextlib.suppress(CellError):
                read(text)


@given(CELL)
def test_a_cell_is_refused_with_a_code_and_a_sentence(text: str) -> None:
    error = CellError("", "")
    try:
        InstantReader().read(text)
    except CellError as refused:
        error = refused
    else:
        return
    assert error.code
    assert error.reason.endswith(".")
