"""One tuple per fact, as importers emit it: the logical form, with names where the store has numbers.

Every fact has `at` (when it happened) and `known_at` (when we could know it), in microseconds since
1970-01-01T00:00:00Z. Backfills set `known_at = at` where the source says no better; `known_at` may
lie after `at`, never before the fact could be known.

Names: `record` is one system's record of a person, `account` one system's record of an account, both
written `source:id` (`salesforce:00QWs000000AbcdEAF`, `marketo:10442`); records are joined to people by
`IdentityKey` facts and are never rewritten by a merge. `line` is the 1-based physical line (Parquet: row)
in the imported file on which the source row starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from handraise.model.conditions import DealStatus
from handraise.model.time import Micros


class Assumed(Enum):
    """How we come to say since when a value held.

    `HISTORY` the source dates it; `LAST_MODIFIED` it held at the row's last modification, so at least since
    then; `FROM_CREATION` and `FROM_EXPORT` are assumptions about a column without history, and decisions
    that rest on them say so.
    """

    HISTORY = "history"
    LAST_MODIFIED = "last_modified"
    FROM_CREATION = "from_creation"
    FROM_EXPORT = "from_export"

    @property
    def is_assumption(self) -> bool:
        return self in (Assumed.FROM_CREATION, Assumed.FROM_EXPORT)


class PersonRecord(NamedTuple):
    """A system has a record of somebody. `identified` is false for an anonymous visitor."""

    record: str
    at: Micros
    known_at: Micros
    identified: bool = True


class AccountRecord(NamedTuple):
    """A system has a record of an account. `own` marks the company fields of a lead that has no account yet:
    an account of its own until the lead is converted or matched."""

    account: str
    at: Micros
    known_at: Micros
    own: bool = False


class AttributeChange(NamedTuple):
    """A field had this value from `at` on. `value` is canonical text (`model.values`), `None` erases it.

    `entity` is a `model.fields.Entity` value; `subject` the person record, account, asset, program or
    opportunity id.
    """

    entity: str
    subject: str
    field: str
    value: str | None
    at: Micros
    known_at: Micros
    assumed: Assumed = Assumed.HISTORY


class IdentityKey(NamedTuple):
    """A person record bears a key; records that share a key, as known at an instant, are one person.

    Keys are `email:` + normalised address, or `id:` + another system's record name
    (`id:salesforce:003...`). Every record bears its own name as a key without saying so.
    """

    record: str
    key: str
    at: Micros
    known_at: Micros


class Membership(NamedTuple):
    """A person record belongs to an account from `at` on; `None` ends it.

    `stated` is false for a lead's own company, which gives way to any stated membership.
    """

    record: str
    account: str | None
    at: Micros
    known_at: Micros
    stated: bool = True


class Activity(NamedTuple):
    """Something a person did or that was done to them. `message_id` is unique within the source for ever;
    an activity without an id is keyed by its content and occurrence. `type` is of `model.activities`."""

    message_id: str
    record: str
    at: Micros
    known_at: Micros
    type: str
    channel: str | None = None
    asset: str | None = None
    program: str | None = None
    product: str | None = None
    properties: Mapping[str, str] = {}


class Opportunity(NamedTuple):
    """A deal was opened on an account (or, in exports without accounts, on nobody's: `None`)."""

    opportunity: str
    account: str | None
    at: Micros
    known_at: Micros


class OpportunityStage(NamedTuple):
    """A deal reached a stage; `status` is what that stage means."""

    opportunity: str
    stage: str
    status: DealStatus
    at: Micros
    known_at: Micros


class ContactRole(NamedTuple):
    """A person record has a role in a deal from `at` on; `role` may be unknown, `None`."""

    opportunity: str
    record: str
    role: str | None
    is_primary: bool
    at: Micros
    known_at: Micros


class Coverage(NamedTuple):
    """A source knows of every activity of these types in `[from_at, to_at]`: no row means it did not happen. One that is not
    `stated` was read off the activities, and stretches over everything that the source covered before."""

    activity_types: tuple[str, ...]
    from_at: Micros
    to_at: Micros
    stated: bool = True


Fact = (
    PersonRecord
    | AccountRecord
    | AttributeChange
    | IdentityKey
    | Membership
    | Activity
    | Opportunity
    | OpportunityStage
    | ContactRole
)

FACT_KINDS: tuple[type, ...] = (
    PersonRecord,
    AccountRecord,
    AttributeChange,
    IdentityKey,
    Membership,
    Activity,
    Opportunity,
    OpportunityStage,
    ContactRole,
)


class Rejection(NamedTuple):
    """Why a source row, or one cell of it, cannot be taken. `column` is the file's own header, `value` is cut
    to 200 characters."""

    line: int
    column: str | None
    reason: str
    code: str
    value: str | None = None


class SourceRow(NamedTuple):
    """One row of an imported file: its facts, or why it is quarantined (then `facts` is empty).

    `raw` is the row's own text, kept only for the quarantine so that nothing is lost.
    """

    line: int
    facts: tuple[Fact, ...]
    rejection: Rejection | None = None
    raw: str | None = None
