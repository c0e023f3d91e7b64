"""From a column spec to a function of the row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from handraise.importers.cells import CellParser
from handraise.importers.instants import InstantReader
from handraise.importers.mapping.model import ColumnSpec, Condition
from handraise.importers.rejects import CellError, RowRejected
from handraise.importers.settings import ImportSettings
from handraise.model.time import Micros

Row = Sequence[str]
TextOf = Callable[[Row], str | None]
InstantOf = Callable[[Row], Micros | None]
_BRACES = re.compile(r"\{([^}]*)\}")


class Columns:
    """Where the columns of the file are, as the mapping names them."""

    def __init__(self, header: Sequence[str], missing: frozenset[str]) -> None:
        self.header = header
        self.missing = missing
        self._index: Mapping[str, int] = {name.casefold(): i for i, name in enumerate(header) if name}

    def position(self, name: str) -> int | None:
        return self._index.get(name.strip().casefold())

    def cell(self, name: str, missing: tuple[str, ...] = ()) -> TextOf:
        """The cell as it is written; blank and missing ones are `None`."""
        position = self.position(name)
        if position is None:
            return lambda row: None
        absent = self.missing | set(missing)

        def read(row: Row) -> str | None:
            value = row[position]
            return (
                None if not value or value in absent or value.isspace() or value.strip() in absent else value
            )

        return read

    def label(self, spec: ColumnSpec) -> str | None:
        """The file's own header for messages."""
        if not spec.columns:
            return None
        position = self.position(spec.columns[0])
        return spec.columns[0] if position is None else self.header[position]


def text_of(spec: ColumnSpec, columns: Columns, parse: CellParser | None = None) -> TextOf:
    """The value that the spec gives for a row: written, mapped, defaulted, parsed. Raises `RowRejected`."""
    raw, label = _written(spec, columns), columns.label(spec)
    mapped = raw if spec.map is None else _mapped(raw, spec.map, label)
    default = spec.default

    def read(row: Row) -> str | None:
        value = mapped(row)
        if value is None:
            value = default
        if value is None or parse is None:
            return value
        try:
            return parse(value)
        except CellError as error:
            raise RowRejected.of(label, error, value) from None

    return mapped if default is None and parse is None else read


def instant_of(spec: ColumnSpec, columns: Columns, settings: ImportSettings, zone: str | None) -> InstantOf:
    """The instant that the spec gives for a row."""
    if spec.exported:
        exported_at = settings.exported_at
        return lambda row: exported_at
    reader = InstantReader(
        spec.zone or zone or settings.zone, spec.formats or settings.formats, settings.latest
    )
    value_of, label = text_of(spec, columns), columns.label(spec)

    def read(row: Row) -> Micros | None:
        value = value_of(row)
        if value is None:
            return None
        try:
            return reader.read(value)
        except CellError as error:
            raise RowRejected.of(label, error, value) from None

    return read


def condition_of(condition: Condition, columns: Columns) -> Callable[[Row], bool]:
    """Whether a row is taken."""
    cell, negated = columns.cell(condition.column), condition.negated
    if condition.values is None:
        return lambda row: (cell(row) is None) is negated
    wanted = frozenset(v.strip() for v in condition.values)

    def holds(row: Row) -> bool:
        value = cell(row)
        return value is not None and ((value.strip() in wanted) is not negated)

    return holds


def _written(spec: ColumnSpec, columns: Columns) -> TextOf:
    if spec.column is not None:
        return columns.cell(spec.column, spec.missing)
    if spec.template is not None:
        return _template(spec.template, columns, spec.missing)
    constant = spec.constant
    return lambda row: constant


def _template(template: str, columns: Columns, missing: tuple[str, ...]) -> TextOf:
    """Texts and cells in turn; missing if any of its cells is."""
    parts = _BRACES.split(template)
    texts, cells = parts[::2], [columns.cell(name, missing) for name in parts[1::2]]

    def read(row: Row) -> str | None:
        out = [texts[0]]
        for cell, text in zip(cells, texts[1:], strict=True):
            value = cell(row)
            if value is None:
                return None
            out += (value, text)
        return "".join(out)

    return read


def _mapped(raw: TextOf, values: Mapping[str, str | None], label: str | None) -> TextOf:
    folded = {k.strip().casefold(): v for k, v in values.items()}

    def read(row: Row) -> str | None:
        value = raw(row)
        if value is None:
            return None
        key = value.strip().casefold()
        if key in folded:
            return folded[key]
        if "*" in folded:
            return folded["*"]
        raise RowRejected(
            label, "unmapped_value", f"the mapping does not say what `{value[:60]}` means.", value
        )

    return read
