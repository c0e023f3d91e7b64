"""Whose call it is: the user, else the address that was given, else the visitor's device.

A visitor's record is linked to the person of each call that names both; `identity` lets only the first such link
count, so that a device which several people use chains nobody together (docs/decisions/0015-shared-devices.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from handraise.facts.rows import Fact, IdentityKey, PersonRecord
from handraise.importers.identity_keys import email_key, normalise_email
from handraise.importers.rejects import RowRejected
from handraise.importers.segment.plain import mapping_in, plain
from handraise.model.time import Micros

MAX_ID = 300
# What senders write where they know no id. Taken for one, it would make one person of everybody.
NO_IDS = frozenset((
    "null", "(null)", "nil", "none", "undefined", "nan", "false", "true", "anonymous", "unknown", "guest", "n/a", "0", "-1", "-",
    "[object object]", "00000000-0000-0000-0000-000000000000",
))  # fmt: skip


def id_in(call: Mapping[str, object], name: str) -> str | None:
    """An id; none where the sender wrote a word for none. Raises `RowRejected` for one that is too long."""
    value = call.get(name)
    if value is None:
        return None
    text = (plain(value) or "").strip()
    if not text or is_no_id(text):
        return None
    if len(text) > MAX_ID:
        raise RowRejected(name, "bad_id", f"the id has more than {MAX_ID} characters.", text)
    return text


def is_no_id(text: str) -> bool:
    """Whether an id is a word for none; all of those are short or have dashes."""
    return (len(text) <= 15 or len(text) == 36) and text.casefold() in NO_IDS


def has_no_id(call: Mapping[str, object]) -> bool:
    """Whether the call has an id that is a word for none."""
    return any(is_no_id((plain(call.get(n)) or "").strip()) for n in ("userId", "anonymousId"))


@dataclass(frozen=True, slots=True)
class Caller:
    """`record` bears what the call says; `visitor` is the device's own record, where the call names a person as well."""

    record: str
    is_identified: bool
    visitor: str | None
    email: str | None

    def facts(self, at: Micros, known: Micros) -> list[Fact]:
        """That the records are there, and that they are one."""
        out: list[Fact] = [PersonRecord(self.record, at, known, self.is_identified)]
        if self.email is not None:
            out.append(IdentityKey(self.record, self.email, at, known))
        if self.visitor is not None:
            out += (
                PersonRecord(self.visitor, at, known, False),
                IdentityKey(self.visitor, f"id:{self.record}", at, known),
            )
        return out


def caller_of(call: Mapping[str, object], prefix: str) -> Caller:
    """Raises `RowRejected` where the call names nobody."""
    user, device = id_in(call, "userId"), id_in(call, "anonymousId")
    # Of a user, an address is learnt when the call is about the user.
    address = _address(call) if user is None or call.get("type") == "identify" else None
    if user is None and address is None:
        if device is None:
            raise RowRejected("userId", "no_person", "the call has neither a `userId` nor an `anonymousId`.")
        return Caller(prefix + device, False, None, None)
    record = prefix + (user if user is not None else address or "")
    visitor = prefix + device if device is not None and prefix + device != record else None
    bears = address or (user if user is not None and "@" in user else None)
    return Caller(record, True, visitor, email_key(bears) if bears else None)


def _address(call: Mapping[str, object]) -> str | None:
    """The e-mail address of the traits, else of the traits that the device remembers."""
    for traits in (mapping_in(call, "traits"), mapping_in(mapping_in(call, "context"), "traits")):
        text = plain(traits.get("email"))
        address = normalise_email(text) if text and len(text) <= MAX_ID else None
        if address is not None:
            return address
    return None
