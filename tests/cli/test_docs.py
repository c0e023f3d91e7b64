"""The pages in `docs` name what there is, and their examples do what they say."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from handraise.config import SETTINGS_FILE, Settings, help_of
from handraise.errors import ExitCode
from handraise.evaluate.decide import DECISION_COLUMNS
from handraise.evidence import score_review
from handraise.evidence.auc import FEW_CLUSTERS
from handraise.evidence.lift import TOP_SHARES
from handraise.importers.mapping.model import ColumnSpec
from handraise.importers.mapping.reading import read_mapping_file
from handraise.importers.mapping.specs import MAPPING_CODES
from handraise.importers.mapping.tables import TABLES
from handraise.importers.recognise import IMPORTERS
from handraise.importers.rejects import FILE_CODES
from handraise.reports.sections.headline import ADVICE
from handraise.services.settings import read_settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


# docs/data.md


def test_the_settings_table_has_each_setting_with_its_default_and_help() -> None:
    for setting in fields(Settings):
        default = "" if setting.default in (None, ()) else f"`{setting.default}`"
        assert f"| `{setting.name}` | {default} | {help_of(setting.name)} |" in page("data.md")


def test_the_settings_on_the_page_are_read_without_problems(tmp_path: Path) -> None:
    (example,) = blocks(page("data.md"), "yml")
    (tmp_path / SETTINGS_FILE).write_text(example, encoding="utf-8")
    assert read_settings(tmp_path).marketo_types


def test_the_page_names_each_export_that_is_recognised() -> None:
    for importer in IMPORTERS:
        assert f"| {importer.schema.name} | `{importer.source}` |" in page("data.md")


def test_the_page_says_what_each_code_of_a_file_or_a_mapping_is() -> None:
    for code, meaning in {**FILE_CODES, **MAPPING_CODES}.items():
        assert f"| `{code}` | {meaning} |" in page("data.md")


def test_the_page_names_every_reason_for_quarantine_and_no_other() -> None:
    text = page("data.md").partition("## Quarantine")[2].partition("## Dates")[0]
    listed = set(re.findall(r"^\| `([a-z0-9_]+)` \|", text, re.M))
    assert listed == {*_reasons(), "conflict", "unreadable"}


def _reasons() -> Iterator[str]:
    """The codes with which readers of rows refuse: a fixed text in a fixed place of each call."""
    places = {"CellError": 0, "RowRejected": 1, "Rejection": 3}
    for path in (ROOT / "src/handraise/importers").rglob("*.py"):
        for call in (
            n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)
        ):
            place = places.get(call.func.id) if isinstance(call.func, ast.Name) else None
            if place is not None and len(call.args) > place and isinstance(call.args[place], ast.Constant):
                yield str(call.args[place].value)  # type: ignore[attr-defined]


def test_the_page_has_every_table_and_key_of_a_mapping() -> None:
    text = page("data.md")
    for table in TABLES.values():
        for word, kind in table.words.items():
            needed = " (required)" if word in table.needed else ""
            assert f"| `{table.name}` | `{word}`{needed} | {kind.value} |" in text
    renamed = {"formats": "format"}
    for name in {renamed.get(f.name, f.name) for f in fields(ColumnSpec)} - {"span"}:
        assert f"| `{name}` |" in text


def test_the_mapping_on_the_page_is_read_without_problems(tmp_path: Path) -> None:
    for number, text in enumerate(blocks(page("data.md"), "yaml")):
        path = tmp_path / f"mapping{number}.yml"
        path.write_text(text, encoding="utf-8")
        assert read_mapping_file(path).warnings == ()


# docs/decisions-table.md


def test_the_page_says_type_and_meaning_of_each_column_in_order() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", page("decisions-table.md").split("## JSON")[0], re.M
    )
    columns = [row[:2] for row in rows if row[0] in DECISION_COLUMNS.names and row[2].strip()]
    assert columns == [(c.name, _type(c.type, c.nullable)) for c in DECISION_COLUMNS]


def _type(type_: Any, nullable: bool) -> str:
    words = {"string": "text", "double": "number", "bool": "true or false", "int8": "whole number"}
    words |= {"list<item: string>": "list of texts", "timestamp[us, tz=UTC]": "instant"}
    return words[str(type_)] + (" or nothing" if nullable else "")


def test_the_page_lists_every_exit_code() -> None:
    for code in ExitCode:
        assert f"| {int(code)} |" in page("decisions-table.md")


def test_the_json_on_the_page_is_json() -> None:
    for text in blocks(page("decisions-table.md"), "json"):
        json.loads(text)


# docs/report.md


def test_the_page_has_the_verdicts_with_their_limits_and_advice() -> None:
    text = page("report.md")
    for verdict, advice in ADVICE.items():
        assert f"| **{verdict.value}** |" in text
        assert advice in text
    low, high = score_review.NONE_WITHIN
    limits = (score_review.STRONG_FROM, low, high, score_review.CHANCE)
    assert all(f"{limit:.0%}" in text for limit in limits)
    assert f"fewer than {score_review.FEWEST_OUTCOMES} cases" in text
    assert f"fewer than {FEW_CLUSTERS} accounts" in text
    assert f"± {score_review.ENOUGH_HALF_WIDTH:.0%}" in text
    assert ", ".join(f"{share:.0%}" for share in TOP_SHARES) in text


def test_the_page_says_what_each_caveat_means() -> None:
    source = Path(score_review.__file__).read_text(encoding="utf-8")
    for code in sorted(set(re.findall(r'"(EV\d{3})"', source))):
        assert f"| `{code}` |" in page("report.md")


# docs/python.md


def test_the_examples_of_the_python_page_run_and_print_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    text = page("python.md")
    parts = re.findall(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", text, re.M | re.S)
    assert len(parts) == len(blocks(text, "python"))
    for code, expected in parts:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "docs/python.md", "exec"), names)
        assert printed.getvalue() == expected


# All pages


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda p: p.name)
def test_links_lead_to_pages_and_headings_that_are_there(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _prose(path)):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        linked = path.parent / name if name else path
        assert linked.exists(), target
        assert not anchor or anchor in _anchors(linked), target


def _prose(path: Path) -> str:
    return re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _prose(path), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
