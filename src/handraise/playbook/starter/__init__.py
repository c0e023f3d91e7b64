"""The playbook that a new workspace starts with: a resource, read like any other."""

from __future__ import annotations

from importlib.resources import files


def starter_text() -> str:
    """The text of the starter playbook."""
    return (files(__name__) / "playbook.yml").read_text(encoding="utf-8")
