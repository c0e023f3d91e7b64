"""The page about hygiene says what the code says."""

from __future__ import annotations

import doctest
from pathlib import Path

from handraise.hygiene.bots import REASON_SENTENCES
from handraise.hygiene.reasons import CODES
from handraise.hygiene.titles import FUNCTIONS, SENIORITIES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "hygiene.md"


def test_the_page_names_every_reason_seniority_and_function() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for code in CODES.values():
        assert f"| `{code.code}` | {code.weight.value} | {code.sentence.replace('{}', '…')} |" in page
    for reason, sentence in REASON_SENTENCES.items():
        assert f"| `{str(reason.name).lower()}` | {sentence} |" in page
    for word in (*SENIORITIES, *FUNCTIONS):
        assert f"`{word}`" in page


def test_the_examples_of_the_page_are_true() -> None:
    page = PAGE.read_text(encoding="utf-8").replace("```", "")
    examples = doctest.DocTestParser().get_doctest(page, {}, PAGE.name, str(PAGE), 0)
    found = doctest.DocTestRunner().run(examples)
    assert found.attempted >= 5
    assert found.failed == 0
