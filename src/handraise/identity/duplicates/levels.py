"""How far two records of people agree, in each respect."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np

from handraise.identity.duplicates.people import PeopleRecords, spelled_local
from handraise.identity.duplicates.person_names import PersonName, is_nickname, spelt
from handraise.identity.matching.companies import UNKNOWN, Codes
from handraise.identity.matching.folding import loose
from handraise.identity.matching.levels import Levels, SameLevel

_LONG_NAME = 7


class NameLevel(IntEnum):
    """How the names compare, the closest that holds."""

    UNKNOWN = 0
    SAME = 1
    SPELLING = 2
    NICKNAME = 3
    SWAPPED = 4
    FURTHER = 5
    TYPO = 6
    INITIAL = 7
    FAMILY_DIFFERS = 8
    GIVEN_DIFFERS = 9
    DIFFERENT = 10


class EmailLevel(IntEnum):
    """How the e-mail addresses compare."""

    UNKNOWN = 0
    SAME = 1
    SAME_ROLE = 2
    ONE_PATTERN = 3
    OTHER_BOX = 4
    NUMBERED = 5
    SAME_LOCAL = 6
    DIFFERENT = 7


class PhoneLevel(IntEnum):
    """How the telephone numbers compare."""

    UNKNOWN = 0
    SAME = 1
    SWITCHBOARD = 2
    DIFFERENT = 3


class ChanceLevel(IntEnum):
    """Whether two people have the agreeing name by chance."""

    RARE = 0
    COMMON = 1


_AGREEING = (NameLevel.SAME, NameLevel.SPELLING, NameLevel.NICKNAME, NameLevel.SWAPPED, NameLevel.FURTHER, NameLevel.TYPO, NameLevel.INITIAL)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PairLevels:
    """The levels of pairs, one row a pair."""

    name: Levels
    chance: Levels
    email: Levels
    phone: Levels
    organisation: Levels
    country: Levels
    other_id: Levels


def levels(people: PeopleRecords, rows: Codes, others: Codes) -> PairLevels:
    """The levels of the pairs (`rows[i]`, `others[i]`). Swapping the sides changes nothing."""
    name = _names(people, rows, others)
    common = np.isin(name, _AGREEING) & (people.common[rows] | people.common[others])
    same_id = _same(people.other_id[rows], people.other_id[others])
    return PairLevels(
        name=name,
        chance=common.astype(np.uint8),
        email=_emails(people, rows, others),
        phone=_phones(people, rows, others),
        organisation=_organisations(people, rows, others),
        country=_same(people.country[rows], people.country[others]),
        # Two ids of other systems may well be of two systems: only the same one says something.
        other_id=np.where(same_id == SameLevel.SAME, SameLevel.SAME, SameLevel.UNKNOWN).astype(np.uint8),
    )


def _same(one: Codes, other: Codes) -> Levels:
    known = (one != UNKNOWN) & (other != UNKNOWN)
    return np.where(known, np.where(one == other, SameLevel.SAME, SameLevel.DIFFERENT), 0).astype(np.uint8)


def _organisations(people: PeopleRecords, rows: Codes, others: Codes) -> Levels:
    """The same account, else the same domain of the addresses; different where either says so and neither agrees."""
    accounts = _same(people.account[rows], people.account[others])
    domains = _same(people.domain[rows], people.domain[others])
    # One address is at one domain: that says nothing more than the address does.
    one_address = (people.email[rows] == people.email[others]) & (people.email[rows] != UNKNOWN)
    return np.select(
        [one_address, (accounts == SameLevel.SAME) | (domains == SameLevel.SAME), (accounts | domains) > 0],
        [SameLevel.UNKNOWN, SameLevel.SAME, SameLevel.DIFFERENT],
        SameLevel.UNKNOWN,
    ).astype(np.uint8)


def _phones(people: PeopleRecords, rows: Codes, others: Codes) -> Levels:
    same = _same(people.phone[rows], people.phone[others])
    shared = people.is_switchboard[rows] | people.is_switchboard[others]
    return np.where((same == SameLevel.SAME) & shared, PhoneLevel.SWITCHBOARD,
                    np.where(same == SameLevel.DIFFERENT, PhoneLevel.DIFFERENT, same)).astype(np.uint8)  # fmt: skip


def _emails(people: PeopleRecords, rows: Codes, others: Codes) -> Levels:
    known = (people.email[rows] != UNKNOWN) & (people.email[others] != UNKNOWN)
    same = people.email[rows] == people.email[others]
    role = people.is_role[rows] | people.is_role[others]
    one_domain = (people.domain[rows] == people.domain[others]) & (people.domain[rows] != UNKNOWN)
    # Most people have an address at work and one of their own.
    of_two_kinds = (people.domain[rows] == UNKNOWN) != (people.domain[others] == UNKNOWN)
    level = np.select(
        [~known, same & role, same, role, one_domain, people.local[rows] == people.local[others], of_two_kinds],
        [EmailLevel.UNKNOWN, EmailLevel.SAME_ROLE, EmailLevel.SAME, EmailLevel.UNKNOWN, EmailLevel.OTHER_BOX, EmailLevel.SAME_LOCAL, EmailLevel.UNKNOWN],
        EmailLevel.DIFFERENT,
    ).astype(np.uint8)  # fmt: skip
    for at in np.flatnonzero(level == EmailLevel.OTHER_BOX).tolist():
        one, other = int(rows[at]), int(others[at])
        level[at] = _boxes(people.emails[one], people.emails[other], people.name(one), people.name(other))
    return level


def _boxes(one: str, other: str, name: PersonName, other_name: PersonName) -> EmailLevel:
    """Two addresses at one domain: one person's two patterns (`j.doe`, `john.doe`), or two people told apart
    by a figure or a letter (`john.doe2`)."""
    mine, theirs = spelled_local(one), spelled_local(other)
    if mine == theirs:
        figures = [[c for c in address.rpartition("@")[0] if c.isdigit()] for address in (one, other)]
        return EmailLevel.ONE_PATTERN if figures[0] == figures[1] else EmailLevel.NUMBERED
    both = _patterns(name) | _patterns(other_name)
    return EmailLevel.ONE_PATTERN if mine in both and theirs in both else EmailLevel.OTHER_BOX


@lru_cache(maxsize=65536)
def _patterns(name: PersonName) -> frozenset[str]:
    """How organisations spell a person's address."""
    first, family = spelt(name)
    if not first or not family:
        return frozenset()
    return frozenset(
        (
            first + family,
            family + first,
            first[0] + family,
            family + first[0],
            first,
            family,
            first + family[0],
        )
    )


def _names(people: PeopleRecords, rows: Codes, others: Codes) -> Levels:
    """The closest level that holds; only names that share nothing whole are read letter by letter."""
    given, other_given = people.given[rows], people.given[others]
    family, other_family = people.family[rows], people.family[others]
    known = ((given != UNKNOWN) | (family != UNKNOWN)) & (
        (other_given != UNKNOWN) | (other_family != UNKNOWN)
    )
    level = np.select(
        [
            ~known,
            (people.written[rows] == people.written[others]) & (given != UNKNOWN) & (family != UNKNOWN),
            (given == other_given) & (family == other_family) & (given != UNKNOWN) & (family != UNKNOWN)
            & ~people.many_given[rows] & ~people.many_given[others],
        ],
        [NameLevel.UNKNOWN, NameLevel.SAME, NameLevel.SPELLING],
        NameLevel.DIFFERENT,
    ).astype(np.uint8)  # fmt: skip
    open_pairs = np.flatnonzero(level == NameLevel.DIFFERENT)
    level[open_pairs] = _read_names(
        people, people.name_of[rows[open_pairs]], people.name_of[others[open_pairs]]
    )
    return level


def _read_names(people: PeopleRecords, names: Codes, other_names: Codes) -> Levels:
    """The levels of pairs of names, each pair of distinct names read once: the same names meet again and again."""
    # Comparing is symmetric, so the smaller number may stand first.
    low, high = np.minimum(names, other_names), np.maximum(names, other_names)
    both, of_pair = np.unique((low << 32) | high, return_inverse=True)
    found = (name_level(people.names[pair >> 32], people.names[pair & 0xFFFFFFFF]) for pair in both.tolist())
    read: Levels = np.fromiter(found, dtype=np.uint8, count=len(both))[of_pair]
    return read


def name_level(one: PersonName, other: PersonName) -> NameLevel:
    """How two names compare. A name of which a part is missing agrees at most as an initial does."""
    (first, family), (other_first, other_family) = spelt(one), spelt(other)
    if not (first and family and other_first and other_family):
        agree = (family and family == other_family) or (first and first == other_first)
        return (
            NameLevel.INITIAL
            if agree
            else NameLevel.DIFFERENT
            if family and other_family
            else NameLevel.UNKNOWN
        )
    if family == other_family:
        return _given_level(one, other)
    if first == other_family and family == other_first:
        return NameLevel.SWAPPED
    if _is_slip(family, other_family):
        same = first == other_first or is_nickname(one.first, other.first)
        return NameLevel.TYPO if same else NameLevel.DIFFERENT
    if family.startswith(other_family) or other_family.startswith(family):
        # A double name, or one of its halves: `Schmidt-Weber` and `Schmidt`.
        return (
            NameLevel.FURTHER
            if first == other_first and min(len(family), len(other_family)) > 3
            else NameLevel.DIFFERENT
        )
    if first == other_first and len(first) > 1:
        return NameLevel.FAMILY_DIFFERS
    return NameLevel.DIFFERENT


def _given_level(one: PersonName, other: PersonName) -> NameLevel:
    """How the given names of two people of one family name compare."""
    first, other_first = spelt(one)[0], spelt(other)[0]
    if first == other_first:
        return NameLevel.FURTHER if _one_says_more(one, other) else NameLevel.GIVEN_DIFFERS
    if is_nickname(one.first, other.first):
        return NameLevel.NICKNAME
    if first in map(loose, other.given[1:]) or other_first in map(loose, one.given[1:]):
        return NameLevel.FURTHER
    if min(len(first), len(other_first)) == 1:
        return NameLevel.INITIAL if first[0] == other_first[0] else NameLevel.GIVEN_DIFFERS
    if _differ_by_ending(first, other_first):
        return NameLevel.GIVEN_DIFFERS
    if first.startswith(other_first) or other_first.startswith(first):
        return NameLevel.FURTHER if min(len(first), len(other_first)) > 3 else NameLevel.NICKNAME
    return NameLevel.TYPO if _is_slip(first, other_first) else NameLevel.GIVEN_DIFFERS


def _one_says_more(one: PersonName, other: PersonName) -> bool:
    """Whether the further given names do not contradict: `Anna Maria` and `Anna`, `John A.` and `John Allan`."""
    return all(
        a[: len(b)] == b or b[: len(a)] == a for a, b in zip(one.given[1:], other.given[1:], strict=False)
    )


def _differ_by_ending(one: str, other: str) -> bool:
    """Whether two names differ by their last vowel only, or by one more: `Mario`, `Maria`; `Martin`, `Martina`."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) == len(longer):
        return one[:-1] == other[:-1] and one[-1] in "aeiou" and other[-1] in "aeiou"
    return longer[:-1] == shorter and longer[-1] in "aeo"


def _is_slip(one: str, other: str) -> bool:
    """One letter wrong in a name of five or more, the first letter right; `Jan` and `Jon` are two names, and so are
    names that differ by their last vowel, which is how languages mark women (`Mario`, `Maria`)."""
    from rapidfuzz.distance import OSA

    if min(len(one), len(other)) < 5 or one[0] != other[0]:
        return False
    if _differ_by_ending(one, other):
        return False
    return OSA.distance(one, other, score_cutoff=1) <= 1
