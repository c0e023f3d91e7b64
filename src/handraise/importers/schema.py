"""What the columns of a known export are called and what they fill; matching a header against that.

A header cell matches a column by its API name or by one of its labels, without regard to case, spaces
and punctuation; so `LastModifiedDate`, `Last Modified Date` and a warehouse's `last_modified_date` are one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from handraise.model.fields import Entity, Field, FieldCatalog, FieldDefinition

_NOT_A_NAME = re.compile(r"[^0-9a-z]+")
_CUSTOM = re.compile(r"(?P<name>.+?)__c\Z", re.I)
_WAREHOUSE_CUSTOM = re.compile(r"(?P<name>.+)_c\Z")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SCORE = re.compile(r"(^|_)scores?($|_)")
# A custom column under another name than the field it fills.
UNKNOWN = "unknown to this importer"
_ALIASES = {"buyer_role": "buying_role", "buying_role": "buying_role"}


def key_of(name: str) -> str:
    """A column's name as it is compared."""
    return _NOT_A_NAME.sub("", name.casefold())


def snake(name: str) -> str:
    """`BuyerRole`, `Buyer_Role` and `Buyer role` as `buyer_role`."""
    split = name if " " in name or "_" in name else _CAMEL.sub("_", name)
    words = _NOT_A_NAME.sub("_", split.casefold()).strip("_")
    return words[:60] or "unnamed"


@dataclass(frozen=True, slots=True)
class ColumnDefinition:
    """A column of an export. `leaks`: overwritten with what came later, so never assumed since creation.
    `also`: other API names of it. `many`: every column whose name begins like this is one of it.

    Without `fills` and without `not_imported` it is structural: ids and instants that the importer reads.
    """

    name: str
    labels: tuple[str, ...] = ()
    fills: tuple[Field, ...] = ()
    leaks: bool = False
    not_imported: str | None = None
    also: tuple[str, ...] = ()
    many: bool = False


def columns(rows: str) -> tuple[ColumnDefinition, ...]:
    """Columns written one a line: name, other names | labels, ... | field field ... `!` if it leaks, or
    `- why it is not imported`. A name that ends in `*` stands for all that begin with it."""
    return tuple(_column(row) for row in rows.splitlines() if row.strip())


def _column(row: str) -> ColumnDefinition:
    written, labels, what = (cell.strip() for cell in row.split("|"))
    name, *also = _listed(written)
    many = name.endswith("*")
    words = () if what.startswith("-") else what.split()
    return ColumnDefinition(
        name.removesuffix("*"),
        tuple(_listed(labels)),
        tuple(Field.parse(w) for w in words if w != "!"),
        "!" in words,
        (what[1:].strip() or "of no use here") if what.startswith("-") else None,
        tuple(also),
        many,
    )


def _listed(cell: str) -> list[str]:
    return [word.strip() for word in cell.split(",") if word.strip()]


@dataclass(frozen=True, slots=True)
class ObjectSchema:
    """An export of one kind of object. `must`: columns without which it is none; `marks`: groups of columns of which
    one is complete in every such export; `never`: columns that show it is another's. `customs`: what its
    custom columns belong to. `id_label`: what a report calls the id. `also_fills`: fields of no standard that
    structural columns fill. `others`: what any other column is, where the reader takes them all.
    `named`: how the name of a file of it begins.
    structural columns fill. `prefix`: what a warehouse puts before the name of a property. `is_open`: custom columns bear
    no mark, so that any number of unknown ones is no evidence against it, and one fills the field of its name where
    there is such a field. `localised`: columns by what other languages call them."""

    name: str
    columns: tuple[ColumnDefinition, ...]
    must: tuple[str, ...]
    marks: tuple[tuple[str, ...], ...]
    never: tuple[str, ...] = ()
    customs: Entity | None = None
    id_label: str | None = None
    also_fills: Mapping[str, FieldDefinition] = field(default_factory=dict)
    others: str | None = None
    named: str | None = None
    prefix: str = ""
    is_open: bool = False
    localised: Mapping[str, str] = field(default_factory=dict)
    by_key: Mapping[str, tuple[ColumnDefinition, str]] = field(init=False, repr=False, compare=False)
    _begin: tuple[tuple[str, ColumnDefinition, str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {c.name: c for c in self.columns}
        by_key = {key_of(c.name): (c, "API name") for c in self.columns}
        for column in self.columns:
            for name in column.also:
                by_key.setdefault(key_of(name), (column, "API name"))
        for column in self.columns:
            for label in column.labels:
                by_key.setdefault(key_of(label), (column, "label"))
        for label, name in self.localised.items():
            if name in by_name:
                by_key.setdefault(key_of(label), (by_name[name], "label"))
        object.__setattr__(self, "by_key", by_key)
        begin = tuple((key, column, how) for key, (column, how) in by_key.items() if column.many)
        object.__setattr__(self, "_begin", begin)

    def plain(self, header: str) -> str:
        """A header without what a warehouse puts before it."""
        is_prefixed = self.prefix and header.casefold().startswith(self.prefix)
        return header[len(self.prefix) :] if is_prefixed else header

    def find(self, header: str) -> tuple[ColumnDefinition, str] | None:
        """The column that a header names, and whether by its API name or by a label."""
        key = key_of(self.plain(header))
        found = self.by_key.get(key)
        if found is not None or not self._begin:
            return found
        return next(((column, how) for begin, column, how in self._begin if key.startswith(begin)), None)


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What became of a column of the file: which column of the export it is, what it fills, how that was seen.

    `means` is `None` for a column that is not imported; then `how` says why.
    """

    header: str
    means: str | None
    fills: tuple[Field, ...]
    how: str
    position: int = 0
    leaks: bool = False
    is_custom: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A header matched against an export: where each column is, and what became of each header cell."""

    uses: tuple[ColumnUse, ...]
    index: Mapping[str, int]
    dialect: str
    n_known: int
    n_exact: int

    @property
    def filling(self) -> tuple[ColumnUse, ...]:
        return tuple(u for u in self.uses if u.fills)


def match(header: Sequence[str], schema: ObjectSchema, catalog: FieldCatalog) -> Match:
    """Matches every header cell; the first of two that say the same wins, the other is not imported."""
    is_warehouse = any(h.startswith("_fivetran_") for h in header)
    index: dict[str, int] = {}
    uses: list[ColumnUse] = []
    n_known = n_exact = n_labels = 0
    id_label = _id_label(header, schema)
    for position, name in enumerate(header):
        is_marked = not schema.is_open and _custom_name(name, is_warehouse)
        found = None if is_marked else schema.find(name)
        if id_label == key_of(name):
            found = (schema.columns[0], "label")
        if found is None or (not name):
            uses.append(_other(name, position, schema))
            continue
        column, how = found[0], "label" if " " in name else found[1]
        n_known += not name.startswith("_fivetran_")
        n_exact += schema.plain(name) in (column.name, *column.also)
        n_labels += how == "label"
        if column.name in index and not column.many:
            other = header[index[column.name]]
            uses.append(ColumnUse(name, None, (), f"`{other}` says the same and is taken", position))
            continue
        index.setdefault(column.name, position)
        means = None if column.not_imported else column.name
        uses.append(ColumnUse(name, means, column.fills, column.not_imported or how, position, column.leaks))
    if schema.customs is not None:
        taken = {f for u in uses for f in u.fills}
        if schema.is_open:
            uses = [_by_name(u, schema, schema.customs, catalog, taken) for u in uses]
        else:
            uses = [_custom(u, schema.customs, is_warehouse, catalog, taken) for u in uses]
    else:
        uses = [_without_custom(u, is_warehouse) for u in uses]
    dialect = "warehouse" if is_warehouse else "labels" if n_labels else "API"
    return Match(tuple(uses), index, dialect, n_known, n_exact)


def _other(name: str, position: int, schema: ObjectSchema) -> ColumnUse:
    """A column that is none of the export's."""
    if schema.others is not None and name:
        return ColumnUse(name, name, (), schema.others, position, is_custom=True)
    return ColumnUse(name, None, (), UNKNOWN if name else "has no name", position)


def _id_label(header: Sequence[str], schema: ObjectSchema) -> str | None:
    """In a report of opportunities without an `Id`, `Opportunity ID` is the id and no reference."""
    if schema.id_label is None or any(key_of(h) == key_of(schema.columns[0].name) for h in header):
        return None
    return key_of(schema.id_label)


def _custom_name(header: str, is_warehouse: bool) -> str | None:
    found = _CUSTOM.match(header) or (_WAREHOUSE_CUSTOM.match(header) if is_warehouse else None)
    return found["name"] if found else None


def _custom(
    use: ColumnUse, entity: Entity, is_warehouse: bool, catalog: FieldCatalog, taken: set[Field]
) -> ColumnUse:
    """A custom column (`Seniority__c`) fills the field of its name; a score only if the workspace declares it."""
    name = _custom_name(use.header, is_warehouse)
    if name is None or use.means is not None:
        return use
    plain = snake(name)
    own = Field(entity.value, _ALIASES.get(plain, plain) if entity is Entity.PERSON else plain)
    if own in taken:
        own = Field(entity.value, f"{own.name}_c")
    is_score = _SCORE.search(own.name) is not None
    if is_score and catalog.get(own) is None:
        return ColumnUse(
            use.header, None, (), f"a score made elsewhere; declare `{own}` to import it", use.position
        )
    taken.add(own)
    return ColumnUse(
        use.header, use.header, (own,), "custom field", use.position, leaks=is_score, is_custom=True
    )


def _by_name(
    use: ColumnUse, schema: ObjectSchema, entity: Entity, catalog: FieldCatalog, taken: set[Field]
) -> ColumnUse:
    """An unknown column fills the field of its name, where there is one and no known column fills it."""
    own = Field(entity.value, snake(schema.plain(use.header)))
    if use.means is not None or use.how != UNKNOWN or catalog.get(own) is None or own in taken:
        return use
    taken.add(own)
    return ColumnUse(use.header, use.header, (own,), "field of its name", use.position, is_custom=True)


def _without_custom(use: ColumnUse, is_warehouse: bool) -> ColumnUse:
    if use.means is not None or _custom_name(use.header, is_warehouse) is None:
        return use
    return ColumnUse(
        use.header, None, (), "custom columns of this object are not imported", use.position, is_custom=True
    )


def custom_fields(found: Match, schema: ObjectSchema, catalog: FieldCatalog) -> tuple[FieldDefinition, ...]:
    """Definitions of the fields that the file fills and that are not standard ones."""
    standard = FieldCatalog()
    own = [
        FieldDefinition(f, catalog.type_of(f), catalog.label(f), f"column `{u.header}`")
        for u in found.uses
        for f in u.fills
        if standard.get(f) is None
    ]
    also = (d for name, d in schema.also_fills.items() if name in found.index)
    return (*own, *(d for d in also if standard.get(d.field) is None))
