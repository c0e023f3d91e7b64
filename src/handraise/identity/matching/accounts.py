"""One matcher for accounts: leads and files of providers against accounts, and accounts kept twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np

from handraise.identity.matching.blocking import Caps, Keys, keys_of, of_rows, pairs, sorted_keys
from handraise.identity.matching.companies import Codes, Companies, Flags, taken
from handraise.identity.matching.levels import RELATED, DomainLevel, NameLevel, PairLevels, SameLevel, levels
from handraise.identity.matching.weights import RESPECTS, Scores, Weights, evidence
from handraise.identity.proposals import Answer, Evidence, Link, Thresholds, confidence_of

_ROWS_AT_ONCE = 40_000
_NOBODY = -1
# A score at which another candidate is worth showing to whoever is asked.
_MOST_CANDIDATES = 5


class Relation(StrEnum):
    """What one company is to the other: itself, or another part of the same organisation."""

    SAME = "same"
    BRANCH_OF = "branch of"
    HAS_BRANCH = "has branch"
    SISTER_OF = "sister of"
    PART_OF = "part of"
    HAS_PART = "has part"


class Purpose(StrEnum):
    """What the answer is for. A lead with an e-mail address at an account's domain belongs to it, even if it names
    a branch that has no account of its own; two accounts that differ so are two."""

    LEADS = "leads"
    ACCOUNTS = "accounts"


@dataclass(frozen=True, slots=True)
class MatchRules:
    """How pairs are found, weighed and answered."""

    weights: Weights = Weights()
    thresholds: Thresholds = Thresholds()
    caps: Caps = Caps()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that a row may mean."""

    account: str
    relation: Relation
    confidence: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class CompanyMatch:
    """What is answered for one row: the account if it is a match; whom to ask about if not certain; else none.

    `candidates` are the best first, at most five. `reason` says in a word why a good candidate is asked about.
    """

    id: str
    answer: Answer
    account: str | None
    candidates: tuple[Candidate, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CompanyMatches:
    """The answers for all rows, one element a row. `account` is a row of the references, -1 where there is none.

    `account` names the best candidate also where the answer is to ask. `n_pairs` were compared of `n_possible`.
    """

    rows: Companies
    references: Companies
    rules: MatchRules
    purpose: Purpose
    answer: np.ndarray[tuple[int], np.dtype[np.uint8]]
    account: Codes
    score: Scores
    runner_up: Scores
    n_pairs: int
    n_possible: int
    reference_keys: Keys

    def __len__(self) -> int:
        return len(self.rows)

    def match(self, row: int) -> CompanyMatch:
        """The answer for one row with its candidates and their evidence."""
        one = taken(self.rows, np.array([row]))
        found = _scored(one, self.references, keys_of(one), self.reference_keys, self.rules)
        found = _kept(found, found.score >= self.rules.thresholds.ask)
        shown = tuple(
            _candidate(one, self.references, self.rules, found, at) for at in found.best[:_MOST_CANDIDATES]
        )
        answer = ANSWERS[self.answer[row]]
        account = str(self.references.ids[self.account[row]]) if answer is Answer.MATCH else None
        return CompanyMatch(str(self.rows.ids[row]), answer, account, shown, self._reason(row, shown))

    def _reason(self, row: int, shown: tuple[Candidate, ...]) -> str:
        if ANSWERS[self.answer[row]] is not Answer.ASK:
            return ""
        limits = self.rules.thresholds
        if self.score[row] - self.runner_up[row] < limits.margin:
            return "another account fits as well"
        if self.score[row] < limits.match:
            return "too little speaks for it"
        return f"it is rather {shown[0].relation.value} that account"


ANSWERS = (Answer.NONE, Answer.ASK, Answer.MATCH)


def match_companies(
    rows: Companies,
    references: Companies,
    rules: MatchRules = MatchRules(),
    purpose: Purpose = Purpose.LEADS,
    groups: Sequence[str] | None = None,
) -> CompanyMatches:
    """For each row the account that it means. Rows that say the same are compared once.

    `groups` names for each reference the account that it is known to be one with (by `proposals`, or a person);
    records of one group do not compete with each other.
    The answer for a row depends on that row and the references, on no other row and on no order.
    """
    first, of_row = _distinct(rows)
    distinct = taken(rows, first)
    keys, theirs = keys_of(distinct), sorted_keys(keys_of(references))
    # A tie goes to the smaller id, whatever the order of the references.
    rank = np.argsort(np.argsort(references.ids, kind="stable"), kind="stable")
    group = _group_numbers(references, groups)
    found = _Answers.nobody(len(distinct))
    for start, end in _slices(len(distinct)):
        scored = _scored(distinct, references, of_rows(keys, start, end), theirs, rules)
        found.n_pairs += len(scored.rows)
        _answer(found, scored, rank, group, rules.thresholds, purpose)
    return CompanyMatches(
        rows, references, rules, purpose, found.answer[of_row], found.account[of_row], found.score[of_row],
        found.runner_up[of_row], found.n_pairs, len(distinct) * len(references), theirs,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccountPairs:
    """Pairs of accounts that are worth a word: matches and questions. `rows[i]` < `others[i]` in the order of ids."""

    companies: Companies
    rules: MatchRules
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
        """The pairs as links with their evidence, for `proposals`. Different entries of a register forbid to join."""
        forbidden = self.levels.register == SameLevel.DIFFERENT
        for at in range(len(self)):
            one, other = int(self.rows[at]), int(self.others[at])
            yield Link(
                str(self.companies.ids[one]), str(self.companies.ids[other]), ANSWERS[self.answer[at]],
                confidence_of(float(self.score[at])), self.evidence(at), bool(forbidden[at]),
            )  # fmt: skip

    def evidence(self, at: int) -> tuple[Evidence, ...]:
        """What speaks for and against one pair."""
        return _evidence(
            self.companies,
            self.companies,
            self.rules,
            self.levels,
            at,
            int(self.rows[at]),
            int(self.others[at]),
        )

    def relation(self, at: int) -> Relation:
        """What the first of a pair is to the second."""
        one, other = int(self.rows[at]), int(self.others[at])
        return relation(NameLevel(int(self.levels.name[at])), self.companies, one, self.companies, other)


def account_duplicates(accounts: Companies, rules: MatchRules = MatchRules()) -> AccountPairs:
    """The pairs of accounts that are one, or that a person should look at (branches and sisters among them)."""
    keys = keys_of(accounts)
    theirs = sorted_keys(keys)
    parts, n_pairs = list[_Scored](), 0
    for start, end in _slices(len(accounts)):
        found = _scored(accounts, accounts, of_rows(keys, start, end), theirs, rules, once=True)
        n_pairs += len(found.rows)
        parts.append(_kept(found, found.score >= rules.thresholds.ask))
    found = _together(parts)
    match = (found.score >= rules.thresholds.match) & ~_is_related(found.levels)
    match &= ~_doubtful(found, match, rules.thresholds)
    return AccountPairs(
        accounts, rules, found.rows, found.others, np.where(match, 2, 1).astype(np.uint8), found.score, found.levels,
        n_pairs, len(accounts) * (len(accounts) - 1) // 2,
    )  # fmt: skip


def _doubtful(found: _Scored, match: Flags, limits: Thresholds) -> Flags:
    """The matches where one of the two fits a third account about as well, which does not fit the other.

    A record that says too little to tell two namesakes apart must join neither.
    """
    fits: dict[int, dict[int, float]] = {}
    for at in np.flatnonzero(
        (found.score >= limits.match - limits.margin) & ~_is_related(found.levels)
    ).tolist():
        one, other, score = int(found.rows[at]), int(found.others[at]), float(found.score[at])
        fits.setdefault(one, {})[other] = score
        fits.setdefault(other, {})[one] = score
    doubtful = np.zeros(len(match), dtype=bool)
    for at in np.flatnonzero(match).tolist():
        one, other, least = int(found.rows[at]), int(found.others[at]), float(found.score[at]) - limits.margin
        doubtful[at] = any(
            score > least and third not in (one, other) and third not in fits[far]
            for near, far in ((one, other), (other, one))
            for third, score in fits[near].items()
        )
    return doubtful


@dataclass(frozen=True, slots=True)
class _Scored:
    """Pairs with their levels and scores."""

    rows: Codes
    others: Codes
    levels: PairLevels
    score: Scores

    @property
    def best(self) -> list[int]:
        """The pairs, the best first; a tie goes to the earlier reference."""
        return [int(at) for at in np.lexsort((self.others, -self.score))]


def _slices(n_rows: int) -> Iterator[tuple[int, int]]:
    for start in range(0, n_rows, _ROWS_AT_ONCE):
        yield start, min(start + _ROWS_AT_ONCE, n_rows)


def _distinct(rows: Companies) -> tuple[Codes, Codes]:
    """The first row of each kind of rows that compare alike, and the kind of each row."""
    compared = ("full", "domain", "country", "city", "phone", "register_id")
    mixed = rows.from_email.astype(np.uint64)
    for name in compared:
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) ^ getattr(rows, name).view(np.uint64)
        mixed ^= mixed >> np.uint64(29)
    _, first, of_row = np.unique(mixed, return_index=True, return_inverse=True)
    return first.astype(np.int64), of_row.astype(np.int64)


def _scored(
    rows: Companies, references: Companies, keys: Keys, theirs: Keys, rules: MatchRules, once: bool = False
) -> _Scored:
    mine, others = pairs(keys, theirs, rules.caps)
    if once:
        # Ids decide which of two stands first, so that the order of the table does not matter.
        kept = rows.ids[mine] < references.ids[others]
        mine, others = mine[kept], others[kept]
    found = levels(rows, references, mine, others)
    return _Scored(mine, others, found, rules.weights.scores(found))


def _kept(found: _Scored, kept: Flags) -> _Scored:
    picked = PairLevels(**{f.name: getattr(found.levels, f.name)[kept] for f in fields(PairLevels)})
    return _Scored(found.rows[kept], found.others[kept], picked, found.score[kept])


def _together(parts: list[_Scored]) -> _Scored:
    def joined(
        values: list[np.ndarray[tuple[int], np.dtype[np.generic]]],
    ) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
        return np.concatenate(values) if values else np.zeros(0, dtype=np.int64)

    picked = {respect: joined([getattr(p.levels, respect) for p in parts]) for respect in RESPECTS}
    columns = {name: joined([getattr(p, name) for p in parts]) for name in ("rows", "others", "score")}
    return _Scored(levels=PairLevels(**picked), **columns)  # type: ignore[arg-type]


def _is_related(found: PairLevels) -> Flags:
    return np.isin(found.name, RELATED)


@dataclass(slots=True)
class _Answers:
    """Answers as they are found, one element a row."""

    answer: np.ndarray[tuple[int], np.dtype[np.uint8]]
    account: Codes
    score: Scores
    runner_up: Scores
    n_pairs: int = 0

    @classmethod
    def nobody(cls, n_rows: int) -> _Answers:
        return cls(
            np.zeros(n_rows, dtype=np.uint8), np.full(n_rows, _NOBODY, dtype=np.int64),
            np.full(n_rows, -np.inf), np.full(n_rows, -np.inf),
        )  # fmt: skip


def _group_numbers(references: Companies, groups: Sequence[str] | None) -> Codes:
    if groups is None:
        return np.arange(len(references))
    if len(groups) != len(references):
        raise ValueError(f"{len(groups)} groups are given for {len(references)} references.")
    numbers: Codes = np.unique(np.array(groups, dtype=object), return_inverse=True)[1]
    return numbers


def _answer(
    into: _Answers, found: _Scored, rank: Codes, group: Codes, limits: Thresholds, purpose: Purpose
) -> None:
    """Answers for every row that has candidates: the best, how it stands to the next best, and whether that will do."""
    order = np.lexsort((rank[found.others], -found.score, found.rows))
    rows, begin, of_row = np.unique(found.rows[order], return_index=True, return_inverse=True)
    top = order[begin]
    best = found.score[top]
    # Whoever names a branch that has an account of its own belongs there, even if the domain is the parent's.
    related = _is_related(found.levels)
    own = related[top] & (
        np.bincount(of_row, (~related & (found.score >= limits.match - limits.margin))[order]) > 0
    )
    rivals = group[found.others[order]] != group[found.others[top]][of_row]
    second = np.full(len(rows), -np.inf)
    np.maximum.at(second, of_row[rivals], found.score[order[rivals]])
    is_part = related[top] & (own | ~_belongs(found.levels, top, purpose))
    certain = (best >= limits.match) & (best - second >= limits.margin) & ~is_part
    answer = np.where(certain, 2, np.where(best >= limits.ask, 1, 0))
    into.answer[rows] = answer
    into.account[rows] = np.where(answer > 0, found.others[top], _NOBODY)
    into.score[rows], into.runner_up[rows] = best, second


def _belongs(found: PairLevels, at: Codes, purpose: Purpose) -> Flags:
    """Whether a row that names another part of the organisation belongs to the account all the same."""
    by_mail: Flags = found.domain[at] == DomainLevel.SAME_MAIL
    return by_mail & (purpose is Purpose.LEADS)


def _candidate(
    one: Companies, references: Companies, rules: MatchRules, found: _Scored, at: int
) -> Candidate:
    other = int(found.others[at])
    return Candidate(
        str(references.ids[other]),
        relation(NameLevel(int(found.levels.name[at])), one, 0, references, other),
        confidence_of(float(found.score[at])),
        _evidence(one, references, rules, found.levels, at, 0, other),
    )


def _evidence(
    one: Companies, other: Companies, rules: MatchRules, found: PairLevels, at: int, row: int, reference: int
) -> tuple[Evidence, ...]:
    names = (one.name(row), other.name(reference))
    domains = (str(one.domains[row]), str(other.domains[reference]))
    return evidence(rules.weights, found, at, names, domains)


def relation(level: NameLevel, one: Companies, row: int, other: Companies, reference: int) -> Relation:
    """What `one` is to `other`, as far as their names say it."""
    if level not in RELATED:
        return Relation.SAME
    mine, theirs = one.name(row), other.name(reference)
    if level is NameLevel.SISTER:
        return Relation.SISTER_OF
    if level is NameLevel.BRANCH:
        if bool(mine.places) == bool(theirs.places):
            return Relation.SISTER_OF
        return Relation.BRANCH_OF if mine.places else Relation.HAS_BRANCH
    is_part = bool(mine.owner) if level is NameLevel.BRAND else len(mine.words) > len(theirs.words)
    return Relation.PART_OF if is_part else Relation.HAS_PART
