"""What the tests of importers share: writing files, importing them, and facts as readable lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from handraise.facts.rows import Activity, AttributeChange, Fact, Rejection, SourceRow
from handraise.importers.imports import FileImport
from handraise.importers.mapping.model import ImportMapping
from handraise.importers.mapping.reading import read_mapping
from handraise.importers.opening import open_import
from handraise.importers.salesforce.ids import suffix_of
from handraise.importers.settings import ImportSettings
from handraise.model.time import iso, parse_instant

EXPORTED = parse_instant("2024-06-30T12:00:00Z")
SETTINGS = ImportSettings(EXPORTED)
SAMPLES = Path(__file__).parent / "samples"
SAMPLE_FILES = sorted(p for p in SAMPLES.rglob("*") if p.suffix in (".csv", ".json", ".jsonl"))


def sf_id(prefix: str, number: int) -> str:
    """A Salesforce id of 18 characters, with capitals in it."""
    id15 = f"{prefix}{number:06d}AbCdEf"[:15].ljust(15, "0")
    return id15 + suffix_of(id15)


def write(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def csv_text(header: Sequence[str], *rows: Sequence[str]) -> str:
    return "".join(",".join(cells) + "\n" for cells in (header, *rows))


def opened(
    folder: Path,
    content: str | bytes,
    settings: ImportSettings = SETTINGS,
    mapping: ImportMapping | None = None,
    name: str = "file.csv",
) -> FileImport:
    return open_import(write(folder, content, name), settings, mapping=mapping)


def rows_of(
    folder: Path,
    content: str | bytes,
    settings: ImportSettings = SETTINGS,
    mapping: ImportMapping | None = None,
) -> list[SourceRow]:
    return list(opened(folder, content, settings, mapping).rows())


def facts_of(
    folder: Path,
    content: str | bytes,
    settings: ImportSettings = SETTINGS,
    mapping: ImportMapping | None = None,
) -> list[Fact]:
    """The facts of a file of which every row is taken."""
    rows = rows_of(folder, content, settings, mapping)
    assert [r.rejection for r in rows if r.rejection] == []
    return [fact for row in rows for fact in row.facts]


def rejections_of(
    folder: Path,
    content: str | bytes,
    settings: ImportSettings = SETTINGS,
    mapping: ImportMapping | None = None,
) -> list[Rejection]:
    return [r.rejection for r in rows_of(folder, content, settings, mapping) if r.rejection]


def mapping_of(text: str) -> ImportMapping:
    return read_mapping(text, "mapping.yml")


def attributes(facts: Iterable[Fact]) -> dict[str, tuple[str | None, str, str]]:
    """Attribute changes by field: value, instant, how known."""
    return {
        f"{f.entity}.{f.field}": (f.value, iso(f.at), f.assumed.value)
        for f in facts
        if isinstance(f, AttributeChange)
    }


def activities(facts: Iterable[Fact]) -> list[Activity]:
    return [f for f in facts if isinstance(f, Activity)]


def of_kind(facts: Iterable[Fact], kind: type) -> list[Fact]:
    return [f for f in facts if isinstance(f, kind)]


def line(fact: Fact) -> str:
    """A fact on one line: its kind, then what it says, instants in words and only what is not the default."""
    shown = []
    for name, value in fact._asdict().items():
        if value is None or value == {} or (name == "known_at" and value == fact.at):
            continue
        if name in ("at", "known_at"):
            value = iso(value)
        elif hasattr(value, "value"):
            value = value.value
        shown.append(f"{name}={value}")
    return f"{type(fact).__name__}({', '.join(shown)})"


def told(rows: Iterable[SourceRow]) -> str:
    """The rows as a golden file tells them."""
    out = []
    for row in rows:
        out.append(f"line {row.line}")
        if row.rejection:
            out.append(f"  quarantined [{row.rejection.code}] {row.rejection.column}: {row.rejection.reason}")
        out += [f"  {line(fact)}" for fact in row.facts]
    return "\n".join(out) + "\n"
