"""How domains, company names, telephone numbers and people's names are read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handraise.identity.duplicates.person_names import is_nickname, read_person_name
from handraise.identity.matching.company_names import read_company_name
from handraise.identity.matching.domains import (
    NoDomain,
    domain_country,
    domain_label,
    read_domain,
    registrable_domain,
)
from handraise.identity.matching.folding import folded, loose, visible
from handraise.identity.matching.legal_forms import forms
from handraise.identity.matching.phones import e164

HOSTILE = [
    "", " ", "\x00", "x" * 10_000, "a b " * 3_000, "(" * 5_000, "((((a)))) [b] {c", "\u202egnirts", "😀 GmbH", "שלום בע״מ", "株式会社",
    "a\u0301" * 500, "...", "-", "'", "by by by", "of of of", "GmbH", "& Co. KG", "\n\t\r", "‮مثال‬", "(((", "d/b/a", "b y",
    "\ud800", "%s {name} `quoted`", "=cmd()", "<script>alert(1)</script>",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("https://www.Acme.co.uk/path?q=1", "acme.co.uk"),
        ("acme.com:443", "acme.com"),
        ("bob@mail.acme.com", "acme.com"),
        ("mailto:bob@acme.com?subject=hi", "acme.com"),
        ("https://user:secret@acme.com/", "acme.com"),
        ("bücher.de", "xn--bcher-kva.de"),
        ("x@BÜCHER.de", "xn--bcher-kva.de"),
        ("acme.uk.com", "acme.uk.com"),
        ("ACME.COM.", "acme.com"),
    ],
)
def test_a_domain_is_read_from_a_website_a_host_or_an_address(text: str, domain: str) -> None:
    assert registrable_domain(text) == domain


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("bob@gmail.com", NoDomain.FREE_MAIL),
        ("gmx.de", NoDomain.FREE_MAIL),
        ("x@0-mail.com", NoDomain.FREE_MAIL),
        ("https://www.linkedin.com/company/acme", NoDomain.SHARED_HOST),
        ("acme.wordpress.com", NoDomain.SHARED_HOST),
        ("acme.github.io", NoDomain.SHARED_HOST),
        ("github.io", NoDomain.SHARED_HOST),
        ("http://192.168.0.1/", NoDomain.MACHINE_ADDRESS),
        ("[::1]", NoDomain.MACHINE_ADDRESS),
        ("co.uk", NoDomain.NO_PUBLIC_SUFFIX),
        ("localhost", NoDomain.NOT_A_HOST),
        ("n/a", NoDomain.NOT_A_HOST),
        ("a" * 5000 + ".com", NoDomain.NOT_A_HOST),
        ("ac\x00me.com", NoDomain.NOT_A_HOST),
        ("test@example.com", NoDomain.PLACEHOLDER),
        ("  ", NoDomain.EMPTY),
    ],
)
def test_a_domain_that_says_nothing_about_whose_it_is_is_refused_with_the_reason(
    text: str, reason: NoDomain
) -> None:
    reading = read_domain(text)
    assert (reading.domain, reading.reason) == (None, reason)


def test_an_address_at_a_shared_host_is_its_own_staffs() -> None:
    assert registrable_domain("reid@linkedin.com") == "linkedin.com"


@pytest.mark.parametrize(
    ("domain", "country"), [("acme.de", "DE"), ("acme.co.uk", "GB"), ("acme.com", None), ("acme.io", None)]
)
def test_a_domains_ending_names_a_country_only_if_not_everybody_buys_it(
    domain: str, country: str | None
) -> None:
    assert domain_country(domain) == country


def test_a_label_is_read_in_its_own_script() -> None:
    assert domain_label("xn--bcher-kva.de") == "bücher"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_read_like_any_other(text: str) -> None:
    read_domain(text)
    assert len(read_company_name(text).written) <= 200
    assert len(read_person_name(text, "", text).written) <= 240
    read_person_name("", text)
    e164(text, "DE")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_a_name_or_none_and_reads_the_same_twice(text: str) -> None:
    assert read_company_name(text) == read_company_name.__wrapped__(text)
    assert read_person_name(text, "") == read_person_name.__wrapped__(text, "")
    assert visible(visible(text, 80), 80) == visible(text, 80)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Acme Widgets GmbH & Co. KG", "acme widgets"),
        ("The Singer Company N.V.", "singer"),
        ("AB SKF", "skf"),
        ("株式会社日立", "日立"),
        ("ООО Газпром", "gazprom"),
        ("D.S.M. N.V.", "dsm"),
        ("Acme S.A. de C.V.", "acme"),
        ("Müller & Söhne", "muller sohne"),
        ("Intl Paper Co", "international paper"),
        ("BIOMERIEUX B.V., BOXTEL", "biomerieux"),
        ("IT Department, Acme Corp", "acme"),
        ("Acme - Marketing", "acme"),
        ("Limited", "limited"),
        ("Bank of America", "bank of america"),
        ("Air France", "air france"),
        ("E.ON SE", "e on"),
        ("Smith d/b/a Joe's Garage", "smith"),
        ("(Acme)", "acme"),
    ],
)
def test_a_companys_own_words_are_what_is_left(name: str, words: str) -> None:
    assert " ".join(read_company_name(name).words) == words


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("Acme UK Ltd", ("uk",)),
        ("Acme (UK) Ltd.", ("uk",)),
        ("Volkswagen Group of America, Inc.", ("america",)),
        ("Acme (West)", ("west",)),
        ("Bank of America", ()),
    ],
)
def test_places_at_the_end_name_a_branch(name: str, places: tuple[str, ...]) -> None:
    assert read_company_name(name).places == places


def test_further_names_and_owners_are_kept_apart() -> None:
    assert read_company_name("International Business Machines (IBM)").others == (("ibm",),)
    assert read_company_name("Facebook, Inc. (formerly TheFacebook)").others == (("thefacebook",),)
    assert read_company_name("Nest by Google").owner == ("google",)
    assert read_company_name("WhatsApp, a Meta company").owner == ("meta",)


def test_a_legal_form_names_the_countries_that_have_it() -> None:
    assert read_company_name("Acme GmbH").form_countries == {"DE", "AT", "CH"}
    assert read_company_name("Acme Sp. z o.o.").form_countries == {"PL"}
    assert read_company_name("Acme S.A.").form_countries == frozenset()


def test_no_legal_form_is_a_word_that_names_end_in() -> None:
    assert not set(forms()) & {"group", "bank", "pool", "trust", "foundation"}


def test_umlauts_are_spelled_three_ways() -> None:
    assert loose(folded("Müller")) == loose(folded("Mueller")) == loose(folded("Muller"))


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("0561 234567", "DE", "+49561234567"),
        ("+49 561 234567", None, "+49561234567"),
        ("+49 561 234567 ext. 12", "DE", "+49561234567"),
        ("0561 234567", None, None),
        ("000000000", "DE", None),
        ("123456789", "DE", None),
        ("call me", "DE", None),
        ("1" * 100, "DE", None),
        ("234567", "not a country", None),
    ],
)
def test_a_number_is_read_as_dialled_in_its_country(
    text: str, country: str | None, number: str | None
) -> None:
    assert e164(text, country) == number


@pytest.mark.parametrize(
    ("given_name", "family", "full", "expected"),
    [
        ("", "", "Dr. Anna Maria Schmidt", ("anna maria", "schmidt")),
        ("", "", "Schmidt, Anna", ("anna", "schmidt")),
        ("", "", "Jan van der Berg", ("jan", "vanderberg")),
        ("Jean-Luc", "O'Brien", "", ("jeanluc", "obrien")),
        ("Дмитрий", "Иванов", "", ("dmitrii", "ivanov")),
        ("Łukasz", "Wiśniewski", "", ("lukasz", "wisniewski")),
        ("n/a", "test", "", ("", "")),
        ("Anna Schmidt", "", "", ("anna", "schmidt")),
        ("", "😀", "", ("", "")),
    ],
)
def test_a_persons_name_is_read_whatever_its_order(
    given_name: str, family: str, full: str, expected: tuple[str, str]
) -> None:
    name = read_person_name(given_name, family, full)
    assert (" ".join(name.given), name.family) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bob", "robert"),
        ("rob", "bob"),
        ("sascha", "alexander"),
        ("paco", "francisco"),
        ("gosia", "malgorzata"),
        ("archie", "archibald"),
    ],
)
def test_nicknames_of_several_languages_are_known_both_ways(one: str, other: str) -> None:
    assert is_nickname(one, other)
    assert is_nickname(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("christian", "christopher"), ("mario", "maria"), ("jan", "jon"), ("", "bob"), ("anna", "anna")],
)
def test_two_names_are_no_nicknames_of_each_other(one: str, other: str) -> None:
    assert not is_nickname(one, other)
