"""From YAML text to nodes: one document, without tags, merge keys or bombs, every mistake with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from handraise.errors import Problem, Span
from handraise.playbook.codes import CODES
from handraise.playbook.nodes import ListNode, MapNode, Node, Pair, TextNode


@dataclass(frozen=True, slots=True)
class Limits:
    """What one playbook may ask of the reader."""

    characters: int = 2_000_000
    depth: int = 40
    aliases: int = 50
    nodes: int = 1_000_000


class _StopReading(Exception):  # noqa: N818 - carries a problem out of the recursion, is no error of ours
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Source:
    """One text and what a problem shows of it."""

    path: str
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def problem(self, code: str, span: Span | None, sentence: str, *advice: str) -> Problem:
        lines = self.lines
        shown = lines[span.line - 1] if span and span.line <= len(lines) else None
        return Problem(code, sentence, span, shown, advice, severity=CODES[code].severity)


def parse(source: Source, limits: Limits) -> tuple[Node | None, tuple[Problem, ...]]:
    """The root node, and what is wrong with the text as YAML. Without a root there is a problem."""
    if len(source.text) > limits.characters:
        sentence = f"the text has more than the {limits.characters:,} characters that are read."
        advice = "Keep lists of accounts or people in the data and test a field of them."
        return None, (source.problem("PB104", Span(source.path, 1, 1), sentence, advice),)
    builder = _Builder(source, limits)
    try:
        root = builder.root()
    except _StopReading as stop:
        return None, (*builder.problems, stop.problem)
    except MarkedYAMLError as error:
        return None, (*builder.problems, _not_yaml(source, error))
    except YAMLError as error:
        return None, (*builder.problems, _not_text(source, error))
    return root, tuple(builder.problems)


def _not_yaml(source: Source, error: MarkedYAMLError) -> Problem:
    what = str(error.problem or error.context or "")
    sentence, advice, at_context = next(
        (said for part, *said in _MISTAKES if part in what), _other_mistake(what)
    )
    mark = (
        (error.context_mark if at_context else error.problem_mark) or error.problem_mark or error.context_mark
    )
    line = min(mark.line + 1, max(1, len(source.lines))) if mark else 1
    column = mark.column + 1 if mark and mark.line + 1 == line else 1
    return source.problem(
        "PB101",
        Span(source.path, line, column),
        f"this is not YAML: {sentence}.",
        *([advice] if advice else ()),
    )


# What the YAML parser says, what it means, what to do, and whether it is better shown where it began.
_MISTAKES: tuple[tuple[str, str, str, bool], ...] = (
    ("\\t", "a tab stands where spaces indent", "Indent with spaces.", False),
    ("cannot start any token", "a text starts with a character that means something else in YAML", "Put the text between double quotes.", False),
    ("mapping values are not allowed", "a second `:` stands on this line", "Put a text that holds a `:` between double quotes; begin a new key on a line of its own.", False),
    ("unexpected end of stream", "a quote is opened here and never closed", "Close it.", True),
    ("<stream end>", "a bracket is opened here and never closed", "Close it.", True),
    ("expected ',' or", "a `,` or the closing bracket is missing", "Add it.", False),
    ("expected <block end>", "this line is indented unlike the ones it belongs to", "Indent all keys of one thing alike.", False),
    ("could not find expected ':'", "a key without `:` stands here", "Write `key: value`.", False),
)  # fmt: skip


def _other_mistake(what: str) -> tuple[str, str, bool]:
    return what.replace("'", "`") or "something is left open", "", False


def _not_text(source: Source, error: YAMLError) -> Problem:
    if isinstance(error, ReaderError):
        before = source.text[: int(error.position)]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        number = ord(error.character) if isinstance(error.character, str) else int(error.character)
        return source.problem(
            "PB101",
            Span(source.path, line, column),
            f"the character U+{number:04X} does not belong in a text.",
            "Delete it.",
        )
    return source.problem("PB101", Span(source.path, 1, 1), "this is not YAML.")


class _Builder:
    """Builds nodes from parser events; small by design, recursion bounded by `Limits.depth`."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.source, self.limits = source, limits
        self.problems: list[Problem] = []
        self._lines = source.lines
        self._events: Iterator[Event] = iter(YAML(typ="safe", pure=True).parse(source.text))
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._aliases = 0
        self._nodes = 0

    def root(self) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._stop(
                        "PB112",
                        self._span(event),
                        "a second document starts here; a file holds one.",
                        "Put it into a file of its own.",
                    )
            elif isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent | AliasEvent):
                root = self._node(event, 0, None)
        return root

    def _node(self, event: Event, depth: int, key: TextNode | None) -> Node:
        before = self._nodes
        self._count(1, event)
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if depth > self.limits.depth:
            raise self._stop(
                "PB105",
                self._span(event),
                f"this is nested more than {self.limits.depth} levels deep.",
                "Name a part of it as a segment and use the segment.",
            )
        self._refuse_tag(event)
        node = self._built(event, depth, key)
        anchor = getattr(event, "anchor", None)
        if anchor:
            self._anchors[anchor] = (node, self._nodes - before)
        return node

    def _built(self, event: Event, depth: int, key: TextNode | None) -> Node:
        if isinstance(event, ScalarEvent):
            plain = event.style is None
            empty = plain and event.value == ""
            return TextNode(event.value, plain, key.span if empty and key else self._span(event))
        if isinstance(event, SequenceStartEvent):
            return self._list(event, depth)
        return self._map(event, depth)

    def _list(self, start: Event, depth: int) -> ListNode:
        items: list[Node] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._node(event, depth + 1, None))
        return ListNode(tuple(items), self._span(start, event))

    def _map(self, start: Event, depth: int) -> MapNode:
        pairs: dict[str, Pair] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._key(event, depth)
            value = self._node(next(self._events), depth + 1, key)
            if key.text in pairs:
                self._twice(pairs[key.text].key, key)
            else:
                pairs[key.text] = Pair(key, value)
        return MapNode(tuple(pairs.values()), self._span(start, event))

    def _key(self, event: Event, depth: int) -> TextNode:
        node = self._node(event, depth + 1, None)
        if not isinstance(node, TextNode) or isinstance(event, AliasEvent) or not node.text.strip():
            raise self._stop(
                "PB110",
                self._span(event),
                "a key is expected here, one word or a few.",
                "Write `key: value`.",
            )
        if node.plain and node.text == "<<":
            raise self._stop(
                "PB109",
                node.span,
                "`<<` merges keys from elsewhere, which a playbook does not do.",
                "Write the keys out, or name a segment and use it.",
            )
        return node

    def _twice(self, first: TextNode, second: TextNode) -> None:
        problem = self.source.problem(
            "PB102", second.span, f"`{second.text}` is written twice here.", "Keep one of them."
        )
        related = ((first.span, "first written here"),)
        self.problems.append(
            Problem(
                problem.code, problem.sentence, problem.span, problem.source_line, problem.advice, related
            )
        )

    def _alias(self, event: AliasEvent) -> Node:
        known = self._anchors.get(event.anchor)
        if known is None:
            raise self._stop(
                "PB101",
                self._span(event),
                f"`*{event.anchor}` points to nothing: there is no `&{event.anchor}` before it.",
            )
        self._aliases += 1
        if self._aliases > self.limits.aliases:
            raise self._stop(
                "PB106",
                self._span(event),
                f"more than {self.limits.aliases} aliases (`*{event.anchor}`) are used.",
                "Name a segment or a behaviour and use its name.",
            )
        self._count(known[1], event)
        return known[0]

    def _count(self, n: int, event: Event) -> None:
        self._nodes += n
        if self._nodes > self.limits.nodes:
            raise self._stop(
                "PB106",
                self._span(event),
                f"written out, this holds more than {self.limits.nodes:,} values.",
                "Name a segment or a behaviour and use its name.",
            )

    def _refuse_tag(self, event: Event) -> None:
        tag = getattr(event, "tag", None)
        if tag:
            raise self._stop(
                "PB107",
                self._span(event),
                f"`{tag}` is a YAML tag, which a playbook does not use.",
                "Delete it, or put the text between quotes.",
            )

    def _stop(self, code: str, span: Span, sentence: str, *advice: str) -> _StopReading:
        return _StopReading(self.source.problem(code, span, sentence, *advice))

    def _span(self, start: Event, end: Event | None = None) -> Span:
        first, last = start.start_mark, (end or start).end_mark
        line = first.line
        shown = self._lines[line] if line < len(self._lines) else ""
        stop = last.column if last.line == line else len(shown.rstrip())
        return Span(self.source.path, line + 1, first.column + 1, max(1, stop - first.column))
