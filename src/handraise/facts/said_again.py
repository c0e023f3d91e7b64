"""What later imports said once more, as ranges of append numbers: a re-export repeats the first one in its order, so that a
million repeated facts are a few rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from handraise.facts.sql import Connection, over


def save_said_again(connection: Connection, import_id: int, again: pa.Table) -> None:
    """Facts said again by an import: `old_seq`, in order and each there once, and both instants on either side."""
    seq = again["old_seq"].to_numpy()
    happened_by = again["happened_at"].to_numpy() - again["old_happened_at"].to_numpy()
    known_by = again["known_at"].to_numpy() - again["old_known_at"].to_numpy()
    begins = np.ones(len(seq), dtype=np.bool_)
    begins[1:] = (np.diff(seq) != 1) | (np.diff(happened_by) != 0) | (np.diff(known_by) != 0)
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(seq)) - 1
    ranges = pa.table(
        {
            "import_id": pa.repeat(pa.scalar(import_id, pa.int32()), len(first)),
            "first_seq": seq[first],
            "last_seq": seq[last],
            "happened_by": happened_by[first],
            "known_by": known_by[first],
        }
    )
    over(connection, "ranges", ranges, "INSERT INTO said_again SELECT * FROM ranges")
