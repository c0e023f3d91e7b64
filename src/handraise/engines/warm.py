"""What readings of a few people have in common, kept between them: who everybody is, where rows lie, dictionaries.

Looking one person up in the store takes forty small statements, and planning them takes far longer than the rows of one
account. So a process that answers again and again (a server, a notebook) keeps everything but what people did: half a
kilobyte for each person, and the attributes that playbooks ask for (`kept_fields`). What is kept holds for one state of the store and for one instant; past the last instant at
which anything became known, it holds for all.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from handraise.engines.assembly import Universe
from handraise.engines.by_name import name_order
from handraise.engines.deals import AllDeals, read_deals
from handraise.engines.dictionaries import read_files, read_kinds
from handraise.engines.kept_fields import KeptFields
from handraise.engines.layout import Names, read_layout, read_names
from handraise.engines.plan import Grouped, Layout, Share, grouped
from handraise.engines.who import Who, everybody
from handraise.facts.chunks import Ints, Kind, Timeline
from handraise.facts.ranges import is_among, ranges
from handraise.facts.sql import one
from handraise.facts.view import View
from handraise.model.fields import Entity, Field

T = TypeVar("T")
# States of the store at an instant that are kept, and other things that depend on them.
_MAX_STATES = 2
_MAX_MADE = 64
# Fields of more values than this are read value by value.
_MAX_TEXTS = 50_000
# More names than this are found by looking at all of them once.
_MANY_NAMES = 100
# More people than this are looked up as if nothing were kept: their rows cost more than who they are.
MAX_PEOPLE = 2000

# The last instant at which anything became visible of what is kept.
_LAST = "SELECT max(seen_at) FROM ({})".format(
    " UNION ALL ".join(
        f"SELECT max(greatest(happened_at, known_at)) AS seen_at FROM {table}"
        for table in (
            "person_records",
            "account_records",
            "identity_keys",
            "memberships",
            "attribute_changes",
            "opportunities",
            "opportunity_stages",
            "contact_roles",
        )
    )
)


@dataclass(frozen=True)
class Texts:
    """The texts of a field by code. `whole` is how the evaluator takes them, where there are not too many of them."""

    packed: pa.StringArray
    whole: npt.NDArray[np.object_] | None

    @classmethod
    def read(cls, view: View, field: int) -> Texts:
        rows = view.table("SELECT text FROM field_values WHERE field = $field ORDER BY code", field=field)
        packed = rows["text"].combine_chunks().cast(pa.string())
        return cls(packed, _objects(packed) if len(packed) <= _MAX_TEXTS else None)

    def of(self, codes: Ints) -> npt.NDArray[np.object_]:
        """The texts of some codes."""
        return _objects(self.packed.take(pa.array(codes)))


def _objects(texts: pa.StringArray) -> npt.NDArray[np.object_]:
    return np.asarray(texts.to_numpy(zero_copy_only=False), dtype=np.object_)


@dataclass(frozen=True)
class Everybody:
    """Everybody at an instant, as the store numbers them. Read once and shared by threads."""

    who: Who
    layout: Layout
    bearers: Grouped
    person_names: Names
    account_names: Names
    deals: AllDeals
    kinds: tuple[Kind, ...]
    kind_numbers: Ints
    files: tuple[str, ...]
    _fields: tuple[KeptFields, ...] = field(
        default_factory=lambda: (KeptFields(Entity.PERSON), KeptFields(Entity.ACCOUNT))
    )
    _texts: dict[int, Texts] = field(default_factory=dict)
    _of_types: dict[frozenset[str], Ints] = field(default_factory=dict)

    @classmethod
    def read(cls, view: View, ranks: Mapping[int, int]) -> Everybody:
        who = everybody(view, ranks)
        kinds, kind_numbers = read_kinds(view, None, None)
        return cls(
            who,
            read_layout(view, None, None),
            grouped(who.people.person_of, who.people.n),
            read_names(view, "record_names", who.people.representative, True),
            read_names(view, "account_names", who.accounts, True),
            read_deals(view, who.people.person_of, None, None),
            kinds,
            kind_numbers,
            read_files(view),
        )

    def share(self, names: list[str]) -> Share:
        """The people of these ids, with the others who ever held one of their accounts."""
        who, people = self.who, self._people_named(names)
        current = who.current[people]
        accounts = np.unique(current[current >= 0])
        start = self._ever_held.start
        rows = ranges(start[accounts], start[accounts + 1] - start[accounts])
        holders = np.unique(self._holder[self._ever_held.item[rows]])
        visitors = holders[~is_among(people, holders)]
        return Share(people, visitors, accounts, 0, 0)

    def numbers_of_kinds(self, types: frozenset[str] | None) -> Ints:
        """The number of each kind of the store, -1 for those of other types."""
        if types is None:
            return self.kind_numbers
        if types not in self._of_types:
            needed = np.array([k.type in types for k in self.kinds], dtype=bool)
            self._of_types[types] = (
                np.where(
                    (self.kind_numbers >= 0) & needed[self.kind_numbers], self.kind_numbers, np.int32(-1)
                )
                if len(needed)
                else self.kind_numbers
            )
        return self._of_types[types]

    def texts(self, view: View, field: int) -> Texts:
        if field not in self._texts:
            self._texts[field] = Texts.read(view, field)
        return self._texts[field]

    def timelines(self, view: View, universe: Universe) -> dict[str, Mapping[Field, Timeline]]:
        """Of people and of accounts, the timelines of a reading's fields, where they are few enough to be kept."""
        found = {kept.entity.value: kept.among(view, universe) for kept in self._fields}
        return {entity: timelines for entity, timelines in found.items() if timelines is not None}

    def records_of(self, people: Ints) -> Ints:
        start = self.bearers.start[people]
        return self.bearers.item[ranges(start, self.bearers.start[people + 1] - start)]

    @cached_property
    def _ever(self) -> tuple[Ints, Ints]:
        return self.who.held.ever()

    @property
    def _holder(self) -> Ints:
        return self._ever[0]

    @cached_property
    def _ever_held(self) -> Grouped:
        """The rows of who ever held an account, by account."""
        return grouped(self._ever[1], len(self.layout.place_of_account))

    def _people_named(self, names: list[str]) -> Ints:
        """The people who bear one of these names; by number."""
        texts = self.person_names.names
        if len(names) > _MANY_NAMES:
            found = np.flatnonzero(pc.is_in(texts, value_set=pa.array(names, pa.string())))
        else:
            found = np.array([_search(texts, self._name_order, name) for name in names], dtype=np.int64)
        record = self._record_of_row[found[found >= 0]]
        person = self.who.people.person_of[record]
        record, person = record[person >= 0], person[person >= 0]
        return np.unique(person[self.who.people.representative[person] == record])

    @cached_property
    def _name_order(self) -> npt.NDArray[np.int64]:
        return name_order(self.person_names.names)

    @cached_property
    def _record_of_row(self) -> npt.NDArray[np.int64]:
        row = self.person_names.row
        numbers = np.flatnonzero(row >= 0)
        records = np.empty(len(self.person_names.names), dtype=np.int64)
        records[row[numbers]] = numbers
        return records


def _search(texts: pa.StringArray, order: npt.NDArray[np.int64], name: str) -> int:
    """The place of a text, by its order; -1 where it is not there."""
    wanted, low, high = name.encode(), 0, len(order)
    while low < high:
        middle = (low + high) // 2
        if texts[int(order[middle])].as_buffer().to_pybytes() < wanted:
            low = middle + 1
        else:
            high = middle
    if low < len(order) and texts[int(order[low])].as_py() == name:
        return int(order[low])
    return -1


class Warm:
    """What is kept of one store. Any thread may ask; what is not there yet is made once."""

    def __init__(self) -> None:
        self._states: OrderedDict[Hashable, Everybody] = OrderedDict()
        self._made: OrderedDict[Hashable, tuple[object, Any]] = OrderedDict()
        self._lock = threading.RLock()

    def everybody(self, view: View, generation: int, ranks: Mapping[int, int]) -> Everybody:
        """Everybody as a view sees them."""
        state = (view.last_seq, generation)
        last = self.made(("last seen", state), None, lambda: int(one(view.connection, _LAST) or 0))
        key = (state, view.horizon, min(view.as_of, last), tuple(sorted(ranks.items())))
        with self._lock:
            if key not in self._states:
                self._states[key] = Everybody.read(view, ranks)
                while len(self._states) > _MAX_STATES:
                    self._states.popitem(last=False)
            self._states.move_to_end(key)
            return self._states[key]

    def made(self, key: Hashable, of: object, make: Callable[[], T]) -> T:
        """What was made under a key of these very objects (one, or a tuple of them), or is made now."""
        with self._lock:
            found = self._made.get(key)
            if found is None or not _same(found[0], of):
                found = self._made[key] = (of, make())
                while len(self._made) > _MAX_MADE:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
            return cast(T, found[1])


def _same(one: object, other: object) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
    return one is other
