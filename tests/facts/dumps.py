"""A reading as plain data by text ids, so that readings can be compared whatever numbers they use inside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from handraise.engines.reading import Reading
from handraise.facts.chunks import DEAL_STATUSES, Chunk, Needs, Shared
from handraise.facts.store import FactStore
from handraise.model.fields import Field

FIELDS = frozenset(
    Field(entity, name)
    for entity, names in (
        ("person", ("title", "country", "is_deleted")),
        ("account", ("name", "industry")),
        ("asset", ("tier",)),
        ("program", ("name",)),
    )
    for name in names
)
EVERYTHING = Needs(fields=FIELDS)


def dump(
    store: FactStore,
    as_of: int,
    horizon: int | None = None,
    *,
    people: Iterable[str] | None = None,
    needs: Needs = EVERYTHING,
    **options: Any,
) -> dict[str, Any]:
    """Everything that a reading says: of each decided person and of each account, and of the whole."""
    with Reading(store, as_of, horizon, needs, people, **options) as reading:
        persons: dict[str, Any] = {}
        accounts: dict[str, Any] = {}
        for i in range(reading.n_chunks):
            chunk = reading.chunk(i)
            check(chunk, reading.shared)
            for person in range(chunk.n_decided):
                name = chunk.person_ids[person].as_py()
                assert name not in persons, f"{name} is decided twice"
                persons[name] = person_dump(chunk, reading.shared, person)
            for account, name in enumerate(chunk.account_ids.to_pylist()):
                assert name not in accounts, f"{name} lies in two chunks"
                accounts[name] = account_dump(chunk, reading.shared, account)
        return {
            "people": persons,
            "accounts": accounts,
            "assets": entity_dump(reading.shared, reading.shared.assets),
            "programs": entity_dump(reading.shared, reading.shared.programs),
            "coverage": reading.shared.coverage,
        }


def person_dump(chunk: Chunk, shared: Shared, person: int) -> dict[str, Any]:
    account = int(chunk.person_account[person])
    deals = chunk.deals
    return {
        "source_id": chunk.source_ids[person].as_py(),
        "account": chunk.account_ids[account].as_py() if account >= 0 else None,
        "known_at": int(chunk.person_known_at[person]),
        "fields": fields_dump(chunk.person_fields, shared, person),
        "activities": [
            a[1:] for a in activities_of(chunk, shared) if a[0] == chunk.person_ids[person].as_py()
        ],
        "roles": sorted(
            (deals.ids[int(d)].as_py(), int(at))
            for d, p, at in zip(deals.role_deal, deals.role_person, deals.role_at, strict=True)
            if p == person
        ),
    }


def account_dump(chunk: Chunk, shared: Shared, account: int) -> dict[str, Any]:
    """The account, its members now, and all that was done by whoever held it then."""
    deals = chunk.deals
    return {
        "fields": fields_dump(chunk.account_fields, shared, account),
        "members": sorted(
            chunk.person_ids[i].as_py() for i in range(chunk.n_people) if chunk.person_account[i] == account
        ),
        "activities": sorted(
            str(a) for a in activities_of(chunk, shared) if a[1] == chunk.account_ids[account].as_py()
        ),
        "deals": [
            (
                deals.ids[d].as_py(),
                int(deals.opened_at[d]),
                [
                    (int(at), DEAL_STATUSES[status])
                    for deal, at, status in zip(
                        deals.stage_deal, deals.stage_at, deals.stage_status, strict=True
                    )
                    if deal == d
                ],
            )
            for d in range(len(deals.ids))
            if deals.account[d] == account
        ],
    }


def fields_dump(fields: Any, shared: Shared, subject: int) -> dict[str, Any]:
    found = {}
    for field, timeline in fields.items():
        rows = [
            (int(at), int(visible), shared.texts[field][code] if code >= 0 else None, int(assumed))
            for s, at, visible, code, assumed in zip(
                timeline.subject, timeline.at, timeline.visible, timeline.code, timeline.assumed, strict=True
            )
            if s == subject
        ]
        if rows:
            found[str(field)] = rows
    return found


def entity_dump(shared: Shared, entity: Any) -> dict[str, Any]:
    found = {name: fields_dump(entity.fields, shared, index) for name, index in entity.index.items()}
    return {name: fields for name, fields in found.items() if fields}


def activities_of(chunk: Chunk, shared: Shared) -> list[tuple[Any, ...]]:
    """(person, account held then, kind, at, visible[, file, line]), in the chunk's order."""
    rows = chunk.activities
    dumped = []
    accounts = rows.held.then(rows.person, rows.at).tolist()
    for i, account in enumerate(accounts):
        kind = shared.kinds[rows.kind[i]]
        what = (
            kind.type,
            kind.channel,
            kind.asset,
            kind.program,
            kind.product,
            tuple(sorted(kind.properties.items())),
        )
        where = () if rows.places is None else (shared.files[rows.places.file[i]], int(rows.places.line[i]))
        dumped.append(
            (
                chunk.person_ids[int(rows.person[i])].as_py(),
                chunk.account_ids[account].as_py() if account >= 0 else None,
                what,
                int(rows.at[i]),
                int(rows.visible[i]),
                *where,
            )
        )
    return dumped


def check(chunk: Chunk, shared: Shared) -> None:
    """What `chunks` promises of every chunk."""
    for names in (chunk.person_ids.to_pylist(), chunk.account_ids.to_pylist()):
        assert len(set(names)) == len(names)
    rows = chunk.activities
    order = list(zip(rows.person.tolist(), rows.at.tolist(), strict=True))
    assert order == sorted(order)
    for timeline in (*chunk.person_fields.values(), *chunk.account_fields.values(), rows):
        assert (timeline.visible <= shared.as_of).all()
        assert (timeline.visible >= timeline.at).all()
        assert timeline.visible.dtype == "int64"
    for timeline in (*chunk.person_fields.values(), *chunk.account_fields.values()):
        order = list(zip(timeline.subject.tolist(), timeline.at.tolist(), strict=True))
        assert order == sorted(order)
        assert timeline.subject.dtype == timeline.code.dtype == "int32"
    assert rows.person.dtype == rows.held.account.dtype == rows.kind.dtype == "int32"
    assert chunk.person_account.dtype == "int32"
    assert chunk.deals.ids.to_pylist() == sorted(chunk.deals.ids.to_pylist())
