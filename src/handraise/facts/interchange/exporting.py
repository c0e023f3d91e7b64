"""Facts out of a store, as the tables of the interchange: streamed, in an order that no number of the store shows in.

What is exported is what counts at an append horizon: of the rows of one key, the one that won until then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from handraise.facts import rows
from handraise.facts.chunks import DEAL_STATUSES
from handraise.facts.interchange import tables
from handraise.facts.interchange.kept import KEPT_PREFIX
from handraise.facts.store import FactStore

BATCH_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class _Selection:
    """Where a table's columns are found in the store, `f` being the fact; instants are its own."""

    fact: str
    columns: Mapping[str, str]
    joins: str


def export(
    store: FactStore, horizon: int | None = None, names: Sequence[str] | None = None
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Every table's rows up to an append horizon (default: all), in batches, table by table, each sorted.

    An empty table gives one batch without rows, so that its columns are seen. `names` chooses among the tables.
    """
    horizon = store.last_seq if horizon is None else horizon
    for table in tables.TABLES:
        if names is None or table.name in names:
            for batch in batches_of(store, table, horizon):
                yield table.name, batch


def batches_of(store: FactStore, table: tables.Table, horizon: int) -> Iterator[pa.RecordBatch]:
    """One table's rows in batches of `BATCH_ROWS`, at least one batch."""
    if table is tables.COVERAGE:
        yield _coverage(store, horizon)
    elif table is tables.FIELDS:
        yield _fields(store)
    else:
        yield from _facts(store, table, horizon)


def _facts(store: FactStore, table: tables.Table, horizon: int) -> Iterator[pa.RecordBatch]:
    cursor = store.cursor()
    try:
        found = cursor.sql(_statement(table), params={"horizon": horizon})
        for batch in _of_equal_size(found.to_arrow_reader(BATCH_ROWS)):
            yield _as_declared(batch, table)
    finally:
        cursor.close()


def _statement(table: tables.Table) -> str:
    selection = _SELECTIONS[table.name]
    columns = {"source": "sn.name", **selection.columns, "at": "f.happened_at", "known_at": "f.known_at"}
    shown = ", ".join(f'{columns[name]} AS "{name}"' for name in table.names)
    order = ", ".join(f'"{name}"' for name in table.order)
    return f"""SELECT {shown} FROM {selection.fact} f JOIN source_names sn ON sn.id = f.source {selection.joins}
        WHERE f.seq <= $horizon AND (f.superseded_seq IS NULL OR f.superseded_seq > $horizon)
        ORDER BY {order}"""


def _as_declared(batch: pa.RecordBatch, table: tables.Table) -> pa.RecordBatch:
    """The columns in the interchange's types; instants come as microseconds."""
    arrays = [batch.column(c.name).cast(c.kind.arrow) for c in table.columns]
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)


def _of_equal_size(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The same rows in batches that do not depend on how the database cut them; one empty batch for none."""
    held: list[pa.RecordBatch] = []
    n_held = n_given = 0
    for batch in reader:
        held.append(batch)
        n_held += batch.num_rows
        while n_held >= BATCH_ROWS:
            whole = pa.concat_batches(held)
            yield whole.slice(0, BATCH_ROWS)
            held, n_held, n_given = [whole.slice(BATCH_ROWS)], n_held - BATCH_ROWS, n_given + 1
    if n_held or not n_given:
        empty = pa.RecordBatch.from_pylist([], schema=reader.schema)
        yield pa.concat_batches(held or [empty])


def _coverage(store: FactStore, horizon: int) -> pa.RecordBatch:
    """What the sources cover, spans joined: the same however many imports it came in."""
    spans = sorted(
        (span.source, type_, span.from_at, span.to_at)
        for span in store.coverage(horizon)
        for type_ in span.activity_types
    )
    return _batch(spans, tables.COVERAGE)


def _fields(store: FactStore) -> pa.RecordBatch:
    found = ((d.field.entity, d.field.name, d.type.value, d.label) for d in store.fields())
    return _batch(sorted(found), tables.FIELDS)


def _batch(found: Sequence[tuple[object, ...]], table: tables.Table) -> pa.RecordBatch:
    cells = zip(*found, strict=True) if found else ([] for _ in table.columns)
    columns = zip(table.columns, cells, strict=True)
    return pa.RecordBatch.from_arrays(
        [pa.array(list(c), column.kind.arrow) for column, c in columns], schema=table.schema
    )


def _word(number: str, words: Sequence[str]) -> str:
    """SQL for the word that an index into `words` stands for."""
    listed = ", ".join(f"'{w}'" for w in words)
    return f"([{listed}])[{number} + 1]"


_RECORD = "JOIN record_names r ON r.id = f.record"
_ACCOUNT_OR_NONE = "LEFT JOIN account_names a ON a.id = f.account"
_OPPORTUNITY = "JOIN thing_names t ON t.id = f.opportunity"
_KIND_COLUMNS = ("type", "channel", "asset", "program", "product", "properties")
_SELECTIONS: Mapping[str, _Selection] = {
    "people": _Selection("person_records", {"record": "r.name", "identified": "f.identified"}, _RECORD),
    "accounts": _Selection(
        "account_records",
        {"account": "a.name", "own": "f.own"},
        "JOIN account_names a ON a.id = f.account",
    ),
    "identity_keys": _Selection(
        "identity_keys",
        {"record": "r.name", "key": "k.name"},
        f"{_RECORD} JOIN key_names k ON k.id = f.identity_key",
    ),
    "memberships": _Selection(
        "memberships",
        {"record": "r.name", "account": "a.name", "stated": "f.stated"},
        f"{_RECORD} {_ACCOUNT_OR_NONE}",
    ),
    "opportunities": _Selection(
        "opportunities",
        {"opportunity": "t.name", "account": "a.name"},
        f"{_OPPORTUNITY} {_ACCOUNT_OR_NONE}",
    ),
    "opportunity_stages": _Selection(
        "opportunity_stages",
        {"opportunity": "t.name", "stage": "f.stage", "status": _word("f.status", DEAL_STATUSES)},
        _OPPORTUNITY,
    ),
    "contact_roles": _Selection(
        "contact_roles",
        {"opportunity": "t.name", "record": "r.name", "role": "f.role", "is_primary": "f.is_primary"},
        f"{_OPPORTUNITY} {_RECORD}",
    ),
    "attribute_changes": _Selection(
        "attribute_changes",
        {
            "entity": "fd.entity",
            "subject": "CASE fd.entity WHEN 'person' THEN r.name WHEN 'account' THEN a.name ELSE t.name END",
            "field": "fd.name",
            "value": "v.text",
            "assumed": _word("f.assumed", [a.value for a in rows.Assumed]),
        },
        """JOIN fields fd ON fd.id = f.field
           LEFT JOIN record_names r ON r.id = f.subject AND fd.entity = 'person'
           LEFT JOIN account_names a ON a.id = f.subject AND fd.entity = 'account'
           LEFT JOIN thing_names t ON t.id = f.subject AND fd.entity NOT IN ('person', 'account')
           LEFT JOIN field_values v ON v.field = f.field AND v.code = f.value""",
    ),
    "activities": _Selection(
        "activities",
        {
            "message_id": f"printf('{KEPT_PREFIX}%016x%016x', f.key, f.content)",
            "record": "r.name",
            **{name: f"k.{name}" for name in _KIND_COLUMNS[:-1]},
            "properties": "CASE WHEN f.particulars IS NULL THEN k.properties "
            "ELSE json_merge_patch(k.properties, f.particulars)::VARCHAR END",
        },
        f"{_RECORD} JOIN kinds k ON k.id = f.kind",
    ),
}
