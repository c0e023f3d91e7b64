"""HubSpot's history of properties: one row dates one value of one property, so nothing has to be assumed.

Rows about properties that are not imported (running counts, scores) are quarantined.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from handraise.facts.rows import (
    AccountRecord,
    AttributeChange,
    Fact,
    IdentityKey,
    Membership,
    OpportunityStage,
)
from handraise.importers.cells import CellParser, parser_of
from handraise.importers.hubspot import company, contact, deal
from handraise.importers.hubspot.ids import to_id
from handraise.importers.hubspot.reader import HubSpotReader
from handraise.importers.identity_keys import email_key
from handraise.importers.rejects import RowRejected
from handraise.importers.schema import Match, ObjectSchema, columns, key_of, match
from handraise.importers.settings import ImportSettings
from handraise.model.conditions import DealStatus
from handraise.model.fields import Field
from handraise.model.time import Micros

_COLUMNS = """
{parent}            |                         |
name, property_name |                         |
value               |                         |
timestamp           |                         |
source, source_type |                         | - what changed it
source_id           |                         | - what changed it
source_label        |                         | - what changed it
_fivetran_synced    |                         |
_fivetran_start     |                         |
_fivetran_end       |                         |
_fivetran_active    |                         |
"""


def _schema(name: str, parent: str) -> ObjectSchema:
    return ObjectSchema(
        name,
        columns(_COLUMNS.format(parent=parent)),
        must=(parent, "name", "value", "timestamp"),
        marks=(("timestamp",),),
        never=("recipient", "form_id", "engagement_id"),
    )


CONTACTS = _schema("HubSpot contacts' history", "contact_id")
COMPANIES = _schema("HubSpot companies' history", "company_id")
DEALS = _schema("HubSpot deals' history", "deal_id")
_PARENTS = {"contact_id": contact.SCHEMA, "company_id": company.SCHEMA, "deal_id": deal.SCHEMA}
_MOST_NAMES = 10_000
_Fill = tuple[Field, CellParser | None]


class PropertyHistoryReader(HubSpotReader):
    """One value of one property a row; an empty one erases what was there."""

    def __init__(self, match: Match, header: Sequence[str], source: str, settings: ImportSettings) -> None:
        super().__init__(match, header, source, settings)
        self._parent = next(name for name in _PARENTS if self.cells.has(name))
        self._catalog = settings.catalog()
        self._meaning = deal.StageMeaning(settings)
        self._fields: dict[str, tuple[_Fill, ...]] = {}
        self._parsers = {
            **contact.PARSERS,
            Field("account", "lifecycle_stage"): contact.lifecycle_stage,
            Field("account", "status"): contact.LEAD_STATUS,
            Field("account", "parent"): self.reference_text,
            Field("opportunity", "close_on"): self.day,
            Field("opportunity", "lead_source"): contact.TRAFFIC_SOURCE,
        }
        specials: dict[str, dict[str, Callable[[str, str | None, Micros], list[Fact]]]] = {
            "contact_id": {"associatedcompanyid": self._joined, "hsadditionalemails": self._addresses},
            "company_id": {},
            "deal_id": {"dealstage": self._stage},
        }
        self._special = specials[self._parent]

    def facts(self, row: Sequence[str]) -> list[Fact]:
        subject = self.start(row, self._parent)
        name = self.cells.required("name")
        at = self.at("timestamp")
        value = self.cells.text("value")
        special = self._special.get(key_of(name))
        out = special(subject, value, at) if special else self._changes(subject, name, value, at)
        if not out:
            reason = f"`{name[:60]}` is not a property that is imported."
            raise RowRejected(self.cells.column("name"), "no_field", reason, name)
        return out

    def _changes(self, subject: str, name: str, value: str | None, at: Micros) -> list[Fact]:
        out: list[Fact] = []
        for own, parse in self._filled(name):
            text = value
            if value is not None and parse is not None:
                text = self.parsed(self.cells.column("value"), value, parse)
            out += self._change(subject, own, text, at)
        if self._parent == "contact_id" and key_of(name) == "email":
            out += self._addresses(subject, value, at)
        return out

    def _change(self, subject: str, own: Field, value: str | None, at: Micros) -> list[Fact]:
        """A change; what a contact says of its company belongs to the account of its own."""
        if own.entity != "account" or self._parent == "company_id":
            return [AttributeChange(own.entity, subject, own.name, value, at, at)]
        account = f"{self.prefix}contact:{subject.removeprefix(self.prefix)}"
        return [
            AccountRecord(account, at, at, True),
            Membership(subject, account, at, at, False),
            AttributeChange(own.entity, account, own.name, value, at, at),
        ]

    def _filled(self, name: str) -> tuple[_Fill, ...]:
        found = self._fields.get(name)
        if found is None:
            found = self._filled_by(name)
            if len(self._fields) < _MOST_NAMES:
                self._fields[name] = found
        return found

    def _filled_by(self, name: str) -> tuple[_Fill, ...]:
        use = match((name,), _PARENTS[self._parent], self._catalog).uses[0]
        return tuple((own, self._parser(own)) for own in use.fills)

    def _parser(self, own: Field) -> CellParser | None:
        return self._parsers.get(own) or parser_of(self._catalog.type_of(own), self.instants)

    def _stage(self, subject: str, value: str | None, at: Micros) -> list[Fact]:
        if value is None:
            raise RowRejected(
                self.cells.column("value"), "missing", "the change does not say to which stage."
            )
        return [OpportunityStage(subject, value, self._meaning.of(value) or DealStatus.OPEN, at, at)]

    def _joined(self, subject: str, value: str | None, at: Micros) -> list[Fact]:
        """The company a contact belongs to from then on; none, where the value is empty."""
        if value is None:
            return [Membership(subject, None, at, at)]
        company_id = self.parsed(self.cells.column("value"), value, to_id)
        return [Membership(subject, self.prefix + company_id, at, at)]

    def _addresses(self, subject: str, value: str | None, at: Micros) -> list[Fact]:
        keys = [email_key(a) for a in (value or "").split(";") if a.strip()]
        return [IdentityKey(subject, key, at, at) for key in keys if key is not None]
