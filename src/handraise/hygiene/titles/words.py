"""A title cut into words that remember their place in it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MOST_CHARACTERS = 300
"""Longer texts are no titles; only the beginning is read."""

BREAKS = frozenset({",", "|", "("})
"""Between two titles, or a title and its department."""
JOINS = frozenset({"and", "&", "und", "et", "y", "e", "en", "och", "oraz"})

# Kaufmann:frau and Leiter/in are one word: the feminine ending is blanked, so that places stay.
_GENDER_ENDING = re.compile(
    r"(?<=[^\W\d_]{3})(?:[:*_/·(]-?(?:innen|in|frau|rice|trice|ra|a|e|ne|se|euse)\)?)(?![\w])", re.IGNORECASE
)
_GENDER_NOTE = re.compile(r"\(?\b[mwfdhx](?:\s?[/|]\s?[mwfdhxn*]){1,3}\b\)?", re.IGNORECASE)
_PIECE = re.compile(
    r"(?P<dotted>(?:[^\W\d_]\.){2,}[^\W\d_]?)"
    r"|(?P<pair>\b[^\W\d_]&[^\W\d_]\b)"
    r"|(?P<word>[^\W_]+)"
    r"|(?P<pause>[,;:.])(?=\s|$)"
    r"|(?P<bar>[|/•·()\[\]@+]|\s[-–—]+\s)"
    r"|(?P<and>&)"
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word or break of a title: folded text, and where it stands (end exclusive)."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Casefolded, without accents: `Geschäftsführer` is `geschaftsfuhrer`."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("ø", "o"))
    return "".join(c for c in apart if not unicodedata.combining(c))


def words_of(title: str) -> tuple[Word, ...]:
    """The title's words and breaks in order. Empty where there is none."""
    text = title[:MOST_CHARACTERS]
    for pattern in (_GENDER_NOTE, _GENDER_ENDING):
        text = pattern.sub(lambda found: " " * len(found.group()), text)
    return tuple(_word(found) for found in _PIECE.finditer(text))


def _word(found: re.Match[str]) -> Word:
    kind = found.lastgroup
    text = found.group()
    if kind == "pause":
        text = ","
    elif kind == "bar":
        text = {"@": "at", "(": "(", "+": "&"}.get(text.strip(), "|")
    elif kind == "dotted":
        text = fold(text).replace(".", "")
    else:
        text = fold(text)
    return Word(text, found.start(), found.end())
