"""What there is to decide from: per source its tables, fields and activities, and what of it each rule of the playbook asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from handraise.facts import sources
from handraise.facts.chunks import CoverageSpan
from handraise.facts.contents import contents
from handraise.facts.sources import ActivityCount, FieldFill, Filled, SourceTable
from handraise.model.conditions import AttributeTest, Condition, HeldFor, walk
from handraise.model.fields import Field
from handraise.model.playbook import Playbook
from handraise.model.scores import BehaviourRule
from handraise.model.time import MICROS_PER_DAY, Micros, iso
from handraise.playbook.english import segment_label
from handraise.services.deciding import Deciding
from handraise.services.readiness import Readiness


@dataclass(frozen=True, slots=True)
class Asked:
    """A field that rules of the playbook test, and of how many records it is known; by which sources."""

    field: Field
    label: str
    rules: tuple[str, ...]
    n_filled: int
    n_records: int
    sources: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.n_filled / self.n_records if self.n_records else 0.0


@dataclass(frozen=True, slots=True)
class Starved:
    """A rule, segment, trigger or stage that cannot come true yet, and the data that no import has brought."""

    kind: str
    name: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """What the sources hold at an instant, and what of it the playbook asks. `asked` has the emptiest fields first."""

    as_of: Micros
    tables: tuple[SourceTable, ...]
    fields: tuple[FieldFill, ...]
    activities: tuple[ActivityCount, ...]
    coverage: tuple[CoverageSpan, ...]
    asked: tuple[Asked, ...]
    starved: tuple[Starved, ...]

    def days_old(self, at: Micros | None) -> int | None:
        """Whole days from an instant to the one that is looked at."""
        return None if at is None else max(0, (self.as_of - at) // MICROS_PER_DAY)

    def covered(self, source: str, type_: str) -> tuple[tuple[Micros, Micros], ...]:
        """The stretches in which a source knows all about a type of activity."""
        return tuple(
            (s.from_at, s.to_at) for s in self.coverage if s.source == source and type_ in s.activity_types
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "as_of": iso(self.as_of),
            "tables": [self._table(t) for t in self.tables],
            "fields": [_field(f) for f in self.fields],
            "activities": [self._activity(a) for a in self.activities],
            "asked": [_asked(a) for a in self.asked],
            "starved": [{"kind": s.kind, "name": s.name, "missing": list(s.missing)} for s in self.starved],
        }

    def _table(self, table: SourceTable) -> dict[str, Any]:
        return {
            "source": table.source,
            "table": table.table,
            "imports": table.n_imports,
            "rows_in": table.rows_in,
            "accepted": table.accepted,
            "duplicate": table.duplicate,
            "quarantined": table.quarantined,
            "exported_at": _iso(table.exported_at),
            "imported_at": iso(table.imported_at),
            "first_at": _iso(table.first_at),
            "last_at": _iso(table.last_at),
            "days_old": self.days_old(table.last_at),
        }

    def _activity(self, found: ActivityCount) -> dict[str, Any]:
        return {
            "source": found.source,
            "type": found.type,
            "count": found.n,
            "records": found.n_records,
            "first_at": iso(found.first_at),
            "last_at": iso(found.last_at),
            "days_old": self.days_old(found.last_at),
            "covered": [[iso(a), iso(b)] for a, b in self.covered(found.source, found.type)],
        }


def sources_at(deciding: Deciding, playbook: Playbook, as_of: Micros) -> Sources:
    """What the sources hold as known at an instant."""
    store = deciding.store
    fields, full = sources.fields_of(store, as_of), sources.filled(store, as_of)
    return Sources(
        as_of,
        sources.tables_of(store, as_of),
        fields,
        sources.activities_of(store, as_of),
        store.coverage(),
        _all_asked(deciding, playbook, fields, full),
        tuple(_all_starved(playbook, Readiness(playbook, contents(store)))),
    )


def rules_of(playbook: Playbook) -> Iterator[tuple[str, str, Condition]]:
    """Everything in the playbook that has a condition: what kind of thing it is, its name, and the condition."""
    yield from (("fit rule", rule.name, rule.when) for rule in playbook.fit.rules)
    for rule in playbook.engagement.rules:
        if not isinstance(rule, BehaviourRule):
            yield "engagement rule", rule.name, rule.when
    yield from (("segment", segment_label(key, playbook), s.when) for key, s in playbook.segments.items())
    yield from (("trigger", t.label or t.key, t.when) for t in playbook.triggers.values())
    for stage in playbook.lifecycle.stages:
        if stage.when is not None:
            yield "stage", stage.label or playbook.term(stage.key), stage.when
    yield from (("buyer segment", s.label, s.when) for s in playbook.buyer_segments)
    yield from (("role", role.key, role.when) for role in playbook.buying_group.roles)


def _all_asked(
    deciding: Deciding, playbook: Playbook, fields: tuple[FieldFill, ...], full: Mapping[Field, Filled]
) -> tuple[Asked, ...]:
    by_field: dict[Field, dict[str, None]] = defaultdict(dict)
    for _, name, condition in rules_of(playbook):
        for part in walk(condition):
            if isinstance(part, AttributeTest | HeldFor):
                by_field[part.field][name] = None
    catalog, n_records = deciding.catalog(), {f.field.entity: f.n_records for f in full.values()}
    asked = []
    for field, rules in by_field.items():
        found = full.get(field) or Filled(field, 0, n_records.get(field.entity, 0))
        said_by = tuple(sorted({f.source for f in fields if f.field == field and f.n_filled}))
        asked.append(
            Asked(field, catalog.label(field), tuple(rules), found.n_filled, found.n_records, said_by)
        )
    return tuple(sorted(asked, key=lambda a: (a.share, a.field)))


def _all_starved(playbook: Playbook, ready: Readiness) -> Iterator[Starved]:
    for rule in playbook.engagement.behaviour_rules:
        missing = ready.missing_of_behaviour(rule.behaviour)
        if missing:
            yield Starved("engagement rule", rule.name, missing)
    for kind, name, condition in rules_of(playbook):
        missing = ready.missing(condition)
        if missing:
            yield Starved(kind, name, missing)


def _asked(found: Asked) -> dict[str, Any]:
    return {
        "field": str(found.field),
        "label": found.label,
        "filled": found.n_filled,
        "records": found.n_records,
        "share": round(found.share, 4),
        "sources": list(found.sources),
        "rules": list(found.rules),
    }


def _field(found: FieldFill) -> dict[str, Any]:
    return {
        "source": found.source,
        "field": str(found.field),
        "filled": found.n_filled,
        "records": found.n_records,
        "share": None if found.share is None else round(found.share, 4),
        "values": found.n_values,
        "last_at": iso(found.last_at),
    }


def _iso(at: Micros | None) -> str | None:
    return None if at is None else iso(at)
