"""Marketo activities, by bulk extract: one row an activity, its attributes as JSON, the text `null` for nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from handraise.facts.rows import Activity, Assumed, AttributeChange, Fact, IdentityKey
from handraise.importers.addresses import add_path
from handraise.importers.cells import parser_of
from handraise.importers.imports import Notes
from handraise.importers.instants import InstantReader
from handraise.importers.marketo import leads
from handraise.importers.marketo.types import MARKETO_TYPES, MarketoType
from handraise.importers.records import RowCells
from handraise.importers.rejects import CellError, RowRejected
from handraise.importers.schema import Match, ObjectSchema, columns, key_of, snake
from handraise.importers.settings import ImportSettings
from handraise.model.activities import ACTIVITY_TYPES, is_activity_type
from handraise.model.fields import Field
from handraise.model.time import Micros

SCHEMA = ObjectSchema(
    "Marketo activities",
    columns(
        """
marketoGUID         | Marketo GUID            |
id                  |                         |
leadId              | Lead ID                 |
activityDate        | Activity Date           |
activityTypeId      | Activity Type ID        |
campaignId          | Campaign ID             |
primaryAttributeValueId | Primary Attribute Value ID |
primaryAttributeValue | Primary Attribute Value |
attributes          |                         |
actionResult        | Action Result           |
"""
    ),
    must=("leadId", "activityDate", "activityTypeId"),
    marks=(("marketoGUID",), ("id",)),
)

# Attributes that are read under a shorter name.
_NAMES = {
    "webpage_url": "url",
    "query_parameters": "query",
    "referrer_url": "referrer",
    "client_ip_address": "ip",
}
_NUMBERS = re.compile(r"[0-9]+")
_UNSTORABLE = re.compile("[\\x00\\ud800-\\udfff]")
_MAX_DEPTH_ERRORS = (ValueError, RecursionError)
Attributes = dict[str, str]


class MarketoActivityReader:
    """One activity a row."""

    def __init__(self, match: Match, header: Sequence[str], source: str, settings: ImportSettings) -> None:
        self.notes = Notes()
        self._settings = settings
        self._prefix, self._crm = source + ":", settings.crm_source + ":"
        self._instants = InstantReader(settings.zone, settings.formats, settings.latest)
        self.cells = RowCells(match, header, self._instants, leads.MISSING | settings.missing)
        self._catalog = settings.catalog()
        self._types = _types(settings)
        self._special: dict[str, Callable[[_Row], list[Fact]]] = {
            "=change": self._changed,
            "=merge": self._merged,
            "=delete": self._deleted,
            "=progression": self._progressed,
        }

    def facts(self, row: Sequence[str]) -> list[Fact]:
        self.cells.take(row)
        read = _Row(self.cells, self._prefix)
        result = self.cells.text("actionResult")
        if result is not None and result.strip().casefold() != "succeeded":
            reason = f"Marketo says `{result.strip()[:40]}`: it did not happen."
            raise RowRejected(self.cells.column("actionResult"), "not_succeeded", reason, result)
        kind = self._types.get(read.type_id) or self._unknown(read.type_id)
        special = self._special.get(kind.type)
        return special(read) if special else [self._activity(read, kind)]

    def _activity(self, read: _Row, kind: MarketoType) -> Activity:
        properties = read.properties()
        program = None
        if kind.kept and read.primary is not None:
            properties.setdefault(kind.kept, read.primary)
        if kind.type == "page.viewed":
            add_path(properties, properties.get("url") or read.primary)
        if read.type_id in ("42", "44"):
            program = self._crm_campaign(properties.get("campaign_id") or read.primary_id)
        asset = read.primary if kind.has_asset else None
        channel = ACTIVITY_TYPES[kind.type].channel if kind.type in ACTIVITY_TYPES else None
        return Activity(
            read.message, read.record, read.at, read.at, kind.type, channel, asset, program, None, properties
        )

    def _progressed(self, read: _Row) -> list[Fact]:
        """A new status in a program; the first one joins it, a success is one more activity."""
        properties = read.properties()
        id_ = properties.pop("program_id", None) or read.primary_id
        program = None if id_ is None else self._prefix + id_
        steps = [("program.progressed", "")]
        if properties.get("old_status", "").casefold() == "not in program":
            steps.insert(0, ("program.joined", ":joined"))
        if properties.get("success") == "true":
            steps.append(("program.succeeded", ":succeeded"))
        out: list[Fact] = [
            Activity(
                read.message + suffix,
                read.record,
                read.at,
                read.at,
                type_,
                "program",
                None,
                program,
                None,
                properties,
            )
            for type_, suffix in steps
        ]
        if program is not None and read.primary is not None:
            out.append(AttributeChange("program", program, "name", read.primary, read.at, read.at))
        return out

    def _changed(self, read: _Row) -> list[Fact]:
        """A field had another value from then on."""
        name = read.attribute("Attribute Name") or read.primary
        if name is None:
            raise RowRejected(
                self.cells.column("attributes"), "missing", "the change does not say which field changed."
            )
        fields = _fields_of(name)
        if not fields:
            reason = f"`{name[:60]}` is a score made elsewhere, which is not imported."
            raise RowRejected(self.cells.column("attributes"), "score", reason, name)
        value = read.attribute("New Value")
        out: list[Fact] = []
        for own in fields:
            parse = parser_of(self._catalog.type_of(own), self._instants)
            try:
                text = value if value is None or parse is None else parse(value)
            except CellError as error:
                raise RowRejected.of(self.cells.column("attributes"), error, value) from None
            out.append(
                AttributeChange(own.entity, read.record, own.name, text, read.at, read.at, Assumed.HISTORY)
            )
        return out

    def _merged(self, read: _Row) -> list[Fact]:
        merged = _NUMBERS.findall(read.attribute("Merge IDs") or "")
        kind = MarketoType("Merge Leads", "record.merged", False, None)
        keys = [
            IdentityKey(read.record, f"id:{self._prefix}{id_}", read.at, read.at)
            for id_ in dict.fromkeys(merged)
        ]
        return [self._activity(read, kind), *keys]

    def _deleted(self, read: _Row) -> list[Fact]:
        return [
            AttributeChange("person", read.record, "is_deleted", "true", read.at, read.at, Assumed.HISTORY)
        ]

    def _unknown(self, type_id: str) -> MarketoType:
        if not type_id.isascii() or not type_id.isdigit() or len(type_id) > 12:
            reason = f"`{type_id[:40]}` is not the number of an activity type."
            raise RowRejected(self.cells.column("activityTypeId"), "not_a_type", reason, type_id)
        name = f"custom.marketo_{type_id}"
        self.notes.counts[
            "unknown_type", f"activity type {type_id} is not a standard one and is kept as `{name}`."
        ] += 1
        return MarketoType(f"type {type_id}", name, True, "value")

    def _crm_campaign(self, id_: str | None) -> str | None:
        return None if id_ is None else self._crm + id_


class _Row:
    """What every activity has."""

    def __init__(self, cells: RowCells, prefix: str) -> None:
        self._cells = cells
        guid = cells.text("marketoGUID") or cells.text("id")
        if guid is None:
            column = cells.column("marketoGUID" if cells.has("marketoGUID") else "id")
            raise RowRejected(column, "missing", f"the row has no `{column}`.")
        self.message = guid.strip()
        self.record = prefix + cells.required("leadId")
        self.at = self._instant()
        self.type_id = cells.required("activityTypeId")
        self.primary = cells.text("primaryAttributeValue")
        self.primary_id = cells.text("primaryAttributeValueId")
        self._attributes = self._read_attributes()

    def _instant(self) -> Micros:
        at = self._cells.instant("activityDate")
        if at is None:
            column = self._cells.column("activityDate")
            raise RowRejected(column, "missing", f"the row has no `{column}`.")
        return at

    def attribute(self, name: str) -> str | None:
        return self._attributes.get(name)

    def properties(self) -> dict[str, str]:
        found = {_property(name): value for name, value in self._attributes.items()}
        campaign = self._cells.text("campaignId")
        if self.primary_id is not None:
            found.setdefault("asset_id", self.primary_id)
        if campaign is not None:
            found.setdefault("smart_campaign_id", campaign)
        return found

    def _read_attributes(self) -> Attributes:
        """The attributes as texts; those that are null or empty are left out."""
        text = self._cells.text("attributes")
        if text is None:
            return {}
        try:
            found = json.loads(text)
        except _MAX_DEPTH_ERRORS as error:
            why = (
                error.msg
                if isinstance(error, json.JSONDecodeError)
                else "it is too large or nested too deeply"
            )
            raise self._refused(f"the attributes are not JSON: {why}.", text) from None
        if isinstance(found, list):
            found = {str(i.get("name")): i.get("value") for i in found if isinstance(i, dict)}
        if not isinstance(found, dict):
            raise self._refused("the attributes are not a JSON object.", text)
        texts = {name: plain for name, value in found.items() if (plain := _plain(value)) is not None}
        if "\\u" in text and any(_UNSTORABLE.search(t) for t in (*texts, *texts.values())):
            raise self._refused("the attributes hold characters that no text can hold.", text)
        return texts

    def _refused(self, reason: str, text: str) -> RowRejected:
        return RowRejected(self._cells.column("attributes"), "bad_json", reason, text)


def _plain(value: object) -> str | None:
    match value:
        case None | "" | "null":
            return None
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | float():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=2048)
def _property(name: str) -> str:
    plain = snake(name)
    return _NAMES.get(plain, plain)


@lru_cache(maxsize=2048)
def _fields_of(name: str) -> tuple[Field, ...]:
    """The fields that a change of `Attribute Name` fills: as the column of the same name does; none for a score."""
    found = leads.SCHEMA.by_key.get(key_of(name))
    if found is None:
        own = Field("person", snake(name))
        return () if "score" in own.name.split("_") else (own,)
    column = found[0]
    if column.not_imported is not None and "score" in column.not_imported:
        return ()
    return column.fills or (Field("person", snake(name)),)


def _types(settings: ImportSettings) -> dict[str, MarketoType]:
    own = {
        id_: MarketoType(f"type {id_}", name, True, "value")
        for id_, name in settings.marketo_types.items()
        if is_activity_type(name)
    }
    return {**MARKETO_TYPES, **own}
