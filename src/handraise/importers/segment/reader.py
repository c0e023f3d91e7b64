"""Rows as calls: objects of JSON as they were sent, and rows of a warehouse, of which `context_page_url` is the `url` of
the context's page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from handraise.facts.rows import Activity, Fact
from handraise.importers.imports import Notes
from handraise.importers.mapping.occurrences import Occurrences
from handraise.importers.rejects import RowRejected
from handraise.importers.schema import Match, ObjectSchema
from handraise.importers.segment import schemas
from handraise.importers.segment.calls import Intake, facts_of_call, keyed
from handraise.importers.segment.who import has_no_id
from handraise.importers.settings import ImportSettings

_OBJECTS = frozenset(("properties", "traits", "context"))
_ENVELOPE = {
    "id": "messageId",
    "anonymous_id": "anonymousId",
    "user_id": "userId",
    "timestamp": "timestamp",
    "original_timestamp": "originalTimestamp",
    "sent_at": "sentAt",
    "received_at": "receivedAt",
    "group_id": "groupId",
    "previous_id": "previousId",
}
_PLACES = {"context_page_": "page", "context_campaign_": "campaign", "context_traits_": "traits"}
Call = dict[str, object]
NewReader = Callable[[Match, Sequence[str], str, ImportSettings], "CallReader"]


class CallReader:
    """One call a row."""

    def __init__(self, match: Match, header: Sequence[str], source: str, settings: ImportSettings) -> None:
        self.notes = Notes()
        self._intake = Intake(source, settings.latest, settings.catalog(), settings.formats)
        self._occurrences = Occurrences()
        self._missing = settings.missing
        self._columns = tuple((use.means, use.position) for use in match.uses if use.means)

    def facts(self, row: Sequence[str]) -> list[Fact]:
        call = self.call_of(row)
        out = facts_of_call(call, self._intake)
        if has_no_id(call):
            sentence = (
                "calls have a word for no id (`null`, `undefined`, ...) where an id stands; it is none."
            )
            self.notes.counts["no_id", sentence] += 1
        return out if call.get("messageId") else self._keyed(out)

    def call_of(self, row: Sequence[str]) -> Mapping[str, object]:
        """The call as it was sent; what was an object is one again."""
        return {name: _object(name, cell) if name in _OBJECTS else cell for name, cell in self.cells(row)}

    def cells(self, row: Sequence[str]) -> list[tuple[str, str]]:
        missing = self._missing
        return [(name, cell) for name, i in self._columns if (cell := row[i]) and cell not in missing]

    def _keyed(self, facts: list[Fact]) -> list[Fact]:
        repeated = self._occurrences.n_repeated
        out = [keyed(f, self._occurrences) if isinstance(f, Activity) else f for f in facts]
        self.notes.n_repeated += self._occurrences.n_repeated > repeated
        return out


class WarehouseReader(CallReader):
    """One row of a table a row. `users` and `accounts` say what was known last. `tracks` repeats the calls of the events'
    own tables without their properties; taken for acts, they would contradict those, so they say who is who."""

    def __init__(
        self, match: Match, header: Sequence[str], source: str, settings: ImportSettings, *, kind: str
    ) -> None:
        super().__init__(match, header, source, settings)
        self._kind = kind

    def call_of(self, row: Sequence[str]) -> Mapping[str, object]:
        call, others, context = _parted(self.cells(row))
        match self._kind:
            case "tracks":
                sentence = "these calls say who is who; what was done is read from the tables of the events."
                self.notes.counts["tracks", sentence] += 1
                return {**call, "type": "identify"}
            case "track":
                event = others.pop("event_text", None) or others.get("event")
                others.pop("event", None)
                return {**call, "type": "track", "event": event, "properties": others, "context": context}
            case "page" | "screen":
                return {**call, "type": self._kind, "properties": others, "context": context}
            case "users":
                return {**_latest(call, "userId"), "type": "identify", "traits": others}
            case "accounts":
                return {**_latest(call, "groupId"), "type": "group", "traits": others}
            case _:
                return {**call, "type": self._kind, "traits": others}


def _latest(call: Call, whose: str) -> Call:
    """A row that is named after what it is about and says what was received last."""
    return {whose: call.get("messageId"), "timestamp": call.get("receivedAt")}


def _parted(cells: Sequence[tuple[str, str]]) -> tuple[Call, Call, Call]:
    """The call's own columns, those of its event or traits, and those of its context."""
    call: Call = {}
    others: Call = {}
    context: dict[str, Call] = {}
    for written, cell in cells:
        name = written.casefold()
        if name in _ENVELOPE:
            call[_ENVELOPE[name]] = cell
        elif name.startswith("context_"):
            place = next((p for p in _PLACES if name.startswith(p)), None)
            if place is not None:
                context.setdefault(_PLACES[place], {})[name.removeprefix(place)] = cell
        else:
            others[name] = cell
    return call, others, {**context}


def _object(name: str, cell: str) -> object:
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise RowRejected(name, "bad_json", f"`{name}` is no JSON object.", cell)
    return found


# schema, reader, types of activity: a stream holds those that it holds, since a site tells of what it was made to tell.
KNOWN: tuple[tuple[ObjectSchema, NewReader, tuple[str, ...] | None], ...] = (
    (schemas.CALLS, CallReader, ()),
    (schemas.TRACKS, partial(WarehouseReader, kind="tracks"), None),
    (schemas.EVENTS, partial(WarehouseReader, kind="track"), ()),
    (schemas.PAGES, partial(WarehouseReader, kind="page"), ()),
    (schemas.SCREENS, partial(WarehouseReader, kind="screen"), ()),
    (schemas.IDENTIFIES, partial(WarehouseReader, kind="identify"), None),
    (schemas.USERS, partial(WarehouseReader, kind="users"), None),
    (schemas.GROUPS, partial(WarehouseReader, kind="group"), None),
    (schemas.ACCOUNTS, partial(WarehouseReader, kind="accounts"), None),
    (schemas.ALIASES, partial(WarehouseReader, kind="alias"), None),
)
