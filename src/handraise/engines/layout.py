"""Where rows lie, and what people and accounts are called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from handraise.engines.plan import Layout
from handraise.facts.catalog import N_BUCKETS
from handraise.facts.chunks import Ints
from handraise.facts.sql import one
from handraise.facts.view import View


@dataclass(frozen=True, slots=True)
class Names:
    """Names by number: `row[number]` is the row of `names` and of `bare`, the names without their source."""

    row: Ints
    names: pa.StringArray
    bare: pa.StringArray

    def order(self, numbers: Ints) -> npt.NDArray[np.int64]:
        """The order of these numbers by name."""
        if len(numbers) < 2:
            return np.arange(len(numbers), dtype=np.int64)
        return np.asarray(pc.sort_indices(self.of(numbers)), dtype=np.int64)

    def sorted_by_name(self, numbers: Ints) -> Ints:
        """The numbers, by name."""
        return numbers[self.order(numbers)]

    def of(self, numbers: Ints) -> pa.StringArray:
        return self.names.take(pa.array(self.row[numbers]))

    def bare_of(self, numbers: Ints) -> pa.StringArray:
        return self.bare.take(pa.array(self.row[numbers]))


def read_names(view: View, table: str, numbers: Ints, everybody: bool) -> Names:
    """Names of these numbers of a table of names."""
    statement = f"SELECT id, name, substr(name, instr(name, ':') + 1) AS bare FROM {table}"
    if everybody:
        rows = view.table(statement)
    else:
        rows = view.table_among(statement + " WHERE id IN (SELECT id FROM chosen)", numbers)
    ids = rows.column("id").to_numpy()
    row = np.full(int(ids.max(initial=-1)) + 1, -1, dtype=np.int32)
    row[ids] = np.arange(len(ids), dtype=np.int32)
    return Names(row, _plain(rows.column("name")), _plain(rows.column("bare")))


def _plain(column: pa.ChunkedArray) -> pa.StringArray:
    whole = column.combine_chunks()
    return whole.cast(pa.string()) if whole.type != pa.string() else whole


def read_layout(view: View, records: Ints | None, accounts: Ints | None) -> Layout:
    """Places of everybody, or of these records and accounts."""
    n_records = int(one(view.connection, "SELECT coalesce(max(id), -1) + 1 FROM record_names"))
    n_accounts = int(one(view.connection, "SELECT coalesce(max(id), -1) + 1 FROM account_names"))
    place_of_record = np.full(n_records, -1, dtype=np.int32)
    place_of_account = np.full(n_accounts, -1, dtype=np.int32)
    rows_of_record = np.zeros(n_records, dtype=np.int32)
    of_records, of_accounts = (
        "SELECT record, place, n_rows FROM record_places",
        "SELECT account, place FROM account_places",
    )
    if records is None or accounts is None:
        record_rows, account_rows = view.arrays(of_records), view.arrays(of_accounts)
    else:
        record_rows = view.among(of_records + " WHERE record IN (SELECT id FROM chosen)", records)
        account_rows = view.among(of_accounts + " WHERE account IN (SELECT id FROM chosen)", accounts)
    place_of_record[record_rows["record"]] = record_rows["place"]
    rows_of_record[record_rows["record"]] = record_rows["n_rows"]
    place_of_account[account_rows["account"]] = account_rows["place"]
    buckets = view.arrays("SELECT bucket, seq FROM buckets")
    bucket_seq = np.full(N_BUCKETS, -1, dtype=np.int64)
    bucket_seq[buckets["bucket"]] = buckets["seq"]
    return Layout(place_of_record, place_of_account, rows_of_record, bucket_seq, int(bucket_seq.min()))
