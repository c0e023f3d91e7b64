"""Ids are put in the order of their bytes, however they begin and end."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from handraise.engines.by_name import by_name, name_order

_ENDS = st.text(st.sampled_from("ab\0é€𝄞0"), max_size=20)
_NAMES = st.builds(
    lambda source, end: source + end, st.sampled_from(["salesforce:00Q000000", "marketo:", ""]), _ENDS
)


@settings(deadline=None)
@given(st.lists(_NAMES, unique=True))
def test_names_are_ordered_by_their_bytes(names: list[str]) -> None:
    order = name_order(pa.array(names, pa.string()))
    assert [names[i] for i in order] == sorted(names, key=str.encode)


@settings(deadline=None)
@given(st.lists(_NAMES, unique=True, min_size=2), st.data())
def test_a_part_of_an_array_is_ordered_like_an_array_of_its_own(
    names: list[str], data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(names) - 1))
    part = pa.array(names, pa.string())[first:]
    assert [names[first + i] for i in name_order(part)] == sorted(names[first:], key=str.encode)


def test_all_columns_follow_and_come_in_one_piece() -> None:
    parts = [pa.table({"id": ids, "n": n}) for ids, n in ((["b", "d"], [2, 4]), (["a", "c"], [1, 3]))]
    table = by_name(pa.concat_tables(parts), "id")
    assert table.to_pydict() == {"id": ["a", "b", "c", "d"], "n": [1, 2, 3, 4]}
    assert table["n"].num_chunks == 1
