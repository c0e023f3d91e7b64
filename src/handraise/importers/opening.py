"""From a path to a file ready to import: what it is, and by which importer or mapping."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from handraise.errors import InputFileError
from handraise.importers import archives
from handraise.importers.content import unreadable
from handraise.importers.hubspot import engagements as hubspot_engagements
from handraise.importers.imports import FileImport
from handraise.importers.mapping.matching import (
    activity_types,
    check_columns,
    column_uses,
    mapped_fields,
    matching_file,
)
from handraise.importers.mapping.model import FileMapping, ImportMapping
from handraise.importers.mapping.rows import MappedReader
from handraise.importers.marketo import activities as marketo_activities
from handraise.importers.recognise import Importer, recognise
from handraise.importers.rejects import refused
from handraise.importers.schema import Match, custom_fields
from handraise.importers.settings import ImportSettings
from handraise.importers.tables import Table, open_table

_TEXTS = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json")
ARCHIVE = ".zip"
SUFFIXES = (*_TEXTS, ".parquet", *(f"{suffix}.gz" for suffix in _TEXTS))


def open_import(
    path: Path,
    settings: ImportSettings,
    *,
    source: str | None = None,
    mapping: ImportMapping | None = None,
    workspace_mapping: ImportMapping | None = None,
) -> FileImport:
    """The file, recognised: by the mapping given for this import, by the workspace's, or as a known export, in this
    order. `source` renames the system it comes from. Raises `InputFileError`."""
    table = open_table(path)
    mappings = [m for m in (mapping, workspace_mapping) if m is not None]
    for given in mappings:
        file = matching_file(given, path, table.header)
        if file is not None:
            return _mapped(table, settings, source or given.source, given, file)
    return _known_export(table, settings, source, mappings)


@dataclass(frozen=True, slots=True)
class Listing:
    """The files that a path stands for, and those in a folder that are none to import."""

    files: tuple[Path, ...]
    passed_over: tuple[Path, ...] = ()


def files_at(path: Path) -> Listing:
    """The file itself; for a folder, the tables in it and in the folders within it, by name; for an archive, those in it;
    hidden ones are left alone. Raises `InputFileError`, also for a folder inside that may not be read."""
    if not _is_folder(path):
        return _chosen(path, archives.members(path)) if archives.is_archive(path) else Listing((path,))
    inside: list[Path] = []
    for folder, folders, names in os.walk(path, onerror=_raise):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        inside += (Path(folder) / name for name in names if not name.startswith("."))
    return _chosen(path, tuple(sorted(inside)))


def _chosen(place: Path, inside: Sequence[Path]) -> Listing:
    """The tables, and the archives, which whoever imports opens in turn."""
    files = tuple(p for p in inside if p.name.lower().endswith((*SUFFIXES, ARCHIVE)))
    if not files:
        kind = "folder" if _is_folder(place) else "archive"
        raise refused(
            "IF104",
            place,
            f"the {kind} `{place}` holds no CSV, JSON or Parquet file.",
            "Name a file, or another folder.",
        )
    return Listing(files, tuple(p for p in inside if p not in set(files)))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        raise unreadable(path, error) from error


def _raise(error: OSError) -> None:
    raise unreadable(Path(error.filename or "."), error) from error


def _known_export(
    table: Table, settings: ImportSettings, source: str | None, mappings: Sequence[ImportMapping]
) -> FileImport:
    catalog = settings.catalog()
    try:
        found = recognise(table.path, table.header, catalog)
    except InputFileError as error:
        raise _with_mappings(error, mappings) from None
    importer, name = found.importer, source or found.importer.source
    return FileImport(
        table.path,
        importer.schema.name,
        name,
        found.why,
        found.match.uses,
        custom_fields(found.match, importer.schema, catalog),
        table,
        settings,
        lambda: importer.reader(found.match, table.header, name, settings),
        _activity_types(importer, found.match, settings),
    )


def _activity_types(importer: Importer, match: Match, settings: ImportSettings) -> tuple[str, ...] | None:
    """The types that an export may hold, those of an instance's own ids too."""
    if importer.schema is hubspot_engagements.SCHEMA:
        return hubspot_engagements.types_told(match)
    if importer.schema is not marketo_activities.SCHEMA or importer.activity_types is None:
        return importer.activity_types
    return tuple(dict.fromkeys((*importer.activity_types, *settings.marketo_types.values())))


def _mapped(
    table: Table, settings: ImportSettings, source: str, mapping: ImportMapping, file: FileMapping
) -> FileImport:
    check_columns(file, mapping, table.path, table.header)
    catalog = settings.catalog()
    shown = ", ".join(f"`{c}`" for c in file.columns)
    by_columns = f"it has the column{'s' if len(file.columns) > 1 else ''} {shown}" if file.columns else ""
    by_name = f"its name is like `{file.file}`" if file.file else ""
    why = f"{' and '.join(filter(None, (by_columns, by_name)))}, as the mapping `{mapping.path}` says."
    return FileImport(
        table.path,
        file.name,
        source,
        why,
        column_uses(file, table.header),
        mapped_fields(file, catalog),
        table,
        settings,
        lambda: MappedReader(file, source, table.header, settings, catalog),
        activity_types(file),
    )


def _with_mappings(error: InputFileError, mappings: Sequence[ImportMapping]) -> InputFileError:
    """Adds what the mappings would have taken."""
    kinds = [
        f"`{f.name}` of `{m.path}` needs {', '.join(f'`{c}`' for c in f.columns)}"
        for m in mappings
        for f in m.files
        if f.columns
    ]
    if not kinds:
        return error
    advice = (*error.advice, f"In the mappings, {'; '.join(kinds[:5])}.")
    return InputFileError(error.sentence, advice, problems=error.problems)
