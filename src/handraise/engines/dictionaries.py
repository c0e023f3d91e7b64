"""What all chunks of a reading share: kinds of activities, texts of values, assets, programs, files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from handraise.facts.chunks import EntityTimelines, Ints, Kind, Timeline
from handraise.facts.rows import Assumed
from handraise.facts.view import View
from handraise.identity.people import ranks_of
from handraise.model.fields import Field

IS_ASSUMED: npt.NDArray[np.uint8] = np.array([a.is_assumption for a in Assumed], dtype=np.uint8)


def read_kinds(view: View, types: frozenset[str] | None, used: Ints | None) -> tuple[tuple[Kind, ...], Ints]:
    """The kinds of the needed types, and the new number of each of the store's (-1: not needed).

    With `used`, only these of the store's numbers.
    """
    statement = "SELECT id, type, channel, asset, program, product, properties FROM kinds WHERE "
    if types is None:
        statement, values = statement + "true", {}
    else:
        statement, values = statement + "list_contains($types, type)", {"types": sorted(types)}
    order = " ORDER BY type, channel, asset, program, product, properties"
    if used is None:
        rows = view.arrays(statement + order, **values)
    else:
        rows = view.among(statement + " AND id IN (SELECT id FROM chosen)" + order, used, **values)
    n_kinds = int(view.arrays("SELECT coalesce(max(id), -1) + 1 AS n FROM kinds")["n"][0])
    number = np.full(n_kinds, -1, dtype=np.int32)
    number[rows["id"]] = np.arange(len(rows["id"]), dtype=np.int32)
    columns = [rows[name] for name in ("type", "channel", "asset", "program", "product", "properties")]
    kinds = (Kind(t, c, a, g, d, json.loads(p)) for t, c, a, g, d, p in zip(*columns, strict=True))
    return tuple(kinds), number


def kinds_of_types(view: View, types: frozenset[str]) -> Ints:
    """The store's numbers of the kinds of these types."""
    rows = view.arrays("SELECT id FROM kinds WHERE list_contains($types, type)", types=sorted(types))
    return rows["id"].astype(np.int32)


def field_numbers(view: View, fields: Iterable[Field]) -> dict[Field, int]:
    """The store's numbers of fields; fields that never had a value have none."""
    wanted = set(fields)
    rows = view.arrays("SELECT id, entity, name FROM fields")
    named = zip(rows["id"], rows["entity"], rows["name"], strict=True)
    return {f: int(i) for i, entity, name in named if (f := Field(entity, name)) in wanted}


def read_texts(view: View, field: int) -> npt.NDArray[np.object_]:
    """The texts of a field by code."""
    rows = view.arrays("SELECT code, text FROM field_values WHERE field = $field ORDER BY code", field=field)
    return rows["text"].astype(object)


def read_few_texts(view: View, codes: Mapping[int, Ints]) -> dict[int, npt.NDArray[np.object_]]:
    """The texts of a few codes of each field, in the order of the codes."""
    field = np.concatenate([np.full(len(some), number, dtype=np.int32) for number, some in codes.items()])
    code = np.concatenate(list(codes.values()))
    rows = view.arrays(
        """SELECT field, text FROM field_values
           WHERE (field, code) IN (SELECT unnest($fields::INTEGER[]), unnest($codes::INTEGER[]))
           ORDER BY field, code""",
        fields=field.tolist(),
        codes=code.tolist(),
    )
    texts = rows["text"].astype(object)
    return {number: texts[rows["field"] == number] for number in codes}


def read_entities(
    view: View, entity: str, fields: Mapping[Field, int], source_rank: Mapping[int, int]
) -> EntityTimelines:
    """The attributes of all assets or of all programs."""
    mine = {f: n for f, n in fields.items() if f.entity == entity}
    if not mine:
        return EntityTimelines()
    rows = view.arrays(
        """SELECT t.name, c.field, coalesce(c.value, -1) AS value, c.assumed, c.happened_at, c.known_at,
                  c.source, c.content
           FROM attribute_changes c JOIN thing_names t ON t.id = c.subject
           WHERE list_contains($fields, c.field) AND {visible}""",
        fields=sorted(mine.values()),
    )
    names: Sequence[Any] = sorted(set(rows["name"]))
    index = {str(name): i for i, name in enumerate(names)}
    subject = np.array([index[n] for n in rows["name"]], dtype=np.int32)
    rank = ranks_of(rows["source"], source_rank)
    order = np.lexsort((rows["content"], rank, rows["known_at"], rows["happened_at"], subject))
    timelines = {}
    for field, number in mine.items():
        some = order[rows["field"][order] == number]
        timelines[field] = Timeline(
            subject[some],
            rows["happened_at"][some],
            np.maximum(rows["happened_at"], rows["known_at"])[some],
            rows["value"][some].astype(np.int32),
            IS_ASSUMED[rows["assumed"][some]],
        )
    return EntityTimelines(index, timelines)


def read_files(view: View) -> tuple[str, ...]:
    """File names by import number; imports are numbered from 1."""
    rows = view.arrays("SELECT id, file_name FROM imports ORDER BY id")
    return ("", *(str(name) for name in rows["file_name"]))
