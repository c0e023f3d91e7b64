"""How often the same content was seen, for rows that have no id of their own."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import weakref
from collections.abc import Sequence

IN_MEMORY = 1_000_000


class Occurrences:
    """Counts contents within one file, exactly. Beyond `limit` different ones they are kept in a temporary file of
    SQLite's, so that memory stays bounded."""

    def __init__(self, limit: int = IN_MEMORY) -> None:
        self._limit = limit
        self._counts: dict[bytes, int] = {}
        self._disk: sqlite3.Connection | None = None
        self.n_repeated = 0
        """How many contents were seen before."""

    def key(self, content: Sequence[object]) -> str:
        """The content's hash and which occurrence of it this is, from 1."""
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]
        n = self._next(digest)
        self.n_repeated += n > 1
        return f"{digest.hex()}#{n}"

    def _next(self, digest: bytes) -> int:
        n = self._counts.get(digest)
        if n is not None or (self._disk is None and len(self._counts) < self._limit):
            self._counts[digest] = n = (n or 0) + 1
            return n
        if self._disk is None:
            self._disk = sqlite3.connect("")  # a private temporary file, gone when closed
            weakref.finalize(self, self._disk.close)
            self._disk.execute("CREATE TABLE seen (digest BLOB PRIMARY KEY, n INTEGER) WITHOUT ROWID")
        statement = "INSERT INTO seen VALUES (?, 1) ON CONFLICT (digest) DO UPDATE SET n = n + 1 RETURNING n"
        return int(self._disk.execute(statement, (digest,)).fetchone()[0])
