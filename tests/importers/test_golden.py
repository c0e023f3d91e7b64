"""Small exports and every fact that comes out of them; `HANDRAISE_UPDATE_GOLDEN=1` writes the golden files anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.importers.helpers import SAMPLE_FILES, SAMPLES, SETTINGS, told

from handraise.importers.opening import open_import

GOLDEN = Path(__file__).parent / "golden"
NAMES = [str(p.relative_to(SAMPLES)) for p in SAMPLE_FILES]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_gives_exactly_these_facts(name: str) -> None:
    opened = open_import(SAMPLES / name, SETTINGS)
    text = f"{opened.importer}, source {opened.source}\n" + told(opened.rows())
    text += "".join(f"not imported: {u.header} ({u.how})\n" for u in opened.unused_columns)
    text += "".join(f"own field: {d.field} ({d.type.value})\n" for d in opened.custom_fields)
    text += "".join(
        f"finding [{f.code}]{'' if f.n is None else f' {f.n} x'} {f.sentence}\n" for f in opened.findings
    )
    golden = GOLDEN / (name.replace("/", "-").rpartition(".")[0] + ".txt")
    if os.environ.get("HANDRAISE_UPDATE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text()
