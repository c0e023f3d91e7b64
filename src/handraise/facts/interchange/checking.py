"""Rows of the interchange as facts, each cell checked and none coerced.

A row that says something that no fact can say is rejected with its column, a code and a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NoReturn

from handraise.facts import rows
from handraise.facts.interchange import tables
from handraise.facts.interchange.kept import KeptActivity, is_kept
from handraise.facts.rows import Fact, Rejection, SourceRow
from handraise.model.activities import is_activity_type
from handraise.model.conditions import DealStatus
from handraise.model.fields import Entity
from handraise.model.time import iso, to_micros
from handraise.model.values import FieldType, list_text, number_text

MAX_SHOWN = 200
Cells = Mapping[str, Any]
# The years 1 to 9999: what the calendar of every system that reads decisions can say.
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999


class Unreadable:
    """Stands for a cell whose bytes are not UTF-8; shown as they are."""

    def __init__(self, cell: bytes) -> None:
        self.shown = cell.decode("utf-8", "backslashreplace")


class CellRejectedError(Exception):
    """A cell that no fact can hold; `column` is `None` where the row as a whole is wrong."""

    def __init__(self, column: str | None, code: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.code, self.reason = column, code, reason


def source_row(table: tables.Table, line: int, cells: Sequence[Any]) -> SourceRow:
    """The row with its fact, or why it cannot be taken. Cells come in the table's order, instants as microseconds."""
    named = dict(zip(table.names, cells, strict=True))
    try:
        return SourceRow(line, (fact_of(table, named),))
    except CellRejectedError as rejected:
        return rejected_row(table, line, named, rejected)


def rejected_row(table: tables.Table, line: int, named: Cells, rejected: CellRejectedError) -> SourceRow:
    """A row for the quarantine, with its own text as JSON."""
    shown_cells = {c.name: _shown(c.kind, named[c.name]) for c in table.columns}
    value = shown_cells.get(rejected.column) if rejected.column else None
    shown = None if value is None else str(value)[:MAX_SHOWN]
    raw = json.dumps(shown_cells, ensure_ascii=False)
    return SourceRow(line, (), Rejection(line, rejected.column, rejected.reason, rejected.code, shown), raw)


def checked(table: tables.Table, named: Cells) -> Cells:
    """The same cells. Raises `CellRejectedError` for what no column of that kind can hold, or is not one of its words."""
    for column in table.columns:
        cell = named[column.name]
        if cell is None:
            if not column.may_be_unknown:
                _reject(column.name, "missing_value", f"`{column.name}` has no value.")
        elif column.kind is tables.Kind.TEXT:
            _check_text(column.name, cell)
        elif column.kind is tables.Kind.INSTANT and not _FIRST <= cell <= _LAST:
            _reject(column.name, "not_an_instant", f"`{column.name}` lies outside the years 1 to 9999.")
    for name, check in _CHECKS[table.name].items():
        if named[name] is not None:
            check(name, named[name])
    return named


def fact_of(table: tables.Table, named: Cells) -> Fact:
    """The fact that a row states. Raises `CellRejectedError`."""
    return _FACTS[table.name](checked(table, named))


def coverage_of(named: Cells) -> rows.Coverage:
    """The span that a row of `coverage` states. Raises `CellRejectedError`."""
    row = checked(tables.COVERAGE, named)
    if row["to_at"] < row["from_at"]:
        _reject("to_at", "ends_before_it_starts", "the span ends before it starts.")
    return rows.Coverage((row["activity_type"],), row["from_at"], row["to_at"])


def _reject(column: str | None, code: str, reason: str) -> NoReturn:
    raise CellRejectedError(column, code, reason)


def _shown(kind: tables.Kind, cell: Any) -> Any:
    """A cell as JSON has it; an instant as it is written, or as a bare number where no calendar holds it."""
    if kind is tables.Kind.INSTANT and cell is not None and _FIRST <= cell <= _LAST:
        return iso(cell)
    return cell.shown if isinstance(cell, Unreadable) else cell


def _check_text(name: str, cell: object) -> None:
    if isinstance(cell, Unreadable):
        _reject(name, "not_utf8", f"`{name}` has bytes that are not UTF-8.")
    if "\x00" in str(cell):
        _reject(name, "nul_byte", f"`{name}` has a NUL byte.")


def _not_blank(name: str, text: str) -> None:
    if not text or text.isspace():
        _reject(name, "missing_value", f"`{name}` is blank.")


def _name(name: str, text: str) -> None:
    """A record, an account or a deal: `source:id`."""
    source, colon, id_ = text.partition(":")
    if not (source and colon and id_):
        _reject(name, "not_a_name", f"`{name}` is written `source:id`, such as `salesforce:00Q1`.")


def _one_of(words: Sequence[str], code: str) -> Callable[[str, str], None]:
    listed = ", ".join(f"`{w}`" for w in words[:-1]) + f" or `{words[-1]}`"

    def check(name: str, text: str) -> None:
        if text not in words:
            _reject(name, code, f"`{name}` is {listed}.")

    return check


def _activity_type(name: str, text: str) -> None:
    if not is_activity_type(text):
        _reject(name, "unknown_type", f"`{text[:60]}` is no kind of activity.")


def _key(name: str, text: str) -> None:
    kind, _, rest = text.partition(":")
    if kind not in ("email", "id") or not rest:
        _reject(name, "not_a_key", f"`{name}` starts with `email:` or `id:`.")
    if kind == "id":
        _name(name, rest)


_ENTITY = _one_of([e.value for e in Entity], "not_an_entity")
_CHECKS: Mapping[str, Mapping[str, Callable[[str, str], None]]] = {
    "fields": {
        "entity": _ENTITY,
        "field": _not_blank,
        "type": _one_of([t.value for t in FieldType], "not_a_type"),
    },
    "people": {"record": _name},
    "accounts": {"account": _name},
    "identity_keys": {"record": _name, "key": _key},
    "memberships": {"record": _name, "account": _name},
    "opportunities": {"opportunity": _name, "account": _name},
    "opportunity_stages": {
        "opportunity": _name,
        "stage": _not_blank,
        "status": _one_of([s.value for s in DealStatus], "not_a_status"),
    },
    "contact_roles": {"opportunity": _name, "record": _name},
    "attribute_changes": {
        "entity": _ENTITY,
        "subject": _not_blank,
        "field": _not_blank,
        "assumed": _one_of([a.value for a in rows.Assumed], "not_an_assumption"),
    },
    "activities": {"message_id": _not_blank, "record": _name, "type": _activity_type},
    "coverage": {"activity_type": _activity_type},
}


def _attribute_change(row: Cells) -> rows.AttributeChange:
    if row["entity"] in ("person", "account", "opportunity"):
        _name("subject", row["subject"])
    return rows.AttributeChange(
        row["entity"],
        row["subject"],
        row["field"],
        row["value"],
        row["at"],
        row["known_at"],
        rows.Assumed(row["assumed"]),
    )


def _activity(row: Cells) -> rows.Activity:
    kind = KeptActivity if is_kept(row["message_id"]) else rows.Activity
    return kind(
        row["message_id"],
        row["record"],
        row["at"],
        row["known_at"],
        row["type"],
        row["channel"],
        row["asset"],
        row["program"],
        row["product"],
        _properties(row["properties"]),
    )


def _properties(text: str) -> Mapping[str, str]:
    if text == "{}":
        return {}
    try:
        found = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        _reject("properties", "bad_json", "`properties` is not readable as JSON.")
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        _reject("properties", "bad_json", "`properties` is a JSON object whose values are texts in quotes.")
    if any(_is_half_a_character(part) for pair in found.items() for part in pair):
        _reject("properties", "bad_json", "`properties` has half of a character.")
    return found


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _reject("properties", "bad_json", "`properties` has a name twice.")
    return found


def _is_half_a_character(text: str) -> bool:
    """Whether JSON escaped one half of a surrogate pair, which no text can hold."""
    return any("\ud800" <= c <= "\udfff" for c in text)


_FACTS: Mapping[str, Callable[[Cells], Fact]] = {
    "people": lambda r: rows.PersonRecord(r["record"], r["at"], r["known_at"], r["identified"]),
    "accounts": lambda r: rows.AccountRecord(r["account"], r["at"], r["known_at"], r["own"]),
    "identity_keys": lambda r: rows.IdentityKey(r["record"], r["key"], r["at"], r["known_at"]),
    "memberships": lambda r: rows.Membership(r["record"], r["account"], r["at"], r["known_at"], r["stated"]),
    "opportunities": lambda r: rows.Opportunity(r["opportunity"], r["account"], r["at"], r["known_at"]),
    "opportunity_stages": lambda r: rows.OpportunityStage(
        r["opportunity"], r["stage"], DealStatus(r["status"]), r["at"], r["known_at"]
    ),
    "contact_roles": lambda r: rows.ContactRole(
        r["opportunity"], r["record"], r["role"], r["is_primary"], r["at"], r["known_at"]
    ),
    "attribute_changes": _attribute_change,
    "activities": _activity,
}


def is_of_type(text: str, type_: FieldType) -> bool:
    """Whether a value is the canonical text of its field's type; every test but "is known" needs that."""
    if type_ is FieldType.TEXT:
        return True
    try:
        return _CANONICAL[type_](text) == text
    except (ValueError, RecursionError):
        return False


def _instant_text(text: str) -> str:
    return iso(to_micros(datetime.fromisoformat(text)))


def _list_text(text: str) -> str:
    found = json.loads(text)
    return list_text(found) if isinstance(found, list) and all(isinstance(t, str) for t in found) else ""


_CANONICAL: Mapping[FieldType, Callable[[str], str]] = {
    FieldType.BOOLEAN: lambda text: text if text in ("true", "false") else "",
    FieldType.WHOLE_NUMBER: lambda text: number_text(text).partition(".")[0],
    FieldType.NUMBER: number_text,
    FieldType.DATE: lambda text: date.fromisoformat(text).isoformat(),
    FieldType.INSTANT: _instant_text,
    FieldType.TEXT_LIST: _list_text,
}
