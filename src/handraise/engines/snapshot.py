"""One state of the store for several threads."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager

from handraise.facts.sql import Connection, one
from handraise.facts.store import FactStore
from handraise.facts.view import View
from handraise.model.time import Micros


class Snapshot:
    """As many cursors as the store has threads, all on one state, handed out one to a thread at a time."""

    def __init__(self, store: FactStore, as_of: Micros, horizon: int | None) -> None:
        self._cursors = _cursors_on_one_state(store)
        self._free: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        for cursor in self._cursors:
            self._free.put(cursor)
        self.as_of = as_of
        self.last_seq = _state(self._cursors[0])[0]
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
        for cursor in self._cursors:
            cursor.close()
        self._cursors = []


def _state(cursor: Connection) -> tuple[int, int]:
    return (
        int(one(cursor, "SELECT value FROM store_meta WHERE name = 'last_seq'")),
        int(one(cursor, "SELECT value FROM store_meta WHERE name = 'generation'")),
    )


def _cursors_on_one_state(store: FactStore) -> list[Connection]:
    """Transactions take their snapshot one after the other; they are begun again if something was written between."""
    while True:
        cursors = [store.cursor() for _ in range(store.threads)]
        for cursor in cursors:
            cursor.execute("BEGIN TRANSACTION READ ONLY")
        if len({_state(cursor) for cursor in cursors}) == 1:
            return cursors
        for cursor in cursors:
            cursor.close()
