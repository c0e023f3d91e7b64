"""The page about the language says what the reader reads: every example is read, every sentence is ours.

A comment above each YAML block of `docs/playbook.md` says what it is:

    <!-- playbook -->              a whole playbook; the other blocks are read beside it
    <!-- fragment -->              sections; `fragment: PB501` for one that is read with these warnings
    <!-- condition -->             a condition asked of people; the quotation below it is its sentence
    <!-- condition of accounts --> the same, asked of accounts
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from handraise.model.activities import ACTIVITY_TYPES
from handraise.model.fields import STANDARD_FIELDS, FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.scores import RANKS
from handraise.playbook.clocks import BUSINESS_HOURS
from handraise.playbook.codes import CODES
from handraise.playbook.condition_words import CONDITION_WORDS, OPPORTUNITY
from handraise.playbook.english import sentence
from handraise.playbook.pattern_words import REGULARLY, RESUMED, SEQUENCE, STOPPED
from handraise.playbook.product_sections import BUYING_GROUP, INTEREST, PRODUCT, ROLES, STATUS
from handraise.playbook.product_words import OFFER_TAKEN, PROGRAM, ROLE_THERE
from handraise.playbook.ranks import DEFAULT_RANKS
from handraise.playbook.reader import ReadResult, read_sources
from handraise.playbook.score_sections import BEHAVIOUR_RULE, CONDITION_RULE, FIT, FIT_RULE
from handraise.playbook.sections import AGREEMENT, OUTCOME, PLAYBOOK
from handraise.playbook.segment_sections import BUYER_SEGMENT, SEGMENT
from handraise.playbook.stage_words import STAGE_AND_SPAN, TRIGGER_AND_WINDOW
from handraise.playbook.terms import TERMS
from handraise.playbook.text import Source
from handraise.playbook.trigger_sections import LIFECYCLE, PASSED_BACK, STAGE, TRIGGER
from handraise.playbook.value_words import COMPARISON_WORDS, HELD_WORDS

PAGE = Path(__file__).parents[2] / "docs" / "playbook.md"
_BLOCK = re.compile(
    r"(?:<!-- (?P<mark>[^>]+?) -->\n)?```yaml\n(?P<text>.*?)```\n(?:\n(?P<quoted>(?:> [^\n]*\n)+))?", re.S
)
_SECTION = re.compile(r"^(?=\w)", re.M)
# Sections whose names join those of the whole playbook; a fragment replaces the others.
_NAMED = ("behaviours", "segments", "triggers")


@dataclass(frozen=True)
class Example:
    """One YAML block of the page, where it begins, and the sentence quoted below it."""

    line: int
    mark: str
    text: str
    sentence: str | None

    @property
    def kind(self) -> str:
        return self.mark.partition(":")[0]

    @property
    def codes(self) -> list[str]:
        return [c.strip() for c in self.mark.partition(":")[2].split(",") if c.strip()]


def examples(page: str) -> tuple[Example, ...]:
    return tuple(
        Example(
            page.count("\n", 0, found.start("text")),
            found["mark"] or "",
            found["text"],
            " ".join(q[2:] for q in found["quoted"].splitlines()) if found["quoted"] else None,
        )
        for found in _BLOCK.finditer(page)
    )


TEXT = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
EXAMPLES = examples(TEXT)
WHOLE = next((e.text for e in EXAMPLES if e.mark == "playbook"), "")
CATALOG = FieldCatalog()


def read_beside(whole: str, fragment: str) -> ReadResult:
    """The fragment's sections beside those of the whole playbook that it does not replace."""
    written = {s.partition(":")[0] for s in _SECTION.split(fragment) if s.strip()}
    kept = [s for s in _SECTION.split(whole) if s.partition(":")[0] not in written - set(_NAMED)]
    texts = (Source("playbook.yml", "".join(kept)), Source("docs/playbook.md", fragment))
    return read_sources([t for t in texts if t.text], CATALOG)


def condition_sentence(whole: str, example: Example) -> str:
    """What the condition says; fails where it cannot be read."""
    of = "accounts" if example.kind.endswith("accounts") else "people"
    body = "".join(f"      {line}\n" for line in example.text.splitlines())
    playbook = _without_problems(
        read_beside(whole, f"segments:\n  asked:\n    of: {of}\n    when:\n{body}"), []
    )
    return sentence(playbook.segments["asked"].when, playbook, CATALOG)


def _without_problems(result: ReadResult, expected: list[str]) -> Playbook:
    assert [p.code for p in result.problems] == expected, "\n".join(str(p) for p in result.problems)
    assert result.playbook is not None
    return result.playbook


def _at(example: Example) -> str:
    return f"line {example.line}"


@pytest.mark.parametrize("example", EXAMPLES, ids=_at)
def test_every_example_says_what_it_is(example: Example) -> None:
    assert example.kind in ("playbook", "fragment", "condition", "condition of accounts")


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.kind in ("playbook", "fragment")], ids=_at)
def test_every_playbook_and_fragment_is_read_with_the_problems_it_announces(example: Example) -> None:
    beside = "" if example.kind == "playbook" else WHOLE
    _without_problems(read_beside(beside, example.text), example.codes)


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.kind.startswith("condition")], ids=_at)
def test_every_condition_is_said_as_the_page_says_it(example: Example) -> None:
    assert example.sentence == condition_sentence(WHOLE, example)


def _keys(*records: object) -> set[str]:
    return {key.name for record in records for key in record.keys}  # type: ignore[attr-defined]


KEYS = _keys(
    PLAYBOOK, AGREEMENT, OUTCOME, FIT, FIT_RULE, BEHAVIOUR_RULE, CONDITION_RULE, SEGMENT, BUYER_SEGMENT, OPPORTUNITY,
    STOPPED, RESUMED, REGULARLY, SEQUENCE, INTEREST, PROGRAM, OFFER_TAKEN, PRODUCT.mapping, STATUS.mapping, BUYING_GROUP, ROLES.inner, ROLE_THERE,
    BUSINESS_HOURS, TRIGGER, LIFECYCLE, STAGE, PASSED_BACK, STAGE_AND_SPAN, TRIGGER_AND_WINDOW,
)  # fmt: skip
WORDS = {
    "condition": {"at_least", "of", *(w.name for w in CONDITION_WORDS)},
    "comparison": {*HELD_WORDS, *(form for w in COMPARISON_WORDS for form in (w.name, *w.also))},
    "key": KEYS,
    "field": {str(d.field) for d in STANDARD_FIELDS},
    "activity": set(ACTIVITY_TYPES),
    "term": set(TERMS),
    "rank": set(RANKS),
    "code": set(CODES),
}


@pytest.mark.parametrize("kind", WORDS)
def test_the_page_names_every_word_of_the_language(kind: str) -> None:
    missing = sorted(w for w in WORDS[kind] if f"`{w}`" not in TEXT)
    assert not missing, f"the page does not name the {kind} {', '.join(missing)}"


def test_the_page_says_what_each_code_and_each_cell_is() -> None:
    for code in CODES.values():
        assert f"| `{code.code}` | {code.title} |" in TEXT
    for cell in DEFAULT_RANKS.values():
        assert f"| `{cell.rank}` | {cell.label} | {cell.route} |" in TEXT
