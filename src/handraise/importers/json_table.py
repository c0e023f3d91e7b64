"""A file of JSON objects as rows: one object a line, or all in one list; each name is a column.

A value that is an object or a list is a cell of JSON. A line that is no object is quarantined with its number; reading
goes on behind it. Memory is bounded by the longest line, or by the size of a file that is one list.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from handraise.errors import Finding, Severity
from handraise.facts.rows import Rejection
from handraise.importers.content import Content
from handraise.importers.csv_table import printable
from handraise.importers.rejects import MAX_VALUE, refused
from handraise.importers.tables import MAX_CELL, MAX_COLUMNS, ReadRow, checked_header

MAX_LINE = 1 << 22
MAX_DOCUMENT = 1 << 26
MAX_DEPTH = 32
# Names that first occur behind so many objects are no columns; how many there are is a finding.
_LOOKED_AT = 1_000
_ESCAPED_NUL = "\\u0000"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_UNDECODED = re.compile("[\udc80-\udcff]")
# A call of the event spec may have any of these, whatever the first thousand have.
_OF_CALLS = (
    "type", "messageId", "anonymousId", "userId", "timestamp", "originalTimestamp", "sentAt", "receivedAt", "event", "name",
    "category", "properties", "traits", "context", "groupId", "previousId",
)  # fmt: skip
_DUMPS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_LOADS = json.JSONDecoder(parse_constant=lambda name: _no_constant(name)).decode
_OF_BATCHES = ("sentAt", "receivedAt", "context")


class _Said(NamedTuple):
    """One object of the file, or why it is none."""

    line: int
    text: str
    value: Mapping[str, Any] | None
    code: str = ""
    reason: str = ""


class JsonTable:
    """JSON objects. Rows are numbered by line; where a line or the file holds several, by object."""

    def __init__(self, content: Content) -> None:
        self.path: Path = content.path
        self.sha256 = content.sha256
        self._content = content
        self.n_lines = content.n_lines
        self._unread: Counter[str] = Counter()
        self._is_document = self._is_one_document()
        first = self._first()
        self._has_batches = any(said.value is not None and _batch(said.value) is not None for said in first)
        names = dict.fromkeys(
            name for said in self._expanded(iter(first)) for name in said.value or () if _is_name(name)
        )
        if not names:
            raise refused(
                "IF108",
                self.path,
                f"`{self.path}` holds no JSON object that can be read.",
                "Write one object a line.",
            )
        if "type" in names and names.keys() & {"anonymousId", "userId", "messageId"}:
            names = dict.fromkeys((*names, *_OF_CALLS))
        one_spelling = {name.casefold(): name for name in reversed(list(names))}
        kept = [name for name in names if one_spelling[name.casefold()] == name][:MAX_COLUMNS]
        self.header = checked_header(self.path, kept, None, None)
        self._columns = frozenset(self.header)

    @property
    def findings(self) -> tuple[Finding, ...]:
        found = list(self._content.findings)
        if self._is_document or self._has_batches:
            found.append(Finding("numbered", "rows are numbered by object, not by line.", Severity.NOTE))
        for name, n in sorted(self._unread.items())[:20]:
            sentence = f"`{name[:60]}` is no column, since no object among the first {_LOOKED_AT:,} has it."
            found.append(Finding("late_column", printable(sentence), Severity.WARNING, n))
        return tuple(found)

    def rows(self) -> Iterator[ReadRow]:
        self._unread.clear()
        for number, said in enumerate(self._expanded(self._objects()), 1):
            line = number if self._is_document or self._has_batches else said.line
            yield self._row(said, line)

    def _row(self, said: _Said, line: int) -> ReadRow:
        if said.value is None:
            value = printable(said.text[:MAX_VALUE])[:MAX_VALUE]
            return ReadRow(
                line, (), printable(said.text), Rejection(line, None, said.reason, _REASONS[said.code], value)
            )
        for name in said.value.keys() - self._columns:
            if len(self._unread) < MAX_COLUMNS:
                self._unread[name] += 1
        get = said.value.get
        cells = [_cell(get(name)) for name in self.header]
        # Without an escape no character can be one that no text holds, and a short line has no long cell.
        if self._is_document or "\\u" in said.text or len(said.text) > MAX_CELL:
            rejection = self._unstorable(cells, line)
            if rejection is not None:
                return self._refused(said, rejection)
        return ReadRow(line, cells, said.text)

    def _unstorable(self, cells: Sequence[str], line: int) -> Rejection | None:
        for name, cell in zip(self.header, cells, strict=True):
            if len(cell) > MAX_CELL:
                reason = f"a value has more than {MAX_CELL:,} characters."
                return Rejection(line, name, reason, "cell_too_long", cell[:MAX_VALUE])
            if _UNSTORABLE.search(cell):
                reason = "the value holds characters that no text can hold."
                return Rejection(line, name, reason, "bad_json")
        return None

    def _refused(self, said: _Said, rejection: Rejection) -> ReadRow:
        value = (
            rejection.value and printable(rejection.value).replace("\0", "\N{SYMBOL FOR NULL}")[:MAX_VALUE]
        )
        return ReadRow(rejection.line, (), printable(said.text), rejection._replace(value=value))

    # --- objects --------------------------------------------------------------------------------------

    def _objects(self) -> Iterator[_Said]:
        return self._listed() if self._is_document else self._lines()

    def _first(self) -> list[_Said]:
        return [said for said, _ in zip(self._objects(), range(_LOOKED_AT), strict=False)]

    def _lines(self) -> Iterator[_Said]:
        with self._content.text() as stream:
            number = 0
            while line := stream.readline(MAX_LINE):
                number += 1
                is_long = len(line) >= MAX_LINE and not line.endswith(("\n", "\r"))
                rest = line
                while is_long and rest and not rest.endswith(("\n", "\r")):
                    rest = stream.readline(MAX_LINE)
                if is_long:
                    yield _Said(
                        number,
                        line[:MAX_CELL],
                        None,
                        "long",
                        f"the line has more than {MAX_LINE:,} characters.",
                    )
                elif line.strip(" \t\r\n\ufeff"):
                    yield _said(number, line)

    def _is_one_document(self) -> bool:
        """A list; or one object that is spread over lines: its first line is none by itself, all of it is one."""
        with self._content.text() as stream:
            text = stream.read(MAX_LINE).lstrip("\ufeff \t\r\n")
            if text.startswith("["):
                return True
            if _said(0, text.partition("\n")[0]).value is not None:
                return False
            text += stream.read(MAX_DOCUMENT)
        return len(text) <= MAX_DOCUMENT and _said(0, text).value is not None

    def _listed(self) -> Iterator[_Said]:
        with self._content.text() as stream:
            text = stream.read(MAX_DOCUMENT + 1)
        if len(text) > MAX_DOCUMENT:
            raise refused(
                "IF108",
                self.path,
                f"`{self.path}` is one JSON value of more than {MAX_DOCUMENT:,} characters.",
                "Write one object a line (`.jsonl`), which is read line by line.",
            )
        try:
            found = _LOADS(text.lstrip("\ufeff"))
        except (ValueError, RecursionError) as error:
            why = error.msg if isinstance(error, json.JSONDecodeError) else "it is nested too deeply"
            line = error.lineno if isinstance(error, json.JSONDecodeError) else None
            raise refused(
                "IF108", self.path, f"`{self.path}` is not JSON: {why}.", "Write it again.", line=line
            ) from None
        for number, value in enumerate(found if isinstance(found, list) else [found], 1):
            yield _checked(number, json.dumps(value, ensure_ascii=False), value)

    def _expanded(self, objects: Iterator[_Said]) -> Iterator[_Said]:
        """Each call of a batch by itself, with what the batch says of all of them."""
        for said in objects:
            calls = None if said.value is None else _batch(said.value)
            if calls is None:
                yield said
            elif not self._has_batches:
                yield said._replace(value=None, code="json", reason="a batch stands behind single calls.")
            else:
                assert said.value is not None
                shared = {n: said.value[n] for n in _OF_BATCHES if n in said.value}
                for call in calls:
                    text = json.dumps(call, ensure_ascii=False)
                    yield _checked(said.line, text, {**shared, **call} if isinstance(call, dict) else call)


_REASONS = {"json": "bad_json", "long": "cell_too_long", "nul": "nul_byte", "utf8": "not_utf8"}


def _said(line: int, text: str) -> _Said:
    if _UNDECODED.search(text):
        return _Said(line, text, None, "utf8", "the line has bytes that are not UTF-8.")
    try:
        value = _LOADS(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        why = (
            error.msg
            if isinstance(error, json.JSONDecodeError)
            else "it holds what JSON has not, or too deeply"
        )
        return _Said(line, text, None, "json", f"the line is not JSON: {why}.")
    return _checked(line, text, value)


def _checked(line: int, text: str, value: Any) -> _Said:
    if not isinstance(value, dict):
        return _Said(line, text, None, "json", "it is not a JSON object.")
    if (text.count("{") > MAX_DEPTH or text.count("[") > MAX_DEPTH) and _is_deep(value, MAX_DEPTH):
        return _Said(line, text, None, "json", f"it is nested more than {MAX_DEPTH} deep.")
    if _ESCAPED_NUL in text and _holds_nul(value):
        return _Said(line, text, None, "nul", "a value has a NUL byte.")
    return _Said(line, text, value)


def _batch(value: Mapping[str, Any]) -> Sequence[Any] | None:
    found = value.get("batch")
    return found if isinstance(found, list) else None


def _is_deep(value: Any, left: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return left == 0 or any(_is_deep(v, left - 1) for v in inner)


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in k or _holds_nul(v) for k, v in value.items())
    return isinstance(value, list) and any(map(_holds_nul, value))


def _is_name(name: str) -> bool:
    return bool(name) and name == name.strip() and name.isprintable() and len(name) <= 200


def _no_constant(name: str) -> float:
    raise ValueError(f"`{name}` is no JSON")


def _cell(value: Any) -> str:
    """As a CSV export would write it; an empty object or list is an empty cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return _DUMPS(value) if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
