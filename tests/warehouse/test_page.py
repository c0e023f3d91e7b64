"""docs/warehouse.md names what there is."""

from __future__ import annotations

import re
from pathlib import Path

from tests.warehouse.test_interchange import BAD

from handraise.facts.interchange import tables

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "warehouse.md").read_text(encoding="utf-8")
SOURCE = "".join(
    p.read_text(encoding="utf-8")
    for folder in ("facts/interchange", "engines")
    for p in sorted((ROOT / "src/handraise" / folder).glob("*.py"))
)


def test_the_page_has_every_table_with_its_columns_in_order() -> None:
    for table in tables.TABLES:
        section = PAGE.partition(f"### `{table.name}`\n")[2].partition("\n### ")[0]
        assert f"One row: {table.grain}." in section
        found = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", section, re.M)
        assert found == [
            (c.name, c.kind.value + (" or nothing" if c.may_be_unknown else ""), c.meaning)
            for c in table.columns
        ]


def test_the_page_says_what_each_code_is() -> None:
    listed = set(re.findall(r"^\| `(FT\d{3})` \|", PAGE, re.M))
    assert listed == set(re.findall(r'"(FT\d{3})"', SOURCE))


def test_the_page_names_every_reason_for_quarantine() -> None:
    listed = set(re.findall(r"^\| `([a-z0-9_]+)` \| [A-Z]", PAGE, re.M))
    assert {code for *_, code in BAD} <= listed
    told = set(re.findall(r'(?:_reject\([^,]+, |CellRejectedError\([^,]+, )"([a-z0-9_]+)"', SOURCE))
    told |= set(re.findall(r'\], "([a-z0-9_]+)"\)', SOURCE))
    assert listed == {*told, "conflict", "missing_value"}
