"""Salesforce field history: LeadHistory, ContactHistory, AccountHistory, OpportunityFieldHistory.

Each row dates one change of one field, so nothing has to be assumed. Rows about things that are no
fields (`created`, `leadConverted`, ...) are quarantined; of an owner's two rows, the one with ids is taken.
"""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts.rows import Assumed, AttributeChange, Fact
from handraise.importers.cells import CellParser, parser_of
from handraise.importers.rejects import CellError, RowRejected
from handraise.importers.salesforce import account, contact, lead, opportunity
from handraise.importers.salesforce.ids import to_18
from handraise.importers.salesforce.reader import TIMES, SalesforceReader
from handraise.importers.schema import Match, ObjectSchema, columns, match
from handraise.importers.settings import ImportSettings
from handraise.model.fields import Field

_COLUMNS = """
Id                  | History ID              |
{parent}            | {label}                 |
Field               | Field / Event           |
OldValue            | Old Value               | - the change before says it
NewValue            | New Value               |
DataType            | Data Type               | -
"""


def _schema(name: str, parent: str, label: str) -> ObjectSchema:
    return ObjectSchema(
        name,
        columns(_COLUMNS.format(parent=parent, label=label) + TIMES),
        must=(parent, "Field", "NewValue", "CreatedDate"),
        marks=(("Field",),),
    )


LEADS = _schema("Salesforce LeadHistory", "LeadId", "Lead ID")
CONTACTS = _schema("Salesforce ContactHistory", "ContactId", "Contact ID")
ACCOUNTS = _schema("Salesforce AccountHistory", "AccountId", "Account ID")
OPPORTUNITIES = _schema("Salesforce OpportunityFieldHistory", "OpportunityId", "Opportunity ID")
_PARENTS = {
    "LeadId": lead.SCHEMA,
    "ContactId": contact.SCHEMA,
    "AccountId": account.SCHEMA,
    "OpportunityId": opportunity.SCHEMA,
}


class FieldHistoryReader(SalesforceReader):
    """One change of one field a row."""

    def __init__(self, match: Match, header: Sequence[str], source: str, settings: ImportSettings) -> None:
        super().__init__(match, header, source, settings)
        self._parent = next(name for name in _PARENTS if self.cells.has(name))
        self._catalog = settings.catalog()
        self._fields: dict[str, tuple[tuple[Field, CellParser | None], ...]] = {}

    def facts(self, row: Sequence[str]) -> list[Fact]:
        subject = self.start(row, self._parent)
        name = self.cells.required("Field")
        at = self.created()
        if at is None:
            raise RowRejected(self.cells.column("CreatedDate"), "missing", "the change has no date.")
        if name not in self._fields:
            self._fields[name] = self._filled_by(name)
        value = self.cells.text("NewValue")
        fields = self._fields[name]
        if not fields:
            raise RowRejected(
                self.cells.column("Field"),
                "no_field",
                f"`{name[:60]}` is not a field that is imported.",
                name,
            )
        out: list[Fact] = []
        for own, parse in fields:
            if own.name == "owner" and value is not None and not _is_id(value):
                reason = "the change of owner is told a second time, with ids; that row counts."
                raise RowRejected(self.cells.column("NewValue"), "told_twice", reason, value)
            text = self._parsed(value, parse)
            out.append(AttributeChange(own.entity, subject, own.name, text, at, at, Assumed.HISTORY))
        return out

    def _filled_by(self, name: str) -> tuple[tuple[Field, CellParser | None], ...]:
        """The fields that the column of that name fills; `Owner` is what the history calls `OwnerId`."""
        written = "OwnerId" if name == "Owner" else name
        use = match((written,), _PARENTS[self._parent], self._catalog).uses[0]
        return tuple((own, self._parser(own)) for own in use.fills)

    def _parser(self, own: Field) -> CellParser | None:
        return to_18 if own.name == "owner" else parser_of(self._catalog.type_of(own), self.instants)

    def _parsed(self, value: str | None, parse: CellParser | None) -> str | None:
        if value is None or parse is None:
            return value
        try:
            return parse(value)
        except CellError as error:
            raise RowRejected.of(self.cells.column("NewValue"), error, value) from None


def _is_id(text: str) -> bool:
    try:
        to_18(text)
    except CellError:
        return False
    return True
