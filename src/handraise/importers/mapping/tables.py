"""The tables that a mapping can fill, and the words of each: one declaration for reader, rows and JSON Schema."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Word(Enum):
    """What stands behind a word of a table."""

    PERSON = "the id of a person's record"
    ACCOUNT = "the id of an account"
    OPPORTUNITY = "the id of a deal"
    PROGRAM = "the id of a program"
    PLAIN_ID = "an id, kept as it is written"
    INSTANT = "an instant or a date"
    TEXT = "a text"
    FLAG = "true or false"
    ACTIVITY_TYPE = "a kind of activity"
    STATUS = "open, won or lost"


@dataclass(frozen=True, slots=True)
class TableWords:
    """A table: its words, which of them it needs, and whose fields it takes."""

    name: str
    words: dict[str, Word]
    needed: tuple[str, ...]
    fields_of: str | None = None
    has_properties: bool = False


def _table(
    name: str, words: str, fields_of: str | None = None, *, has_properties: bool = False
) -> TableWords:
    found, needed = {}, []
    for item in words.split(","):
        key, _, kind = item.strip().partition(": ")
        plain = key.removesuffix("!")
        found[plain] = Word[kind]
        if plain != key:
            needed.append(plain)
    return TableWords(name, found, tuple(needed), fields_of, has_properties)


_ROW = "created: INSTANT, modified: INSTANT"
TABLES: dict[str, TableWords] = {
    t.name: t
    for t in (
        _table("people", f"id!: PERSON, identified: FLAG, {_ROW}", "person"),
        _table("accounts", f"id!: ACCOUNT, own: FLAG, {_ROW}", "account"),
        _table("assets", f"id!: PLAIN_ID, {_ROW}", "asset"),
        _table("programs", f"id!: PROGRAM, {_ROW}", "program"),
        _table("opportunities", f"id!: OPPORTUNITY, account: ACCOUNT, {_ROW}", "opportunity"),
        _table(
            "attribute_changes",
            "id!: PLAIN_ID, field: TEXT, value: TEXT, at!: INSTANT, known_at: INSTANT",
            "*",
        ),
        _table(
            "memberships", "person!: PERSON, account: ACCOUNT, stated: FLAG, at!: INSTANT, known_at: INSTANT"
        ),
        _table(
            "identity_keys", "person!: PERSON, email: TEXT, other: PERSON, at!: INSTANT, known_at: INSTANT"
        ),
        _table(
            "activities",
            "id: PLAIN_ID, person!: PERSON, at!: INSTANT, known_at: INSTANT, type!: ACTIVITY_TYPE, channel: TEXT, "
            "asset: PLAIN_ID, program: PROGRAM, product: TEXT",
            has_properties=True,
        ),
        _table(
            "opportunity_stages",
            "opportunity!: OPPORTUNITY, stage!: TEXT, status!: STATUS, at!: INSTANT, known_at: INSTANT",
        ),
        _table(
            "contact_roles",
            "opportunity!: OPPORTUNITY, person!: PERSON, role: TEXT, primary: FLAG, at!: INSTANT, known_at: INSTANT",
        ),
    )
}
