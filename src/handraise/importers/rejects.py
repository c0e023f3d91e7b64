"""How a cell, a row or a whole file is refused.

A cell raises `CellError` where it is read; whoever knows its column turns it into a `RowRejected`; the
import turns that into a quarantined `SourceRow`. A file that cannot be used at all is an `InputFileError`
with one problem of the codes below.
"""

from __future__ import annotations

from pathlib import Path

from handraise.errors import InputFileError, Problem, Span
from handraise.facts.rows import Rejection

MAX_VALUE = 200

FILE_CODES = {
    "IF101": "The file is not there",
    "IF102": "It is a folder",
    "IF103": "It may not be read",
    "IF104": "It is empty",
    "IF105": "It is a web page",
    "IF106": "It is a workbook or an archive",
    "IF107": "It is not a table of text",
    "IF108": "It is damaged",
    "IF109": "It has no header",
    "IF110": "It has too many columns",
    "IF111": "A column name is written twice",
    "IF112": "No importer recognises it",
    "IF113": "Several importers recognise it",
    "IF114": "Its characters cannot be read",
    "IF115": "It is a known table that holds no facts by itself",
    "IF116": "It is needed at once and too long for that",
    "IF117": "It is an archive that would unpack to too much",
}


class CellError(ValueError):
    """A cell that cannot be read as what its column holds: a stable code and a sentence."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class RowRejected(Exception):  # noqa: N818 - carries a rejection out of a reader, is no error of ours
    """A source row that goes to quarantine; `column` is the file's own header."""

    def __init__(self, column: str | None, code: str, reason: str, value: str | None = None) -> None:
        super().__init__(reason)
        self.column, self.code, self.reason, self.value = column, code, reason, value

    @classmethod
    def of(cls, column: str | None, error: CellError, value: str | None) -> RowRejected:
        return cls(column, error.code, error.reason, value)

    def at(self, line: int) -> Rejection:
        return Rejection(line, self.column, self.reason, self.code, shown(self.value))


def shown(value: str | None) -> str | None:
    """A value cut to what a rejection keeps."""
    return value if value is None or len(value) <= MAX_VALUE else value[:MAX_VALUE]


def refused(
    code: str,
    path: Path | str,
    sentence: str,
    *advice: str,
    line: int | None = None,
    source_line: str | None = None,
) -> InputFileError:
    """The error for a file that cannot be used at all."""
    span = Span(str(path), line, 1, max(1, min(len(source_line or " "), 120))) if line else None
    problem = Problem(code, sentence, span, source_line[:300] if source_line else None, advice)
    return InputFileError(sentence, advice, problems=(problem,))
