"""A reading: one look at the store at an instant and an append horizon, in chunks of whole accounts.

The only thing between the store and the evaluator. Rows come from the clustered copies, one stretch of
places per chunk, joined with what was appended since; see `origins` for the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from handraise.engines.deals import AllDeals, no_deals, read_deals
from handraise.engines.dictionaries import (
    IS_ASSUMED,
    field_numbers,
    read_entities,
    read_few_texts,
    read_files,
    read_kinds,
    read_texts,
)
from handraise.engines.layout import Names, read_layout, read_names
from handraise.engines.origins import Copy, Origins, far_accounts, far_records
from handraise.engines.plan import Grouped, Layout, Share, cut, grouped
from handraise.engines.row_order import Columns, Runs, arrange
from handraise.engines.snapshot import Snapshot
from handraise.facts.chunks import Activities, Bools, Chunk, Ints, Needs, Places, Shared, Timeline
from handraise.facts.ranges import ranges
from handraise.facts.store import FactStore
from handraise.facts.view import View
from handraise.identity.accounts import AccountsHeld, accounts_held, held_at
from handraise.identity.closure import joined_records, records_of_accounts
from handraise.identity.people import ALWAYS, People, people_at, ranks_of
from handraise.identity.ranks import ranks_by_number
from handraise.model.fields import Field
from handraise.model.time import Micros

_PLACES = ("import_id", "line")
_ATTRIBUTE = ("field", "value", "assumed", "happened_at", "delay", "source", "content")


class Reading:
    """Facts as of an instant and a horizon (default: all), as `chunks.Chunk`s.

    `people` limits it to these person ids: they alone are decided; the members of their accounts come along
    after `n_decided`, with their `person_account`, for the roll-ups. `latest_only` keeps only the last row
    of each (subject, field). `source_ranks` says which source is believed at one instant: the higher; without
    it, the later in the alphabet. Holds a snapshot of the store: close it, or use it as a context manager.
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
        self._needs = needs
        self._latest_only = latest_only
        self._with_places = with_places
        self._ranks = ranks_by_number(store, source_ranks)
        self._snapshot = Snapshot(store, as_of, horizon)
        try:
            with self._snapshot.view() as view:
                self._look(store, view, people, max_rows_per_chunk)
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
            return self._chunk(view, self._shares[index])

    def _look(
        self, store: FactStore, view: View, people: Iterable[str] | None, max_rows_per_chunk: int
    ) -> None:
        """Who there is, what is needed, and how it is cut."""
        chosen = None if people is None else _chosen_records(view, sorted(set(people)), self._ranks)
        self._everybody = people is None
        records = None if chosen is None else chosen.records
        self._people = people_at(view, self._ranks, records)
        self._held = accounts_held(view, self._people, self._ranks, records)
        if chosen is None:
            decided = np.ones(self._people.n, dtype=bool)
            accounts = _all_accounts(view, self._held)
        else:
            decided = np.isin(self._people.representative, chosen.named)
            accounts = np.unique(self._held.current[decided])
            accounts = accounts[accounts >= 0]
        self._layout = read_layout(view, records, None if chosen is None else accounts)
        self._records = grouped(self._people.person_of, self._people.n)
        shares = cut(self._people, self._held, self._layout, decided, accounts, max_rows_per_chunk)
        self._shares = shares if chosen is None else tuple(replace(s, first_place=0, end_place=0) for s in shares)
        self._person_names = read_names(view, "record_names", self._people.representative, self._everybody)
        self._account_names = read_names(view, "account_names", accounts, self._everybody)
        self._deals = self._read_deals(view, accounts, records)
        self._read_dictionaries(store, view, accounts)

    def _read_deals(self, view: View, accounts: Ints, records: Ints | None) -> AllDeals:
        if not self._needs.deals:
            return no_deals()
        return read_deals(view, self._people, None if self._everybody else accounts, records)

    def _read_dictionaries(self, store: FactStore, view: View, accounts: Ints) -> None:
        """Dictionaries of everything that may come; in a reading of few people, of what did come."""
        self._fields = field_numbers(view, self._needs.fields)
        self._code_numbers: dict[int, Ints] = {}
        self._set_origins(accounts)
        used_kinds = None if self._everybody else self._used_kinds(view)
        kinds, self._kind_numbers = read_kinds(view, self._needs.activity_types, used_kinds)
        self._shared = Shared(
            as_of=view.as_of,
            horizon=view.horizon,
            kinds=kinds,
            texts=self._texts(view),
            assets=read_entities(view, "asset", self._fields, self._ranks),
            programs=read_entities(view, "program", self._fields, self._ranks),
            coverage=store.coverage(view.horizon),
            files=read_files(view) if self._with_places else (),
        )

    def _set_origins(self, accounts: Ints) -> None:
        layout, numbers = self._layout, {f.entity: [] for f in self._needs.fields}  # type: dict[str, list[int]]
        for field, number in self._fields.items():
            numbers[field.entity].append(number)
        far = far_records(self._shares, self._records_of, layout)
        own = None if self._everybody else far
        self._activity_rows = Origins(
            _activity_copy(self._with_places),
            layout.place_of_record,
            layout.bucket_seq,
            layout.tail_from,
            far,
            own,
        )
        self._person_rows = Origins(
            _attribute_copy("person_attributes", numbers.get("person", [])),
            layout.place_of_record,
            layout.bucket_seq,
            layout.tail_from,
            far,
            own,
        )
        self._account_rows = Origins(
            _attribute_copy("account_attributes", numbers.get("account", [])),
            layout.place_of_account,
            layout.bucket_seq,
            layout.tail_from,
            far_accounts(self._shares, layout),
            None if self._everybody else accounts,
        )

    def _records_of(self, people: Ints) -> Ints:
        start, end = self._records.start[people], self._records.start[people + 1]
        return self._records.item[ranges(start, end - start)]

    def _used_kinds(self, view: View) -> Ints:
        far, tail = self._activity_rows.kept(view)
        return np.unique(np.concatenate([far.rows["kind"], tail.rows["kind"]])).astype(np.int32)

    def _texts(self, view: View) -> dict[Field, npt.NDArray[np.object_]]:
        mine = {f: n for f, n in self._fields.items() if f.entity in ("person", "account")}
        shared = {f: n for f, n in self._fields.items() if f not in mine}
        texts = {f: read_texts(view, n) for f, n in (self._fields if self._everybody else shared).items()}
        if not self._everybody:
            used = {n: self._used_codes(view, f.entity, n) for f, n in mine.items()}
            few = read_few_texts(view, used)
            for field, number in mine.items():
                texts[field] = few[number]
                self._code_numbers[number] = used[number]
        return texts

    def _used_codes(self, view: View, entity: str, number: int) -> Ints:
        origins = self._person_rows if entity == "person" else self._account_rows
        codes = [kept.rows["value"][kept.rows["field"] == number] for kept in origins.kept(view)]
        used = np.unique(np.concatenate(codes))
        return used[used >= 0].astype(np.int32)

    def _chunk(self, view: View, share: Share) -> Chunk:
        decided = self._person_names.sorted_by_name_of(share.decided, self._people.representative)
        visitors = self._person_names.sorted_by_name_of(share.visitors, self._people.representative)
        persons = np.concatenate([decided, visitors])
        accounts = self._account_names.sorted_by_name(share.accounts)
        local_person = np.full(self._people.n, -1, dtype=np.int32)
        local_person[persons] = np.arange(len(persons), dtype=np.int32)
        local_account = np.full(len(self._layout.place_of_account) + 1, -1, dtype=np.int32)
        local_account[accounts] = np.arange(len(accounts), dtype=np.int32)
        members = _Members.of(self, share, persons, len(decided))
        representative = self._people.representative[persons]
        return Chunk(
            n_decided=len(decided),
            person_ids=self._person_names.of(representative),
            source_ids=self._person_names.bare_of(representative),
            person_account=local_account[self._current[persons]],
            person_known_at=self._people.known_at[persons],
            account_ids=self._account_names.of(accounts),
            person_fields=self._timelines(
                "person", self._person_rows.runs(view, share, members.record, members.index, members.near), members.owner
            ),
            account_fields=self._account_fields(view, share, accounts),
            activities=self._activities(view, share, members, persons, local_account),
            deals=self._deals.of(local_account, local_person),
        )
