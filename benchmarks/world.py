"""A synthetic world written straight into the physical tables: the same for the same size, on every machine.

About 4.5 people an account, 15% of people with a second record that shares an e-mail address, 1% who changed
account, 5% without one; activities over two years, more of them recent, of 48 kinds; ten fields of people and
accounts; a deal for one account in ten.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.world_size import AS_OF, World
from handraise.facts.imports import ImportHeader
from handraise.facts.rows import SourceRow
from handraise.facts.store import FactStore
from handraise.model.time import MICROS_PER_DAY, Micros

_BEGIN: Micros = AS_OF - 730 * MICROS_PER_DAY
_TYPES = (
    "page.viewed", "form.submitted", "email.opened", "email.clicked", "email.sent", "content.downloaded",
    "webinar.attended", "meeting.held",
)  # fmt: skip
_PERSON_FIELDS = {
    "title": 5000, "seniority": 5, "function": 8, "country": 60, "lead_source": 12, "email_opted_out": 2,
}  # fmt: skip
_ACCOUNT_FIELDS = {"industry": 25, "employees": 3000, "country": 60, "is_competitor": 2}
# Texts of fields that are not free: the rest are `<field> <number>`.
_TEXTS = {
    "seniority": ("c_level", "vp", "director", "manager", "individual_contributor"),
    "email_opted_out": ("false", "true"),
    "is_competitor": ("false", "true"),
}


def build(path: Path, world: World, *, threads: int = 2, memory_limit: str = "4GB") -> FactStore:
    """A store with the world in it, clustered."""
    store = FactStore(path, threads=threads, memory_limit=memory_limit)
    # An import of no rows makes the source and the import that all rows refer to.
    header = ImportHeader("synthetic", "benchmark", "world", "0" * 64, imported_at=AS_OF)
    store.append(header, list[SourceRow]())
    connection = store.connection
    connection.execute("BEGIN")
    for statement in _statements(world):
        connection.execute(statement)
    connection.execute("COMMIT")
    store.cluster(everything=True)
    connection.execute("CHECKPOINT")
    return store


def _statements(world: World) -> list[str]:
    people, accounts, doubled = world.n_people, world.n_accounts, world.n_people * 15 // 100
    records = people + doubled
    owner = f"CASE WHEN i < {people} THEN i ELSE (i - {people}) * 6 END"
    account = f"(hash({owner} // 9 * 2 + (({owner}) % 9) // 5) % {accounts})::INTEGER"
    return [
        f"""INSERT INTO record_names SELECT i::INTEGER, 'synthetic:' || right(hash(i)::VARCHAR, 9) || '-' || i
            FROM range({records}) t(i)""",
        f"INSERT INTO account_names SELECT i::INTEGER, 'synthetic:A' || i FROM range({accounts}) t(i)",
        f"INSERT INTO key_names SELECT i::INTEGER, 'email:' || i || '@example.com', NULL FROM range({people}) t(i)",
        _insert("person_records", "record, identified", "i::INTEGER, true", records, "known"),
        _insert("account_records", "account, own", "i::INTEGER, false", accounts, "known"),
        _insert("identity_keys", "record, identity_key", f"i::INTEGER, ({owner})::INTEGER", records, "known"),
        _insert(
            "memberships",
            "record, account, stated",
            f"i::INTEGER, {account}, true",
            records,
            "known",
            where=f"hash({owner} + 7) % 20 <> 0",
        ),
        _insert(
            "memberships",
            "record, account, stated",
            f"i::INTEGER, (hash(i + 1) % {accounts})::INTEGER, true",
            people,
            f"{_BEGIN} + (400 + hash(i) % 300)::BIGINT * {MICROS_PER_DAY}",
            where="hash(i + 3) % 100 = 0",
        ),
        *_kinds(),
        *_fields(people, accounts),
        _activities(world, records),
        f"""INSERT INTO thing_names SELECT i::INTEGER, 'synthetic:D' || i, 'opportunity'
            FROM range({accounts // 10}) t(i)""",
        _insert(
            "opportunities",
            "opportunity, account",
            "i::INTEGER, (i * 10)::INTEGER",
            accounts // 10,
            _spread("i", 700),
        ),
        "UPDATE store_meta SET value = 1000 + (SELECT max(seq) FROM activities) WHERE name = 'last_seq'",
    ]


def _spread(seed: str, days: int) -> str:
    """An instant in the first days of the two years."""
    return f"{_BEGIN} + (hash({seed}) % {days * MICROS_PER_DAY})::BIGINT"


def _insert(table: str, columns: str, values: str, n: int, at: str, where: str = "true") -> str:
    """`n` facts of a table; `known` stands for an instant before the two years."""
    instant = f"{_BEGIN} - (hash(i) % {MICROS_PER_DAY})::BIGINT" if at == "known" else at
    return f"""INSERT INTO {table} ({columns}, key, content, happened_at, known_at, seq, import_id, line, source)
        SELECT {values}, hash(i, '{table}'), hash(i), {instant}, {instant}, 1, 1, i, 0
        FROM range({n}) t(i) WHERE {where}"""


def _kinds() -> list[str]:
    kinds = [(t, f"/p{i}") for t in _TYPES for i in range(6)]
    rows = ", ".join(
        f"({i}, hash({i}), '{type_}', NULL, NULL, NULL, NULL, '{{\"path\":\"{path}\"}}')"
        for i, (type_, path) in enumerate(kinds)
    )
    return [f"INSERT INTO kinds (id, what, type, channel, asset, program, product, properties) VALUES {rows}"]


def _fields(people: int, accounts: int) -> list[str]:
    statements = []
    entities = (("person", _PERSON_FIELDS, people), ("account", _ACCOUNT_FIELDS, accounts))
    number = 0
    for entity, fields, n in entities:
        for name, n_values in fields.items():
            texts = _TEXTS.get(name)
            text = f"[{', '.join(repr(t) for t in texts)}][i + 1]" if texts else f"'{name} ' || i"
            if name == "employees":
                text = "(i * 7 + 1)::VARCHAR"
            statements += [
                f"INSERT INTO fields (id, entity, name) VALUES ({number}, '{entity}', '{name}')",
                f"INSERT INTO field_values SELECT {number}, i::INTEGER, {text} FROM range({n_values}) t(i)",
                _insert(
                    "attribute_changes",
                    "field, subject, value, assumed",
                    f"{number}, i::INTEGER, (hash(i * 31 + {number}) % {n_values})::INTEGER, 0",
                    n,
                    _spread(f"i + {number}", 600),
                    where=f"hash(i + {number} * 17) % 10 <> 0",
                ),
            ]
            number += 1
    return statements


def _activities(world: World, records: int) -> str:
    """Activities in the order of their instants, as they would have arrived; 5% known up to ten days late."""
    days = 730 * MICROS_PER_DAY
    recent = f"(sqrt(i::DOUBLE / {world.n_activities}) * {days})::BIGINT"
    late = f"CASE WHEN hash(i + 5) % 20 = 0 THEN (hash(i + 6) % {10 * MICROS_PER_DAY})::BIGINT ELSE 0 END"
    at = f"least({_BEGIN} + {recent}, {AS_OF - 11 * MICROS_PER_DAY})"
    return f"""INSERT INTO activities (record, kind, key, content, happened_at, known_at, seq, import_id, line, source)
        SELECT (hash(i) % {records})::INTEGER, (hash(i + 1) % 48)::INTEGER, hash(i, 'a'), hash(i, 'c'), {at},
            {at} + {late}, 2 + i, 1, i, 0
        FROM range({world.n_activities}) t(i)"""
