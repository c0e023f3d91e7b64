"""Facts from a real PostgreSQL decide the same, and decisions go back whole or not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.facts.worlds import append
from tests.warehouse.conftest import Call, fill
from tests.warehouse.postgres import PASSWORD, Server, without_secrets
from tests.warehouse.test_interchange import BAD, GOOD, batch_of

from handraise.engines.adbc import DECISIONS_TABLE, WAREHOUSE_COLUMNS, Warehouse
from handraise.errors import EngineError, InputFileError
from handraise.facts.interchange import tables
from handraise.facts.interchange.parquet import write_parquet
from handraise.facts.rows import Activity, AttributeChange, Fact, PersonRecord
from handraise.facts.store import FactStore
from handraise.workspace import Workspace

pytestmark = pytest.mark.xdist_group("warehouse")

AS_OF = "2026-09-30"


@pytest.fixture(scope="session")
def filled(server: Server, demo: Workspace) -> Iterator[str]:
    """A schema with the demonstration's facts."""
    server.run("CREATE SCHEMA demo")
    with demo.store() as store:
        fill(server, "demo", store)
    yield "demo"
    server.run("DROP SCHEMA demo CASCADE")


def quoted(schema: str, table: str = DECISIONS_TABLE) -> str:
    return ".".join('"' + n.replace('"', '""') + '"' for n in (schema, table))


def rows_of(server: Server, schema: str) -> list[tuple[object, ...]]:
    return server.ask(f'SELECT * FROM {quoted(schema)} ORDER BY run_id, person_id COLLATE "C"')


def tables_of(server: Server, schema: str) -> list[str]:
    found = server.ask(
        f"SELECT tablename FROM pg_tables WHERE schemaname = '{schema.replace(chr(39), chr(39) * 2)}'"
    )
    return [str(name) for (name,) in found]


def test_facts_pulled_decide_the_same_rows_and_export_the_same_bytes(
    server: Server, filled: str, demo: Workspace, twin: Workspace, tmp_path: Path
) -> None:
    outcomes = twin.pull(server.url, schema=filled)
    assert [o.taken_for for o in outcomes] == [f"facts: {t.name}" for t in tables.TABLES]
    assert all(o.rows_in == o.accepted for o in outcomes)
    here, there = (w.decide(AS_OF).table for w in (demo, twin))
    assert len(here) > 1_000
    assert there.equals(here)
    for name, table in (("here", here), ("there", there)):
        pq.write_table(table, tmp_path / name)
    assert (tmp_path / "here").read_bytes() == (tmp_path / "there").read_bytes()
    for workspace, name in ((demo, "a"), (twin, "b")):
        with workspace.store() as store:
            write_parquet(store, tmp_path / name)
    for t in tables.TABLES:
        assert (tmp_path / "a" / f"{t.name}.parquet").read_bytes() == (
            tmp_path / "b" / f"{t.name}.parquet"
        ).read_bytes()

    before = twin.decide(AS_OF).run_id
    again = twin.pull(server.url, schema=filled)
    assert all(o.rows_in == o.duplicate for o in again)
    assert twin.decide(AS_OF).run_id == before


def test_decisions_come_back_as_they_are_and_pushing_again_leaves_the_same_rows(
    server: Server, schema: str, demo: Workspace
) -> None:
    decided = demo.decide(AS_OF)
    pushed = demo.push(server.url, schema=schema)
    assert (pushed.run_id, pushed.n_rows, pushed.n_replaced) == (decided.run_id, len(decided.table), 0)
    first = rows_of(server, schema)
    again = demo.push(server.url, run=decided.run_id, schema=schema)
    assert (again.n_rows, again.n_replaced) == (len(first), len(first))
    assert rows_of(server, schema) == first
    wanted = decided.table.to_pylist()
    assert first == [
        (decided.run_id, decided.playbook_version, *(row[c] for c in decided.table.column_names))
        for row in wanted
    ]
    assert tables_of(server, schema) == [DECISIONS_TABLE]


def test_runs_stand_side_by_side(server: Server, schema: str, demo: Workspace) -> None:
    older = demo.decide("2026-03-31")
    newer = demo.decide(AS_OF)
    demo.push(server.url, run=older.run_id, schema=schema)
    demo.push(server.url, run=newer.run_id, schema=schema)
    found = server.ask(f"SELECT run_id, count(*) FROM {quoted(schema)} GROUP BY run_id")
    assert dict(found) == {older.run_id: len(older.table), newer.run_id: len(newer.table)}


def decisions(*people: str, **others: object) -> pa.Table:
    """Decisions with these people; other columns hold something of their type."""
    plain = {"string": "x", "double": 1.5, "bool": True}
    rows = []
    for person in people:
        row = {}
        for field in list(WAREHOUSE_COLUMNS)[2:]:
            listed = pa.types.is_list(field.type)
            row[field.name] = [person, "a,b{}\"'"] if listed else plain.get(str(field.type), 1)
        rows.append({**row, "person_id": person, **others})
    return pa.Table.from_pylist(rows, schema=pa.schema(list(WAREHOUSE_COLUMNS)[2:]))


HOSTILE = (
    "'; DROP TABLE handraise_decisions; --",
    '"); DELETE FROM x; --',
    "=cmd|' /C calc'!A0",
    "\\N",
    "\\.",
    "a\tb\nc\r",
    '{NULL,"x\\\\"}',
    "🦆\u202e",
    "$1",
    "%s",
    "x" * 1_000_000,
)


def test_hostile_names_and_values_come_through_as_they_are(server: Server, schema: str) -> None:
    for run in HOSTILE[:-1]:
        with Warehouse(server.url, schema) as warehouse:
            assert warehouse.write_decisions(run, run, decisions(*HOSTILE)).n_rows == len(HOSTILE)
    found = server.ask(f"SELECT run_id, person_id, rank, missing_facts FROM {quoted(schema)}")
    assert sorted((run, person) for run, person, *_ in found) == sorted(
        (r, p) for r in HOSTILE[:-1] for p in HOSTILE
    )
    assert all(missing == [person, "a,b{}\"'"] for _, person, _, missing in found)


@pytest.mark.parametrize("column", ["person_id", "missing_facts"])
def test_a_nul_is_refused_before_anything_is_written(server: Server, schema: str, column: str) -> None:
    value = ["a\x00"] if column == "missing_facts" else "a\x00"
    with (
        Warehouse(server.url, schema) as warehouse,
        pytest.raises(EngineError, match=f"`{column}`.* has a NUL"),
    ):
        warehouse.write_decisions("r", "v", decisions("p", **{column: value}))
    assert tables_of(server, schema) == []


def cut_off_after_delete(server: Server, patch: pytest.MonkeyPatch) -> None:
    """The server ends a push's connection between its deleting and its inserting."""
    delete = Warehouse._delete

    def cut_off(self: Warehouse, target: str, run_id: str) -> int:
        n = delete(self, target, run_id)
        server.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND state = 'idle in transaction'"
        )
        return n

    patch.setattr(Warehouse, "_delete", cut_off)


def test_a_first_push_that_is_cut_off_leaves_no_table(
    server: Server, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off_after_delete(server, monkeypatch)
    with Warehouse(server.url, schema) as warehouse, pytest.raises(EngineError):
        warehouse.write_decisions("r", "v", decisions("p"))
    assert tables_of(server, schema) == []


def test_a_person_decided_twice_is_refused_before_anything_is_written(server: Server, schema: str) -> None:
    with Warehouse(server.url, schema) as warehouse, pytest.raises(EngineError, match="more than one"):
        warehouse.write_decisions("r", "v", decisions("p", "p"))
    assert tables_of(server, schema) == []


def test_a_later_push_that_fails_leaves_the_rows_that_were_there(server: Server, schema: str) -> None:
    with Warehouse(server.url, schema) as warehouse:
        warehouse.write_decisions("r", "v", decisions("p", "q"))
        server.run(f"ALTER TABLE {quoted(schema)} ADD CONSTRAINT no_s CHECK (person_id <> 's')")
        before = rows_of(server, schema)
        with pytest.raises(EngineError, match="no_s"):
            warehouse.write_decisions("r", "v2", decisions("p", "r", "s"))
        assert rows_of(server, schema) == before
        assert warehouse.write_decisions("r", "v2", decisions("q")).n_replaced == 2
    assert [row[:3] for row in rows_of(server, schema)] == [("r", "v2", "q")]


def test_a_push_that_is_cut_off_leaves_the_rows_that_were_there(
    server: Server, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Warehouse(server.url, schema) as warehouse:
        warehouse.write_decisions("r", "v", decisions("p"))
        before = rows_of(server, schema)
        cut_off_after_delete(server, monkeypatch)
        with pytest.raises(EngineError) as error:
            warehouse.write_decisions("r", "v", decisions("q"))
        assert without_secrets(str(error.value))
    assert rows_of(server, schema) == before


def test_two_first_pushes_at_once_both_arrive(server: Server, schema: str) -> None:
    failed: list[Exception] = []

    def push(run: str) -> None:
        try:
            with Warehouse(server.url, schema) as warehouse:
                warehouse.write_decisions(run, "v", decisions(*(f"p{i}" for i in range(50))))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=push, args=(run,)) for run in ("a", "b", "a")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(rows_of(server, schema)) == 100


def test_columns_that_the_table_lacks_are_added(server: Server, schema: str) -> None:
    with Warehouse(server.url, schema) as warehouse:
        warehouse.write_decisions("old", "v", decisions("p"))
        server.run(f"ALTER TABLE {quoted(schema)} DROP COLUMN rank, ADD COLUMN note text")
        warehouse.write_decisions("new", "v", decisions("p").drop_columns(["account_id"]))
    found = server.ask(f"SELECT run_id, rank, account_id, note FROM {quoted(schema)} ORDER BY 1")
    assert found == [("new", "x", None, None), ("old", None, "x", None)]


def test_a_table_of_another_kind_in_the_way_is_refused_clearly(server: Server, schema: str) -> None:
    server.run(f"CREATE TABLE {quoted(schema)} (run_id text, person_id int)")
    with Warehouse(server.url, schema) as warehouse, pytest.raises(EngineError, match="person_id"):
        warehouse.write_decisions("r", "v", decisions("p"))
    assert server.ask(f"SELECT * FROM {quoted(schema)}") == []
    assert (
        len(server.ask(f"SELECT * FROM information_schema.columns WHERE table_name = '{DECISIONS_TABLE}'"))
        == 2
    )


def test_names_of_tables_may_be_others(
    server: Server, schema: str, tmp_path: Path, workspace: Workspace
) -> None:
    names = {"people": "crm people; --", "activities": 'web"events'}
    facts: list[Fact] = [PersonRecord("crm:1", 0, 0), Activity("m", "crm:1", 1, 1, "page.viewed")]
    with FactStore(tmp_path / "a.duckdb") as store:
        append(store, facts)
        fill(server, schema, store, names)
    with pytest.raises(InputFileError):
        workspace.pull(server.url, schema=schema)
    assert sum(o.accepted for o in workspace.pull(server.url, schema=schema, names=names)) == 2
    only = workspace.pull(server.url, schema=schema, names=names, only=["activities"])
    assert [o.file_name for o in only] == [f"{schema}.{names[n]}" for n in ("people", "activities")]


def test_long_and_hostile_facts_come_through_as_they_are(
    server: Server, schema: str, tmp_path: Path, workspace: Workspace
) -> None:
    facts: list[Fact] = [PersonRecord(f"crm:{t}", 0, 0) for t in HOSTILE]
    facts += [AttributeChange("person", "crm:$1", t, t, 1, 2) for t in HOSTILE]
    facts += [Activity(t, "crm:$1", 1, 2, "custom.x", t, t, t, t, {t: t, "nul": "\x00"}) for t in HOSTILE]
    with FactStore(tmp_path / "a.duckdb") as store:
        append(store, facts)
        fill(server, schema, store)
        write_parquet(store, tmp_path / "a")
    assert sum(o.accepted for o in workspace.pull(server.url, schema=schema)) == len(facts)
    with workspace.store() as store:
        write_parquet(store, tmp_path / "b")
    for t in tables.TABLES:
        a, b = (tmp_path / f / f"{t.name}.parquet" for f in "ab")
        assert a.read_bytes() == b.read_bytes()


def test_rows_that_cannot_be_taken_are_quarantined_once_however_often_they_are_pulled(
    server: Server, schema: str, tmp_path: Path, workspace: Workspace
) -> None:
    from adbc_driver_postgresql import dbapi

    bad = [
        {**GOOD[name], column: value}
        for name, column, value, _ in BAD
        if name == "activities" and "\x00" not in str(value)
    ]
    rows = [*bad, *({**GOOD["activities"], "message_id": f"m{i}"} for i in range(3))]
    with FactStore(tmp_path / "a.duckdb") as store:
        fill(server, schema, store)
    with dbapi.connect(server.url) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {quoted(schema, 'activities')}")
        cursor.adbc_ingest("activities", batch_of("activities", *rows), mode="create", db_schema_name=schema)
        connection.commit()
    server.run(
        f"UPDATE {quoted(schema, 'activities')} SET at = 'infinity' WHERE message_id = 'm2'",
        f"ALTER TABLE {quoted(schema, 'activities')} ADD COLUMN loaded_by text",
    )
    for accepted, duplicate in ((2, 0), (0, 2)):
        (outcome,) = (o for o in workspace.pull(server.url, schema=schema) if o.rows_in)
        assert (outcome.accepted, outcome.duplicate, outcome.quarantined) == (
            accepted,
            duplicate,
            len(bad) + 1,
        )
        assert sum(n for _, n in outcome.reasons) == len(bad) + 1
        assert outcome.unknown_columns == ("loaded_by",)
        assert len(workspace.quarantine()) == len(bad) + 1
    assert {q.file_name for q in workspace.quarantine()} == {f"{schema}.activities"}


def test_properties_may_be_json_and_tables_may_be_views(
    server: Server, schema: str, tmp_path: Path, workspace: Workspace
) -> None:
    with FactStore(tmp_path / "a.duckdb") as store:
        append(
            store,
            [
                Activity(f"m{i}", "crm:1", 1, 1, "page.viewed", properties={"b": "é", "a": "1"})
                for i in (1, 2)
            ],
        )
        fill(server, schema, store)
        write_parquet(store, tmp_path / "a")
    for type_ in ("jsonb", "json"):
        place = quoted(schema, "activities")
        server.run(
            f"ALTER TABLE {place} RENAME TO told",
            f"CREATE VIEW {place} AS SELECT source, message_id, record, type, channel, asset, program, product,"
            f" properties::{type_} AS properties, at, known_at FROM {quoted(schema, 'told')}",
        )
        outcomes = workspace.pull(server.url, schema=schema)
        assert sum(o.accepted + o.duplicate for o in outcomes) == 2
        server.run(f"DROP VIEW {place}", f"ALTER TABLE {quoted(schema, 'told')} RENAME TO activities")
    with workspace.store() as store:
        write_parquet(store, tmp_path / "b")
    assert (tmp_path / "a/activities.parquet").read_bytes() == (
        tmp_path / "b/activities.parquet"
    ).read_bytes()


def test_every_missing_table_and_column_is_named_and_nothing_is_taken(
    server: Server, schema: str, tmp_path: Path, workspace: Workspace, call: Call
) -> None:
    with FactStore(tmp_path / "a.duckdb") as store:
        append(store, [PersonRecord("crm:1", 0, 0)])
        fill(server, schema, store)
    server.run(
        f"DROP TABLE {quoted(schema, 'accounts')}",
        f"ALTER TABLE {quoted(schema, 'memberships')} DROP COLUMN stated",
        f"ALTER TABLE {quoted(schema, 'coverage')} ALTER COLUMN to_at TYPE timestamp",
        f"ALTER TABLE {quoted(schema, 'attribute_changes')} ALTER COLUMN value TYPE numeric USING 1",
    )
    said = call("warehouse", "pull", server.url, "--schema", schema, "-w", workspace.folder)
    assert said.code == 11
    for part in (
        f"there is no table `{schema}.accounts`",
        f"`{schema}.memberships` has no column `stated`",
        "`to_at` of",
        "is timestamp, but it should be an instant with its zone",
        "is numeric, but it should be a text",
    ):
        assert part in said.text
    assert without_secrets(said.text)
    with workspace.store() as store:
        assert store.last_seq == 0
        assert not store.imports()


def test_a_pull_that_breaks_half_way_keeps_nothing(
    server: Server, schema: str, tmp_path: Path, workspace: Workspace
) -> None:
    with FactStore(tmp_path / "a.duckdb") as store:
        append(store, [PersonRecord("crm:1", 0, 0)])
        fill(server, schema, store)
    server.run(
        f"ALTER TABLE {quoted(schema, 'coverage')} RENAME TO spans",
        f"CREATE VIEW {quoted(schema, 'coverage')} AS SELECT source, activity_type, from_at,"
        " to_timestamp(1 / (random() * 0)) AS to_at FROM (SELECT * FROM "
        f"{quoted(schema, 'spans')} UNION ALL SELECT 'crm', 'page.viewed', now(), now()) s",
    )
    with pytest.raises(EngineError, match="division by zero"):
        workspace.pull(server.url, schema=schema)
    with workspace.store() as store:
        assert store.last_seq == 0
        assert not store.imports()


def test_pulling_needs_no_right_but_to_read(server: Server, filled: str, workspace: Workspace) -> None:
    server.run(
        "DROP ROLE IF EXISTS reader",
        "CREATE ROLE reader LOGIN PASSWORD 'only-reads'",
        "GRANT USAGE ON SCHEMA demo TO reader",
        "GRANT SELECT ON ALL TABLES IN SCHEMA demo TO reader",
    )
    url = server.url_of("reader", "only-reads")
    assert workspace.pull(url, schema=filled, only=["people"])[0].accepted
    workspace.decide(AS_OF)
    with pytest.raises(EngineError) as error:
        workspace.push(url, schema=filled)
    assert "permission denied" in str(error.value)
    assert "Ask for the rights" in str(error.value)
    assert "only-reads" not in str(error.value)
    server.run("DROP OWNED BY reader", "DROP ROLE reader")


def test_what_is_wrong_with_the_address_is_said_without_the_password(
    server: Server, demo: Workspace, call: Call
) -> None:
    wrong = [
        (server.url_of(password=PASSWORD + "x"), 12, "another password"),
        (server.url_of(role="nobody here"), 12, "another password"),
        (server.url_of(database="nowhere"), 12, "no such database"),
        (server.url.replace(str(server.port), "1"), 12, "nothing answers there"),
        (server.url.replace("127.0.0.1", "no.such.host.invalid"), 12, "no host of that name"),
        (server.url + "?colour=red", 12, "cannot be reached"),
        (f"postgresql://u:{PASSWORD}@127.0.0.1/x".replace(" ", ""), 2, "cannot be read"),
        (
            f"postgresql://127.0.0.1:{server.port}/postgres?user=a&password={quote(PASSWORD)}",
            12,
            "another password",
        ),
        (f"nosuchdriver://u:{quote(PASSWORD, safe='')}@h/db", 12, "no ADBC driver"),
        (f"host=127.0.0.1 password={PASSWORD}", 2, "not given as a URL"),
        ("", 2, "not given as a URL"),
    ]
    for url, code, says in wrong:
        for command in ("pull", "push"):
            for as_json in ((), ("--json",)):
                said = call("warehouse", command, url, "-w", demo.folder, *as_json)
                assert (said.code, says in said.text) == (code, True), (url, said)
                assert without_secrets(said.text), (url, said)


def test_a_schema_or_name_that_cannot_be_is_refused(server: Server, demo: Workspace, call: Call) -> None:
    for name, code in (("nowhere", 12), ("x" * 64, 2), ("a\x00", 2)):
        assert call("warehouse", "push", server.url, "--schema", name, "-w", demo.folder).code == code
    assert call("warehouse", "pull", server.url, "--table", "people", "-w", demo.folder).code == 2
    assert call("warehouse", "pull", server.url, "--only", "peple", "-w", demo.folder).code == 11


def test_the_commands_say_what_came_in_and_what_went_out(
    server: Server, filled: str, schema: str, twin: Workspace, call: Call
) -> None:
    env = {"HANDRAISE_WAREHOUSE_URL": server.url}
    said = call("warehouse", "push", "--schema", schema, "-w", twin.folder, env=env)
    assert (said.code, "There are no runs yet" in said.err) == (12, True)
    said = call("warehouse", "pull", "--schema", filled, "-w", twin.folder, env=env)
    assert said.code == 0
    assert "facts: people" in said.out
    assert "quarantined" in said.out
    assert call("decide", "-w", twin.folder, "--as-of", AS_OF).code == 0
    said = call("warehouse", "push", "--schema", schema, "-w", twin.folder, "--json", env=env)
    assert said.code == 0
    assert said.json["n_rows"] == len(rows_of(server, schema))
    assert said.json["warehouse"] == f"postgresql://warehouse owner@127.0.0.1:{server.port}/postgres"
    said = call("warehouse", "push", "--schema", schema, "-w", twin.folder, env=env)
    assert "in the place of" in said.out
    assert without_secrets(said.text)
    assert call("warehouse", "push", "--run", "run-0", "-w", twin.folder, env=env).code == 12
