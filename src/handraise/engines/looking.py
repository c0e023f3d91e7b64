"""What a reading reads before any chunk: who there is, where their rows lie, and the dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from handraise.engines.assembly import Universe
from handraise.engines.deals import AllDeals, no_deals, read_deals
from handraise.engines.dictionaries import (
    field_numbers,
    kinds_of_types,
    read_entities,
    read_few_texts,
    read_files,
    read_kinds,
    read_texts,
)
from handraise.engines.layout import read_layout, read_names
from handraise.engines.origins import Copy, Origins, far_accounts, far_records
from handraise.engines.plan import Grouped, Layout, Share, cut, grouped, widened
from handraise.engines.who import Who, everybody, everybody_ever, few_people
from handraise.facts.chunks import CoverageSpan, Ints, Needs, Shared
from handraise.facts.ranges import ranges
from handraise.facts.view import View
from handraise.model.fields import Field

_ATTRIBUTE = ("field", "value", "assumed", "happened_at", "delay", "content")
_ATTRIBUTE_TAIL = (
    *("field", "coalesce(value, -1) AS value", "assumed", "happened_at"),
    *("known_at - happened_at AS delay", "content"),
)
_SOURCE = ("source",)
_ACTIVITY = ("kind", "happened_at", "delay", "content")
_ACTIVITY_TAIL = ("kind", "happened_at", "known_at - happened_at AS delay", "content")
_PLACES = ("import_id", "line")
# More kinds than this are not told to the database one by one: their rows are dropped later.
_MANY_KINDS = 2000


@dataclass(frozen=True, slots=True)
class _Rows:
    """Where activities and attributes come from."""

    activities: Origins
    of_people: Origins
    of_accounts: Origins


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a view."""

    view: View
    needs: Needs
    ranks: Mapping[int, int]
    coverage: tuple[CoverageSpan, ...]
    with_places: bool
    latest_only: bool
    max_rows_per_chunk: int
    over_time: bool = False

    def at(self, names: list[str] | None) -> tuple[Shared, Universe, tuple[Share, ...]]:
        """Everybody, or the people of these ids: what chunks share, whom they hold, and how it is cut."""
        view = self.view
        who = self._who(names)
        layout = read_layout(view, who.few, who.few_accounts)
        shares = cut(who.people, who.held, layout, who.decided, who.accounts, self.max_rows_per_chunk)
        if self.over_time:
            shares = widened(shares, who.held)
        if who.few is not None:
            shares = tuple(replace(share, first_place=0, end_place=0) for share in shares)
        bearers = grouped(who.people.person_of, who.people.n)
        fields = field_numbers(view, self.needs.fields)
        rows = self._rows(who, layout, shares, bearers, fields)
        used_kinds = None if who.few is None else used_numbers(view, rows.activities, "kind")
        kinds, kind_numbers = read_kinds(view, self.needs.activity_types, used_kinds)
        texts, code_numbers = self._texts(fields, rows, few=who.few is not None)
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
        return shared, self._universe(who, layout, bearers, fields, rows, kind_numbers, code_numbers), shares

    def _who(self, names: list[str] | None) -> Who:
        if self.over_time:
            return everybody_ever(self.view, self.ranks, names)
        return everybody(self.view, self.ranks) if names is None else few_people(self.view, self.ranks, names)

    def _names_of_people(self, who: Who) -> Ints:
        return who.people.representative if who.lives is None else who.lives.representative

    def _universe(
        self,
        who: Who,
        layout: Layout,
        bearers: Grouped,
        fields: Mapping[Field, int],
        rows: _Rows,
        kind_numbers: Ints,
        code_numbers: Mapping[int, Ints],
    ) -> Universe:
        view, all_names = self.view, who.few is None
        return Universe(
            people=who.people,
            held=who.held,
            current=who.current,
            records=bearers,
            layout=layout,
            person_names=read_names(view, "record_names", self._names_of_people(who), all_names),
            account_names=read_names(view, "account_names", who.accounts, all_names),
            deals=self._deals(who),
            source_rank=self.ranks,
            several_sources=self._several_sources,
            fields=fields,
            kind_numbers=kind_numbers,
            code_numbers=code_numbers,
            activity_rows=rows.activities,
            person_rows=rows.of_people,
            account_rows=rows.of_accounts,
            with_places=self.with_places,
            latest_only=self.latest_only,
            everybodys={},
            lives=who.lives,
            told=who.told,
        )

    def _deals(self, who: Who) -> AllDeals:
        """Over time a role is its record's, and reaches whoever bears the record then."""
        if not self.needs.deals:
            return no_deals()
        n_records = len(who.people.person_of)
        person_of = who.people.person_of if who.lives is None else np.arange(n_records, dtype=np.int32)
        return read_deals(self.view, person_of, who.few_accounts, who.few)

    def _rows(
        self,
        who: Who,
        layout: Layout,
        shares: tuple[Share, ...],
        bearers: Grouped,
        fields: Mapping[Field, int],
    ) -> _Rows:
        def records_of(people: Ints) -> Ints:
            start = bearers.start[people]
            return bearers.item[ranges(start, bearers.start[people + 1] - start)]

        far = far_records(shares, records_of, layout)
        only = None if who.few is None else far
        where = (layout.bucket_seq, layout.tail_from)
        return _Rows(
            Origins(self._activity_copy(), layout.place_of_record, *where, far, only),
            Origins(self._attribute_copy("person", fields), layout.place_of_record, *where, far, only),
            Origins(
                self._attribute_copy("account", fields),
                layout.place_of_account,
                *where,
                far_accounts(shares, layout),
                who.few_accounts,
            ),
        )

    def _activity_copy(self) -> Copy:
        """Only the needed kinds are read, where they can be told and are not all."""
        narrowed: dict[str, Any] = {}
        types = self.needs.activity_types
        kinds = None if types is None else kinds_of_types(self.view, types)
        if kinds is not None and len(kinds) <= _MANY_KINDS:
            narrowed = {
                "narrowed": "kind IN (SELECT unnest($kinds::INTEGER[]))" if len(kinds) else "false",
                "values": {"kinds": kinds.tolist()},
            }
        return activity_copy(self.with_places, **narrowed)

    def _attribute_copy(self, entity: str, fields: Mapping[Field, int]) -> Copy:
        return attribute_copy(entity, fields, self._several_sources)

    @property
    def _several_sources(self) -> bool:
        """Only then can one be believed more than another."""
        return len(self.ranks) > 1

    def _texts(
        self, fields: Mapping[Field, int], rows: _Rows, *, few: bool
    ) -> tuple[dict[Field, npt.NDArray[np.object_]], dict[int, Ints]]:
        """Texts by code of every field; of few people only the texts that they have, and which codes those are."""
        view, origins = self.view, {"person": rows.of_people, "account": rows.of_accounts}
        texts, code_numbers = {}, {}
        for field, number in fields.items():
            if few and field.entity in origins:
                used = used_numbers(view, origins[field.entity], "value", number)
                code_numbers[number] = used[used >= 0]
            else:
                texts[field] = read_texts(view, number)
        if code_numbers:
            found = read_few_texts(view, code_numbers)
            texts.update((f, found[n]) for f, n in fields.items() if n in found)
        return texts, code_numbers


def activity_copy(with_places: bool, **narrowed: Any) -> Copy:
    """Where activities are read from, with their places in files or without."""
    places = _PLACES if with_places else ()
    return Copy(
        "activities_clustered",
        (*_ACTIVITY, *places),
        "activities",
        (*_ACTIVITY_TAIL, *places),
        "record",
        **narrowed,
    )


def attribute_copy(entity: str, fields: Mapping[Field, int], several_sources: bool) -> Copy:
    """Where these fields of people or accounts are read from."""
    numbers = sorted(n for f, n in fields.items() if f.entity == entity)
    source = _SOURCE if several_sources else ()
    return Copy(
        f"{entity}_attributes",
        (*_ATTRIBUTE, *source),
        "attribute_changes",
        (*_ATTRIBUTE_TAIL, *source),
        "subject",
        narrowed="list_contains($fields, field)" if numbers else "false",
        values={"fields": numbers},
        by_field=True,
    )


def used_numbers(view: View, origins: Origins, column: str, field: int | None = None) -> Ints:
    """The distinct numbers in a column of all rows of a reading of few people."""
    found = []
    for kept in origins.kept(view):
        values = kept.rows[column]
        found.append(values if field is None else values[kept.rows["field"] == field])
    return np.unique(np.concatenate(found)).astype(np.int32)
