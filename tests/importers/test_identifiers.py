"""Ids of Salesforce in both lengths, and e-mail addresses as keys."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from handraise.importers import identity_keys
from handraise.importers.identity_keys import email_key, normalise_email
from handraise.importers.rejects import CellError
from handraise.importers.salesforce.ids import suffix_of, to_18

ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def slow_suffix(id15: str) -> str:
    """The suffix as Salesforce describes it: each five characters give a number, the first the lowest bit."""
    table = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    return "".join(
        table[sum(1 << i for i, c in enumerate(id15[k : k + 5]) if c.isupper())] for k in (0, 5, 10)
    )


@pytest.mark.parametrize(
    "id18", ["0015500000Xyy06AAB", "00Q1G00000nDnM5UAK", "00T1G00003Ufap9UAB", "006q000000HddohAAB"]
)
def test_real_ids_of_both_lengths_are_one(id18: str) -> None:
    assert to_18(id18) == to_18(id18[:15]) == to_18(f" {id18} ") == id18


@given(st.text(ALNUM, min_size=15, max_size=15))
def test_the_suffix_says_which_characters_are_capitals(id15: str) -> None:
    assert suffix_of(id15) == slow_suffix(id15)


@given(st.text(ALNUM, min_size=15, max_size=15).filter(lambda t: t.upper() != t or t.lower() != t))
def test_an_id_whose_capitals_were_lost_is_refused(id15: str) -> None:
    whole = id15 + suffix_of(id15)
    for changed in {whole.lower(), whole.upper()} - {whole}:
        with pytest.raises(CellError):
            to_18(changed)


@pytest.mark.parametrize(
    "text",
    ["", "1", "0015500000Xyy0", "0015500000Xyy06AA", "tqs6UXPA/Lm7W+0dX0+syw==", "0015500000Xyy0é", "0" * 19],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        to_18(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" Ana.Lima@Acme.Example ", "ana.lima@acme.example"),
        ("ana@acme.test", "ana@acme.test"),
        ("ＡＮＡ@acme.com", "ana@acme.com"),
        ("josé@bücher.example", "josé@bücher.example"),
        ("a+b_c-d@sub.acme-group.co.uk", "a+b_c-d@sub.acme-group.co.uk"),
        ("not an address", None),
        ("@acme.com", None),
        ("a@b", None),
        ("a..b@acme.com", None),
        ("a@localhost", None),
        ("a@host.local", None),
        ("n/a", None),
        ("", None),
        ("x" * 10_000 + "@acme.com", None),
    ],
)
def test_addresses_are_compared_trimmed_and_folded(text: str, address: str | None) -> None:
    assert normalise_email(text) == address
    assert email_key(text) == (f"email:{address}" if address else None)


LABEL = st.from_regex(r"[a-z0-9_+.-]{1,40}@[a-z0-9.-]{1,60}", fullmatch=True)
NEAR = st.builds(
    "{}@{}.{}".format,
    st.text("ab1_+-.", min_size=1, max_size=9),
    st.text("ab1-.", min_size=1, max_size=9),
    st.sampled_from(["com", "test", "local", "x1", "c", "invalid"]),
)


@given(st.one_of(LABEL, NEAR))
def test_the_short_cut_for_plain_addresses_agrees_with_the_library(text: str) -> None:
    if identity_keys._PLAIN.match(text):
        try:
            found = validate_email(text, check_deliverability=False, test_environment=True).normalized
        except EmailNotValidError:
            found = None
        assert found == text


@given(st.text(max_size=80))
def test_no_text_breaks_it_and_a_normalised_address_stays_itself(text: str) -> None:
    address = normalise_email(text)
    assert address is None or normalise_email(address) == address
