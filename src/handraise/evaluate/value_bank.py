"""The value tests of a playbook, asked of few subjects all at once: a look at a handful of values costs the same for one
test as for thirty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from handraise.evaluate.compiled import Compiled
from handraise.evaluate.kleene import Truths
from handraise.evaluate.views import PeopleView, View
from handraise.model.conditions import AttributeTest, walk
from handraise.model.fields import Entity, Field

# So many points are asked at once.
_FEW_POINTS = 2_000
Numbers = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ValueBank:
    """The tables of the tests of an entity's fields (`Compiled.table`), one behind the other in `table`: that of test `i`
    starts at `start[i]`, and its entry for no value, its last, is at `missing[i]`. Test `i` is of `fields[field_of[i]]`."""

    tests: tuple[AttributeTest, ...]
    fields: tuple[Field, ...]
    field_of: Numbers
    table: Truths
    start: Numbers
    missing: Numbers

    @classmethod
    def of(cls, compiled: Compiled, entity: str) -> ValueBank:
        """Of the fields whose codes are those of everybody."""
        walked = (part for condition in compiled.playbook.conditions() for part in walk(condition))
        tests = tuple(
            dict.fromkeys(
                test
                for test in walked
                if isinstance(test, AttributeTest)
                and test.field.entity == entity
                and test.field not in compiled.coded_fields
            )
        )
        fields = tuple(dict.fromkeys(test.field for test in tests))
        tables = [compiled.table(test.field, test.test) for test in tests]
        ends = np.cumsum([0, *map(len, tables)])
        return cls(
            tests,
            fields,
            np.array([fields.index(test.field) for test in tests], dtype=np.intp),
            np.concatenate([np.empty(0, dtype=np.int8), *tables]),
            ends[:-1],
            ends[1:] - 1,
        )

    def truths(self, view: View) -> Truths:
        """The truth of each test at each point of a view; shape `(tests, points)`."""
        codes = np.array([view.latest(field)[0] for field in self.fields])[self.field_of]
        return self.table[np.where(codes < 0, self.missing[:, None], self.start[:, None] + codes)]


def values_of(view: View) -> Mapping[AttributeTest, Truths]:
    """The truths of all value tests of a view of few points at one instant; of others none."""
    return view.made("values", lambda: _found(view))


def _found(view: View) -> Mapping[AttributeTest, Truths]:
    if view.points.instant is None or view.size > _FEW_POINTS:
        return {}
    if not isinstance(view, PeopleView):
        return _own(view, Entity.ACCOUNT)
    of_accounts = values_of(view.accounts())
    if not of_accounts:
        return _own(view, Entity.PERSON)
    through_accounts = np.array(list(of_accounts.values()))[:, view.account]
    return {**_own(view, Entity.PERSON), **dict(zip(of_accounts, through_accounts, strict=True))}


def _own(view: View, entity: Entity) -> Mapping[AttributeTest, Truths]:
    compiled = view.compiled
    name = ("value bank", entity.value, compiled.coded_fields)
    bank = compiled.remember(name, lambda: ValueBank.of(compiled, entity.value))
    return dict(zip(bank.tests, bank.truths(view), strict=True)) if bank.tests else {}
