"""A reading: one look at the store at an instant and an append horizon, in chunks of whole accounts.

The only thing between the store and the evaluator. Rows come from the clustered copies, one stretch of
places per chunk, joined with what was appended since; see `origins` for the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType

import numpy as np
import numpy.typing as npt

from handraise.engines.assembly import Universe, assemble
from handraise.engines.deals import no_deals, read_deals
from handraise.engines.dictionaries import (
    field_numbers,
    read_entities,
    read_few_texts,
    read_files,
    read_kinds,
    read_texts,
)
from handraise.engines.layout import read_layout, read_names
from handraise.engines.origins import Copy, Origins, far_accounts, far_records
from handraise.engines.plan import Grouped, Layout, Share, cut, grouped
from handraise.engines.snapshot import Snapshot
from handraise.facts.chunks import Chunk, CoverageSpan, Ints, Needs, Shared
from handraise.facts.ranges import ranges
from handraise.facts.sql import one
from handraise.facts.store import FactStore
from handraise.facts.view import View
from handraise.identity.accounts import AccountsHeld, accounts_held
from handraise.identity.closure import joined_records, records_of_accounts
from handraise.identity.people import people_at
from handraise.identity.ranks import ranks_by_number
from handraise.model.fields import Field
from handraise.model.time import Micros

_ATTRIBUTE = ("field", "value", "assumed", "happened_at", "delay", "source", "content")
_ATTRIBUTE_TAIL = (
    *("field", "coalesce(value, -1) AS value", "assumed", "happened_at"),
    *("known_at - happened_at AS delay", "source", "content"),
)
_ACTIVITY = ("kind", "happened_at", "delay", "content")
_ACTIVITY_TAIL = ("kind", "happened_at", "known_at - happened_at AS delay", "content")
_PLACES = ("import_id", "line")


class Reading:
    """Facts as of an instant and a horizon (default: all), as `chunks.Chunk`s.

    `people` limits it to these person ids: they alone are decided; the other members of their accounts come
    along after `n_decided`, with their `person_account`, for the roll-ups. `latest_only` keeps only the last row
    of each subject and field. `source_ranks` says which source is believed at one instant: the higher; those
    not named rank below, by the alphabet. Holds a snapshot of the store: close it, or use it as a context manager.
    """

    def __init__(
        self,
        store: FactStore,
        as_of: Micros,
        horizon: int | None = None,
        needs: Needs = Needs(),
        people: Iterable[str] | None = None,
        *,
        with_places: bool = False,
        latest_only: bool = False,
        max_rows_per_chunk: int = 2_000_000,
        source_ranks: Mapping[str, int] | None = None,
    ) -> None:
        self._snapshot = Snapshot(store, as_of, horizon)
        try:
            ranks = ranks_by_number(store, source_ranks)
            coverage = store.coverage(self._snapshot.horizon)
            with self._snapshot.view() as view:
                look = _Look(view, needs, ranks, coverage, with_places, latest_only, max_rows_per_chunk)
                self._shared, self._universe, self._shares = look.at(
                    None if people is None else sorted(set(people))
                )
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._snapshot.close()

    def __enter__(self) -> Reading:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def shared(self) -> Shared:
        return self._shared

    @property
    def n_chunks(self) -> int:
        return len(self._shares)

    def chunk(self, index: int) -> Chunk:
        """One chunk. Several threads may ask at a time."""
        with self._snapshot.view() as view:
            return assemble(view, self._universe, self._shares[index])


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A few people: the records that bear their names, and all records that matter to them and their accounts."""

    named: Ints
    records: Ints


@dataclass(frozen=True, slots=True)
class _Look:
    """What is read once, before any chunk."""

    view: View
    needs: Needs
    ranks: Mapping[int, int]
    coverage: tuple[CoverageSpan, ...]
    with_places: bool
    latest_only: bool
    max_rows_per_chunk: int

    def at(self, names: list[str] | None) -> tuple[Shared, Universe, tuple[Share, ...]]:
        """Everybody, or the people of these names."""
        view = self.view
        chosen = None if names is None else self._chosen(names)
        records = chosen.records if chosen else None
        people = people_at(view, self.ranks, records)
        held = accounts_held(view, people, self.ranks, records)
        current = held.current
        if chosen is None:
            decided = np.ones(people.n, dtype=bool)
            accounts = _all_accounts(view, held)
        else:
            decided = np.isin(people.representative, chosen.named)
            accounts = np.unique(current[decided & (current >= 0)])
        some_accounts = None if chosen is None else accounts
        layout = read_layout(view, records, some_accounts)
        shares = cut(people, held, layout, decided, accounts, self.max_rows_per_chunk)
        if chosen is not None:
            shares = tuple(replace(share, first_place=0, end_place=0) for share in shares)
        bearers = grouped(people.person_of, people.n)
        fields = field_numbers(view, self.needs.fields)
        activity_rows, person_rows, account_rows = self._origins(
            layout, shares, bearers, fields, None if chosen is None else accounts
        )
        used_kinds = None if chosen is None else _used(view, activity_rows, "kind")
        kinds, kind_numbers = read_kinds(view, self.needs.activity_types, used_kinds)
        texts, code_numbers = self._texts(fields, person_rows, account_rows, few=chosen is not None)
        universe = Universe(
            people=people,
            held=held,
            current=current,
            records=bearers,
            layout=layout,
            person_names=read_names(view, "record_names", people.representative, chosen is None),
            account_names=read_names(view, "account_names", accounts, chosen is None),
            deals=read_deals(view, people, some_accounts, records) if self.needs.deals else no_deals(),
            source_rank=self.ranks,
            fields=fields,
            kind_numbers=kind_numbers,
            code_numbers=code_numbers,
            activity_rows=activity_rows,
            person_rows=person_rows,
            account_rows=account_rows,
            with_places=self.with_places,
            latest_only=self.latest_only,
        )
        shared = Shared(
            as_of=view.as_of,
            horizon=view.horizon,
            kinds=kinds,
            texts=texts,
            assets=read_entities(view, "asset", fields, self.ranks),
            programs=read_entities(view, "program", fields, self.ranks),
            coverage=self.coverage,
            files=read_files(view) if self.with_places else (),
        )
        return shared, universe, shares

    def _chosen(self, names: list[str]) -> _Chosen:
        """The people of these names, and the whole of the accounts that they hold."""
        view = self.view
        named = view.arrays("SELECT id FROM record_names WHERE list_contains($names, name)", names=names)
        seeds = named["id"].astype(np.int32)
        joined = joined_records(view, seeds)
        people = people_at(view, self.ranks, joined)
        held = accounts_held(view, people, self.ranks, joined)
        current = held.current[np.isin(people.representative, seeds)]
        members = records_of_accounts(view, np.unique(current[current >= 0]))
        return _Chosen(seeds, joined_records(view, np.concatenate([joined, members])))

    def _origins(
        self,
        layout: Layout,
        shares: tuple[Share, ...],
        bearers: Grouped,
        fields: Mapping[Field, int],
        accounts: Ints | None,
    ) -> tuple[Origins, Origins, Origins]:
        """Where the rows of records (activities, attributes) and of accounts come from."""

        def records_of(people: Ints) -> Ints:
            start = bearers.start[people]
            return bearers.item[ranges(start, bearers.start[people + 1] - start)]

        far = far_records(shares, records_of, layout)
        only = None if accounts is None else far
        where = (layout.bucket_seq, layout.tail_from)
        return (
            Origins(_activity_copy(self.with_places), layout.place_of_record, *where, far, only),
            Origins(_attribute_copy("person", fields), layout.place_of_record, *where, far, only),
            Origins(
                _attribute_copy("account", fields),
                layout.place_of_account,
                *where,
                far_accounts(shares, layout),
                accounts,
            ),
        )

    def _texts(
        self, fields: Mapping[Field, int], person_rows: Origins, account_rows: Origins, *, few: bool
    ) -> tuple[dict[Field, npt.NDArray[np.object_]], dict[int, Ints]]:
        """Texts by code of every field; of few people only the texts that they have, and which codes those are."""
        view, origins = self.view, {"person": person_rows, "account": account_rows}
        texts, code_numbers = {}, {}
        for field, number in fields.items():
            if few and field.entity in origins:
                used = _used(view, origins[field.entity], "value", number)
                code_numbers[number] = used[used >= 0]
            else:
                texts[field] = read_texts(view, number)
        if code_numbers:
            found = read_few_texts(view, code_numbers)
            texts.update((f, found[n]) for f, n in fields.items() if n in found)
        return texts, code_numbers


def _all_accounts(view: View, held: AccountsHeld) -> Ints:
    """Every account that is known: by a record of its own, or because somebody held it or it has a deal."""
    n_accounts = int(one(view.connection, "SELECT coalesce(max(id), -1) + 1 FROM account_names"))
    rows = view.arrays(
        """SELECT account FROM account_records WHERE {visible}
           UNION ALL SELECT account FROM opportunities WHERE {visible} AND account IS NOT NULL"""
    )
    known = np.zeros(n_accounts, dtype=bool)
    known[rows["account"]] = True
    known[held.account[held.account >= 0]] = True
    return np.flatnonzero(known).astype(np.int32)


def _used(view: View, origins: Origins, column: str, field: int | None = None) -> Ints:
    """The distinct numbers in a column of all rows of a reading of few people."""
    found = []
    for kept in origins.kept(view):
        values = kept.rows[column]
        found.append(values if field is None else values[kept.rows["field"] == field])
    return np.unique(np.concatenate(found)).astype(np.int32)


def _activity_copy(with_places: bool) -> Copy:
    places = _PLACES if with_places else ()
    return Copy(
        "activities_clustered", (*_ACTIVITY, *places), "activities", (*_ACTIVITY_TAIL, *places), "record"
    )


def _attribute_copy(entity: str, fields: Mapping[Field, int]) -> Copy:
    return Copy(
        f"{entity}_attributes",
        _ATTRIBUTE,
        "attribute_changes",
        _ATTRIBUTE_TAIL,
        "subject",
        narrowed="list_contains($fields, field)",
        values={"fields": sorted(n for f, n in fields.items() if f.entity == entity)},
        by_field=True,
    )
