"""What the words and fields of a target give for a row: one function each, made before the first row."""

from __future__ import annotations

from collections.abc import Callable

from handraise.facts.rows import Assumed, AttributeChange, Fact
from handraise.importers.cells import PLACEHOLDERS, CellParser, parse_boolean, parser_of
from handraise.importers.identity_keys import email_key
from handraise.importers.imports import Notes
from handraise.importers.instants import InstantReader
from handraise.importers.mapping.model import ColumnSpec, FileMapping, Since, Target
from handraise.importers.mapping.values import Columns, InstantOf, Row, TextOf, instant_of, text_of
from handraise.importers.rejects import RowRejected
from handraise.importers.settings import ImportSettings
from handraise.model.fields import Field, FieldCatalog
from handraise.model.time import Micros


class TargetWords:
    """One target, and what its words and fields give for a row."""

    def __init__(
        self, target: Target, file: FileMapping, source: str, columns: Columns,
        settings: ImportSettings, catalog: FieldCatalog, notes: Notes,
    ) -> None:  # fmt: skip
        self.target, self.file, self.source = target, file, source
        self.columns, self.settings, self.catalog, self.notes = columns, settings, catalog, notes

    # What a word of the target gives for a row.

    def text(self, word: str, parse: CellParser | None = None) -> TextOf:
        spec = self.target.specs.get(word)
        return (lambda row: None) if spec is None else text_of(spec, self.columns, parse)

    def needed(self, word: str) -> Callable[[Row], str]:
        spec = self.target.specs[word]
        return self.present(self.text(word), spec)

    def id(self, word: str) -> Callable[[Row], str]:
        """An id that must be there, as `source:id`."""
        spec = self.target.specs[word]
        prefix = (spec.source or self.source) + ":"
        value_of = self.present(self.text(word), spec)
        return lambda row: prefix + value_of(row)

    def any_id(self, word: str) -> TextOf:
        """An id that may be missing."""
        spec = self.target.specs.get(word)
        if spec is None:
            return lambda row: None
        prefix, value_of = (spec.source or self.source) + ":", self.text(word)
        return lambda row: None if (value := value_of(row)) is None else prefix + value

    def present(self, value_of: TextOf, spec: ColumnSpec) -> Callable[[Row], str]:
        label = self.columns.label(spec)

        def read(row: Row) -> str:
            value = value_of(row)
            if value is None:
                raise RowRejected(label, "missing", f"the row has no `{label}`.")
            return value

        return read

    def flag(self, word: str) -> Callable[[Row], bool | None]:
        value_of = self.text(word, parse_boolean)
        return lambda row: None if (value := value_of(row)) is None else value == "true"

    def instant(self, word: str) -> InstantOf:
        spec = self.target.specs.get(word)
        if spec is None:
            return lambda row: None
        return instant_of(spec, self.columns, self.settings, self.file.zone)

    def at(self) -> Callable[[Row], tuple[Micros, Micros]]:
        """`at`, which must be there, and `known_at`, never before it."""
        at_of, known_of = self.instant("at"), self.instant("known_at")
        label = self.columns.label(self.target.specs["at"])

        def read(row: Row) -> tuple[Micros, Micros]:
            at = at_of(row)
            if at is None:
                raise RowRejected(label, "missing", f"the row has no `{label}`.")
            known = known_of(row)
            return at, at if known is None else max(at, known)

        return read

    # Fields.

    def parser(self, own: Field, spec: ColumnSpec) -> CellParser | None:
        standard = FieldCatalog().get(own)
        type_ = standard.type if standard else spec.type or self.catalog.type_of(own)
        zone = spec.zone or self.file.zone or self.settings.zone
        latest = None  # a field may hold a day to come
        return parser_of(
            type_, InstantReader(zone, spec.formats or self.settings.formats, latest), spec.separator
        )

    def field_values(self) -> list[tuple[Field, TextOf, Since, str | None]]:
        return [
            (
                own,
                self.noted(text_of(spec, self.columns, self.parser(own, spec)), spec),
                spec.assumed or self.target.assumed,
                self.columns.label(spec),
            )
            for own, spec in self.target.fields.items()
        ]

    def noted(self, value_of: TextOf, spec: ColumnSpec) -> TextOf:
        """Counts placeholders that the mapping takes for values."""
        label, counts = self.columns.label(spec) or "", self.notes.placeholders
        if spec.map is not None:
            return value_of

        def read(row: Row) -> str | None:
            value = value_of(row)
            if value is not None and value in PLACEHOLDERS:
                counts[label, value] += 1
            return value

        return read

    def known(self) -> Callable[[Row], tuple[Micros | None, Micros, Assumed]]:
        """When the row was created, and since when its columns are known otherwise."""
        created_of, modified_of = self.instant("created"), self.instant("modified")
        exported_at = self.settings.exported_at

        def read(row: Row) -> tuple[Micros | None, Micros, Assumed]:
            created, modified = created_of(row), modified_of(row)
            if modified is None:
                return created, exported_at, Assumed.FROM_EXPORT
            return created, modified, Assumed.LAST_MODIFIED

        return read

    def attributes(
        self, entity: str
    ) -> Callable[[Row, list[Fact], str, Micros | None, Micros, Assumed], None]:
        values = self.field_values()
        listed = self.settings.from_creation

        def write(
            row: Row, out: list[Fact], subject: str, created: Micros | None, at: Micros, assumed: Assumed
        ) -> None:
            for own, value_of, since, _ in values:
                value = value_of(row)
                if value is None:
                    continue
                if created is not None and (since is Since.CREATION or own in listed):
                    out.append(
                        AttributeChange(
                            entity, subject, own.name, value, created, created, Assumed.FROM_CREATION
                        )
                    )
                else:
                    out.append(AttributeChange(entity, subject, own.name, value, at, at, assumed))

        return write

    def property_parser(self, spec: ColumnSpec) -> CellParser | None:
        if spec.type is None:
            return None
        zone = spec.zone or self.file.zone or self.settings.zone
        return parser_of(
            spec.type, InstantReader(zone, spec.formats or self.settings.formats), spec.separator
        )

    def email(self) -> TextOf:
        spec = self.target.fields.get(Field("person", "email"))
        if spec is None:
            return lambda row: None
        value_of, label, counts = text_of(spec, self.columns), self.columns.label(spec), self.notes.counts

        def read(row: Row) -> str | None:
            value = value_of(row)
            key = None if value is None else email_key(value)
            if value is not None and key is None:
                counts["unusable_email", f"`{label}` is no e-mail address and joins nobody."] += 1
            return key

        return read
