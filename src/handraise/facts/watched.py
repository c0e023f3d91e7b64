"""What is watched for silence: how many of each thing happened a day, how full new records were a week, with which values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handraise.facts.store import DERIVED, FactStore
from handraise.model.fields import Entity, Field
from handraise.model.time import MICROS_PER_DAY, Micros

Export = tuple[str, str]
"""A source and what its file was taken for."""
MOST_VALUES = 200


@dataclass(frozen=True, slots=True)
class DayCount:
    """So many of a type (and form, where it is one) on the day that ended `day` days before its export reaches."""

    source: str
    importer: str
    type: str
    form: str | None
    day: int
    n: int


@dataclass(frozen=True, slots=True)
class WeekFill:
    """Of `n_records` of a source that were new in the week that ended `week` weeks before its export reaches, so many have the
    field."""

    source: str
    field: Field
    week: int
    n_records: int
    n_filled: int


@dataclass(frozen=True, slots=True)
class WeekValue:
    """How many of those have a value."""

    source: str
    field: Field
    week: int
    value: str
    n: int


_REACH = "SELECT unnest($sources) AS source, unnest($importers) AS importer, unnest($until) AS until"
_NEW = f"""
    reach AS ({_REACH}),
    new AS (
        SELECT r.subject, min(n.name) AS source, min((reach.until - r.happened_at) // {7 * MICROS_PER_DAY}) AS week
        FROM ($records) r JOIN imports i ON i.id = r.import_id JOIN source_names n ON n.id = r.source
        JOIN reach ON reach.source = i.source AND reach.importer = i.importer
        WHERE r.happened_at <= reach.until AND r.known_at <= $as_of
            AND r.happened_at > reach.until - $weeks * {7 * MICROS_PER_DAY}
        GROUP BY r.subject),
    wanted AS (SELECT id, name FROM fields WHERE entity = $entity AND list_contains($names, name)),
    latest AS (
        SELECT c.field, c.subject, arg_max(coalesce(c.value, -1), (c.happened_at, c.known_at, c.content)) AS value
        FROM attribute_changes c JOIN new ON new.subject = c.subject JOIN wanted w ON w.id = c.field
        WHERE c.superseded_seq IS NULL AND c.happened_at <= $as_of AND c.known_at <= $as_of
        GROUP BY c.field, c.subject)"""
_RECORDS = {
    Entity.PERSON: """SELECT record AS subject, source, import_id, happened_at, known_at FROM person_records
        WHERE superseded_seq IS NULL AND identified""",
    Entity.ACCOUNT: """SELECT account AS subject, source, import_id, happened_at, known_at FROM account_records
        WHERE superseded_seq IS NULL AND NOT own""",
}


def activities_by_day(
    store: FactStore, reach: Mapping[Export, Micros], as_of: Micros, days: int
) -> tuple[DayCount, ...]:
    """Activities by source, export, type, form and day."""
    rows = _rows(
        store,
        f"""WITH reach AS ({_REACH}), kind AS (
                SELECT id, type, CASE WHEN type = 'form.submitted'
                    THEN coalesce(asset, properties ->> '$.form') END AS form FROM kinds)
            SELECT i.source, i.importer, kind.type, kind.form, (reach.until - a.happened_at) // {MICROS_PER_DAY} AS day,
                count(*)
            FROM activities a JOIN imports i ON i.id = a.import_id JOIN kind ON kind.id = a.kind
            JOIN reach ON reach.source = i.source AND reach.importer = i.importer
            WHERE a.superseded_seq IS NULL AND a.happened_at <= reach.until AND a.known_at <= $as_of
                AND a.happened_at > reach.until - $days * {MICROS_PER_DAY}
            GROUP BY ALL ORDER BY ALL""",
        {**_reaching(reach), "as_of": as_of, "days": days},
    )
    return tuple(DayCount(*row) for row in rows)


def people_by_day(
    store: FactStore, reach: Mapping[Export, Micros], as_of: Micros, days: int
) -> tuple[DayCount, ...]:
    """New records of people by source, export and day."""
    rows = _rows(
        store,
        f"""WITH reach AS ({_REACH})
            SELECT i.source, i.importer, '', NULL, (reach.until - r.happened_at) // {MICROS_PER_DAY}, count(*)
            FROM ({_RECORDS[Entity.PERSON]}) r JOIN imports i ON i.id = r.import_id
            JOIN reach ON reach.source = i.source AND reach.importer = i.importer
            WHERE r.happened_at <= reach.until AND r.known_at <= $as_of
                AND r.happened_at > reach.until - $days * {MICROS_PER_DAY}
            GROUP BY ALL ORDER BY ALL""",
        {**_reaching(reach), "as_of": as_of, "days": days},
    )
    return tuple(DayCount(*row) for row in rows)


def fills_by_week(
    store: FactStore, reach: Mapping[Export, Micros], as_of: Micros, weeks: int, fields: Sequence[Field]
) -> tuple[WeekFill, ...]:
    """How many new records of each source have each field, by week of their creation."""
    found: list[WeekFill] = []
    for entity, given in _by_entity(reach, as_of, weeks, fields):
        rows = _rows(
            store,
            f"""WITH {_NEW.replace("$records", _RECORDS[entity])}
                SELECT new.source, w.name, new.week, count(*), count(*) FILTER (latest.value >= 0)
                FROM new CROSS JOIN wanted w
                LEFT JOIN latest ON latest.subject = new.subject AND latest.field = w.id
                GROUP BY ALL ORDER BY ALL""",
            given,
        )
        found += [WeekFill(s, Field(entity.value, name), week, n, x) for s, name, week, n, x in rows]
    return tuple(found)


def values_by_week(
    store: FactStore, reach: Mapping[Export, Micros], as_of: Micros, weeks: int, fields: Sequence[Field]
) -> tuple[WeekValue, ...]:
    """The values of fields among new records of each source, by week; fields of more than `MOST_VALUES` values are left out."""
    found: list[WeekValue] = []
    for entity, given in _by_entity(reach, as_of, weeks, fields):
        rows = _rows(
            store,
            f"""WITH {_NEW.replace("$records", _RECORDS[entity])}, told AS (
                    SELECT new.source, w.name, new.week, v.text, count(*) AS n
                    FROM new JOIN latest ON latest.subject = new.subject JOIN wanted w ON w.id = latest.field
                    JOIN field_values v ON v.field = latest.field AND v.code = latest.value GROUP BY ALL)
                SELECT * FROM told
                QUALIFY count(DISTINCT text) OVER (PARTITION BY source, name) <= {MOST_VALUES} ORDER BY ALL""",
            given,
        )
        found += [WeekValue(s, Field(entity.value, name), week, value, n) for s, name, week, value, n in rows]
    return tuple(found)


def firings_by_day(
    store: FactStore, version: str, until: Micros, days: int
) -> tuple[tuple[str, int, int], ...]:
    """Firings that runs of a playbook version told, by track and day."""
    return tuple(
        _rows(
            store,
            f"""SELECT track, ($until - fired_at) // {MICROS_PER_DAY}, count(*) FROM firings
                WHERE playbook_version = $version AND fired_at <= $until
                    AND fired_at > $until - $days * {MICROS_PER_DAY}
                GROUP BY ALL ORDER BY ALL""",
            {"version": version, "until": until, "days": days},
        )
    )


def stage_entries_by_day(
    store: FactStore, version: str, until: Micros, days: int
) -> tuple[tuple[str, int, int], ...]:
    """Stages entered as runs of a playbook version told it, by stage and day."""
    return tuple(
        _rows(
            store,
            f"""SELECT stage, ($until - entered_at) // {MICROS_PER_DAY}, count(*) FROM stage_entries
                WHERE playbook_version = $version AND entered_at <= $until
                    AND entered_at > $until - $days * {MICROS_PER_DAY}
                GROUP BY ALL ORDER BY ALL""",
            {"version": version, "until": until, "days": days},
        )
    )


def told_until(store: FactStore, version: str, as_of: Micros) -> Micros | None:
    """The latest instant up to `as_of` that a stored run of a playbook version decided; `None` without any."""
    found = _rows(
        store,
        "SELECT max(as_of) FROM runs WHERE playbook_version = $version AND as_of <= $as_of",
        {"version": version, "as_of": as_of},
    )
    return None if found[0][0] is None else int(found[0][0])


def exports(store: FactStore) -> dict[Export, tuple[Micros, ...]]:
    """When the exports that stand were taken (else imported), each instant once; what is derived here is no export."""
    found: dict[Export, set[Micros]] = {}
    for each in store.imports():
        at = each.imported_at if each.exported_at is None else each.exported_at
        if each.undone_at is None and each.source != DERIVED:
            found.setdefault((each.source, each.importer), set()).add(at)
    return {export: tuple(sorted(ats)) for export, ats in sorted(found.items())}


def _by_entity(
    reach: Mapping[Export, Micros], as_of: Micros, weeks: int, fields: Sequence[Field]
) -> list[tuple[Entity, dict[str, Any]]]:
    given = {**_reaching(reach), "as_of": as_of, "weeks": weeks}
    names = {e: sorted({f.name for f in fields if f.entity == e.value}) for e in _RECORDS}
    return [(e, {**given, "entity": e.value, "names": some}) for e, some in names.items() if some]


def _reaching(reach: Mapping[Export, Micros]) -> dict[str, Any]:
    return {
        "sources": [source for source, _ in reach],
        "importers": [importer for _, importer in reach],
        "until": list(reach.values()),
    }


def _rows(store: FactStore, statement: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = store.cursor().execute(statement, dict(given)).fetchall()
    return found
