"""A person's name, taken apart: given and family name, whatever the order, the titles and the script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from handraise.identity.matching.folding import folded, loose, visible

LONGEST_NAME = 120
_LONGEST_WORDS = 8
_WORD = re.compile(r"[^\W\d_]+")
_ENDEARING = re.compile(r"(?:ie|ey|i|y)\Z")
_APOSTROPHE = re.compile(r"(?<=\w)['-](?=\w)")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words(
    """mr mrs ms miss mx dr prof professor sir dame herr frau hr fr dipl ing mag phd md mba msc bsc ba ma jr sr ii iii iv esq
    cpa pmp mme mlle monsieur madame senor senora sra srta dott dottore ir drs rer nat med jur habil dipling"""
)
_PARTICLES = _words(
    "van von der den de del della di da dos das du la le ter ten zu zum af av al el bin ibn ben op"
)
_PLACEHOLDERS = _words(
    """unknown unbekannt inconnu null tbd na staff occupant none anonymous anon test tester testing demo sample placeholder temp
    user guest example candidate asdf asd qwerty xxx xx abc firstname lastname vorname nachname first last name admin info noname"""
)


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name, folded: `given` names in order, `family` in one word (particles joined, hyphens gone).

    Both are empty where nothing is known, or what stands there is no name (`n/a`, `test`).
    """

    given: tuple[str, ...]
    family: str
    written: str

    @property
    def first(self) -> str:
        """The first given name."""
        return self.given[0] if self.given else ""

    @property
    def known(self) -> bool:
        """Whether there is a name at all."""
        return bool(self.given or self.family)


@lru_cache(maxsize=262144)
def read_person_name(given: str, family: str, full: str = "") -> PersonName:
    """A name from its parts, or from a full one where these are missing (`Dr. Anna Schmidt`, `Schmidt, Anna`)."""
    written = visible(f"{given} {family}" if given.strip() or family.strip() else full, LONGEST_NAME)
    if not given.strip() and not family.strip():
        given, family = _parts(full)
    elif not family.strip() and len(_tokens(given)) > 1:
        given, family = _parts(given)
    elif not given.strip() and len(_tokens(family)) > 1:
        given, family = _parts(family)
    names, last = _tokens(given), "".join(_tokens(family))
    if last in _PLACEHOLDERS or (names and names[0] in _PLACEHOLDERS):
        return PersonName((), "", written)
    return PersonName(tuple(names), last, written)


def _parts(full: str) -> tuple[str, str]:
    """Given and family name of a full one: what stands before a comma is the family's, else the last word and its particles."""
    full = full[:LONGEST_NAME]
    before, comma, after = full.partition(",")
    if comma and _tokens(after):
        return after, before
    words = _tokens(before)
    at = len(words) - 1
    while at > 1 and words[at - 1] in _PARTICLES:
        at -= 1
    return " ".join(words[:at]), " ".join(words[at:])


def _tokens(text: str) -> list[str]:
    """The words of a name without titles; hyphens and apostrophes join (`Jean-Luc`, `O'Brien`)."""
    plain = _APOSTROPHE.sub("", folded(visible(text, LONGEST_NAME)))
    words = _WORD.findall(plain)[:_LONGEST_WORDS]
    named = [word for word in words if word not in _TITLES]
    return named or words


@cache
def _table() -> dict[str, frozenset[str]]:
    """For each name the given names that it may stand for, itself among them."""
    roots: dict[str, set[str]] = {}
    for line in listed("nicknames.txt"):
        name, _, others = line.partition(":")
        roots.setdefault(name, set()).add(name)
        for other in others.split():
            roots.setdefault(other, {other}).add(name)
    return {name: frozenset(found) for name, found in roots.items()}


def listed(name: str) -> list[str]:
    """The lines of a list that stands beside this module, without its comments."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def roots(given: str) -> frozenset[str]:
    """The given names that one may stand for (`bob`: `robert`); itself where none is known."""
    return _table().get(given, frozenset((given,)))


def is_nickname(one: str, other: str) -> bool:
    """Whether one given name is a nickname of the other, or both are nicknames of one. Two full names never are,
    even if they share a nickname: `christian` and `christopher` are both `chris`, and two names."""
    if not one or not other or one == other:
        return False
    mine, theirs = roots(one), roots(other)
    return (
        one in theirs
        or other in mine
        or bool((mine - {one}) & (theirs - {other}))
        or _is_diminutive(one, other)
    )


def _is_diminutive(one: str, other: str) -> bool:
    """Whether the shorter name is made of the longer by a rule: its beginning with an ending of endearment
    (`archie`, `archibald`), or its end (`mina`, `wilhelmina`)."""
    shorter, longer = sorted((one, other), key=len)
    stem = _ENDEARING.sub("", shorter)
    if stem != shorter and len(stem) >= 3 and len(longer) > len(shorter) and longer.startswith(stem):
        return True
    return len(shorter) >= 4 and len(longer) >= len(shorter) + 3 and longer.endswith(shorter)


@cache
def _common_surnames() -> frozenset[str]:
    return frozenset(word for line in listed("common_surnames.txt") for word in line.split())


def is_common(name: PersonName) -> bool:
    """Whether a name is one of the world's most frequent: a frequent surname with a frequent given name."""
    return name.family in _common_surnames() and name.first in _table()


def spelt(name: PersonName) -> tuple[str, str]:
    """Given and family name with vowels spelled one way, for comparing."""
    return loose(name.first), loose(name.family)
