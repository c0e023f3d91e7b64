"""What a mapping says: files by their columns, and for each the tables they fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from handraise.errors import Problem, Span
from handraise.model.fields import Field
from handraise.model.values import FieldType


class Since(Enum):
    """Since when a column without history is assumed to have held."""

    CREATION = "from_creation"
    EXPORT = "from_export"


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """Where a value comes from and how it is read.

    One of `column`, `template` (`"{touch_type}/{direction}"`), `constant` and `exported` (the instant of the
    export). `map`: written value -> value, `*` for all others, `None` for missing; a value that it does not
    name is quarantined. `default` stands for a missing value. `source`: whose id it is, if not this source's.
    """

    column: str | None = None
    template: str | None = None
    constant: str | None = None
    exported: bool = False
    type: FieldType | None = None
    formats: tuple[str, ...] = ()
    zone: str | None = None
    map: Mapping[str, str | None] | None = None
    missing: tuple[str, ...] = ()
    default: str | None = None
    source: str | None = None
    separator: str = ";"
    optional: bool = False
    assumed: Since | None = None
    span: Span | None = field(default=None, compare=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        if self.column is not None:
            return (self.column,)
        return tuple(template_columns(self.template)) if self.template is not None else ()

    @property
    def possible(self) -> tuple[str, ...] | None:
        """The values it can give, if the mapping alone says so."""
        default = (self.default,) if self.default is not None else ()
        if self.constant is not None:
            return (self.constant,)
        if self.map is not None:
            return tuple(dict.fromkeys((*(v for v in self.map.values() if v is not None), *default)))
        return None


def template_columns(template: str) -> Iterator[str]:
    """The names between braces."""
    for part in template.split("{")[1:]:
        name, closed, _ = part.partition("}")
        if closed:
            yield name


@dataclass(frozen=True, slots=True)
class Condition:
    """A row is taken if the cell is (not) one of `values`, or with none of them, if it is (not) known."""

    column: str
    values: tuple[str, ...] | None
    negated: bool
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Target:
    """One table that a file fills: `specs` by the table's own words, `fields` and `properties` by name."""

    table: str
    specs: Mapping[str, ColumnSpec]
    fields: Mapping[Field, ColumnSpec] = field(default_factory=dict)
    properties: Mapping[str, ColumnSpec] = field(default_factory=dict)
    entity: str | None = None
    assumed: Since = Since.EXPORT
    when: tuple[Condition, ...] = ()
    span: Span | None = field(default=None, compare=False)

    @property
    def all_specs(self) -> tuple[ColumnSpec, ...]:
        return (*self.specs.values(), *self.fields.values(), *self.properties.values())


@dataclass(frozen=True, slots=True)
class FileMapping:
    """One kind of file: recognised by columns that it must have, by its name, or by both."""

    name: str
    columns: tuple[str, ...]
    file: str | None
    targets: tuple[Target, ...]
    missing: tuple[str, ...] = ()
    zone: str | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """A mapping file: its source's name and its kinds of files. `warnings` are problems that do not stop it."""

    path: str
    source: str
    files: tuple[FileMapping, ...]
    warnings: tuple[Problem, ...] = ()
