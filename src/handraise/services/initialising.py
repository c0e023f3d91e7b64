"""A fresh workspace: settings, starter playbook, mapping example, and JSON Schema wired for editors."""

from __future__ import annotations

import json
from dataclasses import fields as dataclass_fields
from importlib.resources import files
from pathlib import Path

from handraise.config import MAPPING_FILE, PLAYBOOK_FILE, PLAYBOOK_FOLDER, SETTINGS_FILE, Settings, help_of
from handraise.errors import WorkspaceError
from handraise.importers.mapping.schema import mapping_schema
from handraise.model.fields import FieldCatalog
from handraise.playbook.schema import MODELINE
from handraise.playbook.schema import schema as playbook_schema

SCHEMA_FOLDER = ".handraise"
PLAYBOOK_SCHEMA = f"{SCHEMA_FOLDER}/playbook.schema.json"
MAPPING_SCHEMA = f"{SCHEMA_FOLDER}/mapping.schema.json"
MAPPING_EXAMPLE = "mapping.example.yml"

_GITIGNORE = """# The facts are data, not text; the schemas are made anew by `handraise check`.
*.duckdb
*.duckdb.wal
report.html
"""

_EXAMPLES = {
    "time_zone": "Europe/London",
    "source_trust": "[salesforce, marketo]",
    "fields": "{account.it_budget: number}",
    "assumed_from_creation": "[account.industry, account.employees, person.title]",
    "won_stages": "[Signed]",
    "lost_stages": "[Declined]",
    "missing": '["-", N/A]',
    "formats": '["%d/%m/%Y", "%d/%m/%Y %H:%M"]',
    "marketo_types": "{100042: webinar.attended}",
    "covers_types": "{marketo: [form.submitted, email.clicked]}",
    "alarm_owners": "{marketo: dana@example.com}",
    "as_of": '"2026-09-30"',
}


def create_workspace(folder: Path) -> tuple[str, ...]:
    """Make `folder` a workspace; returns the files written, relative to it. Overwrites nothing.

    Raises `WorkspaceError` when it is one already.
    """
    if (folder / SETTINGS_FILE).exists():
        raise WorkspaceError(
            f"`{folder}` is a workspace already.", ("Choose another folder, or use this one as it is.",)
        )
    if folder.exists() and not folder.is_dir():
        raise WorkspaceError(f"`{folder}` is a file, not a folder.")
    starter = files("handraise.playbook").joinpath("starter")
    texts = {
        SETTINGS_FILE: settings_text(),
        PLAYBOOK_FILE: f"{MODELINE}{PLAYBOOK_SCHEMA}\n"
        + starter.joinpath("playbook.yml").read_text(encoding="utf-8"),
        MAPPING_EXAMPLE: files("handraise.importers")
        .joinpath("mapping.example.yml")
        .read_text(encoding="utf-8"),
        ".gitignore": _GITIGNORE,
        ".vscode/settings.json": _json(
            {
                "yaml.schemas": {
                    PLAYBOOK_SCHEMA: [PLAYBOOK_FILE, f"{PLAYBOOK_FOLDER}/*.yml"],
                    MAPPING_SCHEMA: MAPPING_FILE,
                }
            }
        ),
    }
    written = [name for name, text in texts.items() if _write_new(folder / name, text)]
    return (*written, *write_schemas(folder, FieldCatalog()))


def write_schemas(folder: Path, catalog: FieldCatalog) -> tuple[str, ...]:
    """The JSON Schemas, with the workspace's own fields; written anew."""
    schemas = {PLAYBOOK_SCHEMA: playbook_schema(catalog), MAPPING_SCHEMA: mapping_schema()}
    for name, schema in schemas.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_json(schema), encoding="utf-8")
    return tuple(schemas)


def settings_text() -> str:
    """The settings file with every setting explained and commented out at its default."""
    lines = [
        '# Settings of this workspace. Unless it says "for example", what is commented out is the default.',
        "",
    ]
    for field in dataclass_fields(Settings):
        example = _EXAMPLES.get(field.name)
        says = f"# {help_of(field.name)}" + (" For example:" if example else "")
        lines += [says, f"# {field.name}: {example or field.default}", ""]
    return "\n".join(lines)


def _write_new(path: Path, text: str) -> bool:
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


def _json(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
