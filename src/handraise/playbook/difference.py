"""The difference of two playbooks: which parts were added, removed or changed, each in plain English.

Parts are compared by what they mean: comments, spelling, the letter case of values that are compared without it, the order of
files, of rules and of whatever else has no order is no difference. The order of triggers, stages and buyer segments has a meaning, and is a part of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from handraise.model.fields import FieldCatalog
from handraise.model.playbook import Playbook
from handraise.playbook.dependencies import Decision, DecisionKind, depends_on
from handraise.playbook.emit import Data, block, flow
from handraise.playbook.one_form import in_one_form
from handraise.playbook.signoff import part_english
from handraise.playbook.writer import canonical_data


class ChangeKind(Enum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a playbook: the `section` it is written in, `what` kind of part it is, and its `name`, empty where there is
    only one of it."""

    section: str
    what: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.what} `{self.name}`" if self.name else self.what


@dataclass(frozen=True, slots=True)
class PartChange:
    """A part that is not the same in both: what it says in each, `None` where it is not there."""

    part: Part
    was: str | None
    now: str | None

    @property
    def kind(self) -> ChangeKind:
        if self.was is None:
            return ChangeKind.ADDED
        return ChangeKind.REMOVED if self.now is None else ChangeKind.CHANGED

    def as_dict(self) -> dict[str, object]:
        return {
            "section": self.part.section,
            "part": self.part.what,
            "name": self.part.name or None,
            "kind": self.kind.value,
            "was": self.was,
            "is": self.now,
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not the same in two playbooks, in the order of the canonical text; nothing where both mean the same."""

    changes: tuple[PartChange, ...]

    @property
    def is_none(self) -> bool:
        return not self.changes

    def as_dict(self) -> dict[str, object]:
        return {"same": self.is_none, "changes": [change.as_dict() for change in self.changes]}


def difference(old: Playbook, new: Playbook, catalog: FieldCatalog) -> Difference:
    """From one playbook to another. The other way round it tells the same, backwards."""
    was, now = parts_of(old), parts_of(new)
    meant, means = parts_of(in_one_form(old)), parts_of(in_one_form(new))
    differing = [part for part in _in_order(was, now) if _meaning_of(meant, part) != _meaning_of(means, part)]
    changes = [
        PartChange(part, *_said(part, (old, new), (was.get(part), now.get(part)), catalog))
        for part in differing
    ]
    return Difference((*changes, *_reordered(old, new)))


def parts_of(playbook: Playbook) -> dict[Part, Data]:
    """Every part with its canonical data. Together with the order of some they are all that the playbook says."""
    return dict(_parts(playbook))


def decides_alike(old: Playbook, new: Playbook, decision: Decision) -> bool:
    """Whether a decision and all that it rests on are written alike in both: then it is the same for everybody. What only
    names, describes or claims something does not count; a behaviour that the decision does not read does."""
    return _resting(old, decision) == _resting(new, decision)


def _resting(playbook: Playbook, decision: Decision) -> tuple[object, ...]:
    """The parts that a decision rests on, without what decides nothing."""
    reached = {decision, *depends_on(playbook, decision)}
    written = parts_of(in_one_form(playbook))
    parts = {part: _deciding(data) for part, data in written.items() if _is_read(part, reached)}
    orders = _orders(playbook)
    kinds = {d.kind for d in reached}
    stages = orders["lifecycle"] if DecisionKind.STAGE in kinds else []
    segments = orders["buyer_segments"] if DecisionKind.BUYER_SEGMENTS in kinds else []
    return parts, stages, segments


def _is_read(part: Part, by: set[Decision]) -> bool:
    if part.section in _READ_BY_ANY:
        return True
    keyed = {"segment": DecisionKind.SEGMENT, "trigger": DecisionKind.FIRED}.get(part.what)
    if keyed is not None:
        return Decision(keyed, part.name) in by
    kind = _DECIDED_BY.get(part.section)
    return kind is not None and any(d.kind is kind for d in by)


_READ_BY_ANY = frozenset(
    (
        *("time_zone", "recalibrate_every", "behaviours", "products", "interest"),
        *("programs", "offers", "buying_group"),
    )
)
_DECIDED_BY = {
    "fit": DecisionKind.FIT,
    "engagement": DecisionKind.ENGAGEMENT,
    "marketing_qualified": DecisionKind.MARKETING_QUALIFIED,
    "lifecycle": DecisionKind.STAGE,
    "buyer_segments": DecisionKind.BUYER_SEGMENTS,
}
_DECIDES_NOTHING = frozenset(
    (
        *("name", "label", "words", "type", "tier", "purpose", "play", "owner", "hypothesis", "stamp"),
        *("next_touch", "kpi", "sla"),
    )
)


def _deciding(data: Data) -> Data:
    if isinstance(data, Mapping):
        left = {key: value for key, value in data.items() if key not in _DECIDES_NOTHING}
        return _meaning(left)
    return _meaning(data)


def _parts(playbook: Playbook) -> Iterator[tuple[Part, Data]]:
    for section, data in canonical_data(playbook).items():
        if section in _NAMED:
            assert isinstance(data, Mapping)
            yield from ((Part(section, _NAMED[section], name), part) for name, part in data.items())
        elif section in ("fit", "engagement"):
            assert isinstance(data, Mapping)
            yield from _score_parts(section, data, playbook)
        elif section == "lifecycle":
            assert isinstance(data, Mapping)
            yield from _keyed(section, "stage", data.get("stages", ()))
            if "passed_back" in data:
                yield Part(section, "passed back"), data["passed_back"]
        elif section == "buyer_segments":
            yield from _keyed(section, "buyer segment", data)
        elif section == "agreement":
            assert isinstance(data, Mapping)
            yield from ((Part(section, name.replace("_", " ")), part) for name, part in data.items())
        else:
            yield Part(section, _ALONE.get(section, section)), data
    for aside in playbook.set_aside:
        yield Part("set_aside", "set aside", aside.where.replace("`", "")), aside.reason


_NAMED = {
    "terms": "term",
    "behaviours": "behaviour",
    "ranks": "rank",
    "products": "product",
    "programs": "program",
    "offers": "offer",
    "segments": "segment",
    "triggers": "trigger",
}
_ALONE = {
    "marketing_qualified": "who is marketing-qualified",
    "playbook": "name of the playbook",
    "time_zone": "time zone",
    "business_hours": "business hours",
    "recalibrate_every": "recalibration",
    "buying_group": "buying group",
}


def _score_parts(section: str, data: Mapping[str, Data], playbook: Playbook) -> Iterator[tuple[Part, Data]]:
    rules = playbook.fit.rules if section == "fit" else playbook.engagement.rules
    written = data.get("rules", ())
    assert isinstance(written, list | tuple)
    for rule, part in zip(rules, written, strict=True):
        yield Part(section, f"{section} rule", rule.name), part
    caps = data.get("group_caps", {})
    assert isinstance(caps, Mapping)
    yield from ((Part(section, "cap of the group", group), cap) for group, cap in caps.items())
    for name in ("grades", "levels"):
        if name in data:
            yield Part(section, name), data[name]


def _keyed(section: str, what: str, items: Data) -> Iterator[tuple[Part, Data]]:
    assert isinstance(items, list | tuple)
    for item in items:
        assert isinstance(item, Mapping)
        yield Part(section, what, str(item["key"])), item


def _orders(playbook: Playbook) -> dict[str, list[str]]:
    """The order of what has one, section by section."""
    return {
        "triggers": list(playbook.triggers),
        "lifecycle": [stage.key for stage in playbook.lifecycle.stages],
        "buyer_segments": [segment.key for segment in playbook.buyer_segments],
    }


def _reordered(old: Playbook, new: Playbook) -> Iterator[PartChange]:
    """Sections in which what both have stands in another order; where something new stands is no reordering."""
    for section, was in _orders(old).items():
        now = _orders(new)[section]
        if [key for key in was if key in now] != [key for key in now if key in was]:
            yield PartChange(Part(section, "order"), ", ".join(was), ", ".join(now))


def _in_order(was: Mapping[Part, Data], now: Mapping[Part, Data]) -> list[Part]:
    """All parts, section by section as the canonical text has them, those of the new one first."""
    sections = list(dict.fromkeys(part.section for part in (*now, *was)))
    return sorted(dict.fromkeys((*now, *was)), key=lambda part: sections.index(part.section))


def _meaning_of(parts: Mapping[Part, Data], part: Part) -> Data | None:
    return _meaning(parts[part]) if part in parts else None


def _meaning(data: Data, *, is_ordered: bool = False) -> Data:
    """Lists whose order says nothing in one order; mappings as they are, since equal ones are equal in any order."""
    if isinstance(data, Mapping):
        return {key: _meaning(value, is_ordered=key in _ORDERED) for key, value in data.items()}
    if isinstance(data, list | tuple):
        parts = [_meaning(part) for part in data]
        return parts if is_ordered else sorted(parts, key=flow)
    return data


_ORDERED = frozenset(("sequence", "between", "statuses"))


def _said(
    part: Part, books: tuple[Playbook, Playbook], data: tuple[Data | None, Data | None], catalog: FieldCatalog
) -> tuple[str | None, str | None]:
    """What each says of the part, in English; where that is the same or nothing, as it is written."""
    said = [
        None if written is None else part_english(part.what, part.name, book, catalog)
        for book, written in zip(books, data, strict=True)
    ]
    if said[0] != said[1] and "" not in said:
        return said[0], said[1]
    was, now = (None if written is None else _written(written) for written in data)
    return was, now


def _written(data: Data) -> str:
    if isinstance(data, Mapping):
        return "\n".join(block(data))
    return data if isinstance(data, str) else flow(data)
