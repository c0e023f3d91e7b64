"""Writing the database file anew, so that nothing that was deleted stands on its free pages.

The new file grows beside the old one and takes its name in one step; until then the old one is whole. Whoever is
interrupted finds the old file, marked as due to be written.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from handraise.errors import EngineError
from handraise.facts.sql import Connection

DUE = "rewrite_due"
"""The entry of `store_meta` that says that the file still has what was deleted."""


def write_anew(connection: Connection, path: Path) -> Path:
    """Copies the database into a file beside it, marked as no longer due; gives its path. Raises `EngineError` where there is no
    room for it."""
    fresh = path.with_name(path.name + ".fresh")
    _remove(fresh)
    try:
        connection.execute("CHECKPOINT")
        connection.execute(f"ATTACH {_text(str(fresh))} AS fresh")
        try:
            name = connection.execute("SELECT current_database()").fetchall()[0][0]
            connection.execute(f"COPY FROM DATABASE {_quoted(name)} TO fresh")
            connection.execute(f"DELETE FROM fresh.store_meta WHERE name = '{DUE}'")
            connection.execute("CHECKPOINT fresh")
        finally:
            connection.execute("DETACH fresh")
    except Exception as error:
        _remove(fresh)
        raise EngineError(
            f"`{path}` could not be written anew: {str(error).splitlines()[0]}",
            (
                "What was to be erased is out of the facts, but may still stand on free pages of the file.",
                "Make room for a second copy of the file, then run `handraise privacy finish`.",
            ),
        ) from error
    return fresh


def take_the_name(fresh: Path, path: Path) -> None:
    """Lets the new file take the place of the old one. Raises `EngineError` where a cursor still holds that: whatever it wrote
    would be lost."""
    try:  # the database answers for a file that it holds open only in the way in which it was opened
        duckdb.connect(str(path), read_only=True, config={"threads": 1}).close()
    except duckdb.Error as error:
        _remove(fresh)
        raise EngineError(
            f"`{path}` is still being read, so it cannot be written anew.",
            ("Run `handraise privacy finish` when nobody reads it.",),
        ) from error
    fresh.chmod(path.stat().st_mode & 0o7777)
    _flush(fresh)
    fresh.replace(path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    """To the disk, before anything that relies on it."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _remove(fresh: Path) -> None:
    for path in (fresh, fresh.with_name(fresh.name + ".wal")):
        path.unlink(missing_ok=True)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
