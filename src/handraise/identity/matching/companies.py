"""A table of companies made ready to be compared: each text read once, each thing compared a number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from handraise.identity.matching.company_names import CompanyName, read_company_name
from handraise.identity.matching.domains import DomainReading, domain_country, domain_label, read_domain
from handraise.identity.matching.folding import folded, loose, visible
from handraise.identity.matching.legal_forms import forms
from handraise.identity.matching.name_words import PLACES
from handraise.identity.matching.phones import e164

Codes = np.ndarray[tuple[int], np.dtype[np.int64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]
Texts = np.ndarray[tuple[int], np.dtype[np.object_]]

UNKNOWN = 0
_LONGEST_HOST = 254


class Company(NamedTuple):
    """One row of companies. Everything but the id may be missing; `country` is an ISO code of two letters."""

    id: str
    name: str | None = None
    website: str | None = None
    email: str | None = None
    country: str | None = None
    city: str | None = None
    phone: str | None = None
    register_id: str | None = None


@dataclass(frozen=True, slots=True)
class Companies:
    """Companies made ready: one row of every array for one company, in the order of the table.

    The codes are hashes of what is compared, the same in every table; `UNKNOWN` (0) where nothing is known.
    """

    ids: Texts
    parsed: Texts
    domains: Texts
    from_email: Flags
    full: Codes
    words: Codes
    squashed: Codes
    own: Codes
    owner: Codes
    place: Codes
    domain: Codes
    label: Codes
    country: Codes
    city: Codes
    phone: Codes
    register_id: Codes
    distinctive: Flags
    form_countries: Codes
    country_bits: Codes
    aside: Flags
    plain: Texts
    short: Flags

    def __len__(self) -> int:
        return len(self.ids)

    def name(self, row: int) -> CompanyName:
        """The name of a row, taken apart."""
        name: CompanyName = self.parsed[row]
        return name


def code(*parts: str) -> int:
    """The code of a text: the same everywhere and for ever, never 0 but for nothing."""
    text = "\x1f".join(parts)
    if not text:
        return UNKNOWN
    return (
        int.from_bytes(
            blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little", signed=True
        )
        | 1
    )


def companies(rows: Iterable[Company]) -> Companies:
    """Rows made ready. Ids must differ: `ValueError` names one that does not."""
    return companies_of(table_of(rows, Company._fields))


def table_of(rows: Iterable[Sequence[str | None]], columns: Sequence[str]) -> pa.Table:
    """Rows as a table of texts. Halves of characters, which no file in UTF-8 can hold, become question marks."""
    whole = [
        [text if text is None else text.encode("utf-8", "replace").decode() for text in row] for row in rows
    ]
    values = list(zip(*whole, strict=True)) or [()] * len(columns)
    return pa.table(
        {name: pa.array(column, pa.string()) for name, column in zip(columns, values, strict=True)}
    )


def companies_of(table: pa.Table) -> Companies:
    """A table with the columns of `Company` made ready; columns that it lacks are unknown, others are not read.

    Each distinct text is read once, so that a million leads of fifty thousand companies cost fifty thousand readings.
    """
    ids = texts_of(table, "id")
    refuse_twice(ids)
    name_rows, names = _distinct(table, "name")
    parsed = [read_company_name(text) for text in names]
    domain, from_email = _domains(table)
    domain_rows, domains = _distinct(pa.table({"domain": pa.array(domain, pa.string())}), "domain")
    country = _countries(table, parsed, name_rows, domains, domain_rows)
    return Companies(
        ids=ids,
        parsed=_objects(parsed)[name_rows],
        domains=domain,
        from_email=from_email,
        full=_coded(parsed, lambda name: code(folded(name.written)))[name_rows],
        words=_coded(parsed, lambda name: code(" ".join(name.words)))[name_rows],
        squashed=_coded(parsed, lambda name: code(name.squashed))[name_rows],
        own=_coded(parsed, lambda name: code(loose("".join(name.own_words))))[name_rows],
        owner=_coded(parsed, lambda name: code(loose("".join(name.owner))))[name_rows],
        place=_coded(parsed, lambda name: code(" ".join(name.places)))[name_rows],
        domain=_coded(domains, code)[domain_rows],
        label=_coded(domains, _label_code)[domain_rows],
        country=country,
        city=_column_codes(table, "city", lambda text: code(folded(visible(text, 80)))),
        phone=_phones(table),
        register_id=_column_codes(table, "register_id", lambda text: code(_register_id(text))),
        distinctive=np.array([name.is_distinctive for name in parsed], dtype=bool)[name_rows],
        country_bits=_bits_of(country),
        form_countries=_coded(parsed, _form_bits)[name_rows],
        aside=np.array([bool(name.others or name.owner) for name in parsed], dtype=bool)[name_rows],
        plain=np.array([" ".join(name.words) for name in parsed], dtype=object)[name_rows],
        short=np.array([len(name.words) == 1 and len(name.words[0]) <= 5 for name in parsed], dtype=bool)[
            name_rows
        ],
    )


def _objects(values: Sequence[CompanyName]) -> Texts:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def taken(companies: Companies, rows: Codes) -> Companies:
    """Some rows of companies, in the order asked for."""
    return Companies(**{f.name: getattr(companies, f.name)[rows] for f in fields(Companies)})


@cache
def _country_bits() -> dict[str, int]:
    return {country: 1 << at for at, country in enumerate(sorted(set().union(*forms().values())))}


def _bits_of(country: Codes) -> Codes:
    """The bit of each country's code; 0 where unknown, and for countries without a legal form of their own here."""
    known = sorted((code(name), bit) for name, bit in _country_bits().items())
    codes, bits = (np.array(column, dtype=np.int64) for column in zip(*known, strict=True))
    at = np.minimum(np.searchsorted(codes, country), len(codes) - 1)
    return np.where(codes[at] == country, bits[at], 0)


def _form_bits(name: CompanyName) -> int:
    """The countries that have the legal form, one bit each, so that two sets are compared by one `&`."""
    return sum(_country_bits()[country] for country in name.form_countries)


def refuse_twice(ids: Texts) -> None:
    """`ValueError` names an id that stands in more than one row."""
    if len(set(ids.tolist())) < len(ids):
        found, counts = np.unique(ids, return_counts=True)
        raise ValueError(f"The id `{found[counts > 1][0]!s:.60}` stands in more than one row.")


def texts_of(table: pa.Table, column: str) -> Texts:
    """A column as texts, empty where it or a value is missing."""
    if column not in table.column_names:
        return np.full(len(table), "", dtype=object)
    return np.array(pc.fill_null(table[column].cast(pa.string()), "").to_pylist(), dtype=object)


def _distinct(table: pa.Table, column: str) -> tuple[Codes, list[str]]:
    """For each row the place of its text among the distinct ones, and these."""
    if column not in table.column_names or not len(table):
        return np.zeros(len(table), dtype=np.int64), [""]
    filled = pc.fill_null(table[column].cast(pa.string()), "").combine_chunks().dictionary_encode()
    return np.asarray(filled.indices, dtype=np.int64), [str(text) for text in filled.dictionary.to_pylist()]


def _coded(values: Sequence[Any] | Texts, reading: Callable[[Any], int]) -> Codes:
    return np.fromiter((reading(value) for value in values), dtype=np.int64, count=len(values))


def _column_codes(table: pa.Table, column: str, reading: Callable[[str], int]) -> Codes:
    rows, texts = _distinct(table, column)
    return _coded(texts, reading)[rows]


def _domains(table: pa.Table) -> tuple[Texts, Flags]:
    """The domain of the website, else of the e-mail address, else nothing; and whether an address says it.

    Where both say the same, the address says it: it is the stronger of the two.
    """
    site_rows, sites = _distinct(table, "website")
    mail_rows, mails = _distinct(table, "email")
    by_site = _domain_array([read_domain(site) for site in sites])[site_rows]
    # A million addresses are at a hundred thousand hosts: only these are read.
    hosts = [mail.rpartition("@")[2][:_LONGEST_HOST] if "@" in mail else "" for mail in mails]
    read = {host: read_domain(f"x@{host.strip()}") if host else read_domain("") for host in set(hosts)}
    by_mail = _domain_array([read[host] for host in hosts])[mail_rows]
    from_email = (by_mail != "") & ((by_site == "") | (by_site == by_mail))
    return np.where(from_email, by_mail, by_site), from_email


def _domain_array(readings: list[DomainReading]) -> Texts:
    return np.array([reading.domain or "" for reading in readings], dtype=object)


def _label_code(domain: str) -> int:
    return code(loose(folded(domain_label(domain)).replace("-", ""))) if domain else UNKNOWN


def _countries(
    table: pa.Table, parsed: list[CompanyName], name_rows: Codes, domains: list[str], domain_rows: Codes
) -> Codes:
    """The country that the row says; failing that its name's place, its only legal form's, its domain's ending's."""
    said = _column_codes(table, "country", _country_code)
    by_name = _coded(parsed, _name_country)[name_rows]
    by_domain = _coded(domains, lambda domain: code(domain_country(domain) or "") if domain else UNKNOWN)[
        domain_rows
    ]
    return np.where(said != UNKNOWN, said, np.where(by_name != UNKNOWN, by_name, by_domain))


def _name_country(name: CompanyName) -> int:
    for countries in (name.place_countries, name.form_countries):
        if len(countries) == 1:
            return code(next(iter(countries)))
    return UNKNOWN


_LONG_COUNTRIES = {"united states": "US", "united states of america": "US", "united kingdom": "GB", "great britain": "GB",
                   "south africa": "ZA", "new zealand": "NZ", "hong kong": "HK", "czech republic": "CZ", "south korea": "KR",
                   "the netherlands": "NL", "saudi arabia": "SA", "united arab emirates": "AE"}  # fmt: skip


def iso_country(text: str) -> str | None:
    """A country's ISO code, from the code itself or the country's name in its own or a common language."""
    name = folded(visible(text, 80))
    if len(name) == 2 and name.isascii() and name.isalpha():
        return {"UK": "GB", "EL": "GR"}.get(name.upper(), name.upper())
    return _LONG_COUNTRIES.get(name) or PLACES.get(name)


def _country_code(text: str) -> int:
    return code(iso_country(text) or "")


def _register_id(text: str) -> str:
    return "".join(c for c in folded(text[:80]) if c.isalnum())


def _phones(table: pa.Table) -> Codes:
    rows, texts = _distinct(table, "phone")
    country_rows, countries = _distinct(table, "country")
    if texts == [""]:
        return np.zeros(len(table), dtype=np.int64)
    both, inverse = np.unique(rows * len(countries) + country_rows, return_inverse=True)
    found = [
        e164(texts[b // len(countries)], iso_country(countries[b % len(countries)])) for b in both.tolist()
    ]
    return _coded([number or "" for number in found], code)[inverse]
