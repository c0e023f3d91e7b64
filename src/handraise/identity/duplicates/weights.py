"""What each level of agreement between people is worth, in log-odds, and how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from handraise.identity.duplicates.levels import ChanceLevel, EmailLevel, NameLevel, PairLevels, PhoneLevel
from handraise.identity.matching.levels import SameLevel
from handraise.identity.matching.weights import Scores
from handraise.identity.proposals import Evidence

_Table = tuple[float, ...]
RESPECTS = ("name", "chance", "email", "phone", "organisation", "country", "other_id")


def _table(weights: Mapping[int, float], size: int) -> _Table:
    return tuple(weights.get(level, 0.0) for level in range(size))


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds by level, judged by hand and measured (docs/decisions/0016); `start` is what a pair has of which
    nothing is known yet but that it shares a key."""

    start: float = -1.0
    name: _Table = _table(
        {
            NameLevel.SAME: 4.4, NameLevel.SPELLING: 4.4, NameLevel.NICKNAME: 3.6, NameLevel.SWAPPED: 3.6, NameLevel.FURTHER: 3.6,
            NameLevel.TYPO: 3.0, NameLevel.INITIAL: 1.6, NameLevel.FAMILY_DIFFERS: -4.5, NameLevel.GIVEN_DIFFERS: -5.0, NameLevel.DIFFERENT: -6.0,
        },
        len(NameLevel),
    )  # fmt: skip
    chance: _Table = _table({ChanceLevel.COMMON: -3.0}, len(ChanceLevel))
    email: _Table = _table(
        {
            EmailLevel.SAME: 9.0, EmailLevel.SAME_ROLE: 0.5, EmailLevel.ONE_PATTERN: -0.5, EmailLevel.OTHER_BOX: -3.0,
            EmailLevel.NUMBERED: -5.0, EmailLevel.SAME_LOCAL: 1.0, EmailLevel.DIFFERENT: -1.0,
        },
        len(EmailLevel),
    )  # fmt: skip
    phone: _Table = _table(
        {PhoneLevel.SAME: 5.0, PhoneLevel.SWITCHBOARD: 1.5, PhoneLevel.DIFFERENT: -0.5}, len(PhoneLevel)
    )
    organisation: _Table = _table({SameLevel.SAME: 3.0, SameLevel.DIFFERENT: -2.5}, len(SameLevel))
    country: _Table = _table({SameLevel.DIFFERENT: -1.5}, len(SameLevel))
    other_id: _Table = _table({SameLevel.SAME: 9.0}, len(SameLevel))

    def scores(self, levels: PairLevels) -> Scores:
        """The score of each pair: the sum of what its levels are worth."""
        total = np.full(len(levels.name), self.start)
        for respect in RESPECTS:
            total += np.array(getattr(self, respect))[getattr(levels, respect)]
        return total


_WORDS: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "name": {
            NameLevel.SAME: "same name `{name}`",
            NameLevel.SPELLING: "name differs only in spelling (`{name}`, `{other_name}`)",
            NameLevel.NICKNAME: "one given name is short for the other (`{name}`, `{other_name}`)",
            NameLevel.SWAPPED: "given and family name change places (`{name}`, `{other_name}`)",
            NameLevel.FURTHER: "one has more of the name than the other (`{name}`, `{other_name}`)",
            NameLevel.TYPO: "name differs by a slip (`{name}`, `{other_name}`)",
            NameLevel.INITIAL: "of one only a part of the name is known, and it agrees (`{name}`, `{other_name}`)",
            NameLevel.FAMILY_DIFFERS: "same given name, another family name (`{name}`, `{other_name}`)",
            NameLevel.GIVEN_DIFFERS: "same family name, another given name (`{name}`, `{other_name}`)",
            NameLevel.DIFFERENT: "different names (`{name}`, `{other_name}`)",
        },
        "chance": {ChanceLevel.COMMON: "two people may have this name by chance"},
        "email": {
            EmailLevel.SAME: "same e-mail address `{email}`",
            EmailLevel.SAME_ROLE: "same mailbox of an office `{email}`, which many may use",
            EmailLevel.ONE_PATTERN: "two addresses of one name at one domain (`{email}`, `{other_email}`)",
            EmailLevel.OTHER_BOX: "two addresses at one domain (`{email}`, `{other_email}`)",
            EmailLevel.NUMBERED: "two addresses told apart by a figure (`{email}`, `{other_email}`)",
            EmailLevel.SAME_LOCAL: "addresses alike up to the domain (`{email}`, `{other_email}`)",
            EmailLevel.DIFFERENT: "different e-mail addresses (`{email}`, `{other_email}`)",
        },
        "phone": {
            PhoneLevel.SAME: "same telephone number",
            PhoneLevel.SWITCHBOARD: "same telephone number, which many have",
            PhoneLevel.DIFFERENT: "different telephone numbers",
        },
        "organisation": {SameLevel.SAME: "same organisation", SameLevel.DIFFERENT: "different organisations"},
        "country": {SameLevel.DIFFERENT: "different countries"},
        "other_id": {SameLevel.SAME: "same record of another system"},
    }
)
_LONGEST_QUOTED = 60


def evidence(
    weights: Weights, levels: PairLevels, at: int, names: tuple[str, str], emails: tuple[str, str]
) -> tuple[Evidence, ...]:
    """All that is known of one pair, in words, the strongest first."""
    quoted = dict(
        zip(("name", "other_name", "email", "other_email"), map(_short, (*names, *emails)), strict=True)
    )
    found = [
        Evidence(respect, _WORDS[respect][level].format_map(quoted), getattr(weights, respect)[level])
        for respect in RESPECTS
        if (level := int(getattr(levels, respect)[at])) in _WORDS[respect]
    ]
    return tuple(sorted(found, key=lambda one: -abs(one.weight)))


def _short(text: str) -> str:
    return text[:_LONGEST_QUOTED].replace("`", "'")
