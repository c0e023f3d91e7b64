"""From a path to a file ready to import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from handraise.importers.imports import FileImport
from handraise.importers.recognise import recognise
from handraise.importers.schema import custom_fields
from handraise.importers.settings import ImportSettings
from handraise.importers.tables import Table, open_table


def open_import(path: Path, settings: ImportSettings, *, source: str | None = None) -> FileImport:
    table = open_table(path)
    return _known_export(table, settings, source)


def _known_export(table: Table, settings: ImportSettings, source: str | None) -> FileImport:
    catalog = settings.catalog()
    found = recognise(table.path, table.header, catalog)
    importer, name = found.importer, source or found.importer.source
    return FileImport(
        table.path,
        importer.schema.name,
        name,
        found.why,
        found.match.uses,
        custom_fields(found.match.uses, catalog),
        table,
        settings,
        lambda: importer.reader(found.match, table.header, name, settings),
        importer.activity_types,
    )
