"""Fields: what can be known about a person, an account, an asset, a program or a deal.

`STANDARD_FIELDS` is the contract between importers (which fill them) and playbooks (which test
them). A workspace adds its own fields; `FieldCatalog` holds both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from handraise.model.hashed import Hashed
from handraise.model.values import FieldType


class Entity(Enum):
    """What a field belongs to; also the first word of its written name."""

    PERSON = "person"
    ACCOUNT = "account"
    ASSET = "asset"
    PROGRAM = "program"
    OPPORTUNITY = "opportunity"

    @property
    def plural(self) -> str:
        return {
            Entity.PERSON: "people",
            Entity.ACCOUNT: "accounts",
            Entity.ASSET: "assets",
            Entity.PROGRAM: "programs",
            Entity.OPPORTUNITY: "opportunities",
        }[self]


@dataclass(frozen=True, slots=True, order=True)
class Field(Hashed):
    """A field by its written name, `account.employees`."""

    entity: str
    name: str

    def __str__(self) -> str:
        return f"{self.entity}.{self.name}"

    @classmethod
    def parse(cls, text: str) -> Field:
        entity, _, name = text.partition(".")
        return cls(entity, name)


@dataclass(frozen=True, slots=True)
class FieldDefinition(Hashed):
    """A field, its type, and one line that says what it is."""

    field: Field
    type: FieldType
    label: str
    help: str = ""


def _define(entity: Entity, rows: str) -> Iterator[FieldDefinition]:
    types = {t.value: t for t in FieldType}
    for row in rows.strip().splitlines():
        name, type_, label, *help_ = (cell.strip() for cell in row.split("|"))
        yield FieldDefinition(Field(entity.value, name), types[type_], label, help_[0] if help_ else "")


_PERSON = """
name             | text          | Name
first_name       | text          | First name
last_name        | text          | Last name
email            | text          | E-mail address
title            | text          | Job title
seniority        | text          | Seniority | c_level, vp, director, manager, individual_contributor
function         | text          | Function  | finance, procurement, it, ...
department       | text          | Department
buying_role      | text          | Buying role | economic_buyer, champion, technical_evaluator, end_user, blocker
company          | text          | Company | as the person or a rep wrote it
phone            | text          | Phone
mobile_phone     | text          | Mobile phone
country          | text          | Country
state            | text          | State or province
city             | text          | City
postal_code      | text          | Postal code
language         | text          | Language
website          | text          | Web site
lead_source      | text          | Where the person came from
status           | text          | Status in the CRM
rating           | text          | Rating in the CRM
owner            | text          | Owner in the CRM
email_opted_out  | boolean       | Opted out of e-mail
do_not_call      | boolean       | Does not want calls
email_bounced    | boolean       | E-mail bounces
is_competitor    | boolean       | Works for a competitor
is_student       | boolean       | Is a student
is_employee      | boolean       | Is one of our own
is_junk          | boolean       | Is junk (fake name, disposable mailbox)
is_purchased     | boolean       | Came from a purchased list
is_role_mailbox  | boolean       | Mailbox of a team, not of one person
is_free_mail     | boolean       | Mailbox anybody can have
doubts           | list of texts | Doubts about the record | codes of docs/hygiene.md
country_code     | text          | Country code | ISO 3166: GB
state_code       | text          | State code | ISO 3166-2: US-CA
is_deleted       | boolean       | Deleted in the source
is_converted     | boolean       | Lead was converted
return_on        | date          | Agreed date to return to sales
product_interest | list of texts | Products of interest | what the person says
has_need         | boolean       | Need is established
has_budget       | boolean       | Budget is established
has_authority    | boolean       | Authority is established
has_timing       | boolean       | Timing is established
"""
_ACCOUNT = """
name             | text          | Account name
type             | text          | Type in the CRM
industry         | text          | Industry
employees        | whole number  | Number of employees
annual_revenue   | number        | Annual revenue | in the account's currency
country          | text          | Country
state            | text          | State or province
city             | text          | City
postal_code      | text          | Postal code
country_code     | text          | Country code | ISO 3166: GB
state_code       | text          | State code | ISO 3166-2: US-CA
region           | text          | Region
website          | text          | Web site
domain           | text          | Registrable domain
phone            | text          | Phone
ownership        | text          | Ownership
rating           | text          | Rating in the CRM
owner            | text          | Owner in the CRM
parent           | text          | Parent account
source           | text          | Where the account came from
founded_on       | date          | Founded
technologies     | list of texts | Technologies in use
is_competitor    | boolean       | Is a competitor
is_partner       | boolean       | Is a partner
is_customer      | boolean       | Is a customer now
is_former_customer | boolean     | Was a customer, is none now
is_target        | boolean       | On the target list
onboarding_status| text          | Onboarding | in_progress, done
health           | text          | Customer health | good, at_risk
renewal_on       | date          | Renewal date
contract_starts_on | date        | First day of the contract signed last
contract_ends_on | date          | Last day of the contract signed last
last_ticket_on   | date          | Day of the last support ticket
satisfaction     | number        | Customer satisfaction | as last scored, on the scale of its source
segment          | text          | Segment stamped in the CRM
is_deleted       | boolean       | Deleted in the source
"""
_ASSET = """
name             | text          | Asset name
kind             | text          | Kind | whitepaper, case_study, webinar, ...
tier             | text          | Value tier | high, medium, low
stage            | text          | Buying stage the asset is for
topic            | text          | Topic
product          | text          | Product the asset is about
"""
_PROGRAM = """
name             | text          | Program name
type             | text          | Program type
channel          | text          | Channel
status           | text          | Status
started_on       | date          | First day
ended_on         | date          | Last day
cost             | number        | Actual cost
budget           | number        | Budgeted cost
parent           | text          | Parent program
"""
_OPPORTUNITY = """
name             | text          | Deal name
type             | text          | Deal type
amount           | number        | Amount
currency         | text          | Currency
lead_source      | text          | Where the deal came from
owner            | text          | Owner
close_on         | date          | Planned close date
program          | text          | Program credited by the CRM
"""

STANDARD_FIELDS: tuple[FieldDefinition, ...] = (
    *_define(Entity.PERSON, _PERSON),
    *_define(Entity.ACCOUNT, _ACCOUNT),
    *_define(Entity.ASSET, _ASSET),
    *_define(Entity.PROGRAM, _PROGRAM),
    *_define(Entity.OPPORTUNITY, _OPPORTUNITY),
)


class FieldCatalog:
    """The standard fields and a workspace's own, by written name."""

    def __init__(self, extra: Iterable[FieldDefinition] = ()) -> None:
        self._by_field = {d.field: d for d in STANDARD_FIELDS}
        self._by_field.update((d.field, d) for d in extra)
        self.definitions = tuple(self._by_field.values())

    def get(self, field: Field) -> FieldDefinition | None:
        return self._by_field.get(field)

    def type_of(self, field: Field) -> FieldType:
        """The declared type; an undeclared custom field is text."""
        definition = self._by_field.get(field)
        return definition.type if definition else FieldType.TEXT

    def label(self, field: Field) -> str:
        definition = self._by_field.get(field)
        return definition.label if definition else field.name.replace("_", " ")

    def of(self, entity: str) -> tuple[FieldDefinition, ...]:
        return tuple(d for d in self._by_field.values() if d.field.entity == entity)

    def __iter__(self) -> Iterator[FieldDefinition]:
        return iter(self._by_field.values())
