"""The tables of the facts interchange, declared once: one for each kind of fact, with names as texts.

Every row stands for itself, and rows may come in any order. Instants are Arrow timestamps in microseconds, UTC;
records, accounts and opportunities are written `source:id`, as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import pyarrow as pa

VERSION = 1


class Kind(Enum):
    """What a column holds; its Arrow type."""

    TEXT = "text"
    INSTANT = "instant"
    TRUTH = "true or false"

    @property
    def arrow(self) -> pa.DataType:
        types = {
            Kind.TEXT: pa.string(),
            Kind.INSTANT: pa.timestamp("us", tz="UTC"),
            Kind.TRUTH: pa.bool_(),
        }
        return types[self]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the interchange: what it holds, what it means, and whether it may be unknown."""

    name: str
    kind: Kind
    meaning: str
    may_be_unknown: bool = False

    @property
    def field(self) -> pa.Field:
        return pa.field(self.name, self.kind.arrow, nullable=self.may_be_unknown)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the interchange: one row is one `grain`; an export is sorted by `order`, compared by code points."""

    name: str
    meaning: str
    grain: str
    order: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([c.field for c in self.columns])

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)


_KINDS = {"text": Kind.TEXT, "instant": Kind.INSTANT, "truth": Kind.TRUTH}
SOURCE = "source"
_SOURCE = f"{SOURCE} | text | the system that the row comes from"
_TIMES = """
at       | instant | when it happened
known_at | instant | when it could be known
"""


def _columns(rows: str) -> tuple[Column, ...]:
    """Columns written one a line: name, kind (`?` behind it: may be unknown), meaning."""
    cells = [tuple(c.strip() for c in row.split("|")) for row in rows.strip().splitlines() if row.strip()]
    return tuple(Column(n, _KINDS[k.removesuffix("?")], meaning, k.endswith("?")) for n, k, meaning in cells)


def _fact(name: str, meaning: str, grain: str, order: str, rows: str) -> Table:
    columns = _columns("\n".join((_SOURCE, rows.strip(), _TIMES.strip())))
    return Table(name, meaning, grain, tuple(order.split()), columns)


FIELDS = Table(
    "fields",
    "the fields that the data brought beside the standard ones",
    "field",
    ("entity", "field"),
    _columns("""
entity | text  | `person`, `account`, `asset`, `program` or `opportunity`
field  | text  | the field's name, without its entity
type   | text  | `text`, `whole number`, `number`, `boolean`, `date`, `instant` or `list of texts`
label  | text  | what it is called
"""),
)
PEOPLE = _fact(
    "people",
    "a system has a record of somebody",
    "record, as a visitor and as somebody identified",
    "record identified",
    """
record     | text  | the record
identified | truth | false for an anonymous visitor
""",
)
ACCOUNTS = _fact(
    "accounts",
    "a system has a record of an account",
    "account",
    "account",
    """
account | text  | the account
own     | truth | it stands for the company fields of a lead that has no account yet
""",
)
IDENTITY_KEYS = _fact(
    "identity_keys",
    "a person's record bears a key; records that share one are one person",
    "record and key",
    "record key",
    """
record | text | the record
key    | text | `email:` and the address in lower case, or `id:` and another record
""",
)
MEMBERSHIPS = _fact(
    "memberships",
    "a person's record belongs to an account from an instant on",
    "record, instant, source and whether it was stated",
    "record at source stated",
    """
record  | text  | the record
account | text? | the account; unknown where the membership ends
stated  | truth | false for a lead's own company, which gives way to any stated one
""",
)
OPPORTUNITIES = _fact(
    "opportunities",
    "a deal was opened",
    "opportunity",
    "opportunity",
    """
opportunity | text  | the deal
account     | text? | the account it was opened on
""",
)
OPPORTUNITY_STAGES = _fact(
    "opportunity_stages",
    "a deal reached a stage",
    "opportunity, stage and instant",
    "opportunity at stage",
    """
opportunity | text | the deal
stage       | text | the stage's name
status      | text | what it means: `open`, `won` or `lost`
""",
)
CONTACT_ROLES = _fact(
    "contact_roles",
    "a person's record has a role in a deal from an instant on",
    "opportunity, record and instant",
    "opportunity record at",
    """
opportunity | text  | the deal
record      | text  | the record
role        | text? | the role's name
is_primary  | truth | the deal's primary contact
""",
)
ATTRIBUTE_CHANGES = _fact(
    "attribute_changes",
    "a field had a value from an instant on",
    "entity, subject, field, instant, source and how that instant was told",
    "entity subject field at source assumed",
    """
entity  | text  | `person`, `account`, `asset`, `program` or `opportunity`
subject | text  | the record, account, asset, program or deal
field   | text  | the field's name, without its entity
value   | text? | the value as canonical text; unknown erases it
assumed | text  | since when: `history`, `last_modified`, `from_creation` or `from_export`
""",
)
ACTIVITIES = _fact(
    "activities",
    "something a person did, or that was done to them",
    "source and message id",
    "record at source message_id",
    """
message_id | text  | unique within the source for ever; in an export, a hash that stands for it
record     | text  | whose record
type       | text  | the kind of activity, such as `form.submitted`
channel    | text? | channel
asset      | text? | asset
program    | text? | program
product    | text? | product
properties | text  | free properties as a JSON object of texts
""",
)
COVERAGE = Table(
    "coverage",
    "what a source knows all about: inside it, no row means that it did not happen",
    "source, activity type and span",
    ("source", "activity_type", "from_at", "to_at"),
    _columns(f"""
{_SOURCE}
activity_type | text    | the kind of activity
from_at       | instant | first instant
to_at         | instant | last instant
"""),
)

# In the order in which they are exported and loaded.
TABLES: tuple[Table, ...] = (
    FIELDS,
    PEOPLE,
    ACCOUNTS,
    IDENTITY_KEYS,
    MEMBERSHIPS,
    OPPORTUNITIES,
    OPPORTUNITY_STAGES,
    CONTACT_ROLES,
    ATTRIBUTE_CHANGES,
    ACTIVITIES,
    COVERAGE,
)
BY_NAME: Mapping[str, Table] = {table.name: table for table in TABLES}
