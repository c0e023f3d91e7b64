"""What identifies somebody in texts: finding it in other people's words, and blotting it out there.

An address counts where it stands by itself, in any case and also as a URL writes it; a record's full name
(`salesforce:00Q...`) likewise. A bare id counts anywhere if it can hardly be anything else (at least 12 letters and
digits, both of them), and else only as a whole cell of a row of its own system.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

ERASED = "[erased]"
_LEAST_TELLING = 12
_LEAST_CELL = 2
_ALIKE = 18
"""A Salesforce id of 18 characters is also written with its first 15."""
_SHORT = 15
_NOT_BEFORE = r"(?<![0-9A-Za-z_.+-])"
_NOT_AFTER = r"(?![0-9A-Za-z_-])(?!\.[0-9A-Za-z])"


@dataclass(frozen=True)
class Identifiers:
    """What identifies one person: names of records, `source:id`, and e-mail addresses as they are compared."""

    record_names: frozenset[str]
    emails: frozenset[str]

    @classmethod
    def of(cls, record_names: Iterable[str], key_names: Iterable[str]) -> Identifiers:
        keys = list(key_names)
        named = {k.removeprefix("id:") for k in keys if k.startswith("id:")}
        emails = {k.removeprefix("email:") for k in keys if k.startswith("email:")}
        return cls(frozenset(record_names) | named, frozenset(e for e in emails if e))

    @cached_property
    def telling(self) -> tuple[str, ...]:
        """Texts that identify wherever they stand, the longest first."""
        found = {*self.record_names, *self.emails, *(e.replace("@", "%40") for e in self.emails)}
        for _, bare in self._bare:
            if _is_telling(bare):
                found |= {bare, bare[:_SHORT] if len(bare) == _ALIKE else bare}
        return tuple(sorted(found, key=lambda text: (-len(text), text)))

    @property
    def _bare(self) -> list[tuple[str, str]]:
        parts = (name.partition(":") for name in sorted(self.record_names))
        return [(source, bare) for source, _, bare in parts if bare]

    @cached_property
    def _telling(self) -> re.Pattern[str] | None:
        if not self.telling:
            return None
        words = "|".join(re.escape(text) for text in self.telling)
        return re.compile(f"{_NOT_BEFORE}(?:{words}){_NOT_AFTER}", re.IGNORECASE)

    @cached_property
    def _cells(self) -> dict[str, re.Pattern[str]]:
        """By source, ids that identify as a whole cell of its rows."""
        by_source: dict[str, list[str]] = {}
        for source, bare in self._bare:
            if len(bare) >= _LEAST_CELL:
                by_source.setdefault(source, []).append(re.escape(bare))
        edge = r"[,;\t|\"\r\n]"
        return {
            source: re.compile(f"(?:^|{edge})\\s*(?:{'|'.join(ids)})\\s*(?:$|{edge})")
            for source, ids in by_source.items()
        }

    def in_text(self, text: str) -> bool:
        """Whether a text identifies the person."""
        return self._telling is not None and self._telling.search(text) is not None

    def in_row(self, source: str, text: str) -> bool:
        """The same for a row, or a cell of one, that a source wrote."""
        if self.in_text(text):
            return True
        cells = self._cells.get(source)
        return cells is not None and cells.search(text) is not None

    def blotted(self, text: str) -> str:
        """The text with `ERASED` for each of them."""
        return text if self._telling is None else self._telling.sub(ERASED, text)


def _is_telling(bare: str) -> bool:
    plain = bare.isascii() and bare.replace("-", "").isalnum()
    has_both = any(c.isdigit() for c in bare) and any(c.isalpha() for c in bare)
    return plain and has_both and len(bare) >= _LEAST_TELLING
