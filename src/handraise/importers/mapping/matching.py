"""Which file of a mapping a header is, and what each of its columns is then used for."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

from rapidfuzz import process

from handraise.errors import InputFileError, Problem
from handraise.importers.mapping.model import ColumnSpec, FileMapping, ImportMapping, Target
from handraise.importers.rejects import refused
from handraise.importers.schema import ColumnUse
from handraise.model.fields import Field, FieldCatalog, FieldDefinition
from handraise.model.values import FieldType


def matching_file(mapping: ImportMapping, path: Path, header: Sequence[str]) -> FileMapping | None:
    """The kind of file whose columns are all there and whose name fits; of several the one that asks for most.
    Raises `InputFileError` if two ask for the same."""
    names = {h.casefold() for h in header}
    fitting = [f for f in mapping.files if _fits(f, path, names)]
    if not fitting:
        return None
    fitting.sort(key=lambda f: (f.file is None, -len(f.columns)))
    rivals = [
        f
        for f in fitting
        if (f.file is None, len(f.columns)) == (fitting[0].file is None, len(fitting[0].columns))
    ]
    if len(rivals) > 1:
        both = " and ".join(f"`{f.name}`" for f in rivals)
        raise refused(
            "IF113",
            path,
            f"`{path}` could be {both} of the mapping `{mapping.path}`.",
            "Give one of them more columns to match, or a file name.",
        )
    return fitting[0]


def _fits(file: FileMapping, path: Path, names: set[str]) -> bool:
    by_name = file.file is None or fnmatch(path.name.casefold(), file.file.casefold())
    return by_name and all(c.strip().casefold() in names for c in file.columns)


def check_columns(file: FileMapping, mapping: ImportMapping, path: Path, header: Sequence[str]) -> None:
    """That the file has every column that the mapping reads. Raises `InputFileError` with all that are not there."""
    names = {h.casefold(): h for h in header}
    problems = []
    for spec in (s for t in file.targets for s in t.all_specs if not s.optional):
        problems += [
            _absent(name, spec, path, header) for name in spec.columns if name.strip().casefold() not in names
        ]
    for condition in (c for t in file.targets for c in t.when):
        if condition.column.strip().casefold() not in names:
            problems.append(_absent(condition.column, ColumnSpec(span=condition.span), path, header))
    if problems:
        sentence = f"`{path}` lacks columns that `{file.name}` of the mapping `{mapping.path}` reads."
        raise InputFileError(sentence, problems=tuple(problems))


def _absent(name: str, spec: ColumnSpec, path: Path, header: Sequence[str]) -> Problem:
    near = process.extractOne(name, [h for h in header if h], score_cutoff=60)
    advice = (f"Did you mean `{near[0]}`?",) if near else ()
    return Problem(
        "MP214",
        f"`{path.name}` has no column `{name}`.",
        spec.span,
        None,
        (*advice, "Or say `optional: true`."),
    )


def column_uses(file: FileMapping, header: Sequence[str]) -> tuple[ColumnUse, ...]:
    """What each column of the file is used for."""
    used: dict[str, list[tuple[Target, str, Field | None]]] = {}
    for target in file.targets:
        for word, spec in (
            *target.specs.items(),
            *((f"property {n}", s) for n, s in target.properties.items()),
        ):
            for name in spec.columns:
                used.setdefault(name.strip().casefold(), []).append((target, word, None))
        for own, spec in target.fields.items():
            for name in spec.columns:
                used.setdefault(name.strip().casefold(), []).append((target, "fields", own))
    return tuple(_use(h, i, used.get(h.casefold(), [])) for i, h in enumerate(header))


def _use(header: str, position: int, uses: list[tuple[Target, str, Field | None]]) -> ColumnUse:
    if not uses:
        return ColumnUse(
            header, None, (), "the mapping does not use it" if header else "has no name", position
        )
    means = ", ".join(
        dict.fromkeys(f"{t.table}.{word}" if own is None else str(own) for t, word, own in uses)
    )
    fields = tuple(dict.fromkeys(own for _, _, own in uses if own is not None))
    return ColumnUse(header, means, fields, "mapping", position)


def mapped_fields(file: FileMapping, catalog: FieldCatalog) -> tuple[FieldDefinition, ...]:
    """The fields of one's own that the mapping fills, with their types."""
    standard = FieldCatalog()
    found: dict[Field, FieldDefinition] = {}
    for target in file.targets:
        for own, spec in target.fields.items():
            if standard.get(own) is None:
                type_ = spec.type or (catalog.type_of(own) if catalog.get(own) else FieldType.TEXT)
                columns = ", ".join(f"`{c}`" for c in spec.columns)
                found[own] = FieldDefinition(
                    own, type_, catalog.label(own), f"column {columns}" if columns else ""
                )
    return tuple(found.values())


def activity_types(file: FileMapping) -> tuple[str, ...] | None:
    """The types of activity that the mapping names; empty if the cells name them; `None` without activities."""
    targets = [t for t in file.targets if t.table == "activities"]
    if not targets:
        return None
    possible = [t.specs["type"].possible for t in targets]
    if any(p is None for p in possible):
        return ()
    return tuple(dict.fromkeys(v for p in possible if p is not None for v in p))
