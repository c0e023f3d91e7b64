"""Every kind of condition and of value test has all that a kind needs; what is missing is named here."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.generative.playbooks import CONDITIONS, KINDS_FOR, VALUE_TESTS
from tests.reference import conditions as reference
from tests.reference import values as reference_values

from handraise.evaluate import conditions as evaluated
from handraise.model.conditions import CONDITION_KINDS
from handraise.model.value_tests import VALUE_TEST_KINDS
from handraise.playbook import english, predicates, write_conditions

SPEC = Path(__file__).parents[1] / "spec"


@cache
def called_in_spec_cases() -> frozenset[str]:
    """Names of everything that a spec case makes."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SPEC.glob("*.py"))]
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return frozenset(call.func.id for call in calls if isinstance(call.func, ast.Name))


def _missing(kinds: tuple[type, ...], registry: Mapping[Any, Any]) -> list[str]:
    return [kind.__name__ for kind in kinds if kind not in registry]


@pytest.mark.parametrize(
    ("what", "registry"),
    [
        ("sentence in playbook/english.py", english.sentence.registry),
        ("way to be written in playbook/write_conditions.py", write_conditions.condition_data.registry),
        ("evaluation in evaluate/conditions.py", evaluated.truth_of.registry),
        ("reference evaluation in tests/reference/conditions.py", reference.verdict.registry),
        ("generator in tests/generative/playbooks.py", CONDITIONS),
    ],
)
def test_every_kind_of_condition_has_a(what: str, registry: Mapping[Any, Any]) -> None:
    """A sentence, a written form, an evaluation, a reference and a generator."""
    assert _missing(CONDITION_KINDS, registry) == [], f"no {what}"


@pytest.mark.parametrize(
    ("what", "registry"),
    [
        ("predicate in playbook/predicates.py", predicates.predicate.registry),
        ("way to be written in playbook/write_conditions.py", write_conditions.test_data.registry),
        ("reference evaluation in tests/reference/values.py", reference_values.holds.registry),
        ("generator in tests/generative/playbooks.py", VALUE_TESTS),
    ],
)
def test_every_kind_of_value_test_has_a(what: str, registry: Mapping[Any, Any]) -> None:
    """A predicate, a written form, a reference and a generator."""
    assert _missing(VALUE_TEST_KINDS, registry) == [], f"no {what}"


def test_every_kind_of_value_test_is_asked_of_some_type_of_field() -> None:
    """A generator that no field uses would never be asked."""
    asked = {kind: kind for kinds in KINDS_FOR.values() for kind in kinds}
    assert _missing(VALUE_TEST_KINDS, asked) == []


def test_every_kind_has_spec_cases() -> None:
    """Each kind is made somewhere in tests/spec."""
    made = called_in_spec_cases()
    assert [
        kind.__name__ for kind in (*CONDITION_KINDS, *VALUE_TEST_KINDS) if kind.__name__ not in made
    ] == []


def test_the_reference_imports_nothing_that_the_evaluator_is_made_of() -> None:
    """Independence is its point: neither the evaluator nor arrays, only the model and the rows."""
    forbidden = (
        "handraise.evaluate",
        "handraise.engines",
        "handraise.facts.chunks",
        "numpy",
        "pyarrow",
        "duckdb",
    )
    folder = Path(reference.__file__).parent
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or "", *(f"{node.module}.{a.name}" for a in node.names)]
            assert not [m for m in modules if m.startswith(forbidden)], path.name
