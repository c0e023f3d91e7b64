"""Stores built from a list of facts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path

from handraise.facts.imports import ImportHeader, ImportResult
from handraise.facts.rows import Coverage, Fact, SourceRow
from handraise.facts.store import FactStore

_numbers = count()


def header(source: str = "crm", file_name: str = "facts.csv") -> ImportHeader:
    """A header of a file with content of its own."""
    content = hashlib.sha256(f"{source} {file_name}".encode()).hexdigest()
    return ImportHeader(source, "test", file_name, content, imported_at=0)


def rows_of(facts: Iterable[Fact]) -> list[SourceRow]:
    """A source row per fact, from line 2 on."""
    return [SourceRow(line, (fact,)) for line, fact in enumerate(facts, 2)]


def append(
    store: FactStore,
    facts: Iterable[Fact],
    coverage: Iterable[Coverage] = (),
    source: str = "crm",
    file_name: str = "facts.csv",
) -> ImportResult:
    """One import with a row per fact."""
    return store.append(header(source, file_name), rows_of(facts), coverage)


def store_of(
    facts: Iterable[Fact] | Mapping[str, Iterable[Fact]],
    coverage: Iterable[Coverage] = (),
    *,
    tmp_path: Path | None,
    cluster: bool = False,
) -> FactStore:
    """A store of these facts, by source where a mapping is given; `coverage` is the first source's.

    Without `tmp_path` it lives in memory.
    """
    path = ":memory:" if tmp_path is None else tmp_path / f"facts{next(_numbers)}.duckdb"
    store = FactStore(path, memory_limit="1GB")
    by_source = facts if isinstance(facts, Mapping) else {"crm": facts}
    spans = tuple(coverage)
    for source, some in by_source.items():
        append(store, some, spans, source)
        spans = ()
    if cluster:
        store.cluster(everything=True)
    return store
