"""A company's name, taken apart: what is its own, and what is legal form, place, kind of business, department."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from handraise.identity.matching.folding import folded, loose, visible
from handraise.identity.matching.legal_forms import LONGEST, forms, leading_forms, without_script_forms
from handraise.identity.matching.name_words import (
    BEFORE_PLACES,
    BRANCHES,
    CONNECTORS,
    DEPARTMENTS,
    DIRECTIONS,
    GENERIC,
    PLACES,
    SPELLINGS,
)

LONGEST_NAME = 200
_LONGEST_WORDS = 16
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}")
_OPENING = re.compile(r"[(\[{]")
_DOTTED = re.compile(r"\b(?:\w\.){2,}(?!\w)|\b(?:\w\.)+\w\b")
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_PARTS = re.compile(r"\s[-–—|/]\s|\s*[,;|]\s*")
_OTHER_NAME = re.compile(
    r"\s*,?\s*\b(?:formerly(?: known as)?|f\.?k\.?a\.?|previously|ehemals|vormals|d[/.]?b[/.]?a\.?|doing business as|"
    r"trading as|t/a|a\.?k\.?a\.?|also known as)[\s:]+"
)
# Most names hold none of these: one quick look spares the slow one.
_OTHER_HINT = re.compile(r"f\.?k\.?a|form|prev|ehem|vorm|d[/.]?b[/.]?a|doing|trading|t/a|a\.?k\.?a|also")
_OWNER_HINT = re.compile(r"\bby\b|\bof\b|\bein\b|\bune\b|, an? ")
_OWNER = re.compile(r"\s*[,(-]*\s*\b(?:by|part of|a part of|member of|ein unternehmen der|une filiale de)\s+")
_OWNED = re.compile(r"\s*,\s*an?\s+(.{2,80}?)\s+(?:company|business|brand|subsidiary)\b")
_JUNK = re.compile(
    r"\b(?:do not use|duplicate|duplikat|test|old|closed|inactive|merged|dnu|customer|prospect)\b"
)


@dataclass(frozen=True, slots=True)
class CompanyName:
    """What a company's name says, folded (lower case, Latin letters, no accents).

    `words` are its own words; `places` what names a branch; `forms` the legal form with its countries;
    `squashed` is its words without spaces, vowels spelled one way: what a domain would be called;
    `others` further names (in brackets, "formerly", "doing business as"); `owner` whose brand it is ("X by Y").
    An empty name has no words.
    """

    written: str
    words: tuple[str, ...]
    places: tuple[str, ...] = ()
    form: str = ""
    form_countries: frozenset[str] = frozenset()
    place_countries: frozenset[str] = frozenset()
    others: tuple[tuple[str, ...], ...] = ()
    owner: tuple[str, ...] = ()
    is_branch: bool = False
    squashed: str = ""

    @property
    def own_words(self) -> tuple[str, ...]:
        """The words that are not of everybody; all words where there are no others."""
        own = tuple(word for word in self.words if word not in GENERIC)
        return own or self.words

    @property
    def is_distinctive(self) -> bool:
        """Whether the name is one that two companies seldom have by chance."""
        letters = sum(len(word) for word in self.words if word not in GENERIC and word not in PLACES)
        return letters >= 5 or (letters >= 3 and len(self.words) > 1)


@lru_cache(maxsize=16384)
def read_company_name(text: str) -> CompanyName:
    """A company's name taken apart; at most the first 200 characters are read."""
    written = visible(text, LONGEST_NAME)
    bare, script_countries = without_script_forms(written)
    line, bracketed = _without_brackets(_JUNK.sub(" ", folded(bare)))
    line, others = _without_other_names(line)
    line, owner = _without_owner(line)
    main, tail = _head(line)
    words, form, countries = without_form(main)
    words, places, is_branch = _without_places(_without_articles(words))
    more_places, aliases = _sorted_out([*bracketed, *([tail] if tail else [])])
    named = tuple(words_of(name) for name in others) + aliases
    every_place = (*places, *more_places)
    return CompanyName(
        written, words, tuple(sorted(set(every_place))), form, countries | script_countries,
        frozenset(c for place in every_place if (c := PLACES.get(place))),
        tuple(name for name in named if name and name != words), words_of(owner) if owner else (), is_branch,
        loose("".join(words)),
    )  # fmt: skip


def words_of(text: str) -> tuple[str, ...]:
    """The own words of a folded name, without its legal form, articles and connectors."""
    words, _, _ = without_form(text)
    return _without_places(_without_articles(words))[0]


def _without_brackets(text: str) -> tuple[str, list[str]]:
    inside: list[str] = []
    if not _OPENING.search(text):
        return text, inside

    def keep(found: re.Match[str]) -> str:
        inside.append(next((g for g in found.groups() if g), ""))
        return " "

    bare = _BRACKETS.sub(keep, text)
    if not _WORD.search(bare):
        # A name that stands wholly in brackets is a name all the same.
        return " ".join(inside), []
    return bare, inside


def _without_other_names(text: str) -> tuple[str, list[str]]:
    if not _OTHER_HINT.search(text):
        return text, []
    first, *others = _OTHER_NAME.split(text)
    return (first, others) if _WORD.search(first) else (" ".join(others), [])


def _without_owner(text: str) -> tuple[str, str]:
    if not _OWNER_HINT.search(text):
        return text, ""
    owned = _OWNED.search(text)
    if owned and owned.start() > 1:
        return text[: owned.start()], owned.group(1)
    before, *after = _OWNER.split(text, maxsplit=1)
    return (
        (before, after[0])
        if after and len(_WORD.findall(before)) > 0 and _WORD.search(after[0])
        else (text, "")
    )


def _head(line: str) -> tuple[str, str]:
    """The part that names the company, and what follows its legal form (a town) or is a department's."""
    parts = [part for part in _PARTS.split(line) if _WORD.search(part)]
    if len(parts) < 2:
        return (parts[0] if parts else ""), ""
    named = [part for part in parts if not _is_department(part)] or parts
    for at in range(1, len(named)):
        head = " ".join(named[:at])
        tail = " ".join(named[at:])
        if without_form(head)[1] and not _has_form(tail):
            return head, tail
    return " ".join(named), ""


def _has_form(text: str) -> bool:
    return bool(without_form(text)[1]) or "".join(_tokens(text)) in forms()


def _is_department(part: str) -> bool:
    words = [SPELLINGS.get(word, word) for word in _tokens(part)]
    return bool(words) and all(word in DEPARTMENTS or word in CONNECTORS for word in words)


def _tokens(text: str) -> list[str]:
    """Words, with dotted letters as one: `d.s.m. n.v.` is two words."""
    if "." in text:
        text = _DOTTED.sub(lambda found: f" {found.group().replace('.', '')} ", text)
    return _WORD.findall(_APOSTROPHE.sub("", text) if "'" in text else text)[:_LONGEST_WORDS]


def without_form(text: str) -> tuple[tuple[str, ...], str, frozenset[str]]:
    """The words of a folded name without its legal form; the form, and the countries that have it.

    Something always stays: a company called `Limited` keeps its name.
    """
    words, found, countries = _tokens(text), "", frozenset[str]()
    while (size := _form_size(words)) > 0:
        form = "".join(words[-size:])
        found = form + found
        countries = _narrowed(countries, forms()[form])
        words = words[:-size]
    if len(words) > 1 and words[0] in leading_forms():
        countries = _narrowed(countries, forms().get(words[0], frozenset()))
        found, words = found or words[0], words[1:]
    elif len(words) > 2 and words[0] + words[1] in leading_forms() and len(words[0]) == 1:
        countries = _narrowed(countries, forms().get(words[0] + words[1], frozenset()))
        found, words = found or words[0] + words[1], words[2:]
    return tuple(SPELLINGS.get(word, word) for word in words), found, countries


def _form_size(words: list[str]) -> int:
    """How many of the last words are a legal form: the longest that leaves a name."""
    known = forms()
    for size in range(min(LONGEST, len(words) - 1), 0, -1):
        form = "".join(words[-size:])
        if form in known and (len(words) - size > 1 or len(words[0]) > 1 or size > 1):
            return size
    return 0


def _narrowed(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The countries that fit both forms; where none does, those of the one found first."""
    if not one or not other:
        return one or other
    return one & other or one


def _without_articles(words: tuple[str, ...]) -> tuple[str, ...]:
    kept = words[1:] if len(words) > 1 and words[0] == "the" else words
    return kept[:1] + tuple(word for word in kept[1:] if word not in CONNECTORS)


def _without_places(words: tuple[str, ...]) -> tuple[tuple[str, ...], list[str], bool]:
    """The words without the places and words of branches at their end, as long as a name of its own stays.

    `Siemens Germany` is a branch of Siemens; of `Bank of America` and `Air France` nothing would be left.
    """
    kept, places, is_branch = list(words), list[str](), False
    while len(kept) > 1 and (kept[-1] in PLACES or kept[-1] in BRANCHES):
        size = 1
        while len(kept) - size > 1 and kept[-size - 1] in BEFORE_PLACES:
            size += 1
        rest = kept[:-size]
        if not any(len(w) > 2 and w not in GENERIC and w not in PLACES for w in rest):
            break
        is_branch = is_branch or kept[-1] in BRANCHES
        if kept[-1] in PLACES:
            places.append(kept[-1])
        kept = rest
    return tuple(kept), places, is_branch


def _sorted_out(asides: list[str]) -> tuple[list[str], tuple[tuple[str, ...], ...]]:
    """What stands in brackets or after the legal form: places, or further names."""
    places, names = list[str](), list[tuple[str, ...]]()
    for aside in (_OTHER_NAME.sub("", f" {aside}").strip() for aside in asides):
        words = tuple(_tokens(aside))
        named = [word for word in words if word in PLACES or word in DIRECTIONS]
        if named or (words and all(len(word) <= 2 for word in words)):
            places += named
        elif words and 3 <= sum(map(len, words)) <= 60:
            names.append(words_of(aside))
    return places, tuple(name for name in names if name)
