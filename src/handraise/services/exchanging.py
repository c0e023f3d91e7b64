"""Facts exchanged with other places: a folder of Parquet files, or a warehouse that decisions go back to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from handraise.config import Settings
from handraise.engines.adbc import TableRead, Warehouse
from handraise.errors import EngineError, ExitCode, HandraiseError
from handraise.facts.interchange import tables
from handraise.facts.interchange.layout import table_named
from handraise.facts.interchange.loading import Incoming, LoadedTable
from handraise.facts.interchange.parquet import file_name, read_parquet, write_parquet
from handraise.facts.store import FactStore
from handraise.services.clock import Clock
from handraise.services.importing import FileOutcome, reason_of
from handraise.services.settings import field_catalog

# Stand for the source of rows that do not say theirs; such rows are quarantined.
FOLDER, WAREHOUSE = "facts", "warehouse"


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What was written: the folder, the append number up to which facts are in it, and rows by table."""

    folder: Path
    horizon: int
    n_rows: Mapping[str, int]

    def as_dict(self) -> dict[str, object]:
        return {"folder": str(self.folder), "horizon": self.horizon, "n_rows": dict(self.n_rows)}


@dataclass(frozen=True, slots=True)
class PushResult:
    """Where a run's decisions went, how many there are now, and how many of the same run they replaced."""

    run_id: str
    playbook_version: str
    warehouse: str
    table: str
    n_rows: int
    n_replaced: int

    def as_dict(self) -> dict[str, object]:
        return {
            "run": self.run_id,
            "playbook_version": self.playbook_version,
            "warehouse": self.warehouse,
            "table": self.table,
            "n_rows": self.n_rows,
            "n_replaced": self.n_replaced,
        }


@dataclass(frozen=True, slots=True)
class Exchanging:
    """The use case over one store."""

    store: FactStore
    settings: Settings
    clock: Clock

    def export_facts(self, folder: Path) -> ExportResult:
        """Write every fact to a folder of Parquet files."""
        horizon = self.store.last_seq
        return ExportResult(folder, horizon, write_parquet(self.store, folder, horizon))

    def import_facts(self, folder: Path, only: Sequence[str] = ()) -> tuple[FileOutcome, ...]:
        """Take in a folder of facts, all its tables or `only` some. Everything is read before anything is kept."""
        found = read_parquet(folder, only or None)
        read = (TableRead(name, file_name(name), batches, ()) for name, batches in found)
        return self._take(FOLDER, read)

    def pull(
        self, url: str, schema: str | None, names: Mapping[str, str], only: Sequence[str] = ()
    ) -> tuple[FileOutcome, ...]:
        """Take in the facts of a warehouse; `names` are those of tables that are called otherwise there."""
        chosen = only or tuple(t.name for t in tables.TABLES)
        called = {table_named(name).name: name for name in chosen}
        called.update((table_named(name).name, here) for name, here in names.items())
        with Warehouse(url, schema) as warehouse:
            return self._take(WAREHOUSE, warehouse.read(called))

    def push(self, url: str, schema: str | None, run_id: str | None) -> PushResult:
        """Write the decisions of a run (default: the latest) to a warehouse."""
        run = self.store.run(run_id) if run_id is not None else next(iter(self.store.runs()), None)
        if run is None:
            raise EngineError("There are no runs yet.", ("Run `handraise decide` first.",))
        decisions = self.store.decisions_of(run.id)
        with Warehouse(url, schema) as warehouse:
            pushed = warehouse.write_decisions(run.id, run.playbook_version, _sorted(decisions))
            shown = warehouse.address.shown
        return PushResult(run.id, run.playbook_version, shown, pushed.table, pushed.n_rows, pushed.n_replaced)

    def _take(self, origin: str, read: Iterable[TableRead]) -> tuple[FileOutcome, ...]:
        self.store.check_writable()
        catalog = field_catalog(self.settings, self.store.fields())
        with Incoming(origin, catalog) as incoming:
            for table in read:
                incoming.read(table.name, table.batches, table.place, table.unknown_columns)
            loaded = incoming.append_to(self.store, self.clock())
        return tuple(self._outcome(each) for each in loaded)

    def _outcome(self, loaded: LoadedTable) -> FileOutcome:
        same = [i.id for i in self.store.imports() if i.file_sha256 in loaded.sha256]
        rows = self.store.quarantine(same) if loaded.quarantined else ()
        return FileOutcome(
            file_name=loaded.place,
            taken_for=f"facts: {loaded.table}",
            source=", ".join(loaded.sources),
            rows_in=loaded.rows_in,
            accepted=loaded.accepted,
            duplicate=loaded.duplicate,
            quarantined=loaded.quarantined,
            reasons=tuple(Counter(reason_of(r) for r in rows).most_common()),
            unknown_columns=loaded.unknown_columns,
            findings=loaded.findings,
        )


def names_given(pairs: Sequence[str]) -> dict[str, str]:
    """`people=crm_people` as what a table is called elsewhere. Raises `HandraiseError` for anything else."""
    names: dict[str, str] = {}
    for pair in pairs:
        name, equals, here = pair.partition("=")
        if not (name and equals and here) or name in names:
            raise HandraiseError(
                f"`{pair}` does not say once what a table is called.",
                ("Write for example `--table people=crm_people`.",),
                exit_code=ExitCode.USAGE,
            )
        names[name] = here
    return names


def _sorted(decisions: pa.Table) -> pa.Table:
    return decisions.sort_by("person_id") if decisions.num_rows else decisions
