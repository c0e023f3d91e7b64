"""One spelling for what is written in many: accents, scripts, widths, quotes."""

from __future__ import annotations

import re
import unicodedata

# What decomposition leaves alone. Cyrillic and Greek follow the passports' way, so that ООО Газпром meets OOO Gazprom.
_LETTERS = {
    "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n",
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts",
    "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "є": "ye",
    "і": "i", "ґ": "g", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz",
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
    "χ": "ch", "ψ": "ps", "ω": "o",
    "’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'",
}  # fmt: skip
_TABLE = str.maketrans(_LETTERS)
# й is и with a mark and would lose it: it is written y or i, as the mark's loss already gives.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_VOWEL_PAIRS = re.compile(r"(ae|oe|ue)")


def visible(text: str, longest: int) -> str:
    """The first `longest` characters of a text, NFKC, with controls and direction marks gone and spaces single."""
    text = unicodedata.normalize("NFKC", text[:longest])
    if not text.isascii():
        kept = (
            c if unicodedata.category(c) not in _INVISIBLE else (" " if c in "\t\n\r" else "") for c in text
        )
        text = "".join(kept)
    elif not text.isprintable():
        text = "".join(c if c.isprintable() else (" " if c.isspace() else "") for c in text)
    return " ".join(text.split())[:longest]


def folded(text: str) -> str:
    """A text in lower case without accents, in Latin letters where its script is Cyrillic or Greek."""
    text = text.casefold()
    if text.isascii():
        return text.replace("`", "'")
    text = text.translate(_TABLE)
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare.translate(_TABLE))


def loose(text: str) -> str:
    """A folded text with `ae`, `oe`, `ue` as single vowels, so that Müller, Mueller and Muller are spelled alike."""
    return _VOWEL_PAIRS.sub(lambda found: found.group()[0], text)
