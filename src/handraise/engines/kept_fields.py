"""The attributes of everybody, field by field, kept between readings of a few people.

A statement for the attributes of one account takes milliseconds, whatever it reads; an attribute takes some twenty bytes
to keep. So fields that were asked for are read once for everybody.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from handraise.engines.assembly import Bearers, Universe, fields_of
from handraise.engines.looking import attribute_copy
from handraise.engines.origins import Origins
from handraise.engines.plan import NOWHERE, Share
from handraise.facts.chunks import Ints, Timeline
from handraise.facts.view import View
from handraise.model.fields import Entity, Field

# Of more rows than this nothing is kept: a quarter of a gigabyte for people, and for accounts.
_MOST_ROWS = 10_000_000
_NOBODY: Ints = np.empty(0, dtype=np.int32)
_WHOLE = Share(_NOBODY, _NOBODY, _NOBODY, 0, NOWHERE)


@dataclass(frozen=True)
class KeptFields:
    """The timelines of everybody by the store's number of a field, and whether they hold the latest values alone; the
    subjects are the numbers of people, or of accounts. Holds for one state of the store and one instant, as
    `warm.Everybody` does, and may be asked by any thread."""

    entity: Entity
    _timelines: dict[tuple[int, bool], Timeline | None] = field(default_factory=dict)
    _n_rows: dict[int, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def among(self, view: View, universe: Universe) -> Mapping[Field, Timeline] | None:
        """The timelines of the fields of a reading; `None` where there are too many rows to keep."""
        wanted = {f: n for f, n in universe.fields.items() if f.entity == self.entity.value}
        with self._lock:
            new = [n for n in wanted.values() if (n, universe.latest_only) not in self._timelines]
            if new and self._rows_with(view, new) > _MOST_ROWS:
                return None
            for named, number in wanted.items():
                if number in new:
                    self._timelines[number, universe.latest_only] = self._read(view, universe, named, number)
        found = {f: self._timelines[n, universe.latest_only] for f, n in wanted.items()}
        return {f: timeline for f, timeline in found.items() if timeline is not None}

    def _rows_with(self, view: View, new: list[int]) -> int:
        """Rows of what is kept and of new fields."""
        if not self._n_rows:
            rows = view.arrays(
                f"SELECT field, count(*) AS n FROM {self.entity.value}_attributes GROUP BY field"
            )
            self._n_rows.update(zip(rows["field"].tolist(), rows["n"].tolist(), strict=True))
        return sum(self._n_rows.get(n, 0) for n in [*(number for number, _ in self._timelines), *new])

    def _read(self, view: View, universe: Universe, named: Field, number: int) -> Timeline | None:
        layout = universe.layout
        if self.entity is Entity.PERSON:
            start, subject, place_of = universe.records.start, universe.records.item, layout.place_of_record
            owner = np.repeat(np.arange(len(start) - 1, dtype=np.int32), np.diff(start))
        else:
            place_of = layout.place_of_account
            subject = owner = np.arange(len(place_of), dtype=np.int32)
        copy = attribute_copy(self.entity.value, {named: number}, universe.several_sources)
        origins = Origins(copy, place_of, layout.bucket_seq, layout.tail_from, _NOBODY, None)
        bearers = Bearers(subject, owner, _WHOLE.near(place_of[subject]))
        alone = replace(universe, fields={named: number}, code_numbers={})
        return fields_of(view, alone, _WHOLE, self.entity.value, bearers, origins).get(named)
