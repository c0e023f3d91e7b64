"""One call of the event spec as facts, whether it comes from a file, a warehouse or over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from handraise.facts.rows import AccountRecord, Activity, Fact, IdentityKey, Membership, PersonRecord
from handraise.importers.instants import InstantReader
from handraise.importers.mapping.occurrences import Occurrences
from handraise.importers.rejects import RowRejected
from handraise.importers.schema import snake
from handraise.importers.segment.events import EventKind, kind_of
from handraise.importers.segment.plain import mapping_in, plain
from handraise.importers.segment.times import times_of
from handraise.importers.segment.traits import TraitReader
from handraise.importers.segment.who import MAX_ID, Caller, caller_of, id_in
from handraise.model.activities import ACTIVITY_TYPES
from handraise.model.fields import FieldCatalog
from handraise.model.time import Micros

SOURCE = "segment"
# The property of an activity, and what a page or a screen calls it.
_PAGE = {"path": "path", "url": "url", "title": "title", "referrer": "referrer", "search": "query"}
_CAMPAIGN = ("name", "source", "medium", "term", "content")
_snake = lru_cache(maxsize=8192)(snake)
_VIEWED = EventKind("page.viewed")


@dataclass(frozen=True, slots=True)
class Intake:
    """How calls are read. `latest`: the last instant that can be true; `catalog`: the types of fields."""

    source: str = SOURCE
    latest: Micros | None = None
    catalog: FieldCatalog = field(default_factory=FieldCatalog)
    formats: tuple[str, ...] = ()
    instants: InstantReader = field(init=False, repr=False, compare=False)
    traits: TraitReader = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # The spec's instants are in UTC where they have no zone. A trait may name a day to come, such as a renewal.
        object.__setattr__(self, "instants", InstantReader("UTC", self.formats, self.latest))
        object.__setattr__(self, "traits", TraitReader(self.catalog, InstantReader("UTC", self.formats)))


USUAL = Intake()


def facts_of_call(call: Mapping[str, object], intake: Intake = USUAL) -> list[Fact]:
    """What an `identify`, `track`, `page`, `screen`, `group` or `alias` call says.

    Facts depend on the call alone, so a call that is sent again says nothing new: activities bear its `messageId`, and
    without one a hash of what they say, with `#1` for the first of its kind. Texts are taken as they are: whoever reads the
    call refuses characters that no text can hold, as `json_table` does. Raises `RowRejected`.
    """
    kind = (plain(call.get("type")) or "").strip().casefold()
    read = _READERS.get(kind)
    if read is None:
        reason = f"`{kind[:40]}` is no kind of call." if kind else "the call does not say its `type`."
        raise RowRejected("type", "unknown_call", reason, kind or None)
    return read(_Call(call, intake, *times_of(call, intake.instants)))


@dataclass(frozen=True, slots=True)
class _Call:
    """A call and its instants."""

    said: Mapping[str, object]
    intake: Intake
    at: Micros
    known: Micros

    @property
    def prefix(self) -> str:
        return self.intake.source + ":"

    def caller(self) -> Caller:
        return caller_of(self.said, self.prefix)

    def text(self, name: str) -> str | None:
        return plain(self.said.get(name))


def _identified(call: _Call) -> list[Fact]:
    caller = call.caller()
    out = caller.facts(call.at, call.known)
    said = mapping_in(call.said, "traits") or mapping_in(mapping_in(call.said, "context"), "traits")
    reader = call.intake.traits
    out += reader.changes("person", caller.record, said, call.at, call.known)
    reader.company(out, caller.record, said, call.prefix, call.at, call.known)
    return out


def _tracked(call: _Call) -> list[Fact]:
    event = call.text("event")
    if event is None:
        raise RowRejected("event", "missing", "the call does not name its `event`.")
    properties = _properties(mapping_in(call.said, "properties"))
    properties["event"] = event
    _add_page(properties, mapping_in(mapping_in(call.said, "context"), "page"))
    return _acted(call, kind_of(event), properties)


def _viewed(call: _Call) -> list[Fact]:
    """A page, or a screen of an app: by its path, else by its name."""
    said = {**mapping_in(call.said, "properties")}
    page: dict[str, str] = {}
    _add_page(page, said)
    _add_page(page, mapping_in(mapping_in(call.said, "context"), "page"))
    name, category = (call.text(n) or plain(said.get(n)) for n in ("name", "category"))
    named = {"page": name, "category": category}
    others = {n: v for n, v in said.items() if n not in ("name", "category", "search")}
    properties = _properties({**others, **page, **{n: v for n, v in named.items() if v is not None}})
    return _acted(call, _VIEWED, properties)


def _acted(call: _Call, kind: EventKind, properties: dict[str, str]) -> list[Fact]:
    caller = call.caller()
    out = caller.facts(call.at, call.known)
    _add_campaign(properties, mapping_in(mapping_in(call.said, "context"), "campaign"))
    if kind.kept is not None:
        named = next((properties[n] for n in (kind.kept, *kind.named_by) if n in properties), None)
        if named is not None:
            properties.setdefault(kind.kept, named)
    asset = properties.get(kind.kept) if kind.kept else _page_of(properties) if kind is _VIEWED else None
    known_type = ACTIVITY_TYPES.get(kind.type)
    activity = Activity(
        call.text("messageId") or "", caller.record, call.at, call.known, kind.type,
        known_type.channel if known_type else None, asset, None,
        properties.get("product") or properties.get("product_name"), properties,
    )  # fmt: skip
    if len(activity.message_id) > MAX_ID:
        raise RowRejected(
            "messageId", "bad_id", f"the id has more than {MAX_ID} characters.", activity.message_id
        )
    out.append(activity if activity.message_id else keyed(activity, Occurrences()))
    return out


def keyed(activity: Activity, occurrences: Occurrences) -> Activity:
    """An activity without an id, known by what it says and by how often that was said."""
    return activity._replace(
        message_id=occurrences.key((*activity[1:3], *activity[4:9], dict(activity.properties)))
    )


def _grouped(call: _Call) -> list[Fact]:
    """A group is an account; whoever calls belongs to it from then on."""
    group = id_in(call.said, "groupId")
    if group is None:
        raise RowRejected("groupId", "missing", "the call does not say which group.")
    account = call.prefix + group
    out: list[Fact] = [AccountRecord(account, call.at, call.known)]
    out += call.intake.traits.changes(
        "account", account, mapping_in(call.said, "traits"), call.at, call.known
    )
    if id_in(call.said, "userId") or id_in(call.said, "anonymousId"):
        # The group's own address is no one's: only ids say who called.
        caller = caller_of({n: call.said.get(n) for n in ("userId", "anonymousId")}, call.prefix)
        out += (*caller.facts(call.at, call.known), Membership(caller.record, account, call.at, call.known))
    return out


def _aliased(call: _Call) -> list[Fact]:
    """The id that was used before is the user's. Whether it was a device's is not said, so it is held for one."""
    previous, user = id_in(call.said, "previousId"), id_in(call.said, "userId")
    for name, id_ in (("previousId", previous), ("userId", user)):
        if id_ is None:
            raise RowRejected(name, "missing", f"the call has no `{name}`.")
    if previous == user:
        return [PersonRecord(f"{call.prefix}{user}", call.at, call.known)]
    one, other = f"{call.prefix}{previous}", f"{call.prefix}{user}"
    return [
        PersonRecord(other, call.at, call.known),
        PersonRecord(one, call.at, call.known, False),
        IdentityKey(one, f"id:{other}", call.at, call.known),
    ]


_READERS: Mapping[str, Callable[[_Call], list[Fact]]] = {
    "identify": _identified,
    "track": _tracked,
    "page": _viewed,
    "screen": _viewed,
    "group": _grouped,
    "alias": _aliased,
}


def _properties(said: Mapping[str, object]) -> dict[str, str]:
    """Properties as texts under plain names; what is nested stays JSON."""
    found: dict[str, str] = {}
    for name, value in said.items():
        text = plain(value)
        if text is not None:
            found.setdefault(_snake(name), text)
    return found


def _add_page(properties: dict[str, str], page: Mapping[str, object]) -> None:
    for name, own in _PAGE.items() if page else ():
        text = plain(page.get(name))
        if text is not None and (own != "query" or text.startswith("?")):
            properties.setdefault(own, text.lstrip("?") if own == "query" else text)
    if "path" not in properties and "url" in properties:
        try:
            properties["path"] = _path_of(properties["url"])
        except ValueError:
            return


@lru_cache(maxsize=8192)
def _path_of(url: str) -> str:
    return urlsplit(url).path or "/"


def _add_campaign(properties: dict[str, str], campaign: Mapping[str, object]) -> None:
    for name in _CAMPAIGN if campaign else ():
        text = plain(campaign.get(name))
        if text is not None:
            properties.setdefault(f"utm_{'campaign' if name == 'name' else name}", text)


def _page_of(properties: Mapping[str, str]) -> str | None:
    return next((properties[n] for n in ("path", "page", "url") if n in properties), None)
