"""Who travels where: whole accounts are shared out to buckets, and everybody goes wherever they ever had an account.

Who is one person, and in which account, depends on the instant asked for. So nothing of that is settled here: records
that any key ever joins travel together, to the bucket of every account that any of them ever had; and, for playbooks
with triggers or stages, with them all the accounts that they ever had, and whoever else was in those. There each bucket settles it for itself, for any instant, from all the rows that matter; and whoever is then in one of
the accounts that are at home in the bucket is decided there, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from handraise.facts.chunks import Ints
from handraise.facts.interchange.parquet import file_name
from handraise.facts.ranges import ranges
from handraise.identity.people import components

PERSON, ACCOUNT, DEAL = "person", "account", "deal"
# How a fact names whom it is about: `person:` and a record, `account:` and an account, `deal:` and a deal.
DIRECTORY_SCHEMA = pa.schema([("traveller", pa.string()), ("bucket", pa.int32()), ("at_home", pa.bool_())])
_ROW_GROUP = 65_536

Pairs = tuple[Ints, Ints]


@dataclass(frozen=True, slots=True)
class Directory:
    """One row for each traveller and bucket that its facts go to, sorted by bucket; `at_home` in exactly one of a record's
    or an account's."""

    table: pa.Table
    n_buckets: int

    def write(self, path: Path) -> None:
        pq.write_table(self.table, path, row_group_size=_ROW_GROUP)


def at_home(path: Path, bucket: int) -> tuple[frozenset[str], frozenset[str]]:
    """The records and the accounts that are at home in a bucket, from a written directory."""
    rows = pq.read_table(path, filters=[("bucket", "==", bucket), ("at_home", "==", True)])
    names = rows.column("traveller").to_pylist()
    found = {
        kind: frozenset(n.removeprefix(f"{kind}:") for n in names if n.startswith(f"{kind}:"))
        for kind in (PERSON, ACCOUNT)
    }
    return found[PERSON], found[ACCOUNT]


def route(
    folder: Path, n_buckets: int, together: pa.Table | None = None, *, over_time: bool = False
) -> Directory:
    """The directory of a folder of facts. `together` has pairs of records, `left` and `right`, that are to meet in the
    same buckets though no key joins them. `over_time`: with all that what happened rests on."""
    facts = _Names.of(folder, together)
    component = components(*facts.links, facts.n_nodes)
    components_, member_of = np.unique(component[: facts.n_records], return_inverse=True)
    of_record = member_of.astype(np.int32)
    held = _distinct(of_record[facts.members[0]], facts.members[1])
    home, account_home = _homes(held, len(components_), facts.n_accounts, n_buckets)
    stays = _distinct(
        np.concatenate([np.arange(len(home), dtype=np.int32), held[0]]),
        np.concatenate([home, account_home[held[1]]]),
    )
    own: Pairs = (np.arange(facts.n_accounts, dtype=np.int32), account_home)
    account_stays = _distinct(*own)
    if over_time:
        account_stays = _distinct(*_beside_homes(_joined(held[1], held[0], stays), account_home))
        stays = _widened(stays, held, account_stays)
    record, bucket = _joined(np.arange(facts.n_records, dtype=np.int32), of_record, stays)
    rows = [
        _rows(PERSON, facts.records, record, bucket, home[of_record[record]] == bucket),
        _rows(
            ACCOUNT,
            facts.accounts,
            *account_stays,
            account_home[account_stays[0]] == account_stays[1],
        ),
    ]
    deal, bucket = _deals(facts, of_record, stays, account_stays)
    rows.append(_rows(DEAL, facts.deals, deal, bucket, np.zeros(len(deal), dtype=bool)))
    return Directory(pa.concat_tables(rows).sort_by("bucket"), n_buckets)


def _homes(held: Pairs, n_components: int, n_accounts: int, n_buckets: int) -> tuple[Ints, Ints]:
    """The home of each component and of each account.

    Accounts that several have held are dealt out; those of one alone (a lead's own company, mostly) go with it.
    """
    component, account = held
    several = np.bincount(account, minlength=n_accounts) > 1
    account_home = np.full(n_accounts, -1, dtype=np.int32)
    account_home[several] = _dealt(int(several.sum()), n_buckets)
    home = np.full(n_components, -1, dtype=np.int32)
    shared = several[account]
    home[component[shared][::-1]] = account_home[account[shared]][::-1]
    alone = home < 0
    home[alone] = _dealt(int(alone.sum()), n_buckets)
    account_home[account[~shared]] = home[component[~shared]]
    nobodys = account_home < 0
    account_home[nobodys] = _dealt(int(nobodys.sum()), n_buckets)
    return home, account_home


def _beside_homes(stays: Pairs, account_home: Ints) -> Pairs:
    own = np.arange(len(account_home), dtype=np.int32)
    return np.concatenate([stays[0], own]), np.concatenate([stays[1], account_home])


def _widened(stays: Pairs, held: Pairs, account_stays: Pairs) -> Pairs:
    """With whoever ever held one of the accounts that are in a bucket: what happened to somebody rests on the members
    of every account that they ever held."""
    by_account = np.argsort(held[1], kind="stable")
    component, bucket = _joined(held[0][by_account], held[1][by_account], account_stays)
    return _distinct(np.concatenate([stays[0], component]), np.concatenate([stays[1], bucket]))


def _dealt(n: int, n_buckets: int) -> Ints:
    return (np.arange(n) % n_buckets).astype(np.int32)


def _deals(facts: _Names, of_record: Ints, stays: Pairs, account_stays: Pairs) -> Pairs:
    """A deal goes to its account, and to everybody who has a role in it."""
    deal, of_account = _joined(*facts.deal_accounts, account_stays)
    role_deal, record = facts.roles
    place, bucket = _joined(role_deal, of_record[record], stays)
    return _distinct(np.concatenate([deal, place]), np.concatenate([of_account, bucket]))


def _joined(what: Ints, component: Ints, stays: Pairs) -> Pairs:
    """`what[i]` beside every bucket that its component goes to; `stays` are by component."""
    start = np.searchsorted(stays[0], component, side="left")
    length = np.searchsorted(stays[0], component, side="right") - start
    return np.repeat(what, length), stays[1][ranges(start, length)]


def _distinct(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> Pairs:
    pairs = np.unique(left.astype(np.int64) << 32 | right.astype(np.int64))
    return (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)


def _rows(kind: str, names: pa.Array, number: Ints, bucket: Ints, home: npt.NDArray[np.bool_]) -> pa.Table:
    named = pc.binary_join_element_wise(f"{kind}:".encode(), names, b"").view(pa.string())
    columns = [named.take(pa.array(number)), pa.array(bucket, pa.int32()), pa.array(home)]
    return pa.Table.from_arrays(columns, schema=DIRECTORY_SCHEMA)


@dataclass(frozen=True, slots=True)
class _Names:
    """Everybody and everything that facts are about, by number, and what lies between them.

    The first nodes are `records`; the others are keys. `links` joins nodes; `members` pairs records and accounts that
    they ever had; `deal_accounts` deals and accounts; `roles` deals and records.
    """

    records: pa.Array
    accounts: pa.Array
    deals: pa.Array
    n_nodes: int
    links: Pairs
    members: Pairs
    deal_accounts: Pairs
    roles: Pairs

    @property
    def n_records(self) -> int:
        return len(self.records)

    @property
    def n_accounts(self) -> int:
        return len(self.accounts)

    @classmethod
    def of(cls, folder: Path, together: pa.Table | None) -> _Names:
        people = _read(folder, "people", "record")
        keys = _read(folder, "identity_keys", "record", "key")
        memberships = _read(folder, "memberships", "record", "account")
        accounts = _read(folder, "accounts", "account")
        opportunities = _read(folder, "opportunities", "opportunity", "account")
        roles = _read(folder, "contact_roles", "opportunity", "record")
        left, right = ([], []) if together is None else (_bytes(together["left"]), _bytes(together["right"]))
        records, (_, keyed, member, role_record, one, other) = _numbered(
            people[0], keys[0], memberships[0], roles[1], left, right
        )
        account_names, (_, member_of, deal_account) = _numbered(accounts[0], memberships[1], opportunities[1])
        deals, (opened, role_deal) = _numbered(opportunities[0], roles[0])
        n_nodes, key = _key_nodes(records, keys[1])
        return cls(
            records,
            account_names,
            deals,
            n_nodes,
            (np.concatenate([keyed, one]), np.concatenate([key, other])),
            _both_known(member, member_of),
            _both_known(opened, deal_account),
            _both_known(role_deal, role_record),
        )


def _key_nodes(records: pa.Array, keys: pa.ChunkedArray) -> tuple[int, Ints]:
    """The node of each key, and how many nodes there are. A key that names a record is that record."""
    named = pc.binary_join_element_wise(b"id:", records, b"")
    distinct, (number,) = _numbered(keys)
    node = np.arange(len(records), len(records) + len(distinct), dtype=np.int32)
    record = pc.index_in(distinct, value_set=named)
    known = np.asarray(record.is_valid())
    node[known] = np.asarray(record.drop_null(), dtype=np.int32)
    return len(records) + len(distinct), node[number]


def _numbered(*columns: pa.ChunkedArray | Sequence[Any]) -> tuple[pa.Array, list[Ints]]:
    """The distinct names of some columns, and each column as their numbers, -1 where there is none."""
    whole = [
        c if isinstance(c, pa.ChunkedArray) else pa.chunked_array([pa.array(c, pa.binary())]) for c in columns
    ]
    joined = pa.chunked_array([chunk for column in whole for chunk in column.chunks], pa.binary())
    encoded = joined.combine_chunks().dictionary_encode()
    numbers = np.asarray(encoded.indices.fill_null(-1), dtype=np.int32)
    ends = np.cumsum([len(column) for column in whole])[:-1]
    return encoded.dictionary, np.split(numbers, ends)


def _both_known(left: Ints, right: Ints) -> Pairs:
    both = (left >= 0) & (right >= 0)
    return _distinct(left[both], right[both])


def _read(folder: Path, table: str, *columns: str) -> list[pa.ChunkedArray]:
    """Columns of a table's file as bytes, whatever kind of text they are there; names need not be UTF-8 to be equal."""
    with pq.ParquetFile(folder / file_name(table)) as file:
        rows = file.read(columns=list(columns))
    return [_bytes(rows.column(name)) for name in columns]


def _bytes(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if isinstance(column.type, pa.BaseExtensionType):
        column = pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
    return column.cast(pa.binary())
