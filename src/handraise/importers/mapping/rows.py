"""A row of a mapped file as facts: one writer for each table, all made from the mapping before the first row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from handraise.facts.rows import (
    AccountRecord,
    Activity,
    Assumed,
    AttributeChange,
    ContactRole,
    Fact,
    IdentityKey,
    Membership,
    Opportunity,
    OpportunityStage,
    PersonRecord,
)
from handraise.importers.cells import CellParser
from handraise.importers.identity_keys import email_key
from handraise.importers.imports import Notes
from handraise.importers.mapping.model import FileMapping, Target
from handraise.importers.mapping.occurrences import Occurrences
from handraise.importers.mapping.values import (
    Columns,
    Row,
    condition_of,
    text_of,
)
from handraise.importers.mapping.words import TargetWords
from handraise.importers.rejects import RowRejected
from handraise.importers.settings import ImportSettings
from handraise.model.activities import ACTIVITY_TYPES, is_activity_type
from handraise.model.conditions import DealStatus
from handraise.model.fields import Field, FieldCatalog

Write = Callable[[Row, list[Fact]], None]
_STATUSES = {s.value: s for s in DealStatus}


class MappedReader:
    """Reads the rows of one file by its mapping; every target that takes a row adds its facts."""

    def __init__(
        self,
        file: FileMapping,
        source: str,
        header: Sequence[str],
        settings: ImportSettings,
        catalog: FieldCatalog,
    ) -> None:
        self.notes = Notes()
        columns = Columns(header, frozenset(file.missing) | settings.missing)
        occurrences = self._occurrences = Occurrences()
        self._targets = [
            (
                tuple(condition_of(c, columns) for c in target.when),
                _Target(target, file, source, columns, settings, catalog, self.notes, occurrences).writer(),
            )
            for target in file.targets
        ]

    def facts(self, row: Row) -> list[Fact]:
        out: list[Fact] = []
        taken, n_repeated = False, self._occurrences.n_repeated
        for conditions, write in self._targets:
            if all(holds(row) for holds in conditions):
                taken = True
                write(row, out)
        if not taken:
            raise RowRejected(None, "no_target", "no target of the mapping takes the row.")
        if self._occurrences.n_repeated > n_repeated:
            self.notes.n_repeated += 1
        return out


class _Target(TargetWords):
    """The making of one target's writer."""

    def __init__(
        self,
        target: Target,
        file: FileMapping,
        source: str,
        columns: Columns,
        settings: ImportSettings,
        catalog: FieldCatalog,
        notes: Notes,
        occurrences: Occurrences,
    ) -> None:
        super().__init__(target, file, source, columns, settings, catalog, notes)
        self.occurrences = occurrences

    def writer(self) -> Write:
        makers: dict[str, Callable[[], Write]] = {
            "people": self._people,
            "accounts": self._accounts,
            "assets": self._things,
            "programs": self._things,
            "opportunities": self._opportunities,
            "attribute_changes": self._changes,
            "memberships": self._memberships,
            "identity_keys": self._keys,
            "activities": self._activities,
            "opportunity_stages": self._stages,
            "contact_roles": self._roles,
        }
        return makers[self.target.table]()

    def _people(self) -> Write:
        id_of, known_of, attributes = self.id("id"), self.known(), self.attributes("person")
        identified_of, email_of = self.flag("identified"), self.email()

        def write(row: Row, out: list[Fact]) -> None:
            record = id_of(row)
            created, at, assumed = known_of(row)
            known = at if created is None else created
            out.append(PersonRecord(record, known, known, identified_of(row) is not False))
            attributes(row, out, record, created, at, assumed)
            key = email_of(row)
            if key is not None:
                out.append(IdentityKey(record, key, known, known))

        return write

    def _accounts(self) -> Write:
        id_of, known_of, attributes, own_of = (
            self.id("id"),
            self.known(),
            self.attributes("account"),
            self.flag("own"),
        )

        def write(row: Row, out: list[Fact]) -> None:
            account = id_of(row)
            created, at, assumed = known_of(row)
            known = at if created is None else created
            out.append(AccountRecord(account, known, known, own_of(row) or False))
            attributes(row, out, account, created, at, assumed)

        return write

    def _things(self) -> Write:
        """Assets, which keep their ids as written, and programs."""
        entity = self.target.entity or ""
        id_of = self.needed("id") if self.target.table == "assets" else self.id("id")
        known_of, attributes = self.known(), self.attributes(entity)

        def write(row: Row, out: list[Fact]) -> None:
            attributes(row, out, id_of(row), *known_of(row))

        return write

    def _opportunities(self) -> Write:
        id_of, account_of = self.id("id"), self.any_id("account")
        known_of, attributes = self.known(), self.attributes("opportunity")

        def write(row: Row, out: list[Fact]) -> None:
            opportunity = id_of(row)
            created, at, assumed = known_of(row)
            known = at if created is None else created
            out.append(Opportunity(opportunity, account_of(row), known, known))
            attributes(row, out, opportunity, created, at, assumed)

        return write

    def _changes(self) -> Write:
        """Dated values: of the fields that the mapping names, or of the field that the row names."""
        entity = self.target.entity or ""
        id_of = self.needed("id") if entity == "asset" else self.id("id")
        at_of = self.at()
        values_of = self._named_field(entity) if "field" in self.target.specs else self._named_fields()

        def write(row: Row, out: list[Fact]) -> None:
            subject, (at, known) = id_of(row), at_of(row)
            for name, value in values_of(row):
                out.append(AttributeChange(entity, subject, name, value, at, known, Assumed.HISTORY))

        return write

    def _named_fields(self) -> Callable[[Row], list[tuple[str, str | None]]]:
        values = [(own.name, value_of) for own, value_of, _, _ in self.field_values()]
        return lambda row: [
            (name, value) for name, value_of in values if (value := value_of(row)) is not None
        ]

    def _named_field(self, entity: str) -> Callable[[Row], list[tuple[str, str | None]]]:
        """In a table of changes a blank new value erases the old one."""
        field_of, value_of = self.needed("field"), self.text("value")
        label = self.columns.label(self.target.specs["value"])
        parsers: dict[str, CellParser | None] = {}
        spec = self.target.specs["value"]

        def read(row: Row) -> list[tuple[str, str | None]]:
            name, value = field_of(row).strip().removeprefix(entity + "."), value_of(row)
            if name not in parsers:
                parsers[name] = self.parser(Field(entity, name), spec)
            parse = parsers[name]
            if value is None or parse is None:
                return [(name, value)]
            try:
                return [(name, parse(value))]
            except ValueError as error:
                raise RowRejected(label, getattr(error, "code", "unreadable"), str(error), value) from None

        return read

    def _memberships(self) -> Write:
        person_of, account_of, at_of, stated_of = (
            self.id("person"),
            self.any_id("account"),
            self.at(),
            self.flag("stated"),
        )

        def write(row: Row, out: list[Fact]) -> None:
            out.append(Membership(person_of(row), account_of(row), *at_of(row), stated_of(row) is not False))

        return write

    def _keys(self) -> Write:
        person_of, at_of, other_of, email_of = (
            self.id("person"),
            self.at(),
            self.any_id("other"),
            self.text("email"),
        )
        counts = self.notes.counts

        def write(row: Row, out: list[Fact]) -> None:
            other, address = other_of(row), email_of(row)
            key = email_key(address) if address is not None else None if other is None else "id:" + other
            if key is not None:
                out.append(IdentityKey(person_of(row), key, *at_of(row)))
            elif address is not None:
                counts["unusable_email", "an e-mail address is none and joins nobody."] += 1

        return write

    def _activities(self) -> Write:
        id_of = self.text("id")
        person_of, at_of, type_of = self.id("person"), self.at(), self._type()
        channel_of, asset_of = self.text("channel"), self.text("asset")
        program_of, product_of = self.any_id("program"), self.text("product")
        properties = [
            (name, text_of(spec, self.columns, self.property_parser(spec)))
            for name, spec in self.target.properties.items()
        ]
        key = self.occurrences.key

        def write(row: Row, out: list[Fact]) -> None:
            record, (at, known), type_ = person_of(row), at_of(row), type_of(row)
            channel = channel_of(row) or (ACTIVITY_TYPES[type_].channel if type_ in ACTIVITY_TYPES else None)
            asset, program, product = asset_of(row), program_of(row), product_of(row)
            found = {name: value for name, value_of in properties if (value := value_of(row)) is not None}
            message = id_of(row) or key((record, at, type_, channel, asset, program, product, found))
            out.append(Activity(message, record, at, known, type_, channel, asset, program, product, found))

        return write

    def _type(self) -> Callable[[Row], str]:
        spec = self.target.specs["type"]
        type_of, label = self.needed("type"), self.columns.label(spec)
        if spec.possible is not None:
            return type_of

        def read(row: Row) -> str:
            name = type_of(row).strip()
            if not is_activity_type(name):
                raise RowRejected(
                    label,
                    "unknown_type",
                    f"`{name[:60]}` is not a kind of activity; the mapping can say which one it means.",
                    name,
                )
            return name

        return read

    def _stages(self) -> Write:
        opportunity_of, stage_of, status_of, at_of = (
            self.id("opportunity"),
            self.needed("stage"),
            self.needed("status"),
            self.at(),
        )
        label = self.columns.label(self.target.specs["status"])

        def write(row: Row, out: list[Fact]) -> None:
            written = status_of(row).strip().casefold()
            status = _STATUSES.get(written)
            if status is None:
                raise RowRejected(
                    label,
                    "unmapped_value",
                    f"`{written[:60]}` is not open, won or lost; the mapping can say which one it means.",
                    written,
                )
            out.append(OpportunityStage(opportunity_of(row), stage_of(row), status, *at_of(row)))

        return write

    def _roles(self) -> Write:
        opportunity_of, person_of, at_of = self.id("opportunity"), self.id("person"), self.at()
        role_of, primary_of = self.text("role"), self.flag("primary")

        def write(row: Row, out: list[Fact]) -> None:
            out.append(
                ContactRole(
                    opportunity_of(row), person_of(row), role_of(row), primary_of(row) or False, *at_of(row)
                )
            )

        return write
