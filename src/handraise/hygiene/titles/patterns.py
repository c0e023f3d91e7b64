"""Tables of word patterns: which rows match a title, in the table's order.

A row is `verdict | pattern, pattern`. A pattern is words; of a word, `*` stands for letters (`manager*`
also matches `managers`, `*leiter` needs something before it); `_` is any one word; `...` is up to three
words on the same side of a break; `<` and `>` are the two ends of a title between breaks. A break is written as it is (`founder | md`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handraise.hygiene.titles.words import BREAKS, JOINS, fold

MASKED = "\0"
_ENDS = BREAKS | JOINS | {MASKED, "at", "bei", "chez", "presso"}
_GAP_WORDS = 3
_KEY = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern of a table with its verdict and its place in the table's order."""

    order: int
    verdict: str
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A rule and the words it matched, by index (end exclusive)."""

    rule: Rule
    start: int
    end: int

    @property
    def verdict(self) -> str:
        return self.rule.verdict


class RuleTable:
    """The rules of one table, found by a word, or the beginning or end of a word, that they need."""

    def __init__(self, text: str) -> None:
        self.rules = tuple(_rules(text))
        self._by_key: dict[str, list[Rule]] = {}
        for rule in self.rules:
            self._by_key.setdefault(_rarest(rule.elements), []).append(rule)

    def first(self, words: Sequence[str]) -> Match | None:
        """The match of the earliest rule in the table, leftmost; None where no rule matches."""
        for rule in sorted(self._candidates(words), key=lambda r: r.order):
            for start in range(len(words)):
                end = _end_of_match(rule.elements, words, start)
                if end is not None:
                    return Match(rule, start, end)
        return None

    def all(self, words: Sequence[str]) -> list[Match]:
        """Matches that do not overlap, left to right; of two at one place the longer, then the earlier."""
        found = [
            Match(rule, start, end)
            for rule in self._candidates(words)
            for start in range(len(words))
            if (end := _end_of_match(rule.elements, words, start)) is not None
        ]
        found.sort(key=lambda m: (m.start - m.end, m.rule.order, m.start))
        taken: set[int] = set()
        kept: list[Match] = []
        for match in found:
            span = range(match.start, match.end)
            if taken.isdisjoint(span):
                taken.update(span)
                kept.append(match)
        return sorted(kept, key=lambda m: m.start)

    def _candidates(self, words: Sequence[str]) -> Iterator[Rule]:
        keys = {key for word in words for key in (word, word[:_KEY] + "*", "*" + word[-_KEY:])}
        for key in keys & self._by_key.keys():
            yield from self._by_key[key]


def _key(element: str) -> str:
    """What a word must be, begin with or end in to agree with an element; empty where any word may."""
    core = element.strip("*")
    if element in ("<", ">", "_", "..."):
        return ""
    if "*" not in element:
        return element
    if len(core) < _KEY or (element.startswith("*") and element.endswith("*")):
        return ""
    return "*" + core[-_KEY:] if element.startswith("*") else core[:_KEY] + "*"


def _rarest(elements: tuple[str, ...]) -> str:
    """The key by which a rule is found: its first whole word, else the beginning or end of one."""
    keys = [key for key in map(_key, elements) if key]
    if not keys:
        raise ValueError(f"no word of the pattern {' '.join(elements)} has {_KEY} letters")
    return next((key for key in keys if "*" not in key), keys[0])


def _rules(text: str) -> Iterator[Rule]:
    order = 0
    for line in text.splitlines():
        row = line.partition("#")[0].strip()
        if not row:
            continue
        verdict, _, patterns = row.partition("|")
        for pattern in patterns.split(","):
            yield Rule(order, verdict.strip(), tuple(fold(word) for word in pattern.split()))
            order += 1


def _end_of_match(elements: tuple[str, ...], words: Sequence[str], at: int) -> int | None:
    """Where the match that begins at a word ends, or None. The shortest gap is tried first."""
    if not elements:
        return at
    first, rest = elements[0], elements[1:]
    if first == "<":
        return _end_of_match(rest, words, at) if at == 0 or words[at - 1] in _ENDS else None
    if first == ">":
        return at if at == len(words) or words[at] in _ENDS else None
    if first == "...":
        return _end_after_gap(rest, words, at)
    if at < len(words) and _agrees(first, words[at]):
        return _end_of_match(rest, words, at + 1)
    return None


def _end_after_gap(rest: tuple[str, ...], words: Sequence[str], at: int) -> int | None:
    for skipped in range(_GAP_WORDS + 1):
        if skipped and (at + skipped > len(words) or words[at + skipped - 1] in BREAKS):
            return None
        end = _end_of_match(rest, words, at + skipped)
        if end is not None:
            return end
    return None


def _agrees(element: str, word: str) -> bool:
    if element == word:
        return True
    if word in BREAKS or word == MASKED or (element != "_" and "*" not in element):
        return False
    if element == "_":
        return True
    core = element.strip("*")
    if not element.startswith("*"):
        return word.startswith(core)
    if element.endswith("*"):
        return core in word[1:]
    return len(word) > len(core) and word.endswith(core)
