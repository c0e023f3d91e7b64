"""One state of the store for several threads."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager

from handraise.facts.sql import Connection
from handraise.facts.store import FactStore
from handraise.facts.view import View
from handraise.model.time import Micros


class Snapshot:
    """Some cursors (by default as many as the store has threads), all on one state, handed out one to a thread at a
    time."""

    def __init__(
        self, store: FactStore, as_of: Micros, horizon: int | None, n_cursors: int | None = None
    ) -> None:
        self._is_lent = store.rehearses  # what is rehearsed is seen by the connection that writes it alone
        if self._is_lent:
            self._cursors, state = [store.cursor()], (store.last_seq, store.generation)
        else:
            self._cursors, state = _cursors_on_one_state(store, n_cursors or store.threads)
        self._free: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        for cursor in self._cursors:
            self._free.put(cursor)
        self.as_of = as_of
        self.last_seq, self.generation = state
        self.horizon = self.last_seq if horizon is None else min(horizon, self.last_seq)

    @contextmanager
    def view(self) -> Iterator[View]:
        """A cursor of one's own for a while; waits for one."""
        cursor = self._free.get()
        try:
            yield View(cursor, self.as_of, self.horizon, self.last_seq)
        finally:
            self._free.put(cursor)

    def close(self) -> None:
        for cursor in () if self._is_lent else self._cursors:
            cursor.close()
        self._cursors = []


def _begun(cursor: Connection) -> tuple[int, int]:
    """Begins a transaction, and gives the state that it sees."""
    begin = "BEGIN TRANSACTION READ ONLY; SELECT name, value FROM store_meta"
    found = dict(cursor.execute(begin).fetchall())
    return int(found["last_seq"]), int(found["generation"])


def _cursors_on_one_state(store: FactStore, n: int) -> tuple[list[Connection], tuple[int, int]]:
    """Transactions take their snapshot one after the other; they are begun again if something was written between."""
    while True:
        cursors = [store.cursor() for _ in range(n)]
        states = {_begun(cursor) for cursor in cursors}
        if len(states) == 1:
            return cursors, states.pop()
        for cursor in cursors:
            cursor.close()
