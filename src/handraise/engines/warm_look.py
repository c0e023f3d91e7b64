"""A look at a few people in which only their rows are read; the rest was kept from looks before."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from handraise.engines.assembly import Universe, of_subjects
from handraise.engines.deals import no_deals
from handraise.engines.dictionaries import field_numbers, read_entities
from handraise.engines.looking import activity_copy, attribute_copy, used_numbers
from handraise.engines.origins import Origins
from handraise.engines.plan import Share
from handraise.engines.warm import Everybody, Warm
from handraise.facts.chunks import CoverageSpan, EntityTimelines, Ints, Needs, Shared, Timeline
from handraise.facts.view import View
from handraise.model.fields import Field

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked: the people of these ids, and what is to be read of them (as in `reading.Reading`)."""

    names: list[str]
    needs: Needs
    with_places: bool
    latest_only: bool


@dataclass(frozen=True, slots=True)
class WarmLook:
    """One look at a view, with everybody as that view sees them."""

    view: View
    warm: Warm
    everybody: Everybody
    ranks: Mapping[int, int]
    coverage: tuple[CoverageSpan, ...]
    wanted: Wanted

    def at(self) -> tuple[Shared, Universe, tuple[Share, ...], frozenset[Field]]:
        """As `looking.Look.at`; also the fields whose codes are numbered for these people alone."""
        view, kept = self.view, self.everybody
        share = kept.share(self.wanted.names)
        fields = self._fields()
        activities, of_people, of_accounts = self._rows(share, fields)
        universe = self._universe(fields, activities, of_people, of_accounts)
        everybodys = kept.timelines(view, universe)
        texts, code_numbers = self._texts(fields, universe, everybodys, share)
        shared = Shared(
            as_of=view.as_of,
            horizon=view.horizon,
            kinds=kept.kinds,
            texts=texts,
            assets=self._entities("asset", fields),
            programs=self._entities("program", fields),
            coverage=self.coverage,
            files=kept.files if self.wanted.with_places else (),
        )
        coded = frozenset(f for f, number in fields.items() if number in code_numbers)
        universe = replace(universe, code_numbers=code_numbers, everybodys=everybodys)
        return shared, universe, (share,) if len(share.decided) else (), coded

    def _universe(
        self, fields: dict[Field, int], activities: Origins, of_people: Origins, of_accounts: Origins
    ) -> Universe:
        kept, needs = self.everybody, self.wanted.needs
        return Universe(
            people=kept.who.people,
            held=kept.who.held,
            current=kept.who.current,
            records=kept.bearers,
            layout=kept.layout,
            person_names=kept.person_names,
            account_names=kept.account_names,
            deals=kept.deals if needs.deals else no_deals(),
            source_rank=self.ranks,
            several_sources=len(self.ranks) > 1,
            fields=fields,
            kind_numbers=kept.numbers_of_kinds(needs.activity_types),
            code_numbers={},
            activity_rows=activities,
            person_rows=of_people,
            account_rows=of_accounts,
            with_places=self.wanted.with_places,
            latest_only=self.wanted.latest_only,
            everybodys={},
        )

    def _fields(self) -> dict[Field, int]:
        wanted = self.wanted.needs.fields
        return self._made(("fields", wanted), lambda: field_numbers(self.view, wanted))

    def _entities(self, entity: str, fields: Mapping[Field, int]) -> EntityTimelines:
        mine = tuple(sorted((f, n) for f, n in fields.items() if f.entity == entity))
        return self._made((entity, mine), lambda: read_entities(self.view, entity, fields, self.ranks))

    def _made(self, key: Hashable, make: Callable[[], T]) -> T:
        return self.warm.made(key, self.everybody, make)

    def _rows(self, share: Share, fields: Mapping[Field, int]) -> tuple[Origins, Origins, Origins]:
        """Activities, and the attributes of people and of accounts."""
        layout, several = self.everybody.layout, len(self.ranks) > 1
        records = np.sort(self.everybody.records_of(share.people))
        where = (layout.bucket_seq, layout.tail_from)
        of_people = (layout.place_of_record, *where, records, records)
        return (
            Origins(activity_copy(self.wanted.with_places), *of_people),
            Origins(attribute_copy("person", fields, several), *of_people),
            Origins(
                attribute_copy("account", fields, several),
                layout.place_of_account,
                *where,
                share.accounts,
                share.accounts,
            ),
        )

    def _texts(
        self,
        fields: Mapping[Field, int],
        universe: Universe,
        everybodys: Mapping[str, Mapping[Field, Timeline]],
        share: Share,
    ) -> tuple[dict[Field, npt.NDArray[np.object_]], dict[int, Ints]]:
        """Texts by code of every field; where a field has very many, only those of these people, and their codes."""
        texts, code_numbers = {}, {}
        origins = {"person": universe.person_rows, "account": universe.account_rows}
        subjects = {"person": share.people, "account": share.accounts}
        for field, number in fields.items():
            kept = self.everybody.texts(self.view, number)
            if kept.whole is not None:
                texts[field] = kept.whole
            elif field.entity in origins:
                if field.entity not in everybodys:
                    used = used_numbers(self.view, origins[field.entity], "value", number)
                elif field in everybodys[field.entity]:
                    used = np.unique(
                        of_subjects(everybodys[field.entity][field], subjects[field.entity]).code
                    )
                else:
                    used = np.empty(0, dtype=np.int32)
                code_numbers[number] = used[used >= 0]
                texts[field] = kept.of(code_numbers[number])
            else:
                texts[field] = kept.of(np.arange(len(kept.packed), dtype=np.int32))
        return texts, code_numbers
