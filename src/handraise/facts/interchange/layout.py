"""Arrow columns from elsewhere, held against the interchange: which are there, and whether they hold what they should.

Nothing is converted but the way in which Arrow keeps the same values (large texts, dictionaries, whole
milliseconds).
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import pyarrow as pa

from handraise.errors import InputFileError, Problem
from handraise.facts.interchange import tables
from handraise.facts.interchange.tables import Column, Kind, Table

# Where a database's driver says what its own type was (ADBC for PostgreSQL).
_OWN_TYPE = b"POSTGRESQL:type"


def table_named(name: str) -> Table:
    """The table of that name. Raises `InputFileError` with the nearest one."""
    if name in tables.BY_NAME:
        return tables.BY_NAME[name]
    near = difflib.get_close_matches(name, tables.BY_NAME, 1)
    advice = f"Did you mean `{near[0]}`?" if near else f"There are {', '.join(tables.BY_NAME)}."
    problem = Problem("FT201", f"`{name}` is no table of facts.", advice=(advice,))
    raise InputFileError(problem.sentence, problems=(problem,))


def problems_of(schema: pa.Schema, table: Table, place: str) -> list[Problem]:
    """Every column that is missing, there twice, or of another type."""
    found = []
    for column in table.columns:
        places = schema.get_all_field_indices(column.name)
        if len(places) == 1:
            problem = _type_problem(schema.field(places[0]), column, place)
            if problem is not None:
                found.append(problem)
            continue
        says = "has no column" if not places else f"has {len(places)} columns"
        advice = f"It is {_article(column.kind)}: {column.meaning}."
        found.append(Problem("FT202", f"`{place}` {says} `{column.name}`.", advice=(advice,)))
    return found


def unknown_columns(schema: pa.Schema, table: Table) -> tuple[str, ...]:
    """Columns that the interchange does not know; they are passed over, and said."""
    return tuple(name for name in schema.names if name not in table.names)


def as_declared(batch: pa.RecordBatch, table: Table, place: str) -> pa.RecordBatch:
    """The table's columns in its order and types. Raises `InputFileError` where that would change a value."""
    arrays = [_column(batch.column(c.name), c, place) for c in table.columns]
    schema = pa.schema([pa.field(c.name, c.kind.arrow) for c in table.columns])
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _type_problem(field: pa.Field, column: Column, place: str) -> Problem | None:
    own = (field.metadata or {}).get(_OWN_TYPE, b"").decode("utf-8", "replace")
    if _fits(_plain(field.type), column.kind):
        return None
    sentence = (
        f"`{column.name}` of `{place}` is {own or field.type}, but it should be {_article(column.kind)}."
    )
    return Problem("FT203", sentence, advice=(_ADVICE[column.kind],))


_ADVICE = {
    Kind.TEXT: "Give it as text, for example through a view; numbers are written without trailing zeros.",
    Kind.INSTANT: "Give it with its time zone (PostgreSQL: `timestamptz`), for example `at AT TIME ZONE 'UTC'`.",
    Kind.TRUTH: "Give it as true or false, for example through a view.",
}


def _article(kind: Kind) -> str:
    return {Kind.TEXT: "a text", Kind.INSTANT: "an instant with its zone", Kind.TRUTH: "true or false"}[kind]


def _plain(type_: pa.DataType) -> pa.DataType:
    """A dictionary's values, and JSON as the text it is; any other extension stays what it is (a number kept as text)."""
    if isinstance(type_, pa.BaseExtensionType) and type_.extension_name == "arrow.json":
        return _plain(type_.storage_type)
    return _plain(type_.value_type) if pa.types.is_dictionary(type_) else type_


def _fits(type_: pa.DataType, kind: Kind) -> bool:
    if pa.types.is_null(type_):
        return True
    if kind is Kind.TEXT:
        return bool(
            pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_)
        )
    if kind is Kind.INSTANT:
        return bool(pa.types.is_timestamp(type_)) and type_.tz is not None
    return bool(pa.types.is_boolean(type_))


def _column(array: pa.Array, column: Column, place: str) -> pa.Array:
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    try:
        return array.cast(column.kind.arrow)
    except pa.ArrowInvalid:
        if column.kind is Kind.TEXT:  # bytes that are not UTF-8: each such cell is rejected with its row
            return array.cast(pa.binary()).view(pa.string())
        sentence = (
            f"`{column.name}` of `{place}` has instants that are no whole microseconds, or too far away."
        )
        problem = Problem("FT204", sentence, advice=("Round them, for example through a view.",))
        raise InputFileError(sentence, problems=(problem,)) from None


def texts_of(array: pa.Array) -> Sequence[bytes | None]:
    """A text column's cells as bytes."""
    cells: list[bytes | None] = array.view(pa.binary()).to_pylist()
    return cells
