"""Reads one job title: tables of words decide, and the words that decided are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from handraise.hygiene.titles.functions import DOMAIN, NOUN_FIRST, STRONG, WEAK
from handraise.hygiene.titles.patterns import MASKED, Match, RuleTable
from handraise.hygiene.titles.seniority import (
    AGENT_NOUN_ENDINGS,
    LEVELS,
    NO_AGENT_NOUNS,
    OTHERS,
    PERHAPS_STUDENTS,
    STUDENTS,
)  # fmt: skip
from handraise.hygiene.titles.words import BREAKS, JOINS, Word, words_of

_INDIVIDUAL = "individual_contributor"
_EQUALS = BREAKS | JOINS
_SHORTEST_AGENT_NOUN = 5
_TITLES_REMEMBERED = 65_536


@dataclass(frozen=True, slots=True)
class TitleWords:
    """The words of a title that decided a part of its reading; places in the text, end exclusive."""

    part: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TitleReading:
    """What a title says. A part that it does not say is None, and has no words."""

    seniority: str | None
    function: str | None
    buying_role: str | None
    is_student: bool | None
    words: tuple[TitleWords, ...] = ()


UNREAD = TitleReading(None, None, None, None)


def read_title(text: str | None) -> TitleReading:
    """The seniority, function and buying role that a job title tells of, and by which words.

    Seniority is one of `SENIORITIES` (owners and founders are c_level, a "Head of" is a director), function
    one of `FUNCTIONS`. `buying_role` is economic_buyer or technical_evaluator, where the title alone supports it.
    `is_student` is False where another seniority is read, None for interns and trainees.
    A missing title and one in words not known read as all None. Only the first 300 characters are read.
    """
    return _read(text) if text else UNREAD


@lru_cache(maxsize=_TITLES_REMEMBERED)
def _read(text: str) -> TitleReading:
    words = words_of(text)
    seniority, level_words, free = _seniority(words)
    function, function_words = _function(free)
    if function is None and seniority == _INDIVIDUAL and level_words and _is_support(words, level_words):
        function, function_words = "administration", level_words
    student, student_words = _student(words, free, seniority)
    role, role_words = _buying_role(seniority, level_words, function, function_words, words)
    told = (
        ("seniority", level_words), ("function", function_words), ("buying_role", role_words),
        ("is_student", student_words),
    )  # fmt: skip
    spans = tuple(_span(part, places, words, text) for part, places in told if places)
    return TitleReading(seniority, function, role, student, spans)


def _span(part: str, places: range, words: Sequence[Word], text: str) -> TitleWords:
    start, end = words[places[0]].start, words[places[-1]].end
    return TitleWords(part, text[start:end], start, end)


# Seniority


def _seniority(words: Sequence[Word]) -> tuple[str | None, range, list[str]]:
    """The level, its words, and the folded words with those of others silenced."""
    free = [w.text for w in words]
    decided = _silence_others(free)
    found = decided or LEVELS.first(free)
    if found is not None and found.verdict == "unknown":
        return None, range(0), free
    if found is not None:
        return found.verdict.split()[0], range(found.start, found.end), free
    agent = _agent_noun(free)
    return (None, range(0), free) if agent is None else (_INDIVIDUAL, range(agent, agent + 1), free)


def _silence_others(free: list[str]) -> Match | None:
    """Silences what is no level; the first row that decides, if one does."""
    decided: Match | None = None
    seen = list(free)
    while (found := OTHERS.first(seen)) is not None:
        verdict, reach = found.verdict.split()
        decides = verdict != "unknown"
        if decides and decided is None:
            decided = found
        for i in _reached(reach, found, seen):
            seen[i] = MASKED
            if reach != "only" or not decides:
                free[i] = MASKED
    return decided


def _reached(reach: str, found: Match, seen: Sequence[str]) -> range:
    if reach == "all":
        return range(len(seen))
    if reach == "rest":
        return range(found.start, len(seen))
    after = next((i for i in range(found.end, len(seen)) if seen[i] in BREAKS), len(seen))
    if reach == "part":
        return range(found.start, after)
    if reach == "whole":
        before = next((i for i in range(found.start, -1, -1) if seen[i] in BREAKS), -1)
        return range(before + 1, after)
    return range(found.start, found.end)


def _agent_noun(free: Sequence[str]) -> int | None:
    """The last word before the first break, where its ending names somebody who does something."""
    end = next((i for i, word in enumerate(free) if word in BREAKS), len(free))
    word = free[end - 1] if end else MASKED
    names_a_doer = word.endswith(AGENT_NOUN_ENDINGS) and word.removesuffix("s") not in NO_AGENT_NOUNS
    return end - 1 if names_a_doer and len(word) >= _SHORTEST_AGENT_NOUN else None


def _is_support(words: Sequence[Word], level_words: range) -> bool:
    """Whether somebody assists another: their function is administration, not the other's."""
    texts = [w.text for w in words]
    found = OTHERS.first(texts)
    return (
        found is not None
        and found.verdict.startswith(f"{_INDIVIDUAL} rest")
        and found.start == level_words[0]
    )


# Function


def _function(free: Sequence[str]) -> tuple[str | None, range]:
    for table in (STRONG, DOMAIN, WEAK):
        matches = table.all(free)
        if matches:
            return (None, range(0)) if _joined_to_another(matches, free) else _settle(matches, free)
    return None, range(0)


def _settle(matches: Sequence[Match], free: Sequence[str]) -> tuple[str | None, range]:
    """One function out of several: the noun's; None where two stand as equals, or where the words say none."""
    chosen = matches[0]
    for match in matches[1:]:
        between = free[chosen.end : match.start]
        if match.verdict == chosen.verdict:
            continue
        if any(word in _EQUALS for word in between):
            return None, range(0)
        if not any(word in NOUN_FIRST for word in between):
            chosen = match
    if chosen.verdict == "none":
        return None, range(0)
    return chosen.verdict, range(chosen.start, chosen.end)


def _joined_to_another(matches: Sequence[Match], free: Sequence[str]) -> bool:
    """Whether a weaker word names another function as its equal: `Sales and Product Manager`, `VP Product & Data`."""
    first, last = matches[0], matches[-1]
    before = DOMAIN.all(free[: first.start - 1]) if first.start > 1 and free[first.start - 1] in JOINS else []
    after = DOMAIN.all(free[last.end + 1 :]) if last.end < len(free) and free[last.end] in JOINS else []
    joined_before = bool(before) and before[-1].end == first.start - 1 and before[-1].verdict != first.verdict
    joined_after = bool(after) and after[0].start == 0 and after[0].verdict != last.verdict
    return joined_before or joined_after


# Student and buying role


def _student(words: Sequence[Word], free: Sequence[str], seniority: str | None) -> tuple[bool | None, range]:
    raw = [w.text for w in words]
    if raw and all(word == MASKED for word in free):
        return None, range(0)
    for match in STUDENTS.all(raw):
        if match.verdict == "yes" and not _after_former(raw, match.start):
            return True, range(match.start, match.end)
    if PERHAPS_STUDENTS.first(raw) is not None:
        return None, range(0)
    return (None if seniority is None else False), range(0)


def _after_former(raw: Sequence[str], place: int) -> bool:
    return any(
        word in ("former", "ex", "formerly", "ehemaliger", "ancien", "ancienne") for word in raw[:place]
    )


_BUYERS = frozenset({"general_management", "finance"})
_EVALUATORS = frozenset({"it", "engineering", "data", "security"})
_Places = tuple[str | None, range]
_EVALUATING = RuleTable("""
yes | architect*, *architect, engineer*, *engineer, ingenieur*, *ingenieur, ingenier*, administrator*, *administrator, sysadmin, developer*, *entwickler, entwickler*
yes | it manager*, it director, head of it, it leiter*, technical lead, devops, security manager, architekt*, architecte*, arquitect*
""")


def _buying_role(
    seniority: str | None,
    level_words: range,
    function: str | None,
    function_words: range,
    words: Sequence[Word],
) -> _Places:
    """Who decides over money, and who judges technology. Champions and blockers are known by what they do."""
    if seniority == "c_level" and function in _BUYERS:
        return "economic_buyer", level_words
    if function not in _EVALUATORS or seniority not in (_INDIVIDUAL, "manager", "director"):
        return None, range(0)
    found = _EVALUATING.first([w.text for w in words])
    return (None, range(0)) if found is None else ("technical_evaluator", range(found.start, found.end))
