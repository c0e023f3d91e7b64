"""What a matcher proposes: which records are one, why, how sure it is, and what became of the proposal."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """What a matcher says of two records: one and the same, a person must look, or not the same as far as is known."""

    MATCH = "match"
    ASK = "ask"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for or against, in words; `weight` is in log-odds, below 0 where it speaks against."""

    about: str
    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which score (log-odds) pairs match, and from which a person is asked.

    `margin` is how much more the best candidate must score than the next one to be the match.
    """

    match: float = 3.5
    ask: float = 0.0
    margin: float = 1.5

    def __post_init__(self) -> None:
        if not self.ask <= self.match:
            raise ValueError(f"`ask` ({self.ask}) is above `match` ({self.match}).")
        if self.margin < 0:
            raise ValueError(f"`margin` ({self.margin}) is below 0.")


@dataclass(frozen=True, slots=True)
class Link:
    """Two records compared: what was answered, how sure (0 to 1), and why. `forbids` says they cannot be one."""

    one: str
    other: str
    answer: Answer
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    forbids: bool = False


class Decision(StrEnum):
    """What became of a proposal. Open ones wait; those of `Answer.MATCH` may be taken without a person."""

    OPEN = "open"
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class MergeProposal:
    """Records that are proposed to be one, by id; the first is the one to name it by.

    `links` are the comparisons that hold it together (a tree of the strongest), `confidence` that of the weakest.
    """

    records: tuple[str, ...]
    answer: Answer
    confidence: float
    links: tuple[Link, ...]
    decision: Decision = Decision.OPEN

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All that speaks for it and against it, link by link."""
        return tuple(evidence for link in self.links for evidence in link.evidence)


def confidence_of(score: float) -> float:
    """The probability that a score in log-odds stands for."""
    return 1 / (1 + math.exp(-max(min(score, 60.0), -60.0)))


def proposals(links: Iterable[Link]) -> tuple[MergeProposal, ...]:
    """The groups that matching links make, and one proposal to ask for each pair that is left to a person.

    The strongest links join first. A link that would bring two records together of which another link says that
    they cannot be one does not join: it is asked instead. The order of the links does not matter.
    """
    ordered = sorted(
        links, key=lambda link: (-link.confidence, min(link.one, link.other), max(link.one, link.other))
    )
    groups = _Groups({frozenset((link.one, link.other)) for link in ordered if link.forbids})
    kept, asked = list[Link](), list[Link]()
    for link in ordered:
        if link.answer is Answer.MATCH and not link.forbids:
            joined = groups.join(link.one, link.other)
            (kept if joined else asked).append(link)
        elif link.answer is Answer.ASK:
            asked.append(link)
    return (*_merges(groups, kept), *_questions(groups, asked))


class _Groups:
    """Records joined so far, and which may not come together."""

    def __init__(self, forbidden: set[frozenset[str]]) -> None:
        self._group: dict[str, str] = {}
        self._members: dict[str, set[str]] = {}
        self._apart: dict[str, set[str]] = {}
        for pair in forbidden:
            for one in pair:
                self._apart.setdefault(one, set()).update(pair - {one})

    def of(self, record: str) -> str:
        return self._group.get(record, record)

    def join(self, one: str, other: str) -> bool:
        """Whether the two are together now."""
        first, second = sorted((self.of(one), self.of(other)))
        if first == second:
            return True
        mine, theirs = self._members.get(first, {first}), self._members.get(second, {second})
        if any(not self._apart.get(record, set()).isdisjoint(theirs) for record in mine):
            return False
        self._members[first] = mine | theirs
        self._members.pop(second, None)
        self._group.update(dict.fromkeys(self._members[first], first))
        return True


def _merges(groups: _Groups, kept: list[Link]) -> list[MergeProposal]:
    by_group: dict[str, list[Link]] = {}
    for link in kept:
        by_group.setdefault(groups.of(link.one), []).append(link)
    return [_merge(by_group[group]) for group in sorted(by_group)]


def _merge(links: list[Link]) -> MergeProposal:
    tree, joined = list[Link](), _Groups(set())
    for link in links:
        if joined.of(link.one) != joined.of(link.other):
            joined.join(link.one, link.other)
            tree.append(link)
    records = tuple(sorted({record for link in tree for record in (link.one, link.other)}))
    return MergeProposal(records, Answer.MATCH, min(link.confidence for link in tree), tuple(tree))


def _questions(groups: _Groups, asked: list[Link]) -> list[MergeProposal]:
    """One question for two groups: the strongest link between them."""
    seen, questions = set[tuple[str, str]](), list[MergeProposal]()
    for link in asked:
        first, second = sorted((groups.of(link.one), groups.of(link.other)))
        if first != second and (first, second) not in seen:
            seen.add((first, second))
            pair = tuple(sorted((link.one, link.other)))
            questions.append(MergeProposal(pair, Answer.ASK, link.confidence, (link,)))
    return questions
