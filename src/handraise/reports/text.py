"""The report as plain text for a terminal: the same words and figures, without colour."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from functools import singledispatch

from handraise.errors import Finding
from handraise.reports import document as d

WIDTH = 100
_COLUMN_AT_MOST = 44
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def render_text(report: d.Report) -> str:
    """Control characters, with which a name could rewrite the terminal, are taken out."""
    about = "   ".join(f"{label}: {words}" for label, words in report.about)
    parts = ["\n".join([_clean(report.title), _clean(report.subtitle), _clean(about)])]
    parts += [_section(section) for section in report.sections]
    return "\n\n".join(parts) + "\n"


def _section(section: d.Section) -> str:
    title = _clean(section.title)
    parts = [f"{title}\n{'=' * len(title)}\n{_wrapped(section.shows)}"]
    parts += [block_text(block) for block in section.blocks]
    parts.append(_list("How to read it", section.how_to_read))
    parts.append(_list("What to do", section.what_to_do))
    return "\n\n".join(parts)


@singledispatch
def block_text(block: object) -> str:
    """One block as text. Every kind of block has its own; another one is refused."""
    raise NotImplementedError(f"no text for {type(block).__name__}")


@block_text.register
def _(block: d.Prose) -> str:
    return "\n".join(_wrapped(sentence) for sentence in block.sentences)


@block_text.register
def _(block: d.Verdict) -> str:
    return _wrapped(f"{block.word.upper()}: {block.sentence}")


@block_text.register
def _(block: d.KeyFigures) -> str:
    width = max(len(figure.label) for figure in block.figures)
    return "\n".join(f"  {_clean(f.label):<{width}}  {_cell(f.cell)}" for f in block.figures)


@block_text.register
def _(block: d.Table) -> str:
    if not block.rows:
        return f"{_clean(block.caption)}: {_clean(block.empty)}"
    rows = [[_cell(cell) for cell in row] for row in block.rows]
    return f"{_clean(block.caption)}\n{_grid([c.name for c in block.columns], rows, [c.numeric for c in block.columns])}"


@block_text.register
def _(block: d.Matrix) -> str:
    heads = [f"{block.row_title} \\ {block.column_title}", *(_axis(axis) for axis in block.columns)]
    rows = []
    for axis, cells in zip(block.rows, block.cells, strict=True):
        rows.append([_axis(axis), *(_matrix_cell(cell) for cell in cells)])
    return f"People by cell\n{_grid(heads, rows, [False, *(True for _ in block.columns)])}"


@block_text.register
def _(block: d.CurveChart) -> str:
    return f"{_clean(block.title)}: drawn in the HTML report; the figures are in the table of outcomes found."


@block_text.register
def _(block: d.WhiskerChart) -> str:
    return f"{_clean(block.title)}: drawn in the HTML report; the figures are in the table of observed rates."


@block_text.register
def _(block: d.Findings) -> str:
    return "\n".join(_finding(found) for found in block.findings) or _clean(block.empty)


def _finding(found: Finding) -> str:
    lines = [_wrapped(f"{found.severity.value} [{found.code}] {found.sentence}", "- ", "  ")]
    return "\n".join(lines + [_wrapped(advice, "  > ", "    ") for advice in found.advice])


def _matrix_cell(cell: d.MatrixCell) -> str:
    """People and how many are open; rates are in the table that follows every matrix."""
    return f"{cell.people.text} ({cell.n_open.text} open)" if cell.n_open.value else cell.people.text


def _axis(axis: d.Axis) -> str:
    return f"{axis.key} {axis.label}".strip()


def _cell(cell: d.Cell) -> str:
    note = f" ({cell.note})" if cell.note else ""
    return _clean(f"{cell.text}{note}")


def _grid(heads: list[str], rows: list[list[str]], numeric: list[bool]) -> str:
    """Aligned columns; a long cell goes on below, so that nothing is cut."""
    table = [[_clean(head) for head in heads], *rows]
    widths = [min(_COLUMN_AT_MOST, max(len(row[i]) for row in table)) for i in range(len(heads))]
    lines: list[str] = []
    for number, row in enumerate(table):
        lines += _lines(row, widths, numeric)
        if number == 0:
            lines.append("  " + "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _lines(row: list[str], widths: list[int], numeric: list[bool]) -> Iterable[str]:
    cells = [textwrap.wrap(text, width) or [""] for text, width in zip(row, widths, strict=True)]
    for i in range(max(len(cell) for cell in cells)):
        shown = [cell[i] if i < len(cell) else "" for cell in cells]
        columns = zip(shown, widths, numeric, strict=True)
        padded = [text.rjust(width) if right else text.ljust(width) for text, width, right in columns]
        yield ("  " + "  ".join(padded)).rstrip()


def _list(title: str, sentences: tuple[str, ...]) -> str:
    return "\n".join([f"{title}:", *(_wrapped(sentence, "  - ", "    ") for sentence in sentences)])


def _wrapped(sentence: str, first: str = "", later: str = "") -> str:
    return textwrap.fill(_clean(sentence), WIDTH, initial_indent=first, subsequent_indent=later)


def _clean(words: str) -> str:
    return _CONTROL.sub(" ", words)
