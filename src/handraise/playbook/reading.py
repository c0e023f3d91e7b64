"""What a reader carries along: where it is, whom it asks, the names there are, and the problems so far."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from handraise.errors import Problem, Severity, Span
from handraise.model.fields import FieldCatalog
from handraise.model.playbook import SegmentOf, SetAside
from handraise.playbook.codes import CODES
from handraise.playbook.nodes import Node
from handraise.playbook.text import Source


class Wrong(Enum):
    """Stands where a value could not be read; the reason is among the problems."""

    WRONG = "wrong"


WRONG = Wrong.WRONG
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Names:
    """The names a playbook declares, collected before anything that uses them is read."""

    behaviours: tuple[str, ...] = ()
    segments: Mapping[str, SegmentOf | None] = field(default_factory=dict)
    groups: Mapping[str, Span] = field(default_factory=dict)
    products: tuple[str, ...] = ()
    programs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    offers: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    labels: frozenset[str] = frozenset()
    mqls_per_week: int | None = None
    time_zone: str = "UTC"


Beside = Callable[[str, str], "Source | Problem"]


class Reading:
    """One run over one playbook. Mutable, and alive only while it is read.

    `beside` gives another file by its name, as seen from a file of the playbook; a playbook in memory has none.
    """

    def __init__(
        self, catalog: FieldCatalog, names: Names, texts: Iterable[Source], beside: Beside | None = None
    ) -> None:
        self.catalog, self.names, self.beside = catalog, names, beside
        self.problems: list[Problem] = []
        self.set_aside: list[SetAside] = []
        self.places: dict[str, Span] = {}
        self.part = "the playbook"
        self.asks = SegmentOf.PEOPLE
        self.parts: dict[str, list[tuple[str, object | None]]] = {}
        self.groups_used: set[str] = set()
        self.key_place: Span | None = None
        self._lines = {s.path: s.lines for s in texts}

    def say(
        self,
        code: str,
        at: Node | Span,
        sentence: str,
        *advice: str | None,
        related: tuple[tuple[Span, str], ...] = (),
    ) -> Wrong:
        """Note a problem; returns `WRONG`, so that a reader can end with it."""
        span = at if isinstance(at, Span) else at.span
        given = tuple(_short(a) for a in advice if a)
        severity = CODES[code].severity
        self.problems.append(Problem(code, _short(sentence), span, self.line(span), given, related, severity))
        return WRONG

    def add(self, source: Source) -> None:
        """Another text that problems may point to."""
        self._lines[source.path] = source.lines

    def line(self, span: Span) -> str | None:
        lines = self._lines.get(span.path, [])
        return lines[span.line - 1] if 0 < span.line <= len(lines) else None

    @property
    def n_errors(self) -> int:
        return sum(p.severity is Severity.ERROR for p in self.problems)

    @contextmanager
    def inside(self, part: str, place: Span) -> Iterator[None]:
        """Reading one part: a rule, a segment, a section. What it says is said of that part."""
        outer, self.part = self.part, part
        self.places[part] = place
        try:
            yield
        finally:
            self.part = outer

    def drop(self, part: str, at: Span, reason: str, code: str, sentence: str) -> None:
        """Set a part aside with a warning: a section of the language that is not decided yet."""
        self.say(code, at, sentence, f"{part[0].upper()}{part[1:]} takes part in nothing until then.")
        self.set_aside.append(SetAside(part, reason))

    def keep(self, kind: str, value: object) -> None:
        """Remember a part under what it is called; what could not be read is kept as `None`."""
        self.parts.setdefault(kind, []).append((self.part, None if isinstance(value, Wrong) else value))

    @contextmanager
    def asking(self, of: SegmentOf) -> Iterator[None]:
        outer, self.asks = self.asks, of
        try:
            yield
        finally:
            self.asks = outer


_VERY_LONG_WORD = re.compile(r"`([^`]{80})[^`]{120,}`")


def _short(sentence: str) -> str:
    """A sentence with the beginning of what it quotes, where somebody wrote a name of a thousand characters."""
    return _VERY_LONG_WORD.sub(r"`\1…`", sentence)


def normal(word: str) -> str:
    """`not_in`, `Not In` and `not in` are one word."""
    return " ".join(word.replace("_", " ").lower().split())


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The valid word that is spelt most like `word`, or that shares its words, if one is near enough to be meant."""
    by_form = {normal(w): w for w in words}
    form, forms = normal(word), list(by_form)
    found = process.extractOne(form, forms, scorer=OSA.normalized_similarity, score_cutoff=0.6)
    found = found or process.extractOne(form, forms, scorer=fuzz.token_set_ratio, score_cutoff=95)
    return by_form[found[0]] if found else None


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Advice: the nearest valid word, else all of them."""
    valid = list(words)
    near = nearest(word, valid)
    if near:
        return f"Did you mean `{near}`?"
    return one_of(valid) if valid else ""


def one_of(words: Iterable[str]) -> str:
    """`Write one of: ...`, cut where there are very many."""
    shown = [f"`{w}`" for w in words]
    more = f" and {len(shown) - 20} more" if len(shown) > 20 else ""
    return f"Write one of: {', '.join(shown[:20])}{more}."
