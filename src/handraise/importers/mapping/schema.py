"""The JSON Schema of mappings, written from the same tables that the reader uses."""

from __future__ import annotations

from handraise.importers.mapping.tables import TABLES, TableWords, Word
from handraise.model.fields import Entity
from handraise.model.values import FieldType

_TEXTS: dict[str, object] = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_SCALAR: dict[str, object] = {"type": ["string", "number", "boolean"]}
_ASSUMED: dict[str, object] = {"enum": ["from_creation", "from_export"]}


def mapping_schema() -> dict[str, object]:
    """Draft 7; editors complete and check `mapping.yml` with it."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Handraise mapping: what the columns of a file mean",
        "type": "object",
        "additionalProperties": False,
        "required": ["source", "files"],
        "properties": {
            "source": {
                "type": "string",
                "description": "the system that the files come from, one word",
                "pattern": "^[^: ]+$",
            },
            "files": {"type": "array", "minItems": 1, "items": _file()},
        },
        "definitions": {"column": _column()},
    }


def _file() -> dict[str, object]:
    match = {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {
            "columns": _TEXTS,
            "file": {"type": "string", "description": "a file name with * and ?"},
        },
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "match", "targets"],
        "properties": {
            "name": {"type": "string"},
            "match": match,
            "missing": {**_TEXTS, "description": "spellings of a missing value"},
            "zone": {"type": "string", "description": "time zone of date-times without one"},
            "targets": {
                "type": "array",
                "minItems": 1,
                "items": {"anyOf": [_target(t) for t in TABLES.values()]},
            },
        },
    }


def _target(table: TableWords) -> dict[str, object]:
    properties: dict[str, object] = {
        "table": {"const": table.name},
        "when": _when(),
        "assumed": _ASSUMED,
    }
    properties |= {word: _described(kind) for word, kind in table.words.items()}
    required = ["table", *table.needed]
    if table.fields_of is not None:
        properties["fields"] = {"type": "object", "additionalProperties": {"$ref": "#/definitions/column"}}
    if table.fields_of == "*":
        properties["entity"] = {"enum": [e.value for e in Entity]}
        required.append("entity")
    if table.has_properties:
        properties["properties"] = {
            "type": "object",
            "additionalProperties": {"$ref": "#/definitions/column"},
        }
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def _described(kind: Word) -> dict[str, object]:
    return {"description": kind.value, "allOf": [{"$ref": "#/definitions/column"}]}


def _when() -> dict[str, object]:
    one = {
        "type": "object",
        "additionalProperties": False,
        "required": ["column"],
        "properties": {
            "column": {"type": "string"},
            "is": _scalars(),
            "is_not": _scalars(),
            "known": {"type": "boolean"},
        },
    }
    return {"anyOf": [one, {"type": "array", "items": one}]}


def _scalars() -> dict[str, object]:
    return {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]}


def _column() -> dict[str, object]:
    values = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}}
    return {
        "anyOf": [
            {"type": "string", "description": "the name of a column"},
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "column": {"type": "string"},
                    "template": {"type": "string", "description": "a text with {columns} in it"},
                    "constant": _SCALAR,
                    "exported": {"type": "boolean", "description": "the instant of the export"},
                    "type": {"enum": [t.value for t in FieldType]},
                    "format": {**_TEXTS, "description": 'of dates: "%d/%m/%Y", or `unix seconds`'},
                    "zone": {"type": "string"},
                    "map": {**values, "description": "written value: value; * for all others"},
                    "missing": _scalars(),
                    "default": _SCALAR,
                    "source": {"type": "string", "description": "whose id it is"},
                    "separator": {"type": "string"},
                    "optional": {"type": "boolean"},
                    "assumed": _ASSUMED,
                },
            },
        ]
    }
