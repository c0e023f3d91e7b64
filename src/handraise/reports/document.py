"""What a report consists of, before it is HTML, text or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar

from handraise.errors import Finding
from handraise.evidence.form import json_form


class Tone(Enum):
    """What a colour may mean. Nothing is `PROVEN` that its interval does not prove."""

    PLAIN = "plain"
    PROVEN = "proven"
    WARNING = "warning"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Spread:
    """A value with its interval, to be drawn on an axis from `floor` to `ceiling` with a mark at `reference`."""

    value: float
    low: float
    high: float
    floor: float = 0.0
    ceiling: float = 1.0
    reference: float | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure or text. `value` is what `text` says, unrounded; `note` is said small beside it; `share` and
    `spread` are drawn."""

    text: str
    value: float | int | str | None = None
    note: str = ""
    share: float | None = None
    spread: Spread | None = None
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Prose:
    kind: ClassVar[str] = "prose"
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The sentence that a reader should remember."""

    kind: ClassVar[str] = "verdict"
    word: str
    sentence: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class KeyFigures:
    kind: ClassVar[str] = "figures"
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    numeric: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`empty` is said instead of a table without rows; `folded` tables are twins of a drawing above them."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = "Nothing to list."
    folded: bool = False


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One cell drawn: `rate` of the outcome where there is one, shade 0..1 relative to the darkest cell."""

    rank: str
    label: str
    route: str
    qualified: bool
    people: Cell
    n_open: Cell
    rate: Cell
    open_share: float
    shade: float | None


@dataclass(frozen=True, slots=True)
class Axis:
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows best grade first, columns best level first. `shaded_by` says what the colour means: the outcome
    rate if `by_rate`, else the number of people."""

    kind: ClassVar[str] = "matrix"
    row_title: str
    column_title: str
    rows: tuple[Axis, ...]
    columns: tuple[Axis, ...]
    cells: tuple[tuple[MatrixCell, ...], ...]
    by_rate: bool
    shaded_by: str
    darkest: str
    any_open: bool

    @property
    def routes(self) -> Mapping[str, tuple[str, ...]]:
        """The ranks that take each route, best first; where cells are narrow, this stands below them."""
        found: dict[str, tuple[str, ...]] = {}
        for cell in (cell for row in self.cells for cell in row):
            found[cell.route] = (*found.get(cell.route, ()), cell.rank)
        return found


@dataclass(frozen=True, slots=True)
class Curve:
    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class CurveChart:
    """Curves over two shares from 0 to 1, with the diagonal as what chance would do."""

    kind: ClassVar[str] = "curves"
    title: str
    x_title: str
    y_title: str
    curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True)
class Whisker:
    """One value with its interval; `value` is `None` where nothing was seen."""

    group: str
    name: str
    value: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class WhiskerChart:
    """Values with intervals, in groups, on an axis from 0 to `ceiling`, with a line at `reference`."""

    kind: ClassVar[str] = "whiskers"
    title: str
    y_title: str
    whiskers: tuple[Whisker, ...]
    ceiling: float
    reference: float | None
    reference_name: str


@dataclass(frozen=True, slots=True)
class Findings:
    kind: ClassVar[str] = "findings"
    findings: tuple[Finding, ...]
    empty: str = "None."


Block = Prose | Verdict | KeyFigures | Table | Matrix | CurveChart | WhiskerChart | Findings


@dataclass(frozen=True, slots=True)
class Section:
    """`shows` is one line; `how_to_read` and `what_to_do` are sentences."""

    key: str
    title: str
    shows: str
    how_to_read: tuple[str, ...]
    what_to_do: tuple[str, ...]
    blocks: tuple[Block, ...]

    def as_dict(self) -> dict[str, object]:
        blocks = [{"kind": block.kind, **json_form(block)} for block in self.blocks]
        return {**json_form(self), "blocks": blocks}


@dataclass(frozen=True, slots=True)
class Report:
    """`about` are (label, text) pairs for the head; `data` holds the results themselves for the JSON form."""

    title: str
    subtitle: str
    about: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    made_with: str = "Handraise"
    data: Mapping[str, Any] = field(default_factory=dict)

    def section(self, key: str) -> Section:
        return next(section for section in self.sections if section.key == key)

    def as_dict(self) -> dict[str, object]:
        return {
            "title": self.title,
            "subtitle": self.subtitle,
            "about": dict(self.about),
            "made_with": self.made_with,
            "sections": [section.as_dict() for section in self.sections],
            "data": json_form(self.data),
        }
