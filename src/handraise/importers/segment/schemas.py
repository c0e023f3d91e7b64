"""How calls stand in files: as objects of JSON, and in the tables that Segment and RudderStack write to a warehouse.

A table is told by its columns; all others are properties of its events, or traits.
"""

from __future__ import annotations

from handraise.importers.schema import ObjectSchema, columns

_ENVELOPE = """
anonymousId       | |
userId            | |
timestamp         | |
originalTimestamp | |
sentAt            | |
receivedAt        | |
"""
CALLS = ObjectSchema(
    "Segment calls",
    columns(
        """
type              | |
messageId         | |
"""
        + _ENVELOPE
        + """
event             | |
name              | |
category          | |
properties        | |
traits            | |
context           | |
groupId           | |
previousId        | |
integrations      | | - for the sender's own use
channel           | | - for the sender's own use
version           | | - for the sender's own use
projectId         | | - for the sender's own use
writeKey          | | - for the sender's own use
rudderId          | | - RudderStack's own id of the device
request_ip        | | - for the sender's own use
"""
    ),
    must=("type",),
    marks=(("messageId",), ("properties",), ("traits",), ("context",)),
    never=("uuid_ts", "event_text"),
    others="no part of a call",
)
_TABLE = """
id                 | |
anonymous_id       | |
user_id            | |
timestamp          | |
original_timestamp | |
sent_at            | |
received_at        | |
"""
_LATEST = """
id                 | |
received_at        | |
"""
_LOADED = """
uuid_ts           | | - when the warehouse loaded it
loaded_at         | | - when the warehouse loaded it
channel           | | - for the sender's own use
rudder_id         | | - RudderStack's own id of the device
"""


def _table(
    name: str,
    own: str,
    must: tuple[str, ...],
    marks: tuple[tuple[str, ...], ...],
    never: tuple[str, ...],
    others: str,
    of_all: str = _TABLE,
    named: str | None = None,
) -> ObjectSchema:
    every = columns(of_all + own + _LOADED)
    must = ("id", "received_at", *must)
    return ObjectSchema(f"Segment {name}", every, must, marks, never, others=others, named=named)


_IN_TIME = (("timestamp",), ("original_timestamp",), ("sent_at",), ("uuid_ts",))
TRACKS = _table(
    "tracks",
    "event | |\nevent_text | |",
    ("event",),
    _IN_TIME,
    ("type", "messageId"),
    "said by the event's own table",
    named="tracks",
)
EVENTS = _table(
    "event table", "event | |\nevent_text | |", ("event",), _IN_TIME, ("messageId",), "a property"
)
PAGES = _table(
    "pages",
    "name | |\ncategory | |\npath | |\nurl | |\ntitle | |\nreferrer | |\nsearch | |",
    ("url", "path"),
    _IN_TIME,
    ("event", "messageId", "email"),
    "a property",
)
SCREENS = _table(
    "screens",
    "name | |\ncategory | |",
    ("name", "anonymous_id"),
    _IN_TIME,
    ("event", "messageId", "email", "url", "path", "group_id", "previous_id"),
    "a property",
)
IDENTIFIES = _table(
    "identifies",
    "email | |\nfirst_name | |\nlast_name | |",
    ("user_id",),
    (
        ("email", "timestamp"),
        ("email", "anonymous_id"),
        ("first_name", "anonymous_id"),
        ("last_name", "anonymous_id"),
    ),
    ("event", "messageId", "group_id", "previous_id", "path"),
    "a trait",
)
USERS = _table(
    "users",
    "email | |\nfirst_name | |\nlast_name | |\nusername | |",
    (),
    (("email",), ("first_name",), ("last_name",), ("username",)),
    ("event", "messageId", "user_id", "anonymous_id", "group_id", "timestamp", "path"),
    "a trait",
    _LATEST,
)
GROUPS = _table(
    "groups",
    "group_id | |",
    ("group_id",),
    _IN_TIME,
    ("event", "messageId", "previous_id", "path"),
    "a trait",
)
ACCOUNTS = _table(
    "accounts",
    "name | |\nindustry | |\nemployees | |\nwebsite | |\nplan | |",
    ("name",),
    (("industry",), ("employees",), ("website",), ("plan",)),
    (
        "event",
        "messageId",
        "user_id",
        "anonymous_id",
        "timestamp",
        "path",
        "first_name",
        "last_name",
        "username",
    ),
    "a trait",
    _LATEST,
)
ALIASES = _table(
    "aliases",
    "previous_id | |",
    ("previous_id", "user_id"),
    _IN_TIME,
    ("event", "messageId"),
    "no part of a call",
)
