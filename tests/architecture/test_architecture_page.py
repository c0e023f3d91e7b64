"""The architecture page says what the code says."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_architecture_page_is_made_from_the_docstrings() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_architecture.py"))
    written = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert written == made["page"](), "Run `python docs/make_architecture.py`."


def test_every_folder_of_the_source_is_a_layer_of_the_page() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_architecture.py"))
    found = {
        p.name
        for p in (ROOT / "src" / "handraise").iterdir()
        if p.name not in ("__init__.py", "__main__.py", "py.typed", "__pycache__")
    }
    assert found == set(made["LAYERS"])
