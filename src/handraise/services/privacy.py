"""Privacy: everything about one person handed over, or nothing left of them."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from handraise.facts.about import about
from handraise.facts.erasing import Whom
from handraise.facts.erasures import Receipt
from handraise.facts.store import FactStore
from handraise.identity.ever import whom
from handraise.model.time import iso
from handraise.services.clock import Clock

_MOST_FILES = 10_000
_MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, or would be. `files` of the workspace still name the person; `unread` could not be looked into, being
    compressed, encoded or too long."""

    receipt: Receipt
    n_records: int
    files: tuple[str, ...]
    unread: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        return {
            "receipt": receipt_data(self.receipt),
            "records": self.n_records,
            "files_that_name_them": list(self.files),
            "files_not_looked_into": list(self.unread),
        }


def receipt_data(receipt: Receipt) -> dict[str, object]:
    """A receipt as data for programs."""
    return {
        "id": receipt.id,
        "what": receipt.what,
        "erased_at": iso(receipt.erased_at),
        "counts": dict(receipt.counts),
    }


@dataclass(frozen=True, slots=True)
class Privacy:
    """The use case over one store and the files beside it."""

    store: FactStore
    folder: Path
    clock: Clock

    def export(self, person: str, out: TextIO) -> dict[str, int]:
        """Writes everything about a person as one JSON document, row by row; how many rows of each section. Raises
        `HandraiseError` where nobody is meant, or several people are."""
        meant = whom(self.store, person)
        counts: dict[str, int] = {}
        head = {
            "asked_for": person.strip(),
            "exported_at": iso(self.clock()),
            "record_names": list(meant.names),
        }
        out.write(json.dumps(head, ensure_ascii=False)[:-1])
        for name, rows in about(self.store.cursor(), meant):
            out.write(f',\n"{name}": [')
            counts[name] = 0
            for row in rows:
                out.write(
                    (",\n" if counts[name] else "\n")
                    + json.dumps(_plain(row), ensure_ascii=False, default=str)
                )
                counts[name] += 1
            out.write("]")
        out.write("}\n")
        return counts

    def export_to(self, person: str, path: Path) -> dict[str, int]:
        """The same into a file that only its owner may read; an earlier one is replaced when all is written."""
        fresh = path.with_name(path.name + ".part")
        try:
            number = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(number, "w", encoding="utf-8") as out:
                counts = self.export(person, out)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
        return counts

    def erase(self, person: str, *, only_count: bool = False) -> Erased:
        """Erases a person, or counts what would be. Raises `HandraiseError` where nobody is meant, or several people are, and
        `EngineError` where the store may only be read."""
        self.store.check_writable()
        meant = whom(self.store, person)
        receipt = self.store.erase(meant, secrets.token_hex(8), self.clock(), only_count=only_count)
        files, unread = self._files_naming(meant)
        return Erased(receipt, len(meant.records), files, unread)

    def _files_naming(self, meant: Whom) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Files of the workspace that name the person, and files that could not be looked into."""
        named, unread = [], []
        for path in self._files():
            text = _text_of(path)
            if text is None:
                unread.append(str(path.relative_to(self.folder)))
            elif meant.identifiers.in_text(text):
                named.append(str(path.relative_to(self.folder)))
        return tuple(named), tuple(unread)

    def _files(self) -> Iterator[Path]:
        n = 0
        for path in sorted(self.folder.rglob("*")):
            is_store = path.name.startswith(self.store.path.name)
            if n < _MOST_FILES and path.is_file() and not path.is_symlink() and not is_store:
                n += 1
                yield path


def _text_of(path: Path) -> str | None:
    """A file's text; `None` where it is none, or too long to look into."""
    with suppress(OSError):
        if path.stat().st_size > _MOST_BYTES:
            return None
        content = path.read_bytes()
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16", errors="replace")
        return (
            None
            if b"\0" in content or content.startswith((b"\x1f\x8b", b"PK"))
            else content.decode(errors="replace")
        )
    return None


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its free properties as an object."""
    properties = row.get("properties")
    return {**row, "properties": json.loads(properties)} if isinstance(properties, str) else row
