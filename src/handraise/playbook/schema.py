"""The JSON Schema (draft 7) of a playbook, made of the same declarations that read it.

Editors complete and check a playbook with it: `# yaml-language-server: $schema=playbook.schema.json`.
"""

from __future__ import annotations

from handraise.model.fields import FieldCatalog
from handraise.playbook.condition_shape import CONDITION, value_test_definitions
from handraise.playbook.sections import PLAYBOOK
from handraise.playbook.shapes import Json, SchemaBook

MODELINE = "# yaml-language-server: $schema="


def schema(catalog: FieldCatalog) -> Json:
    """The schema for a workspace's fields."""
    book = SchemaBook(catalog)
    root = PLAYBOOK.schema(book)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Handraise playbook",
        "description": "What marketing and sales agreed: who fits, what counts, who is in which segment.",
        **root,
        "definitions": {"condition": CONDITION.definition(book), **value_test_definitions()},
    }
