"""Runs of neighbouring keys: `asdf`, `qwerty`, `zxcvb`.

Only words in Latin letters are judged: a name in another script never is. The limits keep real names out: of the
top row a run needs five letters, or four with a q (Ertz, Trew and Hertz are names), of the rows without vowels four.
"""

from __future__ import annotations

import re

from handraise.hygiene.titles.words import fold

_TOP_ROWS = ("qwertyuiop", "qwertzuiop", "azertyuiop")
_LOW_ROWS = ("asdfghjkl", "qsdfghjklm", "zxcvbnm", "yxcvbnm", "wxcvbn")
_DIGITS = ("1234567890", "0123456789")
_TRIPLE_TWICE = re.compile(
    r"(asd|sdf|dfg|fgh|ghj|hjk|jkl|qwe|zxc|xcv|cvb|vbn|bnm|lkj|kjh|jhg|hgf|gfd|fds|dsa|ewq){2}"
)
_ONE_LETTER = re.compile(r"(\w)\1{2,}\Z")
_SHORTEST = 4
_TOP_SHORTEST = 5


def _runs() -> frozenset[str]:
    found: set[str] = set()
    for rows, shortest in ((_TOP_ROWS, _TOP_SHORTEST), (_LOW_ROWS, _SHORTEST)):
        for row in (*rows, *(row[::-1] for row in rows)):
            found.update(row[i : i + shortest] for i in range(len(row) - shortest + 1))
    return frozenset(found | {"qwer", "rewq", "qwet", "asdd", "aasd", "asdas"})


_RUNS = _runs()
# Real words that hold such a run.
_WORDS = frozenset({"property", "properties"})


def is_latin(text: str) -> bool:
    """Whether every letter is a Latin one, and there is one."""
    letters = [c for c in fold(text) if c.isalpha()]
    return bool(letters) and all("a" <= c <= "z" or c in "æœøđłıßþð" for c in letters)


def is_keyboard_run(text: str) -> bool:
    """Whether a word holds a run of neighbouring keys, or is one letter three times or more."""
    word = fold(text)
    if not is_latin(word) or word in _WORDS:
        return False
    held = any(word[i : i + n] in _RUNS for n in (_SHORTEST, _TOP_SHORTEST) for i in range(len(word) - n + 1))
    return held or bool(_TRIPLE_TWICE.search(word)) or bool(_ONE_LETTER.match(word))


def has_no_vowel(text: str) -> bool:
    """Whether a word of five Latin letters or more cannot be spoken. Slavic r and l are vowels too (Krč, Vlk)."""
    word = [c for c in fold(text) if c.isalpha()]
    return len(word) >= _TOP_SHORTEST and is_latin(text) and not any(c in "aeiouyrlæœøı" for c in word)


def counts_up(digits: str) -> bool:
    """Whether digits are one repeated, or counted up or down over seven or more."""
    if len(digits) < 7:
        return False
    tail = digits[-7:]
    return len(set(tail)) == 1 or any(tail in row or tail in row[::-1] for row in _DIGITS)
