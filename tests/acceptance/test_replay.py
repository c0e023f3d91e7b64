"""Any moment can be replayed, and no later fact changes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from handraise.config import Settings
from handraise.engines.local import LocalEngine
from handraise.facts.imports import ImportHeader
from handraise.facts.rows import Coverage, SourceRow
from handraise.facts.store import FactStore
from handraise.importers.opening import open_import
from handraise.importers.settings import ImportSettings
from handraise.model.fields import Field, FieldCatalog
from handraise.model.playbook import Playbook
from handraise.model.scores import Thresholds, TopShare
from handraise.model.time import MICROS_PER_DAY, Micros, parse_instant
from handraise.playbook.reader import load
from handraise.services.deciding import Deciding
from handraise.services.settings import read_settings
from handraise.workspace import Workspace

pytestmark = pytest.mark.xdist_group("replay")

EXPORTED_AT = parse_instant("2026-09-30")
PAST = parse_instant("2025-05-14T09:30:00Z")
FILES = (
    "salesforce/Account.csv",
    "salesforce/Contact.csv",
    "salesforce/Lead.csv",
    "salesforce/Opportunity.csv",
    "salesforce/OpportunityHistory.csv",
    "salesforce/OpportunityContactRole.csv",
    "marketo/leads.csv",
    "marketo/activities_2025-03.csv",
    "marketo/activities_2025-04.csv",
    "marketo/activities_2025-05.csv",
    "marketo/activities_2025-06.csv",
)


class _Case:
    """The example's facts, given to stores in whole or in part."""

    def __init__(self, example: Path) -> None:
        self.example = example
        settings = read_settings(example)
        self.settings = ImportSettings(
            exported_at=EXPORTED_AT,
            from_creation=frozenset(Field.parse(n) for n in settings.assumed_from_creation),
            types={d.field: d.type for d in FieldCatalog()},
        )
        self.playbook: Playbook = load(example / "playbook.yml", FieldCatalog())

    def fill(self, store: FactStore, files: tuple[str, ...] = FILES, known_by: Micros | None = None) -> None:
        for name in files:
            opened = open_import(self.example / "data" / name, self.settings)
            store.define_fields(opened.custom_fields)
            header = ImportHeader(
                opened.source, opened.importer, name, opened.sha256, EXPORTED_AT, EXPORTED_AT
            )
            rows = opened.rows() if known_by is None else _known_by(opened.rows(), known_by)
            store.append(header, rows, lambda o=opened: _clipped(o.coverage, known_by))  # type: ignore[misc]

    def engine(self, store: FactStore) -> LocalEngine:
        return LocalEngine(store, self.playbook, FieldCatalog(store.fields()))


def _known_by(rows: Iterator[SourceRow], instant: Micros) -> Iterator[SourceRow]:
    """The rows with only the facts that were known by the instant."""
    for row in rows:
        facts = tuple(f for f in row.facts if f.known_at <= instant and f.at <= instant)
        if facts:
            yield SourceRow(row.line, facts)


def _clipped(spans: tuple[Coverage, ...], instant: Micros | None) -> tuple[Coverage, ...]:
    if instant is None:
        return spans
    return tuple(
        Coverage(s.activity_types, s.from_at, min(s.to_at, instant)) for s in spans if s.from_at <= instant
    )


@pytest.fixture(scope="module")
def case(example: Path) -> _Case:
    return _Case(example)


@pytest.fixture(scope="module")
def whole(case: _Case, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FactStore]:
    with FactStore(tmp_path_factory.mktemp("whole") / "facts.duckdb") as store:
        case.fill(store)
        yield store


def test_deciding_a_past_instant_equals_deciding_without_the_facts_known_later(
    case: _Case, whole: FactStore, tmp_path: Path
) -> None:
    with FactStore(tmp_path / "facts.duckdb") as then:
        case.fill(then, known_by=PAST)
        known_then = case.engine(then).decide(PAST).table
    replayed = case.engine(whole).decide(PAST).table
    assert len(replayed) > 1_000
    assert replayed.equals(known_then)


def test_a_past_instant_knows_the_calibrations_made_by_then_and_none_made_later(
    case: _Case, tmp_path: Path
) -> None:
    """Thresholds by share that were stored the day before hold, on the whole facts and on those without what came later."""
    day_before = PAST - MICROS_PER_DAY
    top = Thresholds(*(TopShare(Fraction(share)) for share in ("1/20", "1/5", "1/2")))
    book = replace(
        case.playbook,
        fit=replace(case.playbook.fit, grades=top),
        engagement=replace(case.playbook.engagement, levels=top),
    )
    with FactStore(tmp_path / "then.duckdb") as then, FactStore(tmp_path / "whole.duckdb") as whole:
        for store in (then, whole):
            case.fill(store, known_by=day_before)
            Deciding(store, Settings(), lambda: day_before).decide(book, day_before)
        case.fill(then, known_by=PAST)
        case.fill(whole)
        Deciding(whole, Settings(), lambda: EXPORTED_AT).decide(book, EXPORTED_AT)
        assert len([c for c in whole.calibrations() if c.known_at is not None]) == 2
        known_then, replayed = (
            Deciding(store, Settings(), lambda: EXPORTED_AT).look(book, PAST) for store in (then, whole)
        )
    assert len(replayed.table) > 1_000
    assert replayed.table.equals(known_then.table)
    assert any("and stored at 2025-05-13" in finding.sentence for finding in replayed.findings)


def test_the_order_of_imports_changes_no_decision(case: _Case, whole: FactStore, tmp_path: Path) -> None:
    with FactStore(tmp_path / "facts.duckdb") as backwards:
        case.fill(backwards, tuple(reversed(FILES)))
        assert (
            case.engine(backwards)
            .decide(EXPORTED_AT)
            .table.equals(case.engine(whole).decide(EXPORTED_AT).table)
        )


def test_importing_again_adds_nothing(case: _Case, whole: FactStore, tmp_path: Path) -> None:
    with FactStore(tmp_path / "facts.duckdb") as twice:
        case.fill(twice)
        last = twice.last_seq
        case.fill(twice)
        assert twice.last_seq == last
        assert all(i.accepted == 0 for i in twice.imports()[len(FILES) :])
        assert case.engine(twice).decide(PAST).table.equals(case.engine(whole).decide(PAST).table)


def test_a_file_split_in_pieces_gives_the_same_decisions(
    case: _Case, whole: FactStore, tmp_path: Path
) -> None:
    pieces = tmp_path / "pieces"
    with FactStore(tmp_path / "facts.duckdb") as split:
        for name in FILES:
            for piece in _pieces(case.example / "data" / name, pieces / name):
                opened = open_import(piece, case.settings)
                split.define_fields(opened.custom_fields)
                header = ImportHeader(
                    opened.source, opened.importer, name, opened.sha256, EXPORTED_AT, EXPORTED_AT
                )
                split.append(header, opened.rows(), lambda o=opened: o.coverage)  # type: ignore[misc]
        for instant in (PAST, EXPORTED_AT):
            assert case.engine(split).decide(instant).table.equals(case.engine(whole).decide(instant).table)


def _pieces(path: Path, folder: Path, n: int = 3) -> list[Path]:
    folder.mkdir(parents=True)
    header, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    made = []
    for i in range(n):
        made.append(folder / f"{i}.csv")
        made[-1].write_text(header + "".join(lines[i::n]), encoding="utf-8")
    return made


@pytest.mark.parametrize("max_rows", [1_000, 20_000])
@pytest.mark.parametrize("n_threads", [1, 3])
def test_neither_chunks_nor_threads_change_a_row(
    case: _Case, whole: FactStore, max_rows: int, n_threads: int
) -> None:
    catalog = FieldCatalog(whole.fields())
    small = LocalEngine(whole, case.playbook, catalog, n_threads=n_threads, max_rows_per_chunk=max_rows)
    assert small.decide(PAST).table.equals(case.engine(whole).decide(PAST).table)


def test_deciding_a_few_people_gives_their_rows_of_everybody(case: _Case, whole: FactStore) -> None:
    table = case.engine(whole).decide(PAST).table
    few = table["person_id"].to_pylist()[::97]
    some = case.engine(whole).decide(PAST, people=few).table
    assert some.equals(table.filter(_among(table, few)))


def _among(table: object, few: list[str]) -> object:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.is_in(table["person_id"], value_set=pa.array(few))  # type: ignore[index]


def test_a_late_import_does_not_change_what_a_run_gives_back(example: Path, tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "workspace")
    for name in ("playbook.yml", "handraise.yml"):
        (workspace.folder / name).write_text((example / name).read_text(encoding="utf-8"), encoding="utf-8")
    workspace = Workspace(workspace.folder)
    data = example / "data"
    workspace.import_files([data / n for n in FILES[:6]], exported_at="2026-09-30")
    before = workspace.decide("2025-06-30")
    workspace.import_files([data / n for n in FILES[6:]], exported_at="2026-09-30")
    after = workspace.decide("2025-06-30")
    assert not after.table.equals(before.table)
    assert after.run_id != before.run_id
    again = workspace.decide_again(before.run_id)
    assert again.table.equals(before.table)
    assert again.run_id == before.run_id
