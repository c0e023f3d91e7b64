"""Names for the arrays that measures take, and how ids become dense numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int64]
Ids = Any
"""A column of ids: an Arrow array or chunked array, a numpy array, or a sequence; null is unknown."""


def as_column(values: Ids) -> pa.Array:
    """One Arrow array of whatever kind of column was given."""
    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks()
    return values if isinstance(values, pa.Array) else pa.array(values)


def codes_in(values: pa.Array, known: pa.Array) -> Codes:
    """The place of each value in `known`; -1 where it is null or not among them."""
    found = pc.fill_null(pc.index_in(values, value_set=known), -1)
    return np.asarray(found, dtype=np.int64)


def cluster_codes(account_ids: Ids, person_ids: Ids | None = None) -> Codes:
    """Dense numbers of the accounts; who has no account stands alone (by person, where ids are given).

    Shape: one id a case in, one number a case out, 0..n_clusters-1.
    """
    accounts = as_column(account_ids)
    codes = codes_in(accounts, pc.unique(accounts).drop_null())
    alone = codes < 0
    if person_ids is None:
        codes[alone] = len(codes) + np.arange(int(alone.sum()))
    else:
        people = as_column(person_ids)
        codes[alone] = len(codes) + codes_in(people, pc.unique(people).drop_null())[alone]
    return dense(codes)


def dense(codes: Codes) -> Codes:
    """The same grouping, numbered 0..k-1 without gaps."""
    _, packed = np.unique(codes, return_inverse=True)
    return packed.astype(np.int64, copy=False).reshape(-1)


def each_alone(n: int) -> Codes:
    """Clusters for independent cases."""
    return np.arange(n, dtype=np.int64)


def as_bools(values: Sequence[bool] | NDArray[Any]) -> Bools:
    return np.asarray(values, dtype=np.bool_)


def as_floats(values: Sequence[float] | NDArray[Any]) -> Floats:
    return np.asarray(values, dtype=np.float64)
