"""Writes docs/architecture.md from the docstrings of packages and modules, in the order of the layers.

python docs/make_architecture.py          write it
python docs/make_architecture.py --check  exit 1 if it differs
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "handraise"
PAGE = ROOT / "docs" / "architecture.md"

# From the ground up: a layer imports only from those before it (pyproject.toml, import-linter).
LAYERS = (
    "version.py", "errors.py", "config.py", "model", "playbook", "facts", "importers", "hygiene", "identity", "evaluate",
    "engines", "evidence", "reports", "services", "workspace.py", "demo.py", "web", "cli",
)  # fmt: skip

HEAD = """# Architecture

Everything Handraise decides is a condition or a value of the playbook as a function of time, for a subject, over
timelines of facts. A decision is that function looked up at a point (subject, instant). So there is one evaluator,
and engines only bring whole accounts to it as arrays and carry decisions away.

```
 exports ──> importers ──> facts (tables with history)
                             │ chunks of whole accounts
 playbook ──> model ───> evaluate ───> decisions, reasons
                             │               │
                         evidence ──────> reports
                             └── services: workspace, command line
```

A layer imports only from those above it in this page; `import-linter` checks it. The page is made from the
docstrings by `python docs/make_architecture.py`, and a test compares it.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for layer in LAYERS for line in _layer(SOURCE / layer))]).rstrip() + "\n"


def _layer(path: Path) -> Iterator[str]:
    if path.is_file():
        yield from (f"## `{path.name}`", "", _docstring(path), "")
        return
    yield from (f"## `{path.name}/`", "", _docstring(path / "__init__.py"), "")
    for module in sorted(path.rglob("*.py")):
        if module.name != "__init__.py":
            yield f"- `{module.relative_to(path)}`: {_first_line(module)}"
    yield ""


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def _first_line(path: Path) -> str:
    return _docstring(path).partition("\n\n")[0].replace("\n", " ")


def main() -> int:
    if "--check" in sys.argv:
        return 0 if PAGE.read_text(encoding="utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
