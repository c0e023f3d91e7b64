"""Every mistake has its own code, and is said exactly so: one wrong file and its output per code.

To accept new outputs after reading them: `python -m tests.playbook.test_problems`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from handraise.errors import Severity
from handraise.model.fields import FieldCatalog
from handraise.playbook.codes import CODES
from handraise.playbook.files import sources
from handraise.playbook.reader import ReadResult, read_sources
from handraise.playbook.show import as_text
from handraise.playbook.text import Limits, Source

HERE = Path(__file__).parent / "problems"
CASES = sorted(p for p in HERE.iterdir() if p.suffix == ".yml" or p.is_dir())


def _limits(text: str) -> Limits:
    """`# limits: aliases=2` in the first line of a wrong file."""
    first = text.splitlines()[0]
    pairs = first.partition("# limits: ")[2].split()
    return Limits(**{name: int(value) for name, _, value in (pair.partition("=") for pair in pairs)})


def read_case(case: Path) -> ReadResult:
    """The case, with paths as from inside the folder."""
    texts, problems = sources(case, Limits())
    if problems:
        return ReadResult(None, problems)
    inside = [Source(Path(s.path).relative_to(HERE).as_posix(), s.text) for s in texts]
    return read_sources(inside, FieldCatalog(), _limits(inside[0].text))


def output_of(case: Path) -> str:
    return as_text(read_case(case).problems).replace(f"{HERE.as_posix()}/", "") + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.stem)
def test_a_wrong_file_is_answered_exactly_so(case: Path) -> None:
    assert output_of(case) == case.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.stem)
def test_a_wrong_file_shows_the_code_that_it_is_named_for(case: Path) -> None:
    code = case.stem.split("-")[0]
    result = read_case(case)
    assert code in {p.code for p in result.problems}
    assert (result.playbook is None) is (CODES[code].severity is Severity.ERROR)


def test_every_code_has_a_wrong_file() -> None:
    assert {case.stem.split("-")[0] for case in CASES} == set(CODES)


def test_a_root_cause_is_reported_once() -> None:
    for case in CASES:
        places = [(p.span, p.code) for p in read_case(case).problems if p.span]
        assert len(places) == len(set(places)), case.name


def test_no_sentence_says_invalid_or_names_a_class() -> None:
    for case in CASES:
        text = output_of(case)
        assert not any(word in text for word in ("nvalid", "Traceback", "Node", "None "))


if __name__ == "__main__":
    for case in CASES:
        case.with_suffix(".txt").write_text(output_of(case), encoding="utf-8")
