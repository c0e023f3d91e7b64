"""What is not known, and what it is worth: of how many people and accounts what is undecided, and which facts settle how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handraise.engines.local import LocalEngine
from handraise.evaluate.gaps import GapOf, Question, Undecided
from handraise.model.fields import Field, FieldCatalog
from handraise.model.playbook import Playbook, SegmentOf
from handraise.model.time import Micros, iso
from handraise.playbook.english import segment_label
from handraise.playbook.writer import version_of
from handraise.services.deciding import Deciding

MOST_STEPS = 6


@dataclass(frozen=True, slots=True)
class GapField:
    """A field that undecided subjects wait for: of `n_touched` it is one of the missing facts, of `n_alone` the only one, so that
    knowing it settles them."""

    field: str
    label: str
    n_touched: int
    n_alone: int


@dataclass(frozen=True, slots=True)
class Step:
    """The next field to find out: with it and all before, so many of the undecided are settled."""

    field: str
    label: str
    n_settled: int


@dataclass(frozen=True, slots=True)
class Gap:
    """What is undecided of one question. `unit` is people or accounts; `n_uncovered` wait for no field, but for what no source
    covers. `fields` has those that touch most first; `steps` the order in which fields settle most, soonest."""

    of: GapOf
    key: str
    label: str
    unit: str
    n_in: int
    n_out: int
    n_in_won: int
    n_unknown: int
    n_uncovered: int
    fields: tuple[GapField, ...]
    steps: tuple[Step, ...]

    @property
    def share_in(self) -> float | None:
        """Of those that can be told, the share that is in; nothing is said of grades, which are in no class yet."""
        told = self.n_in + self.n_out
        return self.n_in / told if told else None

    def expected_in(self, n_settled: int) -> float | None:
        """So many of the settled would be in, if they were as those that can be told."""
        return None if self.share_in is None else n_settled * self.share_in

    def expected_won(self, n_settled: int) -> float | None:
        """So many of these would have a won deal, if they sold as those that are in."""
        expected = self.expected_in(n_settled)
        return None if expected is None or not self.n_in else expected * self.n_in_won / self.n_in

    def as_dict(self) -> dict[str, Any]:
        return {
            "of": self.of.value,
            "key": self.key,
            "label": self.label,
            "unit": self.unit,
            "n_in": self.n_in,
            "n_out": self.n_out,
            "n_in_won": self.n_in_won,
            "n_unknown": self.n_unknown,
            "n_uncovered": self.n_uncovered,
            "fields": [
                {"field": f.field, "label": f.label, "n_touched": f.n_touched, "n_alone": f.n_alone}
                for f in self.fields
            ],
            "steps": [
                {
                    "field": s.field,
                    "label": s.label,
                    "n_settled": s.n_settled,
                    "expected_in": _rounded(self.expected_in(s.n_settled)),
                    "expected_won": _rounded(self.expected_won(s.n_settled)),
                }
                for s in self.steps
            ],
        }


@dataclass(frozen=True, slots=True)
class Gaps:
    """Everything undecided at an instant, in the playbook's order."""

    as_of: Micros
    horizon: int
    playbook_version: str
    gaps: tuple[Gap, ...]

    def open(self) -> tuple[Gap, ...]:
        """Those with somebody undecided, the most first."""
        return tuple(sorted((g for g in self.gaps if g.n_unknown), key=lambda g: -g.n_unknown))

    def as_dict(self) -> dict[str, Any]:
        return {
            "as_of": iso(self.as_of),
            "horizon": self.horizon,
            "playbook_version": self.playbook_version,
            "gaps": [gap.as_dict() for gap in self.gaps],
        }


def gaps_at(deciding: Deciding, playbook: Playbook, as_of: Micros) -> Gaps:
    """What is undecided, as known at an instant."""
    found, horizon = deciding.engine(playbook).gaps(as_of)
    return Gaps(as_of, horizon, version_of(playbook), _all(found, playbook, deciding.catalog()))


def gaps_of(engine: LocalEngine, playbook: Playbook, catalog: FieldCatalog, as_of: Micros) -> tuple[Gap, ...]:
    """The same by an engine of one's own."""
    return _all(engine.gaps(as_of)[0], playbook, catalog)


def _all(found: Mapping[Question, Undecided], playbook: Playbook, catalog: FieldCatalog) -> tuple[Gap, ...]:
    return tuple(_gap(question, undecided, playbook, catalog) for question, undecided in found.items())


def _gap(question: Question, found: Undecided, playbook: Playbook, catalog: FieldCatalog) -> Gap:
    of, key = question
    is_of_accounts = of is GapOf.SEGMENT and playbook.segments[key].of is SegmentOf.ACCOUNTS
    return Gap(
        of,
        key,
        _label(question, playbook),
        "accounts" if is_of_accounts else "people",
        found.n_in,
        found.n_out,
        found.n_in_won,
        found.n_unknown,
        found.waits_for[()],
        _fields(found.waits_for, catalog),
        tuple(_steps(found.waits_for, catalog)),
    )


def _label(question: Question, playbook: Playbook) -> str:
    of, key = question
    if of is GapOf.SEGMENT:
        return segment_label(key, playbook)
    if of is GapOf.BUYER_SEGMENT:
        return next(s.label for s in playbook.buyer_segments if s.key == key)
    if of is GapOf.GRADE:
        return f"{playbook.term('grade')} {' or '.join(playbook.term(letter) for letter in key.split('/'))}"
    return playbook.term("MQL")


def _fields(waits_for: Mapping[tuple[str, ...], int], catalog: FieldCatalog) -> tuple[GapField, ...]:
    touched, alone = Counter[str](), Counter[str]()
    for fields, n in waits_for.items():
        for name in fields:
            touched[name] += n
        if len(fields) == 1:
            alone[fields[0]] += n
    found = (GapField(name, _words(name, catalog), n, alone[name]) for name, n in touched.items())
    return tuple(sorted(found, key=lambda f: (-f.n_alone, -f.n_touched, f.field)))


def _steps(waits_for: Mapping[tuple[str, ...], int], catalog: FieldCatalog) -> list[Step]:
    """Field by field, each time the one that settles most with those before; where none settles anybody by itself, the
    one that most of those nearest to being settled wait for."""
    waiting = {frozenset(fields): n for fields, n in waits_for.items() if fields}
    known: set[str] = set()
    steps: list[Step] = []
    while waiting and len(steps) < MOST_STEPS:
        name = _next(waiting, known)
        known.add(name)
        waiting = {fields: n for fields, n in waiting.items() if not fields <= known}
        settled = sum(n for fields, n in waits_for.items() if fields and set(fields) <= known)
        steps.append(Step(name, _words(name, catalog), settled))
    return steps


def _next(waiting: Mapping[frozenset[str], int], known: set[str]) -> str:
    worth: dict[str, list[int]] = {}
    most = max(len(fields - known) for fields in waiting)
    for fields, n in waiting.items():
        left = fields - known
        for name in left:
            worth.setdefault(name, [0] * most)[len(left) - 1] += n
    return min(worth, key=lambda name: ([-n for n in worth[name]], name))


def _words(name: str, catalog: FieldCatalog) -> str:
    return catalog.label(Field.parse(name))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
