"""Company names as they are compared, and names of none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handraise.hygiene.keyboard import is_keyboard_run
from handraise.hygiene.lists import words_in
from handraise.hygiene.names import is_missing
from handraise.hygiene.reasons import Reason
from handraise.hygiene.titles.words import fold

MOST_CHARACTERS = 200
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.\s?){2,}")
_WORD = re.compile(r"[^\W_]+")
LEGAL_FORMS = words_in("""
ab ag aps as asa bv bvba co company corp corporation cv doo eg ek ev gbr gesmbh gmbh inc incorporated kft kg kgaa kk limited llc llp lp ltd ltda mbh nv oy oyj plc
pte pty pvt sa sarl sas sasu sa spa srl sro spzoo se sl slu ug zrt eurl snc ltee lda
""")
_NO_COMPANIES = frozenset({
    "test", "testing", "test company", "test account", "testcompany", "demo", "demo company", "demo account", "sample company", "example", "example company",
    "fake company", "dummy", "foo", "foobar", "foo bar", "acme test", "abc", "xyz", "company name", "your company", "my company", "no company", "asd", "blah",
})  # fmt: skip
_NOT_SAID = frozenset(
    {
        "self",
        "none",
        "individual",
        "private",
        "privat",
        "personal",
        "student",
        "freelance",
        "freelancer",
        "self employed",
        "unemployed",
        "retired",
        "home",
        "me",
        "myself",
    }
)


def company_key(text: str | None) -> str | None:
    """The name as it is compared: folded, without brackets, punctuation and legal forms. None without one.

    Names that differ in more than that are different companies: `Acme Health` is not `Acme`.
    """
    if text is None or is_missing(text):
        return None
    plain = _BRACKETS.sub(" ", text[:MOST_CHARACTERS])
    plain = _DOTTED.sub(lambda found: re.sub(r"[.\s]", "", found.group()) + " ", plain)
    words = _WORD.findall(fold(plain))
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words.pop()
    return " ".join(words) or None


def company_reasons(text: str | None) -> Iterator[Reason]:
    """Doubts about a company as somebody wrote it. Nothing is said of those who work for themselves."""
    key = company_key(text)
    if text is None or key is None or key in _NOT_SAID:
        return
    if key in _NO_COMPANIES:
        yield Reason("test_company", "company", text)
    elif all(is_keyboard_run(word) for word in key.split()):
        yield Reason("keyboard_company", "company", text)
