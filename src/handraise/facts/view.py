"""One look at the store: the facts visible at an instant and up to an append number.

`happened_at <= as_of and known_at <= as_of`, appended by then, and not superseded by then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from handraise.facts.sql import Connection, arrow
from handraise.model.time import Micros

# Ids that are given as a parameter; more are handed over as a table.
_FEW = 2000
_PARAMETER = re.compile(r"\$([a-z_]+)")


@dataclass(frozen=True, slots=True)
class View:
    """Queries over visible facts. `{visible}` in a statement stands for the condition, `{delayed}` for the
    same in the clustered copies, and `{appended}` for its part that is not about instants."""

    connection: Connection
    as_of: Micros
    horizon: int
    last_seq: int

    @property
    def _appended(self) -> str:
        if self.horizon >= self.last_seq:
            return "superseded_seq IS NULL"
        return "seq <= $horizon AND (superseded_seq IS NULL OR superseded_seq > $horizon)"

    def arrays(self, statement: str, **values: Any) -> dict[str, npt.NDArray[Any]]:
        """The result as arrays by column name."""
        table = self.table(statement, **values)
        return {name: table.column(name).to_numpy() for name in table.column_names}

    def few(self, statement: str, **values: Any) -> dict[str, npt.NDArray[Any]]:
        """The same for a few rows without unknowns: dearer for each row, and a millisecond less to begin with."""
        found: dict[str, npt.NDArray[Any]] = self.connection.execute(
            *self._asked(statement, values)
        ).fetchnumpy()
        return {name: np.asarray(column) for name, column in found.items()}

    def table(self, statement: str, **values: Any) -> pa.Table:
        """The result as an Arrow table."""
        return arrow(self.connection, *self._asked(statement, values))

    def _asked(self, statement: str, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The statement with its conditions, and the parameters that it uses."""
        text = statement.replace(
            "{visible}", f"(happened_at <= $as_of AND known_at <= $as_of AND {self._appended})"
        ).replace(
            "{delayed}", f"(happened_at <= $as_of AND happened_at + delay <= $as_of AND {self._appended})"
        )
        text = text.replace("{appended}", f"({self._appended})")
        given = {"as_of": self.as_of, "horizon": self.horizon, **values}
        used = set(_PARAMETER.findall(text))
        return text, {k: v for k, v in given.items() if k in used}

    def among(self, statement: str, ids: npt.NDArray[Any], **values: Any) -> dict[str, npt.NDArray[Any]]:
        """The same for a statement that reads `chosen (id)`, which holds `ids`."""
        table = self.table_among(statement, ids, **values)
        return {name: table.column(name).to_numpy() for name in table.column_names}

    def table_among(self, statement: str, ids: npt.NDArray[Any], **values: Any) -> pa.Table:
        """The same as an Arrow table. Few ids go as a parameter, which costs a millisecond less."""
        if len(ids) <= _FEW:
            given = f"WITH chosen AS (SELECT unnest($chosen_ids::INTEGER[]) AS id) {statement}"
            return self.table(given, **values, chosen_ids=ids.tolist())
        self.connection.register("chosen", pa.table({"id": pa.array(np.ascontiguousarray(ids))}))
        try:
            return self.table(statement, **values)
        finally:
            self.connection.unregister("chosen")
