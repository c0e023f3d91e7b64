"""A table of people's records made ready to be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from handraise.identity.duplicates.person_names import PersonName, is_common, listed, read_person_name, spelt
from handraise.identity.matching.companies import (
    UNKNOWN,
    Codes,
    Flags,
    Texts,
    code,
    iso_country,
    refuse_twice,
    table_of,
    texts_of,
)
from handraise.identity.matching.domains import read_domain
from handraise.identity.matching.folding import loose
from handraise.identity.matching.phones import e164, has_extension
from handraise.identity.normalise import normalise_email

# A number that more different family names than this have is a switchboard's.
_MOST_FAMILIES_OF_A_PHONE = 2
_LONGEST_ADDRESS = 320
# Fewer names than this with the same part tell nothing about how frequent it is.
_OFTEN = 5


class Person(NamedTuple):
    """One record of a person. Everything but the id may be missing.

    `given` and `family` may be replaced by a `full` name; `account` is the account it belongs to, by id;
    `other_id` names the same person in another system, with that system (`salesforce:003…`).
    """

    id: str
    given: str | None = None
    family: str | None = None
    full: str | None = None
    email: str | None = None
    phone: str | None = None
    account: str | None = None
    country: str | None = None
    other_id: str | None = None


@dataclass(frozen=True, slots=True)
class PeopleRecords:
    """Records made ready: one row of every array for one record, in the order of the table.

    Codes are hashes, `UNKNOWN` (0) where nothing is known. `name_of` is the row's place in `names`, which are distinct.
    """

    ids: Texts
    names: tuple[PersonName, ...]
    name_of: Codes
    written: Codes
    given: Codes
    family: Codes
    family_text: Texts
    first_letter: Codes
    is_initial: Flags
    many_given: Flags
    common: Flags
    emails: Texts
    email: Codes
    local: Codes
    domain: Codes
    is_role: Flags
    phone: Codes
    is_switchboard: Flags
    account: Codes
    country: Codes
    other_id: Codes

    def __len__(self) -> int:
        return len(self.ids)

    def name(self, row: int) -> PersonName:
        """The name of a row, taken apart."""
        return self.names[int(self.name_of[row])]


def people_records(rows: Iterable[Person]) -> PeopleRecords:
    """Records made ready. Ids must differ: `ValueError` names one that does not."""
    return people_records_of(table_of(rows, Person._fields))


def people_records_of(table: pa.Table) -> PeopleRecords:
    """A table with the columns of `Person` made ready; columns that it lacks are unknown, others are not read."""
    ids = texts_of(table, "id")
    refuse_twice(ids)
    names, name_of = _names(table)
    emails = np.array(
        [normalise_email(text[:_LONGEST_ADDRESS]) for text in texts_of(table, "email")], dtype=object
    )
    emails = np.array([text if _is_address(text) else "" for text in emails], dtype=object)
    locals_ = [text.rpartition("@")[0].partition("+")[0] for text in emails]
    phone, extended = _phones(table)
    spelled = [spelt(name) for name in names]
    given = _codes([first for first, _ in spelled])[name_of]
    family = _codes([last for _, last in spelled])[name_of]
    return PeopleRecords(
        ids=ids, names=names, name_of=name_of, written=_codes([" ".join((*n.given, n.family)) for n in names])[name_of],
        given=given, family=family, family_text=np.array([last for _, last in spelled], dtype=object)[name_of],
        first_letter=_codes([name.first[:1] for name in names])[name_of],
        is_initial=np.array([len(name.first) == 1 for name in names], dtype=bool)[name_of],
        many_given=np.array([len(name.given) > 1 for name in names], dtype=bool)[name_of],
        common=_common(names, name_of, given, family),
        emails=emails, email=_codes(emails), local=_codes(locals_),
        domain=_codes([_company_domain(text) for text in emails]),
        is_role=np.array([local in _role_mailboxes() for local in locals_], dtype=bool),
        phone=phone, is_switchboard=extended | _shared_by_many(phone, family),
        account=_codes(texts_of(table, "account")), country=_codes([iso_country(t) or "" for t in texts_of(table, "country")]),
        other_id=_codes(texts_of(table, "other_id")),
    )  # fmt: skip


def _codes(texts: Sequence[str] | Texts) -> Codes:
    remembered: dict[str, int] = {}
    return np.fromiter(
        (_remember(remembered, text, code) for text in texts), dtype=np.int64, count=len(texts)
    )


def _remember(remembered: dict[str, int], text: str, reading: Callable[[str], int]) -> int:
    found = remembered.get(text)
    if found is None:
        found = remembered[text] = reading(text)
    return found


def _names(table: pa.Table) -> tuple[tuple[PersonName, ...], Codes]:
    """The distinct names, and for each row which it has."""
    at: dict[tuple[str, ...], int] = {}
    parts: Iterable[tuple[Any, ...]] = zip(
        *(texts_of(table, c) for c in ("given", "family", "full")), strict=True
    )
    name_of = np.fromiter((at.setdefault(part, len(at)) for part in parts), dtype=np.int64, count=len(table))
    return tuple(read_person_name(*part) for part in at), name_of


def _is_address(text: str) -> bool:
    local, at, host = text.rpartition("@")
    return bool(at and local) and "." in host and not any(c.isspace() for c in text)


def _company_domain(address: str) -> str:
    """The registrable domain of an address, as long as it is an organisation's."""
    return (read_domain(address).domain or "") if address else ""


@cache
def _role_mailboxes() -> frozenset[str]:
    return frozenset(listed("role_mailboxes.txt"))


def _phones(table: pa.Table) -> tuple[Codes, Flags]:
    texts, countries = texts_of(table, "phone"), texts_of(table, "country")
    numbers = [
        (e164(text, iso_country(country)) or "") if text else ""
        for text, country in zip(texts, countries, strict=True)
    ]
    return _codes(numbers), np.array([has_extension(text[:60]) for text in texts], dtype=bool)


def _shared_by_many(phone: Codes, family: Codes) -> Flags:
    """Whether a row's number is one that many families have."""
    order = np.lexsort((family, phone))
    phones, families = phone[order], family[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (phones[1:] != phones[:-1]) | (families[1:] != families[:-1])
    numbers, many = np.unique(phones[first], return_counts=True)
    shared: Flags = np.isin(phone, numbers[many > _MOST_FAMILIES_OF_A_PHONE]) & (phone != UNKNOWN)
    return shared


def _common(names: tuple[PersonName, ...], name_of: Codes, given: Codes, family: Codes) -> Flags:
    """Whether two different people here have a row's name by chance: it is one of the world's frequent ones, or so
    many names here have its given name, and so many its family name, that drawn apart they would meet more than once.

    Names are counted, not records, so that somebody who stands here ten times makes no name frequent.
    """
    world = np.array([is_common(name) for name in names], dtype=bool)[name_of]
    if not len(name_of):
        return world
    both, of_row = np.unique(np.stack([given, family]), axis=1, return_inverse=True)
    by_given, by_family = _frequency(both[0]), _frequency(both[1])
    often = (by_given >= _OFTEN) & (by_family >= _OFTEN) & (by_given * by_family >= both.shape[1])
    common: Flags = world | often[of_row.ravel()]
    return common


def _frequency(codes: Codes) -> Codes:
    _, at, counts = np.unique(codes, return_inverse=True, return_counts=True)
    return counts[at].astype(np.int64)


def spelled_local(address: str) -> str:
    """The part of an address before the sign, letters only, vowels spelled one way: `Anna.Müller@` is `annamuller`."""
    return loose("".join(c for c in address.rpartition("@")[0].partition("+")[0] if c.isalpha()))
