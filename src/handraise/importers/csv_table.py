"""A CSV file as rows, strictly: a row that does not fit its header is quarantined, never repaired.

Python's `csv` reads the records (strict quoting); what it cannot say is done here: physical lines,
where a quote was opened, and how to go on behind a quote that is never closed without losing the rows
behind it. Memory is bounded by the longest row that is taken.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from handraise.errors import Finding, Severity
from handraise.facts.rows import Rejection
from handraise.importers.content import Content
from handraise.importers.rejects import MAX_VALUE, refused
from handraise.importers.tables import MAX_CELL, MAX_COLUMNS, ReadRow, checked_header

MAX_ROW = 1 << 24
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

# From so many columns on, lines within a quoted cell that all have as many are rows that a stray pair of
# quotes swallowed, not text with commas.
_TELLING = 4
_SEPARATOR_LINE = re.compile(r"\ufeff?sep=(.)\r?\n?\Z", re.I)
_UNDECODED = re.compile("[\udc80-\udcff]")

# The limit is the process's, there is no other way to set it; only ever raised.
csv.field_size_limit(max(MAX_CELL, csv.field_size_limit()))


class _Lines:
    """Physical lines that can be put back; `taken` are those since it was last cleared."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = stream
        self._ahead: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0
        self.is_overlong = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else self._stream.readline(MAX_ROW)
        if not line:
            raise StopIteration
        if len(line) >= MAX_ROW:
            self._skip_rest(line)
        self.number += 1
        self.taken.append(line)
        return line

    def begin(self) -> int:
        """Forgets what was taken; the number of the next line."""
        self.taken.clear()
        self.is_overlong = False
        return self.number + 1

    def put_back(self, lines: list[str]) -> None:
        self._ahead.extendleft(reversed(lines))
        self.number -= len(lines)

    def peek(self) -> str:
        if not self._ahead:
            line = self._stream.readline(MAX_ROW)
            if not line:
                return ""
            self._ahead.append(line)
        return self._ahead[0]

    def _skip_rest(self, line: str) -> None:
        self.is_overlong = True
        while line and not line.endswith(("\n", "\r")):
            line = self._stream.readline(MAX_ROW)


class CsvTable:
    """A CSV, TSV or otherwise separated text; the separator is the one that splits the header best."""

    def __init__(self, content: Content) -> None:
        self.path: Path = content.path
        self.sha256 = content.sha256
        self._content = content
        self.n_lines = content.n_lines
        self.delimiter = ","
        self._n_blank = 0
        self._n_resumed = 0
        self._ends_open = False
        with content.text() as stream:
            lines = _Lines(stream)
            self.header = self._read_header(lines)

    @property
    def findings(self) -> tuple[Finding, ...]:
        found = list(self._content.findings)
        if self.delimiter != ",":
            found.append(
                Finding(
                    "delimiter",
                    f"the columns are separated by {DELIMITERS.get(self.delimiter, self.delimiter)}s.",
                    Severity.NOTE,
                )
            )
        if self._n_blank:
            found.append(Finding("blank_lines", "blank lines are no rows.", Severity.NOTE, self._n_blank))
        if self._n_resumed:
            found.append(
                Finding(
                    "unclosed_quotes",
                    "rows open a quote and do not close it; reading goes on in the line below.",
                    n=self._n_resumed,
                )
            )
        if self._ends_open:
            found.append(
                Finding(
                    "no_line_end",
                    "the last row has no line end; if the file was cut off, its last cell may be too short.",
                    Severity.NOTE,
                )
            )
        return tuple(found)

    def rows(self) -> Iterator[ReadRow]:
        self._n_blank = self._n_resumed = 0
        with self._content.text() as stream:
            lines = _Lines(stream)
            self._read_header(lines)
            yield from self._rows(lines)

    def _read_header(self, lines: _Lines) -> tuple[str, ...]:
        first = next(lines, "")
        if separator := _SEPARATOR_LINE.match(first):
            first = next(lines, "")
        while first and not first.strip("\ufeff \t\r\n"):
            first = next(lines, "")
        line = lines.number
        self.delimiter = separator[1] if separator else _delimiter_of(first)
        lines.put_back([first] if first else [])
        lines.begin()
        try:
            names = next(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except (csv.Error, StopIteration, TypeError, ValueError):
            names = []
        if not names or lines.is_overlong:
            sentence = f"the header in line {line} opens a quote that is not closed, or has text behind one."
            if not first:
                sentence = f"`{self.path}` has no header line."
            raise refused(
                "IF109",
                self.path,
                sentence,
                "Export it again, with a header line.",
                line=line,
                source_line=first[:200],
            )
        if self._content.is_damaged and any(_UNDECODED.search(n) for n in names):
            raise refused(
                "IF114",
                self.path,
                "the header has bytes that are not UTF-8.",
                "Export it as UTF-8.",
                line=line,
            )
        return checked_header(self.path, names, line, first)

    def _rows(self, lines: _Lines) -> Iterator[ReadRow]:
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        n, taken = len(self.header), lines.taken
        is_damaged = self._content.is_damaged
        while True:
            start = lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._storable(self._broken(lines, start, str(error)))
                continue
            if not cells or (n > 1 and len(cells) == 1 and not cells[0].strip()):
                self._n_blank += len(taken)
                continue
            raw = taken[0] if len(taken) == 1 else "".join(taken)
            self._ends_open = not raw.endswith(("\n", "\r"))
            if len(cells) != n or (n >= _TELLING and len(taken) > 2 and self._holds_rows(lines)):
                yield self._storable(self._miscounted(lines, start, cells, raw))
            elif "\0" in raw or lines.is_overlong or (is_damaged and _UNDECODED.search(raw)):
                yield self._unreadable(lines, start, cells, raw)
            else:
                yield ReadRow(start, cells, raw)

    def _broken(self, lines: _Lines, start: int, error: str) -> ReadRow:
        """A record that quoting does not hold together."""
        too_long = error.startswith("field larger")
        if too_long and len(lines.taken) == 1:
            return self._too_long(lines, start)
        first = lines.taken[0]
        unclosed = too_long or error.startswith("unexpected end") or len(lines.taken) > 1
        position = _open_quote(first, self.delimiter) if unclosed else None
        raw = self._resumed(lines) if len(lines.taken) > 1 else first
        if position is not None:
            column = self._name(position)
            reason = f"the quote opened in column {position + 1} is not closed."
            return ReadRow(
                start, (), raw, Rejection(start, column, reason, "unclosed_quote", first[:MAX_VALUE])
            )
        reason = "there is text behind a closing quote."
        return ReadRow(start, (), raw, Rejection(start, None, reason, "broken_quote", first[:MAX_VALUE]))

    def _resumed(self, lines: _Lines) -> str:
        """Takes only the first line, and those behind it that no row begins with; gives the rest back."""
        self._n_resumed += 1
        first, rest = lines.taken[0], lines.taken[1:]
        lines.put_back(rest)
        kept, size = [first], len(first)
        while (line := lines.peek()) and size + len(line) <= MAX_ROW and not self._begins_row(line):
            kept.append(next(lines))
            size += len(line)
        return "".join(kept)

    def _begins_row(self, line: str) -> bool:
        return self._is_row(line) or _open_quote(line, self.delimiter) is not None

    def _is_row(self, line: str) -> bool:
        try:
            return len(next(csv.reader([line], delimiter=self.delimiter, strict=True), ())) == len(
                self.header
            )
        except csv.Error:
            return False

    def _miscounted(self, lines: _Lines, start: int, cells: list[str], raw: str) -> ReadRow:
        """Too many or too few cells. If a stray pair of quotes swallowed whole rows, those are given back."""
        if len(self.header) > 1 and self._holds_rows(lines):
            first = lines.taken[0]
            position = _open_quote(first, self.delimiter) or 0
            raw = self._resumed(lines)
            reason = f"the quote opened in column {position + 1} is not closed in its row."
            return ReadRow(
                start,
                (),
                raw,
                Rejection(start, self._name(position), reason, "unclosed_quote", first[:MAX_VALUE]),
            )
        n = len(self.header)
        reason = f"the row has {len(cells)} cell{'' if len(cells) == 1 else 's'}, the header has {n}."
        if len(cells) == 1 and n > 1 and (other := _delimiter_of(raw)) != self.delimiter and other in raw:
            reason += f" It is separated by {DELIMITERS[other]}s."
        return ReadRow(start, cells, raw, Rejection(start, None, reason, "cell_count", raw[:MAX_VALUE]))

    def _storable(self, row: ReadRow) -> ReadRow:
        """A refused row whose text can be stored and shown."""
        if not self._content.is_damaged or row.raw is None or row.rejection is None:
            return row
        value = row.rejection.value
        shown = value if value is None else printable(value)[:MAX_VALUE]
        return row._replace(raw=printable(row.raw), rejection=row.rejection._replace(value=shown))

    def _holds_rows(self, lines: _Lines) -> bool:
        """Whether the lines within a record are all rows by themselves."""
        inner = lines.taken[1:-1]
        return bool(inner) and all(self._is_row(line) for line in inner)

    def _unreadable(self, lines: _Lines, start: int, cells: list[str], raw: str) -> ReadRow:
        if lines.is_overlong:
            return self._too_long(lines, start)
        for name, cell in zip(self.header, cells, strict=True):
            if "\0" in cell:
                shown = cell[:MAX_VALUE].replace("\0", "\N{SYMBOL FOR NULL}")
                return ReadRow(
                    start, cells, raw, Rejection(start, name, "the cell has a NUL byte.", "nul_byte", shown)
                )
            if _UNDECODED.search(cell):
                shown = cell[:MAX_VALUE].encode("utf-8", "surrogateescape").decode("latin-1")
                return ReadRow(
                    start,
                    cells,
                    printable(raw),
                    Rejection(start, name, "the cell has bytes that are not UTF-8.", "not_utf8", shown),
                )
        return ReadRow(start, cells, raw, Rejection(start, None, "the row has a NUL byte.", "nul_byte"))

    def _too_long(self, lines: _Lines, start: int) -> ReadRow:
        raw = lines.taken[0]
        position = _long_cell(raw, self.delimiter)
        reason = (
            f"a cell has more than {MAX_CELL:,} characters."
            if not lines.is_overlong
            else f"the row has more than {MAX_ROW:,} characters."
        )
        return ReadRow(
            start, (), raw, Rejection(start, self._name(position), reason, "cell_too_long", raw[:MAX_VALUE])
        )

    def _name(self, position: int | None) -> str | None:
        return self.header[position] if position is not None and position < len(self.header) else None


def printable(raw: str) -> str:
    """Undecoded bytes as `\\xe9`, so that the text can be stored and shown."""
    return raw.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _delimiter_of(line: str) -> str:
    """The candidate that splits the line into most cells; comma where none does."""
    counts = {}
    for candidate in DELIMITERS:
        try:
            counts[candidate] = len(next(csv.reader([line[: MAX_COLUMNS * 200]], delimiter=candidate), ()))
        except csv.Error:
            counts[candidate] = 0
    return max(counts, key=lambda c: counts[c])


def _open_quote(line: str, delimiter: str) -> int | None:
    """The position of the cell whose quote is open at the line's end."""
    position, quoted, is_open, at_start = 0, False, False, True
    for character in line:
        if character == '"' and (quoted or at_start):
            quoted, is_open = True, not is_open  # doubled quotes close and open again
        elif character == delimiter and not is_open:
            position, quoted, at_start = position + 1, False, True
            continue
        at_start = False
    return position if is_open else None


def _long_cell(line: str, delimiter: str) -> int | None:
    """The position of the first cell that is too long, by separators alone."""
    cells = line.split(delimiter)
    return next((i for i, cell in enumerate(cells) if len(cell) > MAX_CELL), None)
