"""What people of an earlier instant are called later: a merge may give somebody another's name."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from handraise.facts.store import FactStore
from handraise.facts.view import View
from handraise.identity.people import people_at
from handraise.identity.ranks import ranks_by_number
from handraise.model.time import Micros


def later_names(store: FactStore, names: pa.ChunkedArray, as_of: Micros) -> pa.Array:
    """For each person id of some earlier instant, the id of the person it belongs to at `as_of`; itself where
    it is nobody's any more. Shape: as given."""
    last_seq = store.last_seq
    view = View(store.cursor(), as_of, last_seq, last_seq)
    people = people_at(view, ranks_by_number(store))
    named = view.connection.sql("SELECT id, name FROM record_names ORDER BY id").to_arrow_table()
    ids, all_names = named["id"].to_numpy(), named["name"].combine_chunks()
    given = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
    place = pc.fill_null(pc.index_in(given, value_set=all_names), -1).to_numpy(zero_copy_only=False)
    record = np.where(place >= 0, ids[place], 0)
    person = np.where(place >= 0, people.person_of[record], -1)
    name_of_id = np.full(int(ids.max(initial=0)) + 1, -1, dtype=np.int64)
    name_of_id[ids] = np.arange(len(ids))
    later = np.where(person >= 0, name_of_id[people.representative[np.maximum(person, 0)]], -1)
    found = all_names.take(pa.array(later, mask=later < 0))
    return pc.coalesce(found, given)
