"""A person a row, as marketing automation keeps them: fields, a company of their own, e-mail, and the ids of a CRM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from handraise.facts.rows import (
    AccountRecord,
    Assumed,
    AttributeChange,
    Fact,
    IdentityKey,
    Membership,
    PersonRecord,
)
from handraise.importers.identity_keys import email_key
from handraise.importers.imports import Notes
from handraise.importers.instants import InstantReader
from handraise.importers.records import Attributes, RowCells, Since
from handraise.importers.salesforce.ids import to_18
from handraise.importers.schema import Match
from handraise.importers.settings import ImportSettings
from handraise.model.time import Micros


class PeopleColumns(NamedTuple):
    """What the columns that are read by themselves are called: of several ids, the first that is there names the record."""

    ids: tuple[str, ...]
    created: str
    updated: str
    email: str
    crm_people: tuple[str, ...] = ()
    crm_account: str | None = None
    deleted: str | None = None


class PeopleReader:
    """One person a row."""

    def __init__(
        self,
        match: Match,
        header: Sequence[str],
        source: str,
        settings: ImportSettings,
        *,
        of: PeopleColumns,
    ) -> None:
        instants = InstantReader(settings.zone, settings.formats, settings.latest)
        self.notes = Notes()
        self.cells = RowCells(match, header, instants, settings.missing)
        self._of = of
        self._prefix, self._crm = source + ":", settings.crm_source + ":"
        self._attributes = Attributes(match, self.cells, settings, instants, self.notes)
        self._from_export = Since(settings.exported_at, Assumed.FROM_EXPORT)

    def facts(self, row: Sequence[str]) -> list[Fact]:
        cells, of = self.cells, self._of
        cells.take(row)
        record = self._prefix + self._id()
        created, updated = cells.instant(of.created), cells.instant(of.updated)
        base = self._from_export if updated is None else Since(updated, Assumed.LAST_MODIFIED)
        known = base.at if created is None else created
        out: list[Fact] = [PersonRecord(record, known, known)]
        if self._attributes.any_of("account", row):
            out += (
                AccountRecord(record, known, known, True),
                Membership(record, record, known, known, False),
            )
        self._attributes.add(out, row, record, created, base, self._from_export)
        self._keys(out, record, known)
        self._crm_account(out, record, base)
        self._deleted(out, record, base)
        return out

    def _id(self) -> str:
        for name in self._of.ids:
            found = self.cells.text(name)
            if found is not None:
                return found.strip()
        return self.cells.required(next((n for n in self._of.ids if self.cells.has(n)), self._of.ids[0]))

    def _keys(self, out: list[Fact], record: str, known: Micros) -> None:
        address = self.cells.text(self._of.email)
        key = email_key(address) if address else None
        if key is not None:
            out.append(IdentityKey(record, key, known, known))
        elif address is not None:
            sentence = f"`{self.cells.column(self._of.email)}` is no e-mail address and joins nobody."
            self.notes.counts["unusable_email", sentence] += 1
        for column in self._of.crm_people:
            other = self.cells.read(column, to_18)
            if other is not None:
                out.append(IdentityKey(record, f"id:{self._crm}{other}", known, known))

    def _crm_account(self, out: list[Fact], record: str, base: Since) -> None:
        account = self.cells.read(self._of.crm_account, to_18) if self._of.crm_account else None
        if account is not None:
            out.append(Membership(record, self._crm + account, base.at, base.at))

    def _deleted(self, out: list[Fact], record: str, base: Since) -> None:
        flag = self.cells.flag(self._of.deleted) if self._of.deleted else None
        if flag is not None:
            value = "true" if flag else "false"
            out.append(AttributeChange("person", record, "is_deleted", value, base.at, base.at, base.assumed))
