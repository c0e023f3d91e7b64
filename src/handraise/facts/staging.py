"""How each kind of fact is laid out on its way into the store.

A batch of facts becomes Arrow columns of names and instants; its key and content hashes and its numbers are
computed by the database. Hashes are md5 over texts, so that they are the same everywhere and for ever.

`key` says what a fact is about, `content` what it says. Where a fact states that something exists, its
instant is in neither: the same statement with another instant is no contradiction, the first known counts.
A value that is assumed and one that is dated may stand side by side.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import pyarrow as pa

from handraise.facts import catalog, rows
from handraise.facts.chunks import DEAL_STATUSES
from handraise.model.activities import PARTICULARS

Cells: TypeAlias = list[Any]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A table that numbers names. `texts` selects what may be new (`n` orders it), `on` finds the number."""

    table: str
    alias: str
    columns: str
    texts: str
    on: str
    outer: bool = False

    @property
    def join(self) -> str:
        return f"{'LEFT ' if self.outer else ''}JOIN {self.table} {self.alias} ON {self.on}"


@dataclass(frozen=True, slots=True)
class Staging:
    """One kind of fact: its staged columns in the order of the logical tuple, and where each goes."""

    table: catalog.Table
    columns: tuple[tuple[str, pa.DataType], ...]
    key: tuple[str, ...]
    content: tuple[str, ...]
    dictionaries: tuple[Dictionary, ...]
    values: Mapping[str, str]
    convert: Mapping[int, Callable[[Cells], Cells]]
    derived: tuple[tuple[int, Callable[[Cells], Cells]], ...] = ()

    def arrow(self, facts: Sequence[tuple[Any, ...]]) -> pa.Table:
        """The facts as columns; each fact is led by its row's index in the import and its line."""
        cells = [list(column) for column in zip(*facts, strict=True)]
        for index, derive in self.derived:
            cells.append(derive(cells[index + 2]))
        for index, convert in self.convert.items():
            cells[index + 2] = convert(cells[index + 2])
        schema = (("row", pa.int64()), ("line", pa.int64()), *self.columns)
        named = {name: pa.array(column, kind) for (name, kind), column in zip(schema, cells, strict=True)}
        return pa.table({"n": pa.array(range(len(facts)), pa.int64()), **named})

    @property
    def key_sql(self) -> str:
        return hashed(self.key)

    @property
    def content_sql(self) -> str:
        return hashed(self.content)

    @property
    def key_words_sql(self) -> str:
        return "concat_ws(', ', " + ", ".join(f"s.{c}::VARCHAR" for c in self.key if c != "source_name") + ")"


def hashed(columns: Sequence[str]) -> str:
    """SQL for the 64-bit hash of columns, unknown and empty told apart."""
    texts = ", ".join(f"coalesce({c}::VARCHAR, chr(30))" for c in columns)
    return f"md5_number_lower(concat_ws(chr(31), {texts}))"


def _names(table: str, alias: str, column: str, outer: bool = False) -> Dictionary:
    texts = f"SELECT {column} AS name, n FROM staged WHERE {column} IS NOT NULL"
    return Dictionary(table, alias, "name", texts, f"{alias}.name = s.{column}", outer)


def _things(column: str, entity: str) -> Dictionary:
    texts = f"SELECT {column} AS name, {entity} AS entity, n FROM staged s"
    return Dictionary(
        "thing_names", "t", "name, entity", texts, f"t.name = s.{column} AND t.entity = {entity}"
    )


def canonical_properties(properties: Mapping[str, str]) -> str:
    """Free properties as JSON with sorted keys."""
    if not properties:
        return "{}"
    return json.dumps(dict(properties), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _all_properties(cells: Cells) -> Cells:
    return [canonical_properties(p) for p in cells]


def _tested_properties(cells: Cells) -> Cells:
    """Those that a rule may test."""
    return [
        canonical_properties(
            p if PARTICULARS.isdisjoint(p) else {k: v for k, v in p.items() if k not in PARTICULARS}
        )
        for p in cells
    ]


def _particulars(cells: Cells) -> Cells:
    """The others; nothing where there are none."""
    return [
        None
        if PARTICULARS.isdisjoint(p)
        else canonical_properties({k: v for k, v in p.items() if k in PARTICULARS})
        for p in cells
    ]


def _index_of(options: Sequence[object]) -> Callable[[Cells], Cells]:
    index = {option: i for i, option in enumerate(options)}
    return lambda cells: [index[c] for c in cells]


def _statuses(cells: Cells) -> Cells:
    index = {name: i for i, name in enumerate(DEAL_STATUSES)}
    return [index[c.value] for c in cells]


_TEXT, _INSTANT, _BOOL, _SMALL = pa.string(), pa.int64(), pa.bool_(), pa.uint8()
_TIMES = (("happened_at", _INSTANT), ("known_at", _INSTANT))
_RECORD = _names("record_names", "r", "record")
_ACCOUNT = _names("account_names", "a", "account")
_ACCOUNT_OR_NONE = _names("account_names", "a", "account", outer=True)
_OPPORTUNITY = _things("opportunity", "'opportunity'")
_FIELD = Dictionary(
    "fields",
    "f",
    "entity, name",
    "SELECT entity, field AS name, n FROM staged",
    "f.entity = s.entity AND f.name = s.field",
)
_VALUE = Dictionary(
    "field_values",
    "v",
    "field, text",
    "SELECT f.id AS field, s.value AS text, n FROM staged s "
    "JOIN fields f ON f.entity = s.entity AND f.name = s.field WHERE s.value IS NOT NULL",
    "v.field = f.id AND v.text = s.value",
    outer=True,
)
_KEYED_RECORD = Dictionary(
    "record_names",
    "kr",
    "name",
    "SELECT identity_key[4:] AS name, n FROM staged WHERE starts_with(identity_key, 'id:')",
    "s.identity_key = 'id:' || kr.name",
    outer=True,
)
_KEY = Dictionary(
    "key_names",
    "k",
    "name, record",
    "SELECT s.identity_key AS name, kr.id AS record, n FROM staged s "
    "LEFT JOIN record_names kr ON s.identity_key = 'id:' || kr.name",
    "k.name = s.identity_key",
)
_WHAT = ("type", "channel", "asset", "program", "product", "properties")
_KIND = Dictionary(
    "kinds",
    "k",
    "what, type, channel, asset, program, product, properties",
    f"SELECT {hashed(_WHAT)} AS what, {', '.join(_WHAT)}, n FROM staged",
    f"k.what = {hashed(tuple('s.' + c for c in _WHAT))}",
)


def _attributes(subject: Dictionary) -> Staging:
    columns = (
        *(("entity", _TEXT), ("subject", _TEXT), ("field", _TEXT), ("value", _TEXT)),
        *_TIMES,
        ("assumed", _SMALL),
    )
    return Staging(
        catalog.ATTRIBUTE_CHANGES,
        columns,
        ("entity", "subject", "field", "happened_at", "source_name", "assumed"),
        ("entity", "subject", "field", "happened_at", "source_name", "value", "assumed"),
        (subject, _FIELD, _VALUE),
        {
            "field": "f.id",
            "subject": f"{subject.alias}.id",
            "value": "v.code",
            "assumed": "s.assumed",
        },
        {6: _index_of(tuple(rows.Assumed))},
    )


_RECORDS = Staging(
    catalog.PERSON_RECORDS,
    (("record", _TEXT), *_TIMES, ("identified", _BOOL)),
    ("record", "identified"),
    ("record", "identified"),
    (_RECORD,),
    {"record": "r.id", "identified": "s.identified"},
    {},
)
_ACCOUNTS = Staging(
    catalog.ACCOUNT_RECORDS,
    (("account", _TEXT), *_TIMES, ("own", _BOOL)),
    ("account",),
    ("account", "own"),
    (_ACCOUNT,),
    {"account": "a.id", "own": "s.own"},
    {},
)
_KEYS = Staging(
    catalog.IDENTITY_KEYS,
    (("record", _TEXT), ("identity_key", _TEXT), *_TIMES),
    ("record", "identity_key"),
    ("record", "identity_key"),
    (_RECORD, _KEYED_RECORD, _KEY),
    {"record": "r.id", "identity_key": "k.id"},
    {},
)
_MEMBERSHIPS = Staging(
    catalog.MEMBERSHIPS,
    (("record", _TEXT), ("account", _TEXT), *_TIMES, ("stated", _BOOL)),
    ("record", "happened_at", "source_name", "stated"),
    ("record", "happened_at", "source_name", "stated", "account"),
    (_RECORD, _ACCOUNT_OR_NONE),
    {"record": "r.id", "account": "a.id", "stated": "s.stated"},
    {},
)
_ACTIVITIES = Staging(
    catalog.ACTIVITIES,
    (
        *(("message_id", _TEXT), ("record", _TEXT), *_TIMES, *((c, _TEXT) for c in _WHAT)),
        *(("said", _TEXT), ("particulars", _TEXT)),
    ),
    ("source_name", "message_id"),
    ("source_name", "message_id", "record", "happened_at", *_WHAT[:-1], "said"),
    (_RECORD, _KIND),
    {"record": "r.id", "kind": "k.id", "particulars": "s.particulars"},
    {9: _tested_properties},
    ((9, _all_properties), (9, _particulars)),
)
_OPPORTUNITIES = Staging(
    catalog.OPPORTUNITIES,
    (("opportunity", _TEXT), ("account", _TEXT), *_TIMES),
    ("opportunity",),
    ("opportunity", "account"),
    (_OPPORTUNITY, _ACCOUNT_OR_NONE),
    {"opportunity": "t.id", "account": "a.id"},
    {},
)
_STAGES = Staging(
    catalog.OPPORTUNITY_STAGES,
    (("opportunity", _TEXT), ("stage", _TEXT), ("status", _SMALL), *_TIMES),
    ("opportunity", "stage", "happened_at"),
    ("opportunity", "stage", "happened_at", "status"),
    (_OPPORTUNITY,),
    {"opportunity": "t.id", "stage": "s.stage", "status": "s.status"},
    {2: _statuses},
)
_ROLES = Staging(
    catalog.CONTACT_ROLES,
    (
        *(("opportunity", _TEXT), ("record", _TEXT), ("role", _TEXT), ("is_primary", _BOOL)),
        *_TIMES,
    ),
    ("opportunity", "record", "happened_at"),
    ("opportunity", "record", "happened_at", "role", "is_primary"),
    (_OPPORTUNITY, _RECORD),
    {"opportunity": "t.id", "record": "r.id", "role": "s.role", "is_primary": "s.is_primary"},
    {},
)


class _KeptStaging(Staging):
    """Activities that an export handed on (`interchange.kept`): their message id holds their two hashes."""

    @property
    def key_sql(self) -> str:
        return "('0x' || left(right(message_id, 32), 16))::UBIGINT"

    @property
    def content_sql(self) -> str:
        return "('0x' || right(message_id, 16))::UBIGINT"


_KEPT_ACTIVITIES = _KeptStaging(**{f.name: getattr(_ACTIVITIES, f.name) for f in fields(Staging)})

# By name of the staging; attribute changes are split by what their subject numbers.
STAGINGS: Mapping[str, Staging] = {
    "PersonRecord": _RECORDS,
    "AccountRecord": _ACCOUNTS,
    "IdentityKey": _KEYS,
    "Membership": _MEMBERSHIPS,
    "person": _attributes(_names("record_names", "r", "subject")),
    "account": _attributes(_names("account_names", "a", "subject")),
    "thing": _attributes(_things("subject", "s.entity")),
    "Activity": _ACTIVITIES,
    "KeptActivity": _KEPT_ACTIVITIES,
    "Opportunity": _OPPORTUNITIES,
    "OpportunityStage": _STAGES,
    "ContactRole": _ROLES,
}


def staging_of(fact: rows.Fact) -> str:
    """The name of the staging that takes a fact."""
    if isinstance(fact, rows.AttributeChange):
        return fact.entity if fact.entity in ("person", "account") else "thing"
    return type(fact).__name__
