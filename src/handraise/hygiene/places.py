"""Countries and states as people write them, as ISO 3166 codes.

Only names that are known are read. Spelling is not guessed at: the name nearest to `Korea` is not a country.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from handraise.hygiene.country_names import AMBIGUOUS, COUNTRIES, STATES
from handraise.hygiene.names import is_missing
from handraise.hygiene.titles.words import fold

MOST_CHARACTERS = 100
_LANGUAGES = ("de", "fr", "es", "it", "nl", "pt", "pl", "sv")
_TYPES = re.compile(
    r"\b(?:state of|province of|land|freistaat|canton of|kanton|canton de|state|province|region|county)\b"
)


def country_of(text: str | None) -> str | None:
    """ISO 3166 alpha-2 of a country by its name, code or a usual other name; None where it cannot be told.

    Parts of the United Kingdom are GB. `Korea` is KR, as everybody means; `Congo` is either, so None.
    """
    if text is None or len(text) > MOST_CHARACTERS or not text.strip():
        return None
    return _countries().get(_key(text))


def state_of(country: str | None, text: str | None) -> str | None:
    """ISO 3166-2 of a state or province within a country (alpha-2), by name, code or a usual other name.

    None where it cannot be told, and always without a country: CA is a state and a country.
    """
    if not country or text is None or is_missing(text) or len(text) > MOST_CHARACTERS:
        return None
    states = _states(country.upper())
    key = _key(text)
    return states.get(key) or states.get(_key(_TYPES.sub(" ", key)))


def _key(text: str) -> str:
    """Folded; dots, brackets and the article of a name make no difference."""
    plain = re.sub(
        r"[^\w]+", " ", fold(text).replace("&", " and ").replace(".", "").replace("'", "").replace("’", "")
    )
    words = plain.replace("_", " ").split()
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


@cache
def _countries() -> dict[str, str]:
    import pycountry  # 10 ms of reading; most commands never ask

    found: dict[str, str] = {}
    several: set[str] = set()
    for code, name in _translated(pycountry):
        if found.setdefault(_key(name), code) != code:
            several.add(_key(name))
    for key in several:
        del found[key]
    for country in pycountry.countries:
        names = (country.alpha_2, country.alpha_3, country.name, *_more_names(country))
        found.update((_key(name), country.alpha_2) for name in names)
    found.update((_key(name), code) for code, names in _rows(COUNTRIES) for name in names.split(","))
    return {key: code for key, code in found.items() if key and key not in AMBIGUOUS}


def _more_names(country: Any) -> Iterator[str]:
    for attribute in ("official_name", "common_name"):
        if name := getattr(country, attribute, None):
            yield name
    # "Tanzania, United Republic of" is also written the other way round.
    head, comma, tail = country.name.partition(", ")
    if comma:
        yield f"{tail} {head}"


def _translated(pycountry: Any) -> Iterator[tuple[str, str]]:
    """Every country's name in each of `_LANGUAGES`; English comes after and wins."""
    for language in _LANGUAGES:
        words = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language], fallback=True)
        for country in pycountry.countries:
            yield country.alpha_2, words.gettext(country.name)


def _rows(table: str) -> Iterator[tuple[str, str]]:
    for row in table.strip().splitlines():
        code, _, names = row.partition("|")
        yield code.strip(), names


@cache
def _states(country: str) -> dict[str, str]:
    import pycountry

    subdivisions: Any = pycountry.subdivisions
    known = subdivisions.get(country_code=country) or ()
    found: dict[str, str] = {}
    # The widest first: Madrid is a community and a province in it, and one name says the community.
    for state in sorted(known, key=lambda s: (s.parent_code is not None, s.code)):
        for name in (state.name, state.code, state.code.partition("-")[2], *re.split(r"[/\[]", state.name)):
            found.setdefault(_key(name), state.code)
    for of, rest in _rows(STATES):
        code, _, names = rest.partition("|")
        if of == country:
            found.update((_key(name), code.strip()) for name in names.split(","))
    found.pop("", None)
    return found
