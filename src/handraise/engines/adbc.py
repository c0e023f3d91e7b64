"""The warehouse engine: facts come in from a database through ADBC as Arrow, decisions go back in bulk.

What differs between databases stands in `POSTGRESQL` and `OTHER`; values are bound, names are quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from handraise.engines.adbc_address import adbc_error, connect, read_url
from handraise.errors import EngineError, ExitCode, HandraiseError, InputFileError, Problem
from handraise.evaluate.decide import DECISION_COLUMNS
from handraise.facts.interchange import layout, tables

DECISIONS_TABLE = "handraise_decisions"
STAGING_TABLE = "handraise_decisions_staging"
# One row a person of a run: the run, what decided it, and the columns of the decision table.
WAREHOUSE_COLUMNS = pa.schema(
    [
        pa.field("run_id", pa.string(), nullable=False),
        pa.field("playbook_version", pa.string(), nullable=False),
        *DECISION_COLUMNS,
    ]
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between databases.

    `snapshot` makes all that is read one look at the data; `lock` lets one push at a time write; `marks` is how a
    statement marks its only value; `index_name` names an index where there are any; `max_name_bytes` is where names would be cut silently (0: they are not).
    """

    types: Mapping[str, str]
    lists_as_json: bool
    temporary_staging: bool
    mark: str
    snapshot: tuple[str, ...] = ()
    lock: tuple[str, ...] = ()
    max_name_bytes: int = 0
    index_name: str = ""

    def type_of(self, type_: pa.DataType) -> str:
        """The database's name of a column's type."""
        if pa.types.is_list(type_):
            return self.types["string"] if self.lists_as_json else f"{self.type_of(type_.value_type)}[]"
        return self.types[str(type_)]


_TYPES = {
    "string": "VARCHAR",
    "double": "DOUBLE PRECISION",
    "bool": "BOOLEAN",
    "int8": "SMALLINT",
    "int16": "SMALLINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "date32[day]": "DATE",
    "timestamp[us, tz=UTC]": "TIMESTAMP WITH TIME ZONE",
}
POSTGRESQL = Dialect(
    types={**_TYPES, "string": "text"},
    lists_as_json=False,
    temporary_staging=True,
    mark="$1",
    snapshot=("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",),
    lock=("SELECT pg_advisory_xact_lock(hashtext('handraise_decisions'))",),
    max_name_bytes=63,
    index_name="handraise_decisions_run_id",
)
OTHER = Dialect(types=_TYPES, lists_as_json=True, temporary_staging=False, mark="?")


@dataclass(frozen=True, slots=True)
class TableRead:
    """A table of facts being read: which it is, what it is called there, its batches, and columns passed over."""

    name: str
    place: str
    batches: Iterator[pa.RecordBatch]
    unknown_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pushed:
    """Where the decisions of a run went, and how many there are of it now."""

    table: str
    n_rows: int
    n_replaced: int


class Warehouse:
    """A connection to a warehouse; use as a context manager.

    `schema` is where its tables are; without it, where the database looks by itself. Raises `EngineError` where
    the driver is missing or the database does not let us in.
    """

    def __init__(self, url: str, schema: str | None = None) -> None:
        self.address = read_url(url)
        self.dialect = POSTGRESQL if self.address.is_postgresql else OTHER
        self.schema = schema
        self._connection = connect(self.address)

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with suppress(adbc_error()):
            self._connection.rollback()
        self._connection.close()

    def place(self, name: str) -> str:
        """What a table is called in messages."""
        return name if self.schema is None else f"{self.schema}.{name}"

    def read(self, names: Mapping[str, str]) -> Iterator[TableRead]:
        """Each table of facts with its rows in a fixed order, all in one look at the data.

        `names` says what the tables are called here. Raises `InputFileError` with every table and column that is
        missing or of another type, before anything is read.
        """
        chosen = {layout.table_named(name): here for name, here in names.items()}
        schemas = {table: self._schema_of(here) for table, here in chosen.items()}
        problems = [p for table, here in chosen.items() for p in self._problems(table, here, schemas[table])]
        if problems:
            sentence = f"`{self.address.shown}` has not the facts asked for."
            raise InputFileError(sentence, problems=tuple(problems))
        for statement in self.dialect.snapshot:
            self._run(statement)
        for table, here in chosen.items():
            unknown = layout.unknown_columns(schemas[table] or table.schema, table)
            yield TableRead(table.name, self.place(here), self._batches(table, here), unknown)
        self._connection.rollback()

    def write_decisions(self, run_id: str, playbook_version: str, decisions: pa.Table) -> Pushed:
        """Writes a run's decisions in the place of those that it has there: all of them, or nothing.

        The table is made if it is missing; columns that it lacks are added, and unknown for older runs.
        """
        there = self._schema_of(DECISIONS_TABLE)
        rows = _rows(run_id, playbook_version, decisions, self.dialect)
        _refuse_unfit(rows)
        target, staging = self._target(), self._staging()
        columns = ", ".join(self._quoted(n) for n in WAREHOUSE_COLUMNS.names)
        with self._all_or_nothing():
            for statement in (*self.dialect.lock, *self._ddl(there)):
                self._run(statement)
            self._ingest(rows)
            n_replaced = self._delete(target, run_id)
            self._run(f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {staging}")
            self._connection.commit()
            self._run(f"DROP TABLE {staging}")
            self._connection.commit()
        return Pushed(self.place(DECISIONS_TABLE), rows.num_rows, n_replaced)

    def _problems(self, table: tables.Table, here: str, schema: pa.Schema | None) -> list[Problem]:
        if schema is None:
            advice = (
                f"It should hold: {table.meaning}. A table without rows will do.",
                f"Name it with `--table {table.name}=NAME`, its schema with `--schema`, or leave it out with `--only`.",
            )
            return [Problem("FT206", f"there is no table `{self.place(here)}`.", advice=advice)]
        return layout.problems_of(schema, table, self.place(here))

    def _schema_of(self, name: str) -> pa.Schema | None:
        """A table's columns; `None` where there is no such table."""
        try:
            with self._cursor() as cursor:
                cursor.execute(f"SELECT * FROM {self._qualified(name)} WHERE 1 = 0")
                with cursor.fetch_record_batch() as reader:
                    return reader.schema
        except adbc_error() as error:
            if _is_missing_table(error):
                return None
            raise self._failed(error) from None
        finally:
            self._connection.rollback()

    def _batches(self, table: tables.Table, here: str) -> Iterator[pa.RecordBatch]:
        """The rows, sorted so that the same facts are read in the same order again."""
        columns = ", ".join(self._quoted(c) for c in table.names)
        # Properties may be `json`, which PostgreSQL cannot sort; rows that differ in nothing else contradict each other.
        order = [*table.order, *(c for c in table.names if c not in (*table.order, "properties"))]
        sorted_by = ", ".join(self._quoted(c) for c in order)
        try:
            with self._cursor() as cursor:
                cursor.execute(f"SELECT {columns} FROM {self._qualified(here)} ORDER BY {sorted_by}")
                with cursor.fetch_record_batch() as reader:
                    yield pa.RecordBatch.from_pylist([], schema=reader.schema)
                    yield from reader
        except (adbc_error(), pa.ArrowException, OSError) as error:
            raise self._failed(error) from None

    def _ddl(self, there: pa.Schema | None) -> Iterator[str]:
        """The table made, or the columns that it lacks added. The index is on runs alone: an id may be of any length,
        and an index row may not."""
        target = self._target()
        if there is None:
            body = ", ".join(
                f"{self._quoted(f.name)} {self.dialect.type_of(f.type)}{'' if f.nullable else ' NOT NULL'}"
                for f in WAREHOUSE_COLUMNS
            )
            yield f"CREATE TABLE IF NOT EXISTS {target} ({body})"
            if self.dialect.index_name:
                name = self._quoted(self.dialect.index_name)
                yield f"CREATE INDEX IF NOT EXISTS {name} ON {target} ({self._quoted('run_id')})"
            return
        for field in WAREHOUSE_COLUMNS:
            if field.name not in there.names:
                type_ = self.dialect.type_of(field.type)
                yield f"ALTER TABLE {target} ADD COLUMN {self._quoted(field.name)} {type_}"

    def _ingest(self, rows: pa.Table) -> None:
        temporary = self.dialect.temporary_staging
        options: dict[str, object] = {"temporary": True} if temporary else {}
        if not temporary:
            self._run(f"DROP TABLE IF EXISTS {self._staging()}")
            if self.schema is not None:
                options["db_schema_name"] = self.schema
        with self._cursor() as cursor:
            cursor.adbc_ingest(STAGING_TABLE, rows, mode="create", **options)

    def _delete(self, target: str, run_id: str) -> int:
        where = f"{self._quoted('run_id')} = {self.dialect.mark}"
        with self._cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {target} WHERE {where}", (run_id,))
            n_there = int(cursor.fetchone()[0])
        with self._cursor() as cursor:
            cursor.execute(f"DELETE FROM {target} WHERE {where}", (run_id,))
        return n_there

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        try:
            yield
        except (adbc_error(), pa.ArrowException) as error:
            with suppress(adbc_error()):
                self._connection.rollback()
            raise self._failed(error) from None
        except BaseException:
            with suppress(adbc_error()):
                self._connection.rollback()
            raise

    def _run(self, statement: str) -> None:
        try:
            with self._cursor() as cursor:
                cursor.execute(statement)
        except adbc_error() as error:
            raise self._failed(error) from None

    def _cursor(self) -> Any:
        return self._connection.cursor()

    def _target(self) -> str:
        return self._qualified(DECISIONS_TABLE)

    def _staging(self) -> str:
        if self.dialect.temporary_staging:
            return f"pg_temp.{self._quoted(STAGING_TABLE)}"
        return self._qualified(STAGING_TABLE)

    def _qualified(self, name: str) -> str:
        return (
            self._quoted(name) if self.schema is None else f"{self._quoted(self.schema)}.{self._quoted(name)}"
        )

    def _quoted(self, name: str) -> str:
        """An identifier that means itself, whatever stands in it."""
        most = self.dialect.max_name_bytes
        if not name or "\x00" in name or (most and len(name.encode("utf-8", "surrogatepass")) > most):
            sentence = f"`{name[:80]}` cannot be the name of a table or schema there."
            raise HandraiseError(sentence, exit_code=ExitCode.USAGE)
        return '"' + name.replace('"', '""') + '"'

    def _failed(self, error: BaseException) -> EngineError:
        """What the database says, in one sentence without secrets."""
        state = getattr(error, "sqlstate", None)
        said = re.search(r"(?:ERROR|FATAL):\s+([^\n]*)", str(error))
        words = self.address.safe(said.group(1) if said else (str(error).splitlines() or ["nothing"])[0])
        advice = _ADVICE.get(state or "", ())
        return EngineError(f"`{self.address.shown}` refuses: {words.rstrip('.')}.", advice)


_ADVICE: Mapping[str, tuple[str, ...]] = {
    "42501": ("Ask for the rights: SELECT on tables of facts; INSERT and DELETE on `handraise_decisions`.",),
    "3F000": ("Make the schema, or name another with `--schema`.",),
    "42804": ("Another kind of table is in the way: rename it.",),
    "53100": ("Nothing was written.",),
}
_MISSING_TABLE = ("42P01", "3F000")


def _is_missing_table(error: Exception) -> bool:
    state = getattr(error, "sqlstate", None)
    if state:
        return state in _MISSING_TABLE
    return bool(re.search(r"does not exist|not found|no such table", str(error), re.IGNORECASE))


def _is_json(field: pa.Field, dialect: Dialect) -> bool:
    return dialect.lists_as_json and bool(pa.types.is_list(field.type))


def _rows(run_id: str, playbook_version: str, decisions: pa.Table, dialect: Dialect) -> pa.Table:
    """The decisions as rows of the warehouse's table; a column that an older run has not is unknown."""
    n = decisions.num_rows
    given = {
        "run_id": pa.array([run_id] * n, pa.string()),
        "playbook_version": pa.array([playbook_version] * n, pa.string()),
    }
    columns, fields = [], []
    for field in WAREHOUSE_COLUMNS:
        column = given.get(field.name)
        if column is None:
            has = field.name in decisions.column_names
            column = decisions.column(field.name).cast(field.type) if has else pa.nulls(n, field.type)
        if _is_json(field, dialect):
            texts = (None if v is None else json.dumps(v, ensure_ascii=False) for v in column.to_pylist())
            column, field = pa.array(texts, pa.string()), field.with_type(pa.string())
        columns.append(column)
        fields.append(pa.field(field.name, field.type))
    return pa.table(columns, schema=pa.schema(fields))


def _refuse_unfit(rows: pa.Table) -> None:
    """What a warehouse would refuse without saying where, or take without noticing. Raises `EngineError`."""
    for field in rows.schema:
        column = rows.column(field.name)
        flat = pc.list_flatten(column) if pa.types.is_list(field.type) else column
        if pa.types.is_string(flat.type) and pc.any(pc.match_substring(flat, "\x00")).as_py():
            raise EngineError(f"`{field.name}` of a decision has a NUL, which no warehouse can hold.")
    if pc.count_distinct(rows.column("person_id")).as_py() != rows.num_rows:
        raise EngineError("the run has more than one decision of a person.")
