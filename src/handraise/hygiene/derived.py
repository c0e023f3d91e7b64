"""What one record's values tell, from when on: the verdicts of hygiene as dated changes of fields.

At every instant at which something new is seen of a record all that is known of it is judged again, and what changed is a
change of a derived field from that instant on. So a past instant is judged by what was known then.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from itertools import groupby
from typing import NamedTuple

from handraise.facts.rows import Assumed, AttributeChange
from handraise.hygiene.people import NOBODY_KNOWN, Known, PersonValues, PersonVerdict, review_person
from handraise.hygiene.places import country_of, state_of
from handraise.hygiene.reasons import Weight
from handraise.hygiene.titles import read_title
from handraise.model.fields import Field
from handraise.model.time import Micros
from handraise.model.values import list_text

PERSON_INPUTS: tuple[str, ...] = (*(f.name for f in fields(PersonValues)), "state")
ACCOUNT_INPUTS: tuple[str, ...] = ("country", "state")
READ_FROM_TITLES: tuple[str, ...] = ("seniority", "function", "buying_role")
_FLAGS = tuple(f.name for f in fields(PersonVerdict) if f.name.startswith("is_"))
PERSON_FIELDS: tuple[str, ...] = (*READ_FROM_TITLES, *_FLAGS, "doubts", "country_code", "state_code")
ACCOUNT_FIELDS: tuple[str, ...] = ("country_code", "state_code")


class Told(NamedTuple):
    """One value that a record had, since when, and when that could be known; `None` for one that was erased."""

    field: str
    value: str | None
    at: Micros
    known_at: Micros
    assumed: Assumed

    @property
    def visible_at(self) -> Micros:
        return max(self.at, self.known_at)


@dataclass(frozen=True, slots=True)
class Rules:
    """What records are judged by besides their values: whom we know, and how the sources spell what titles tell."""

    known: Known = NOBODY_KNOWN
    spellings: Mapping[Field, Mapping[str, str]] = field(default_factory=dict)

    def spelled(self, name: str, code: str | None) -> str | None:
        """A code as the sources write it, so that the playbook's words meet it: `c_level` as `C-Level`."""
        if code is None:
            return None
        return self.spellings.get(Field("person", name), {}).get(folded(code), code)


def folded(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return re.sub(r"[\W_]", "", text.casefold())


@dataclass(slots=True)
class Judged:
    """How many records were judged, and how they came out in the end: by field and value, and by reason."""

    n_records: int = 0
    values: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, last: Mapping[str, str | None], reasons: Iterable[str]) -> None:
        self.n_records += 1
        self.values.update((name, value) for name, value in last.items() if value is not None)
        self.reasons.update(reasons)


def person_changes(
    record: str, told: Iterable[Told], rules: Rules, judged: Judged
) -> Iterator[AttributeChange]:
    """The derived fields of a person record over time. `told` is sorted by when it becomes visible."""
    last: dict[str, str | None] = {}
    reasons: tuple[str, ...] = ()
    for at, assumed, values in _known_over_time(told):
        verdict = _verdict(values, rules)
        reasons = tuple(reason.code for reason in verdict.reasons)
        yield from _changes("person", record, _of_person(values, verdict, rules), last, at, assumed)
    judged.add(last, reasons)


def account_changes(account: str, told: Iterable[Told], judged: Judged) -> Iterator[AttributeChange]:
    """The same of an account."""
    last: dict[str, str | None] = {}
    for at, assumed, values in _known_over_time(told):
        yield from _changes("account", account, _of_place(values), last, at, assumed)
    judged.add(last, ())


def _known_over_time(told: Iterable[Told]) -> Iterator[tuple[Micros, Assumed, Mapping[str, str]]]:
    """What is known of a record at each instant at which something new is seen."""
    latest: dict[str, Told] = {}
    for at, some in groupby(told, key=lambda t: t.visible_at):
        assumed = Assumed.HISTORY
        for each in some:
            had = latest.get(each.field)
            if had is None or (each.at, each.known_at) >= (had.at, had.known_at):
                latest[each.field] = each
            assumed = each.assumed if each.assumed.is_assumption else assumed
        yield at, assumed, {name: t.value for name, t in latest.items() if t.value is not None}


def _verdict(values: Mapping[str, str], rules: Rules) -> PersonVerdict:
    return review_person(PersonValues(**{k: v for k, v in values.items() if k != "state"}), rules.known)


def _of_person(values: Mapping[str, str], verdict: PersonVerdict, rules: Rules) -> dict[str, str | None]:
    reading = read_title(values.get("title"))
    doubts = [reason.code for reason in verdict.reasons if reason.weight is not Weight.NOTE]
    return {
        **{name: rules.spelled(name, getattr(reading, name)) for name in READ_FROM_TITLES},
        **{name: _flag(getattr(verdict, name)) for name in _FLAGS},
        "doubts": list_text(doubts) if doubts else None,
        **_of_place(values),
    }


def _of_place(values: Mapping[str, str]) -> dict[str, str | None]:
    country = country_of(values.get("country"))
    return {"country_code": country, "state_code": state_of(country, values.get("state"))}


def _flag(verdict: bool | None) -> str | None:
    return None if verdict is None else "true" if verdict else "false"


def _changes(
    entity: str,
    subject: str,
    now: Mapping[str, str | None],
    last: dict[str, str | None],
    at: Micros,
    assumed: Assumed,
) -> Iterator[AttributeChange]:
    for name, value in now.items():
        if last.get(name) != value:
            last[name] = value
            yield AttributeChange(entity, subject, name, value, at, at, assumed)
