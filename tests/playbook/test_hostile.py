"""Whatever is written, reading answers with problems, never with a traceback."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.playbook.test_reader import CONDITIONS, DECLARED, HEAD, TESTS

from handraise.model.fields import FieldCatalog
from handraise.playbook.files import sources
from handraise.playbook.reader import read_sources, read_text
from handraise.playbook.starter import starter_text
from handraise.playbook.text import Limits

_ODD = ("[]", "{}", "~", "''", "5", "-1", "1e999999", "true", "[[]]", "{a: b}", "x", "2026-13-45", "999999999999 years",
        "[1, {a: b}]", "{at_least: [1]}", "*a", "&a b", '"\\uD800"', "!x y", "? ", "NO", ".nan", "0x1F", "top 5%", "{of: []}")  # fmt: skip


def _mangled(text: str, rng: random.Random) -> str:
    """One value replaced, or one piece cut out."""
    lines = text.splitlines()
    at = rng.randrange(len(lines))
    head, colon, _ = lines[at].rpartition(":")
    match rng.randrange(4):
        case 0:
            lines[at] = f"{head}{colon} {rng.choice(_ODD)}"
        case 1:
            del lines[at]
        case 2:
            lines[at] = lines[at].replace(rng.choice(lines[at].split() or ["x"]), rng.choice(_ODD), 1)
        case _:
            cut = rng.randrange(max(1, len(lines[at])))
            lines[at] = lines[at][:cut] + lines[at][cut + 1 :]
    return "\n".join(lines) + "\n"


def _small() -> str:
    parts = [
        f"  c{i}: {{of: people, when: {text}}}"
        for i, (text, _) in enumerate(CONDITIONS)
        if "base" not in text
    ]
    tests = [f"  t{i}: {{of: accounts, when: {{{text}}}}}" for i, (text, _) in enumerate(TESTS)]
    return HEAD + DECLARED + "segments:\n" + "\n".join([*parts, *tests]) + "\n"


@pytest.mark.parametrize("seed", range(120))
def test_a_mangled_playbook_gives_problems_and_no_traceback(seed: int) -> None:
    rng = random.Random(seed)
    text = _mangled(_small() if seed % 12 else starter_text(), rng)
    result = read_text(text, "p.yml", FieldCatalog())
    assert result.playbook is not None or result.errors
    for problem in result.problems:
        assert str(problem)


@pytest.mark.parametrize("odd", _ODD)
def test_an_odd_value_anywhere_is_answered(odd: str) -> None:
    sections = ("playbook", "time_zone", "terms", "behaviours", "fit", "engagement", "ranks", "marketing_qualified",
                "segments", "buyer_segments", "agreement", "recalibrate_every", "triggers", "lifecycle", "business_hours", "products",
                "interest", "programs", "offers", "buying_group")  # fmt: skip
    for name in sections:
        result = read_text(f"{name}: {odd}\n", "p.yml", FieldCatalog())
        assert result.playbook is None
        assert result.errors


@pytest.mark.parametrize("odd", _ODD)
def test_an_odd_value_behind_any_word_of_a_condition_is_answered(odd: str) -> None:
    words = ("all", "any", "not", "did", "silent", "account", "opportunity", "segment", "grade", "level", "rank", "score",
             "marketing_qualified", "always", "at_least", "of", "account.employees", "person.title", "account.renewal_on",
             "account.technologies", "account.is_customer", "stage", "fired", "named", "sequence", "first time", "stopped",
             "resumed", "regularly", "interest", "program", "offer")  # fmt: skip
    text = "".join(f"  s{i}: {{of: people, when: {{{word}: {odd}}}}}\n" for i, word in enumerate(words))
    result = read_text(HEAD + "segments:\n" + text, "p.yml", FieldCatalog())
    assert result.errors


@pytest.mark.parametrize("odd", _ODD)
def test_an_odd_value_anywhere_in_triggers_and_stages_is_answered(odd: str) -> None:
    keys = ("when", "audience", "label", "track", "sla", "rest", "stands_for", "fire_existing")
    triggers = "".join(f"  t{i}: {{when: {{did: demo}}, {key}: {odd}}}\n" for i, key in enumerate(keys[1:]))
    stages = "".join(
        f"    - {{key: s{i}, {key}: {odd}}}\n" for i, key in enumerate(("when", "on", "sla", "label"))
    )
    back = "".join(f"    {key}: {odd}\n" for key in ("on", "to", "reason", "return_on"))
    hours = "".join(f"  {key}: {odd}\n" for key in ("days", "from", "to", "holidays"))
    text = (
        f"triggers:\n{triggers}lifecycle:\n  stages:\n{stages}  passed_back:\n{back}business_hours:\n{hours}"
    )
    assert read_text(HEAD + text, "p.yml", FieldCatalog()).errors


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        (f"{{person.country: [{'DE, ' * 10_000}FR], person.emloyees: 3}}", "person.emloyees: 3"),
        (f"{{person.emloyees: 3, person.country: [{'DE, ' * 10_000}FR]}}", "{person.emloyees: 3"),
        (f"{{segment: {'x' * 50_000}}}", "{segment: xxx"),
    ],
    ids=["at the end", "at the start", "as wide as the line"],
)
def test_of_a_very_long_line_only_what_is_around_the_place_is_shown(line: str, seen: str) -> None:
    text = f"playbook: T\ntime_zone: UTC\nsegments:\n  a: {{of: people, when: {line}}}\n"
    [problem] = read_text(text, "playbook.yml", FieldCatalog()).errors
    said = str(problem)
    assert len(said) < 1_000
    assert "…" in said
    assert seen in said
    echo, carets = said.splitlines()[1:3]
    assert len(carets) <= len(echo) < 200
    assert problem.span is not None
    assert echo[carets.index("^")] == line[problem.span.column - len("  a: {of: people, when: ") - 1]


def test_a_text_that_is_too_long_is_not_measured(tmp_path: Path) -> None:
    path = tmp_path / "playbook.yml"
    path.write_text("x" * 10_000_000)
    texts, _ = sources(path, Limits())
    [problem] = read_sources(texts, FieldCatalog()).errors
    assert problem.sentence == "the text has more than the 2,000,000 characters that are read."
