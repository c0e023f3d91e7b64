"""Which records are one person: pairs that match, and pairs that somebody should look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from handraise.identity.duplicates.blocking import keys_of
from handraise.identity.duplicates.levels import EmailLevel, NameLevel, PairLevels, levels
from handraise.identity.duplicates.people import PeopleRecords
from handraise.identity.duplicates.weights import RESPECTS, Weights, evidence
from handraise.identity.matching.accounts import ANSWERS
from handraise.identity.matching.blocking import Caps, of_rows, pairs, sorted_keys
from handraise.identity.matching.companies import Codes, Flags
from handraise.identity.matching.weights import Scores
from handraise.identity.proposals import Evidence, Link, Thresholds, confidence_of

_ROWS_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class DuplicateRules:
    """How pairs are found, weighed and answered."""

    weights: Weights = Weights()
    thresholds: Thresholds = Thresholds()
    caps: Caps = Caps(exact=200, loose=60)


@dataclass(frozen=True, slots=True)
class DuplicatePairs:
    """Pairs of records that are worth a word: matches and questions. The id of `rows[i]` is the smaller one."""

    people: PeopleRecords
    rules: DuplicateRules
    rows: Codes
    others: Codes
    answer: np.ndarray[tuple[int], np.dtype[np.uint8]]
    score: Scores
    levels: PairLevels
    n_pairs: int
    n_possible: int

    def __len__(self) -> int:
        return len(self.rows)

    def links(self) -> Iterator[Link]:
        """The pairs as links with their evidence, for `proposals`.

        Two addresses told apart by a figure, and two given names of one family name, are two people: such a pair forbids
        that others bring its records together.
        """
        forbidden = _forbids(self.levels)
        for at in range(len(self)):
            yield Link(
                str(self.people.ids[self.rows[at]]), str(self.people.ids[self.others[at]]), ANSWERS[self.answer[at]],
                confidence_of(float(self.score[at])), self.evidence(at), bool(forbidden[at]),
            )  # fmt: skip

    def evidence(self, at: int) -> tuple[Evidence, ...]:
        """What speaks for and against one pair."""
        one, other = int(self.rows[at]), int(self.others[at])
        names = (self.people.name(one).written, self.people.name(other).written)
        emails = (str(self.people.emails[one]), str(self.people.emails[other]))
        return evidence(self.rules.weights, self.levels, at, names, emails)


def people_duplicates(people: PeopleRecords, rules: DuplicateRules = DuplicateRules()) -> DuplicatePairs:
    """The pairs of records that are one person, or that a person should look at. The order of rows does not matter.

    Pairs that forbid a merger are among them whatever their score, with the answer `ask` or `none`.
    """
    keys = keys_of(people)
    theirs = sorted_keys(keys)
    parts: list[tuple[Codes, Codes, PairLevels, Scores]] = []
    n_pairs = 0
    for start in range(0, len(people), _ROWS_AT_ONCE):
        rows, others = pairs(of_rows(keys, start, start + _ROWS_AT_ONCE), theirs, rules.caps)
        once = people.ids[rows] < people.ids[others]
        rows, others = rows[once], others[once]
        n_pairs += len(rows)
        parts.append(_worth_a_word(people, rows, others, rules))
    rows, others, found, score = _together(parts)
    certain = score >= rules.thresholds.match
    certain &= ~_between_two(rows, others, found, score, rules)
    answer = np.where(certain, 2, np.where(score >= rules.thresholds.ask, 1, 0)).astype(np.uint8)
    n_possible = len(people) * (len(people) - 1) // 2
    return DuplicatePairs(people, rules, rows, others, answer, score, found, n_pairs, n_possible)


def _worth_a_word(
    people: PeopleRecords, rows: Codes, others: Codes, rules: DuplicateRules
) -> tuple[Codes, Codes, PairLevels, Scores]:
    found = levels(people, rows, others)
    score = rules.weights.scores(found)
    kept = (score >= rules.thresholds.ask) | _forbids(found)
    picked = PairLevels(**{f.name: getattr(found, f.name)[kept] for f in fields(PairLevels)})
    return rows[kept], others[kept], picked, score[kept]


def _forbids(found: PairLevels) -> Flags:
    agreeing = np.isin(found.email, (EmailLevel.SAME,))
    numbered: Flags = found.email == EmailLevel.NUMBERED
    apart: Flags = (found.name == NameLevel.GIVEN_DIFFERS) & ~agreeing
    return numbered | apart


def _between_two(
    rows: Codes, others: Codes, found: PairLevels, score: Scores, rules: DuplicateRules
) -> Flags:
    """The pairs of a record that fits each of two people who are known to be two, about as well: it says too little to
    tell which of the namesakes it is, and joins neither. The same address is one's own all the same."""
    apart: dict[int, set[int]] = {}
    for at in np.flatnonzero(_forbids(found)).tolist():
        apart.setdefault(int(rows[at]), set()).add(int(others[at]))
        apart.setdefault(int(others[at]), set()).add(int(rows[at]))
    fits: dict[int, dict[int, float]] = {}
    for at in np.flatnonzero(score >= rules.thresholds.match - rules.thresholds.margin).tolist():
        fits.setdefault(int(rows[at]), {})[int(others[at])] = float(score[at])
        fits.setdefault(int(others[at]), {})[int(rows[at])] = float(score[at])
    doubtful = np.zeros(len(rows), dtype=bool)
    for at in np.flatnonzero(score >= rules.thresholds.match).tolist():
        one, other, least = int(rows[at]), int(others[at]), float(score[at]) - rules.thresholds.margin
        doubtful[at] = any(
            fits[near].get(rival, -np.inf) > least
            for near, far in ((one, other), (other, one))
            for rival in apart.get(far, ())
        )
    doubtful &= found.email != EmailLevel.SAME
    return doubtful


def _together(
    parts: list[tuple[Codes, Codes, PairLevels, Scores]],
) -> tuple[Codes, Codes, PairLevels, Scores]:
    nothing = np.zeros(0, dtype=np.int64)
    rows, others = (np.concatenate([nothing, *(part[at] for part in parts)]) for at in (0, 1))
    picked = {
        r: np.concatenate([nothing.astype(np.uint8), *(getattr(p[2], r) for p in parts)]) for r in RESPECTS
    }
    return (
        rows,
        others,
        PairLevels(**picked),
        np.concatenate([nothing.astype(np.float64), *(part[3] for part in parts)]),
    )
