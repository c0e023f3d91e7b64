"""Erasing a person: afterwards the facts are those of a store that never heard of them.

Everybody else's facts stay, but for what names the person in them: that is blotted out. What lost to a fact of
theirs counts again, as far as it was kept: of two rows of one file that contradict each other, only the better one is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from handraise.facts import catalog
from handraise.facts.chunks import Ints
from handraise.facts.mentions import Identifiers
from handraise.facts.sql import Connection, one, over
from handraise.facts.staging import hashed
from handraise.facts.undoing import settle

# What names a record in each table of facts; attributes are told apart by their field's entity.
_OF_RECORD = "record IN (SELECT id FROM erased_records)"
_OF_SUBJECT = """(subject IN (SELECT id FROM erased_records)
    AND field IN (SELECT id FROM fields WHERE entity = 'person')) OR (subject IN (SELECT id FROM erased_accounts)
    AND field IN (SELECT id FROM fields WHERE entity = 'account'))"""
_THEIRS: Mapping[str, str] = {
    "person_records": _OF_RECORD,
    "account_records": "account IN (SELECT id FROM erased_accounts)",
    "attribute_changes": _OF_SUBJECT,
    "identity_keys": f"{_OF_RECORD} OR identity_key IN (SELECT id FROM erased_keys)",
    "memberships": f"{_OF_RECORD} OR account IN (SELECT id FROM erased_accounts)",
    "activities": _OF_RECORD,
    "contact_roles": _OF_RECORD,
}
_SCRATCH = (
    "erased_records", "erased_accounts", "erased_keys", "erased_facts", "undone", "used_kinds", "moved_values",
)  # fmt: skip
_KIND_TEXTS = ("channel", "asset", "program", "product", "properties")


@dataclass(frozen=True, slots=True)
class Whom:
    """The records to erase, by number and name, and what identifies them."""

    records: Ints
    names: tuple[str, ...]
    identifiers: Identifiers


def erase(connection: Connection, whom: Whom) -> dict[str, int]:
    """Erases them in the transaction of the caller, and counts rows by what they were; the clustered copies are empty
    afterwards."""
    _choose(connection, whom.records)
    counts = {"facts": 0}
    for table in catalog.FACT_TABLES:
        if table.name in _THEIRS:
            counts["facts"] += _erase_facts(connection, table.name)
    counts |= {
        "quarantined rows": _erase_quarantined(connection, whom.identifiers),
        **_erase_decided(connection, whom.names),
        **_erase_names(connection),
        "values": _erase_values(connection),
        "kinds of activities": _erase_kinds(connection),
        "mentions in other facts": _blot(connection, whom.identifiers),
    }
    connection.execute(
        "DELETE FROM calibrations WHERE known_at IS NULL"
    )  # read off others too, to be worked out anew
    for copy in catalog.CLUSTERED_TABLES:
        connection.execute(f"DELETE FROM {copy.name}")
    for scratch in _SCRATCH:
        connection.execute(f"DROP TABLE IF EXISTS temp.{scratch}")
    return counts


def _choose(connection: Connection, records: Ints) -> None:
    """Numbers of their records, of the keys that these bear, and of the company accounts of leads that are nobody else's."""
    ids = pa.table({"id": pa.array(np.asarray(records, dtype=np.int32))})
    over(connection, "ids", ids, "CREATE OR REPLACE TEMP TABLE erased_records AS SELECT id FROM ids")
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE erased_keys AS
            SELECT DISTINCT identity_key AS id FROM identity_keys WHERE {_OF_RECORD}
            UNION SELECT id FROM key_names WHERE {_OF_RECORD}"""
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE erased_accounts AS
            SELECT DISTINCT account AS id FROM memberships m
            WHERE {_OF_RECORD} AND account IN (SELECT account FROM account_records WHERE own)
            AND NOT EXISTS (SELECT 1 FROM memberships o WHERE o.account = m.account
                AND o.record NOT IN (SELECT id FROM erased_records))
            AND NOT EXISTS (SELECT 1 FROM opportunities d WHERE d.account = m.account)"""
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE erased_facts (import_id INTEGER, line BIGINT)")


def _erase_facts(connection: Connection, table: str) -> int:
    """Deletes their facts of a table, superseded ones too, and lets others of the same keys count again."""
    chosen = f"SELECT seq, key, import_id, line FROM {table} WHERE {_THEIRS[table]}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE undone AS {chosen}")
    n = int(one(connection, "SELECT count(*) FROM undone"))
    if not n:
        return 0
    connection.execute("INSERT INTO erased_facts SELECT import_id, line FROM undone WHERE line > 0")
    connection.execute(f"DELETE FROM {table} WHERE seq IN (SELECT seq FROM undone)")
    if table == catalog.ACTIVITIES.name:
        connection.execute(
            "DELETE FROM masked WHERE seq IN (SELECT seq FROM undone) OR by_seq IN (SELECT seq FROM undone)"
        )
    settle(connection, table)
    if table == catalog.ACTIVITIES.name:
        connection.execute(
            """UPDATE activities AS a SET superseded_seq = m.by_seq FROM masked m
               WHERE a.seq = m.seq AND a.superseded_seq IS NULL"""
        )
    return n


def _erase_quarantined(connection: Connection, identifiers: Identifiers) -> int:
    """Rows from which facts of theirs came too, and rows whose texts identify them."""
    named = [number for number, _ in quarantined_rows(connection, identifiers)]
    over(
        connection,
        "named",
        pa.table({"id": pa.array(named, pa.int64())}),
        """CREATE OR REPLACE TEMP TABLE undone AS SELECT q.rowid AS id FROM quarantine q
           WHERE q.rowid IN (SELECT id FROM named) OR (q.import_id, q.line) IN (SELECT (import_id, line) FROM erased_facts)""",
    )
    n = int(one(connection, "SELECT count(*) FROM undone"))
    connection.execute("DELETE FROM quarantine WHERE rowid IN (SELECT id FROM undone)")
    return n


def quarantined_rows(
    connection: Connection, identifiers: Identifiers
) -> Iterable[tuple[int, tuple[object, ...]]]:
    """Numbers and cells of the quarantined rows that identify somebody."""
    names = "import_id, file_name, source, line, column_name, code, reason, value, raw"
    reader = connection.sql(f"SELECT rowid, {names} FROM quarantine").to_arrow_reader(20_000)
    found = []
    for batch in reader:
        for number, *cells in zip(*(c.to_pylist() for c in batch.columns), strict=True):
            source, texts = str(cells[2]), (cells[6], cells[7], cells[8])
            if any(text is not None and identifiers.in_row(source, text) for text in texts):
                found.append((int(number), tuple(cells)))
    return found


def _erase_decided(connection: Connection, names: tuple[str, ...]) -> dict[str, int]:
    """Their rows in decisions of all runs, and what runs told of them."""
    counts = {}
    tables = {"decisions": "decisions", "firings": "firings", "stage_entries": "stages entered"}
    there = {r[0] for r in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    for table, words in tables.items():
        if table in there:
            statement = f"DELETE FROM {table} WHERE person_id IN (SELECT unnest(?::VARCHAR[])) RETURNING 1"
            counts[words] = len(connection.execute(statement, [list(names)]).fetchall())
    return counts


def _erase_names(connection: Connection) -> dict[str, int]:
    """Names have numbers that may have gaps: nothing counts on them."""
    tables = {
        "key_names": ("keys", "erased_keys"),
        "record_names": ("records", "erased_records"),
        "account_names": ("companies of their own", "erased_accounts"),
    }
    counts = {}
    for table, (words, chosen) in tables.items():
        statement = f"DELETE FROM {table} WHERE id IN (SELECT id FROM {chosen}) RETURNING 1"
        counts[words] = len(connection.execute(statement).fetchall())
    return counts


def _erase_values(connection: Connection) -> int:
    """Values that no fact has any more; the codes of a field stay dense, for the last ones move to where there is room."""
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE moved_values AS
           WITH used AS (SELECT DISTINCT field, value FROM attribute_changes WHERE value IS NOT NULL), each AS (
               SELECT v.field, v.code, u.value IS NOT NULL AS stays,
                   count(u.value) OVER (PARTITION BY v.field) AS n
               FROM field_values v LEFT JOIN used u ON u.field = v.field AND u.value = v.code
           ), placed AS (
               SELECT *, row_number() OVER (PARTITION BY field, stays, code < n ORDER BY code) AS place FROM each
           )
           SELECT a.field, a.code, b.code AS new_code FROM placed a LEFT JOIN placed b
           ON a.stays AND a.code >= a.n AND b.field = a.field AND NOT b.stays AND b.code < b.n AND b.place = a.place
           WHERE NOT a.stays OR a.code >= a.n"""
    )
    gone = """DELETE FROM field_values AS v WHERE EXISTS (SELECT 1 FROM moved_values m
              WHERE m.field = v.field AND m.code = v.code AND m.new_code IS NULL) RETURNING 1"""
    n = len(connection.execute(gone).fetchall())
    for table, column in (("field_values", "code"), ("attribute_changes", "value")):
        connection.execute(
            f"""UPDATE {table} AS v SET {column} = m.new_code FROM moved_values m
                WHERE m.new_code IS NOT NULL AND m.field = v.field AND m.code = v.{column}"""
        )
    return n


def _erase_kinds(connection: Connection) -> int:
    """Kinds of activities that nobody's have any more; their numbers may have gaps."""
    connection.execute("CREATE OR REPLACE TEMP TABLE used_kinds AS SELECT DISTINCT kind FROM activities")
    gone = "DELETE FROM kinds WHERE id NOT IN (SELECT kind FROM used_kinds) RETURNING 1"
    return len(connection.execute(gone).fetchall())


def _blot(connection: Connection, identifiers: Identifiers) -> int:
    """What identifies them in texts of others: values, properties of activities, names of files. How many texts there were."""
    n = _blot_column(connection, "field_values", ("text",), identifiers)
    n += _blot_column(connection, "kinds", _KIND_TEXTS, identifiers)
    if n:
        connection.execute(f"UPDATE kinds SET what = {hashed(('type', *_KIND_TEXTS))}")
    n += _blot_column(connection, "activities", ("particulars",), identifiers)
    for table in ("imports", "quarantine"):
        n += _blot_column(connection, table, ("file_name",), identifiers)
    return n


def _blot_column(
    connection: Connection, table: str, columns: tuple[str, ...], identifiers: Identifiers
) -> int:
    n = 0
    for column in columns:
        found = mentioning(connection, table, column, identifiers)
        blotted = pa.table(
            {
                "id": pa.array([number for number, _ in found], pa.int64()),
                "text": pa.array([identifiers.blotted(text) for _, text in found], pa.string()),
            }
        )
        if found:
            statement = f"UPDATE {table} AS t SET {column} = b.text FROM blotted b WHERE t.rowid = b.id"
            over(connection, "blotted", blotted, statement)
        n += len(found)
    return n


def mentioning(
    connection: Connection, table: str, column: str, identifiers: Identifiers
) -> list[tuple[int, str]]:
    """Row numbers and texts of a column that identify somebody."""
    if not identifiers.telling:
        return []
    rows = connection.execute(
        f"""SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL
            AND list_any_value(list_filter(?::VARCHAR[], lambda t: contains(lower({column}), t))) IS NOT NULL""",
        [[text.lower() for text in identifiers.telling]],
    ).fetchall()
    return [(int(number), text) for number, text in rows if identifiers.in_text(text)]
