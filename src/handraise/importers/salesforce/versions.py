"""Versions of Salesforce objects that a warehouse kept: one row an object as it was from one instant to another.

A version dates its values (`_fivetran_start`), so nothing is assumed, and an empty cell says that there was nothing.
What the row says of its own creation is told besides, but no value is carried back to it. The end of a version is the
start of the next one, which says what then was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handraise.facts.rows import AccountRecord, AttributeChange, Fact, Membership, Opportunity, PersonRecord
from handraise.importers.records import Since
from handraise.importers.rejects import RowRejected
from handraise.importers.salesforce import account, contact, lead, opportunity
from handraise.importers.salesforce.reader import SalesforceReader
from handraise.importers.schema import ObjectSchema, columns
from handraise.model.time import Micros

_SPAN = columns("_fivetran_end | | - the next version says it\n_fivetran_active | |")


def _versions(schema: ObjectSchema) -> ObjectSchema:
    return replace(
        schema,
        name=f"{schema.name} versions",
        columns=(*schema.columns, *_SPAN),
        must=(*schema.must, "_fivetran_start", "_fivetran_end"),
        never=tuple(c for c in schema.never if c != "_fivetran_end"),
    )


LEADS, CONTACTS = _versions(lead.SCHEMA), _versions(contact.SCHEMA)
ACCOUNTS, OPPORTUNITIES = _versions(account.SCHEMA), _versions(opportunity.SCHEMA)


class _Version(SalesforceReader):
    """What the readers of versions share: values count from the version's start, empty ones too."""

    def created(self) -> Micros | None:
        """No value is known from the creation of the object on."""
        return None

    def base(self) -> Since:
        since = super().base()
        if self.cells.text("_fivetran_start") is None:
            name = self.cells.column("_fivetran_start")
            raise RowRejected(name, "missing", "the version does not say since when it held.")
        return since

    def made(self) -> Micros:
        """When the object was made, by its own word; else no later than this version."""
        at = self.base().at
        made = self.cells.instant("CreatedDate")
        return at if made is None else min(made, at)


class AccountVersionReader(_Version, account.AccountReader):
    """One version of an account a row."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        out = super().facts(row)
        subject, made = self.start(row), self.made()
        self.attributes.add_blanks(out, row, subject, self.base())
        return [AccountRecord(subject, made, made), *out]


class ContactVersionReader(_Version, contact.ContactReader):
    """One version of a contact a row, with the account it then belonged to."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        out = super().facts(row)
        subject, made, base = self.start(row), self.made(), self.base()
        self.attributes.add_blanks(out, row, subject, base)
        if self.cells.has("AccountId") and self.cells.text("AccountId") is None:
            out.append(Membership(subject, None, base.at, base.at))
        return [PersonRecord(subject, made, made), *out]


class LeadVersionReader(_Version, lead.LeadReader):
    """One version of a lead a row."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        out = super().facts(row)
        subject, made = self.start(row), self.made()
        blanks: list[Fact] = []
        self.attributes.add_blanks(blanks, row, subject, self.base())
        has_company = self.attributes.any_of("account", row)
        out += (b for b in blanks if has_company or not _is_of_account(b))
        return [PersonRecord(subject, made, made), *out]


class OpportunityVersionReader(_Version, opportunity.OpportunityReader):
    """One version of a deal a row; which account it is of, the version that is current says."""

    def facts(self, row: Sequence[str]) -> list[Fact]:
        told: list[Fact] = [f for f in super().facts(row) if not isinstance(f, Opportunity)]
        subject, made = self.start(row), self.made()
        self.attributes.add_blanks(told, row, subject, self.base())
        if self.cells.flag("_fivetran_active") is False:
            return told
        return [Opportunity(subject, self.reference("AccountId"), made, made), *told]


def _is_of_account(fact: Fact) -> bool:
    return isinstance(fact, AttributeChange) and fact.entity == "account"
