"""What each level of agreement between companies is worth, in log-odds, and how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from handraise.identity.matching.company_names import CompanyName
from handraise.identity.matching.domains import domain_label
from handraise.identity.matching.levels import (
    CommonLevel,
    DomainLevel,
    NameLevel,
    PairLevels,
    SameLevel,
    differing_words,
)
from handraise.identity.proposals import Evidence

Scores = np.ndarray[tuple[int], np.dtype[np.float64]]
_Table = tuple[float, ...]


def _table(weights: Mapping[int, float], size: int) -> _Table:
    return tuple(weights.get(level, 0.0) for level in range(size))


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds by level. The defaults are judged by hand and measured (docs/decisions/0016); `start` is what a pair
    has that meets by a key and of which nothing is known yet."""

    start: float = -1.0
    domain: _Table = _table(
        {
            DomainLevel.SAME_MAIL: 9.0, DomainLevel.SAME_SITE: 6.5, DomainLevel.OTHER_ENDING: 1.5,
            DomainLevel.SPELLS_NAME: 4.5, DomainLevel.DIFFERENT: -2.5,
        },
        len(DomainLevel),
    )  # fmt: skip
    name: _Table = _table(
        {
            NameLevel.SAME: 4.5, NameLevel.LEGAL_FORM: 4.5, NameLevel.SPELLING: 4.5, NameLevel.OTHER_NAME: 3.5,
            NameLevel.TYPO: 3.5, NameLevel.KIND_WORDS: 2.5, NameLevel.BRANCH: 2.5, NameLevel.SISTER: 2.0, NameLevel.BRAND: 2.0,
            NameLevel.EXTENDS: 1.0, NameLevel.INITIALS: 1.0, NameLevel.SIMILAR: -1.5, NameLevel.DIFFERENT: -4.0,
        },
        len(NameLevel),
    )  # fmt: skip
    common: _Table = _table({CommonLevel.COMMON: -2.0}, len(CommonLevel))
    country: _Table = _table({SameLevel.SAME: 1.0, SameLevel.DIFFERENT: -3.0}, len(SameLevel))
    city: _Table = _table({SameLevel.SAME: 2.5, SameLevel.DIFFERENT: -1.5}, len(SameLevel))
    phone: _Table = _table({SameLevel.SAME: 4.0}, len(SameLevel))
    register: _Table = _table({SameLevel.SAME: 9.0, SameLevel.DIFFERENT: -6.0}, len(SameLevel))

    def scores(self, levels: PairLevels) -> Scores:
        """The score of each pair: the sum of what its levels are worth."""
        total = np.full(len(levels.name), self.start)
        for respect in RESPECTS:
            total += np.array(getattr(self, respect))[getattr(levels, respect)]
        return total


RESPECTS = ("domain", "name", "common", "country", "city", "phone", "register")

_DOMAIN_WORDS: Mapping[int, str] = {
    DomainLevel.SAME_MAIL: "e-mail at the account's own domain `{domain}`",
    DomainLevel.SAME_SITE: "same registrable domain `{domain}`",
    DomainLevel.OTHER_ENDING: "domains that differ only in their ending (`{domain}`, `{other_domain}`)",
    DomainLevel.SPELLS_NAME: "the domain `{either_domain}` spells the other's name",
    DomainLevel.DIFFERENT: "different domains (`{domain}`, `{other_domain}`)",
}
_NAME_WORDS: Mapping[int, str] = {
    NameLevel.SAME: "same name `{name}`",
    NameLevel.LEGAL_FORM: "name differs only in legal form (`{name}`, `{other_name}`)",
    NameLevel.SPELLING: "name differs only in spelling (`{name}`, `{other_name}`)",
    NameLevel.OTHER_NAME: "one of its further names is the other's (`{name}`, `{other_name}`)",
    NameLevel.TYPO: "name differs by a slip ({slips})",
    NameLevel.KIND_WORDS: "name differs only in words for the kind of business (`{name}`, `{other_name}`)",
    NameLevel.BRANCH: "same name in another place (`{name}`, `{other_name}`)",
    NameLevel.SISTER: "same name with legal forms of different countries (`{name}`, `{other_name}`)",
    NameLevel.BRAND: "one says that it belongs to the other (`{name}`, `{other_name}`)",
    NameLevel.EXTENDS: "one name is the other's with more words (`{name}`, `{other_name}`)",
    NameLevel.INITIALS: "one name is the other's initials (`{name}`, `{other_name}`)",
    NameLevel.SIMILAR: "names share a word, no more (`{name}`, `{other_name}`)",
    NameLevel.DIFFERENT: "different names (`{name}`, `{other_name}`)",
}
_WORDS: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "domain": _DOMAIN_WORDS,
        "name": _NAME_WORDS,
        "common": {CommonLevel.COMMON: "the name is short or one that many companies have"},
        "country": {SameLevel.SAME: "same country", SameLevel.DIFFERENT: "different countries"},
        "city": {SameLevel.SAME: "same town", SameLevel.DIFFERENT: "different towns"},
        "phone": {SameLevel.SAME: "same telephone number"},
        "register": {
            SameLevel.SAME: "same entry in a register",
            SameLevel.DIFFERENT: "different entries in a register",
        },
    }
)
_LONGEST_QUOTED = 60


def evidence(
    weights: Weights,
    levels: PairLevels,
    at: int,
    names: tuple[CompanyName, CompanyName],
    domains: tuple[str, str],
) -> tuple[Evidence, ...]:
    """All that is known of one pair, in words, the strongest first."""
    quoted = _quoted(names, domains)
    found = [
        Evidence(respect, _WORDS[respect][level].format_map(quoted), getattr(weights, respect)[level])
        for respect in RESPECTS
        if (level := int(getattr(levels, respect)[at])) in _WORDS[respect]
    ]
    return tuple(sorted(found, key=lambda one: -abs(one.weight)))


def _quoted(names: tuple[CompanyName, CompanyName], domains: tuple[str, str]) -> dict[str, str]:
    one, other = names
    return {
        "name": _short(one),
        "other_name": _short(other),
        "slips": ", ".join(f"`{a[:30]}`, `{b[:30]}`" for a, b in differing_words(one, other))
        if one.words and other.words
        else "",
        "domain": domains[0],
        "other_domain": domains[1],
        "either_domain": _speller(domains, (one, other)),
    }


def _short(name: CompanyName) -> str:
    """A name as quoted: no longer than a line bears, and without the sign that would end the quotation."""
    return name.written[:_LONGEST_QUOTED].replace("`", "'")


def _speller(domains: tuple[str, str], names: tuple[CompanyName, CompanyName]) -> str:
    spelt = [
        d
        for d, name in zip(domains, reversed(names), strict=True)
        if d and name.squashed == domain_label(d).replace("-", "")
    ]
    return spelt[0] if spelt else domains[0] or domains[1]
