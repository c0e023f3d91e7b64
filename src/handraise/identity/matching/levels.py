"""How far two companies agree, in each respect: one level of a short scale, unknown being one of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from handraise.identity.matching.companies import UNKNOWN, Codes, Companies, Flags
from handraise.identity.matching.company_names import CompanyName
from handraise.identity.matching.folding import loose
from handraise.identity.matching.name_words import BEFORE_PLACES, GENERIC, PLACES

Levels = np.ndarray[tuple[int], np.dtype[np.uint8]]

# Below this likeness of their letters (0 to 100) no two names are looked at word by word.
_LIKE = 75.0
_SHORTEST_TYPO = 4
_LONG_WORD = 8


class DomainLevel(IntEnum):
    """How the domains compare."""

    UNKNOWN = 0
    SAME_MAIL = 1
    SAME_SITE = 2
    OTHER_ENDING = 3
    SPELLS_NAME = 4
    DIFFERENT = 5


class NameLevel(IntEnum):
    """How the names compare, the closest that holds."""

    UNKNOWN = 0
    SAME = 1
    LEGAL_FORM = 2
    SPELLING = 3
    OTHER_NAME = 4
    TYPO = 5
    KIND_WORDS = 6
    BRANCH = 7
    SISTER = 8
    BRAND = 9
    EXTENDS = 10
    INITIALS = 11
    SIMILAR = 12
    DIFFERENT = 13


class CommonLevel(IntEnum):
    """Whether an agreeing name is one that many companies have."""

    OWN = 0
    COMMON = 1


class SameLevel(IntEnum):
    """Whether two things are the same: countries, towns, telephone numbers, entries of a register."""

    UNKNOWN = 0
    SAME = 1
    DIFFERENT = 2


# Levels at which the names name different parts of one organisation, not one part twice.
RELATED = (NameLevel.BRANCH, NameLevel.SISTER, NameLevel.BRAND, NameLevel.EXTENDS)
_AGREEING = (NameLevel.SAME, NameLevel.LEGAL_FORM, NameLevel.SPELLING, NameLevel.OTHER_NAME, NameLevel.TYPO,
             NameLevel.KIND_WORDS, *RELATED)  # fmt: skip
# Of these, those that agree in every word.
_WHOLE = (NameLevel.SAME, NameLevel.LEGAL_FORM, NameLevel.SPELLING, NameLevel.OTHER_NAME, *RELATED)


@dataclass(frozen=True, slots=True)
class PairLevels:
    """The levels of pairs, one row a pair."""

    domain: Levels
    name: Levels
    common: Levels
    country: Levels
    city: Levels
    phone: Levels
    register: Levels


def levels(one: Companies, other: Companies, rows: Codes, others: Codes) -> PairLevels:
    """The levels of the pairs (`rows[i]` of one, `others[i]` of the other). Swapping the sides changes nothing."""
    name = _names(one, other, rows, others)
    common = np.isin(name, _AGREEING) & ~(one.distinctive[rows] & other.distinctive[others])
    return PairLevels(
        domain=_domains(one, other, rows, others, name),
        name=name,
        common=common.astype(np.uint8),
        country=_countries(one, other, rows, others, name),
        city=_same(one.city[rows], other.city[others]),
        phone=_same(one.phone[rows], other.phone[others]),
        register=_same(one.register_id[rows], other.register_id[others]),
    )


def _same(one: Codes, other: Codes) -> Levels:
    known = (one != UNKNOWN) & (other != UNKNOWN)
    return np.where(known, np.where(one == other, SameLevel.SAME, SameLevel.DIFFERENT), 0).astype(np.uint8)


def _countries(one: Companies, other: Companies, rows: Codes, others: Codes, name: Levels) -> Levels:
    """Whether the countries are the same. A legal form that a country does not have speaks for another country.

    That a branch or a sister is in another country is what makes it one: there it says nothing more.
    """
    said = _same(one.country[rows], other.country[others])
    mine, theirs = (
        np.where(side.country[at] == UNKNOWN, side.form_countries[at], side.country_bits[at])
        for side, at in ((one, rows), (other, others))
    )
    foreign = (said == SameLevel.UNKNOWN) & (mine != 0) & (theirs != 0) & ((mine & theirs) == 0)
    level = np.where(foreign, SameLevel.DIFFERENT, said)
    expected = (level == SameLevel.DIFFERENT) & np.isin(name, (NameLevel.BRANCH, NameLevel.SISTER))
    return np.where(expected, SameLevel.UNKNOWN, level).astype(np.uint8)


def _domains(one: Companies, other: Companies, rows: Codes, others: Codes, name: Levels) -> Levels:
    mine, theirs = one.domain[rows], other.domain[others]
    my_label, their_label = one.label[rows], other.label[others]
    known = (mine != UNKNOWN) & (theirs != UNKNOWN)
    # Where the names agree already, a domain that spells them says nothing more.
    spelt = (_spells(my_label, other, others) | _spells(their_label, one, rows)) & ~np.isin(name, _WHOLE)
    by_mail = one.from_email[rows] | other.from_email[others]
    return np.select(
        [known & (mine == theirs) & by_mail, known & (mine == theirs), known & (my_label == their_label), ~known & spelt, known],
        [DomainLevel.SAME_MAIL, DomainLevel.SAME_SITE, DomainLevel.OTHER_ENDING, DomainLevel.SPELLS_NAME, DomainLevel.DIFFERENT],
        DomainLevel.UNKNOWN,
    ).astype(np.uint8)  # fmt: skip


def _spells(label: Codes, companies: Companies, rows: Codes) -> Flags:
    spelt: Flags = (label != UNKNOWN) & (label == companies.squashed[rows]) & companies.distinctive[rows]
    return spelt


def _names(one: Companies, other: Companies, rows: Codes, others: Codes) -> Levels:
    """The closest level that holds. Most pairs are told by their codes; only names that look alike are read by words."""
    known = (one.squashed[rows] != UNKNOWN) & (other.squashed[others] != UNKNOWN)
    squashed = one.squashed[rows] == other.squashed[others]
    my_forms, their_forms = one.form_countries[rows], other.form_countries[others]
    sisters = (my_forms != 0) & (their_forms != 0) & ((my_forms & their_forms) == 0)
    level = np.select(
        [
            ~known,
            squashed & (one.place[rows] != other.place[others]),
            squashed & sisters,
            one.full[rows] == other.full[others],
            (one.words[rows] == other.words[others]),
            squashed,
        ],
        [NameLevel.UNKNOWN, NameLevel.BRANCH, NameLevel.SISTER, NameLevel.SAME, NameLevel.LEGAL_FORM, NameLevel.SPELLING],
        NameLevel.DIFFERENT,
    ).astype(np.uint8)  # fmt: skip
    for at in _worth_reading(one, other, rows, others, level == NameLevel.DIFFERENT).tolist():
        level[at] = name_level(one.parsed[rows[at]], other.parsed[others[at]])
    return level


def _worth_reading(one: Companies, other: Companies, rows: Codes, others: Codes, open_pairs: Flags) -> Codes:
    """The open pairs whose names look alike, begin with the same word, or say more than one name."""
    from rapidfuzz import fuzz, process

    at = np.flatnonzero(open_pairs)
    if not len(at):
        return at
    mine, theirs = one.plain[rows[at]].tolist(), other.plain[others[at]].tolist()
    alike = process.cpdist(mine, theirs, scorer=fuzz.ratio, score_cutoff=_LIKE, workers=1) > 0
    inside = process.cpdist(mine, theirs, scorer=fuzz.token_set_ratio, score_cutoff=99.9, workers=1) > 0
    aside = one.aside[rows[at]] | other.aside[others[at]]
    initials = one.short[rows[at]] ^ other.short[others[at]]
    return at[alike | inside | aside | initials]


def name_level(one: CompanyName, other: CompanyName) -> NameLevel:
    """How two names that differ in more than form, place and spelling compare, word by word."""
    mine, theirs = sorted((one, other), key=lambda name: (name.words, name.written))
    if _other_name(mine, theirs):
        return NameLevel.OTHER_NAME
    if (mine.owner and _same_words(mine.owner, theirs.words)) or (
        theirs.owner and _same_words(theirs.owner, mine.words)
    ):
        return NameLevel.BRAND
    if _kind_words_only(mine, theirs):
        return NameLevel.BRANCH if mine.places != theirs.places else NameLevel.KIND_WORDS
    if differing_words(mine, theirs):
        return NameLevel.BRANCH if mine.places != theirs.places else NameLevel.TYPO
    if _extends(mine, theirs) or _extends(theirs, mine):
        return NameLevel.EXTENDS
    if _initials(mine, theirs) or _initials(theirs, mine):
        return NameLevel.INITIALS
    return NameLevel.SIMILAR if _share_own(mine, theirs) else NameLevel.DIFFERENT


def _same_words(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return loose("".join(one)) == loose("".join(other))


def _other_name(one: CompanyName, other: CompanyName) -> bool:
    mine, theirs = ({loose("".join(words)) for words in (name.words, *name.others)} for name in (one, other))
    return not mine.isdisjoint(theirs)


def _kind_words_only(one: CompanyName, other: CompanyName) -> bool:
    """Whether only one of them says what kind of business it is: `Dell` and `Dell Technologies`, not `Delta Bank` and `Delta Air`."""
    mine, theirs = set(one.words), set(other.words)
    if not (mine < theirs or theirs < mine):
        return False
    more, fewer = (mine, theirs) if theirs < mine else (theirs, mine)
    own = {word for word in fewer if word not in GENERIC and word not in PLACES}
    return bool(own) and all(word in GENERIC for word in more - fewer)


def differing_words(one: CompanyName, other: CompanyName) -> tuple[tuple[str, str], ...]:
    """The words in which two names differ by a slip of the pen, in pairs; none where more than slips differ."""
    from rapidfuzz.distance import OSA

    mine, theirs = (
        [w for w in one.words if w not in other.words],
        [w for w in other.words if w not in one.words],
    )
    if not mine or len(mine) != len(theirs):
        return _slip_over_spaces(one, other)
    slips = list[tuple[str, str]]()
    for word in mine:
        nearest = min(theirs, key=lambda w: (OSA.distance(word, w), w))
        if not _is_slip(word, nearest):
            return ()
        theirs.remove(nearest)
        slips.append((word, nearest))
    return tuple(slips) if len(slips) <= 2 else ()


def _slip_over_spaces(one: CompanyName, other: CompanyName) -> tuple[tuple[str, str], ...]:
    """A slip where the words are also split differently: `Micro Electronics` and `Microelectronic`."""
    mine, theirs = "".join(one.words), "".join(other.words)
    if (
        one.words[0][:1] == other.words[0][:1]
        and min(len(mine), len(theirs)) >= _LONG_WORD
        and _is_slip(mine, theirs)
    ):
        return ((" ".join(one.words), " ".join(other.words)),)
    return ()


def _is_slip(one: str, other: str) -> bool:
    """One letter wrong in a word of four or more, two in one of eight or more. The first letter is seldom mistaken;
    figures are never slips, nor are two words that both have a meaning here (`metal` and `medal`)."""
    from rapidfuzz.distance import OSA

    if one[:1] != other[:1] and one[:2] != other[1::-1]:
        return False
    if one in GENERIC | PLACES.keys() and other in GENERIC | PLACES.keys():
        return False
    if [c for c in one if c.isdigit()] != [c for c in other if c.isdigit()]:
        return False
    shortest = min(len(one), len(other))
    allowed = 0 if shortest < _SHORTEST_TYPO else 1 if shortest < _LONG_WORD else 2
    return OSA.distance(one, other, score_cutoff=allowed) <= allowed


def _extends(one: CompanyName, other: CompanyName) -> bool:
    """Whether one name is the other with more words of its own behind or before it: `Siemens`, `Siemens Healthineers`."""
    shorter, longer = set(one.words), set(other.words)
    own = [
        word for word in shorter if word not in GENERIC and word not in PLACES and word not in BEFORE_PLACES
    ]
    return shorter < longer and sum(map(len, own)) >= _SHORTEST_TYPO


def _initials(one: CompanyName, other: CompanyName) -> bool:
    if len(one.words) != 1 or len(other.words) < 3 or not 3 <= len(one.words[0]) <= 5:
        return False
    return one.words[0] == "".join(word[0] for word in other.words)


def _share_own(one: CompanyName, other: CompanyName) -> bool:
    """Whether they share a word that is nobody else's, or most of their letters."""
    from rapidfuzz import fuzz

    shared = set(one.words) & set(other.words)
    if any(len(word) >= _SHORTEST_TYPO and word not in GENERIC and word not in PLACES for word in shared):
        return True
    return fuzz.ratio("".join(one.words), "".join(other.words)) >= 90
