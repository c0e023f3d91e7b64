"""Traits of people and of groups as fields, and the company that a person's traits name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from handraise.facts.rows import AccountRecord, AttributeChange, Fact, Membership
from handraise.importers.cells import parser_of
from handraise.importers.instants import InstantReader
from handraise.importers.rejects import CellError, RowRejected
from handraise.importers.schema import key_of, snake
from handraise.importers.segment.plain import mapping_in, plain
from handraise.importers.segment.who import id_in
from handraise.model.fields import Field, FieldCatalog
from handraise.model.time import Micros

# trait | field, or `-` and why it is none
_PERSON = """
email       | email
name        | name
firstName   | first_name
lastName    | last_name
title       | title
jobTitle    | title
position    | title
department  | department
phone       | phone
mobilePhone | mobile_phone
website     | website
language    | language
companyName | - an account of its own
city        | city
state       | state
country     | country
postalCode  | postal_code
role        | role
id          | - the call says it
userId      | - the call says it
anonymousId | - the call says it
createdAt   | - the call dates the record
username    | -
avatar      | -
age         | -
birthday    | -
gender      | -
description | -
company     | - an account of its own
companyId   | - an account of its own
address     | - read by its parts
"""
_ACCOUNT = """
name            | name
website         | website
domain          | domain
industry        | industry
employees       | employees
employeeCount   | employees
numberOfEmployees | employees
annualRevenue   | annual_revenue
revenue         | annual_revenue
phone           | phone
city            | city
state           | state
country         | country
postalCode      | postal_code
region          | region
type            | type
ownership       | ownership
id              | - the call says it
groupId         | - the call says it
createdAt       | - the call dates the record
avatar          | -
email           | -
description     | -
address         | - read by its parts
"""


def _fields(rows: str) -> dict[str, str | None]:
    pairs = (tuple(cell.strip() for cell in row.split("|")) for row in rows.strip().splitlines())
    return {key_of(trait): None if name.startswith("-") else name for trait, name in pairs}


TRAITS: Mapping[str, Mapping[str, str | None]] = {"person": _fields(_PERSON), "account": _fields(_ACCOUNT)}


MAX_TRAITS = 200


@dataclass(frozen=True, slots=True)
class TraitReader:
    """Reads traits by the types that the fields have."""

    catalog: FieldCatalog
    instants: InstantReader

    def changes(
        self, entity: str, subject: str, traits: Mapping[str, object], at: Micros, known: Micros
    ) -> Iterator[AttributeChange]:
        """One change a field; of two traits that say one field, the first counts. Raises `RowRejected`."""
        if len(traits) > MAX_TRAITS:
            raise RowRejected("traits", "too_many", f"the call has more than {MAX_TRAITS} traits.")
        seen: set[str] = set()
        for name, value in _with_address(traits).items():
            field = _field_of(entity, name)
            text = plain(value)
            if field is None or text is None or field in seen:
                continue
            if "score" in field.split("_") and self.catalog.get(Field(entity, field)) is None:
                continue
            seen.add(field)
            yield AttributeChange(entity, subject, field, self._parsed(entity, field, name, text), at, known)

    def company(
        self,
        out: list[Fact],
        record: str,
        traits: Mapping[str, object],
        prefix: str,
        at: Micros,
        known: Micros,
    ) -> None:
        """The company that a person's traits name: with an id the account of that id, else one of the person's own."""
        company = _company(traits)
        if not company:
            return
        id_ = id_in(company, "id")
        account = record if id_ is None else prefix + id_
        out += (
            AccountRecord(account, at, known, id_ is None),
            Membership(record, account, at, known, id_ is not None),
        )
        name = plain(company.get("name"))
        if name is not None:
            out.append(AttributeChange("person", record, "company", name, at, known))
        out += self.changes("account", account, company, at, known)

    def _parsed(self, entity: str, field: str, trait: str, text: str) -> str:
        parse = parser_of(self.catalog.type_of(Field(entity, field)), self.instants)
        if parse is None:
            return text
        try:
            return parse(text)
        except CellError as error:
            raise RowRejected.of(f"traits.{trait}"[:100], error, text) from None


def _with_address(traits: Mapping[str, object]) -> dict[str, object]:
    """The traits, and the parts of an address as if they were traits, which come last."""
    found = dict(traits)
    address = mapping_in(traits, "address")
    parts = {name: address.get(name) for name in ("city", "state", "country", "postalCode", "postal_code")}
    flat = {
        name.removeprefix("address_"): value
        for name, value in found.items()
        if name.startswith("address_") and name.removeprefix("address_") in parts
    }
    for name, value in (*parts.items(), *flat.items()):
        if value is not None:
            found.setdefault(name, value)
    return found


@lru_cache(maxsize=8192)
def _field_of(entity: str, trait: str) -> str | None:
    """The field's name; a trait of the sender's own is a field of its own name."""
    known = TRAITS[entity]
    key = key_of(trait)
    if key in known:
        return known[key]
    if not key or trait.startswith(("address_", "company_")):
        return None
    return snake(trait)


def _company(traits: Mapping[str, object]) -> Mapping[str, object]:
    """As an object, as a text, or (in a warehouse) as columns `company_...`."""
    given = traits.get("company")
    if isinstance(given, Mapping):
        return given
    found = {
        name.removeprefix("company_"): value for name, value in traits.items() if name.startswith("company_")
    }
    for name in ("company", "companyName"):
        text = plain(traits.get(name))
        if text is not None:
            found.setdefault("name", text)
    return found
