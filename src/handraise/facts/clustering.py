"""The second ordering: activities and attribute changes once more, with the rows of one account side by side.

Facts are appended as they come, which is right for taking them in and useless for looking them up. So a
copy is kept, clustered by place: 64 buckets, in each the accounts, in each the records. A bucket is rebuilt
when its tail, the rows appended since, has grown; until then readers join the tail to the copy. Where a
record lies is a matter of speed alone: a record whose home has changed is found at its old place.
"""

from __future__ import annotations

from collections.abc import Sequence

from handraise.facts import catalog
from handraise.facts.catalog import N_BUCKETS, PLACE_BITS
from handraise.facts.sql import Connection, one

# Rows appended since the last clustering before it is worth looking again, and the share of a bucket's rows
# that its tail may have.
_TAIL_ROWS = 100_000
_TAIL_SHARE = 0.1

# Where a record belongs: its stated account, or that of a record with which it shares a key, or a company of
# its own; without any, by a key. One step of sharing is enough here; `identity` joins properly.
_HOMES = f"""
CREATE OR REPLACE TEMP TABLE homes AS
WITH held AS (
    SELECT record, max_by(account, (happened_at, known_at, seq)) FILTER (stated) AS stated_account,
        max_by(account, (happened_at, known_at, seq)) FILTER (NOT stated) AS own_account
    FROM memberships WHERE superseded_seq IS NULL AND account IS NOT NULL GROUP BY record
), bears AS (
    SELECT record, identity_key FROM identity_keys WHERE superseded_seq IS NULL
    UNION ALL SELECT record, id FROM key_names WHERE record IS NOT NULL
), by_key AS (
    SELECT b.identity_key, min(h.stated_account) AS stated_account, min(h.own_account) AS own_account
    FROM bears b LEFT JOIN held h ON h.record = b.record GROUP BY b.identity_key
), shared AS (
    SELECT b.record, min(k.stated_account) AS stated_account, min(k.own_account) AS own_account,
        min(b.identity_key) AS identity_key
    FROM bears b JOIN by_key k ON k.identity_key = b.identity_key GROUP BY b.record
), records AS (
    SELECT r.id, coalesce(h.stated_account, s.stated_account, s.own_account, h.own_account) AS account,
        s.identity_key
    FROM record_names r LEFT JOIN held h ON h.record = r.id LEFT JOIN shared s ON s.record = r.id
), subjects AS (
    SELECT 1 AS subject_kind, id, CASE WHEN account IS NOT NULL THEN hash(account)
        WHEN identity_key IS NOT NULL THEN hash(-1 - identity_key) ELSE hash(id::BIGINT << 32) END AS token
    FROM records
    UNION ALL SELECT 0, id, hash(id) FROM account_names
)
SELECT subject_kind, id, token, (token % {N_BUCKETS})::INTEGER AS home_bucket,
    coalesce(r.place, a.place) AS old_place
FROM subjects s
LEFT JOIN record_places r ON subject_kind = 1 AND r.record = s.id
LEFT JOIN account_places a ON subject_kind = 0 AND a.account = s.id
"""
# Of the subjects that lie in the buckets to rebuild, and of new ones, the new place.
_MOVES = f"""
CREATE OR REPLACE TEMP TABLE moves AS
WITH chosen AS (
    SELECT subject_kind, id, token, old_place, CASE WHEN list_contains($buckets, home_bucket) THEN home_bucket
        WHEN old_place IS NOT NULL THEN old_place >> {PLACE_BITS}
        ELSE $buckets[1 + (token % len($buckets))::INTEGER] END AS bucket
    FROM homes WHERE old_place IS NULL OR list_contains($buckets, old_place >> {PLACE_BITS})
)
SELECT subject_kind, id, old_place, ((bucket << {PLACE_BITS}) + row_number() OVER (
    PARTITION BY bucket ORDER BY token, subject_kind, id) - 1)::INTEGER AS place
FROM chosen
"""
_ACTIVITY_ROWS = """
SELECT m.place, c.kind, c.happened_at, c.delay, c.seq, c.superseded_seq, c.content, c.import_id, c.line
FROM activities_clustered c JOIN moves m ON m.subject_kind = 1 AND m.old_place = c.place
UNION ALL
SELECT m.place, t.kind, t.happened_at, t.known_at - t.happened_at, t.seq, t.superseded_seq, t.content,
    t.import_id, t.line
FROM activities t JOIN moves m ON m.subject_kind = 1 AND m.id = t.record
LEFT JOIN buckets b ON b.bucket = m.old_place >> $bits
WHERE t.seq > $from_seq AND t.seq > coalesce(b.seq, -1)
"""


def _attribute_rows(copy: str, subject_kind: int) -> str:
    entity = "account" if subject_kind == 0 else "person"
    return f"""
SELECT c.field, m.place, c.value, c.assumed, c.happened_at, c.delay, c.source, c.seq, c.superseded_seq, c.content
FROM {copy} c JOIN moves m ON m.subject_kind = {subject_kind} AND m.old_place = c.place
UNION ALL
SELECT t.field, m.place, coalesce(t.value, -1), t.assumed, t.happened_at, t.known_at - t.happened_at, t.source,
    t.seq, t.superseded_seq, t.content
FROM attribute_changes t JOIN fields f ON f.id = t.field AND f.entity = '{entity}'
JOIN moves m ON m.subject_kind = {subject_kind} AND m.id = t.subject
LEFT JOIN buckets b ON b.bucket = m.old_place >> $bits
WHERE t.seq > $from_seq AND t.seq > coalesce(b.seq, -1)
"""


_COPIES: tuple[tuple[catalog.Table, str, str], ...] = (
    (catalog.ACTIVITIES_CLUSTERED, _ACTIVITY_ROWS, "place, happened_at, delay, content, seq"),
    (
        catalog.PERSON_ATTRIBUTES,
        _attribute_rows("person_attributes", 1),
        f"place >> {PLACE_BITS}, field, place, happened_at, delay, content, seq",
    ),
    (
        catalog.ACCOUNT_ATTRIBUTES,
        _attribute_rows("account_attributes", 0),
        f"place >> {PLACE_BITS}, field, place, happened_at, delay, content, seq",
    ),
)


def buckets_due(connection: Connection, last_seq: int) -> list[int]:
    """The buckets whose tail has grown too long; most of them means all of them."""
    from_seq = tail_from(connection)
    if last_seq - from_seq <= _TAIL_ROWS:
        return []
    rows = connection.execute(
        f"""WITH sizes AS (
                SELECT place >> {PLACE_BITS} AS bucket, sum(n_rows) AS n FROM record_places GROUP BY ALL
            ), late AS (
                SELECT record AS subject FROM activities WHERE seq > $from_seq
                UNION ALL SELECT t.subject FROM attribute_changes t JOIN fields f ON f.id = t.field
                WHERE seq > $from_seq AND f.entity = 'person'
            ), tails AS (
                SELECT coalesce(p.place >> {PLACE_BITS}, -1) AS bucket, count(*) AS n
                FROM late t LEFT JOIN record_places p ON p.record = t.subject GROUP BY ALL
            )
            SELECT t.bucket FROM tails t LEFT JOIN sizes s ON s.bucket = t.bucket
            WHERE t.n > {_TAIL_ROWS // N_BUCKETS} AND t.n > {_TAIL_SHARE} * coalesce(s.n, 0)""",
        {"from_seq": from_seq},
    ).fetchall()
    due = sorted(row[0] for row in rows)
    return list(range(N_BUCKETS)) if -1 in due or len(due) > N_BUCKETS // 2 else due


def tail_from(connection: Connection) -> int:
    """Every row that is not in a clustered copy has a higher append number than this."""
    return int(one(connection, "SELECT coalesce(min(seq), -1) FROM buckets"))


def rebuild(connection: Connection, buckets: Sequence[int], last_seq: int) -> None:
    """Writes these buckets anew, in the transaction of the caller.

    New subjects find a place in any of them, so that whoever has none was never seen before `last_seq`.
    """
    values = {"from_seq": tail_from(connection), "bits": PLACE_BITS}
    connection.execute(_HOMES)
    connection.execute(_MOVES, {"buckets": list(buckets)})
    for table, rows, order in _COPIES:
        _rewrite(connection, table, f"{rows} ORDER BY {order}", values, list(buckets))
    _keep_places(connection)
    connection.execute("DELETE FROM buckets WHERE list_contains(?, bucket)", [list(buckets)])
    connection.execute("INSERT INTO buckets SELECT unnest(?::INTEGER[]), ?", [list(buckets), last_seq])
    connection.execute("UPDATE store_meta SET value = value + 1 WHERE name = 'generation'")
    for scratch in ("homes", "moves", "fresh"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{scratch}")


def _rewrite(
    connection: Connection, table: catalog.Table, rows: str, values: dict[str, int], buckets: list[int]
) -> None:
    names = ", ".join(table.names)
    if len(buckets) == N_BUCKETS:
        connection.execute(f"CREATE TABLE {table.name}_next AS SELECT {names} FROM ({rows})", values)
        connection.execute(f"DROP TABLE {table.name}")
        connection.execute(f"ALTER TABLE {table.name}_next RENAME TO {table.name}")
        return
    connection.execute(f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT {names} FROM ({rows})", values)
    connection.execute(
        f"DELETE FROM {table.name} WHERE list_contains(?, place >> {PLACE_BITS})", [list(buckets)]
    )
    connection.execute(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM fresh")


def _keep_places(connection: Connection) -> None:
    connection.execute(
        "DELETE FROM record_places WHERE record IN (SELECT id FROM moves WHERE subject_kind = 1)"
    )
    connection.execute(
        """INSERT INTO record_places (record, place, n_rows)
           SELECT m.id, m.place, coalesce(c.n, 0) FROM moves m
           LEFT JOIN (SELECT place, count(*) AS n FROM activities_clustered GROUP BY place) c ON c.place = m.place
           WHERE m.subject_kind = 1 ORDER BY m.id"""
    )
    connection.execute(
        "DELETE FROM account_places WHERE account IN (SELECT id FROM moves WHERE subject_kind = 0)"
    )
    connection.execute(
        """INSERT INTO account_places (account, place)
           SELECT id, place FROM moves WHERE subject_kind = 0 ORDER BY id"""
    )
