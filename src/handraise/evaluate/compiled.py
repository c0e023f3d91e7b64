"""A playbook made ready for one reading: everything that depends on distinct values, not on people.

`Compiled` is shared by all chunks of a reading and by all threads; it is only read after construction,
but for the value columns' parsed forms, whose making is idempotent.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from handraise.evaluate.coverage import NOT_COVERED, Covered
from handraise.evaluate.kleene import IN, UNKNOWN, Truths
from handraise.evaluate.points import BEFORE_ALL
from handraise.evaluate.timelines import Steps
from handraise.evaluate.values import ValueColumn, truth_table
from handraise.facts.chunks import EntityTimelines, Instants, Ints, Kind, Shared
from handraise.model.activities import ACTIVITY_COLUMNS
from handraise.model.conditions import AttributeTest, HeldFor, InterestedIn, walk
from handraise.model.fields import Entity, Field, FieldCatalog
from handraise.model.playbook import Behaviour, Playbook, WherePart
from handraise.model.time import Micros, local_date, local_midnight
from handraise.model.value_tests import Between, Compare, OneOf, ValueTest
from handraise.model.values import FieldType, number_text

T = TypeVar("T")
_NO_TEXTS: npt.NDArray[np.object_] = np.empty(0, dtype=np.object_)


@dataclass(frozen=True, slots=True)
class AssetTest:
    """A `where` part on an asset's (or program's) attribute, read at the occurrence's first visible instant."""

    subject_of_kind: Ints
    steps: Steps | None
    table: Truths


@dataclass(frozen=True, slots=True)
class BehaviourMatch:
    """Which kinds of activity a behaviour is, without its tests of asset or program attributes: those that are `kinds`, and
    those of which it is `unknown`; as indices into `Shared.kinds`."""

    kinds: npt.NDArray[np.intp]
    unknown: npt.NDArray[np.intp]
    asset_tests: tuple[AssetTest, ...]


class Compiled:
    """A playbook over the dictionaries of one reading."""

    def __init__(self, playbook: Playbook, catalog: FieldCatalog, shared: Shared) -> None:
        self.playbook = playbook
        self.catalog = catalog
        self.shared = shared
        self._columns: dict[Field, ValueColumn | None] = {}
        # Of a reading of a few people: the fields whose codes are numbered for these people alone.
        self._coded: dict[Field, ValueColumn | None] = {}
        self._coded_tables: dict[tuple[Field, ValueTest], Truths] = {}
        self._tables: dict[tuple[Field, ValueTest], Truths] = {}
        self._coverage: dict[str, Covered] = {}
        self._remembered: dict[Hashable, Any] = {}
        self.tested_fields = tested_fields(playbook)
        self._midnights: Instants = np.empty(0, dtype=np.int64)
        self.behaviours: Mapping[str, BehaviourMatch] = {
            key: self._match(behaviour) for key, behaviour in playbook.behaviours.items()
        }

    def over(self, shared: Shared, coded: frozenset[Field]) -> Compiled:
        """The same for other people of the same reading, whose `shared` differs in the codes of some fields at most."""
        other = copy(self)
        other.shared = shared
        other._coded = dict.fromkeys(coded)
        other._coded_tables = {}
        return other

    def remember(self, name: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, made once: the same for everybody whose facts are read with these dictionaries."""
        found: T | None = self._remembered.get(name)
        if found is None:
            found = self._remembered[name] = make()
        return found

    @property
    def coded_fields(self) -> frozenset[Field]:
        """The fields whose codes are numbered for the people of this reading alone."""
        return frozenset(self._coded)

    @property
    def as_of(self) -> Micros:
        return self.shared.as_of

    @property
    def zone(self) -> str:
        return self.playbook.time_zone

    def table(self, field: Field, test: ValueTest) -> Truths:
        """Truth of the test per value code of the field; the last entry is "no value"."""
        tables, key = self._coded_tables if field in self._coded else self._tables, (field, test)
        if key not in tables:
            tables[key] = truth_table(test, self.column(field))
        return tables[key]

    def covered_since(self, activity_types: tuple[str, ...], at: Instants | Micros) -> Instants:
        """The earliest instant from which sources know of every activity of all these types up to each `at`;
        `NOT_COVERED` where they do not know of `at` itself, and for no type at all."""
        since = np.full(np.shape(at), NOT_COVERED if not activity_types else BEFORE_ALL, dtype=np.int64)
        for activity_type in activity_types:
            since = np.maximum(since, self._covered(activity_type).since(at))
        return since

    def coverage_of(self, activity_types: tuple[str, ...]) -> tuple[Instants, Instants]:
        """The first and the last instants of every stretch in which one of these types is known."""
        covered = [self._covered(t) for t in activity_types]
        none = np.empty(0, dtype=np.int64)
        return (
            np.concatenate([none, *(c.first for c in covered)]),
            np.concatenate([none, *(c.last for c in covered)]),
        )

    def _covered(self, activity_type: str) -> Covered:
        if activity_type not in self._coverage:
            spans = (s for s in self.shared.coverage if activity_type in s.activity_types)
            self._coverage[activity_type] = Covered.of((s.from_at, s.to_at) for s in spans)
        return self._coverage[activity_type]

    def midnights(self, first: Micros) -> Instants:
        """00:00 of every day in the playbook's zone, from that of `first` to the one after the reading's instant."""
        if not len(self._midnights) or first < self._midnights[0]:
            days = range(
                local_date(first, self.zone).toordinal(), local_date(self.as_of, self.zone).toordinal() + 2
            )
            every = [local_midnight(date.fromordinal(day), self.zone) for day in days]
            self._midnights = np.array(every, dtype=np.int64)
        return self._midnights

    def last_midnight(self, at: Instants) -> Instants:
        """The last 00:00 at or before each instant."""
        if not at.size:
            return at
        every = self.midnights(int(at.min()))
        return every[np.searchsorted(every, at, side="right") - 1]

    def column(self, field: Field) -> ValueColumn:
        columns = self._coded if field in self._coded else self._columns
        found = columns.get(field)
        if found is None:
            texts = self.shared.texts.get(field, _NO_TEXTS)
            found = columns[field] = ValueColumn(texts, self.catalog.type_of(field), self.as_of, self.zone)
        return found

    def _match(self, behaviour: Behaviour) -> BehaviourMatch:
        kinds = self.shared.kinds
        by_kind = np.fromiter(
            (IN if k.type in behaviour.activities else 0 for k in kinds), np.int8, len(kinds)
        )
        asset_tests = []
        for part in behaviour.where:
            if "." in part.name:
                asset_tests.append(self.asset_test(Field.parse(part.name), part.test))
            else:
                by_kind = np.minimum(by_kind, self._part_by_kind(part))
        return BehaviourMatch(
            np.flatnonzero(by_kind == IN), np.flatnonzero(by_kind == UNKNOWN), tuple(asset_tests)
        )

    def _part_by_kind(self, part: WherePart) -> Truths:
        """Truth of a test of an activity column or property, per kind; each distinct text is tested once.

        Such sides are texts. Against a bound they are read as numbers; of free properties, equal numbers are equal
        however written. Assets, channels, programs and products are names, and equal to the letter.
        """
        test, type_ = part.test, FieldType.TEXT
        texts = [_side(kind, part.name) for kind in self.shared.kinds]
        if isinstance(test, Compare | Between):
            type_ = FieldType.NUMBER
        elif isinstance(test, OneOf) and part.name not in ACTIVITY_COLUMNS:
            texts = [None if t is None else _canonical_number(t) for t in texts]
            test = replace(test, values=tuple(_canonical_number(v) for v in test.values))
        distinct = sorted({t for t in texts if t is not None})
        values = np.empty(len(distinct), dtype=np.object_)
        values[:] = distinct
        table = truth_table(test, ValueColumn(values, type_, self.as_of, self.zone))
        place = {text: i for i, text in enumerate(distinct)}
        return table[np.fromiter((-1 if t is None else place[t] for t in texts), np.int32, len(texts))]

    def asset_test(self, field: Field, test: ValueTest) -> AssetTest:
        """A test of an attribute of the asset (or program) of an occurrence."""
        if field.entity == Entity.ASSET.value:
            timelines, of_kind = self.shared.assets, [k.asset for k in self.shared.kinds]
        else:
            timelines, of_kind = self.shared.programs, [k.program for k in self.shared.kinds]
        return AssetTest(_subjects(timelines, of_kind), _steps(timelines, field), self.table(field, test))

    def asset_truth(self, test: AssetTest, kind: Ints, known: npt.NDArray[np.int64]) -> Truths:
        """Truth of an asset test for each occurrence."""
        if test.steps is None:
            return np.full(len(kind), test.table[-1], dtype=np.int8)
        return test.table[test.steps.at(test.subject_of_kind[kind], known)]


def tested_fields(playbook: Playbook) -> tuple[Field, ...]:
    """Every field of people and accounts that any condition tests, in order of name."""
    atoms = [part for condition in playbook.conditions() for part in walk(condition)]
    fields = {a.field for a in atoms if isinstance(a, AttributeTest | HeldFor)}
    if playbook.interest.stated is not None and any(isinstance(a, InterestedIn) for a in atoms):
        fields.add(playbook.interest.stated)
    return tuple(sorted(fields))


def _side(kind: Kind, name: str) -> str | None:
    if name in ACTIVITY_COLUMNS:
        value = getattr(kind, name)
        return None if value is None else str(value)
    return kind.properties.get(name)


def _canonical_number(text: str) -> str:
    """`7.0` and `7` are the same to a test of equality."""
    try:
        return number_text(text)
    except ValueError:
        return text


def _subjects(timelines: EntityTimelines, ids: list[str | None]) -> Ints:
    return np.fromiter((-1 if i is None else timelines.index.get(i, -1) for i in ids), np.int32, len(ids))


def _steps(timelines: EntityTimelines, field: Field) -> Steps | None:
    timeline = timelines.fields.get(field)
    return None if timeline is None else Steps(timeline)
